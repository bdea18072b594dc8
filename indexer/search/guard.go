package search

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
)

// Guarded gives a reader that holds every post against the scope again, after
// the engine has: a second lock for engines whose own would be in the way (see
// the decision on the second lock). What an engine gives too much is left out,
// and is an error in the log, for it is a defect. Counts, which show no post,
// are asked of what the scope allows a second time, as a part of the question:
// an engine that forgets the scope counts no more for that.
func Guarded(r Reader, log *slog.Logger) Reader { return guard{r, log} }

type guard struct {
	Reader
	log *slog.Logger
}

func (g guard) allows(ctx context.Context, scope access.Scope, r post.Record) bool {
	if scope.Allows(r.Regions, r.ID.Source(), string(r.Visibility)) {
		return true
	}
	g.log.ErrorContext(ctx, "the index gave a post that the reader may not see; it is left out", "post", r.ID)
	return false
}

// Search leaves out what the scope does not allow.
func (g guard) Search(ctx context.Context, scope access.Scope, r Request) (Page, error) {
	page, err := g.Reader.Search(ctx, scope, r)
	kept := page.Hits[:0]
	for _, h := range page.Hits {
		if g.allows(ctx, scope, h.Record) {
			kept = append(kept, h)
		}
	}
	page.Hits = kept
	return page, err
}

// Get knows no post that the scope does not allow.
func (g guard) Get(ctx context.Context, scope access.Scope, id post.ID) (Stored, error) {
	s, err := g.Reader.Get(ctx, scope, id)
	if err == nil && !g.allows(ctx, scope, s.Record) {
		return Stored{}, fault.New(fault.NotFound, "there is no post %.80q", string(id))
	}
	return s, err
}

// Count counts what the scope allows.
func (g guard) Count(ctx context.Context, scope access.Scope, e query.Expr, limit time.Duration) (Count, error) {
	return g.Reader.Count(ctx, scope, within(scope, e), limit)
}

// Breakdown counts what the scope allows, and names no region beyond it.
func (g guard) Breakdown(ctx context.Context, scope access.Scope, r BreakdownRequest) (Breakdown, error) {
	r.Expr = within(scope, r.Expr)
	b, err := g.Reader.Breakdown(ctx, scope, r)
	if r.Field == query.Region && r.Interval == "" {
		b.Values = slices.DeleteFunc(b.Values, func(v Value) bool { return !scope.Region(v.Value) })
	}
	return b, err
}

// within is an expression and the scope's own conditions.
func within(scope access.Scope, e query.Expr) query.Expr {
	if scope.Nothing() {
		return query.False{}
	}
	all := []query.Expr{e, query.FieldIs{Field: query.Visibility, Values: scope.Visibilities()}}
	if codes, every := scope.Regions(); !every {
		all = append(all, query.FieldIs{Field: query.Region, Values: codes})
	}
	if ids, every := scope.Sources(); !every {
		all = append(all, query.FieldIs{Field: query.Source, Values: ids})
	}
	return query.All{Exprs: all}
}
