package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/otklik/otklik/internal/postgres"
)

// Message is a notification with its content.
type Message struct {
	Notification
	Region    string
	Agency    int64 // whose secret signs it; 0: nobody's
	Key       string
	Subject   string
	Text      string
	Data      json.RawMessage
	Unsure    bool // an attempt may have arrived without our knowing
	SendAfter time.Time
}

// States of a notification.
const (
	Pending  = "pending"
	Sending  = "sending"  // an attempt is under way, or was cut off
	Sent     = "sent"     // once
	Doubtful = "doubtful" // at least once: an earlier attempt may have arrived too
	Failed   = "failed"
)

// BeginSending marks an attempt as under way before it is made, durably. One
// that was under way already was cut off: from then on the message is unsure.
// ok is false when the notification is finished.
func (s *Store) BeginSending(ctx context.Context, id int64) (m Message, secret string, ok bool, err error) {
	err = s.Pool.QueryRow(ctx, `UPDATE notification n SET state = 'sending', attempts = attempts + 1, unsure = n.unsure OR n.state = 'sending'
		WHERE id = $1 AND state IN ('pending', 'sending')
		RETURNING id, incident, region, coalesce(agency, 0), channel, address, event, key, subject, text, data, state, unsure, attempts, made, send_after,
			coalesce((SELECT a.webhook_secret FROM agency a WHERE a.id = n.agency), '')`, id).
		Scan(&m.ID, &m.Number, &m.Region, &m.Agency, &m.Channel, &m.Address, &m.Event, &m.Key, &m.Subject, &m.Text, &m.Data, &m.State, &m.Unsure, &m.Attempts, &m.Made, &m.SendAfter, &secret)
	if errors.Is(err, pgx.ErrNoRows) {
		return m, "", false, nil
	}
	if err != nil {
		return m, "", false, postgres.Kind(fmt.Errorf("notification %d: %w", id, err))
	}
	return m, secret, true, nil
}

// EndSending notes how the attempt ended. An unsure one that is sent at last
// is called doubtful: it may have arrived twice.
func (s *Store) EndSending(ctx context.Context, id int64, state, reason string, unsure bool, at time.Time) error {
	_, err := s.Pool.Exec(ctx, `UPDATE notification SET
		state = CASE WHEN $2 = 'sent' AND unsure OR $2 = 'failed' AND (unsure OR $4) THEN 'doubtful' ELSE $2 END,
		reason = CASE WHEN $2 = 'sent' AND unsure THEN 'an earlier attempt was cut off: it may have arrived twice' ELSE $3 END,
		unsure = unsure OR $4, sent_at = CASE WHEN $2 = 'sent' THEN $5::timestamptz ELSE sent_at END
		WHERE id = $1 AND state = 'sending'`, id, state, reason, unsure, at)
	if err != nil {
		return postgres.Kind(fmt.Errorf("notification %d: %w", id, err))
	}
	return nil
}

// notificationColumns need notification n.
const notificationColumns = `n.id, n.incident, n.channel, n.address, n.event, n.state, n.attempts, n.reason, n.made, n.sent_at`

func scanNotification(row pgx.CollectableRow) (n Notification, err error) {
	err = row.Scan(&n.ID, &n.Number, &n.Channel, &n.Address, &n.Event, &n.State, &n.Attempts, &n.Reason, &n.Made, &n.SentAt)
	n.Made = n.Made.UTC()
	return n, err
}

// Notifications gives an incident's messages, oldest first, at most 500.
func (t *Tx) Notifications(ctx context.Context, number int64) ([]Notification, error) {
	rows, err := t.tx.Query(ctx, `SELECT `+notificationColumns+` FROM notification n WHERE n.incident = $1 ORDER BY n.id LIMIT 500`, number)
	if err != nil {
		return nil, fmt.Errorf("notifications of incident %d: %w", number, err)
	}
	ns, err := pgx.CollectRows(rows, scanNotification)
	if err != nil {
		return nil, fmt.Errorf("notifications of incident %d: %w", number, err)
	}
	return ns, nil
}
