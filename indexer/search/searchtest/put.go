package searchtest

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/search"
	"github.com/otklik/otklik/internal/access"
)

func testWhole(t *testing.T, d *desk) {
	full := d.doc("full", noon.Add(time.Millisecond), "Яма на дороге «у рынка»:\n3 дня\\ночи 'и' \"так\" 🙂\t— \u0301 <b>&amp;", title("Заголовок"),
		regions("RU-PRI", "RU-SA"), func(doc *search.Document) {
			doc.Origin, doc.Visibility = post.Import, post.Partner
			doc.Body.Type, doc.Body.URL, doc.Body.Channel = post.TypeComment, "https://t.me/a/1?x=1&y=2", "Канал <1>"
			doc.Body.Author = &post.Author{ID: "abc", Person: true}
			doc.Body.Links = []string{"https://example.org/яма"}
			doc.Body.Media = []post.Media{{Kind: post.Photo, ID: "1", URL: "https://cdn.example/1.jpg"}, {Kind: post.Document, Title: "опись.pdf"}}
			doc.Body.Forward = &post.Forward{Name: "Другой", URL: "https://t.me/b/2"}
			doc.Body.ReplyTo, doc.Body.Edited, doc.Body.Cut = "telegram:1/0", true, true
			doc.Body.Counters = post.CounterSet{Views: &post.Counter{Value: 37200, Step: 100}, Likes: &post.Counter{Value: 0, Step: 1}}
		})
	bare := d.doc("bare", noon, "", regions())
	bare.Regions = nil
	odd := d.doc("vk:-5/wall_1.2-3:4/5", noon.Add(-time.Second), "яма")
	d.put(full, bare, odd)

	hits := d.all(access.Everything(), search.Request{Expr: query.True{}})
	require.Equal(t, []post.ID{full.ID, bare.ID, odd.ID}, ids(hits))
	for i, want := range []search.Document{full, bare, odd} {
		d.same(want.Record, hits[i].Record)
		require.Zero(t, hits[i].Score)
		s, err := d.ix.Get(d.ctx, access.Everything(), want.ID)
		require.NoError(t, err)
		d.same(want.Record, s.Record)
		require.Len(t, s.History, 1)
		d.same(want.Record, s.History[0])
	}
	d.put() // nothing to do is no error
}

func testIdempotent(t *testing.T, d *desk) {
	docs := []search.Document{d.doc("a", noon, "яма"), d.doc("b", noon, "яма на дороге"), d.doc("a", noon, "яма зарыта")}
	for range 3 {
		d.put(docs...)
		slices.Reverse(docs)
	}
	d.finds("яма", "b", "a")
	d.finds("зарыта", "a")
	require.Equal(t, []int64{1, 3}, revs(d.get("a").History))
	require.Equal(t, []int64{2}, revs(d.get("b").History))
}

func testRevOrder(t *testing.T, d *desk) {
	old, mid, last := d.doc("a", noon, "яма"), d.doc("a", noon, "лужа"), d.doc("a", noon, "каток")
	orders := [][]search.Document{
		{old, mid, last}, {old, last, mid}, {mid, old, last}, {mid, last, old}, {last, old, mid}, {last, mid, old},
	}
	for _, order := range orders {
		for _, doc := range order {
			d.put(doc)
		}
		d.finds("яма")
		d.finds("лужа")
		d.finds("каток", "a")
		s := d.get("a")
		d.same(last.Record, s.Record)
		require.Equal(t, []int64{1, 2, 3}, revs(s.History), "oldest first, whatever came first")
		d.same(mid.Record, s.History[1])
		require.NoError(t, d.ix.Forget(d.ctx, last.ID))
	}
}

func testABA(t *testing.T, d *desk) {
	for _, s := range []string{"вода есть", "воды нет", "вода есть"} {
		d.put(d.doc("a", noon, s))
	}
	s := d.get("a")
	require.Equal(t, []int64{1, 2, 3}, revs(s.History))
	require.Equal(t, "вода есть", s.Post.Text)
	require.Equal(t, s.History[0].Hash, s.History[2].Hash)
	require.NotEqual(t, s.History[0].Hash, s.History[1].Hash)
	d.finds("!есть", "a")
	d.finds("!нет")
}

func testEqualRev(t *testing.T, d *desk) {
	d.put(d.doc("a", noon, "яма"))
	d.put(d.doc("a", noon, "лужа", rev(1)))
	d.finds("яма", "a")
	d.finds("лужа")
	require.Equal(t, []int64{1}, revs(d.get("a").History))
}

