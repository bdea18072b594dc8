package searchtest

import (
	"fmt"
	"testing"
	"time"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/search"
	"github.com/otklik/otklik/indexer/text"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/simulate"
)

// benchBatch is how many documents a Put of the benchmarks takes: what an
// indexer takes from the log at once.
const benchBatch = 500

// Documents makes n documents of the repository's corpus, over and over from
// number from on, a minute apart, the newest last, in five regions.
func Documents(z *text.Analyzer, from, n int) ([]search.Document, error) {
	lines, err := simulate.Corpus()
	if err != nil {
		return nil, err
	}
	lines = lines[:simulate.CorpusPosts]
	begin := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	d := desk{z: z, rev: int64(from)}
	docs := make([]search.Document, n)
	for i := range docs {
		k := from + i
		l := lines[k%len(lines)]
		body := l.Post
		body.Normalize()
		docs[i] = d.doc(fmt.Sprintf("%s/%d", l.ID.Source(), k), begin.Add(time.Duration(k)*time.Minute), body.Text,
			regions([]string{"RU-PRI", "RU-SA", "RU-KHA", "RU-AMU", "RU-SAK"}[k%5]),
			func(doc *search.Document) { doc.Body = body })
	}
	return docs, nil
}

func documents(b *testing.B, d *desk, from, n int) []search.Document {
	docs, err := Documents(d.z, from, n)
	if err != nil {
		b.Fatal(err)
	}
	d.rev = max(d.rev, int64(from+n))
	return docs
}

// BenchmarkPut measures documents put into an index: new ones, and the same
// with new counters.
func BenchmarkPut(b *testing.B, open func(t testing.TB) Index) {
	d := newDesk(b, open(b))
	put := func(b *testing.B, docs []search.Document) {
		for len(docs) > 0 {
			n := min(len(docs), benchBatch)
			d.put(docs[:n]...)
			docs = docs[n:]
		}
	}
	at := 0
	b.Run("new", func(b *testing.B) {
		docs := documents(b, d, at, b.N)
		at += b.N
		b.ResetTimer()
		put(b, docs)
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "posts/s")
	})
	b.Run("counters", func(b *testing.B) {
		docs := documents(b, d, 0, min(b.N, at))
		for i := range docs {
			docs[i].Kind, docs[i].Post.Counters = post.Counters, post.CounterSet{Views: &post.Counter{Value: int64(i), Step: 1}}
		}
		b.ResetTimer()
		for n := b.N; n > 0; n -= len(docs) {
			for i := range docs {
				d.rev++
				docs[i].Rev = d.rev
			}
			put(b, docs[:min(n, len(docs))])
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "posts/s")
	})
}

// BenchmarkSearch measures one page of fifty, newest first, and the like, among
// posts of two months.
func BenchmarkSearch(b *testing.B, open func(t testing.TB) Index, posts int) {
	d := newDesk(b, open(b))
	for at := 0; at < posts; at += benchBatch {
		d.put(documents(b, d, at, min(benchBatch, posts-at))...)
	}
	region := access.NewScope([]string{"RU-SA"}, nil, false, false)
	for _, c := range []struct {
		name  string
		scope access.Scope
		r     search.Request
	}{
		{"everything", access.Everything(), search.Request{Expr: query.True{}}},
		{"one region", region, search.Request{Expr: query.True{}}},
		{"word", region, search.Request{Expr: d.expr("отопление")}},
		{"and", region, search.Request{Expr: d.expr("дорога яма")}},
		{"rare and", region, search.Request{Expr: d.expr("дорога отопление школа")}},
		{"phrase", region, search.Request{Expr: d.expr("[нет отопления]")}},
		{"or, not", region, search.Request{Expr: d.expr("(яма | выбоина | лужа) -отопление since:2026-10-05")}},
		{"absent", region, search.Request{Expr: d.expr("никогданебыло")}},
		{"relevance", region, search.Request{Expr: d.expr("отопление школа"), Order: search.Relevance}},
	} {
		b.Run(c.name, func(b *testing.B) {
			n := 0
			for range b.N {
				page, err := d.ix.Search(d.ctx, c.scope, c.r)
				if err != nil {
					b.Fatal(err)
				}
				n = len(page.Hits)
			}
			b.ReportMetric(float64(n), "hits")
		})
		b.Run("count "+c.name, func(b *testing.B) {
			for range b.N {
				if _, err := d.ix.Count(d.ctx, c.scope, c.r.Expr, 0); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
