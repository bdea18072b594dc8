package streamtest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/stream"
	"github.com/otklik/otklik/internal/testenv"
)

// RunWork tests stream.Work on an engine.
func RunWork(t *testing.T, e Engine) {
	for _, c := range []struct {
		name string
		test func(*testing.T, Engine)
	}{
		{"work commits only what is durable", testWorkCommits},
		{"work isolates poison", testWorkPoison},
		{"work waits for what comes back", testWorkTransient},
		{"work that is stopped commits nothing half", testWorkStopped},
		{"work refuses bad names", testWorkNames},
		{"work that takes too long is done in parts", testWorkParts},
		{"members work at once and keep the order per key", testWorkMembers},
	} {
		t.Run(c.name, func(t *testing.T) { t.Parallel(); c.test(t, e) })
	}
}

// working runs a job in a goroutine until stopped.
type working struct {
	counters stream.Counters
	cancel   context.CancelFunc
	err      chan error
}

func work(t testing.TB, l stream.Log, topic string, handle func(context.Context, []stream.Message) ([]stream.Rejection, error)) *working {
	ctx, cancel := context.WithCancel(context.Background())
	w := &working{cancel: cancel, err: make(chan error, 1)}
	go func() {
		w.err <- stream.Work(ctx, stream.Job{
			Log: l, Topic: topic, Group: groupOf("workers", topic), Max: 50, Handle: handle, Counters: &w.counters,
			LagEvery: 50 * time.Millisecond, Pause: 5 * time.Millisecond, MaxPause: 20 * time.Millisecond,
			Logger: slog.New(slog.DiscardHandler),
		})
	}()
	t.Cleanup(func() { w.cancel() })
	return w
}

// testWorkParts: a batch that never ends in its time is not tried for ever; a
// small one is, and none of it is rejected.
func testWorkParts(t *testing.T, e Engine) {
	topic, l := testenv.Name(t), e.Open(t, &Line{})
	rs := records(1000, 50)
	require.NoError(t, l.Append(deadline(t), topic, rs...))
	s := newStore()
	var counters stream.Counters
	ctx, cancel := context.WithCancel(deadline(t))
	defer cancel()
	ended := make(chan error, 1)
	fails := 3
	go func() {
		ended <- stream.Work(ctx, stream.Job{Log: l, Topic: topic, Group: groupOf("workers", topic), Max: len(rs), LagEvery: -1, Counters: &counters,
			Pause: time.Millisecond, MaxPause: 5 * time.Millisecond, Logger: slog.New(slog.DiscardHandler), Handle: func(_ context.Context, batch []stream.Message) ([]stream.Rejection, error) {
				late := fault.New(fault.Unavailable, "the index: %w", context.DeadlineExceeded)
				if len(batch) >= 200 {
					return nil, late
				}
				if fails--; fails >= 0 {
					return nil, late
				}
				s.put(batch...)
				return nil, nil
			}})
	}()
	eventuallyCommitted(t, l, topic, len(rs))
	cancel()
	require.ErrorIs(t, <-ended, context.Canceled)
	require.Zero(t, counters.Rejected.Load())
	require.Equal(t, len(rs), s.len())
	want := map[string][]string{}
	for _, r := range rs {
		want[r.Key] = append(want[r.Key], string(r.Value))
	}
	require.Equal(t, want, s.order)
}

// testWorkMembers: two members handle at the same moment, and what is said of
// one key comes in its order all the same.
func testWorkMembers(t *testing.T, e Engine) {
	topic, l := testenv.Name(t), e.Open(t, &Line{})
	rs := records(2000, 100)
	require.NoError(t, l.Append(deadline(t), topic, rs...))
	s := newStore()
	var mu sync.Mutex
	handling, together := 0, make(chan struct{})
	ctx, cancel := context.WithCancel(deadline(t))
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		ended <- stream.Work(ctx, stream.Job{Log: l, Topic: topic, Group: groupOf("workers", topic), Max: 50, Members: 3, LagEvery: -1,
			Logger: slog.New(slog.DiscardHandler), Handle: func(ctx context.Context, batch []stream.Message) ([]stream.Rejection, error) {
				mu.Lock()
				if handling++; handling == 2 {
					close(together)
				}
				mu.Unlock()
				select { // the first waits for a second one, which comes while it waits
				case <-together:
				case <-ctx.Done():
					return nil, ctx.Err()
				}
				s.put(batch...)
				return nil, nil
			}})
	}()
	eventuallyCommitted(t, l, topic, len(rs))
	cancel()
	require.ErrorIs(t, <-ended, context.Canceled)
	want := map[string][]string{}
	for _, r := range rs {
		want[r.Key] = append(want[r.Key], string(r.Value))
	}
	require.Equal(t, want, s.order)
}

