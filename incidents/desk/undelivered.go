package desk

import (
	"context"
	"time"

	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/internal/access"
)

// Undelivered gives the notifications since a time that failed or may have
// arrived twice, newest first, of the incidents that a person sees.
func (d *Desk) Undelivered(ctx context.Context, who access.Person, since time.Time, limit int) (ns []store.Notification, err error) {
	v := store.ViewOf(who)
	err = d.Store.InView(ctx, v, func(tx *store.Tx) (err error) {
		ns, err = tx.Undelivered(ctx, v, since, limit)
		return err
	})
	return ns, err
}
