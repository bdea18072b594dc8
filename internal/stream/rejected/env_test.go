package rejected_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/stream"
	"github.com/otklik/otklik/internal/stream/kafka"
	streampg "github.com/otklik/otklik/internal/stream/postgres"
	"github.com/otklik/otklik/internal/stream/rejected"
	"github.com/otklik/otklik/internal/testenv"
)

// patience bounds the waits for what happens in other goroutines.
const patience = 40 * time.Second

var anna, boris = access.Person{ID: 7, Name: "Анна"}, access.Person{ID: 8, Name: "Борис"}

// env is one log with its rejected records.
type env struct {
	*rejected.Store
	t     *testing.T
	pool  *pgxpool.Pool
	log   stream.Log
	looks *looks
}

// looks is a log that notes how much is asked of it at once.
type looks struct {
	stream.Reader
	mu   sync.Mutex
	most int
	n    int
}

func (l *looks) Read(ctx context.Context, topic string, partition int, from int64, max int) ([]stream.Message, error) {
	ms, err := l.Reader.Read(ctx, topic, partition, from, max)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.n += len(ms); max > l.most {
		l.most = max
	}
	return ms, err
}

// onBoth runs a test on either log.
func onBoth(t *testing.T, test func(e *env)) {
	quiet := slog.New(slog.DiscardHandler)
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		pool := testenv.Postgres(t)
		l := streampg.New(streampg.Options{Pool: pool, Poll: 20 * time.Millisecond, Log: quiet})
		t.Cleanup(func() { require.NoError(t, l.Close()) })
		test(newEnv(t, pool, l, l, l.AppendTx))
	})
	t.Run("kafka", func(t *testing.T) {
		t.Parallel()
		l, err := kafka.New(kafka.Options{Brokers: testenv.Kafka(t), Prefix: testenv.KafkaPrefix(t), Session: 6 * time.Second, Log: quiet})
		require.NoError(t, err)
		t.Cleanup(func() { l.Close() })
		test(newEnv(t, testenv.Postgres(t), l, l, func(ctx context.Context, _ pgx.Tx, topic string, rs ...stream.Record) error {
			return l.Append(ctx, topic, rs...)
		}))
	})
}

func newEnv(t *testing.T, pool *pgxpool.Pool, l stream.Log, r stream.Reader, appendTx func(context.Context, pgx.Tx, string, ...stream.Record) error) *env {
	e := &env{t: t, pool: pool, log: l, looks: &looks{Reader: r}}
	e.Store = &rejected.Store{Pool: pool, Log: e.looks, Append: appendTx, Now: time.Now}
	return e
}

// append puts records into a topic.
func (e *env) append(topic string, rs ...stream.Record) {
	e.t.Helper()
	require.NoError(e.t, e.log.Append(e.t.Context(), topic, rs...))
}

// poison puts n records straight into the rejected topic.
func (e *env) poison(topic, reason string, n int) {
	e.t.Helper()
	rs := make([]stream.Record, n)
	for i := range rs {
		rs[i] = stream.Record{Key: fmt.Sprintf("telegram:1/%d", i), Value: fmt.Appendf(nil, "%s %d", reason, i),
			Headers: map[string]string{"reason": reason, "origin": fmt.Sprintf("%s/1/%d", topic, i), "at": "2026-11-24T09:00:00Z"}}
	}
	e.append(stream.Rejected(topic), rs...)
}

// list walks through a list to its end, by pages of a size.
func (e *env) list(f rejected.Filter, size int) (all []rejected.Record) {
	e.t.Helper()
	after := ""
	for range 10_000 {
		page, err := e.List(e.t.Context(), f, after, size)
		require.NoError(e.t, err)
		require.LessOrEqual(e.t, len(page.Records), size)
		all = append(all, page.Records...)
		if after = page.Next; after == "" {
			return all
		}
	}
	e.t.Fatal("the list has no end")
	return nil
}

func (e *env) one(f rejected.Filter) rejected.Record {
	e.t.Helper()
	all := e.list(f, 10)
	require.Len(e.t, all, 1)
	return all[0]
}

func (e *env) counts() map[string]rejected.Count {
	e.t.Helper()
	out := map[string]rejected.Count{}
	cs, err := e.Counts(e.t.Context())
	require.NoError(e.t, err)
	for _, c := range cs {
		out[c.Topic] = c
	}
	return out
}

var errPoison = errors.New("not to be processed")

// worker works a topic; what mended does not say is processed is rejected.
func (e *env) worker(topic string, mended func(stream.Message) bool) *stream.Counters {
	e.t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	var c stream.Counters
	ended := make(chan error, 1)
	go func() {
		ended <- stream.Work(ctx, stream.Job{Log: e.log, Topic: topic, Group: "workers", Counters: &c, LagEvery: -1, Logger: slog.New(slog.DiscardHandler),
			Handle: func(_ context.Context, batch []stream.Message) (out []stream.Rejection, _ error) {
				for _, m := range batch {
					if !mended(m) {
						out = append(out, m.Reject(errPoison))
					}
				}
				return out, nil
			}})
	}()
	e.t.Cleanup(func() { stop(); require.ErrorIs(e.t, <-ended, context.Canceled) })
	return &c
}

func (e *env) eventually(what string, ok func() bool) {
	e.t.Helper()
	require.Eventually(e.t, ok, patience, 20*time.Millisecond, what)
}
