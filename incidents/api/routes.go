package api

import (
	"context"
	"net/http"

	"github.com/otklik/otklik/incidents/routing"
	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/internal/access"
)

// RouteNode is a node of a tree as a person gives it: what is missing is empty.
type RouteNode struct {
	Name     string            `json:"name,omitempty"`
	When     routing.Condition `json:"when,omitempty"`
	Agency   int64             `json:"agency,omitempty"`
	Curator  string            `json:"curator,omitempty"`
	Preset   string            `json:"preset,omitempty"`
	Watchers []string          `json:"watchers,omitempty"`
	Continue bool              `json:"continue,omitempty"`
	Routes   []RouteNode       `json:"routes,omitempty"`
}

// node converts a tree; one level below the deepest allowed is enough for the
// check of trees to refuse it.
func (n RouteNode) node(depth int) routing.Node {
	out := routing.Node{Name: n.Name, When: n.When, Agency: n.Agency, Curator: n.Curator, Preset: n.Preset, Watchers: n.Watchers, Continue: n.Continue}
	if depth > routing.MaxDepth {
		return out
	}
	for _, r := range n.Routes {
		out.Routes = append(out.Routes, r.node(depth+1))
	}
	return out
}

// RegionPath is a region in a path.
type RegionPath struct {
	Region string `path:"region" maxLength:"20"`
}

// registerRoutes: the trees that say where incidents go.
func (s *server) registerRoutes() {
	handle(s, route{method: http.MethodGet, path: "/routes/{region}", id: "get-route", summary: "A region's tree of routes",
		about: "Version 0: none was saved yet.", action: access.SeeIncidents},
		func(ctx context.Context, who access.Person, in *RegionPath) (*body[store.RouteTree], error) {
			t, err := s.Desk.Route(ctx, who, in.Region)
			if err != nil {
				return nil, err
			}
			return reply(t), nil
		})
	handle(s, route{method: http.MethodPut, path: "/routes/{region}", id: "put-route", summary: "Save a region's tree of routes", action: access.EditRules},
		func(ctx context.Context, who access.Person, in *struct {
			RegionPath
			Body struct {
				Version int       `json:"version" minimum:"0" doc:"Of the tree that was edited; 0 for the first."`
				Tree    RouteNode `json:"tree"`
			}
		}) (*body[store.RouteTree], error) {
			t, err := s.Desk.PutRoute(ctx, who, in.Region, in.Body.Version, in.Body.Tree.node(0))
			if err != nil {
				return nil, err
			}
			return reply(t), nil
		})
	handle(s, route{method: http.MethodPost, path: "/routes/{region}/explain", id: "explain-route", summary: "Where would this go, and why", action: access.SeeIncidents},
		func(ctx context.Context, who access.Person, in *struct {
			RegionPath
			Body struct {
				Place    string   `json:"place,omitempty"`
				Searches []int64  `json:"searches,omitempty"`
				Severity string   `json:"severity,omitempty"`
				Networks []string `json:"networks,omitempty"`
				Sources  []string `json:"sources,omitempty"`

				Tree *RouteNode `json:"tree,omitempty" doc:"One that is being written; missing: the region's."`
			}
		}) (*body[routing.Explanation], error) {
			b := in.Body
			var by *routing.Node
			if b.Tree != nil {
				n := b.Tree.node(0)
				by = &n
			}
			x, err := s.Desk.ExplainRoute(ctx, who, routing.Facts{Region: in.Region, Place: b.Place, Searches: b.Searches,
				Severity: b.Severity, Networks: b.Networks, Sources: b.Sources}, by)
			if err != nil {
				return nil, err
			}
			return reply(x), nil
		})
}
