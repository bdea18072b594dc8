package simulate

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestMonsters(t *testing.T) {
	all := Monsters()
	for name, s := range all {
		require.True(t, utf8.ValidString(s), name)
	}
	require.Len(t, strings.Fields(all["100,000 words"]), 100_000)
	require.Equal(t, 50_000, strings.Count(all["50,000 hashtags"], "#"))
	require.Len(t, Author(), AuthorBytes)
	seen := map[rune]bool{}
	for _, r := range all["every plane"] {
		seen[r>>16] = true
	}
	require.Len(t, seen, 17)
}
