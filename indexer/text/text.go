// Package text is the one analysis of Russian: a post's title and body become
// tokens with a key, a surface, a position and byte offsets. The matcher, both
// engines and highlights use the same tokens, so they cannot disagree.
//
// It is a leaf, with package morph below it.
package text

// Version is the version of the analysis. It changes whenever the same text
// may give other tokens or keys; records and documents carry it.
//
// 1 were stems alone; 2 knows a dictionary, and glossaries (see Edition).
const Version = 2

// The limits of a post, the same for the matcher and all engines (Postgres
// clamps positions at 16,383 and forgets occurrences past the 255th,
// Elasticsearch splits tokens at 255 characters).
const (
	MaxBytes       = 256 << 10 // of text analysed; the rest contributes nothing
	MaxPositions   = 10_000
	MaxLetters     = 128 // a longer token is cut and hashed
	MaxOccurrences = 250 // of one key or surface; later ones become placeholders
	TitleGap       = 10  // positions between the last word of the title and the first of the body
)

// Field is where a token stands.
type Field uint8

const (
	Title Field = iota
	Body
)

// Token is one word at one position.
type Token struct {
	Key        string // of its lemmas (package morph), or "s:" + stem; "" for a placeholder
	Surface    string // lower case, ё→е; "" for a placeholder
	Pos        int    // from 1; title and body share one space
	Start, End int    // bytes in the field's text
	Field      Field
}

// Analysis is what a post's texts come to.
type Analysis struct {
	Tokens   []Token  // in the order of positions, which are strictly increasing
	Tags     []string // hashtags without #, folded, distinct, sorted
	Mentions []string // without @, folded, distinct, sorted
	Cut      bool     // a limit was reached
	Edition  int      // Edition.Number of the keys
}
