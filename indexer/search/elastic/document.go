package elastic

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
	"unicode"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/search"
	"github.com/otklik/otklik/indexer/text"
)

// filler stands where a position has no word: between title and body, and for
// placeholders. The whitespace analyser numbers what it finds consecutively, so
// a gap must be written. No query can ask for it (see askable).
const filler = "-"

// maxUnits is how long a word may be in UTF-16: the whitespace analyser cuts
// longer ones in two.
const maxUnits = 255

// word gives the form in which a key or a surface is indexed: itself, unless
// the analyser would cut it. Words have at most text.MaxLetters letters, but
// letters of rare scripts take two units each.
func word(s string) string {
	if len(s) <= maxUnits { // a byte is never less than a unit
		return s
	}
	units := 0
	for _, r := range s {
		if units++; r > 0xFFFF {
			units++
		}
	}
	if units <= maxUnits {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	return "h:" + hex.EncodeToString(sum[:])
}

// askable says whether a lexeme of a query may stand in an index at all.
func askable(s string) bool {
	return s != "" && s != filler && !strings.ContainsFunc(s, unicode.IsSpace)
}

// words writes the tokens of a checked post as two texts whose words have the
// positions of the tokens, less one.
func words(a text.Analysis) (keys, exact string) {
	var k, e strings.Builder
	k.Grow(room(a.Tokens, func(t *text.Token) string { return t.Key }))
	e.Grow(room(a.Tokens, func(t *text.Token) string { return t.Surface }))
	put := func(b *strings.Builder, s string) {
		if s == "" {
			s = filler
		}
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(word(s))
	}
	at := 0
	for i := range a.Tokens {
		t := &a.Tokens[i]
		for at++; at < t.Pos; at++ {
			put(&k, "")
			put(&e, "")
		}
		put(&k, t.Key)
		put(&e, t.Surface)
	}
	return k.String(), e.String()
}

// room is how many bytes the words of tokens take, gaps apart.
func room(tokens []text.Token, of func(*text.Token) string) int {
	n := 0
	for i := range tokens {
		n += len(of(&tokens[i])) + len(" ")
	}
	return n
}

// micros is a time as the field "published" has it.
func micros(t time.Time) int64 { return t.UnixMicro() }

// presentSource is a document of a posts index, but for its record.
type presentSource struct {
	ID         post.ID         `json:"id"`
	Net        string          `json:"net"`
	Source     string          `json:"source"`
	Regions    []string        `json:"regions"`
	Visibility post.Visibility `json:"visibility"`
	Published  int64           `json:"published"`
	Keys       string          `json:"keys"`
	Exact      string          `json:"exact"`
}

// historySource is a document of a history index, but for its record.
type historySource struct {
	ID   post.ID   `json:"id"`
	Rev  int64     `json:"rev"`
	Kind post.Kind `json:"kind"`
}

// present writes a document for its posts index.
func present(d *search.Document, rec []byte) ([]byte, error) {
	keys, exact := words(d.Text)
	return with(rec, presentSource{
		ID: d.ID, Net: d.ID.Network(), Source: d.ID.Source(), Regions: d.Regions, Visibility: d.Visibility,
		Published: micros(d.Published), Keys: keys, Exact: exact,
	})
}

// past writes a document for its history index.
func past(d *search.Document, rec []byte) ([]byte, error) {
	return with(rec, historySource{ID: d.ID, Rev: d.Rev, Kind: d.Kind})
}

// with writes a document with its record, which is JSON already and not read
// again for it.
func with(rec []byte, source any) ([]byte, error) {
	b, err := post.Encode(source)
	if err != nil {
		return nil, err
	}
	const between = `,"` + fieldRecord + `":`
	out := make([]byte, 0, len(b)+len(between)+len(rec))
	out = append(out, b[:len(b)-len("}")]...)
	out = append(out, between...)
	out = append(out, rec...)
	return append(out, '}'), nil
}
