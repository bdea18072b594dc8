package postgres

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/otklik/otklik/internal/stream"
)

// keep renews the member's leases and brings their number to its share, until
// the consumer is closed.
func (c *consumer) keep() {
	bell, down := c.log.bells.hang(groupMark + c.group)
	defer down()
	pause := c.log.lease / 3
	first := true
	for c.ctx.Err() == nil {
		ctx, cancel := context.WithTimeout(c.ctx, callTimeout)
		err := c.beat(ctx)
		cancel()
		if c.ctx.Err() != nil {
			return
		}
		wait := pause
		if err != nil {
			c.log.log.Warn("a consumer could not renew its leases", "group", c.group, "error", err)
			wait = min(pause, time.Second)
		} else if first {
			first = false
			c.tellGroup() // so that the others make room at once
		}
		if idle(c.ctx, bell, wait) != nil {
			return
		}
	}
}

func (c *consumer) tellGroup() {
	c.log.bells.ring(groupMark + c.group)
	c.log.tell(groupMark + c.group)
}

// beat is one heartbeat. Its transactions are small, and every row of another
// member that is busy is passed by, so members never wait for each other long.
func (c *consumer) beat(ctx context.Context) error {
	seconds := c.log.lease.Seconds()
	topics, parts, generations := c.leases()
	b := &pgx.Batch{}
	b.Queue(`INSERT INTO stream_member (grp, topic, member, expires)
		SELECT $1, t, $2, clock_timestamp() + make_interval(secs => $4) FROM unnest($3::text[]) AS t
		ON CONFLICT (grp, topic, member) DO UPDATE SET expires = excluded.expires`, c.group, c.member, c.topics, seconds)
	// Only what we know we hold: a lease that was given back, or taken, while
	// the answer got lost must run out.
	b.Queue(`UPDATE stream_lease l SET expires = clock_timestamp() + make_interval(secs => $3)
		FROM unnest($4::text[], $5::smallint[], $6::bigint[]) AS w(topic, part, generation)
		WHERE l.grp = $1 AND l.owner = $2 AND l.topic = w.topic AND l.part = w.part AND l.generation = w.generation
		RETURNING l.topic, l.part, l.generation`, c.group, c.member, seconds, topics, parts, generations)
	b.Queue(`DELETE FROM stream_member WHERE (grp, topic, member) IN (
			SELECT grp, topic, member FROM stream_member WHERE grp = $1 AND expires < clock_timestamp() FOR UPDATE SKIP LOCKED)`, c.group)
	b.Queue(`SELECT topic, member FROM stream_member WHERE grp = $1 AND topic = ANY($2) AND expires >= clock_timestamp()
		ORDER BY topic, member`, c.group, c.topics)
	results := c.log.pool.SendBatch(ctx, b)
	still, members, err := readBeat(results)
	if closed := results.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return failed("renew leases", err)
	}
	c.drop(still)
	for _, topic := range c.topics {
		quota := quotaOf(topic, c.member, members[topic])
		missing := c.balance(topic, quota)
		if missing > 0 {
			if err := c.acquire(ctx, topic, missing, seconds); err != nil {
				return err
			}
		}
	}
	c.giveUp(ctx, false)
	return nil
}

func readBeat(results pgx.BatchResults) (still map[place]int64, members map[string][]string, err error) {
	if _, err := results.Exec(); err != nil {
		return nil, nil, err
	}
	rows, err := results.Query()
	if err != nil {
		return nil, nil, err
	}
	still = map[place]int64{}
	var p place
	var generation int64
	if _, err := pgx.ForEachRow(rows, []any{&p.topic, &p.part, &generation}, func() error {
		still[p] = generation
		return nil
	}); err != nil {
		return nil, nil, err
	}
	if _, err := results.Exec(); err != nil {
		return nil, nil, err
	}
	if rows, err = results.Query(); err != nil {
		return nil, nil, err
	}
	members = map[string][]string{}
	var topic, member string
	_, err = pgx.ForEachRow(rows, []any{&topic, &member}, func() error {
		members[topic] = append(members[topic], member)
		return nil
	})
	return still, members, err
}

