// Package searchtest is the suite that every implementation of an index
// passes: what package search promises, on a real engine.
package searchtest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/search"
	"github.com/otklik/otklik/indexer/text"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
)

// Index is both sides of an engine.
type Index interface {
	search.Writer
	search.Reader
	search.Rebuilder
}

// patience bounds every test; nothing takes as long unless broken.
const patience = 2 * time.Minute

// Run runs the whole suite. Open gives an index that is empty and that nothing
// else uses; what it makes, it removes when the test ends.
func Run(t *testing.T, open func(t testing.TB) Index) {
	for _, c := range []struct {
		name string
		test func(*testing.T, *desk)
	}{
		{"a post comes back whole", testWhole},
		{"put again changes nothing", testIdempotent},
		{"the greater rev wins in any order", testRevOrder},
		{"A, B, A is three revisions", testABA},
		{"an equal rev changes nothing", testEqualRev},
		{"counters replace and leave no history", testCounters},
		{"a deletion marks and keeps", testDeletion},
		{"a deletion of the unknown does nothing", testDeletionUnknown},
		{"one batch may tell a post's whole life", testOneBatch},
		{"a batch is put in its order", testBatchInOrder},
		{"buckets come and go", testBuckets},
		{"a post lives in one bucket", testOneBucket},
		{"a bucket is dropped among readers and writers", testDropUnderLoad},
		{"forget leaves nothing", testForget},
		{"a bad document costs only itself", testBadDocuments},
		{"writers at once", testConcurrentWriters},
		{"writers meet in a new bucket", testNewBucket},

		{"a bucket is made anew with another analysis", testRebuild},
		{"a bucket that is made anew keeps what is special", testRebuildKeeps},
		{"buckets are made anew among readers and writers", testRebuildUnderLoad},
		{"a writer is held while buckets change places", testRebuildHolds},
		{"what is not made anew to its end changes nothing", testRebuildBroken},

		{"newest first", testNewestFirst},
		{"time counts to the microsecond", testMicroseconds},
		{"pages are complete while posts arrive", testPages},
		{"the last page has no next", testLastPage},
		{"limits of a request", testLimits},
		{"malformed cursors", testCursors},
		{"a search that is cut goes on where it was", testCut},
		{"relevance puts the better first", testRelevance},
		{"relevance ends at a thousand", testRelevanceCap},
		{"ten thousand identical posts", testIdentical},

		{"scope holds in every call", testScope},
		{"sealed bodies are nowhere", testSealed},

		{"facets", testFacets},
		{"histograms", testHistograms},
		{"histograms at the edges of steps", testStepEdges},
		{"histograms over changes of clocks", testClocks},
		{"a long histogram keeps its newest steps", testSteps},
		{"breakdowns that make no sense", testBreakdownLimits},

		{"negation holds for posts without words", testWordless},
		{"long posts", testLongPosts},
		{"expressions of the greatest size", testGreatExpr},
		{"written cases mean what they say", testThemes},
		{"the corpus means what match says", testCorpus},
		{"random cases mean what match says", testRandom},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.test(t, newDesk(t, open(t)))
		})
	}
}

// Away checks that every call says fault.Unavailable. The index is one whose
// engine doesn't answer.
func Away(t *testing.T, ix Index) {
	d := newDesk(t, ix)
	all := access.Everything()
	for name, call := range map[string]func() error{
		"put":     func() error { return ix.Put(d.ctx, []search.Document{d.doc("a", noon, "яма")}) },
		"drop":    func() error { return ix.Drop(d.ctx, "standard-2026-11") },
		"forget":  func() error { return ix.Forget(d.ctx, "telegram:1/a") },
		"buckets": func() error { _, err := ix.Buckets(d.ctx); return err },
		"search": func() error {
			_, err := ix.Search(d.ctx, all, search.Request{Expr: query.True{}})
			return err
		},
		"relevance": func() error {
			_, err := ix.Search(d.ctx, all, search.Request{Expr: d.expr("яма"), Order: search.Relevance})
			return err
		},
		"count": func() error { _, err := ix.Count(d.ctx, all, query.True{}, 0); return err },
		"breakdown": func() error {
			_, err := ix.Breakdown(d.ctx, all, search.BreakdownRequest{Expr: query.True{}, Field: query.Net})
			return err
		},
		"get":     func() error { _, err := ix.Get(d.ctx, all, "telegram:1/a"); return err },
		"rebuild": func() error { _, err := ix.Rebuild(d.ctx, "standard-2026-11"); return err },
		"abandon": func() error { return ix.Abandon(d.ctx) },
	} {
		err := call()
		require.Error(t, err, name)
		require.Equal(t, fault.Unavailable, fault.KindOf(err), "%s: %v", name, err)
	}
}

// noon is when the posts of most tests are published.
var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// desk is one test's view of an index.
type desk struct {
	t   testing.TB
	ctx context.Context
	ix  Index
	z   *text.Analyzer
	rev int64
}

func newDesk(t testing.TB, ix Index) *desk {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return &desk{t: t, ctx: ctx, ix: ix, z: text.New()}
}

// change alters a document that is being made, before it is analysed.
type change func(*search.Document)

