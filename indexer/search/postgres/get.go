package postgres

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/search"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
)

// maxHistory bounds how many revisions of a post are read.
const maxHistory = 10_000

// Get reads a post and its history.
func (x *Index) Get(ctx context.Context, scope access.Scope, id post.ID) (search.Stored, error) {
	var out search.Stored
	missing := fault.New(fault.NotFound, "there is no post %.80q", string(id))
	if scope.Nothing() || id.Check() != nil {
		return out, missing
	}
	err := x.read(ctx, "read a post", search.DefaultTime, func(ctx context.Context, in *reading) (err error) {
		out = search.Stored{}
		bucket, rec, err := in.one(ctx, scope, id)
		if errors.Is(err, pgx.ErrNoRows) {
			return missing
		}
		if err != nil {
			return err
		}
		out.Record = rec
		var record []byte
		return in.query(ctx, fmt.Sprintf("SELECT record FROM %s WHERE id = $1 ORDER BY rev LIMIT %d", pastOf(bucket), maxHistory),
			[]any{string(id)}, []any{&record}, func() error {
				r, err := decode(record)
				out.History = append(out.History, r)
				return err
			})
	})
	if errors.Is(err, cut{}) {
		err = fault.New(fault.Unavailable, "the index could not read a post in %s", search.DefaultTime)
	}
	if err != nil {
		return search.Stored{}, err
	}
	return out, nil
}

// one looks for a post in all buckets at once.
func (r *reading) one(ctx context.Context, scope access.Scope, id post.ID) (post.Bucket, post.Record, error) {
	var b builder
	where := "id = " + b.arg(string(id)) + " AND " + b.scope(scope)
	var parts []string
	for _, m := range r.months {
		for _, bucket := range m.buckets {
			parts = append(parts, fmt.Sprintf("SELECT '%s', record FROM %s WHERE %s", bucket, postsOf(bucket), where))
		}
	}
	if len(parts) == 0 {
		return "", post.Record{}, pgx.ErrNoRows
	}
	var bucket post.Bucket
	var record []byte
	found := false
	err := r.query(ctx, strings.Join(parts, " UNION ALL ")+" LIMIT 1", b.args, []any{&bucket, &record}, func() error { found = true; return nil })
	if err != nil {
		return "", post.Record{}, err
	}
	if !found {
		return "", post.Record{}, pgx.ErrNoRows
	}
	rec, err := decode(record)
	return bucket, rec, err
}
