package standing_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/indexer/standing"
	"github.com/otklik/otklik/indexer/text"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/testenv"
)

func store(t *testing.T) *standing.Store {
	return &standing.Store{
		Pool: testenv.Postgres(t),
		Now:  func() time.Time { return time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC) },
		CheckQuery: func(q string) []fault.Field {
			if q == "" {
				return []fault.Field{{Path: "query", Message: "is empty"}}
			}
			return nil
		},
		KnownRegion: func(c string) bool { return c == "RU-PRI" || c == "RU-SAM" },
	}
}

var (
	admin = access.Person{Name: "admin", Role: access.Administrator, Regions: []string{"*"}, Sealed: true}
	local = access.Person{Name: "local", Role: access.Specialist, Regions: []string{"RU-PRI"}}
)

func draft(query string, regions ...string) standing.Draft {
	return standing.Draft{Name: "Отопление", Query: query, Regions: regions}
}

func TestVersionsAndConflicts(t *testing.T) {
	s, ctx := store(t), context.Background()
	a, err := s.Create(ctx, local, draft("отопление", "RU-PRI"))
	require.NoError(t, err)
	require.Equal(t, 1, a.Version)
	b, err := s.Update(ctx, local, a.ID, 1, draft("отопление | батареи", "RU-PRI"))
	require.NoError(t, err)
	require.Equal(t, 2, b.Version)
	require.Greater(t, b.Generation, a.Generation)

	_, err = s.Update(ctx, local, a.ID, 1, draft("вода", "RU-PRI"))
	require.Equal(t, fault.Conflict, fault.KindOf(err), "the second of two savers")

	vs, err := s.Versions(ctx, local.Scope(), a.ID)
	require.NoError(t, err)
	require.Len(t, vs, 2)
	require.Equal(t, "отопление", vs[1].Query)

	_, err = s.Restore(ctx, local, a.ID, 2)
	require.Equal(t, fault.NotFound, fault.KindOf(err), "it is in work")
	require.NoError(t, s.Delete(ctx, local, a.ID, 2))
	_, err = s.Get(ctx, local.Scope(), a.ID)
	require.Equal(t, fault.NotFound, fault.KindOf(err))

	// One that is taken back has its number, and its past is searched anew.
	_, err = s.Restore(ctx, local, a.ID, 2)
	require.Equal(t, fault.Conflict, fault.KindOf(err))
	_, err = s.Restore(ctx, access.Person{Role: access.Specialist, Regions: []string{"RU-SAM"}}, a.ID, 3)
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	c, err := s.Restore(ctx, local, a.ID, 3)
	require.NoError(t, err)
	require.Equal(t, []any{a.ID, 4, "отопление | батареи", false, false}, []any{c.ID, c.Version, c.Query, c.PastDone, c.Deleted})
	changed, _, err := s.Changes(ctx, b.Generation)
	require.NoError(t, err)
	require.Equal(t, []standing.Search{c}, changed)
	require.NoError(t, s.Delete(ctx, local, a.ID, 4))
}

func TestEveryBadFieldIsNamed(t *testing.T) {
	s := store(t)
	_, err := s.Create(context.Background(), local, standing.Draft{Zone: "Mars/Olympus", Regions: []string{"RU-XXX", "RU-SAM", "*"}, Sealed: true})
	var e *fault.Error
	require.ErrorAs(t, err, &e)
	var paths []string
	for _, f := range e.Fields {
		paths = append(paths, f.Path)
	}
	require.Equal(t, []string{"name", "zone", "regions[0]", "regions[1]", "regions[2]", "sealed", "query"}, paths)
}

func TestScope(t *testing.T) {
	s, ctx := store(t), context.Background()
	sam, err := s.Create(ctx, admin, draft("вода", "RU-SAM"))
	require.NoError(t, err)
	_, err = s.Create(ctx, admin, draft("вода", "RU-PRI"))
	require.NoError(t, err)
	_, err = s.Get(ctx, local.Scope(), sam.ID)
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	_, err = s.Update(ctx, local, sam.ID, 1, draft("мосты", "RU-PRI"))
	require.Equal(t, fault.NotFound, fault.KindOf(err), "another region's search can't be taken over")
	for scope, n := range map[*access.Scope]int{ptr(local.Scope()): 1, ptr(admin.Scope()): 2, {}: 0} {
		all, err := s.List(ctx, *scope, 0, 100)
		require.NoError(t, err)
		require.Len(t, all, n)
	}
}

func ptr[T any](v T) *T { return &v }

// A reader who has seen generation n has seen every change up to n, whatever
// the order in which concurrent savers commit.
func TestGenerationsBecomeVisibleInOrder(t *testing.T) {
	s, ctx := store(t), context.Background()
	const savers, each = 4, 25
	var wg sync.WaitGroup
	for range savers {
		wg.Go(func() {
			for range each {
				_, err := s.Create(ctx, admin, draft("вода", "RU-PRI"))
				require.NoError(t, err)
			}
		})
	}
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	seen, gen := map[int64]bool{}, int64(0)
	for last := false; ; {
		changed, next, err := s.Changes(ctx, gen)
		require.NoError(t, err)
		require.GreaterOrEqual(t, next, gen)
		for _, c := range changed {
			require.LessOrEqual(t, c.Generation, next)
			seen[c.ID] = true
		}
		gen = next
		if last {
			break
		}
		select {
		case <-done:
			last = true
		default:
		}
	}
	require.Len(t, seen, savers*each)
}

// The past of a search is due only when every live indexer matches new posts
// with it: so there is no gap between the past and the present.
func TestPastWaitsForEveryLiveIndexer(t *testing.T) {
	s, ctx := store(t), context.Background()
	a, err := s.Create(ctx, admin, draft("вода", "RU-PRI"))
	require.NoError(t, err)

	due := func() bool {
		p, ok, err := s.NextPast(ctx)
		require.NoError(t, err)
		if ok {
			p.Abandon(ctx)
		}
		return ok
	}
	require.False(t, due(), "no indexer has acknowledged")

	require.NoError(t, s.Acknowledge(ctx, "one", a.Generation, text.Version))
	require.NoError(t, s.Acknowledge(ctx, "two", a.Generation-1, text.Version))
	require.False(t, due(), "the second indexer still matches without it")

	require.NoError(t, s.Acknowledge(ctx, "two", a.Generation, text.Version))
	p, ok, err := s.NextPast(ctx)
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, a.ID, p.Search.ID)
	require.False(t, due(), "nobody else gets it meanwhile")

	// A change while the past is searched is not held up, and stays due.
	b, err := s.Update(ctx, admin, a.ID, 1, draft("мосты", "RU-PRI"))
	require.NoError(t, err)
	require.NoError(t, p.Done(ctx, 5))
	now, err := s.Get(ctx, admin.Scope(), a.ID)
	require.NoError(t, err)
	require.False(t, now.PastDone)

	require.NoError(t, s.Acknowledge(ctx, "one", b.Generation, text.Version))
	later := *s
	later.Now = func() time.Time { return s.Now().Add(standing.Gone + time.Second) }
	require.NoError(t, later.Acknowledge(ctx, "one", b.Generation, text.Version))
	p, ok, err = later.NextPast(ctx)
	require.NoError(t, err)
	require.True(t, ok, "an indexer that is gone is waited for no longer")
	require.NoError(t, p.Done(ctx, 7))
	now, err = s.Get(ctx, admin.Scope(), a.ID)
	require.NoError(t, err)
	require.True(t, now.PastDone)
	require.EqualValues(t, 7, now.PastFound)
}
