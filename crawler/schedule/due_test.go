package schedule_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/crawler/schedule"
	"github.com/otklik/otklik/crawler/source"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
)

// clock is a store whose time moves when it is told to.
type clock struct {
	*schedule.Store
	t  *testing.T
	mu sync.Mutex
	at time.Time
}

func newClock(t *testing.T) *clock {
	c := &clock{Store: store(t), t: t}
	c.at = c.Store.Now()
	c.Store.Now = func() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.at }
	c.Networks["telegram"] = schedule.Network{Every: time.Minute, Check: c.Networks["rss"].Check}
	return c
}

func (c *clock) advance(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.at = c.at.Add(d) }

func (c *clock) add(address string) schedule.Source {
	s, err := c.Add(context.Background(), root, schedule.Draft{Network: "telegram", Address: address, Regions: []string{"RU-PRI"}, Enabled: true})
	require.NoError(c.t, err)
	return s
}

func (c *clock) due(worker string, n int) []schedule.Lease {
	ls, err := c.Due(context.Background(), worker, n, 2*time.Minute)
	require.NoError(c.t, err)
	return ls
}

func (c *clock) get(id int64) schedule.Source {
	s, err := c.Get(context.Background(), access.Everything(), id)
	require.NoError(c.t, err)
	return s
}

