package glossary

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/standing"
)

// Era is a time in which one edition is the one in force. What is known of a
// bucket holds within one.
type Era struct {
	Edition int   // that came into force last
	N       int64 // of its coming
	Since   time.Time
	Others  bool // documents of other editions may be there
}

// Era gives the present one; zero before anybody wrote anything.
func (s *Store) Era(ctx context.Context) (e Era, err error) {
	err = s.Pool.QueryRow(ctx, `SELECT number, n, since,
			EXISTS (SELECT FROM edition o WHERE o.number <> edition.number AND NOT o.retired)
		FROM edition ORDER BY n DESC LIMIT 1`).Scan(&e.Edition, &e.N, &e.Since, &e.Others)
	if errors.Is(err, pgx.ErrNoRows) {
		return Era{}, nil
	}
	return e, named(err)
}

// Settled says whether every live indexer writes with an edition: no document of
// another comes any more.
func (s *Store) Settled(ctx context.Context, edition int) (ok bool, err error) {
	err = s.Pool.QueryRow(ctx, `SELECT NOT EXISTS (SELECT FROM indexer_generation WHERE seen_at > $1 AND edition <> $2)`,
		s.Now().Add(-standing.Gone), edition).Scan(&ok)
	return ok, named(err)
}

// Renewed gives the buckets that hold documents of the era's edition alone, with
// their numbers of posts when they were made anew.
func (s *Store) Renewed(ctx context.Context, e Era) (map[post.Bucket]int64, error) {
	rows, err := s.Pool.Query(ctx, `SELECT bucket, posts FROM renewed_bucket WHERE n = $1`, e.N)
	if err != nil {
		return nil, named(err)
	}
	defer rows.Close()
	out := map[post.Bucket]int64{}
	for rows.Next() {
		var b post.Bucket
		var posts int64
		if err := rows.Scan(&b, &posts); err != nil {
			return nil, named(err)
		}
		out[b] = posts
	}
	return out, named(rows.Err())
}

// Renew notes that a bucket was made anew with the era's edition, in a time in
// which every indexer wrote with it. An era that is over is no matter.
func (s *Store) Renew(ctx context.Context, e Era, b post.Bucket, posts int64) error {
	_, err := s.Pool.Exec(ctx, `INSERT INTO renewed_bucket (bucket, n, posts, at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (bucket) DO UPDATE SET n = excluded.n, posts = excluded.posts, at = excluded.at WHERE renewed_bucket.n <= excluded.n`,
		b, e.N, posts, s.Now())
	return named(err)
}

// Retire retires all editions but the era's where every bucket that there is was
// made anew in it, and says whether it did. Buckets that are there no more hold
// nothing up. The caller lists the buckets when its edition is settled, not before.
func (s *Store) Retire(ctx context.Context, e Era, buckets []post.Bucket) (done bool, err error) {
	err = pgx.BeginFunc(ctx, s.Pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `LOCK TABLE edition IN SHARE ROW EXCLUSIVE MODE`); err != nil {
			return err
		}
		err := tx.QueryRow(ctx, `SELECT $1 = (SELECT max(n) FROM edition)
				AND NOT EXISTS (SELECT FROM indexer_generation WHERE seen_at > $2 AND edition <> $3)
				AND NOT EXISTS (SELECT FROM unnest($4::text[]) b WHERE NOT EXISTS (SELECT FROM renewed_bucket r WHERE r.bucket = b AND r.n = $1))`,
			e.N, s.Now().Add(-standing.Gone), e.Edition, buckets).Scan(&done)
		if err != nil || !done {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE edition SET retired = true WHERE number <> $1`, e.Edition); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `DELETE FROM renewed_bucket WHERE n < $1 OR bucket <> ALL ($2)`, e.N, buckets)
		return err
	})
	return done && err == nil, named(err)
}

// Progress is how far the index is with being made anew.
type Progress struct {
	Edition     int
	Bucket      post.Bucket // at work
	BucketsDone int
	Buckets     int
	Done, Posts int64 // Posts 0: they were not counted in time
	PerSecond   float64
	Left        time.Duration
	Error       string // of the last try, which is repeated
	BeganAt     time.Time
	At          time.Time
	EndedAt     time.Time // zero: not yet
}

// Note keeps the progress for whoever asks.
func (s *Store) Note(ctx context.Context, p Progress) error {
	var ended *time.Time
	if !p.EndedAt.IsZero() {
		ended = &p.EndedAt
	}
	_, err := s.Pool.Exec(ctx, `INSERT INTO renewal (edition, bucket, buckets_done, buckets, done, posts, per_second, seconds_left, error, began_at, at, ended_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (one) DO UPDATE SET edition = excluded.edition, bucket = excluded.bucket, buckets_done = excluded.buckets_done, buckets = excluded.buckets,
			done = excluded.done, posts = excluded.posts, per_second = excluded.per_second, seconds_left = excluded.seconds_left, error = excluded.error,
			began_at = excluded.began_at, at = excluded.at, ended_at = excluded.ended_at`,
		p.Edition, p.Bucket, p.BucketsDone, p.Buckets, p.Done, p.Posts, p.PerSecond, p.Left.Seconds(), p.Error, p.BeganAt, s.Now(), ended)
	if err != nil {
		return fmt.Errorf("progress of making the index anew: %w", err)
	}
	return nil
}

// Progress gives what was noted last; zero: the index was never made anew.
func (s *Store) Progress(ctx context.Context) (p Progress, err error) {
	var left float64
	var ended *time.Time
	err = s.Pool.QueryRow(ctx, `SELECT edition, bucket, buckets_done, buckets, done, posts, per_second, seconds_left, error, began_at, at, ended_at FROM renewal`).
		Scan(&p.Edition, &p.Bucket, &p.BucketsDone, &p.Buckets, &p.Done, &p.Posts, &p.PerSecond, &left, &p.Error, &p.BeganAt, &p.At, &ended)
	if errors.Is(err, pgx.ErrNoRows) {
		return Progress{}, nil
	}
	p.Left = time.Duration(left * float64(time.Second))
	if ended != nil {
		p.EndedAt = *ended
	}
	return p, named(err)
}

// Left gives the buckets of a list that an era has still to make anew, the
// newest month first: those that people search.
func Left(all []post.Bucket, renewed map[post.Bucket]int64) []post.Bucket {
	left := slices.DeleteFunc(slices.Clone(all), func(b post.Bucket) bool { _, ok := renewed[b]; return ok })
	slices.SortStableFunc(left, func(a, b post.Bucket) int { return b.Month().Compare(a.Month()) })
	return left
}
