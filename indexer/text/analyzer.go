package text

import (
	"crypto/sha256"
	"encoding/hex"
	"hash/maphash"
	"slices"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"github.com/otklik/otklik/indexer/morph"
)

const (
	// KeyPrefix begins a key that is a stem; morph.KeyPrefix one of lemmas.
	KeyPrefix = "s:"

	hashLetters = 16      // hex digits that end a cut token: 64 bits
	cacheSize   = 1 << 17 // words
	ways        = 4       // places of the cache where a word may be
	maxCached   = 64      // bytes; longer words are rare
)

// Analyzer turns texts into tokens. It is safe for concurrent use; one serves
// a whole process. It keeps a bounded cache of words (131,072 entries, at most
// some 25 MB).
type Analyzer struct {
	seed          maphash.Seed
	dict          *morph.Dictionary
	abbreviations map[string][]abbreviation
	state         atomic.Pointer[state]
}

// state is what an Analyzer works with until Use changes it.
type state struct {
	*edition
	seed  maphash.Seed
	older []*edition // of documents that are still in indices
	cache []atomic.Pointer[entry]
}

// entry is a word as it is written, and what it comes to.
type entry struct {
	raw, surface, key string
	known             bool // to the dictionary or the glossary
	abbreviations     []short
}

// short is a key that a word has where it stands as an abbreviation.
type short struct {
	place place
	key   string
}

// New makes an Analyzer with an empty glossary. It panics if the dictionary that
// the program carries is broken: then nothing of it works.
func New() *Analyzer {
	dict, err := morph.Open()
	if err != nil {
		panic("the dictionary of this binary is broken: " + err.Error())
	}
	abbreviations, err := parseAbbreviations(abbreviationsFile)
	if err != nil {
		panic(err)
	}
	z := &Analyzer{seed: maphash.MakeSeed(), dict: dict, abbreviations: abbreviations}
	z.Use(nil)
	return z
}

// Use makes a glossary (nil: the empty one) the one in force, and says by which
// older editions there still are documents that searches must find. Analyses
// under way end with what they began with.
func (z *Analyzer) Use(g *Glossary, older ...Edition) {
	s := &state{seed: z.seed, edition: newEdition(Edition{Version, g}, z.dict, z.abbreviations), cache: make([]atomic.Pointer[entry], cacheSize)}
	for _, e := range older {
		if e.Number() != s.number {
			s.older = append(s.older, newEdition(e, z.dict, z.abbreviations))
		}
	}
	z.state.Store(s)
}

// Edition is the number of the edition in force.
func (z *Analyzer) Edition() int { return z.state.Load().number }

// Analyze turns the texts of a post into tokens, within the limits:
//
//   - of each field the first MaxBytes are read; a word that the limit cuts
//     in two is left out;
//   - the first word has position 1, the first of the body stands TitleGap+1
//     after the last of the title; words beyond MaxPositions are left out;
//   - a word longer than MaxLetters becomes its beginning and a hash of the
//     whole, MaxLetters long;
//   - the 251st and later tokens with one key keep their position and lose
//     their Key, those with one surface their Surface.
//
// Cut says that one of these happened, but for long words.
func (z *Analyzer) Analyze(title, body string) Analysis {
	now := z.state.Load()
	a := Analysis{Tokens: make([]Token, 0, len(title)/10+len(body)/10+1), Edition: now.number}
	pos := now.field(&a, Title, title, 0)
	if pos > 0 {
		pos += TitleGap
	}
	now.field(&a, Body, body, pos)
	a.Tags, a.Mentions = distinct(a.Tags), distinct(a.Mentions)
	if a.thin() {
		a.Cut = true
	}
	return a
}

