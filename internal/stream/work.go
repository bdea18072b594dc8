package stream

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/otklik/otklik/internal/fault"
)

// Job is what Work does with a topic.
type Job struct {
	Log   Log
	Topic string
	Group string
	// Max is the greatest size of a batch; default 500. A batch is what waits,
	// so it grows when the group is behind.
	Max int
	// Members is how many consumers of the group work at once, each with its
	// share of the partitions: while one waits for an engine another computes.
	// Handle must then be safe for concurrent use. Default 1.
	Members int
	// Handle makes the effects of a batch durable, in its order. It must be
	// idempotent: the same messages may come again, alone or in other batches.
	// What it can't process it returns as rejections (Message.Reject) beside a
	// nil error; they go to Rejected(Topic). An error means that the batch, or
	// a part of it, has no durable effects:
	//   - one that waiting can mend (see Transient) has the batch tried again
	//     until it succeeds or the context ends; where the time was not enough
	//     (context.DeadlineExceeded), in halves of no less than 100 messages;
	//   - any other one, or a panic, has the batch halved until the messages
	//     that cause it stand alone. An error of kind fault.Internal is tried
	//     a few times more; then the message is rejected.
	Handle func(ctx context.Context, batch []Message) ([]Rejection, error)
	// Transient says whether waiting can mend an error; nil is IsTransient.
	Transient func(error) bool
	Counters  *Counters     // may be nil
	LagEvery  time.Duration // how often Counters.Lag is measured; default 15 s, negative: never
	Pause     time.Duration // before the first repetition; doubles; default 100 ms
	MaxPause  time.Duration // default 10 s
	Now       func() time.Time
	Logger    *slog.Logger
}

// Counters is what a Job has done, for metrics.
type Counters struct {
	Handled  atomic.Int64 // messages whose effects are durable, rejected ones apart
	Rejected atomic.Int64 // messages sent to Rejected(Topic)
	Retried  atomic.Int64 // repetitions of anything
	Lag      atomic.Int64 // messages that wait for the group, when last measured
	Behind   atomic.Int64 // nanoseconds between the oldest message of the last batch and its commit
}

// Attempts is how often a lone message is tried before an error that is
// nobody's input (fault.Internal) has it rejected.
const Attempts = 4

// smallest is the size of a batch from which on more time can't be had by
// halving it.
const smallest = 200

// maxReason bounds the header "reason" of rejected records.
const maxReason = 1000 // bytes

// Work consumes a topic as a group until ctx ends: fetch, handle, append
// what was rejected, and only then commit. It returns ctx.Err(), or an error
// at once when the job itself is wrong (a bad name). Whatever fails otherwise
// is tried again, with growing pauses.
func Work(ctx context.Context, j Job) error {
	w := &worker{Job: j}
	w.Max, w.Members = cmp.Or(w.Max, 500), max(w.Members, 1)
	w.Pause, w.MaxPause = cmp.Or(w.Pause, 100*time.Millisecond), cmp.Or(w.MaxPause, 10*time.Second)
	w.LagEvery = cmp.Or(w.LagEvery, 15*time.Second)
	if w.Transient == nil {
		w.Transient = IsTransient
	}
	if w.Now == nil {
		w.Now = time.Now
	}
	if w.Counters == nil {
		w.Counters = new(Counters)
	}
	w.Logger = cmp.Or(w.Logger, slog.Default()).With("topic", j.Topic, "group", j.Group)
	g, ctx := errgroup.WithContext(ctx)
	for range w.Members {
		g.Go(func() error { return w.run(ctx) })
	}
	if w.LagEvery > 0 {
		lagged, stop := context.WithCancel(ctx)
		var lag sync.WaitGroup
		lag.Go(func() { w.measure(lagged) })
		defer lag.Wait()
		defer stop()
	}
	return g.Wait()
}

type worker struct{ Job }

func (w *worker) run(ctx context.Context) error {
	var c Consumer
	err := w.again(ctx, "join the group", func() (err error) {
		c, err = w.Log.Consume(ctx, w.Group, w.Topic)
		if fault.KindOf(err) == fault.Invalid {
			return final{err}
		}
		return err
	})
	if err != nil {
		return err
	}
	defer func() {
		if err := c.Close(); err != nil {
			w.Logger.Warn("leaving the group failed", "error", err)
		}
	}()
	for {
		var batch []Message
		err := w.again(ctx, "fetch", func() (err error) {
			batch, err = c.Fetch(ctx, w.Max)
			return err
		})
		if err != nil {
			return err
		}
		if err := w.process(ctx, c, batch); err != nil {
			return err
		}
	}
}

