// Package load writes posts straight into the log, as fast as the log takes
// them or at a rate. They pass neither sources nor the ledger, so it shows what
// the line behind the log can do, on an installation that is there for that.
package load

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/time/rate"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/stream"
)

// Body is what posts are made of: a post without its identity.
type Body struct {
	Source string    // network:owner
	Post   post.Post // normalized, and not cut
}

// Appender is the log (stream.Log).
type Appender interface {
	Append(ctx context.Context, topic string, records ...stream.Record) error
}

// Options of Run. All are needed unless they say otherwise.
type Options struct {
	Log     Appender
	NextRev func(ctx context.Context) (int64, error) // ledger.NextRev: revs go on from those of readings
	Now     func() time.Time
	Bodies  []Body   // told in their order, again and again; from the second time on with a number
	Regions []string // of all posts
	Class   string   // of retention
	First   int64    // native number of the first post, greater than 0; each further one has the next
	Posts   int64    // records in all; 0: until the context ends
	Rate    float64  // records a second; 0: as fast as the log takes them
	// Copies and Edits are shares of the records, 0 … 1 together. A copy is a new
	// post of some source with the words of an earlier one; an edit is a further
	// revision of an earlier one.
	Copies, Edits float64
	Seed          uint64       // of what is chosen; may be 0
	Progress      func(Report) // once a second and at the end; nil: nobody looks
}

// Check gives everything that is wrong with what a person chooses, by the names
// of the flags of `otklik simulate`.
func (o Options) Check() (bad []fault.Field) {
	field := func(path, format string, args ...any) {
		bad = append(bad, fault.Field{Path: path, Message: fmt.Sprintf(format, args...)})
	}
	if o.Posts < 0 {
		field("--posts", "%d is less than nothing; 0 is without end", o.Posts)
	}
	if o.Rate < 0 {
		field("--rate", "%g is less than nothing; 0 is as fast as the log takes them", o.Rate)
	}
	share := func(path string, v float64) {
		if !(v >= 0 && v <= 1) {
			field(path, "%g is no share; 0.1 is every tenth", v)
		}
	}
	share("--copies", o.Copies)
	share("--edits", o.Edits)
	if o.Copies+o.Edits > 1 {
		field("--copies", "copies and edits together are more than all: %g", o.Copies+o.Edits)
	}
	return bad
}

// Report is what was written so far: records that are durable.
type Report struct {
	New    int64 // posts
	Copies int64 // posts with the words of others
	Edits  int64 // revisions of posts that were there
	Took   time.Duration
}

// Posts is how many different posts there are of it.
func (r Report) Posts() int64 { return r.New + r.Copies }

// Records is how many records were written.
func (r Report) Records() int64 { return r.New + r.Copies + r.Edits }

// PerSecond is the rate of records since the beginning.
func (r Report) PerSecond() float64 {
	if r.Took <= 0 {
		return 0
	}
	return float64(r.Records()) / r.Took.Seconds()
}

const (
	writers     = 4    // batches under way: while one waits for the log another is made
	batchMost   = 1000 // records of a batch
	batchBytes  = 4 << 20
	perSecond   = 10   // batches a second and more, where there is a rate
	remembered  = 1000 // posts of each writer that may be copied or edited
	reportEvery = time.Second
)

// loading is one Run.
type loading struct {
	Options
	limit *rate.Limiter // nil: none
	batch int64
	begin time.Time

	mu    sync.Mutex
	taken int64 // of Posts

	fresh, copied, edited atomic.Int64
}

// Run writes until Posts are written or ctx ends, which is no error. The report
// is right also beside an error; a batch that failed may be in the log all the same.
func Run(ctx context.Context, o Options) (Report, error) {
	if len(o.Bodies) == 0 {
		return Report{}, fault.New(fault.Invalid, "there is nothing to make posts of")
	}
	if bad := o.Check(); len(bad) > 0 {
		return Report{}, fault.Fields(bad...)
	}
	l := &loading{Options: o, batch: batchMost, begin: o.Now()}
	if o.Rate > 0 {
		l.batch = max(1, min(batchMost, int64(o.Rate/perSecond)))
		l.limit = rate.NewLimiter(rate.Limit(o.Rate), int(l.batch))
	}
	watched, stop := context.WithCancel(ctx)
	var watch sync.WaitGroup
	watch.Go(func() { l.watch(watched) })
	g, gctx := errgroup.WithContext(ctx)
	for i := range writers {
		w := &writer{loading: l, rng: rand.New(rand.NewPCG(o.Seed, uint64(i)))}
		g.Go(func() error { return w.run(gctx) })
	}
	err := g.Wait()
	stop()
	watch.Wait()
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		err = nil
	}
	return l.report(), err
}

func (l *loading) report() Report {
	r := Report{New: l.fresh.Load(), Copies: l.copied.Load(), Edits: l.edited.Load(), Took: l.Now().Sub(l.begin)}
	if l.Progress != nil {
		l.Progress(r)
	}
	return r
}

