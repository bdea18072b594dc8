// Package kafka is the log on Kafka, for installations that have outgrown one
// machine. Groups are built on kafka-go's ConsumerGroup generations and not on
// its Reader's, whose commits can go back after a rebalance (kafka-go #1308,
// #1398); single partitions are read by its Reader.
package kafka

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
	"golang.org/x/sync/semaphore"

	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/stream"
)

// Options of New.
type Options struct {
	Brokers     []string // host:port
	Prefix      string   // of topics and groups, so that installations can share a cluster; may be empty
	Replication int      // of topics that are made; default 1
	// Retention is how long a topic keeps its records, where a topic is made.
	// Default: 24 h for stream.Indexed, 30 days for the others.
	Retention map[string]time.Duration
	// Session is how long a consumer that died keeps its partitions; default
	// 10 s. Brokers refuse less than their group.min.session.timeout.ms, 6 s.
	Session time.Duration
	Dial    func(ctx context.Context, network, address string) (net.Conn, error) // nil: net.Dialer
	Log     *slog.Logger                                                         // default slog.Default
}

// The pace of the client.
const (
	dialTimeout   = 3 * time.Second
	callTimeout   = 15 * time.Second // one exchange, and all attempts of an Append
	metadataTTL   = 3 * time.Second
	batchWait     = time.Millisecond // how long a batch waits for company
	writeAttempts = 8
	batchRecords  = 250 // a batch takes the memory of so many messages, however few it has
	// roomBytes is what may be under way to the brokers at once. A writer goes on
	// with what its caller has given up; while brokers are away, callers who try
	// again and again would fill the memory.
	roomBytes = 32 << 20
	week      = 7 * 24 * time.Hour
)

// Log is the log of one cluster. It is safe for concurrent use.
type Log struct {
	o         Options
	log       *slog.Logger
	client    *kafka.Client
	transport *kafka.Transport
	dialer    *kafka.Dialer
	writer    *kafka.Writer
	room      *semaphore.Weighted // of roomBytes
	ctx       context.Context     // ends with Close
	end       context.CancelFunc

	mu    sync.Mutex
	known map[string]bool // topics that are there with the right number of partitions
}

var _ stream.Log = (*Log)(nil)

// New gives the log on a cluster; it connects when first used. Close it when done.
func New(o Options) (*Log, error) {
	if len(o.Brokers) == 0 {
		return nil, fault.New(fault.Invalid, "no Kafka broker is named")
	}
	for _, b := range o.Brokers {
		if _, _, err := net.SplitHostPort(b); err != nil {
			return nil, fault.New(fault.Invalid, "the Kafka broker %.80q is not host:port", b)
		}
	}
	if o.Prefix != "" {
		if err := stream.CheckName(o.Prefix); err != nil {
			return nil, err
		}
	}
	o.Replication = cmp.Or(o.Replication, 1)
	o.Session = cmp.Or(o.Session, 10*time.Second)
	if o.Dial == nil {
		o.Dial = (&net.Dialer{Timeout: dialTimeout, KeepAlive: 15 * time.Second}).DialContext
	}
	l := &Log{o: o, log: cmp.Or(o.Log, slog.Default()), known: map[string]bool{}, room: semaphore.NewWeighted(roomBytes)}
	l.ctx, l.end = context.WithCancel(context.Background())
	l.transport = &kafka.Transport{Dial: o.Dial, DialTimeout: dialTimeout, MetadataTTL: metadataTTL, ClientID: "otklik", Context: l.ctx}
	l.dialer = &kafka.Dialer{DialFunc: o.Dial, Timeout: dialTimeout, ClientID: "otklik"}
	addr := kafka.TCP(o.Brokers...)
	l.client = &kafka.Client{Addr: addr, Transport: l.transport, Timeout: callTimeout}
	l.writer = &kafka.Writer{
		Addr: addr, Transport: l.transport, Balancer: byKey{}, RequiredAcks: kafka.RequireAll, Compression: kafka.Lz4,
		BatchSize: batchRecords, BatchTimeout: batchWait, MaxAttempts: writeAttempts,
		WriteBackoffMin: 50 * time.Millisecond, WriteBackoffMax: time.Second,
		ReadTimeout: callTimeout, WriteTimeout: callTimeout,
	}
	return l, nil
}

// Close ends what is under way. Consumers and tails are closed by whoever
// opened them, before.
func (l *Log) Close() error {
	err := l.writer.Close()
	l.end()
	l.transport.CloseIdleConnections()
	return err
}

// byKey puts a record into the partition that its key has on every engine.
type byKey struct{}

func (byKey) Balance(m kafka.Message, _ ...int) int { return stream.PartitionOf(string(m.Key)) }

// Append writes records durably: every replica in sync has them. Records of
// concurrent calls travel together. After an error some or all of them may be in
// the log, now or a little later. It waits while too much is under way already.
func (l *Log) Append(ctx context.Context, topic string, records ...stream.Record) error {
	if err := stream.CheckName(topic); err != nil {
		return err
	}
	if err := stream.Check(records...); err != nil || len(records) == 0 {
		return err
	}
	bounded, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	if err := l.ensure(bounded, topic); err != nil {
		return err
	}
	msgs := make([]kafka.Message, len(records))
	for i, r := range records {
		msgs[i] = kafka.Message{Topic: l.o.Prefix + topic, Key: []byte(r.Key), Value: r.Value}
		for k, v := range r.Headers {
			msgs[i].Headers = append(msgs[i].Headers, kafka.Header{Key: strings.ToValidUTF8(k, "\uFFFD"), Value: []byte(strings.ToValidUTF8(v, "\uFFFD"))})
		}
	}
	err := l.write(bounded, msgs)
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return failed("append to "+topic, err)
}

