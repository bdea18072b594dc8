package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/internal/access"
)

func TestWhatDidNotSurelyArrive(t *testing.T) {
	b := open(t)
	near, far := b.insert("RU-PRI", nil), b.insert("RU-SAM", nil)
	add := func(number int64, region string, made time.Time, due time.Duration, state string, unsure bool) (id int64) {
		b.tx(func(ctx context.Context, tx *store.Tx) (err error) {
			id, err = tx.AddNotification(ctx, store.Message{Notification: store.Notification{Number: number, Channel: "email", Address: "a@example.org", Event: "assigned", Made: made},
				Region: region, Key: fmt.Sprint(region, made, due, state, unsure), Data: []byte(`{}`), SendAfter: made.Add(due)})
			return err
		})
		if state != store.Pending {
			_, _, ok, err := b.BeginSending(t.Context(), id)
			require.NoError(t, err)
			require.True(t, ok)
			require.NoError(t, b.EndSending(t.Context(), id, state, "why", unsure, made))
		}
		return id
	}
	since := b.now.Add(-7 * 24 * time.Hour)
	add(near.Number, "RU-PRI", b.now, 0, store.Sent, false)
	add(near.Number, "RU-PRI", b.now, 0, store.Pending, false)
	add(near.Number, "RU-PRI", since.Add(-time.Hour), 0, store.Failed, false)
	failed := add(near.Number, "RU-PRI", b.now.Add(-2*time.Hour), 0, store.Failed, false)
	doubtful := add(near.Number, "RU-PRI", b.now.Add(-time.Hour), 0, store.Sent, true)
	add(far.Number, "RU-SAM", b.now.Add(-time.Hour), 0, store.Failed, true)
	add(far.Number, "RU-SAM", b.now.Add(-time.Hour), 0, store.Pending, false)

	u, err := b.CountUndelivered(t.Context(), since)
	require.NoError(t, err)
	require.Equal(t, store.Undelivered{Doubtful: 2, Failed: 1, Late: 1}, u)

	list := func(who access.Person, limit int) (ids []int64) {
		v := store.ViewOf(who)
		require.NoError(t, b.InView(t.Context(), v, func(tx *store.Tx) error {
			ns, err := tx.Undelivered(t.Context(), v, since, limit)
			for _, n := range ns {
				ids = append(ids, n.ID)
				require.Equal(t, "a@example.org", n.Address)
			}
			return err
		}))
		return ids
	}
	here := access.Person{Role: access.Administrator, Regions: []string{"RU-PRI"}}
	require.Equal(t, []int64{doubtful, failed}, list(here, 10))
	require.Equal(t, []int64{doubtful}, list(here, 1))
	require.Len(t, list(access.Person{Role: access.Administrator, Regions: []string{"*"}}, 10), 3)
	require.Empty(t, list(access.Person{Role: access.Partner, Regions: []string{"*"}}, 10))
}
