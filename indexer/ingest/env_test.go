package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/search"
	searchpg "github.com/otklik/otklik/indexer/search/postgres"
	"github.com/otklik/otklik/indexer/standing"
	"github.com/otklik/otklik/indexer/text"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/stream"
	streampg "github.com/otklik/otklik/internal/stream/postgres"
	"github.com/otklik/otklik/internal/testenv"
)

var (
	analyzer = text.New()
	quiet    = slog.New(slog.DiscardHandler)
	start    = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	admin    = access.Person{Name: "admin", Role: access.Administrator, Regions: []string{"*"}, Sealed: true}
)

// line is what an indexer stands between: log, index and searches, all real.
type line struct {
	t     testing.TB
	pool  *pgxpool.Pool
	log   *streampg.Log
	index *searchpg.Index
	store *standing.Store
	kept  *kept
}

func newLine(t testing.TB) *line {
	pool := testenv.Postgres(t)
	log := streampg.New(streampg.Options{Pool: pool, Poll: 20 * time.Millisecond, Lease: 2 * time.Second, Log: quiet})
	t.Cleanup(func() { require.NoError(t, log.Close()) })
	known := func(code string) bool { return code != "RU-XXX" }
	return &line{t: t, pool: pool, log: log, index: searchpg.New(pool), kept: &kept{bodies: map[post.ID]string{}, gone: map[post.ID]bool{}},
		store: &standing.Store{Pool: pool, Now: time.Now, KnownRegion: known, CheckQuery: func(string) []fault.Field { return nil }}}
}

// compile is the line's own compiler.
func compile(s standing.Search) (query.Expr, []fault.Field) {
	return s.Compile(query.Compiler{Analyzer: analyzer, KnownRegion: func(string) bool { return true }})
}

func (l *line) searches(indexer string) *Searches {
	return &Searches{Store: l.store, Indexer: indexer, Compile: compile, Log: quiet}
}

func (l *line) ingester(s *Searches) *Ingester {
	return &Ingester{Index: l.index, Log: l.log, Bodies: l.kept, Forgotten: l.kept, Analyzer: analyzer, Searches: s}
}

func (l *line) past() *Past {
	return &Past{Store: l.store, Index: l.index, Log: l.log, Compile: compile, Logger: quiet}
}

// search saves a standing search.
func (l *line) search(query string, regions ...string) standing.Search {
	l.t.Helper()
	s, err := l.store.Create(context.Background(), admin, standing.Draft{Name: query, Query: query, Regions: regions})
	require.NoError(l.t, err)
	return s
}

// index finds what the index holds.
func (l *line) finds(q string) (ids []post.ID) {
	l.t.Helper()
	e, bad := compile(standing.Search{Query: q, Zone: "UTC"})
	require.Empty(l.t, bad)
	page, err := l.index.Search(context.Background(), access.Everything(), search.Request{Expr: e, Limit: 1000})
	require.NoError(l.t, err)
	ids = []post.ID{}
	for _, h := range page.Hits {
		ids = append(ids, h.ID)
	}
	return ids
}

// topic reads all of a topic, in order per key.
func (l *line) topic(name string) (out []stream.Message) {
	l.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	from, want := stream.Position{}, 0
	lags, err := l.log.Lag(ctx, "nobody", name)
	require.NoError(l.t, err)
	for _, g := range lags {
		from[g.Partition] = 0
		want += int(g.End)
	}
	tail, err := l.log.Tail(ctx, name, from)
	require.NoError(l.t, err)
	defer tail.Close()
	for len(out) < want {
		msgs, err := tail.Fetch(ctx, 1000)
		require.NoError(l.t, err)
		out = append(out, msgs...)
	}
	return out
}

// matches reads the topic "matches": key → its records.
func (l *line) matches() map[string][]Match {
	l.t.Helper()
	out := map[string][]Match{}
	for _, m := range l.topic(stream.Matches) {
		out[m.Key] = append(out[m.Key], decodeMatch(l.t, m.Value))
	}
	return out
}

func decodeMatch(t testing.TB, b []byte) Match {
	t.Helper()
	var m Match
	require.NoError(t, json.Unmarshal(b, &m))
	require.NoError(t, m.Check())
	return m
}

// kept is what the ledger keeps: contents of sealed posts, and who is forgotten.
type kept struct {
	mu     sync.Mutex
	bodies map[post.ID]string
	gone   map[post.ID]bool
	err    error
}

