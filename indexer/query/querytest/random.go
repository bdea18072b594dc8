package querytest

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/text"
)

// Random gives posts and queries made from a seed, over few words, sources and
// days, so that most queries find some posts and not all. The same seed gives
// the same theme. The answers are not in it: package match has them (Answer).
func Random(t testing.TB, seed uint64, posts, queries int) Theme {
	t.Helper()
	g := generator{r: rand.New(rand.NewPCG(seed, 0)), z: text.New()}
	th := Theme{Name: fmt.Sprintf("random %d", seed)}
	for i := range posts {
		th.Posts = append(th.Posts, g.post(th.Posts, int64(i+1)))
	}
	for i := range queries {
		q, zone := g.query(3), g.zone()
		e, err := bind(q, g.z, zone)
		if err != nil {
			t.Fatalf("the random query %q is wrong: %v", q, err)
		}
		c := Case{Query: q, Expr: e}
		if g.one(6) {
			c.Query, c.Expr = "", g.widen(e)
		}
		c.Name = fmt.Sprintf("%s, query %d: %s [%s]: %s", th.Name, i, c.Query, zone, query.Describe(c.Expr))
		th.Cases = append(th.Cases, c)
	}
	return th
}

type generator struct {
	r *rand.Rand
	z *text.Analyzer
}

// The vocabulary: forms of few words, words of one stem, parts of hyphenated
// ones, look-alikes (Latin a, c, o), ё, numbers.
var vocabulary = strings.Fields(`яма ямы яму дорога дороге дороги вода воды водой отопление отопления
	нет кое-где кое где сосна сoснa ёлка елка ещё еще 3 5 35 вода-вода школа школы ремонт`)

var (
	sources = []string{"telegram:1", "telegram:12", "vk:-5", "vk:1", "rss:news.example"}
	regions = []string{"RU-PRI", "RU-KHA", "RU-SAM"}
	zones   = []string{"UTC", "Asia/Vladivostok", "Europe/Kaliningrad", "Asia/Kamchatka"}
	pauses  = []string{" ", " ", " ", " ", ", ", ". ", "\n", " — ", " 🙂 ", " https://yama.ru/дорога ", " #вода ", "/", "!!! "}
)

// lastDay and days are when random posts are published: over two buckets.
var lastDay = time.Date(2026, 11, 12, 0, 0, 0, 0, time.UTC)

const days = 24

func (g *generator) one(in int) bool { return g.r.IntN(in) == 0 }

func pick[T any](g *generator, from []T) T { return from[g.r.IntN(len(from))] }

// post gives a new post or, one time in ten, another record of an old one.
func (g *generator) post(old []Post, rev int64) Post {
	published := lastDay.Add(-time.Duration(g.r.IntN(days*24*2)) * 30 * time.Minute) // often at midnight somewhere
	r := newRecord(post.ID(fmt.Sprintf("%s/%d", pick(g, sources), rev)), rev, published)
	r.Regions = nil
	for _, code := range regions {
		if g.one(2) {
			r.Regions = append(r.Regions, code)
		}
	}
	switch {
	case g.one(20):
		r.Visibility = post.Sealed
	case g.one(20):
		r.Visibility = post.Partner
	}
	if len(old) > 0 && g.one(10) {
		was := pick(g, old).Envelope
		was.Rev, was.Observed = r.Rev, r.Observed
		was.Kind = pick(g, []post.Kind{post.Revision, post.Counters, post.Deletion})
		if g.one(4) { // comes late
			was.Rev = max(1, was.Rev-int64(g.r.IntN(latest)))
		}
		r.Envelope = was
	}
	body := post.Post{Text: g.text(1 + g.r.IntN(14))}
	if g.one(3) {
		body.Title = g.text(1 + g.r.IntN(3))
	}
	return newPost(g.z, r, body)
}

const latest = 20 // how late a record may come

func (g *generator) text(words int) string {
	var b strings.Builder
	for i := range words {
		if i > 0 {
			b.WriteString(pick(g, pauses))
		}
		w := pick(g, vocabulary)
		if g.one(5) {
			w = strings.ToUpper(w)
		}
		b.WriteString(w)
	}
	return b.String()
}

func (g *generator) zone() *time.Location {
	l, err := time.LoadLocation(pick(g, zones))
	if err != nil {
		return time.UTC
	}
	return l
}

// query gives a query's text, at most so deep.
func (g *generator) query(depth int) string {
	if depth == 0 || g.one(4) {
		return g.leaf()
	}
	switch g.r.IntN(6) {
	case 0:
		return "-(" + g.query(depth-1) + ")"
	case 1, 2:
		return "(" + g.query(depth-1) + " | " + g.query(depth-1) + ")"
	case 3:
		return g.query(depth-1) + " | " + g.query(depth-1) + " " + g.leaf() // whatever binds tighter
	case 4:
		return "(" + g.query(depth-1) + ") НЕ " + g.leaf()
	}
	return "(" + g.query(depth-1) + ") (" + g.query(depth-1) + ")"
}

func (g *generator) leaf() string {
	switch g.r.IntN(12) {
	case 0:
		return "!" + pick(g, vocabulary)
	case 1:
		return `"` + pick(g, vocabulary) + " " + pick(g, vocabulary) + `"`
	case 2, 3:
		return "[" + pick(g, vocabulary) + " " + pick(g, vocabulary) + "]"
	case 4:
		return "source:" + pick(g, sources) + "," + pick(g, sources)
	case 5:
		return "region:" + pick(g, regions)
	case 6:
		return "net:" + pick(g, []string{"telegram", "vk", "rss", "telegram,rss", "max"})
	case 7:
		return pick(g, []string{"since:", "until:"}) + lastDay.AddDate(0, 0, -g.r.IntN(days)).Format(time.DateOnly)
	}
	return pick(g, vocabulary)
}

// widen makes terms stand for several lexemes, exact ones among them, which no
// query of today's language does, though engines must understand it.
func (g *generator) widen(e query.Expr) query.Expr {
	each := func(es []query.Expr) []query.Expr {
		out := make([]query.Expr, len(es))
		for i, e := range es {
			out[i] = g.widen(e)
		}
		return out
	}
	term := func(t query.Term) query.Term {
		ls := append([]query.Lexeme{}, t.Lexemes...)
		for g.one(2) {
			w := pick(g, g.z.Words(pick(g, vocabulary)))
			if g.one(2) {
				ls = append(ls, query.Lexeme{Text: w, Exact: true})
			} else {
				ls = append(ls, query.Lexeme{Text: g.z.Keys(w)[0]})
			}
		}
		return query.Term{Lexemes: ls}
	}
	switch e := e.(type) {
	case query.All:
		return query.All{Exprs: each(e.Exprs)}
	case query.Any:
		return query.Any{Exprs: each(e.Exprs)}
	case query.None:
		return query.None{Expr: g.widen(e.Expr)}
	case query.Term:
		return term(e)
	case query.Seq:
		s := query.Seq{}
		for _, t := range e.Terms {
			s.Terms = append(s.Terms, term(t))
		}
		return s
	}
	return e
}
