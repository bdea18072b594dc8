package postgres_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/stream"
	"github.com/otklik/otklik/internal/stream/postgres"
	"github.com/otklik/otklik/internal/stream/streamtest"
	"github.com/otklik/otklik/internal/testenv"
)

const lease = 900 * time.Millisecond

func open(t testing.TB, url string, line *streamtest.Line) *postgres.Log {
	t.Helper()
	return openWith(t, url, line, 100*time.Millisecond)
}

func openWith(t testing.TB, url string, line *streamtest.Line, poll time.Duration) *postgres.Log {
	t.Helper()
	cfg, err := pgxpool.ParseConfig(url)
	require.NoError(t, err)
	cfg.ConnConfig.DialFunc = line.Dial
	cfg.MaxConns = 5
	pool, err := pgxpool.NewWithConfig(context.Background(), cfg)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	l := postgres.New(postgres.Options{Pool: pool, Lease: lease, Poll: poll, Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	return l
}

func TestConformance(t *testing.T) {
	url := testenv.DatabaseURL(t)
	streamtest.Run(t, streamtest.Engine{
		Open:  func(t testing.TB, line *streamtest.Line) stream.Log { return open(t, url, line) },
		Dense: true, Lapse: lease,
	})
}

// Transactions of callers that stay open for random times, and roll back now
// and then, overlap: the readers still see dense offsets and miss nothing.
func TestAppendTxSkipsNothing(t *testing.T) {
	pool := testenv.Postgres(t)
	l := postgres.New(postgres.Options{Pool: pool, Poll: 20 * time.Millisecond})
	defer l.Close()
	topic := testenv.Name(t)
	tail, err := l.Tail(t.Context(), topic, nil)
	require.NoError(t, err)
	defer tail.Close()
	var wg sync.WaitGroup
	var mu sync.Mutex
	want := map[string]bool{}
	for w := range 4 {
		wg.Go(func() {
			random := rand.New(rand.NewPCG(7, uint64(w)))
			for i := range 40 {
				tx, err := pool.Begin(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				var rs []stream.Record
				for k := range 1 + random.IntN(4) {
					rs = append(rs, stream.Record{Key: fmt.Sprint(random.IntN(30)), Value: fmt.Appendf(nil, "%d/%d/%d", w, i, k)})
				}
				if err := l.AppendTx(t.Context(), tx, topic, rs...); err != nil {
					t.Error(err)
				}
				<-time.After(time.Duration(random.IntN(3)) * time.Millisecond)
				if random.IntN(5) == 0 {
					tx.Rollback(t.Context())
					continue
				}
				mu.Lock()
				for _, r := range rs {
					want[string(r.Value)] = true
				}
				mu.Unlock()
				if err := tx.Commit(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	finished := make(chan struct{})
	go func() { wg.Wait(); close(finished) }()
	next, got := map[int]int64{}, 0
	all, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for over := false; !over || got < len(want); {
		ctx, cancel := context.WithTimeout(all, 200*time.Millisecond)
		msgs, err := tail.Fetch(ctx, 20)
		cancel()
		require.NoError(t, all.Err(), "%d of %d", got, len(want))
		if err != nil {
			require.ErrorIs(t, err, context.DeadlineExceeded)
		}
		mu.Lock()
		for _, m := range msgs {
			require.Equal(t, next[m.Partition], m.Offset)
			next[m.Partition]++
			require.True(t, want[string(m.Value)], "a record that was rolled back")
			got++
		}
		mu.Unlock()
		select {
		case <-finished:
			over = true
		default:
		}
	}
}

func TestTrim(t *testing.T) {
	pool := testenv.Postgres(t)
	l := postgres.New(postgres.Options{Pool: pool, Poll: 20 * time.Millisecond})
	defer l.Close()
	topic := testenv.Name(t)
	var rs []stream.Record
	for i := range 6000 { // more than one batch of a partition
		rs = append(rs, stream.Record{Key: "one", Value: fmt.Append(nil, i)})
	}
	c, err := l.Consume(t.Context(), "readers", topic)
	require.NoError(t, err)
	defer c.Close()
	require.NoError(t, l.Append(t.Context(), topic, rs[:5500]...))
	msgs, err := c.Fetch(t.Context(), 10)
	require.NoError(t, err)
	require.NoError(t, c.Commit(t.Context(), msgs...))
	require.NoError(t, c.Close())
	p := stream.PartitionOf("one")
	var border time.Time
	require.NoError(t, pool.QueryRow(t.Context(), "SELECT clock_timestamp()").Scan(&border))
	require.NoError(t, l.Append(t.Context(), topic, rs[5500:]...))

	n, err := l.Trim(t.Context(), topic, border)
	require.NoError(t, err)
	require.EqualValues(t, 5500, n)
	n, err = l.Trim(t.Context(), topic, border)
	require.NoError(t, err)
	require.Zero(t, n)

	lags, err := l.Lag(t.Context(), "readers", topic)
	require.NoError(t, err)
	require.Equal(t, stream.Lag{Partition: p, Committed: 10, End: 6000}, lags[p])

	// A consumer whose offset was trimmed goes on with the oldest there is.
	c, err = l.Consume(t.Context(), "readers", topic)
	require.NoError(t, err)
	defer c.Close()
	msgs, err = c.Fetch(t.Context(), 10)
	require.NoError(t, err)
	require.EqualValues(t, 5500, msgs[0].Offset)

	// So does a tail, and its position says so.
	tail, err := l.Tail(t.Context(), topic, stream.Position{p: 17})
	require.NoError(t, err)
	defer tail.Close()
	require.EqualValues(t, 5500, tail.Position()[p])

	// So does whoever looks into it.
	first, end, err := l.Kept(t.Context(), topic)
	require.NoError(t, err)
	require.Equal(t, []int64{5500, 6000}, []int64{first[p], end[p]})
	msgs, err = l.Read(t.Context(), topic, p, 17, 3)
	require.NoError(t, err)
	require.Len(t, msgs, 3)
	require.EqualValues(t, 5500, msgs[0].Offset)

	// All of it: the reader waits, and goes on with what comes then.
	n, err = l.Trim(t.Context(), topic, time.Now().Add(time.Hour))
	require.NoError(t, err)
	require.EqualValues(t, 500, n)
	require.NoError(t, l.Append(t.Context(), topic, stream.Record{Key: "one", Value: []byte("after")}))
	other, err := l.Consume(t.Context(), "others", topic)
	require.NoError(t, err)
	defer other.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for name, f := range map[string]interface {
		Fetch(context.Context, int) ([]stream.Message, error)
	}{"consumer": other, "tail": tail} {
		msgs, err = f.Fetch(ctx, 10)
		require.NoError(t, err, name)
		require.Equal(t, "after", string(msgs[0].Value), name)
		require.EqualValues(t, 6000, msgs[0].Offset, name)
	}
}

// Another process's append wakes a reader through LISTEN/NOTIFY, long before
// it would look of its own accord.
func TestNotificationWakes(t *testing.T) {
	url := testenv.DatabaseURL(t)
	topic := testenv.Name(t)
	reader, writer := openWith(t, url, &streamtest.Line{}, time.Hour), openWith(t, url, &streamtest.Line{}, time.Hour)
	tail, err := reader.Tail(t.Context(), topic, nil)
	require.NoError(t, err)
	defer tail.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for range 3 {
		got := make(chan error, 1)
		go func() { _, err := tail.Fetch(ctx, 10); got <- err }()
		require.NoError(t, writer.Append(ctx, topic, stream.Record{Key: "k"}))
		require.NoError(t, <-got)
	}
}

func TestEveryStandingTopicHasItsPartitions(t *testing.T) {
	pool := testenv.Postgres(t)
	for _, topic := range []string{stream.Posts, stream.Indexed, stream.Matches} {
		for _, name := range []string{topic, stream.Rejected(topic)} {
			var n int
			require.NoError(t, pool.QueryRow(t.Context(), "SELECT count(*) FROM stream_head WHERE topic = $1", name).Scan(&n))
			require.Equal(t, stream.Partitions, n, name)
		}
	}
}
