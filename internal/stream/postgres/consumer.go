package postgres

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/stream"
)

// consumer is one member of a group.
type consumer struct {
	log    *Log
	group  string
	topics []string
	member string
	ctx    context.Context // ends with Close
	end    context.CancelFunc
	done   sync.WaitGroup
	bell   <-chan struct{} // of the topics, and of new partitions
	news   chan struct{}   // partitions were given
	turn   int
	once   sync.Once // guards leaving
	err    error     // of leaving

	mu   sync.Mutex
	held map[place]*lease
}

// lease is a partition this member holds.
type lease struct {
	generation int64
	committed  int64     // as the database has it
	next       int64     // what Fetch goes on with
	leaving    time.Time // since when it is to be given up; zero: it isn't
}

// idle says whether everything that was fetched is committed.
func (s *lease) idle() bool { return s.next <= s.committed }

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
	l.hear()
	bounded, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	topics = slices.Clone(topics)
	slices.Sort(topics)
	topics = slices.Compact(topics)
	if err := makeTopic(bounded, l.pool, topics...); err != nil {
		return nil, failed("join "+group, err)
	}
	_, err := l.pool.Exec(bounded, `INSERT INTO stream_lease (grp, topic, part)
		SELECT $1, t, p FROM unnest($2::text[]) AS t, generate_series(0, $3::int - 1) AS p
		ORDER BY t, p ON CONFLICT DO NOTHING`, group, topics, stream.Partitions)
	if err != nil {
		return nil, failed("join "+group, err)
	}
	c := &consumer{log: l, group: group, topics: topics, member: newMember(), news: make(chan struct{}, 1), held: map[place]*lease{}}
	c.ctx, c.end = context.WithCancel(l.ctx)
	bell, down := l.bells.hang(topics...)
	c.bell = bell
	context.AfterFunc(c.ctx, down)
	c.done.Go(c.keep)
	return c, nil
}

func newMember() string {
	b := make([]byte, 8)
	rand.Read(b) // never fails (crypto/rand)
	return hex.EncodeToString(b)
}

func (c *consumer) Fetch(ctx context.Context, most int) ([]stream.Message, error) {
	ctx, done := both(ctx, c.ctx)
	defer done()
	c.giveUp(ctx, true)
	for {
		wants, generations := c.wants()
		var msgs []stream.Message
		var next map[place]int64
		if len(wants) > 0 {
			var err error
			if msgs, next, err = c.log.read(ctx, c.topics, wants, max(most, 1)); err != nil {
				return nil, ended(ctx, c.ctx, err)
			}
			msgs = c.accept(msgs, next, wants, generations)
		}
		if len(msgs) > 0 {
			return msgs, nil
		}
		if len(next) > 0 {
			continue
		}
		if err := c.wait(ctx); err != nil {
			return nil, ended(ctx, c.ctx, err)
		}
	}
}

func (c *consumer) wait(ctx context.Context) error {
	timer := time.NewTimer(c.log.poll)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-c.bell:
	case <-c.news:
	case <-timer.C:
	}
	return nil
}

// wants lists where the held partitions go on, each time beginning with
// another one.
func (c *consumer) wants() ([]want, map[place]int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	out := make([]want, 0, len(c.held))
	generations := make(map[place]int64, len(c.held))
	for p, s := range c.held {
		if s.leaving.IsZero() {
			out = append(out, want{p, s.next})
			generations[p] = s.generation
		}
	}
	slices.SortFunc(out, func(a, b want) int {
		if a.topic != b.topic {
			if a.topic < b.topic {
				return -1
			}
			return 1
		}
		return a.part - b.part
	})
	if len(out) > 0 {
		c.turn = (c.turn + 1) % len(out)
		out = append(out[c.turn:len(out):len(out)], out[:c.turn]...)
	}
	return out, generations
}

// accept moves the positions and drops what belongs to partitions that were
// lost, or moved, while it was being read.
func (c *consumer) accept(msgs []stream.Message, next map[place]int64, wants []want, generations map[place]int64) []stream.Message {
	c.mu.Lock()
	defer c.mu.Unlock()
	ours := make(map[place]bool, len(wants))
	for _, w := range wants {
		s := c.held[w.place]
		n, moved := next[w.place]
		if s == nil || !moved || s.generation != generations[w.place] || s.next != w.from {
			continue
		}
		if s.idle() && !slices.ContainsFunc(msgs, func(m stream.Message) bool { return m.Topic == w.topic && m.Partition == w.part }) {
			s.committed = n // skipped what was trimmed: nothing is in flight
		}
		s.next, ours[w.place] = n, true
	}
	return slices.DeleteFunc(msgs, func(m stream.Message) bool { return !ours[place{m.Topic, m.Partition}] })
}

func (c *consumer) Commit(ctx context.Context, msgs ...stream.Message) error {
	if c.ctx.Err() != nil {
		return nil // its partitions are others' already
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	topics, parts, offsets, generations := c.commits(msgs)
	if len(topics) == 0 {
		return nil
	}
	// Only the present owner's generation counts, and only forward.
	rows, err := c.log.pool.Query(ctx, `
		UPDATE stream_lease l SET committed = greatest(l.committed, w.seq)
		FROM unnest($3::text[], $4::smallint[], $5::bigint[], $6::bigint[]) AS w(topic, part, seq, generation)
		WHERE l.grp = $1 AND l.owner = $2 AND l.topic = w.topic AND l.part = w.part AND l.generation = w.generation
		RETURNING l.topic, l.part, l.committed, l.generation`, c.group, c.member, topics, parts, offsets, generations)
	if err != nil {
		return failed("commit", err)
	}
	var p place
	var committed, generation int64
	_, err = pgx.ForEachRow(rows, []any{&p.topic, &p.part, &committed, &generation}, func() error {
		c.mu.Lock()
		defer c.mu.Unlock()
		if s := c.held[p]; s != nil && s.generation == generation {
			s.committed = max(s.committed, committed)
			s.next = max(s.next, s.committed)
		}
		return nil
	})
	if err != nil {
		return failed("commit", err)
	}
	c.giveUp(ctx, false)
	return nil
}

// commits gives the greatest offset of each partition that is still held.
func (c *consumer) commits(msgs []stream.Message) (topics []string, parts []int16, offsets, generations []int64) {
	greatest := map[place]int64{}
	for _, m := range msgs {
		p := place{m.Topic, m.Partition}
		greatest[p] = max(greatest[p], m.Offset+1)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for p, n := range greatest {
		if s := c.held[p]; s != nil && n > s.committed {
			topics, parts = append(topics, p.topic), append(parts, int16(p.part))
			offsets, generations = append(offsets, n), append(generations, s.generation)
		}
	}
	return topics, parts, offsets, generations
}

// Close leaves the group.
func (c *consumer) Close() error {
	c.once.Do(func() { c.err = c.leave() })
	return c.err
}

func (c *consumer) leave() error {
	c.end()
	c.done.Wait()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	b := &pgx.Batch{}
	b.Queue(`DELETE FROM stream_member WHERE grp = $1 AND member = $2`, c.group, c.member)
	b.Queue(`UPDATE stream_lease SET owner = NULL, expires = '-infinity' WHERE grp = $1 AND owner = $2`, c.group, c.member)
	b.Queue(`SELECT pg_notify($1, $2)`, channel, groupMark+c.group)
	if err := c.log.pool.SendBatch(ctx, b).Close(); err != nil {
		return failed("leave the group; its partitions pass on when the lease ends", err)
	}
	c.log.bells.ring(groupMark + c.group)
	return nil
}
