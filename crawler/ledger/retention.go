package ledger

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/otklik/otklik/crawler/post"
)

// dropAtOnce is how many posts one statement of DropBucket removes.
const dropAtOnce = 2000

// Buckets gives every bucket of which something was seen that was not
// forgotten. It looks at few rows of each.
func (l *Ledger) Buckets(ctx context.Context) ([]post.Bucket, error) {
	rows, err := l.Pool.Query(ctx, `WITH RECURSIVE each (bucket) AS (
			SELECT min(bucket) FROM ledger WHERE NOT forgotten
			UNION ALL
			SELECT (SELECT min(bucket) FROM ledger l WHERE l.bucket > each.bucket AND NOT l.forgotten) FROM each WHERE each.bucket IS NOT NULL
		) SELECT bucket FROM each WHERE bucket IS NOT NULL`)
	if err != nil {
		return nil, fmt.Errorf("buckets of the ledger: %w", err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[post.Bucket])
	if err != nil {
		return nil, fmt.Errorf("buckets of the ledger: %w", err)
	}
	return all, nil
}

// DropBucket forgets what was seen in a bucket that retention drops, with the
// bodies that are kept beside the log, in small statements, and gives the
// numbers of both. What has to stay out for ever (Forget) stays known. Posts as
// old are not admitted, so nothing comes back.
func (l *Ledger) DropBucket(ctx context.Context, b post.Bucket) (seen, bodies int64, err error) {
	for {
		var some, with int64
		err := l.Pool.QueryRow(ctx, `WITH old AS (
				SELECT id FROM ledger WHERE bucket = $1 AND NOT forgotten LIMIT $2 FOR UPDATE
			), body AS (
				DELETE FROM post_body USING old WHERE post_body.id = old.id RETURNING 1
			), gone AS (
				DELETE FROM ledger USING old WHERE ledger.id = old.id RETURNING 1
			) SELECT (SELECT count(*) FROM gone), (SELECT count(*) FROM body)`, b, dropAtOnce).Scan(&some, &with)
		if err != nil {
			return seen, bodies, fmt.Errorf("ledger of bucket %s: %w", b, err)
		}
		if seen, bodies = seen+some, bodies+with; some < dropAtOnce {
			return seen, bodies, nil
		}
	}
}
