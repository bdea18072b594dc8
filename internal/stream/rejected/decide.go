package rejected

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/jackc/pgx/v5"

	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/postgres"
	"github.com/otklik/otklik/internal/stream"
)

// The most that one transaction decides about, so that it is short and holds
// little: others that append wait for it.
const (
	chunkRecords = 100
	chunkBytes   = 4 << 20
)

// Replay puts records back into the topics that they were rejected from and
// gives those that it did it to: not what is decided already, nor what is kept
// no longer. A record is put back once for a decision, whoever decides at the
// same time.
func (s *Store) Replay(ctx context.Context, who access.Person, ids ...ID) ([]ID, error) {
	return s.decide(ctx, who, Replayed, ids)
}

// Drop says of records that they need nothing more, and gives those that it did
// it to. They stay in the log as long as it keeps them.
func (s *Store) Drop(ctx context.Context, who access.Person, ids ...ID) ([]ID, error) {
	return s.decide(ctx, who, Dropped, ids)
}

// Refused says why a decision about a single record did nothing.
func (s *Store) Refused(ctx context.Context, id ID) error {
	r, _, err := s.find(ctx, id)
	switch {
	case err != nil:
		return err
	case r.State() == Replayed:
		return fault.New(fault.Conflict, "record %s was put back already, by %s", id, r.Decision.Name)
	case r.State() == Dropped:
		return fault.New(fault.Conflict, "record %s was dropped already, by %s", id, r.Decision.Name)
	}
	return fault.New(fault.Conflict, "record %s waits: somebody has just taken a decision back", id)
}

// Restore takes the dropping of a record back: it waits again. A record that
// was put back can't be restored: it is on its way.
func (s *Store) Restore(ctx context.Context, who access.Person, id ID) error {
	done := false
	err := pgx.BeginFunc(ctx, s.Pool, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `DELETE FROM rejected_decision WHERE topic = $1 AND part = $2 AND seq = $3 AND what = 'dropped'`, id.Topic, id.Partition, id.Offset)
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		done = true
		return s.note(ctx, tx, who, Restored, id.Topic, []int16{int16(id.Partition)}, []int64{id.Offset})
	})
	if err != nil || done {
		return away("restore", err)
	}
	r, _, err := s.find(ctx, id)
	switch {
	case err != nil:
		return err
	case r.State() == Replayed:
		return fault.New(fault.Conflict, "record %s was put back: that can't be taken back", id)
	}
	return fault.New(fault.Conflict, "record %s waits already", id)
}

func (s *Store) decide(ctx context.Context, who access.Person, what State, ids []ID) ([]ID, error) {
	ids = slices.Clone(ids)
	// In one order, so that two who decide about the same don't wait in a circle.
	slices.SortFunc(ids, func(a, b ID) int {
		return cmp.Or(cmp.Compare(a.Topic, b.Topic), cmp.Compare(a.Partition, b.Partition), cmp.Compare(a.Offset, b.Offset))
	})
	ids = slices.Compact(ids)
	var all []ID
	for len(ids) > 0 {
		chunk, n, err := s.load(ctx, ids)
		if err != nil {
			return all, err
		}
		done, err := s.decideChunk(ctx, who, what, chunk)
		if err != nil {
			return all, err
		}
		all, ids = append(all, done...), ids[n:]
	}
	return all, nil
}

// load reads the first of some records, of one topic, and says how many ids
// that were; what is kept no longer is passed over.
func (s *Store) load(ctx context.Context, ids []ID) (chunk []stream.Message, n int, err error) {
	size := 0
	for _, id := range ids {
		if id.Topic != ids[0].Topic || n == chunkRecords || size > chunkBytes {
			break
		}
		m, ok, err := s.read(ctx, id)
		if err != nil {
			return nil, 0, err
		}
		if ok {
			chunk, size = append(chunk, m), size+len(m.Value)
		}
		n++
	}
	return chunk, n, nil
}

