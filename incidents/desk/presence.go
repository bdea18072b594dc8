package desk

import (
	"context"

	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/internal/access"
)

// maxOnlookers bounds who is named of those who have an incident open.
const maxOnlookers = 50

// Present notes that a person has an incident open, until store.PresenceLasts is
// over, and gives who else has. It is no look at a sealed one: it tells nothing
// of it. fault.NotFound also where the person may not see it.
func (d *Desk) Present(ctx context.Context, who access.Person, number int64) (os []store.Onlooker, err error) {
	err = d.beside(ctx, who, number, func(tx *store.Tx, i incident.Incident) error {
		now := d.now()
		if err := tx.Present(ctx, number, who, now); err != nil {
			return err
		}
		os, err = tx.Onlookers(ctx, number, who.ID, now.Add(-store.PresenceLasts), maxOnlookers)
		return err
	})
	return os, err
}

// Leave says that a person no longer has an incident open.
func (d *Desk) Leave(ctx context.Context, who access.Person, number int64) error {
	return d.beside(ctx, who, number, func(tx *store.Tx, i incident.Incident) error {
		return tx.Absent(ctx, number, who.ID)
	})
}
