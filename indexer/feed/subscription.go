package feed

import (
	"context"
	"errors"
	"maps"
	"sync"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/match"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/stream"
)

// Subscription is one client's feed. Its methods are called from one
// goroutine, except Close.
type Subscription struct {
	hub   *Hub
	id    int64
	scope access.Scope

	// Of the goroutine that calls Next.
	at       stream.Position  // what the client has had
	pending  []stream.Message // of own, fetched
	caughtUp bool             // own has done its work

	own     stream.Tail // reads up to where the hub is; nil for one that begins now
	release func()      // closes own

	// Under the hub's lock, except that Next receives from queue.
	compile func() query.Expr
	expr    query.Expr
	edition int // that expr is compiled for, or an older one
	queue   chan Event
	live    bool            // the hub hands out to it; false again when err is set
	border  stream.Position // from where on it takes what the hub hands out; set when it joins
	before  bool            // the hub is not at border yet
	err     error           // why the feed has ended
}

// Subscribe begins a feed of the posts within scope that match what compile
// gives: those that come from now on, or, where a position is given, all after
// it. compile is called now and whenever the glossary has changed; it is quick,
// and nil then means that what it gave before stays. Subscribe waits for a hub
// that is only starting; fault.Unavailable means that it is worth coming again.
// Close the subscription.
func (h *Hub) Subscribe(ctx context.Context, scope access.Scope, compile func() query.Expr, from stream.Position) (*Subscription, error) {
	wait, cancel := context.WithTimeout(ctx, readyTime)
	defer cancel()
	select {
	case <-h.ready:
	case <-wait.Done():
		return nil, waited(ctx, "live feeds don't work yet")
	}
	s := &Subscription{hub: h, scope: scope, compile: compile, edition: h.o.Analyzer.Edition(), queue: make(chan Event, h.o.Queue), release: func() {}}
	s.expr = compile() // with the edition above, or a newer one
	if len(from) > 0 {
		if err := s.open(ctx, wait, from); err != nil {
			return nil, err
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.over {
		s.release()
		return nil, errOver
	}
	h.last++
	s.id = h.last
	h.counters.Clients.Add(1)
	if s.own == nil {
		s.at, s.caughtUp = maps.Clone(h.at), true
		h.join(s)
	}
	return s, nil
}

// open begins to read from a position, when it is the client's turn.
func (s *Subscription) open(ctx, wait context.Context, from stream.Position) error {
	h := s.hub
	select {
	case h.turns <- struct{}{}:
	case <-wait.Done():
		return waited(ctx, "many live feeds are catching up")
	}
	own, err := h.o.Log.Tail(wait, stream.Indexed, from)
	if err != nil {
		<-h.turns
		if wait.Err() != nil {
			return waited(ctx, "the log doesn't answer")
		}
		return err
	}
	s.own, s.at = own, own.Position()
	s.release = sync.OnceFunc(func() {
		if err := own.Close(); err != nil {
			h.o.Logger.Warn("a reader of the log was not closed well", "err", err)
		}
		<-h.turns
	})
	return nil
}

func waited(ctx context.Context, why string) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fault.New(fault.Unavailable, "%s; come again", why)
}

// join makes a subscription one of those that the hub hands out to, from where
// the client stands, or the hub, whoever is further.
func (h *Hub) join(s *Subscription) {
	s.border = maps.Clone(h.at)
	for p, n := range s.at {
		if n > s.border[p] {
			s.border[p], s.before = n, true
		}
	}
	s.live = true
	h.subs[s.id] = s
	s.renew(h.edition)
	h.set.Update(s.id, s.expr)
}

// renew compiles the query again where it is not compiled for an edition.
func (s *Subscription) renew(edition int) {
	if s.edition == edition {
		return
	}
	now := s.hub.o.Analyzer.Edition()
	if e := s.compile(); e != nil {
		s.expr = e
	}
	s.edition = now
}

// meaning is what the query means for posts of an edition.
func (s *Subscription) meaning(edition int) query.Expr {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	s.renew(edition)
	return s.expr
}

// Meaning is what the query means now, for marking what was found.
func (s *Subscription) Meaning() query.Expr {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	return s.expr
}

func (s *Subscription) allows(r *post.Record) bool {
	return s.scope.Allows(r.Regions, r.ID.Source(), string(r.Visibility))
}

// further gives a position of the hub as one of the client, which may have
// stood before the hub.
func (s *Subscription) further(at stream.Position) stream.Position {
	if !s.before {
		return at
	}
	s.before = false
	at = maps.Clone(at)
	for p, n := range s.border {
		if n > at[p] {
			at[p], s.before = n, true
		}
	}
	return at
}

// Next waits for the next event. It returns ctx.Err() when ctx ends, and may
// then be called again; ErrSlow, or another error, ends the feed.
func (s *Subscription) Next(ctx context.Context) (Event, error) {
	for !s.caughtUp {
		if e, ok, err := s.catchUp(ctx); ok || err != nil {
			return e, err
		}
	}
	select {
	case <-ctx.Done():
		return Event{}, ctx.Err()
	case e, ok := <-s.queue:
		if !ok {
			return Event{}, s.ended()
		}
		s.at = e.Position
		return e, nil
	}
}

func (s *Subscription) ended() error {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	return s.err
}

// catchUp goes one step towards the hub: looks at one message, fetches more,
// or goes over to what the hub hands out.
func (s *Subscription) catchUp(ctx context.Context) (e Event, ok bool, err error) {
	if len(s.pending) > 0 {
		if e, ok, err = s.look(ctx, s.pending[0]); err == nil {
			s.pending = s.pending[1:]
		}
		return e, ok, err
	}
	s.caughtUp, err = s.meet()
	if err != nil || s.caughtUp {
		s.release()
		return Event{}, false, err
	}
	short, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	s.pending, err = s.own.Fetch(short, batch)
	switch {
	case ctx.Err() != nil:
		return Event{}, false, ctx.Err()
	case errors.Is(err, context.DeadlineExceeded):
		return Event{}, false, nil // the way may have ended without a message: some were trimmed
	case errors.Is(err, stream.ErrClosed):
		return Event{}, false, stream.ErrClosed
	}
	return Event{}, false, err
}

// meet joins the hub's clients as soon as little is missing, and says whether
// nothing is: from the border on, the hub hands out.
func (s *Subscription) meet() (done bool, err error) {
	h := s.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	s.at = s.own.Position()
	if s.err == nil && h.over {
		s.err = errOver
	}
	if s.err != nil && !errors.Is(s.err, ErrSlow) {
		return false, s.err
	}
	if s.border == nil {
		missing := int64(0)
		for p, n := range h.at {
			missing += max(0, n-s.at[p])
		}
		if missing > int64(h.o.Queue/2) {
			return false, nil
		}
		h.join(s)
	}
	done = true
	for p, n := range s.border {
		done = done && s.at[p] >= n
		s.at[p] = min(s.at[p], n)
	}
	return done, nil
}

// look looks at one message of its own reader.
func (s *Subscription) look(ctx context.Context, m stream.Message) (Event, bool, error) {
	if s.border != nil && m.Offset >= s.border[m.Partition] {
		return Event{}, false, nil // the hub hands it out
	}
	r, err := post.Decode(m.Value)
	var d *doc
	if err == nil && r.Kind == post.Revision && s.allows(&r) {
		d, err = s.hub.o.prepare(ctx, &r)
		switch {
		case ctx.Err() != nil:
			return Event{}, false, ctx.Err()
		case err != nil && fault.KindOf(err) != fault.NotFound:
			return Event{}, false, unread(err)
		}
	}
	at := maps.Clone(s.at)
	at[m.Partition] = m.Offset + 1
	s.at = at
	if d == nil || !match.Matches(s.meaning(d.edition), d.Doc) {
		return Event{}, false, nil
	}
	return Event{at, r}, true, nil
}

// Position is where to go on when the feed ends now: after the last event, or
// further, where nothing that came since concerns the client.
func (s *Subscription) Position() stream.Position {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	if s.caughtUp && s.live && len(s.queue) == 0 {
		return maps.Clone(s.further(s.hub.at))
	}
	return maps.Clone(s.at)
}

// Close ends the feed; Next returns stream.ErrClosed then.
func (s *Subscription) Close() {
	h := s.hub
	h.mu.Lock()
	closed := errors.Is(s.err, stream.ErrClosed)
	h.drop(s, stream.ErrClosed)
	s.err = stream.ErrClosed
	h.mu.Unlock()
	s.release()
	if !closed {
		h.counters.Clients.Add(-1)
	}
}
