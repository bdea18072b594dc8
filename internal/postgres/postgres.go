// Package postgres opens pools and runs migrations. The private server of an
// installation that names no database is in its folder private.
package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/otklik/otklik/internal/fault"
)

// Options of Open. The zero value is fit for one process of a small
// installation.
type Options struct {
	Name             string        // application_name, seen in pg_stat_activity; default "otklik"
	MaxConns         int           // default 20; Postgres itself allows 100 in all by default
	Wait             time.Duration // how long to wait for a server that isn't there yet; default 30 s
	StatementTimeout time.Duration // the longest one statement may run; default 60 s, negative: no limit
	Log              *slog.Logger  // default: slog.Default
}

// The limits of every connection.
const (
	connectTimeout = 5 * time.Second
	idleInTx       = 60 * time.Second // a transaction somebody forgot frees its locks after this
	lockTimeout    = 15 * time.Second
	firstPause     = 100 * time.Millisecond
	longestPause   = 2 * time.Second
)

// Open gives a pool on the database at url. While the server is away or still
// starting it tries again, with growing pauses, until Options.Wait is over; a
// wrong password, a missing database or an address that can't be parsed is an
// error at once. The caller closes the pool.
func Open(ctx context.Context, url string, o Options) (*pgxpool.Pool, error) {
	cfg, err := config(url, o)
	if err != nil {
		return nil, err
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	wait := cmp.Or(o.Wait, 30*time.Second)
	bounded, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	if err := await(bounded, pool, cmp.Or(o.Log, slog.Default())); err != nil {
		pool.Close()
		return nil, fmt.Errorf("the database at %s:%d does not answer: %w", cfg.ConnConfig.Host, cfg.ConnConfig.Port, err)
	}
	return pool, nil
}

func config(url string, o Options) (*pgxpool.Config, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		// pgx's own message hides the password, but repeats the rest of the address.
		return nil, &fault.Error{Kind: fault.Invalid, Err: err,
			Message: "the database's address can't be read; its form is postgres://user:password@host:5432/name"}
	}
	cfg.MaxConns = int32(cmp.Or(o.MaxConns, 20))
	cfg.MaxConnIdleTime = 5 * time.Minute
	cfg.MaxConnLifetime = time.Hour
	cfg.MaxConnLifetimeJitter = 10 * time.Minute
	cfg.ConnConfig.ConnectTimeout = connectTimeout
	statement := cmp.Or(o.StatementTimeout, time.Minute)
	p := cfg.ConnConfig.RuntimeParams
	p["application_name"] = cmp.Or(o.Name, "otklik")
	p["timezone"] = "UTC"
	p["statement_timeout"] = millis(max(statement, 0))
	p["lock_timeout"] = millis(lockTimeout)
	p["idle_in_transaction_session_timeout"] = millis(idleInTx)
	return cfg, nil
}

func millis(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

func await(ctx context.Context, pool *pgxpool.Pool, log *slog.Logger) error {
	pause := firstPause
	for {
		err := pool.Ping(ctx)
		if err == nil {
			return nil
		}
		if hopeless(err) || ctx.Err() != nil {
			return err
		}
		log.Warn("waiting for the database", "error", err, "again_in", pause)
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause):
		}
		pause = min(2*pause, longestPause)
	}
}

// hopeless tells errors that waiting does not mend: the server is there and
// says no. Class 57 is a server that is starting, stopping or recovering; 53 is
// one that is short of connections (PostgreSQL manual, Appendix A).
func hopeless(err error) bool {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) || len(pg.Code) < 2 {
		return false
	}
	return pg.Code[:2] != "57" && pg.Code[:2] != "53"
}
