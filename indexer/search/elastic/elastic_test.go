package elastic

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/search"
	"github.com/otklik/otklik/indexer/search/searchtest"
	"github.com/otklik/otklik/indexer/text"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/testenv"
)

func TestSuite(t *testing.T) {
	searchtest.Run(t, func(t testing.TB) searchtest.Index { return open(t) })
}

// open gives an empty index, whose every trace is removed when the test ends.
func open(t testing.TB) *Index { return openAt(t, testenv.Elasticsearch(t), testenv.Name(t)) }

func openAt(t testing.TB, address, prefix string) *Index {
	t.Helper()
	x, err := New(context.Background(), Options{Addresses: []string{address}, Prefix: prefix, pause: time.Millisecond})
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		buckets, err := x.Buckets(ctx)
		require.NoError(t, err)
		for _, b := range buckets {
			require.NoError(t, x.Drop(ctx, b))
		}
		for _, kind := range []string{"posts", "history"} {
			require.NoError(t, x.call(ctx, http.MethodDelete, "/_index_template/"+x.prefix+"-"+kind, nil, nil))
		}
	})
	return x
}

var (
	noon     = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	analyzer = text.New()
)

// doc makes a public post of the source telegram:1.
func doc(rev int64, name, body string) search.Document {
	d := search.Document{
		Record: post.Record{Envelope: post.Envelope{
			V: post.EnvelopeVersion, Kind: post.Revision, ID: post.ID("telegram:1/" + name), Rev: rev, Observed: noon, Published: noon,
			Bucket: "standard-2026-11", Origin: post.Live, Regions: []string{"RU-PRI"}, Visibility: post.Public, Analysis: text.Edition{Code: text.Version}.Number(),
		}},
		Body: post.Post{Type: post.TypePost, Text: body},
	}
	d.Hash = d.Body.Hash("")
	d.Text = analyzer.Analyze("", body)
	d.Post = &d.Body
	return d
}

// sealed makes a post of which the record has no body.
func sealed(rev int64, name, body string) search.Document {
	d := doc(rev, name, body)
	d.Visibility, d.Post = post.Sealed, nil
	return d
}

func deletion(rev int64, name string) search.Document {
	d := doc(rev, name, "")
	d.Kind, d.Post, d.Body, d.Text = post.Deletion, nil, post.Post{}, text.Analysis{}
	return d
}

func put(t testing.TB, x *Index, docs ...search.Document) {
	t.Helper()
	require.NoError(t, x.Put(t.Context(), docs))
}

func holds(t testing.TB, x *Index) []search.Hit { return find(t, x, query.True{}) }

func find(t testing.TB, x *Index, e query.Expr) []search.Hit {
	t.Helper()
	page, err := x.Search(t.Context(), access.Everything(), search.Request{Expr: e, Limit: search.MaxLimit})
	require.NoError(t, err)
	return page.Hits
}

func TestOptions(t *testing.T) {
	for _, o := range []Options{
		{Prefix: "x"},
		{Addresses: []string{"http://127.0.0.1:1"}},
		{Addresses: []string{"http://127.0.0.1:1"}, Prefix: "Otklik"},
		{Addresses: []string{"http://127.0.0.1:1"}, Prefix: "a*"},
		{Addresses: []string{"http://127.0.0.1:1"}, Prefix: "-a"},
		{Addresses: []string{"http://127.0.0.1:1"}, Prefix: "a,b"},
		{Addresses: []string{"http://[::1"}, Prefix: "a"},
	} {
		_, err := New(t.Context(), o)
		require.Equal(t, fault.Invalid, fault.KindOf(err), "%+v: %v", o, err)
	}
}

// Installations whose prefixes begin with each other share a server.
func TestPrefixesAreApart(t *testing.T) {
	address, prefix := testenv.Elasticsearch(t), testenv.Name(t)
	names := []string{prefix, prefix + "-posts", prefix + "-history", prefix + "-posts-standard"}
	var all []*Index
	for i, n := range names {
		x := openAt(t, address, n)
		put(t, x, doc(1, "a", "яма"), doc(int64(i+2), "b", "яма"))
		all = append(all, x)
	}
	for i, x := range all {
		buckets, err := x.Buckets(t.Context())
		require.NoError(t, err)
		require.Equal(t, []post.Bucket{"standard-2026-11"}, buckets)
		require.Len(t, holds(t, x), 2)
		s, err := x.Get(t.Context(), access.Everything(), "telegram:1/b")
		require.NoError(t, err)
		require.Equal(t, int64(i+2), s.Rev)
	}
	require.NoError(t, all[0].Forget(t.Context(), "telegram:1/a"))
	require.NoError(t, all[0].Drop(t.Context(), "standard-2026-11"))
	require.Empty(t, holds(t, all[0]))
	for _, x := range all[1:] {
		require.Len(t, holds(t, x), 2, x.prefix)
	}
}

// An older binary that starts beside a newer one leaves its templates alone.
func TestTemplatesAreNeverReplacedByOlderOnes(t *testing.T) {
	x := open(t)
	version := func() (n int) {
		var there struct {
			Templates []struct {
				Template struct{ Version int } `json:"index_template"`
			} `json:"index_templates"`
		}
		require.NoError(t, x.call(t.Context(), http.MethodGet, "/_index_template/"+x.prefix+"-posts", nil, &there))
		return there.Templates[0].Template.Version
	}
	other := func(v int) {
		tm := x.template("posts", settings(), postsMapping())
		tm["version"] = v
		require.NoError(t, x.call(t.Context(), http.MethodPut, "/_index_template/"+x.prefix+"-posts", tm, nil))
		require.NoError(t, x.install(t.Context()))
	}
	require.Equal(t, templateVersion, version())
	other(templateVersion - 1)
	require.Equal(t, templateVersion, version())
	other(templateVersion + 1)
	require.Equal(t, templateVersion+1, version())
}

// A bucket that another process dropped is made again, with the right mapping.
func TestBucketDroppedByAnother(t *testing.T) {
	x := open(t)
	put(t, x, doc(1, "a", "яма"))
	other, err := New(t.Context(), Options{Addresses: []string{testenv.Elasticsearch(t)}, Prefix: x.prefix})
	require.NoError(t, err)
	require.NoError(t, other.Drop(t.Context(), "standard-2026-11"))
	put(t, x, doc(1, "b", "яма"), deletion(2, "a"))
	require.Len(t, find(t, x, exact("яма")), 1)
	var got map[string]struct {
		Mappings struct{ Dynamic string }
	}
	require.NoError(t, x.call(t.Context(), http.MethodGet, "/"+x.posts("standard-2026-11")+"/_mapping", nil, &got))
	require.Equal(t, "strict", got[x.posts("standard-2026-11")].Mappings.Dynamic)
}
