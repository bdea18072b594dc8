package ingest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/standing"
	"github.com/otklik/otklik/indexer/text"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/stream"
)

// From the log to the index, "indexed" and "matches", on real engines.
func TestALineOfPosts(t *testing.T) {
	l := newLine(t)
	water, all := l.search("вода", "RU-PRI"), l.search("вода", "*")
	hidden, err := l.store.Create(t.Context(), admin, standing.Draft{Name: "тайна", Query: "вода", Regions: []string{"*"}, Sealed: true})
	require.NoError(t, err)
	l.search("снег", "*")
	l.kept.bodies["telegram:1/4"] = "вода в приюте"
	l.kept.gone["telegram:1/5"] = true
	require.NoError(t, l.log.Append(t.Context(), stream.Posts, encode(t,
		record(1, "нет воды"),
		record(2, "воды нет", in("RU-SAM", "RU-PRI")),
		record(3, "нет света"),
		record(4, "", sealed),
		record(5, "вода, о которой просили забыть"),
		record(6, "вода"),
		record(6, "вода", counters, rev(16)),
		record(6, "", deletion, rev(17)),
		record(7, "вода", in()),
	)...))
	l.work(9)

	require.Equal(t, []post.ID{"telegram:1/7", "telegram:1/6", "telegram:1/4", "telegram:1/2", "telegram:1/1"}, l.finds("вода"))
	require.Equal(t, []post.ID{"telegram:1/3"}, l.finds("свет"))

	indexed := map[post.ID][]Indexed{}
	for _, m := range l.topic(stream.Indexed) {
		var e Indexed
		require.NoError(t, json.Unmarshal(m.Value, &e))
		require.Equal(t, text.Edition{Code: text.Version}.Number(), e.Analysis)
		require.Equal(t, string(e.ID), m.Key)
		indexed[e.ID] = append(indexed[e.ID], e)
	}
	require.Len(t, indexed, 6)
	require.Equal(t, "нет воды", indexed["telegram:1/1"][0].Post.Text)
	require.Nil(t, indexed["telegram:1/4"][0].Post)
	require.Equal(t, []post.Kind{post.Revision, post.Counters, post.Deletion},
		[]post.Kind{indexed["telegram:1/6"][0].Kind, indexed["telegram:1/6"][1].Kind, indexed["telegram:1/6"][2].Kind})

	got := l.matches()
	searched := func(key string, i int) (ids []int64) {
		for _, s := range got[key][i].Searches {
			require.Equal(t, 1, s.Version)
			ids = append(ids, s.ID)
		}
		return ids
	}
	require.Equal(t, []int64{water.ID, all.ID, hidden.ID}, searched("RU-PRI|telegram:1/1", 0))
	require.Equal(t, []int64{water.ID, all.ID, hidden.ID}, searched("RU-PRI|telegram:1/2", 0))
	require.Equal(t, []int64{all.ID, hidden.ID}, searched("RU-SAM|telegram:1/2", 0), "a search of one region matches nothing in another")
	require.Equal(t, []int64{hidden.ID}, searched("RU-PRI|telegram:1/4", 0), "only who may see sealed posts")
	require.Nil(t, got["RU-PRI|telegram:1/4"][0].Post)
	require.Equal(t, "нет воды", got["RU-PRI|telegram:1/1"][0].Post.Text)
	require.Equal(t, post.Live, got["RU-PRI|telegram:1/1"][0].Origin)
	gone := got["RU-PRI|telegram:1/6"]
	require.Len(t, gone, 2, "the revision and the deletion; counters match nothing anew")
	require.Equal(t, post.Deletion, gone[1].Kind)
	require.Empty(t, gone[1].Searches)
	require.Len(t, got, 5)

	// What is sealed, and what is to be forgotten, is nowhere in the log.
	for _, topic := range []string{stream.Indexed, stream.Matches, stream.Rejected(stream.Posts)} {
		for _, m := range l.topic(topic) {
			require.False(t, bytes.Contains(m.Value, []byte("приют")), topic)
			require.NotContains(t, m.Key, "telegram:1/5", topic)
		}
	}
}

