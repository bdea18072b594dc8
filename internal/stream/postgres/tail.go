package postgres

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/otklik/otklik/internal/stream"
)

// tail reads a whole topic without a group.
type tail struct {
	log   *Log
	topic string
	ctx   context.Context // ends with Close
	end   context.CancelFunc
	bell  <-chan struct{}
	turn  int // which partition is served first

	mu sync.Mutex
	at stream.Position
}

// Tail reads a whole topic from a position on.
func (l *Log) Tail(ctx context.Context, topic string, from stream.Position) (stream.Tail, error) {
	if err := stream.CheckName(topic); err != nil {
		return nil, err
	}
	l.hear()
	bounded, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	if err := makeTopic(bounded, l.pool, topic); err != nil {
		return nil, failed("open "+topic, err)
	}
	at, err := l.resolve(bounded, topic, from)
	if err != nil {
		return nil, err
	}
	t := &tail{log: l, topic: topic, at: at}
	t.ctx, t.end = context.WithCancel(l.ctx)
	bell, down := l.bells.hang(topic)
	t.bell = bell
	context.AfterFunc(t.ctx, down)
	return t, nil
}

// resolve gives a whole position within what is kept.
func (l *Log) resolve(ctx context.Context, topic string, from stream.Position) (stream.Position, error) {
	first, at, err := l.kept(ctx, topic)
	for part, end := range at {
		if want, ok := from[part]; ok {
			at[part] = min(max(want, first[part]), end)
		}
	}
	return at, failed("open "+topic, err)
}

func (t *tail) Fetch(ctx context.Context, most int) ([]stream.Message, error) {
	ctx, done := both(ctx, t.ctx)
	defer done()
	for {
		msgs, next, err := t.log.read(ctx, []string{t.topic}, t.wants(), max(most, 1))
		if err != nil {
			return nil, ended(ctx, t.ctx, err)
		}
		t.mu.Lock()
		for p, n := range next {
			t.at[p.part] = n
		}
		t.mu.Unlock()
		if len(msgs) > 0 {
			return msgs, nil
		}
		if len(next) > 0 {
			continue // skipped what was trimmed
		}
		if err := idle(ctx, t.bell, t.log.poll); err != nil {
			return nil, ended(ctx, t.ctx, err)
		}
	}
}

func (t *tail) wants() []want {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.turn++
	out := make([]want, 0, stream.Partitions)
	for i := range stream.Partitions {
		p := (i + t.turn) % stream.Partitions
		out = append(out, want{place{t.topic, p}, t.at[p]})
	}
	return out
}

func (t *tail) Position() stream.Position {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.at)
}

func (t *tail) Close() error {
	t.end()
	return nil
}

// both gives a context that ends with either.
func both(ctx, other context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(other, cancel)
	return ctx, func() { stop(); cancel() }
}

// ended turns an error into the one that a caller understands: closed, or the
// end of its own context, or what it was.
func ended(ctx, own context.Context, err error) error {
	switch {
	case own.Err() != nil:
		return stream.ErrClosed
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return err
}

// idle waits for the bell, for the poll, or for the end.
func idle(ctx context.Context, bell <-chan struct{}, poll time.Duration) error {
	timer := time.NewTimer(poll)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-bell:
	case <-timer.C:
	}
	return nil
}
