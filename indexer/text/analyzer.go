package text

import (
	"crypto/sha256"
	"encoding/hex"
	"hash/maphash"
	"slices"
	"strings"
	"sync/atomic"
	"unicode/utf8"
)

const (
	// KeyPrefix begins a key that is a stem; keys of lemmas will have another.
	KeyPrefix = "s:"

	hashLetters = 16 // hex digits that end a cut token: 64 bits
	cacheSize   = 1 << 15
	maxCached   = 64 // bytes; longer words are rare
)

// Analyzer turns texts into tokens. It is safe for concurrent use; one serves
// a whole process. It keeps a bounded cache of words (32,768 entries, a few
// megabytes).
type Analyzer struct {
	seed  maphash.Seed
	cache []atomic.Pointer[entry]
}

type entry struct{ raw, surface, key string }

// New makes an Analyzer.
func New() *Analyzer {
	return &Analyzer{seed: maphash.MakeSeed(), cache: make([]atomic.Pointer[entry], cacheSize)}
}

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
	a := Analysis{Tokens: make([]Token, 0, len(title)/10+len(body)/10+1)}
	pos := z.field(&a, Title, title, 0)
	if pos > 0 {
		pos += TitleGap
	}
	z.field(&a, Body, body, pos)
	a.Tags, a.Mentions = distinct(a.Tags), distinct(a.Mentions)
	if a.thin() {
		a.Cut = true
	}
	return a
}

// field adds the tokens of one field after position pos and gives the last
// position in use.
func (z *Analyzer) field(a *Analysis, f Field, s string, pos int) int {
	whole := s
	if len(s) > MaxBytes {
		n := MaxBytes
		for n > 0 && !utf8.RuneStart(s[n]) {
			n--
		}
		s, a.Cut = s[:n], true
	}
	last := 0
	for c := scan(s); ; {
		k, from, to, ok := c.next()
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
		e := z.look(s[from:to])
		a.Tokens = append(a.Tokens, Token{Key: e.key, Surface: e.surface, Pos: pos, Start: from, End: to, Field: f})
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

// Words splits s as the text of a post is split, and gives the surface of each
// word.
func (z *Analyzer) Words(s string) []string {
	var ws []string
	for c := scan(s); ; {
		k, from, to, ok := c.next()
		if !ok {
			return ws
		}
		if k == word {
			ws = append(ws, z.look(s[from:to]).surface)
		}
	}
}

// Keys gives the keys that a folded word of a query stands for; never empty.
func (z *Analyzer) Keys(word string) []string { return []string{z.look(word).key} }

// look gives surface and key of a word as it stands in a text.
func (z *Analyzer) look(raw string) *entry {
	if len(raw) > maxCached {
		return analyse(raw)
	}
	slot := &z.cache[maphash.String(z.seed, raw)%cacheSize]
	if e := slot.Load(); e != nil && e.raw == raw {
		return e
	}
	e := analyse(strings.Clone(raw)) // the cache must not hold whole posts
	slot.Store(e)
	return e
}

func analyse(raw string) *entry {
	s := Fold(raw)
	short := shorten(s)
	if len(short) != len(s) {
		return &entry{raw, short, KeyPrefix + short}
	}
	return &entry{raw, s, KeyPrefix + stem(s)}
}

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
