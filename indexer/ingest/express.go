package ingest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/otklik/otklik/internal/stream"
)

// Express lets what comes now overtake what waits. Where indexers are far behind,
// because they come back after an hour or because very much came at once, a post
// would wait for all that came before it, and its ticket with it. So one of them
// reads the log from near its end as well, until the queue is short again.
//
// The queue comes by these posts later, when all has been done with them: every
// step of Handle is idempotent and the greater rev wins, so that this does no
// more than a batch that comes twice. What fails here is left to the queue.
type Express struct {
	Log interface {
		Tail(ctx context.Context, topic string, from stream.Position) (stream.Tail, error)
		stream.Meter
	}
	Topic, Group string // of the queue
	// Handle is the queue's (Ingester.Handle), safe for concurrent use.
	Handle func(ctx context.Context, batch []stream.Message) ([]stream.Rejection, error)
	// Alone gives the right to overtake to one process at a time; ok is false
	// where another has it. nil: there is no other.
	Alone  func(ctx context.Context) (release func(), ok bool, err error)
	After  time.Duration // behind by so much it begins, behind by a third of it ends; default 15 s
	Every  time.Duration // how often that is measured; default 3 s
	Now    func() time.Time
	Logger *slog.Logger
	Taken  atomic.Int64 // messages that overtook, for metrics
}

const (
	expressBatch = 500              // messages at most; a batch is what has come
	expressBack  = 500              // messages of a partition that overtake though they had come before
	expressTime  = 30 * time.Second // of one, and of a measurement
)

// Run measures, and overtakes where it must, until ctx ends.
func (x *Express) Run(ctx context.Context) error {
	tick := time.NewTicker(cmp.Or(x.Every, 3*time.Second))
	defer tick.Stop()
	for {
		late, lags, err := x.behind(ctx)
		if err == nil && late >= x.after() {
			err = x.overtake(ctx, late, lags)
		}
		if err != nil && ctx.Err() == nil {
			x.Logger.Warn("nothing overtakes the queue now", "topic", x.Topic, "behind", late, "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (x *Express) after() time.Duration { return cmp.Or(x.After, 15*time.Second) }

// behind is the age of what waits longest in the queue, and where it is.
func (x *Express) behind(ctx context.Context) (time.Duration, []stream.Lag, error) {
	ctx, cancel := context.WithTimeout(ctx, expressTime)
	defer cancel()
	b, err := stream.MeasureBehind(ctx, x.Log, x.Group, x.Topic)
	if err != nil || b.Since.IsZero() {
		return 0, nil, err
	}
	return x.Now().Sub(b.Since), b.Lags, nil
}

// overtake reads from near the end of the log until the queue is short again.
func (x *Express) overtake(ctx context.Context, late time.Duration, queue []stream.Lag) error {
	if x.Alone != nil {
		release, ok, err := x.Alone(ctx)
		if err != nil || !ok {
			return err
		}
		defer release()
	}
	from := stream.Position{}
	for _, l := range queue {
		from[l.Partition] = max(l.Committed, l.End-expressBack)
	}
	tail, err := x.Log.Tail(ctx, x.Topic, from)
	if err != nil {
		return err
	}
	reading, stop := context.WithCancel(ctx)
	var watch sync.WaitGroup
	watch.Go(func() { defer stop(); x.untilShort(reading) })
	x.Logger.Info("posts that come now overtake those that wait", "topic", x.Topic, "behind", late)
	taken := 0
	for err == nil {
		var batch []stream.Message
		if batch, err = tail.Fetch(reading, expressBatch); err == nil {
			err = x.handle(ctx, batch)
			taken += len(batch)
		}
	}
	short := reading.Err() != nil
	stop()
	watch.Wait()
	err = errors.Join(err, tail.Close())
	if short {
		x.Logger.Info("the queue is short again", "topic", x.Topic, "overtook", taken)
		err = nil
	}
	return err
}

// untilShort returns when the queue is short, or ctx ends.
func (x *Express) untilShort(ctx context.Context) {
	tick := time.NewTicker(cmp.Or(x.Every, 3*time.Second))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if late, _, err := x.behind(ctx); err == nil && late < x.after()/3 {
			return
		}
	}
}

// handle does what the queue will do again. Rejections are left to the queue,
// and so is a panic.
func (x *Express) handle(ctx context.Context, batch []stream.Message) (err error) {
	defer func() {
		if p := recover(); p != nil {
			x.Logger.Error("a handler panicked", "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, expressTime)
	defer cancel()
	if _, err := x.Handle(ctx, batch); err != nil {
		return err
	}
	x.Taken.Add(int64(len(batch)))
	return nil
}
