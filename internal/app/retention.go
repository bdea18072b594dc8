package app

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"text/tabwriter"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/internal/fault"
)

// keeper drops what is older than its class keeps: whole buckets of the index,
// the matches of standing searches in them, and what the ledger knows of their
// posts. What joined an incident is copied there and stays.
type keeper struct {
	Pool    *pgxpool.Pool
	Index   buckets
	Ledger  ledgerBuckets
	Matches matchBuckets
	Classes []post.Class
	Now     func() time.Time
	Log     *slog.Logger
}

type buckets interface {
	Buckets(ctx context.Context) ([]post.Bucket, error)
	Drop(ctx context.Context, b post.Bucket) error
	Abandon(ctx context.Context) error
}

type ledgerBuckets interface {
	Buckets(ctx context.Context) ([]post.Bucket, error)
	DropBucket(ctx context.Context, b post.Bucket) (seen, bodies int64, err error)
}

type matchBuckets interface {
	DropBucket(ctx context.Context, b post.Bucket) (int64, error)
}

// keepLock is the advisory lock of whoever drops buckets or makes them anew.
const keepLock = int64(0x6f746b6c696b11)

// dropsAtOnce bounds one run: what is left waits for the next one, ten minutes
// later. An installation that shortens a class may have years to drop.
const dropsAtOnce = 12

// keeper makes what keeps to the retention classes.
func (a *App) keeper() *keeper {
	return &keeper{Pool: a.pool, Index: a.index, Ledger: a.ledger, Matches: a.desk.Store, Classes: a.config.classes(), Now: a.now, Log: a.log}
}

// kept is a bucket and how long it is kept.
type kept struct {
	Bucket post.Bucket
	Until  time.Time // zero: no class of that name is set
	Due    bool
}

// List gives every bucket that there is something of, the oldest month first.
func (k *keeper) List(ctx context.Context) ([]kept, error) {
	there, err := k.Index.Buckets(ctx)
	if err != nil {
		return nil, err
	}
	seen, err := k.Ledger.Buckets(ctx)
	if err != nil {
		return nil, err
	}
	indexed := slices.Clone(there)
	for _, b := range seen {
		if k.known(b) && !slices.Contains(indexed, b) {
			there = append(there, b) // what was forgotten is seen in a class of its own, and stays
		}
	}
	out := make([]kept, len(there))
	for i, b := range there {
		out[i] = k.kept(b)
	}
	slices.SortFunc(out, func(a, b kept) int {
		return cmp.Or(a.Bucket.Month().Compare(b.Bucket.Month()), cmp.Compare(a.Bucket, b.Bucket))
	})
	return out, nil
}

func (k *keeper) known(b post.Bucket) bool {
	return slices.ContainsFunc(k.Classes, func(c post.Class) bool { return c.Name == b.Class() })
}

func (k *keeper) kept(b post.Bucket) kept {
	for _, c := range k.Classes {
		if c.Name == b.Class() {
			until := c.Ends(b)
			return kept{Bucket: b, Until: until, Due: !k.Now().Before(until)}
		}
	}
	return kept{Bucket: b}
}

// Run drops what is due, at most dropsAtOnce buckets, and gives them. Where
// another process is at it, or makes buckets anew, it does nothing.
func (k *keeper) Run(ctx context.Context) ([]post.Bucket, error) {
	var done []post.Bucket
	_, err := alone(ctx, k.Pool, func(ctx context.Context) error {
		// Nobody makes buckets anew: what one who was killed left goes, too.
		if err := k.Index.Abandon(ctx); err != nil {
			return err
		}
		all, err := k.List(ctx)
		if err != nil {
			return err
		}
		for _, b := range all {
			switch {
			case b.Until.IsZero():
				k.Log.Warn("a bucket's retention class is not set, so it is kept", "bucket", b.Bucket)
			case b.Due && len(done) < dropsAtOnce:
				if err := k.drop(ctx, b.Bucket); err != nil {
					return err
				}
				done = append(done, b.Bucket)
			}
		}
		return nil
	})
	return done, err
}

