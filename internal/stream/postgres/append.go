package postgres

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/stream"
)

// One transaction of Append holds at most so many records and bytes, so that
// others wait for its partitions only shortly.
const (
	chunkRecords = 1000
	chunkBytes   = 8 << 20
)

// Append writes records durably, in their order, in transactions of up to
// 1,000 records or 8 MiB.
func (l *Log) Append(ctx context.Context, topic string, records ...stream.Record) error {
	if err := check(topic, records); err != nil || len(records) == 0 {
		return err
	}
	for len(records) > 0 {
		n := chunk(records)
		if err := l.appendChunk(ctx, topic, records[:n]); err != nil {
			return err
		}
		records = records[n:]
		l.bells.ring(topic)
		l.tell(topic)
	}
	return nil
}

// AppendTx appends within the caller's transaction: the records are there when
// it commits, and not otherwise. The partitions stay locked for other writers
// until then, so it belongs to the transaction's end, and one transaction may
// call it once: two calls could lock partitions in another order than another
// transaction does.
func (l *Log) AppendTx(ctx context.Context, tx pgx.Tx, topic string, records ...stream.Record) error {
	if err := check(topic, records); err != nil || len(records) == 0 {
		return err
	}
	if err := insert(ctx, tx, topic, records); err != nil {
		return failed("append to "+topic, err)
	}
	// Here Postgres delivers the notification when the transaction commits.
	_, err := tx.Exec(ctx, `SELECT pg_notify($1, $2)`, channel, topic)
	return failed("append to "+topic, err)
}

func check(topic string, records []stream.Record) error {
	if err := stream.CheckName(topic); err != nil {
		return err
	}
	return stream.Check(records...)
}

func chunk(records []stream.Record) int {
	size := 0
	for i, r := range records {
		size += len(r.Key) + len(r.Value)
		if i > 0 && (i >= chunkRecords || size > chunkBytes) {
			return i
		}
	}
	return len(records)
}

func (l *Log) appendChunk(ctx context.Context, topic string, records []stream.Record) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	return failed("append to "+topic, insert(ctx, l.pool, topic, records))
}

// execer is a pool or a transaction.
type execer interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

// The counting of `locked` is done before the first row is changed, so all
// locks are taken, in the order of partitions, before any; a head that another
// writer has moved meanwhile is then read in its newest version. If some head
// row is missing nothing is written.
const appendSQL = `
WITH want AS MATERIALIZED (
	SELECT part, count(*) AS n FROM unnest($2::smallint[]) AS part GROUP BY part
), locked AS MATERIALIZED (
	SELECT part FROM stream_head WHERE topic = $1 AND part IN (SELECT part FROM want)
	ORDER BY part FOR NO KEY UPDATE
), moved AS (
	UPDATE stream_head h SET next = h.next + w.n FROM want w
	WHERE h.topic = $1 AND h.part = w.part AND (SELECT count(*) FROM locked) = (SELECT count(*) FROM want)
	RETURNING h.part, h.next - w.n AS base
)
INSERT INTO stream_record (topic, part, seq, at, key, value, headers)
SELECT $1, r.part, m.base + r.nth, clock_timestamp(), r.key, r.value, r.headers::json
FROM unnest($2::smallint[], $3::bigint[], $4::bytea[], $5::bytea[], $6::text[]) AS r(part, nth, key, value, headers)
JOIN moved m USING (part)`

// insert writes records in one statement: one round trip.
func insert(ctx context.Context, to execer, topic string, records []stream.Record) error {
	parts := make([]int16, len(records))
	nth := make([]int64, len(records)) // of this partition in this batch
	keys := make([][]byte, len(records))
	values := make([][]byte, len(records))
	headers := make([]*string, len(records))
	var count [stream.Partitions]int64
	for i, r := range records {
		p := stream.PartitionOf(r.Key)
		parts[i], nth[i] = int16(p), count[p]
		count[p]++
		keys[i], values[i] = []byte(r.Key), r.Value
		if r.Value == nil {
			values[i] = []byte{}
		}
		if len(r.Headers) > 0 {
			b, err := json.Marshal(r.Headers)
			if err != nil {
				return err
			}
			s := string(b)
			headers[i] = &s
		}
	}
	const tries = 2 // the second after the topic was made
	for range tries {
		tag, err := to.Exec(ctx, appendSQL, topic, parts, nth, keys, values, headers)
		if err != nil || tag.RowsAffected() == int64(len(records)) {
			return err
		}
		if err := makeTopic(ctx, to, topic); err != nil {
			return err
		}
	}
	return fault.New(fault.Internal, "the topic %s has no partitions", topic)
}

func makeTopic(ctx context.Context, to execer, topics ...string) error {
	_, err := to.Exec(ctx, `INSERT INTO stream_head (topic, part)
		SELECT t, p FROM unnest($1::text[]) AS t, generate_series(0, $2::int - 1) AS p
		ORDER BY t, p ON CONFLICT DO NOTHING`, topics, stream.Partitions)
	return err
}

// decodeHeaders reads what insert wrote.
func decodeHeaders(s *string) (map[string]string, error) {
	if s == nil {
		return nil, nil
	}
	var h map[string]string
	err := json.NewDecoder(strings.NewReader(*s)).Decode(&h)
	return h, err
}
