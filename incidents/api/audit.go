package api

import (
	"context"
	"net/http"
	"time"

	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/audit"
)

// AuditEvent says that somebody changed something outside incidents.
type AuditEvent struct {
	ID      int64                  `json:"id"`
	At      time.Time              `json:"at"`
	Who     int64                  `json:"who,omitempty" doc:"Id of the person; missing: nobody who was signed in."`
	By      string                 `json:"by" doc:"Their name then."`
	Address string                 `json:"address,omitempty" doc:"Of the network, where somebody signed in."`
	Thing   audit.Thing            `json:"thing" enum:"person,token,search,rule,route,preset,agency,source,region,glossary"`
	Of      string                 `json:"of" doc:"Id of the thing."`
	Name    string                 `json:"name" doc:"What the thing was called then."`
	Kind    audit.Kind             `json:"kind" doc:"created, changed, removed, revoked, restored, read, tested; of people also signed_in, signed_out, session_ended, linked, language, password, totp_on and totp_off."`
	Regions []string               `json:"regions" doc:"Of the thing, before or after; * is all."`
	Person  int64                  `json:"person,omitempty" doc:"Whom it is about."`
	Changes map[string]AuditChange `json:"changes" doc:"Fields, with the value before (was) and after (is). One that is too long to be kept is {bytes, sha256}."`
}

// AuditChange is the value of a field before and after.
type AuditChange struct {
	Was any `json:"was,omitempty" doc:"Missing: it had none."`
	Is  any `json:"is,omitempty" doc:"Missing: it has none."`
}

func showEvent(e audit.Event) AuditEvent {
	changes := map[string]AuditChange{}
	for name, c := range e.Changes {
		changes[name] = AuditChange(c)
	}
	return AuditEvent{ID: e.ID, At: e.At, Who: e.Who, By: e.By, Address: e.Address, Thing: e.Thing, Of: e.Of, Name: e.Name, Kind: e.Kind,
		Regions: some(e.Regions), Person: e.Person, Changes: changes}
}

// Look is that somebody has looked at a sealed incident.
type Look struct {
	ID     int64     `json:"id"`
	Number int64     `json:"number" doc:"Of the incident."`
	Region string    `json:"region"`
	At     time.Time `json:"at"`
	Who    int64     `json:"who" doc:"Id of the person."`
	Name   string    `json:"name" doc:"Theirs, then."`
}

// Between narrows a list to a time.
type Between struct {
	From time.Time `query:"from" doc:"From this moment on."`
	To   time.Time `query:"to" doc:"Before this moment."`
}

// registerAudit: who changed what, and who has looked at what is sealed.
func (s *server) registerAudit() {
	handle(s, route{method: http.MethodGet, path: "/audit", id: "list-audit", summary: "Who changed what, the newest first",
		about:  "People and their ways in, tokens, searches, rules, routes, presets, agencies, sources, regions; incidents have a trail of their own. What is of regions that are all among one's own.",
		action: access.SeeAudit},
		func(ctx context.Context, who access.Person, in *struct {
			Page
			Between
			Who    int64  `query:"who" minimum:"0" doc:"Id of the person who changed something."`
			Person int64  `query:"person" minimum:"0" doc:"Id of the person whom it is about."`
			Thing  string `query:"thing" enum:"person,token,search,rule,route,preset,agency,source,region,glossary" doc:"What was changed."`
			Of     string `query:"of" maxLength:"200" doc:"Id of the thing."`
		}) (*body[List[AuditEvent]], error) {
			es, next, err := pageOf(ctx, in.Page, func(e audit.Event) int64 { return e.ID }, func(before int64, limit int) ([]audit.Event, error) {
				return s.Desk.Audit(ctx, who, audit.Filter{Who: in.Who, Person: in.Person, Thing: audit.Thing(in.Thing), Of: in.Of,
					From: in.From, To: in.To, Before: before, Limit: limit})
			})
			if err != nil {
				return nil, err
			}
			return listOf(mapped(es, showEvent), next), nil
		})
	handle(s, route{method: http.MethodGet, path: "/looks", id: "list-looks", summary: "Who has looked at sealed incidents, the newest look first",
		about: "Of those that one may see oneself.", action: access.SeeLooks},
		func(ctx context.Context, who access.Person, in *struct {
			Page
			Between
			Who    int64 `query:"who" minimum:"0" doc:"Id of the person."`
			Number int64 `query:"number" minimum:"0" doc:"Of the incident."`
		}) (*body[List[Look]], error) {
			ls, next, err := pageOf(ctx, in.Page, func(l store.Look) int64 { return l.ID }, func(before int64, limit int) ([]store.Look, error) {
				return s.Desk.Looks(ctx, who, store.LooksAt{Number: in.Number, Who: in.Who, From: in.From, To: in.To, Before: before, Limit: limit})
			})
			if err != nil {
				return nil, err
			}
			return listOf(mapped(ls, func(l store.Look) Look { return Look(l) }), next), nil
		})
}