// work ingests until so many messages are committed.
func (l *line) work(n int64) *stream.Counters {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	counters := &stream.Counters{}
	done := make(chan error, 1)
	go func() {
		done <- stream.Work(ctx, stream.Job{Log: l.log, Topic: stream.Posts, Group: "indexer", Handle: l.ingester(l.searches("one")).Handle,
			Counters: counters, LagEvery: -1, Pause: 10 * time.Millisecond, Logger: quiet})
	}()
	require.Eventually(l.t, func() bool { return counters.Handled.Load()+counters.Rejected.Load() >= n }, 25*time.Second, 10*time.Millisecond)
	cancel()
	require.ErrorIs(l.t, <-done, context.Canceled)
	return counters
}

// What can't be processed goes to posts.rejected with its reason; the rest of
// the same batch goes on.
func TestOneBadRecordStopsNothing(t *testing.T) {
	l := newLine(t)
	l.search("вода", "*")
	good := encode(t, record(1, "вода"), record(2, "вода"))
	bad := map[string]string{} // key → reason
	add := func(reason string, r post.Record) stream.Record {
		bad[string(r.ID)] = reason
		return encode(t, r)[0]
	}
	records := []stream.Record{
		good[0],
		{Key: "garbage", Value: []byte(`{"v":1,`)},
		{Key: "empty"},
		add("envelope version is not readable", record(11, "вода", func(r *post.Record) { r.V = 7 })),
		add("carries no post", record(12, "", func(r *post.Record) { r.Post = nil })),
		add("body of a sealed post: there is no body", record(13, "", sealed)),
		add("index: ", record(14, "вода", func(r *post.Record) { r.Bucket = "standard-1999-01" })),
		add("kind \"rumour\" is unknown", record(15, "вода", func(r *post.Record) { r.Kind = "rumour" })),
		add("index: ", record(16, "во\x00да")),
		good[1],
	}
	bad["garbage"], bad["empty"] = "not a post record", "not a post record"
	require.NoError(t, l.log.Append(t.Context(), stream.Posts, records...))
	counted := l.work(int64(len(records)))
	require.EqualValues(t, 2, counted.Handled.Load())
	require.EqualValues(t, len(bad), counted.Rejected.Load())
	require.Equal(t, []post.ID{"telegram:1/2", "telegram:1/1"}, l.finds("вода"))
	require.Len(t, l.topic(stream.Indexed), 2)
	require.Len(t, l.matches(), 2)
	for _, m := range l.topic(stream.Rejected(stream.Posts)) {
		require.Contains(t, m.Headers["reason"], bad[m.Key], m.Key)
		delete(bad, m.Key)
	}
	require.Empty(t, bad)
}

// Index, then indexed, then matches: a failure leaves the later steps undone,
// and the batch that comes again does all of them.
func TestTheOrderOfEffects(t *testing.T) {
	msgs := messages(encode(t, record(1, "вода"), record(2, "свет"))...)
	water := standing.Search{ID: 1, Version: 3, Query: "вода", Regions: []string{"*"}}
	for fail, before := range map[string][]string{"put": nil, stream.Indexed: {"put"}, stream.Matches: {"put", stream.Indexed}} {
		r := &recorder{fail: fail}
		g := recorded(r, water)
		_, err := g.Handle(t.Context(), msgs)
		require.ErrorIs(t, err, errAway)
		require.Equal(t, before, r.steps)
		r.fail, r.steps, r.records = "", nil, nil
		for range 2 { // and once more, as after a commit that failed
			rejected, err := g.Handle(t.Context(), msgs)
			require.NoError(t, err)
			require.Empty(t, rejected)
		}
		require.Equal(t, []string{"put", stream.Indexed, stream.Matches, "put", stream.Indexed, stream.Matches}, r.steps)
		require.Len(t, r.records[stream.Indexed], 4)
		require.Equal(t, r.records[stream.Matches][0], r.records[stream.Matches][1], "the same match, which the desk knows")
		m := decodeMatch(t, r.records[stream.Matches][0].Value)
		require.Equal(t, []Searched{{ID: 1, Version: 3}}, m.Searches, "a match belongs to a version")
	}
}

