// Package feed is the live feeds: posts that match a query, from the moment
// they can be searched. Each process reads the topic "indexed" once, whole,
// however many people look on, and a client that comes back with the position
// of its last event goes on without loss or repeat, in whatever process.
package feed

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/match"
	"github.com/otklik/otklik/indexer/text"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/stream"
)

// Tailer is the end of the log that is read from.
type Tailer interface {
	Tail(ctx context.Context, topic string, from stream.Position) (stream.Tail, error)
}

// Bodies reads what the log may not carry: the content of sealed posts.
type Bodies interface {
	Body(ctx context.Context, id post.ID, rev int64) (post.Post, error)
}

// Options of New. Log, Analyzer and Bodies are required.
type Options struct {
	Log      Tailer
	Analyzer *text.Analyzer
	Bodies   Bodies
	Logger   *slog.Logger
	Now      func() time.Time
	Queue    int // events that may wait for one client; default 256
	CatchUps int // clients that may catch up at one time, each with a reader of its own; default 32
}

const (
	batch     = 200 // messages
	pauseMin  = 100 * time.Millisecond
	pauseMax  = 5 * time.Second
	bodyTime  = 5 * time.Second  // for reading one body
	readyTime = 10 * time.Second // that Subscribe waits for the hub, or for its turn
	fetchTime = time.Second      // after which one who catches up looks whether it has
)

// Event is one post for one client.
type Event struct {
	// Position is where to go on after this event. Shared: not to be changed.
	Position stream.Position
	// Record is a Revision. A sealed post's Record.Post is nil: its body is
	// read from Bodies by whoever may see it. Shared: not to be changed.
	Record post.Record
}

// ErrSlow says that more events came than the client took. It has been given
// all before the first that had no room; it comes again with the last position.
var ErrSlow = errors.New("feed: events came faster than they were taken")

// Counters is what a Hub does, for metrics.
type Counters struct {
	Clients atomic.Int64 // subscriptions now
	Dropped atomic.Int64 // subscriptions ended by ErrSlow
	Events  atomic.Int64 // put into the queues of clients
	Skipped atomic.Int64 // records that could not be read
	Behind  atomic.Int64 // nanoseconds between the appending and the handing out of the last record
}

// Hub hands posts out to the clients of one process. It is safe for
// concurrent use.
type Hub struct {
	o        Options
	counters Counters
	ready    chan struct{} // closed when Run knows where it stands
	turns    chan struct{} // of catching up

	mu      sync.Mutex
	at      stream.Position // next offsets to hand out
	subs    map[int64]*Subscription
	set     *match.Set // of the expressions of subs
	edition int        // of the analysis that the set is compiled for
	last    int64      // id of a subscription
	over    bool       // Run has ended
}

// New makes a hub; it works as long as Run does.
func New(o Options) *Hub {
	o.Queue, o.CatchUps = cmp.Or(o.Queue, 256), cmp.Or(o.CatchUps, 32)
	o.Logger = cmp.Or(o.Logger, slog.Default())
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Hub{o: o, ready: make(chan struct{}), turns: make(chan struct{}, o.CatchUps),
		subs: map[int64]*Subscription{}, set: match.NewSet(), edition: o.Analyzer.Edition()}
}

// Counters are the hub's own; they change as it works.
func (h *Hub) Counters() *Counters { return &h.counters }

// Run reads the topic until ctx ends, which it returns as nil. When the log
// doesn't answer it tries again, from where it was. It is called once.
func (h *Hub) Run(ctx context.Context) error {
	defer h.end()
	for pause := pauseMin; ; {
		began := h.position()
		err := h.follow(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if !maps.Equal(began, h.position()) {
			pause = pauseMin
		}
		h.o.Logger.Warn("live feeds are interrupted; trying again", "err", err, "in", pause)
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-timer.C:
		}
		pause = min(2*pause, pauseMax)
	}
}

func (h *Hub) position() stream.Position {
	h.mu.Lock()
	defer h.mu.Unlock()
	return maps.Clone(h.at)
}

// follow hands out what comes until an error.
func (h *Hub) follow(ctx context.Context) error {
	from := h.position()
	tail, err := h.o.Log.Tail(ctx, stream.Indexed, from)
	if err != nil {
		return err
	}
	defer tail.Close()
	h.start(from, tail.Position())
	for {
		msgs, err := tail.Fetch(ctx, batch)
		if err != nil {
			return err
		}
		for _, m := range msgs {
			h.handOut(ctx, m)
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
	}
}

// start takes the place where a tail begins as the hub's.
func (h *Hub) start(asked, at stream.Position) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for p, want := range asked {
		if at[p] == want {
			continue
		}
		// The log no longer keeps what comes next, or is another one.
		h.o.Logger.Error("live feeds may have lost posts", "partition", p, "from", want, "to", at[p])
		for _, s := range slices.Collect(maps.Values(h.subs)) {
			h.drop(s, errOver)
		}
	}
	h.at = at
	select {
	case <-h.ready:
	default:
		close(h.ready)
	}
}

