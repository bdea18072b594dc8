// Package live tells the clients of one process which incidents change, each
// those that they may see.
package live

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/internal/fault"
)

// Options say what a hub looks at. Fields without a default are needed.
type Options struct {
	Store *store.Store
	Every time.Duration // between two looks at the database; default 500 ms
	Now   func() time.Time
	Log   *slog.Logger // default slog.Default
}

const (
	// most bounds the changes that are told one by one, of one look and for one
	// client; where there are more, everything may have changed.
	most      = 500
	lookTime  = 10 * time.Second
	readyTime = 10 * time.Second // that Subscribe waits for the hub
)

// Hub looks at the database for all clients of a process, so that their number
// costs it little. It is safe for concurrent use.
type Hub struct {
	o     Options
	ready chan struct{} // closed when Run knows from where on it tells

	mu     sync.Mutex
	groups map[string]*group // by what they see
	over   bool              // Run has ended
}

// group is all clients that see the same.
type group struct {
	view store.View
	subs map[*Subscription]bool
}

// New makes a hub; it works as long as Run does.
func New(o Options) *Hub {
	o.Every, o.Log = cmp.Or(o.Every, 500*time.Millisecond), cmp.Or(o.Log, slog.Default())
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Hub{o: o, ready: make(chan struct{}), groups: map[string]*group{}}
}

// Run looks until ctx ends, which it returns as nil. While the database does
// not answer it looks again, from where it was: no change is missed. It is
// called once.
func (h *Hub) Run(ctx context.Context) error {
	defer h.end()
	tick := time.NewTicker(h.o.Every)
	defer tick.Stop()
	since, away, tidied := "", false, time.Time{}
	for {
		now, err := h.look(ctx, since)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			if !away {
				h.o.Log.Warn("changes of incidents can't be read; trying again", "err", err)
			}
		case since == "":
			close(h.ready)
			fallthrough
		default:
			since = now
		}
		away = err != nil
		if at := h.o.Now(); at.Sub(tidied) > store.PresenceLasts && !away {
			tidied = at
			if err := h.o.Store.ForgetPresence(ctx, at.Add(-store.PresenceLasts)); err != nil && ctx.Err() == nil {
				h.o.Log.Warn("who looks at incidents no longer is not forgotten yet", "err", err)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// look tells what was written since a snapshot, and gives the present one.
func (h *Hub) look(ctx context.Context, since string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	touched, now, err := h.o.Store.Touched(ctx, since, most+1)
	if err != nil {
		return "", err
	}
	if len(touched) == 0 {
		return now, nil
	}
	for _, g := range h.present() {
		if len(touched) > most {
			g.tell(nil)
			continue
		}
		var numbers []int64
		for _, t := range touched {
			if g.view.Concerns(t) {
				numbers = append(numbers, t.Number)
			}
		}
		if len(numbers) == 0 {
			continue
		}
		seen, err := h.o.Store.Seen(ctx, g.view, numbers)
		if err != nil {
			return "", err
		}
		if len(seen) > 0 {
			g.tell(seen)
		}
	}
	return now, nil
}

// telling is a group as it stands at one moment.
type telling struct {
	view store.View
	subs []*Subscription
}

func (h *Hub) present() []telling {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := make([]telling, 0, len(h.groups))
	for _, g := range h.groups {
		t := telling{view: g.view}
		for s := range g.subs {
			t.subs = append(t.subs, s)
		}
		out = append(out, t)
	}
	return out
}

// tell gives changes to all of a group; none: everything may have changed.
func (t telling) tell(cs []store.Change) {
	for _, s := range t.subs {
		s.put(cs)
	}
}

func (h *Hub) end() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.over = true
	for _, g := range h.groups {
		for s := range g.subs {
			close(s.over)
		}
	}
	clear(h.groups)
}

// Subscription is what one client is told. Its methods are for one goroutine.
type Subscription struct {
	hub   *Hub
	group string        // what it sees, as a key
	bell  chan struct{} // has a token when there is something to take
	over  chan struct{} // closed when the hub ends

	mu      sync.Mutex
	changed map[int64]int // number → version
	all     bool
}

// Subscribe begins to tell what changes from now on.
func (h *Hub) Subscribe(ctx context.Context, v store.View) (*Subscription, error) {
	ctx, cancel := context.WithTimeout(ctx, readyTime)
	defer cancel()
	select {
	case <-h.ready:
	case <-ctx.Done():
		return nil, fault.New(fault.Unavailable, "the database can't answer now")
	}
	s := &Subscription{hub: h, group: fmt.Sprintf("%#v", v), bell: make(chan struct{}, 1), over: make(chan struct{}), changed: map[int64]int{}}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.over {
		return nil, errOver
	}
	g := h.groups[s.group]
	if g == nil {
		g = &group{view: v, subs: map[*Subscription]bool{}}
		h.groups[s.group] = g
	}
	g.subs[s] = true
	return s, nil
}

var errOver = fault.New(fault.Unavailable, "the server goes down")

// Close ends the subscription. It may be called again.
func (s *Subscription) Close() {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	if g := s.hub.groups[s.group]; g != nil {
		if delete(g.subs, s); len(g.subs) == 0 {
			delete(s.hub.groups, s.group)
		}
	}
}

// put keeps changes until the client takes them. One that is slow is told of
// an incident's last version only, and of too many incidents that everything
// may have changed: what waits for it is bounded, and nothing is lost.
func (s *Subscription) put(cs []store.Change) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range cs {
		s.changed[c.Number] = c.Version
	}
	if len(cs) == 0 || s.all || len(s.changed) > most {
		s.all = true
		clear(s.changed)
	}
	select {
	case s.bell <- struct{}{}:
	default:
	}
}

// Next waits for changes and gives them, in no order. all says that everything
// may have changed, which is not told one by one.
func (s *Subscription) Next(ctx context.Context) (changed []store.Change, all bool, err error) {
	select {
	case <-ctx.Done():
		return nil, false, ctx.Err()
	case <-s.over:
		return nil, false, errOver
	case <-s.bell:
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for n, v := range s.changed {
		changed = append(changed, store.Change{Number: n, Version: v})
	}
	all = s.all
	clear(s.changed)
	s.all = false
	return changed, all, nil
}
