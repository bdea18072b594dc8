// Package morph knows the words of Russian: which words («lemmas») a form may
// be of, after OpenCorpora's dictionary (NOTICE says whose it is, and under
// which licence).
//
// A token of an index has one term. So a form's key stands for the whole set of
// its lemmas: «стали» has one key, of {сталь, стать}, «сталью» another, of
// {сталь}. A word that is looked for is all keys whose set has one of its
// lemmas: Keys. Keys are named by what they stand for, never by a number, so
// that a word which the dictionary gets tomorrow changes no other.
//
// Words are given folded: in lower case, ё written as е.
package morph

import (
	"crypto/sha256"
	_ "embed" // the dictionary
	"encoding/base64"
	"fmt"
	"slices"
	"sync"

	"github.com/blevesearch/vellum"
)

//go:generate go run ./compile

//go:embed forms.fst
var formsFile []byte

//go:embed endings.fst
var endingsFile []byte

//go:embed lemmas.fst
var lemmasFile []byte

//go:embed rules.txt
var rulesFile string

// KeyPrefix is what all keys of the dictionary begin with.
const KeyPrefix = "l:"

// Dictionary is what is known of words. It is safe for concurrent use.
type Dictionary struct {
	forms   *vellum.FST // form → the list of rules that make its lemmas
	lemmas  *vellum.FST // lemma → the list of rules that make forms, one of each key
	endings *vellum.FST // ending, written backwards → the rules of words like it, most frequent first
	rules   [][]Rule
}

// Open gives the dictionary that the program carries: the same one to all, for
// nothing changes it.
func Open() (*Dictionary, error) { return carried() }

var carried = sync.OnceValues(func() (*Dictionary, error) { return load(formsFile, lemmasFile, endingsFile, rulesFile) })

func load(forms, lemmas, endings []byte, rules string) (d *Dictionary, err error) {
	d = &Dictionary{}
	if d.forms, err = vellum.Load(forms); err != nil {
		return nil, fmt.Errorf("forms: %w", err)
	}
	if d.lemmas, err = vellum.Load(lemmas); err != nil {
		return nil, fmt.Errorf("lemmas: %w", err)
	}
	if d.endings, err = vellum.Load(endings); err != nil {
		return nil, fmt.Errorf("endings: %w", err)
	}
	if d.rules, err = parseRules(rules); err != nil {
		return nil, fmt.Errorf("rules: %w", err)
	}
	return d, nil
}

// Lemmas gives the lemmas of a form, sorted; none: the dictionary lacks it.
func (d *Dictionary) Lemmas(form string) []string { return d.words(d.forms, []byte(form)) }

// Has says whether the dictionary has a form.
func (d *Dictionary) Has(form string) bool {
	has, err := d.forms.Contains([]byte(form))
	return has && err == nil
}

// HasLemma says whether the dictionary has a word by its lemma.
func (d *Dictionary) HasLemma(lemma string) bool {
	has, err := d.lemmas.Contains([]byte(lemma))
	return has && err == nil
}

// words gives what the rules of a word make of it, sorted, each once.
func (d *Dictionary) words(in *vellum.FST, word []byte) []string {
	n, ok, err := in.Get(word)
	if err != nil || !ok || n >= uint64(len(d.rules)) {
		return nil
	}
	var out []string
	var buf []byte
	for _, r := range d.rules[n] {
		if made, ok := r.apply(buf[:0], word); ok {
			out, buf = append(out, string(made)), made
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Key gives the key of a form, or "" where the dictionary lacks it.
func (d *Dictionary) Key(form string) string { return KeyOf(d.Lemmas(form)) }

// KeyOf gives the key of a set of lemmas, which are sorted; "" of none.
func KeyOf(lemmas []string) string {
	if len(lemmas) == 0 {
		return ""
	}
	var text []byte
	for _, l := range lemmas {
		text = append(append(text, l...), '\n')
	}
	sum := sha256.Sum256(text)
	return KeyPrefix + base64.RawURLEncoding.EncodeToString(sum[:keyBytes])
}

// keyBytes of a hash tell the sets of a dictionary apart: of half a million, two
// meet with a probability of one in a hundred million.
const keyBytes = 8

// Keys gives the keys of everything that a form may be meant to find: of all
// sets that have one of its lemmas, sorted. None: the dictionary lacks it.
func (d *Dictionary) Keys(form string) []string {
	var keys []string
	for _, l := range d.Lemmas(form) {
		keys = append(keys, d.KeysOfLemma(l)...)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// KeysOfLemma gives the keys of all sets that have a lemma: its own, which
// forms that are guessed have too, and those of forms that may be of several.
func (d *Dictionary) KeysOfLemma(lemma string) []string {
	keys := []string{KeyOf([]string{lemma})}
	for _, f := range d.words(d.lemmas, []byte(lemma)) {
		keys = append(keys, d.Key(f))
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}
