package ingest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/search"
	"github.com/otklik/otklik/indexer/standing"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/stream"
)

// Searches are saved while two indexers take posts that flow: each search
// finds every post, in the past or as it comes.
func TestANewSearchMissesNoPost(t *testing.T) {
	l := newLine(t)
	const posts, searches = 600, 6
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	var g errgroup.Group
	var handled [2]stream.Counters
	for i := range handled {
		s := l.searches(fmt.Sprint("indexer-", i))
		g.Go(func() error { return s.Run(ctx, 3*time.Millisecond) })
		g.Go(func() error {
			err := stream.Work(ctx, stream.Job{Log: l.log, Topic: stream.Posts, Group: "indexer", Max: 7, Handle: l.ingester(s).Handle,
				Counters: &handled[i], LagEvery: -1, Logger: quiet})
			if errors.Is(err, context.Canceled) {
				return nil
			}
			return err
		})
	}
	g.Go(func() error { return l.past().Run(ctx, 5*time.Millisecond) })
	count := func() int64 { return handled[0].Handled.Load() + handled[1].Handled.Load() }

	go func() {
		random := rand.New(rand.NewPCG(1, 1))
		for n := 1; n <= posts; {
			var rs []post.Record
			for range 1 + random.IntN(9) {
				if n <= posts {
					rs = append(rs, record(n, "вода"))
					n++
				}
			}
			if l.log.Append(ctx, stream.Posts, encode(t, rs...)...) != nil {
				return
			}
		}
	}()
	var saved []standing.Search
	for i := range searches { // in the midst of it
		require.Eventually(t, func() bool { return count() >= int64(posts*i/searches) }, 50*time.Second, time.Millisecond)
		saved = append(saved, l.search("вода", "*"))
	}
	require.Eventually(t, func() bool {
		for _, s := range saved {
			now, err := l.store.Get(ctx, admin.Scope(), s.ID)
			if err != nil || !now.PastDone {
				return false
			}
		}
		return count() >= posts
	}, 50*time.Second, 20*time.Millisecond)
	cancel()
	require.NoError(t, g.Wait())

	found := map[int64]map[post.ID]bool{}
	origins := map[post.Origin]int{}
	for _, ms := range l.matches() {
		for _, m := range ms {
			for _, s := range m.Searches {
				if found[s.ID] == nil {
					found[s.ID] = map[post.ID]bool{}
				}
				found[s.ID][m.ID] = true
				origins[m.Origin]++
			}
		}
	}
	for i, s := range saved {
		require.Len(t, found[s.ID], posts, "search %d", i)
	}
	require.NotZero(t, origins[post.Live])
	require.NotZero(t, origins[post.Backfill])
	require.NotZero(t, handled[0].Handled.Load()*handled[1].Handled.Load(), "both took part")
	rows, err := l.pool.Query(t.Context(), "SELECT FROM indexer_generation")
	require.NoError(t, err)
	defer rows.Close()
	require.False(t, rows.Next(), "both have left")
}

// hooked does something before what it is asked.
type hooked struct {
	Generations
	before func(what string)
	after  func(what string)
}

func (h *hooked) Changes(ctx context.Context, since int64) ([]standing.Search, int64, error) {
	h.before("changes")
	ss, g, err := h.Generations.Changes(ctx, since)
	if h.after != nil {
		h.after("changes")
	}
	return ss, g, err
}

func (h *hooked) Acknowledge(ctx context.Context, indexer string, generation int64, edition int) error {
	h.before("acknowledge")
	return h.Generations.Acknowledge(ctx, indexer, generation, edition)
}

func (h *hooked) Leave(ctx context.Context, indexer string) error {
	h.before("leave")
	return h.Generations.Leave(ctx, indexer)
}

