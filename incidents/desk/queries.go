package desk

import (
	"context"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
)

const (
	viewPosts  = 20
	viewEvents = 200
)

// beside runs f, which tells nothing of the incident, where a person may see it.
func (d *Desk) beside(ctx context.Context, who access.Person, number int64, f func(tx *store.Tx, i incident.Incident) error) error {
	if !who.May(access.SeeIncidents) {
		return fault.New(fault.Forbidden, "role %q may not see incidents", who.Role)
	}
	return d.Store.InView(ctx, store.ViewOf(who), func(tx *store.Tx) error {
		i, err := tx.Incident(ctx, store.ViewOf(who), number, false)
		if err != nil {
			return err
		}
		return f(tx, i)
	})
}

// see runs f on an incident that a person may see.
func (d *Desk) see(ctx context.Context, who access.Person, number int64, f func(tx *store.Tx, i incident.Incident) error) error {
	return d.beside(ctx, who, number, func(tx *store.Tx, i incident.Incident) error {
		if i.Visibility == post.Sealed { // every look at a sealed one is written down
			e := incident.Event{At: d.now(), Kind: incident.EventLooked, Who: who.ID, Name: who.Name, From: i.State, To: i.State}
			if err := tx.AddEvent(ctx, i, e, nil); err != nil {
				return err
			}
		}
		return f(tx, i)
	})
}

// Get gives an incident with its first posts, its trail, and what the person
// may do now. fault.NotFound also where the person may not see it.
func (d *Desk) Get(ctx context.Context, who access.Person, number int64) (View, error) {
	var v View
	err := d.see(ctx, who, number, func(tx *store.Tx, i incident.Incident) (err error) {
		v.Incident, v.Allowed = i, incident.Allowed(i, who)
		if v.Evidence, v.More, err = tx.Posts(ctx, number, "", viewPosts); err != nil {
			return err
		}
		v.Events, err = tx.Events(ctx, number, -1, viewEvents)
		return err
	})
	return v, err
}

// List gives a page of incidents and the cursor of the next ("" at the end).
func (d *Desk) List(ctx context.Context, who access.Person, f store.Filter) ([]incident.Incident, string, error) {
	if !who.May(access.SeeIncidents) {
		return nil, "", fault.New(fault.Forbidden, "role %q may not see incidents", who.Role)
	}
	is, next, err := d.Store.List(ctx, store.ViewOf(who), f)
	if is == nil {
		is = []incident.Incident{}
	}
	for n := range is {
		// Lists are not looks: what is sealed shows its words to those who open it.
		if is[n].Visibility == post.Sealed {
			is[n].Title, is[n].Draft, is[n].Promise = "", nil, ""
		}
	}
	return is, next, err
}

// Posts gives a page of an incident's evidence, in the order in which it joined.
func (d *Desk) Posts(ctx context.Context, who access.Person, number int64, after string, limit int) (es []incident.Evidence, next string, err error) {
	err = d.see(ctx, who, number, func(tx *store.Tx, _ incident.Incident) (err error) {
		es, next, err = tx.Posts(ctx, number, after, limit)
		return err
	})
	return es, next, err
}

// Copies gives every revision kept of a post of an incident, oldest first.
func (d *Desk) Copies(ctx context.Context, who access.Person, number int64, id post.ID) (cs []incident.Copy, err error) {
	err = d.see(ctx, who, number, func(tx *store.Tx, i incident.Incident) error {
		at := store.PostIn{Region: i.Region, Post: id}
		known, err := tx.KnownPosts(ctx, at)
		if err != nil {
			return err
		}
		if known[at].Number != number {
			return fault.New(fault.NotFound, "incident %d has no post %s", number, id)
		}
		cs, err = tx.Copies(ctx, i.Region, id)
		return err
	})
	return cs, err
}

// Notifications gives what was sent about an incident, oldest first.
func (d *Desk) Notifications(ctx context.Context, who access.Person, number int64) (ns []store.Notification, err error) {
	err = d.see(ctx, who, number, func(tx *store.Tx, _ incident.Incident) (err error) {
		ns, err = tx.Notifications(ctx, number)
		return err
	})
	return ns, err
}

// Hits counts what a standing search has matched, by version and region, within
// the person's regions.
func (d *Desk) Hits(ctx context.Context, who access.Person, search int64) ([]store.Hits, error) {
	return d.Store.Hits(ctx, store.ViewOf(who), search)
}
