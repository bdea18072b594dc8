package postgres

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// channel is the one Postgres channel of the log; the payload is a topic, or
// groupMark + group when a group's members have changed.
const (
	channel   = "otklik_stream"
	groupMark = "group:"
)

// bells wakes those who wait for topics or groups.
type bells struct {
	mu *sync.Mutex
	on map[string]map[chan struct{}]bool
}

func newBells() bells { return bells{mu: new(sync.Mutex), on: map[string]map[chan struct{}]bool{}} }

// hang gives a channel that gets a token when one of the names is rung; a
// token stays until it is taken, so no ring is missed while its owner looks.
// The second result takes the bell down.
func (b bells) hang(names ...string) (<-chan struct{}, func()) {
	c := make(chan struct{}, 1)
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, name := range names {
		if b.on[name] == nil {
			b.on[name] = map[chan struct{}]bool{}
		}
		b.on[name][c] = true
	}
	return c, func() {
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, name := range names {
			if delete(b.on[name], c); len(b.on[name]) == 0 {
				delete(b.on, name)
			}
		}
	}
}

func (b bells) ring(name string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for c := range b.on[name] {
		token(c)
	}
}

func (b bells) ringAll() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, all := range b.on {
		for c := range all {
			token(c)
		}
	}
}

func token(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// tell has other processes woken. A full box loses nothing: they poll.
func (l *Log) tell(what string) {
	select {
	case l.mail <- what:
	default:
	}
}

// announcePause gathers what many appends have to tell. NOTIFY takes a lock of
// the whole server until its transaction is on disk, so it is kept out of the
// appending transactions.
const announcePause = 3 * time.Millisecond

func (l *Log) announce() {
	for {
		pending := map[string]bool{}
		select {
		case <-l.ctx.Done():
			return
		case what := <-l.mail:
			pending[what] = true
		}
		pause := time.NewTimer(announcePause)
	gather:
		for {
			select {
			case what := <-l.mail:
				pending[what] = true
			case <-pause.C:
				break gather
			case <-l.ctx.Done():
				pause.Stop()
				break gather
			}
		}
		if err := l.notify(pending); err != nil && l.ctx.Err() == nil {
			l.log.Debug("the log's notification failed; readers poll", "error", err)
		}
	}
}

func (l *Log) notify(pending map[string]bool) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(l.ctx), callTimeout)
	defer cancel()
	b := &pgx.Batch{} // one implicit transaction
	b.Queue(`SELECT set_config('synchronous_commit', 'off', true)`)
	for what := range pending {
		b.Queue(`SELECT pg_notify($1, $2)`, channel, what)
	}
	return l.pool.SendBatch(ctx, b).Close()
}

// hear starts listening once there is somebody to wake.
func (l *Log) hear() {
	l.listen.Do(func() { l.workers.Go(l.listenForEver) })
}

const listenAgain = time.Second

func (l *Log) listenForEver() {
	for l.ctx.Err() == nil {
		if err := l.listenOnce(); err != nil && l.ctx.Err() == nil {
			l.log.Warn("the log's notifications are away; readers poll", "error", err)
		}
		select {
		case <-l.ctx.Done():
		case <-time.After(listenAgain):
		}
	}
}

// listenOnce has a connection of its own, outside the pool, for as long as it lives.
func (l *Log) listenOnce() error {
	dial, cancel := context.WithTimeout(l.ctx, callTimeout)
	defer cancel()
	conn, err := pgx.ConnectConfig(dial, l.pool.Config().ConnConfig)
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(l.ctx), time.Second)
		defer cancel()
		conn.Close(ctx)
	}()
	if _, err := conn.Exec(dial, "LISTEN "+channel); err != nil {
		return err
	}
	l.bells.ringAll() // for what came while nobody listened
	for {
		// A silent connection is looked after: one that died without a word
		// would otherwise be listened to for ever.
		ctx, cancel := context.WithTimeout(l.ctx, time.Minute)
		n, err := conn.WaitForNotification(ctx)
		quiet := errors.Is(ctx.Err(), context.DeadlineExceeded)
		cancel()
		switch {
		case l.ctx.Err() != nil:
			return nil
		case err != nil && quiet:
			return nil // the loop above dials anew
		case err != nil:
			return err
		}
		l.bells.ring(strings.TrimSpace(n.Payload))
	}
}
