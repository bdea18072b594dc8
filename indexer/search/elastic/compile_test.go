package elastic

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
)

func key(texts ...string) query.Term {
	var t query.Term
	for _, s := range texts {
		t.Lexemes = append(t.Lexemes, query.Lexeme{Text: "s:" + s})
	}
	return t
}

func exact(texts ...string) query.Term {
	var t query.Term
	for _, s := range texts {
		t.Lexemes = append(t.Lexemes, query.Lexeme{Text: s, Exact: true})
	}
	return t
}

func both(k, e string) query.Term {
	return query.Term{Lexemes: append(key(k).Lexemes, exact(e).Lexemes...)}
}

// Each file of testdata holds the exact requests of one type of node.
func TestCompile(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2026, 11, d, 0, 0, 0, 0, time.UTC) }
	rare := strings.Repeat("𐐨", 128) // two units of UTF-16 a letter
	news, pit := query.FieldIs{Field: query.Source, Values: []string{"telegram:1"}}, key("ям")
	files := map[string]map[string]query.Expr{
		"constants": {"true": query.True{}, "false": query.False{}, "not true": query.None{Expr: query.True{}}},
		"term": {
			"key": pit, "exact": exact("ямы"), "several": key("ям", "яма"), "both": both("ям", "ямы"), "twice": key("ям", "ям"),
			"none": query.Term{}, "empty": query.Term{Lexemes: []query.Lexeme{{}}}, "filler": exact("-"), "space": exact("две ямы"),
			"filler among others": exact("ямы", "-"), "too long for the analyser": exact(rare),
		},
		"seq": {
			"keys": query.Seq{Terms: []query.Term{key("нет"), key("отоплен")}}, "exact": query.Seq{Terms: []query.Term{exact("нет"), exact("отопления")}},
			"alternatives": query.Seq{Terms: []query.Term{key("нет", "нету"), key("вод")}},
			"mixed":        query.Seq{Terms: []query.Term{exact("нет"), both("вод", "воды"), key("и")}},
			"one":          query.Seq{Terms: []query.Term{key("нет")}}, "none": query.Seq{}, "a term of nothing": query.Seq{Terms: []query.Term{key("нет"), {}}},
		},
		"field": {
			"net": query.FieldIs{Field: query.Net, Values: []string{"telegram", "vk"}}, "source": news,
			"region": query.FieldIs{Field: query.Region, Values: []string{"RU-PRI"}}, "unknown": query.FieldIs{Field: "mood", Values: []string{"x"}},
			"no value": query.FieldIs{Field: query.Net},
		},
		"between": {
			"both": query.Between{From: day(1), To: day(2)}, "from": query.Between{From: day(1)}, "to": query.Between{To: day(2)}, "open": query.Between{},
			"finer than the index": query.Between{From: day(1).Add(1), To: day(2).Add(999)},
			"before 1970":          query.Between{From: time.Date(1969, 12, 31, 23, 59, 59, 500, time.UTC)},
		},
		"all": {
			"words": query.All{Exprs: []query.Expr{pit, key("дорог")}}, "fields filter": query.All{Exprs: []query.Expr{pit, news, query.Between{To: day(2)}}},
			"with a negation": query.All{Exprs: []query.Expr{pit, query.None{Expr: key("реклам")}}},
			"within any":      query.Any{Exprs: []query.Expr{query.All{Exprs: []query.Expr{pit, key("дорог")}}, key("лед")}},
		},
		"any": {"words": query.Any{Exprs: []query.Expr{pit, key("выбоин")}}, "none": query.Any{},
			"within all": query.All{Exprs: []query.Expr{query.Any{Exprs: []query.Expr{pit, news}}, key("дорог")}}},
		"none": {
			"word": query.None{Expr: pit}, "any": query.None{Expr: query.Any{Exprs: []query.Expr{pit, news}}},
			"all": query.None{Expr: query.All{Exprs: []query.Expr{pit, news}}}, "none": query.None{Expr: query.None{Expr: pit}},
		},
	}
	for name, cases := range files {
		t.Run(name, func(t *testing.T) {
			want := golden(t, name)
			require.Len(t, want, len(cases))
			for about, e := range cases {
				var c compiler
				got, depth := c.compile(e)
				require.Empty(t, c.unknown)
				same(t, want[about], got, about)
				require.Equal(t, nesting(got), depth, about)
			}
		})
	}
}

