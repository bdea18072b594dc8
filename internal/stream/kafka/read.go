package kafka

import (
	"context"
	"log/slog"
	"maps"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/otklik/otklik/internal/stream"
)

// The limits of reading. One reader holds at most readAhead records of its
// partition, and all of a consumer's share another mixed.
const (
	readAhead  = 32
	mixed      = 256
	fetchWait  = 500 * time.Millisecond // long poll; also how long closing a reader may take
	maxBytes   = 4 << 20                // of one answer; Kafka gives at least one whole batch
	linger     = 2 * time.Millisecond   // how long a begun batch waits for the next record
	readErrors = 100 * time.Millisecond // pause after an error of a reader
)

// pump reads one partition from an offset on into out until ctx ends.
func (l *Log) pump(ctx context.Context, topic string, partition int, from int64, out chan<- stream.Message) {
	r := kafka.NewReader(kafka.ReaderConfig{
		Brokers: l.o.Brokers, Topic: l.o.Prefix + topic, Partition: partition, Dialer: l.dialer,
		QueueCapacity: readAhead, MinBytes: 1, MaxBytes: maxBytes, MaxWait: fetchWait, ReadLagInterval: -1,
		ReadBackoffMin: 50 * time.Millisecond, ReadBackoffMax: time.Second,
	})
	// The reader closes behind our back: a generation must end at once.
	defer func() { go r.Close() }()
	if err := r.SetOffset(from); err != nil {
		return // only a closed reader says this
	}
	for {
		m, err := r.FetchMessage(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil { // it goes on trying by itself
			l.log.Debug("reading from Kafka failed; trying again", "topic", topic, "partition", partition, "error", err)
			select {
			case <-ctx.Done():
				return
			case <-time.After(readErrors):
			}
			continue
		}
		select {
		case <-ctx.Done():
			return
		case out <- message(topic, m):
		}
	}
}

func message(topic string, m kafka.Message) stream.Message {
	out := stream.Message{
		Record: stream.Record{Key: string(m.Key), Value: m.Value},
		Topic:  topic, Partition: m.Partition, Offset: m.Offset, Time: m.Time.UTC(),
	}
	if len(m.Headers) > 0 {
		out.Headers = make(map[string]string, len(m.Headers))
		for _, h := range m.Headers {
			out.Headers[h.Key] = string(h.Value)
		}
	}
	return out
}

// drain takes what is there after the first record, and what comes within
// moments, up to most records or maxBytes.
func drain(first stream.Message, from <-chan stream.Message, most int) []stream.Message {
	msgs := []stream.Message{first}
	size := len(first.Value)
	var timer *time.Timer
	for len(msgs) < most && size < maxBytes {
		select {
		case m := <-from:
			msgs, size = append(msgs, m), size+len(m.Value)
			continue
		default:
		}
		if timer == nil {
			timer = time.NewTimer(linger)
			defer timer.Stop()
		}
		select {
		case m := <-from:
			msgs, size = append(msgs, m), size+len(m.Value)
		case <-timer.C:
			return msgs
		}
	}
	return msgs
}

// tail reads a whole topic without a group.
type tail struct {
	msgs  chan stream.Message
	ctx   context.Context // ends with Close
	end   context.CancelFunc
	pumps sync.WaitGroup

	mu sync.Mutex
	at stream.Position
}

// Tail reads a whole topic from a position on.
func (l *Log) Tail(ctx context.Context, topic string, from stream.Position) (stream.Tail, error) {
	if err := stream.CheckName(topic); err != nil {
		return nil, err
	}
	bounded, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	if err := l.ensure(bounded, topic); err != nil {
		return nil, err
	}
	first, end, err := l.offsets(bounded, topic)
	if err != nil {
		return nil, err
	}
	at := maps.Clone(end)
	for p := range at {
		if want, ok := from[p]; ok {
			at[p] = min(max(want, first[p]), end[p])
		}
	}
	t := &tail{msgs: make(chan stream.Message, mixed), at: at}
	t.ctx, t.end = context.WithCancel(l.ctx)
	for p, offset := range at {
		t.pumps.Go(func() { l.pump(t.ctx, topic, p, offset, t.msgs) })
	}
	return t, nil
}

func (t *tail) Fetch(ctx context.Context, most int) ([]stream.Message, error) {
	if t.ctx.Err() != nil {
		return nil, stream.ErrClosed
	}
	select {
	case <-t.ctx.Done():
		return nil, stream.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	case m := <-t.msgs:
		msgs := drain(m, t.msgs, most)
		t.mu.Lock()
		defer t.mu.Unlock()
		for _, m := range msgs {
			t.at[m.Partition] = m.Offset + 1
		}
		return msgs, nil
	}
}

func (t *tail) Position() stream.Position {
	t.mu.Lock()
	defer t.mu.Unlock()
	return maps.Clone(t.at)
}

func (t *tail) Close() error {
	t.end()
	t.pumps.Wait()
	return nil
}

// quiet passes what kafka-go has to say on, at the level of debugging.
func quiet(log *slog.Logger) kafka.Logger {
	return kafka.LoggerFunc(func(format string, args ...any) { log.Debug("kafka: "+format, "args", args) })
}
