package api

import (
	"context"
	"net/http"

	"github.com/otklik/otklik/incidents/deadline"
	"github.com/otklik/otklik/incidents/desk"
	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/incidents/notify"
	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/internal/access"
)

// AgencyDraft is an agency as a person gives it.
type AgencyDraft struct {
	Region        string          `json:"region"`
	Name          string          `json:"name"`
	Kind          string          `json:"kind,omitempty" doc:"municipality, ministry, utility, … as the centre calls it."`
	Email         string          `json:"email,omitempty"`
	WebhookURL    string          `json:"webhook_url,omitempty"`
	WebhookSecret string          `json:"webhook_secret,omitempty" doc:"Signs webhooks; missing: the one before, or a new one, shown this once."`
	Shifts        deadline.Shifts `json:"shifts,omitempty" doc:"Missing: office hours."`
	Default       bool            `json:"default,omitempty" doc:"Gets what no route takes."`
	Active        *bool           `json:"active,omitempty" doc:"Missing: true."`
}

func (d AgencyDraft) agency(id int64) incident.Agency {
	return incident.Agency{ID: id, Region: d.Region, Name: d.Name, Kind: d.Kind, Email: d.Email, WebhookURL: d.WebhookURL,
		WebhookSecret: d.WebhookSecret, Shifts: d.Shifts, Default: d.Default, Active: d.Active == nil || *d.Active}
}

func (s *server) registerAgencies() {
	handle(s, route{method: http.MethodGet, path: "/agencies", id: "list-agencies", summary: "List agencies", action: access.SeeIncidents},
		func(ctx context.Context, who access.Person, in *RegionFilter) (*body[List[incident.Agency]], error) {
			if in.Region != "" {
				if err := s.known(ctx, "query.region", in.Region); err != nil {
					return nil, err
				}
			}
			as, err := s.Desk.Agencies(ctx, who, in.Region)
			if err != nil {
				return nil, err
			}
			return listOf(as, ""), nil
		})
	handle(s, route{method: http.MethodPost, path: "/agencies", id: "create-agency", summary: "Add an agency", action: access.EditAgencies, status: http.StatusCreated},
		func(ctx context.Context, who access.Person, in *struct{ Body AgencyDraft }) (*body[incident.Agency], error) {
			a, err := s.Desk.PutAgency(ctx, who, in.Body.agency(0))
			if err != nil {
				return nil, err
			}
			return reply(a), nil
		})
	handle(s, route{method: http.MethodGet, path: "/agencies/{id}", id: "get-agency", summary: "One agency", action: access.SeeIncidents},
		func(ctx context.Context, who access.Person, in *IDPath) (*body[incident.Agency], error) {
			a, err := s.Desk.Agency(ctx, who, in.ID)
			if err != nil {
				return nil, err
			}
			return reply(a), nil
		})
	handle(s, route{method: http.MethodPut, path: "/agencies/{id}", id: "change-agency", summary: "Replace an agency", action: access.EditAgencies},
		func(ctx context.Context, who access.Person, in *struct {
			IDPath
			Body AgencyDraft
		}) (*body[incident.Agency], error) {
			a, err := s.Desk.PutAgency(ctx, who, in.Body.agency(in.ID))
			if err != nil {
				return nil, err
			}
			return reply(a), nil
		})
	handle(s, route{method: http.MethodDelete, path: "/agencies/{id}", id: "retire-agency", summary: "Take an agency out of work",
		about: "It stays where incidents name it.", action: access.EditAgencies, status: http.StatusNoContent},
		func(ctx context.Context, who access.Person, in *IDPath) (*nothing, error) {
			a, err := s.Desk.Agency(ctx, who, in.ID)
			if err != nil {
				return nil, err
			}
			a.Active, a.Default = false, false
			_, err = s.Desk.PutAgency(ctx, who, a)
			return nil, err
		})
	handle(s, route{method: http.MethodGet, path: "/agencies/load", id: "agencies-load", summary: "How much agencies have to do",
		about: "Of the incidents that the person sees; an agency that has none open is missing.", action: access.SeeIncidents},
		func(ctx context.Context, who access.Person, _ *struct{}) (*body[List[store.Load]], error) {
			ls, err := s.Desk.Load(ctx, who)
			if err != nil {
				return nil, err
			}
			return listOf(ls, ""), nil
		})
	handle(s, route{method: http.MethodPost, path: "/agencies/{id}/test", id: "test-agency", summary: "Send an agency a message that says it is a test",
		about: "By each way that the agency has, once; the answer says how that ended.", action: access.EditAgencies},
		func(ctx context.Context, who access.Person, in *IDPath) (*body[List[Tried]], error) {
			ts, err := s.Desk.TestAgency(ctx, who, in.ID)
			if err != nil {
				return nil, err
			}
			return listOf(mapped(ts, func(x desk.Tried) Tried {
				return Tried{Channel: x.Channel, Address: x.Address, Sent: x.Reason == "", Reason: translate(lang(ctx), x.Reason)}
			}), ""), nil
		})
}

