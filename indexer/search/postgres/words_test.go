package postgres

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/text"
)

func TestLexeme(t *testing.T) {
	a44, a45 := strings.Repeat("a", 44), strings.Repeat("a", 45)
	for _, c := range []struct {
		s     string
		exact bool
		want  string
	}{
		{"s:ям", false, "~s:ям"}, {"ямы", true, "=ямы"}, {a44, true, "=" + a44},
		{a45, true, "=#V3bdfcGdbhhXYQ5NXCGeUw"},
	} {
		got := lexeme(c.s, c.exact)
		if c.s == a45 {
			require.Len(t, got, len(c.want))
			require.True(t, strings.HasPrefix(got, "=#"))
			continue
		}
		require.Equal(t, c.want, got)
	}
	require.NotEqual(t, lexeme(a45, true), lexeme(a45+"a", true))
	require.Equal(t, lexeme(a45, true)[1:], lexeme(a45, false)[1:])
}

func TestWords(t *testing.T) {
	v := words(text.Analysis{Tokens: []text.Token{
		{Key: "s:ям", Surface: "яма", Pos: 1, Field: text.Title},
		{Key: "s:ям", Surface: "ямы", Pos: 12, Field: text.Body},
		{Surface: "ямы", Pos: 13, Field: text.Body}, // a placeholder of its key
		{Key: "s:ям", Pos: 14, Field: text.Body},    // and of its surface
		{Pos: 15, Field: text.Body},
	}})
	require.Equal(t, `'~s:ям':1A,12,14 '=яма':1A '=ямы':12,13`, v.String())
	require.Empty(t, words(text.Analysis{}).Lexemes)
}

func TestTags(t *testing.T) {
	e := post.Envelope{ID: "telegram:-5/1/2", Regions: []string{"RU-PRI", `a"b\c,{}`}}
	require.Equal(t, `{"net:telegram","source:telegram:-5","region:RU-PRI","region:a\"b\\c,{}"}`, tags(&e))
}

func TestTree(t *testing.T) {
	require.Equal(t, "a", tree([]string{"a"}, " | "))
	require.Equal(t, "((a | b) | (c | (d | e)))", tree([]string{"a", "b", "c", "d", "e"}, " | "))
}

func TestPositive(t *testing.T) {
	w := func(s string) query.Term { return query.Term{Lexemes: []query.Lexeme{{Text: s}}} }
	e := query.All{Exprs: []query.Expr{w("a"), query.None{Expr: w("b")}, query.Seq{Terms: []query.Term{w("c"), w("'")}}, query.FieldIs{Field: query.Net, Values: []string{"x"}}}}
	require.Equal(t, `('~a' | ('~c' | '~'''))`, positive(e))
	require.Empty(t, positive(query.None{Expr: w("b")}))
	require.Empty(t, positive(query.Term{}))
}
