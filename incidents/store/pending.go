package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/incidents/incident"
)

// pending is what a transaction has yet to add. It goes to the database with
// one statement a table and one round trip in all, at the latest before the
// commit: a batch of matches opens hundreds of incidents at once. Whatever
// reads writes it first (see Tx.query).
type pending struct {
	hits      []Hit
	incidents []incident.Incident // new ones
	posts     []joining
	keys      []keyed
	events    []line
	messages  []message
}

type joining struct {
	number int64
	region string
	incident.Evidence
}

type keyed struct {
	number    int64
	region    string
	published time.Time
	Key
}

type line struct {
	number  int64
	region  string
	version int
	incident.Event
}

// Hit is that a version of a search has matched a post in a region.
type Hit struct {
	Search    int64
	Version   int
	Region    string
	Post      post.ID
	Published time.Time
	Bucket    post.Bucket
}

type message struct {
	Message
	job func(id int64) river.JobArgs // delivers it; nil: nobody
}

// inserted gives the new incident of a number that is not written yet.
func (p *pending) inserted(number int64) (*incident.Incident, bool) {
	// The newest are asked for: they stand at the end.
	for i := len(p.incidents) - 1; i >= 0; i-- {
		if p.incidents[i].Number == number {
			return &p.incidents[i], true
		}
	}
	return nil, false
}

func (p *pending) empty() bool {
	return len(p.hits)+len(p.incidents)+len(p.posts)+len(p.keys)+len(p.events)+len(p.messages) == 0
}

// transposed gives the arguments of a statement that takes a list for each of
// its columns.
func transposed[T any](rows []T, cells func(*T) []any) []any {
	var lists [][]any
	for i := range rows {
		for c, cell := range cells(&rows[i]) {
			if i == 0 {
				lists = append(lists, make([]any, len(rows)))
			}
			lists[c][i] = cell
		}
	}
	args := make([]any, len(lists))
	for c := range lists {
		args[c] = lists[c]
	}
	return args
}

const insertHits = `INSERT INTO search_hit (search, version, region, post_id, published, bucket)
	SELECT * FROM unnest($1::bigint[], $2::int[], $3::text[], $4::text[], $5::timestamptz[], $6::text[]) ON CONFLICT DO NOTHING`

func hitCells(h *Hit) []any {
	return []any{h.Search, h.Version, h.Region, h.Post, h.Published, h.Bucket}
}

const insertIncidents = `INSERT INTO incident (number, region, state, before_state, is_open, version, title, severity, visibility,
		agency, proposed, curator, watchers, preset, rule, search, published, detected, opened_at, state_at,
		assigned_at, reacted_at, answered_at, closed_at, capped_from, updated_at,
		due, due_clock, due_from, warned, posts, duplicate_of, draft, permalink, promise, promised_by)
	SELECT number, region, state, before_state, is_open, version, title, severity, visibility,
		NULLIF(agency, 0), NULLIF(proposed, 0), curator, watchers::text[], preset, NULLIF(rule, 0), NULLIF(search, 0), published, detected, opened_at, state_at,
		assigned_at, reacted_at, answered_at, closed_at, capped_from, updated_at,
		due, due_clock, due_from, warned, posts, NULLIF(duplicate_of, 0), draft, permalink, promise, promised_by
	FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::boolean[], $6::int[], $7::text[], $8::text[], $9::text[],
		$10::bigint[], $11::bigint[], $12::text[], $13::text[], $14::text[], $15::bigint[], $16::bigint[], $17::timestamptz[], $18::timestamptz[], $19::timestamptz[], $20::timestamptz[],
		$21::timestamptz[], $22::timestamptz[], $23::timestamptz[], $24::timestamptz[], $25::timestamptz[], $26::timestamptz[],
		$27::timestamptz[], $28::text[], $29::timestamptz[], $30::int[], $31::bigint[], $32::bigint[], $33::jsonb[], $34::text[], $35::text[], $36::timestamptz[])
	AS n (number, region, state, before_state, is_open, version, title, severity, visibility,
		agency, proposed, curator, watchers, preset, rule, search, published, detected, opened_at, state_at,
		assigned_at, reacted_at, answered_at, closed_at, capped_from, updated_at,
		due, due_clock, due_from, warned, posts, duplicate_of, draft, permalink, promise, promised_by)`

func incidentCells(i *incident.Incident) []any {
	return []any{i.Number, i.Region, i.State, i.Before, i.State.Open(), i.Version, i.Title, i.Severity, i.Visibility,
		i.Agency, i.Proposed, i.Curator, literal(i.Watchers), i.Preset, i.Rule, i.Search, i.Published, i.Detected, i.OpenedAt, i.StateAt,
		i.AssignedAt, i.ReactedAt, i.AnsweredAt, i.ClosedAt, i.CappedFrom, i.UpdatedAt,
		i.Due, i.DueClock, i.DueFrom, i.Warned, i.Posts, i.DuplicateOf, i.Draft, i.Permalink, i.Promise, i.PromisedBy}
}

