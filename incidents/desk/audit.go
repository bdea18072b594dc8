package desk

import (
	"context"
	"fmt"

	"github.com/otklik/otklik/incidents/deadline"
	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/audit"
	"github.com/otklik/otklik/internal/fault"
)

// record writes that somebody made (was is nil), changed or removed (is is nil)
// something of the desk's settings.
func (d *Desk) record(ctx context.Context, tx *store.Tx, who access.Person, thing audit.Thing, id any, name string, was, is *audit.State) error {
	e := d.event(who, thing, id, name)
	switch {
	case was == nil:
		e.Kind = audit.Created
	case is == nil:
		e.Kind = audit.Removed
	}
	return tx.Record(ctx, e, was, is)
}

func (d *Desk) event(who access.Person, thing audit.Thing, id any, name string) audit.Event {
	return audit.Event{At: d.now(), Who: who.ID, By: who.Name, Thing: thing, Of: fmt.Sprint(id), Name: name, Kind: audit.Changed}
}

// of is the state of what is of one region; nil for what was not there.
func of(region string, facts any) *audit.State {
	if region == "" {
		return nil
	}
	return &audit.State{Regions: []string{region}, Facts: facts}
}

func ofAgency(a incident.Agency) *audit.State {
	secret := a.WebhookSecret
	a.WebhookSecret = ""
	return of(a.Region, struct {
		incident.Agency
		Secret string `json:"webhook_secret_hash,omitempty"` // that it is another one
	}{a, short(secret)})
}

// short tells secrets apart and tells nothing of them; they are random or long.
func short(secret string) string {
	if secret == "" {
		return ""
	}
	return incident.TextHash(secret)[:8]
}

func ofRule(r incident.Rule) *audit.State { return of(r.Region, r) }

func ofRoute(r store.RouteTree) *audit.State {
	if r.Version == 0 {
		return nil
	}
	return of(r.Region, r.Tree)
}

func ofPreset(region string, p deadline.Preset) *audit.State {
	if p.Name == "" {
		return nil
	}
	return of(region, p)
}

// Audit gives who changed what, the newest first: what the person may see of it.
func (d *Desk) Audit(ctx context.Context, who access.Person, f audit.Filter) (es []audit.Event, err error) {
	if !who.May(access.SeeAudit) {
		return nil, fault.New(fault.Forbidden, "role %q may not %s", who.Role, access.SeeAudit)
	}
	v := store.ViewOf(who)
	err = d.Store.InView(ctx, v, func(tx *store.Tx) (err error) {
		es, err = tx.Audit(ctx, v, f)
		return err
	})
	return es, err
}

// Looks gives who has looked at sealed incidents, the newest look first: at
// those that the person may see.
func (d *Desk) Looks(ctx context.Context, who access.Person, f store.LooksAt) (ls []store.Look, err error) {
	if !who.May(access.SeeLooks) {
		return nil, fault.New(fault.Forbidden, "role %q may not %s", who.Role, access.SeeLooks)
	}
	v := store.ViewOf(who)
	err = d.Store.InView(ctx, v, func(tx *store.Tx) (err error) {
		ls, err = tx.Looks(ctx, v, f)
		return err
	})
	return ls, err
}
