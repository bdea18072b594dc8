package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/internal/audit"
)

// Record writes who changed what of the desk's settings.
func (t *Tx) Record(ctx context.Context, e audit.Event, was, is *audit.State) error {
	return audit.Record(ctx, t.tx, e, was, is)
}

// Audit gives events within a view, the newest first.
func (t *Tx) Audit(ctx context.Context, v View, f audit.Filter) ([]audit.Event, error) {
	if len(v.visibility) == 0 || v.agencies != nil {
		return nil, nil
	}
	return audit.List(ctx, t.tx, v.regions, v.all, slices.Contains(v.visibility, "sealed"), f)
}

// Look is that somebody has looked at a sealed incident.
type Look struct {
	ID     int64
	Number int64
	Region string
	At     time.Time
	Who    int64
	Name   string // theirs, then
}

// LooksAt narrows looks. Empty fields do not narrow.
type LooksAt struct {
	Number   int64
	Who      int64
	From, To time.Time // half open
	Before   int64     // id: those that are older
	Limit    int
}

// Looks gives looks at the sealed incidents of a view, the newest first.
func (t *Tx) Looks(ctx context.Context, v View, f LooksAt) ([]Look, error) {
	args := []any{incident.EventLooked, f.Number, f.Who, moment(f.From), moment(f.To), f.Before, f.Limit}
	rows, err := t.tx.Query(ctx, `SELECT e.id, e.incident, e.region, e.at, e.who, e.name FROM incident_event e JOIN incident i ON i.number = e.incident
		WHERE e.kind = 'looked' AND e.kind = $1 AND ($2 = 0 OR e.incident = $2) AND ($3 = 0 OR e.who = $3)
			AND ($4::timestamptz IS NULL OR e.at >= $4) AND ($5::timestamptz IS NULL OR e.at < $5) AND ($6 = 0 OR e.id < $6)
			AND `+v.where(&args)+` ORDER BY e.id DESC LIMIT $7`, args...)
	if err != nil {
		return nil, fmt.Errorf("looks: %w", err)
	}
	ls, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Look])
	if err != nil {
		return nil, fmt.Errorf("looks: %w", err)
	}
	for i := range ls {
		ls[i].At = ls[i].At.UTC()
	}
	return ls, nil
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
