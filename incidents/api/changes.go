package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/otklik/otklik/incidents/live"
	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/internal/access"
)

// Everything is the data of an event that says that any incident may have
// changed.
type Everything struct{}

// openChanges follows what changes in incidents that the person sees.
func (s *server) openChanges(ctx context.Context, who access.Person, _ *struct{}) (*huma.StreamResponse, error) {
	release, err := s.slot(ctx, who)
	if err != nil {
		return nil, err
	}
	sub, err := s.Live.Subscribe(ctx, store.ViewOf(who))
	if err != nil {
		release()
		return nil, err
	}
	return s.stream(ctx, who, &changes{sub: sub}, func() { sub.Close(); release() }), nil
}

// changes tells of incidents.
type changes struct {
	sub     *live.Subscription
	changed []store.Change
	all     bool
}

func (c *changes) wait(ctx context.Context) (err error) {
	if len(c.changed) == 0 && !c.all {
		c.changed, c.all, err = c.sub.Next(ctx)
	}
	return err
}

func (c *changes) say(context.Context) (string, any, error) {
	if c.all {
		c.changed, c.all = nil, false
		return "everything", Everything{}, nil
	}
	first := c.changed[0]
	c.changed = c.changed[1:]
	return "change", first, nil
}

func (c *changes) place() string { return "" }

func (c *changes) alive() {}

// registerPresence: who has an incident open beside oneself.
func (s *server) registerPresence() {
	handle(s, route{method: http.MethodPut, path: "/incidents/{number}/presence", id: "be-present", summary: "Say that one has an incident open, and hear who else has",
		about: "Forgotten after half a minute: say it again every ten seconds. Nothing of it is kept.", action: access.SeeIncidents},
		func(ctx context.Context, who access.Person, in *NumberPath) (*body[List[store.Onlooker]], error) {
			os, err := s.Desk.Present(ctx, who, in.Number)
			if err != nil {
				return nil, err
			}
			return listOf(os, ""), nil
		})
	handle(s, route{method: http.MethodDelete, path: "/incidents/{number}/presence", id: "leave", summary: "Say that one no longer has an incident open",
		action: access.SeeIncidents, status: http.StatusNoContent},
		func(ctx context.Context, who access.Person, in *NumberPath) (*nothing, error) {
			return nil, s.Desk.Leave(ctx, who, in.Number)
		})
}
