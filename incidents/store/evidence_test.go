package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
)

// evidence is the first revision of a post.
func (b *base) evidence(id, text string) incident.Evidence {
	b.revs++
	p := &post.Post{Type: post.TypePost, Text: text}
	return incident.Evidence{Post: post.ID(id), Rev: b.revs, Hash: p.Hash(""), Observed: b.now, Published: b.now.Add(-time.Minute),
		Visibility: post.Public, JoinedAt: b.now, How: incident.Opened, Rule: 1, Search: 2, Copies: 1, Body: p}
}

// envelope is a later reading of the evidence.
func (b *base) envelope(e incident.Evidence, rev int64, hash string) post.Envelope {
	return post.Envelope{V: 1, ID: e.Post, Rev: rev, Hash: hash, Observed: b.now.Add(time.Duration(rev) * time.Minute), Published: e.Published,
		Visibility: post.Public, Bucket: "standard-2026-11"}
}

func (b *base) posts(number int64) (es []incident.Evidence) {
	b.t.Helper()
	b.tx(func(ctx context.Context, tx *store.Tx) (err error) {
		es, _, err = tx.Posts(ctx, number, "", 500)
		return err
	})
	return es
}

func TestAPostJoinsOnce(t *testing.T) {
	b := open(t)
	first, second := b.insert("RU-PRI", nil), b.insert("RU-PRI", nil)
	far := b.insert("RU-SAM", nil)
	e := b.evidence("telegram:7/1", "Нет воды")
	b.now = b.now.Add(time.Hour)
	e.JoinedAt = b.now
	add := func(is ...incident.Incident) {
		b.tx(func(_ context.Context, tx *store.Tx) error {
			for _, i := range is {
				tx.AddPost(i, e)
			}
			return nil
		})
	}
	add(first)
	add(first)       // again
	add(second)      // in another incident of the region
	add(second, far) // another region is another desk

	require.Equal(t, []incident.Evidence{e}, b.posts(first.Number))
	require.Empty(t, b.posts(second.Number))
	b.tx(func(ctx context.Context, tx *store.Tx) error {
		for n, want := range map[int64]int64{first.Number: 1, second.Number: 0, far.Number: 1} {
			i, err := tx.Incident(ctx, store.Everything(), n, false)
			require.NoError(t, err)
			require.Equal(t, want, i.Posts)
			require.Equal(t, want == 1, i.UpdatedAt.Equal(b.now))
		}
		at := store.PostIn{Region: "RU-PRI", Post: e.Post}
		known, err := tx.KnownPosts(ctx, at, store.PostIn{Region: "RU-PRI", Post: "telegram:7/2"}, store.PostIn{Region: "RU-TVE", Post: e.Post})
		require.Equal(t, map[store.PostIn]store.Known{at: {Number: first.Number, Rev: e.Rev, Hash: e.Hash}}, known)
		return err
	})
}

func TestManyTransactionsJoinAPostOnce(t *testing.T) {
	b := open(t)
	i := b.insert("RU-PRI", nil)
	e := b.evidence("telegram:7/1", "Нет воды")
	var g errgroup.Group
	for range 8 {
		g.Go(func() error {
			return b.InTx(t.Context(), func(tx *store.Tx) error { tx.AddPost(i, e); return nil })
		})
	}
	require.NoError(t, g.Wait())
	require.Len(t, b.posts(i.Number), 1)
	b.tx(func(ctx context.Context, tx *store.Tx) error {
		got, err := tx.Incident(ctx, store.Everything(), i.Number, false)
		require.EqualValues(t, 1, got.Posts)
		return err
	})
}

