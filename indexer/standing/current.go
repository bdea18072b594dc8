package standing

import (
	"context"
	"fmt"

	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
)

// Sees says whether there is a search that the scope may see.
func (s *Store) Sees(ctx context.Context, scope access.Scope, id int64) (bool, error) {
	_, err := s.Get(ctx, scope, id)
	if fault.KindOf(err) == fault.NotFound {
		return false, nil
	}
	return err == nil, err
}

// Current gives the present versions of searches; one that is deleted or never
// was is not in the answer.
func (s *Store) Current(ctx context.Context, ids []int64) (map[int64]int, error) {
	rows, err := s.Pool.Query(ctx, `SELECT id, version FROM search WHERE id = ANY($1) AND NOT deleted`, ids)
	if err != nil {
		return nil, fmt.Errorf("versions of searches: %w", err)
	}
	defer rows.Close()
	out := make(map[int64]int, len(ids))
	for rows.Next() {
		var id int64
		var version int
		if err := rows.Scan(&id, &version); err != nil {
			return nil, err
		}
		out[id] = version
	}
	return out, rows.Err()
}
