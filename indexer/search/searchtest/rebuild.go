package searchtest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/reindex"
	"github.com/otklik/otklik/indexer/search"
	"github.com/otklik/otklik/indexer/text"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
)

// archive is what stands beside an index: bodies of sealed posts, and what was
// forgotten.
type archive struct {
	mu     sync.Mutex
	bodies map[post.ID]post.Post
	gone   []post.ID
}

func (a *archive) Body(_ context.Context, id post.ID, rev int64) (post.Post, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if p, ok := a.bodies[id]; ok && rev == 0 {
		return p, nil
	}
	return post.Post{}, fault.New(fault.NotFound, "no body")
}

func (a *archive) AllForgotten(context.Context) ([]post.ID, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]post.ID(nil), a.gone...), nil
}

// other is another edition of the analysis: every text has one more word.
func (d *desk) other(title, body string) text.Analysis {
	a := d.z.Analyze(title, body+" каток")
	a.Edition = otherEdition
	return a
}

var otherEdition = text.Edition{Code: text.Version, Glossary: &text.Glossary{Revision: 1}}.Number()

func (d *desk) reindexer(a *archive) *reindex.Reindexer {
	return &reindex.Reindexer{Index: d.ix, Bodies: a, Forgotten: a, Analyze: d.other, Now: time.Now, Log: slog.New(slog.DiscardHandler)}
}

func (d *desk) reindex(a *archive) reindex.Report {
	d.t.Helper()
	bs, err := d.ix.Buckets(d.ctx)
	require.NoError(d.t, err)
	report, err := d.reindexer(a).Run(d.ctx, bs)
	require.NoError(d.t, err)
	return report
}

func testRebuild(t *testing.T, d *desk) {
	var docs []search.Document
	for m := range 2 {
		for p := range 40 {
			docs = append(docs, d.doc(fmt.Sprintf("%d-%02d", m, p), noon.AddDate(0, -m, 0), "яма на дороге"))
		}
	}
	d.put(docs...)
	d.finds("каток")
	before, err := d.ix.Buckets(d.ctx)
	require.NoError(t, err)

	var steps []reindex.Progress
	r := d.reindexer(&archive{})
	r.Progress = func(p reindex.Progress) { steps = append(steps, p) }
	report, err := r.Run(d.ctx, before)
	require.NoError(t, err)
	require.EqualValues(t, len(docs), report.Posts)
	require.Zero(t, report.Wordless)
	last := steps[len(steps)-1]
	require.Empty(t, last.Bucket)
	require.EqualValues(t, len(docs), last.Done)
	require.EqualValues(t, len(docs), last.All)
	require.Zero(t, last.Left)

	after, err := d.ix.Buckets(d.ctx)
	require.NoError(t, err)
	require.Equal(t, before, after)
	for _, q := range []string{"каток", "яма", `"дороге каток"`} {
		require.EqualValues(t, len(docs), d.count(access.Everything(), d.expr(q)), q)
	}
	hits := d.all(access.Everything(), search.Request{Expr: query.True{}, Limit: 50})
	require.Len(t, hits, len(docs))
	for _, h := range hits {
		require.Equal(t, otherEdition, h.Analysis)
		require.Equal(t, "яма на дороге", h.Post.Text)
	}
	require.Len(t, d.get("0-00").History, 1)

	// Everything goes on as before, and it can be done again and again.
	d.put(d.doc("0-00", noon, "лужа"))
	require.Equal(t, []int64{1, d.rev}, revs(d.get("0-00").History))
	d.put(d.doc("0-01", noon, "", kind(post.Deletion)))
	require.True(t, d.get("0-01").Post.Deleted)
	require.NoError(t, d.ix.Forget(d.ctx, named("0-02")[0]))
	d.missing("0-02")
	d.put(d.doc("new", noon.AddDate(0, -1, 0), "лужа"))
	d.finds("лужа", "0-00", "new")
	d.reindex(&archive{})
	require.EqualValues(t, len(docs), d.count(access.Everything(), d.expr("каток")))
	d.finds("лужа", "0-00", "new")
	require.NoError(t, d.ix.Drop(d.ctx, before[1]))
	require.EqualValues(t, 39, d.count(access.Everything(), query.True{}))
	d.put(d.doc("again", noon.AddDate(0, -1, 0), "лужа"))
	d.finds("лужа", "0-00", "again")
	after, err = d.ix.Buckets(d.ctx)
	require.NoError(t, err)
	require.Equal(t, before, after)

	_, err = d.ix.Rebuild(d.ctx, "standard-2001-01")
	require.Equal(t, fault.NotFound, fault.KindOf(err), "%v", err)
	_, err = d.ix.Rebuild(d.ctx, "Standard; drop")
	require.Equal(t, fault.Invalid, fault.KindOf(err), "%v", err)
}

