// Package streamtest is the suite that every implementation of stream.Log
// passes: what package stream promises, on a real engine.
package streamtest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/stream"
	"github.com/otklik/otklik/internal/testenv"
)

// Engine is one implementation under test.
type Engine struct {
	// Open gives a client of the same log every time, whose connections go
	// through line, and closes it when the test ends.
	Open func(t testing.TB, line *Line) stream.Log
	// Dense: offsets have no holes.
	Dense bool
	// Lapse is the time after which a dead consumer's partitions are others'.
	Lapse time.Duration
}

// patience bounds every wait of the suite; nothing takes as long unless broken.
const patience = 40 * time.Second

// Run runs the whole suite.
func Run(t *testing.T, e Engine) {
	for _, c := range []struct {
		name string
		test func(*testing.T, Engine)
	}{
		{"what was appended comes whole", testWhole},
		{"the key alone decides the partition", testPartition},
		{"order per key", testOrder},
		{"too large is refused whole", testTooLarge},
		{"bad names are refused", testNames},
		{"fetch gives at most max", testMax},
		{"fetch ends with its context", testContext},
		{"writers and readers under load skip nothing", testLoad},
		{"groups are independent", testGroups},
		{"a group shares the partitions", testShare},
		{"one who leaves hands over", testLeave},
		{"one who dies hands over", testDie},
		{"uncommitted comes again", testRedelivery},
		{"a late commit does not go back", testLateCommit},
		{"commits of smaller offsets do not go back", testSmallerCommit},
		{"tail from the end", testTailEnd},
		{"tail from a position", testTailPosition},
		{"lag", testLag},
		{"behind, in records and in time", testBehind},
		{"looking into a topic", testLook},
		{"a closed consumer says so", testClosed},
		{"append fails when the engine is away", testAway},
	} {
		t.Run(c.name, func(t *testing.T) { t.Parallel(); c.test(t, e) })
	}
	RunWork(t, e)
}

// records makes n records over a number of keys; the values are distinct.
func records(n, keys int) []stream.Record {
	out := make([]stream.Record, n)
	for i := range out {
		out[i] = stream.Record{Key: fmt.Sprintf("ключ-%d", i%keys), Value: fmt.Appendf(nil, "запись %d", i)}
	}
	return out
}

