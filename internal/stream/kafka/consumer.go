package kafka

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/stream"
)

// consumer is one member of a group.
type consumer struct {
	log   *Log
	name  string // of the group, for messages
	group *kafka.ConsumerGroup
	ctx   context.Context // ends with Close
	end   context.CancelFunc
	done  sync.WaitGroup
	once  sync.Once

	mu      sync.Mutex
	now     *generation   // nil between two
	changed chan struct{} // closed when now changes
}

// place is a partition of a topic.
type place struct {
	topic string
	part  int
}

// generation is what the group gave this member until its next rebalance.
// What was fetched in an earlier one and not committed is dropped with it.
type generation struct {
	kafka *kafka.Generation
	msgs  chan stream.Message
	ended <-chan struct{}

	mu        sync.Mutex // held while committing, so that commits go one after another
	committed map[place]int64
}

// Consume joins a group on topics.
func (l *Log) Consume(ctx context.Context, group string, topics ...string) (stream.Consumer, error) {
	if len(topics) == 0 {
		return nil, fault.New(fault.Invalid, "the group %.40q asks for no topic", group)
	}
	for _, name := range append([]string{group}, topics...) {
		if err := stream.CheckName(name); err != nil {
			return nil, err
		}
	}
	if err := l.ensure(ctx, topics...); err != nil {
		return nil, err
	}
	topics = slices.Clone(topics)
	slices.Sort(topics)
	topics = slices.Compact(topics)
	for i := range topics {
		topics[i] = l.o.Prefix + topics[i]
	}
	g, err := kafka.NewConsumerGroup(kafka.ConsumerGroupConfig{
		ID: l.o.Prefix + group, Brokers: l.o.Brokers, Topics: topics, Dialer: l.dialer,
		HeartbeatInterval: min(l.o.Session/3, time.Second), SessionTimeout: l.o.Session, RebalanceTimeout: l.o.Session,
		JoinGroupBackoff: 300 * time.Millisecond, // its default, 5 s, also delays the first join
		StartOffset:      kafka.FirstOffset, Timeout: 5 * time.Second,
		Logger: quiet(l.log), ErrorLogger: quiet(l.log),
	})
	if err != nil {
		return nil, failed("join "+group, err)
	}
	c := &consumer{log: l, name: group, group: g, changed: make(chan struct{})}
	c.ctx, c.end = context.WithCancel(l.ctx)
	c.done.Go(c.run)
	return c, nil
}

// run takes one generation after another.
func (c *consumer) run() {
	for {
		g, err := c.group.Next(c.ctx)
		switch {
		case err == nil:
			c.begin(g)
		case c.ctx.Err() != nil || errors.Is(err, kafka.ErrGroupClosed):
			return
		default: // the group pauses and tries again by itself
			c.log.log.Debug("the group could not be joined; trying again", "group", c.name, "error", err)
		}
	}
}

// begin starts the readers of a generation. All of them end with it; and it
// doesn't outlive Close.
func (c *consumer) begin(kg *kafka.Generation) {
	g := &generation{kafka: kg, msgs: make(chan stream.Message, mixed), committed: map[place]int64{}}
	ended := make(chan struct{})
	g.ended = ended
	kg.Start(func(ctx context.Context) {
		<-ctx.Done()
		close(ended)
		c.set(nil, g)
	})
	for name, partitions := range kg.Assignments {
		topic := strings.TrimPrefix(name, c.log.o.Prefix)
		for _, p := range partitions {
			if p.Offset >= 0 {
				g.committed[place{topic, p.ID}] = p.Offset
			} else {
				g.committed[place{topic, p.ID}] = 0
			}
			kg.Start(func(ctx context.Context) {
				// Its context is no full one: kafka-go's readers want a child
				// that really ends.
				ctx, cancel := context.WithCancel(ctx)
				defer cancel()
				c.log.pump(ctx, topic, p.ID, p.Offset, g.msgs)
			})
		}
	}
	c.set(g, nil)
}

// set makes g the present generation; with instead only in its place.
func (c *consumer) set(g, instead *generation) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if instead != nil && c.now != instead {
		return
	}
	if g != nil {
		select {
		case <-g.ended: // it was over before it was begun
			return
		default:
		}
	}
	c.now = g
	close(c.changed)
	c.changed = make(chan struct{})
}

func (c *consumer) present() (*generation, <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now, c.changed
}

func (c *consumer) Fetch(ctx context.Context, most int) ([]stream.Message, error) {
	for {
		if c.ctx.Err() != nil {
			return nil, stream.ErrClosed
		}
		g, changed := c.present()
		var msgs <-chan stream.Message // nil, which never gives anything, between two generations
		if g != nil {
			msgs = g.msgs
		}
		select {
		case <-c.ctx.Done():
			return nil, stream.ErrClosed
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-changed:
		case m := <-msgs:
			return drain(m, g.msgs, most), nil
		}
	}
}

func (c *consumer) Commit(ctx context.Context, msgs ...stream.Message) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	g, _ := c.present()
	if g == nil || c.ctx.Err() != nil || len(msgs) == 0 {
		return nil // others have its partitions, or will: the messages come again
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	greatest := map[place]int64{}
	for _, m := range msgs {
		p := place{m.Topic, m.Partition}
		// Only forward, and only what this generation was given.
		if have, ours := g.committed[p]; ours && m.Offset+1 > max(have, greatest[p]) {
			greatest[p] = m.Offset + 1
		}
	}
	if len(greatest) == 0 {
		return nil
	}
	offsets := map[string]map[int]int64{}
	for p, n := range greatest {
		name := c.log.o.Prefix + p.topic
		if offsets[name] == nil {
			offsets[name] = map[int]int64{}
		}
		offsets[name][p.part] = n
	}
	err := g.kafka.CommitOffsets(offsets)
	if err == nil {
		for p, n := range greatest {
			g.committed[p] = n
		}
		return nil
	}
	if late(err) {
		return nil
	}
	select {
	case <-g.ended:
		return nil
	default:
		return failed("commit", err)
	}
}

// late tells the brokers' answers to a commit of a generation that is over.
func late(err error) bool {
	return errors.Is(err, kafka.IllegalGeneration) || errors.Is(err, kafka.UnknownMemberId) || errors.Is(err, kafka.RebalanceInProgress)
}

// Close leaves the group.
func (c *consumer) Close() error {
	c.once.Do(func() {
		c.end()
		c.done.Wait()
		c.group.Close()
	})
	return nil
}
