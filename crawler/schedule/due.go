package schedule

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/otklik/otklik/crawler/source"
	"github.com/otklik/otklik/internal/fault"
)

// Lease is a source that one crawler may read for a while.
type Lease struct {
	Source
	generation int64
}

// aheadAfter is how far a clock may be behind another one before we take the
// other one's word for wrong.
const aheadAfter = 5 * time.Minute

// Due lends up to n sources that are due, each to one worker only, for the
// time of a lease. A worker that dies gives them back by letting it pass. What
// was read by a clock that was far ahead of ours is due too: else a clock that
// jumped once would keep a source unread for as long as it jumped.
func (s *Store) Due(ctx context.Context, worker string, n int, lease time.Duration) ([]Lease, error) {
	now := s.Now()
	rows, err := s.Pool.Query(ctx, `WITH due AS (
			SELECT id AS due_id FROM source WHERE enabled AND (next_at <= $2 OR greatest(created_at, last_read) > $5)
				AND (lease_until IS NULL OR lease_until <= $2)
			ORDER BY next_at LIMIT $3 FOR UPDATE SKIP LOCKED)
		UPDATE source SET worker = $1, lease = lease + 1, lease_until = $4 FROM due WHERE id = due_id
		RETURNING `+columns+`, lease`, worker, now, n, now.Add(lease), now.Add(aheadAfter))
	if err != nil {
		return nil, fmt.Errorf("due sources: %w", err)
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (Lease, error) {
		var l Lease
		x := &l.Source
		err := row.Scan(&x.ID, &x.Network, &x.Address, &x.External, &x.Title, &x.Regions, &x.Visibility, &x.Class, &x.Every, &x.Backfill,
			&x.Enabled, &x.Cursor, &x.Health, &x.Detail, &x.HealthAt, &x.LastOK, &x.LastRead, &x.LastNew, &x.NextAt, &x.Failures,
			&x.Posts, &x.Subscribers, &x.CreatedAt, &l.generation)
		return l, err
	})
}

// Step is what one reading brought; it is stored after the log has
// acknowledged its posts.
type Step struct {
	Cursor json.RawMessage // nil: as it was
	Info   *source.Info    // nil: as it was
	New    int             // posts that were never seen before
}

// Keep stores a step and prolongs the lease. fault.Conflict says that the
// lease was lost: somebody else reads the source now.
func (s *Store) Keep(ctx context.Context, l Lease, st Step, lease time.Duration) error {
	now := s.Now()
	var title, external *string
	var subscribers *int64
	if i := st.Info; i != nil {
		title, external = &i.Title, &i.Source
		if i.Subscribers != nil {
			subscribers = &i.Subscribers.Value
		}
	}
	tag, err := s.Pool.Exec(ctx, `UPDATE source SET cursor = coalesce($3, cursor), title = coalesce($4, title), external = coalesce($5, external),
			subscribers = coalesce($6, subscribers), posts = posts + $7, last_new = CASE WHEN $7 > 0 THEN $8 ELSE last_new END,
			last_read = $8, lease_until = $9
		WHERE id = $1 AND lease = $2`, l.ID, l.generation, st.Cursor, title, external, subscribers, st.New, now, now.Add(lease))
	if duplicate(err) {
		return fault.New(fault.Conflict, "%s is read already under another address", *external)
	}
	if err != nil {
		return fmt.Errorf("source %d: %w", l.ID, err)
	}
	return l.kept(tag)
}

// Renew prolongs the lease of a source that is being read. fault.Conflict says
// that it was lost.
func (s *Store) Renew(ctx context.Context, l Lease, lease time.Duration) error {
	tag, err := s.Pool.Exec(ctx, `UPDATE source SET lease_until = $3 WHERE id = $1 AND lease = $2`, l.ID, l.generation, s.Now().Add(lease))
	if err != nil {
		return fmt.Errorf("source %d: %w", l.ID, err)
	}
	return l.kept(tag)
}

// kept says by what an update changed whether the lease was still held.
func (l Lease) kept(tag pgconn.CommandTag) error {
	if tag.RowsAffected() == 0 {
		return fault.New(fault.Conflict, "source %d was taken over by another crawler", l.ID)
	}
	return nil
}

// maxPause bounds the time between two tries of a source that fails.
const maxPause = 6 * time.Hour

// Done ends a lease with the health of the source: nil is OK.
func (s *Store) Done(ctx context.Context, l Lease, state *source.State) error {
	now := s.Now()
	h, detail, failures, next := source.OK, "", 0, now.Add(l.Every)
	if state != nil {
		h, detail, failures = state.Health, state.Error(), l.Failures+1
		next = now.Add(pause(l.Every, failures))
		if state.Ours { // or hours of a log that is away would be followed by hours without posts
			next = now.Add(pause(l.Every, 1))
		}
		if state.Until.After(next) {
			next = state.Until
		}
	}
	_, err := s.Pool.Exec(ctx, `UPDATE source SET health_at = CASE WHEN health = $3 THEN health_at ELSE $4 END, health = $3, detail = $5,
			failures = $6, next_at = $7, last_read = $4, last_ok = CASE WHEN $3 = 'ok' THEN $4 ELSE last_ok END,
			lease_until = NULL, worker = NULL
		WHERE id = $1 AND lease = $2`, l.ID, l.generation, h, now, detail, failures, next)
	if err != nil {
		return fmt.Errorf("source %d: %w", l.ID, err)
	}
	return nil
}

// Release ends a lease as if it had not been: whoever comes next may read the
// source at once. Its health stays.
func (s *Store) Release(ctx context.Context, l Lease) error {
	_, err := s.Pool.Exec(ctx, `UPDATE source SET lease_until = NULL, worker = NULL WHERE id = $1 AND lease = $2`, l.ID, l.generation)
	if err != nil {
		return fmt.Errorf("source %d: %w", l.ID, err)
	}
	return nil
}

// pause doubles with each failure, with a jitter of a fifth, so that sources
// that failed together don't come back together.
func pause(every time.Duration, failures int) time.Duration {
	p := every
	for range min(failures-1, 20) {
		if p *= 2; p >= maxPause {
			p = maxPause
			break
		}
	}
	return p + time.Duration(rand.Int64N(int64(p)/5+1))
}
