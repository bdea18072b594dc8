package rejected_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/stream"
	streampg "github.com/otklik/otklik/internal/stream/postgres"
	"github.com/otklik/otklik/internal/stream/rejected"
)

func kind(t *testing.T, want fault.Kind, err error) {
	t.Helper()
	require.Error(t, err)
	require.Equal(t, want, fault.KindOf(err), "%v", err)
}

// A record that is put back is processed once its cause is mended; before that
// it is rejected again, as a new one that points back.
func TestPutBackUntilItIsMended(t *testing.T) {
	onBoth(t, func(e *env) {
		var mended atomic.Bool
		c := e.worker(stream.Posts, func(m stream.Message) bool { return m.Key != "poison" || mended.Load() })
		e.append(stream.Posts, stream.Record{Key: "before"}, stream.Record{Key: "poison", Value: []byte("{}"), Headers: map[string]string{"kept": "да"}}, stream.Record{Key: "after"})
		e.eventually("the others are processed", func() bool { return c.Handled.Load() == 2 && c.Rejected.Load() == 1 })
		first := e.one(rejected.Filter{State: rejected.Waiting})
		require.Equal(e.t, errPoison.Error(), first.Reason)

		done, err := e.Replay(e.t.Context(), anna, first.ID)
		require.NoError(e.t, err)
		require.Equal(e.t, []rejected.ID{first.ID}, done)
		e.eventually("rejected again", func() bool { return c.Rejected.Load() == 2 })
		second := e.one(rejected.Filter{State: rejected.Waiting})
		require.Equal(e.t, &first.ID, second.ReplayOf)
		require.Equal(e.t, 2, second.Attempts)
		require.NotEqual(e.t, first.Origin, second.Origin)
		require.Equal(e.t, errPoison.Error(), second.Reason)
		d, err := e.Get(e.t.Context(), first.ID)
		require.NoError(e.t, err)
		require.Equal(e.t, rejected.Replayed, d.State())
		require.Equal(e.t, anna.Name, d.Decision.Name)
		require.Len(e.t, d.Events, 1)

		mended.Store(true)
		done, err = e.Replay(e.t.Context(), boris, second.ID, second.ID, first.ID)
		require.NoError(e.t, err)
		require.Equal(e.t, []rejected.ID{second.ID}, done, "the first is decided already")
		e.eventually("processed", func() bool { return c.Handled.Load() == 3 })
		require.Empty(e.t, e.list(rejected.Filter{State: rejected.Waiting}, 10))
		require.Len(e.t, e.list(rejected.Filter{State: rejected.Replayed}, 10), 2)
		require.Equal(e.t, rejected.Count{Topic: stream.Posts, Total: 2}, e.counts()[stream.Posts])
		kind(e.t, fault.Conflict, e.Refused(e.t.Context(), second.ID))
	})
}

// What comes back is what was rejected: key, value and its own headers.
func TestWhatIsPutBackIsWhatItWas(t *testing.T) {
	onBoth(t, func(e *env) {
		e.append(stream.Rejected(stream.Matches), stream.Record{Key: "RU-PRI|telegram:1/1", Value: []byte("a\x00\xff"), Headers: map[string]string{
			"reason": "x", "origin": "matches/1/1", "at": "2026-11-24T09:00:00Z", "kept": "да"}})
		tail, err := e.log.Tail(e.t.Context(), stream.Matches, nil)
		require.NoError(e.t, err)
		defer tail.Close()
		r := e.one(rejected.Filter{})
		_, err = e.Replay(e.t.Context(), anna, r.ID)
		require.NoError(e.t, err)
		ctx, cancel := context.WithTimeout(e.t.Context(), patience)
		defer cancel()
		ms, err := tail.Fetch(ctx, 10)
		require.NoError(e.t, err)
		require.Len(e.t, ms, 1)
		require.Equal(e.t, stream.Record{Key: "RU-PRI|telegram:1/1", Value: []byte("a\x00\xff"),
			Headers: map[string]string{"kept": "да", "replay-of": r.ID.String(), "replays": "1"}}, ms[0].Record)
		require.Equal(e.t, r.ID.Partition, ms[0].Partition)
	})
}

