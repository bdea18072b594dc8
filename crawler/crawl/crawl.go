// Package crawl is the crawler's loop: for every source that is due it reads,
// admits, appends to the log, confirms, and stores the cursor, in that order,
// so that a crash at any moment repeats and never loses.
package crawl

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"github.com/otklik/otklik/crawler/ledger"
	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/crawler/schedule"
	"github.com/otklik/otklik/crawler/source"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/stream"
)

// Schedule lends sources.
type Schedule interface {
	Due(ctx context.Context, worker string, n int, lease time.Duration) ([]schedule.Lease, error)
	Keep(ctx context.Context, l schedule.Lease, st schedule.Step, lease time.Duration) error
	Renew(ctx context.Context, l schedule.Lease, lease time.Duration) error
	Done(ctx context.Context, l schedule.Lease, state *source.State) error
	Release(ctx context.Context, l schedule.Lease) error
}

// Ledger admits what was read.
type Ledger interface {
	NextRev(ctx context.Context) (int64, error)
	Admit(ctx context.Context, r ledger.Reading, items []source.Item) (*ledger.Admitted, error)
	AdmitDeleted(ctx context.Context, r ledger.Reading, ids []post.ID) (*ledger.Admitted, error)
	Confirm(ctx context.Context, a *ledger.Admitted) error
}

// Rechecks says which posts are to be looked at again; the ledger does.
type Rechecks interface {
	DueRechecks(ctx context.Context, owner string, now time.Time, n int) ([]post.ID, error)
	Rechecked(ctx context.Context, ids []post.ID, now time.Time) error
}

// Appender is the end of the log that is written to.
type Appender interface {
	Append(ctx context.Context, topic string, records ...stream.Record) error
}

// Crawler reads the sources that are due. All fields are needed unless they say
// otherwise.
type Crawler struct {
	Schedule Schedule
	Ledger   Ledger
	Rechecks Rechecks
	Log      Appender
	Open     func(s schedule.Source) (source.Source, error) // the adapter of a source
	Now      func() time.Time
	Worker   string // unique among the crawlers
	Workers  int    // sources read at once
	Logger   *slog.Logger
	Observe  func(Outcome) // for metrics; nil: nobody looks
	Lease    time.Duration // of a source, renewed while it is read; 0: 30 s
}

// Outcome is the end of one visit of a source.
type Outcome struct {
	Network string
	Health  source.Health
	Records int
	Took    time.Duration
}

// renewals is how often a lease is renewed within its time.
const renewals = 3

const (
	leaseTime  = 30 * time.Second // so long the sources of a crawler that was killed wait for another
	readTime   = time.Minute      // of one batch
	storeTime  = time.Minute      // of its way into the log, also after a stop
	giveTime   = 10 * time.Second
	maxBatches = 50 // of one visit; the rest comes with the next
	idle       = 500 * time.Millisecond
)

// Run reads until ctx ends; batches that were read are let finish. No more
// sources are borrowed than can be read at once: a lease that waits runs out.
func (c *Crawler) Run(ctx context.Context) error {
	free := make(chan struct{}, c.Workers)
	for range c.Workers {
		free <- struct{}{}
	}
	var visits sync.WaitGroup
	defer visits.Wait()
	tick := time.NewTicker(idle)
	defer tick.Stop()
	for {
		n := wait(ctx, free)
		if ctx.Err() != nil {
			return nil
		}
		leases, err := c.Schedule.Due(ctx, c.Worker, n, c.lease())
		if err != nil && ctx.Err() == nil {
			c.Logger.Warn("schedule does not answer", "err", err)
		}
		for _, l := range leases {
			visits.Go(func() {
				c.visit(ctx, l)
				free <- struct{}{}
			})
		}
		for range n - len(leases) {
			free <- struct{}{}
		}
		if len(leases) > 0 {
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// wait takes all the places that are free, at least one unless ctx ends.
func wait(ctx context.Context, free <-chan struct{}) (n int) {
	select {
	case <-ctx.Done():
		return 0
	case <-free:
		n = 1
	}
	for {
		select {
		case <-free:
			n++
		default:
			return n
		}
	}
}

// visit reads one source to its end and gives it back with its health.
func (c *Crawler) visit(ctx context.Context, l schedule.Lease) {
	start := c.Now()
	held, end := c.hold(ctx, l)
	records, err := c.guarded(held, l)
	stopped := held.Err() != nil // by whoever stops us, or because another may read it now
	end()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), giveTime)
	defer cancel()
	if stopped {
		// Neither a stop nor a lost lease is an illness of the source, or its health.
		if err := c.Schedule.Release(ctx, l); err != nil {
			c.Logger.Warn("source is not given back; its lease will end by itself", "source", l.ID, "err", err)
		}
		return
	}
	state := stateOf(err)
	if doneErr := c.Schedule.Done(ctx, l, state); doneErr != nil {
		c.Logger.Warn("source is not given back; its lease will end by itself", "source", l.ID, "err", doneErr)
	}
	h := source.OK
	if state != nil {
		h = state.Health
	}
	if h != l.Health {
		c.Logger.Info("health of a source changed", "source", l.ID, "network", l.Network, "address", l.Address, "from", l.Health, "to", h, "err", err)
	}
	if c.Observe != nil {
		c.Observe(Outcome{Network: l.Network, Health: h, Records: records, Took: c.Now().Sub(start)})
	}
}

func (c *Crawler) lease() time.Duration { return cmp.Or(c.Lease, leaseTime) }

// hold renews a lease until end is called; also during a stop, for what was read
// is let go the rest of its way. Its context ends when the lease was lost, or
// could not be renewed so long that the next try would come too late.
func (c *Crawler) hold(ctx context.Context, l schedule.Lease) (held context.Context, end func()) {
	held, lost := context.WithCancel(ctx)
	renewing, stop := context.WithCancel(context.WithoutCancel(ctx))
	every := c.lease() / renewals
	until := time.Now().Add(c.lease()) // by a clock that no one sets
	var task sync.WaitGroup
	task.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-renewing.Done():
				return
			case <-tick.C:
			}
			asked := time.Now()
			err := c.renew(renewing, l, every/2)
			switch {
			case err == nil:
				until = asked.Add(c.lease())
			case renewing.Err() != nil:
				return
			case fault.KindOf(err) == fault.Conflict || time.Until(until) <= every:
				c.Logger.Warn("the lease of a source is lost; its reading ends", "source", l.ID, "err", err)
				lost()
				return
			}
		}
	})
	return held, func() {
		stop()
		task.Wait()
		lost()
	}
}

