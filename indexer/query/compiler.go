package query

import "github.com/otklik/otklik/internal/fault"

// Compiler makes expressions of query texts: the same ones for whoever asks,
// be it a person, a live feed or a standing search. Safe for concurrent use.
type Compiler struct {
	Analyzer    Analyzer
	KnownRegion func(code string) bool
}

// Compile parses and binds a query. It gives every problem there is, a region
// that doesn't exist among them.
func (c Compiler) Compile(text string, r Reader) (Expr, Errors) {
	_, e, es := c.compile(text, r)
	return e, es
}

func (c Compiler) compile(text string, r Reader) (Node, Expr, Errors) {
	n, es := Parse(text)
	if len(es) > 0 {
		return nil, nil, es
	}
	es = append(c.unknownRegions(n), backwards(n)...)
	e, err := Bind(n, c.Analyzer, r)
	if bad, ok := err.(Errors); ok {
		es = append(es, bad...)
	}
	if len(es) > 0 {
		return nil, nil, es.sorted()
	}
	return n, e, nil
}

// CheckStanding gives every problem of the query of a saved search.
func (c Compiler) CheckStanding(text string) Errors {
	n, _, es := c.compile(text, Reader{})
	if len(es) > 0 {
		return es
	}
	return CheckStanding(n)
}

func (c Compiler) unknownRegions(n Node) Errors {
	var es Errors
	Walk(n, func(n Node) bool {
		if f, ok := n.(Field); ok && f.Name == Region {
			for i, code := range f.Values {
				if !c.KnownRegion(code) {
					es = append(es, NewError(f, i))
				}
			}
		}
		return true
	})
	return es
}

// backwards reports days of which the last is before the first: a slip that
// would find nothing, and say nothing.
func backwards(n Node) Errors {
	var es Errors
	Walk(n, func(n Node) bool {
		and, ok := n.(And)
		if !ok {
			return true
		}
		var since, until *Day
		for _, k := range and.Nodes {
			d, ok := k.(Day)
			switch {
			case !ok:
			case d.Until && (until == nil || d.Date.before(until.Date)):
				until = &d
			case !d.Until && (since == nil || since.Date.before(d.Date)):
				since = &d
			}
		}
		if since != nil && until != nil && until.Date.before(since.Date) {
			es.add(until.at, Backwards, until.String(), since.String())
		}
		return true
	})
	return es
}

// Fields gives the problems as those of one field of an input, with their
// messages in Russian for "ru", otherwise in English.
func (es Errors) Fields(path, lang string) []fault.Field {
	var fs []fault.Field
	for _, e := range es {
		fs = append(fs, fault.Field{Path: path, Message: e.Message(lang), Offset: e.Offset, Length: e.Length})
	}
	return fs
}
