package feed_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/feed"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/stream"
	"github.com/otklik/otklik/internal/stream/streamtest"
)

// Every event is held against the scope of its client, and only what matches
// is an event.
func TestEachClientGetsWhatItMaySeeAndAsksFor(t *testing.T) {
	engines(t, func(t *testing.T, open func(*streamtest.Line) stream.Log) {
		l := open(&streamtest.Line{})
		h := hub(t, feed.Options{Log: l, Bodies: &bodies{all: map[post.ID]string{"telegram:1/6": "вода в приюте"}}})
		region := func(codes ...string) func(*post.Record) { return func(r *post.Record) { r.Regions = codes } }
		type client struct {
			scope access.Scope
			query string
			want  []post.ID
		}
		clients := map[string]client{
			"all":      {access.Everything(), "", []post.ID{"telegram:1/1", "telegram:1/2", "telegram:1/3", "telegram:1/4", "telegram:1/5", "telegram:1/6", "telegram:1/8"}},
			"water":    {access.Everything(), "вода", []post.ID{"telegram:1/1", "telegram:1/3", "telegram:1/4", "telegram:1/5", "telegram:1/6"}},
			"primorye": {access.NewScope([]string{"RU-PRI"}, nil, false, false), "вода", []post.ID{"telegram:1/1", "telegram:1/4"}},
			"sealed":   {access.NewScope([]string{"RU-PRI"}, nil, false, true), "приют", []post.ID{"telegram:1/6"}},
			"editor":   {access.NewScope([]string{"*"}, nil, true, false), "вода", []post.ID{"telegram:1/1", "telegram:1/3", "telegram:1/4", "telegram:1/5"}},
			"source":   {access.NewScope([]string{"*"}, []string{"telegram:2"}, true, true), "", nil},
			"nobody":   {access.Scope{}, "", nil},
		}
		subs := map[string]*feed.Subscription{}
		for name, c := range clients {
			subs[name] = subscribe(t, h, c.scope, c.query, nil)
		}
		require.EqualValues(t, len(clients), h.Counters().Clients.Load())
		add(t, l,
			record(1, "нет воды"), record(2, "нет света"), record(3, "вода пошла", region("RU-SAM")),
			record(4, "воды нет", region("RU-SAM", "RU-PRI")),
			record(5, "вода", func(r *post.Record) { r.Visibility = post.Partner }),
			record(6, "", sealed),
			record(7, "вода", func(r *post.Record) { r.Kind = post.Counters }),
			record(7, "", func(r *post.Record) { r.Kind, r.Post = post.Deletion, nil }),
		)
		require.NoError(t, l.Append(soon(t), stream.Indexed, stream.Record{Key: "x", Value: []byte("{")})) // is passed over
		add(t, l, record(8, "конец"))
		// One who asks for all sees when everything has been handed out.
		seen := map[post.ID]int{}
		for len(seen) < len(clients["all"].want) {
			id, _ := next(t, subs["all"])
			seen[id]++
		}
		for _, id := range clients["all"].want {
			require.Equal(t, 1, seen[id])
		}
		for name, c := range clients {
			if name == "all" {
				continue
			}
			got := []post.ID{}
			for range c.want {
				e, err := subs[name].Next(soon(t))
				require.NoError(t, err, name)
				require.Equal(t, e.Record.Visibility == post.Sealed, e.Record.Post == nil)
				got = append(got, e.Record.ID)
			}
			require.ElementsMatch(t, c.want, got, name)
			none(t, subs[name], name)
		}
	})
}

// none checks that no event waits.
func none(t *testing.T, s *feed.Subscription, name string) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for range 20 { // where both are ready, either may be taken
		_, err := s.Next(ctx)
		require.ErrorIs(t, err, context.Canceled, name)
	}
}