// A → B → A is three copies, a deletion keeps them, and readings that come late
// or twice change nothing.
func TestEveryRevisionIsKept(t *testing.T) {
	b := open(t)
	i := b.insert("RU-PRI", nil)
	b.revs = 9
	e := b.evidence("telegram:7/1", "A")
	type step struct {
		rev     int64
		text    string // "": a deletion
		ok      bool   // it was news
		present string // afterwards
		deleted bool
		copies  int
	}
	b.tx(func(_ context.Context, tx *store.Tx) error { tx.AddPost(i, e); return nil })
	for n, s := range []step{
		{20, "B", true, "B", false, 2},
		{20, "B", false, "B", false, 2},
		{30, "A", true, "A", false, 3},
		{25, "C", true, "A", false, 4}, // late: kept, and not the present one
		{29, "", false, "A", false, 4}, // a deletion that is older than what is known
		{40, "", true, "A", true, 4},
		{40, "", false, "A", true, 4},
		{41, "", false, "A", true, 4},
		{35, "D", true, "D", true, 5},  // written before the deletion, read from the log after it
		{50, "D", true, "D", false, 6}, // it is there again
		{45, "", false, "D", false, 6}, // an old deletion, repeated
	} {
		b.tx(func(ctx context.Context, tx *store.Tx) error {
			p := post.Post{Type: post.TypePost, Text: s.text}
			var ok bool
			var err error
			if s.text == "" {
				ok, err = tx.MarkDeleted(ctx, i.Region, b.envelope(e, s.rev, ""))
			} else {
				ok, err = tx.Revise(ctx, i.Region, b.envelope(e, s.rev, p.Hash("")), p)
			}
			require.Equal(t, s.ok, ok, "step %d", n)
			return err
		})
		got := b.posts(i.Number)[0]
		require.Equal(t, s.present, got.Body.Text, "step %d", n)
		require.Equal(t, got.Body.Hash(""), got.Hash, "step %d", n)
		require.Equal(t, s.deleted, got.DeletedAt != nil, "step %d", n)
		require.Equal(t, s.copies, got.Copies, "step %d", n)
	}
	b.tx(func(ctx context.Context, tx *store.Tx) error {
		cs, err := tx.Copies(ctx, i.Region, e.Post)
		texts := ""
		for _, c := range cs {
			texts += c.Body.Text
		}
		require.Equal(t, "ABCADD", texts, "oldest first")
		return err
	})
}

func TestPagesOfEvidence(t *testing.T) {
	b := open(t)
	i, other := b.insert("RU-PRI", nil), b.insert("RU-PRI", nil)
	b.tx(func(_ context.Context, tx *store.Tx) error {
		for n := range 9 {
			in := i
			if n%3 == 2 {
				in = other
			}
			tx.AddPost(in, b.evidence(fmt.Sprintf("telegram:7/%d", n), "x"))
		}
		return nil
	})
	b.tx(func(ctx context.Context, tx *store.Tx) error {
		var got []post.ID
		for after, pages := "", 0; ; pages++ {
			es, next, err := tx.Posts(ctx, i.Number, after, 2)
			require.NoError(t, err)
			for _, e := range es {
				got = append(got, e.Post)
			}
			if after = next; after == "" {
				require.Equal(t, 2, pages)
				break
			}
		}
		require.Equal(t, []post.ID{"telegram:7/0", "telegram:7/1", "telegram:7/3", "telegram:7/4", "telegram:7/6", "telegram:7/7"}, got)
		for _, bad := range []struct {
			after string
			limit int
		}{{"rubbish", 1}, {"!", 1}, {"", 501}, {"", -1}} {
			_, _, err := tx.Posts(ctx, i.Number, bad.after, bad.limit)
			require.Equal(t, fault.Invalid, fault.KindOf(err))
		}
		return nil
	})
}

