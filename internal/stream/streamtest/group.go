package streamtest

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/stream"
	"github.com/otklik/otklik/internal/testenv"
)

func testGroups(t *testing.T, e Engine) {
	topic, other, l := testenv.Name(t), testenv.Name(t)+"b", e.Open(t, &Line{})
	rs := records(40, 30)
	require.NoError(t, l.Append(deadline(t), topic, rs...))
	a := consume(t, l, "a", topic)
	msgs := take(t, a, len(rs))
	require.NoError(t, a.Commit(deadline(t), msgs...))
	require.Equal(t, valuesOf(rs), values(take(t, consume(t, l, "b", topic), len(rs))), "a new group begins at the beginning")
	require.NoError(t, l.Append(deadline(t), other, records(5, 5)...))
	both := take(t, consume(t, l, "c", topic, other), len(rs)+5)
	require.Len(t, values(both), len(rs), "of two topics")
}

// member fetches in a goroutine, commits what it got, and notes it.
type member struct {
	mu    sync.Mutex
	parts map[int]bool
	seen  map[string]bool
	end   context.CancelFunc
	done  chan struct{}
	c     stream.Consumer
}

func startMember(t testing.TB, l stream.Log, group, topic string) *member {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	m := &member{parts: map[int]bool{}, seen: map[string]bool{}, end: cancel, done: make(chan struct{}), c: consume(t, l, group, topic)}
	go func() {
		defer close(m.done)
		for ctx.Err() == nil {
			msgs, err := m.c.Fetch(ctx, 10)
			if err != nil {
				select {
				case <-ctx.Done():
				case <-time.After(20 * time.Millisecond):
				}
				continue
			}
			m.mu.Lock()
			for _, msg := range msgs {
				m.parts[msg.Partition], m.seen[string(msg.Value)] = true, true
			}
			m.mu.Unlock()
			m.c.Commit(ctx, msgs...) // one that fails comes again
		}
	}()
	t.Cleanup(m.stop)
	return m
}

func (m *member) stop() { m.end(); <-m.done }

// reset forgets and gives what was seen.
func (m *member) reset() map[string]bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	seen := m.seen
	m.parts, m.seen = map[int]bool{}, map[string]bool{}
	return seen
}

func (m *member) count() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.parts)
}

// shared appends until both members get records of about half the partitions
// each, and none of the same.
func shared(t *testing.T, l stream.Log, topic string, a, b *member) {
	t.Helper()
	require.Eventually(t, func() bool {
		a.reset()
		b.reset()
		require.NoError(t, l.Append(deadline(t), topic, records(200, 200)...))
		wait, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		for wait.Err() == nil && a.count()+b.count() < stream.Partitions {
			select {
			case <-wait.Done():
			case <-time.After(10 * time.Millisecond):
			}
		}
		return a.count() == stream.Partitions/2 && b.count() == stream.Partitions/2
	}, patience, 10*time.Millisecond)
}

func testShare(t *testing.T, e Engine) {
	topic := testenv.Name(t)
	l := e.Open(t, &Line{})
	a := startMember(t, e.Open(t, &Line{}), "readers", topic)
	b := startMember(t, e.Open(t, &Line{}), "readers", topic)
	shared(t, l, topic, a, b)
}

// takesOver waits until one member gets records of every partition.
func takesOver(t *testing.T, l stream.Log, topic string, a *member) {
	t.Helper()
	all := map[int]bool{}
	require.Eventually(t, func() bool {
		a.reset()
		require.NoError(t, l.Append(deadline(t), topic, records(200, 200)...))
		wait, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		<-wait.Done()
		a.mu.Lock()
		defer a.mu.Unlock()
		for p := range a.parts {
			all[p] = true
		}
		return len(all) == stream.Partitions
	}, patience, 10*time.Millisecond)
	require.Eventually(t, func() bool {
		lags, err := l.Lag(deadline(t), groupOf("readers", topic), topic)
		if err != nil {
			return false
		}
		for _, lag := range lags {
			if lag.Committed != lag.End {
				return false
			}
		}
		return true
	}, patience, 50*time.Millisecond, "everything gets committed")
}

func testLeave(t *testing.T, e Engine) {
	topic := testenv.Name(t)
	l := e.Open(t, &Line{})
	a := startMember(t, e.Open(t, &Line{}), "readers", topic)
	b := startMember(t, e.Open(t, &Line{}), "readers", topic)
	shared(t, l, topic, a, b)
	b.stop()
	start := time.Now()
	require.NoError(t, b.c.Close())
	takesOver(t, l, topic, a)
	require.Less(t, time.Since(start), patience/2)
}

