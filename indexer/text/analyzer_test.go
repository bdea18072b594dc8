package text

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func keyOf(form string) string { return New().state.Load().key(form) }

func TestAnalyze(t *testing.T) {
	a := New().Analyze("Нет ВОДЫ", "Ещё: #Вода @Ivan — #вода!")
	require.Equal(t, []Token{
		{keyOf("нет"), "нет", 1, 0, 6, Title},
		{keyOf("вода"), "воды", 2, 7, 15, Title},
		{keyOf("еще"), "еще", 2 + TitleGap + 1, 0, 6, Body},
		{keyOf("вода"), "вода", 2 + TitleGap + 2, 9, 17, Body},
		{keyOf("вода"), "вода", 2 + TitleGap + 3, 29, 37, Body},
	}, a.Tokens)
	require.Equal(t, []string{"вода"}, a.Tags, "folded and once")
	require.Equal(t, []string{"ivan"}, a.Mentions)
	require.False(t, a.Cut)

	require.Equal(t, 1, New().Analyze("🙂", "вода").Tokens[0].Pos, "a title without words takes no place")
	require.Empty(t, New().Analyze("", "").Tokens)
}

func TestWordsAreThoseOfAPost(t *testing.T) {
	z := New()
	require.Equal(t, []string{"кто", "то", "еще", "вода"}, z.Words("Кто-то ещё #вода @ivan https://a.ru"))
	require.Nil(t, z.Words("https://a.ru 🙂"))
	require.Equal(t, z.Keys("вода"), z.Keys(z.Words("ВОДЫ")[0]))
}

// Each limit, just kept and just broken.
func TestLimits(t *testing.T) {
	z := New()
	t.Run("positions", func(t *testing.T) {
		a := z.Analyze("", strings.Repeat("а ", MaxPositions))
		require.Len(t, a.Tokens, MaxPositions)
		require.Equal(t, MaxPositions, a.Tokens[MaxPositions-1].Pos)
		a = z.Analyze("", strings.Repeat("а ", MaxPositions)+"б")
		require.Len(t, a.Tokens, MaxPositions)
		require.True(t, a.Cut)
		// Title and gap count, too.
		a = z.Analyze("в", strings.Repeat("а ", MaxPositions-TitleGap-1))
		require.Len(t, a.Tokens, MaxPositions-TitleGap)
		require.Equal(t, MaxPositions, a.Tokens[len(a.Tokens)-1].Pos)
		b := z.Analyze("в", strings.Repeat("а ", MaxPositions-TitleGap))
		require.Equal(t, a.Tokens, b.Tokens)
	})
	t.Run("positions alone say so", func(t *testing.T) {
		var s strings.Builder
		for i := range MaxPositions {
			fmt.Fprintf(&s, "%d ", i)
		}
		require.False(t, z.Analyze("", s.String()).Cut)
		a := z.Analyze("", s.String()+"x")
		require.True(t, a.Cut)
		require.Len(t, a.Tokens, MaxPositions)
	})
	t.Run("bytes", func(t *testing.T) {
		space := strings.Repeat(" ", MaxBytes-len("вода"))
		a := z.Analyze("", space+"вода")
		require.Len(t, a.Tokens, 1)
		require.False(t, a.Cut)
		a = z.Analyze("", space+"вода.")
		require.Len(t, a.Tokens, 1)
		require.True(t, a.Cut)
		// A word that the limit cuts in two is left out, between letters and
		// in the midst of one.
		for _, rest := range []string{"воды", " вода"} {
			a = z.Analyze("", space[:len(space)-1]+rest+"ю")
			require.Empty(t, a.Tokens, rest)
			require.True(t, a.Cut)
		}
		// A mark beyond belongs to it as well.
		require.Empty(t, z.Analyze("", space+"вода\u0301").Tokens)
		// Each field has its own.
		a = z.Analyze(space+"вода", space+"вода")
		require.Len(t, a.Tokens, 2)
	})
	t.Run("letters", func(t *testing.T) {
		long := strings.Repeat("ж", MaxLetters)
		require.Equal(t, long, z.Words(long)[0])
		one, two := z.Words(long + "а")[0], z.Words(long + "б")[0]
		require.NotEqual(t, one, two)
		for _, w := range []string{one, two} {
			require.Equal(t, MaxLetters, utf8.RuneCountInString(w))
			require.True(t, strings.HasPrefix(w, long[:2*(MaxLetters-hashLetters)]))
		}
		a := z.Analyze("", long+"а #"+long+"б @"+long)
		require.False(t, a.Cut, "it is still found")
		require.Equal(t, z.Keys(one)[0], a.Tokens[0].Key, "by the key of the query's word")
		require.Equal(t, []string{two}, a.Tags)
		require.Equal(t, []string{long}, a.Mentions)
		require.Equal(t, z.Words(strings.ToUpper(long + "а"))[0], one)
	})
	t.Run("occurrences", func(t *testing.T) {
		a := z.Analyze("", strings.Repeat("яма ", MaxOccurrences))
		require.False(t, a.Cut)
		require.Equal(t, "яма", a.Tokens[MaxOccurrences-1].Surface)
		a = z.Analyze("яма", strings.Repeat("яма ", MaxOccurrences-1)+"ямы яма дом")
		n := MaxOccurrences
		require.True(t, a.Cut)
		require.Equal(t, keyOf("яма"), a.Tokens[n-1].Key)
		require.Equal(t, Token{Key: "", Surface: "ямы", Pos: n + TitleGap + 1, Start: 7 * (n - 1), End: 7*(n-1) + 6, Field: Body}, a.Tokens[n],
			"the key is used up, the surface is the first")
		require.Equal(t, "", a.Tokens[n+1].Key)
		require.Equal(t, "", a.Tokens[n+1].Surface, "the 251st яма")
		require.Equal(t, keyOf("дом"), a.Tokens[n+2].Key, "the others are as ever")
		require.Equal(t, n+TitleGap+3, a.Tokens[n+2].Pos)
	})
}