// Whoever decides at the same time: one decision counts, and the record goes
// back once.
func TestManyDecideAtOnce(t *testing.T) {
	onBoth(t, func(e *env) {
		e.poison(stream.Posts, "x", 300) // more than one transaction takes
		var ids []rejected.ID
		for _, r := range e.list(rejected.Filter{}, 1000) {
			ids = append(ids, r.ID)
		}
		tail, err := e.log.Tail(e.t.Context(), stream.Posts, nil)
		require.NoError(e.t, err)
		defer tail.Close()
		var all sync.WaitGroup
		var replayed, dropped atomic.Int64
		for i := range 6 {
			all.Go(func() {
				var mine []rejected.ID // what two decide about is never all the same
				for n, id := range ids {
					if n%6 != i {
						mine = append(mine, id)
					}
				}
				if i == 0 {
					done, err := e.Drop(e.t.Context(), boris, mine...)
					dropped.Add(int64(len(done)))
					if err != nil {
						e.t.Error(err)
					}
					return
				}
				done, err := e.Replay(e.t.Context(), anna, mine...)
				replayed.Add(int64(len(done)))
				if err != nil {
					e.t.Error(err)
				}
			})
		}
		all.Wait()
		require.EqualValues(e.t, len(ids), replayed.Load()+dropped.Load())
		keys := map[string]int{}
		for n := int64(0); n < replayed.Load(); {
			ctx, cancel := context.WithTimeout(e.t.Context(), patience)
			ms, err := tail.Fetch(ctx, 1000)
			cancel()
			require.NoError(e.t, err)
			for _, m := range ms {
				keys[m.Key]++
				require.Equal(e.t, 1, keys[m.Key])
				n++
			}
		}
		ctx, cancel := context.WithTimeout(e.t.Context(), 300*time.Millisecond)
		defer cancel()
		_, err = tail.Fetch(ctx, 1)
		require.ErrorIs(e.t, err, context.DeadlineExceeded, "nothing more comes")
		require.Len(e.t, e.list(rejected.Filter{State: rejected.Dropped}, 1000), int(dropped.Load()))
		require.Zero(e.t, e.counts()[stream.Posts].Waiting)
	})
}

func TestDroppingCanBeTakenBack(t *testing.T) {
	onBoth(t, func(e *env) {
		e.poison(stream.Posts, "x", 1)
		id := e.one(rejected.Filter{}).ID
		kind(e.t, fault.Conflict, e.Restore(e.t.Context(), anna, id))
		done, err := e.Drop(e.t.Context(), anna, id)
		require.NoError(e.t, err)
		require.Len(e.t, done, 1)
		kind(e.t, fault.Conflict, e.Refused(e.t.Context(), id))
		done, err = e.Replay(e.t.Context(), boris, id)
		require.NoError(e.t, err)
		require.Empty(e.t, done)
		require.NoError(e.t, e.Restore(e.t.Context(), boris, id))
		require.EqualValues(e.t, 1, e.counts()[stream.Posts].Waiting)
		_, err = e.Replay(e.t.Context(), boris, id)
		require.NoError(e.t, err)
		kind(e.t, fault.Conflict, e.Restore(e.t.Context(), boris, id))

		d, err := e.Get(e.t.Context(), id)
		require.NoError(e.t, err)
		var what []string
		for _, x := range d.Events {
			require.WithinDuration(e.t, time.Now(), x.At, time.Minute)
			what = append(what, x.Name+" "+string(x.What))
		}
		require.Equal(e.t, []string{"Анна dropped", "Борис restored", "Борис replayed"}, what)
		require.EqualValues(e.t, boris.ID, d.Decision.Who)
	})
}

