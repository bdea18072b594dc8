package desk_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/ledger"
	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/incidents/desk"
	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/incidents/notify"
	"github.com/otklik/otklik/incidents/notify/notifytest"
	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/indexer/ingest"
	"github.com/otklik/otklik/indexer/standing"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/places"
	"github.com/otklik/otklik/internal/testenv"
)

// env is the desk of one installation: a fresh database, the real stores, a
// real receiver of webhooks and a real mail server. The clock stands still
// until a test moves it.
type env struct {
	*desk.Desk
	t        *testing.T
	pool     *pgxpool.Pool
	searches *standing.Store
	ledger   *ledger.Ledger
	mail     *notifytest.Server
	hook     *receiver
	now      time.Time
	revs     int64
}

// start begins on Tuesday 24 November 2026, 10:00 in Vladivostok (RU-PRI) and
// 03:00 in Moscow (RU-TVE).
//
// Tests with a desk run side by side: most of their time is the making and
// dropping of databases.
func start(t *testing.T) *env {
	t.Helper()
	t.Parallel()
	e := &env{t: t, pool: testenv.Postgres(t), now: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)}
	now := func() time.Time { return e.now }
	registry, err := places.Load()
	require.NoError(t, err)
	st, err := store.Open(e.pool, now)
	require.NoError(t, err)
	e.searches = &standing.Store{Pool: e.pool, Now: now, KnownRegion: registry.Known, CheckQuery: func(string) []fault.Field { return nil }}
	e.ledger, err = ledger.Open(t.Context(), e.pool, []post.Class{{Name: "standard", Months: 12}})
	require.NoError(t, err)
	e.mail, e.hook = notifytest.SMTP(t), receive(t)
	mail, err := notify.NewEmail(notify.EmailOptions{Host: e.mail.Host, Port: e.mail.Port, TLS: notify.NoTLS, From: "Отклик <otklik@centre.example>", Timeout: 5 * time.Second})
	require.NoError(t, err)
	e.Desk = &desk.Desk{Store: st, Regions: registry, Bodies: e.ledger, Searches: e.searches, Forgotten: e.ledger,
		Channels: map[notify.Kind]notify.Channel{notify.ByEmail: mail, notify.ByWebhook: &notify.Webhook{Client: e.hook.server.Client(), Now: now, Timeout: 5 * time.Second}},
		Link:     func(number int64) string { return fmt.Sprintf("https://otklik.example/incidents/%d", number) },
		Now:      now, Log: slog.New(slog.DiscardHandler)}
	return e
}

// receiver takes webhooks and answers as it is told.
type receiver struct {
	server *httptest.Server
	mu     sync.Mutex
	status int
	calls  []call
	came   chan struct{} // one for each call, if there is room
}

type call struct {
	header http.Header
	body   []byte
}

func receive(t *testing.T) *receiver {
	r := &receiver{status: http.StatusOK, came: make(chan struct{}, 100)}
	r.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		b, err := io.ReadAll(req.Body)
		r.mu.Lock()
		defer r.mu.Unlock()
		if err == nil {
			r.calls = append(r.calls, call{req.Header.Clone(), b})
		}
		w.WriteHeader(r.status)
		select {
		case r.came <- struct{}{}:
		default:
		}
	}))
	t.Cleanup(r.server.Close)
	return r
}

func (r *receiver) answer(status int) { r.mu.Lock(); defer r.mu.Unlock(); r.status = status }

func (r *receiver) taken() []call {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]call(nil), r.calls...)
}

// The people of most tests, all of RU-PRI but the last two.
var (
	admin      = access.Person{ID: 1, Name: "Администратор", Role: access.Administrator, Regions: []string{"*"}}
	specialist = access.Person{ID: 2, Name: "Анна", Role: access.Specialist, Regions: []string{"RU-PRI"}}
	curator    = access.Person{ID: 3, Name: "Борис", Role: access.Curator, Regions: []string{"RU-PRI"}}
	head       = access.Person{ID: 5, Name: "Глава", Role: access.Head, Regions: []string{"RU-PRI"}}
	guardian   = access.Person{ID: 6, Name: "Вера", Role: access.Specialist, Regions: []string{"*"}, Sealed: true}
	far        = access.Person{ID: 7, Name: "Денис", Role: access.Specialist, Regions: []string{"RU-TVE"}}
)

func executor(agency int64) access.Person {
	return access.Person{ID: 4, Name: "Водоканал", Role: access.Executor, Regions: []string{"*"}, Agencies: []int64{agency}}
}