// A post that belongs to an incident of the region already is left there, and
// not counted. New incidents come with their number of posts ($14).
const insertPosts = `WITH n AS MATERIALIZED (
		SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::timestamptz[], $7::timestamptz[], $8::text[],
			$9::timestamptz[], $10::text[], $11::bigint[], $12::bigint[], $13::jsonb[]) WITH ORDINALITY
		AS n (region, post_id, incident, rev, hash, observed, published, visibility, joined_at, how, rule, search, body, nth)
	), joined AS (
		INSERT INTO incident_post (region, post_id, incident, rev, hash, observed, published, visibility, joined_at, how, rule, search)
		SELECT region, post_id, incident, rev, hash, observed, published, visibility, joined_at, how, NULLIF(rule, 0), NULLIF(search, 0) FROM n ORDER BY nth
		ON CONFLICT (region, post_id) DO NOTHING RETURNING region, post_id, incident, joined_at
	), kept AS (
		INSERT INTO incident_copy (region, post_id, rev, hash, observed, body)
		SELECT n.region, n.post_id, n.rev, n.hash, n.observed, n.body FROM n JOIN joined USING (region, post_id)
	)
	UPDATE incident SET posts = posts + j.n, updated_at = greatest(updated_at, j.last)
	FROM (SELECT incident, count(*) AS n, max(joined_at) AS last FROM joined GROUP BY incident) j
	WHERE number = j.incident AND number <> ALL ($14::bigint[])`

func postCells(j *joining) []any {
	return []any{j.region, j.Post, j.number, j.Rev, j.Hash, j.Observed, j.Published, j.Visibility, j.JoinedAt, j.How, j.Rule, j.Search, j.Body}
}

// Rows of much repeated texts are touched only when the time span grows by
// minutes: thousands of versions of one row, or locks on it, would be slow.
// OFFSET 0 as in KnownPosts.
const insertKeys = `INSERT INTO incident_key AS k (region, kind, key, incident, first_at, last_at)
	SELECT n.region, n.kind, n.key, n.incident, n.first_at, n.last_at
	FROM (SELECT region, kind, key, incident, min(at) AS first_at, max(at) AS last_at
		FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::timestamptz[]) AS u (region, kind, key, incident, at) GROUP BY 1, 2, 3, 4) AS n
	WHERE NOT EXISTS (SELECT FROM incident_key o WHERE o.region = n.region AND o.kind = n.kind AND o.key = n.key AND o.incident = n.incident
		AND n.first_at >= o.first_at - interval '5 minutes' AND n.last_at <= o.last_at + interval '5 minutes' OFFSET 0)
	ON CONFLICT (region, kind, key, incident) DO UPDATE SET first_at = least(k.first_at, excluded.first_at), last_at = greatest(k.last_at, excluded.last_at)`

func keyCells(k *keyed) []any { return []any{k.region, k.Kind, k.Key.Key, k.number, k.published} }

const insertEvents = `INSERT INTO incident_event (incident, region, at, kind, who, name, from_state, to_state, version, data)
	SELECT incident, region, at, kind, who, name, from_state, to_state, version, data
	FROM unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::int[], $10::jsonb[]) WITH ORDINALITY
	AS n (incident, region, at, kind, who, name, from_state, to_state, version, data, nth) ORDER BY nth`

func eventCells(e *line) []any {
	return []any{e.number, e.region, e.At, e.Kind, e.Who, e.Name, e.From, e.To, e.version, e.Data}
}

const insertMessages = `INSERT INTO notification (incident, region, agency, channel, address, event, key, subject, text, data, made, send_after)
	SELECT incident, region, NULLIF(agency, 0), channel, address, event, key, subject, text, data, made, send_after
	FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::jsonb[], $11::timestamptz[], $12::timestamptz[]) WITH ORDINALITY
	AS n (incident, region, agency, channel, address, event, key, subject, text, data, made, send_after, nth) ORDER BY nth RETURNING id, key, now()`

func messageCells(m *message) []any {
	return []any{m.Number, m.Region, m.Agency, m.Channel, m.Address, m.Event, m.Key, m.Subject, m.Text, m.Data, m.Made, m.SendAfter}
}