// process returns nil once the batch is committed, or the end of ctx; then
// nothing of it is.
func (w *worker) process(ctx context.Context, c Consumer, batch []Message) error {
	rejections, err := w.handle(ctx, batch)
	if err != nil {
		return err
	}
	if len(rejections) > 0 {
		records := make([]Record, len(rejections))
		for i, r := range rejections {
			records[i] = w.rejected(r)
			w.Logger.Warn("a message was rejected", "key", r.Message.Key, "origin", r.Message.Origin(), "reason", r.Err)
		}
		if err := w.again(ctx, "append what was rejected", func() error {
			return w.Log.Append(ctx, Rejected(w.Topic), records...)
		}); err != nil {
			return err
		}
	}
	// The effects are there: an end of ctx from here on only makes the commit
	// short of breath, it doesn't forbid it.
	err = w.again(ctx, "commit", func() error {
		short, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitTimeout)
		defer cancel()
		return c.Commit(short, batch...)
	})
	if err != nil {
		return err
	}
	w.Counters.Handled.Add(int64(len(batch) - len(rejections)))
	w.Counters.Rejected.Add(int64(len(rejections)))
	oldest := batch[0].Time
	for _, m := range batch {
		if m.Time.Before(oldest) {
			oldest = m.Time
		}
	}
	w.Counters.Behind.Store(int64(w.Now().Sub(oldest)))
	return nil
}

const commitTimeout = 10 * time.Second

// handle processes messages in order and returns those that can't be, or the
// end of ctx.
func (w *worker) handle(ctx context.Context, batch []Message) ([]Rejection, error) {
	var rejections []Rejection
	var bad error
	tries := 0
	err := w.again(ctx, "handle", func() error {
		var err error
		rejections, err = w.try(ctx, batch)
		tries++
		switch {
		case err == nil || ctx.Err() != nil:
			return err
		case w.Transient(err):
			// A batch that never ends in its time would be tried for ever.
			if !errors.Is(err, context.DeadlineExceeded) || len(batch) < smallest {
				return err
			}
			w.Logger.Warn("a batch did not end in its time; trying its halves", "messages", len(batch), "error", err)
		case len(batch) == 1 && fault.KindOf(err) == fault.Internal && tries < Attempts:
			return err
		}
		bad = err
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case bad == nil:
		return rejections, nil
	case len(batch) == 1:
		return []Rejection{batch[0].Reject(bad)}, nil
	}
	w.Counters.Retried.Add(1)
	half := len(batch) / 2
	left, err := w.handle(ctx, batch[:half:half])
	if err != nil {
		return nil, err
	}
	right, err := w.handle(ctx, batch[half:])
	if err != nil {
		return nil, err
	}
	return append(left, right...), nil
}

// try calls Handle; a panic is an error like another.
func (w *worker) try(ctx context.Context, batch []Message) (rejections []Rejection, err error) {
	defer func() {
		if p := recover(); p != nil {
			w.Logger.Error("a handler panicked", "panic", p, "stack", string(debug.Stack()))
			rejections, err = nil, fmt.Errorf("panic: %v", p)
		}
	}()
	return w.Handle(ctx, batch)
}

// final is an error that again gives back at once.
type final struct{ error }

// again calls f until it succeeds or ctx ends.
func (w *worker) again(ctx context.Context, what string, f func() error) error {
	pause := w.Pause
	for {
		err := f()
		if err == nil {
			return nil
		}
		if f, ok := err.(final); ok {
			return f.error
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		w.Counters.Retried.Add(1)
		// Between a half and the whole pause, so that many don't come at once.
		wait := pause/2 + rand.N(pause/2+1)
		w.Logger.Warn("could not "+what+"; trying again", "error", err, "in", wait)
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
		pause = min(2*pause, w.MaxPause)
	}
}

// rejected is the record that tells of a rejection.
func (w *worker) rejected(r Rejection) Record {
	reason := "no reason given"
	if r.Err != nil {
		reason = r.Err.Error()
	}
	told := map[string]string{
		"reason": CutText(reason, maxReason),
		"origin": r.Message.Origin(),
		"at":     w.Now().UTC().Format(time.RFC3339),
	}
	out := Record{Key: r.Message.Key, Value: r.Message.Value, Headers: map[string]string{}}
	for k, v := range r.Message.Headers {
		out.Headers[k] = v
	}
	for k, v := range told {
		out.Headers[k] = v
	}
	if Check(out) != nil { // the message's own headers leave no room
		out.Headers = told
	}
	return out
}

func (w *worker) measure(ctx context.Context) {
	tick := time.NewTicker(w.LagEvery)
	defer tick.Stop()
	for {
		if lags, err := w.Log.Lag(ctx, w.Group, w.Topic); err == nil {
			var total int64
			for _, l := range lags {
				total += l.End - l.Committed
			}
			w.Counters.Lag.Store(total)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// IsTransient says whether waiting can mend an error: an engine or a network
// that doesn't answer, a limit, a timeout. What a handler can't tell it should
// give the kind fault.Unavailable.
func IsTransient(err error) bool {
	var f *fault.Error
	if errors.As(err, &f) && f.Kind != fault.Internal {
		return f.Kind == fault.Unavailable || f.Kind == fault.Limited
	}
	var network net.Error
	return errors.As(err, &network) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}