func title(s string) change { return func(d *search.Document) { d.Body.Title = s } }
func kind(k post.Kind) change {
	return func(d *search.Document) { d.Kind = k }
}
func rev(n int64) change { return func(d *search.Document) { d.Rev = n } }
func class(name string) change {
	return func(d *search.Document) { d.Bucket = bucket(name, d.Published) }
}
func regions(codes ...string) change { return func(d *search.Document) { d.Regions = codes } }
func visibility(v post.Visibility) change {
	return func(d *search.Document) { d.Visibility = v }
}

func bucket(class string, t time.Time) post.Bucket {
	b, err := post.NewBucket(class, t)
	if err != nil {
		panic(err) // a mistake in the suite
	}
	return b
}

// doc makes a document of the next rev. A name without a colon is a post of
// the source telegram:1.
func (d *desk) doc(name string, published time.Time, body string, changes ...change) search.Document {
	d.rev++
	id := post.ID(name)
	if id.Check() != nil {
		id = post.ID("telegram:1/" + name)
	}
	doc := search.Document{
		Record: post.Record{Envelope: post.Envelope{
			V: post.EnvelopeVersion, Kind: post.Revision, ID: id, Rev: d.rev,
			Observed: published.Add(time.Minute), Published: published, PublishedRaw: published.Format(time.RFC1123),
			Bucket: bucket("standard", published), Origin: post.Live, Regions: []string{"RU-PRI"},
			Visibility: post.Public, Analysis: text.Edition{Code: text.Version}.Number(),
		}},
		Body: post.Post{Type: post.TypePost, Text: body},
	}
	for _, c := range changes {
		c(&doc)
	}
	if doc.Kind == post.Deletion {
		doc.Body, doc.Analysis = post.Post{}, 0
		return doc
	}
	doc.Hash = doc.Body.Hash("")
	doc.Text = d.z.Analyze(doc.Body.Title, doc.Body.Text)
	if doc.Visibility != post.Sealed {
		p := doc.Body
		doc.Post = &p
	}
	return doc
}

func (d *desk) put(docs ...search.Document) {
	d.t.Helper()
	require.NoError(d.t, d.ix.Put(d.ctx, docs))
}

// expr gives what a query means, in UTC.
func (d *desk) expr(q string) query.Expr {
	d.t.Helper()
	n, errs := query.Parse(q)
	require.Empty(d.t, errs, q)
	e, err := query.Bind(n, d.z, query.Reader{Location: time.UTC})
	require.NoError(d.t, err, q)
	return e
}

// all gives every hit of a request, page by page.
func (d *desk) all(scope access.Scope, r search.Request) []search.Hit {
	d.t.Helper()
	var hits []search.Hit
	const most = 20_000 // pages
	for range most {
		page, err := d.ix.Search(d.ctx, scope, r)
		require.NoError(d.t, err)
		require.Zero(d.t, page.Reached, "the search was cut")
		hits = append(hits, page.Hits...)
		if r.After = page.Next; r.After == "" {
			return hits
		}
		require.NotEmpty(d.t, page.Hits, "a page with a next one has hits")
	}
	d.t.Fatalf("the pages have no end")
	return nil
}

func ids(hits []search.Hit) []post.ID {
	out := []post.ID{}
	for _, h := range hits {
		out = append(out, h.ID)
	}
	return out
}

// named gives ids of the source telegram:1.
func named(names ...string) []post.ID {
	out := []post.ID{}
	for _, n := range names {
		out = append(out, post.ID("telegram:1/"+n))
	}
	return out
}

// finds checks what a query finds, newest first, and that Count agrees.
func (d *desk) finds(q string, names ...string) {
	d.t.Helper()
	e := d.expr(q)
	hits := d.all(access.Everything(), search.Request{Expr: e, Limit: search.MaxLimit})
	require.Equal(d.t, named(names...), ids(hits), q)
	require.Equal(d.t, int64(len(names)), d.count(access.Everything(), e), q)
}

func (d *desk) count(scope access.Scope, e query.Expr) int64 {
	d.t.Helper()
	n, err := d.ix.Count(d.ctx, scope, e, patience)
	require.NoError(d.t, err)
	require.Zero(d.t, n.Reached)
	return n.Posts
}

func (d *desk) get(name string) search.Stored {
	d.t.Helper()
	s, err := d.ix.Get(d.ctx, access.Everything(), named(name)[0])
	require.NoError(d.t, err)
	return s
}

func (d *desk) missing(name string) {
	d.t.Helper()
	_, err := d.ix.Get(d.ctx, access.Everything(), named(name)[0])
	require.Equal(d.t, fault.NotFound, fault.KindOf(err), "%v", err)
}

// same compares two records as they are written.
func (d *desk) same(want, got post.Record) {
	d.t.Helper()
	w, err := post.Encode(want)
	require.NoError(d.t, err)
	g, err := post.Encode(got)
	require.NoError(d.t, err)
	require.JSONEq(d.t, string(w), string(g))
}

// revs gives the revs and kinds of a history.
func revs(history []post.Record) (out []int64) {
	for _, r := range history {
		out = append(out, r.Rev)
	}
	return out
}
