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
	mark := keyMark
	if exact {
		mark = surfaceMark
	}
	if len(s) <= maxLexeme {
		return mark + s
	}
	sum := sha256.Sum256([]byte(s))
	return mark + hashMark + base64.RawStdEncoding.EncodeToString(sum[:16])
}

// words makes the tsvector of an analysis.
func words(a text.Analysis) pgtype.TSVector {
	v := pgtype.TSVector{Valid: true, Lexemes: make([]pgtype.TSVectorLexeme, 0, 2*len(a.Tokens))}
	at := make(map[string]int, 2*len(a.Tokens))
	add := func(s string, p pgtype.TSVectorPosition) {
		i, there := at[s]
		if !there {
			i = len(v.Lexemes)
			at[s] = i
			v.Lexemes = append(v.Lexemes, pgtype.TSVectorLexeme{Word: s})
		}
		v.Lexemes[i].Positions = append(v.Lexemes[i].Positions, p)
	}
	for i := range a.Tokens {
		t := &a.Tokens[i]
		p := pgtype.TSVectorPosition{Position: uint16(t.Pos)}
		if t.Field == text.Title {
			p.Weight = pgtype.TSVectorWeightA
		}
		if t.Key != "" {
			add(lexeme(t.Key, false), p)
		}
		if t.Surface != "" {
			add(lexeme(t.Surface, true), p)
		}
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
