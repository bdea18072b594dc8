package ledger

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/otklik/otklik/crawler/post"
)

// recheckAges are how old a post is when it is looked at again. Most edits and
// deletions come in the first days; after the last look nobody asks again.
func recheckAges() []time.Duration {
	const day = 24 * time.Hour
	return []time.Duration{day, 3 * day, 7 * day, 30 * day}
}

// recheckPause is how long a look that failed is not repeated.
const recheckPause = time.Hour

// nextLook is the SQL for the time of the next look at a post: $now and $ages
// are numbers of parameters. Null is never.
func nextLook(now, ages int) string {
	return fmt.Sprintf(`(SELECT min(published + age) FROM unnest($%d::interval[]) AS age WHERE published + age > $%d)`, ages, now)
}

// DueRechecks gives up to n posts of network:owner that are to be looked at
// again, the newest first. They are not given again for an hour, whoever asks;
// Rechecked says that they were looked at.
func (l *Ledger) DueRechecks(ctx context.Context, owner string, now time.Time, n int) ([]post.ID, error) {
	rows, err := l.Pool.Query(ctx, `WITH due AS (
			SELECT id FROM ledger WHERE split_part(id, '/', 1) = $1 AND recheck <= $2 ORDER BY published DESC, id LIMIT $3 FOR UPDATE SKIP LOCKED)
		UPDATE ledger SET recheck = $4 FROM due WHERE ledger.id = due.id RETURNING ledger.id, published`, owner, now, n, now.Add(recheckPause))
	if err != nil {
		return nil, fmt.Errorf("ledger: rechecks: %w", err)
	}
	type due struct {
		ID        post.ID
		Published time.Time
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[due])
	if err != nil {
		return nil, fmt.Errorf("ledger: rechecks: %w", err)
	}
	slices.SortFunc(all, func(a, b due) int { return b.Published.Compare(a.Published) })
	ids := make([]post.ID, len(all))
	for i, d := range all {
		ids[i] = d.ID
	}
	return ids, nil
}

// Rechecked says that posts were looked at; it sets the time of the next look.
func (l *Ledger) Rechecked(ctx context.Context, ids []post.ID, now time.Time) error {
	_, err := l.Pool.Exec(ctx, `UPDATE ledger SET recheck = `+nextLook(2, 3)+` WHERE id = ANY($1) AND recheck IS NOT NULL`, ids, now, recheckAges())
	if err != nil {
		return fmt.Errorf("ledger: rechecks: %w", err)
	}
	return nil
}