func TestFindByKey(t *testing.T) {
	b := open(t)
	text := store.Key{Kind: "text", Key: "abc"}
	hours := func(h int) time.Time { return b.now.Add(time.Duration(h) * time.Hour) }
	keyed := func(region string, k store.Key, change func(*incident.Incident)) incident.Incident {
		i := b.insert(region, func(i *incident.Incident) {
			i.Search = 5
			if change != nil {
				change(i)
			}
		})
		b.tx(func(_ context.Context, tx *store.Tx) error { tx.AddKeys(i, []store.Key{k}, b.now); return nil })
		return i
	}
	find := func(region string, v post.Visibility, k store.Key, search int64, at time.Time) (number int64) {
		b.tx(func(ctx context.Context, tx *store.Tx) error {
			sought := store.Sought{Region: region, Visibility: v, Searches: []int64{search, 77}, From: at.Add(-72 * time.Hour), To: at.Add(72 * time.Hour), Key: k}
			nothing := sought
			nothing.Key.Key = "nobody has it"
			found, err := tx.FindByKeys(ctx, []store.Sought{nothing, sought, nothing})
			require.Len(t, found, 3)
			require.Zero(t, found[0])
			require.Zero(t, found[2])
			number = found[1].Number
			return err
		})
		return number
	}
	first := keyed("RU-PRI", text, nil)
	keyed("RU-PRI", text, nil) // newer: the oldest one is found
	far := keyed("RU-SAM", text, nil)
	partner := keyed("RU-PRI", text, func(i *incident.Incident) { i.Visibility = post.Partner })

	require.Equal(t, first.Number, find("RU-PRI", post.Public, text, 5, hours(1)))
	require.Equal(t, far.Number, find("RU-SAM", post.Public, text, 5, hours(1)))
	require.Equal(t, partner.Number, find("RU-PRI", post.Partner, text, 5, hours(1)))
	require.Zero(t, find("RU-PRI", post.Sealed, text, 5, hours(1)), "of no other visibility")
	require.Zero(t, find("RU-PRI", post.Public, store.Key{Kind: "address", Key: "abc"}, 5, hours(1)), "of no other kind")
	require.Zero(t, find("RU-PRI", post.Public, store.Key{Kind: "text", Key: "abd"}, 5, hours(1)))
	require.Zero(t, find("RU-PRI", post.Public, text, 6, hours(1)), "opened for no other search")
	require.Equal(t, first.Number, find("RU-PRI", post.Public, text, 5, hours(72)), "the window includes its end")
	require.Zero(t, find("RU-PRI", post.Public, text, 5, hours(72).Add(time.Second)))
	require.Equal(t, first.Number, find("RU-PRI", post.Public, text, 5, hours(-72)), "it looks forward too")
	require.Zero(t, find("RU-PRI", post.Public, text, 5, hours(-73)))

	// A post that joined moves the window on.
	b.tx(func(_ context.Context, tx *store.Tx) error {
		tx.AddKeys(first, []store.Key{text}, hours(70))
		return nil
	})
	require.Equal(t, first.Number, find("RU-PRI", post.Public, text, 5, hours(140)))

	// One that was found to be a duplicate stands for what it repeats; a closed
	// one is not joined.
	original := b.insert("RU-PRI", func(i *incident.Incident) { i.Search = 9 })
	mark := func(i incident.Incident, s incident.State, of int64) {
		i.State, i.DuplicateOf = s, of
		b.tx(func(ctx context.Context, tx *store.Tx) error { return tx.Save(ctx, i) })
	}
	only := store.Key{Kind: "text", Key: "only"}
	repeat := keyed("RU-PRI", only, nil)
	mark(repeat, incident.Duplicate, original.Number)
	require.Equal(t, original.Number, find("RU-PRI", post.Public, only, 5, hours(1)))
	mark(original, incident.Closed, 0)
	require.Zero(t, find("RU-PRI", post.Public, only, 5, hours(1)))

	byHand := store.Key{Kind: "text", Key: "by hand"}
	hand := keyed("RU-PRI", byHand, func(i *incident.Incident) { i.Search = 0 })
	require.Equal(t, hand.Number, find("RU-PRI", post.Public, byHand, 5, hours(1)), "one opened by hand is joined whatever the search")
}