// Where the log can't take it, nothing is decided.
func TestWhatCannotBePutBackWaits(t *testing.T) {
	onBoth(t, func(e *env) {
		e.poison(stream.Posts, "x", 2)
		id := e.list(rejected.Filter{}, 10)[0].ID
		whole := e.Append
		e.Append = func(context.Context, pgx.Tx, string, ...stream.Record) error {
			return fault.New(fault.Unavailable, "the log is away")
		}
		_, err := e.Replay(e.t.Context(), anna, id)
		kind(e.t, fault.Unavailable, err)
		require.EqualValues(e.t, 2, e.counts()[stream.Posts].Waiting)
		d, err := e.Get(e.t.Context(), id)
		require.NoError(e.t, err)
		require.Empty(e.t, d.Events)
		e.Append = whole
		done, err := e.Replay(e.t.Context(), anna, id)
		require.NoError(e.t, err)
		require.Len(e.t, done, 1)
	})
}

func TestWhatIsNotThere(t *testing.T) {
	onBoth(t, func(e *env) {
		id := rejected.ID{Topic: stream.Posts, Partition: 3, Offset: 17}
		_, err := e.Get(e.t.Context(), id)
		kind(e.t, fault.NotFound, err)
		done, err := e.Replay(e.t.Context(), anna, id)
		require.NoError(e.t, err)
		require.Empty(e.t, done)
		done, err = e.Drop(e.t.Context(), anna, id)
		require.NoError(e.t, err)
		require.Empty(e.t, done)
		kind(e.t, fault.NotFound, e.Refused(e.t.Context(), id))
		kind(e.t, fault.NotFound, e.Restore(e.t.Context(), anna, id))
	})
}

// What the log keeps no longer is not counted, and what was decided about it is
// forgotten.
func TestDecisionsGoWithTheirRecords(t *testing.T) {
	onBoth(t, func(e *env) {
		l, ok := e.log.(*streampg.Log)
		if !ok {
			e.t.Skip("SKIPPED: Kafka drops what it keeps no longer in its own time")
		}
		e.poison(stream.Posts, "old", 40)
		old := e.list(rejected.Filter{}, 100)
		_, err := e.Drop(e.t.Context(), anna, old[0].ID, old[1].ID)
		require.NoError(e.t, err)
		border := time.Now()
		e.poison(stream.Posts, "new", 5)
		_, err = e.Drop(e.t.Context(), anna, e.list(rejected.Filter{Reason: "new"}, 100)[0].ID)
		require.NoError(e.t, err)
		require.Equal(e.t, rejected.Count{Topic: stream.Posts, Total: 45, Waiting: 42}, e.counts()[stream.Posts])

		_, err = l.Trim(e.t.Context(), stream.Rejected(stream.Posts), border)
		require.NoError(e.t, err)
		require.Equal(e.t, rejected.Count{Topic: stream.Posts, Total: 45, Waiting: 4}, e.counts()[stream.Posts])
		require.Len(e.t, e.list(rejected.Filter{}, 3), 5)
		_, err = e.Get(e.t.Context(), old[0].ID)
		kind(e.t, fault.NotFound, err)
		require.NoError(e.t, e.Tidy(e.t.Context()))
		var n, events int
		require.NoError(e.t, e.pool.QueryRow(e.t.Context(), `SELECT count(*), (SELECT count(*) FROM rejected_event) FROM rejected_decision`).Scan(&n, &events))
		require.Equal(e.t, 1, n)
		require.Equal(e.t, 3, events, "who decided what outlives the record")
		e.Now = func() time.Time { return time.Now().AddDate(2, 0, 0) }
		require.NoError(e.t, e.Tidy(e.t.Context()))
		require.NoError(e.t, e.pool.QueryRow(e.t.Context(), `SELECT count(*) FROM rejected_event`).Scan(&events))
		require.Zero(e.t, events)
	})
}

// forgotten is a ledger that was asked to forget one post.
type forgotten post.ID