// A new generation is acknowledged, and an indexer leaves, only when the batch
// under way is in the index: the past is searched after that and finds it.
func TestABatchUnderWayIsWaitedFor(t *testing.T) {
	for _, what := range []string{"acknowledge", "leave"} {
		l := newLine(t)
		s := l.searches("one")
		require.NoError(t, s.Refresh(t.Context()))
		var over atomic.Bool // the batch
		s.Store = &hooked{Generations: l.store, before: func(step string) {
			if step == what && !over.Load() {
				t.Errorf("the batch is not over: %s", what)
			}
		}}
		g := l.ingester(s)
		begun, goOn := make(chan struct{}), make(chan struct{})
		g.Index = &slowIndex{Writer: l.index, before: func() { close(begun); <-goOn }}
		var wg sync.WaitGroup
		wg.Go(func() {
			_, err := g.Handle(context.Background(), messages(encode(t, record(1, "вода"))...))
			require.NoError(t, err)
		})
		<-begun
		saved := l.search("вода", "*")
		refreshed := make(chan error, 1)
		looked := make(chan struct{})
		s.Store.(*hooked).after = func(string) { close(looked) }
		go func() {
			if what == "leave" {
				refreshed <- s.leave(context.Background())
				return
			}
			refreshed <- s.Refresh(context.Background())
		}()
		if what == "acknowledge" {
			<-looked // it knows of the search, and waits
		}
		p, due, err := l.store.NextPast(t.Context())
		require.NoError(t, err)
		if due {
			p.Abandon(t.Context())
		}
		require.False(t, due, what)
		g.Index.(*slowIndex).after = func() { over.Store(true) }
		close(goOn)
		require.NoError(t, <-refreshed)
		wg.Wait()
		if what == "leave" {
			require.NoError(t, l.searches("two").Refresh(t.Context()))
		}
		require.NoError(t, l.past().Round(t.Context()))
		m := l.matches()["RU-PRI|telegram:1/1"]
		require.Len(t, m, 1)
		require.Equal(t, saved.ID, m[0].Searches[0].ID)
		require.Equal(t, post.Backfill, m[0].Origin)
	}
}

type slowIndex struct {
	search.Writer
	before, after func()
}

func (i *slowIndex) Put(ctx context.Context, docs []search.Document) error {
	i.before()
	err := i.Writer.Put(ctx, docs)
	i.after()
	return err
}

// While an indexer that joins has read the searches and not yet said so, it is
// not waited for: a search that is saved then, and whose past is done then,
// must be in its set all the same. So must it after a stall.
func TestAnIndexerThatJoinsLooksTwice(t *testing.T) {
	l := newLine(t)
	now := time.Now()
	clock := func() time.Time { return now }
	l.store.Now = clock
	other, joins := l.searches("other"), l.searches("joins")
	other.Now, joins.Now = clock, clock
	require.NoError(t, other.Refresh(t.Context()))
	var saved standing.Search
	once := false
	hook := &hooked{Generations: l.store, before: func(string) {}, after: func(string) {
		if once {
			return
		}
		once = true
		saved = l.search("вода", "*")
		require.NoError(t, other.Refresh(t.Context()))
		require.NoError(t, l.past().Round(t.Context()))
		s, err := l.store.Get(t.Context(), admin.Scope(), saved.ID)
		require.NoError(t, err)
		require.True(t, s.PastDone, "nobody waits for the one that joins")
	}}
	joins.Store = hook
	g := l.ingester(joins)
	for i, stall := range []time.Duration{0, standing.Gone + time.Second} {
		now, once = now.Add(stall), false
		require.NoError(t, other.Refresh(t.Context()))
		_, err := g.Handle(t.Context(), messages(encode(t, record(i+1, "вода"))...)) // refreshes by itself
		require.NoError(t, err)
		require.True(t, once)
		m := l.matches()[fmt.Sprintf("RU-PRI|telegram:1/%d", i+1)]
		require.Len(t, m, 1)
		require.Contains(t, m[0].Searches, Searched{ID: saved.ID, Version: 1})
	}
}