// handOut gives one message to all whom it concerns and moves on.
func (h *Hub) handOut(ctx context.Context, m stream.Message) {
	r, err := post.Decode(m.Value) // an entry of "indexed" has the form of a record
	if err != nil {
		h.counters.Skipped.Add(1)
		h.o.Logger.Error("a record of the topic indexed can't be read", "origin", m.Origin(), "err", err)
	}
	var d *doc
	for tried := err != nil || r.Kind != post.Revision; ; tried = true {
		h.mu.Lock()
		if tried || !h.wanted(&r) {
			break
		}
		// Not under the lock: it may read a body. Who subscribes meanwhile
		// stands before this message still.
		h.mu.Unlock()
		d, err = h.o.prepare(ctx, &r)
	}
	defer h.mu.Unlock()
	h.at[m.Partition] = m.Offset + 1
	switch {
	case d != nil:
		h.give(m, &r, d)
	case r.Kind == post.Revision && err != nil && fault.KindOf(err) != fault.NotFound:
		h.refuse(&r, m, err)
	}
	h.counters.Behind.Store(int64(h.o.Now().Sub(m.Time)))
}

// wanted says whether anybody may see the post.
func (h *Hub) wanted(r *post.Record) bool {
	for _, s := range h.subs {
		if s.allows(r) {
			return true
		}
	}
	return false
}

// give puts the post into the queues of those whose query it matches and who
// may see it.
func (h *Hub) give(m stream.Message, r *post.Record, d *doc) {
	h.renew(d)
	var at stream.Position
	for _, id := range h.set.Match(d.Doc) {
		s := h.subs[id]
		if !s.allows(r) || m.Offset < s.border[m.Partition] {
			continue
		}
		if at == nil {
			at = maps.Clone(h.at)
		}
		select {
		case s.queue <- Event{s.further(at), *r}:
			h.counters.Events.Add(1)
		default:
			h.counters.Dropped.Add(1)
			h.drop(s, ErrSlow)
		}
	}
}

// renew compiles all queries again where a post was analysed with another edition
// than they are compiled for: the glossary has changed. What they are compiled to
// finds posts of the editions before, too.
func (h *Hub) renew(d *doc) {
	if d.edition == h.edition {
		return
	}
	h.edition = h.o.Analyzer.Edition()
	for _, s := range h.subs {
		s.renew(h.edition)
		h.set.Update(s.id, s.expr)
	}
}

// refuse ends the feeds of all who may see a post that could not be read, so
// that they come again and get it then: others should not wait for it.
func (h *Hub) refuse(r *post.Record, m stream.Message, err error) {
	h.o.Logger.Warn("a sealed post can't be read; its readers have to come again", "id", r.ID, "err", err)
	for _, s := range slices.Collect(maps.Values(h.subs)) {
		if s.allows(r) && m.Offset >= s.border[m.Partition] {
			h.drop(s, unread(err))
		}
	}
}

// drop ends a subscription under the lock.
func (h *Hub) drop(s *Subscription, err error) {
	if _, there := h.subs[s.id]; !there {
		return
	}
	delete(h.subs, s.id)
	h.set.Remove(s.id)
	s.live, s.err = false, err
	close(s.queue)
}

func (h *Hub) end() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.over = true
	for _, s := range slices.Collect(maps.Values(h.subs)) {
		h.drop(s, errOver)
	}
}

var errOver = fault.New(fault.Unavailable, "live feeds end here; go on from the last position")

// doc is a post and the edition of its analysis.
type doc struct {
	*match.Doc
	edition int
}

// prepare analyses a post.
func (o *Options) prepare(ctx context.Context, r *post.Record) (*doc, error) {
	body := r.Post
	if r.Visibility == post.Sealed {
		ctx, cancel := context.WithTimeout(ctx, bodyTime)
		defer cancel()
		b, err := o.Bodies.Body(ctx, r.ID, r.Rev)
		if err != nil {
			return nil, err
		}
		body = &b
	}
	a := o.Analyzer.Analyze(body.Title, body.Text)
	return &doc{match.NewDoc(r.Envelope, a), a.Edition}, nil
}

func unread(err error) error {
	return fault.New(fault.Unavailable, "a sealed post can't be read now; go on from the last position: %w", err)
}
