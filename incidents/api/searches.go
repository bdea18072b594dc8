package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/indexer/standing"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
)

// Search is a saved search that every new post is matched against.
type Search struct {
	ID        int64     `json:"id"`
	Version   int       `json:"version" doc:"Send it back with a change."`
	Name      string    `json:"name"`
	Query     string    `json:"query"`
	Zone      string    `json:"zone" doc:"Whose days since: and until: mean."`
	Regions   []string  `json:"regions"`
	Sealed    bool      `json:"sealed"`
	Owner     string    `json:"owner"`
	CreatedAt time.Time `json:"created_at"`
	ChangedAt time.Time `json:"changed_at"`
	PastDone  bool      `json:"past_done" doc:"The past has been searched with this version."`
	PastFound int64     `json:"past_found" doc:"Posts of the past that match it."`
}

// SearchVersion is an earlier or the present state of a search.
type SearchVersion struct {
	Version   int       `json:"version"`
	Name      string    `json:"name"`
	Query     string    `json:"query"`
	Regions   []string  `json:"regions"`
	ChangedBy string    `json:"changed_by"`
	ChangedAt time.Time `json:"changed_at"`
}

// SearchDraft is a new search.
type SearchDraft struct {
	Name    string   `json:"name"`
	Query   string   `json:"query"`
	Zone    string   `json:"zone,omitempty" doc:"IANA time zone; missing: that of the person's first region."`
	Regions []string `json:"regions,omitempty" doc:"Missing: all of the person's."`
	Sealed  bool     `json:"sealed,omitempty" doc:"It matches sealed posts too."`
}

// SearchChange replaces a search that is still in the version.
type SearchChange struct {
	SearchDraft
	Version int `json:"version" minimum:"1"`
}

func showSearch(v standing.Search) Search {
	return Search{ID: v.ID, Version: v.Version, Name: v.Name, Query: v.Query, Zone: v.Zone, Regions: v.Regions, Sealed: v.Sealed,
		Owner: v.Owner, CreatedAt: v.CreatedAt.UTC(), ChangedAt: v.ChangedAt.UTC(), PastDone: v.PastDone, PastFound: v.PastFound}
}

func (s *server) draft(who access.Person, d SearchDraft) standing.Draft {
	if len(d.Regions) == 0 {
		d.Regions = slices.Clone(who.Regions)
	}
	if d.Zone == "" {
		d.Zone = s.zoneOf(who).String()
	}
	return standing.Draft{Name: d.Name, Query: d.Query, Zone: d.Zone, Regions: d.Regions, Sealed: d.Sealed}
}

// queryFault puts what is wrong with a query into the reader's language: the
// store of searches knows of none.
func (s *server) queryFault(ctx context.Context, err error, query string) error {
	var f *fault.Error
	if !errors.As(err, &f) || !slices.ContainsFunc(f.Fields, isQuery) {
		return err
	}
	fields := slices.DeleteFunc(slices.Clone(f.Fields), isQuery)
	mine := s.compiler().CheckStanding(query).Fields("query", string(lang(ctx)))
	if len(mine) == 0 { // the store asks for more than the language does
		return err
	}
	return fault.Fields(append(fields, mine...)...)
}

func isQuery(f fault.Field) bool { return f.Path == "query" }

