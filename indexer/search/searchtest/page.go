package searchtest

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/search"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
)

// spread puts posts over months, classes and sources, with ties of published
// within and between them, and gives their ids, newest first.
func (d *desk) spread(n int) []post.ID {
	var docs []search.Document
	want := make([]post.ID, n)
	for i := range n {
		at := noon.Add(-time.Duration(i/4) * 37 * time.Hour) // four posts a time
		name := fmt.Sprintf("telegram:%d/%04d", 9-i%4, i)    // of one time, the greater id first
		class := class([]string{"standard", "short", "short", "standard"}[i%4])
		docs = append(docs, d.doc(name, at, "яма на дороге", class))
		want[i] = post.ID(name)
	}
	// In an order that has nothing to do with time.
	for i := range docs {
		j := (i * 7919) % len(docs)
		docs[i], docs[j] = docs[j], docs[i]
	}
	d.put(docs...)
	return want
}

func testNewestFirst(t *testing.T, d *desk) {
	want := d.spread(120)
	for _, q := range []string{"", "яма", "яма дорога", "[яма на дороге]", "net:telegram", "яма | лужа", "-лужа"} {
		got := ids(d.all(access.Everything(), search.Request{Expr: d.expr(q), Limit: 1000, Order: search.Newest}))
		require.Equal(t, want, got, q)
	}
	got := d.all(access.Everything(), search.Request{Expr: query.Between{From: noon.Add(-37 * 5 * time.Hour), To: noon.Add(-37 * time.Hour)}})
	require.Equal(t, want[8:24], ids(got), "From belongs to the span, To doesn't")
	got = d.all(access.Everything(), search.Request{Expr: query.All{Exprs: []query.Expr{
		d.expr("яма"), query.None{Expr: query.Between{From: noon.Add(-37 * 25 * time.Hour)}}}}})
	require.Equal(t, want[104:], ids(got))
}

// testMicroseconds puts posts that differ by less than a millisecond, against
// the order of their ids.
func testMicroseconds(t *testing.T, d *desk) {
	var docs []search.Document
	var want []string
	for i := range 6 {
		docs = append(docs, d.doc(fmt.Sprint(i), noon.Add(-time.Duration(i)*time.Microsecond), "яма"))
		want = append(want, fmt.Sprint(i))
	}
	d.put(docs...)
	d.finds("яма", want...)
	require.Equal(t, named(want...), ids(d.all(access.Everything(), search.Request{Expr: query.True{}, Limit: 1})))
	between := query.Between{From: noon.Add(-4 * time.Microsecond), To: noon.Add(-time.Microsecond)}
	require.Equal(t, named(want[2:5]...), ids(d.all(access.Everything(), search.Request{Expr: between})))
	require.Equal(t, int64(3), d.count(access.Everything(), between))
}

// testPages reads pages of every size while posts arrive: newer ones, which
// the pages to come don't show, and older ones, which they do.
func testPages(t *testing.T, d *desk) {
	want := d.spread(72)
	e := d.expr("яма")
	for _, limit := range []int{1, 3, 7, 50} {
		var got []post.ID
		r := search.Request{Expr: e, Limit: limit}
		for n := 0; ; n++ {
			page, err := d.ix.Search(d.ctx, access.Everything(), r)
			require.NoError(t, err)
			require.LessOrEqual(t, len(page.Hits), limit)
			got = append(got, ids(page.Hits)...)
			if r.After = page.Next; r.After == "" {
				break
			}
			if n%16 == 0 { // before all pages, between the posts already shown, and at the present place
				d.put(d.doc(fmt.Sprintf("telegram:5/new-%d-%d", limit, n), noon.Add(time.Hour), "яма"),
					d.doc(fmt.Sprintf("telegram:99/between-%d-%d", limit, n), page.Hits[0].Published, "яма"))
				d.put(d.doc(string(page.Hits[0].ID), page.Hits[0].Published, "яма опять", class(page.Hits[0].Bucket.Class())))
			}
		}
		require.Equal(t, len(want), len(got), "limit %d", limit)
		require.Equal(t, want, got, "limit %d", limit)
		want = ids(d.all(access.Everything(), search.Request{Expr: e, Limit: 1000}))
	}
	r := search.Request{Expr: e, Limit: 1}
	page, err := d.ix.Search(d.ctx, access.Everything(), r)
	require.NoError(t, err)
	last := want[len(want)-1]
	old := d.doc("telegram:1/older", noon.AddDate(-2, 0, 0), "яма")
	d.put(old)
	r.After, r.Limit = page.Next, 1000
	got := ids(d.all(access.Everything(), r))
	require.Equal(t, []post.ID{last, old.ID}, got[len(got)-2:], "a bucket that is new since the first page")
	d.put(d.doc("telegram:1/before", noon.AddDate(0, 5, 0), "яма"))
	require.Equal(t, got, ids(d.all(access.Everything(), r)), "a bucket before the cursor")
}

