package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/otklik/otklik/internal/postgres"
)

// Undelivered is how many notifications did not surely arrive once, of those
// that were made since a time.
type Undelivered struct {
	Doubtful int // may have arrived, or may have arrived twice
	Failed   int
	Late     int // should have been sent a while ago
}

// lateAfter is the time in which a notification that is due is sent, or tried.
const lateAfter = 5 * time.Minute

// CountUndelivered counts over all regions.
func (s *Store) CountUndelivered(ctx context.Context, since time.Time) (u Undelivered, err error) {
	err = s.Pool.QueryRow(ctx, `SELECT count(*) FILTER (WHERE state = 'doubtful'), count(*) FILTER (WHERE state = 'failed'),
		count(*) FILTER (WHERE state IN ('pending', 'sending') AND send_after < $2)
		FROM notification WHERE state <> 'sent' AND made >= $1`, since, s.Now().Add(-lateAfter)).Scan(&u.Doubtful, &u.Failed, &u.Late)
	if err != nil {
		return u, postgres.Kind(fmt.Errorf("undelivered notifications: %w", err))
	}
	return u, nil
}

// Undelivered gives those that failed or are doubtful, newest first.
func (t *Tx) Undelivered(ctx context.Context, v View, since time.Time, limit int) ([]Notification, error) {
	args := []any{since, limit}
	rows, err := t.tx.Query(ctx, `SELECT `+notificationColumns+` FROM notification n JOIN incident i ON i.number = n.incident
		WHERE n.state <> 'sent' AND n.state IN ('doubtful', 'failed') AND n.made >= $1 AND `+v.where(&args)+`
		ORDER BY n.made DESC, n.id DESC LIMIT $2`, args...)
	if err != nil {
		return nil, fmt.Errorf("undelivered notifications: %w", err)
	}
	ns, err := pgx.CollectRows(rows, scanNotification)
	if err != nil {
		return nil, fmt.Errorf("undelivered notifications: %w", err)
	}
	return ns, nil
}
