package schedule_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/schedule"
	"github.com/otklik/otklik/crawler/source"
)

func TestHowReadingStands(t *testing.T) {
	c := newClock(t)
	ctx := context.Background()
	standing := func() schedule.Standing {
		s, err := c.Standing(ctx)
		require.NoError(t, err)
		return s
	}
	require.Equal(t, schedule.Standing{Healths: map[source.Health]int{}}, standing())

	a, b := c.add("a"), c.add("b")
	off, err := c.Add(ctx, root, schedule.Draft{Network: "telegram", Address: "off", Regions: []string{"RU-PRI"}})
	require.NoError(t, err)
	require.False(t, off.Enabled)
	require.Equal(t, schedule.Standing{Healths: map[source.Health]int{schedule.New: 2}}, standing(), "they are due, but only just")

	due := a.NextAt.UTC()
	c.advance(40 * time.Second)
	require.Equal(t, schedule.Standing{Healths: map[source.Health]int{schedule.New: 2}, Overdue: 2, Since: due}, standing(), "nobody reads")
	leases := c.due("w", 1)
	require.Equal(t, 1, standing().Overdue, "one is being read")
	require.NoError(t, c.Done(ctx, leases[0], nil))
	leases = c.due("w", 1)
	require.NoError(t, c.Done(ctx, leases[0], &source.State{Health: source.Blocked}))
	require.Equal(t, schedule.Standing{Healths: map[source.Health]int{source.OK: 1, source.Blocked: 1}}, standing())

	c.advance(24 * time.Hour)
	c.due("dies", 1)
	require.Equal(t, 1, standing().Overdue)
	c.advance(time.Hour)
	s := standing()
	require.Equal(t, 2, s.Overdue, "a lease that ran out is nobody's")
	require.Equal(t, minOf(c.get(a.ID).NextAt, c.get(b.ID).NextAt), s.Since)
}

// What a clock far ahead of ours has taken nobody reads.
func TestALeaseOfAWrongClockIsNobodys(t *testing.T) {
	c := newClock(t)
	c.add("a")
	c.advance(10 * time.Hour)
	require.Len(t, c.due("ahead", 1), 1)
	c.advance(-10*time.Hour + time.Minute)
	s, err := c.Standing(context.Background())
	require.NoError(t, err)
	require.Equal(t, 1, s.Overdue)
}

func minOf(a, b time.Time) time.Time {
	if b.Before(a) {
		a = b
	}
	return a.UTC()
}