func (w *working) stop(t testing.TB) {
	t.Helper()
	w.cancel()
	select {
	case err := <-w.err:
		require.ErrorIs(t, err, context.Canceled)
	case <-time.After(patience):
		t.Fatal("Work does not end with its context")
	}
}

// store notes the messages that were handled and how often.
type store struct {
	mu    sync.Mutex
	times map[string]int
	order map[string][]string // values per key
}

func newStore() *store { return &store{times: map[string]int{}, order: map[string][]string{}} }

func (s *store) put(msgs ...stream.Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range msgs {
		if s.times[string(m.Value)]++; s.times[string(m.Value)] == 1 {
			s.order[m.Key] = append(s.order[m.Key], string(m.Value))
		}
	}
}

func (s *store) len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.times)
}

func eventuallyCommitted(t testing.TB, l stream.Log, topic string, n int) {
	t.Helper()
	require.Eventually(t, func() bool { return committed(t, l, "workers", topic) == int64(n) }, patience, 20*time.Millisecond)
}

// testWorkCommits: while a handler is at work, or fails after its effects,
// nothing is committed, and the messages come again.
func testWorkCommits(t *testing.T, e Engine) {
	topic, l := testenv.Name(t), e.Open(t, &Line{})
	rs := records(40, 10)
	require.NoError(t, l.Append(deadline(t), topic, rs...))
	s := newStore()
	during := make(chan int64, 1000)
	failures := 3
	w := work(t, l, topic, func(_ context.Context, batch []stream.Message) ([]stream.Rejection, error) {
		s.put(batch...)
		lags, err := l.Lag(context.Background(), groupOf("workers", topic), topic)
		if err != nil {
			return nil, err
		}
		before := map[int]int64{}
		for _, lag := range lags {
			before[lag.Partition] = lag.Committed
		}
		for _, m := range batch {
			during <- before[m.Partition] - m.Offset // > 0: committed before it was handled
		}
		if failures--; failures >= 0 {
			return nil, fault.New(fault.Unavailable, "the index does not answer after all")
		}
		return nil, nil
	})
	eventuallyCommitted(t, l, topic, len(rs))
	require.Eventually(t, func() bool { return w.counters.Lag.Load() == 0 && w.counters.Handled.Load() >= 40 }, patience, 10*time.Millisecond)
	w.stop(t)
	close(during)
	for early := range during {
		require.LessOrEqual(t, early, int64(0))
	}
	require.Equal(t, len(rs), s.len())
	again := 0
	for _, n := range s.times {
		if n > 1 {
			again++
		}
	}
	require.Positive(t, again, "what failed after its effects comes again")
	require.GreaterOrEqual(t, w.counters.Retried.Load(), int64(3))
	for key, order := range s.order {
		var want []string
		for _, r := range rs {
			if r.Key == key {
				want = append(want, string(r.Value))
			}
		}
		require.Equal(t, want, order)
	}
}

