package text

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/indexer/morph"
)

func glossary(t testing.TB, revision int, lines ...string) *Glossary {
	t.Helper()
	g, bad := ParseGlossary(revision, strings.Join(lines, "\n"))
	require.Empty(t, bad)
	return g
}

// finds says whether a word of a query finds a word of a text.
func finds(z *Analyzer, query, written string) bool {
	return slices.Contains(z.Keys(query), z.Analyze("", written).Tokens[0].Key)
}

func TestAGlossary(t *testing.T) {
	z := New()
	require.False(t, finds(z, "краснуха", "краснушка"))
	require.False(t, finds(z, "единоросс", "медведь"))
	z.Use(glossary(t, 1,
		"# слова области", "", "ковидарий: ковидничок", "ТСЖ", "краснуха: краснушка, краснушку # так говорят", "едро: медведи",
		"УК = управляющая компания = управляйка", "Единая Россия = ЕР"))
	for _, c := range []struct {
		query, written string
		found          bool
	}{
		{"ковидарий", "ковидарием", true}, {"ковидария", "ковидарии", true},
		{"ковидарий", "ковидничком", true}, {"ковидничка", "ковидария", true},
		{"тсж", "ТСЖ", true},
		{"краснуха", "краснушку", true}, {"краснушка", "краснухи", true}, {"краснушка", "краснушку", true}, {"краснуха", "красный", false},
		{"едро", "медведи", true}, {"медведь", "медведи", true}, {"едро", "медведя", false},
		{"вода", "воды", true}, {"ковидарий", "ковида", false},
	} {
		require.Equal(t, c.found, finds(z, c.query, c.written), "%s finds %s", c.query, c.written)
	}
	require.Equal(t, [][]string{{"управляющая", "компания"}, {"управляйка"}}, z.Alike([]string{"ук"}))
	require.Equal(t, [][]string{{"ук"}, {"управляйка"}}, z.Alike([]string{"управляющей", "компанией"}), "in any form")
	require.Equal(t, [][]string{{"ер"}}, z.Alike([]string{"единая", "россия"}))
	require.Equal(t, [][]string{{"единая", "россия"}}, z.Alike([]string{"ер"}))
	require.Empty(t, z.Alike([]string{"россия"}))
	require.Equal(t, Version*1_000_000+1, z.Edition())
	require.Equal(t, z.Edition(), z.Analyze("", "вода").Edition)
}

func TestWhatAGlossaryRefuses(t *testing.T) {
	for _, c := range []struct {
		line, found string
		code        GlossaryCode
	}{
		{"!!!", "!!!", NoWords}, {"единая россия", "единая россия", ManyWords}, {"дом: на улице!?-", "", ""}, {"дом: ул-ца", "ул-ца", ManyWords},
		{"УК =", "", LonelyName}, {"= УК", "", LonelyName}, {"УК = …", "…", NoWords}, {"УК = раз два три четыре пять шесть семь восемь девять", "раз два три четыре пять шесть семь восемь девять", TooManyOf},
		{"дом: " + strings.Repeat("а ", maxGlossaryForms+1), "дом", TooManyOf}, {strings.Repeat("а = ", maxGlossaryForms) + "б", "а", TooManyOf},
		{"вода\nвода", "вода", DeclaredTwo}, {strings.Repeat("я", MaxGlossary), "", TooLarge}, {strings.Repeat("\n", maxGlossaryLines+1), "", TooLarge},
		{"УК = компания\nУК: укашка", "", ""},
	} {
		g, bad := ParseGlossary(1, c.line)
		if c.code == "" {
			require.Empty(t, bad, c.line)
			continue
		}
		require.Nil(t, g)
		require.Equal(t, c.code, bad[0].Code, "%.40q", c.line)
		require.Equal(t, c.found, bad[0].Found, "%.40q", c.line)
		for _, lang := range []string{"ru", "en"} {
			require.NotContains(t, bad[0].Message(lang), "{}")
		}
	}
	_, bad := ParseGlossary(1, "вода\n!!!\nснег\nдва слова\n")
	require.Len(t, bad, 2, "all at once")
	require.Equal(t, []int{2, 4}, []int{bad[0].Line, bad[1].Line})
}