func TestRepeatingABatchChangesNothingInTheIndex(t *testing.T) {
	l := newLine(t)
	g := l.ingester(l.searches("one"))
	msgs := messages(encode(t, record(1, "вода"), record(2, "вода"), record(1, "снег", rev(5)), record(2, "", deletion, rev(6)))...)
	for range 3 {
		_, err := g.Handle(t.Context(), msgs)
		require.NoError(t, err)
		require.Equal(t, []post.ID{"telegram:1/2"}, l.finds("вода"))
		require.Equal(t, []post.ID{"telegram:1/1"}, l.finds("снег"))
	}
	_, err := g.Handle(t.Context(), msgs[:1]) // a part of it, late
	require.NoError(t, err)
	require.Equal(t, []post.ID{"telegram:1/1"}, l.finds("снег"))
}

func TestWhatTheIndexRefusesIsRejectedAlone(t *testing.T) {
	r := &recorder{refuse: map[int]error{1: errors.New("too strange"), 3: errors.New("stranger")}}
	g := recorded(r, standing.Search{ID: 1, Version: 1, Query: "", Regions: []string{"*"}})
	msgs := messages(slices.Concat([]stream.Record{{Key: "x", Value: []byte("x")}},
		encode(t, record(1, "а"), record(2, "б"), record(3, "в"), record(4, "г")))...)
	rejected, err := g.Handle(t.Context(), msgs)
	require.NoError(t, err)
	var keys []string
	for _, b := range rejected {
		keys = append(keys, b.Message.Key)
	}
	require.Equal(t, []string{"x", "telegram:1/2", "telegram:1/4"}, keys)
	require.EqualError(t, rejected[2].Err, "index: stranger")
	for topic, want := range map[string][]string{
		stream.Indexed: {"telegram:1/1", "telegram:1/3"},
		stream.Matches: {"RU-PRI|telegram:1/1", "RU-PRI|telegram:1/3"},
	} {
		keys = nil
		for _, rec := range r.records[topic] {
			keys = append(keys, rec.Key)
		}
		require.Equal(t, want, keys)
	}
}

// The ledger being away is nobody's fault: nothing is rejected for it, and
// nothing is done.
func TestTroubleOfTheLedgerHasTheBatchComeAgain(t *testing.T) {
	var garbage error = &json.SyntaxError{}
	for _, c := range []struct {
		name      string
		forgotten error
		body      error
		rejected  bool
	}{
		{name: "forgotten", forgotten: errors.New("connection refused")},
		{name: "body", body: errors.New("the database system is shutting down")},
		{name: "body gone", body: fault.New(fault.NotFound, "no body"), rejected: true},
		{name: "body garbage", body: fmt.Errorf("scan: %w", garbage), rejected: true},
	} {
		r := &recorder{}
		g := recorded(r, standing.Search{ID: 1, Version: 1, Query: "вода", Regions: []string{"*"}, Sealed: true})
		g.Forgotten, g.Bodies = &kept{err: c.forgotten}, &kept{err: c.body}
		rejected, err := g.Handle(t.Context(), messages(encode(t, record(1, "вода"), record(2, "", sealed))...))
		if c.rejected {
			require.NoError(t, err, c.name)
			require.Len(t, rejected, 1, c.name)
			require.Len(t, r.docs, 1, c.name)
			continue
		}
		require.Equal(t, fault.Unavailable, fault.KindOf(err), c.name)
		require.True(t, stream.IsTransient(err), c.name)
		require.Empty(t, rejected, c.name)
		require.Empty(t, r.steps, c.name)
	}
}