func (k *kept) Body(_ context.Context, id post.ID, rev int64) (post.Post, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.err != nil {
		return post.Post{}, k.err
	}
	if s, ok := k.bodies[id]; ok {
		return post.Post{Type: post.TypePost, Text: s}, nil
	}
	return post.Post{}, fault.New(fault.NotFound, "there is no body of %s in revision %d", id, rev)
}

func (k *kept) Forgotten(context.Context, []post.ID) (map[post.ID]bool, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return maps.Clone(k.gone), k.err
}

// record makes revision n of telegram:1/n, in RU-PRI.
func record(n int, text string, change ...func(*post.Record)) post.Record {
	published := start.Add(time.Duration(n) * time.Second)
	bucket, _ := post.NewBucket("standard", published)
	r := post.Record{Envelope: post.Envelope{
		V: 1, Kind: post.Revision, ID: post.ID(fmt.Sprintf("telegram:1/%d", n)), Rev: int64(n), Hash: "h", Observed: published, Published: published,
		Bucket: bucket, Origin: post.Live, Regions: []string{"RU-PRI"}, Visibility: post.Public,
	}, Post: &post.Post{Type: post.TypePost, Text: text}}
	for _, c := range change {
		c(&r)
	}
	return r
}

func in(regions ...string) func(*post.Record) { return func(r *post.Record) { r.Regions = regions } }
func rev(n int64) func(*post.Record)          { return func(r *post.Record) { r.Rev = n } }
func sealed(r *post.Record)                   { r.Visibility, r.Post = post.Sealed, nil }
func deletion(r *post.Record)                 { r.Kind, r.Post = post.Deletion, nil }
func counters(r *post.Record)                 { r.Kind = post.Counters }

func encode(t testing.TB, rs ...post.Record) (out []stream.Record) {
	t.Helper()
	for _, r := range rs {
		v, err := post.Encode(r)
		require.NoError(t, err)
		out = append(out, stream.Record{Key: string(r.ID), Value: v})
	}
	return out
}

func messages(rs ...stream.Record) (out []stream.Message) {
	for i, r := range rs {
		out = append(out, stream.Message{Record: r, Topic: stream.Posts, Offset: int64(i)})
	}
	return out
}

// recorder notes what is done, in its order, and fails where it is told to. It
// takes the place of index and log where order and failure are all there is.
type recorder struct {
	steps   []string // "put", or a topic
	docs    []search.Document
	records map[string][]stream.Record
	fail    string // the step that fails
	refuse  map[int]error
	within  func(ctx context.Context, step string)
}

var errAway = fault.New(fault.Unavailable, "the engine is away")

func (r *recorder) step(ctx context.Context, name string) error {
	if r.within != nil {
		r.within(ctx, name)
	}
	if r.fail == name {
		return errAway
	}
	r.steps = append(r.steps, name)
	return nil
}

func (r *recorder) Put(ctx context.Context, docs []search.Document) error {
	if err := r.step(ctx, "put"); err != nil {
		return err
	}
	r.docs = append(r.docs, docs...)
	if len(r.refuse) > 0 {
		return fmt.Errorf("bulk: %w", &search.PutError{Refused: r.refuse})
	}
	return nil
}

func (r *recorder) Append(ctx context.Context, topic string, records ...stream.Record) error {
	if err := r.step(ctx, topic); err != nil {
		return err
	}
	if r.records == nil {
		r.records = map[string][]stream.Record{}
	}
	r.records[topic] = append(r.records[topic], records...)
	return nil
}

func (r *recorder) Drop(context.Context, post.Bucket) error        { return errors.ErrUnsupported }
func (r *recorder) Forget(context.Context, post.ID) error          { return errors.ErrUnsupported }
func (r *recorder) Buckets(context.Context) ([]post.Bucket, error) { return nil, errors.ErrUnsupported }

// fixed is a set of searches that is never stored.
type fixed []standing.Search

func (f fixed) Changes(_ context.Context, since int64) ([]standing.Search, int64, error) {
	if since > 0 {
		return nil, 1, nil
	}
	return f, 1, nil
}
func (f fixed) Acknowledge(context.Context, string, int64, int) error { return nil }
func (f fixed) Leave(context.Context, string) error                   { return nil }

// recorded makes an ingester whose effects are noted.
func recorded(r *recorder, ss ...standing.Search) *Ingester {
	for i := range ss {
		ss[i].Zone = "UTC"
	}
	return &Ingester{Index: r, Log: r, Bodies: &kept{}, Forgotten: &kept{}, Analyzer: analyzer,
		Searches: &Searches{Store: fixed(ss), Indexer: "one", Compile: compile, Log: quiet}}
}
