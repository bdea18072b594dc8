package text

import (
	"slices"
	"strings"

	"github.com/otklik/otklik/indexer/morph"
)

// Edition is one way in which words become keys: a version of this package's
// code and the glossary at a time. Documents carry its number.
type Edition struct {
	Code     int // 1: stems alone; Version
	Glossary *Glossary
}

// perCode is how many revisions of the glossary a version of the code may see.
const perCode = 1_000_000

// Number is what documents carry: unique, and larger for a newer edition of the
// same glossary and code.
func (e Edition) Number() int {
	if e.Code == 1 {
		return 1
	}
	n := e.Code * perCode
	if e.Glossary != nil {
		n += e.Glossary.Revision
	}
	return n
}

// Split gives the version of the code and the revision of the glossary of an
// edition's number.
func Split(number int) (code, revision int) {
	if number < perCode {
		return number, 0
	}
	return number / perCode, number % perCode
}

// edition is an Edition at work.
type edition struct {
	Edition
	number        int
	dict          *morph.Dictionary
	abbreviations map[string][]abbreviation
	extra         map[string][]string // lemma → keys of forms whose lemmas not the dictionary alone has
}

func newEdition(e Edition, dict *morph.Dictionary, abbreviations map[string][]abbreviation) *edition {
	if e.Glossary == nil {
		e.Glossary = &Glossary{}
	}
	ed := &edition{Edition: e, number: e.Number(), dict: dict, abbreviations: abbreviations, extra: map[string][]string{}}
	if e.Code == 1 {
		return ed
	}
	add := func(lemmas []string) {
		for _, l := range lemmas {
			ed.extra[l] = append(ed.extra[l], morph.KeyOf(lemmas))
		}
	}
	for form := range e.Glossary.forms {
		add(ed.lemmas(form))
	}
	for form, all := range abbreviations {
		for _, a := range all {
			add(ed.meant(form, a))
		}
	}
	return ed
}

// meant gives the lemmas of a form that stands as an abbreviation.
func (e *edition) meant(form string, a abbreviation) []string {
	if !a.place.doubtful() {
		return a.lemmas
	}
	all := slices.Concat(a.lemmas, e.lemmas(form))
	slices.Sort(all)
	return slices.Compact(all)
}

// known gives the words that the dictionary and the glossary have a folded form
// of, sorted.
func (e *edition) known(form string) []string {
	all := e.dict.Lemmas(form)
	if mine := e.Glossary.forms[form]; len(mine) > 0 {
		all = append(all, mine...)
		slices.Sort(all)
		all = slices.Compact(all)
	}
	return all
}

// lemmas gives the words that a folded form may be of, sorted: those that have
// it, or a known one that it ends like a form of.
func (e *edition) lemmas(form string) []string {
	all := e.known(form)
	if len(all) == 0 {
		if l := e.guess(form); l != "" {
			if mine := e.Glossary.forms[l]; len(mine) > 0 {
				return mine // l may stand for another word
			}
			return []string{l}
		}
	}
	return all
}

// guess gives the known word that an unknown form seems to be of, or "".
func (e *edition) guess(form string) string {
	return e.dict.Guess(form, func(l string) bool { return e.Glossary.declines(l) || e.dict.HasLemma(l) })
}

// knows says whether a folded form is one of the dictionary or the glossary.
func (e *edition) knows(form string) bool {
	return len(e.Glossary.forms[form]) > 0 || e.dict.Has(form)
}

// key gives the key of a folded form: of its lemmas, or its stem.
func (e *edition) key(form string) string {
	if e.Code > 1 {
		if k := morph.KeyOf(e.lemmas(form)); k != "" {
			return k
		}
	}
	return KeyPrefix + stem(form)
}

// keysOf gives the keys under which forms of a lemma stand.
func (e *edition) keysOf(lemma string) []string {
	if e.Code == 1 {
		return []string{KeyPrefix + stem(lemma)}
	}
	return append(e.dict.KeysOfLemma(lemma), e.extra[lemma]...)
}

// Reading is one thing that a word of a query stands for.
type Reading struct {
	Word string // the lemma, folded; several words where it is a name of the glossary; the stem where it is neither
	From Origin
}

// Origin says where a reading comes from.
type Origin string

const (
	FromDictionary   Origin = "dictionary"
	FromGlossary     Origin = "glossary"
	FromAbbreviation Origin = "abbreviation"
	FromEnding       Origin = "ending" // it ends like forms of that word
	FromStem         Origin = "stem"   // nothing is known of it
)

// readings gives what a folded form may mean, in the order of words.
func (e *edition) readings(form string) (out []Reading) {
	for _, l := range e.dict.Lemmas(form) {
		out = append(out, Reading{l, FromDictionary})
	}
	add := func(from Origin, words ...string) {
		for _, w := range words {
			if !slices.ContainsFunc(out, func(r Reading) bool { return r.Word == w }) {
				out = append(out, Reading{w, from})
			}
		}
	}
	add(FromGlossary, e.Glossary.forms[form]...)
	for _, a := range e.abbreviations[form] {
		add(FromAbbreviation, a.lemmas...)
	}
	if len(out) == 0 {
		if l := e.guess(form); l != "" {
			return []Reading{{l, FromEnding}}
		}
		return []Reading{{stem(form), FromStem}}
	}
	slices.SortStableFunc(out, func(a, b Reading) int { return strings.Compare(a.Word, b.Word) })
	return out
}
