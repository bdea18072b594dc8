package store

import (
	"context"
	"encoding/base64"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/postgres"
)

// Known is what is known of a post in a region.
type Known struct {
	Number     int64 // of its incident
	Rev        int64 // newest copy
	Hash       string
	DeletedRev int64 // of the reading that found it gone; 0: it is there
}

// PostIn is a post in a region.
type PostIn struct {
	Region string
	Post   post.ID
}

// KnownPosts gives those of some posts that belong to an incident of their region.
func (t *Tx) KnownPosts(ctx context.Context, posts ...PostIn) (map[PostIn]Known, error) {
	out := make(map[PostIn]Known, len(posts))
	if len(posts) == 0 {
		return out, nil
	}
	// A table of which nothing is known yet, or that has grown since, would be
	// read whole by a plain join: LATERAL and OFFSET 0 keep it a look for each row.
	rows, err := t.query(ctx, `SELECT w.region, w.post_id, p.incident, p.rev, p.hash, coalesce(p.deleted_rev, 0)
		FROM unnest($1::text[], $2::text[]) AS w (region, post_id)
		CROSS JOIN LATERAL (SELECT * FROM incident_post p WHERE p.region = w.region AND p.post_id = w.post_id OFFSET 0) AS p`,
		transposed(posts, func(p *PostIn) []any { return []any{p.Region, p.Post} })...)
	if err != nil {
		return nil, fmt.Errorf("known posts: %w", err)
	}
	var p PostIn
	var k Known
	if _, err = pgx.ForEachRow(rows, []any{&p.Region, &p.Post, &k.Number, &k.Rev, &k.Hash, &k.DeletedRev}, func() error {
		out[p] = k
		return nil
	}); err != nil {
		return nil, fmt.Errorf("known posts: %w", err)
	}
	return out, nil
}

// Revise keeps another revision of a post of an incident. Only a newer one
// becomes the present one; one that is newer than a deletion says that the post
// is there again. ok is false for a revision that was kept before.
func (t *Tx) Revise(ctx context.Context, region string, m post.Envelope, body post.Post) (ok bool, err error) {
	ok, err = t.exec(ctx, `INSERT INTO incident_copy (region, post_id, rev, hash, observed, body) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT DO NOTHING`, region, m.ID, m.Rev, m.Hash, m.Observed, body)
	if err != nil {
		return false, fmt.Errorf("revision %d of %s: %w", m.Rev, m.ID, err)
	}
	if !ok {
		return false, nil
	}
	_, err = t.exec(ctx, `UPDATE incident_post SET copies = copies + 1,
		hash = CASE WHEN $3 > rev THEN $4 ELSE hash END, observed = CASE WHEN $3 > rev THEN $5 ELSE observed END,
		visibility = CASE WHEN $3 > rev THEN $6 ELSE visibility END,
		deleted_at = CASE WHEN $3 > deleted_rev THEN NULL ELSE deleted_at END,
		deleted_rev = CASE WHEN $3 > deleted_rev THEN NULL ELSE deleted_rev END,
		rev = greatest(rev, $3::bigint)
		WHERE region = $1 AND post_id = $2`, region, m.ID, m.Rev, m.Hash, m.Observed, m.Visibility)
	if err != nil {
		return false, fmt.Errorf("revision %d of %s: %w", m.Rev, m.ID, err)
	}
	return true, nil
}

// MarkDeleted notes that a post is gone at its source; ok is false when that
// was noted before, or when a newer revision is known.
func (t *Tx) MarkDeleted(ctx context.Context, region string, m post.Envelope) (ok bool, err error) {
	ok, err = t.exec(ctx, `UPDATE incident_post SET deleted_at = $3, deleted_rev = $4
		WHERE region = $1 AND post_id = $2 AND deleted_rev IS NULL AND rev <= $4`,
		region, m.ID, m.Observed, m.Rev)
	if err != nil {
		return false, fmt.Errorf("deletion of %s: %w", m.ID, err)
	}
	return ok, nil
}