// A query finds what was put in under each edition that is still there.
func TestOlderEditions(t *testing.T) {
	one, two := glossary(t, 1, "ковидарий: ковидник"), glossary(t, 2, "едро: медведи")
	under := func(z *Analyzer, s string) string { return z.Analyze("", s).Tokens[0].Key }
	old := New()
	none := under(old, "медведи")
	old.Use(one)
	covid := under(old, "ковидник")

	z := New()
	z.Use(two)
	require.NotContains(t, z.Keys("едро"), none, "unless one says that there are such")
	require.NotContains(t, z.Keys("ковидарий"), covid)
	z.Use(two, Edition{Version, nil}, Edition{Version, one}, Edition{Version, two})
	require.Contains(t, z.Keys("едро"), none, "of the time when the word wasn't in")
	require.Contains(t, z.Keys("ковидарий"), covid, "of the time when the word was in")
	require.Contains(t, z.Keys("едро"), under(z, "медведи"))

	require.NotContains(t, z.Keys("дети"), "s:дет")
	z.Use(two, Edition{Code: 1})
	require.Contains(t, z.Keys("дети"), "s:дет", "of stems alone")
	require.Contains(t, z.Keys("едро"), "s:медвед")
	require.Contains(t, z.Keys("дети"), under(z, "ребенок"))
}

func TestEditionNumbers(t *testing.T) {
	require.Equal(t, 1, Edition{Code: 1}.Number())
	require.Equal(t, 2_000_000, Edition{Code: 2}.Number())
	n := Edition{2, &Glossary{Revision: 17}}.Number()
	code, revision := Split(n)
	require.Equal(t, []int{2_000_017, 2, 17}, []int{n, code, revision})
	code, revision = Split(1)
	require.Equal(t, []int{1, 0}, []int{code, revision})
}

func TestReadings(t *testing.T) {
	z := New()
	z.Use(glossary(t, 1, "едро"))
	for word, want := range map[string][]Reading{
		"стали":    {{"сталь", FromDictionary}, {"стать", FromDictionary}},
		"оооочень": {{"очень", FromDictionary}},
		"едро":     {{"едро", FromGlossary}},
		"р-н":      {{"район", FromAbbreviation}},
		"мроту":    {{"мрот", FromEnding}},
		"wifi":     {{"wifi", FromStem}},
	} {
		require.Equal(t, want, z.Readings(word), word)
	}
}

func TestAbbreviationsAreOfKnownWords(t *testing.T) {
	all, err := parseAbbreviations(abbreviationsFile)
	require.NoError(t, err)
	dict, err := morph.Open()
	require.NoError(t, err)
	for short, as := range all {
		require.Equal(t, Fold(short), short)
		for _, a := range as {
			for _, l := range a.lemmas {
				require.Contains(t, dict.Lemmas(l), l, "%s %s", short, a.place)
			}
		}
	}
	for _, bad := range []string{"ул", "ул always", "ул nowhere улица", strings.Repeat("у", maxAbbreviation) + " always улица"} {
		_, err := parseAbbreviations(bad)
		require.Error(t, err, bad)
	}
}

func FuzzGlossary(f *testing.F) {
	for _, s := range []string{"ковид\nТСЖ\n", "а: б в", "УК = управляющая компания = б", "#", "=:", "а:=б", "\xff", "вoда"} {
		f.Add(s)
	}
	z := New()
	f.Fuzz(func(t *testing.T, s string) {
		g, bad := ParseGlossary(1, s)
		for _, e := range bad {
			require.Positive(t, e.Line)
		}
		if g == nil {
			require.NotEmpty(t, bad)
			return
		}
		z.Use(g)
		n := 0
		for lemma, forms := range g.formsOf {
			for _, form := range forms {
				if n++; n > 50 {
					return
				}
				require.Contains(t, z.Keys(lemma), z.state.Load().key(z.state.Load().form(form)), "%s %s", lemma, form)
			}
		}
	})
}
