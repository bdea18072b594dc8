package ingest

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/otklik/otklik/indexer/match"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/standing"
	"github.com/otklik/otklik/indexer/text"
	"github.com/otklik/otklik/internal/fault"
)

// Generations is where standing searches and their generations are kept.
type Generations interface {
	Changes(ctx context.Context, since int64) ([]standing.Search, int64, error)
	Acknowledge(ctx context.Context, indexer string, generation int64, edition int) error
	Leave(ctx context.Context, indexer string) error
}

// Words is where the glossary comes from; glossary.Follower.
type Words interface {
	// Look looks what is new; use, nil where nothing is, makes what compiles and
	// analyses work with it.
	Look(ctx context.Context) (use func(), err error)
	// Edition is the number of the edition that is in force.
	Edition() int
}

// Searches is the set of standing searches that one indexer matches with.
// Safe for concurrent use.
type Searches struct {
	Store   Generations
	Indexer string                                              // unique among the live indexers
	Compile func(s standing.Search) (query.Expr, []fault.Field) // parse and bind
	Words   Words                                               // nil: there is no glossary
	Log     *slog.Logger
	Now     func() time.Time // nil: time.Now

	refreshing sync.Mutex
	acked      atomic.Pointer[time.Time] // of the last acknowledgement that counts; nil: none

	mu         sync.RWMutex // held for reading through a whole batch
	set        *match.Set
	byID       map[int64]standing.Search
	generation int64
}

// lease is for how long an acknowledgement lets an indexer work. Whoever
// searches the past waits for an indexer until standing.Gone; what this one
// does must be over by then, also where its clock is not quite theirs.
const lease = standing.Gone - 15*time.Second

// left is how much of the lease remains; nothing for one that never
// acknowledged.
func (s *Searches) left() time.Duration {
	if at := s.acked.Load(); at != nil {
		return lease - s.now().Sub(*at)
	}
	return 0
}

func (s *Searches) now() time.Time {
	if s.Now == nil {
		return time.Now()
	}
	return s.Now()
}

// hold keeps the present set in force until the returned function is called,
// for work within the returned context, which ends with the lease. Where the
// lease is short or there is none yet, it refreshes first: a post that were
// matched with an old set would be missed for good.
func (s *Searches) hold(ctx context.Context) (context.Context, func(), error) {
	for try := range 2 {
		s.mu.RLock()
		if left := s.left(); left > lease/2 {
			ctx, cancel := context.WithTimeout(ctx, left)
			return ctx, func() { cancel(); s.mu.RUnlock() }, nil
		}
		s.mu.RUnlock()
		if try > 0 {
			break
		}
		if err := s.Refresh(ctx); err != nil {
			return nil, nil, err
		}
	}
	return nil, nil, fault.New(fault.Unavailable, "the lease of the standing searches ends sooner than it is taken")
}

// match gives the searches a document matches; the caller holds the set.
func (s *Searches) match(d *match.Doc) []standing.Search {
	if s.set == nil {
		return nil
	}
	ids := s.set.Match(d)
	found := make([]standing.Search, 0, len(ids))
	for _, id := range ids {
		found = append(found, s.byID[id])
	}
	return found
}

// Refresh brings the set to the newest generation and the newest glossary, and
// acknowledges them: every batch that begins afterwards is analysed with that
// glossary and matched with that set, whose searches are compiled with it.
//
// One that joins, or comes back after its lease, was not waited for until it
// acknowledged; a search saved meanwhile may have had its past searched
// already. So it looks once more: whatever is saved after that look waits for
// the acknowledgement that was there before it.
func (s *Searches) Refresh(ctx context.Context) error {
	s.refreshing.Lock()
	defer s.refreshing.Unlock()
	before := s.acked.Load()
	for range refreshes {
		now := s.now()
		s.mu.RLock()
		since := s.generation
		s.mu.RUnlock()
		changed, generation, err := s.Store.Changes(ctx, since)
		if err != nil {
			return fault.New(fault.Unavailable, "standing searches: %w", err)
		}
		// After the changes: a change of the glossary has a generation, too.
		use, err := s.look(ctx)
		if err != nil {
			return fault.New(fault.Unavailable, "glossary: %w", err)
		}
		if generation != since || use != nil {
			s.apply(changed, generation, use)
		}
		if err := s.Store.Acknowledge(ctx, s.Indexer, generation, s.edition()); err != nil {
			return fault.New(fault.Unavailable, "standing searches: %w", err)
		}
		if before != nil && s.now().Sub(*before) < lease {
			s.acked.Store(&now)
			return nil
		}
		before = &now
	}
	return fault.New(fault.Unavailable, "standing searches take longer to read than their lease is")
}

// refreshes is how often Refresh looks, at most; twice unless reading takes
// as long as the lease.
const refreshes = 4

func (s *Searches) look(ctx context.Context) (use func(), err error) {
	if s.Words == nil {
		return nil, nil
	}
	return s.Words.Look(ctx)
}

// edition is that of the analysis that the searches are compiled for.
func (s *Searches) edition() int {
	if s.Words == nil {
		return text.Edition{Code: text.Version}.Number()
	}
	return s.Words.Edition()
}

func (s *Searches) apply(changed []standing.Search, generation int64, use func()) {
	s.mu.Lock() // waits for the batch under way
	defer s.mu.Unlock()
	if s.set == nil {
		s.set, s.byID = match.NewSet(), map[int64]standing.Search{}
	}
	if use != nil { // the keys of every search may be others
		use()
		changed = append(slices.Collect(maps.Values(s.byID)), changed...)
	}
	for _, c := range changed {
		if c.Deleted {
			s.set.Remove(c.ID)
			delete(s.byID, c.ID)
			continue
		}
		e, bad := s.Compile(c)
		if len(bad) > 0 {
			// It was checked when it was saved; a binary that can't read it any
			// more says so instead of matching something else.
			s.Log.Error("standing search can't be compiled", "search", c.ID, "version", c.Version, "problem", fault.Fields(bad...))
			s.set.Remove(c.ID)
			delete(s.byID, c.ID)
			continue
		}
		s.set.Update(c.ID, e)
		s.byID[c.ID] = c
	}
	s.generation = generation
}

// Run refreshes every interval until ctx ends, then takes this indexer out of
// those that are waited for.
func (s *Searches) Run(ctx context.Context, every time.Duration) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if err := s.Refresh(ctx); err != nil && ctx.Err() == nil {
			s.Log.Warn("standing searches are not refreshed", "err", err)
		}
		select {
		case <-ctx.Done():
			return s.leave(context.WithoutCancel(ctx))
		case <-tick.C:
		}
	}
}

// leave waits for the batch under way: one that ended after the indexer is
// waited for no longer could miss a new search.
func (s *Searches) leave(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	s.refreshing.Lock()
	defer s.refreshing.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.acked.Store(nil)
	if err := s.Store.Leave(ctx, s.Indexer); err != nil {
		return fmt.Errorf("leave: %w", err)
	}
	return nil
}
