package query

import (
	"fmt"
	"slices"
	"strings"
)

func (Everything) String() string { return "" }

func (n And) String() string {
	s := make([]string, len(n.Nodes))
	for i, c := range n.Nodes {
		if s[i] = c.String(); isOr(c) {
			s[i] = "(" + s[i] + ")"
		}
	}
	return strings.Join(s, " ")
}

func isOr(n Node) bool { _, ok := n.(Or); return ok }

func (n Or) String() string {
	s := make([]string, len(n.Nodes))
	for i, c := range n.Nodes {
		s[i] = c.String()
	}
	return strings.Join(s, " | ")
}

func (n Not) String() string {
	switch n.Node.(type) {
	case And, Or:
		return "-(" + n.Node.String() + ")"
	}
	return "-" + n.Node.String()
}

// String writes a word that would be read as something else (AND, a field) in
// the brackets of a phrase.
func (n Word) String() string {
	switch plain := bare(n.Text); {
	case plain && n.Exact:
		return "!" + n.Text
	case plain:
		return n.Text
	case n.Exact:
		return `"` + n.Text + `"`
	}
	return "[" + n.Text + "]"
}

func (n Phrase) String() string {
	if n.Exact {
		return `"` + strings.Join(n.Words, " ") + `"`
	}
	return "[" + strings.Join(n.Words, " ") + "]"
}

func (n Field) String() string { return string(n.Name) + ":" + strings.Join(n.Values, ",") }

func (n Day) String() string {
	if n.Until {
		return "until:" + n.Date.String()
	}
	return "since:" + n.Date.String()
}

// String gives the day as 2026-11-30.
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }

// Walk visits n and all below it, parents first, as long as visit says so for
// the parent.
func Walk(n Node, visit func(Node) bool) {
	if n == nil || !visit(n) {
		return
	}
	switch n := n.(type) {
	case And:
		for _, c := range n.Nodes {
			Walk(c, visit)
		}
	case Or:
		for _, c := range n.Nodes {
			Walk(c, visit)
		}
	case Not:
		Walk(n.Node, visit)
	}
}

// Equal says whether two trees are the same, wherever their leaves stood in
// the text.
func Equal(a, b Node) bool {
	all := func(a, b []Node) bool { return slices.EqualFunc(a, b, Equal) }
	switch a := a.(type) {
	case nil:
		return b == nil
	case Everything:
		_, ok := b.(Everything)
		return ok
	case And:
		b, ok := b.(And)
		return ok && all(a.Nodes, b.Nodes)
	case Or:
		b, ok := b.(Or)
		return ok && all(a.Nodes, b.Nodes)
	case Not:
		b, ok := b.(Not)
		return ok && Equal(a.Node, b.Node)
	case Word:
		b, ok := b.(Word)
		return ok && a.Text == b.Text && a.Exact == b.Exact
	case Phrase:
		b, ok := b.(Phrase)
		return ok && a.Exact == b.Exact && slices.Equal(a.Words, b.Words)
	case Field:
		b, ok := b.(Field)
		return ok && a.Name == b.Name && slices.Equal(a.Values, b.Values)
	case Day:
		b, ok := b.(Day)
		return ok && a.Until == b.Until && a.Date == b.Date
	}
	return false
}

// At gives the place of a parsed node in the text of its query: of a leaf its
// own, of others from the first leaf to the last.
func At(n Node) Span {
	at, some := Span{}, false
	Walk(n, func(n Node) bool {
		var s Span
		switch n := n.(type) {
		case Word:
			s = n.at
		case Phrase:
			s = n.at
		case Field:
			s = n.at
		case Day:
			s = n.at
		default:
			return true
		}
		if !some {
			at, some = s, true
			return true
		}
		stop := max(at.Offset+at.Length, s.Offset+s.Length)
		at.Offset = min(at.Offset, s.Offset)
		at.Length = stop - at.Offset
		return true
	})
	return at
}

// ValueAt gives the place of value i.
func (n Field) ValueAt(i int) Span {
	if i < len(n.ats) {
		return n.ats[i]
	}
	return n.at
}
