package desk

import (
	"context"

	"github.com/otklik/otklik/incidents/routing"
	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/audit"
)

// Route gives a region's tree; an empty one, version 0, when none was saved.
func (d *Desk) Route(ctx context.Context, who access.Person, region string) (r store.RouteTree, err error) {
	err = d.readIn(ctx, who, region, func(tx *store.Tx) (err error) {
		r, err = tx.Route(ctx, region)
		return err
	})
	return r, err
}

// PutRoute saves a tree; version is that of the tree that was edited (0 for
// the first). fault.Conflict when somebody saved another meanwhile.
func (d *Desk) PutRoute(ctx context.Context, who access.Person, region string, version int, tree routing.Node) (r store.RouteTree, err error) {
	err = d.edit(ctx, who, access.EditRules, region, func(tx *store.Tx) error {
		if err := checkTree(ctx, tx, region, tree); err != nil {
			return err
		}
		old, err := tx.Route(ctx, region)
		if err != nil {
			return err
		}
		if err := tx.PutRoute(ctx, region, version, tree, who.Name, d.now()); err != nil {
			return err
		}
		if r, err = tx.Route(ctx, region); err != nil {
			return err
		}
		return d.record(ctx, tx, who, audit.Route, region, region, ofRoute(old), ofRoute(r))
	})
	return r, err
}

// checkTree says which fields of a tree are wrong in its region.
func checkTree(ctx context.Context, tx *store.Tx, region string, tree routing.Node) error {
	as, err := tx.Agencies(ctx, store.Everything(), region)
	if err != nil {
		return err
	}
	ps, err := tx.Presets(ctx, region)
	if err != nil {
		return err
	}
	k := routing.Known{Region: region}
	for _, a := range as {
		if a.Active {
			k.Agencies = append(k.Agencies, a.ID)
		}
	}
	for _, p := range ps {
		k.Presets = append(k.Presets, p.Name)
	}
	return routing.Check(tree, k)
}

// ExplainRoute says where something of these facts would go, and why: by the
// region's tree, or by another one that is being written.
func (d *Desk) ExplainRoute(ctx context.Context, who access.Person, f routing.Facts, by *routing.Node) (x routing.Explanation, err error) {
	err = d.readIn(ctx, who, f.Region, func(tx *store.Tx) (err error) {
		if by == nil {
			x, err = d.route(ctx, tx, f, 0)
			return err
		}
		if err := checkTree(ctx, tx, f.Region, *by); err != nil {
			return err
		}
		x, err = d.routeBy(ctx, tx, *by, f, 0)
		return err
	})
	return x, err
}