// write hands messages to the writer and waits for them until ctx ends. What is
// given up keeps its room until the writer gives it up, too.
func (l *Log) write(ctx context.Context, msgs []kafka.Message) error {
	size := min(sizeOf(msgs), roomBytes)
	if err := l.room.Acquire(ctx, size); err != nil {
		return err
	}
	written := make(chan error, 1)
	go func() {
		defer l.room.Release(size)
		written <- l.writer.WriteMessages(l.ctx, msgs...)
	}()
	select {
	case err := <-written:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// sizeOf is what messages take in memory, about: their texts, and the batches of
// the partitions that they go to.
func sizeOf(msgs []kafka.Message) (n int64) {
	const message = 200 // bytes of one without its texts
	n = batchRecords * message * int64(min(len(msgs), stream.Partitions))
	for _, m := range msgs {
		n += int64(len(m.Key) + len(m.Value))
		for _, h := range m.Headers {
			n += int64(len(h.Key) + len(h.Value))
		}
	}
	return n
}

// Lag says for each partition of a topic how far a group is behind.
func (l *Log) Lag(ctx context.Context, group, topic string) ([]stream.Lag, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	if err := l.ensure(ctx, topic); err != nil {
		return nil, err
	}
	name := l.o.Prefix + topic
	all := make([]int, stream.Partitions)
	for p := range all {
		all[p] = p
	}
	first, end, err := l.offsets(ctx, topic)
	if err != nil {
		return nil, err
	}
	var res *kafka.OffsetFetchResponse
	err = persist(ctx, func() (err error) {
		if res, err = l.client.OffsetFetch(ctx, &kafka.OffsetFetchRequest{GroupID: l.o.Prefix + group, Topics: map[string][]int{name: all}}); err != nil {
			return err
		}
		return res.Error
	})
	if err != nil {
		return nil, failed("ask for the lag", err)
	}
	out := make([]stream.Lag, stream.Partitions)
	for p := range out {
		out[p] = stream.Lag{Partition: p, Committed: first[p], End: end[p]}
	}
	for _, p := range res.Topics[name] {
		if p.Error != nil {
			return nil, failed("ask for the lag", p.Error)
		}
		if p.CommittedOffset >= 0 && p.Partition < len(out) {
			out[p.Partition].Committed = p.CommittedOffset
			// The end was asked before: a commit since then is not beyond it.
			out[p.Partition].End = max(out[p.Partition].End, p.CommittedOffset)
		}
	}
	return out, nil
}

// offsets gives the first offset kept and the next to be written of every partition.
func (l *Log) offsets(ctx context.Context, topic string) (first, end stream.Position, err error) {
	name := l.o.Prefix + topic
	var ask []kafka.OffsetRequest
	for p := range stream.Partitions {
		ask = append(ask, kafka.FirstOffsetOf(p), kafka.LastOffsetOf(p))
	}
	var res *kafka.ListOffsetsResponse
	err = persist(ctx, func() (err error) {
		if res, err = l.client.ListOffsets(ctx, &kafka.ListOffsetsRequest{Topics: map[string][]kafka.OffsetRequest{name: ask}}); err != nil {
			return err
		}
		for _, p := range res.Topics[name] {
			err = errors.Join(err, p.Error)
		}
		return err
	})
	if err != nil {
		return nil, nil, failed("ask for offsets of "+topic, err)
	}
	first, end = stream.Position{}, stream.Position{}
	for _, p := range res.Topics[name] {
		first[p.Partition], end[p.Partition] = p.FirstOffset, p.LastOffset
	}
	if len(first) != stream.Partitions {
		return nil, nil, fault.New(fault.Unavailable, "Kafka knows %d partitions of %s, not %d", len(first), name, stream.Partitions)
	}
	return first, end, nil
}

// persistences is how often a question is asked again: a topic or a coordinator
// that is new answers "not leader" or "loading" for moments.
const persistences = 10

func persist(ctx context.Context, f func() error) error {
	for i := 1; ; i++ {
		err := f()
		var code kafka.Error
		if err == nil || !errors.As(err, &code) || !code.Temporary() || i == persistences {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(time.Duration(i) * 20 * time.Millisecond):
		}
	}
}

// failed gives an error its kind. Whatever a broker or the network says may
// pass, unless Kafka's documentation says that it doesn't.
func failed(what string, err error) error {
	var code kafka.Error
	var many kafka.WriteErrors
	var tooLarge kafka.MessageTooLargeError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled):
		return err
	case errors.As(err, &tooLarge):
		return &fault.Error{Kind: fault.TooLarge, Message: "the log could not " + what, Err: err}
	case errors.Is(err, io.ErrClosedPipe):
		return stream.ErrClosed
	case errors.As(err, &many):
		for _, e := range many {
			if e != nil {
				return failed(fmt.Sprintf("%s (%d of %d records)", what, many.Count(), len(many)), e)
			}
		}
		return nil
	case errors.As(err, &code) && code == kafka.MessageSizeTooLarge:
		return &fault.Error{Kind: fault.TooLarge, Message: "the log could not " + what, Err: err}
	case errors.As(err, &code) && !code.Temporary() && !code.Timeout():
		return &fault.Error{Kind: fault.Internal, Message: "the log could not " + what, Err: err}
	}
	return &fault.Error{Kind: fault.Unavailable, Message: "the log could not " + what, Err: err}
}
