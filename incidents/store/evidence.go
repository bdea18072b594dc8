package store

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/internal/fault"
)

// Known is what is known of a post in a region.
type Known struct {
	Number     int64 // of its incident
	Rev        int64 // newest copy
	Hash       string
	DeletedRev int64 // of the reading that found it gone; 0: it is there
}

// KnownPost says whether a post belongs to an incident of the region.
func (t *Tx) KnownPost(ctx context.Context, region string, id post.ID) (Known, bool, error) {
	var k Known
	err := t.tx.QueryRow(ctx, `SELECT incident, rev, hash, coalesce(deleted_rev, 0) FROM incident_post WHERE region = $1 AND post_id = $2`, region, id).
		Scan(&k.Number, &k.Rev, &k.Hash, &k.DeletedRev)
	if errors.Is(err, pgx.ErrNoRows) {
		return k, false, nil
	}
	if err != nil {
		return k, false, fmt.Errorf("post %s in %s: %w", id, region, err)
	}
	return k, true, nil
}

// AddPost joins a post to an incident: its evidence and the incident's count.
// One that belongs to an incident of the region already is left there; ok is
// false then.
func (t *Tx) AddPost(ctx context.Context, i incident.Incident, e incident.Evidence) (ok bool, err error) {
	tag, err := t.tx.Exec(ctx, `WITH joined AS (
			INSERT INTO incident_post (region, post_id, incident, rev, hash, observed, published, visibility, joined_at, how, rule, search)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, NULLIF($11::bigint, 0), NULLIF($12::bigint, 0))
			ON CONFLICT (region, post_id) DO NOTHING RETURNING 1
		), kept AS (
			INSERT INTO incident_copy (region, post_id, rev, hash, observed, body) SELECT $1, $2, $4, $5, $6, $13 FROM joined
		)
		UPDATE incident SET posts = posts + 1, updated_at = greatest(updated_at, $9) FROM joined WHERE number = $3`,
		i.Region, e.Post, i.Number, e.Rev, e.Hash, e.Observed, e.Published, e.Visibility, e.JoinedAt, e.How, e.Rule, e.Search, e.Body)
	if err != nil {
		return false, fmt.Errorf("post %s to incident %d: %w", e.Post, i.Number, err)
	}
	return tag.RowsAffected() > 0, nil
}

