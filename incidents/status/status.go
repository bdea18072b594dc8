// Package status knows how an installation is: how far each stage of the line
// is behind, what was rejected, and whether its parts answer. It measures from
// outside of those who do the work: whoever stands still says nothing of it.
package status

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/otklik/otklik/crawler/schedule"
	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/internal/stream"
	"github.com/otklik/otklik/internal/stream/rejected"
)

// The stages of the line, in its order.
const (
	Reading = "reading" // sources → log
	Index   = "index"   // posts → index, live feeds, matches
	Desk    = "desk"    // matches → incidents
)

// Line names the topic and the group of a stage that reads the log.
type Line struct{ Stage, Topic, Group string }

// Probe asks a part of the installation whether it answers.
type Probe struct {
	Name  string // "database", "log", "index"
	Check func(ctx context.Context) error
}

// Version is of a program that the installation is made of.
type Version struct{ Name, Version string }

// Rejected counts what was rejected (rejected.Store).
type Rejected interface {
	Counts(ctx context.Context) ([]rejected.Count, error)
}

// Sources says how reading stands (schedule.Store).
type Sources interface {
	Standing(ctx context.Context) (schedule.Standing, error)
}

// Notifications counts what did not surely arrive (store.Store).
type Notifications interface {
	CountUndelivered(ctx context.Context, since time.Time) (store.Undelivered, error)
}

// Watch measures an installation again and again. All fields are needed unless
// they say otherwise. Its methods are safe for concurrent use.
type Watch struct {
	Log           stream.Meter
	Lines         []Line
	Rejected      Rejected
	Sources       Sources
	Notifications Notifications
	Probes        []Probe
	Versions      []Version     // to be shown
	RejectedKept  time.Duration // how long the log keeps what was rejected; to be shown
	Notice        time.Duration // everybody is told of what is further behind; 0: nobody is
	Now           func() time.Time
	Logger        *slog.Logger

	asking sync.Mutex // one measures at a time for those who ask
	mu     sync.RWMutex
	last   Snapshot
}

// Snapshot is how the installation was at a moment.
type Snapshot struct {
	At       time.Time // zero: nothing was measured yet
	Stages   []Stage
	Parts    []Part
	Rejected []rejected.Count // nil: not known
	Sources  *schedule.Standing
	// Undelivered are the notifications of the last UndeliveredDays.
	Undelivered *store.Undelivered // nil: not known
}

// UndeliveredDays is how far back notifications are counted.
const UndeliveredDays = 7

// Stage is how far one stage is behind.
type Stage struct {
	Name    string
	Topic   string // "" of reading
	Group   string
	Waiting int64 // records, or sources that are due; -1: not known
	// Since is when the oldest of them came. Where a stage can't be measured it
	// is the last that was known, or when that began: it is at most so far behind.
	Since time.Time // zero: none waits
	Known bool
	Lags  []stream.Lag
}

// Behind is how far the stage was behind at a moment.
func (s Stage) Behind(now time.Time) time.Duration {
	if s.Since.IsZero() {
		return 0
	}
	return max(0, now.Sub(s.Since))
}

// Part says whether a part answers.
type Part struct {
	Name string
	OK   bool
}

const (
	every       = 15 * time.Second // between two measurements
	fresh       = 2 * time.Second  // what is as young need not be measured again
	measureTime = 8 * time.Second  // of one
	// askTime is of one that somebody waits for. Whoever has not answered then
	// is not known: a page that says so at once is worth more than one that
	// says all too late.
	askTime = 2500 * time.Millisecond
)

// Run measures until ctx ends.
func (w *Watch) Run(ctx context.Context) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		w.measure(ctx, measureTime)
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Last gives what was measured last; it asks nobody.
func (w *Watch) Last() Snapshot {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.last
}

// Fresh measures, unless somebody did a moment before it was asked. It takes
// three seconds at most: those who ask meanwhile wait for the measurement under
// way, and are given it unless it began long before they asked.
func (w *Watch) Fresh(ctx context.Context) Snapshot {
	asked := w.Now()
	w.asking.Lock()
	defer w.asking.Unlock()
	last := w.Last()
	if ahead := last.At.After(w.Now()); !ahead && asked.Sub(last.At) < fresh { // a clock that was wrong counts for nothing
		return last
	}
	return w.measure(ctx, askTime)
}

// measure asks everybody and keeps what they said.
func (w *Watch) measure(ctx context.Context, within time.Duration) Snapshot {
	now := w.Now()
	s := w.ask(ctx, within, w.Last(), now)
	if ctx.Err() != nil {
		return s // half of it may be missing because the asker left
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if newer := w.last.At.After(s.At) && !w.last.At.After(w.Now()); !newer {
		w.last = s
	}
	return s
}

// Late gives the stages that everybody is told of.
func (w *Watch) Late() []Stage {
	var late []Stage
	now := w.Now()
	for _, s := range w.Last().Stages {
		if w.Notice > 0 && s.Behind(now) >= w.Notice {
			late = append(late, s)
		}
	}
	return late
}

// ask asks everybody at once; whoever doesn't answer in time is not known.
func (w *Watch) ask(ctx context.Context, within time.Duration, before Snapshot, now time.Time) Snapshot {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	s := Snapshot{At: now, Stages: make([]Stage, 1+len(w.Lines)), Parts: make([]Part, len(w.Probes))}
	var asked sync.WaitGroup
	ask := func(what string, f func() error) {
		asked.Go(func() {
			if err := f(); err != nil && ctx.Err() != context.Canceled {
				w.Logger.Warn("can't be measured now", "what", what, "error", err)
			}
		})
	}
	ask("sources", func() error {
		st, err := w.Sources.Standing(ctx)
		s.Stages[0] = stage(Line{Stage: Reading}, stream.Behind{Records: int64(st.Overdue), Since: st.Since}, err, before, now)
		if err == nil {
			s.Sources = &st
		}
		return err
	})
	for i, l := range w.Lines {
		ask(l.Stage, func() error {
			b, err := stream.MeasureBehind(ctx, w.Log, l.Group, l.Topic)
			s.Stages[1+i] = stage(l, b, err, before, now)
			return err
		})
	}
	ask("rejected records", func() (err error) {
		s.Rejected, err = w.Rejected.Counts(ctx)
		return err
	})
	ask("notifications", func() error {
		u, err := w.Notifications.CountUndelivered(ctx, now.AddDate(0, 0, -UndeliveredDays))
		if err == nil {
			s.Undelivered = &u
		}
		return err
	})
	for i, p := range w.Probes {
		ask(p.Name, func() error {
			err := p.Check(ctx)
			s.Parts[i] = Part{Name: p.Name, OK: err == nil}
			return err
		})
	}
	asked.Wait()
	return s
}

func stage(l Line, b stream.Behind, err error, before Snapshot, now time.Time) Stage {
	s := Stage{Name: l.Stage, Topic: l.Topic, Group: l.Group, Waiting: b.Records, Since: b.Since, Known: err == nil, Lags: b.Lags}
	if err == nil {
		return s
	}
	s.Waiting, s.Since = -1, now
	for _, old := range before.Stages {
		if old.Name == l.Stage && !old.Since.IsZero() {
			s.Since = old.Since
		}
	}
	return s
}
