package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/postgres"
)

// Queue is the desk's queue of jobs.
const Queue = "desk"

const (
	// maxTries bounds how often a transaction that lost against another is begun again.
	maxTries = 5
	// softStop is how long jobs under way may go on when their worker is told
	// to stop; then their contexts end.
	softStop = 5 * time.Second
	// jobTime is what a job may take: an e-mail its 30 s, and the database around it.
	jobTime = time.Minute
	// takenUpAfter is how long after its beginning a job is begun again that was
	// cut off: its process was killed, or the answer that gave it away was lost.
	// One that its timeout ended has 10 s more to say so.
	takenUpAfter = 90 * time.Second
)

// Open makes a store on a migrated database. now may be nil.
func Open(pool *pgxpool.Pool, now func() time.Time) (*Store, error) {
	jobs, err := river.NewClient(riverpgxv5.New(pool), &river.Config{})
	if err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	if now == nil {
		now = time.Now
	}
	return &Store{Pool: pool, Now: now, jobs: jobs}, nil
}

// Work starts workers for the desk's jobs in this process, at most so many at
// once. They end with ctx or by stop, which waits for them until its own
// context ends; both let those that run go on for five seconds more.
func (s *Store) Work(ctx context.Context, workers *river.Workers, most int, log *slog.Logger) (stop func(context.Context) error, err error) {
	c, err := river.NewClient(riverpgxv5.New(s.Pool), &river.Config{
		Queues:               map[string]river.QueueConfig{Queue: {MaxWorkers: most}},
		Workers:              workers,
		Logger:               log, // its own would write to standard output
		JobTimeout:           jobTime,
		SoftStopTimeout:      softStop,
		RescueStuckJobsAfter: takenUpAfter,
		MaxAttempts:          25,
	})
	if err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	if err := c.Start(ctx); err != nil {
		return nil, fmt.Errorf("jobs: %w", err)
	}
	return c.Stop, nil
}

// Tx is one transaction. It is used by one goroutine.
type Tx struct {
	tx       pgx.Tx
	pending  pending
	jobs     []river.InsertManyParams
	numbers  []int64 // taken for new incidents
	settings settings
	bound    bool // it has the role of the second lock
	given    bool // an executor may give the incident back
}

// query reads, after what is pending is written.
func (t *Tx) query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	if err := t.flush(ctx); err != nil {
		return nil, err
	}
	return t.tx.Query(ctx, sql, args...)
}

// exec changes what may be pending.
func (t *Tx) exec(ctx context.Context, sql string, args ...any) (changed bool, err error) {
	if err := t.flush(ctx); err != nil {
		return false, err
	}
	tag, err := t.tx.Exec(ctx, sql, args...)
	return tag.RowsAffected() > 0, err
}

// InTx runs f in one transaction and commits it with the jobs that f enqueued.
// It is run again, from its beginning, when it lost against another one. It is
// for the system's own work: see InView.
func (s *Store) InTx(ctx context.Context, f func(*Tx) error) error {
	return s.InView(ctx, Everything(), f)
}

// InView is InTx for somebody: the database itself gives and takes no row
// beyond their view, whatever f asks for.
func (s *Store) InView(ctx context.Context, v View, f func(*Tx) error) error {
	bound := false
	var err error
	if !v.system { // before a connection is taken: asking takes another
		if bound, err = s.SecondLock(ctx); err != nil {
			return err
		}
	}
	for range maxTries {
		if err = s.once(ctx, v, bound, f); !lost(err) {
			break
		}
	}
	return postgres.Kind(err)
}

func (s *Store) once(ctx context.Context, v View, bound bool, f func(*Tx) error) error {
	return pgx.BeginFunc(ctx, s.Pool, func(raw pgx.Tx) error {
		tx := &Tx{tx: raw}
		if bound {
			if err := tx.bind(ctx, v); err != nil {
				return err
			}
		}
		if err := f(tx); err != nil {
			return err
		}
		if err := tx.flush(ctx); err != nil || len(tx.jobs) == 0 {
			return err
		}
		if err := tx.free(ctx); err != nil { // jobs are the system's
			return err
		}
		if _, err := s.jobs.InsertManyFastTx(ctx, raw, tx.jobs); err != nil {
			return fmt.Errorf("jobs: %w", err)
		}
		return nil
	})
}

// Enqueue adds a job that is committed with the transaction and runs at or
// after a time.
func (t *Tx) Enqueue(args river.JobArgs, at time.Time) {
	t.jobs = append(t.jobs, river.InsertManyParams{Args: args, InsertOpts: &river.InsertOpts{Queue: Queue, ScheduledAt: at}})
}

// lost says whether a transaction failed only because of another one.
func lost(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40P01" || pg.Code == "40001")
}

// Permanent says whether Postgres refused the data itself: trying again with
// the same data can't help. Class 22 is data it can't read, 23 what a
// constraint forbids, 54 what exceeds its own limits.
func Permanent(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && slices.Contains([]string{"22", "23", "54"}, pg.Code[:min(2, len(pg.Code))])
}

// unique says whether a unique index refused a row.
func unique(err error, index string) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "23505" && pg.ConstraintName == index
}

// LockRegions makes this transaction the only one that opens incidents in
// these regions until it ends. Without it two posts that say the same would
// open two. Locks are taken in one order, so that nobody waits in a circle.
func (t *Tx) LockRegions(ctx context.Context, regions ...string) error {
	rs := slices.Clone(regions)
	slices.Sort(rs)
	var b pgx.Batch
	for _, r := range slices.Compact(rs) {
		b.Queue(`SELECT pg_advisory_xact_lock(hashtextextended('otklik incidents ' || $1, 0))`, r)
	}
	if err := t.tx.SendBatch(ctx, &b).Close(); err != nil {
		return fmt.Errorf("lock regions %v: %w", rs, err)
	}
	return nil
}

// View is which incidents a person sees. It is made by ViewOf alone; its zero
// value sees none.
type View struct {
	system     bool
	all        bool
	regions    []string
	agencies   []int64 // not nil: only those of these agencies
	visibility []string
}

// ViewOf derives what a person sees of the desk: executors the incidents of
// their agencies, others those of their regions, sealed ones only who may.
func ViewOf(p access.Person) View {
	if !p.May(access.SeeIncidents) || p.Role == access.Executor && len(p.Agencies) == 0 {
		return View{}
	}
	v := View{visibility: []string{"public", "partner"}}
	v.regions, v.all = access.NewScope(p.Regions, nil, true, p.Sealed).Regions()
	if p.Sealed {
		v.visibility = append(v.visibility, "sealed")
	}
	if p.Role == access.Executor {
		v.agencies = slices.Clone(p.Agencies)
	}
	return v
}

// Everything is the view of the system itself. Never derive it from a request.
func Everything() View {
	return View{system: true, all: true, visibility: []string{"public", "partner", "sealed"}}
}

// Region says whether things of a region may be seen.
func (v View) Region(code string) bool {
	return len(v.visibility) > 0 && (v.all || slices.Contains(v.regions, code))
}

// where adds the view's condition on incident i to a query's arguments.
func (v View) where(args *[]any) string {
	*args = append(*args, v.all, v.regions, v.agencies, v.visibility)
	n := len(*args)
	return fmt.Sprintf("($%d::boolean OR i.region = ANY($%d::text[])) AND ($%d::bigint[] IS NULL OR i.agency = ANY($%d::bigint[])) AND i.visibility = ANY($%d::text[])",
		n-3, n-2, n-1, n-1, n)
}
