package morph

import (
	"bufio"
	"compress/gzip"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/kljensen/snowball/russian"
	"github.com/stretchr/testify/require"
)

// What a search finds of real sentences whose lemmas people have marked (UD
// Taiga, dev): of all pairs of forms of one word it has to join as many as it
// says, and of those it joins as many have to be of one word. Snowball, what
// every search engine has for Russian, stands beside it.
func TestOfRealSentences(t *testing.T) {
	d := open(t)
	gold := taiga(t, "NOUN", "VERB", "ADJ", "ADV", "PROPN")
	stem := func(f string) []string { return []string{"s:" + russian.Stem(f, true)} }
	lemmas := func(f string) []string {
		if ls := d.Lemmas(f); ls != nil {
			return ls
		}
		if l := d.Guess(f); l != "" {
			return []string{l}
		}
		return stem(f)
	}
	recall, precision := score(gold, lemmas)
	r, p := score(gold, stem)
	t.Logf("%d forms: recall %.1f %%, precision %.1f %%; Snowball %.1f %%, %.1f %%", len(gold), recall, precision, r, p)
	require.Greater(t, recall, 95.0)
	require.Greater(t, precision, 91.0)
	require.Less(t, r, 80.0, "the measure tells them apart")
}

// score gives how many of the pairs of forms of one word are joined, and how
// many of the joined pairs are of one word, in per cent.
func score(gold map[string][]string, of func(form string) []string) (recall, precision float64) {
	same := pairs(gold, func(f string) []string { return gold[f] })
	joined := pairs(gold, of)
	both := 0
	for p := range joined {
		if same[p] {
			both++
		}
	}
	return 100 * float64(both) / float64(len(same)), 100 * float64(both) / float64(len(joined))
}

func pairs(forms map[string][]string, of func(string) []string) map[[2]string]bool {
	by := map[string][]string{}
	for f := range forms {
		for _, k := range of(f) {
			by[k] = append(by[k], f)
		}
	}
	out := map[[2]string]bool{}
	for _, fs := range by {
		for i, a := range fs {
			for _, b := range fs[:i] {
				out[[2]string{min(a, b), max(a, b)}] = true
			}
		}
	}
	return out
}

// taiga gives the forms of some parts of speech with their lemmas, folded.
func taiga(t *testing.T, pos ...string) map[string][]string {
	f, err := os.Open("../../../shared/data/lemmas/ru_taiga-ud-dev.conllu.gz")
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("SKIPPED: ../shared/data/lemmas is not here")
	}
	require.NoError(t, err)
	defer f.Close()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	fold := func(s string) string { return strings.ReplaceAll(strings.ToLower(s), "ё", "е") }
	out := map[string][]string{}
	for s := bufio.NewScanner(z); s.Scan(); {
		p := strings.Split(s.Text(), "\t")
		if len(p) < 4 || !slices.Contains(pos, p[3]) {
			continue
		}
		form, lemma := fold(p[1]), fold(p[2])
		if !slices.Contains(out[form], lemma) {
			out[form] = append(out[form], lemma)
		}
	}
	return out
}
