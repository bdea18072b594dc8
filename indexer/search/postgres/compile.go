package postgres

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
)

// builder collects the arguments of a statement.
type builder struct{ args []any }

// arg adds an argument and gives its name in the statement.
func (b *builder) arg(v any) string {
	b.args = append(b.args, v)
	return fmt.Sprintf("$%d", len(b.args))
}

// condition is the one place where it is decided what a reader sees: the
// expression AND the scope, as a condition on a row of posts.
func (b *builder) condition(scope access.Scope, e query.Expr) (string, error) {
	p, err := b.part(e)
	if err != nil {
		return "", err
	}
	return b.sql(p) + " AND " + b.scope(scope), nil
}

// scope is the condition of a scope alone.
func (b *builder) scope(s access.Scope) string {
	if s.Nothing() {
		return "FALSE"
	}
	cond := []string{"TRUE"}
	if v := s.Visibilities(); len(v) < 3 {
		cond = append(cond, "visibility = ANY ("+b.arg(v)+"::text[])")
	}
	if codes, all := s.Regions(); !all {
		cond = append(cond, b.tagged(regionTag, codes))
	}
	if ids, all := s.Sources(); !all {
		cond = append(cond, b.tagged(sourceTag, ids))
	}
	return strings.Join(cond, " AND ")
}

// tagged holds for rows with one of some tags.
func (b *builder) tagged(tag string, values []string) string {
	var ts []string
	for _, v := range values {
		if storable(v) {
			ts = append(ts, tag+v)
		}
	}
	if len(ts) == 0 {
		return "FALSE"
	}
	return "tags && " + b.arg(ts) + "::text[]"
}

// part is a compiled expression: a tsquery where words alone decide, else SQL.
// Keeping words together leaves the whole of them to one look into the GIN.
type part struct{ tsquery, sql string }

func (b *builder) sql(p part) string {
	if p.tsquery != "" {
		return "words @@ " + b.arg(p.tsquery) + "::tsquery"
	}
	return "(" + p.sql + ")"
}

func (b *builder) part(e query.Expr) (part, error) {
	switch e := e.(type) {
	case query.True:
		return part{sql: "TRUE"}, nil
	case query.False:
		return part{sql: "FALSE"}, nil
	case query.All:
		return b.join(e.Exprs, " & ", " AND ", "TRUE")
	case query.Any:
		return b.join(e.Exprs, " | ", " OR ", "FALSE")
	case query.None:
		p, err := b.part(e.Expr)
		if err != nil {
			return p, err
		}
		if p.tsquery != "" {
			return part{tsquery: "!" + p.tsquery}, nil
		}
		return part{sql: "NOT (" + p.sql + ")"}, nil
	case query.Term:
		return words1(term(e)), nil
	case query.Seq:
		return words1(seq(e)), nil
	case query.FieldIs:
		return field(b, e)
	case query.Between:
		return part{sql: b.between(e)}, nil
	}
	return part{}, fault.New(fault.Internal, "the index doesn't know %T", e)
}

// words1 makes a part of a tsquery; one that nothing can match is FALSE.
func words1(tsquery string) part {
	if tsquery == "" {
		return part{sql: "FALSE"}
	}
	return part{tsquery: tsquery}
}

// join joins the parts that are words by one operator, and the rest by another.
func (b *builder) join(es []query.Expr, tsop, op, empty string) (part, error) {
	var texts, conds []string
	for _, e := range es {
		p, err := b.part(e)
		if err != nil {
			return p, err
		}
		if p.tsquery != "" {
			texts = append(texts, p.tsquery)
		} else {
			conds = append(conds, "("+p.sql+")")
		}
	}
	switch {
	case len(texts) > 0 && len(conds) == 0:
		return part{tsquery: tree(texts, tsop)}, nil
	case len(texts) > 0:
		conds = append(conds, b.sql(part{tsquery: tree(texts, tsop)}))
	case len(conds) == 0:
		return part{sql: empty}, nil
	}
	return part{sql: strings.Join(conds, op)}, nil
}

