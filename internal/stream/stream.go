// Package stream is the log: named topics of keyed records that are appended
// at one end and consumed by groups at the other. It has two implementations,
// stream/postgres and stream/kafka, that pass one suite, streamtest.
//
// What both promise:
//   - Append returns only after the records are durable; after an error some
//     of them may be there all the same (callers append again: at least once).
//   - Records of one key stay in the order in which Append calls for it
//     returned, within one partition; a partition is chosen from the key alone.
//   - Every record of a partition has an offset greater than those before it,
//     and a consumer never skips one, whatever the order in which concurrent
//     appends commit.
//   - A group sees every record at least once; a record is seen again when it
//     was not committed before its consumer went away. A committed offset never
//     goes back, not even when a consumer that lost its partitions commits late.
package stream

import (
	"context"
	"time"
)

// The topics. Each has a second one, Rejected(topic), for records that could
// not be processed.
const (
	Posts   = "posts"   // post.Record, key post.ID; crawler → indexer
	Indexed = "indexed" // ingest.Indexed, key post.ID; indexer → live feeds; kept 24 h
	Matches = "matches" // ingest.Match, key region + "|" + post.ID; indexer → incidents
)

// Partitions is the number of partitions of every topic on both engines.
const Partitions = 16

// Rejected is the topic where records of a topic go that can't be processed.
func Rejected(topic string) string { return topic + ".rejected" }

// Record is what is appended. Value is at most MaxValue bytes; a larger one is
// refused with fault.TooLarge before anything is written.
type Record struct {
	Key   string
	Value []byte
	// Headers are few and short; "reason", "origin" (topic/partition/offset)
	// and "at" on rejected records. They are UTF-8; anything else comes back
	// as U+FFFD.
	Headers map[string]string
}

// MaxValue is the greatest size of a value in bytes; Kafka's default limit of
// a record batch is 1 MiB with its framing.
const MaxValue = 1_000_000

// Message is what is consumed.
type Message struct {
	Record
	Topic     string
	Partition int
	Offset    int64
	Time      time.Time // when it was appended, by the engine's clock
}

// Log is one installation's log. It is safe for concurrent use.
type Log interface {
	// Append writes records to a topic durably, in their order per key.
	Append(ctx context.Context, topic string, records ...Record) error
	// Consume joins a group on topics. It returns at once; the group's
	// partitions are shared out among its live consumers. All consumers of a
	// group ask for the same topics. A group that is new begins at the beginning.
	Consume(ctx context.Context, group string, topics ...string) (Consumer, error)
	// Tail reads a whole topic without a group, from the given position
	// (Position{}: from the end, that is, only what is appended from now on).
	// Where a position is no longer kept the tail goes on with the oldest
	// record there is, where it is beyond the end with the end: comparing
	// Tail.Position with the asked one tells. For live feeds.
	Tail(ctx context.Context, topic string, from Position) (Tail, error)
	// Lag says for each partition of a topic how far a group is behind.
	Lag(ctx context.Context, group, topic string) ([]Lag, error)
}

// Reader looks into a topic without a group and without waiting: for measuring,
// and for people. Both logs are one. It is safe for concurrent use.
type Reader interface {
	// Kept gives for every partition the oldest offset that is kept and the next
	// that will be written.
	Kept(ctx context.Context, topic string) (first, end Position, err error)
	// Read gives records of one partition in order, from an offset on, or from
	// the oldest after it that is kept: up to max of them, fewer where they are
	// large, and none where there are none yet.
	Read(ctx context.Context, topic string, partition int, from int64, max int) ([]Message, error)
}

// Consumer is one member of a group. Its methods are called from one
// goroutine, except Close.
type Consumer interface {
	// Fetch waits for at least one message and returns up to max of them, in
	// order per partition. It returns ctx.Err() when ctx ends. When partitions
	// were taken away or given since the last Fetch it goes on with the new
	// ones; messages of lost partitions that were not committed come again
	// elsewhere.
	Fetch(ctx context.Context, max int) ([]Message, error)
	// Commit says that these messages' effects are durable. For each partition
	// the greatest offset counts. Messages of partitions that were lost since
	// they were fetched are ignored without an error: they come again.
	Commit(ctx context.Context, msgs ...Message) error
	// Close leaves the group, so that its partitions go to others at once.
	Close() error
}

// Position is the next offset to read of each partition; a missing partition
// is read from its end. Its text form ("0:15,3:2") is the event id of live feeds.
type Position map[int]int64

// Tail is a reader of a whole topic. Its methods are called from one
// goroutine, except Close.
type Tail interface {
	// Fetch waits for at least one message and returns up to max.
	Fetch(ctx context.Context, max int) ([]Message, error)
	// Position is where the next Fetch goes on, for every partition. Right
	// after Tail it holds the resolved start.
	Position() Position
	Close() error
}

// Lag is the state of one partition for one group.
type Lag struct {
	Partition int
	Committed int64 // next offset the group will be given
	End       int64 // next offset that will be written
}
