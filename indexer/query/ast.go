// Package query is the search language: parsing, the syntax tree, printing,
// and binding, which turns the words of a tree into the keys that the engines
// know and its days into moments.
//
// It is a leaf. There are two trees. Node is what a person wrote; it prints
// back. Expr is what it means for one reader at one time; the compilers
// (match, search/postgres, search/elastic) take only Expr.
package query

import "time"

// Node is a node of the syntax tree. String prints canonical query text:
// Parse(n.String()) gives an equal tree (see Equal: the places of leaves in
// the text, which At gives, take no part in it).
type Node interface {
	String() string
	node()
}

type (
	// Everything is the empty query.
	Everything struct{}
	// And, Or hold two or more nodes, none of them of the same type.
	And struct{ Nodes []Node }
	Or  struct{ Nodes []Node }
	// Not holds one node that is not a Not.
	Not struct{ Node Node }
	// Word is a word in all its forms, or exactly (!word). A hyphenated word
	// is one Word; binding makes it the phrase of its parts or, in all forms,
	// their joined spelling.
	Word struct {
		Text  string
		Exact bool
		at    Span
	}
	// Phrase is adjacent words in order: "…" exactly, […] in any forms.
	// It holds two or more, as far as the parser can tell words.
	Phrase struct {
		Words []string
		Exact bool
		at    Span
	}
	// Field is name:value,value; the values are alternatives.
	Field struct {
		Name   FieldName
		Values []string
		at     Span
		ats    []Span // of the values
	}
	// Day is since:2026-11-01 or until:2026-11-30, a day of the reader.
	Day struct {
		Until bool
		Date  Date
		at    Span
	}
)

// Date is a civil day without a zone.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

func (d Date) before(other Date) bool {
	return d.Year < other.Year || d.Year == other.Year && (d.Month < other.Month || d.Month == other.Month && d.Day < other.Day)
}

// FieldName is a field of a post that a query can ask for.
type FieldName string

const (
	Net    FieldName = "net"
	Source FieldName = "source"
	Region FieldName = "region"

	// Visibility is of bound trees alone: no query can ask for it.
	Visibility FieldName = "visibility"
)

// Expr is the bound tree: what a query means, in the terms of the engines.
type Expr interface{ expr() }

type (
	// True holds for every post, False for none.
	True  struct{}
	False struct{}
	// All, Any: every / at least one of Exprs holds. Never empty.
	All struct{ Exprs []Expr }
	Any struct{ Exprs []Expr }
	// None: Expr does not hold.
	None struct{ Expr Expr }
	// Term: one of the lexemes stands somewhere in the post.
	Term struct{ Lexemes []Lexeme }
	// Seq: terms at adjacent positions, in order. Two or more.
	Seq struct{ Terms []Term }
	// FieldIs: the field has one of the values, byte for byte.
	FieldIs struct {
		Field  FieldName
		Values []string
	}
	// Between: From ≤ published < To; a zero time is open.
	Between struct{ From, To time.Time }
)

// Lexeme is what the index knows at a position: a key (all forms of a word),
// or a surface when Exact.
type Lexeme struct {
	Text  string
	Exact bool
}

// Analyzer is what binding needs of package text.
type Analyzer interface {
	// Words splits s as the text of a post is split, and folds each word.
	Words(s string) []string
	// Keys gives the keys that a folded word of a query stands for; never empty.
	Keys(word string) []string
	// Alike gives what else is called what some words call, each a list of
	// words; nothing, mostly.
	Alike(words []string) [][]string
}

// Reader is who asks, as far as the meaning of a query depends on it.
type Reader struct {
	Location *time.Location // whose day since: and until: mean
}

func (Everything) node() {}
func (And) node()        {}
func (Or) node()         {}
func (Not) node()        {}
func (Word) node()       {}
func (Phrase) node()     {}
func (Field) node()      {}
func (Day) node()        {}

func (True) expr()    {}
func (False) expr()   {}
func (All) expr()     {}
func (Any) expr()     {}
func (None) expr()    {}
func (Term) expr()    {}
func (Seq) expr()     {}
func (FieldIs) expr() {}
func (Between) expr() {}
