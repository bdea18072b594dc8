package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/internal/access"
)

func TestWhatDidNotSurelyArrive(t *testing.T) {
	b := open(t)
	near, far := b.insert("RU-PRI", nil), b.insert("RU-SAM", nil)
	add := func(number int64, region string, made time.Time, state string) (id int64) {
		b.tx(func(ctx context.Context, tx *store.Tx) error {
			return tx.Raw().QueryRow(ctx, `INSERT INTO notification (incident, region, channel, address, event, key, subject, text, data, made, send_after, state)
				VALUES ($1, $2, 'email', 'a@example.org', 'assigned', gen_random_uuid(), '', '', '{}', $3, $3, $4) RETURNING id`, number, region, made, state).Scan(&id)
		})
		return id
	}
	since := b.now.Add(-7 * 24 * time.Hour)
	hourAgo := b.now.Add(-time.Hour)
	add(near.Number, "RU-PRI", b.now, store.Sent)
	add(near.Number, "RU-PRI", b.now, store.Pending)
	add(near.Number, "RU-PRI", since.Add(-time.Hour), store.Failed)
	failed := add(near.Number, "RU-PRI", hourAgo.Add(-time.Hour), store.Failed)
	doubtful := add(near.Number, "RU-PRI", hourAgo, store.Doubtful)
	add(far.Number, "RU-SAM", hourAgo, store.Doubtful)
	add(far.Number, "RU-SAM", hourAgo, store.Pending)

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
