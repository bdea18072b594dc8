package feed_test

import (
	"context"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/feed"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/stream"
)

// gate lets the hub's reader take one message at a time, so that a test knows
// where it stands. The readers of clients, which come later, are not held.
type gate struct {
	feed.Tailer
	once sync.Once
	let  chan struct{}
}

func (g *gate) Tail(ctx context.Context, topic string, from stream.Position) (stream.Tail, error) {
	t, err := g.Tailer.Tail(ctx, topic, from)
	g.once.Do(func() {
		if err == nil {
			t = gatedTail{t, g.let}
		}
	})
	return t, err
}

type gatedTail struct {
	stream.Tail
	let chan struct{}
}

func (t gatedTail) Fetch(ctx context.Context, _ int) ([]stream.Message, error) {
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-t.let:
		return t.Tail.Fetch(ctx, 1)
	}
}

// pass lets n messages through and waits until they have been handed out.
func (g *gate) pass(t *testing.T, n int, watch *feed.Subscription) {
	t.Helper()
	for range n {
		select {
		case g.let <- struct{}{}:
		case <-soon(t).Done():
			t.Fatal("the hub takes nothing")
		}
		next(t, watch)
	}
}

func gatedHub(t *testing.T, l stream.Log) (*feed.Hub, *gate) {
	g := &gate{Tailer: l, let: make(chan struct{})}
	return hub(t, feed.Options{Log: g}), g
}

func ids(t *testing.T, s *feed.Subscription, n int) (out []post.ID) {
	t.Helper()
	for range n {
		id, _ := next(t, s)
		out = append(out, id)
	}
	return out
}

// A client comes from a process that is further than this one: it gets nothing
// again when this one arrives there, and its position never goes back.
func TestAClientAheadOfTheHub(t *testing.T) {
	l := onPostgres(t)
	h, g := gatedHub(t, l)
	other := subscribe(t, hub(t, feed.Options{Log: l}), access.Everything(), "", nil)
	watch := subscribe(t, h, access.Everything(), "", nil)
	for n := 1; n <= 8; n++ {
		add(t, l, record(n, "вода"))
		next(t, other)
	}
	from := other.Position()
	s := subscribe(t, h, access.Everything(), "", from)
	require.Equal(t, from, s.Position())
	none(t, s, "joins the hub")
	for n := 9; n <= 12; n++ {
		add(t, l, record(n, "вода"))
	}
	at := from
	g.pass(t, 12, watch)
	var got []post.ID
	for range 4 {
		id, now := next(t, s)
		got = append(got, id)
		for p, n := range at {
			require.GreaterOrEqual(t, now[p], n, "partition %d", p)
		}
		at = now
	}
	none(t, s, "nothing comes twice")
	require.ElementsMatch(t, []post.ID{"telegram:1/9", "telegram:1/10", "telegram:1/11", "telegram:1/12"}, got)
	require.Equal(t, watch.Position(), at)
	require.Equal(t, watch.Position(), s.Position())
}

// A client that catches up reads further than where it meets the hub: what is
// beyond is handed out by the hub, once.
func TestAClientMeetsTheHub(t *testing.T) {
	l := onPostgres(t)
	h, g := gatedHub(t, l)
	watch := subscribe(t, h, access.Everything(), "", nil)
	from := watch.Position()
	var all []post.ID
	for n := 1; n <= 12; n++ {
		all = append(all, record(n, "").ID)
		add(t, l, record(n, "вода"))
	}
	g.pass(t, 6, watch)
	s := subscribe(t, h, access.Everything(), "", from)
	got := ids(t, s, 6)
	none(t, s, "the rest is the hub's")
	require.Equal(t, watch.Position(), s.Position())
	g.pass(t, 6, watch)
	got = append(got, ids(t, s, 6)...)
	none(t, s, "nothing comes twice")
	require.ElementsMatch(t, all, got)
}

// Where much is missing a client reads it by itself first; the hub's queue is
// for what comes in the end.
func TestAClientFarBehind(t *testing.T) {
	l := onPostgres(t)
	h := hub(t, feed.Options{Log: l, Queue: 4})
	watch := subscribe(t, h, access.Everything(), "", nil)
	from := watch.Position()
	for n := 1; n <= 300; n++ {
		if n%2 == 0 {
			add(t, l, record(n-1, "вода"), record(n, "вода"))
			ids(t, watch, 2)
		}
	}
	s := subscribe(t, h, access.Everything(), "вода", from)
	seen := map[post.ID]int{}
	for _, id := range ids(t, s, 300) {
		seen[id]++
	}
	require.Len(t, seen, 300)
	none(t, s, "each once")
	require.Zero(t, h.Counters().Dropped.Load())
}

// What a client catches up with is held against its scope and its query, too.
func TestCatchingUpShowsWhatTheClientMaySee(t *testing.T) {
	l := onPostgres(t)
	b := &bodies{all: map[post.ID]string{"telegram:1/3": "вода в приюте", "telegram:1/4": "свет"}}
	h := hub(t, feed.Options{Log: l, Bodies: b})
	watch := subscribe(t, h, access.Everything(), "", nil)
	from := watch.Position()
	add(t, l,
		record(1, "вода"),
		record(2, "вода", func(r *post.Record) { r.Regions = []string{"RU-SAM"} }),
		record(3, "", sealed), record(4, "", sealed),
		record(5, "вода", func(r *post.Record) { r.Kind = post.Counters }),
		record(5, "", func(r *post.Record) { r.Kind, r.Post = post.Deletion, nil }),
		record(6, "снег"),
		record(7, "вода", func(r *post.Record) { r.Visibility = post.Partner }))
	require.NoError(t, l.Append(soon(t), stream.Indexed, stream.Record{Key: "x", Value: []byte("{")}))
	ids(t, watch, 6)
	for name, c := range map[string]struct {
		scope access.Scope
		want  []post.ID
	}{
		"all":    {access.Everything(), []post.ID{"telegram:1/1", "telegram:1/2", "telegram:1/3", "telegram:1/7"}},
		"region": {access.NewScope([]string{"RU-PRI"}, nil, false, false), []post.ID{"telegram:1/1"}},
		"sealed": {access.NewScope([]string{"RU-PRI"}, nil, false, true), []post.ID{"telegram:1/1", "telegram:1/3"}},
		"nobody": {access.Scope{}, nil},
	} {
		s := subscribe(t, h, c.scope, "вода", from)
		require.ElementsMatch(t, c.want, ids(t, s, len(c.want)), name)
		nothingMore(t, s, watch)
	}
}

// nothingMore checks that no further event comes until the client stands where
// another does.
func nothingMore(t *testing.T, s, watch *feed.Subscription) {
	t.Helper()
	for end := soon(t); !maps.Equal(watch.Position(), s.Position()); {
		require.NoError(t, end.Err())
		ctx, cancel := context.WithTimeout(end, 20*time.Millisecond)
		_, err := s.Next(ctx)
		cancel()
		require.ErrorIs(t, err, context.DeadlineExceeded)
	}
}