func (c *Crawler) renew(ctx context.Context, l schedule.Lease, within time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	return c.Schedule.Renew(ctx, l, c.lease())
}

// stateOf gives the health behind an error; what is not of the source, a
// database that is away for example, makes it unreachable for now.
func stateOf(err error) *source.State {
	if err == nil {
		return nil
	}
	var s *source.State
	if errors.As(err, &s) {
		return s
	}
	return &source.State{Health: source.Unreachable, Detail: "could not be read through", Ours: true, Err: err}
}

// guarded reads a source; a panic of an adapter is that source's error only.
func (c *Crawler) guarded(ctx context.Context, l schedule.Lease) (records int, err error) {
	defer func() {
		if p := recover(); p != nil {
			c.Logger.Error("adapter panicked", "source", l.ID, "panic", p, "stack", string(debug.Stack()))
			err = &source.State{Health: source.NotUnderstood, Detail: fmt.Sprintf("the adapter failed: %v", p)}
		}
	}()
	src, err := c.Open(l.Source)
	if err != nil {
		return 0, err
	}
	defer src.Close()
	if l.External == "" {
		info, err := connect(ctx, src)
		if err != nil {
			return 0, err
		}
		if err := c.Schedule.Keep(ctx, l, schedule.Step{Info: &info}, c.lease()); err != nil {
			return 0, err
		}
		l.External = info.Source
	}
	cursor := l.Cursor
	for range maxBatches {
		b, n, err := c.batch(ctx, l, src, cursor)
		records += n
		if err != nil {
			return records, err
		}
		switch cursor = b.Cursor; {
		case ctx.Err() != nil:
			return records, nil
		case !b.More:
			n, err := c.recheck(ctx, l, src)
			return records + n, err
		}
	}
	return records, nil
}

