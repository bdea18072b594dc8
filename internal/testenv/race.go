package testenv

import (
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/otklik/otklik/internal/fault"
)

// OneWins makes n tries at once: one of them must have no error, and every
// other fault.Conflict.
func OneWins(t testing.TB, n int, try func(i int) error) {
	t.Helper()
	var g errgroup.Group
	errs := make([]error, n)
	for i := range n {
		g.Go(func() error { errs[i] = try(i); return nil })
	}
	require.NoError(t, g.Wait())
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else {
			require.Equal(t, fault.Conflict, fault.KindOf(err), "%v", err)
		}
	}
	require.Equal(t, 1, won)
}
