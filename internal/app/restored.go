package app

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// restoredCommand is `otklik restored`.
type restoredCommand struct {
	LogLost bool `help:"The log (Kafka) was lost, too, and begins anew: what was decided about its rejected records means others now."`
}

// Help says when it is needed.
func (restoredCommand) Help() string {
	return `To be run once, before the roles start, when the database was restored from a dump (docs/operations.md).

An index or a log that was not restored with it knows readings that the database does not know any more: revisions are numbered from far beyond them, or new edits would be taken for old ones. Everybody has to sign in again, since a session that was ended after the dump would be alive. Again is harmless.`
}

// restoredGap is how far revisions jump. It is far beyond what any installation
// takes between two back-ups (a thousand a second for eleven days), and a
// number that JavaScript reads exactly is big enough for nine million jumps.
const restoredGap = 1_000_000_000

// restored is what a dump can't know, statement by statement.
func restored(logLost bool) []string {
	all := []string{
		// Revisions of readings that were made after the dump are in use.
		fmt.Sprintf(`SELECT setval('rev_seq', nextval('rev_seq') + %d)`, restoredGap),
		// A transaction's number means nothing in another cluster: those beyond
		// the present one would be looked at twice a second. The trigger writes it.
		`UPDATE incident SET touched = DEFAULT WHERE touched >= pg_snapshot_xmax(pg_current_snapshot())`,
		`UPDATE session SET ended_at = now() WHERE ended_at IS NULL`,
		`DELETE FROM signin_half`,
		`DELETE FROM indexer_generation`, // nobody of those lives
	}
	if logLost {
		all = append(all, `DELETE FROM rejected_decision`)
	}
	return all
}

// Run makes a restored database fit to be used.
func (c *restoredCommand) Run(p *process) error {
	p.config.visit = true
	a, err := open(p.ctx, p.config, p.version, p.log, (*App).openDatabase)
	if err != nil {
		return err
	}
	if err := errors.Join(c.mend(p.ctx, a), a.Close()); err != nil {
		return err
	}
	_, err = fmt.Fprintln(p.stdout, "the restored database is fit to be used; what was forgotten, revoked or disabled since the dump has to be so again")
	return err
}

func (c *restoredCommand) mend(ctx context.Context, a *App) error {
	err := pgx.BeginFunc(ctx, a.pool, func(tx pgx.Tx) error {
		for _, sql := range restored(c.LogLost) {
			if _, err := tx.Exec(ctx, sql); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("a restored database: %w", err)
	}
	return nil
}
