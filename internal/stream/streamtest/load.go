package streamtest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/stream"
	"github.com/otklik/otklik/internal/testenv"
)

// testLoad has writers append many small batches after random pauses, so that
// their transactions overlap in every order, while a tail and a group read.
func testLoad(t *testing.T, e Engine) {
	topic := testenv.Name(t)
	read := e.Open(t, &Line{})
	r := tail(t, read, topic, nil)
	c := consume(t, read, "readers", topic)
	const writers, batches = 3, 100
	var wg sync.WaitGroup
	var mu sync.Mutex
	want := map[string]bool{}
	for w := range writers {
		l := e.Open(t, &Line{})
		random := rand.New(rand.NewPCG(1, uint64(w)))
		wg.Go(func() {
			for b := range batches {
				var rs []stream.Record
				for i := range 1 + random.IntN(5) {
					v := fmt.Sprintf("%d/%d/%d", w, b, i)
					rs = append(rs, stream.Record{Key: fmt.Sprint("k", random.IntN(40)), Value: []byte(v)})
				}
				if err := l.Append(context.Background(), topic, rs...); err != nil {
					t.Errorf("append: %v", err)
					return
				}
				mu.Lock()
				for _, r := range rs {
					want[string(r.Value)] = true
				}
				mu.Unlock()
				if random.IntN(4) == 0 {
					pause := time.NewTimer(time.Duration(random.IntN(3000)) * time.Microsecond)
					<-pause.C
				}
			}
		})
	}
	finished := make(chan struct{})
	go func() { wg.Wait(); close(finished) }()
	readers := map[string]fetcher{"tail": r, "group": c}
	got := map[string][]stream.Message{}
	var reading sync.WaitGroup
	for name, f := range readers {
		reading.Go(func() {
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			seen := map[string]bool{}
			var all []stream.Message
			for {
				step, stop := context.WithTimeout(ctx, 100*time.Millisecond)
				msgs, err := f.Fetch(step, 1+rand.IntN(40))
				stop()
				if err != nil && step.Err() == nil {
					t.Errorf("%s: %v", name, err)
				}
				for _, m := range msgs {
					seen[string(m.Value)] = true
				}
				all = append(all, msgs...)
				select {
				case <-finished:
					mu.Lock()
					complete := len(seen) >= len(want)
					mu.Unlock()
					if complete || ctx.Err() != nil {
						mu.Lock()
						got[name] = all
						mu.Unlock()
						return
					}
				default:
				}
			}
		})
	}
	reading.Wait()
	for name := range readers {
		increasing(t, got[name], e.Dense)
		n := 0
		for _, m := range got[name] {
			require.True(t, want[string(m.Value)], "%s: %s was not appended", name, m.Value)
			n++
		}
		require.Equal(t, len(want), n, "%s: each record once", name)
	}
}