// Posts gives a page of an incident's evidence in the order in which it
// joined, and the cursor of the next page.
func (t *Tx) Posts(ctx context.Context, number int64, after string, limit int) ([]incident.Evidence, string, error) {
	if limit == 0 {
		limit = 50
	}
	if limit < 1 || limit > 500 {
		return nil, "", fault.Fields(fault.Field{Path: "limit", Message: "use 1…500"})
	}
	var from int64
	if after != "" {
		b, err := base64.RawURLEncoding.DecodeString(after)
		if err == nil {
			from, err = strconv.ParseInt(string(b), 10, 64)
		}
		if err != nil {
			return nil, "", fault.Fields(fault.Field{Path: "after", Message: "not a cursor of this list: begin with the first page"})
		}
	}
	rows, err := t.query(ctx, `SELECT p.seq, p.post_id, p.rev, p.hash, p.observed, p.published, p.visibility, p.joined_at, p.how,
		coalesce(p.rule, 0), coalesce(p.search, 0), p.deleted_at, p.copies, c.body
		FROM incident_post p LEFT JOIN incident_copy c USING (region, post_id, rev)
		WHERE p.incident = $1 AND p.seq > $2 ORDER BY p.seq LIMIT $3`, number, from, limit+1)
	if err != nil {
		return nil, "", fmt.Errorf("posts of incident %d: %w", number, err)
	}
	var seqs []int64
	es, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (incident.Evidence, error) {
		var e incident.Evidence
		var seq int64
		err := row.Scan(&seq, &e.Post, &e.Rev, &e.Hash, &e.Observed, &e.Published, &e.Visibility, &e.JoinedAt, &e.How,
			&e.Rule, &e.Search, &e.DeletedAt, &e.Copies, &e.Body)
		seqs = append(seqs, seq)
		for _, t := range []*time.Time{&e.Observed, &e.Published, &e.JoinedAt, e.DeletedAt} {
			if t != nil {
				*t = t.UTC()
			}
		}
		return e, err
	})
	if err != nil {
		return nil, "", fmt.Errorf("posts of incident %d: %w", number, err)
	}
	if len(es) <= limit {
		return es, "", nil
	}
	return es[:limit], base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(seqs[limit-1], 10))), nil
}

// Copies gives every revision kept of a post of a region, oldest first.
func (t *Tx) Copies(ctx context.Context, region string, id post.ID) ([]incident.Copy, error) {
	rows, err := t.query(ctx, `SELECT rev, hash, observed, body FROM incident_copy WHERE region = $1 AND post_id = $2 ORDER BY rev LIMIT 1000`, region, id)
	if err != nil {
		return nil, fmt.Errorf("copies of %s: %w", id, err)
	}
	cs, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (incident.Copy, error) {
		var c incident.Copy
		err := row.Scan(&c.Rev, &c.Hash, &c.Observed, &c.Body)
		c.Observed = c.Observed.UTC()
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("copies of %s: %w", id, err)
	}
	return cs, nil
}

// Key is something that posts about one thing have in common: the hash of
// their text, or of the address of the post that they are or forward.
type Key struct {
	Kind string
	Key  string
}

// Sought is a key that an open incident of a region and a visibility is looked
// for by: one that has it, was opened for one of the searches or by hand, and
// has a post with that key published between two times.
type Sought struct {
	Region     string
	Visibility post.Visibility
	Searches   []int64
	From, To   time.Time // both included
	Key
}

// Found is the oldest incident there is; Search is 0 where it was opened by
// hand, Number where there is none.
type Found struct {
	Number int64
	Search int64
}

