package query

import (
	"cmp"
	"slices"
	"strings"
)

// The limits of a query.
const (
	MaxChars  = 10_000
	MaxLeaves = 1_000 // words, also those of phrases and of hyphenated words, values of fields, days
	MaxDepth  = 50    // brackets and negations within each other

	maxErrors = 100 // reported of one query
	maxFound  = 60  // characters of the query repeated in an error
)

// Span is a place in the text of a query, in characters (not bytes).
type Span struct{ Offset, Length int }

// Code names a kind of problem, for programs.
type Code string

const (
	Unclosed     Code = "unclosed"      // a quote or bracket is not closed
	Unopened     Code = "unopened"      // a closing bracket without its opening one
	MissingSide  Code = "missing_side"  // an operator has nothing on one side
	LoneMinus    Code = "lone_minus"    // a minus that stands apart
	LoneBang     Code = "lone_bang"     // ! not before a word
	NoWord       Code = "no_word"       // no letter or digit, or only a link
	EmptyPhrase  Code = "empty_phrase"  //
	EmptyGroup   Code = "empty_group"   //
	InPhrase     Code = "in_phrase"     // an operator inside […]
	UnknownField Code = "unknown_field" //
	Link         Code = "link"          // an address instead of a word
	EmptyValue   Code = "empty_value"   //
	BadValue     Code = "bad_value"     //
	BadDay       Code = "bad_day"       //
	Reserved     Code = "reserved"      // a part of the language that is not available yet
	TooLong      Code = "too_long"      //
	TooMany      Code = "too_many"      // leaves
	TooDeep      Code = "too_deep"      //
	NotStanding  Code = "not_standing"  // a standing search that anything could match
	Backwards    Code = "backwards"     // until: is before since:; nothing could match
	Unknown      Code = "unknown_value" // a value that doesn't exist; for callers that know the values
)

// Error is one problem of a query.
type Error struct {
	Span
	Code  Code
	Found string // the piece of the query, shortened
	About string // what the code is about: a field's name, a reserved feature
}

// Errors are the problems of a query in the order of their places; nil if
// there are none.
type Errors []Error

// Err gives the problems as an error, nil if there are none.
func (es Errors) Err() error {
	if len(es) == 0 {
		return nil
	}
	return es
}

// Error joins the English messages.
func (es Errors) Error() string {
	var b strings.Builder
	for i, e := range es {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(e.Message("en"))
	}
	return b.String()
}

func (es *Errors) add(at Span, code Code, found, about string) {
	if len(*es) >= maxErrors {
		return
	}
	if r := []rune(found); len(r) > maxFound {
		found = string(r[:maxFound]) + "…"
	}
	if e := (Error{at, code, found, about}); !slices.Contains(*es, e) {
		*es = append(*es, e)
	}
}

func (es Errors) sorted() Errors {
	slices.SortStableFunc(es, func(a, b Error) int { return cmp.Compare(a.Offset, b.Offset) })
	return es
}

// NewError is for callers that know what values exist: a problem with value i
// of a field.
func NewError(f Field, i int) Error {
	return Error{f.ValueAt(i), Unknown, f.Values[i], string(f.Name)}
}