// A client that comes back again and again, to one process or the other, while
// posts flow, gets each post once and those of one key in their order.
func TestComingBackLosesAndRepeatsNothing(t *testing.T) {
	engines(t, func(t *testing.T, open func(*streamtest.Line) stream.Log) {
		hubs := []*feed.Hub{hub(t, feed.Options{Log: open(&streamtest.Line{}), Queue: 1000}), hub(t, feed.Options{Log: open(&streamtest.Line{}), Queue: 40})}
		writer := open(&streamtest.Line{})
		all, wet := flow(800)
		steady := subscribe(t, hubs[0], access.Everything(), "вода", nil)
		first := subscribe(t, hubs[0], access.Everything(), "вода", nil)
		at := first.Position()
		first.Close()
		go func() {
			random := rand.New(rand.NewPCG(1, 2))
			for rest := all; len(rest) > 0; {
				n := min(1+random.IntN(12), len(rest))
				add(t, writer, rest[:n]...)
				rest = rest[n:]
			}
		}()
		var want []post.Record
		for range wet {
			e, err := steady.Next(soon(t))
			require.NoError(t, err)
			want = append(want, e.Record)
		}
		require.Equal(t, byKey(all, "вода"), byKey(want, ""))
		random := rand.New(rand.NewPCG(3, 4))
		var got []post.Record
		over := func() bool { return len(got) >= len(want) }
		for visit := 0; !over(); visit++ {
			s := subscribe(t, hubs[visit%2], access.Everything(), "вода", at)
			for range random.IntN(60) {
				if over() {
					break
				}
				e, err := s.Next(soon(t))
				require.NoError(t, err)
				got, at = append(got, e.Record), e.Position
			}
			if random.IntN(2) == 0 {
				at = s.Position() // as after a heartbeat
			}
			if random.IntN(2) == 0 {
				var err error
				at, err = stream.ParsePosition(at.String()) // as it comes over HTTP
				require.NoError(t, err)
			}
			s.Close()
		}
		require.Equal(t, byKey(want, ""), byKey(got, ""))
		none(t, subscribe(t, hubs[0], access.Everything(), "", at), "nothing is left")
	})
}

// flow makes revisions of 20 posts, and says how many speak of water.
func flow(n int) (all []post.Record, wet int) {
	random := rand.New(rand.NewPCG(5, 6))
	for i := range n {
		text := "свет"
		if random.IntN(3) > 0 {
			text = "вода"
			wet++
		}
		all = append(all, record(i+1, text, func(r *post.Record) { r.ID = post.ID(fmt.Sprintf("telegram:1/%d", random.IntN(20))) }))
	}
	return all, wet
}

// byKey gives the revs of each post in their order, of all texts or of one.
func byKey(rs []post.Record, text string) map[post.ID][]int64 {
	out := map[post.ID][]int64{}
	for _, r := range rs {
		if text == "" || r.Post.Text == text {
			out[r.ID] = append(out[r.ID], r.Rev)
		}
	}
	return out
}

// A client that doesn't read is dropped and costs the others nothing; it gets
// the rest when it comes back.
func TestASlowClientIsDroppedAlone(t *testing.T) {
	l := onPostgres(t)
	h := hub(t, feed.Options{Log: l, Queue: 5})
	slow := subscribe(t, h, access.Everything(), "вода", nil)
	quick := subscribe(t, h, access.Everything(), "вода", nil)
	begin := slow.Position()
	for n := 1; n <= 20; n++ {
		add(t, l, record(n, "вода"))
		id, _ := next(t, quick)
		require.Equal(t, record(n, "").ID, id)
		require.Equal(t, begin, slow.Position(), "what waits in its queue it hasn't had")
	}
	require.EqualValues(t, 1, h.Counters().Dropped.Load())
	var at stream.Position
	for n := 1; n <= 5; n++ { // what was in its queue
		var id post.ID
		id, at = next(t, slow)
		require.Equal(t, record(n, "").ID, id)
	}
	_, err := slow.Next(soon(t))
	require.ErrorIs(t, err, feed.ErrSlow)
	require.Equal(t, at, slow.Position(), "and not where the hub stands")
	slow.Close()
	again := subscribe(t, h, access.Everything(), "вода", at)
	var ids []post.ID
	for range 15 {
		id, _ := next(t, again)
		ids = append(ids, id)
	}
	require.Len(t, ids, 15)
	for n := 6; n <= 20; n++ {
		require.Contains(t, ids, record(n, "").ID)
	}
	none(t, again, "again")
	again.Close()
	quick.Close()
	require.Zero(t, h.Counters().Clients.Load())
}

// A client that nothing concerns moves on all the same: coming back after a
// quiet day doesn't read the day.
func TestThePositionOfAQuietFeedMovesOn(t *testing.T) {
	l := onPostgres(t)
	h := hub(t, feed.Options{Log: l})
	quietly, all := subscribe(t, h, access.Everything(), "снег", nil), subscribe(t, h, access.Everything(), "", nil)
	add(t, l, record(1, "вода"), record(2, "вода"), record(3, "вода"))
	for range 3 {
		next(t, all)
	}
	require.Equal(t, all.Position(), quietly.Position())
	at := quietly.Position()
	add(t, l, record(4, "снег"))
	id, _ := next(t, subscribe(t, h, access.Everything(), "", at))
	require.Equal(t, post.ID("telegram:1/4"), id)
}