// search saves a standing search of regions; none: of all.
func (e *env) search(regions ...string) ingest.Searched {
	e.t.Helper()
	if len(regions) == 0 {
		regions = []string{"*"}
	}
	s, err := e.searches.Create(e.t.Context(), admin, standing.Draft{Name: "Вода", Query: "вода", Regions: regions})
	require.NoError(e.t, err)
	return ingest.Searched{ID: s.ID, Version: s.Version}
}

// rule saves an enabled rule of RU-PRI that suggests; change may be nil.
func (e *env) rule(s ingest.Searched, change func(*incident.Rule)) incident.Rule {
	e.t.Helper()
	r := incident.Rule{Region: "RU-PRI", Search: s.ID, Name: "Вода", Mode: incident.Suggest, Enabled: true}
	if change != nil {
		change(&r)
	}
	r, err := e.PutRule(e.t.Context(), admin, r)
	require.NoError(e.t, err)
	return r
}

func auto(r *incident.Rule) { r.Mode = incident.Auto }

// agency adds an active agency of RU-PRI; change may be nil.
func (e *env) agency(name string, change func(*incident.Agency)) incident.Agency {
	e.t.Helper()
	a := incident.Agency{Region: "RU-PRI", Name: name, Active: true}
	if change != nil {
		change(&a)
	}
	a, err := e.PutAgency(e.t.Context(), admin, a)
	require.NoError(e.t, err)
	return a
}

func isDefault(a *incident.Agency) { a.Default = true }

// match is a live public post of RU-PRI that some searches match.
func (e *env) match(id, text string, searches ...ingest.Searched) ingest.Match {
	e.revs++
	p := &post.Post{Type: post.TypePost, Text: text, Channel: "Канал"}
	return ingest.Match{Region: "RU-PRI", Searches: searches, Post: p, Envelope: post.Envelope{V: post.EnvelopeVersion, Kind: post.Revision,
		ID: post.ID(id), Rev: e.revs, Hash: p.Hash(""), Observed: e.now, Published: e.now.Add(-time.Minute), Bucket: "standard-2026-11",
		Origin: post.Live, Regions: []string{"RU-PRI", "RU-TVE"}, Visibility: post.Public, Analysis: 1}}
}

// again is a later reading of a match's post: another text, or with "" a deletion.
func (e *env) again(m ingest.Match, text string) ingest.Match {
	e.revs++
	m.Rev, m.Observed = e.revs, e.now
	if text == "" {
		m.Kind, m.Post, m.Searches = post.Deletion, nil, nil
		return m
	}
	p := *m.Post
	p.Text = text
	m.Post, m.Hash = &p, p.Hash("")
	return m
}

// record is a match's post as the index gives it to people.
func record(m ingest.Match) post.Record { return post.Record{Envelope: m.Envelope, Post: m.Post} }

func (e *env) take(ms ...ingest.Match) {
	e.t.Helper()
	for _, m := range ms {
		require.NoError(e.t, e.Take(e.t.Context(), m))
	}
}

// all gives the incidents there are, oldest first.
func (e *env) all() []incident.Incident {
	e.t.Helper()
	is, _, err := e.Store.List(e.t.Context(), store.Everything(), store.Filter{Sort: store.ByOldest, Limit: 500})
	require.NoError(e.t, err)
	return is
}

// one gives the only incident there is.
func (e *env) one() incident.Incident {
	e.t.Helper()
	is := e.all()
	require.Len(e.t, is, 1)
	return is[0]
}

func (e *env) view(who access.Person, number int64) desk.View {
	e.t.Helper()
	v, err := e.Get(e.t.Context(), who, number)
	require.NoError(e.t, err)
	return v
}

// trail gives the kinds of an incident's events.
func (e *env) trail(number int64) []string {
	e.t.Helper()
	var kinds []string
	require.NoError(e.t, e.Store.InTx(e.t.Context(), func(tx *store.Tx) error {
		es, err := tx.Events(e.t.Context(), number, -1, 200)
		for _, x := range es {
			kinds = append(kinds, x.Kind)
		}
		return err
	}))
	return kinds
}

// by is a command of a person on an incident as it was seen.
func by(who access.Person, i incident.Incident) desk.Command {
	return desk.Command{Number: i.Number, Version: i.Version, Who: who}
}

