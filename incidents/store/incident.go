package store

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/postgres"
)

const columns = `i.number, i.region, i.state, i.before_state, i.version, i.title, i.severity, i.visibility,
	coalesce(i.agency, 0), coalesce(i.proposed, 0), i.curator, i.watchers, i.preset, coalesce(i.rule, 0), coalesce(i.search, 0),
	i.published, i.detected, i.opened_at, i.state_at, i.assigned_at, i.reacted_at, i.answered_at, i.closed_at, i.capped_from, i.updated_at,
	i.due, i.due_clock, i.due_from, i.warned, i.posts, coalesce(i.duplicate_of, 0), i.draft, i.permalink, i.promise, i.promised_by`

func scanIncident(row pgx.CollectableRow) (incident.Incident, error) {
	var i incident.Incident
	err := row.Scan(&i.Number, &i.Region, &i.State, &i.Before, &i.Version, &i.Title, &i.Severity, &i.Visibility,
		&i.Agency, &i.Proposed, &i.Curator, &i.Watchers, &i.Preset, &i.Rule, &i.Search,
		&i.Published, &i.Detected, &i.OpenedAt, &i.StateAt, &i.AssignedAt, &i.ReactedAt, &i.AnsweredAt, &i.ClosedAt, &i.CappedFrom, &i.UpdatedAt,
		&i.Due, &i.DueClock, &i.DueFrom, &i.Warned, &i.Posts, &i.DuplicateOf, &i.Draft, &i.Permalink, &i.Promise, &i.PromisedBy)
	for _, t := range []*time.Time{i.Published, i.Detected, &i.OpenedAt, &i.StateAt, i.AssignedAt, i.ReactedAt, i.AnsweredAt, i.ClosedAt, &i.CappedFrom, &i.UpdatedAt, i.Due, i.DueFrom, i.PromisedBy} {
		if t != nil {
			*t = t.UTC()
		}
	}
	return i, err
}

// Incident reads one for a view; fault.NotFound also where the view doesn't
// allow it. With lock nobody else changes it until the transaction ends.
func (t *Tx) Incident(ctx context.Context, v View, number int64, lock bool) (incident.Incident, error) {
	args := []any{number}
	q := "SELECT " + columns + " FROM incident i WHERE i.number = $1 AND " + v.where(&args)
	if lock {
		q += " FOR UPDATE OF i"
	}
	rows, err := t.query(ctx, q, args...)
	if err != nil {
		return incident.Incident{}, fmt.Errorf("incident %d: %w", number, err)
	}
	i, err := pgx.CollectExactlyOneRow(rows, scanIncident)
	if errors.Is(err, pgx.ErrNoRows) {
		return i, fault.New(fault.NotFound, "there is no incident %d", number)
	}
	if err == nil && lock {
		err = t.acting(ctx, number)
	}
	if err != nil {
		return i, fmt.Errorf("incident %d: %w", number, err)
	}
	return i, nil
}

// Save writes an incident that this transaction has locked or inserted. The
// number of posts is not written: see AddPost.
func (t *Tx) Save(ctx context.Context, i incident.Incident) error {
	if n, ok := t.pending.inserted(i.Number); ok {
		i.Posts = n.Posts
		*n = i
		return nil
	}
	if i.Watchers == nil {
		i.Watchers = []string{}
	}
	_, err := t.exec(ctx, `UPDATE incident SET state = $2, before_state = $3, is_open = $4, version = $5, title = $6, severity = $7,
		agency = NULLIF($8::bigint, 0), proposed = NULLIF($9::bigint, 0), curator = $10, watchers = $11, preset = $12,
		rule = NULLIF($13::bigint, 0), search = NULLIF($14::bigint, 0), published = $15, detected = $16, state_at = $17,
		assigned_at = $18, reacted_at = $19, answered_at = $20, closed_at = $21, capped_from = $22, updated_at = $23,
		due = $24, due_clock = $25, due_from = $26, warned = $27, duplicate_of = NULLIF($28::bigint, 0), draft = $29,
		permalink = $30, promise = $31, promised_by = $32, visibility = $33 WHERE number = $1`,
		i.Number, i.State, i.Before, i.State.Open(), i.Version, i.Title, i.Severity,
		i.Agency, i.Proposed, i.Curator, i.Watchers, i.Preset, i.Rule, i.Search, i.Published, i.Detected, i.StateAt,
		i.AssignedAt, i.ReactedAt, i.AnsweredAt, i.ClosedAt, i.CappedFrom, i.UpdatedAt,
		i.Due, i.DueClock, i.DueFrom, i.Warned, i.DuplicateOf, i.Draft, i.Permalink, i.Promise, i.PromisedBy, i.Visibility)
	if err != nil {
		return fmt.Errorf("save incident %d: %w", i.Number, err)
	}
	return nil
}

