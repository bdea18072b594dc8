package standing

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Gone is how long after its last sign an indexer is waited for no longer. It
// is longer than any batch may take.
const Gone = 60 * time.Second

// Changes gives every search changed since a generation, deleted ones too, and
// the generation that this brings the caller to.
func (s *Store) Changes(ctx context.Context, since int64) (changed []Search, generation int64, err error) {
	err = pgx.BeginTxFunc(ctx, s.Pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, `SELECT generation FROM search_clock`).Scan(&generation); err != nil || generation == since {
			return err
		}
		rows, err := tx.Query(ctx, `SELECT `+columns+` FROM search WHERE generation > $1 ORDER BY generation`, since)
		if err != nil {
			return err
		}
		changed, err = pgx.CollectRows(rows, scan)
		return err
	})
	if err != nil {
		return nil, since, fmt.Errorf("changes of searches: %w", err)
	}
	return changed, generation, nil
}

// Acknowledge says that an indexer handles every further post with the
// searches of a generation and an edition of the analysis, and that it is alive.
func (s *Store) Acknowledge(ctx context.Context, indexer string, generation int64, edition int) error {
	_, err := s.Pool.Exec(ctx, `INSERT INTO indexer_generation (indexer, generation, edition, seen_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (indexer) DO UPDATE SET generation = excluded.generation, edition = excluded.edition, seen_at = excluded.seen_at`,
		indexer, generation, edition, s.Now())
	if err != nil {
		return fmt.Errorf("acknowledge generation: %w", err)
	}
	return nil
}

// Leave takes an indexer that stops out of those that are waited for.
func (s *Store) Leave(ctx context.Context, indexer string) error {
	_, err := s.Pool.Exec(ctx, `DELETE FROM indexer_generation WHERE indexer = $1 OR seen_at < $2`, indexer, s.Now().Add(-time.Hour))
	return err
}

// acknowledged is the generation that every live indexer has reached; 0 when
// none is alive.
const acknowledged = `SELECT coalesce(min(generation), 0) FROM indexer_generation WHERE seen_at > $1`

// Past is the work of searching the past for one search; see NextPast.
type Past struct {
	Search Search
	conn   *pgxpool.Conn // holds the advisory lock of the search
}

// pastLock is the class of advisory locks under which pasts are searched: a
// lock of the row would make the search's owner wait with every change.
const pastLock = 0x5041

// NextPast gives a search whose past is due: all live indexers have
// acknowledged its generation, and nobody else is at it. ok is false when
// there is none. The caller must end it with Done or Abandon; a process that
// dies leaves it to the next.
func (s *Store) NextPast(ctx context.Context) (p *Past, ok bool, err error) {
	conn, err := s.Pool.Acquire(ctx)
	if err != nil {
		return nil, false, fmt.Errorf("past: %w", err)
	}
	defer func() {
		if !ok {
			conn.Release()
		}
	}()
	rows, err := conn.Query(ctx, `SELECT `+columns+` FROM search
		WHERE NOT past_done AND NOT deleted AND generation <= (`+acknowledged+`)
		ORDER BY generation LIMIT 16`, s.Now().Add(-Gone))
	if err != nil {
		return nil, false, fmt.Errorf("past: %w", err)
	}
	due, err := pgx.CollectRows(rows, scan)
	if err != nil {
		return nil, false, fmt.Errorf("past: %w", err)
	}
	for _, d := range due {
		var mine bool
		if err := conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1, $2)`, pastLock, int32(d.ID)).Scan(&mine); err != nil {
			return nil, false, fmt.Errorf("past: %w", err)
		}
		if mine {
			return &Past{Search: d, conn: conn}, true, nil
		}
	}
	return nil, false, nil
}

// Done says that the past was searched and how many posts were found. A search
// that was changed meanwhile stays due.
func (p *Past) Done(ctx context.Context, found int64) error {
	_, err := p.conn.Exec(ctx, `UPDATE search SET past_done = true, past_found = $3 WHERE id = $1 AND version = $2`,
		p.Search.ID, p.Search.Version, found)
	p.Abandon(ctx)
	if err != nil {
		return fmt.Errorf("past: %w", err)
	}
	return nil
}

// Abandon leaves the work to be done again.
func (p *Past) Abandon(ctx context.Context) {
	ctx = context.WithoutCancel(ctx)
	if _, err := p.conn.Exec(ctx, `SELECT pg_advisory_unlock($1, $2)`, pastLock, int32(p.Search.ID)); err != nil {
		_ = p.conn.Conn().Close(ctx) // the lock ends with its session
	}
	p.conn.Release()
}