// testWorkPoison: of a batch, one message panics, one is refused as invalid,
// one fails for no known reason, and one is rejected by the handler.
func testWorkPoison(t *testing.T, e Engine) {
	topic, l := testenv.Name(t), e.Open(t, &Line{})
	rs := records(60, 20)
	for i, bad := range map[int]string{11: "panic", 23: "invalid", 37: "unknown", 52: "rejected"} {
		rs[i].Headers = map[string]string{"do": bad, "kept": "да"}
	}
	require.NoError(t, l.Append(deadline(t), topic, rs...))
	s := newStore()
	attempts := 0
	w := work(t, l, topic, func(_ context.Context, batch []stream.Message) ([]stream.Rejection, error) {
		var out []stream.Rejection
		for _, m := range batch {
			switch m.Headers["do"] {
			case "panic":
				panic("a bug")
			case "invalid":
				return nil, fault.New(fault.Invalid, "not a post: \xff")
			case "unknown":
				if len(batch) == 1 {
					attempts++
				}
				return nil, errors.New("nobody knows")
			case "rejected":
				out = append(out, m.Reject(errors.New("the handler says no")))
			}
		}
		for _, m := range batch {
			if m.Headers["do"] == "" {
				s.put(m)
			}
		}
		return out, nil
	})
	eventuallyCommitted(t, l, topic, len(rs))
	w.stop(t)
	require.Equal(t, len(rs)-4, s.len(), "everything else was handled")
	require.Equal(t, stream.Attempts, attempts)
	require.EqualValues(t, 4, w.counters.Rejected.Load())
	require.EqualValues(t, len(rs)-4, w.counters.Handled.Load())

	reasons := map[string]string{}
	for _, m := range take(t, consume(t, l, "readers", stream.Rejected(topic)), 4) {
		reasons[m.Headers["do"]] = m.Headers["reason"]
		require.Equal(t, "да", m.Headers["kept"])
		require.Contains(t, m.Headers["origin"], topic+"/")
		at, err := time.Parse(time.RFC3339, m.Headers["at"])
		require.NoError(t, err)
		require.WithinDuration(t, time.Now(), at, time.Hour)
		var i int
		_, err = fmt.Sscanf(string(m.Value), "запись %d", &i)
		require.NoError(t, err)
		require.Equal(t, rs[i].Key, m.Key)
	}
	require.Equal(t, map[string]string{
		"panic": "panic: a bug", "invalid": "not a post: \uFFFD", "unknown": "nobody knows", "rejected": "the handler says no",
	}, reasons)
}

// testWorkTransient: an engine that is away for a while costs no message.
func testWorkTransient(t *testing.T, e Engine) {
	topic, line := testenv.Name(t), &Line{}
	l := e.Open(t, &Line{})
	rs := records(30, 10)
	require.NoError(t, l.Append(deadline(t), topic, rs...))
	s := newStore()
	calls := 0
	w := work(t, e.Open(t, line), topic, func(_ context.Context, batch []stream.Message) ([]stream.Rejection, error) {
		if calls++; calls < 6 {
			return nil, fmt.Errorf("index: %w", fault.New(fault.Unavailable, "away"))
		}
		if calls == 6 {
			line.Cut() // now the log itself goes away, before the commit
			go func() { time.AfterFunc(300*time.Millisecond, line.Mend) }()
		}
		s.put(batch...)
		return nil, nil
	})
	eventuallyCommitted(t, l, topic, len(rs))
	require.Equal(t, len(rs), s.len())
	require.Zero(t, w.counters.Rejected.Load())
	require.GreaterOrEqual(t, w.counters.Retried.Load(), int64(5))
	w.stop(t)
}

// testWorkStopped: a stop in the middle of a batch commits none of it, and a
// stop after its effects commits all of it.
func testWorkStopped(t *testing.T, e Engine) {
	topic, l := testenv.Name(t), e.Open(t, &Line{})
	rs := records(20, 10)
	require.NoError(t, l.Append(deadline(t), topic, rs...))
	started := make(chan struct{}, 100)
	w := work(t, l, topic, func(ctx context.Context, batch []stream.Message) ([]stream.Rejection, error) {
		started <- struct{}{}
		<-ctx.Done()
		return nil, ctx.Err()
	})
	<-started
	w.stop(t)
	require.Zero(t, committed(t, l, "workers", topic))
	require.Zero(t, w.counters.Rejected.Load())

	s := newStore()
	var w2 *working
	ready := make(chan struct{})
	w2 = work(t, l, topic, func(_ context.Context, batch []stream.Message) ([]stream.Rejection, error) {
		<-ready
		s.put(batch...)
		w2.cancel()
		return nil, nil
	})
	close(ready)
	require.Eventually(t, func() bool { return s.len() > 0 }, patience, 5*time.Millisecond)
	w2.stop(t)
	require.Positive(t, s.len())
	require.EqualValues(t, s.len(), committed(t, l, "workers", topic), "the effects are there, so the commit is")
}

func testWorkNames(t *testing.T, e Engine) {
	err := stream.Work(t.Context(), stream.Job{Log: e.Open(t, &Line{}), Topic: "Bad Name", Group: "workers", Logger: slog.New(slog.DiscardHandler)})
	require.Equal(t, fault.Invalid, fault.KindOf(err))
}
