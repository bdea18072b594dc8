package searchtest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/match"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/query/querytest"
	"github.com/otklik/otklik/indexer/search"
	"github.com/otklik/otklik/indexer/text"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/simulate"
)

// held is a post that the index holds.
type held struct {
	querytest.Post
	doc *match.Doc
}

// holding gives what an index holds after all posts were put, newest first.
func holding(posts []querytest.Post) []held {
	var out []held
	for _, p := range querytest.Present(posts) {
		out = append(out, held{p, match.NewDoc(p.Envelope, p.Text)})
	}
	return out
}

// agrees checks that an expression finds and counts what package match says.
func (d *desk) agrees(about string, e query.Expr, holds []held) []post.ID {
	d.t.Helper()
	want := []post.ID{}
	for _, h := range holds {
		if match.Matches(e, h.doc) {
			want = append(want, h.ID)
		}
	}
	got := d.all(access.Everything(), search.Request{Expr: e, Limit: search.MaxLimit})
	require.Equal(d.t, want, ids(got), about)
	require.Equal(d.t, int64(len(want)), d.count(access.Everything(), e), "count of %s", about)
	return want
}

// clear empties the index.
func (d *desk) clear() {
	bs, err := d.ix.Buckets(d.ctx)
	require.NoError(d.t, err)
	for _, b := range bs {
		require.NoError(d.t, d.ix.Drop(d.ctx, b))
	}
}

func (d *desk) theme(th querytest.Theme) []held {
	d.t.Helper()
	d.clear()
	var docs []search.Document
	for _, p := range th.Posts {
		docs = append(docs, document(p))
	}
	d.put(docs...)
	return holding(th.Posts)
}

func testThemes(t *testing.T, d *desk) {
	for _, th := range querytest.Themes(t) {
		present := d.theme(th)
		for _, c := range th.Cases {
			require.Equal(t, c.Want, d.agrees(c.Name, c.Expr, present), c.Name)
		}
	}
}

func testRandom(t *testing.T, d *desk) {
	for seed := range uint64(2) {
		th := querytest.Random(t, seed, 200, 75)
		present := d.theme(th)
		for _, c := range th.Cases {
			d.agrees(c.Name, c.Expr, present)
		}
	}
}

// testCorpus puts the repository's corpus, hostile posts and all, and asks for
// what is in it: words, exact words, phrases and their combinations, and posts
// by their own words.
func testCorpus(t *testing.T, d *desk) {
	lines, err := simulate.Corpus()
	require.NoError(t, err)
	var docs []search.Document
	var posts []querytest.Post
	for _, l := range lines {
		l.Post.Normalize()
		doc := d.doc(string(l.ID), l.Published.UTC(), l.Post.Text, func(doc *search.Document) { doc.Body = l.Post })
		require.NoError(t, doc.Check(), l.ID)
		docs, posts = append(docs, doc), append(posts, posted(doc))
	}
	d.put(docs...)
	holds := holding(posts)
	for i := 0; i < len(holds); i += 300 {
		d.asks(holds, holds[i])
		d.quotes(holds, holds[i])
	}
	asked := map[string]bool{} // some repeat one another
	for _, l := range lines[simulate.CorpusPosts:] {
		if asked[l.Post.Text] {
			continue
		}
		asked[l.Post.Text] = true
		i := slices.IndexFunc(holds, func(h held) bool { return h.ID == l.ID })
		d.asks(holds, holds[i])
		d.quotes(holds, holds[i])
	}
}

// asks asks for something that is in a post.
func (d *desk) asks(holds []held, p held) {
	d.t.Helper()
	tokens := p.Text.Tokens
	term := func(i int, exact bool) query.Term {
		if exact {
			return query.Term{Lexemes: []query.Lexeme{{Text: tokens[i].Surface, Exact: true}}}
		}
		return query.Term{Lexemes: []query.Lexeme{{Text: tokens[i].Key}}}
	}
	if len(tokens) < 3 {
		return
	}
	mid, last := len(tokens)/2, len(tokens)-1
	for i, e := range []query.Expr{
		query.Seq{Terms: []query.Term{term(last-2, true), term(last-1, false), term(last, true)}},
		query.All{Exprs: []query.Expr{term(0, false), term(mid, false), query.None{Expr: term(last, true)}}},
		query.Any{Exprs: []query.Expr{query.All{Exprs: []query.Expr{term(0, true), term(last, true)}},
			query.FieldIs{Field: query.Source, Values: []string{p.ID.Source() + "x"}}}},
	} {
		d.agrees(fmt.Sprintf("%s, question %d", p.ID, i), e, holds)
	}
}

// quotes asks for a post by its own words, which must find it.
func (d *desk) quotes(holds []held, p held) {
	d.t.Helper()
	if q, ok := match.Quote(p.Text); ok {
		require.Contains(d.t, d.agrees(q.String(), d.expr(q.String()), holds), p.ID, q)
	}
}

func document(p querytest.Post) search.Document {
	return search.Document{Record: p.Record, Text: p.Text, Body: p.Body}
}

func posted(d search.Document) querytest.Post {
	return querytest.Post{Record: d.Record, Text: d.Text, Body: d.Body}
}