func testCounters(t *testing.T, d *desk) {
	views := func(n int64) change {
		return func(doc *search.Document) {
			doc.Kind, doc.Body.Counters = post.Counters, post.CounterSet{Views: &post.Counter{Value: n, Step: 1}}
		}
	}
	d.put(d.doc("a", noon, "яма"))
	d.put(d.doc("a", noon, "яма", views(10)))
	d.put(d.doc("a", noon, "яма", views(20)))
	d.put(d.doc("a", noon, "яма", views(15), rev(2)))
	s := d.get("a")
	require.Equal(t, int64(20), s.Post.Counters.Views.Value)
	require.Equal(t, int64(3), s.Rev)
	require.Equal(t, post.Counters, s.Kind)
	require.Equal(t, []int64{1}, revs(s.History), "counters are no history")
	require.Nil(t, s.History[0].Post.Counters.Views)
	d.finds("яма", "a")

	d.put(d.doc("first", noon, "лужа", views(1))) // the whole post, so it is enough
	d.finds("лужа", "first")
	require.Empty(t, d.get("first").History)

	// Should they carry another text after all, it is the text that is found.
	d.put(d.doc("a", noon, "каток", views(30)))
	d.finds("яма")
	d.finds("каток", "a")
}

func testDeletion(t *testing.T, d *desk) {
	first := d.doc("a", noon, "яма на дороге", title("Беда"), regions("RU-PRI", "RU-SA"))
	late := d.doc("a", noon, "лужа на дороге")
	d.put(first)
	gone := d.doc("a", noon, "", kind(post.Deletion), regions("RU-SA"))
	gone.Observed = noon.Add(time.Hour)
	d.put(gone)

	check := func() {
		d.finds("яма дорога", "a")
		d.finds("лужа")
		s := d.get("a")
		want := gone.Record
		body := first.Body
		body.Deleted = true
		want.Post, want.Hash, want.Analysis = &body, first.Hash, first.Analysis
		d.same(want, s.Record)
		require.Equal(t, gone.Rev, s.History[len(s.History)-1].Rev)
		d.same(gone.Record, s.History[len(s.History)-1])
		d.same(first.Record, s.History[0])
		d.finds("region:RU-PRI")
		d.finds("region:RU-SA", "a")
	}
	check()
	require.Equal(t, []int64{1, 3}, revs(d.get("a").History))
	d.put(late, gone, first) // what comes late or again doesn't bring it back
	check()
	require.Equal(t, []int64{1, 2, 3}, revs(d.get("a").History))

	d.put(d.doc("a", noon, "яма снова", regions("RU-PRI"))) // its source shows it again
	s := d.get("a")
	require.False(t, s.Post.Deleted)
	require.Equal(t, []int64{1, 2, 3, 4}, revs(s.History))
	d.finds("!снова region:RU-PRI", "a")

	d.put(d.doc("a", noon, "", kind(post.Deletion), rev(2))) // an old one, told late
	require.False(t, d.get("a").Post.Deleted)
	require.Equal(t, []int64{1, 2, 3, 4}, revs(d.get("a").History), "rev 2 is a revision already")
}

func testDeletionUnknown(t *testing.T, d *desk) {
	d.put(d.doc("there", noon, "яма"))
	d.put(d.doc("never", noon, "", kind(post.Deletion)), d.doc("other", noon.AddDate(0, -1, 0), "", kind(post.Deletion)))
	d.missing("never")
	d.missing("other")
	require.Equal(t, int64(1), d.count(access.Everything(), query.True{}))
	d.put(d.doc("never", noon, "яма", rev(1))) // so an older one is new
	d.finds("яма", "there", "never")
	require.False(t, d.get("never").Post.Deleted)
	require.Equal(t, []int64{1}, revs(d.get("never").History))
}

func testOneBatch(t *testing.T, d *desk) {
	var docs []search.Document
	docs = append(docs, d.doc("a", noon, "один"), d.doc("b", noon, "один"), d.doc("a", noon, "два", kind(post.Counters)),
		d.doc("b", noon, "", kind(post.Deletion)), d.doc("a", noon, "", kind(post.Deletion)), d.doc("b", noon, "три"),
		d.doc("a", noon, "четыре"), d.doc("a", noon, "", kind(post.Deletion)), d.doc("a", noon, "", kind(post.Deletion)),
		d.doc("c", noon.AddDate(0, -1, 0), "один"), d.doc("c", noon.AddDate(0, -1, 0), "", kind(post.Deletion)))
	d.put(docs...)
	d.finds("четыре", "a")
	d.finds("три", "b")
	d.finds("один", "c")
	require.True(t, d.get("a").Post.Deleted)
	require.False(t, d.get("b").Post.Deleted)
	require.True(t, d.get("c").Post.Deleted)
	require.Equal(t, []int64{1, 5, 7, 8, 9}, revs(d.get("a").History))
	require.Equal(t, []int64{2, 4, 6}, revs(d.get("b").History))
}

