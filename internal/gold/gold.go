// Package gold holds the measures of Russian words: what people have marked or
// agreed on (the folders of ../shared/data, which may not be in the repository),
// and how well an analysis does beside it. Tests demand something of these
// measures, and the bench prints them: both count in one way.
package gold

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Content are the parts of speech that searches are made of, as Universal
// Dependencies call them.
func Content() []string { return []string{"NOUN", "VERB", "ADJ", "ADV", "PROPN"} }

// fold is lower case and ё→е, without a say of the analysis that is measured.
func fold(s string) string { return strings.ReplaceAll(strings.ToLower(s), "ё", "е") }

// Lemmas reads the words of some parts of speech from UD Taiga's dev part in
// dir, the folder "lemmas": each form, folded, with the lemmas, folded, that it
// has in one sentence or another.
func Lemmas(dir string, pos ...string) (map[string][]string, error) {
	path := filepath.Join(dir, "ru_taiga-ud-dev.conllu.gz")
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	forms, err := conllu(z, pos)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return forms, nil
}

func conllu(r io.Reader, pos []string) (map[string][]string, error) {
	forms := map[string][]string{}
	s := bufio.NewScanner(r)
	for s.Scan() {
		p := strings.Split(s.Text(), "\t")
		const form, lemma, speech = 1, 2, 3
		if len(p) <= speech || !slices.Contains(pos, p[speech]) {
			continue
		}
		f, l := fold(p[form]), fold(p[lemma])
		if !slices.Contains(forms[f], l) {
			forms[f] = append(forms[f], l)
		}
	}
	return forms, s.Err()
}

// Pairs says how well forms find each other, in per cent. A pair is a form that
// is asked for and another one that is looked for.
type Pairs struct {
	Recall    float64 // of the pairs of one word, how many are found
	Precision float64 // of the pairs that are found, how many are of one word
}

// Score measures an analysis by forms with their lemmas: asks gives the keys
// that a form stands for in a query, has those under which it stands in a text.
// Forms that share a lemma are of one word.
func Score(lemmas map[string][]string, asks, has func(form string) []string) Pairs {
	same := index(lemmas, func(f string) []string { return lemmas[f] })
	keyed := index(lemmas, has)
	var wanted, found, both int
	for f := range lemmas {
		want, got := reach(same, lemmas[f], f), reach(keyed, asks(f), f)
		wanted += len(want)
		found += len(got)
		for o := range got {
			if want[o] {
				both++
			}
		}
	}
	return Pairs{100 * float64(both) / float64(max(wanted, 1)), 100 * float64(both) / float64(max(found, 1))}
}

// index gives the forms that stand under each key.
func index(forms map[string][]string, keys func(form string) []string) map[string][]string {
	by := map[string][]string{}
	for f := range forms {
		for _, k := range keys(f) {
			by[k] = append(by[k], f)
		}
	}
	return by
}

// reach gives the other forms that stand under keys.
func reach(by map[string][]string, keys []string, form string) map[string]bool {
	out := map[string]bool{}
	for _, k := range keys {
		for _, o := range by[k] {
			if o != form {
				out[o] = true
			}
		}
	}
	return out
}

// Stem is a word of the Snowball project's vocabulary.
type Stem struct {
	Word string
	Stem string // of the reference, folded
}

// Stems reads the vocabulary from dir, the folder "stems".
func Stems(dir string) ([]Stem, error) {
	words, err := lines(filepath.Join(dir, "voc.txt"))
	if err != nil {
		return nil, err
	}
	stems, err := lines(filepath.Join(dir, "output.txt"))
	if err != nil {
		return nil, err
	}
	if len(words) != len(stems) {
		return nil, fmt.Errorf("%s has %d words and %d stems", dir, len(words), len(stems))
	}
	out := make([]Stem, len(words))
	for i, w := range words {
		out[i] = Stem{w, fold(stems[i])}
	}
	return out, nil
}

// MaxMismatches is how many words of the vocabulary may have a stem of their
// own: ё is folded before they are stemmed, which the reference doesn't do.
const MaxMismatches = 12

// Mismatches gives the words whose stem isn't the reference's, each with what
// it has: "ёлку: елк, reference елку".
func Mismatches(all []Stem, stem func(word string) string) (wrong []string) {
	for _, s := range all {
		if got := stem(s.Word); got != s.Stem {
			wrong = append(wrong, fmt.Sprintf("%s: %s, not %s", s.Word, got, s.Stem))
		}
	}
	return wrong
}

func lines(path string) (ls []string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	for s.Scan() {
		ls = append(ls, s.Text())
	}
	return ls, s.Err()
}