func (f forgotten) Forgotten(_ context.Context, ids []post.ID) (map[post.ID]bool, error) {
	out := map[post.ID]bool{}
	for _, id := range ids {
		if id == post.ID(f) {
			out[id] = true
		}
	}
	return out, nil
}

func TestWhatIsShown(t *testing.T) {
	onBoth(t, func(e *env) {
		e.Forgotten = forgotten("telegram:1/99")
		const secret = "тайна"
		long := `{"visibility":"public","post":{"text":"` + strings.Repeat("я", 100_000) + `"}}`
		for _, c := range []struct {
			name, key, value string
			json, text       bool
			hidden           rejected.Hidden
			cut              bool
		}{
			{name: "public", value: `{"visibility":"public","post":{"text":"` + secret + `"}}`, json: true},
			{name: "partner", value: `{"visibility":"partner","post":{"text":"` + secret + `"}}`, json: true},
			{name: "sealed", value: `{"visibility":"sealed","post":{"text":"` + secret + `"}}`, json: true, hidden: rejected.HiddenSealed},
			{name: "sealed, without a body", value: `{"visibility":"sealed","id":"telegram:1/1"}`, json: true},
			{name: "says nothing", value: `{"Post":{"text":"` + secret + `"}}`, json: true, hidden: rejected.HiddenSealed},
			{name: "says nonsense", value: `{"visibility":7,"POST":{"text":"` + secret + `"}}`, json: true, hidden: rejected.HiddenSealed},
			{name: "torn, sealed", value: `{"visibility":"SEALED","post":{"text":"` + secret, hidden: rejected.HiddenSealed},
			{name: "torn", value: `{"visibility":"public","post":`, text: true},
			{name: "no JSON", value: "not a record\x00\xff", text: true},
			{name: "empty", value: "", text: true},
			{name: "long", value: long, text: true, cut: true},
			{name: "forgotten, by its content", value: `{"id":"telegram:1/99","visibility":"public","post":{"text":"` + secret + `"}}`, hidden: rejected.HiddenForgotten},
			{name: "forgotten, by its key", key: "RU-PRI|telegram:1/99", value: secret, hidden: rejected.HiddenForgotten},
		} {
			e.append(stream.Rejected(stream.Posts), stream.Record{Key: c.key, Value: []byte(c.value), Headers: map[string]string{"reason": c.name + "."}})
			d, err := e.Get(e.t.Context(), e.one(rejected.Filter{Reason: c.name + "."}).ID)
			require.NoError(e.t, err, c.name)
			require.Equal(e.t, c.json, d.Content.JSON != nil, c.name)
			require.Equal(e.t, c.text && c.value != "", d.Content.Text != "", c.name)
			require.Equal(e.t, c.hidden, d.Content.Hidden, c.name)
			require.Equal(e.t, c.cut, d.Content.Cut, c.name)
			require.LessOrEqual(e.t, len(d.Content.Text), 64<<10, c.name)
			require.NotContains(e.t, d.Content.Text, "\x00", c.name)
			if d.Content.JSON != nil {
				require.True(e.t, json.Valid(d.Content.JSON), c.name)
			}
			if c.hidden != "" {
				require.NotContains(e.t, string(d.Content.JSON)+d.Content.Text, secret, c.name)
			}
		}
	})
}

func TestALedgerThatIsAwayHidesNothingByMistake(t *testing.T) {
	onBoth(t, func(e *env) {
		e.poison(stream.Posts, "x", 1)
		e.Forgotten = gone{}
		_, err := e.Get(e.t.Context(), e.one(rejected.Filter{}).ID)
		require.ErrorIs(e.t, err, errGone)
		var nobody access.Person
		done, err := e.Drop(e.t.Context(), nobody, e.one(rejected.Filter{}).ID)
		require.NoError(e.t, err)
		require.Len(e.t, done, 1, "deciding shows nothing")
	})
}

type gone struct{}

var errGone = errors.New("the ledger is away")

func (gone) Forgotten(context.Context, []post.ID) (map[post.ID]bool, error) { return nil, errGone }