func testDie(t *testing.T, e Engine) {
	topic, line := testenv.Name(t), &Line{}
	l := e.Open(t, &Line{})
	a := startMember(t, e.Open(t, &Line{}), "readers", topic)
	b := startMember(t, e.Open(t, line), "readers", topic)
	shared(t, l, topic, a, b)
	line.Cut() // no farewell
	takesOver(t, l, topic, a)
	// Back from the dead, it gets its share again.
	line.Mend()
	shared(t, l, topic, a, b)
}

func testRedelivery(t *testing.T, e Engine) {
	topic, l := testenv.Name(t), e.Open(t, &Line{})
	rs := records(60, 40)
	require.NoError(t, l.Append(deadline(t), topic, rs...))
	c := consume(t, l, "readers", topic)
	first := take(t, c, len(rs))
	// Commit, of every partition, all but the last.
	last := map[int]stream.Message{}
	for _, m := range first {
		last[m.Partition] = m
	}
	var most []stream.Message
	var rest []string
	for _, m := range first {
		if last[m.Partition].Offset != m.Offset {
			most = append(most, m)
		} else {
			rest = append(rest, string(m.Value))
		}
	}
	require.NoError(t, c.Commit(deadline(t), most...))
	require.NoError(t, c.Close())
	require.EqualValues(t, len(rs)-len(rest), committed(t, l, "readers", topic))
	again := take(t, consume(t, e.Open(t, &Line{}), "readers", topic), len(rest))
	require.ElementsMatch(t, rest, values(again))
}

// testLateCommit: a consumer is cut off, another one takes its partitions and
// commits; then the first one, back, commits what it had.
func testLateCommit(t *testing.T, e Engine) {
	topic, line := testenv.Name(t), &Line{}
	l := e.Open(t, &Line{})
	rs := records(80, 60)
	require.NoError(t, l.Append(deadline(t), topic, rs...))
	first := consume(t, e.Open(t, line), "readers", topic)
	had := take(t, first, len(rs))
	line.Cut()
	second := consume(t, e.Open(t, &Line{}), "readers", topic)
	all := take(t, second, len(rs))
	require.NoError(t, second.Commit(deadline(t), all...))
	require.EqualValues(t, len(rs), committed(t, l, "readers", topic))
	line.Mend()
	firsts := map[int]stream.Message{}
	for _, m := range had {
		if _, ok := firsts[m.Partition]; !ok {
			firsts[m.Partition] = m
		}
	}
	require.Eventually(t, func() bool { // once it has a connection again
		for _, m := range firsts {
			if first.Commit(t.Context(), m) != nil {
				return false
			}
		}
		return true
	}, patience, 50*time.Millisecond)
	require.EqualValues(t, len(rs), committed(t, l, "readers", topic))
	require.NoError(t, first.Close())
	require.EqualValues(t, len(rs), committed(t, l, "readers", topic))
}

func testSmallerCommit(t *testing.T, e Engine) {
	topic, l := testenv.Name(t), e.Open(t, &Line{})
	rs := records(30, 1)
	require.NoError(t, l.Append(deadline(t), topic, rs...))
	c := consume(t, l, "readers", topic)
	msgs := take(t, c, len(rs))
	require.NoError(t, c.Commit(deadline(t), msgs[19], msgs[3]), "in any order")
	require.NoError(t, c.Commit(deadline(t), msgs[4]))
	require.NoError(t, c.Commit(deadline(t)))
	require.EqualValues(t, 20, committed(t, l, "readers", topic))
	require.NoError(t, c.Close())
	// A member of the next generation that commits messages it never got.
	c = consume(t, l, "readers", topic)
	take(t, c, 10)
	require.NoError(t, c.Commit(deadline(t), msgs[0]))
	require.EqualValues(t, 20, committed(t, l, "readers", topic))
}

func testLag(t *testing.T, e Engine) {
	topic, l := testenv.Name(t), e.Open(t, &Line{})
	rs := records(30, 30)
	require.NoError(t, l.Append(deadline(t), topic, rs...))
	require.Zero(t, committed(t, l, "readers", topic), "a group that was never there")
	c := consume(t, l, "readers", topic)
	msgs := take(t, c, len(rs))
	require.NoError(t, c.Commit(deadline(t), msgs...))
	require.NoError(t, l.Append(deadline(t), topic, rs[:7]...))
	lags, err := l.Lag(deadline(t), groupOf("readers", topic), topic)
	require.NoError(t, err)
	var behind, end int64
	for _, lag := range lags {
		behind += lag.End - lag.Committed
		end += lag.End
	}
	require.EqualValues(t, 7, behind)
	require.EqualValues(t, 37, end)
}
