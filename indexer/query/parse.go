package query

import "unicode/utf8"

// Parse reads a query. With problems the node is nil, and all that can be
// told apart are reported at once.
func Parse(s string) (Node, Errors) {
	r := []rune(s)
	if len(r) > MaxChars {
		var es Errors
		es.add(Span{MaxChars, len(r) - MaxChars}, TooLong, "", "")
		return nil, es
	}
	l := lexer{s: r}
	l.run()
	p := parser{lexer: &l}
	n := p.query()
	if len(l.errs) > 0 {
		return nil, l.errs.sorted()
	}
	if n == nil {
		return Everything{}, nil
	}
	// Canonical text spaces operators out; it must stay a query.
	if len(r) > MaxChars/4 && utf8.RuneCountInString(n.String()) > MaxChars {
		l.errs.add(Span{0, len(r)}, TooLong, "", "")
		return nil, l.errs
	}
	return n, nil
}

type parser struct {
	*lexer
	i    int
	deep bool // too much depth has been reported
}

func (p *parser) peek() item {
	if p.i < len(p.items) {
		return p.items[p.i]
	}
	return item{kind: end, at: Span{len(p.s), 0}}
}

func (p *parser) take() item {
	it := p.peek()
	p.i++
	return it
}

// query reads everything; a closing bracket too many is reported and passed.
func (p *parser) query() Node {
	var nodes []Node
	for {
		if p.peek().kind != end && p.peek().kind != closing {
			n, _ := p.or(0)
			nodes = append(nodes, n)
		}
		switch it := p.take(); it.kind {
		case end:
			return and(nodes)
		case closing:
			p.fail(it.at, Unopened, "")
		}
	}
}

// The readers below give ok=false if nothing stood there, and a nil node for
// what has been reported.

func (p *parser) or(depth int) (n Node, ok bool) {
	var nodes []Node
	op, pending := item{}, false
	for {
		n, ok := p.and(depth)
		next := p.peek()
		switch {
		case ok:
			nodes = append(nodes, n)
		case pending:
			p.fail(op.at, MissingSide, "")
		case next.kind == opOr:
			p.fail(next.at, MissingSide, "")
		default:
			return nil, false
		}
		if next.kind != opOr {
			return or(nodes), true
		}
		op, pending = p.take(), true
	}
}

func (p *parser) and(depth int) (n Node, ok bool) {
	var nodes []Node
	some := false
	op, pending := item{}, false
	for {
		if p.peek().kind == opAnd {
			it := p.take()
			if !some || pending {
				p.fail(it.at, MissingSide, "")
				some = true
				continue
			}
			op, pending = it, true
			continue
		}
		n, ok := p.unary(depth)
		if !ok {
			if pending {
				p.fail(op.at, MissingSide, "")
			}
			return and(nodes), some
		}
		nodes, some, pending = append(nodes, n), true, false
	}
}

func (p *parser) unary(depth int) (n Node, ok bool) {
	switch it := p.peek(); it.kind {
	case opNot:
		p.take()
		p.check(it, depth+1)
		n, ok := p.unary(depth + 1)
		if !ok {
			p.fail(it.at, MissingSide, "")
		}
		return not(n), true
	case open:
		p.take()
		p.check(it, depth+1)
		n, ok := p.or(depth + 1)
		last := p.peek()
		switch {
		case last.kind != closing:
			p.fail(it.at, Unclosed, "")
		case !ok:
			p.errs.add(Span{it.at.Offset, last.at.Offset + 1 - it.at.Offset}, EmptyGroup, "()", "")
			fallthrough
		default:
			p.take()
		}
		return n, true
	case leaf:
		return p.take().node, true
	}
	return nil, false
}

func (p *parser) check(it item, depth int) {
	if depth > MaxDepth && !p.deep {
		p.deep = true
		p.fail(it.at, TooDeep, "")
	}
}

// and, or and not build nodes in normal form from nodes in normal form; nil
// ones, which stand for reported problems, are left out.
func and(nodes []Node) Node {
	var flat []Node
	for _, n := range nodes {
		switch n := n.(type) {
		case nil, Everything:
		case And:
			flat = append(flat, n.Nodes...)
		default:
			flat = append(flat, n)
		}
	}
	switch len(flat) {
	case 0:
		return nil
	case 1:
		return flat[0]
	}
	return And{flat}
}

func or(nodes []Node) Node {
	var flat []Node
	for _, n := range nodes {
		switch n := n.(type) {
		case nil:
		case Or:
			flat = append(flat, n.Nodes...)
		default:
			flat = append(flat, n)
		}
	}
	switch len(flat) {
	case 0:
		return nil
	case 1:
		return flat[0]
	}
	return Or{flat}
}

func not(n Node) Node {
	switch n := n.(type) {
	case nil:
		return nil
	case Not:
		return n.Node
	}
	return Not{n}
}
