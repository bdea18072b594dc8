package ledger_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
)

// A bucket is dropped from the ledger in more than one statement, and only it;
// what was forgotten stays known for ever.
func TestDropBucket(t *testing.T) {
	const atOnce = 2000 // posts of one statement
	l := open(t)
	_, err := l.Pool.Exec(t.Context(), `INSERT INTO ledger (id, bucket, published, rev)
		SELECT 'telegram:1/' || n, CASE WHEN n <= $1 THEN 'short-2026-10' ELSE 'standard-2026-10' END, '2026-10-10', n FROM generate_series(1, $1 + 10) n`, atOnce+1)
	require.NoError(t, err)
	_, err = l.Pool.Exec(t.Context(), `INSERT INTO post_body (id, rev, body) VALUES ('telegram:1/1', 1, '{}'), ('telegram:1/2', 1, '{}'), ('telegram:1/2', 2, '{}'), ('telegram:1/2010', 1, '{}')`)
	require.NoError(t, err)
	_, err = l.Forget(t.Context(), "telegram:1/1", time.Now())
	require.NoError(t, err)
	bs, err := l.Buckets(t.Context())
	require.NoError(t, err)
	require.Equal(t, []post.Bucket{"short-2026-10", "standard-2026-10"}, bs)

	seen, bodies, err := l.DropBucket(t.Context(), "short-2026-10")
	require.NoError(t, err)
	require.EqualValues(t, atOnce, seen)
	require.EqualValues(t, 2, bodies)
	bs, err = l.Buckets(t.Context())
	require.NoError(t, err)
	require.Equal(t, []post.Bucket{"standard-2026-10"}, bs, "one of which only forgotten posts are left is none")
	gone, err := l.Forgotten(t.Context(), []post.ID{"telegram:1/1", "telegram:1/2"})
	require.NoError(t, err)
	require.Equal(t, map[post.ID]bool{"telegram:1/1": true}, gone)
	seen, bodies, err = l.DropBucket(t.Context(), "short-2026-10")
	require.NoError(t, err)
	require.Zero(t, seen+bodies)
}