// testRebuildKeeps: marks of deletion, sealed posts, counters and scopes come
// through; a sealed post whose body is nowhere has no words.
func testRebuildKeeps(t *testing.T, d *desk) {
	views := func(doc *search.Document) {
		doc.Kind, doc.Body.Counters = post.Counters, post.CounterSet{Views: &post.Counter{Value: 7, Step: 1}}
	}
	d.put(d.doc("plain", noon, "яма", title("Беда"), regions("RU-PRI", "RU-SA")), d.doc("counted", noon, "яма"), d.doc("deleted", noon, "яма"),
		d.doc("sealed", noon, "тайна", visibility(post.Sealed)), d.doc("bare", noon, "тайна", visibility(post.Sealed)),
		d.doc("sealed2", noon, "тайна", visibility(post.Sealed)), d.doc("wordless", noon, ""))
	d.put(d.doc("counted", noon, "яма", views), d.doc("deleted", noon, "", kind(post.Deletion)), d.doc("sealed2", noon, "", kind(post.Deletion), visibility(post.Sealed)))
	before := map[string]search.Stored{}
	names := []string{"plain", "counted", "deleted", "sealed", "bare", "sealed2", "wordless"}
	for _, n := range names {
		before[n] = d.get(n)
	}
	body := post.Post{Type: post.TypePost, Text: "тайна"}
	report := d.reindex(&archive{bodies: map[post.ID]post.Post{named("sealed")[0]: body, named("sealed2")[0]: body}})
	require.EqualValues(t, 7, report.Posts)
	require.EqualValues(t, 1, report.Wordless)
	for _, n := range names {
		want, got := before[n], d.get(n)
		if got.Visibility != post.Sealed {
			want.Analysis = otherEdition
		}
		want.Analysis, got.Analysis = 0, 0
		d.same(want.Record, got.Record)
		require.Equal(t, revs(want.History), revs(got.History), n)
	}
	require.EqualValues(t, 2, d.count(access.Everything(), d.expr("тайна")), "what has no body any more has no words")
	require.EqualValues(t, 7, d.count(access.Everything(), d.expr("каток")))
	require.EqualValues(t, 1, d.count(access.NewScope([]string{"RU-SA"}, nil, false, false), d.expr("каток")))
	require.EqualValues(t, 4, d.count(access.NewScope([]string{"*"}, nil, false, false), d.expr("каток")), "the others are sealed")
}

