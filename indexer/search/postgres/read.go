package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/query"
)

// month is all buckets of one month; a search reads month by month, the newest
// first.
type month struct {
	begin, end time.Time
	buckets    []post.Bucket
}

// reading is one call of a reader: a transaction in which every statement gets
// what is left of the call's time.
type reading struct {
	tx       pgx.Tx
	deadline time.Time
	months   []month
}

// cut says that the time was over; it never leaves this package.
type cut struct{}

func (cut) Error() string { return "the time is over" }

// read runs work, from its beginning again when a bucket was dropped meanwhile.
func (x *Index) read(ctx context.Context, what string, limit time.Duration, work func(context.Context, *reading) error) error {
	deadline := time.Now().Add(limit)
	ctx, cancel := context.WithTimeout(ctx, limit+grace)
	defer cancel()
	err := again(func() error {
		tx, err := x.pool.BeginTx(ctx, pgx.TxOptions{AccessMode: pgx.ReadOnly})
		if err != nil {
			return err
		}
		defer tx.Rollback(ctx) // there is nothing to commit, and a cut statement has ended it
		buckets, err := list(ctx, tx)
		if err != nil {
			return err
		}
		return work(ctx, &reading{tx: tx, deadline: deadline, months: monthly(buckets)})
	})
	return failed(what, err)
}

// monthly groups sorted buckets.
func monthly(buckets []post.Bucket) (out []month) {
	for _, b := range buckets {
		if n := len(out); n == 0 || !out[n-1].begin.Equal(b.Month()) {
			out = append(out, month{begin: b.Month(), end: b.Month().AddDate(0, 1, 0)})
		}
		m := &out[len(out)-1]
		m.buckets = append(m.buckets, b)
	}
	return out
}

// within leaves the months in which something of a span may be.
func within(months []month, span query.Between) (out []month) {
	for _, m := range months {
		if (span.To.IsZero() || m.begin.Before(span.To)) && (span.From.IsZero() || m.end.After(span.From)) {
			out = append(out, m)
		}
	}
	return out
}

// query runs one statement in what is left of the time and calls visit for
// each row; the error is cut where the time was not enough. Rows that came
// before it ran out have been visited.
//
// Each statement is planned for its very arguments: what a plan costs depends
// on how frequent the words are.
func (r *reading) query(ctx context.Context, sql string, args []any, into []any, visit func() error) error {
	left := time.Until(r.deadline).Milliseconds()
	if left < 1 {
		return cut{}
	}
	if _, err := r.tx.Exec(ctx, fmt.Sprintf("SET LOCAL statement_timeout = %d; SET LOCAL jit = off", left)); err != nil {
		return err
	}
	rows, err := r.tx.Query(ctx, sql, append([]any{pgx.QueryExecModeExec}, args...)...)
	if err != nil {
		return err
	}
	_, err = pgx.ForEachRow(rows, into, visit)
	if code(err) == queryCanceled {
		return cut{}
	}
	return err
}

// union writes one SELECT over all buckets of a month.
func (m *month) union(columns, where string) string {
	parts := make([]string, len(m.buckets))
	for i, b := range m.buckets {
		parts[i] = "SELECT " + columns + " FROM " + postsOf(b) + " WHERE " + where
	}
	return "(" + strings.Join(parts, " UNION ALL ") + ")"
}

// decode reads a stored record. What another version of the binary wrote is
// read as far as this one knows it.
func decode(b []byte) (post.Record, error) {
	var r post.Record
	if err := json.Unmarshal(b, &r); err != nil {
		return r, fmt.Errorf("stored record: %w", err)
	}
	return r, nil
}
