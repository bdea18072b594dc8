// Package rejected is what becomes of records that could not be processed:
// people look at them, put them back into the topic they came from, or drop
// them. The records lie in the rejected topics of the log, of which Kafka can't
// remove single ones; what was decided about each lies in Postgres, on either
// log, and a record that nothing was decided about waits.
package rejected

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/stream"
)

// The headers of a record that was put back. They stay with it when it is
// rejected again, so that the new one points back to the old.
const (
	headerReplayOf = "replay-of" // ID of the rejected record
	headerReplays  = "replays"   // how often it was put back, this time included
)

// Topics are those whose records can be rejected. Nobody works stream.Indexed.
func Topics() []string { return []string{stream.Posts, stream.Matches} }

// State is what was decided about a record, or that nothing was.
type State string

const (
	Waiting  State = "waiting"
	Replayed State = "replayed" // put back into its topic
	Dropped  State = "dropped"  // needs nothing more
	Restored State = "restored" // of events only: dropping was taken back
)

// ID names a rejected record: its place in the rejected topic of Topic.
type ID struct {
	Topic     string
	Partition int
	Offset    int64
}

// String is the form that people give and links hold: posts-3-17.
func (id ID) String() string { return fmt.Sprintf("%s-%d-%d", id.Topic, id.Partition, id.Offset) }

// ParseID reads what String writes.
func ParseID(s string) (ID, error) {
	if parts := strings.Split(s, "-"); len(parts) == 3 && known(parts[0]) {
		partition, err1 := strconv.Atoi(parts[1])
		offset, err2 := strconv.ParseInt(parts[2], 10, 64)
		id := ID{parts[0], partition, offset}
		if err1 == nil && err2 == nil && partition >= 0 && partition < stream.Partitions && offset >= 0 && id.String() == s {
			return id, nil
		}
	}
	return ID{}, fault.New(fault.NotFound, "there is no rejected record %.60q; one is called for example posts-3-17", s)
}

func known(topic string) bool { return slices.Contains(Topics(), topic) }

// Record is a rejected record without its content.
type Record struct {
	ID       ID
	Key      string
	Reason   string
	Origin   string // where it was when it was rejected: topic/partition/offset
	At       time.Time
	Size     int // bytes of its value
	Attempts int // how often it was rejected, this time included
	ReplayOf *ID // the rejected record that was put back and came to this one
	Decision *Decision
}

// State says whether the record waits.
func (r Record) State() State {
	if r.Decision == nil {
		return Waiting
	}
	return r.Decision.What
}

// Decision is what somebody decided, and when.
type Decision struct {
	What State
	At   time.Time
	Who  int64 // 0: somebody at the command line
	Name string
}

// Forgotten says which of some posts were asked to be forgotten
// (ledger.Ledger): their content is not shown.
type Forgotten interface {
	Forgotten(ctx context.Context, ids []post.ID) (map[post.ID]bool, error)
}

// Store reads the rejected records of an installation and keeps what is decided
// about them. It is safe for concurrent use.
type Store struct {
	Pool *pgxpool.Pool
	Log  stream.Reader
	// Append puts records back. Where the log is in the same database it is one
	// transaction with the decision; otherwise a crash in between leaves a
	// record that was put back and waits still, which does no harm: whoever
	// processes it is idempotent.
	Append    func(ctx context.Context, tx pgx.Tx, topic string, records ...stream.Record) error
	Forgotten Forgotten
	Now       func() time.Time
}

// describe tells of a message of a rejected topic.
func describe(topic string, m stream.Message) Record {
	r := Record{
		ID: ID{topic, m.Partition, m.Offset}, Key: m.Key, Reason: m.Headers["reason"], Origin: m.Headers["origin"],
		At: m.Time.UTC(), Size: len(m.Value), Attempts: 1 + replays(m),
	}
	if id, err := ParseID(m.Headers[headerReplayOf]); err == nil {
		r.ReplayOf = &id
	}
	return r
}

func replays(m stream.Message) int {
	n, err := strconv.Atoi(m.Headers[headerReplays])
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// Count is how many records of a topic were rejected.
type Count struct {
	Topic   string
	Total   int64 // ever
	Waiting int64 // kept still, and undecided
}

// Counts counts without reading a record.
func (s *Store) Counts(ctx context.Context) ([]Count, error) {
	var out []Count
	for _, topic := range Topics() {
		first, end, err := s.Log.Kept(ctx, stream.Rejected(topic))
		if err != nil {
			return nil, err
		}
		c := Count{Topic: topic}
		parts, from := make([]int16, 0, len(end)), make([]int64, 0, len(end))
		for p := range end {
			c.Total += end[p]
			c.Waiting += end[p] - first[p]
			parts, from = append(parts, int16(p)), append(from, first[p])
		}
		var decided int64
		err = s.Pool.QueryRow(ctx, `SELECT count(*) FROM rejected_decision d JOIN unnest($2::smallint[], $3::bigint[]) AS k(part, first)
			ON d.part = k.part AND d.seq >= k.first WHERE d.topic = $1`, topic, parts, from).Scan(&decided)
		if err != nil {
			return nil, away("count rejected records", err)
		}
		c.Waiting = max(0, c.Waiting-decided)
		out = append(out, c)
	}
	return out, nil
}

// eventsKept is how long it is remembered who decided what.
const eventsKept = 400 * 24 * time.Hour

// Tidy forgets decisions about records that the log keeps no longer.
func (s *Store) Tidy(ctx context.Context) error {
	for _, topic := range Topics() {
		first, _, err := s.Log.Kept(ctx, stream.Rejected(topic))
		if err != nil {
			return err
		}
		for p, oldest := range first {
			if _, err := s.Pool.Exec(ctx, `DELETE FROM rejected_decision WHERE topic = $1 AND part = $2 AND seq < $3`, topic, p, oldest); err != nil {
				return away("tidy rejected records", err)
			}
		}
	}
	_, err := s.Pool.Exec(ctx, `DELETE FROM rejected_event WHERE at < $1`, s.Now().Add(-eventsKept))
	return away("tidy rejected records", err)
}