// testRebuildUnderLoad makes buckets anew while posts are written, revised,
// deleted, forgotten and read: nobody fails for good, nothing is missing or
// doubled at any moment, and what came meanwhile is there at the switch.
func testRebuildUnderLoad(t *testing.T, d *desk) {
	const there, writers, each = 300, 3, 24
	var docs []search.Document
	for p := range there {
		docs = append(docs, d.doc(fmt.Sprintf("there%03d", p), noon.AddDate(0, -(p%2), 0), "яма"))
	}
	d.put(docs...)
	beside := &archive{}
	// What the writers will write is made before: a desk is for one goroutine.
	var works [writers][][]search.Document
	for w := range writers {
		for p := range each {
			month := noon.AddDate(0, -(p % 2), 0)
			name := fmt.Sprintf("new%d-%02d", w, p)
			old := fmt.Sprintf("there%03d", (w*each+p)*there/(writers*each)/2*2)
			if month != noon {
				old = fmt.Sprintf("there%03d", (w*each+p)*there/(writers*each)/2*2+1)
			}
			works[w] = append(works[w], []search.Document{d.doc(name, month, "яма и лужа"), d.doc(old, month, "яма и каша")},
				[]search.Document{d.doc(name, month, "яма и снова лужа")})
			if p%10 == 0 {
				works[w] = append(works[w], []search.Document{d.doc(name, month, "", kind(post.Deletion))})
			}
		}
	}
	last := map[post.ID]search.Document{}
	for _, doc := range docs {
		last[doc.ID] = doc
	}
	for _, work := range works {
		for _, batch := range work {
			for _, doc := range batch {
				if doc.Rev > last[doc.ID].Rev {
					last[doc.ID] = doc
				}
			}
		}
	}

	var busy, others sync.WaitGroup
	var over atomic.Bool
	errs := make(chan error, writers+2)
	began := make(chan struct{}, writers)
	for w := range writers {
		busy.Go(func() {
			for n, batch := range works[w] {
				if err := untilTaken(d.ctx, func() error { return d.ix.Put(d.ctx, batch) }); err != nil {
					errs <- err
					return
				}
				if n == 3 {
					began <- struct{}{}
				}
			}
		})
	}
	mine := d.expr("яма")
	others.Go(func() {
		for most := int64(0); !over.Load(); d.breathe() {
			n, err := d.ix.Count(d.ctx, access.Everything(), mine, 0)
			if err == nil && n.Posts < most {
				err = fmt.Errorf("%d posts are counted after %d", n.Posts, most)
			}
			if err != nil {
				errs <- err
				return
			}
			most = n.Posts
		}
	})
	others.Go(func() {
		for ; !over.Load(); d.breathe() {
			page, err := d.ix.Search(d.ctx, access.Everything(), search.Request{Expr: mine, Limit: 1000})
			seen := map[post.ID]bool{}
			for _, h := range page.Hits {
				if seen[h.ID] {
					err = errors.Join(err, fmt.Errorf("%s is found twice", h.ID))
				}
				seen[h.ID] = true
			}
			if err == nil && len(seen) < there {
				err = fmt.Errorf("%d posts are found", len(seen))
			}
			if err != nil {
				errs <- err
				return
			}
		}
	})
	<-began
	bs, err := d.ix.Buckets(d.ctx)
	require.NoError(t, err)
	report, err := d.reindexer(beside).Run(d.ctx, bs)
	require.NoError(t, err)
	require.GreaterOrEqual(t, report.Posts, int64(there))
	busy.Wait()
	over.Store(true)
	others.Wait()
	select {
	case err := <-errs:
		require.NoError(t, err)
	default:
	}

	require.EqualValues(t, len(last), d.count(access.Everything(), query.True{}))
	require.EqualValues(t, len(last), d.count(access.Everything(), mine))
	require.GreaterOrEqual(t, d.count(access.Everything(), d.expr("каток")), int64(there/2), "what nobody wrote since has the new words")
	for _, h := range d.all(access.Everything(), search.Request{Expr: query.True{}, Limit: 1000}) {
		require.Equal(t, last[h.ID].Rev, h.Rev, h.ID)
		require.Equal(t, last[h.ID].Kind == post.Deletion, h.Post.Deleted, h.ID)
	}

	// Once more, and somebody is forgotten between the reading and the switch.
	victim := named("there000")[0]
	r := d.reindexer(beside)
	r.Progress = func(reindex.Progress) {
		if len(beside.gone) > 0 {
			return
		}
		beside.gone = []post.ID{victim}
		require.NoError(t, d.ix.Forget(d.ctx, victim))
	}
	_, err = r.Run(d.ctx, bs)
	require.NoError(t, err)
	d.missing("there000")
	require.EqualValues(t, len(last)-1, d.count(access.Everything(), d.expr("каток")))
}

// breathe leaves the engine to others for a moment: readers without a pause
// would only make a test slow.
func (d *desk) breathe() {
	select {
	case <-d.ctx.Done():
	case <-time.After(10 * time.Millisecond):
	}
}

// untilTaken repeats what an index has no time for, as those do who read the log.
func untilTaken(ctx context.Context, put func() error) error {
	for {
		err := put()
		if err == nil || fault.KindOf(err) != fault.Unavailable || ctx.Err() != nil {
			return err
		}
	}
}

