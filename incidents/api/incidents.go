package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/incidents/desk"
	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/indexer/search"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
)

// listPosts is how many posts an incident shows in a list.
const listPosts = 3

// Event is one line of an incident's audit trail.
type Event = incident.Event

// AgencyName is an agency as an incident shows it.
type AgencyName struct {
	_    struct{} `nullable:"true"` // for the description: null where there is none
	ID   int64    `json:"id"`
	Name string   `json:"name"`
}

// Incident is one problem of a region.
type Incident struct {
	Number     int64             `json:"number"`
	Region     string            `json:"region"`
	State      incident.State    `json:"state"`
	Before     incident.State    `json:"before,omitempty" doc:"Where undo leads; missing where there is nothing to undo."`
	Version    int               `json:"version" doc:"Send it back with a command."`
	Title      string            `json:"title"`
	Severity   incident.Severity `json:"severity"`
	Visibility post.Visibility   `json:"visibility"`
	Agency     *AgencyName       `json:"agency" doc:"Who has to answer; null before it is assigned."`
	Proposed   *AgencyName       `json:"proposed" doc:"Whom the route proposes."`
	Due        *time.Time        `json:"due" doc:"When the clock that ends first ends; null: nothing runs."`
	DueClock   string            `json:"due_clock,omitempty" doc:"Which clock: route, react, answer, cap or final."`
	Overdue    bool              `json:"overdue"`

	Posts      []incident.Evidence `json:"posts" doc:"The first of them: up to 20, in a list up to 3; none of a sealed incident in a list."`
	PostsTotal int64               `json:"posts_total"`
	PostsNext  string              `json:"posts_next,omitempty" doc:"Give it as after to /incidents/{number}/posts."`

	Curator     string          `json:"curator,omitempty"`
	Watchers    []string        `json:"watchers,omitempty"`
	Preset      string          `json:"preset" doc:"Of deadlines."`
	Rule        int64           `json:"rule,omitempty" doc:"That opened it; missing: by hand."`
	Search      int64           `json:"search,omitempty"`
	Published   *time.Time      `json:"published,omitempty" doc:"Of the first post."`
	Detected    *time.Time      `json:"detected,omitempty"`
	OpenedAt    time.Time       `json:"opened_at"`
	StateAt     time.Time       `json:"state_at"`
	AssignedAt  *time.Time      `json:"assigned_at,omitempty"`
	ReactedAt   *time.Time      `json:"reacted_at,omitempty"`
	AnsweredAt  *time.Time      `json:"answered_at,omitempty"`
	ClosedAt    *time.Time      `json:"closed_at,omitempty"`
	UpdatedAt   time.Time       `json:"updated_at"`
	DuplicateOf int64           `json:"duplicate_of,omitempty"`
	Draft       *incident.Draft `json:"draft,omitempty"`
	Permalink   string          `json:"permalink,omitempty" doc:"Of the published answer."`
	Promise     string          `json:"promise,omitempty"`
	PromisedBy  *time.Time      `json:"promised_by,omitempty"`

	Allowed []incident.Command `json:"allowed" doc:"The commands that this person may give now; none for a sealed incident in a list: who decides on it opens it."`
}

// IncidentView is an incident with its trail and what may be done now.
type IncidentView struct {
	Incident
	Events    []Event             `json:"events" doc:"Oldest first; the last 200."`
	Audiences []incident.Audience `json:"audiences" doc:"For whom this person may comment."`
}

func (s *server) showIncident(i incident.Incident, names map[int64]string) Incident {
	agency := func(id int64) *AgencyName {
		if id == 0 {
			return nil
		}
		return &AgencyName{ID: id, Name: names[id]}
	}
	return Incident{Number: i.Number, Region: i.Region, State: i.State, Before: i.Before, Version: i.Version, Title: i.Title, Severity: i.Severity,
		Visibility: i.Visibility, Agency: agency(i.Agency), Proposed: agency(i.Proposed), Due: i.Due, DueClock: i.DueClock,
		Overdue: i.Due != nil && i.Due.Before(s.Now()), Posts: []incident.Evidence{}, PostsTotal: i.Posts,
		Curator: i.Curator, Watchers: i.Watchers, Preset: i.Preset, Rule: i.Rule, Search: i.Search,
		Published: i.Published, Detected: i.Detected, OpenedAt: i.OpenedAt, StateAt: i.StateAt, AssignedAt: i.AssignedAt,
		ReactedAt: i.ReactedAt, AnsweredAt: i.AnsweredAt, ClosedAt: i.ClosedAt, UpdatedAt: i.UpdatedAt,
		DuplicateOf: i.DuplicateOf, Draft: i.Draft, Permalink: i.Permalink, Promise: i.Promise, PromisedBy: i.PromisedBy, Allowed: []incident.Command{}}
}

