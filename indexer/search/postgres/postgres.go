// Package postgres is the index of posts in Postgres: two tables a bucket, the
// words of a post as a tsvector that package text fills. Everything an
// expression can say is said exactly in SQL, so nothing is checked again.
package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/postgres"
)

// Index implements search.Writer, search.Reader and search.Rebuilder. Make it with New; any
// number of them, in any number of processes, work on one database.
type Index struct {
	Now func() time.Time // for the age of a post in its score

	pool *pgxpool.Pool
	made sync.Map // post.Bucket → struct{}: tables that were there when last looked
}

// New gives the index in a migrated database.
func New(pool *pgxpool.Pool) *Index { return &Index{Now: time.Now, pool: pool} }

const (
	// ddlLock is the advisory lock of whoever makes or drops the tables of a bucket.
	ddlLock = int64(0x6f746b6c696b03)

	callTimeout = 30 * time.Second // of one transaction that writes
	grace       = 2 * time.Second  // after a reader's own limit, for an answer that is on its way

	// A bucket may come or go, or writers may meet, while a call works; then it
	// begins again, so often.
	tries = 5

	undefinedTable = "42P01"
	queryCanceled  = "57014" // by statement_timeout, too
	deadlock       = "40P01"
)

// postsOf and pastOf name the tables of a bucket, which was checked: class and
// month are letters, digits and a dash.
func postsOf(b post.Bucket) string { return "search_post_" + strings.ReplaceAll(string(b), "-", "_") }
func pastOf(b post.Bucket) string  { return "search_past_" + strings.ReplaceAll(string(b), "-", "_") }

func code(err error) string {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code
	}
	return ""
}

// failed gives an error its kind. What comes from the caller's own context, or
// has a kind, stays as it is.
func failed(what string, err error) error {
	var known *fault.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known), errors.Is(err, context.Canceled):
		return err
	case postgres.Away(err):
		return &fault.Error{Kind: fault.Unavailable, Message: "the index could not " + what, Err: err}
	}
	return &fault.Error{Kind: fault.Internal, Message: "the index could not " + what, Err: err}
}

// bucket makes the tables of a bucket unless they are there.
func (x *Index) bucket(ctx context.Context, b post.Bucket) error {
	if _, ok := x.made.Load(b); ok {
		return nil
	}
	err := pgx.BeginFunc(ctx, x.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, ddlLock); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `SELECT search_bucket_make($1)`, string(b))
		return err
	})
	if err == nil {
		x.made.Store(b, struct{}{})
	}
	return err
}

// Drop removes a bucket. It waits for the calls that are using it.
func (x *Index) Drop(ctx context.Context, b post.Bucket) error {
	if err := b.Check(); err != nil {
		return fault.New(fault.Invalid, "%w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	x.made.Delete(b)
	err := pgx.BeginFunc(ctx, x.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, ddlLock); err != nil {
			return err
		}
		// In the order in which Put locks them.
		if _, err := tx.Exec(ctx, fmt.Sprintf(`DROP TABLE IF EXISTS %s, %s`, postsOf(b), pastOf(b))); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `DELETE FROM search_bucket WHERE name = $1`, string(b))
		return err
	})
	return failed("drop bucket "+string(b), err)
}

// Forget removes a post from every bucket.
func (x *Index) Forget(ctx context.Context, id post.ID) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	err := again(func() error {
		buckets, err := list(ctx, x.pool)
		if err != nil || len(buckets) == 0 {
			return err
		}
		slices.Sort(buckets)
		var b pgx.Batch
		for _, name := range buckets {
			b.Queue(fmt.Sprintf(`DELETE FROM %s WHERE id = $1`, postsOf(name)), string(id))
			b.Queue(fmt.Sprintf(`DELETE FROM %s WHERE id = $1`, pastOf(name)), string(id))
		}
		return x.pool.SendBatch(ctx, &b).Close() // one transaction
	})
	return failed("forget "+string(id), err)
}

// Buckets lists the buckets, newest month first.
func (x *Index) Buckets(ctx context.Context) ([]post.Bucket, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	bs, err := list(ctx, x.pool)
	return bs, failed("list its buckets", err)
}

type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func list(ctx context.Context, from querier) ([]post.Bucket, error) {
	rows, err := from.Query(ctx, `SELECT name FROM search_bucket`)
	if err != nil {
		return nil, err
	}
	bs, err := pgx.CollectRows(rows, pgx.RowTo[post.Bucket])
	slices.SortFunc(bs, func(a, b post.Bucket) int { return cmp.Or(b.Month().Compare(a.Month()), cmp.Compare(a, b)) })
	return bs, err
}

// again repeats what failed because a bucket came or went, or because two
// writers waited for one another.
func again(work func() error) (err error) {
	for range tries {
		if err = work(); err == nil || code(err) != undefinedTable && code(err) != deadlock {
			return err
		}
	}
	return err
}
