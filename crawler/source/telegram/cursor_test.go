package telegram

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whatever gaps are found, and however many, each number in one of them stays
// in one, and the cursor stays small.
func TestGapsAreNeverForgotten(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		c := cursor{Owner: "5", Newest: 1, Spans: []span{{Kind: history, Before: 1, Left: 5}}}
		missing := map[int64]bool{}
		for range 40 {
			before := c.Newest + 2 + rng.Int64N(50)
			for n := c.Newest + 1; n < before; n++ {
				missing[n] = true
			}
			c.addGap(c.Newest, before)
			c.Newest = before + 19
			require.LessOrEqual(t, len(c.Spans), maxGaps+2)
			if rng.IntN(3) == 0 { // one page of the next gap is read
				s := c.next()
				require.Equal(t, gap, s.Kind)
				from := max(s.Before-20, s.Down+1)
				for n := from; n < s.Before; n++ {
					delete(missing, n)
				}
				if s.Before = from; from == s.Down+1 {
					c.drop(s)
				}
			}
			for n := range missing {
				require.True(t, covered(c.Spans, n), "%d is in no gap of %v", n, c.Spans)
			}
		}
		require.True(t, c.has(history), "the history goes on afterwards")
	}
}

func covered(spans []span, n int64) bool {
	for _, s := range spans {
		if s.Kind == gap && n > s.Down && n < s.Before {
			return true
		}
	}
	return false
}

func TestTail(t *testing.T) {
	var c cursor
	for n := range int64(300) {
		c.remember([]int64{n, n, n / 2})
	}
	require.Len(t, c.Tail, maxTail)
	require.EqualValues(t, 299, c.Tail[maxTail-1])
	require.EqualValues(t, 180, c.Tail[0])
	c.forget(200)
	require.NotContains(t, c.Tail, int64(200))
	p := &page{min: 190, ids: map[int64]bool{190: true, 195: true}}
	require.Equal(t, []int64{191, 192, 193, 194}, c.missing(p, 196), "neither older than the page nor beyond its span")
	require.Len(t, c.missing(p, 300), maxConfirms)
}

// A stored place is one of ours or refused; what is taken goes on and is stored
// again as it was.
func FuzzCursor(f *testing.F) {
	for _, s := range []string{"", "null", `{"owner":"telegram:5","newest":7}`, `{"owner":"telegram:5","newest":7,"spans":[{"kind":"gap","before":5}],"tail":[1,2]}`, `{"newest":-1}`, `[]`, `{"owner":5}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		c, first, err := decode(b)
		if err != nil || first {
			return
		}
		_ = c.next()
		stored, err := c.encode()
		require.NoError(t, err)
		again, first, err := decode(stored)
		require.NoError(t, err)
		require.False(t, first)
		twice, err := again.encode()
		require.NoError(t, err)
		require.JSONEq(t, string(stored), string(twice))
	})
}