// testRebuildHolds writes after all was brought over and before the switch: the
// write waits, or is told to come again, and is in what was made anew.
func testRebuildHolds(t *testing.T, d *desk) {
	d.put(d.doc("a", noon, "яма"), d.doc("b", noon, "яма"))
	revised, fresh := d.doc("a", noon, "лужа"), d.doc("c", noon, "лужа")
	made, err := d.ix.Rebuild(d.ctx, bucket("standard", noon))
	require.NoError(t, err)
	bring := func(ctx context.Context) error {
		for {
			recs, err := made.Next(ctx, 10)
			if err != nil || len(recs) == 0 {
				return err
			}
			docs := make([]search.Document, len(recs))
			for i, r := range recs {
				docs[i] = search.Document{Record: r, Body: *r.Post, Text: d.other(r.Post.Title, r.Post.Text)}
			}
			if err := made.Put(ctx, docs); err != nil {
				return err
			}
		}
	}
	written := make(chan error, 1)
	require.NoError(t, d.ix.Switch(d.ctx, []search.Rebuild{made}, func(ctx context.Context) error {
		if err := bring(ctx); err != nil {
			return err
		}
		go func() {
			written <- untilTaken(d.ctx, func() error { return d.ix.Put(d.ctx, []search.Document{revised, fresh}) })
		}()
		select { // long enough for a writer that nobody holds
		case err := <-written:
			written <- err
		case <-time.After(500 * time.Millisecond):
		}
		return nil
	}))
	require.NoError(t, <-written)
	d.finds("лужа", "c", "a")
	d.finds("каток", "b")
}

// testRebuildBroken ends reindexing in the middle, in several ways.
func testRebuildBroken(t *testing.T, d *desk) {
	var docs []search.Document
	for p := range 700 { // more than is read at once
		docs = append(docs, d.doc(fmt.Sprintf("%03d", p), noon, "яма"))
	}
	d.put(docs...)
	same := func(n int) {
		t.Helper()
		require.EqualValues(t, n, d.count(access.Everything(), d.expr("яма")))
		require.Zero(t, d.count(access.Everything(), d.expr("каток")))
		bs, err := d.ix.Buckets(d.ctx)
		require.NoError(t, err)
		require.Equal(t, []post.Bucket{"standard-2026-11"}, bs)
	}
	// Interrupted.
	ctx, cancel := context.WithCancel(d.ctx)
	r := d.reindexer(&archive{})
	r.Progress = func(reindex.Progress) { cancel() }
	report, err := r.Run(ctx, []post.Bucket{"standard-2026-11"})
	require.Error(t, err)
	require.True(t, report.Abandoned)
	same(700)
	d.put(d.doc("one", noon, "яма"))
	same(701)

	// Killed: nobody has cleaned up. Writers write on, and the next one begins anew.
	made, err := d.ix.Rebuild(d.ctx, "standard-2026-11")
	require.NoError(t, err)
	recs, err := made.Next(d.ctx, 10)
	require.NoError(t, err)
	require.NotEmpty(t, recs)
	d.put(d.doc("two", noon, "яма"))
	same(702)

	// Killed, or broken, while writers were held.
	broken := errors.New("broken")
	require.ErrorIs(t, d.ix.Switch(d.ctx, []search.Rebuild{made}, func(context.Context) error { return broken }), broken)
	d.put(d.doc("three", noon, "яма"))
	same(703)

	require.NoError(t, d.ix.Abandon(d.ctx))
	require.NoError(t, d.ix.Abandon(d.ctx), "again")
	require.Error(t, d.ix.Switch(d.ctx, []search.Rebuild{made}, func(context.Context) error { return nil }), "what was thrown away takes nobody's place")
	d.put(d.doc("four", noon, "яма"))
	same(704)

	d.reindex(&archive{})
	require.EqualValues(t, 704, d.count(access.Everything(), d.expr("каток")))
	require.NoError(t, d.ix.Abandon(d.ctx), "what is in use stays")
	require.EqualValues(t, 704, d.count(access.Everything(), d.expr("каток")))
}