func deadline(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

type fetcher interface {
	Fetch(ctx context.Context, max int) ([]stream.Message, error)
}

// take fetches until n different messages have come; some may come twice.
func take(t testing.TB, from fetcher, n int) []stream.Message {
	t.Helper()
	ctx := deadline(t)
	seen := map[string]bool{}
	var out []stream.Message
	for len(seen) < n {
		msgs, err := from.Fetch(ctx, 100)
		require.NoError(t, err, "after %d of %d messages", len(seen), n)
		require.NotEmpty(t, msgs)
		for _, m := range msgs {
			seen[m.Origin()] = true
		}
		out = append(out, msgs...)
	}
	return out
}

// groupOf keeps the groups of tests that run side by side apart: a group's
// members all ask for the same topics.
func groupOf(name, topic string) string { return name + "-" + topic }

func consume(t testing.TB, l stream.Log, group string, topics ...string) stream.Consumer {
	t.Helper()
	c, err := l.Consume(deadline(t), groupOf(group, topics[0]), topics...)
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	return c
}

func tail(t testing.TB, l stream.Log, topic string, from stream.Position) stream.Tail {
	t.Helper()
	r, err := l.Tail(deadline(t), topic, from)
	require.NoError(t, err)
	t.Cleanup(func() { r.Close() })
	return r
}

func values(msgs []stream.Message) []string {
	var out []string
	for _, m := range msgs {
		out = append(out, string(m.Value))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func valuesOf(rs []stream.Record) []string {
	var out []string
	for _, r := range rs {
		out = append(out, string(r.Value))
	}
	slices.Sort(out)
	return out
}

// increasing checks that offsets grow within each partition; dense: by one.
func increasing(t testing.TB, msgs []stream.Message, dense bool) {
	t.Helper()
	last := map[int]int64{}
	for _, m := range msgs {
		if prev, ok := last[m.Partition]; ok {
			require.Greater(t, m.Offset, prev, "partition %d", m.Partition)
			if dense {
				require.Equal(t, prev+1, m.Offset, "partition %d", m.Partition)
			}
		}
		last[m.Partition] = m.Offset
	}
}

func committed(t testing.TB, l stream.Log, group, topic string) (total int64) {
	t.Helper()
	lags, err := l.Lag(deadline(t), groupOf(group, topic), topic)
	require.NoError(t, err)
	require.Len(t, lags, stream.Partitions)
	for i, lag := range lags {
		require.Equal(t, i, lag.Partition)
		require.LessOrEqual(t, lag.Committed, lag.End)
		total += lag.Committed
	}
	return total
}

func testWhole(t *testing.T, e Engine) {
	topic := testenv.Name(t)
	before := time.Now().Add(-time.Minute)
	want := map[string]stream.Record{}
	for i, r := range []stream.Record{
		{Key: "telegram:1084368520/70989", Value: []byte(`{"text":"Прорвало трубу"}`)},
		{Key: "", Value: []byte("пустой ключ")},
		{Key: "ключ-ё-漢字-🚒", Value: []byte("юникод")},
		{Key: "zero\x00and\xffbroken", Value: []byte("bytes \x00\xff\xfe")},
		{Key: "no value", Value: nil},
		{Key: "headers", Value: []byte("h"), Headers: map[string]string{"reason": "плохо: \x00 \"кавычки\"", "origin": "posts/3/17", "empty": ""}},
		{Key: "large", Value: slices.Repeat([]byte("я"), stream.MaxValue/2)},
		{Key: "broken header", Headers: map[string]string{"reason": "a\xffb"}},
	} {
		require.NoError(t, e.Open(t, &Line{}).Append(deadline(t), topic, r), i) // a client for each: nothing is kept in one
		want[r.Key] = r
	}
	got := take(t, consume(t, e.Open(t, &Line{}), "readers", topic), len(want))
	for _, m := range got {
		w := want[m.Key]
		require.Equal(t, string(w.Value), string(m.Value), "value of %q", m.Key)
		require.Equal(t, topic, m.Topic)
		require.True(t, m.Time.After(before) && m.Time.Before(time.Now().Add(time.Minute)), m.Time)
		if m.Key == "broken header" {
			w.Headers = map[string]string{"reason": "a\uFFFDb"}
		}
		require.Len(t, m.Headers, len(w.Headers), "headers of %q", m.Key)
		for k, v := range w.Headers {
			require.Equal(t, v, m.Headers[k])
		}
		delete(want, m.Key)
	}
	require.Empty(t, want)
}

func testPartition(t *testing.T, e Engine) {
	topic, l := testenv.Name(t), e.Open(t, &Line{})
	rs := append(records(100, 50), stream.Record{Key: "", Value: []byte("without a key")})
	require.NoError(t, l.Append(deadline(t), topic, rs...))
	used := map[int]bool{}
	for _, m := range take(t, consume(t, l, "readers", topic), len(rs)) {
		require.Equal(t, stream.PartitionOf(m.Key), m.Partition, "%q", m.Key)
		used[m.Partition] = true
	}
	require.Greater(t, len(used), stream.Partitions/2)
}

func testOrder(t *testing.T, e Engine) {
	topic := testenv.Name(t)
	const writers, each = 4, 60
	done := make(chan error, writers)
	for w := range writers {
		l := e.Open(t, &Line{})
		go func() {
			var err error
			for i := 0; i < each && err == nil; {
				n := 1 + i%7
				var rs []stream.Record
				for ; len(rs) < n && i < each; i++ {
					rs = append(rs, stream.Record{Key: fmt.Sprint("writer ", w), Value: fmt.Append(nil, i)})
				}
				err = l.Append(context.Background(), topic, rs...)
			}
			done <- err
		}()
	}
	c := consume(t, e.Open(t, &Line{}), "readers", topic)
	msgs := take(t, c, writers*each)
	for range writers {
		require.NoError(t, <-done)
	}
	next, seen := map[string]int{}, map[string]bool{}
	for _, m := range msgs {
		if seen[m.Origin()] {
			continue
		}
		seen[m.Origin()] = true
		require.Equal(t, fmt.Sprint(next[m.Key]), string(m.Value), "%s", m.Key)
		next[m.Key]++
	}
}

func testMax(t *testing.T, e Engine) {
	topic, l := testenv.Name(t), e.Open(t, &Line{})
	rs := records(50, 20)
	require.NoError(t, l.Append(deadline(t), topic, rs...))
	c := consume(t, l, "readers", topic)
	var got []stream.Message
	for _, max := range []int{1, 2, 5} {
		msgs, err := c.Fetch(deadline(t), max)
		require.NoError(t, err)
		require.NotEmpty(t, msgs)
		require.LessOrEqual(t, len(msgs), max)
		got = append(got, msgs...)
	}
	for ctx := deadline(t); len(values(got)) < len(rs); {
		msgs, err := c.Fetch(ctx, 7)
		require.NoError(t, err)
		require.LessOrEqual(t, len(msgs), 7)
		got = append(got, msgs...)
	}
	require.Equal(t, valuesOf(rs), values(got))
}

func testContext(t *testing.T, e Engine) {
	topic, l := testenv.Name(t), e.Open(t, &Line{})
	for name, f := range map[string]fetcher{
		"consumer": consume(t, l, "readers", topic), "tail": tail(t, l, topic, nil),
	} {
		ctx, cancel := context.WithCancel(t.Context())
		errs := make(chan error, 1)
		go func() { _, err := f.Fetch(ctx, 10); errs <- err }()
		cancel()
		select {
		case err := <-errs:
			require.ErrorIs(t, err, context.Canceled, name)
		case <-time.After(patience):
			t.Fatal(name + " does not end with its context")
		}
		ctx, cancel = context.WithTimeout(t.Context(), 50*time.Millisecond)
		_, err := f.Fetch(ctx, 10)
		cancel()
		require.ErrorIs(t, err, context.DeadlineExceeded, name)
	}
	// Both go on after an ended Fetch.
	c := consume(t, l, "others", topic)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	_, err := c.Fetch(ctx, 10)
	require.Error(t, err)
	require.NoError(t, l.Append(deadline(t), topic, records(3, 3)...))
	take(t, c, 3)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	require.Error(t, l.Append(cancelled, topic, records(1, 1)...))
}
