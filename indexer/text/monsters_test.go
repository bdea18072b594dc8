package text_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/indexer/text"
	"github.com/otklik/otklik/internal/simulate"
)

// Whatever a post is, what is made of it stays within the limits of every
// engine, stands where it says, and words that can be found are found.
func TestMonsters(t *testing.T) {
	z := text.New()
	texts := simulate.Monsters()
	texts["deep markup"] = simulate.Deep(100_000)
	for name, s := range texts {
		a := z.Analyze(s[:strings.IndexByte(s+" ", ' ')], s)
		require.LessOrEqual(t, len(a.Tokens), text.MaxPositions, name)
		used := map[string]int{}
		for _, tok := range a.Tokens {
			require.LessOrEqual(t, tok.Pos, text.MaxPositions, name)
			require.LessOrEqual(t, utf8.RuneCountInString(tok.Surface), text.MaxLetters, name)
			require.True(t, utf8.ValidString(tok.Surface) && utf8.ValidString(tok.Key), name)
			if tok.Field == text.Body {
				require.True(t, tok.Start < tok.End && tok.End <= len(s), name)
				require.True(t, utf8.RuneStart(s[tok.Start]), name)
			}
			if tok.Key != "" {
				used[tok.Key]++
				require.LessOrEqual(t, used[tok.Key], text.MaxOccurrences, name)
			}
		}
		for _, tag := range append(a.Tags, a.Mentions...) {
			require.LessOrEqual(t, utf8.RuneCountInString(tag), text.MaxLetters, name)
		}
		require.LessOrEqual(t, len(a.Tags), text.MaxPositions, name)
	}
	require.True(t, z.Analyze("", texts["100,000 words"]).Cut)
	require.True(t, z.Analyze("", texts["50,000 hashtags"]).Cut)
	for name, word := range map[string]string{"right to left": "яма", "zero width": "отопления", "every plane": "яма"} {
		keys := z.Keys(word)
		found := false
		for _, tok := range z.Analyze("", texts[name]).Tokens {
			found = found || slices.Contains(keys, tok.Key)
		}
		require.True(t, found, "%s: %s", name, word)
	}
}