// Revise keeps another revision of a post of an incident. Only a newer one
// becomes the present one; one that is newer than a deletion says that the post
// is there again. ok is false for a revision that was kept before.
func (t *Tx) Revise(ctx context.Context, region string, m post.Envelope, body post.Post) (ok bool, err error) {
	tag, err := t.tx.Exec(ctx, `INSERT INTO incident_copy (region, post_id, rev, hash, observed, body) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT DO NOTHING`, region, m.ID, m.Rev, m.Hash, m.Observed, body)
	if err != nil {
		return false, fmt.Errorf("revision %d of %s: %w", m.Rev, m.ID, err)
	}
	if tag.RowsAffected() == 0 {
		return false, nil
	}
	_, err = t.tx.Exec(ctx, `UPDATE incident_post SET copies = copies + 1,
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
	tag, err := t.tx.Exec(ctx, `UPDATE incident_post SET deleted_at = $3, deleted_rev = $4
		WHERE region = $1 AND post_id = $2 AND deleted_rev IS NULL AND rev <= $4`,
		region, m.ID, m.Observed, m.Rev)
	if err != nil {
		return false, fmt.Errorf("deletion of %s: %w", m.ID, err)
	}
	return tag.RowsAffected() > 0, nil
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
	rows, err := t.tx.Query(ctx, `SELECT p.seq, p.post_id, p.rev, p.hash, p.observed, p.published, p.visibility, p.joined_at, p.how,
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
	rows, err := t.tx.Query(ctx, `SELECT rev, hash, observed, body FROM incident_copy WHERE region = $1 AND post_id = $2 ORDER BY rev LIMIT 1000`, region, id)
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

// FindByKey gives the oldest open incident of a region and a visibility that
// has the key, was opened for one of the searches or by hand, and has a post
// with that key published within the window around a time. An incident that
// was found to be a duplicate stands for the one it repeats.
func (t *Tx) FindByKey(ctx context.Context, region string, v post.Visibility, k Key, searches []int64, published time.Time, window time.Duration) (number int64, ok bool, err error) {
	err = t.tx.QueryRow(ctx, `WITH RECURSIVE chain (number, is_open, duplicate_of, depth) AS (
			SELECT i.number, i.is_open, i.duplicate_of, 0 FROM incident_key k JOIN incident i ON i.number = k.incident
			WHERE k.region = $1 AND k.kind = $3 AND k.key = $4 AND i.visibility = $2 AND (i.search IS NULL OR i.search = ANY($5::bigint[]))
			AND k.first_at <= $7 AND k.last_at >= $6
			UNION ALL
			SELECT i.number, i.is_open, i.duplicate_of, c.depth + 1 FROM chain c JOIN incident i ON i.number = c.duplicate_of
			WHERE c.depth < 100 AND i.visibility = $2
		) SELECT number FROM chain WHERE is_open ORDER BY number LIMIT 1`,
		region, v, k.Kind, k.Key, searches, published.Add(-window), published.Add(window)).Scan(&number)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("find %s in %s: %w", k.Kind, region, err)
	}
	return number, true, nil
}

// AddKeys notes the keys of a post that joined an incident.
func (t *Tx) AddKeys(ctx context.Context, i incident.Incident, keys []Key, published time.Time) error {
	if len(keys) == 0 {
		return nil
	}
	kinds, ks := make([]string, len(keys)), make([]string, len(keys))
	for n, k := range keys {
		kinds[n], ks[n] = k.Kind, k.Key
	}
	// Rows of much repeated texts are touched only when the time span grows by
	// minutes: thousands of versions of one row, or locks on it, would be slow.
	_, err := t.tx.Exec(ctx, `INSERT INTO incident_key AS k (region, kind, key, incident, first_at, last_at)
		SELECT $1, u.kind, u.key, $2, $5, $5 FROM unnest($3::text[], $4::text[]) AS u (kind, key)
		WHERE NOT EXISTS (SELECT FROM incident_key o WHERE o.region = $1 AND o.kind = u.kind AND o.key = u.key AND o.incident = $2
			AND $5 BETWEEN o.first_at - interval '5 minutes' AND o.last_at + interval '5 minutes')
		ON CONFLICT (region, kind, key, incident) DO UPDATE SET first_at = least(k.first_at, excluded.first_at), last_at = greatest(k.last_at, excluded.last_at)`,
		i.Region, i.Number, kinds, ks, published)
	if err != nil {
		return fmt.Errorf("keys of incident %d: %w", i.Number, err)
	}
	return nil
}

// Hit is that a version of a search has matched a post in a region.
type Hit struct {
	Search    int64
	Version   int
	Region    string
	Post      post.ID
	Published time.Time
	Bucket    post.Bucket
}

// AddHits notes hits, once each.
func (t *Tx) AddHits(ctx context.Context, hits []Hit) error {
	if len(hits) == 0 {
		return nil
	}
	n := len(hits)
	searches, versions, published := make([]int64, n), make([]int, n), make([]time.Time, n)
	regions, posts, buckets := make([]string, n), make([]string, n), make([]string, n)
	for i, h := range hits {
		searches[i], versions[i], published[i] = h.Search, h.Version, h.Published
		regions[i], posts[i], buckets[i] = h.Region, string(h.Post), string(h.Bucket)
	}
	_, err := t.tx.Exec(ctx, `INSERT INTO search_hit (search, version, region, post_id, published, bucket)
		SELECT * FROM unnest($1::bigint[], $2::int[], $3::text[], $4::text[], $5::timestamptz[], $6::text[]) ON CONFLICT DO NOTHING`,
		searches, versions, regions, posts, published, buckets)
	if err != nil {
		return fmt.Errorf("hits: %w", err)
	}
	return nil
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
		return nil, Kind(fmt.Errorf("hits of search %d: %w", search, err))
	}
	return hs, nil
}

// DropBucket forgets the hits of a bucket whose posts retention has dropped.
// Evidence stays: it outlives retention.
func (s *Store) DropBucket(ctx context.Context, b post.Bucket) error {
	if _, err := s.Pool.Exec(ctx, `DELETE FROM search_hit WHERE bucket = $1`, b); err != nil {
		return Kind(fmt.Errorf("hits of bucket %s: %w", b, err))
	}
	return nil
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