// quotaOf is a member's share of a topic's partitions. All members compute the
// same from the same list: the shares add up. Which members get one more
// differs from topic to topic.
func quotaOf(topic, member string, members []string) int {
	n := len(members)
	rank := slices.Index(members, member)
	if rank < 0 {
		return 0
	}
	quota := stream.Partitions / n
	if (rank+stream.PartitionOf(topic))%n < stream.Partitions%n {
		quota++
	}
	return quota
}

// leases lists what is held.
func (c *consumer) leases() (topics []string, parts []int16, generations []int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for p, s := range c.held {
		topics, parts, generations = append(topics, p.topic), append(parts, int16(p.part)), append(generations, s.generation)
	}
	return topics, parts, generations
}

// drop forgets leases that others hold by now.
func (c *consumer) drop(still map[place]int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for p, s := range c.held {
		if still[p] != s.generation {
			delete(c.held, p)
		}
	}
}

// balance marks leases that are too many as leaving, idle ones first, and says
// how many are missing.
func (c *consumer) balance(topic string, quota int) (missing int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var mine []place
	for p := range c.held {
		if p.topic == topic {
			mine = append(mine, p)
		}
	}
	slices.SortFunc(mine, func(a, b place) int {
		if x, y := c.held[a].idle(), c.held[b].idle(); x != y {
			if x {
				return 1 // idle ones last: these leave
			}
			return -1
		}
		return a.part - b.part
	})
	for i, p := range mine {
		s := c.held[p]
		switch {
		case i < quota:
			s.leaving = time.Time{}
		case s.leaving.IsZero():
			s.leaving = time.Now()
		}
	}
	return max(0, quota-len(mine))
}

// giveUp gives back leaving leases whose messages are all committed. A member
// that comes for more (fetching), or that has held on for a whole lease, gives
// them back in any case: what it had not committed comes again elsewhere.
func (c *consumer) giveUp(ctx context.Context, fetching bool) {
	var topics []string
	var parts []int16
	var generations []int64
	c.mu.Lock()
	for p, s := range c.held {
		if s.leaving.IsZero() || !fetching && !s.idle() && time.Since(s.leaving) < c.log.lease {
			continue
		}
		topics, parts, generations = append(topics, p.topic), append(parts, int16(p.part)), append(generations, s.generation)
		delete(c.held, p) // before the database: from here on nothing more is handed out or committed
	}
	c.mu.Unlock()
	if len(topics) == 0 {
		return
	}
	_, err := c.log.pool.Exec(ctx, `
		UPDATE stream_lease l SET owner = NULL, expires = '-infinity'
		FROM unnest($3::text[], $4::smallint[], $5::bigint[]) AS w(topic, part, generation)
		WHERE l.grp = $1 AND l.owner = $2 AND l.topic = w.topic AND l.part = w.part AND l.generation = w.generation`,
		c.group, c.member, topics, parts, generations)
	if err != nil {
		c.log.log.Warn("a consumer could not give back its leases", "group", c.group, "error", err)
		return
	}
	c.tellGroup()
}

// acquire takes free leases.
func (c *consumer) acquire(ctx context.Context, topic string, n int, seconds float64) error {
	rows, err := c.log.pool.Query(ctx, `
		WITH free AS MATERIALIZED (
			SELECT part FROM stream_lease
			WHERE grp = $1 AND topic = $2 AND (owner IS NULL OR expires < clock_timestamp())
			ORDER BY part LIMIT $4 FOR UPDATE SKIP LOCKED
		)
		UPDATE stream_lease l SET owner = $3, generation = generation + 1, expires = clock_timestamp() + make_interval(secs => $5)
		FROM free WHERE l.grp = $1 AND l.topic = $2 AND l.part = free.part
		RETURNING l.part, l.generation, l.committed`, c.group, topic, c.member, n, seconds)
	if err != nil {
		return failed("take partitions", err)
	}
	got := map[place]*lease{}
	var part int
	var generation, committed int64
	if _, err := pgx.ForEachRow(rows, []any{&part, &generation, &committed}, func() error {
		got[place{topic, part}] = &lease{generation: generation, committed: committed, next: committed}
		return nil
	}); err != nil {
		return failed("take partitions", err)
	}
	if len(got) == 0 {
		return nil
	}
	c.mu.Lock()
	for p, s := range got {
		c.held[p] = s
	}
	c.mu.Unlock()
	token(c.news)
	return nil
}
