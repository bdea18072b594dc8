package postgres

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/search"
)

// One transaction of Put writes at most so much: others may wait for its rows,
// and its arguments are in memory.
const (
	chunkDocs  = 500
	chunkBytes = 8 << 20
)

// row is a document as it is written.
type row struct {
	nth       int // in the caller's docs
	id        string
	bucket    post.Bucket
	rev       int64
	kind      post.Kind
	published time.Time
	vis       string
	tags      string
	words     pgtype.TSVector
	record    string
	envelope  post.Envelope
}

// Put writes documents in transactions of up to 500 of them. Writers never
// wait for one another in a circle: each transaction takes its rows in the
// order of buckets and ids.
func (x *Index) Put(ctx context.Context, docs []search.Document) error {
	refused := map[int]error{}
	var chunk []row
	size := 0
	flush := func() error {
		defer func() { chunk, size = chunk[:0], 0 }()
		return x.chunk(ctx, chunk, refused)
	}
	for i := range docs {
		r, err := newRow(i, &docs[i])
		if err != nil {
			refused[i] = err
			continue
		}
		chunk = append(chunk, r)
		if size += r.size(); len(chunk) == chunkDocs || size > chunkBytes {
			if err := flush(); err != nil {
				return failed("take posts", err)
			}
		}
	}
	if err := flush(); err != nil {
		return failed("take posts", err)
	}
	if len(refused) > 0 {
		return &search.PutError{Refused: refused}
	}
	return nil
}

func newRow(nth int, d *search.Document) (row, error) {
	if err := d.Check(); err != nil {
		return row{}, err
	}
	kept := *d
	if d.Kind == post.Deletion { // what it marks has the content
		kept.Post, kept.JSON = nil, nil
	}
	b, err := kept.Encoded()
	if err != nil {
		return row{}, err
	}
	r := row{nth: nth, id: string(d.ID), bucket: d.Bucket, rev: d.Rev, kind: d.Kind, published: d.Published.UTC().Truncate(time.Microsecond),
		vis: string(d.Visibility), tags: tags(&d.Envelope), record: string(b), envelope: d.Envelope}
	if d.Kind != post.Deletion {
		r.words = words(d.Text)
	}
	return r, nil
}

// size is about what a row takes on its way.
func (r *row) size() int {
	const lexeme = 32
	return len(r.record)*2 + len(r.words.Lexemes)*lexeme
}

// chunk writes rows, or finds out which of them Postgres refuses.
func (x *Index) chunk(ctx context.Context, rows []row, refused map[int]error) error {
	if len(rows) == 0 {
		return nil
	}
	err := x.rounds(ctx, rows)
	switch {
	case !refusal(err):
		return err
	case len(rows) == 1:
		refused[rows[0].nth] = err
		return nil
	}
	half := len(rows) / 2
	if err := x.chunk(ctx, rows[:half], refused); err != nil {
		return err
	}
	return x.chunk(ctx, rows[half:], refused)
}

// refusal says whether an error is about the data, so that it would come again:
// class 22 data exception, 54 program limit exceeded (PostgreSQL manual,
// Appendix A).
func refusal(err error) bool {
	c := code(err)
	return len(c) == 5 && (c[:2] == "22" || c[:2] == "54")
}