// Events gives the last limit events of an incident, oldest first; only those
// after a version of it when since is not negative.
func (t *Tx) Events(ctx context.Context, number int64, since, limit int) ([]incident.Event, error) {
	// A comment of before there were audiences is internal.
	rows, err := t.query(ctx, `SELECT * FROM (SELECT id, at, kind, who, name, from_state, to_state, version,
		CASE WHEN kind = 'comment' THEN COALESCE(data->>'audience', 'internal') ELSE '' END, data FROM incident_event
		WHERE incident = $1 AND version > $2 ORDER BY id DESC LIMIT $3) e ORDER BY id`, number, since, limit)
	if err != nil {
		return nil, fmt.Errorf("events of incident %d: %w", number, err)
	}
	es, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (incident.Event, error) {
		var e incident.Event
		err := row.Scan(&e.ID, &e.At, &e.Kind, &e.Who, &e.Name, &e.From, &e.To, &e.Version, &e.Audience, &e.Data)
		e.At = e.At.UTC()
		return e, err
	})
	if err != nil {
		return nil, fmt.Errorf("events of incident %d: %w", number, err)
	}
	return es, nil
}

// cursor is where a page of a list ended.
type cursor struct {
	Sort   Sort       `json:"s"`
	Number int64      `json:"n"`
	Due    *time.Time `json:"d,omitempty"`
}

func (c cursor) String() string {
	b, _ := json.Marshal(c) //nolint:errchkjson // three plain fields
	return base64.RawURLEncoding.EncodeToString(b)
}

func parseCursor(s string, sort Sort) (cursor, error) {
	var c cursor
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil {
		err = json.Unmarshal(b, &c)
	}
	if err != nil || c.Sort != sort || c.Number <= 0 {
		return c, fault.Fields(fault.Field{Path: "after", Message: "not a cursor of this list: begin with the first page"})
	}
	return c, nil
}

// List gives a page of the incidents that a view allows and the cursor of the
// next page.
func (s *Store) List(ctx context.Context, v View, f Filter) ([]incident.Incident, string, error) {
	if f.Limit == 0 {
		f.Limit = 50
	}
	if f.Sort == "" {
		f.Sort = ByNewest
	}
	if f.Limit < 1 || f.Limit > 500 {
		return nil, "", fault.Fields(fault.Field{Path: "limit", Message: "use 1…500"})
	}
	var args []any
	where := []string{v.where(&args)}
	add := func(cond string, arg any) {
		args = append(args, arg)
		where = append(where, strings.ReplaceAll(cond, "?", fmt.Sprintf("$%d", len(args))))
	}
	s.narrow(f, add)
	order, err := page(f, add)
	if err != nil {
		return nil, "", err
	}
	args = append(args, f.Limit+1)
	q := "SELECT " + columns + " FROM incident i WHERE " + strings.Join(where, " AND ") + " ORDER BY " + order + fmt.Sprintf(" LIMIT $%d", len(args))
	var is []incident.Incident
	err = s.InView(ctx, v, func(t *Tx) error {
		rows, err := t.tx.Query(ctx, q, args...)
		if err == nil {
			is, err = pgx.CollectRows(rows, scanIncident)
		}
		return err
	})
	if err != nil {
		return nil, "", postgres.Kind(fmt.Errorf("list incidents: %w", err))
	}
	if len(is) <= f.Limit {
		return is, "", nil
	}
	is = is[:f.Limit]
	last := is[len(is)-1]
	return is, cursor{f.Sort, last.Number, last.Due}.String(), nil
}

func (s *Store) narrow(f Filter, add func(string, any)) {
	if len(f.Regions) > 0 {
		add("i.region = ANY(?::text[])", f.Regions)
	}
	if len(f.States) > 0 {
		add("i.state = ANY(?::text[])", f.States)
	}
	if f.Open != nil {
		add("i.is_open = ?", *f.Open)
	}
	if len(f.Agencies) > 0 {
		add("i.agency = ANY(?::bigint[])", f.Agencies)
	}
	if len(f.Severities) > 0 {
		add("i.severity = ANY(?::text[])", f.Severities)
	}
	if f.Rule != 0 {
		add("i.rule = ?", f.Rule)
	}
	if f.Search != 0 {
		add("i.search = ?", f.Search)
	}
	if f.Overdue {
		add("i.due < ?", s.Now())
	}
	if !f.DueBefore.IsZero() {
		add("i.due < ?", f.DueBefore)
	}
	if !f.From.IsZero() {
		add("i.opened_at >= ?", f.From)
	}
	if !f.To.IsZero() {
		add("i.opened_at < ?", f.To)
	}
}

// page adds the condition of the cursor and gives the order.
func page(f Filter, add func(string, any)) (string, error) {
	var c cursor
	if f.After != "" {
		var err error
		if c, err = parseCursor(f.After, f.Sort); err != nil {
			return "", err
		}
	}
	switch f.Sort {
	case ByNewest:
		if f.After != "" {
			add("i.number < ?", c.Number)
		}
		return "i.number DESC", nil
	case ByOldest:
		if f.After != "" {
			add("i.number > ?", c.Number)
		}
		return "i.number", nil
	case ByDue:
		switch {
		case f.After == "":
		case c.Due == nil:
			add("i.due IS NULL AND i.number > ?", c.Number)
		default:
			add("(i.due IS NULL OR (i.due, i.number) > (?::timestamptz, "+fmt.Sprint(c.Number)+"))", *c.Due)
		}
		return "i.due NULLS LAST, i.number", nil
	}
	return "", fault.Fields(fault.Field{Path: "sort", Message: "use newest, oldest or due"})
}
