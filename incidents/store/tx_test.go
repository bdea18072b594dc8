package store_test

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/postgres"
)

type pingArgs struct {
	N int `json:"n"`
}

func (pingArgs) Kind() string { return "ping" }

type pinger struct {
	river.WorkerDefaults[pingArgs]
	work func(ctx context.Context, n int) error
}

func (p *pinger) Work(ctx context.Context, j *river.Job[pingArgs]) error {
	return p.work(ctx, j.Args.N)
}

// start works pings until stop.
func (b *base) start(work func(ctx context.Context, n int) error) (stop func(context.Context) error) {
	b.t.Helper()
	ws := river.NewWorkers()
	river.AddWorker(ws, &pinger{work: work})
	stop, err := b.Work(b.t.Context(), ws, 2, slog.New(slog.DiscardHandler))
	require.NoError(b.t, err)
	return stop
}

func (b *base) jobs() (n int) {
	b.t.Helper()
	require.NoError(b.t, b.Pool.QueryRow(b.t.Context(), `SELECT count(*) FROM river_job`).Scan(&n))
	return n
}

// patience bounds the waits for what happens in other goroutines.
const patience = 20 * time.Second

func receive[T any](t *testing.T, c <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-c:
	case <-time.After(patience):
		t.Fatal("nothing came")
	}
	return v
}

func TestJobsAreCommittedWithTheirTransaction(t *testing.T) {
	b := open(t)
	b.tx(func(_ context.Context, tx *store.Tx) error {
		tx.Enqueue(pingArgs{1}, time.Now().Add(-time.Second))
		tx.Enqueue(pingArgs{2}, time.Now().Add(-time.Second))
		require.Zero(t, b.jobs(), "not before the commit")
		return nil
	})
	require.Equal(t, 2, b.jobs())
	gone := errors.New("no")
	require.ErrorIs(t, b.InTx(t.Context(), func(tx *store.Tx) error {
		tx.Enqueue(pingArgs{3}, time.Now())
		return gone
	}), gone)
	require.Equal(t, 2, b.jobs(), "not without one")

	done := make(chan int, 3)
	stop := b.start(func(_ context.Context, n int) error { done <- n; return nil })
	require.ElementsMatch(t, []int{1, 2}, []int{receive(t, done), receive(t, done)})
	require.NoError(t, stop(t.Context()))

	b.tx(func(_ context.Context, tx *store.Tx) error {
		tx.Enqueue(pingArgs{4}, time.Now().Add(-time.Second))
		return nil
	})
	stop = b.start(func(_ context.Context, n int) error { done <- n; return nil }) // after a restart
	require.Equal(t, 4, receive(t, done))
	require.NoError(t, stop(t.Context()))
}

// What a killed process had begun, and what was given away in an answer that
// never came, is begun again two minutes later at most.
func TestAJobThatWasCutOffIsTakenUpAgain(t *testing.T) {
	b := open(t)
	b.tx(func(_ context.Context, tx *store.Tx) error {
		tx.Enqueue(pingArgs{1}, time.Now().Add(-time.Minute))
		tx.Enqueue(pingArgs{2}, time.Now().Add(-time.Minute))
		return nil
	})
	_, err := b.Pool.Exec(t.Context(), `UPDATE river_job SET state = 'running', attempt = 1, attempted_by = '{dead}',
		attempted_at = now() - CASE args->>'n' WHEN '1' THEN interval '95 s' ELSE interval '70 s' END`)
	require.NoError(t, err)
	done := make(chan int, 2)
	stop := b.start(func(_ context.Context, n int) error { done <- n; return nil })
	require.Equal(t, 1, receive(t, done))
	require.NoError(t, stop(t.Context()))
	require.Empty(t, done, "the other may still run")
}

func TestAJobThatIsToldToStopMayEnd(t *testing.T) {
	b := open(t)
	b.tx(func(_ context.Context, tx *store.Tx) error {
		tx.Enqueue(pingArgs{1}, time.Now().Add(-time.Second))
		return nil
	})
	begun, goOn, ended := make(chan int, 1), make(chan struct{}), make(chan error, 1)
	stop := b.start(func(ctx context.Context, n int) error {
		begun <- n
		<-goOn
		ended <- ctx.Err()
		return nil
	})
	receive(t, begun)
	short, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, stop(short), context.Canceled, "it does not wait longer than it may")
	close(goOn)
	require.NoError(t, receive(t, ended), "the job's own context lives on for a while")
	require.NoError(t, stop(t.Context()))
	var state string
	require.NoError(t, b.Pool.QueryRow(t.Context(), `SELECT state FROM river_job`).Scan(&state))
	require.Equal(t, "completed", state)
}

func TestInTxIsRunAgainWhenItLost(t *testing.T) {
	b := open(t)
	for _, code := range []string{"40001", "40P01"} {
		runs := 0
		require.NoError(t, b.InTx(t.Context(), func(*store.Tx) error {
			if runs++; runs < 3 {
				return &pgconn.PgError{Code: code}
			}
			return nil
		}))
		require.Equal(t, 3, runs)
	}
	runs := 0
	err := b.InTx(t.Context(), func(*store.Tx) error { runs++; return &pgconn.PgError{Code: "40001"} })
	require.Equal(t, fault.Unavailable, fault.KindOf(err), "but not for ever")
	require.Equal(t, 5, runs)
	runs = 0
	require.Error(t, b.InTx(t.Context(), func(*store.Tx) error { runs++; return errors.New("no") }))
	require.Equal(t, 1, runs)
}