func (l *loading) watch(ctx context.Context) {
	tick := time.NewTicker(reportEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			l.report()
		}
	}
}

// take gives a writer its next share of what is to be written: n records, the
// first of which is number from; 0 of them at the end.
func (l *loading) take(ctx context.Context) (from, n int64, err error) {
	l.mu.Lock()
	defer l.mu.Unlock() // also while it waits for the rate: all others wait for the same
	n = l.batch
	if l.Posts > 0 {
		n = min(n, l.Posts-l.taken)
	}
	if l.limit != nil && n > 0 {
		if err := l.limit.WaitN(ctx, int(n)); err != nil {
			return 0, 0, cmp.Or(ctx.Err(), err)
		}
	}
	from = l.taken
	l.taken += n
	return from, n, ctx.Err()
}

// writer makes batches and appends them, one after the other. What it copies
// and edits it has written itself, so that an edit comes after its post.
type writer struct {
	*loading
	rng   *rand.Rand
	known []post.Record // the last that it wrote
	next  int           // of known, the oldest, once all places are taken

	rev, later int64 // of two readings: of a batch's posts, and of its edits
}

func (w *writer) run(ctx context.Context) error {
	for {
		from, n, err := w.take(ctx)
		if err != nil || n == 0 {
			return err
		}
		if w.rev, err = w.NextRev(ctx); err != nil {
			return err
		}
		if w.later, err = w.NextRev(ctx); err != nil {
			return err
		}
		if err := w.write(ctx, from, n); err != nil {
			return err
		}
	}
}

// write makes records and appends them, in pieces where they are large.
func (w *writer) write(ctx context.Context, from, n int64) error {
	records := make([]stream.Record, 0, n)
	var made Report
	size := 0
	flush := func() error {
		if err := w.Log.Append(ctx, stream.Posts, records...); err != nil {
			return err
		}
		w.fresh.Add(made.New)
		w.copied.Add(made.Copies)
		w.edited.Add(made.Edits)
		records, made, size = records[:0], Report{}, 0
		return nil
	}
	edited := map[post.ID]bool{} // in one reading a post is seen once
	for i := from; i < from+n; i++ {
		r, err := w.record(i, edited, &made)
		if err != nil {
			return err
		}
		v, err := post.Encode(r)
		if err != nil {
			return err
		}
		records = append(records, stream.Record{Key: string(r.ID), Value: v})
		if size += len(v); size >= batchBytes {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if len(records) == 0 {
		return nil
	}
	return flush()
}

// record makes the record of a number: a post, a copy or an edit.
func (w *writer) record(i int64, edited map[post.ID]bool, made *Report) (r post.Record, err error) {
	roll := w.rng.Float64()
	if len(w.known) > 0 && roll < w.Copies+w.Edits {
		j := w.rng.IntN(len(w.known))
		old := w.known[j]
		switch {
		case roll < w.Copies:
			made.Copies++
			body := Body{Source: w.Bodies[w.rng.IntN(len(w.Bodies))].Source, Post: *old.Post}
			return w.post(i, body)
		case !edited[old.ID]:
			made.Edits++
			edited[old.ID] = true
			w.known[j] = edit(old, w.later, w.Now())
			return w.known[j], nil
		}
	}
	made.New++
	n := int64(len(w.Bodies))
	body := w.Bodies[i%n]
	if again := i / n; again > 0 {
		body.Post.Text = fmt.Sprintf("%s (%d)", body.Post.Text, again+1)
	}
	if r, err = w.post(i, body); err != nil {
		return r, err
	}
	if len(w.known) < remembered {
		w.known = append(w.known, r)
	} else {
		w.known[w.next] = r
		w.next = (w.next + 1) % remembered
	}
	return r, nil
}

// post makes the first revision of a new post of a body.
func (w *writer) post(i int64, b Body) (r post.Record, err error) {
	now := w.Now().UTC().Truncate(time.Microsecond)
	r.Envelope = post.Envelope{V: post.EnvelopeVersion, Kind: post.Revision, ID: post.ID(fmt.Sprintf("%s/%d", b.Source, w.First+i)), Rev: w.rev,
		Hash: b.Post.Hash(""), Observed: now, Published: now, Origin: post.Live, Regions: w.Regions, Visibility: post.Public}
	r.Post = &b.Post
	if r.Bucket, err = post.NewBucket(w.Class, now); err != nil {
		return r, err
	}
	return r, r.Check()
}

// edit gives a further revision of a post.
func edit(old post.Record, rev int64, now time.Time) post.Record {
	p := *old.Post
	p.Text += fmt.Sprintf("\nUPD %d", rev)
	p.Edited = true
	r := old
	r.Post, r.Rev, r.Hash, r.Again, r.Observed = &p, rev, p.Hash(""), true, now.UTC().Truncate(time.Microsecond)
	return r
}