func TestHits(t *testing.T) {
	b := open(t)
	add := func(region string, id post.ID, bucket post.Bucket, published time.Time, searches []int64, versions []int) {
		var hits []store.Hit
		for n := range searches {
			hits = append(hits, store.Hit{Search: searches[n], Version: versions[n], Region: region, Post: id, Published: published, Bucket: bucket})
		}
		b.tx(func(_ context.Context, tx *store.Tx) error { tx.AddHits(hits...); return nil })
	}
	add("RU-PRI", "telegram:7/1", "standard-2026-11", b.now, []int64{1, 2, 1}, []int{1, 1, 1})
	add("RU-PRI", "telegram:7/1", "standard-2026-11", b.now, []int64{1}, []int{1}) // again
	add("RU-PRI", "telegram:7/2", "standard-2026-10", b.now.Add(-time.Hour), []int64{1}, []int{1})
	add("RU-PRI", "telegram:7/2", "standard-2026-10", b.now, []int64{1}, []int{2})
	add("RU-SAM", "telegram:7/1", "standard-2026-11", b.now, []int64{1}, []int{1})

	pri := store.ViewOf(access.Person{Role: access.Head, Regions: []string{"RU-PRI"}})
	hits := func(v store.View, search int64) []store.Hits {
		hs, err := b.Hits(t.Context(), v, search)
		require.NoError(t, err)
		return hs
	}
	require.Equal(t, []store.Hits{
		{Search: 1, Version: 1, Region: "RU-PRI", Posts: 2, Last: b.now},
		{Search: 1, Version: 2, Region: "RU-PRI", Posts: 1, Last: b.now},
	}, hits(pri, 1))
	require.Len(t, hits(store.Everything(), 1), 3)
	require.Empty(t, hits(store.View{}, 1))
	dropped, err := b.DropBucket(t.Context(), "standard-2026-10")
	require.NoError(t, err)
	require.EqualValues(t, 2, dropped)
	require.Len(t, hits(pri, 1), 1)
}

// `otklik forget` leaves none of a post's words behind.
func TestForget(t *testing.T) {
	b := open(t)
	opened := b.insert("RU-PRI", func(i *incident.Incident) { i.Title = "Мой адрес Светланская 5" })
	joined := b.insert("RU-PRI", func(i *incident.Incident) { i.Title = "Другое" })
	far := b.insert("RU-SAM", func(i *incident.Incident) { i.Title = "Мой адрес Светланская 5" })
	e := b.evidence("telegram:7/1", "Мой адрес Светланская 5")
	kept := b.evidence("telegram:7/2", "Другое")
	b.tx(func(_ context.Context, tx *store.Tx) error {
		for _, x := range []struct {
			i incident.Incident
			e incident.Evidence
		}{{opened, e}, {joined, kept}, {far, e}} {
			tx.AddPost(x.i, x.e)
		}
		tx.AddPost(joined, b.evidence("telegram:7/3", "Другое"))
		tx.AddHits(store.Hit{Search: 1, Version: 1, Region: "RU-PRI", Post: e.Post, Published: b.now, Bucket: "standard-2026-11"})
		tx.AddNotification(store.Message{Notification: store.Notification{Number: opened.Number, Channel: "webhook", Address: "https://example.org", Event: "assigned", Made: b.now},
			Region: "RU-PRI", Key: "k", Subject: "№ 1: Мой адрес Светланская 5", Text: "x\nМой адрес Светланская 5\n", Data: []byte(`{"incident":{"title":"Мой адрес Светланская 5"}}`), SendAfter: b.now}, nil)
		return nil
	})
	require.NoError(t, b.Forget(t.Context(), e.Post))
	require.NoError(t, b.Forget(t.Context(), e.Post), "again")
	for _, table := range []string{"incident", "incident_post", "incident_copy", "incident_event", "incident_key", "search_hit", "notification", "river_job"} {
		var n int
		require.NoError(t, b.Pool.QueryRow(t.Context(), `SELECT count(*) FROM `+table+` x WHERE x::text LIKE '%Светланская%'`).Scan(&n))
		require.Zero(t, n, table)
	}
	require.Len(t, b.posts(joined.Number), 2, "others stay")
	is, _, err := b.List(t.Context(), store.Everything(), store.Filter{Sort: store.ByOldest})
	require.NoError(t, err)
	require.Equal(t, []string{"telegram:7/1", "Другое", "telegram:7/1"}, []string{is[0].Title, is[1].Title, is[2].Title})
	require.EqualValues(t, 1, is[0].Posts, "the count says that it was there")
	m, _, ok, err := b.BeginSending(t.Context(), 1)
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, "№ 1: telegram:7/1", m.Subject)
	require.JSONEq(t, `{"incident":{"title":"telegram:7/1"}}`, string(m.Data))
}