// rounds writes rows in rounds. In a round a post has either contents or
// deletions, so that what a batch tells about one post happens in its order;
// nearly always there is one round.
func (x *Index) rounds(ctx context.Context, rows []row) error {
	type place struct {
		round   int
		deleted bool
	}
	var all [][]row
	at := map[string]place{}
	for _, r := range rows {
		p, deleted := at[r.id], r.kind == post.Deletion
		if p.deleted != deleted {
			p = place{p.round + 1, deleted} // contents in even rounds, deletions in odd ones
		}
		at[r.id] = p
		for len(all) <= p.round {
			all = append(all, nil)
		}
		all[p.round] = append(all[p.round], r)
	}
	for n, round := range all {
		if len(round) == 0 {
			continue
		}
		slices.SortStableFunc(round, func(a, b row) int {
			return cmp.Or(cmp.Compare(a.bucket, b.bucket), cmp.Compare(a.id, b.id), cmp.Compare(a.rev, b.rev))
		})
		work := x.write
		if n%2 == 1 {
			work = x.mark
		}
		err := again(func() error {
			ctx, cancel := context.WithTimeout(ctx, callTimeout)
			defer cancel()
			for _, b := range bucketsOf(round) {
				if err := x.bucket(ctx, b); err != nil {
					return err
				}
			}
			err := work(ctx, round)
			if code(err) == undefinedTable { // another process dropped one
				x.made.Clear()
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func bucketsOf(rows []row) (out []post.Bucket) {
	for i := range rows {
		if i == 0 || rows[i].bucket != rows[i-1].bucket {
			out = append(out, rows[i].bucket)
		}
	}
	return out
}

// The rows come in the order of ids, which is the order in which they are
// locked, also those that are not replaced. Words and tags that are the same
// stay the very same value: new counters, the most frequent write of all, then
// change no index.
const putSQL = `INSERT INTO %s AS p (id, rev, published, visibility, tags, words, record)
SELECT n.id, n.rev, n.published, n.visibility, n.tags::text[], n.words, n.record::json
FROM unnest($1::text[], $2::bigint[], $3::timestamptz[], $4::text[], $5::text[], $6::tsvector[], $7::text[])
	AS n (id, rev, published, visibility, tags, words, record)
ON CONFLICT (id) DO UPDATE SET
	rev = excluded.rev, published = excluded.published, visibility = excluded.visibility, record = excluded.record,
	tags = CASE WHEN p.tags = excluded.tags THEN p.tags ELSE excluded.tags END,
	words = CASE WHEN p.words = excluded.words THEN p.words ELSE excluded.words END
WHERE p.rev < excluded.rev`

// A post's history is written only by who holds the post's row.
const pastSQL = `INSERT INTO %s (id, rev, record)
SELECT n.id, n.rev, n.record::json FROM unnest($1::text[], $2::bigint[], $3::text[]) AS n (id, rev, record)
ON CONFLICT DO NOTHING`

// write puts contents, which are sorted by bucket, id and rev, in one
// transaction and one round trip.
func (x *Index) write(ctx context.Context, rows []row) error {
	var batch pgx.Batch
	for part := range perBucket(rows) {
		var c columns
		for i := range part {
			if i+1 == len(part) || part[i].id != part[i+1].id { // of a post, the greatest rev
				c.add(&part[i])
			}
		}
		b := part[0].bucket
		batch.Queue(fmt.Sprintf(putSQL, postsOf(b)), c.ids, c.revs, c.published, c.vis, c.tags, c.words, c.records)
		past(&batch, part, func(r *row) bool { return r.kind == post.Revision })
	}
	return x.pool.SendBatch(ctx, &batch).Close()
}

func past(batch *pgx.Batch, rows []row, kept func(*row) bool) {
	var c columns
	for i := range rows {
		if kept(&rows[i]) {
			c.add(&rows[i])
		}
	}
	if len(c.ids) > 0 {
		batch.Queue(fmt.Sprintf(pastSQL, pastOf(rows[0].bucket)), c.ids, c.revs, c.records)
	}
}

// columns are the arguments of statements about many rows.
type columns struct {
	ids, vis, tags, records []string
	revs                    []int64
	published               []time.Time
	words                   []pgtype.TSVector
}

func (c *columns) add(r *row) {
	c.ids, c.vis, c.tags, c.records = append(c.ids, r.id), append(c.vis, r.vis), append(c.tags, r.tags), append(c.records, r.record)
	c.revs, c.published, c.words = append(c.revs, r.rev), append(c.published, r.published), append(c.words, r.words)
}

// perBucket cuts sorted rows by bucket.
func perBucket(rows []row) func(yield func([]row) bool) {
	return func(yield func([]row) bool) {
		for len(rows) > 0 {
			n := 1
			for n < len(rows) && rows[n].bucket == rows[0].bucket {
				n++
			}
			if !yield(rows[:n]) {
				return
			}
			rows = rows[n:]
		}
	}
}

const (
	lockSQL = `SELECT id, rev, record FROM %s WHERE id = ANY ($1) ORDER BY id FOR UPDATE`
	markSQL = `UPDATE %s AS p SET rev = n.rev, visibility = n.visibility, record = n.record::json,
	tags = CASE WHEN p.tags = n.tags::text[] THEN p.tags ELSE n.tags::text[] END
FROM unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::text[]) AS n (id, rev, visibility, tags, record)
WHERE p.id = n.id`
)

// mark puts deletions, which are sorted by bucket, id and rev, in one
// transaction: it reads what is there, marks it and writes it back.
func (x *Index) mark(ctx context.Context, rows []row) error {
	return pgx.BeginFunc(ctx, x.pool, func(tx pgx.Tx) error {
		for part := range perBucket(rows) {
			there, err := lock(ctx, tx, part)
			if err != nil {
				return err
			}
			var c columns
			for i := range part {
				r := part[i]
				old, ok := there[r.id]
				if last := i+1 == len(part) || r.id != part[i+1].id; !ok || !last || old.rev >= r.rev {
					continue
				}
				if err := r.keep(old.record); err != nil {
					return err
				}
				c.add(&r)
			}
			var batch pgx.Batch
			if len(c.ids) > 0 {
				batch.Queue(fmt.Sprintf(markSQL, postsOf(part[0].bucket)), c.ids, c.revs, c.vis, c.tags, c.records)
			}
			past(&batch, part, func(r *row) bool { _, ok := there[r.id]; return ok })
			if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
				return err
			}
		}
		return nil
	})
}

type stored struct {
	rev    int64
	record []byte
}

func lock(ctx context.Context, tx pgx.Tx, rows []row) (map[string]stored, error) {
	ids := make([]string, len(rows))
	for i := range rows {
		ids[i] = rows[i].id
	}
	found, err := tx.Query(ctx, fmt.Sprintf(lockSQL, postsOf(rows[0].bucket)), ids)
	if err != nil {
		return nil, err
	}
	there := map[string]stored{}
	var id string
	var s stored
	_, err = pgx.ForEachRow(found, []any{&id, &s.rev, &s.record}, func() error {
		there[id] = stored{s.rev, slices.Clone(s.record)}
		return nil
	})
	return there, err
}

// keep makes of a deletion the record that takes the place of old: its own
// envelope with the content that was there, marked.
func (r *row) keep(old []byte) error {
	var was post.Record
	if err := json.Unmarshal(old, &was); err != nil {
		return fmt.Errorf("stored record of %s: %w", r.id, err)
	}
	rec := post.Record{Envelope: r.envelope, Post: was.Post}
	rec.Hash, rec.Analysis, rec.Published = was.Hash, was.Analysis, was.Published
	if rec.Visibility == post.Sealed {
		rec.Post = nil
	}
	if rec.Post != nil {
		rec.Post.Deleted = true
	}
	b, err := post.Encode(rec)
	r.record = string(b)
	return err
}