// tree joins operands of a tsquery in brackets, half by half: Postgres goes
// down a tree by recursion, and one of a thousand leaves must not be a thousand
// deep.
func tree(operands []string, op string) string {
	if len(operands) == 1 {
		return operands[0]
	}
	half := len(operands) / 2
	return "(" + tree(operands[:half], op) + op + tree(operands[half:], op) + ")"
}

var tsqueryQuotes = strings.NewReplacer(`\`, `\\`, `'`, `''`)

// term gives a tsquery, "" where nothing can match.
func term(t query.Term) string {
	var ls []string
	for _, l := range t.Lexemes {
		if l.Text != "" && storable(l.Text) {
			ls = append(ls, "'"+tsqueryQuotes.Replace(lexeme(l.Text, l.Exact))+"'")
		}
	}
	if len(ls) == 0 {
		return ""
	}
	return tree(slices.Compact(ls), " | ")
}

// seq gives a tsquery of adjacent terms, "" where nothing can match.
func seq(s query.Seq) string {
	var ts []string
	for _, t := range s.Terms {
		q := term(t)
		if q == "" {
			return ""
		}
		ts = append(ts, q)
	}
	switch len(ts) {
	case 0:
		return ""
	case 1:
		return ts[0]
	}
	return "(" + strings.Join(ts, " <-> ") + ")"
}

func field(b *builder, f query.FieldIs) (part, error) {
	switch f.Field {
	case query.Net:
		return part{sql: b.tagged(netTag, f.Values)}, nil
	case query.Source:
		return part{sql: b.tagged(sourceTag, f.Values)}, nil
	case query.Region:
		return part{sql: b.tagged(regionTag, f.Values)}, nil
	case query.Visibility:
		return part{sql: "visibility = ANY (" + b.arg(slices.DeleteFunc(slices.Clone(f.Values), func(v string) bool { return !storable(v) })) + "::text[])"}, nil
	}
	return part{}, fault.New(fault.Internal, "the index doesn't know the field %q", string(f.Field))
}

func (b *builder) between(t query.Between) string {
	cond := "TRUE"
	if !t.From.IsZero() {
		cond += " AND published >= " + b.arg(micro(t.From)) + "::timestamptz"
	}
	if !t.To.IsZero() {
		cond += " AND published < " + b.arg(micro(t.To)) + "::timestamptz"
	}
	return cond
}

// micro gives the first whole microsecond, which is what Postgres keeps, that
// is not before t.
func micro(t time.Time) time.Time {
	if m := t.UTC().Truncate(time.Microsecond); !m.Before(t) {
		return m
	}
	return t.UTC().Truncate(time.Microsecond).Add(time.Microsecond)
}

// span gives the time outside of which nothing can match.
func span(e query.Expr) query.Between {
	switch e := e.(type) {
	case query.Between:
		return e
	case query.All:
		var out query.Between
		for _, c := range e.Exprs {
			s := span(c)
			if s.From.After(out.From) {
				out.From = s.From
			}
			if !s.To.IsZero() && (out.To.IsZero() || s.To.Before(out.To)) {
				out.To = s.To
			}
		}
		return out
	}
	return query.Between{}
}

// positive gives the words that an expression asks for, as alternatives; ""
// where it asks for none. At most so many count for the score.
func positive(e query.Expr) string {
	const most = 64
	var ls []string
	query.WalkExpr(e, func(e query.Expr) bool {
		if t, ok := e.(query.Term); ok && len(ls) < most {
			if q := term(query.Term{Lexemes: t.Lexemes[:min(len(t.Lexemes), most)]}); q != "" {
				ls = append(ls, q)
			}
		}
		_, negated := e.(query.None)
		return !negated
	})
	if len(ls) == 0 {
		return ""
	}
	return tree(ls, " | ")
}
