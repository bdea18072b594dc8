// Package postgres is the log in tables of Postgres, for installations of one
// machine or a few (decision 9 of the design).
package postgres

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/stream"
)

// Options of New.
type Options struct {
	Pool *pgxpool.Pool
	// Lease is how long a consumer that died keeps its partitions; it is
	// renewed three times as often. Default 10 s. Leases are measured by the
	// clock of Postgres, so clocks of machines need not agree.
	Lease time.Duration
	// Poll is how often an idle reader looks for records of its own accord,
	// should a notification be lost. Default 1 s.
	Poll time.Duration
	Log  *slog.Logger // default slog.Default
}

// Log is the log of one database. It is safe for concurrent use.
type Log struct {
	pool  *pgxpool.Pool
	lease time.Duration
	poll  time.Duration
	log   *slog.Logger

	bells   bells
	mail    chan string // what is to be told to other processes; see notify.go
	listen  sync.Once
	ctx     context.Context // ends with Close
	end     context.CancelFunc
	workers sync.WaitGroup
}

var _ stream.Log = (*Log)(nil)

// callTimeout bounds one exchange with the database.
const callTimeout = 15 * time.Second

// New gives the log in a migrated database. Close it when done; the pool stays
// the caller's.
func New(o Options) *Log {
	ctx, end := context.WithCancel(context.Background())
	l := &Log{
		pool: o.Pool, lease: cmp.Or(o.Lease, 10*time.Second), poll: cmp.Or(o.Poll, time.Second),
		log: cmp.Or(o.Log, slog.Default()), bells: newBells(), mail: make(chan string, 256), ctx: ctx, end: end,
	}
	l.workers.Go(l.announce)
	return l
}

// Close ends the background work. Consumers and tails are closed by whoever
// opened them, before.
func (l *Log) Close() error {
	l.end()
	l.workers.Wait()
	return nil
}

// Lag says for each partition of a topic how far a group is behind.
func (l *Log) Lag(ctx context.Context, group, topic string) ([]stream.Lag, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	rows, err := l.pool.Query(ctx, `
		SELECT p.part, coalesce(l.committed, 0), coalesce(h.next, 0)
		FROM generate_series(0, $3::int - 1) AS p(part)
		LEFT JOIN stream_lease l ON l.grp = $1 AND l.topic = $2 AND l.part = p.part
		LEFT JOIN stream_head h ON h.topic = $2 AND h.part = p.part
		ORDER BY p.part`, group, topic, stream.Partitions)
	if err != nil {
		return nil, failed("ask for the lag", err)
	}
	lags, err := pgx.CollectRows(rows, pgx.RowToStructByPos[stream.Lag])
	return lags, failed("ask for the lag", err)
}

// Trim deletes the records of a topic that were appended before a moment, from
// the oldest on, in small transactions, and gives their number. Offsets go on
// as if they were there.
func (l *Log) Trim(ctx context.Context, topic string, before time.Time) (int64, error) {
	var total int64
	for part := range stream.Partitions {
		for {
			n, err := l.trimSome(ctx, topic, part, before)
			total += n
			if err != nil {
				return total, err
			}
			if n < trimBatch {
				break
			}
		}
	}
	return total, nil
}

const trimBatch = 5000

// trimSome deletes up to the first record that is young enough: what is left
// has no holes, even if the clock was set back between two appends.
func (l *Log) trimSome(ctx context.Context, topic string, part int, before time.Time) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	tag, err := l.pool.Exec(ctx, `
		WITH oldest AS MATERIALIZED (
			SELECT seq, at FROM stream_record WHERE topic = $1 AND part = $2 ORDER BY seq LIMIT $4
		)
		DELETE FROM stream_record r
		WHERE r.topic = $1 AND r.part = $2
		  AND r.seq >= (SELECT min(seq) FROM oldest)
		  AND r.seq < coalesce((SELECT min(seq) FROM oldest WHERE at >= $3), (SELECT max(seq) + 1 FROM oldest))`,
		topic, part, before, trimBatch)
	return tag.RowsAffected(), failed("trim "+topic, err)
}

// failed gives an error its kind: what waiting can mend is fault.Unavailable.
// The end of the caller's context stays what it is.
func failed(what string, err error) error {
	var pg *pgconn.PgError
	var network net.Error
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled):
		return err
	case errors.As(err, &pg):
		// Class 08 connection, 40 rollback, 53 resources, 55 object in use,
		// 57 operator intervention, 58 system (PostgreSQL manual, Appendix A).
		switch pg.Code[:min(2, len(pg.Code))] {
		case "08", "40", "53", "55", "57", "58":
			return &fault.Error{Kind: fault.Unavailable, Message: "the log could not " + what, Err: err}
		}
		return &fault.Error{Kind: fault.Internal, Message: "the log could not " + what, Err: err}
	case errors.As(err, &network), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF), errors.Is(err, net.ErrClosed),
		errors.Is(err, context.DeadlineExceeded), pgconn.Timeout(err), pgconn.SafeToRetry(err):
		return &fault.Error{Kind: fault.Unavailable, Message: "the log could not " + what, Err: err}
	}
	return &fault.Error{Kind: fault.Unavailable, Message: "the log could not " + what, Err: err}
}