// The log is away for a while: feeds go on where they were.
func TestAnOutageLosesNothing(t *testing.T) {
	engines(t, func(t *testing.T, open func(*streamtest.Line) stream.Log) {
		line := &streamtest.Line{}
		h := hub(t, feed.Options{Log: open(line)})
		writer := open(&streamtest.Line{})
		s := subscribe(t, h, access.Everything(), "вода", nil)
		add(t, writer, record(1, "вода"))
		id, _ := next(t, s)
		require.Equal(t, post.ID("telegram:1/1"), id)
		line.Cut()
		add(t, writer, record(2, "вода"), record(3, "вода"))
		line.Mend()
		add(t, writer, record(4, "вода"))
		var got []post.ID
		for range 3 {
			id, _ := next(t, s)
			got = append(got, id)
		}
		require.ElementsMatch(t, []post.ID{"telegram:1/2", "telegram:1/3", "telegram:1/4"}, got)
	})
}

// A sealed post whose body can't be read now ends the feeds that should get
// it, and no others; they have it when they come back.
func TestASealedPostThatCannotBeRead(t *testing.T) {
	l := onPostgres(t)
	b := &bodies{all: map[post.ID]string{}, err: errors.New("the database is away")}
	h := hub(t, feed.Options{Log: l, Bodies: b})
	may, mayNot := subscribe(t, h, access.Everything(), "вода", nil), subscribe(t, h, access.NewScope([]string{"*"}, nil, true, false), "вода", nil)
	add(t, l, record(1, "", sealed))
	add(t, l, record(2, "вода"))
	id, _ := next(t, mayNot)
	require.Equal(t, post.ID("telegram:1/2"), id)
	_, err := may.Next(soon(t))
	require.Equal(t, fault.Unavailable, fault.KindOf(err))

	again := subscribe(t, h, access.Everything(), "вода", may.Position())
	_, err = again.Next(soon(t))
	for err == nil { // the other post may come first
		_, err = again.Next(soon(t))
	}
	require.Equal(t, fault.Unavailable, fault.KindOf(err))
	b.put("telegram:1/1", "вода")
	again = subscribe(t, h, access.Everything(), "вода", may.Position())
	ids := map[post.ID]bool{}
	for range 2 {
		id, _ := next(t, again)
		ids[id] = true
	}
	require.Len(t, ids, 2)

	// One that is gone for good is passed over.
	b.fail(fault.New(fault.NotFound, "there is no body"))
	add(t, l, record(3, "", sealed), record(4, "вода"))
	require.Equal(t, []post.ID{"telegram:1/4"}, untilLast(t, again, "telegram:1/4"))
}

func TestTheEndsOfAFeed(t *testing.T) {
	l := onPostgres(t)
	h := feed.New(feed.Options{Log: l, Analyzer: analyzer, Bodies: &bodies{}, Logger: quiet, CatchUps: 1})
	gone, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := h.Subscribe(gone, access.Everything(), expr(t, ""), nil)
	require.ErrorIs(t, err, context.Canceled, "nobody runs it yet")

	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx) }()
	s := subscribe(t, h, access.Everything(), "", nil) // waits for Run
	closed := subscribe(t, h, access.Everything(), "", nil)
	closed.Close()
	closed.Close()
	_, err = closed.Next(soon(t))
	require.ErrorIs(t, err, stream.ErrClosed)

	// One at a time catches up here.
	add(t, l, record(1, "вода"))
	next(t, s)
	behind := subscribe(t, h, access.Everything(), "", stream.Position{0: 0})
	full, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	_, err = h.Subscribe(full, access.Everything(), expr(t, ""), stream.Position{0: 0})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	behind.Close()
	_, err = behind.Next(soon(t))
	require.ErrorIs(t, err, stream.ErrClosed)
	behind = subscribe(t, h, access.Everything(), "", stream.Position{0: 0})

	stop()
	require.NoError(t, <-done)
	for _, s := range []*feed.Subscription{s, behind} {
		_, err = s.Next(soon(t))
		require.Equal(t, fault.Unavailable, fault.KindOf(err), "%v", err)
	}
	_, err = h.Subscribe(soon(t), access.Everything(), expr(t, ""), nil)
	require.Equal(t, fault.Unavailable, fault.KindOf(err))
}
