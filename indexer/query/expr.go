package query

import (
	"fmt"
	"strings"
	"time"
)

// AllOf joins expressions of which every one must hold: nested Alls are
// flattened, True is left out, False decides, spans of time are intersected
// into one; a single expression stands for itself, none is True.
func AllOf(es ...Expr) Expr {
	var out []Expr
	span := -1 // where in out the span of time stands
	for _, e := range flatten(es, func(e Expr) []Expr { a, _ := e.(All); return a.Exprs }) {
		switch e := e.(type) {
		case True:
			continue
		case False:
			return False{}
		case Between:
			if span < 0 {
				span = len(out)
				break
			}
			out[span] = intersect(out[span].(Between), e)
			continue
		}
		out = append(out, e)
	}
	if span >= 0 {
		if b := out[span].(Between); !b.From.IsZero() && !b.To.IsZero() && !b.From.Before(b.To) {
			return False{}
		}
	}
	switch len(out) {
	case 0:
		return True{}
	case 1:
		return out[0]
	}
	return All{out}
}

func intersect(a, b Between) Between {
	if a.From.Before(b.From) { // zero is before everything
		a.From = b.From
	}
	if !b.To.IsZero() && (a.To.IsZero() || b.To.Before(a.To)) {
		a.To = b.To
	}
	return a
}

// AnyOf joins expressions of which at least one must hold, as AllOf does; none
// is False.
func AnyOf(es ...Expr) Expr {
	var out []Expr
	for _, e := range flatten(es, func(e Expr) []Expr { a, _ := e.(Any); return a.Exprs }) {
		switch e.(type) {
		case False:
			continue
		case True:
			return True{}
		}
		out = append(out, e)
	}
	switch len(out) {
	case 0:
		return False{}
	case 1:
		return out[0]
	}
	return Any{out}
}

// NoneOf negates an expression.
func NoneOf(e Expr) Expr {
	switch e := e.(type) {
	case True:
		return False{}
	case False:
		return True{}
	case None:
		return e.Expr
	}
	return None{e}
}

func flatten(es []Expr, inner func(Expr) []Expr) []Expr {
	var out []Expr
	for _, e := range es {
		if in := inner(e); in != nil {
			out = append(out, flatten(in, inner)...)
		} else if e != nil {
			out = append(out, e)
		}
	}
	return out
}

// WalkExpr visits e and all below it, parents first, as long as visit says so
// for the parent. Terms of a Seq are visited as Terms.
func WalkExpr(e Expr, visit func(Expr) bool) {
	if e == nil || !visit(e) {
		return
	}
	switch e := e.(type) {
	case All:
		for _, c := range e.Exprs {
			WalkExpr(c, visit)
		}
	case Any:
		for _, c := range e.Exprs {
			WalkExpr(c, visit)
		}
	case None:
		WalkExpr(e.Expr, visit)
	case Seq:
		for _, t := range e.Terms {
			WalkExpr(t, visit)
		}
	}
}

// Describe writes an expression for logs and the messages of tests.
func Describe(e Expr) string {
	list := func(name string, es []Expr) string {
		s := make([]string, len(es))
		for i, e := range es {
			s[i] = Describe(e)
		}
		return name + "(" + strings.Join(s, ", ") + ")"
	}
	switch e := e.(type) {
	case True:
		return "true"
	case False:
		return "false"
	case All:
		return list("all", e.Exprs)
	case Any:
		return list("any", e.Exprs)
	case None:
		return list("none", []Expr{e.Expr})
	case Term:
		s := make([]string, len(e.Lexemes))
		for i, l := range e.Lexemes {
			if s[i] = l.Text; l.Exact {
				s[i] = "!" + l.Text
			}
		}
		return strings.Join(s, "/")
	case Seq:
		s := make([]string, len(e.Terms))
		for i, t := range e.Terms {
			s[i] = Describe(t)
		}
		return "[" + strings.Join(s, " ") + "]"
	case FieldIs:
		return string(e.Field) + "=" + strings.Join(e.Values, ",")
	case Between:
		day := func(t time.Time) string {
			if t.IsZero() {
				return ""
			}
			return t.Format(time.RFC3339)
		}
		return day(e.From) + "…" + day(e.To)
	}
	return fmt.Sprintf("%T", e)
}
