package match

import (
	"cmp"
	"slices"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/text"
)

// Span is a piece of a text in bytes: [Start, End).
type Span struct{ Start, End int }

// Highlight gives what in a post's title and body makes an expression hold:
// sorted, disjoint, at most one span a word. A phrase is marked where it
// stands as a whole, and with what lies between its words; what is negated, or
// belongs to a group that doesn't hold, is not marked. Fields and times, which
// the texts don't tell, are taken to hold.
func Highlight(e query.Expr, a text.Analysis) (title, body []Span) {
	m := marker{d: NewDoc(post.Envelope{}, a)}
	m.walk(e, false)
	slices.SortFunc(m.runs, func(a, b run) int { return cmp.Or(a.first-b.first, b.last-a.last) })
	for _, r := range slices.Compact(m.runs) {
		first, last := &a.Tokens[r.first], &a.Tokens[r.last]
		out := &title
		if first.Field == text.Body {
			out = &body
		}
		if n := len(*out) - 1; n >= 0 && first.Start <= (*out)[n].End {
			(*out)[n].End = max((*out)[n].End, last.End)
			continue
		}
		*out = append(*out, Span{first.Start, last.End})
	}
	return title, body
}

// marker collects tokens that make an expression hold.
type marker struct {
	d    *Doc
	runs []run
}

type run struct{ first, last int } // tokens

// walk says whether e (where neg, its negation) may hold, and has added what
// makes it hold if so.
func (m *marker) walk(e query.Expr, neg bool) bool {
	switch e := e.(type) {
	case query.None:
		return m.walk(e.Expr, !neg)
	case query.All:
		return m.group(e.Exprs, neg, !neg)
	case query.Any:
		return m.group(e.Exprs, neg, neg)
	case query.FieldIs, query.Between:
		return true
	case query.Term:
		if neg {
			break
		}
		return m.seq(query.Seq{Terms: []query.Term{e}})
	case query.Seq:
		if neg {
			break
		}
		return m.seq(e)
	}
	return holds(e, m.d, neg)
}

func (m *marker) seq(s query.Seq) bool {
	return m.d.seq(s, func(first, last int) { m.runs = append(m.runs, run{first, last}) })
}

func (m *marker) group(es []query.Expr, neg, every bool) bool {
	before, some := len(m.runs), false
	for _, e := range es {
		ok := m.walk(e, neg)
		if every && !ok {
			m.runs = m.runs[:before]
			return false
		}
		some = some || ok
	}
	return some || every
}
