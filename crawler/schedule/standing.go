package schedule

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/otklik/otklik/crawler/source"
)

// Standing is how reading stands as a whole, over all regions.
type Standing struct {
	Healths map[source.Health]int // of the sources that are to be read
	Overdue int                   // of them, due for a while and read by nobody
	Since   time.Time             // when the first of those was due; zero: none is
}

// overdueAfter is the time in which a source that is due is taken up where
// crawlers are there and have room.
const overdueAfter = 30 * time.Second

// Standing counts the sources that are to be read, by health, and those that
// nobody reads although they are due: crawlers are missing, or too few.
func (s *Store) Standing(ctx context.Context) (Standing, error) {
	out := Standing{Healths: map[source.Health]int{}}
	now := s.Now()
	rows, err := s.Pool.Query(ctx, `SELECT health, count(*), count(*) FILTER (WHERE late), min(next_at) FILTER (WHERE late)
		FROM (SELECT health, next_at, next_at < $2 AND (lease_until IS NULL OR lease_until <= $1 OR lease_until > $3) AS late FROM source WHERE enabled) AS s
		GROUP BY health`, now, now.Add(-overdueAfter), now.Add(2*aheadAfter)) // a lease that ends later was given by a clock that was wrong
	if err != nil {
		return out, fmt.Errorf("how reading stands: %w", err)
	}
	var h source.Health
	var n, late int
	var since *time.Time
	_, err = pgx.ForEachRow(rows, []any{&h, &n, &late, &since}, func() error {
		out.Healths[h] = n
		out.Overdue += late
		if since != nil && (out.Since.IsZero() || since.Before(out.Since)) {
			out.Since = since.UTC()
		}
		return nil
	})
	if err != nil {
		return out, fmt.Errorf("how reading stands: %w", err)
	}
	return out, nil
}
