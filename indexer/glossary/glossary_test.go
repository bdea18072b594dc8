package glossary_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/glossary"
	"github.com/otklik/otklik/indexer/standing"
	"github.com/otklik/otklik/indexer/text"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/audit"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/testenv"
)

var (
	start = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	anna  = access.Person{ID: 7, Name: "Анна", Role: access.Administrator, Regions: []string{"*"}}
)

func store(t *testing.T) *glossary.Store {
	return &glossary.Store{Pool: testenv.Postgres(t), Now: func() time.Time { return start }}
}

func number(revision int) int {
	return text.Edition{Code: text.Version, Glossary: &text.Glossary{Revision: revision}}.Number()
}

func TestRevisionsAndConflicts(t *testing.T) {
	s, ctx := store(t), t.Context()
	now, err := s.Current(ctx)
	require.NoError(t, err)
	require.Equal(t, glossary.Revision{}, now)
	var before, after int64
	require.NoError(t, s.Pool.QueryRow(ctx, `SELECT generation FROM search_clock`).Scan(&before))

	a, err := s.Change(ctx, anna, 0, "ковид\r\nУК = управляющая компания\n")
	require.NoError(t, err)
	require.Equal(t, []any{1, "ковид\nУК = управляющая компания\n", "Анна", start}, []any{a.Revision, a.Body, a.ChangedBy, a.ChangedAt.UTC()})
	require.NoError(t, s.Pool.QueryRow(ctx, `SELECT generation FROM search_clock`).Scan(&after))
	require.Equal(t, before+1, after, "indexers have to acknowledge it")

	_, err = s.Change(ctx, anna, 0, "другое")
	require.Equal(t, fault.Conflict, fault.KindOf(err), "the second of two savers")
	_, err = s.Change(ctx, anna, 1, a.Body)
	require.Equal(t, fault.Invalid, fault.KindOf(err), "nothing has changed")
	_, err = s.Change(ctx, anna, 1, "ковид\n\nмёртвая вода\nТСЖ =\n")
	var f *fault.Error
	require.ErrorAs(t, err, &f)
	require.Equal(t, []string{"body[3]", "body[4]"}, []string{f.Fields[0].Path, f.Fields[1].Path})
	require.Contains(t, glossary.Check("мёртвая вода", "ru")[0].Message, "несколько слов")
	for _, bad := range []string{"a\x00b", "\xff"} {
		_, err = s.Change(ctx, anna, 1, bad)
		require.Equal(t, fault.Invalid, fault.KindOf(err))
	}

	b, err := s.Change(ctx, anna, 1, "ковид\n")
	require.NoError(t, err)
	now, err = s.Current(ctx)
	require.NoError(t, err)
	require.Equal(t, b, now)
	old, err := s.Revision(ctx, 1)
	require.NoError(t, err)
	require.Equal(t, a.Body, old.Body)
	_, err = s.Revision(ctx, 3)
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	all, err := s.History(ctx, 0, 10)
	require.NoError(t, err)
	require.Equal(t, []int{2, 1}, []int{all[0].Revision, all[1].Revision})
	require.Empty(t, all[0].Body)
	all, err = s.History(ctx, 2, 10)
	require.NoError(t, err)
	require.Len(t, all, 1)

	events, err := audit.List(ctx, s.Pool, nil, true, true, audit.Filter{Thing: audit.Glossary, Limit: 10})
	require.NoError(t, err)
	require.Len(t, events, 2)
	require.Equal(t, []any{int64(7), "Анна", audit.Changed, "2"}, []any{events[0].Who, events[0].By, events[0].Kind, events[0].Of})
	require.Equal(t, audit.Change{Was: []any{"УК = управляющая компания"}}, events[0].Changes["lines"])
}

func TestAFollowerTakesUpTheGlossary(t *testing.T) {
	s, ctx := store(t), t.Context()
	asks := &glossary.Follower{Store: s, Analyzer: text.New()}
	writes := &glossary.Follower{Store: s, Analyzer: text.New(), Writes: true}
	look := func(f *glossary.Follower) bool {
		use, err := f.Look(ctx)
		require.NoError(t, err)
		if use != nil {
			use()
		}
		return use != nil
	}
	require.True(t, look(asks))
	l, err := s.Live(ctx)
	require.NoError(t, err)
	require.Empty(t, l.Numbers, "nobody has written anything, and nobody who asks makes an edition")
	require.True(t, look(writes))
	require.True(t, look(asks))
	require.False(t, look(asks))
	require.False(t, look(writes))

	_, err = s.Change(ctx, anna, 0, "ковидарий: гноилка")
	require.NoError(t, err)
	require.True(t, look(writes))
	require.True(t, look(asks))
	require.Equal(t, number(1), writes.Edition())
	l, err = s.Live(ctx)
	require.NoError(t, err)
	require.Equal(t, []int{number(0), number(1)}, l.Numbers)
	require.Subset(t, asks.Analyzer.Keys("ковидарий"), text.New().Keys("гноилка"), "of documents before the glossary")

	// Of a revision that this build can't read nothing is known.
	_, err = s.Pool.Exec(ctx, `INSERT INTO glossary VALUES (2, 'две три', 'x', now())`)
	require.NoError(t, err)
	require.True(t, look(writes))
	require.Equal(t, number(2), writes.Edition())
}