func TestScopeIsAFilterOfEveryQuery(t *testing.T) {
	want := golden(t, "whole")
	pit := key("ям")
	for about, c := range map[string]struct {
		scope  access.Scope
		scored bool
	}{
		"nothing":          {access.Scope{}, false},
		"nothing, scored":  {access.Scope{}, true},
		"everything":       {access.Everything(), false},
		"regions":          {access.NewScope([]string{"RU-SA", "RU-PRI"}, nil, false, false), false},
		"sources, partner": {access.NewScope([]string{"*"}, []string{"vk:-1"}, true, false), false},
		"sealed, scored":   {access.NewScope([]string{"RU-PRI"}, []string{"vk:-1"}, false, true), true},
	} {
		got, err := whole(c.scope, pit, c.scored)
		require.NoError(t, err)
		same(t, want[about], got, about)
	}
}

// An expression that is new to the language must not be taken for one that
// nothing matches: its negation would find every post.
func TestUnknownExpressionIsAnError(t *testing.T) {
	for _, e := range []query.Expr{nil, query.None{}, query.All{Exprs: []query.Expr{key("ям"), nil}}} {
		_, err := whole(access.Everything(), e, false)
		require.Equal(t, fault.Internal, fault.KindOf(err), "%v", err)
	}
}

func TestDeepExpressionsAreWrapped(t *testing.T) {
	var e query.Expr = key("ям")
	for i := range 200 {
		if e = (query.All{Exprs: []query.Expr{e, key("дорог")}}); i%2 == 0 {
			e = query.Any{Exprs: []query.Expr{e, key("улиц")}}
		}
	}
	q, err := whole(access.Everything(), e, true)
	require.NoError(t, err)
	require.LessOrEqual(t, nesting(q), 30, "Elasticsearch refuses more")
	b, err := json.Marshal(q)
	require.NoError(t, err)
	require.Contains(t, string(b), `"wrapper"`)
	require.Less(t, len(b), 1<<20)
}

func TestSpan(t *testing.T) {
	at := func(h int) time.Time { return time.Date(2026, 11, 24, h, 0, 0, 0, time.UTC) }
	all := func(es ...query.Expr) query.Expr { return query.All{Exprs: es} }
	for _, c := range []struct {
		e        query.Expr
		from, to time.Time
	}{
		{query.True{}, time.Time{}, time.Time{}},
		{query.Between{From: at(1), To: at(5)}, at(1), at(5)},
		{all(key("ям"), query.Between{From: at(1)}), at(1), time.Time{}},
		{all(query.Between{From: at(1), To: at(9)}, query.Between{From: at(3)}, query.Between{To: at(7)}), at(3), at(7)},
		{query.Any{Exprs: []query.Expr{query.Between{From: at(1)}, key("ям")}}, time.Time{}, time.Time{}},
		{query.None{Expr: query.Between{From: at(1)}}, time.Time{}, time.Time{}},
	} {
		from, to := span(c.e)
		require.Equal(t, c.from, from, query.Describe(c.e))
		require.Equal(t, c.to, to, query.Describe(c.e))
	}
}

func golden(t *testing.T, name string) map[string]json.RawMessage {
	b, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	require.NoError(t, err)
	var m map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(b, &m))
	return m
}

func same(t *testing.T, want json.RawMessage, got object, about string) {
	t.Helper()
	b, err := json.Marshal(got)
	require.NoError(t, err)
	require.NotEmpty(t, want, "%s is not in the file: %s", about, b)
	require.JSONEq(t, string(want), string(b), about)
}

// nesting counts how many queries stand within each other, as Elasticsearch does.
func nesting(v any) int {
	deepest := 0
	switch v := v.(type) {
	case object:
		for name, inner := range v {
			n := nesting(inner)
			if slices.Contains([]string{"bool", "dis_max", "term", "terms", "range", "intervals", "match_all", "match_none", "wrapper"}, name) {
				if n++; name == "intervals" {
					n = 1 // what is inside are no queries
				}
			}
			deepest = max(deepest, n)
		}
	case []any:
		for _, inner := range v {
			deepest = max(deepest, nesting(inner))
		}
	}
	return deepest
}