// Each source goes to one worker, whoever asks at the same time.
func TestEachSourceToOneWorker(t *testing.T) {
	c := newClock(t)
	const sources, workers = 30, 4
	for i := range sources {
		c.add(fmt.Sprint("kanal", i))
	}
	var mu sync.Mutex
	taken := map[int64]string{}
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			worker := fmt.Sprint("w", w)
			for {
				ls, err := c.Due(context.Background(), worker, 3, time.Minute)
				if err != nil || len(ls) == 0 {
					return
				}
				mu.Lock()
				for _, l := range ls {
					if other, ok := taken[l.ID]; ok {
						t.Errorf("source %d went to %s and to %s", l.ID, other, worker)
					}
					taken[l.ID] = worker
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	// A worker that finds rows locked by others may have gone home early; what
	// it left is still to be had, once.
	for _, l := range c.due("late", sources) {
		require.NotContains(t, taken, l.ID)
		taken[l.ID] = "late"
	}
	require.Len(t, taken, sources)
}

// A row that another worker is taking at this moment is passed over, not
// waited for.
func TestLockedSourcesArePassedOver(t *testing.T) {
	c := newClock(t)
	first, second := c.add("odin"), c.add("dva")
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	tx, err := c.Pool.Begin(ctx)
	require.NoError(t, err)
	defer func() { _ = tx.Rollback(context.Background()) }()
	_, err = tx.Exec(ctx, `SELECT 1 FROM source WHERE id = $1 FOR UPDATE`, first.ID)
	require.NoError(t, err)
	ls, err := c.Due(ctx, "w", 5, time.Minute)
	require.NoError(t, err)
	require.Len(t, ls, 1)
	require.Equal(t, second.ID, ls[0].ID)
}

func TestDueOnes(t *testing.T) {
	c := newClock(t)
	ctx := context.Background()
	a := c.add("odin")
	c.advance(time.Second)
	c.add("dva")
	off, err := c.Add(ctx, root, schedule.Draft{Network: "telegram", Address: "tri", Regions: []string{"RU-PRI"}})
	require.NoError(t, err)
	ls := c.due("w", 1)
	require.Len(t, ls, 1)
	require.Equal(t, a.ID, ls[0].ID, "who waits longest goes first")
	require.Equal(t, schedule.New, ls[0].Health)
	rest := c.due("w", 10)
	require.Len(t, rest, 1)
	require.NotEqual(t, off.ID, rest[0].ID, "switched off is never due")
	require.Empty(t, c.due("w", 10))
}

// A clock that was ahead for a while keeps nothing unread for as long.
func TestAClockThatWasAhead(t *testing.T) {
	c := newClock(t)
	read := c.add("odin")
	c.advance(2 * time.Hour)
	ls := c.due("w", 2)
	require.Len(t, ls, 1)
	require.NoError(t, c.Done(t.Context(), ls[0], nil))
	late := c.add("tri")
	c.advance(-time.Minute) // two clocks are never quite one
	require.Empty(t, c.due("w", 10))
	c.advance(time.Minute - 2*time.Hour)
	var ids []int64
	for _, l := range c.due("w", 10) {
		ids = append(ids, l.ID)
	}
	require.ElementsMatch(t, []int64{read.ID, late.ID}, ids)
	require.Empty(t, c.due("w", 10), "each once")
}

// A worker that dies gives its sources back by letting the lease pass; what it
// says afterwards is not heard.
func TestLostLease(t *testing.T) {
	c := newClock(t)
	ctx := context.Background()
	s := c.add("odin")
	dead := c.due("dead", 1)[0]
	require.NoError(t, c.Keep(ctx, dead, schedule.Step{Cursor: []byte(`{"at":1}`), New: 5, Info: &source.Info{Source: "telegram:1", Title: "Один",
		Subscribers: &post.Counter{Value: 10_600, Step: 100}}}, 2*time.Minute))
	c.advance(time.Minute)
	require.NoError(t, c.Keep(ctx, dead, schedule.Step{}, 2*time.Minute), "a step prolongs the lease")
	c.advance(90 * time.Second)
	require.Empty(t, c.due("alive", 1))
	require.NoError(t, c.Renew(ctx, dead, 30*time.Second), "so does a word that it still reads")
	c.advance(29 * time.Second)
	require.Empty(t, c.due("alive", 1))
	c.advance(2 * time.Second)
	alive := c.due("alive", 1)
	require.Len(t, alive, 1)
	require.JSONEq(t, `{"at":1}`, string(alive[0].Cursor), "who comes next goes on from there")
	require.Equal(t, "telegram:1", alive[0].External)

	err := c.Keep(ctx, dead, schedule.Step{Cursor: []byte(`{"at":99}`), New: 100}, time.Minute)
	require.Equal(t, fault.Conflict, fault.KindOf(err), "%v", err)
	err = c.Renew(ctx, dead, time.Hour)
	require.Equal(t, fault.Conflict, fault.KindOf(err), "%v", err)
	require.NoError(t, c.Done(ctx, dead, &source.State{Health: source.Gone}))
	require.NoError(t, c.Release(ctx, dead))
	now := c.get(s.ID)
	require.JSONEq(t, `{"at":1}`, string(now.Cursor))
	require.Equal(t, schedule.New, now.Health)
	require.EqualValues(t, 5, now.Posts)
	require.Empty(t, c.due("third", 1), "the lease of the living one holds")
	require.NoError(t, c.Done(ctx, alive[0], nil))
	now = c.get(s.ID)
	require.Equal(t, source.OK, now.Health)
	require.Equal(t, "Один", now.Title)
	require.EqualValues(t, 10_600, *now.Subscribers)
}

// A step that brings nothing new changes nothing but the time of reading.
func TestStepOfNothing(t *testing.T) {
	c := newClock(t)
	ctx := context.Background()
	s := c.add("odin")
	l := c.due("w", 1)[0]
	require.NoError(t, c.Keep(ctx, l, schedule.Step{Cursor: []byte(`1`), New: 2}, time.Minute))
	first := c.get(s.ID)
	c.advance(time.Second)
	require.NoError(t, c.Keep(ctx, l, schedule.Step{}, time.Minute))
	now := c.get(s.ID)
	require.Equal(t, first.LastNew, now.LastNew)
	require.JSONEq(t, `1`, string(now.Cursor))
	require.EqualValues(t, 2, now.Posts)
	require.True(t, now.LastRead.After(*first.LastRead))
}

// The health of a source, as people see it, through a bad week.
func TestHealth(t *testing.T) {
	c := newClock(t)
	ctx := context.Background()
	s := c.add("odin")
	begin := c.Now()
	read := func(state *source.State) schedule.Source {
		t.Helper()
		ls := c.due("w", 1)
		require.Len(t, ls, 1, "it has to be due")
		require.NoError(t, c.Done(ctx, ls[0], state))
		return c.get(s.ID)
	}
	within := func(x schedule.Source, least time.Duration) {
		t.Helper()
		wait := x.NextAt.Sub(c.Now())
		require.GreaterOrEqual(t, wait, least)
		require.LessOrEqual(t, wait, least+least/5+time.Second)
		c.advance(wait)
	}

	x := read(nil)
	require.Equal(t, source.OK, x.Health)
	require.True(t, begin.Equal(*x.LastOK))
	require.True(t, c.Now().Add(time.Minute).Equal(x.NextAt), "next after its own time")
	c.advance(time.Minute)

	changed := c.Now()
	x = read(&source.State{Health: source.Unreachable, Detail: "no answer"})
	require.Equal(t, source.Unreachable, x.Health)
	require.Contains(t, x.Detail, "no answer")
	require.Equal(t, 1, x.Failures)
	require.True(t, begin.Equal(*x.LastOK), "a failure is not health")
	require.True(t, changed.Equal(x.HealthAt))
	within(x, time.Minute)
	for i, least := range []time.Duration{2, 4, 8, 16} {
		x = read(&source.State{Health: source.Unreachable, Detail: "no answer"})
		require.Equal(t, i+2, x.Failures)
		require.True(t, changed.Equal(x.HealthAt), "since when, not when last")
		within(x, least*time.Minute)
	}
	for range 10 {
		x = read(&source.State{Health: source.Gone, Detail: "deleted"})
		c.advance(x.NextAt.Sub(c.Now()))
	}
	require.Equal(t, source.Gone, x.Health)
	require.True(t, x.HealthAt.After(changed))
	x = read(&source.State{Health: source.Gone})
	within(x, 6*time.Hour) // never longer

	x = read(&source.State{Health: source.Unreachable, Detail: "the log is away", Ours: true})
	within(x, time.Minute) // for it is not the source that has to be spared

	until := c.Now().Add(20 * time.Hour)
	x = read(&source.State{Health: source.RateLimited, Detail: "429", Until: until})
	require.True(t, until.Equal(x.NextAt), "not before the time it named")
	c.advance(19 * time.Hour)
	require.Empty(t, c.due("w", 1))
	c.advance(time.Hour)

	x = read(nil)
	require.Equal(t, source.OK, x.Health)
	require.Zero(t, x.Failures)
	require.Empty(t, x.Detail)
	require.True(t, c.Now().Equal(*x.LastOK))
}

// A named time that is sooner than the polite one doesn't make us come sooner.
func TestUntilIsNoInvitation(t *testing.T) {
	c := newClock(t)
	s := c.add("odin")
	require.NoError(t, c.Done(context.Background(), c.due("w", 1)[0], &source.State{Health: source.RateLimited, Until: c.Now().Add(time.Second)}))
	require.GreaterOrEqual(t, c.get(s.ID).NextAt.Sub(c.Now()), time.Minute)
}

// A lease that was for nothing leaves no trace.
func TestRelease(t *testing.T) {
	c := newClock(t)
	ctx := context.Background()
	s := c.add("odin")
	require.NoError(t, c.Done(ctx, c.due("w", 1)[0], &source.State{Health: source.Blocked, Detail: "private"}))
	before := c.get(s.ID)
	c.advance(before.NextAt.Sub(c.Now()))
	require.NoError(t, c.Release(ctx, c.due("w", 1)[0]))
	require.Equal(t, before, c.get(s.ID))
	require.Len(t, c.due("other", 1), 1, "and the next may have it at once")
}

// Two addresses of one channel would read it twice; two feeds of one newspaper
// are two feeds.
func TestOneChannelOneSource(t *testing.T) {
	c := newClock(t)
	ctx := context.Background()
	c.add("odin")
	c.add("dva")
	ls := c.due("w", 2)
	info := schedule.Step{Info: &source.Info{Source: "telegram:1"}}
	require.NoError(t, c.Keep(ctx, ls[0], info, time.Minute))
	err := c.Keep(ctx, ls[1], info, time.Minute)
	require.Equal(t, fault.Conflict, fault.KindOf(err))
	require.ErrorContains(t, err, "telegram:1")

	for _, a := range []string{"https://gazeta.example/all.xml", "https://gazeta.example/region.xml"} {
		_, err := c.Add(ctx, root, schedule.Draft{Network: "rss", Address: a, Regions: []string{"RU-PRI"}, Enabled: true})
		require.NoError(t, err)
	}
	feeds := c.due("w", 2)
	for _, l := range feeds {
		require.NoError(t, c.Keep(ctx, l, schedule.Step{Info: &source.Info{Source: "rss:gazeta.example", Title: l.Address}}, time.Minute))
	}
	got, ok, err := c.ByExternal(ctx, "rss:gazeta.example")
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, min(feeds[0].ID, feeds[1].ID), got.ID)
	_, ok, err = c.ByExternal(ctx, "telegram:404")
	require.NoError(t, err)
	require.False(t, ok)
}
