package simulate

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
)

// The committed corpus is what the generator makes.
func TestCorpusIsFresh(t *testing.T) {
	made, err := MakeCorpus()
	require.NoError(t, err)
	kept, err := Corpus()
	require.NoError(t, err)
	require.Equal(t, len(made), len(kept), "run go generate ./internal/simulate")
	for i := range made {
		require.Equal(t, made[i], kept[i], "run go generate ./internal/simulate")
	}
}

func TestCorpus(t *testing.T) {
	lines, err := Corpus()
	require.NoError(t, err)
	require.Greater(t, len(lines), CorpusPosts+100)
	ids, cut, channels := map[post.ID]bool{}, 0, map[string]int{}
	for _, l := range lines {
		require.NoError(t, l.ID.Check())
		require.False(t, ids[l.ID], l.ID)
		ids[l.ID] = true
		channels[l.ID.Source()]++
		if l.Post.Normalize() != "" {
			cut++
		}
	}
	require.GreaterOrEqual(t, cut, 2, "posts longer than the limit are among them")
	require.GreaterOrEqual(t, len(channels), 8)
}
