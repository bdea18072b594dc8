package crawl_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/crawler/schedule"
	"github.com/otklik/otklik/crawler/source"
)

// lastLook is when posts of these tests, which are of 20 November, are due: at
// 30 days. They are due at 7 days before.
var lastLook = time.Date(2026, 12, 20, 12, 0, 0, 0, time.UTC)

// until lets the clock stand at a time before the next visit.
func (e *env) until(at time.Time) { e.advance(at.Sub(e.now()) - 24*time.Hour) }

// What is edited or deleted long after it was read is noticed: nothing on the
// newest pages tells of it.
func TestWhatChangesLaterIsNoticed(t *testing.T) {
	e := newEnv(t)
	c := e.channel(3)
	id := e.add("odin")
	e.visits(1)
	c.mu.Lock()
	c.texts[0], c.lost = "исправлен", map[int]bool{2: true}
	c.mu.Unlock()
	e.visits(1)
	require.Empty(t, c.asked, "not before its time")
	require.Len(t, e.records, 3)

	e.until(lastLook)
	o := e.visits(1)[0]
	require.Equal(t, source.OK, o.Health)
	require.Equal(t, 2, o.Records)
	require.Equal(t, [][]post.ID{{"telegram:1/3", "telegram:1/2", "telegram:1/1"}}, c.asked, "the newest first")
	last := e.last()
	require.Equal(t, "исправлен", last["telegram:1/1"].Post.Text)
	require.Equal(t, post.Live, last["telegram:1/1"].Origin)
	require.Equal(t, post.Deletion, last["telegram:1/2"].Kind)
	require.Len(t, e.records, 5, "what is as it was is no record")
	require.JSONEq(t, `{"n":3}`, string(e.get(id).Cursor), "the place in the channel is not touched")

	e.advance(1000 * 24 * time.Hour)
	e.visits(1)
	require.Len(t, c.asked, 1, "nobody asks for ever")
}

// One question a visit, of at most so many posts, whatever is due.
func TestRechecksAreBounded(t *testing.T) {
	e := newEnv(t)
	c := e.channel(50)
	c.size = 50
	e.add("odin")
	e.visits(1)
	e.until(lastLook)
	e.visits(1)
	require.Len(t, c.asked, 1)
	for range 3 {
		e.visits(1)
	}
	require.Len(t, c.asked, 3)
	require.Len(t, c.asked[0], source.MaxRecheck)
	require.EqualValues(t, "telegram:1/50", c.asked[0][0])
	require.Len(t, c.asked[2], 10)
	all := slices.Concat(c.asked...)
	slices.Sort(all)
	require.Len(t, slices.Compact(all), 50)
}

// A source that is away is not healthy; posts that it answers for with something
// strange, or with a panic, are asked for later.
func TestTroubleWithRechecks(t *testing.T) {
	for name, c := range map[string]struct {
		refuse func() error
		health source.Health
	}{
		"away":          {func() error { return &source.State{Health: source.Unreachable} }, source.Unreachable},
		"too much":      {func() error { return &source.State{Health: source.RateLimited} }, source.RateLimited},
		"strange":       {func() error { return &source.State{Health: source.NotUnderstood} }, source.OK},
		"any other":     {func() error { return errCrash }, source.OK},
		"a panic":       {func() error { panic("a post without a head") }, source.NotUnderstood},
		"another owner": {nil, source.OK},
	} {
		t.Run(name, func(t *testing.T) {
			e := newEnv(t)
			ch := e.channel(1)
			e.add("odin")
			e.visits(1)
			e.until(lastLook)
			ch.refuse = c.refuse
			if c.refuse == nil {
				e.open = func(schedule.Source) (source.Source, error) { return impostor{ch}, nil }
			}
			require.Equal(t, c.health, e.visits(1)[0].Health)
			require.Len(t, ch.asked, 1)
			require.Len(t, e.records, 1, "nothing is deleted by that")

			ch.refuse = nil
			ch.lost = map[int]bool{1: true}
			e.open = func(schedule.Source) (source.Source, error) { return ch, nil }
			require.Equal(t, source.OK, e.visits(1)[0].Health)
			require.Len(t, ch.asked, 2)
			require.Equal(t, post.Deletion, e.last()["telegram:1/1"].Kind)
		})
	}
}

// impostor answers for posts of another channel.
type impostor struct{ *channel }

func (i impostor) Recheck(ctx context.Context, ids []post.ID) (source.Batch, error) {
	b, err := i.channel.Recheck(ctx, ids)
	b.Items[0].ID = "telegram:2/1"
	return b, err
}

// A source that can't be asked isn't, and nothing of it waits to be.
func TestNoRechecksOfWindows(t *testing.T) {
	e := newEnv(t)
	c := e.channel(2)
	e.open = func(schedule.Source) (source.Source, error) { return struct{ source.Source }{c}, nil }
	e.add("odin")
	e.visits(1)
	ids, err := e.ledger.DueRechecks(t.Context(), "telegram:1", lastLook, 10)
	require.NoError(t, err)
	require.Empty(t, ids)
	e.until(lastLook)
	e.visits(1)
	require.Empty(t, c.asked)
}
