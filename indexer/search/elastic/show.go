package elastic

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/otklik/otklik/internal/fault"
)

// showing lets writers share refreshes. One costs the server nearly the same
// for a document as for thousands, and makes a segment that has to be merged:
// whoever comes while one is under way waits for the next, together with others.
type showing struct {
	mu      sync.Mutex
	working bool
	next    *shown // the refresh that has not begun; nil: nobody waits for one
}

// shown is one refresh.
type shown struct {
	indices map[string]bool
	waiters int
	done    chan struct{}
	err     error // once done
}

// show makes searchable what was written to indices before.
func (x *Index) show(ctx context.Context, indices map[string]bool) error {
	if len(indices) == 0 {
		return nil
	}
	r := x.join(indices)
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-r.done:
		return r.err
	}
}

func (x *Index) join(indices map[string]bool) *shown {
	s := &x.showing
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.next == nil {
		s.next = &shown{indices: map[string]bool{}, done: make(chan struct{})}
	}
	maps.Copy(s.next.indices, indices)
	s.next.waiters++
	if !s.working {
		s.working = true
		go x.showAll()
	}
	return s.next
}

// showAll makes one refresh after another until nobody waits.
func (x *Index) showAll() {
	s := &x.showing
	for {
		s.mu.Lock()
		r := s.next
		s.next, s.working = nil, r != nil
		s.mu.Unlock()
		if r == nil {
			return
		}
		// It is nobody's own: one who goes away takes nothing from the others.
		r.err = x.refresh(context.Background(), slices.Sorted(maps.Keys(r.indices)))
		close(r.done)
	}
}

// refresh makes searchable what was written to indices. Those that are gone
// are no matter.
func (x *Index) refresh(ctx context.Context, indices []string) error {
	const most = 25 // names an address of 4,096 bytes has room for
	for some := range slices.Chunk(indices, most) {
		var out struct {
			Shards struct {
				Failed int `json:"failed"`
			} `json:"_shards"`
		}
		path := "/" + strings.Join(some, ",") + "/_refresh?ignore_unavailable=true"
		if err := x.call(ctx, http.MethodPost, path, nil, &out); err != nil {
			return err
		}
		if out.Shards.Failed > 0 {
			return fault.New(fault.Unavailable, "Elasticsearch could not show all of %s", strings.Join(some, ", "))
		}
	}
	return nil
}
