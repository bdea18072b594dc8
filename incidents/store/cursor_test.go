package store

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/fault"
)

func FuzzCursor(f *testing.F) {
	due := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	for _, c := range []cursor{{Sort: ByNewest, Number: 7}, {Sort: ByDue, Number: 7, Due: &due}, {Sort: ByNewest, Number: -1}} {
		f.Add(c.String())
	}
	f.Add("")
	f.Add("bnVsbA")
	f.Fuzz(func(t *testing.T, s string) {
		for _, sort := range []Sort{ByNewest, ByDue} {
			c, err := parseCursor(s, sort)
			if err != nil {
				require.Equal(t, fault.Invalid, fault.KindOf(err))
				continue
			}
			require.Equal(t, sort, c.Sort)
			require.Positive(t, c.Number)
			again, err := parseCursor(c.String(), sort)
			require.NoError(t, err)
			require.Equal(t, c.String(), again.String())
		}
	})
}
