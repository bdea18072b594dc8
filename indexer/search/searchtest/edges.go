package searchtest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/indexer/search"
)

// testStepEdges puts posts a microsecond, the finest that an index keeps, to
// either side of the edges of steps: each is counted once, in its own.
func testStepEdges(t *testing.T, d *desk) {
	edge := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	d.put(d.doc("last", edge.Add(-time.Microsecond), "яма"), d.doc("first", edge, "яма"), d.doc("second", edge.Add(time.Microsecond), "яма"),
		d.doc("hour", edge.Add(time.Hour-time.Microsecond), "яма"), d.doc("next", edge.Add(time.Hour), "яма"))
	require.Equal(t, []string{"2026-10-31T23:00Z 1", "2026-11-01T00:00Z 3", "2026-11-01T01:00Z 1"}, d.hist(search.Hour, nil, "яма"))
	require.Equal(t, []string{"2026-10-31T00:00Z 1", "2026-11-01T00:00Z 4"}, d.hist(search.Day, nil, "яма"))
	require.Equal(t, []string{"2026-10-01T00:00Z 1", "2026-11-01T00:00Z 4"}, d.hist(search.Month, nil, "яма"))
	d.finds("until:2026-10-31", "last")
	d.finds("since:2026-11-01", "next", "hour", "second", "first")
}
