package ingest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/glossary"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/standing"
	"github.com/otklik/otklik/indexer/text"
	"github.com/otklik/otklik/internal/fault"
)

// meanwhile does something while a body is read, which is amid an analysis.
type meanwhile func() (post.Post, error)

func (m meanwhile) Body(context.Context, post.ID, int64) (post.Post, error) { return m() }

// A glossary that comes into force amid a batch is in force for all of it:
// nothing is matched or put with an edition older than the acknowledged one.
func TestABatchHasOneGlossary(t *testing.T) {
	l := newLine(t)
	words := &glossary.Store{Pool: l.pool, Now: time.Now}
	z := text.New()
	follower := &glossary.Follower{Store: words, Analyzer: z, Writes: true}
	s := l.searches("one")
	s.Words = follower
	s.Compile = func(s standing.Search) (query.Expr, []fault.Field) {
		return s.Compile(query.Compiler{Analyzer: z, KnownRegion: func(string) bool { return true }})
	}
	g := l.ingester(s)
	g.Analyzer = z
	saved := l.search("ковидарий", "*")
	require.NoError(t, s.Refresh(t.Context()))
	was := z.Edition()

	changed := false
	g.Bodies = meanwhile(func() (post.Post, error) {
		changed = true
		_, err := words.Change(t.Context(), admin, 0, "ковидарий: гноилка")
		require.NoError(t, err)
		require.NoError(t, s.Refresh(t.Context()))
		require.NotEqual(t, was, z.Edition())
		return post.Post{Text: "тайна"}, nil
	})
	sealed := record(2, "")
	sealed.Visibility, sealed.Post = post.Sealed, nil
	rejected, err := g.Handle(t.Context(), messages(encode(t, record(1, "в гноилке мест нет"), sealed)...))
	require.NoError(t, err)
	require.Empty(t, rejected)
	require.True(t, changed)

	found := 0
	for _, ms := range l.matches() {
		for _, m := range ms {
			require.Equal(t, z.Edition(), m.Analysis)
			for _, f := range m.Searches {
				require.Equal(t, saved.ID, f.ID)
				found++
			}
		}
	}
	require.Equal(t, 1, found)
	live, err := words.Live(t.Context())
	require.NoError(t, err)
	require.Equal(t, []int{was, z.Edition()}, live.Numbers)
	var edition int
	require.NoError(t, l.pool.QueryRow(t.Context(), `SELECT edition FROM indexer_generation`).Scan(&edition))
	require.Equal(t, z.Edition(), edition)
}
