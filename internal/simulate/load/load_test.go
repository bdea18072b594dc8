package load_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/simulate"
	"github.com/otklik/otklik/internal/simulate/load"
	"github.com/otklik/otklik/internal/stream"
	"github.com/otklik/otklik/internal/stream/kafka"
	"github.com/otklik/otklik/internal/stream/postgres"
	"github.com/otklik/otklik/internal/testenv"
)

// readableLog is a log that can be read again.
type readableLog interface {
	stream.Log
	stream.Reader
}

func logs() map[string]func(t testing.TB) readableLog {
	return map[string]func(t testing.TB) readableLog{
		"postgres": func(t testing.TB) readableLog {
			l := postgres.New(postgres.Options{Pool: testenv.Postgres(t)})
			t.Cleanup(func() { require.NoError(t, l.Close()) })
			return l
		},
		"kafka": func(t testing.TB) readableLog {
			l, err := kafka.New(kafka.Options{Brokers: testenv.Kafka(t), Prefix: testenv.Name(t)})
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, l.Close()) })
			return l
		},
	}
}

func options(t testing.TB, log load.Appender) load.Options {
	t.Helper()
	lines, err := simulate.Corpus()
	require.NoError(t, err)
	var bodies []load.Body
	told := map[string]bool{} // rumours go round in the same words
	for _, l := range lines[:200] {
		if l.Post.Normalize(); !told[l.Post.Text] {
			told[l.Post.Text] = true
			bodies = append(bodies, load.Body{Source: l.ID.Source(), Post: l.Post})
		}
	}
	var rev atomic.Int64
	return load.Options{Log: log, NextRev: func(context.Context) (int64, error) { return rev.Add(1), nil }, Now: time.Now,
		Bodies: bodies, Regions: []string{"RU-PRI"}, Class: "standard", First: 1000, Seed: 7}
}

// all reads everything in a log, in the order of each post.
func all(t *testing.T, l readableLog) (out []post.Record) {
	t.Helper()
	for p := range stream.Partitions {
		for from := int64(0); ; {
			msgs, err := l.Read(t.Context(), stream.Posts, p, from, 500)
			require.NoError(t, err)
			if len(msgs) == 0 {
				break
			}
			for _, m := range msgs {
				r, err := post.Decode(m.Value)
				require.NoError(t, err)
				require.Equal(t, m.Key, string(r.ID))
				out = append(out, r)
				from = m.Offset + 1
			}
		}
	}
	return out
}

// What was said to be written is in the log: so many posts, copies and edits.
func TestSharesInEitherLog(t *testing.T) {
	for name, open := range logs() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := open(t)
			o := options(t, l)
			o.Posts, o.Copies, o.Edits = 6000, 0.1, 0.05
			var last load.Report
			o.Progress = func(r load.Report) { last = r }
			said, err := load.Run(t.Context(), o)
			require.NoError(t, err)
			require.EqualValues(t, 6000, said.Records())
			require.Equal(t, said, last, "the end is told, too")
			require.InDelta(t, 600, said.Copies, 120)
			require.InDelta(t, 300, said.Edits, 90)

			revs, texts, edits := map[post.ID]int64{}, map[string]bool{}, int64(0)
			for _, r := range all(t, l) {
				require.Equal(t, []string{"RU-PRI"}, r.Regions)
				require.Equal(t, r.Post.Hash(""), r.Hash)
				require.Greater(t, r.Rev, revs[r.ID], "an edit comes after what it edits")
				require.Equal(t, revs[r.ID] > 0, r.Again)
				if r.Again {
					edits++
					require.Contains(t, r.Post.Text, "\nUPD ")
				}
				texts[r.Post.Text] = true
				revs[r.ID] = r.Rev
			}
			require.EqualValues(t, said.Posts(), len(revs))
			require.Equal(t, said.Edits, edits)
			require.EqualValues(t, said.New+said.Edits, len(texts), "everything but copies has words of its own")
		})
	}
}

// Where there is a rate it is kept: the first batch comes at once, the rest in its time.
func TestRate(t *testing.T) {
	l := logs()["postgres"](t)
	o := options(t, l)
	o.Posts, o.Rate = 60, 200
	said, err := load.Run(t.Context(), o)
	require.NoError(t, err)
	require.EqualValues(t, 60, said.New)
	require.GreaterOrEqual(t, said.Took, 190*time.Millisecond, "40 of 60 wait for 5 ms each")
}

// Without an end it goes on until it is told to stop, and that is no error.
func TestUntilStopped(t *testing.T) {
	l := logs()["postgres"](t)
	o := options(t, l)
	o.Rate = 2000
	ctx, stop := context.WithCancel(t.Context())
	o.Progress = func(r load.Report) {
		if r.Records() > 0 {
			stop()
		}
	}
	said, err := load.Run(ctx, o)
	require.NoError(t, err)
	require.Positive(t, said.Records())
	require.GreaterOrEqual(t, len(all(t, l)), int(said.Records()), "nothing is said to be written that isn't")
}

// A log that refuses ends it, with what was written until then.
func TestALogThatIsAway(t *testing.T) {
	o := options(t, nil)
	away := errors.New("away")
	o.NextRev = func(context.Context) (int64, error) { return 0, away }
	said, err := load.Run(t.Context(), o)
	require.ErrorIs(t, err, away)
	require.Zero(t, said.Records())
}

func TestWhatIsWrongIsNamed(t *testing.T) {
	o := options(t, nil)
	o.Posts, o.Rate, o.Copies, o.Edits = -1, -2, 0.7, 1.5
	_, err := load.Run(t.Context(), o)
	require.Equal(t, fault.Invalid, fault.KindOf(err))
	for _, want := range []string{"--posts: -1", "--rate: -2", "--edits: 1.5 is no share", "more than all: 2.2"} {
		require.ErrorContains(t, err, want)
	}
	o = options(t, nil)
	o.Bodies = nil
	_, err = load.Run(t.Context(), o)
	require.ErrorContains(t, err, "nothing to make posts of")
	require.False(t, strings.Contains(err.Error(), "--"), "no flag is to blame")
}

// BenchmarkRun measures the fastest form; GOMAXPROCS=1 gives what one core does.
func BenchmarkRun(b *testing.B) {
	for name, open := range logs() {
		b.Run(name, func(b *testing.B) {
			o := options(b, open(b))
			o.Posts = int64(b.N)
			b.ResetTimer()
			r, err := load.Run(b.Context(), o)
			require.NoError(b, err)
			b.ReportMetric(r.PerSecond(), "posts/s")
		})
	}
}
