package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/internal/fault"
)

// notify adds notifications and gives the id of the last, as its job gets it.
func (b *base) notify(ms ...store.Message) (id int64) {
	b.t.Helper()
	b.tx(func(_ context.Context, tx *store.Tx) error {
		for _, m := range ms {
			tx.AddNotification(m, func(got int64) river.JobArgs { id = got; return pingArgs{int(got)} })
		}
		return nil
	})
	return id
}

func TestStatesOfANotification(t *testing.T) {
	type attempt struct {
		cut    bool // the process died: nobody said how it ended
		state  string
		reason string
		unsure bool
	}
	b := open(t)
	i := b.insert("RU-PRI", nil)
	for n, c := range []struct {
		name     string
		attempts []attempt
		state    string
		reason   string
	}{
		{"nothing was tried", nil, "pending", ""},
		{"sent", []attempt{{state: store.Sent}}, "sent", ""},
		{"refused", []attempt{{state: store.Failed, reason: "404"}}, "failed", "404"},
		{"sent at the second try", []attempt{{state: store.Pending, reason: "500"}, {state: store.Sent}}, "sent", ""},
		{"will be tried again", []attempt{{state: store.Pending, reason: "500"}}, "pending", "500"},
		{"under way, or cut off", []attempt{{cut: true}}, "sending", ""},
		{"cut off, then sent: it may have arrived twice", []attempt{{cut: true}, {state: store.Sent}}, "doubtful", "an earlier attempt was cut off: it may have arrived twice"},
		{"cut off, then refused: it may have arrived", []attempt{{cut: true}, {state: store.Failed, reason: "404"}}, "doubtful", "404"},
		{"the answer was lost, then sent", []attempt{{state: store.Pending, reason: "timeout", unsure: true}, {state: store.Sent}}, "doubtful", "an earlier attempt was cut off: it may have arrived twice"},
		{"the answer was lost, then refused", []attempt{{state: store.Pending, reason: "timeout", unsure: true}, {state: store.Failed, reason: "404"}}, "doubtful", "404"},
		{"the answer to the last try was lost", []attempt{{state: store.Failed, reason: "timeout", unsure: true}}, "doubtful", "timeout"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := store.Message{Notification: store.Notification{Number: i.Number, Channel: "email", Address: "a@example.org", Event: "assigned", Made: b.now},
				Region: i.Region, Key: c.name, Subject: "Тема", Text: "Текст", Data: []byte(`{"a": 1}`), SendAfter: b.now}
			m.ID = b.notify(m)
			for k, a := range c.attempts {
				got, secret, ok, err := b.BeginSending(t.Context(), m.ID)
				require.NoError(t, err)
				require.True(t, ok)
				require.Empty(t, secret)
				require.Equal(t, k+1, got.Attempts)
				require.Equal(t, []string{m.Key, m.Subject, m.Text, m.Address}, []string{got.Key, got.Subject, got.Text, got.Address})
				require.JSONEq(t, string(m.Data), string(got.Data))
				if !a.cut {
					require.NoError(t, b.EndSending(t.Context(), m.ID, a.state, a.reason, a.unsure, b.now.Add(time.Minute)))
				}
			}
			var ns []store.Notification
			b.tx(func(ctx context.Context, tx *store.Tx) (err error) {
				ns, err = tx.Notifications(ctx, i.Number)
				return err
			})
			require.Len(t, ns, n+1)
			got := ns[n]
			require.Equal(t, c.state, got.State)
			require.Equal(t, c.reason, got.Reason)
			require.Equal(t, len(c.attempts), got.Attempts)
			last := len(c.attempts) - 1
			require.Equal(t, last >= 0 && c.attempts[last].state == store.Sent, got.SentAt != nil)

			_, _, ok, err := b.BeginSending(t.Context(), m.ID)
			require.NoError(t, err)
			require.Equal(t, c.state == "pending" || c.state == "sending", ok, "what is finished is not sent again")
		})
	}
	_, _, ok, err := b.BeginSending(t.Context(), 999)
	require.NoError(t, err)
	require.False(t, ok)
}

func TestAWebhookIsSignedWithTheSecretOfItsAgency(t *testing.T) {
	b := open(t)
	i := b.insert("RU-PRI", nil)
	var agency int64
	b.tx(func(ctx context.Context, tx *store.Tx) (err error) {
		agency, err = tx.PutAgency(ctx, incident.Agency{Region: "RU-PRI", Name: "Водоканал", WebhookSecret: "the agency's secret", Active: true}, "test", b.now)
		return err
	})
	id := b.notify(store.Message{Notification: store.Notification{Number: i.Number, Channel: "webhook", Address: "https://example.org", Event: "assigned", Made: b.now},
		Region: i.Region, Agency: agency, Key: "k", Data: []byte(`{}`), SendAfter: b.now})
	_, secret, ok, err := b.BeginSending(t.Context(), id)
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, "the agency's secret", secret)
	// One key, one message: a second one is a defect, and is refused.
	err = b.InTx(t.Context(), func(tx *store.Tx) error {
		tx.AddNotification(store.Message{Notification: store.Notification{Number: i.Number, Made: b.now}, Key: "k", Data: []byte(`{}`)}, nil)
		return nil
	})
	require.True(t, store.Permanent(err), "%v", err)
	require.Equal(t, fault.Internal, fault.KindOf(err))
}