// flush writes what is pending.
func (t *Tx) flush(ctx context.Context) error {
	p := t.pending
	if p.empty() {
		return nil
	}
	t.pending = pending{}
	var b pgx.Batch
	if len(p.hits) > 0 {
		b.Queue(insertHits, transposed(p.hits, hitCells)...)
	}
	if len(p.incidents) > 0 {
		b.Queue(insertIncidents, transposed(p.incidents, incidentCells)...)
	}
	if len(p.posts) > 0 {
		b.Queue(insertPosts, append(transposed(p.posts, postCells), numbers(p.incidents))...)
	}
	if len(p.keys) > 0 {
		b.Queue(insertKeys, transposed(p.keys, keyCells)...)
	}
	if len(p.events) > 0 {
		b.Queue(insertEvents, transposed(p.events, eventCells)...)
	}
	if len(p.messages) > 0 {
		b.Queue(insertMessages, transposed(p.messages, messageCells)...).Query(func(rows pgx.Rows) error { return t.deliver(rows, p.messages) })
	}
	if err := t.tx.SendBatch(ctx, &b).Close(); err != nil {
		return fmt.Errorf("write incidents: %w", err)
	}
	return nil
}

// deliver enqueues the jobs of messages that were written. What is to go at
// once doesn't wait for the clock of the database, which all share, to reach
// ours: ours may be wrong.
func (t *Tx) deliver(rows pgx.Rows, messages []message) error {
	ids := make(map[string]int64, len(messages))
	var id int64
	var key string
	var now time.Time
	if _, err := pgx.ForEachRow(rows, []any{&id, &key, &now}, func() error { ids[key] = id; return nil }); err != nil {
		return err
	}
	for _, m := range messages {
		if m.job == nil {
			continue
		}
		at := m.SendAfter
		if !at.After(m.Made) && at.After(now) {
			at = now
		}
		t.Enqueue(m.job(ids[m.Key]), at)
	}
	return nil
}

func numbers(is []incident.Incident) []int64 {
	ns := make([]int64, len(is))
	for n := range is {
		ns[n] = is[n].Number
	}
	return ns
}

// Numbers takes numbers for so many incidents that will be inserted, in one
// round trip.
func (t *Tx) Numbers(ctx context.Context, n int) error {
	if n -= len(t.numbers); n <= 0 {
		return nil
	}
	rows, err := t.tx.Query(ctx, `SELECT nextval('incident_number_seq') FROM generate_series(1, $1)`, n)
	if err != nil {
		return fmt.Errorf("numbers of incidents: %w", err)
	}
	more, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return fmt.Errorf("numbers of incidents: %w", err)
	}
	t.numbers = append(t.numbers, more...)
	return nil
}

// Insert adds a new incident, whose number it sets, with all that it has by
// the end of the transaction: see Save and AddPost.
func (t *Tx) Insert(ctx context.Context, i *incident.Incident) error {
	if err := t.Numbers(ctx, 1); err != nil {
		return err
	}
	i.Number, t.numbers = t.numbers[0], t.numbers[1:]
	row := *i
	row.Posts = 0
	t.pending.incidents = append(t.pending.incidents, row)
	return nil
}

// AddPost joins a post to an incident: its evidence and the incident's count.
// One that belongs to an incident of the region already is left there.
func (t *Tx) AddPost(i incident.Incident, e incident.Evidence) {
	t.pending.posts = append(t.pending.posts, joining{i.Number, i.Region, e})
	if n, ok := t.pending.inserted(i.Number); ok {
		n.Posts++
	}
}

// AddKeys notes the keys of a post that joined an incident.
func (t *Tx) AddKeys(i incident.Incident, keys []Key, published time.Time) {
	for _, k := range keys {
		t.pending.keys = append(t.pending.keys, keyed{i.Number, i.Region, published, k})
	}
}

// AddHits notes hits, once each.
func (t *Tx) AddHits(hits ...Hit) { t.pending.hits = append(t.pending.hits, hits...) }

// AddEvent adds one line to the audit trail of an incident; data may be nil.
func (t *Tx) AddEvent(_ context.Context, i incident.Incident, e incident.Event, data any) error {
	e.Data = nil
	if data != nil {
		b, err := json.Marshal(data)
		if err != nil {
			return fmt.Errorf("event %s: %w", e.Kind, err)
		}
		e.Data = b
	}
	t.pending.events = append(t.pending.events, line{i.Number, i.Region, i.Version, e})
	return nil
}

// AddNotification adds a pending notification and, unless it is nil, the job
// that delivers it, at SendAfter.
func (t *Tx) AddNotification(m Message, job func(id int64) river.JobArgs) {
	t.pending.messages = append(t.pending.messages, message{m, job})
}

// literal writes a list of texts as Postgres reads one.
func literal(list []string) string {
	var b strings.Builder
	b.WriteByte('{')
	for i, s := range list {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('"')
		arrayQuotes.WriteString(&b, s)
		b.WriteByte('"')
	}
	b.WriteByte('}')
	return b.String()
}

var arrayQuotes = strings.NewReplacer(`\`, `\\`, `"`, `\"`)