// Tried is how one way to an agency was tried.
type Tried struct {
	Channel notify.Kind `json:"channel" doc:"webhook or email."`
	Address string      `json:"address"`
	Sent    bool        `json:"sent"`
	Reason  string      `json:"reason,omitempty" doc:"Why not, in the reader's language as far as it is ours."`
}

// RuleDraft is a rule as a person gives it.
type RuleDraft struct {
	Region          string            `json:"region"`
	Search          int64             `json:"search" doc:"Id of a saved search."`
	Name            string            `json:"name"`
	Mode            incident.Mode     `json:"mode,omitempty" doc:"suggest (missing): into triage; auto: assigned at once."`
	Severity        incident.Severity `json:"severity,omitempty" doc:"low, normal (missing), raised or critical."`
	Preset          string            `json:"preset,omitempty" doc:"Of deadlines; missing: the route's."`
	Agency          int64             `json:"agency,omitempty" doc:"Missing: the route says."`
	Enabled         *bool             `json:"enabled,omitempty" doc:"Missing: true."`
	OpenForBackfill bool              `json:"open_for_backfill,omitempty" doc:"Also what isn't live opens incidents."`
}

func (d RuleDraft) rule(id int64) incident.Rule {
	if d.Mode == "" {
		d.Mode = incident.Suggest
	}
	return incident.Rule{ID: id, Region: d.Region, Search: d.Search, Name: d.Name, Mode: d.Mode, Severity: d.Severity, Preset: d.Preset,
		Agency: d.Agency, Enabled: d.Enabled == nil || *d.Enabled, OpenForBackfill: d.OpenForBackfill}
}

func (s *server) putRule(ctx context.Context, who access.Person, r incident.Rule) (*body[incident.Rule], error) {
	r, err := s.Desk.PutRule(ctx, who, r)
	if err != nil {
		return nil, err
	}
	return reply(r), nil
}

func (s *server) registerRules() {
	handle(s, route{method: http.MethodGet, path: "/rules", id: "list-rules", summary: "List rules", action: access.SeeIncidents},
		func(ctx context.Context, who access.Person, in *RegionFilter) (*body[List[incident.Rule]], error) {
			if in.Region != "" {
				if err := s.known(ctx, "query.region", in.Region); err != nil {
					return nil, err
				}
			}
			rs, err := s.Desk.Rules(ctx, who, in.Region)
			if err != nil {
				return nil, err
			}
			return listOf(rs, ""), nil
		})
	handle(s, route{method: http.MethodPost, path: "/rules", id: "create-rule", summary: "Make a rule",
		about: "Only rules open incidents by themselves.", action: access.EditRules, status: http.StatusCreated},
		func(ctx context.Context, who access.Person, in *struct{ Body RuleDraft }) (*body[incident.Rule], error) {
			return s.putRule(ctx, who, in.Body.rule(0))
		})
	handle(s, route{method: http.MethodGet, path: "/rules/{id}", id: "get-rule", summary: "One rule", action: access.SeeIncidents},
		func(ctx context.Context, who access.Person, in *IDPath) (*body[incident.Rule], error) {
			r, err := s.Desk.Rule(ctx, who, in.ID)
			if err != nil {
				return nil, err
			}
			return reply(r), nil
		})
	handle(s, route{method: http.MethodPut, path: "/rules/{id}", id: "change-rule", summary: "Replace a rule", action: access.EditRules},
		func(ctx context.Context, who access.Person, in *struct {
			IDPath
			Body RuleDraft
		}) (*body[incident.Rule], error) {
			return s.putRule(ctx, who, in.Body.rule(in.ID))
		})
	handle(s, route{method: http.MethodDelete, path: "/rules/{id}", id: "delete-rule", summary: "Remove a rule",
		about: "What it opened stays.", action: access.EditRules, status: http.StatusNoContent},
		func(ctx context.Context, who access.Person, in *IDPath) (*nothing, error) {
			return nil, s.Desk.DeleteRule(ctx, who, in.ID)
		})
}
