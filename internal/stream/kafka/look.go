package kafka

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/otklik/otklik/internal/stream"
)

var _ stream.Reader = (*Log)(nil)

// Kept gives what each partition of a topic holds.
func (l *Log) Kept(ctx context.Context, topic string) (first, end stream.Position, err error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	if err := stream.CheckName(topic); err != nil {
		return nil, nil, err
	}
	if err := l.ensure(ctx, topic); err != nil {
		return nil, nil, err
	}
	return l.offsets(ctx, topic)
}

const (
	lookWait  = time.Millisecond // for a broker that has nothing to give: what is there comes at once
	lookBytes = 64 << 10         // asked for, for each record; a broker gives a whole batch in any case
)

// Read gives up to max records of one partition, from an offset on.
func (l *Log) Read(ctx context.Context, topic string, partition int, from int64, max int) ([]stream.Message, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	if err := stream.CheckName(topic); err != nil {
		return nil, err
	}
	if err := l.ensure(ctx, topic); err != nil {
		return nil, err
	}
	var msgs []stream.Message
	read := func() (err error) {
		msgs, err = l.fetch(ctx, topic, partition, from, max)
		return err
	}
	err := persist(ctx, read)
	if errors.Is(err, kafka.OffsetOutOfRange) {
		first, end, err := l.offsets(ctx, topic)
		if err != nil || from >= end[partition] {
			return nil, err
		}
		from = first[partition]
		return msgs, failed("read "+topic, persist(ctx, read))
	}
	return msgs, failed("read "+topic, err)
}

// fetch is one exchange. A broker gives whole batches: those before the offset
// are skipped.
func (l *Log) fetch(ctx context.Context, topic string, partition int, from int64, max int) ([]stream.Message, error) {
	res, err := l.client.Fetch(ctx, &kafka.FetchRequest{Topic: l.o.Prefix + topic, Partition: partition, Offset: from,
		MinBytes: 1, MaxBytes: min(maxBytes, int64(max)*lookBytes), MaxWait: lookWait})
	if err != nil {
		return nil, err
	}
	if res.Error != nil {
		return nil, res.Error
	}
	var msgs []stream.Message
	for len(msgs) < max {
		r, err := res.Records.ReadRecord()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		m := kafka.Message{Partition: partition, Offset: r.Offset, Time: r.Time, Headers: r.Headers}
		var keyErr, valueErr error
		m.Key, keyErr = kafka.ReadAll(r.Key)
		m.Value, valueErr = kafka.ReadAll(r.Value)
		if err := errors.Join(keyErr, valueErr); err != nil {
			return nil, err
		}
		if r.Offset >= from {
			msgs = append(msgs, message(topic, m))
		}
	}
	return msgs, nil
}
