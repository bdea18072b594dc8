package postgres_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/stream"
	"github.com/otklik/otklik/internal/stream/postgres"
	"github.com/otklik/otklik/internal/testenv"
)

// A member that doesn't know yet that its lease was another's meanwhile commits
// nothing under it, even where the lease has come back to it: in between
// somebody else was given the messages.
func TestACommitOfALostLeaseIsIgnored(t *testing.T) {
	pool := testenv.Postgres(t)
	// Its heartbeat would tell it: none comes within the test.
	l := postgres.New(postgres.Options{Pool: pool, Lease: time.Hour})
	defer l.Close()
	topic := testenv.Name(t)
	require.NoError(t, l.Append(t.Context(), topic, stream.Record{Key: "a"}, stream.Record{Key: "a"}))
	c, err := l.Consume(t.Context(), "readers", topic)
	require.NoError(t, err)
	defer c.Close()
	var msgs []stream.Message
	for len(msgs) < 2 {
		some, err := c.Fetch(t.Context(), 10)
		require.NoError(t, err)
		msgs = append(msgs, some...)
	}
	committed := func() (n int64) {
		require.NoError(t, pool.QueryRow(t.Context(), `SELECT committed FROM stream_lease WHERE topic = $1 AND part = $2`, topic, msgs[0].Partition).Scan(&n))
		return n
	}
	require.NoError(t, c.Commit(t.Context(), msgs[0]))
	require.EqualValues(t, 1, committed(), "the lease is held")

	_, err = pool.Exec(t.Context(), `UPDATE stream_lease SET generation = generation + 2 WHERE topic = $1`, topic)
	require.NoError(t, err)
	require.NoError(t, c.Commit(t.Context(), msgs[1]), "it comes again, that is all")
	require.EqualValues(t, 1, committed())

	_, err = pool.Exec(t.Context(), `UPDATE stream_lease SET owner = 'another', generation = generation - 2 WHERE topic = $1`, topic)
	require.NoError(t, err)
	require.NoError(t, c.Commit(t.Context(), msgs[1]))
	require.EqualValues(t, 1, committed())
}
