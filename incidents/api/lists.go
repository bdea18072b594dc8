package api

import (
	"context"
	"fmt"
	"strconv"

	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
)

// List is the body of every list.
type List[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next" doc:"Give it as after to go on; empty at the end."`
}

type body[T any] struct{ Body T }

// nothing is the output of what answers 204.
type nothing struct{}

func reply[T any](v T) *body[T] { return &body[T]{Body: v} }

func listOf[T any](items []T, next string) *body[List[T]] {
	if items == nil {
		items = []T{}
	}
	return reply(List[T]{Items: items, Next: next})
}

func mapped[A, B any](as []A, f func(A) B) []B {
	bs := make([]B, len(as))
	for i, a := range as {
		bs[i] = f(a)
	}
	return bs
}

// Page is what every list by id takes.
type Page struct {
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"100"`
	After string `query:"after" maxLength:"100" doc:"Next of the page before."`
}

// from reads a cursor of a list by id.
func (p Page) from(ctx context.Context) (int64, error) {
	if p.After == "" {
		return 0, nil
	}
	id, err := strconv.ParseInt(p.After, 10, 64)
	if err != nil || id < 0 {
		return 0, invalid("query.after", say(ctx, notCursor))
	}
	return id, nil
}

// pageOf asks for one more than the page holds, and so knows whether it is
// the last.
func pageOf[T any](ctx context.Context, p Page, id func(T) int64, list func(after int64, limit int) ([]T, error)) ([]T, string, error) {
	after, err := p.from(ctx)
	if err != nil {
		return nil, "", err
	}
	all, err := list(after, p.Limit+1)
	if err != nil || len(all) <= p.Limit {
		return all, "", err
	}
	all = all[:p.Limit]
	return all, fmt.Sprint(id(all[p.Limit-1])), nil
}

// inRegion says whether a person works in a region, whatever of posts the
// role may see.
func inRegion(who access.Person, code string) bool {
	return access.NewScope(who.Regions, nil, false, false).Region(code)
}

// known refuses a region that does not exist, at a full location.
func (s *server) known(ctx context.Context, location, code string) error {
	if s.Regions.Registry.Known(code) {
		return nil
	}
	return fault.Fields(fault.Field{Path: location, Message: fmt.Sprintf(say(ctx, unknownRegion), code)})
}

// IDPath is the id in a path.
type IDPath struct {
	ID int64 `path:"id" minimum:"1"`
}

// RegionFilter narrows a list to one region.
type RegionFilter struct {
	Region string `query:"region" doc:"Only this region." maxLength:"20"`
}
