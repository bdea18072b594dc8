package desk_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/incidents/store"
)

// Whoever takes matches of a region waits for whoever does so already: only
// then does the second of two that say the same see what the first has opened.
func TestTakersOfARegionTakeTurns(t *testing.T) {
	e := start(t)
	s := e.search()
	e.rule(s, nil)
	m, elsewhere := e.match("telegram:7/1", text, s), e.match("telegram:7/2", text, s)
	elsewhere.Region, elsewhere.Regions = "RU-TVE", []string{"RU-TVE"}
	taken := make(chan error, 1)
	require.NoError(t, e.Store.InTx(t.Context(), func(tx *store.Tx) error {
		if err := tx.LockRegions(t.Context(), "RU-PRI"); err != nil {
			return err
		}
		require.NoError(t, e.Take(t.Context(), elsewhere), "another region waits for nobody")
		go func() { taken <- e.Take(t.Context(), m) }()
		require.Eventually(t, func() bool {
			if len(taken) > 0 {
				return true // it didn't wait
			}
			waiting := 0
			err := e.pool.QueryRow(t.Context(), `SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
				WHERE d.datname = current_database() AND l.locktype = 'advisory' AND NOT l.granted`).Scan(&waiting)
			return err == nil && waiting > 0
		}, 20*time.Second, 5*time.Millisecond)
		require.Empty(t, taken, "it opened its incident beside us")
		return nil
	}))
	require.NoError(t, <-taken)
	require.Equal(t, []string{"opened"}, e.trail(e.one().Number))
}
