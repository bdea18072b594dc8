package search_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/indexer/search"
)

func zone(t testing.TB, name string) *time.Location {
	l, err := time.LoadLocation(name)
	require.NoError(t, err)
	return l
}

func TestSteps(t *testing.T) {
	for _, c := range []struct {
		step                  search.Interval
		zone, at, begin, next string
	}{
		{search.Hour, "UTC", "2026-11-24T12:59:59Z", "2026-11-24T12:00:00Z", "2026-11-24T13:00:00Z"},
		{search.Hour, "UTC", "1969-12-31T23:30:00Z", "1969-12-31T23:00:00Z", "1970-01-01T00:00:00Z"},
		{search.Hour, "Asia/Kathmandu", "2026-11-24T12:20:00Z", "2026-11-24T12:15:00Z", "2026-11-24T13:15:00Z"},
		{search.Hour, "America/St_Johns", "2026-11-24T12:20:00Z", "2026-11-24T11:30:00Z", "2026-11-24T12:30:00Z"},
		{search.Day, "Asia/Vladivostok", "2026-11-24T14:00:00Z", "2026-11-24T14:00:00Z", "2026-11-25T14:00:00Z"},
		{search.Day, "Asia/Vladivostok", "2026-11-24T13:59:59Z", "2026-11-23T14:00:00Z", "2026-11-24T14:00:00Z"},
		{search.Day, "Europe/Berlin", "2026-03-29T12:00:00Z", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"}, // 23 hours
		{search.Day, "Europe/Berlin", "2026-10-25T12:00:00Z", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"}, // 25 hours
		{search.Day, "Asia/Beirut", "2026-03-29T12:00:00Z", "2026-03-28T22:00:00Z", "2026-03-29T21:00:00Z"},   // begins at 01:00
		{search.Day, "America/Havana", "2026-11-01T12:00:00Z", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"},
		{search.Month, "UTC", "2026-02-28T23:59:59Z", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"},
		{search.Month, "Asia/Kamchatka", "2026-12-31T12:00:00Z", "2026-12-31T12:00:00Z", "2027-01-31T12:00:00Z"},
		{search.Month, "Europe/Kaliningrad", "2026-12-31T21:59:59Z", "2026-11-30T22:00:00Z", "2026-12-31T22:00:00Z"},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		require.NoError(t, err)
		loc := zone(t, c.zone)
		begin := c.step.Begin(at, loc)
		require.Equal(t, c.begin, begin.UTC().Format(time.RFC3339), "%s %s in %s", c.step, c.at, c.zone)
		require.Equal(t, c.next, c.step.Next(begin, loc).UTC().Format(time.RFC3339), "%s %s in %s", c.step, c.at, c.zone)
	}
}

// Steps follow one another without a gap, and every moment is in its own.
func TestStepsCoverTime(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 0))
	for _, name := range []string{"UTC", "Europe/Moscow", "Asia/Vladivostok", "Europe/Berlin", "Asia/Beirut", "America/Havana", "America/Sao_Paulo", "Asia/Kathmandu", "Pacific/Apia"} {
		loc := zone(t, name)
		for range 300 {
			at := time.Unix(r.Int64N(2_200_000_000), r.Int64N(1e9))
			for _, step := range []search.Interval{search.Hour, search.Day, search.Month} {
				begin := step.Begin(at, loc)
				next := step.Next(begin, loc)
				require.False(t, begin.After(at), "%s of %s in %s begins %s", step, at, name, begin)
				require.True(t, next.After(at), "%s of %s in %s ends %s", step, at, name, next)
				require.True(t, begin.Equal(step.Begin(begin, loc)))
				require.True(t, begin.Equal(step.Begin(next.Add(-1), loc)), "%s before %s in %s", step, next, name)
				require.True(t, next.Equal(step.Begin(next, loc)))
			}
		}
	}
}