func testLastPage(t *testing.T, d *desk) {
	d.spread(12)
	for limit, pages := range map[int]int{12: 1, 6: 2, 5: 3, 4: 3, 1: 12, 13: 1} {
		n := 0
		for r := (search.Request{Expr: query.True{}, Limit: limit}); ; n++ {
			page, err := d.ix.Search(d.ctx, access.Everything(), r)
			require.NoError(t, err)
			if r.After = page.Next; r.After == "" {
				break
			}
		}
		require.Equal(t, pages, n+1, "pages of %d", limit)
	}
	page, err := d.ix.Search(d.ctx, access.Everything(), search.Request{Expr: d.expr("никогда")})
	require.NoError(t, err)
	require.Empty(t, page.Hits)
	require.Empty(t, page.Next)
	require.Zero(t, page.Reached)
}

func testLimits(t *testing.T, d *desk) {
	var docs []search.Document
	for i := range 1100 {
		docs = append(docs, d.doc(fmt.Sprint(i), noon.Add(-time.Duration(i)*time.Second), "яма"))
	}
	d.put(docs...)
	for limit, hits := range map[int]int{0: 50, 1: 1, 999: 999, 1000: 1000} {
		page, err := d.ix.Search(d.ctx, access.Everything(), search.Request{Expr: query.True{}, Limit: limit})
		require.NoError(t, err)
		require.Len(t, page.Hits, hits)
		require.NotEmpty(t, page.Next)
	}
	for _, r := range []search.Request{
		{Expr: query.True{}, Limit: -1}, {Expr: query.True{}, Limit: 1001}, {Expr: query.True{}, Order: "oldest"},
	} {
		_, err := d.ix.Search(d.ctx, access.Everything(), r)
		require.Equal(t, fault.Invalid, fault.KindOf(err), "%+v: %v", r, err)
		_, err = d.ix.Search(d.ctx, access.Scope{}, r)
		require.Equal(t, fault.Invalid, fault.KindOf(err), "whoever asks: %+v: %v", r, err)
	}
}

func testCursors(t *testing.T, d *desk) {
	d.spread(8)
	cursor := func(o search.Order) string {
		page, err := d.ix.Search(d.ctx, access.Everything(), search.Request{Expr: d.expr("яма"), Order: o, Limit: 1})
		require.NoError(t, err)
		require.NotEmpty(t, page.Next)
		return page.Next
	}
	newest, relevance := cursor(search.Newest), cursor(search.Relevance)
	bad := []string{" ", "0", "яма", "null", "{}", "[]", "'; DROP TABLE x", "\x00", "\xff", strings.Repeat("A", 5000),
		newest[:len(newest)/2], newest + "A", newest[1:], " " + newest}
	for _, s := range []string{"", "null", "{}", "[]", "[1]", "0", `"a"`, `{"a":1}`, `[1,"x\u0000"]`, "\x00\x01\x02", `[99999999999999999999,"telegram:1/1"]`} {
		bad = append(bad, base64.RawURLEncoding.EncodeToString([]byte(s)), base64.StdEncoding.EncodeToString([]byte(s)))
	}
	for _, o := range []search.Order{search.Newest, search.Relevance} {
		for _, s := range append(bad, map[search.Order]string{search.Newest: relevance, search.Relevance: newest}[o]) {
			if s == "" {
				continue
			}
			for _, scope := range []access.Scope{access.Everything(), {}} {
				_, err := d.ix.Search(d.ctx, scope, search.Request{Expr: d.expr("яма"), Order: o, After: s})
				require.Equal(t, fault.Invalid, fault.KindOf(err), "%s, cursor %q: %v", o, s, err)
			}
		}
	}
}

// testCut gives searches too little time. Whatever they find is right as far
// as they say they got, and they can go on from there.
func testCut(t *testing.T, d *desk) {
	want := d.spread(200)
	at := map[post.ID]time.Time{}
	for _, h := range d.all(access.Everything(), search.Request{Expr: query.True{}, Limit: 1000}) {
		at[h.ID] = h.Published
	}
	e := d.expr("яма")
	cuts := 0
	for _, limit := range []time.Duration{1, 50 * time.Microsecond, time.Millisecond, 2 * time.Millisecond, 4 * time.Millisecond} {
		got := []post.ID{}
		r := search.Request{Expr: e, Limit: 150, Time: limit}
		for n := 0; ; n++ {
			if n > 3 {
				r.Time = patience // enough of this
			}
			page, err := d.ix.Search(d.ctx, access.Everything(), r)
			require.NoError(t, err)
			got = append(got, ids(page.Hits)...)
			require.Equal(t, want[:len(got)], got)
			if !page.Reached.IsZero() {
				cuts++
				require.NotEmpty(t, page.Next, "a cut search can go on")
				if len(got) < len(want) {
					missing := want[len(got)]
					require.True(t, at[missing].Before(page.Reached), "reached %s, but %s is missing", page.Reached, missing)
				}
			}
			if r.After = page.Next; r.After == "" {
				require.Zero(t, page.Reached)
				break
			}
		}
		require.Equal(t, want, got, "time %s", limit)

		count, err := d.ix.Count(d.ctx, access.Everything(), e, limit)
		require.NoError(t, err)
		n := int64(0)
		for _, t := range at {
			if !t.Before(count.Reached) {
				n++
			}
		}
		require.Equal(t, n, count.Posts, "posts since %s", count.Reached)

		page, err := d.ix.Search(d.ctx, access.Everything(), search.Request{Expr: e, Order: search.Relevance, Time: limit, Limit: 1000})
		require.NoError(t, err)
		if page.Reached.IsZero() {
			require.Len(t, page.Hits, len(want))
		}
		b, err := d.ix.Breakdown(d.ctx, access.Everything(), search.BreakdownRequest{Expr: e, Field: query.Net, Time: limit})
		require.NoError(t, err)
		n = 0
		for _, t := range at {
			if !t.Before(b.Reached) {
				n++
			}
		}
		if n == 0 {
			require.Empty(t, b.Values)
		} else {
			require.Equal(t, []search.Value{{Value: "telegram", Posts: n}}, b.Values)
		}
	}
	require.NotZero(t, cuts, "a nanosecond was enough")
}