func TestKindsOfErrors(t *testing.T) {
	b := open(t)
	i := b.insert("RU-PRI", nil)
	ctx := t.Context()
	// A NUL, a broken constraint: the data's fault.
	bad := i
	bad.Title = "a\x00b"
	err := b.InTx(ctx, func(tx *store.Tx) error { return tx.Save(ctx, bad) })
	require.True(t, store.Permanent(err), "%v", err)
	bad = i
	bad.DuplicateOf = i.Number
	err = b.InTx(ctx, func(tx *store.Tx) error { return tx.Save(ctx, bad) })
	require.True(t, store.Permanent(err), "%v", err)
	// The connection is killed: nobody's fault, and it passes.
	err = b.InTx(ctx, func(tx *store.Tx) error {
		if _, err := b.Pool.Exec(ctx, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'`); err != nil {
			return err
		}
		_, err := tx.Incident(ctx, store.Everything(), i.Number, false)
		return err
	})
	require.Equal(t, fault.Unavailable, fault.KindOf(err), "%v", err)
	require.False(t, store.Permanent(err))
	// What has a kind keeps it, what has none too.
	require.Equal(t, fault.Conflict, fault.KindOf(postgres.Kind(fault.New(fault.Conflict, "no"))))
	require.Equal(t, fault.Internal, fault.KindOf(postgres.Kind(errors.New("no"))))
	require.NoError(t, postgres.Kind(nil))
}

func TestAServerThatIsNotThere(t *testing.T) {
	pool, err := pgxpool.New(t.Context(), "postgres://nobody@127.0.0.1:1/none")
	require.NoError(t, err)
	defer pool.Close()
	s, err := store.Open(pool, nil)
	require.NoError(t, err)
	ctx := t.Context()
	_, _, list := s.List(ctx, store.Everything(), store.Filter{})
	_, hits := s.Hits(ctx, store.Everything(), 1)
	_, _, _, begin := s.BeginSending(ctx, 1)
	_, drop := s.DropBucket(ctx, "standard-2026-11")
	for name, err := range map[string]error{
		"list": list, "hits": hits, "begin": begin, "end": s.EndSending(ctx, 1, store.Sent, "", false, time.Now()),
		"drop": drop, "forget": s.Forget(ctx, "telegram:7/1"), "tx": s.InTx(ctx, func(*store.Tx) error { return nil }),
	} {
		require.Equal(t, fault.Unavailable, fault.KindOf(err), "%s: %v", name, err)
	}
}

// Who holds a region's lock is alone in it; locks of several regions are taken
// in one order, so that two who want the same ones in another don't wait for
// each other for ever.
func TestLockRegions(t *testing.T) {
	b := open(t)
	var inside, most atomic.Int32
	done := make(chan error)
	orders := [][]string{{"RU-PRI", "RU-SAM", "RU-PRI"}, {"RU-SAM", "RU-PRI"}}
	const each = 20
	for _, regions := range orders {
		go func() {
			done <- func() error {
				for range each {
					err := b.InTx(t.Context(), func(tx *store.Tx) error {
						if err := tx.LockRegions(t.Context(), regions...); err != nil {
							return err
						}
						if n := inside.Add(1); n > most.Load() {
							most.Store(n)
						}
						_, err := tx.Incident(t.Context(), store.Everything(), 1, false)
						inside.Add(-1)
						if fault.KindOf(err) == fault.NotFound {
							return nil
						}
						return err
					})
					if err != nil {
						return err
					}
				}
				return nil
			}()
		}()
	}
	for range orders {
		require.NoError(t, receive(t, done))
	}
	require.EqualValues(t, 1, most.Load())
}

// The second of two who saved waits for the first and then sees what changed.
func TestALockedIncidentIsReadAfterTheChange(t *testing.T) {
	b := open(t)
	i := b.insert("RU-PRI", nil)
	seen := make(chan incident.Incident, 1)
	failed := make(chan error, 1)
	b.tx(func(ctx context.Context, tx *store.Tx) error {
		first, err := tx.Incident(ctx, store.Everything(), i.Number, true)
		require.NoError(t, err)
		go func() {
			failed <- b.InTx(ctx, func(tx *store.Tx) error {
				second, err := tx.Incident(ctx, store.Everything(), i.Number, true)
				seen <- second
				return err
			})
		}()
		b.waiting(1)
		first.Version++
		return tx.Save(ctx, first)
	})
	require.Equal(t, 2, receive(t, seen).Version)
	require.NoError(t, receive(t, failed))
}

// waiting waits until so many sessions of this database wait for a lock.
func (b *base) waiting(n int) {
	b.t.Helper()
	require.Eventually(b.t, func() bool {
		var got int
		err := b.Pool.QueryRow(b.t.Context(), `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&got)
		return err == nil && got == n
	}, patience, 5*time.Millisecond)
}