// present is what an index holds of documents.
func present(docs ...search.Document) []held {
	var out []querytest.Post
	for _, doc := range docs {
		out = append(out, posted(doc))
	}
	return holding(out)
}

// testWordless asks for posts that lack something they could not have.
func testWordless(t *testing.T, d *desk) {
	docs := []search.Document{
		d.doc("photo", noon, ""), d.doc("emoji", noon, "🙂🙂 !!!"), d.doc("vk:1/words", noon, "яма"),
		d.doc("nowhere", noon, "лужа", regions()), d.doc("link", noon, "https://example.org/яма"),
	}
	d.put(docs...)
	for _, q := range []string{"", "-яма", "-яма -лужа", "-(яма | лужа)", "-яма | лужа", "-[яма лужа]", "-region:RU-PRI", "-source:vk:1",
		"-region:RU-PRI -яма", "-(яма region:RU-PRI)", "region:RU-PRI -лужа", "-net:telegram,vk", "НЕ (НЕ яма)", "яма -яма", "яма | -яма"} {
		d.agrees(q, d.expr(q), present(docs...))
	}
	word := d.expr("яма")
	for i, e := range []query.Expr{
		query.False{}, query.None{Expr: query.False{}}, query.None{Expr: query.True{}}, query.None{Expr: query.None{Expr: query.None{Expr: word}}},
		query.All{Exprs: []query.Expr{query.True{}, word}}, query.Any{Exprs: []query.Expr{query.False{}, word}},
		query.Any{Exprs: []query.Expr{query.None{Expr: word}, query.True{}}}, query.All{Exprs: []query.Expr{query.None{Expr: query.False{}}, query.None{Expr: word}}},
		query.Term{}, query.None{Expr: query.Term{}}, query.FieldIs{Field: query.Region}, query.None{Expr: query.FieldIs{Field: query.Net}},
		query.Term{Lexemes: []query.Lexeme{{Text: ""}, {Text: "", Exact: true}}},
		query.Between{}, query.None{Expr: query.Between{}}, query.Between{From: noon, To: noon}, query.Between{From: noon}, query.Between{To: noon},
		query.Any{Exprs: []query.Expr{query.Between{To: noon}, word}}, query.None{Expr: query.Any{Exprs: []query.Expr{query.Between{To: noon}, word}}},
		query.FieldIs{Field: query.Source, Values: []string{"vk:1 ", "vk", "VK:1", "vk:1/words"}},
		query.FieldIs{Field: query.Visibility, Values: []string{"partner", "sealed", "\x00", "'"}}, query.None{Expr: query.FieldIs{Field: query.Visibility, Values: []string{"public"}}},
		query.FieldIs{Field: query.Visibility}, query.All{Exprs: []query.Expr{word, query.FieldIs{Field: query.Visibility, Values: []string{"public"}}}},
		query.FieldIs{Field: query.Region, Values: []string{"", "'", `"`, `\`, "{}", "a,b", "\x00", "\xff", "RU-PRI"}},
		query.Term{Lexemes: []query.Lexeme{{Text: "s:'"}, {Text: `\`, Exact: true}, {Text: "a'b&c|d!e<->(f):*", Exact: true}, {Text: "\x00"}, {Text: "\xff", Exact: true}, {Text: "яма", Exact: true}}},
	} {
		d.agrees(fmt.Sprintf("expression %d: %s", i, query.Describe(e)), e, present(docs...))
	}
}

// testLongPosts holds the engine against the limits of package text.
func testLongPosts(t *testing.T, d *desk) {
	words := func(n int, word func(i int) string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(word(i) + " ")
		}
		return b.String()
	}
	long := strings.Repeat("дом", 42) // 126 letters
	number := func(i int) string { return fmt.Sprint(100_000 + i) }
	docs := []search.Document{
		d.doc("positions", noon, words(text.MaxPositions+5, number)),
		d.doc("repeats", noon, words(text.MaxOccurrences, func(int) string { return "яма" })+"лужа "+words(300, func(int) string { return "яма" })+"каток"),
		d.doc("forms", noon, words(200, func(int) string { return "яма" })+words(200, func(int) string { return "ямы" })+"яму зарыли"),
		d.doc("letters", noon, "конец "+long+"ов начало"),
		d.doc("more letters", noon, "конец "+long+"овый начало"),
		d.doc("most letters", noon, "конец "+strings.Repeat("щ", 5000)+" начало"),
		d.doc("distinct", noon, words(9000, func(i int) string { return "щ" + number(i) + "очень" }), title("Заголовок конец")),
		// The widest words there can be: four bytes a letter, all different.
		d.doc("wide", noon, words(2000, func(i int) string { return strings.Repeat("𐐨", 24) + number(i) })),
		d.doc("wider", noon, words(490, func(i int) string { return strings.Repeat("𐐨", 122) + number(i) })),
		d.doc("bytes", noon, words(text.MaxBytes/8, func(i int) string { return fmt.Sprintf("x%06x", i) })),
	}
	for i := range docs { // names with spaces make bad ids
		docs[i].ID = named(strings.ReplaceAll(fmt.Sprintf("%02d", i), " ", "-"))[0]
	}
	d.put(docs...)
	holds := present(docs...)
	last := number(text.MaxPositions - 1)
	for _, q := range []string{
		number(0), last, number(text.MaxPositions), `"` + number(text.MaxPositions-2) + " " + last + `"`, `"` + number(0) + " " + last + `"`,
		"яма", "!яма", "!ямы", "!яму", "лужа", "каток", "[яма лужа]", "[лужа яма]", "[яма каток]", `"яма каток"`, "[яма зарыли]", `"яму зарыли"`, `"ямы яму"`, "[ямы ямы]",
		long + "ов", long + "овый", "!" + long + "ов", `"конец ` + long + `ов начало"`, "[конец " + long + "овый начало]", strings.Repeat("щ", 5000), "[" + strings.Repeat("щ", 5000) + " начало]",
		strings.Repeat("щ", 4999), "щ108999очень", "[щ108998очень щ108999очень]", "[конец щ100000очень]", "конец",
		strings.Repeat("𐐨", 24) + number(1999), `"` + strings.Repeat("𐐨", 24) + number(7) + " " + strings.Repeat("𐐨", 24) + number(8) + `"`,
		strings.Repeat("𐐨", 122) + number(489), strings.Repeat("𐐨", 122), "x000001", "x00270f", "x002710", "x003000",
	} {
		e := d.expr(q)
		about := query.Describe(e)
		d.agrees(about[:min(len(about), 200)], e, holds)
	}
	for _, h := range holds {
		d.quotes(holds, h)
	}
	for i := range docs {
		d.same(docs[i].Record, d.get(fmt.Sprintf("%02d", i)).Record)
	}
}

// testGreatExpr asks what is as big as the language allows, and a little more.
func testGreatExpr(t *testing.T, d *desk) {
	docs := []search.Document{d.doc("a", noon, "яма на дороге к школе"), d.doc("b", noon.Add(-time.Hour), "лужа"), d.doc("c", noon.AddDate(0, -1, 0), "дорога")}
	d.put(docs...)
	const leaves = 1000
	term := func(w string) query.Term { return query.Term{Lexemes: []query.Lexeme{{Text: d.z.Keys(w)[0]}}} }
	var many, seq []query.Expr
	var terms []query.Term
	wide := query.Term{}
	for i := range leaves - 1 {
		many = append(many, term(fmt.Sprintf("слово%d", i)))
		terms = append(terms, term("яма"))
		seq = append(seq, query.Seq{Terms: []query.Term{term(fmt.Sprintf("слово%d", i)), term("дорога")}})
		for range 3 {
			wide.Lexemes = append(wide.Lexemes, query.Lexeme{Text: fmt.Sprintf("s:лексема%d", len(wide.Lexemes))})
		}
	}
	wide.Lexemes = append(wide.Lexemes, term("лужа").Lexemes[0])
	deep := query.Expr(term("яма"))
	for i := range 50 {
		if i%2 == 0 {
			deep = query.None{Expr: query.Any{Exprs: []query.Expr{deep, term("лужа"), query.FieldIs{Field: query.Net, Values: []string{"vk"}}}}}
		} else {
			deep = query.None{Expr: query.All{Exprs: []query.Expr{deep, term("дорога"), query.Between{From: noon.AddDate(-1, 0, 0)}}}}
		}
	}
	mixed := slices.Clone(many)
	for i := range mixed {
		if i%2 == 0 {
			mixed[i] = query.All{Exprs: []query.Expr{mixed[i], query.FieldIs{Field: query.Source, Values: []string{fmt.Sprintf("vk:%d", i)}}}}
		}
	}
	sources := query.FieldIs{Field: query.Source}
	for i := range leaves {
		sources.Values = append(sources.Values, fmt.Sprintf("telegram:%d", i))
	}
	for name, e := range map[string]query.Expr{
		"any of 1,000":           query.Any{Exprs: append(slices.Clone(many), term("лужа"))},
		"none of 1,000":          query.None{Expr: query.Any{Exprs: append(slices.Clone(many), term("лужа"))}},
		"all but 1,000":          query.All{Exprs: append([]query.Expr{term("дорога")}, query.None{Expr: query.Any{Exprs: many}})},
		"all of 1,000":           query.All{Exprs: append(slices.Clone(many), term("яма"))},
		"a phrase of 999":        query.Seq{Terms: terms},
		"any of 999 phrases":     query.Any{Exprs: append(slices.Clone(seq), query.Seq{Terms: []query.Term{term("на"), term("дорога")}})},
		"a term of 3,000":        wide,
		"a phrase of wide terms": query.Seq{Terms: []query.Term{{Lexemes: append(slices.Clone(wide.Lexemes), term("на").Lexemes[0])}, {Lexemes: append(slices.Clone(wide.Lexemes), term("дорога").Lexemes[0])}, term("к")}},
		"depth 50":               deep,
		"fields among words":     query.Any{Exprs: append(mixed, term("яма"))},
		"1,000 sources":          sources,
	} {
		d.agrees(name, e, present(docs...))
	}
}
