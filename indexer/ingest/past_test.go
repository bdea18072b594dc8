package ingest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/search"
	"github.com/otklik/otklik/indexer/standing"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
)

// fill puts records into the index.
func (l *line) fill(rs ...post.Record) {
	l.t.Helper()
	rejected, err := l.ingester(l.searches("filler")).Handle(context.Background(), messages(encode(l.t, rs...)...))
	require.NoError(l.t, err)
	require.Empty(l.t, rejected)
}

func (l *line) found(s standing.Search) (n int64, done bool) {
	l.t.Helper()
	now, err := l.store.Get(context.Background(), admin.Scope(), s.ID)
	require.NoError(l.t, err)
	return now.PastFound, now.PastDone
}

// The past of a search is all that it matches, over many pages, as backfill,
// in its regions only.
func TestThePastOfASearch(t *testing.T) {
	l := newLine(t)
	var rs []post.Record
	for n := 1; n <= 2*pastPage+3; n++ {
		rs = append(rs, record(n, "вода", in("RU-PRI", "RU-SAM")))
	}
	l.kept.bodies["telegram:1/5003"] = "вода"
	rs = append(rs, record(5001, "снег"), record(5002, "вода", in("RU-SAM")), record(5003, "", sealed),
		record(5004, "вода", func(r *post.Record) { r.Visibility = post.Partner }),
		record(5005, "вода"), record(5005, "", deletion, rev(6000)))
	l.fill(rs...)
	primorye, all := l.search("вода", "RU-PRI"), l.search("снег", "*")
	hidden, err := l.store.Create(t.Context(), admin, standing.Draft{Name: "тайна", Query: "вода since:2026-11-24 until:2026-11-24", Regions: []string{"RU-PRI"}, Sealed: true})
	require.NoError(t, err)
	require.NoError(t, l.searches("filler").Refresh(t.Context()))
	require.NoError(t, l.past().Round(t.Context()))

	n, done := l.found(primorye)
	require.True(t, done)
	require.EqualValues(t, 2*pastPage+3+2, n, "with the partner's, without the sealed one")
	n, _ = l.found(all)
	require.EqualValues(t, 1, n)
	n, _ = l.found(hidden)
	require.EqualValues(t, 2*pastPage+3+3, n)
	got := l.matches()
	for key, ms := range got {
		require.Equal(t, "RU-PRI|", key[:7], "of the regions of the search only")
		for _, m := range ms {
			if m.Kind == post.Deletion { // not of the past
				require.Equal(t, post.ID("telegram:1/5005"), m.ID)
				continue
			}
			require.Len(t, m.Searches, 1)
			require.Equal(t, 1, m.Searches[0].Version)
			require.Equal(t, post.Backfill, m.Origin)
			require.Equal(t, post.Revision, m.Kind)
		}
	}
	require.Len(t, got["RU-PRI|telegram:1/7"], 2)
	require.Equal(t, hidden.ID, got["RU-PRI|telegram:1/5003"][0].Searches[0].ID)
	require.Nil(t, got["RU-PRI|telegram:1/5003"][0].Post, "a sealed body stays where it is")
	require.Len(t, got["RU-PRI|telegram:1/5003"], 1)

	require.NoError(t, l.past().Round(t.Context()))
	require.Equal(t, got, l.matches(), "done is done")
}

// halting is an index that can't answer, or only a part, for some queries.
type halting struct {
	search.Reader
	asked map[string]int
	bad   map[string]func() (search.Page, error) // Describe(expr) → answer
}

func (h *halting) Search(ctx context.Context, scope access.Scope, r search.Request) (search.Page, error) {
	q := query.Describe(r.Expr)
	h.asked[q]++
	if answer, ok := h.bad[q]; ok {
		return answer()
	}
	return h.Reader.Search(ctx, scope, r)
}

// A search whose past can't be read, or only in part, stays due, is tried again
// after a while, and does not keep the others waiting.
func TestAPastThatCannotBeSearched(t *testing.T) {
	l := newLine(t)
	l.fill(record(1, "снег"))
	first, second, third := l.search("вода", "*"), l.search("свет", "*"), l.search("снег", "*")
	require.NoError(t, l.searches("filler").Refresh(t.Context()))
	p := l.past()
	now := time.Now()
	p.Now = func() time.Time { return now }
	means := func(q string) string {
		e, bad := compile(standing.Search{Query: q, Zone: "UTC"})
		require.Empty(t, bad)
		return query.Describe(e)
	}
	index := &halting{Reader: l.index, asked: map[string]int{}, bad: map[string]func() (search.Page, error){
		means("вода"): func() (search.Page, error) { return search.Page{}, fault.New(fault.Unavailable, "away") },
		means("свет"): func() (search.Page, error) { return search.Page{Reached: now}, nil },
	}}
	p.Index = index
	for range 3 {
		require.NoError(t, p.Round(t.Context()))
	}
	_, done := l.found(third)
	require.True(t, done)
	for _, s := range []standing.Search{first, second} {
		_, done := l.found(s)
		require.False(t, done)
	}
	require.Equal(t, map[string]int{means("вода"): 1, means("свет"): 1, means("снег"): 1}, index.asked, "not again at once")
	now = now.Add(pauseMin)
	require.NoError(t, p.Round(t.Context()))
	require.Equal(t, 2, index.asked[means("вода")])
	now = now.Add(pauseMin)
	require.NoError(t, p.Round(t.Context()))
	require.Equal(t, 2, index.asked[means("вода")], "the pause doubles")
	index.bad = nil
	now = now.Add(pauseMin)
	require.NoError(t, p.Round(t.Context()))
	for _, s := range []standing.Search{first, second} {
		_, done := l.found(s)
		require.True(t, done)
	}
}

// The log being away leaves the past to be searched again.
func TestAPastThatCannotBeTold(t *testing.T) {
	l := newLine(t)
	l.fill(record(1, "вода"))
	s := l.search("вода", "*")
	require.NoError(t, l.searches("filler").Refresh(t.Context()))
	p := l.past()
	p.Log = &recorder{fail: "matches"}
	require.NoError(t, p.Round(t.Context()))
	_, done := l.found(s)
	require.False(t, done)
	require.NoError(t, l.past().Round(t.Context()))
	n, done := l.found(s)
	require.True(t, done)
	require.EqualValues(t, 1, n)
	require.Len(t, l.matches(), 1)
}

// A search that can't be compiled any more has no past, and says so to nobody
// but the journal: it would fail for ever.
func TestAPastThatCannotBeCompiled(t *testing.T) {
	l := newLine(t)
	s := l.search("вода", "*")
	require.NoError(t, l.searches("filler").Refresh(t.Context()))
	p := l.past()
	p.Compile = func(standing.Search) (query.Expr, []fault.Field) {
		return nil, []fault.Field{{Path: "query", Message: "no"}}
	}
	require.NoError(t, p.Round(t.Context()))
	n, done := l.found(s)
	require.True(t, done)
	require.Zero(t, n)
}
