package morph

import (
	"testing"

	"github.com/blevesearch/vellum"
	"github.com/stretchr/testify/require"
)

func open(t testing.TB) *Dictionary {
	t.Helper()
	d, err := Open()
	require.NoError(t, err)
	return d
}

func TestLemmas(t *testing.T) {
	d := open(t)
	for form, lemmas := range map[string][]string{
		"стали": {"сталь", "стать"}, "сталью": {"сталь"}, "детьми": {"ребенок"}, "ребенка": {"ребенок"}, "шел": {"идти"}, "идет": {"идти"},
		"льда": {"лед"}, "лед": {"лед"}, "получше": {"хороший"}, "наилучший": {"хороший"}, "котельную": {"котельная", "котельный"},
		"ыыы": nil, "": nil, "heating": nil, "\xff": nil,
	} {
		require.Equal(t, lemmas, d.Lemmas(form), form)
		require.Equal(t, KeyOf(lemmas), d.Key(form), form)
	}
}

// A word finds every form that may be of the same word, and no others.
func TestKeys(t *testing.T) {
	d := open(t)
	finds := func(word, form string) bool {
		for _, k := range d.Keys(word) {
			if k == d.Key(form) {
				return true
			}
		}
		return false
	}
	require.True(t, finds("ребенок", "детей"))
	require.True(t, finds("сталь", "стали"))
	require.True(t, finds("стать", "стали"))
	require.True(t, finds("стали", "сталью"), "whichever was meant")
	require.True(t, finds("стали", "станет"))
	require.False(t, finds("сталью", "станет"), "which can be of one word only")
	require.False(t, finds("школа", "школьник"))
	require.Empty(t, d.Keys("ыыы"))
	require.Equal(t, "l:GB-4LcJ2AFI", d.Key("стали"), "keys are in indices: they stay")
	require.Equal(t, KeyOf([]string{"сталь", "стать"}), d.Key("стали"))
	require.Empty(t, KeyOf(nil))
}

// Every form of the dictionary is found by each of its lemmas.
func TestEveryFormIsFound(t *testing.T) {
	d := open(t)
	all, err := d.forms.Iterator(nil, nil)
	keys := map[string]map[string]bool{}
	n := 0
	for ; err == nil; err = all.Next() {
		form, _ := all.Current()
		lemmas := d.Lemmas(string(form))
		if len(lemmas) == 0 {
			t.Fatalf("%q has no lemma", form)
		}
		key := KeyOf(lemmas)
		for _, l := range lemmas {
			of, ok := keys[l]
			if !ok {
				of = map[string]bool{}
				for _, k := range d.KeysOfLemma(l) {
					of[k] = true
				}
				keys[l] = of
			}
			if !of[key] {
				t.Fatalf("%q does not find its form %q", l, form)
			}
		}
		n++
	}
	require.ErrorIs(t, err, vellum.ErrIteratorDone)
	require.Equal(t, 3_060_103, n)
	sets := map[string]bool{}
	for _, of := range keys {
		for k := range of {
			sets[k] = true
		}
	}
	t.Logf("%d lemmas, %d keys", len(keys), len(sets))
}

// A form that the dictionary lacks meets its word, if that is there.
func TestGuess(t *testing.T) {
	d := open(t)
	for form, lemma := range map[string]string{
		"мроту": "мрот", "стеклянною": "стеклянный", "отоплениями": "отопление", "ыыы": "", "": "", "у": "", "абвгд": "",
	} {
		if d.Lemmas(form) == nil {
			require.Equal(t, lemma, d.Guess(form, d.HasLemma), form)
		}
	}
}

func TestRules(t *testing.T) {
	for _, c := range []struct {
		from, to string
		rule     Rule
	}{
		{"дом", "дом", Rule{}},
		{"дома", "дом", Rule{CutSuffix: 2}},
		{"дому", "дома", Rule{CutSuffix: 2, Append: "а"}},
		{"наилучший", "лучший", Rule{CutPrefix: 6}},
		{"лучший", "наилучший", Rule{Prepend: "наи"}},
		{"получше", "хороший", Rule{CutSuffix: 14, Append: "хороший"}},
		{"шел", "идти", Rule{CutSuffix: 6, Append: "идти"}},
		{"поле", "полях", Rule{CutSuffix: 2, Append: "ях"}},
	} {
		require.Equal(t, c.rule, RuleFor(c.from, c.to), "%s → %s", c.from, c.to)
		made, ok := c.rule.apply(nil, []byte(c.from))
		require.True(t, ok)
		require.Equal(t, c.to, string(made))
	}
	_, ok := Rule{CutPrefix: 3, CutSuffix: 3}.apply(nil, []byte("дом"[:4]))
	require.False(t, ok, "a rule that cuts more than there is")
	lists := [][]Rule{{{}}, {{1, 2, "наи", "ый"}, {CutSuffix: 4}}}
	back, err := parseRules(string(FormatRules(lists)))
	require.NoError(t, err)
	require.Equal(t, lists, back)
	for _, bad := range []string{"1,2,3\n", "x,0,,\n", "0,-1,,\n", "0,y,,\n"} {
		_, err := parseRules(bad)
		require.Error(t, err, bad)
	}
}

func TestABrokenDictionaryIsRefused(t *testing.T) {
	for _, name := range []string{"forms", "lemmas", "endings", "rules"} {
		part := map[string]string{"forms": string(formsFile), "lemmas": string(lemmasFile), "endings": string(endingsFile), "rules": rulesFile}
		part[name] = "x"
		_, err := load([]byte(part["forms"]), []byte(part["lemmas"]), []byte(part["endings"]), part["rules"])
		require.ErrorContains(t, err, name)
	}
}

func TestReverse(t *testing.T) {
	require.Equal(t, "код", Reverse("док"))
	require.Empty(t, Reverse(""))
	require.Equal(t, "a\xffб", Reverse("б\xffa"))
}

func FuzzLemmas(f *testing.F) {
	d := open(f)
	for _, s := range []string{"стали", "наи", "по", "", "\xff\xfe", "отоплениями", "а"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, l := range d.Lemmas(s) {
			if len(d.KeysOfLemma(l)) == 0 {
				t.Fatalf("%q", l)
			}
		}
		d.Keys(s)
		if l := d.Guess(s, d.HasLemma); l != "" && d.Lemmas(l) == nil {
			t.Fatalf("%q is no word", l)
		}
	})
}

func BenchmarkKey(b *testing.B) {
	d := open(b)
	for b.Loop() {
		d.Key("котельную")
	}
}
