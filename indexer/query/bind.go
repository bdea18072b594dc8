package query

import (
	"slices"
	"strings"
	"time"
	"unicode"
)

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
		return AllOf(b.all(n.Nodes)...)
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

// all binds what must all hold. Words side by side that together are a name of
// something may also be met by its other names.
func (b *binder) all(nodes []Node) []Expr {
	var es []Expr
	for i := 0; i < len(nodes); {
		n, others := b.name(nodes[i:])
		ways := []Expr{AllOf(b.each(nodes[i : i+n])...)}
		es = append(es, either(append(ways, b.phrases(others)...)))
		i += n
	}
	return es
}

// name gives how many nodes at the beginning are such a name, and the others; 1
// and none where there is none.
func (b *binder) name(nodes []Node) (n int, others [][]string) {
	var words []string
	n = 1
	for i, node := range nodes[:min(len(nodes), maxName)] {
		w, ok := node.(Word)
		if !ok || w.Exact {
			break
		}
		words = append(words, b.a.Words(w.Text)...)
		if i > 0 {
			if found := b.a.Alike(words); len(found) > 0 {
				n, others = i+1, found
			}
		}
	}
	return n, others
}

// maxName is the most words of a query that are tried as one name.
const maxName = 8

func (b *binder) each(nodes []Node) []Expr {
	es := make([]Expr, len(nodes))
	for i, n := range nodes {
		es[i] = b.bind(n)
	}
	return es
}

// words makes a Term of one word and a Seq of several, and of words that can be
// written in other ways any of these.
func (b *binder) words(n Node, exact bool, texts ...string) Expr {
	var words []string
	joined := [][]string{nil} // the same with hyphens left out, in every combination
	for _, s := range texts {
		ws := b.a.Words(s)
		words = append(words, ws...)
		other := b.joined(s, ws)
		for i := range joined {
			if other != "" && len(joined) < maxJoined {
				joined = append(joined, append(slices.Clone(joined[i]), other))
			}
			joined[i] = append(joined[i], ws...)
		}
	}
	if len(words) == 0 {
		b.errs.add(At(n), NoWord, n.String(), "")
		return False{}
	}
	if exact {
		return b.seq(words, exactly)
	}
	return either(b.phrases(append(joined, b.a.Alike(words)...)))
}

// phrases makes an expression of each list of words, in any forms.
func (b *binder) phrases(lists [][]string) []Expr {
	es := make([]Expr, len(lists))
	for i, words := range lists {
		es[i] = b.seq(words, b.term)
	}
	return es
}

// maxJoined bounds the ways to write a phrase of several hyphenated words.
const maxJoined = 8

// joined gives a hyphenated word written as one («веб-сайт», «вебсайт»); "" where
// there is no such.
func (b *binder) joined(s string, parts []string) string {
	if len(parts) < 2 || strings.IndexFunc(s, func(r rune) bool { return !wordy(r) && !dash(r) && !unicode.Is(unicode.M, r) }) >= 0 {
		return ""
	}
	if ws := b.a.Words(strings.Join(parts, "")); len(ws) == 1 {
		return ws[0]
	}
	return ""
}

func (b *binder) seq(words []string, term func(string) Term) Expr {
	terms := make([]Term, len(words))
	for i, w := range words {
		terms[i] = term(w)
	}
	if len(terms) == 1 {
		return terms[0]
	}
	return Seq{terms}
}

// either is AnyOf with all its Terms made one.
func either(es []Expr) Expr {
	var one Term
	var out []Expr
	for _, e := range es {
		if t, ok := e.(Term); ok {
			one.Lexemes = append(one.Lexemes, t.Lexemes...)
			continue
		}
		out = append(out, e)
	}
	if len(one.Lexemes) > 0 {
		out = append(out, Term{distinct(one.Lexemes)})
	}
	return AnyOf(out...)
}

func exactly(w string) Term { return Term{[]Lexeme{{Text: w, Exact: true}}} }

// term stands for a word in all its forms, and for other words that name the
// same thing.
func (b *binder) term(w string) Term {
	keys := b.a.Keys(w)
	for _, other := range b.a.Alike([]string{w}) {
		if len(other) == 1 {
			keys = append(keys, b.a.Keys(other[0])...)
		}
	}
	ls := make([]Lexeme, len(keys))
	for i, k := range keys {
		ls[i] = Lexeme{Text: k}
	}
	return Term{distinct(ls)}
}

func distinct(ls []Lexeme) []Lexeme {
	slices.SortFunc(ls, func(a, b Lexeme) int { return strings.Compare(a.Text, b.Text) })
	return slices.Compact(ls)
}
