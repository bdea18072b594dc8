package app

import (
	"context"
	"fmt"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/internal/fault"
)

// forgetCommand is `otklik forget`.
type forgetCommand struct {
	IDs []string `arg:"" name:"id" help:"Ids of posts, network:owner/native-id. One that was never seen is kept out, too."`
}

// Run removes posts from every store. The ledger comes first: from then on a
// reading or a record still in the log can't bring a post back.
func (c *forgetCommand) Run(p *process) error {
	ids := make([]post.ID, len(c.IDs))
	var bad []fault.Field
	for i, s := range c.IDs {
		ids[i] = post.ID(s)
		if err := ids[i].Check(); err != nil {
			bad = append(bad, fault.Field{Path: fmt.Sprintf("id %d", i+1), Message: err.Error()})
		}
	}
	if len(bad) > 0 {
		return fault.Fields(bad...)
	}
	p.config.visit = true
	return p.open(func(a *App) error {
		for _, id := range ids {
			seen, err := a.forget(p.ctx, id)
			switch {
			case err != nil:
				return err
			case seen:
				fmt.Fprintf(p.stdout, "forgotten: %s\n", id)
			default:
				fmt.Fprintf(p.stdout, "there was nothing to forget of %s; it will not be taken in either\n", id)
			}
		}
		return nil
	})
}

// forget removes one post from every store: the ledger with its bodies, the
// index with its history, and the desk's evidence. It says whether the post had
// been seen; one that wasn't is kept out all the same.
func (a *App) forget(ctx context.Context, id post.ID) (seen bool, err error) {
	if seen, err = a.ledger.Forget(ctx, id, a.now()); err != nil {
		return seen, err
	}
	if err := a.index.Forget(ctx, id); err != nil {
		return seen, err
	}
	return seen, a.desk.Store.Forget(ctx, id)
}