// The cache holds so many words and no whole posts, and one analyser serves
// all goroutines.
func TestTheCacheIsBoundedAndShared(t *testing.T) {
	z := New()
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 30_000 {
				w := fmt.Sprintf("слово%dами", (i+g*7919)%50_000)
				if got, want := z.Words(w), Fold(w); len(got) != 1 || got[0] != want {
					t.Errorf("%s became %v", w, got)
					return
				}
			}
		})
	}
	wg.Wait()
	cache := z.state.Load().cache
	require.Len(t, cache, cacheSize)
	for i := range cache {
		if e := cache[i].Load(); e != nil {
			require.LessOrEqual(t, len(e.raw), maxCached)
			require.Equal(t, Fold(e.raw), e.surface)
		}
	}
	long := strings.Repeat("я", maxCached)
	z.Words(long)
	for i := range cache {
		if e := cache[i].Load(); e != nil {
			require.NotEqual(t, long, e.raw)
		}
	}
}

func FuzzAnalyze(f *testing.F) {
	for _, s := range []string{"Нет отопления", "отопления.Net https://a.ru/яма", "#вода_есть@x @y", "1\ufe0f\u20e3 за\u0301мок", "\xff\xfeвода", "кто-то\u00ad", "сен", "сен. мкр р-н 5кг #НетВоды", "вoда оооо",
		strings.Repeat("яма ", 300), strings.Repeat("ж", 200)} {
		f.Add(s, s)
		f.Add("", s)
	}
	z, fresh := New(), New()
	f.Fuzz(func(t *testing.T, title, body string) {
		a := z.Analyze(title, body)
		check(t, z, a, title, body)
		fresh.Use(nil)
		require.Equal(t, a, fresh.Analyze(title, body), "what is cached changes nothing")
		if !a.Cut {
			var surfaces []string
			for _, tok := range a.Tokens {
				surfaces = append(surfaces, tok.Surface)
			}
			require.Equal(t, append(z.Words(title), z.Words(body)...), surfaces)
		}
	})
}

// check holds an analysis against what the package promises.
func check(t testing.TB, z *Analyzer, a Analysis, title, body string) {
	t.Helper()
	keys, surfaces := map[string]int{}, map[string]int{}
	last := Token{Pos: 0, Field: Title}
	for i, tok := range a.Tokens {
		s := title
		if tok.Field == Body {
			s = body
		}
		require.Greater(t, tok.Pos, last.Pos)
		if i > 0 && tok.Field == last.Field {
			require.Equal(t, last.Pos+1, tok.Pos)
			require.GreaterOrEqual(t, tok.Start, last.End)
		} else if i > 0 {
			require.Equal(t, last.Pos+1+TitleGap, tok.Pos)
		}
		require.Less(t, tok.Start, tok.End)
		require.LessOrEqual(t, tok.End, min(len(s), MaxBytes))
		raw := s[tok.Start:tok.End]
		require.True(t, utf8.ValidString(raw), "%q", raw)
		surface := z.Words(raw)[0]
		require.NotEmpty(t, surface, "%q", raw)
		if tok.Surface != "" {
			require.Equal(t, surface, tok.Surface)
		}
		require.LessOrEqual(t, utf8.RuneCountInString(tok.Surface), MaxLetters)
		if tok.Key != "" {
			require.Contains(t, z.Keys(surface), tok.Key, "what stands in a text is found by it")
			require.LessOrEqual(t, utf8.RuneCountInString(tok.Key), len(KeyPrefix)+MaxLetters)
		}
		keys[tok.Key]++
		surfaces[tok.Surface]++
		last = tok
	}
	require.LessOrEqual(t, last.Pos, MaxPositions)
	delete(keys, "")
	delete(surfaces, "")
	for _, m := range []map[string]int{keys, surfaces} {
		for k, n := range m {
			require.LessOrEqual(t, n, MaxOccurrences, k)
		}
	}
}