// An indexer works only while others would wait for it.
func TestTheLease(t *testing.T) {
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	r := &recorder{}
	g := recorded(r, standing.Search{ID: 1, Version: 1, Query: "вода", Regions: []string{"*"}})
	s := g.Searches
	s.Now = func() time.Time { return now }
	acknowledged := 0
	failing := false
	s.Store = &failingStore{Generations: s.Store, acknowledged: &acknowledged, failing: &failing}
	msgs := messages(encode(t, record(1, "вода"))...)
	handle := func() error { _, err := g.Handle(t.Context(), msgs); return err }

	require.NoError(t, handle())
	require.Equal(t, 2, acknowledged, "the first time it looks twice")
	require.Len(t, r.records[stream.Matches], 1, "never with an empty set")
	r.within = func(ctx context.Context, _ string) {
		end, ok := ctx.Deadline()
		require.True(t, ok, "a batch ends with the lease")
		require.Less(t, time.Until(end), standing.Gone-10*time.Second)
	}
	now = now.Add(lease/2 - time.Second)
	require.NoError(t, handle())
	require.Equal(t, 2, acknowledged, "young enough")
	now = now.Add(2 * time.Second)
	require.NoError(t, handle())
	require.Equal(t, 3, acknowledged, "renewed in time")

	failing = true
	now = now.Add(standing.Gone)
	r.steps = nil
	err := handle()
	require.Equal(t, fault.Unavailable, fault.KindOf(err))
	require.True(t, stream.IsTransient(err))
	require.Empty(t, r.steps, "nothing is done without a lease")
	failing = false
	require.NoError(t, handle())
	require.Equal(t, 5, acknowledged, "it comes back as one that joins")

	// A clock that runs away while it reads.
	s.Now = func() time.Time { now = now.Add(standing.Gone); return now }
	require.Equal(t, fault.Unavailable, fault.KindOf(s.Refresh(t.Context())))
}

type failingStore struct {
	Generations
	acknowledged *int
	failing      *bool
}

func (f *failingStore) Changes(ctx context.Context, since int64) ([]standing.Search, int64, error) {
	if *f.failing {
		return nil, 0, errors.New("the database is away")
	}
	return f.Generations.Changes(ctx, since)
}

func (f *failingStore) Acknowledge(ctx context.Context, indexer string, generation int64, edition int) error {
	*f.acknowledged++
	return f.Generations.Acknowledge(ctx, indexer, generation, edition)
}

// What is changed is matched in its new version, what is deleted or can't be
// read any more not at all.
func TestChangesOfSearches(t *testing.T) {
	l := newLine(t)
	s := l.searches("one")
	broken := false
	s.Compile = func(q standing.Search) (query.Expr, []fault.Field) {
		if broken && q.Name == "б" {
			return nil, []fault.Field{{Path: "query", Message: "is not readable"}}
		}
		return compile(q)
	}
	g := l.ingester(s)
	n := 0
	matched := func(text string) []Searched {
		t.Helper()
		require.NoError(t, s.Refresh(t.Context()))
		n++
		_, err := g.Handle(t.Context(), messages(encode(t, record(n, text))...))
		require.NoError(t, err)
		ms := l.matches()[fmt.Sprintf("RU-PRI|telegram:1/%d", n)]
		if len(ms) == 0 {
			return nil
		}
		return ms[0].Searches
	}
	a, b := l.search("вода", "*"), l.search("вода", "*")
	draft := func(name, q string) standing.Draft {
		return standing.Draft{Name: name, Query: q, Regions: []string{"*"}}
	}
	require.Equal(t, []Searched{{a.ID, 1}, {b.ID, 1}}, matched("вода"))
	_, err := l.store.Update(t.Context(), admin, a.ID, 1, draft("а", "снег"))
	require.NoError(t, err)
	require.Equal(t, []Searched{{b.ID, 1}}, matched("вода"))
	require.Equal(t, []Searched{{a.ID, 2}}, matched("снег"))
	broken = true
	_, err = l.store.Update(t.Context(), admin, b.ID, 1, draft("б", "вода"))
	require.NoError(t, err)
	require.Nil(t, matched("вода"))
	broken = false
	_, err = l.store.Update(t.Context(), admin, b.ID, 2, draft("б", "вода"))
	require.NoError(t, err)
	require.Equal(t, []Searched{{b.ID, 3}}, matched("вода"))
	require.NoError(t, l.store.Delete(t.Context(), admin, b.ID, 3))
	require.Nil(t, matched("вода"))
}