func testBuckets(t *testing.T, d *desk) {
	none, err := d.ix.Buckets(d.ctx)
	require.NoError(t, err)
	require.Empty(t, none)
	require.NoError(t, d.ix.Drop(d.ctx, "standard-2001-01"), "there is none")

	months := func() (out []string) {
		bs, err := d.ix.Buckets(d.ctx)
		require.NoError(t, err)
		for _, b := range bs {
			out = append(out, b.Month().Format("2006-01"))
		}
		return out
	}
	d.put(d.doc("now", noon, "яма"), d.doc("short", noon.Add(-time.Hour), "яма", class("short")),
		d.doc("then", noon.AddDate(0, -1, 0), "яма"), d.doc("old", time.Date(1970, 1, 1, 0, 0, 1, 0, time.UTC), "яма", class("archive")),
		d.doc("ten", noon.AddDate(-1, -1, 0), "яма"))
	require.Equal(t, []string{"2026-11", "2026-11", "2026-10", "2025-10", "1970-01"}, months())
	d.finds("яма", "now", "short", "then", "ten", "old")

	require.NoError(t, d.ix.Drop(d.ctx, bucket("standard", noon)))
	require.Equal(t, []string{"2026-11", "2026-10", "2025-10", "1970-01"}, months())
	d.finds("яма", "short", "then", "ten", "old")
	d.missing("now")
	require.NoError(t, d.ix.Drop(d.ctx, bucket("standard", noon)), "it is gone already")

	d.put(d.doc("now", noon, "лужа", rev(1))) // the bucket is made again, without the past
	d.finds("лужа", "now")
	require.Len(t, d.get("now").History, 1)
	bs, err := d.ix.Buckets(d.ctx)
	require.NoError(t, err)
	for _, b := range bs {
		require.NoError(t, d.ix.Drop(d.ctx, b))
	}
	d.finds("")
	require.Error(t, d.ix.Drop(d.ctx, "Standard; drop"), "no bucket has such a name")
}

func testOneBucket(t *testing.T, d *desk) {
	edge := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	last := edge.Add(-time.Millisecond)
	d.put(d.doc("a", last, "яма"), d.doc("b", edge, "яма"))
	for range 3 { // read again in November, its bucket is still October's
		doc := d.doc("a", last, "яма на дороге")
		doc.Observed = noon
		d.put(doc)
	}
	bs, err := d.ix.Buckets(d.ctx)
	require.NoError(t, err)
	require.Equal(t, []post.Bucket{"standard-2026-11", "standard-2026-10"}, bs)
	d.finds("яма", "b", "a")
	require.Equal(t, last, d.get("a").Published)
	require.NoError(t, d.ix.Drop(d.ctx, "standard-2026-10"))
	d.finds("яма", "b")
}

func testForget(t *testing.T, d *desk) {
	d.put(d.doc("a", noon, "яма"), d.doc("a", noon, "лужа"), d.doc("b", noon, "яма"), d.doc("c", noon.AddDate(0, -1, 0), "яма"))
	require.NoError(t, d.ix.Forget(d.ctx, named("a")[0]))
	require.NoError(t, d.ix.Forget(d.ctx, named("a")[0]), "again")
	require.NoError(t, d.ix.Forget(d.ctx, "vk:1/never"))
	d.missing("a")
	d.finds("", "b", "c")
	require.NoError(t, d.ix.Forget(d.ctx, named("c")[0]))
	d.finds("", "b")
	d.put(d.doc("a", noon, "каток")) // no trace of its history
	require.Equal(t, []int64{5}, revs(d.get("a").History))
}

