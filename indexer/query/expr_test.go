package query

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func term(s string) Term { return Term{[]Lexeme{{Text: s}}} }

func between(from, to int) Between {
	at := func(d int) time.Time {
		if d == 0 {
			return time.Time{}
		}
		return time.Date(2026, 11, d, 0, 0, 0, 0, time.UTC)
	}
	return Between{From: at(from), To: at(to)}
}

func TestNormalForms(t *testing.T) {
	a, b, c := term("a"), term("b"), term("c")
	for _, x := range []struct{ want, got Expr }{
		{True{}, AllOf()},
		{False{}, AnyOf()},
		{a, AllOf(a)},
		{a, AnyOf(a)},
		{a, AllOf(True{}, a, nil)},
		{a, AnyOf(False{}, a, nil)},
		{False{}, AllOf(a, False{}, b)},
		{True{}, AnyOf(a, True{}, b)},
		{All{[]Expr{a, b, c}}, AllOf(a, All{[]Expr{b, All{[]Expr{c, True{}}}}})},
		{Any{[]Expr{a, b, c}}, AnyOf(Any{[]Expr{a, Any{[]Expr{b}}}}, c)},
		{All{[]Expr{a, Any{[]Expr{b, c}}}}, AllOf(a, AnyOf(b, c))},
		{False{}, NoneOf(True{})},
		{True{}, NoneOf(False{})},
		{a, NoneOf(NoneOf(a))},
		{None{a}, NoneOf(a)},
		{between(2, 5), AllOf(between(1, 5), between(2, 7))},
		{between(2, 5), AllOf(between(2, 0), between(0, 5))},
		{between(2, 5), AllOf(between(0, 5), between(2, 0), between(1, 9))},
		{False{}, AllOf(between(5, 0), between(0, 5))},
		{False{}, AllOf(between(5, 2))},
		{All{[]Expr{a, between(2, 5), b}}, AllOf(a, between(2, 0), b, between(0, 5))},
		{Any{[]Expr{between(1, 2), between(3, 4)}}, AnyOf(between(1, 2), between(3, 4))},
	} {
		require.Equal(t, x.want, x.got)
	}
}

// atoms holds for which letters, and at what time, a made-up post is.
type atoms struct {
	words map[string]bool
	at    time.Time
}

func (s atoms) holds(e Expr) bool {
	switch e := e.(type) {
	case True:
		return true
	case All:
		for _, c := range e.Exprs {
			if !s.holds(c) {
				return false
			}
		}
		return true
	case Any:
		for _, c := range e.Exprs {
			if s.holds(c) {
				return true
			}
		}
	case None:
		return !s.holds(e.Expr)
	case Term:
		return s.words[e.Lexemes[0].Text]
	case Between:
		return (e.From.IsZero() || !s.at.Before(e.From)) && (e.To.IsZero() || s.at.Before(e.To))
	}
	return false
}

// Whatever is joined, normal form says the same and is normal.
func TestNormalFormsKeepTheMeaning(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var build func(depth int) (plain, normal Expr)
	build = func(depth int) (Expr, Expr) {
		kind := r.IntN(8)
		if depth == 0 {
			kind = 3 + r.IntN(5)
		}
		switch kind {
		case 0, 1:
			var plain, normal []Expr
			for range r.IntN(4) {
				p, n := build(depth - 1)
				plain, normal = append(plain, p), append(normal, n)
			}
			if kind == 0 {
				return All{plain}, AllOf(normal...)
			}
			return Any{plain}, AnyOf(normal...)
		case 2:
			p, n := build(depth - 1)
			return None{p}, NoneOf(n)
		case 3:
			return True{}, True{}
		case 4:
			return False{}, False{}
		case 5:
			b := between(r.IntN(6), r.IntN(6))
			return b, b
		}
		w := term(string(rune('a' + r.IntN(3))))
		return w, w
	}
	for range 3_000 {
		plain, normal := build(4)
		isNormal(t, normal, true)
		for range 8 {
			s := atoms{words: map[string]bool{"a": r.IntN(2) == 0, "b": r.IntN(2) == 0, "c": r.IntN(2) == 0}, at: between(1+r.IntN(6), 0).From}
			require.Equal(t, s.holds(plain), s.holds(normal), "%s became %s", Describe(plain), Describe(normal))
		}
	}
}