// names gives the names of the agencies that a person may know, by id.
func (s *server) names(ctx context.Context, who access.Person, region string) (map[int64]string, error) {
	as, err := s.Desk.Agencies(ctx, who, region)
	if err != nil {
		return nil, err
	}
	names := make(map[int64]string, len(as))
	for _, a := range as {
		names[a.ID] = a.Name
	}
	return names, nil
}

// view reads an incident for a person.
func (s *server) view(ctx context.Context, who access.Person, number int64) (IncidentView, error) {
	v, err := s.Desk.Get(ctx, who, number)
	if err != nil {
		return IncidentView{}, err
	}
	names, err := s.names(ctx, who, v.Region)
	if err != nil {
		return IncidentView{}, err
	}
	out := IncidentView{Incident: s.showIncident(v.Incident, names), Events: v.Events, Audiences: incident.AudiencesOf(who)}
	out.Allowed = v.Allowed
	if len(v.Evidence) > 0 {
		out.Posts = v.Evidence
	}
	out.PostsNext = v.More
	if out.Events == nil {
		out.Events = []Event{}
	}
	return out, nil
}

// IncidentFilter is what a list of incidents takes.
type IncidentFilter struct {
	State     []string  `query:"state" maxItems:"30" doc:"Any of these."`
	Region    []string  `query:"region" maxItems:"100" doc:"Any of these."`
	Agency    []int64   `query:"agency" maxItems:"100" doc:"Any of these."`
	Severity  []string  `query:"severity" maxItems:"4" doc:"Any of these."`
	Open      string    `query:"open" enum:"true,false" doc:"Whether somebody still owes something."`
	Overdue   bool      `query:"overdue" doc:"Only those whose due has passed."`
	DueBefore time.Time `query:"due_before"`
	From      time.Time `query:"from" doc:"Opened at or after."`
	To        time.Time `query:"to" doc:"Opened before."`
	Rule      int64     `query:"rule"`
	Search    int64     `query:"search"`
	Sort      string    `query:"sort" enum:"newest,oldest,due" default:"newest"`
	Limit     int       `query:"limit" minimum:"1" maximum:"500" default:"50"`
	After     string    `query:"after" maxLength:"500" doc:"Next of the page before."`
}

func (s *server) filter(ctx context.Context, in IncidentFilter) (store.Filter, error) {
	var bad []fault.Field
	for _, r := range in.Region {
		if !s.Regions.Registry.Known(r) {
			bad = append(bad, fault.Field{Path: "region", Message: fmt.Sprintf(say(ctx, unknownRegion), r)})
		}
	}
	for _, st := range in.State {
		if !slices.Contains(incident.States(), incident.State(st)) {
			bad = append(bad, fault.Field{Path: "state", Message: fmt.Sprintf("%.40q is no state; there are %s", st, fault.List(incident.States()))})
		}
	}
	for _, v := range in.Severity {
		if !incident.Severity(v).Valid() {
			bad = append(bad, fault.Field{Path: "severity", Message: "use low, normal, raised or critical"})
		}
	}
	if !in.From.IsZero() && !in.To.IsZero() && !in.From.Before(in.To) {
		bad = append(bad, fault.Field{Path: "from", Message: say(ctx, fromAfterTo)})
	}
	f := store.Filter{Regions: in.Region, States: in.State, Agencies: in.Agency, Severities: in.Severity, Rule: in.Rule, Search: in.Search,
		Overdue: in.Overdue, DueBefore: in.DueBefore, From: in.From, To: in.To, Sort: store.Sort(in.Sort), Limit: in.Limit, After: in.After}
	if in.Open != "" {
		open := in.Open == "true"
		f.Open = &open
	}
	return f, fault.Fields(bad...)
}

