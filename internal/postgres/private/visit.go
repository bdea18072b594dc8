package private

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"
)

// Visit gives the address of the private server of o.Dir that another process
// runs, for commands that work beside it. ok is false where none runs: then the
// caller starts it. A server that is still starting is waited for.
func Visit(ctx context.Context, o Options) (url string, ok bool, err error) {
	p, err := findPlace(o.Dir, cmp.Or(o.Fallback, "/var/lib"), o.logger())
	if err != nil {
		return "", false, err
	}
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(o.Wait, 2*time.Minute))
	defer cancel()
	s := &Server{place: p, database: cmp.Or(o.Database, "otklik")}
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		lock, err := lockPlace(p)
		if err == nil {
			return "", false, lock.Close()
		}
		if !errors.Is(err, errInUse) {
			return "", false, err
		}
		if err = s.ask(ctx); err == nil {
			return s.URL(), true, s.ensureDatabase(ctx)
		}
		select {
		case <-ctx.Done():
			return "", false, fmt.Errorf("the private Postgres in %s belongs to a running otklik and does not answer: %w", p.root, err)
		case <-tick.C:
		}
	}
}