// testBadDocuments puts documents that no index may take among good ones.
func testBadDocuments(t *testing.T, d *desk) {
	bad := map[string]change{
		"no id":        func(x *search.Document) { x.ID = "yama" },
		"NUL in id":    func(x *search.Document) { x.ID = "telegram:1/\x00" },
		"no rev":       func(x *search.Document) { x.Rev = 0 },
		"bad bucket":   func(x *search.Document) { x.Bucket = `a"; drop` },
		"other bucket": func(x *search.Document) { x.Bucket = "standard-2026-10" },
		"no time":      func(x *search.Document) { x.Published = time.Time{} },
		"kind":         func(x *search.Document) { x.Kind = "rumour" },
		"visibility":   func(x *search.Document) { x.Visibility = "" },
		"no post":      func(x *search.Document) { x.Post = nil },
		"NUL":          func(x *search.Document) { x.Post.Text, x.Body.Text = "я\x00ма", "я\x00ма" },
		"UTF-8":        func(x *search.Document) { x.Post.Text, x.Body.Text = "яма\xff", "яма\xff" },
		"NUL in title": func(x *search.Document) { x.Post.Title, x.Body.Title = "\x00", "\x00" },
		"region":       func(x *search.Document) { x.Regions = []string{"RU-PRI", "\x00"} },
		"token":        func(x *search.Document) { x.Text.Tokens[0].Key = "s:\x00" },
		"position":     func(x *search.Document) { x.Text.Tokens[0].Pos = 0 },
	}
	names := slices.Sorted(func(yield func(string) bool) {
		for n := range bad {
			if !yield(n) {
				return
			}
		}
	})
	var docs []search.Document
	var want []int
	good := []string{}
	for i, n := range names {
		g := fmt.Sprintf("good%02d", i)
		good = append(good, g)
		docs = append(docs, d.doc(g, noon, "яма"))
		x := d.doc(fmt.Sprintf("bad%02d", i), noon, "яма")
		bad[n](&x)
		want = append(want, len(docs))
		docs = append(docs, x)
	}
	err := d.ix.Put(d.ctx, docs)
	var pe *search.PutError
	require.ErrorAs(t, err, &pe)
	got := []int{}
	for i, reason := range pe.Refused {
		got = append(got, i)
		require.Error(t, reason)
		require.NotErrorAs(t, reason, new(*search.PutError))
	}
	slices.Sort(got)
	require.Equal(t, want, got)
	slices.Reverse(good)
	d.finds("яма", good...)

	err = d.ix.Put(d.ctx, docs[1:2]) // alone
	require.True(t, errors.As(err, &pe) && len(pe.Refused) == 1 && pe.Refused[0] != nil, "%v", err)
}

// testConcurrentWriters lets several write the same posts at once, each in an
// order of its own: nobody fails, and the greatest rev stands.
func testConcurrentWriters(t *testing.T, d *desk) {
	const writers, posts, revisions = 6, 40, 5
	var docs []search.Document
	for r := range revisions {
		for p := range posts {
			k := post.Revision
			if r > 0 && (r+p)%5 == 0 {
				k = post.Deletion
			}
			month := noon.AddDate(0, -(p % 3), 0)
			docs = append(docs, d.doc(fmt.Sprint(p), month, fmt.Sprintf("яма номер%d", r), kind(k)))
		}
	}
	d.put(docs[:posts]...) // so that deletions find what they delete
	var wg sync.WaitGroup
	errs := make([]error, writers)
	for w := range writers {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(w), 1))
			mine := slices.Clone(docs)
			r.Shuffle(len(mine), func(i, j int) { mine[i], mine[j] = mine[j], mine[i] })
			for chunk := range slices.Chunk(mine, 25) {
				errs[w] = errors.Join(errs[w], d.ix.Put(d.ctx, chunk))
			}
		})
	}
	wg.Wait()
	require.NoError(t, errors.Join(errs...))
	for p := range posts {
		s := d.get(fmt.Sprint(p))
		last := docs[(revisions-1)*posts+p]
		require.Equal(t, last.Rev, s.Rev)
		require.Equal(t, last.Kind == post.Deletion, s.Post.Deleted)
		if last.Kind != post.Deletion {
			require.Equal(t, last.Body.Text, s.Post.Text)
		}
		want := []int64{}
		for r := range revisions {
			want = append(want, docs[r*posts+p].Rev)
		}
		require.Equal(t, want, revs(s.History))
	}
	require.Equal(t, int64(posts), d.count(access.Everything(), d.expr("яма")))
}

// testNewBucket lets writers meet where there is no bucket yet, several times.
func testNewBucket(t *testing.T, d *desk) {
	const writers, rounds = 4, 3
	for r := range rounds {
		month := noon.AddDate(0, -r, 0)
		var wg sync.WaitGroup
		errs := make([]error, writers)
		for w := range writers {
			doc := d.doc(fmt.Sprintf("%d-%d", r, w), month, "яма", class([]string{"standard", "short"}[w%2]))
			wg.Go(func() { errs[w] = d.ix.Put(d.ctx, []search.Document{doc}) })
		}
		wg.Wait()
		require.NoError(t, errors.Join(errs...))
	}
	d.finds("яма", "0-3", "0-2", "0-1", "0-0", "1-3", "1-2", "1-1", "1-0", "2-3", "2-2", "2-1", "2-0")
	bs, err := d.ix.Buckets(d.ctx)
	require.NoError(t, err)
	require.Len(t, bs, 2*rounds)
}
