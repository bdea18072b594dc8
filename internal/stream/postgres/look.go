package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/otklik/otklik/internal/stream"
)

var _ stream.Reader = (*Log)(nil)

// Kept gives what each partition of a topic holds; nothing of a topic that
// nobody has written to.
func (l *Log) Kept(ctx context.Context, topic string) (first, end stream.Position, err error) {
	if err := stream.CheckName(topic); err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	if first, end, err = l.kept(ctx, topic); err != nil {
		return nil, nil, failed("look into "+topic, err)
	}
	return first, end, nil
}

func (l *Log) kept(ctx context.Context, topic string) (first, end stream.Position, err error) {
	rows, err := l.pool.Query(ctx, `
		SELECT p.part, coalesce(h.next, 0), coalesce((
			SELECT r.seq FROM stream_record r WHERE r.topic = $1 AND r.part = p.part ORDER BY r.seq LIMIT 1
		), h.next, 0)
		FROM generate_series(0, $2::int - 1) AS p(part)
		LEFT JOIN stream_head h ON h.topic = $1 AND h.part = p.part`, topic, stream.Partitions)
	if err != nil {
		return nil, nil, err
	}
	first, end = stream.Position{}, stream.Position{}
	var part int
	var next, oldest int64
	_, err = pgx.ForEachRow(rows, []any{&part, &next, &oldest}, func() error {
		first[part], end[part] = oldest, next
		return nil
	})
	return first, end, err
}

// Read gives up to max records of one partition, from an offset on.
func (l *Log) Read(ctx context.Context, topic string, partition int, from int64, max int) ([]stream.Message, error) {
	if err := stream.CheckName(topic); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	p := place{topic, partition}
	lo, err := l.oldest(ctx, p, from, from)
	if err != nil {
		return nil, err
	}
	msgs, _, err := l.readRanges(ctx, []span{{p, lo, lo + int64(max)}})
	return msgs, err
}