// A sealed post that came with its body after all is read from the ledger like
// every other, and its body goes no further.
func TestTheBodyOfASealedPostGoesNoFurther(t *testing.T) {
	r := &recorder{}
	g := recorded(r, standing.Search{ID: 1, Version: 1, Query: "тайна", Regions: []string{"*"}, Sealed: true})
	g.Bodies = &kept{bodies: map[post.ID]string{"telegram:1/1": "тайна"}}
	leak := record(1, "утечка", func(r *post.Record) { r.Visibility = post.Sealed })
	_, err := g.Handle(t.Context(), messages(encode(t, leak)...))
	require.NoError(t, err)
	require.Nil(t, r.docs[0].Post)
	require.Equal(t, "тайна", r.docs[0].Body.Text)
	require.Len(t, r.records[stream.Matches], 1)
	for topic, rs := range r.records {
		require.NotContains(t, string(rs[0].Value), "утечка", topic)
		require.NotContains(t, string(rs[0].Value), "тайна", topic)
	}
}

// A post that thousands of searches match gives several records of one key,
// none greater than the log allows, and no search is missing.
func TestManySearchesAreSplit(t *testing.T) {
	const n = 2*maxSearched + 1
	var ss []standing.Search
	for i := range n {
		ss = append(ss, standing.Search{ID: int64(1_000_000_000 + i), Version: 1_000, Query: "вода", Regions: []string{"RU-PRI"}})
	}
	r := &recorder{}
	long := record(1, string(bytes.Repeat([]byte("вода\n"), post.MaxText/len("вода\n"))))
	_, err := recorded(r, ss...).Handle(t.Context(), messages(encode(t, long)...))
	require.NoError(t, err)
	records := r.records[stream.Matches]
	require.Len(t, records, 3)
	require.NoError(t, stream.Check(records...))
	seen := map[int64]bool{}
	for _, rec := range records {
		require.Equal(t, "RU-PRI|telegram:1/1", rec.Key)
		for _, s := range decodeMatch(t, rec.Value).Searches {
			seen[s.ID] = true
		}
	}
	require.Len(t, seen, n)
}

// An edit after which a post matches no search goes to the desk, which may have
// it as evidence; a first revision that matches nothing does not.
func TestAnEditThatMatchesNoMoreIsTold(t *testing.T) {
	l := newLine(t)
	water := l.search("вода", "RU-PRI")
	again := func(r *post.Record) { r.Again = true }
	require.NoError(t, l.log.Append(t.Context(), stream.Posts, encode(t,
		record(1, "нет воды"), record(2, "снег"), record(1, "всё починили", rev(11), again))...))
	l.work(3)
	got := l.matches()["RU-PRI|telegram:1/1"]
	require.Len(t, got, 2)
	require.Equal(t, water.ID, got[0].Searches[0].ID)
	require.Empty(t, got[1].Searches)
	require.Equal(t, "всё починили", got[1].Post.Text)
	require.Empty(t, l.matches()["RU-PRI|telegram:1/2"])
}

// The record that an index stores is told to feeds as it is.
func TestAnIndexedIsARecord(t *testing.T) {
	p := &post.Post{Type: post.TypePost, Text: "Нет воды <третий> день & ночь"}
	e := post.Envelope{V: 1, Kind: post.Revision, ID: "telegram:1/1", Rev: 7, Regions: []string{"RU-PRI"}, Again: true, PublishedRaw: "вчера"}
	for _, p := range []*post.Post{p, nil} {
		a, err := post.Encode(Indexed{Envelope: e, Post: p})
		require.NoError(t, err)
		b, err := post.Encode(post.Record{Envelope: e, Post: p})
		require.NoError(t, err)
		require.Equal(t, string(a), string(b))
	}
}
