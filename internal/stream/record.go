package stream

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/otklik/otklik/internal/fault"
)

// The limits of a record besides MaxValue. Together with MaxValue and the
// framing they stay below Kafka's 1 MiB for a batch.
const (
	MaxKey     = 1 << 10  // bytes
	MaxHeaders = 16 << 10 // bytes of all names and texts together
)

// ErrClosed is what the methods of a closed Consumer, Tail or Log return.
var ErrClosed = errors.New("stream: closed")

// PartitionOf is the partition of a key, on every engine: its 32-bit FNV-1a
// hash (draft-eastlake-fnv) modulo Partitions. Changing it would tear the
// order per key of what is already in the log.
func PartitionOf(key string) int {
	const basis, prime = 2166136261, 16777619
	h := uint32(basis)
	for i := range len(key) {
		h ^= uint32(key[i])
		h *= prime
	}
	return int(h % Partitions)
}

// Check says whether records are within the limits; otherwise it is
// fault.TooLarge. Implementations call it before they write anything.
func Check(records ...Record) error {
	for i, r := range records {
		headers := 0
		for k, v := range r.Headers {
			headers += len(k) + len(v)
		}
		switch {
		case len(r.Value) > MaxValue:
			return fault.New(fault.TooLarge, "record %d (key %.80q) has %d bytes, more than %d", i, r.Key, len(r.Value), MaxValue)
		case len(r.Key) > MaxKey:
			return fault.New(fault.TooLarge, "the key of record %d (%.80q…) has %d bytes, more than %d", i, r.Key, len(r.Key), MaxKey)
		case headers > MaxHeaders:
			return fault.New(fault.TooLarge, "the headers of record %d (key %.80q) have %d bytes, more than %d", i, r.Key, headers, MaxHeaders)
		}
	}
	return nil
}

var nameForm = regexp.MustCompile(`^[a-z][a-z0-9._-]{0,99}$`)

// CheckName says whether a topic or a group is well named: a small Latin
// letter, then small letters, digits, dots, dashes and underscores, 100 in all.
func CheckName(name string) error {
	if !nameForm.MatchString(name) {
		return fault.New(fault.Invalid, "%.40q cannot name a topic or a group of the log", name)
	}
	return nil
}

// CutText makes text fit for a header: valid UTF-8 of at most n bytes.
func CutText(s string, n int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "")
}

// Origin names a message: topic/partition/offset.
func (m Message) Origin() string { return fmt.Sprintf("%s/%d/%d", m.Topic, m.Partition, m.Offset) }

// Reject says that this message can't be processed, and why.
func (m Message) Reject(err error) Rejection { return Rejection{Message: m, Err: err} }

// Rejection is a message that can't be processed.
type Rejection struct {
	Message Message
	Err     error
}