func testRelevance(t *testing.T, d *desk) {
	d.put(
		d.doc("one", noon, "яма во дворе дома у старой школы на окраине"),
		d.doc("both", noon, "яма на дороге у старой школы на окраине села"),
		d.doc("none", noon, "лужа у старой школы"),
		d.doc("same-new", noon.Add(-time.Hour), "снег у подъезда"),
		d.doc("same-old", noon.Add(-2*time.Hour), "снег у подъезда"),
	)
	by := func(q string, limit int) []search.Hit {
		return d.all(access.Everything(), search.Request{Expr: d.expr(q), Order: search.Relevance, Limit: limit})
	}
	for _, limit := range []int{1, 2, 100} {
		require.Equal(t, named("both", "one"), ids(by("яма | дорога", limit)))
		require.Equal(t, named("same-new", "same-old"), ids(by("снег", limit)))
		require.Len(t, by("-лужа", limit), 4)
		require.Len(t, by("", limit), 5)
		require.Len(t, by("net:telegram region:RU-PRI", limit), 5)
		require.Empty(t, by("никогда", limit))
	}
	hits := by("яма | дорога", 100)
	require.Greater(t, hits[0].Score, hits[1].Score)
	require.Positive(t, hits[1].Score)
}

// testRelevanceCap reads more than MaxRelevance matches by relevance: a
// thousand come, each once, best first, while posts arrive.
func testRelevanceCap(t *testing.T, d *desk) {
	const n = search.MaxRelevance + 200
	var docs []search.Document
	for i := range n {
		at := noon.Add(-time.Duration(i) * time.Hour)
		docs = append(docs, d.doc(fmt.Sprint(i), at, strings.Repeat("яма ", 1+i%3)+"у дома"))
	}
	d.put(docs...)
	for _, limit := range []int{170, 1000} {
		seen := map[post.ID]bool{}
		score, got := 0.0, 0
		r := search.Request{Expr: d.expr("яма"), Order: search.Relevance, Limit: limit}
		for {
			page, err := d.ix.Search(d.ctx, access.Everything(), r)
			require.NoError(t, err)
			for _, h := range page.Hits {
				require.False(t, seen[h.ID], "%s came twice", h.ID)
				seen[h.ID] = true
				if got > 0 {
					require.LessOrEqual(t, h.Score, score)
				}
				score = h.Score
				got++
			}
			if r.After = page.Next; r.After == "" {
				break
			}
		}
		require.Equal(t, search.MaxRelevance, got)
	}
	require.Equal(t, int64(n), d.count(access.Everything(), d.expr("яма")))
}

// testIdentical reads through ten thousand posts that differ in nothing but
// their ids, not even in time.
func testIdentical(t *testing.T, d *desk) {
	const n = 10_000
	var docs []search.Document
	for i := range n {
		docs = append(docs, d.doc(fmt.Sprintf("%05d", i), noon, "Отопления нет!"))
	}
	for len(docs) > 0 {
		d.put(docs[:1000]...)
		docs = docs[1000:]
	}
	e := d.expr("отопление")
	hits := d.all(access.Everything(), search.Request{Expr: e, Limit: 999})
	require.Len(t, hits, n)
	for i, h := range hits {
		require.Equal(t, named(fmt.Sprintf("%05d", n-1-i))[0], h.ID)
	}
	require.Equal(t, int64(n), d.count(access.Everything(), e))
	require.Equal(t, int64(n), d.count(access.Everything(), d.expr("[нет отопления] | \"отопления нет\"")))
	require.Len(t, d.all(access.Everything(), search.Request{Expr: e, Order: search.Relevance, Limit: 300}), search.MaxRelevance)
}