// drop goes through the stores with the index last: a bucket is listed there
// until all is gone, so what is interrupted begins again.
func (k *keeper) drop(ctx context.Context, b post.Bucket) error {
	hits, err := k.Matches.DropBucket(ctx, b)
	if err != nil {
		return err
	}
	seen, bodies, err := k.Ledger.DropBucket(ctx, b)
	if err != nil {
		return err
	}
	if err := k.Index.Drop(ctx, b); err != nil {
		return err
	}
	_, err = k.Pool.Exec(ctx, `INSERT INTO retention_drop (bucket, at, hits, seen, bodies) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
		b, k.Now(), hits, seen, bodies)
	if err != nil {
		return fmt.Errorf("note that bucket %s was dropped: %w", b, err)
	}
	k.Log.Info("dropped a bucket that is older than its class keeps", "bucket", b, "matches", hits, "posts", seen, "bodies", bodies)
	return nil
}

// alone does work under keepLock; ok is false where somebody else has it. The
// work's context ends when the lock is lost, with the connection that holds it.
func alone(ctx context.Context, pool *pgxpool.Pool, work func(context.Context) error) (ok bool, err error) {
	conn, err := tryLock(ctx, pool, keepLock)
	if err != nil || conn == nil {
		return false, err
	}
	defer unlock(ctx, conn, keepLock)
	working, lost := context.WithCancelCause(ctx)
	var held sync.WaitGroup
	held.Go(func() { hold(working, conn, lost) })
	err = work(working)
	if cause := context.Cause(working); err != nil && ctx.Err() == nil && cause != nil {
		err = cause
	}
	lost(nil)
	held.Wait() // the connection is for one at a time
	return true, err
}

// holdEvery is how often it is asked whether a lock is still held.
const holdEvery = time.Second

func hold(ctx context.Context, conn *pgxpool.Conn, lost context.CancelCauseFunc) {
	tick := time.NewTicker(holdEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		// Not with ctx: a statement that is cancelled breaks the connection.
		asking, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
		err := conn.Ping(asking)
		cancel()
		if err != nil {
			lost(fmt.Errorf("the connection that keeps others away from the buckets is lost: %w", err))
			return
		}
	}
}

// keepEvery is how often a process that serves looks for /metrics what is due.
const keepEvery = time.Minute

// keeping is what is due and what was dropped, as the stores tell it: whoever
// drops may be another process.
type keeping struct {
	measured                           atomic.Bool
	due, unknown, dropped, posts, last atomic.Int64
}

// showKeeping shows among the metrics what retention does.
func (a *App) showKeeping(m *keeping) {
	for _, g := range []struct {
		name, help string
		of         *atomic.Int64
	}{
		{"otklik_retention_due_buckets", "Buckets that are older than their class keeps, and not dropped yet.", &m.due},
		{"otklik_retention_unknown_buckets", "Buckets of a class that is not set; they are kept.", &m.unknown},
		{"otklik_retention_dropped_buckets", "Buckets that were dropped since the installation was made.", &m.dropped},
		{"otklik_retention_dropped_posts", "Posts in them.", &m.posts},
		{"otklik_retention_dropped_timestamp_seconds", "When the last one was dropped; 0: none was.", &m.last},
	} {
		a.gauge(g.name, g.help, nil, func() float64 {
			if !m.measured.Load() {
				return math.NaN()
			}
			return float64(g.of.Load())
		})
	}
}

// measureKeeping measures until ctx ends.
func (a *App) measureKeeping(m *keeping) role {
	return func(ctx context.Context) error {
		tick := time.NewTicker(keepEvery)
		defer tick.Stop()
		for {
			if err := a.keeper().measure(ctx, m); err != nil && ctx.Err() == nil {
				a.log.Warn("what retention has to drop is not known", "err", err)
			}
			select {
			case <-ctx.Done():
				return nil
			case <-tick.C:
			}
		}
	}
}

func (k *keeper) measure(ctx context.Context, m *keeping) error {
	ctx, cancel := context.WithTimeout(ctx, keepEvery/2)
	defer cancel()
	all, err := k.List(ctx)
	if err != nil {
		return err
	}
	var due, unknown, dropped, posts, last int64
	for _, b := range all {
		switch {
		case b.Until.IsZero():
			unknown++
		case b.Due:
			due++
		}
	}
	err = k.Pool.QueryRow(ctx, `SELECT count(*), coalesce(sum(seen), 0)::bigint, coalesce(extract(epoch FROM max(at)), 0)::bigint FROM retention_drop`).
		Scan(&dropped, &posts, &last)
	if err != nil {
		return fmt.Errorf("what retention has dropped: %w", err)
	}
	m.due.Store(due)
	m.unknown.Store(unknown)
	m.dropped.Store(dropped)
	m.posts.Store(posts)
	m.last.Store(last)
	m.measured.Store(true)
	return nil
}

// retentionCommand is `otklik retention`.
type retentionCommand struct {
	List listRetention `cmd:"" help:"List the buckets and until when each is kept."`
	Drop dropRetention `cmd:"" help:"Drop now what is kept no longer; indexers do it every ten minutes."`
}

// listRetention is `otklik retention list`.
type listRetention struct{}

// Run lists the buckets, the oldest first.
func (listRetention) Run(p *process) error {
	p.config.visit = true
	return p.open(func(a *App) error {
		all, err := a.keeper().List(p.ctx)
		if err != nil {
			return err
		}
		t := tabwriter.NewWriter(p.stdout, 0, 4, 2, ' ', 0)
		fmt.Fprintln(t, "BUCKET\tKEPT UNTIL\tSTATE")
		for _, b := range all {
			state, until := "kept", b.Until.Format(time.DateOnly)
			switch {
			case b.Until.IsZero():
				state, until = "kept: its class is not in OTKLIK_RETENTION", "-"
			case b.Due:
				state = "due"
			}
			fmt.Fprintf(t, "%s\t%s\t%s\n", b.Bucket, until, state)
		}
		return t.Flush()
	})
}

// dropRetention is `otklik retention drop`.
type dropRetention struct {
	Yes bool `help:"Do it. Without it nothing is dropped, and what would be is said."`
}

// Run drops everything that is due.
func (c *dropRetention) Run(p *process) error {
	p.config.visit = true
	return p.open(func(a *App) error {
		k := a.keeper()
		all, err := k.List(p.ctx)
		if err != nil {
			return err
		}
		due := 0
		for _, b := range all {
			if b.Due {
				due++
			}
		}
		if due > 0 && !c.Yes {
			return fault.New(fault.Invalid, "would be dropped for good: %d buckets (otklik retention list); add --yes to do it", due)
		}
		for due > 0 {
			done, err := k.Run(p.ctx)
			for _, b := range done {
				fmt.Fprintf(p.stdout, "dropped: %s\n", b)
			}
			switch {
			case err != nil:
				return err
			case len(done) == 0:
				return fault.New(fault.Conflict, "another process is dropping buckets or makes them anew; try again")
			}
			due -= len(done)
		}
		return nil
	})
}