func (s *Store) read(ctx context.Context, id ID) (m stream.Message, ok bool, err error) {
	ms, err := s.Log.Read(ctx, stream.Rejected(id.Topic), id.Partition, id.Offset, 1)
	if err != nil || len(ms) == 0 || ms[0].Offset != id.Offset {
		return m, false, err
	}
	return ms[0], true, nil
}

// decideChunk decides about records of one topic. The row of a decision is what
// keeps others from deciding too; it comes and goes with the transaction.
func (s *Store) decideChunk(ctx context.Context, who access.Person, what State, chunk []stream.Message) (done []ID, err error) {
	if len(chunk) == 0 {
		return nil, nil
	}
	topic := topicOf(chunk[0])
	parts, offsets := make([]int16, len(chunk)), make([]int64, len(chunk))
	for i, m := range chunk {
		parts[i], offsets[i] = int16(m.Partition), m.Offset
	}
	err = pgx.BeginFunc(ctx, s.Pool, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `INSERT INTO rejected_decision (topic, part, seq, what, at, who, name)
			SELECT $1, part, seq, $4, $5, $6, $7 FROM unnest($2::smallint[], $3::bigint[]) AS r(part, seq)
			ON CONFLICT DO NOTHING RETURNING part, seq`, topic, parts, offsets, what, s.Now(), who.ID, who.Name)
		if err != nil {
			return err
		}
		parts, offsets = parts[:0], offsets[:0]
		ours := map[ID]bool{}
		var part int16
		var offset int64
		if _, err := pgx.ForEachRow(rows, []any{&part, &offset}, func() error {
			parts, offsets = append(parts, part), append(offsets, offset)
			ours[ID{topic, int(part), offset}] = true
			return nil
		}); err != nil || len(ours) == 0 {
			return err
		}
		if err := s.note(ctx, tx, who, what, topic, parts, offsets); err != nil {
			return err
		}
		var records []stream.Record
		for _, m := range chunk {
			if id := (ID{topic, m.Partition, m.Offset}); ours[id] {
				done = append(done, id)
				records = append(records, again(id, m))
			}
		}
		if what != Replayed {
			return nil
		}
		return s.Append(ctx, tx, topic, records...) // last: see streampg.AppendTx
	})
	if err != nil {
		return nil, away("decide", err)
	}
	return done, nil
}

// topicOf is the topic that a message of a rejected one came from.
func topicOf(m stream.Message) string {
	for _, t := range Topics() {
		if m.Topic == stream.Rejected(t) {
			return t
		}
	}
	return m.Topic
}

// again is the record as it goes back: what it was, and where it comes from.
func again(id ID, m stream.Message) stream.Record {
	r := stream.Record{Key: m.Key, Value: m.Value, Headers: maps.Clone(m.Headers)}
	if r.Headers == nil {
		r.Headers = map[string]string{}
	}
	for _, told := range []string{"reason", "origin", "at"} {
		delete(r.Headers, told)
	}
	own := map[string]string{headerReplayOf: id.String(), headerReplays: strconv.Itoa(replays(m) + 1)}
	maps.Copy(r.Headers, own)
	if stream.Check(r) != nil { // its own headers leave no room
		r.Headers = own
	}
	return r
}

func (s *Store) note(ctx context.Context, tx pgx.Tx, who access.Person, what State, topic string, parts []int16, offsets []int64) error {
	_, err := tx.Exec(ctx, `INSERT INTO rejected_event (topic, part, seq, what, at, who, name)
		SELECT $1, part, seq, $4, $5, $6, $7 FROM unnest($2::smallint[], $3::bigint[]) AS r(part, seq)`,
		topic, parts, offsets, what, s.Now(), who.ID, who.Name)
	return err
}

// away says what failed, and gives an error of a database that can't answer now
// its kind.
func away(what string, err error) error {
	if err == nil {
		return nil
	}
	return postgres.Kind(fmt.Errorf("%s: %w", what, err))
}
