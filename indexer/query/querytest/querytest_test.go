package querytest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/match"
	"github.com/otklik/otklik/indexer/query/querytest"
)

func TestMatchGivesEveryAnswer(t *testing.T) {
	for _, th := range querytest.Themes(t) {
		for _, c := range th.Cases {
			assert.Equal(t, c.Want, answer(th, c), c.Name)
		}
	}
}

func answer(th querytest.Theme, c querytest.Case) []post.ID {
	return querytest.Answer(th.Posts, func(p querytest.Post) bool {
		return match.Matches(c.Expr, match.NewDoc(p.Envelope, p.Text))
	})
}

// Most random queries find some posts, and not all: otherwise comparing
// engines with them would show little.
func TestRandomThemesTellEnginesApart(t *testing.T) {
	th := querytest.Random(t, 1, 300, 400)
	require.Equal(t, th.Posts, querytest.Random(t, 1, 300, 400).Posts, "the same seed, the same theme")
	all := len(querytest.Present(th.Posts))
	require.Less(t, all, len(th.Posts), "some records are of one post")
	telling := 0
	for _, c := range th.Cases {
		if n := len(answer(th, c)); n > 0 && n < all {
			telling++
		}
	}
	require.Greater(t, telling, len(th.Cases)*3/4)
}