// field adds the tokens of one field after position pos and gives the last
// position in use.
func (z *state) field(a *Analysis, f Field, s string, pos int) int {
	whole := s
	if len(s) > MaxBytes {
		n := MaxBytes
		for n > 0 && !utf8.RuneStart(s[n]) {
			n--
		}
		s, a.Cut = s[:n], true
	}
	last := 0
	for r := (reader{z, scan(s)}); ; {
		k, e, from, to, ok := r.read()
		if !ok {
			break
		}
		if to == len(s) && len(s) < len(whole) && run("a"+whole[to:], false) > 1 {
			break // half a word
		}
		switch k {
		case tag:
			a.Tags = append(a.Tags, shorten(Fold(s[from:to])))
			continue
		case mention:
			a.Mentions = append(a.Mentions, shorten(Fold(s[from:to])))
			continue
		}
		if pos >= MaxPositions {
			a.Cut = true
			break
		}
		pos++
		a.Tokens = append(a.Tokens, Token{Key: e.keyAt(s, from, to), Surface: e.surface, Pos: pos, Start: from, End: to, Field: f})
		last = pos
	}
	return last
}

// thin makes placeholders of occurrences beyond MaxOccurrences.
func (a *Analysis) thin() (thinned bool) {
	if len(a.Tokens) <= MaxOccurrences {
		return false
	}
	keys, surfaces := map[string]int{}, map[string]int{}
	for i := range a.Tokens {
		t := &a.Tokens[i]
		if keys[t.Key]++; keys[t.Key] > MaxOccurrences {
			t.Key, thinned = "", true
		}
		if surfaces[t.Surface]++; surfaces[t.Surface] > MaxOccurrences {
			t.Surface, thinned = "", true
		}
	}
	return thinned
}

// look gives what a word comes to as it stands in a text.
func (z *state) look(raw string) *entry {
	if len(raw) > maxCached {
		return z.analyse(raw)
	}
	h := maphash.String(z.seed, raw)
	set := z.cache[h%cacheSize&^(ways-1):][:ways]
	slot := &set[h>>32%ways] // of several words, one for whom there is no room
	for i := range set {
		e := set[i].Load()
		if e == nil {
			slot = &set[i]
			break
		}
		if e.raw == raw {
			return e
		}
	}
	e := z.analyse(strings.Clone(raw)) // the cache must not hold whole posts
	slot.Store(e)
	return e
}

func (z *state) analyse(raw string) *entry {
	surface := z.surface(raw)
	cut := shorten(surface)
	if len(cut) != len(surface) {
		return &entry{raw: raw, surface: cut, key: KeyPrefix + cut}
	}
	form, lemmas := surface, z.known(surface)
	if len(lemmas) == 0 {
		if form = z.form(surface); form != surface {
			lemmas = z.known(form)
		}
	}
	e := &entry{raw: raw, surface: surface, key: morph.KeyOf(lemmas), known: len(lemmas) > 0}
	if !e.known {
		e.key = z.key(form)
	}
	for _, a := range z.abbreviations[form] {
		e.abbreviations = append(e.abbreviations, short{a.place, morph.KeyOf(z.meant(form, a))})
	}
	return e
}

// surface is the word as it is compared when it is asked for exactly.
func (z *state) surface(raw string) string {
	s := Fold(raw)
	if long(s) {
		return s
	}
	return oneScript(s, z.knows)
}

// form is the word that a surface is a writing of.
func (z *state) form(surface string) string {
	if long(surface) || z.knows(surface) {
		return surface
	}
	return squeeze(surface, z.knows)
}

// long says whether a folded word is one that was cut, or may be cut: it is
// taken as it is, for a hash is no word.
func long(s string) bool { return len(s) >= MaxLetters && utf8.RuneCountInString(s) >= MaxLetters }

// shorten brings a folded word within MaxLetters: its beginning and a hash of
// the whole, so that two long words stay two.
func shorten(s string) string {
	if len(s) <= MaxLetters || utf8.RuneCountInString(s) <= MaxLetters {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	n := 0
	for range MaxLetters - hashLetters {
		_, size := utf8.DecodeRuneInString(s[n:])
		n += size
	}
	return s[:n] + hex.EncodeToString(sum[:hashLetters/2])
}

func distinct(s []string) []string {
	slices.Sort(s)
	return slices.Compact(s)
}