func (s *server) registerSearches() {
	handle(s, route{method: http.MethodGet, path: "/searches", id: "list-searches", summary: "List saved searches", action: access.SeePosts},
		func(ctx context.Context, who access.Person, in *struct{ Page }) (*body[List[Search]], error) {
			all, next, err := pageOf(ctx, in.Page, func(v standing.Search) int64 { return v.ID }, func(after int64, limit int) ([]standing.Search, error) {
				return s.Searches.List(ctx, who.Scope(), after, limit)
			})
			if err != nil {
				return nil, err
			}
			return listOf(mapped(all, showSearch), next), nil
		})
	handle(s, route{method: http.MethodPost, path: "/searches", id: "create-search", summary: "Save a search",
		about: "New posts are matched against it within seconds; the past is searched after that.", action: access.EditSearches, status: http.StatusCreated},
		func(ctx context.Context, who access.Person, in *struct{ Body SearchDraft }) (*body[Search], error) {
			v, err := s.Searches.Create(ctx, who, s.draft(who, in.Body))
			if err != nil {
				return nil, s.queryFault(ctx, err, in.Body.Query)
			}
			return reply(showSearch(v)), nil
		})
	handle(s, route{method: http.MethodGet, path: "/searches/{id}", id: "get-search", summary: "One saved search", action: access.SeePosts},
		func(ctx context.Context, who access.Person, in *IDPath) (*body[Search], error) {
			v, err := s.Searches.Get(ctx, who.Scope(), in.ID)
			if err != nil {
				return nil, err
			}
			return reply(showSearch(v)), nil
		})
	handle(s, route{method: http.MethodPut, path: "/searches/{id}", id: "change-search", summary: "Change a saved search", action: access.EditSearches},
		func(ctx context.Context, who access.Person, in *struct {
			IDPath
			Body SearchChange
		}) (*body[Search], error) {
			v, err := s.Searches.Update(ctx, who, in.ID, in.Body.Version, s.draft(who, in.Body.SearchDraft))
			if err != nil {
				return nil, s.queryFault(ctx, err, in.Body.Query)
			}
			return reply(showSearch(v)), nil
		})
	handle(s, route{method: http.MethodDelete, path: "/searches/{id}", id: "delete-search", summary: "Take a search out of work",
		about: "Its versions and hits stay.", action: access.EditSearches, status: http.StatusNoContent},
		func(ctx context.Context, who access.Person, in *struct {
			IDPath
			Version int `query:"version" required:"true" minimum:"1"`
		}) (*nothing, error) {
			return nil, s.Searches.Delete(ctx, who, in.ID, in.Version)
		})
	handle(s, route{method: http.MethodPost, path: "/searches/{id}/restore", id: "restore-search", summary: "Take a deleted search into work again",
		about: "Under its number, so that the rules about it are of use again.", action: access.EditSearches},
		func(ctx context.Context, who access.Person, in *struct {
			IDPath
			Body struct {
				Version int `json:"version" minimum:"1" doc:"Of the deletion: one more than that of the search before it."`
			}
		}) (*body[Search], error) {
			v, err := s.Searches.Restore(ctx, who, in.ID, in.Body.Version)
			if err != nil {
				return nil, err
			}
			return reply(showSearch(v)), nil
		})
	handle(s, route{method: http.MethodGet, path: "/searches/{id}/versions", id: "search-versions", summary: "The versions of a search, newest first", action: access.SeePosts},
		func(ctx context.Context, who access.Person, in *IDPath) (*body[List[SearchVersion]], error) {
			vs, err := s.Searches.Versions(ctx, who.Scope(), in.ID)
			if err != nil {
				return nil, err
			}
			return listOf(mapped(vs, func(v standing.Version) SearchVersion { return SearchVersion(v) }), ""), nil
		})
	handle(s, route{method: http.MethodGet, path: "/searches/{id}/hits", id: "search-hits", summary: "How often a search has matched, by version and region", action: access.SeeIncidents},
		func(ctx context.Context, who access.Person, in *IDPath) (*body[List[store.Hits]], error) {
			if _, err := s.Searches.Get(ctx, who.Scope(), in.ID); err != nil {
				return nil, err
			}
			hits, err := s.Desk.Hits(ctx, who, in.ID)
			if err != nil {
				return nil, err
			}
			return listOf(hits, ""), nil
		})
}

// asField makes of an error about something that a field names one of the field.
func asField(err error, path string) error {
	if fault.KindOf(err) != fault.NotFound {
		return err
	}
	return fault.Fields(fault.Field{Path: path, Message: fmt.Sprint(err)})
}
