package searchtest

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/search"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
)

// testScope checks for many scopes that every call sees exactly what
// Scope.Allows allows, whatever is asked.
func testScope(t *testing.T, d *desk) {
	var docs []search.Document
	for i, v := range []post.Visibility{post.Public, post.Partner, post.Sealed} {
		for j, rs := range [][]string{nil, {"RU-PRI"}, {"RU-SA"}, {"RU-PRI", "RU-SA"}, {"*"}} {
			for k, src := range []string{"telegram:1", "telegram:12", "vk:-1"} {
				at := noon.AddDate(0, -(i+j+k)%2, 0).Add(-time.Duration(len(docs)) * time.Second)
				docs = append(docs, d.doc(fmt.Sprintf("%s/%d", src, len(docs)), at, "тайна двора", visibility(v), regions(rs...)))
			}
		}
	}
	d.put(docs...)
	scopes := map[string]access.Scope{
		"nothing":              {},
		"no region":            access.NewScope(nil, []string{"telegram:1"}, true, true),
		"everything":           access.Everything(),
		"all, public":          access.NewScope([]string{"*"}, nil, false, false),
		"all, partner":         access.NewScope([]string{"*"}, nil, true, false),
		"all, sealed":          access.NewScope([]string{"*"}, nil, false, true),
		"one region":           access.NewScope([]string{"RU-PRI"}, nil, false, false),
		"one region, all eyes": access.NewScope([]string{"RU-PRI"}, nil, true, true),
		"two regions":          access.NewScope([]string{"RU-SA", "RU-PRI"}, nil, false, true),
		"unknown region":       access.NewScope([]string{"RU-XXX"}, nil, true, true),
		"one source":           access.NewScope([]string{"*"}, []string{"telegram:1"}, true, false),
		"two of one region":    access.NewScope([]string{"RU-SA"}, []string{"telegram:12", "vk:-1"}, true, true),
		"unknown source":       access.NewScope([]string{"*"}, []string{"telegram:11"}, true, true),
		"odd":                  access.NewScope([]string{"RU-PRI", "'", `\`, `"`, "\x00"}, []string{"telegram:1", "'", `\`, `{"`, "\x00", "\xff"}, true, true),
	}
	questions := map[string]query.Expr{
		"everything": query.True{}, "word": d.expr("тайна"), "phrase": d.expr("[тайна двора]"), "not": d.expr("-реклама"),
		"not of any": query.None{Expr: query.Any{Exprs: []query.Expr{d.expr("реклама"), query.False{}}}},
		"or":         d.expr("тайна | region:RU-SA | source:vk:-1"), "region": d.expr("region:RU-SA,RU-PRI"),
		"or of all": query.Any{Exprs: []query.Expr{query.True{}, d.expr("тайна")}},
		"since":     query.Between{From: noon.AddDate(-1, 0, 0)},
	}
	nth := 0
	for name, scope := range scopes {
		nth++
		for about, e := range questions {
			d.seen(fmt.Sprintf("scope %s, question %s", name, about), scope, e, docs)
		}
		for i := nth % 2; i < len(docs); i += 2 {
			s, err := d.ix.Get(d.ctx, scope, docs[i].ID)
			if allows(scope, &docs[i]) {
				require.NoError(t, err, name)
				d.same(docs[i].Record, s.Record)
				continue
			}
			require.Equal(t, fault.NotFound, fault.KindOf(err), "%s: %v", name, err)
			require.Zero(t, s)
		}
	}
}

func allows(s access.Scope, doc *search.Document) bool {
	return s.Allows(doc.Regions, doc.ID.Source(), string(doc.Visibility))
}

// seen asks one question, which every document answers, in every way.
func (d *desk) seen(about string, scope access.Scope, e query.Expr, docs []search.Document) {
	d.t.Helper()
	want, nets := map[post.ID]bool{}, map[string]int64{}
	regional := about[len(about)-len("region"):] == "region"
	for i := range docs {
		if !allows(scope, &docs[i]) {
			continue
		}
		if regional && !access.NewScope([]string{"RU-SA", "RU-PRI"}, nil, true, true).Allows(docs[i].Regions, "", "public") {
			continue
		}
		want[docs[i].ID] = true
		nets[docs[i].ID.Network()]++
	}
	for _, o := range []search.Order{search.Newest, search.Relevance} {
		got := map[post.ID]bool{}
		for _, h := range d.all(scope, search.Request{Expr: e, Order: o, Limit: 30}) {
			got[h.ID] = true
		}
		require.Equal(d.t, want, got, "%s, %s", about, o)
	}
	for about, r := range map[string]search.Reader{about: d.ix, about + ", by the second lock alone": search.Guarded(forgetful{d.ix}, slog.Default())} {
		c, err := r.Count(d.ctx, scope, e, 0)
		require.NoError(d.t, err)
		require.Equal(d.t, int64(len(want)), c.Posts, about)
		b, err := r.Breakdown(d.ctx, scope, search.BreakdownRequest{Expr: e, Field: query.Net})
		require.NoError(d.t, err)
		got := map[string]int64{}
		for _, v := range b.Values {
			got[v.Value] = v.Posts
		}
		require.Equal(d.t, nets, got, about)
		b, err = r.Breakdown(d.ctx, scope, search.BreakdownRequest{Expr: e, Interval: search.Month})
		require.NoError(d.t, err)
		n := int64(0)
		for _, v := range b.Values {
			n += v.Posts
		}
		require.Equal(d.t, int64(len(want)), n, about)
	}
	b, err := search.Guarded(d.ix, slog.Default()).Breakdown(d.ctx, scope, search.BreakdownRequest{Expr: e, Field: query.Region})
	require.NoError(d.t, err)
	for _, v := range b.Values {
		require.True(d.t, scope.Region(v.Value), "%s: names region %s", about, v.Value)
	}
}

// forgetful is an engine that counts for everybody as for the system itself.
type forgetful struct{ search.Reader }

func (f forgetful) Count(ctx context.Context, _ access.Scope, e query.Expr, limit time.Duration) (search.Count, error) {
	return f.Reader.Count(ctx, access.Everything(), e, limit)
}

func (f forgetful) Breakdown(ctx context.Context, _ access.Scope, r search.BreakdownRequest) (search.Breakdown, error) {
	return f.Reader.Breakdown(ctx, access.Everything(), r)
}

// testSealed puts sealed posts in every way, also by mistake with the body in
// the record: their words find them, and no call gives the body back.
func testSealed(t *testing.T, d *desk) {
	sealed := visibility(post.Sealed)
	open := func(doc search.Document) search.Document { // what must not happen
		p := doc.Body
		doc.Post = &p
		return doc
	}
	d.put(d.doc("a", noon, "ребёнка обижают в школе", sealed, title("Тайна")))
	d.put(open(d.doc("b", noon, "ребёнка обижают в саду", sealed)))
	d.put(d.doc("c", noon, "ребёнка видели все"), d.doc("c", noon, "ребёнка закрыли", sealed)) // sealed later
	d.put(open(d.doc("a", noon, "ребёнка обижают в кружке", sealed)))
	d.put(d.doc("b", noon, "", kind(post.Deletion), sealed))
	d.put(d.doc("e", noon, "ребёнка нашли"), d.doc("e", noon, "", kind(post.Deletion), sealed))

	d.finds("ребёнка", "e", "c", "b", "a")
	d.finds(`"обижают в кружке"`, "a")
	d.finds("школа")
	d.finds("сад", "b")
	for _, o := range []search.Order{search.Newest, search.Relevance} {
		for _, h := range d.all(access.Everything(), search.Request{Expr: d.expr("ребёнка"), Order: o}) {
			require.Nil(t, h.Post, "%s", h.ID)
		}
	}
	require.Equal(t, post.Deletion, d.get("b").Kind, "so a deleted one is known")
	for _, name := range []string{"a", "b", "c", "e"} {
		s := d.get(name)
		require.Nil(t, s.Post)
		for _, h := range s.History {
			require.True(t, h.Post == nil || h.Visibility != post.Sealed, "%s %d", name, h.Rev)
		}
		_, err := d.ix.Get(d.ctx, access.NewScope([]string{"*"}, nil, true, false), s.ID)
		require.Equal(t, fault.NotFound, fault.KindOf(err))
	}
	require.Empty(t, d.all(access.NewScope([]string{"*"}, nil, true, false), search.Request{Expr: d.expr("ребёнка")}))
}
