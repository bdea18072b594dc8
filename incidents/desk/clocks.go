package desk

import (
	"context"
	"slices"
	"time"

	"github.com/otklik/otklik/incidents/deadline"
	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/incidents/store"
)

// now is the desk's clock, in the precision of the database.
func (d *Desk) now() time.Time {
	if d.Now == nil {
		return time.Now().UTC().Truncate(time.Microsecond)
	}
	return d.Now().UTC().Truncate(time.Microsecond)
}

// calendar is when the incident's agency works; without one, the centre.
func (d *Desk) calendar(ctx context.Context, tx *store.Tx, i incident.Incident) (deadline.Calendar, error) {
	zone, err := d.zone(i.Region)
	if err != nil {
		return deadline.Calendar{}, err
	}
	c := deadline.New(zone)
	if i.Agency == 0 {
		return c, nil
	}
	a, err := tx.Agency(ctx, i.Agency)
	if err != nil {
		return c, err
	}
	if len(a.Shifts) > 0 {
		c.Shifts = a.Shifts
	}
	return c, nil
}

// named finds a preset by its name.
func named(ps []deadline.Preset, name string) (deadline.Preset, bool) {
	i := slices.IndexFunc(ps, func(p deadline.Preset) bool { return p.Name == name })
	if i < 0 {
		return deadline.Preset{}, false
	}
	return ps[i], true
}

// clocks recomputes the due moment from the incident's state and times, and
// schedules its warnings where it has changed. A clock is stored as its due
// moment: it survives restarts, and jobs of an old one find that it is gone.
func (d *Desk) clocks(ctx context.Context, tx *store.Tx, i *incident.Incident) error {
	due, ok, err := d.due(ctx, tx, *i)
	if err != nil {
		return err
	}
	if !ok {
		i.Due, i.DueClock, i.DueFrom, i.Warned = nil, "", nil, 0
		return nil
	}
	at := due.At.UTC().Truncate(time.Second)
	if i.Due != nil && i.Due.Equal(at) && i.DueClock == string(due.Clock) {
		return nil
	}
	from := due.From.UTC()
	i.Due, i.DueClock, i.DueFrom, i.Warned = &at, string(due.Clock), &from, 0
	c, err := d.calendar(ctx, tx, *i)
	if err != nil {
		return err
	}
	now := d.now()
	for _, percent := range warnings() {
		when := at
		if percent < 100 {
			if when, err = c.Warning(from, at, due.Unit, percent); err != nil {
				return err
			}
			if when.Before(now) {
				continue // its moment passed before this clock was ours to watch
			}
		}
		tx.Enqueue(WatchArgs{Number: i.Number, Due: at, Percent: percent}, when)
	}
	return nil
}

// warnings are the parts of the time, in per cent, at which people are told;
// 100 is the breach.
func warnings() []int { return []int{50, 80, 100} }

func (d *Desk) due(ctx context.Context, tx *store.Tx, i incident.Incident) (deadline.Due, bool, error) {
	running := i.State.Clocks()
	if len(running) == 0 {
		return deadline.Due{}, false, nil
	}
	if i.Promise != "" {
		// After an interim answer only the promise's clock runs, whatever is
		// done until it is kept; none of that gives it more time.
		running = []deadline.Clock{deadline.Final}
		if i.State != incident.Interim && i.Due != nil && i.DueClock == string(deadline.Final) {
			return deadline.Due{At: *i.Due, Clock: deadline.Final, From: *i.DueFrom, Unit: deadline.Working}, true, nil
		}
		if i.PromisedBy != nil {
			return deadline.Due{At: *i.PromisedBy, Clock: deadline.Final, From: i.StateAt, Unit: deadline.Working}, true, nil
		}
	}
	ps, err := tx.Presets(ctx, i.Region)
	if err != nil {
		return deadline.Due{}, false, err
	}
	p, ok := named(ps, i.Preset)
	if !ok {
		p, _ = named(ps, standard)
	}
	c, err := d.calendar(ctx, tx, i)
	if err != nil {
		return deadline.Due{}, false, err
	}
	m := deadline.Moments{Registered: i.CappedFrom, Entered: i.StateAt, Assigned: deref(i.AssignedAt)}
	if i.CappedFrom.Equal(i.OpenedAt) { // a reopened one begins anew, whenever its post was published
		m.Published, m.Detected = deref(i.Published), deref(i.Detected)
	}
	return c.Next(p, m, running)
}

func deref(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

// standard is the preset of everything that names none.
const standard = "standard"
