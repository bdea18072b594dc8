package post_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
)

// The written form is frozen: it names tables and indices, and stands in
// every record of the log.
func TestBucketForm(t *testing.T) {
	vladivostok := time.FixedZone("VLAT", 10*3600)
	for _, c := range []struct {
		at   time.Time
		want string
	}{
		{time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC), "standard-2026-11"},
		{time.Date(2026, 12, 1, 5, 0, 0, 0, vladivostok), "standard-2026-11"}, // months are UTC's
		{time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC), "standard-1970-01"},
	} {
		b, err := post.NewBucket("standard", c.at)
		require.NoError(t, err)
		require.EqualValues(t, c.want, b)
		require.Equal(t, "standard", b.Class())
		require.Equal(t, time.Date(c.at.UTC().Year(), c.at.UTC().Month(), 1, 0, 0, 0, 0, time.UTC), b.Month())
	}
}

// Bucket names become names of tables and indices: nothing else may pass.
func TestBucketCheck(t *testing.T) {
	for _, bad := range []post.Bucket{
		"", "standard", "standard-2026", "standard-2026-00", "standard-2026-13", "standard-26-11", "Standard-2026-11", "-2026-11",
		"standard-2026-11 ", "standard-2026-11\n", "a;drop-2026-11", "abcdefghijklmnopq-2026-11", "standard-12026-11", "обычный-2026-11",
	} {
		require.Error(t, bad.Check(), "%q", bad)
	}
	_, err := post.NewBucket("standard", time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC))
	require.Error(t, err)
}

// Whole months count, so that a bucket is dropped as a whole.
func TestClassAccepts(t *testing.T) {
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		months    int
		published time.Time
		want      bool
	}{
		{12, time.Date(2025, 11, 1, 0, 0, 0, 0, time.UTC), true},
		{12, time.Date(2025, 10, 31, 23, 59, 59, 0, time.UTC), false},
		{0, time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), true},
		{0, time.Date(2026, 10, 31, 0, 0, 0, 0, time.UTC), false},
		{60, time.Unix(0, 0), false},
		{60, now, true},
	} {
		require.Equal(t, c.want, post.Class{Name: "standard", Months: c.months}.Accepts(c.published, now), "%v", c)
	}
}

// A bucket's time is over exactly when its youngest post would not be accepted.
func TestClassEnds(t *testing.T) {
	for _, months := range []int{1, 12, 60} {
		c := post.Class{Name: "short", Months: months}
		for _, b := range []post.Bucket{"short-2025-01", "short-2025-12", "short-2024-02"} {
			end, youngest := c.Ends(b), b.Month().AddDate(0, 1, 0).Add(-time.Nanosecond)
			require.True(t, c.Accepts(youngest, end.Add(-time.Nanosecond)), "%s of %d months", b, months)
			require.False(t, c.Accepts(youngest, end), "%s of %d months", b, months)
		}
	}
}
