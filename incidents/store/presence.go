package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/postgres"
)

// PresenceLasts is how long after their last sign somebody no longer has an
// incident open.
const PresenceLasts = 30 * time.Second

// Onlooker is somebody who has an incident open.
type Onlooker struct {
	Person int64  `json:"person"`
	Name   string `json:"name"`
}

// Present notes that somebody has an incident open now.
func (t *Tx) Present(ctx context.Context, number int64, who access.Person, now time.Time) error {
	_, err := t.tx.Exec(ctx, `INSERT INTO presence (incident, person, name, seen_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (incident, person) DO UPDATE SET name = excluded.name, seen_at = excluded.seen_at`, number, who.ID, who.Name, now)
	if err != nil {
		return fmt.Errorf("presence at incident %d: %w", number, err)
	}
	return nil
}

// Onlookers gives who else has had an incident open since a moment, by name.
func (t *Tx) Onlookers(ctx context.Context, number, but int64, since time.Time, most int) ([]Onlooker, error) {
	rows, err := t.tx.Query(ctx, `SELECT person, name FROM presence WHERE incident = $1 AND person <> $2 AND seen_at > $3 ORDER BY name, person LIMIT $4`,
		number, but, since, most)
	if err != nil {
		return nil, fmt.Errorf("presence at incident %d: %w", number, err)
	}
	os, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Onlooker])
	if err != nil {
		return nil, fmt.Errorf("presence at incident %d: %w", number, err)
	}
	return os, nil
}

// Absent forgets that somebody had an incident open.
func (t *Tx) Absent(ctx context.Context, number, person int64) error {
	if _, err := t.tx.Exec(ctx, `DELETE FROM presence WHERE incident = $1 AND person = $2`, number, person); err != nil {
		return fmt.Errorf("presence at incident %d: %w", number, err)
	}
	return nil
}

// ForgetPresence drops who gave no sign since a moment.
func (s *Store) ForgetPresence(ctx context.Context, since time.Time) error {
	if _, err := s.Pool.Exec(ctx, `DELETE FROM presence WHERE seen_at <= $1`, since); err != nil {
		return postgres.Kind(fmt.Errorf("presence: %w", err))
	}
	return nil
}
