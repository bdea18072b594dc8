package feed_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	client "github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/feed"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/text"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/stream"
	"github.com/otklik/otklik/internal/stream/kafka"
	"github.com/otklik/otklik/internal/stream/postgres"
	"github.com/otklik/otklik/internal/stream/streamtest"
	"github.com/otklik/otklik/internal/testenv"
)

var (
	analyzer = text.New()
	quiet    = slog.New(slog.DiscardHandler)
	start    = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
)

// engines runs a test on every log there is. open gives a further client of
// one log, as another process has it.
func engines(t *testing.T, test func(t *testing.T, open func(*streamtest.Line) stream.Log)) {
	t.Run("postgres", func(t *testing.T) {
		url := testenv.DatabaseURL(t)
		test(t, func(line *streamtest.Line) stream.Log { return openPostgres(t, url, line) })
	})
	t.Run("kafka", func(t *testing.T) {
		brokers, prefix := testenv.Kafka(t), testenv.Name(t)+"."
		t.Cleanup(func() {
			ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
			defer cancel()
			c := &client.Client{Addr: client.TCP(brokers...), Transport: &client.Transport{}}
			_, err := c.DeleteTopics(ctx, &client.DeleteTopicsRequest{Topics: []string{prefix + stream.Indexed}})
			require.NoError(t, err)
		})
		test(t, func(line *streamtest.Line) stream.Log {
			l, err := kafka.New(kafka.Options{Brokers: brokers, Prefix: prefix, Dial: line.Dial, Log: quiet})
			require.NoError(t, err)
			t.Cleanup(func() { l.Close() })
			return l
		})
	})
}

func openPostgres(t *testing.T, url string, line *streamtest.Line) stream.Log {
	cfg, err := pgxpool.ParseConfig(url)
	require.NoError(t, err)
	cfg.ConnConfig.DialFunc = line.Dial
	pool, err := pgxpool.NewWithConfig(context.Background(), cfg)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	l := postgres.New(postgres.Options{Pool: pool, Poll: 50 * time.Millisecond, Log: quiet})
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	return l
}

// onPostgres is for what doesn't depend on the engine.
func onPostgres(t *testing.T) stream.Log {
	return openPostgres(t, testenv.DatabaseURL(t), &streamtest.Line{})
}

// bodies holds the contents of sealed posts; a post that is not there fails
// with err.
type bodies struct {
	mu  sync.Mutex
	all map[post.ID]string
	err error
}

func (b *bodies) Body(_ context.Context, id post.ID, _ int64) (post.Post, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if s, ok := b.all[id]; ok {
		return post.Post{Text: s}, nil
	}
	return post.Post{}, b.err
}

func (b *bodies) put(id post.ID, s string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.all[id] = s
}

func (b *bodies) fail(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.err = err
}

// hub runs a hub until the test ends and waits until it works.
func hub(t *testing.T, o feed.Options) *feed.Hub {
	t.Helper()
	o.Logger = quiet
	if o.Analyzer == nil {
		o.Analyzer = analyzer
	}
	if o.Bodies == nil {
		o.Bodies = &bodies{}
	}
	h := feed.New(o)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx) }()
	t.Cleanup(func() { cancel(); require.NoError(t, <-done) })
	subscribe(t, h, access.Everything(), "", nil).Close()
	return h
}

func expr(t testing.TB, q string) func() query.Expr { return compiled(t, analyzer, q) }

func compiled(t testing.TB, z *text.Analyzer, q string) func() query.Expr {
	t.Helper()
	n, es := query.Parse(q)
	require.Empty(t, es)
	return func() query.Expr {
		e, err := query.Bind(n, z, query.Reader{})
		require.NoError(t, err)
		return e
	}
}

func subscribe(t testing.TB, h *feed.Hub, scope access.Scope, q string, from stream.Position) *feed.Subscription {
	t.Helper()
	s, err := h.Subscribe(soon(t), scope, expr(t, q), from)
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return s
}

// soon bounds what a test waits for.
func soon(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// record makes a revision of telegram:1/n in RU-PRI.
func record(n int, text string, change ...func(*post.Record)) post.Record {
	published := start.Add(time.Duration(n) * time.Second)
	bucket, _ := post.NewBucket("standard", published)
	r := post.Record{Envelope: post.Envelope{
		V: 1, Kind: post.Revision, ID: post.ID(fmt.Sprintf("telegram:1/%d", n)), Rev: int64(n), Observed: published, Published: published,
		Bucket: bucket, Origin: post.Live, Regions: []string{"RU-PRI"}, Visibility: post.Public,
	}, Post: &post.Post{Type: post.TypePost, Text: text}}
	for _, c := range change {
		c(&r)
	}
	return r
}

func sealed(r *post.Record) { r.Visibility, r.Post = post.Sealed, nil }

func add(t testing.TB, l stream.Log, rs ...post.Record) {
	t.Helper()
	var out []stream.Record
	for _, r := range rs {
		v, err := post.Encode(r)
		require.NoError(t, err)
		out = append(out, stream.Record{Key: string(r.ID), Value: v})
	}
	require.NoError(t, l.Append(soon(t), stream.Indexed, out...))
}

// next gives the id of the next event and where to go on after it.
func next(t testing.TB, s *feed.Subscription) (post.ID, stream.Position) {
	t.Helper()
	e, err := s.Next(soon(t))
	require.NoError(t, err)
	return e.Record.ID, e.Position
}

// untilLast gives the ids of the events up to that of one post.
func untilLast(t testing.TB, s *feed.Subscription, last post.ID) (ids []post.ID) {
	t.Helper()
	for {
		id, _ := next(t, s)
		ids = append(ids, id)
		if id == last {
			return ids
		}
	}
}
