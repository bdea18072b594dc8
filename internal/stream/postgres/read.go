package postgres

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/otklik/otklik/internal/stream"
)

// place is a partition of a topic.
type place struct {
	topic string
	part  int
}

// want is where a reader of a partition goes on.
type want struct {
	place
	from int64
}

// fetchBytes is how much one fetch takes at most, over one record.
const fetchBytes = 8 << 20

// read gives up to max records from the wanted places, in order per partition,
// and where each of those goes on. Both are empty when there is nothing new.
// The first wants are served first; rotate them.
func (l *Log) read(ctx context.Context, topics []string, wants []want, max int) ([]stream.Message, map[place]int64, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	heads, err := l.heads(ctx, topics)
	if err != nil {
		return nil, nil, err
	}
	ranges := share(wants, heads, max)
	if len(ranges) == 0 {
		return nil, nil, nil
	}
	msgs, next, err := l.readRanges(ctx, ranges)
	if err != nil {
		return nil, nil, err
	}
	for _, r := range ranges {
		if _, ok := next[r.place]; ok || weight(msgs) >= fetchBytes {
			continue
		}
		// The head is further, but there is nothing: it was trimmed.
		if next[r.place], err = l.oldest(ctx, r.place, r.lo, heads[r.place]); err != nil {
			return nil, nil, err
		}
	}
	return msgs, next, nil
}

func (l *Log) heads(ctx context.Context, topics []string) (map[place]int64, error) {
	rows, err := l.pool.Query(ctx, `SELECT topic, part, next FROM stream_head WHERE topic = ANY($1)`, topics)
	if err != nil {
		return nil, failed("read", err)
	}
	heads := make(map[place]int64, len(topics)*stream.Partitions)
	var p place
	var next int64
	_, err = pgx.ForEachRow(rows, []any{&p.topic, &p.part, &next}, func() error {
		heads[p] = next
		return nil
	})
	return heads, failed("read", err)
}

// span is a range of offsets lo ≤ offset < hi.
type span struct {
	place
	lo, hi int64
}

// share divides max among the partitions that have something: equally, and
// what some leave to the others.
func share(wants []want, heads map[place]int64, max int) []span {
	var out []span
	for _, w := range wants {
		if w.from < heads[w.place] {
			out = append(out, span{w.place, w.from, w.from})
		}
	}
	left := int64(max)
	for open := slices.Clone(out); len(open) > 0 && left > 0; {
		each := left / int64(len(open))
		if each == 0 {
			each = 1
		}
		open = open[:0]
		for i := range out {
			take := min(each, left, heads[out[i].place]-out[i].hi)
			out[i].hi += take
			left -= take
			if out[i].hi < heads[out[i].place] {
				open = append(open, out[i])
			}
		}
	}
	return slices.DeleteFunc(out, func(s span) bool { return s.lo == s.hi })
}

// The limit keeps the inner query a walk along the primary key, whatever the
// planner believes about the size of the table.
const rangeSQL = `
SELECT w.topic, w.part, r.seq, r.at, r.key, r.value, r.headers::text
FROM unnest($1::text[], $2::smallint[], $3::bigint[], $4::bigint[]) AS w(topic, part, lo, hi)
CROSS JOIN LATERAL (
	SELECT seq, at, key, value, headers FROM stream_record
	WHERE topic = w.topic AND part = w.part AND seq >= w.lo AND seq < w.hi
	ORDER BY seq LIMIT 100000
) AS r`

func (l *Log) readRanges(ctx context.Context, ranges []span) ([]stream.Message, map[place]int64, error) {
	topics := make([]string, len(ranges))
	parts := make([]int16, len(ranges))
	lo, hi := make([]int64, len(ranges)), make([]int64, len(ranges))
	for i, r := range ranges {
		topics[i], parts[i], lo[i], hi[i] = r.topic, int16(r.part), r.lo, r.hi
	}
	rows, err := l.pool.Query(ctx, rangeSQL, topics, parts, lo, hi)
	if err != nil {
		return nil, nil, failed("read", err)
	}
	defer rows.Close()
	var msgs []stream.Message
	next := map[place]int64{}
	size := 0
	for size < fetchBytes && rows.Next() {
		var m stream.Message
		var key []byte
		var headers *string
		if err := rows.Scan(&m.Topic, &m.Partition, &m.Offset, &m.Time, &key, &m.Value, &headers); err != nil {
			return nil, nil, failed("read", err)
		}
		p := place{m.Topic, m.Partition}
		if want, ok := next[p]; ok && m.Offset != want {
			// Only the beginning of a partition is ever trimmed, so this is
			// rows in another order than along the key: take them next time.
			continue
		}
		if m.Headers, err = decodeHeaders(headers); err != nil {
			return nil, nil, failed("read headers", err)
		}
		m.Key, m.Time = string(key), m.Time.UTC()
		next[p] = m.Offset + 1
		size += len(m.Key) + len(m.Value)
		msgs = append(msgs, m)
	}
	rows.Close()
	return msgs, next, failed("read", rows.Err())
}

// oldest is the first offset from lo on that is still kept, or the head.
func (l *Log) oldest(ctx context.Context, p place, lo, head int64) (int64, error) {
	var seq *int64
	err := l.pool.QueryRow(ctx, `SELECT min(seq) FROM stream_record WHERE topic = $1 AND part = $2 AND seq >= $3`,
		p.topic, p.part, lo).Scan(&seq)
	if err != nil {
		return 0, failed("read", err)
	}
	if seq == nil {
		return head, nil
	}
	return *seq, nil
}

func weight(msgs []stream.Message) (bytes int) {
	for _, m := range msgs {
		bytes += len(m.Key) + len(m.Value)
	}
	return bytes
}
