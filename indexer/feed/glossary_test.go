package feed_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/feed"
	"github.com/otklik/otklik/indexer/text"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/stream"
)

// A change of the glossary is a change of what open feeds find, of those that
// listen and of one that still catches up, and ends none of them.
func TestOpenFeedsTakeUpTheGlossary(t *testing.T) {
	l := onPostgres(t)
	z := text.New()
	h := hub(t, feed.Options{Log: l, Analyzer: z})
	open := func(from stream.Position) *feed.Subscription {
		s, err := h.Subscribe(soon(t), access.Everything(), compiled(t, z, "ковидарий | конец"), from)
		require.NoError(t, err)
		t.Cleanup(s.Close)
		return s
	}
	listens := open(nil)
	add(t, l, record(1, "в ковидарии пусто"), record(2, "увезли в красную зону"))
	id, _ := next(t, listens)
	require.Equal(t, post.ID("telegram:1/1"), id)

	late := open(stream.Position{0: 0, 1: 0, 2: 0, 3: 0, 4: 0, 5: 0, 6: 0, 7: 0})
	g, bad := text.ParseGlossary(1, "ковидарий = красная зона")
	require.Empty(t, bad)
	z.Use(g)
	add(t, l, record(3, "снова красная зона"), record(4, "о ковидариях"), record(5, "конец"))
	got := map[*feed.Subscription][]post.ID{}
	for _, s := range []*feed.Subscription{listens, late} {
		for id := post.ID(""); id != "telegram:1/5"; {
			id, _ = next(t, s)
			got[s] = append(got[s], id)
		}
	}
	require.ElementsMatch(t, []post.ID{"telegram:1/3", "telegram:1/4", "telegram:1/5"}, got[listens])
	require.Subset(t, got[late], []post.ID{"telegram:1/1", "telegram:1/2", "telegram:1/3", "telegram:1/4"})
	require.EqualValues(t, 2, h.Counters().Clients.Load())
}
