package ingest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/standing"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/stream"
)

// express is a lane on a line whose queue seems ten minutes older than it is.
func (l *line) express(handle func(context.Context, []stream.Message) ([]stream.Rejection, error)) (x *Express, run func() (stop func())) {
	x = &Express{Log: l.log, Topic: stream.Posts, Group: "indexer", Handle: handle, Every: 20 * time.Millisecond, Logger: quiet,
		Now: func() time.Time { return time.Now().Add(10 * time.Minute) }}
	return x, func() func() {
		ctx, cancel := context.WithCancel(l.t.Context())
		var done sync.WaitGroup
		done.Go(func() { require.NoError(l.t, x.Run(ctx)) })
		return func() { cancel(); done.Wait() }
	}
}

// appendUntil puts further posts into the log until something has come about.
func (l *line) appendUntil(from int, text string, ok func() bool) (next int) {
	l.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for next = from; next < from+500; next++ {
		require.NoError(l.t, l.log.Append(l.t.Context(), stream.Posts, encode(l.t, record(next, text))...))
		if ok() {
			return next + 1
		}
		<-tick.C
	}
	l.t.Fatal("it never came about")
	return next
}

// What comes now is found and matched before what waits; when the queue has come
// by, all is there once, as if nothing had overtaken.
func TestWhatComesNowOvertakesWhatWaits(t *testing.T) {
	l := newLine(t)
	s := l.searches("a")
	l.search("сейчас", "RU-PRI")
	require.NoError(t, s.Refresh(t.Context()))
	in := l.ingester(s)
	const old = 12_000
	var waits []post.Record
	for n := 1; n <= old; n++ {
		waits = append(waits, record(n, "отопление"+map[bool]string{true: " вчера", false: " давно"}[n > old-1000]))
	}
	require.NoError(t, l.log.Append(t.Context(), stream.Posts, encode(t, waits...)...))
	x, run := l.express(in.Handle)
	stop := run()
	const fresh = 100_000
	next := l.appendUntil(fresh, "сейчас нет отопления", func() bool {
		matches := l.matches() // a post is found first, and matched a moment later
		return slices.ContainsFunc(l.finds("сейчас"), func(id post.ID) bool { return len(matches["RU-PRI|"+string(id)]) > 0 })
	})
	require.Equal(t, 1000, l.count("вчера"), "so do those that came last before")
	require.LessOrEqual(t, l.count("давно"), stream.Partitions*expressBack-1000, "the queue stands")

	ctx, cancel := context.WithCancel(t.Context())
	var queue sync.WaitGroup
	queue.Go(func() {
		_ = stream.Work(ctx, stream.Job{Log: l.log, Topic: stream.Posts, Group: "indexer", Handle: in.Handle, Logger: quiet, LagEvery: -1})
	})
	require.Eventually(t, func() bool {
		late, _, err := x.behind(t.Context())
		return err == nil && late == 0
	}, 30*time.Second, 20*time.Millisecond)
	cancel()
	queue.Wait()
	stop()
	require.Equal(t, old+next-fresh, l.count("отопления"), "each once")
	for key, all := range l.matches() {
		for _, m := range all {
			require.Equal(t, all[0].Rev, m.Rev, key)
		}
	}
}

// count counts what the index finds.
func (l *line) count(q string) int {
	l.t.Helper()
	e, bad := compile(standing.Search{Query: q, Zone: "UTC"})
	require.Empty(l.t, bad)
	n, err := l.index.Count(l.t.Context(), access.Everything(), e, 0)
	require.NoError(l.t, err)
	return int(n.Posts)
}

// While the queue is short nothing overtakes, and of many only one does.
func TestNothingOvertakesAShortQueue(t *testing.T) {
	l := newLine(t)
	require.NoError(t, l.log.Append(t.Context(), stream.Posts, encode(t, record(1, "раз"))...))
	never := func(context.Context, []stream.Message) ([]stream.Rejection, error) {
		t.Error("it overtook")
		return nil, nil
	}
	x, run := l.express(never)
	asked := make(chan struct{}, 100)
	x.Alone = func(context.Context) (func(), bool, error) {
		asked <- struct{}{}
		return nil, false, nil
	}
	stop := run()
	<-asked
	<-asked
	stop()
	measured := make(chan struct{}, 100)
	x.Now = func() time.Time { // the queue is as young as it is
		measured <- struct{}{}
		return time.Now()
	}
	x.Alone = func(context.Context) (func(), bool, error) { t.Error("it wanted to"); return nil, false, nil }
	stop = run()
	<-measured
	require.NoError(t, l.log.Append(t.Context(), stream.Posts, encode(t, record(2, "два"))...))
	<-measured
	<-measured
	stop()
}

// What fails on the way past the queue is left to the queue, a panic as well,
// and the right to overtake is given back.
func TestFailuresOfExpressAreLeftToTheQueue(t *testing.T) {
	for name, handle := range map[string]func(context.Context, []stream.Message) ([]stream.Rejection, error){
		"error": func(context.Context, []stream.Message) ([]stream.Rejection, error) { return nil, errors.New("away") },
		"panic": func(context.Context, []stream.Message) ([]stream.Rejection, error) { panic("index out of range") },
	} {
		t.Run(name, func(t *testing.T) {
			l := newLine(t)
			require.NoError(t, l.log.Append(t.Context(), stream.Posts, encode(t, record(1, "раз"))...))
			x, run := l.express(handle)
			var mu sync.Mutex
			had, back := 0, 0
			x.Alone = func(context.Context) (func(), bool, error) {
				mu.Lock()
				defer mu.Unlock()
				had++
				return func() { mu.Lock(); defer mu.Unlock(); back++ }, true, nil
			}
			stop := run()
			l.appendUntil(100, "сейчас", func() bool { mu.Lock(); defer mu.Unlock(); return back > 1 })
			stop()
			require.Equal(t, had, back)
			require.Zero(t, x.Taken.Load())
			lags, err := l.log.Lag(t.Context(), "indexer", stream.Posts)
			require.NoError(t, err)
			for _, g := range lags {
				require.Zero(t, g.Committed, "the queue has not moved")
			}
		})
	}
}
