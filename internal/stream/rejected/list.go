package rejected

import (
	"context"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/stream"
)

// Filter narrows a list. Empty fields do not narrow.
type Filter struct {
	Topic  string
	State  State
	Reason string // that the reason contains, in any case
}

// Page is a part of a list, newest first.
type Page struct {
	Records []Record
	// Next is where the next page begins; "" at the end. A page may hold less
	// than was asked for, even nothing, and not be the last: so much was looked
	// at already.
	Next string
}

// The bounds of one page: nobody waits for a million records to be looked
// through, nor are they ever held.
const (
	maxLimit  = 1000
	maxLooked = 20_000   // records
	maxBytes  = 64 << 20 // of their values
)

// List gives rejected records, newest first, at most limit (1…1,000).
func (s *Store) List(ctx context.Context, f Filter, after string, limit int) (Page, error) {
	if f.Topic != "" && !known(f.Topic) {
		return Page{}, fault.Fields(fault.Field{Path: "topic", Message: "no records of this topic can be rejected; there are " + strings.Join(Topics(), ", ")})
	}
	walk, err := s.walk(ctx, f, after)
	if err != nil {
		return Page{}, err
	}
	var page Page
	for limit = max(1, min(limit, maxLimit)); len(page.Records) < limit; {
		w, err := walk.newest(ctx)
		if err != nil {
			return Page{}, err
		}
		if w == nil {
			break
		}
		page.Records = append(page.Records, w.take())
	}
	page.Next = walk.cursor()
	return page, nil
}

// walk goes through the partitions of topics from their ends backwards.
type walk struct {
	store  *Store
	filter Filter
	ways   []*way
	looked int
	bytes  int
}

// way is one partition: [first, at) is still to be given, and of that
// [from, at) was read; what passes the filter of it is in ready.
type way struct {
	topic           string
	part            int
	first, from, at int64
	ready           []Record // oldest first
	chunk           int64
}

// The numbers of records that a partition is read by: few at first, for the
// page is often filled by others.
const (
	firstChunk   = 8
	largestChunk = 256
)

func (s *Store) walk(ctx context.Context, f Filter, after string) (*walk, error) {
	w := &walk{store: s, filter: f}
	begin, err := parseCursor(after)
	if err != nil {
		return nil, err
	}
	for _, topic := range Topics() {
		if f.Topic != "" && f.Topic != topic {
			continue
		}
		first, end, err := s.Log.Kept(ctx, stream.Rejected(topic))
		if err != nil {
			return nil, err
		}
		for part := range stream.Partitions {
			at := end[part]
			if after != "" {
				at = min(at, begin[topic][part])
			}
			if at > first[part] {
				w.ways = append(w.ways, &way{topic: topic, part: part, first: first[part], from: at, at: at, chunk: firstChunk})
			}
		}
	}
	return w, nil
}

// newest gives the partition whose next record is the newest; nil where there
// is none, or enough was looked at.
func (w *walk) newest(ctx context.Context) (found *way, err error) {
	for _, x := range w.ways {
		for len(x.ready) == 0 && x.from > x.first {
			// A chunk of each is read in any case: so every page is further than
			// the one before.
			if x.chunk > firstChunk && (w.looked >= maxLooked || w.bytes >= maxBytes) {
				return nil, nil
			}
			if err := w.more(ctx, x); err != nil {
				return nil, err
			}
		}
		if len(x.ready) == 0 {
			x.at = x.first
			continue
		}
		if found == nil || x.last().At.After(found.last().At) {
			found = x
		}
	}
	return found, nil
}

func (x *way) last() Record { return x.ready[len(x.ready)-1] }

func (x *way) take() Record {
	r := x.last()
	x.ready, x.at = x.ready[:len(x.ready)-1], r.ID.Offset
	if len(x.ready) == 0 {
		x.at = x.from
	}
	return r
}

// more reads the chunk before what was read already.
func (w *walk) more(ctx context.Context, x *way) error {
	end := x.from
	begin := max(x.first, end-x.chunk)
	x.chunk = min(2*x.chunk, largestChunk)
	var all []Record
	for at := begin; at < end; {
		ms, err := w.store.Log.Read(ctx, stream.Rejected(x.topic), x.part, at, int(end-at))
		if err != nil {
			return err
		}
		for _, m := range ms {
			if m.Offset < end { // what was trimmed meanwhile is passed over
				all = append(all, describe(x.topic, m))
			}
			w.bytes += len(m.Value)
			at = m.Offset + 1
		}
		if len(ms) == 0 {
			break
		}
	}
	w.looked += int(end - begin)
	if err := w.store.decisions(ctx, x.topic, x.part, begin, end, all); err != nil {
		return err
	}
	x.ready = slices.DeleteFunc(all, func(r Record) bool { return !w.filter.takes(r) })
	x.from, x.at = begin, end
	if len(x.ready) == 0 {
		x.at = begin
	}
	return nil
}

func (f Filter) takes(r Record) bool {
	return (f.State == "" || f.State == r.State()) &&
		(f.Reason == "" || strings.Contains(strings.ToLower(r.Reason), strings.ToLower(f.Reason)))
}

// decisions fills in what was decided about records of a part of a partition.
func (s *Store) decisions(ctx context.Context, topic string, part int, begin, end int64, records []Record) error {
	rows, err := s.Pool.Query(ctx, `SELECT seq, what, at, who, name FROM rejected_decision
		WHERE topic = $1 AND part = $2 AND seq >= $3 AND seq < $4`, topic, part, begin, end)
	if err != nil {
		return away("list rejected records", err)
	}
	made := map[int64]Decision{}
	var seq int64
	var d Decision
	_, err = pgx.ForEachRow(rows, []any{&seq, &d.What, &d.At, &d.Who, &d.Name}, func() error {
		d.At = d.At.UTC()
		made[seq] = d
		return nil
	})
	for i := range records {
		if d, ok := made[records[i].ID.Offset]; ok {
			records[i].Decision = &d
		}
	}
	return away("list rejected records", err)
}

// cursor is where the next page goes on: the end of what is left of every
// partition, as posts=0:15,3:2;matches=1:4.
func (w *walk) cursor() string {
	left := map[string]stream.Position{}
	for _, x := range w.ways {
		if x.at > x.first {
			if left[x.topic] == nil {
				left[x.topic] = stream.Position{}
			}
			left[x.topic][x.part] = x.at
		}
	}
	var parts []string
	for _, topic := range Topics() {
		if len(left[topic]) > 0 {
			parts = append(parts, topic+"="+left[topic].String())
		}
	}
	return strings.Join(parts, ";")
}

func parseCursor(s string) (map[string]stream.Position, error) {
	out := map[string]stream.Position{}
	if s == "" {
		return out, nil
	}
	for part := range strings.SplitSeq(s, ";") {
		topic, position, ok := strings.Cut(part, "=")
		p, err := stream.ParsePosition(position)
		if !ok || err != nil || !known(topic) || out[topic] != nil {
			return nil, fault.Fields(fault.Field{Path: "after", Message: "not a cursor of this list: begin with the first page"})
		}
		out[topic] = p
	}
	return out, nil
}
