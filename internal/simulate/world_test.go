package simulate

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestWorld(t *testing.T) {
	w, err := NewWorld(1)
	require.NoError(t, err)
	at := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	kinds, last := map[EventKind]int{}, map[int]int{}
	for i := range 3000 {
		e := w.Next(at.Add(time.Duration(i) * time.Minute))
		kinds[e.Kind]++
		if e.Kind != NewPost {
			require.False(t, w.channels[e.Channel].Feed, "feeds neither edit nor delete")
			require.LessOrEqual(t, e.Post, last[e.Channel])
			continue
		}
		require.Greater(t, e.Post, last[e.Channel], "numbers ascend in a channel")
		last[e.Channel] = e.Post
	}
	require.Len(t, last, len(Channels()))
	require.Greater(t, kinds[EditPost], 30)
	require.Greater(t, kinds[DeletePost], 5)
}
