package match

import (
	"cmp"
	"slices"

	"github.com/otklik/otklik/indexer/query"
)

// Set is a set of standing searches, which finds those that a post matches
// without looking at most of the others: each search is listed under what one
// of its necessary parts asks for, and only the lists of what stands in the
// post are looked at.
//
// Match may be called concurrently; Update and Remove only alone.
type Set struct {
	all    map[int64]*search
	lists  map[atom][]*search
	always map[int64]*search // without any such part
}

type search struct {
	id    int64
	expr  query.Expr
	under []atom // the lists it is in
}

// atom is what a search is listed under: a lexeme, or a value of a field.
type atom struct {
	field query.FieldName // "" for a lexeme
	query.Lexeme
}

// NewSet makes an empty set.
func NewSet() *Set {
	return &Set{all: map[int64]*search{}, lists: map[atom][]*search{}, always: map[int64]*search{}}
}

// Update adds a search or replaces it.
func (s *Set) Update(id int64, e query.Expr) {
	s.Remove(id)
	n := &search{id: id, expr: e}
	s.all[id] = n
	a, ok := required(e, false)
	if !ok {
		s.always[id] = n
		return
	}
	for _, at := range a.atoms {
		if !slices.Contains(s.lists[at], n) {
			n.under = append(n.under, at)
			s.lists[at] = append(s.lists[at], n)
		}
	}
}

// Remove takes a search out; one that is not there is no matter.
func (s *Set) Remove(id int64) {
	n, ok := s.all[id]
	if !ok {
		return
	}
	for _, at := range n.under {
		l := s.lists[at]
		i := slices.Index(l, n)
		l[i] = l[len(l)-1]
		l[len(l)-1] = nil
		if l = l[:len(l)-1]; len(l) > 0 {
			s.lists[at] = l
		} else {
			delete(s.lists, at)
		}
	}
	delete(s.always, id)
	delete(s.all, id)
}

// Len is the number of searches.
func (s *Set) Len() int { return len(s.all) }

// Match gives the searches that a post matches, ascending.
func (s *Set) Match(d *Doc) []int64 {
	candidates := make([]*search, 0, len(s.always)+16)
	for _, n := range s.always {
		candidates = append(candidates, n)
	}
	for l := range d.first {
		candidates = append(candidates, s.lists[atom{Lexeme: l}]...)
	}
	value := func(f query.FieldName, v string) {
		candidates = append(candidates, s.lists[atom{f, query.Lexeme{Text: v}}]...)
	}
	value(query.Net, d.net)
	value(query.Source, d.source)
	value(query.Visibility, d.access)
	for _, r := range d.regions {
		value(query.Region, r)
	}
	slices.SortFunc(candidates, func(a, b *search) int { return cmp.Compare(a.id, b.id) })
	candidates = slices.Compact(candidates)
	var ids []int64
	for _, n := range candidates {
		if Matches(n.expr, d) {
			ids = append(ids, n.id)
		}
	}
	return ids
}

// anchor is a set of atoms at least one of which a matching post must have.
type anchor struct {
	atoms []atom
	cost  int // about how often a post has one
}

// The costs of fields. A network is in every second post, a source in few.
const (
	netCost    = 1_000_000
	regionCost = 100_000
	sourceCost = 2_000
)

// required gives the cheapest anchor of e, or of its negation; ok is false
// where it has none. What can't match has one without atoms.
func required(e query.Expr, neg bool) (a anchor, ok bool) {
	switch e := e.(type) {
	case query.True:
		return anchor{}, neg
	case query.False:
		return anchor{}, !neg
	case query.None:
		return required(e.Expr, !neg)
	case query.All:
		return choose(e.Exprs, neg, !neg)
	case query.Any:
		return choose(e.Exprs, neg, neg)
	case query.Between:
		return anchor{}, false
	}
	if neg {
		return anchor{}, false
	}
	switch e := e.(type) {
	case query.Term:
		return lexemes(e), true
	case query.Seq:
		for i, t := range e.Terms {
			if b := lexemes(t); i == 0 || b.cost < a.cost {
				a = b
			}
		}
		return a, true
	case query.FieldIs:
		for _, v := range e.Values {
			a.atoms = append(a.atoms, atom{e.Field, query.Lexeme{Text: v}})
		}
		a.cost = len(e.Values) * map[query.FieldName]int{query.Net: netCost, query.Visibility: netCost, query.Region: regionCost, query.Source: sourceCost}[e.Field]
		return a, true
	}
	return anchor{}, false
}

// choose gives the cheapest anchor where every expression must hold; where one
// is enough, all their anchors together, if each has one.
func choose(es []query.Expr, neg, every bool) (a anchor, ok bool) {
	for _, e := range es {
		b, there := required(e, neg)
		switch {
		case every && there && (!ok || b.cost < a.cost):
			a, ok = b, true
		case !every && !there:
			return anchor{}, false
		case !every:
			a.atoms, a.cost, ok = append(a.atoms, b.atoms...), a.cost+b.cost, true
		}
	}
	return a, ok || !every
}

// lexemes gives the anchor of a term. The shorter a word the more often it is
// written.
func lexemes(t query.Term) (a anchor) {
	for _, l := range t.Lexemes {
		a.atoms = append(a.atoms, atom{Lexeme: l})
		a.cost += 1 + 4_096>>min(len(l.Text)/2, 10) // a Russian letter has two bytes
	}
	return a
}
