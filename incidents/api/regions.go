package api

import (
	"context"
	"net/http"
	"slices"

	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/places"
)

// Region is a region that can be served.
type Region struct {
	Code     string `json:"code" doc:"ISO 3166-2, as RU-PRI."`
	Name     string `json:"name" doc:"In Russian."`
	NameEN   string `json:"name_en"`
	District string `json:"district" doc:"Federal district, in Russian."`
	Zone     string `json:"zone" doc:"IANA time zone of the capital."`
	Served   bool   `json:"served"`
}

func showRegion(r places.Region, served bool) Region {
	return Region{Code: r.Code, Name: r.Name, NameEN: r.NameEN, District: r.District, Zone: r.Zone, Served: served}
}

func (s *server) registerRegions() {
	handle(s, route{method: http.MethodGet, path: "/regions", id: "list-regions", summary: "List the served regions of the person",
		about: "By federal district and name.", action: access.SeeSelf},
		func(ctx context.Context, who access.Person, in *struct {
			All bool `query:"all" doc:"Also those that are not served."`
		}) (*body[List[Region]], error) {
			served, err := s.Regions.Served(ctx)
			if err != nil {
				return nil, err
			}
			items := mapped(served, func(r places.Region) Region { return showRegion(r, true) })
			if in.All {
				for _, r := range s.Regions.Registry.Regions {
					if !slices.ContainsFunc(items, func(x Region) bool { return x.Code == r.Code }) {
						items = append(items, showRegion(r, false))
					}
				}
			}
			return listOf(slices.DeleteFunc(items, func(r Region) bool { return !inRegion(who, r.Code) }), ""), nil
		})
	handle(s, route{method: http.MethodPut, path: "/regions/{code}", id: "serve-region", summary: "Switch a region on or off",
		about: "What it has stays.", action: access.EditRegions},
		func(ctx context.Context, who access.Person, in *struct {
			Code string `path:"code" maxLength:"20"`
			Body struct {
				Served bool `json:"served"`
			}
		}) (*body[Region], error) {
			r, ok := s.Regions.Registry.Find(in.Code)
			if !ok || !inRegion(who, in.Code) {
				return nil, fault.New(fault.NotFound, "there is no region %s", in.Code)
			}
			if err := s.Regions.Serve(ctx, who, in.Code, in.Body.Served); err != nil {
				return nil, err
			}
			return reply(showRegion(r, in.Body.Served)), nil
		})
}
