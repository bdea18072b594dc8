package query

import (
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// show writes a tree with every bracket, which String leaves out.
func show(n Node) string {
	list := func(name string, ns []Node) string {
		s := make([]string, len(ns))
		for i, c := range ns {
			s[i] = show(c)
		}
		return name + "(" + strings.Join(s, " ") + ")"
	}
	switch n := n.(type) {
	case And:
		return list("and", n.Nodes)
	case Or:
		return list("or", n.Nodes)
	case Not:
		return list("not", []Node{n.Node})
	}
	return n.String()
}

func TestParse(t *testing.T) {
	for _, c := range []struct{ query, tree, canonical string }{
		{"", "", ""},
		{" \t\n\u00A0", "", ""},
		{"яма", "яма", "яма"},
		{"Яма", "Яма", "Яма"},
		{"!ямы", "!ямы", "!ямы"},
		{"яма дорога", "and(яма дорога)", "яма дорога"},
		{"яма AND дорога", "and(яма дорога)", "яма дорога"},
		{"яма И дорога", "and(яма дорога)", "яма дорога"},
		{"яма и дорога", "and(яма и дорога)", "яма и дорога"},
		{"яма and дорога", "and(яма and дорога)", "яма and дорога"},
		{"яма | выбоина", "or(яма выбоина)", "яма | выбоина"},
		{"яма|выбоина", "or(яма выбоина)", "яма | выбоина"},
		{"яма OR выбоина ИЛИ колея", "or(яма выбоина колея)", "яма | выбоина | колея"},
		{"a b | c d", "or(and(a b) and(c d))", "a b | c d"},
		{"a (b | c) d", "and(a or(b c) d)", "a (b | c) d"},
		{"a -b | c", "or(and(a not(b)) c)", "a -b | c"},
		{"НЕ a b", "and(not(a) b)", "-a b"},
		{"NOT (a b)", "not(and(a b))", "-(a b)"},
		{"-(a | b) c", "and(not(or(a b)) c)", "-(a | b) c"},
		{"NOT NOT a", "a", "a"},
		{"--a", "a", "a"},
		{"-(-(-a))", "not(a)", "-a"},
		{"((a))", "a", "a"},
		{"(a b) (c d)", "and(a b c d)", "a b c d"},
		{"(a | b) | c", "or(a b c)", "a | b | c"},
		{`"нет отопления"`, `"нет отопления"`, `"нет отопления"`},
		{"«нет отопления»", `"нет отопления"`, `"нет отопления"`},
		{"“нет отопления”", `"нет отопления"`, `"нет отопления"`},
		{"„нет отопления“", `"нет отопления"`, `"нет отопления"`},
		{`«ООО "Ромашка" Приморья»`, `"ООО Ромашка Приморья"`, `"ООО Ромашка Приморья"`},
		{`«a b" c`, `and("a b" c)`, `"a b" c`},
		{"[нет отопления]", "[нет отопления]", "[нет отопления]"},
		{`"ямы"`, "!ямы", "!ямы"},
		{"[ямы]", "ямы", "ямы"},
		{`"нет, отопления!"`, `"нет отопления"`, `"нет отопления"`},
		{`"вода — нет"`, `"вода нет"`, `"вода нет"`},
		{`-"нет воды"`, `not("нет воды")`, `-"нет воды"`},
		{"[И]", "[И]", "[И]"},
		{"!И", `"И"`, `"И"`},
		{`"net:vk"`, `"net:vk"`, `"net:vk"`},
		{`"#тег"`, `"#тег"`, `"#тег"`},
		{"кто-то", "кто-то", "кто-то"},
		{"ул.Ленина", "ул.Ленина", "ул.Ленина"},
		{"яма, дорога.", "and(яма дорога)", "яма дорога"},
		{"+яма", "яма", "яма"},
		{"18:30", "18:30", "18:30"},
		{"срочно:пожар", "срочно:пожар", "срочно:пожар"},
		{"C#", "C", "C"},
		{"–реклама дом", "and(not(реклама) дом)", "-реклама дом"},
		{"—реклама дом", "and(not(реклама) дом)", "-реклама дом"},
		{"net:telegram,vk", "net:telegram,vk", "net:telegram,vk"},
		{"NET:Telegram,VK,vk", "net:telegram,vk", "net:telegram,vk"},
		{"source:telegram:1084368520,RSS:news.example.ru", "source:telegram:1084368520,rss:news.example.ru", "source:telegram:1084368520,rss:news.example.ru"},
		{"region:ru-pri", "region:RU-PRI", "region:RU-PRI"},
		{"-net:vk", "not(net:vk)", "-net:vk"},
		{"since:2026-11-01 until:2026-11-30", "and(since:2026-11-01 until:2026-11-30)", "since:2026-11-01 until:2026-11-30"},
		{"since:2024-02-29", "since:2024-02-29", "since:2024-02-29"},
		{"за\u0301мок", "за\u0301мок", "за\u0301мок"},
	} {
		n, errs := Parse(c.query)
		require.Empty(t, errs, c.query)
		require.Equal(t, c.tree, show(n), c.query)
		require.Equal(t, c.canonical, n.String(), c.query)
		again(t, n)
	}
}

// again checks that the canonical text gives the same tree.
func again(t testing.TB, n Node) {
	t.Helper()
	s := n.String()
	m, errs := Parse(s)
	require.Empty(t, errs, s)
	require.True(t, Equal(n, m), "%q: %s became %s", s, show(n), show(m))
	require.Equal(t, s, m.String())
	normal(t, n, true)
}

// normal checks what ast.go says of trees.
func normal(t testing.TB, n Node, root bool) {
	t.Helper()
	sides := func(ns []Node, same func(Node) bool) {
		require.GreaterOrEqual(t, len(ns), 2)
		for _, c := range ns {
			require.False(t, same(c))
			normal(t, c, false)
		}
	}
	switch n := n.(type) {
	case Everything:
		require.True(t, root)
	case And:
		sides(n.Nodes, func(c Node) bool { _, ok := c.(And); return ok })
	case Or:
		sides(n.Nodes, func(c Node) bool { _, ok := c.(Or); return ok })
	case Not:
		_, double := n.Node.(Not)
		require.False(t, double)
		normal(t, n.Node, false)
	case Phrase:
		require.GreaterOrEqual(t, len(n.Words), 2)
	case Field:
		require.NotEmpty(t, n.Values)
	}
}

func TestProblems(t *testing.T) {
	type e struct {
		code           Code
		offset, length int
	}
	for _, c := range []struct {
		query string
		want  []e
	}{
		{`дом "нет`, []e{{Unclosed, 4, 1}}},
		{"[нет", []e{{Unclosed, 0, 1}}},
		{"(a b", []e{{Unclosed, 0, 1}}},
		{"((a)", []e{{Unclosed, 0, 1}}},
		{"a) b", []e{{Unopened, 1, 1}}},
		{")", []e{{Unopened, 0, 1}}},
		{"a] b", []e{{Unopened, 1, 1}}},
		{"| a", []e{{MissingSide, 0, 1}}},
		{"a OR", []e{{MissingSide, 2, 2}}},
		{"a | | b", []e{{MissingSide, 2, 1}}},
		{"|", []e{{MissingSide, 0, 1}}},
		{"a || b", []e{{MissingSide, 2, 1}}},
		{"AND a", []e{{MissingSide, 0, 3}}},
		{"a И", []e{{MissingSide, 2, 1}}},
		{"a AND AND b", []e{{MissingSide, 6, 3}}},
		{"a AND | b", []e{{MissingSide, 2, 3}}},
		{"a NOT", []e{{MissingSide, 2, 3}}},
		{"НЕ", []e{{MissingSide, 0, 2}}},
		{"-AND", []e{{MissingSide, 0, 1}, {MissingSide, 1, 3}}},
		{"Владивосток - Находка", []e{{LoneMinus, 12, 1}}},
		{"a -", []e{{LoneMinus, 2, 1}}},
		{"(a -)", []e{{LoneMinus, 3, 1}}},
		{"a +-b", []e{{LoneMinus, 3, 2}}},
		{"! a", []e{{LoneBang, 0, 1}}},
		{`!"a b"`, []e{{LoneBang, 0, 1}}},
		{"!net:vk", []e{{LoneBang, 0, 7}}},
		{"!!a", []e{{LoneBang, 0, 3}}},
		{"дом 🙂🙂", []e{{NoWord, 4, 2}}},
		{"a & b", []e{{NoWord, 2, 1}}},
		{`""`, []e{{EmptyPhrase, 0, 2}}},
		{"[ , ]", []e{{EmptyPhrase, 0, 5}}},
		{"a ()", []e{{EmptyGroup, 2, 2}}},
		{"( )", []e{{EmptyGroup, 0, 3}}},
		{"[a | b]", []e{{InPhrase, 3, 1}}},
		{"[(a) b]", []e{{InPhrase, 1, 1}, {InPhrase, 3, 1}}},
		{"[a -b]", []e{{InPhrase, 3, 2}}},
		{"[!a b]", []e{{InPhrase, 1, 2}}},
		{"[a /3 b]", []e{{InPhrase, 3, 2}}},
		{"foo:bar", []e{{UnknownField, 0, 4}}},
		{"регион:RU-PRI", []e{{UnknownField, 0, 7}}},
		{"https://vl.ru/1", []e{{Link, 0, 15}}},
		{"net:", []e{{EmptyValue, 0, 4}}},
		{"net: vk", []e{{EmptyValue, 0, 4}}},
		{"net:vk,", []e{{EmptyValue, 0, 7}}},
		{"net:,vk", []e{{EmptyValue, 0, 7}}},
		{`net:"vk"`, []e{{EmptyValue, 0, 4}}},
		{"since:", []e{{EmptyValue, 0, 6}}},
		{"net:телега", []e{{BadValue, 4, 6}}},
		{"net:vk,т.г", []e{{BadValue, 7, 3}}},
		{"source:1084368520", []e{{BadValue, 7, 10}}},
		{"source:telegram:1/2", []e{{BadValue, 7, 12}}},
		{"source:telegram:", []e{{BadValue, 7, 9}}},
		{"region:Приморье", []e{{BadValue, 7, 8}}},
		{"since:01.11.2026", []e{{BadDay, 6, 10}}},
		{"since:2026-02-30", []e{{BadDay, 6, 10}}},
		{"until:0001-01-01", []e{{BadDay, 6, 10}}},
		{"since:2026-11-01,2026-11-02", []e{{BadDay, 6, 21}}},
		{"яма /3 дорога", []e{{Reserved, 4, 2}}},
		{"яма /+3 дорога", []e{{Reserved, 4, 3}}},
		{"мусор*", []e{{Reserved, 0, 6}}},
		{"*мусор", []e{{Reserved, 0, 6}}},
		{"!мусор*", []e{{Reserved, 0, 7}}},
		{`"вывоз мусор*"`, []e{{Reserved, 7, 6}}},
		{"min:2(снег лёд)", []e{{Reserved, 0, 5}}},
		{"title:яма", []e{{Reserved, 0, 9}}},
		{"title:(яма дорога)", []e{{Reserved, 0, 6}}},
		{"#тег", []e{{Reserved, 0, 4}}},
		{"-#тег", []e{{Reserved, 1, 4}}},
		{"@имя", []e{{Reserved, 0, 4}}},
		{"@@приморье", []e{{Reserved, 0, 10}}},
		{"views:>10k", []e{{Reserved, 0, 10}}},
		{"last:24h copies:first", []e{{Reserved, 0, 8}, {Reserved, 9, 12}}},
		// All at once, in order.
		{"дом ( -🙂 | region:приморье since:вчера", []e{{Unclosed, 4, 1}, {NoWord, 7, 1}, {BadValue, 18, 8}, {BadDay, 33, 5}}},
	} {
		n, errs := Parse(c.query)
		require.Nil(t, n, c.query)
		var got []e
		for _, x := range errs {
			got = append(got, e{x.Code, x.Offset, x.Length})
		}
		require.Equal(t, c.want, got, c.query)
	}
}

// Every part of query.md that is not available is refused by name.
func TestReservedIsNamed(t *testing.T) {
	for query, want := range map[string][2]string{
		"a /3 b":            {"рядом", "near"},
		"мусор*":            {"началу слова", "beginning of a word"},
		"min:2(a b c)":      {"min:", "at least n"},
		"#тег":              {"хэштег", "hashtag"},
		"@имя":              {"упоминани", "mention"},
		"@@часть":           {"@@", "named part"},
		"title:a":           {"title:", "title:"},
		"author:1":          {"author:", "author:"},
		"domain:example.ru": {"domain:", "domain:"},
		"type:post":         {"type:", "type:"},
		"place:05701000001": {"place:", "place:"},
		"views:100..500":    {"views:", "views:"},
		"reposts:>1":        {"reposts:", "reposts:"},
		"comments:>1":       {"comments:", "comments:"},
		"likes:>1":          {"likes:", "likes:"},
		"subs:>1k":          {"subs:", "subs:"},
		"has:photo":         {"has:", "has:"},
		"is:edited":         {"is:", "is:"},
		"lang:ru":           {"lang:", "lang:"},
		"last:24h":          {"last:", "last:"},
		"copies:first":      {"copies:", "copies:"},
		"family:1":          {"family:", "family:"},
	} {
		_, errs := Parse(query)
		require.Len(t, errs, 1, query)
		require.Equal(t, Reserved, errs[0].Code, query)
		require.Contains(t, errs[0].Message("ru"), want[0], query)
		require.Regexp(t, `: (поиск .* пока недоступен|подстановка .* пока недоступна|(поле|условие) .* пока недоступно)`, errs[0].Message("ru"), query)
		require.Contains(t, errs[0].Message("en"), want[1], query)
		require.Contains(t, errs[0].Message("en"), "is not available yet", query)
	}
}

func TestEveryCodeHasMessages(t *testing.T) {
	for _, c := range []Code{Unclosed, Unopened, MissingSide, LoneMinus, LoneBang, NoWord, EmptyPhrase, EmptyGroup, InPhrase,
		UnknownField, Link, EmptyValue, BadValue, BadDay, Reserved, TooLong, TooMany, TooDeep, NotStanding, Unknown} {
		e := Error{Code: c, Found: "нечто", About: "region"}
		for _, lang := range []string{"ru", "en"} {
			m := e.Message(lang)
			require.NotContains(t, m, "%!", c)
			require.NotContains(t, m, "is wrong here", c)
			require.NotContains(t, m, "ошибка в запросе", c)
		}
		require.NotEqual(t, e.Message("ru"), e.Message("en"), c)
	}
}

func TestLimits(t *testing.T) {
	one := func(query string, code Code) {
		t.Helper()
		n, errs := Parse(query)
		require.Nil(t, n)
		require.Len(t, errs, 1)
		require.Equal(t, code, errs[0].Code)
	}
	fits := func(query string) {
		t.Helper()
		n, errs := Parse(query)
		require.Empty(t, errs)
		again(t, n)
	}
	fits(strings.Repeat("я", MaxChars))
	one(strings.Repeat("я", MaxChars+1), TooLong)
	fits(strings.Repeat("я ", MaxLeaves))
	one(strings.Repeat("я ", MaxLeaves+1), TooMany)
	fits(`"` + strings.Repeat("я ", MaxLeaves) + `"`)
	one(`"`+strings.Repeat("я ", MaxLeaves+1)+`"`, TooMany)
	one(strings.Repeat("я-", MaxLeaves+1), TooMany)
	fits(strings.Repeat("(", MaxDepth) + "я" + strings.Repeat(")", MaxDepth))
	one(strings.Repeat("(", MaxDepth+1)+"я"+strings.Repeat(")", MaxDepth+1), TooDeep)
	one(strings.Repeat("NOT ", MaxDepth+1)+"я", TooDeep)
	// What is printed must be a query again.
	one(strings.TrimSuffix(strings.Repeat("123456789|", MaxLeaves), "|"), TooLong)
	// A flood of problems is bounded.
	_, errs := Parse(strings.Repeat(") ", 5000))
	require.Len(t, errs, maxErrors)
}

func TestPlaces(t *testing.T) {
	n, errs := Parse("дом region:RU-PRI,RU-XXX")
	require.Empty(t, errs)
	require.Equal(t, Span{0, 24}, At(n))
	f := n.(And).Nodes[1].(Field)
	e := NewError(f, 1)
	require.Equal(t, Error{Span{18, 6}, Unknown, "RU-XXX", "region"}, e)
	require.Contains(t, e.Message("ru"), "region:RU-XXX")
}

// pieces of which random queries are made, right and wrong ones.
var pieces = []string{"яма", "дорога", "И", "ИЛИ", "НЕ", "AND", "OR", "NOT", "и", "|", "-", "(", ")", "((", "))", `"`, "«", "»",
	"[", "]", "!", "!ямы", "net:", "net:vk", "net:vk,telegram", "source:vk:-1", "region:RU-PRI", "since:2026-11-01", "until:2026-11-30",
	",", ".", "кто-то", "ул.Ленина", "🙂", "*", "#", "@", "/3", ":", "и\u0306", "18:30", "\u00AD", "\uFEFF", "\x00", "\xff", "—", "\u200B"}

func TestRandomQueriesPrintAndParse(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	good := 0
	for range 20_000 {
		var b strings.Builder
		for range 1 + r.IntN(12) {
			b.WriteString(pieces[r.IntN(len(pieces))])
			if r.IntN(3) > 0 {
				b.WriteByte(' ')
			}
		}
		if check(t, b.String()) {
			good++
		}
	}
	require.Greater(t, good, 500, "too few of the random queries are right")
}

// check holds for every text: a tree that prints back, or problems within it.
func check(t testing.TB, s string) (ok bool) {
	t.Helper()
	n, errs := Parse(s)
	require.Equal(t, n == nil, len(errs) > 0, "%q", s)
	for _, e := range errs {
		require.GreaterOrEqual(t, e.Offset, 0)
		require.LessOrEqual(t, e.Offset+e.Length, len([]rune(s)), "%q", s)
		require.True(t, utf8.ValidString(e.Message("ru")))
	}
	if n == nil {
		return false
	}
	again(t, n)
	CheckStanding(n)
	return true
}

func FuzzParse(f *testing.F) {
	for _, p := range pieces {
		f.Add(p)
	}
	f.Add(`-(a | "b c") [d e] !f net:vk since:2026-11-01`)
	f.Fuzz(func(t *testing.T, s string) { check(t, s) })
}