func isNormal(t *testing.T, e Expr, root bool) {
	t.Helper()
	kids := func(es []Expr) {
		require.GreaterOrEqual(t, len(es), 2)
		for _, c := range es {
			isNormal(t, c, false)
		}
	}
	switch e := e.(type) {
	case True, False:
		require.True(t, root)
	case All:
		kids(e.Exprs)
		spans := 0
		for _, c := range e.Exprs {
			require.False(t, is[All](c))
			if is[Between](c) {
				spans++
			}
		}
		require.LessOrEqual(t, spans, 1)
	case Any:
		kids(e.Exprs)
		for _, c := range e.Exprs {
			require.False(t, is[Any](c))
		}
	case None:
		require.False(t, is[None](e.Expr))
		isNormal(t, e.Expr, false)
	}
}

func is[T Expr](e Expr) bool { _, ok := e.(T); return ok }

func TestWalkExpr(t *testing.T) {
	e := All{[]Expr{term("a"), Any{[]Expr{term("b"), None{Seq{[]Term{term("c"), term("d")}}}}}, FieldIs{Net, []string{"vk"}}}}
	var seen []string
	WalkExpr(e, func(e Expr) bool { seen = append(seen, Describe(e)); return true })
	require.Equal(t, []string{"all(a, any(b, none([c d])), net=vk)", "a", "any(b, none([c d]))", "b", "none([c d])", "[c d]", "c", "d", "net=vk"}, seen)
	seen = nil
	WalkExpr(e, func(e Expr) bool { seen = append(seen, Describe(e)); _, any := e.(Any); return !any })
	require.Equal(t, []string{"all(a, any(b, none([c d])), net=vk)", "a", "any(b, none([c d]))", "net=vk"}, seen, "not below what visit declines")
	WalkExpr(nil, func(Expr) bool { t.Fatal("there is nothing"); return true })
}

func TestWalk(t *testing.T) {
	n, es := Parse("a -(b | c) [d e] net:vk")
	require.Empty(t, es)
	var seen []string
	Walk(n, func(n Node) bool { seen = append(seen, n.String()); return true })
	require.Equal(t, []string{"a -(b | c) [d e] net:vk", "a", "-(b | c)", "b | c", "b", "c", "[d e]", "net:vk"}, seen)
	seen = nil
	Walk(n, func(n Node) bool { seen = append(seen, n.String()); _, not := n.(Not); return !not })
	require.Equal(t, []string{"a -(b | c) [d e] net:vk", "a", "-(b | c)", "[d e]", "net:vk"}, seen)
	require.Equal(t, Span{4, 5}, At(n.(And).Nodes[1]), "from the first leaf to the last")
}

func TestDescribe(t *testing.T) {
	for want, e := range map[string]Expr{
		"true": True{}, "false": False{}, "a/!b": Term{[]Lexeme{{Text: "a"}, {Text: "b", Exact: true}}},
		"…":                     Between{},
		"2026-11-02T00:00:00Z…": between(2, 0),
		"<nil>":                 nil,
	} {
		require.Equal(t, want, Describe(e))
	}
}

func TestRussianNamesOfFieldsAreExplained(t *testing.T) {
	for s, field := range map[string]string{
		"сеть:vk": "net:", "Соцсеть:vk": "net:", "источник:vk:1": "source:", "КАНАЛ:x": "source:", "регион:x": "region:",
		"с:2026-11-01": "since:", "от:2026-11-01": "since:", "до:2026-11-01": "until:", "по:2026-11-01": "until:",
	} {
		_, es := Parse(s)
		require.Len(t, es, 1, s)
		require.Equal(t, UnknownField, es[0].Code, s)
		require.Contains(t, es[0].Message("ru"), "напишите "+field, s)
		require.Contains(t, es[0].Message("en"), "write "+field, s)
	}
}
