package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/search"
	"github.com/otklik/otklik/internal/fault"
)

// A bucket is made anew in a table beside its own, which takes that one's name
// in the end. A trigger notes what is written to the old one meanwhile. The
// history has no words, so it stays.

const (
	noteTrigger = "search_note"
	nextPrefix  = "search_next_"

	prepareTime = 2 * time.Minute // to begin a bucket: counting reads all of it
	switchTime  = 5 * time.Minute // that writers may have to wait
	lockTime    = 3 * time.Second // that a lock is waited for: whoever comes later waits behind
)

func nextOf(b post.Bucket) string { return nextPrefix + strings.ReplaceAll(string(b), "-", "_") }

// rebuild is a bucket that is made anew.
type rebuild struct {
	x      *Index
	bucket post.Bucket
	posts  int64
	table  uint32 // oid of the new table: that nobody else has made it again

	after  string // the last id that Next gave of those that were there
	walked bool
	noted  []int64 // rows of search_changed that Next gave last
}

// Rebuild begins to make a bucket anew. See search.Rebuilder.
func (x *Index) Rebuild(ctx context.Context, b post.Bucket) (search.Rebuild, error) {
	if err := b.Check(); err != nil {
		return nil, fault.New(fault.Invalid, "%w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, prepareTime)
	defer cancel()
	r := &rebuild{x: x, bucket: b}
	err := pgx.BeginFunc(ctx, x.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, ddlLock); err != nil {
			return err
		}
		var there bool
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM search_bucket WHERE name = $1)`, string(b)).Scan(&there); err != nil {
			return err
		}
		if !there {
			return fault.New(fault.NotFound, "there is no bucket %s", b)
		}
		for _, sql := range []string{
			fmt.Sprintf(`DROP TABLE IF EXISTS %s`, nextOf(b)),
			fmt.Sprintf(`DROP TRIGGER IF EXISTS %s ON %s`, noteTrigger, postsOf(b)),
			fmt.Sprintf(`DELETE FROM search_changed WHERE posts = '%s'`, postsOf(b)),
			fmt.Sprintf(`SELECT search_posts_make('%s')`, nextOf(b)),
			// Waits for the writers under way: what they wrote is there to be read.
			fmt.Sprintf(`CREATE TRIGGER %s AFTER INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW EXECUTE FUNCTION search_note_change()`, noteTrigger, postsOf(b)),
		} {
			if _, err := tx.Exec(ctx, sql); err != nil {
				return err
			}
		}
		return tx.QueryRow(ctx, `SELECT $1::text::regclass::oid`, nextOf(b)).Scan(&r.table)
	})
	if err == nil {
		err = x.pool.QueryRow(ctx, fmt.Sprintf(`SELECT count(*) FROM %s`, postsOf(b))).Scan(&r.posts)
	}
	if err != nil {
		return nil, failed("make bucket "+string(b)+" anew", err)
	}
	return r, nil
}

// Bucket is the bucket.
func (r *rebuild) Bucket() post.Bucket { return r.bucket }

// Posts is how many there were when it began.
func (r *rebuild) Posts() int64 { return r.posts }

// Next gives posts to be brought over. See search.Rebuild.
func (r *rebuild) Next(ctx context.Context, most int) ([]post.Record, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	for {
		next := r.written
		if !r.walked {
			next = r.there
		}
		recs, more, err := next(ctx, most)
		if err != nil || len(recs) > 0 || !more {
			return recs, failed("read bucket "+string(r.bucket), err)
		}
	}
}

// there gives the next of those that were there; more says that there may be
// others, also where it gives none.
func (r *rebuild) there(ctx context.Context, most int) (recs []post.Record, more bool, err error) {
	recs, err = r.records(ctx, fmt.Sprintf(`SELECT record FROM %s WHERE id > $1 ORDER BY id LIMIT $2`, postsOf(r.bucket)), r.after, most)
	if n := len(recs); n > 0 {
		r.after = string(recs[n-1].ID)
	} else {
		r.walked = err == nil
	}
	return recs, true, err
}

// written gives the next of those that were written since.
func (r *rebuild) written(ctx context.Context, most int) (recs []post.Record, more bool, err error) {
	rows, err := r.x.pool.Query(ctx, `SELECT n, id FROM search_changed WHERE posts = $1 ORDER BY n LIMIT $2`, postsOf(r.bucket), most)
	if err != nil {
		return nil, false, err
	}
	r.noted = nil
	var ids []string
	var n int64
	var id string
	if _, err := pgx.ForEachRow(rows, []any{&n, &id}, func() error {
		r.noted, ids = append(r.noted, n), append(ids, id)
		return nil
	}); err != nil || len(ids) == 0 {
		return nil, false, err
	}
	if recs, err = r.records(ctx, fmt.Sprintf(`SELECT record FROM %s WHERE id = ANY ($1) ORDER BY id`, postsOf(r.bucket)), ids); err != nil {
		return nil, false, err
	}
	there := map[string]bool{}
	for i := range recs {
		there[string(recs[i].ID)] = true
	}
	gone := slices.DeleteFunc(ids, func(id string) bool { return there[id] })
	if len(gone) > 0 {
		if err := r.remove(ctx, gone); err != nil {
			return nil, false, err
		}
	}
	if len(recs) == 0 {
		err = r.settle(ctx)
	}
	return recs, true, err
}

func (r *rebuild) records(ctx context.Context, sql string, args ...any) (recs []post.Record, err error) {
	rows, err := r.x.pool.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	var b []byte
	_, err = pgx.ForEachRow(rows, []any{&b}, func() error {
		rec, err := decode(b)
		recs = append(recs, rec)
		return err
	})
	return recs, err
}

// settle forgets the notes that Next gave: what they say is brought over.
func (r *rebuild) settle(ctx context.Context) error {
	_, err := r.x.pool.Exec(ctx, settleSQL, r.noted)
	r.noted = nil
	return err
}

const settleSQL = `DELETE FROM search_changed WHERE n = ANY ($1)`

// A post is given in the order of its states, so the last one stands.
const nextSQL = `INSERT INTO %s (id, rev, published, visibility, tags, words, record)
SELECT n.id, n.rev, n.published, n.visibility, n.tags::text[], n.words, n.record::json
FROM unnest($1::text[], $2::bigint[], $3::timestamptz[], $4::text[], $5::text[], $6::tsvector[], $7::text[])
	AS n (id, rev, published, visibility, tags, words, record)
ON CONFLICT (id) DO UPDATE SET rev = excluded.rev, published = excluded.published, visibility = excluded.visibility,
	tags = excluded.tags, words = excluded.words, record = excluded.record`

// Put brings over what Next gave. See search.Rebuild.
func (r *rebuild) Put(ctx context.Context, docs []search.Document) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	var c columns
	for i := range docs {
		d := &docs[i]
		b, err := d.Encoded()
		if err != nil {
			return err
		}
		c.add(&row{id: string(d.ID), rev: d.Rev, published: d.Published.UTC().Truncate(time.Microsecond), vis: string(d.Visibility),
			tags: tags(&d.Envelope), words: words(d.Text), record: string(b)})
	}
	var batch pgx.Batch // one transaction
	if len(docs) > 0 {
		batch.Queue(fmt.Sprintf(nextSQL, nextOf(r.bucket)), c.ids, c.revs, c.published, c.vis, c.tags, c.words, c.records)
	}
	if len(r.noted) > 0 {
		batch.Queue(settleSQL, r.noted)
	}
	if batch.Len() == 0 {
		return nil
	}
	err := r.x.pool.SendBatch(ctx, &batch).Close()
	r.noted = nil
	return failed("make bucket "+string(r.bucket)+" anew", err)
}

// Remove takes posts out of the new table. See search.Rebuild.
func (r *rebuild) Remove(ctx context.Context, ids []post.ID) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	list := make([]string, len(ids))
	for i, id := range ids {
		list[i] = string(id)
	}
	return failed("make bucket "+string(r.bucket)+" anew", r.remove(ctx, list))
}

func (r *rebuild) remove(ctx context.Context, ids []string) error {
	_, err := r.x.pool.Exec(ctx, fmt.Sprintf(`DELETE FROM %s WHERE id = ANY ($1)`, nextOf(r.bucket)), ids)
	return err
}

// Switch puts new tables in the place of the old ones, in one transaction that
// first holds writers. See search.Rebuilder.
//
// Locks are taken in the orders of those who might wait for us: of writers by
// bucket, of readers the newest month first.
func (x *Index) Switch(ctx context.Context, all []search.Rebuild, rest func(ctx context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, switchTime)
	defer cancel()
	rs := make([]*rebuild, len(all))
	for i, r := range all {
		rs[i] = r.(*rebuild)
		// The planner has to know the new table as well as the old one.
		if _, err := x.pool.Exec(ctx, `ANALYZE `+nextOf(rs[i].bucket)); err != nil {
			return failed("switch to what was made anew", err)
		}
	}
	err := pgx.BeginFunc(ctx, x.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, fmt.Sprintf(`SET LOCAL lock_timeout = %d; SET LOCAL idle_in_transaction_session_timeout = %d`,
			lockTime.Milliseconds(), switchTime.Milliseconds())); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, ddlLock); err != nil {
			return err
		}
		slices.SortFunc(rs, func(a, b *rebuild) int { return strings.Compare(string(a.bucket), string(b.bucket)) })
		for _, r := range rs {
			if _, err := tx.Exec(ctx, fmt.Sprintf(`LOCK TABLE %s IN SHARE MODE`, postsOf(r.bucket))); err != nil {
				return err
			}
		}
		if err := rest(ctx); err != nil {
			return err
		}
		slices.SortFunc(rs, func(a, b *rebuild) int {
			if n := b.bucket.Month().Compare(a.bucket.Month()); n != 0 {
				return n
			}
			return strings.Compare(string(a.bucket), string(b.bucket))
		})
		for _, r := range rs {
			if err := r.replace(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
	if code(err) == lockNotAvailable || code(err) == deadlock {
		return &fault.Error{Kind: fault.Unavailable, Message: "searches or writers are in the way of switching to what was made anew", Err: err}
	}
	return failed("switch to what was made anew", err)
}

const lockNotAvailable = "55P03" // by lock_timeout, too

func (r *rebuild) replace(ctx context.Context, tx pgx.Tx) error {
	var same bool
	if err := tx.QueryRow(ctx, `SELECT coalesce(to_regclass($1)::oid = $2, false)`, nextOf(r.bucket), r.table).Scan(&same); err != nil {
		return err
	}
	if !same {
		return fmt.Errorf("the table %s is not the one that was made", nextOf(r.bucket))
	}
	for _, sql := range []string{
		fmt.Sprintf(`DROP TABLE %s`, postsOf(r.bucket)), // with its trigger
		fmt.Sprintf(`ALTER TABLE %s RENAME TO %s`, nextOf(r.bucket), postsOf(r.bucket)),
		fmt.Sprintf(`DELETE FROM search_changed WHERE posts = '%s'`, postsOf(r.bucket)),
	} {
		if _, err := tx.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}

// Abandon removes new tables and triggers that are left. See search.Rebuilder.
func (x *Index) Abandon(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	err := pgx.BeginFunc(ctx, x.pool, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT format('DROP TRIGGER %I ON %s', tgname, tgrelid::regclass) FROM pg_trigger
			WHERE tgname = $1 AND tgfoid = 'search_note_change'::regproc
			UNION ALL SELECT format('DROP TABLE %I', tablename) FROM pg_tables WHERE schemaname = current_schema AND starts_with(tablename, $2)`, noteTrigger, nextPrefix)
		if err != nil {
			return err
		}
		all, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil || len(all) == 0 {
			return err
		}
		for _, sql := range append(all, `DELETE FROM search_changed`) {
			if _, err := tx.Exec(ctx, sql); err != nil {
				return err
			}
		}
		return nil
	})
	return failed("remove what was not made to its end", err)
}
