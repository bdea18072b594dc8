// Package match says what an expression means: it evaluates one against one
// post, in memory, and thousands of standing searches against one post. What
// it says is what every engine must say (see query/querytest).
//
// It is pure: no clock, no engine.
package match

import (
	"slices"
	"time"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/text"
)

// Doc is a post prepared for matching. It is safe for concurrent use.
type Doc struct {
	tokens    []text.Token
	first     map[query.Lexeme]int // the first occurrence of a lexeme, see at
	next      []int                // the next occurrence of the same lexeme; -1: none
	net       string
	source    string
	regions   []string
	access    string // visibility
	published time.Time
}

// NewDoc prepares a post. It keeps a.Tokens and e.Regions, which must not
// change afterwards.
func NewDoc(e post.Envelope, a text.Analysis) *Doc {
	d := &Doc{
		tokens:    a.Tokens,
		first:     make(map[query.Lexeme]int, 2*len(a.Tokens)),
		next:      make([]int, 2*len(a.Tokens)),
		net:       e.ID.Network(),
		source:    e.ID.Source(),
		regions:   e.Regions,
		access:    string(e.Visibility),
		published: e.Published,
	}
	// Backwards, so that each list begins with the first occurrence. A
	// placeholder has a position and is no occurrence of anything.
	for i := len(d.next) - 1; i >= 0; i-- {
		l := d.at(i)
		if l.Text == "" {
			continue
		}
		d.next[i] = -1
		if n, ok := d.first[l]; ok {
			d.next[i] = n
		}
		d.first[l] = i
	}
	return d
}

// at gives occurrence i: token i/2's key where i is even, else its surface.
func (d *Doc) at(i int) query.Lexeme {
	t := &d.tokens[i/2]
	if i%2 == 0 {
		return query.Lexeme{Text: t.Key}
	}
	return query.Lexeme{Text: t.Surface, Exact: true}
}

// Matches says whether a post matches an expression. An expression that this
// package doesn't know matches nothing, whether negated or not.
func Matches(e query.Expr, d *Doc) bool { return holds(e, d, false) }

// holds says whether e holds, or, where neg, whether it does not.
func holds(e query.Expr, d *Doc, neg bool) bool {
	switch e := e.(type) {
	case query.True:
		return !neg
	case query.False:
		return neg
	case query.None:
		return holds(e.Expr, d, !neg)
	case query.All:
		return each(e.Exprs, d, neg, !neg)
	case query.Any:
		return each(e.Exprs, d, neg, neg)
	case query.Term:
		return d.has(e) != neg
	case query.Seq:
		return d.seq(e, nil) != neg
	case query.FieldIs:
		return d.field(e) != neg
	case query.Between:
		return d.between(e) != neg
	}
	return false
}

// each says whether every one holds, or at least one.
func each(es []query.Expr, d *Doc, neg, every bool) bool {
	for _, e := range es {
		if holds(e, d, neg) != every {
			return !every
		}
	}
	return every
}

func (d *Doc) has(t query.Term) bool {
	return slices.ContainsFunc(t.Lexemes, func(l query.Lexeme) bool { _, ok := d.first[l]; return ok })
}

// seq looks for the terms at adjacent positions. Without visit it stops at the
// first place; otherwise it calls visit with the first and the last token of
// each.
func (d *Doc) seq(s query.Seq, visit func(first, last int)) (found bool) {
	if len(s.Terms) == 0 {
		return false
	}
	for _, l := range s.Terms[0].Lexemes {
		i, there := d.first[l]
		for ; there && i >= 0; i = d.next[i] {
			if !d.follows(i/2, s.Terms[1:]) {
				continue
			}
			if visit == nil {
				return true
			}
			visit(i/2, i/2+len(s.Terms)-1)
			found = true
		}
	}
	return found
}

// follows says whether terms stand right after a token.
func (d *Doc) follows(token int, terms []query.Term) bool {
	if token+len(terms) >= len(d.tokens) {
		return false
	}
	for k, term := range terms {
		t := &d.tokens[token+1+k]
		if t.Pos != d.tokens[token].Pos+1+k {
			return false
		}
		if !slices.ContainsFunc(term.Lexemes, func(l query.Lexeme) bool {
			return l.Text != "" && (l.Exact && l.Text == t.Surface || !l.Exact && l.Text == t.Key)
		}) {
			return false
		}
	}
	return true
}

func (d *Doc) field(f query.FieldIs) bool {
	switch f.Field {
	case query.Net:
		return slices.Contains(f.Values, d.net)
	case query.Source:
		return slices.Contains(f.Values, d.source)
	case query.Visibility:
		return slices.Contains(f.Values, d.access)
	case query.Region:
		return slices.ContainsFunc(d.regions, func(r string) bool { return slices.Contains(f.Values, r) })
	}
	return false
}

func (d *Doc) between(b query.Between) bool {
	return (b.From.IsZero() || !d.published.Before(b.From)) && (b.To.IsZero() || d.published.Before(b.To))
}