// FindByKeys looks for many at once; the answers are in their order. An
// incident that was found to be a duplicate stands for the one it repeats.
func (t *Tx) FindByKeys(ctx context.Context, sought []Sought) ([]Found, error) {
	out := make([]Found, len(sought))
	if len(sought) == 0 {
		return out, nil
	}
	rows, err := t.query(ctx, `WITH RECURSIVE chain (nth, visibility, number, is_open, duplicate_of, search, depth) AS (
			SELECT s.nth, s.visibility, i.number, i.is_open, i.duplicate_of, i.search, 0
			FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[]) WITH ORDINALITY
				AS s (region, visibility, kind, key, searches, since, until, nth)
			CROSS JOIN LATERAL (SELECT incident FROM incident_key k WHERE k.region = s.region AND k.kind = s.kind AND k.key = s.key
				AND k.first_at <= s.until AND k.last_at >= s.since OFFSET 0) AS k
			CROSS JOIN LATERAL (SELECT * FROM incident i WHERE i.number = k.incident AND i.visibility = s.visibility
				AND (i.search IS NULL OR i.search = ANY (s.searches::bigint[])) OFFSET 0) AS i
			UNION ALL
			SELECT c.nth, c.visibility, i.number, i.is_open, i.duplicate_of, i.search, c.depth + 1
			FROM chain c CROSS JOIN LATERAL (SELECT * FROM incident i WHERE i.number = c.duplicate_of AND i.visibility = c.visibility OFFSET 0) AS i
			WHERE c.depth < 100
		) SELECT DISTINCT ON (nth) nth, number, coalesce(search, 0) FROM chain WHERE is_open ORDER BY nth, number`,
		transposed(sought, func(s *Sought) []any {
			return []any{s.Region, s.Visibility, s.Kind, s.Key.Key, "{" + list(s.Searches) + "}", s.From, s.To}
		})...)
	if err != nil {
		return nil, fmt.Errorf("find by keys: %w", err)
	}
	var nth int64
	var f Found
	if _, err = pgx.ForEachRow(rows, []any{&nth, &f.Number, &f.Search}, func() error { out[nth-1] = f; return nil }); err != nil {
		return nil, fmt.Errorf("find by keys: %w", err)
	}
	return out, nil
}

// Hits counts what a search has matched in the regions of a view.
func (s *Store) Hits(ctx context.Context, v View, search int64) ([]Hits, error) {
	if len(v.visibility) == 0 {
		return nil, nil
	}
	var hs []Hits
	err := s.InView(ctx, v, func(t *Tx) error {
		rows, err := t.tx.Query(ctx, `SELECT search, version, region, count(*), max(published) FROM search_hit
			WHERE search = $1 AND ($2 OR region = ANY($3::text[])) GROUP BY 1, 2, 3 ORDER BY 2, 3`, search, v.all, v.regions)
		if err != nil {
			return err
		}
		hs, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (Hits, error) {
			var h Hits
			err := row.Scan(&h.Search, &h.Version, &h.Region, &h.Posts, &h.Last)
			h.Last = h.Last.UTC()
			return h, err
		})
		return err
	})
	if err != nil {
		return nil, postgres.Kind(fmt.Errorf("hits of search %d: %w", search, err))
	}
	return hs, nil
}

// dropAtOnce is how many hits one statement removes.
const dropAtOnce = 5000

// DropBucket forgets the hits of a bucket that retention drops, in small
// statements, and gives their number. Evidence stays: it outlives retention.
func (s *Store) DropBucket(ctx context.Context, b post.Bucket) (hits int64, err error) {
	for {
		tag, err := s.Pool.Exec(ctx, `DELETE FROM search_hit WHERE ctid = ANY (ARRAY (SELECT ctid FROM search_hit WHERE bucket = $1 LIMIT $2))`, b, dropAtOnce)
		if err != nil {
			return hits, postgres.Kind(fmt.Errorf("hits of bucket %s: %w", b, err))
		}
		if hits += tag.RowsAffected(); tag.RowsAffected() < dropAtOnce {
			return hits, nil
		}
	}
}

// Forget removes a post's copies and hits everywhere (`otklik forget`), and its
// words where they became the title of an incident and of the messages about
// it. The incidents stay, and their count says that it was there.
func (s *Store) Forget(ctx context.Context, id post.ID) error {
	return s.InTx(ctx, func(t *Tx) error {
		for _, q := range []string{
			`UPDATE notification n SET subject = replace(subject, i.title, $1), text = replace(text, i.title, $1),
				data = jsonb_set(data, '{incident,title}', to_jsonb($1::text), false)
				FROM incident i JOIN incident_post p ON p.incident = i.number WHERE n.incident = i.number AND p.post_id = $1 AND p.how IN ('opened', 'hand')`,
			`UPDATE incident i SET title = $1 FROM incident_post p WHERE p.incident = i.number AND p.post_id = $1 AND p.how IN ('opened', 'hand')`,
			`DELETE FROM incident_post WHERE post_id = $1`, // takes its copies along
			`DELETE FROM search_hit WHERE post_id = $1`,
		} {
			if _, err := t.tx.Exec(ctx, q, string(id)); err != nil {
				return fmt.Errorf("forget %s: %w", id, err)
			}
		}
		return nil
	})
}