// recheck looks again at posts that may have been edited or deleted since they
// were read, the newest first, with one question a visit. A source that can't
// be asked now says so as in any reading; an answer that can't be understood is
// left for later, for the source itself was read through.
func (c *Crawler) recheck(ctx context.Context, l schedule.Lease, src source.Source) (records int, err error) {
	again, ok := src.(source.Rechecker)
	if !ok {
		return 0, nil
	}
	ids, err := c.Rechecks.DueRechecks(ctx, l.External, c.Now(), source.MaxRecheck)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	rev, err := c.Ledger.NextRev(ctx)
	if err != nil {
		return 0, err
	}
	readCtx, cancel := context.WithTimeout(ctx, readTime)
	defer cancel()
	b, err := again.Recheck(readCtx, ids)
	if err == nil {
		err = sameOwner(l.External, b)
	}
	if s := (*source.State)(nil); err != nil && (!errors.As(err, &s) || s.Health == source.NotUnderstood) && ctx.Err() == nil {
		c.Logger.Warn("posts can't be looked at again now", "source", l.ID, "posts", len(ids), "err", err)
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	ctx, cancelStore := context.WithTimeout(context.WithoutCancel(ctx), storeTime)
	defer cancelStore()
	_, records, err = c.store(ctx, l, c.reading(l, src, rev), b)
	if err != nil {
		return records, err
	}
	return records, c.Rechecks.Rechecked(ctx, ids, c.Now())
}

func (c *Crawler) reading(l schedule.Lease, src source.Source, rev int64) ledger.Reading {
	_, again := src.(source.Rechecker)
	return ledger.Reading{Rev: rev, Observed: c.Now(), Origin: post.Live, Regions: l.Regions, Visibility: l.Visibility, Class: l.Class, Recheck: again}
}

func connect(ctx context.Context, src source.Source) (source.Info, error) {
	ctx, cancel := context.WithTimeout(ctx, readTime)
	defer cancel()
	info, err := src.Connect(ctx)
	if err == nil && info.Source == "" {
		err = &source.State{Health: source.NotUnderstood, Detail: "the source does not say its number"}
	}
	return info, err
}

// batch takes one batch the whole way to the stored cursor. A stop ends the
// reading; what was read is let go the rest of its way.
func (c *Crawler) batch(ctx context.Context, l schedule.Lease, src source.Source, cursor source.Cursor) (b source.Batch, records int, err error) {
	rev, err := c.Ledger.NextRev(ctx) // before the fetch: what is read later can't be older
	if err != nil {
		return b, 0, err
	}
	readCtx, cancel := context.WithTimeout(ctx, readTime)
	defer cancel()
	if b, err = src.Read(readCtx, cursor); err != nil {
		return b, 0, err
	}
	if err := sameOwner(l.External, b); err != nil {
		return b, 0, err
	}
	ctx, cancelStore := context.WithTimeout(context.WithoutCancel(ctx), storeTime)
	defer cancelStore()
	r := c.reading(l, src, rev)
	if b.Backfill {
		r.Origin = post.Backfill
	}
	fresh, records, err := c.store(ctx, l, r, b)
	if err != nil {
		return b, records, err
	}
	return b, records, c.Schedule.Keep(ctx, l, schedule.Step{Cursor: b.Cursor, Info: b.Info, New: fresh}, c.lease())
}

// store takes a batch into the log; fresh is how many posts were never seen.
func (c *Crawler) store(ctx context.Context, l schedule.Lease, r ledger.Reading, b source.Batch) (fresh, records int, err error) {
	a, err := c.take(ctx, l, func() (*ledger.Admitted, error) { return c.Ledger.Admit(ctx, r, b.Items) })
	if err != nil {
		return 0, 0, err
	}
	records = len(a.Records)
	if len(b.Deleted) > 0 {
		gone, err := c.take(ctx, l, func() (*ledger.Admitted, error) { return c.Ledger.AdmitDeleted(ctx, r, b.Deleted) })
		if err != nil {
			return a.New, records, err
		}
		records += len(gone.Records)
	}
	for reason, n := range b.Skipped {
		c.Logger.Info("part of a source was skipped", "source", l.ID, "reason", reason, "count", n)
	}
	return a.New, records, nil
}

// sameOwner refuses what belongs to somebody else: an address can be given to
// another channel, whose posts are not those that were asked for.
func sameOwner(owner string, b source.Batch) error {
	taken := func(by string) error {
		return &source.State{Health: source.NotUnderstood, Detail: fmt.Sprintf("the address now shows %s, not %s: another owner has taken it", by, owner)}
	}
	for _, it := range b.Items {
		if it.ID.Source() != owner {
			return taken(it.ID.Source())
		}
	}
	for _, id := range b.Deleted {
		if id.Source() != owner {
			return taken(id.Source())
		}
	}
	if b.Info != nil && b.Info.Source != owner {
		return taken(b.Info.Source)
	}
	return nil
}

// take admits, appends and confirms.
func (c *Crawler) take(ctx context.Context, l schedule.Lease, admit func() (*ledger.Admitted, error)) (*ledger.Admitted, error) {
	a, err := admit()
	if err != nil {
		return nil, err
	}
	if a.TooOld > 0 || len(a.Invalid) > 0 {
		c.Logger.Info("posts are not taken in", "source", l.ID, "too_old", a.TooOld, "invalid", len(a.Invalid))
	}
	if err := Append(ctx, c.Log, a.Records); err != nil {
		return nil, err
	}
	return a, c.Ledger.Confirm(ctx, a)
}

// Append writes records of posts to the log.
func Append(ctx context.Context, log Appender, records []post.Record) error {
	if len(records) == 0 {
		return nil
	}
	out := make([]stream.Record, len(records))
	for i, r := range records {
		v, err := post.Encode(r)
		if err != nil {
			return err
		}
		out[i] = stream.Record{Key: string(r.ID), Value: v}
	}
	if err := log.Append(ctx, stream.Posts, out...); err != nil {
		return fmt.Errorf("append posts: %w", err)
	}
	return nil
}
