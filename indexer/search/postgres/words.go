package postgres

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"github.com/jackc/pgx/v5/pgtype"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/text"
)

// maxLexeme is the length in bytes up to which a key or a surface stands in
// the index as it is; a longer one stands as a hash. So a tsvector, which has
// room for 1,048,575 bytes, holds every post that text's limits let through:
// twice 10,000 lexemes, each of 45 bytes, filled to an even number, with 4 for
// a position, are 1,000,000 bytes.
const maxLexeme = 44

// The first byte of a lexeme.
const (
	keyMark     = "~"
	surfaceMark = "="
	hashMark    = "#" // the second byte of a hash; no word begins with it
)

// lexeme gives what stands in the index for a key, or for a surface where exact.
func lexeme(s string, exact bool) string {
	var b strings.Builder
	return writeLexeme(&b, s, exact)
}

// writeLexeme adds a lexeme to a text that holds others, and gives it.
func writeLexeme(b *strings.Builder, s string, exact bool) string {
	from := b.Len()
	if exact {
		b.WriteString(surfaceMark)
	} else {
		b.WriteString(keyMark)
	}
	if len(s) <= maxLexeme {
		b.WriteString(s)
		return b.String()[from:]
	}
	sum := sha256.Sum256([]byte(s))
	b.WriteString(hashMark)
	b.WriteString(base64.RawStdEncoding.EncodeToString(sum[:16]))
	return b.String()[from:]
}

// words makes the tsvector of an analysis. All its lexemes are parts of one
// text, and all their positions of one list: this is done for every post.
func words(a text.Analysis) pgtype.TSVector {
	size, most := 0, 2*len(a.Tokens)
	for i := range a.Tokens {
		size += len(keyMark) + len(a.Tokens[i].Key) + len(surfaceMark) + len(a.Tokens[i].Surface)
	}
	var all strings.Builder
	all.Grow(size)
	v := pgtype.TSVector{Valid: true, Lexemes: make([]pgtype.TSVectorLexeme, 0, most)}
	at, places := make(map[string]int, most), make([]pgtype.TSVectorPosition, most)
	add := func(s string, exact bool, p pgtype.TSVectorPosition) {
		if s == "" {
			return
		}
		l := writeLexeme(&all, s, exact)
		if i, there := at[l]; there {
			v.Lexemes[i].Positions = append(v.Lexemes[i].Positions, p)
			return
		}
		n := len(v.Lexemes)
		at[l], places[n] = n, p
		v.Lexemes = append(v.Lexemes, pgtype.TSVectorLexeme{Word: l, Positions: places[n : n+1 : n+1]})
	}
	for i := range a.Tokens {
		t := &a.Tokens[i]
		p := pgtype.TSVectorPosition{Position: uint16(t.Pos)}
		if t.Field == text.Title {
			p.Weight = pgtype.TSVectorWeightA
		}
		add(t.Key, false, p)
		add(t.Surface, true, p)
	}
	return v
}

// The beginnings of tags.
const (
	netTag    = "net:"
	sourceTag = "source:"
	regionTag = "region:"
)

// tags gives what fields of an envelope are searched by, as an array's literal.
func tags(e *post.Envelope) string {
	var b strings.Builder
	b.WriteString(`{`)
	put := func(tag, value string) {
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		b.WriteByte('"')
		arrayQuotes.WriteString(&b, tag+value)
		b.WriteByte('"')
	}
	put(netTag, e.ID.Network())
	put(sourceTag, e.ID.Source())
	for _, r := range e.Regions {
		put(regionTag, r)
	}
	b.WriteString(`}`)
	return b.String()
}

var arrayQuotes = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// storable says whether Postgres can hold a string at all; nothing that it
// can't hold is in the index.
func storable(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }
