package store

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/internal/postgres"
)

// Touched is an incident that was written, and what says who may see it.
type Touched struct {
	Number     int64
	Version    int
	Region     string
	Agency     int64
	Visibility post.Visibility
}

// Change says that an incident is not what it was, and its version now.
type Change struct {
	Number  int64 `json:"number"`
	Version int   `json:"version"`
}

// Touched gives the incidents, at most so many, that were written since a
// snapshot ("": since none, so none), and the snapshot up to which they are.
//
// Numbers of events would not do: they are not in the order of the commits, so
// that a transaction which takes long would be passed over. A snapshot knows
// which transactions it has not seen yet. It is the system's: Seen says who may
// hear of what it gives.
func (s *Store) Touched(ctx context.Context, since string, most int) (ts []Touched, now string, err error) {
	// A row that was restored from another server may bear a number of a
	// transaction that is still to come here.
	const q = `SELECT n.now::text, i.number, i.version, i.region, coalesce(i.agency, 0), i.visibility
		FROM (SELECT pg_current_snapshot() AS now) n LEFT JOIN (
			SELECT number, version, region, agency, visibility FROM incident
			WHERE touched >= pg_snapshot_xmin(nullif($1, '')::pg_snapshot) AND NOT pg_visible_in_snapshot(touched, nullif($1, '')::pg_snapshot)
				AND pg_visible_in_snapshot(touched, pg_current_snapshot())
			ORDER BY touched LIMIT $2) i ON true`
	rows, err := s.Pool.Query(ctx, q, since, most)
	if err != nil {
		return nil, "", postgres.Kind(fmt.Errorf("changed incidents: %w", err))
	}
	var number, agency *int64
	var version *int
	var region *string
	var visibility *post.Visibility
	_, err = pgx.ForEachRow(rows, []any{&now, &number, &version, &region, &agency, &visibility}, func() error {
		if number != nil {
			ts = append(ts, Touched{*number, *version, *region, *agency, *visibility})
		}
		return nil
	})
	if err != nil {
		return nil, "", postgres.Kind(fmt.Errorf("changed incidents: %w", err))
	}
	return ts, now, nil
}

// Concerns says whether a view may take in what was touched. It spares Seen
// the asking; what it lets through is asked.
func (v View) Concerns(t Touched) bool {
	return v.Region(t.Region) && slices.Contains(v.visibility, string(t.Visibility)) && (v.agencies == nil || slices.Contains(v.agencies, t.Agency))
}

// Seen gives those of some incidents that a view sees, as they are now.
func (s *Store) Seen(ctx context.Context, v View, numbers []int64) (cs []Change, err error) {
	args := []any{numbers}
	q := "SELECT i.number, i.version FROM incident i WHERE i.number = ANY($1) AND " + v.where(&args) + " ORDER BY i.number"
	err = s.InView(ctx, v, func(t *Tx) error {
		rows, err := t.tx.Query(ctx, q, args...)
		if err == nil {
			cs, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Change])
		}
		return err
	})
	if err != nil {
		return nil, postgres.Kind(fmt.Errorf("changed incidents: %w", err))
	}
	return cs, nil
}
