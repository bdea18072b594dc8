package query

import "time"

// Bind gives what a query means: its words as lexemes, its days as moments of
// the reader's zone (UTC where it has none). The expression is in normal form
// (see AllOf, AnyOf, NoneOf). The error, an Errors, names words of which the
// analyzer makes nothing, such as links.
func Bind(n Node, a Analyzer, r Reader) (Expr, error) {
	b := binder{a: a, loc: r.Location}
	if b.loc == nil {
		b.loc = time.UTC
	}
	e := b.bind(n)
	if len(b.errs) > 0 {
		return nil, b.errs.sorted()
	}
	return e, nil
}

type binder struct {
	a    Analyzer
	loc  *time.Location
	errs Errors
}

func (b *binder) bind(n Node) Expr {
	switch n := n.(type) {
	case And:
		return AllOf(b.each(n.Nodes)...)
	case Or:
		return AnyOf(b.each(n.Nodes)...)
	case Not:
		return NoneOf(b.bind(n.Node))
	case Word:
		return b.words(n, n.Exact, n.Text)
	case Phrase:
		return b.words(n, n.Exact, n.Words...)
	case Field:
		return FieldIs{n.Name, n.Values}
	case Day:
		d := n.Date
		if n.Until { // its day is included
			return Between{To: b.begin(d.Year, d.Month, d.Day+1)}
		}
		return Between{From: b.begin(d.Year, d.Month, d.Day)}
	}
	return True{}
}

// begin gives the first moment of a day.
func (b *binder) begin(year int, month time.Month, day int) time.Time {
	t := time.Date(year, month, day, 0, 0, 0, 0, b.loc)
	if t.Hour() == 0 {
		return t
	}
	// Clocks were put forward at midnight, which therefore doesn't exist: the
	// day begins with the new time.
	if _, change := t.ZoneBounds(); change.After(t) && t.Hour() > 12 {
		return change
	}
	return t
}

func (b *binder) each(nodes []Node) []Expr {
	es := make([]Expr, len(nodes))
	for i, n := range nodes {
		es[i] = b.bind(n)
	}
	return es
}

// words makes a Term of one word and a Seq of several.
func (b *binder) words(n Node, exact bool, texts ...string) Expr {
	var terms []Term
	for _, s := range texts {
		for _, w := range b.a.Words(s) {
			terms = append(terms, b.term(w, exact))
		}
	}
	switch len(terms) {
	case 0:
		b.errs.add(At(n), NoWord, n.String(), "")
		return False{}
	case 1:
		return terms[0]
	}
	return Seq{terms}
}

func (b *binder) term(w string, exact bool) Term {
	if exact {
		return Term{[]Lexeme{{Text: w, Exact: true}}}
	}
	keys := b.a.Keys(w)
	t := Term{make([]Lexeme, len(keys))}
	for i, k := range keys {
		t.Lexemes[i] = Lexeme{Text: k}
	}
	return t
}
