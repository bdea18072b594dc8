package desk_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/incidents/desk"
	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/indexer/ingest"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/stream"
	streampg "github.com/otklik/otklik/internal/stream/postgres"
)

// patience bounds the waits for what happens in other goroutines.
const patience = 20 * time.Second

// entry is a match as it lies in the log.
func entry(t *testing.T, m ingest.Match) stream.Record {
	t.Helper()
	v, err := post.Encode(m)
	require.NoError(t, err)
	return stream.Record{Key: m.Key(), Value: v}
}

// work lets the desk take the topic "matches" from a real log until something
// holds.
func (e *env) work(log stream.Log, until func(c *stream.Counters) bool) {
	e.t.Helper()
	ctx, stop := context.WithCancel(e.t.Context())
	defer stop()
	var c stream.Counters
	ended := make(chan error, 1)
	go func() {
		ended <- stream.Work(ctx, stream.Job{Log: log, Topic: stream.Matches, Group: "desk", Handle: e.Handle, Counters: &c,
			LagEvery: -1, Pause: time.Millisecond, MaxPause: 10 * time.Millisecond, Logger: slog.New(slog.DiscardHandler)})
	}()
	require.Eventually(e.t, func() bool { return until(&c) }, patience, 5*time.Millisecond)
	stop()
	require.ErrorIs(e.t, <-ended, context.Canceled)
}

func (e *env) log() stream.Log {
	l := streampg.New(streampg.Options{Pool: e.pool, Poll: 50 * time.Millisecond, Log: slog.New(slog.DiscardHandler)})
	e.t.Cleanup(func() { require.NoError(e.t, l.Close()) })
	return l
}

// What can't be taken goes to the side with its reason, and nothing else
// suffers from it.
func TestTheLogRejectsWhatCannotBeTaken(t *testing.T) {
	e := start(t)
	s := e.search()
	e.rule(s, nil)
	log := e.log()
	var rs []stream.Record
	for n := range 300 { // more than one transaction
		rs = append(rs, entry(t, e.match(fmt.Sprintf("telegram:7/%d", n), fmt.Sprintf("Неповторимый текст, и такой во всём городе один: %d", n), s)))
	}
	nul := e.match("telegram:8/1", "нуль\x00в тексте", s)
	unknown := e.match("telegram:8/2", text, s)
	unknown.Region, unknown.Regions = "RU-XX", []string{"RU-XX"}
	gone := e.sealed("telegram:8/3", "x", s)
	gone.Rev += 100
	deletion := e.again(e.match("telegram:8/4", text, s), "")
	bad := map[string]string{
		"RU-PRI|telegram:8/1": "can't be stored",
		"RU-XX|telegram:8/2":  "no region",
		"RU-PRI|telegram:8/3": "is gone",
		"rubbish":             "not a match",
		"empty":               "not a match",
	}
	rs = append(rs[:60:60], append([]stream.Record{entry(t, nul), entry(t, unknown), {Key: "rubbish", Value: []byte(`{"id":`)}, entry(t, gone), entry(t, deletion), {Key: "empty"}}, rs[60:]...)...)
	require.NoError(t, log.Append(t.Context(), stream.Matches, rs...))
	rejected, err := log.Tail(t.Context(), stream.Rejected(stream.Matches), stream.Position{})
	require.NoError(t, err)
	defer rejected.Close()

	e.work(log, func(c *stream.Counters) bool { return c.Handled.Load()+c.Rejected.Load() == int64(len(rs)) })
	require.Len(t, e.all(), 300)
	got := map[string]string{}
	for len(got) < len(bad) {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		ms, err := rejected.Fetch(ctx, 100)
		cancel()
		require.NoError(t, err)
		for _, m := range ms {
			got[m.Key] = m.Headers["reason"]
		}
	}
	require.Len(t, got, len(bad))
	for key, reason := range bad {
		require.Contains(t, got[key], reason, key)
	}
}

// saboteur kills the connection of the transaction that asks it, a few times.
type saboteur struct {
	pool  *pgxpool.Pool
	times int
}

func (s *saboteur) Join(ctx context.Context, tx *store.Tx, cs []desk.Candidate) ([]desk.Joined, error) {
	if s.times > 0 {
		s.times--
		_, err := s.pool.Exec(ctx, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'`)
		if err != nil {
			return nil, err
		}
	}
	return desk.Copies{}.Join(ctx, tx, cs)
}

// A database that goes away in the middle of a transaction costs a repetition
// and nothing else: the match is neither rejected nor taken twice.
func TestADatabaseThatGoesAwayIsWaitedFor(t *testing.T) {
	e := start(t)
	s := e.search()
	e.rule(s, auto)
	m := e.match("telegram:7/1", text, s)
	e.Joiner = &saboteur{e.pool, 1}
	kind(t, fault.Unavailable, e.Take(t.Context(), m))
	require.Empty(t, e.all())

	log := e.log()
	require.NoError(t, log.Append(t.Context(), stream.Matches, entry(t, m)))
	sab := &saboteur{e.pool, 6} // more often than a lone message is tried before it is rejected
	e.Joiner = sab
	e.work(log, func(c *stream.Counters) bool { return c.Handled.Load() == 1 })
	require.Zero(t, sab.times)
	require.Equal(t, []string{"opened"}, e.trail(e.one().Number))
}

// away is every store that the desk asks besides its own, gone.
type away struct{}

func (away) Current(context.Context, []int64) (map[int64]int, error) {
	return nil, fmt.Errorf("versions: %w", context.DeadlineExceeded)
}

func (away) Sees(context.Context, access.Scope, int64) (bool, error) {
	return false, fmt.Errorf("searches: %w", context.DeadlineExceeded)
}

func (away) Body(context.Context, post.ID, int64) (post.Post, error) {
	return post.Post{}, fmt.Errorf("body: %w", context.DeadlineExceeded)
}

func (away) Forgotten(context.Context, []post.ID) (map[post.ID]bool, error) {
	return nil, fmt.Errorf("forgotten: %w", context.DeadlineExceeded)
}

func TestOtherStoresThatAreAwayAreWaitedForToo(t *testing.T) {
	e := start(t)
	s := e.search()
	e.rule(s, nil)
	m := e.sealed("telegram:7/1", text, s)
	whole := *e.Desk
	for name, gone := range map[string]func(*desk.Desk){
		"searches":  func(d *desk.Desk) { d.Searches = away{} },
		"bodies":    func(d *desk.Desk) { d.Bodies = away{} },
		"forgotten": func(d *desk.Desk) { d.Forgotten = away{} },
	} {
		d := whole
		gone(&d)
		kind(t, fault.Unavailable, d.Take(t.Context(), m))
		_, err := d.Handle(t.Context(), []stream.Message{{Record: entry(t, m)}})
		require.True(t, stream.IsTransient(err), "%s: %v", name, err)
	}
	e.take(m)
	e.one()
}
