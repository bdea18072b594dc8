// Package source is the contract between the crawler and the networks it
// reads. Every adapter passes the suite sourcetest against a fake server that
// honours what is known about its network.
package source

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/otklik/otklik/crawler/post"
)

// Item is one post as an adapter read it, before the crawler gives it a rev, a
// bucket and an envelope.
type Item struct {
	ID           post.ID
	Published    time.Time // zero: the source gives none; the crawler takes the time of reading
	PublishedRaw string    // as the source wrote it
	Post         post.Post
}

// Cursor is where a source goes on; opaque JSON of the adapter, nil at first.
type Cursor = json.RawMessage

// Batch is what one Read brought.
type Batch struct {
	// Items in no particular order; the same id at most once.
	Items []Item
	// Deleted are posts known to be gone: asked for by Recheck, answered "not found".
	Deleted []post.ID
	// Cursor is stored only after the log has acknowledged the batch.
	Cursor Cursor
	// Info is what the source says of itself now; nil when it didn't.
	Info *Info
	// More: there is more to read at once.
	More bool
	// Backfill: these items are history, read backwards.
	Backfill bool
	// Skipped counts things of the page that are not posts or could not be
	// read, by reason; a reader sees them in the state of the source.
	Skipped map[string]int
}

// Info describes a source.
type Info struct {
	Source      string // network:owner
	Title       string
	Address     string // present address, for people
	Description string
	Subscribers *post.Counter
}

// Source is one channel, wall or feed, connected. It is used from one
// goroutine. Calls end when ctx does; each also has its own timeout.
type Source interface {
	// Connect finds out who the source is. It must answer the owner's
	// immutable number; an Info without it is an error.
	Connect(ctx context.Context) (Info, error)
	// Read gives the next batch after a cursor. An empty batch without an
	// error means: the source answered, understood, and has nothing new.
	// Everything else is a *State error.
	Read(ctx context.Context, after Cursor) (Batch, error)
	// Close gives back what Connect took. The source can't be used afterwards.
	Close() error
}

// MaxRecheck is how many posts one Recheck may ask for.
const MaxRecheck = 20

// Rechecker is a Source that can be asked for posts it showed before. One that
// can't, a feed for example, which is a window, doesn't have it.
type Rechecker interface {
	// Recheck looks at posts that should be there and says which are gone, or
	// gives their present content; what is in neither can't be told. At most
	// MaxRecheck ids a call. A source that can't be asked is a *State error,
	// never a deletion.
	Recheck(ctx context.Context, ids []post.ID) (Batch, error)
}

// Health is the state of a source as a person sees it. Silence is never
// mistaken for health.
type Health string

const (
	OK            Health = "ok"             // answered and understood
	Gone          Health = "gone"           // deleted, renamed, never was
	Blocked       Health = "blocked"        // private, restricted, preview switched off
	RateLimited   Health = "rate_limited"   // Until says when to come again
	NotUnderstood Health = "not_understood" // answered with something the adapter can't read: the markup has changed
	Unreachable   Health = "unreachable"    // no answer, a reset, a server's error
)

// State is the error of a source that is not OK.
type State struct {
	Health Health
	Detail string    // for people: what was seen, what was expected
	Until  time.Time // RateLimited: not before; zero if the source didn't say
	Ours   bool      // the trouble is not the source's: our log or database was away
	Err    error
}

func (s *State) Error() string {
	if s.Err != nil {
		return fmt.Sprintf("source is %s: %s: %v", s.Health, s.Detail, s.Err)
	}
	return fmt.Sprintf("source is %s: %s", s.Health, s.Detail)
}

func (s *State) Unwrap() error { return s.Err }