// listIncidents gives a page with the first posts of each.
func (s *server) listIncidents(ctx context.Context, who access.Person, in *struct{ IncidentFilter }) (*body[List[Incident]], error) {
	f, err := s.filter(ctx, in.IncidentFilter)
	if err != nil {
		return nil, err
	}
	is, next, err := s.Desk.List(ctx, who, f)
	if err != nil {
		return nil, err
	}
	names, err := s.names(ctx, who, "")
	if err != nil {
		return nil, err
	}
	items := mapped(is, func(i incident.Incident) Incident {
		out := s.showIncident(i, names)
		if i.Visibility != post.Sealed {
			out.Allowed = incident.Allowed(i, who)
		}
		return out
	})
	err = s.Desk.Store.InView(ctx, store.ViewOf(who), func(tx *store.Tx) error {
		for n := range items {
			if items[n].Visibility == post.Sealed { // opening it is a look, which is written down
				continue
			}
			posts, next, err := tx.Posts(ctx, items[n].Number, "", listPosts)
			if err != nil {
				return err
			}
			if len(posts) > 0 {
				items[n].Posts, items[n].PostsNext = posts, next
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return listOf(items, next), nil
}

// NumberPath is an incident's number in a path.
type NumberPath struct {
	Number int64 `path:"number" minimum:"1"`
}

func (s *server) registerIncidents() {
	handle(s, route{method: http.MethodGet, path: "/incidents", id: "list-incidents", summary: "List incidents", action: access.SeeIncidents}, s.listIncidents)
	handle(s, route{method: http.MethodPost, path: "/incidents", id: "open-incident", summary: "Open an incident by hand", action: access.Triage, status: http.StatusCreated},
		func(ctx context.Context, who access.Person, in *struct {
			Body struct {
				Post     string            `json:"post" doc:"Id of a post."`
				Region   string            `json:"region,omitempty" doc:"Missing: the post's first one that the person has."`
				Title    string            `json:"title,omitempty" doc:"Missing: from the post."`
				Severity incident.Severity `json:"severity,omitempty" doc:"low, normal (missing), raised or critical."`
			}
		}) (*body[IncidentView], error) {
			p, err := s.get(ctx, who, post.ID(in.Body.Post))
			if err != nil {
				return nil, asField(err, "post")
			}
			region := in.Body.Region
			if i := slices.IndexFunc(p.Regions, func(r string) bool { return inRegion(who, r) }); region == "" && i >= 0 {
				region = p.Regions[i]
			}
			i, err := s.Desk.OpenByHand(ctx, who, desk.Opening{Region: region, Post: p.Record, Title: in.Body.Title, Severity: in.Body.Severity})
			if err != nil {
				return nil, err
			}
			return s.replyView(ctx, who, i.Number)
		})
	handle(s, route{method: http.MethodGet, path: "/incidents/{number}", id: "get-incident", summary: "One incident",
		about: "With its first posts, its trail and what may be done now. A look at a sealed one is written down.", action: access.SeeIncidents},
		func(ctx context.Context, who access.Person, in *NumberPath) (*body[IncidentView], error) {
			return s.replyView(ctx, who, in.Number)
		})
	handle(s, route{method: http.MethodGet, path: "/incidents/{number}/posts", id: "incident-posts", summary: "The posts of an incident", action: access.SeeIncidents},
		func(ctx context.Context, who access.Person, in *struct {
			NumberPath
			Limit int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
			After string `query:"after" maxLength:"500"`
		}) (*body[List[incident.Evidence]], error) {
			es, next, err := s.Desk.Posts(ctx, who, in.Number, in.After, in.Limit)
			if err != nil {
				return nil, err
			}
			return listOf(es, next), nil
		})
	handle(s, route{method: http.MethodGet, path: "/incidents/{number}/notifications", id: "incident-notifications", summary: "What was sent about an incident", action: access.SeeIncidents},
		func(ctx context.Context, who access.Person, in *NumberPath) (*body[List[store.Notification]], error) {
			ns, err := s.Desk.Notifications(ctx, who, in.Number)
			if err != nil {
				return nil, err
			}
			return listOf(mapped(ns, showNotification(lang(ctx))), ""), nil
		})
}

// showNotification says why it did not arrive in the reader's language, as far as the words are ours.
func showNotification(l Language) func(store.Notification) store.Notification {
	return func(n store.Notification) store.Notification {
		n.Reason = translate(l, n.Reason)
		return n
	}
}

func (s *server) replyView(ctx context.Context, who access.Person, number int64) (*body[IncidentView], error) {
	v, err := s.view(ctx, who, number)
	if err != nil {
		return nil, err
	}
	return reply(v), nil
}

// get reads a post for a person, also a sealed one's body.
func (s *server) get(ctx context.Context, who access.Person, id post.ID) (search.Stored, error) {
	if err := id.Check(); err != nil {
		return search.Stored{}, fault.New(fault.NotFound, "there is no post %.100q", string(id))
	}
	return s.Posts.Get(ctx, who.Scope(), id)
}
