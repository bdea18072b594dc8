package ledger

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/internal/fault"
)

// firstSight freezes the bucket and the time of posts that were never seen,
// and gives the state of all of them, in one round trip and one transaction.
// Rows are taken in the order of ids, so that two crawlers can't wait for each
// other.
func (l *Ledger) firstSight(ctx context.Context, r Reading, drafts []draft) (map[post.ID]state, error) {
	ids, buckets := make([]string, len(drafts)), make([]string, len(drafts))
	published := make([]time.Time, len(drafts))
	for i, d := range drafts {
		ids[i], buckets[i], published[i] = string(d.ID), string(d.Bucket), d.Published
	}
	var ages []time.Duration
	if r.Recheck {
		ages = recheckAges()
	}
	out := make(map[post.ID]state, len(ids))
	var b pgx.Batch
	b.Queue(`INSERT INTO ledger (id, bucket, published, recheck)
		SELECT id, bucket, published, `+nextLook(4, 5)+` FROM unnest($1::text[], $2::text[], $3::timestamptz[]) AS n (id, bucket, published) ORDER BY id
		ON CONFLICT DO NOTHING`, ids, buckets, published, r.Observed, ages)
	b.Queue(`SELECT id, bucket, published, hash, counters, rev, imported, deleted, forgotten
		FROM ledger WHERE id = ANY($1)`, ids).Query(func(rows pgx.Rows) error {
		var id post.ID
		var s state
		_, err := pgx.ForEachRow(rows, []any{&id, &s.bucket, &s.published, &s.hash, &s.counters, &s.rev, &s.imported, &s.deleted, &s.forgotten}, func() error {
			s.published = s.published.UTC()
			out[id] = s
			return nil
		})
		return err
	})
	return out, l.Pool.SendBatch(ctx, &b).Close()
}

type body struct {
	ID   post.ID
	Rev  int64
	Post post.Post
}

// keepBodies keeps the few that are sealed or very long.
func (l *Ledger) keepBodies(ctx context.Context, bodies []body) error {
	if len(bodies) == 0 {
		return nil
	}
	var batch pgx.Batch
	for _, b := range bodies {
		v, err := post.Encode(b.Post)
		if err != nil {
			return err
		}
		batch.Queue(`INSERT INTO post_body (id, rev, body) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, b.ID, b.Rev, v)
	}
	return l.Pool.SendBatch(ctx, &batch).Close()
}

// Confirm says that the log has acknowledged the records. Only forward: a
// later reading that was confirmed before stays.
func (l *Ledger) Confirm(ctx context.Context, a *Admitted) error {
	n := len(a.Records)
	if n == 0 {
		return nil
	}
	ids, hashes, counts := make([]string, n), make([]string, n), make([]string, n)
	revs, gone := make([]int64, n), make([]bool, n)
	for i, r := range a.Records {
		ids[i], hashes[i], counts[i], revs[i], gone[i] = string(r.ID), r.Hash, a.counters[r.ID], r.Rev, r.Kind == post.Deletion
	}
	_, err := l.Pool.Exec(ctx, `UPDATE ledger SET hash = n.hash, counters = n.counters, rev = n.rev, deleted = n.gone, imported = $6,
			recheck = CASE WHEN n.gone THEN NULL ELSE ledger.recheck END
		FROM (SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::boolean[])
			AS n (id, hash, counters, rev, gone) ORDER BY id) n
		WHERE ledger.id = n.id AND ledger.rev < n.rev`, ids, hashes, counts, revs, gone, a.imported)
	if err != nil {
		return fmt.Errorf("ledger: confirm: %w", err)
	}
	return nil
}

// AdmitDeleted gives the records that say that posts are gone; what was never
// seen or is known to be gone gives none.
func (l *Ledger) AdmitDeleted(ctx context.Context, r Reading, ids []post.ID) (*Admitted, error) {
	out := &Admitted{counters: map[post.ID]string{}, imported: r.Origin == post.Import}
	rows, err := l.Pool.Query(ctx, `SELECT id, bucket, published, hash, counters FROM ledger
		WHERE id = ANY($1) AND rev > 0 AND rev < $2 AND NOT deleted AND NOT forgotten`, ids, r.Rev)
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		e := post.Envelope{V: post.EnvelopeVersion, Kind: post.Deletion, Rev: r.Rev, Observed: r.Observed.UTC(),
			Origin: r.Origin, Regions: r.Regions, Visibility: r.Visibility}
		var counters string
		if err := rows.Scan(&e.ID, &e.Bucket, &e.Published, &e.Hash, &counters); err != nil {
			return nil, fmt.Errorf("ledger: %w", err)
		}
		e.Published = e.Published.UTC()
		out.counters[e.ID] = counters
		out.Records = append(out.Records, post.Record{Envelope: e})
	}
	return out, rows.Err()
}

// Body gives a body that the log does not carry, or fault.NotFound. A rev of 0
// is the newest there is.
func (l *Ledger) Body(ctx context.Context, id post.ID, rev int64) (post.Post, error) {
	var p post.Post
	err := l.Pool.QueryRow(ctx, `SELECT body FROM post_body WHERE id = $1 AND ($2 = 0 OR rev = $2) ORDER BY rev DESC LIMIT 1`, id, rev).Scan(&p)
	if errors.Is(err, pgx.ErrNoRows) {
		return p, fault.New(fault.NotFound, "there is no body of %s in revision %d", id, rev)
	}
	if err != nil {
		return p, fmt.Errorf("body of %s: %w", id, err)
	}
	return p, nil
}

// Forgotten says which of some posts were asked to be forgotten.
func (l *Ledger) Forgotten(ctx context.Context, ids []post.ID) (map[post.ID]bool, error) {
	rows, err := l.Pool.Query(ctx, `SELECT id FROM ledger WHERE id = ANY($1) AND forgotten`, ids)
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	defer rows.Close()
	out := map[post.ID]bool{}
	for rows.Next() {
		var id post.ID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		out[id] = true
	}
	return out, rows.Err()
}

// Forget marks a post so that it is never taken in again, and removes what the
// ledger holds of it. It says whether the post had been seen.
func (l *Ledger) Forget(ctx context.Context, id post.ID, now time.Time) (seen bool, err error) {
	bucket, err := post.NewBucket("forgotten", now)
	if err != nil {
		return false, err
	}
	err = pgx.BeginFunc(ctx, l.Pool, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, `INSERT INTO ledger (id, bucket, published, forgotten) VALUES ($1, $2, $3, true)
			ON CONFLICT (id) DO UPDATE SET forgotten = true, hash = '', counters = '', recheck = NULL RETURNING rev > 0`, id, bucket, now).Scan(&seen); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `DELETE FROM post_body WHERE id = $1`, id)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("forget: %w", err)
	}
	return seen, nil
}

// AllForgotten gives every post that was asked to be forgotten.
func (l *Ledger) AllForgotten(ctx context.Context) ([]post.ID, error) {
	rows, err := l.Pool.Query(ctx, `SELECT id FROM ledger WHERE forgotten`)
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[post.ID])
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	return all, nil
}
