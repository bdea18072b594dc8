package desk

import (
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/incidents/notify"
	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/internal/fault"
)

// WatchArgs is the job that looks at a deadline when a part of it is over.
type WatchArgs struct {
	Number  int64     `json:"number"`
	Due     time.Time `json:"due"`
	Percent int       `json:"percent"` // 100: it should be over
}

// Kind is the job's name in the table of jobs.
func (WatchArgs) Kind() string { return "incident_watch" }

// DeliverArgs is the job that delivers a notification.
type DeliverArgs struct {
	Notification int64 `json:"notification"`
}

// Kind is the job's name in the table of jobs.
func (DeliverArgs) Kind() string { return "incident_deliver" }

type watcher struct {
	river.WorkerDefaults[WatchArgs]
	desk *Desk
}

func (w *watcher) Work(ctx context.Context, j *river.Job[WatchArgs]) error {
	again, err := w.desk.Watch(ctx, j.Args)
	return snooze(again, err)
}

type deliverer struct {
	river.WorkerDefaults[DeliverArgs]
	desk *Desk
}

func (w *deliverer) Work(ctx context.Context, j *river.Job[DeliverArgs]) error {
	again, err := w.desk.Deliver(ctx, j.Args)
	return snooze(again, err)
}

func snooze(again time.Duration, err error) error {
	if err == nil && again > 0 {
		return river.JobSnooze(again)
	}
	return err
}

// jobWorkers bounds how many jobs one process runs at once.
const jobWorkers = 8

// Start works the desk's jobs in this process: deadlines and deliveries. They
// end with ctx or by stop, which waits for those under way, as long as its
// context lasts.
func (d *Desk) Start(ctx context.Context) (stop func(context.Context) error, err error) {
	ws := river.NewWorkers()
	river.AddWorker(ws, &watcher{desk: d})
	river.AddWorker(ws, &deliverer{desk: d})
	return d.Store.Work(ctx, ws, jobWorkers, d.logger())
}

// Watch looks at a deadline: it warns, or says that it was broken. A job whose
// due moment is no longer the incident's does nothing; again says when to look
// once more, 0 for never.
func (d *Desk) Watch(ctx context.Context, a WatchArgs) (again time.Duration, err error) {
	err = d.Store.InTx(ctx, func(tx *store.Tx) error {
		i, err := tx.Incident(ctx, store.Everything(), a.Number, true)
		if fault.KindOf(err) == fault.NotFound {
			return nil
		}
		if err != nil {
			return err
		}
		if i.Due == nil || !i.Due.Equal(a.Due) || i.Warned >= a.Percent {
			return nil
		}
		now := d.now()
		if a.Percent >= 100 && now.Before(*i.Due) {
			again = i.Due.Sub(now)
			return nil
		}
		if a.Percent < 100 && !now.Before(*i.Due) {
			return nil // late itself: the breach says it all
		}
		i.Warned, i.UpdatedAt = a.Percent, now
		kind := incident.EventWarned
		if a.Percent >= 100 {
			kind = incident.EventBreach
		}
		if err := tx.Save(ctx, i); err != nil {
			return err
		}
		e := incident.Event{At: now, Kind: kind, From: i.State, To: i.State}
		data := map[string]any{"clock": i.DueClock, "due": i.Due, "percent": a.Percent, "agency": i.Agency}
		if err := tx.AddEvent(ctx, i, e, data); err != nil {
			return err
		}
		return d.tell(ctx, tx, i, telling{event: kind, at: now, version: i.Version, percent: a.Percent})
	})
	return again, err
}

// The patience of deliveries: 12 attempts over about six hours.
const (
	maxAttempts = 12
	firstWait   = 10 * time.Second
	longestWait = time.Hour
)

// wait is how long after a failed attempt the next one is made.
func wait(attempt int, asked time.Duration) time.Duration {
	w := firstWait << min(attempt-1, 10)
	return min(max(w, asked), longestWait)
}

// Deliver makes one attempt at a notification. again says after what time to
// try once more, 0 for never. The attempt is written down before it is made:
// one that a crash cut off is known, and makes the message doubtful.
func (d *Desk) Deliver(ctx context.Context, a DeliverArgs) (again time.Duration, err error) {
	m, secret, ok, err := d.Store.BeginSending(ctx, a.Notification)
	if err != nil || !ok {
		return 0, err
	}
	out := d.send(ctx, notify.Kind(m.Channel), notify.Message{ID: m.ID, Key: m.Key, Address: m.Address, Secret: secret, Event: m.Event, Subject: m.Subject, Text: m.Text, Data: m.Data})
	state := store.Sent
	switch {
	case out.Result == notify.Retry && m.Attempts >= maxAttempts:
		state = store.Failed
		out.Reason = fmt.Sprintf("given up after %d attempts: %s", m.Attempts, out.Reason)
	case out.Result == notify.Retry:
		state, again = store.Pending, wait(m.Attempts, out.After)
	case out.Result != notify.Sent:
		state = store.Failed
	}
	if state != store.Sent {
		d.logger().Warn("notification is not delivered", "notification", m.ID, "incident", m.Number, "channel", m.Channel, "attempt", m.Attempts, "reason", out.Reason, "again", again)
	}
	// A process that is told to stop still says how the attempt ended.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	return again, d.Store.EndSending(ctx, m.ID, state, out.Reason, out.Unsure, d.now())
}
