package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// What CI plays of the shape of one machine. Those that hurt no engine are
// played at once, on the one there is: most of their time is waiting.
func TestQuickScenarios(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: a minute of scenarios, with -short; make torture plays all of them")
	}
	o := options{papers: 40, posts: 2000, over: 8 * time.Second, settle: 3 * time.Minute, seed: 1, quick: true}
	var err error
	o.binary, err = build(t.Context(), t.TempDir())
	require.NoError(t, err)
	chosen, err := choose(nil, false, true)
	require.NoError(t, err)
	e, err := startEngines(t.Context(), false, false, t.Logf)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, e.close()) })
	for _, alone := range []bool{false, true} {
		t.Run(map[bool]string{false: "at once", true: "alone"}[alone], func(t *testing.T) {
			for _, s := range chosen {
				if alone != (s.needs != "") {
					continue
				}
				t.Run(s.name, func(t *testing.T) {
					if !alone {
						t.Parallel()
					}
					v, said, err := playOne(t.Context(), e, s, o)
					require.NoError(t, err)
					t.Log(said)
					require.True(t, v.ok(), said)
				})
			}
		})
	}
}
