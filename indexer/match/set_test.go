package match_test

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/match"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/query/querytest"
	"github.com/otklik/otklik/indexer/text"
)

// A set finds exactly the searches that match one by one, whatever was put in,
// replaced and taken out before.
func TestASetFindsWhatMatches(t *testing.T) {
	for seed := range uint64(4) {
		r := rand.New(rand.NewPCG(seed, 9))
		th := querytest.Random(t, seed, 80, 600)
		set, now := match.NewSet(), map[int64]query.Expr{}
		for range 1_500 {
			id := int64(r.IntN(300))
			if r.IntN(4) == 0 {
				set.Remove(id)
				delete(now, id)
				continue
			}
			e := th.Cases[r.IntN(len(th.Cases))].Expr
			set.Update(id, e)
			now[id] = e
		}
		require.Equal(t, len(now), set.Len())
		for _, p := range querytest.Present(th.Posts) {
			d := match.NewDoc(p.Envelope, p.Text)
			var want []int64
			for id, e := range now {
				if match.Matches(e, d) {
					want = append(want, id)
				}
			}
			slices.Sort(want)
			require.Equal(t, want, set.Match(d), p.Body.Text)
		}
		for id := range now {
			set.Remove(id)
		}
		require.Zero(t, set.Len())
		require.Empty(t, set.Match(doc("", "яма вода дорога")))
	}
}

// Expressions that the language makes seldom, or not yet.
func TestASetFindsOddExpressions(t *testing.T) {
	vk, water := query.FieldIs{Field: query.Net, Values: []string{"vk"}}, expr(t, "вода")
	for i, e := range []query.Expr{
		query.True{}, query.False{}, query.None{Expr: query.True{}}, query.None{Expr: query.False{}}, nil, query.None{},
		query.All{}, query.Any{}, query.None{Expr: query.All{}}, query.None{Expr: query.Any{}},
		query.Term{}, query.Seq{}, query.None{Expr: query.Term{}}, query.None{Expr: query.Seq{}},
		query.Seq{Terms: []query.Term{{Lexemes: []query.Lexeme{{Text: "s:вод"}}}, {}}},
		query.Term{Lexemes: []query.Lexeme{{Text: ""}, {Text: "", Exact: true}}}, // placeholders are nothing's occurrence
		query.FieldIs{}, query.FieldIs{Field: "views", Values: []string{"1"}}, query.Between{},
		query.Any{Exprs: []query.Expr{query.False{}, water}}, query.Any{Exprs: []query.Expr{query.True{}, water}},
		query.All{Exprs: []query.Expr{query.False{}, query.True{}}},
		query.None{Expr: query.All{Exprs: []query.Expr{query.None{Expr: water}, query.None{Expr: vk}}}},
		query.None{Expr: query.Any{Exprs: []query.Expr{query.None{Expr: water}, query.None{Expr: vk}}}},
	} {
		for name, d := range map[string]*match.Doc{
			"water": doc("", "вода"), "empty": doc("", ""),
			"placeholders": match.NewDoc(post.Envelope{ID: "vk:1/1"}, text.Analysis{Tokens: []text.Token{{Pos: 1, End: 2}, {Pos: 2, Start: 3, End: 4}}}),
		} {
			set := match.NewSet()
			set.Update(7, e)
			require.Equal(t, match.Matches(e, d), len(set.Match(d)) == 1, "%d %s %s", i, query.Describe(e), name)
		}
	}
	// A placeholder after a word ends a phrase.
	d := match.NewDoc(post.Envelope{}, text.Analysis{Tokens: []text.Token{{Key: "s:вод", Surface: "вода", Pos: 1, End: 8}, {Pos: 2, Start: 9, End: 10}}})
	for _, exact := range []bool{true, false} {
		require.False(t, match.Matches(query.Term{Lexemes: []query.Lexeme{{Exact: exact}}}, d))
		require.False(t, match.Matches(query.Seq{Terms: []query.Term{{Lexemes: []query.Lexeme{{Text: "s:вод"}}}, {Lexemes: []query.Lexeme{{Exact: exact}}}}}, d))
	}
}

func TestASetMatchesConcurrently(t *testing.T) {
	set := match.NewSet()
	for i := range int64(500) {
		set.Update(i, expr(t, []string{"вода", "яма -вода", "[нет воды]", "-яма"}[i%4]))
	}
	docs := []*match.Doc{doc("", "нет воды"), doc("", "яма"), doc("вода", "яма")}
	want := [][]int64{set.Match(docs[0]), set.Match(docs[1]), set.Match(docs[2])}
	require.Len(t, want[0], 375)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range 60 {
				if !slices.Equal(want[i%3], set.Match(docs[i%3])) {
					t.Error("another answer")
				}
			}
		})
	}
	wg.Wait()
}

// Most searches are never looked at for a post that has none of their words.
func BenchmarkSet(b *testing.B) {
	z := text.New()
	r := rand.New(rand.NewPCG(1, 1))
	letters := []rune("абвгдежзиклмнопрстуфхцчшы")
	word := func() string {
		w := make([]rune, 4+r.IntN(6))
		for i := range w {
			w[i] = letters[r.IntN(len(letters))]
		}
		return string(w)
	}
	words := make([]string, 5_000)
	for i := range words {
		words[i] = word()
	}
	pick := func() string { return words[int(float64(len(words))*r.Float64()*r.Float64()*r.Float64())] }
	set := match.NewSet()
	for i := range 10_000 {
		set.Update(int64(i), expr(b, "region:RU-PRI "+pick()+" ("+pick()+" | "+pick()+") -"+pick()))
	}
	var docs []*match.Doc
	for range 64 {
		s := ""
		for range 60 {
			s += pick() + " "
		}
		docs = append(docs, match.NewDoc(post.Envelope{ID: "telegram:1/1", Regions: []string{"RU-PRI"}}, z.Analyze("", s)))
	}
	b.ResetTimer()
	for i := range b.N {
		set.Match(docs[i%len(docs)])
	}
}
