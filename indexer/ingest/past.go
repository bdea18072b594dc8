package ingest

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/search"
	"github.com/otklik/otklik/indexer/standing"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/stream"
)

// Pasts hands out the searches whose past is due.
type Pasts interface {
	NextPast(ctx context.Context) (*standing.Past, bool, error)
}

// Past searches the past for new and changed standing searches and appends
// what it finds to "matches" as backfill, which opens no incident unless a
// rule asks for it.
type Past struct {
	Store   Pasts
	Index   search.Reader
	Log     Appender
	Compile func(s standing.Search) (query.Expr, []fault.Field)
	Logger  *slog.Logger
	Now     func() time.Time // nil: time.Now

	failed map[int64]failure // searches whose past could not be searched lately
}

// failure says when a search may be tried again.
type failure struct {
	until time.Time
	pause time.Duration
}

const (
	pastPage  = 500
	pastTime  = time.Minute // for one page
	maxAside  = 4           // searches that wait while others are searched; each holds a connection
	pauseMin  = 5 * time.Second
	pauseMax  = 10 * time.Minute
	maxFailed = 10_000
)

// Run does what is due every interval until ctx ends.
func (p *Past) Run(ctx context.Context, every time.Duration) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if err := p.Round(ctx); err != nil && ctx.Err() == nil {
			p.Logger.Warn("the past of searches is not searched", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Round searches the past for all searches that are due. One that fails is put
// aside, so that the others have their turn, and tried again after a while.
// Call it from one goroutine.
func (p *Past) Round(ctx context.Context) error {
	var aside []*standing.Past
	defer func() {
		for _, work := range aside {
			work.Abandon(ctx)
		}
	}()
	for ctx.Err() == nil && len(aside) < maxAside {
		work, ok, err := p.Store.NextPast(ctx)
		if err != nil || !ok {
			return err
		}
		id := work.Search.ID
		if p.now().Before(p.failed[id].until) {
			aside = append(aside, work)
			continue
		}
		found, err := p.search(ctx, work.Search)
		if err != nil {
			aside = append(aside, work)
			p.fail(id, err)
			continue
		}
		delete(p.failed, id)
		if err := work.Done(ctx, found); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (p *Past) fail(id int64, err error) {
	if p.failed == nil || len(p.failed) >= maxFailed {
		p.failed = map[int64]failure{}
	}
	pause := min(max(2*p.failed[id].pause, pauseMin), pauseMax)
	p.failed[id] = failure{until: p.now().Add(pause), pause: pause}
	p.Logger.Warn("the past of a search is not searched; trying again", "search", id, "in", pause, "err", err)
}

func (p *Past) now() time.Time {
	if p.Now == nil {
		return time.Now()
	}
	return p.Now()
}

func (p *Past) search(ctx context.Context, s standing.Search) (found int64, err error) {
	e, bad := p.Compile(s)
	if len(bad) > 0 {
		p.Logger.Error("standing search can't be compiled", "search", s.ID, "problem", fault.Fields(bad...))
		return 0, nil
	}
	scope := access.NewScope(s.Regions, nil, true, s.Sealed)
	for after := ""; ; {
		page, err := p.Index.Search(ctx, scope, search.Request{Expr: e, Limit: pastPage, After: after, Time: pastTime})
		if err != nil {
			return found, err
		}
		if !page.Reached.IsZero() {
			return found, fault.New(fault.Unavailable, "the past of search %d was read back to %s only; it will be tried again", s.ID, page.Reached.Format(time.RFC3339))
		}
		var out []stream.Record
		for _, h := range page.Hits {
			if out, err = p.hit(out, s, h.Record); err != nil {
				return found, err
			}
		}
		if len(out) > 0 {
			if err := p.Log.Append(ctx, stream.Matches, out...); err != nil {
				return found, err
			}
		}
		found += int64(len(page.Hits))
		if after = page.Next; after == "" {
			return found, nil
		}
	}
}

func (p *Past) hit(out []stream.Record, s standing.Search, r post.Record) ([]stream.Record, error) {
	r.Origin = post.Backfill
	for _, region := range r.Regions {
		if !slices.Contains(s.Regions, "*") && !slices.Contains(s.Regions, region) {
			continue
		}
		var err error
		m := Match{Envelope: r.Envelope, Region: region, Post: r.Post, Searches: []Searched{{ID: s.ID, Version: s.Version}}}
		m.Kind = post.Revision
		if out, err = appendMatch(out, m); err != nil {
			return nil, err
		}
	}
	return out, nil
}