// triaged is an incident that a rule suggests for an agency.
func (e *env) triaged() (incident.Incident, incident.Agency) {
	e.t.Helper()
	a := e.agency("Водоканал", isDefault)
	s := e.search()
	e.rule(s, nil)
	e.take(e.match("telegram:7/1", "Нет воды на Светланской, третий день", s))
	return e.one(), a
}

// job is one row of the queue.
type job struct {
	ID   int64
	Kind string
	Args []byte
	At   time.Time
}

// wait lets time pass: it runs the jobs that become due, in their order and at
// their times, as River would, and leaves the clock at the end.
func (e *env) wait(until time.Time) {
	e.t.Helper()
	for range 1000 {
		rows, err := e.pool.Query(e.t.Context(), `SELECT id, kind, args, scheduled_at FROM river_job WHERE scheduled_at <= $1 ORDER BY scheduled_at, id LIMIT 1`, until)
		require.NoError(e.t, err)
		j, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[job])
		if err == pgx.ErrNoRows {
			e.now = until
			return
		}
		require.NoError(e.t, err)
		if e.now.Before(j.At) {
			e.now = j.At.UTC()
		}
		again := e.run(j)
		if again > 0 {
			_, err = e.pool.Exec(e.t.Context(), `UPDATE river_job SET scheduled_at = $2 WHERE id = $1`, j.ID, e.now.Add(again))
		} else {
			_, err = e.pool.Exec(e.t.Context(), `DELETE FROM river_job WHERE id = $1`, j.ID)
		}
		require.NoError(e.t, err)
	}
	e.t.Fatal("jobs beget jobs without end")
}

func (e *env) run(j job) (again time.Duration) {
	e.t.Helper()
	var err error
	switch j.Kind {
	case desk.WatchArgs{}.Kind():
		var a desk.WatchArgs
		require.NoError(e.t, json.Unmarshal(j.Args, &a))
		again, err = e.Watch(e.t.Context(), a)
	case desk.DeliverArgs{}.Kind():
		var a desk.DeliverArgs
		require.NoError(e.t, json.Unmarshal(j.Args, &a))
		again, err = e.Deliver(e.t.Context(), a)
	default:
		e.t.Fatalf("job %q is unknown", j.Kind)
	}
	require.NoError(e.t, err)
	return again
}

// clock gives a moment in Vladivostok.
func (e *env) clock(s string) time.Time {
	e.t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", s, e.Regions.Location("RU-PRI"))
	require.NoError(e.t, err)
	return at.UTC()
}

// inZone writes a moment as Vladivostok's clocks show it; "" for none.
func (e *env) inZone(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.In(e.Regions.Location("RU-PRI")).Format("2006-01-02 15:04")
}

// wipe removes every incident and rule, for the next case of a table.
func (e *env) wipe() {
	e.t.Helper()
	for _, table := range []string{"notification", "incident_event", "incident_key", "incident_post", "incident", "rule", "river_job"} {
		_, err := e.pool.Exec(e.t.Context(), `DELETE FROM `+table)
		require.NoError(e.t, err)
	}
}

// state is everything the desk keeps, for comparing before and after.
func (e *env) state() string {
	e.t.Helper()
	var all string
	for _, table := range []string{"incident", "incident_post", "incident_copy", "incident_key", "incident_event", "search_hit", "notification"} {
		var rows string
		err := e.pool.QueryRow(e.t.Context(), `SELECT coalesce(string_agg(x::text, E'\n' ORDER BY x::text), '') FROM `+table+` x`).Scan(&rows)
		require.NoError(e.t, err)
		all += table + "\n" + rows + "\n"
	}
	var jobs int
	require.NoError(e.t, e.pool.QueryRow(e.t.Context(), `SELECT count(*) FROM river_job`).Scan(&jobs))
	return fmt.Sprint(all, jobs, " jobs")
}

// kind checks the kind of an error and that its text says all of these.
func kind(t *testing.T, want fault.Kind, err error, says ...string) {
	t.Helper()
	require.Error(t, err)
	require.Equal(t, want, fault.KindOf(err), "%v", err)
	for _, s := range says {
		require.ErrorContains(t, err, s)
	}
}

// paths gives the fields that an error names.
func paths(t *testing.T, err error) []string {
	t.Helper()
	kind(t, fault.Invalid, err)
	var f *fault.Error
	require.ErrorAs(t, err, &f)
	var ps []string
	for _, x := range f.Fields {
		ps = append(ps, x.Path)
	}
	return ps
}
