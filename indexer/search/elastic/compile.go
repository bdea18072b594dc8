package elastic

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"time"

	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
)

// maxNesting is how many queries may stand within each other in one text.
// Elasticsearch refuses more than 30 (indices.query.bool.max_nested_depth);
// around what is compiled here stand at most two more.
const maxNesting = 24

func everything() object { return object{"match_all": object{}} }
func nothing() object    { return object{"match_none": object{}} }

// whole is the query of a search: what the scope allows of what matches.
// Scored says whether it tells how well a post matches. An expression that
// this package doesn't know is an error, since its negation would find
// everything.
func whole(scope access.Scope, e query.Expr, scored bool) (object, error) {
	var c compiler
	q, _ := c.compile(e)
	if len(c.unknown) > 0 {
		return nil, fault.New(fault.Internal, "the expression %T can't be asked of Elasticsearch", c.unknown[0])
	}
	limits := scopeFilter(scope)
	if scored {
		return object{"bool": object{"must": []any{q}, "filter": limits}}, nil
	}
	return object{"bool": object{"filter": append(limits, q)}}, nil
}

// scopeFilter is the one place where a scope becomes a part of a query. The
// zero Scope gives what matches nothing.
func scopeFilter(s access.Scope) []any {
	if s.Nothing() {
		return []any{nothing()}
	}
	f := []any{object{"terms": object{fieldVisibility: s.Visibilities()}}}
	if regions, all := s.Regions(); !all {
		f = append(f, object{"terms": object{fieldRegions: regions}})
	}
	if sources, all := s.Sources(); !all {
		f = append(f, object{"terms": object{fieldSource: sources}})
	}
	return f
}

// compiler compiles one expression.
type compiler struct{ unknown []query.Expr }

// compile gives the query of an expression, and how many queries stand within
// each other in it. Where that would be too many, what is inside becomes a
// "wrapper", which Elasticsearch reads as a text of its own.
func (c *compiler) compile(e query.Expr) (q object, depth int) {
	switch e := e.(type) {
	case query.True:
		return everything(), 1
	case query.False:
		return nothing(), 1
	case query.Term:
		return term(e)
	case query.Seq:
		return seq(e), 1
	case query.FieldIs:
		return fieldIs(e), 1
	case query.Between:
		return between(e), 1
	case query.All:
		return c.all(e.Exprs)
	case query.Any:
		return c.some(e.Exprs)
	case query.None:
		return c.all([]query.Expr{e})
	}
	c.unknown = append(c.unknown, e)
	return nothing(), 1
}

// all is the conjunction; what is negated stands in the same bool.
func (c *compiler) all(es []query.Expr) (object, int) {
	q, deepest := object{}, 0
	add := func(to string, e query.Expr) {
		inner, depth := shallow(c.compile(e))
		deepest = max(deepest, depth)
		list, _ := q[to].([]any)
		q[to] = append(list, inner)
	}
	for _, e := range es {
		switch e := e.(type) {
		case query.None:
			none, ok := e.Expr.(query.Any)
			if !ok {
				none.Exprs = []query.Expr{e.Expr}
			}
			for _, inner := range none.Exprs { // none of several
				add("must_not", inner)
			}
		case query.FieldIs, query.Between, query.True:
			add("filter", e) // says nothing about how well a post matches
		default:
			add("must", e)
		}
	}
	return object{"bool": q}, deepest + 1
}

// some is the disjunction.
func (c *compiler) some(es []query.Expr) (object, int) {
	if len(es) == 0 {
		return nothing(), 1
	}
	var should []any
	deepest := 0
	for _, e := range es {
		q, depth := shallow(c.compile(e))
		deepest = max(deepest, depth)
		should = append(should, q)
	}
	return object{"bool": object{"should": should, "minimum_should_match": 1}}, deepest + 1
}

func shallow(q object, depth int) (object, int) {
	if depth < maxNesting {
		return q, depth
	}
	b, _ := json.Marshal(q) // of maps, lists and strings: it can't fail
	return object{"wrapper": object{"query": base64.StdEncoding.EncodeToString(b)}}, 1
}

// fieldOf is where lexemes of a kind are indexed.
func fieldOf(exact bool) string {
	if exact {
		return fieldExact
	}
	return fieldKeys
}

// term is one word: any of its lexemes.
func term(t query.Term) (q object, depth int) {
	var qs []any
	for _, l := range lexemes(t) {
		qs = append(qs, object{"term": object{fieldOf(l.Exact): l.Text}})
	}
	switch len(qs) {
	case 0:
		return nothing(), 1
	case 1:
		return qs[0].(object), 1
	}
	return object{"dis_max": object{"queries": qs}}, 2
}

// lexemes gives those of a term that a document may hold, as they are indexed.
func lexemes(t query.Term) []query.Lexeme {
	var out []query.Lexeme
	for _, l := range t.Lexemes {
		if !askable(l.Text) {
			continue
		}
		if l.Text = word(l.Text); !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	return out
}

// seq is words side by side. Intervals may mix fields, since the words of both
// have the same positions.
func seq(s query.Seq) object {
	field := fieldExact
	terms := make([][]query.Lexeme, len(s.Terms))
	for i, t := range s.Terms {
		terms[i] = lexemes(t)
		if len(terms[i]) == 0 {
			return nothing()
		}
		if slices.ContainsFunc(terms[i], func(l query.Lexeme) bool { return !l.Exact }) {
			field = fieldKeys
		}
	}
	if len(terms) == 0 {
		return nothing()
	}
	var places []any
	for _, ls := range terms {
		var alternatives []any
		for _, l := range ls {
			m := object{"query": l.Text}
			if f := fieldOf(l.Exact); f != field {
				m["use_field"] = f
			}
			alternatives = append(alternatives, object{"match": m})
		}
		if len(alternatives) > 1 {
			alternatives = []any{object{"any_of": object{"intervals": alternatives}}}
		}
		places = append(places, alternatives[0])
	}
	return object{"intervals": object{field: object{"all_of": object{"ordered": true, "max_gaps": 0, "intervals": places}}}}
}

// fieldName is where a field of the language is indexed; "" if nowhere.
func fieldName(f query.FieldName) string {
	switch f {
	case query.Net:
		return fieldNet
	case query.Source:
		return fieldSource
	case query.Region:
		return fieldRegions
	case query.Visibility:
		return fieldVisibility
	}
	return ""
}

func fieldIs(f query.FieldIs) object {
	name := fieldName(f.Field)
	if name == "" || len(f.Values) == 0 {
		return nothing()
	}
	return object{"terms": object{name: f.Values}}
}

func between(b query.Between) object {
	r := object{}
	if !b.From.IsZero() {
		r["gte"] = microsUp(b.From)
	}
	if !b.To.IsZero() {
		r["lt"] = microsUp(b.To)
	}
	if len(r) == 0 {
		return everything()
	}
	return object{"range": object{fieldPublished: r}}
}

// microsUp is a bound in microseconds, which times in the index are cut to:
// the next one where the bound stands between two.
func microsUp(t time.Time) int64 {
	n := t.UnixMicro()
	if t.Nanosecond()%int(time.Microsecond) != 0 {
		n++
	}
	return n
}
