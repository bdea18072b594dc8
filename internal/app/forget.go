package app

import (
	"context"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/internal/fault"
)

// forget removes one post from every store: the ledger with its bodies, the
// index with its history, and the desk's evidence.
func (a *App) forget(ctx context.Context, s string) error {
	id := post.ID(s)
	if err := id.Check(); err != nil {
		return fault.New(fault.Invalid, "%w", err)
	}
	if _, err := a.ledger.Forget(ctx, id, a.now()); err != nil {
		return err
	}
	if err := a.index.Forget(ctx, id); err != nil {
		return err
	}
	return a.desk.Store.Forget(ctx, id)
}
