package desk

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/otklik/otklik/incidents/deadline"
	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/incidents/routing"
	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/audit"
	"github.com/otklik/otklik/internal/fault"
)

// maxPresets bounds the presets of a region.
const maxPresets = 100

// Presets gives the presets of a region: the built-in ones as it has changed
// them, and its own.
func (d *Desk) Presets(ctx context.Context, who access.Person, region string) (ps []store.RegionPreset, err error) {
	err = d.readIn(ctx, who, region, func(tx *store.Tx) (err error) {
		ps, err = tx.RegionPresets(ctx, region)
		return err
	})
	return ps, err
}

// PutPreset changes a preset of a region or adds one; version is that of the
// one that was edited, 0 for one that the region has not changed or made yet.
// fault.Conflict when somebody saved another meanwhile. Running clocks follow at
// their incident's next command.
func (d *Desk) PutPreset(ctx context.Context, who access.Person, region string, version int, p deadline.Preset) (out store.RegionPreset, err error) {
	err = d.edit(ctx, who, access.EditRules, region, func(tx *store.Tx) error {
		if err := p.Check(); err != nil {
			return err
		}
		ps, err := tx.Presets(ctx, region)
		if err != nil {
			return err
		}
		old, ok := named(ps, p.Name)
		if !ok && len(ps) >= maxPresets {
			return fault.New(fault.TooLarge, "a region has at most %d presets", maxPresets)
		}
		if err := tx.PutPreset(ctx, region, version, p, who.Name, d.now()); err != nil {
			return err
		}
		rs, err := tx.RegionPresets(ctx, region)
		if err != nil {
			return err
		}
		out = rs[slices.IndexFunc(rs, func(x store.RegionPreset) bool { return x.Name == p.Name })]
		return d.record(ctx, tx, who, audit.Preset, region+"/"+p.Name, p.Title, ofPreset(region, old), ofPreset(region, out.Preset))
	})
	return out, err
}

// DeletePreset removes a preset that a region made, or gives a built-in one its
// own figures again. fault.Conflict where a rule or the tree of routes names it.
func (d *Desk) DeletePreset(ctx context.Context, who access.Person, region, name string, version int) error {
	return d.edit(ctx, who, access.EditRules, region, func(tx *store.Tx) error {
		if !deadline.BuiltIn(name) {
			if err := unnamed(ctx, tx, region, name); err != nil {
				return err
			}
		}
		before, err := tx.Presets(ctx, region)
		if err != nil {
			return err
		}
		if err := tx.DeletePreset(ctx, region, name, version); err != nil {
			return err
		}
		after, err := tx.Presets(ctx, region)
		if err != nil {
			return err
		}
		old, _ := named(before, name)
		fresh, _ := named(after, name) // the built-in one
		return d.record(ctx, tx, who, audit.Preset, region+"/"+name, old.Title, ofPreset(region, old), ofPreset(region, fresh))
	})
}

// unnamed says who names a preset.
func unnamed(ctx context.Context, tx *store.Tx, region, name string) error {
	rs, err := tx.Rules(ctx, store.Everything(), region)
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(rs, func(r incident.Rule) bool { return r.Preset == name }); i >= 0 {
		return fault.New(fault.Conflict, "preset %q is named by the rule %q; choose another there first", name, rs[i].Name)
	}
	r, err := tx.Route(ctx, region)
	if err != nil {
		return err
	}
	if r.Tree.Names(func(n routing.Node) bool { return n.Preset == name }) {
		return fault.New(fault.Conflict, "preset %q is named by the tree of routes; choose another there first", name)
	}
	return nil
}

// Example is what a preset comes to.
type Example struct {
	At    time.Time
	Works bool           // somebody is on shift then
	Dues  []deadline.Due // of every clock, as if it began then
	Days  []deadline.Day // the next ones
}

// exampleDays is how far ahead an example shows what is worked.
const exampleDays = 14

// ExamplePreset says when the clocks of a preset would end if something came
// at a moment and was given at once to an agency (0: one with office hours).
// The preset need not be saved.
func (d *Desk) ExamplePreset(ctx context.Context, who access.Person, region string, clocks map[deadline.Clock]deadline.Budget, agency int64, at time.Time) (x Example, err error) {
	p := deadline.Preset{Name: "example", Title: "example", Clocks: clocks}
	if err := p.Check(); err != nil {
		return x, err
	}
	err = d.readIn(ctx, who, region, func(tx *store.Tx) (err error) {
		if agency != 0 {
			if a, err := tx.Agency(ctx, agency); fault.KindOf(err) == fault.NotFound || err == nil && a.Region != region {
				return fault.Fields(fault.Field{Path: "agency", Message: fmt.Sprintf("there is no agency %d", agency)})
			} else if err != nil {
				return err
			}
		}
		c, err := d.calendar(ctx, tx, incident.Incident{Region: region, Agency: agency})
		if err != nil {
			return err
		}
		x = Example{At: at.UTC(), Works: c.Works(at), Days: c.Days(at, exampleDays)}
		x.Dues, err = c.Example(p, at)
		return err
	})
	return x, err
}