// settle makes an indexer that lives write with an edition.
func settle(t *testing.T, s *glossary.Store, indexer string, edition int) {
	t.Helper()
	ss := &standing.Store{Pool: s.Pool, Now: s.Now}
	require.NoError(t, ss.Acknowledge(context.Background(), indexer, 1, edition))
}

func TestAnEditionIsRetiredWhenNoDocumentHasIt(t *testing.T) {
	s, ctx := store(t), t.Context()
	a, b := post.Bucket("standard-2026-10"), post.Bucket("standard-2026-11")
	require.NoError(t, s.Take(ctx, 1))
	require.NoError(t, s.Take(ctx, number(0)))
	require.NoError(t, s.Take(ctx, number(0)))
	e, err := s.Era(ctx)
	require.NoError(t, err)
	require.Equal(t, []any{number(0), true}, []any{e.Edition, e.Others})
	retire := func(want bool, buckets ...post.Bucket) {
		t.Helper()
		done, err := s.Retire(ctx, e, buckets)
		require.NoError(t, err)
		require.Equal(t, want, done)
	}
	renewed := func() map[post.Bucket]int64 {
		t.Helper()
		m, err := s.Renewed(ctx, e)
		require.NoError(t, err)
		return m
	}
	settle(t, s, "one", number(0))
	require.NoError(t, s.Renew(ctx, e, a, 12))
	require.Equal(t, map[post.Bucket]int64{a: 12}, renewed())
	require.Equal(t, []post.Bucket{b}, glossary.Left([]post.Bucket{a, b}, renewed()))
	retire(false, a, b)

	// What was made anew counts no more when another edition comes.
	require.NoError(t, s.Take(ctx, number(1)))
	require.NoError(t, s.Renew(ctx, e, b, 3))
	retire(false, a, b)
	e, err = s.Era(ctx)
	require.NoError(t, err)
	require.Empty(t, renewed())
	require.NoError(t, s.Renew(ctx, e, a, 12))
	require.NoError(t, s.Renew(ctx, e, b, 3))
	retire(false, a, b) // an indexer writes with the one before
	ok, err := s.Settled(ctx, number(1))
	require.NoError(t, err)
	require.False(t, ok)
	settle(t, s, "one", number(1))
	retire(true, a, b)
	l, err := s.Live(ctx)
	require.NoError(t, err)
	require.Equal(t, []int{number(1)}, l.Numbers)

	// A build that knows of no editions brings the first one back.
	_, err = s.Pool.Exec(ctx, `INSERT INTO indexer_generation (indexer, generation, seen_at) VALUES ('old', 1, $1)`, start)
	require.NoError(t, err)
	l, err = s.Live(ctx)
	require.NoError(t, err)
	require.Equal(t, []int{1, number(1)}, l.Numbers)
	e, err = s.Era(ctx)
	require.NoError(t, err)
	require.Equal(t, 1, e.Edition)

	// Buckets that were dropped, or all of them, hold nothing up.
	_, err = s.Pool.Exec(ctx, `DELETE FROM indexer_generation WHERE indexer = 'old'`)
	require.NoError(t, err)
	require.NoError(t, s.Take(ctx, number(1)))
	e, err = s.Era(ctx)
	require.NoError(t, err)
	require.NoError(t, s.Renew(ctx, e, a, 12))
	retire(false, a, b)
	retire(true, a)
	require.Equal(t, map[post.Bucket]int64{a: 12}, renewed())
}

func TestTheGlossaryDoesNotChangeWithoutEnd(t *testing.T) {
	s, ctx := store(t), t.Context()
	var err error
	n := 0
	for ; err == nil && n < 200; n++ {
		if _, err = s.Change(ctx, anna, n, fmt.Sprint("слово", n)); err == nil {
			require.NoError(t, s.Take(ctx, number(n+1)))
		}
	}
	require.Equal(t, fault.Conflict, fault.KindOf(err))
	require.Equal(t, 65, n)
}

func TestProgressIsKept(t *testing.T) {
	s, ctx := store(t), t.Context()
	p, err := s.Progress(ctx)
	require.NoError(t, err)
	require.Zero(t, p)
	want := glossary.Progress{Edition: number(3), Bucket: "standard-2026-11", BucketsDone: 1, Buckets: 2, Done: 12_340, Posts: 50_000, PerSecond: 250,
		Left: 150 * time.Second, Error: "the engine is away", BeganAt: start, At: start}
	require.NoError(t, s.Note(ctx, want))
	p, err = s.Progress(ctx)
	require.NoError(t, err)
	p.BeganAt, p.At = p.BeganAt.UTC(), p.At.UTC()
	require.Equal(t, want, p)
}
