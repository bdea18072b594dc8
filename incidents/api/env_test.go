package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/ledger"
	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/crawler/schedule"
	"github.com/otklik/otklik/incidents/desk"
	"github.com/otklik/otklik/incidents/live"
	"github.com/otklik/otklik/incidents/status"
	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/indexer/feed"
	"github.com/otklik/otklik/indexer/glossary"
	"github.com/otklik/otklik/indexer/ingest"
	"github.com/otklik/otklik/indexer/query"
	searchpg "github.com/otklik/otklik/indexer/search/postgres"
	"github.com/otklik/otklik/indexer/standing"
	"github.com/otklik/otklik/indexer/text"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/people"
	"github.com/otklik/otklik/internal/places"
	"github.com/otklik/otklik/internal/stream"
	streampg "github.com/otklik/otklik/internal/stream/postgres"
	"github.com/otklik/otklik/internal/stream/rejected"
	"github.com/otklik/otklik/internal/testenv"
)

// patience bounds what a test waits for one answer.
const patience = 20 * time.Second

// rootSecret is the administrator's token of every test installation.
const rootSecret = "test-bootstrap-secret"

// env is one process of an installation: a fresh database, the real stores, a
// real server.
type env struct {
	t      *testing.T
	url    string
	pool   *pgxpool.Pool
	log    *streampg.Log
	server *server
	opts   Options
	root   access.Person
	rev    *atomic.Int64
}

// start makes an installation of one process. Each test has its own database,
// so that they can run side by side.
func start(t *testing.T, change ...func(*Options)) *env {
	t.Helper()
	t.Parallel()
	pool := testenv.Postgres(t)
	registry, err := places.Load()
	require.NoError(t, err)
	now := time.Now
	st, err := store.Open(pool, now)
	require.NoError(t, err)
	bodies, err := ledger.Open(t.Context(), pool, []post.Class{{Name: "standard", Months: 60}})
	require.NoError(t, err)
	log := streampg.New(streampg.Options{Pool: pool})
	t.Cleanup(func() { require.NoError(t, log.Close()) })
	compiler := query.Compiler{Analyzer: text.New(), KnownRegion: registry.Known}
	searches := &standing.Store{Pool: pool, Now: now, KnownRegion: registry.Known,
		CheckQuery: func(q string) []fault.Field { return compiler.CheckStanding(q).Fields("query", "en") }}
	persons, err := people.Open(t.Context(), pool, now, registry.Known)
	require.NoError(t, err)
	e := &env{t: t, pool: pool, log: log, rev: new(atomic.Int64)}
	e.opts = Options{
		Tokens:    &access.Store{Pool: pool, Now: now, KnownRegion: registry.Known},
		People:    persons,
		Posts:     searchpg.New(pool),
		Bodies:    bodies,
		Analyzer:  text.New(),
		Searches:  searches,
		Desk:      &desk.Desk{Store: st, Regions: registry, Searches: searches, Bodies: bodies},
		Sources:   &schedule.Store{Pool: pool, Now: now, Networks: networks(), KnownRegion: registry.Known, KnownClass: bodies.Class},
		Glossary:  &glossary.Store{Pool: pool, Now: now},
		Regions:   &places.Store{Pool: pool, Registry: registry, Now: now},
		Rejected:  &rejected.Store{Pool: pool, Log: log, Append: log.AppendTx, Forgotten: bodies, Now: now},
		Version:   "test",
		Log:       slog.New(slog.NewTextHandler(testLog{t}, &slog.HandlerOptions{Level: slog.LevelWarn})),
		Heartbeat: 100 * time.Millisecond,
	}
	e.opts.Status = &status.Watch{Log: log, Rejected: e.opts.Rejected, Sources: e.opts.Sources, Notifications: st, Now: now, Logger: e.opts.Log,
		Lines:        []status.Line{{Stage: status.Index, Topic: stream.Posts, Group: "indexer"}, {Stage: status.Desk, Topic: stream.Matches, Group: "desk"}},
		RejectedKept: 30 * 24 * time.Hour, Notice: 5 * time.Minute}
	_, err = e.opts.Tokens.(*access.Store).Bootstrap(t.Context(), rootSecret)
	require.NoError(t, err)
	e.root, err = e.opts.Tokens.Authenticate(t.Context(), rootSecret)
	require.NoError(t, err)
	return e.process(feed.Options{}, change...)
}

// process starts another process of the same installation.
func (e *env) process(f feed.Options, change ...func(*Options)) *env {
	e.t.Helper()
	p := *e
	f.Log, f.Analyzer, f.Bodies, f.Logger = p.log, p.opts.Analyzer, p.opts.Bodies, p.opts.Log
	p.opts.Feed, p.opts.Metrics = feed.New(f), prometheus.NewRegistry()
	var running sync.WaitGroup
	ctx, stop := context.WithCancel(context.Background())
	running.Go(func() { _ = p.opts.Feed.Run(ctx) })
	p.opts.Live = live.New(live.Options{Store: p.opts.Desk.Store, Every: 10 * time.Millisecond, Log: p.opts.Log})
	running.Go(func() { _ = p.opts.Live.Run(ctx) })
	e.t.Cleanup(func() { stop(); running.Wait() })
	for _, c := range change {
		c(&p.opts)
	}
	h, s := build(p.opts)
	p.server = s
	srv := httptest.NewUnstartedServer(h)
	srv.Config = Server("", h)
	srv.Start()
	e.t.Cleanup(srv.Close)
	p.url = srv.URL
	return &p
}

// networks stand for the adapters, which the API does not know.
func networks() map[string]schedule.Network {
	check := func(address string) (string, error) {
		if address == "" {
			return "", errors.New("is empty; write a name")
		}
		return strings.ToLower(address), nil
	}
	return map[string]schedule.Network{"telegram": {Every: time.Minute, Check: check}, "rss": {Every: 10 * time.Minute, Check: check}}
}

// testLog puts the server's log among the test's, while the test runs.
type testLog struct{ t *testing.T }

func (l testLog) Write(p []byte) (int, error) {
	if l.t.Context().Err() == nil {
		l.t.Logf("server: %s", bytes.TrimSpace(p))
	}
	return len(p), nil
}

// token makes a token and gives its secret.
func (e *env) token(role access.Role, agency int64, regions ...string) string {
	e.t.Helper()
	d := access.Draft{Name: string(role), Role: role, Regions: regions}
	if agency != 0 {
		d.Agencies = []int64{agency}
	}
	_, secret, err := e.opts.Tokens.Create(context.Background(), e.root, d)
	require.NoError(e.t, err)
	return secret
}

// password is everybody's.
const password = "река-лампа-огурец-тетрадь"

// person adds somebody who signs in and gives their login.
func (e *env) person(role access.Role, agency int64, regions ...string) string {
	e.t.Helper()
	d := people.Draft{Login: fmt.Sprint(role, e.rev.Add(1)), Name: string(role), Role: role, Regions: regions, Password: password}
	if agency != 0 {
		d.Agencies = []int64{agency}
	}
	p, err := e.opts.People.Create(context.Background(), e.root, d)
	require.NoError(e.t, err)
	_, err = e.pool.Exec(context.Background(), `UPDATE person SET must_change = false WHERE id = $1`, p.ID)
	require.NoError(e.t, err)
	return d.Login
}

// signedIn adds somebody and signs them in. What it gives stands where the
// secret of a token would.
func (e *env) signedIn(role access.Role, agency int64, regions ...string) string {
	e.t.Helper()
	return e.signIn(e.person(role, agency, regions...))
}

const byCookie = "cookie "

func (e *env) signIn(login string) string {
	e.t.Helper()
	a := e.do("POST", "/api/v1/session", "", obj{"login": login, "password": password})
	require.Equal(e.t, http.StatusNoContent, a.Status, "%s", a.Body)
	return byCookie + a.cookie(sessionCookie).Value
}

// cookie is one that the answer sets.
func (a answer) cookie(name string) *http.Cookie {
	a.t.Helper()
	for _, c := range (&http.Response{Header: a.Header}).Cookies() {
		if c.Name == name {
			return c
		}
	}
	require.Failf(a.t, "no cookie", "%s in %v", name, a.Header)
	return nil
}

// authorize sends a secret along: a token's, or a session's as a browser does.
func authorize(req *http.Request, secret string) {
	if cookie, ok := strings.CutPrefix(secret, byCookie); ok {
		req.AddCookie(&http.Cookie{Name: sessionCookie, Value: cookie})
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	} else if secret != "" {
		req.Header.Set("Authorization", "Bearer "+secret)
	}
}

// answer is what the server said.
type answer struct {
	t      *testing.T
	Status int
	Header http.Header
	Body   []byte
}

func (e *env) do(method, path, secret string, in any) answer {
	e.t.Helper()
	var r io.Reader
	switch v := in.(type) {
	case nil:
	case io.Reader:
		r = v
	case string:
		r = bytes.NewReader([]byte(v))
	default:
		b, err := json.Marshal(v)
		require.NoError(e.t, err)
		r = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(e.t.Context(), method, e.url+path, r)
	require.NoError(e.t, err)
	authorize(req, secret)
	if r != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("Accept-Language", "en")
	return e.send(req)
}

func (e *env) send(req *http.Request) answer {
	e.t.Helper()
	ctx, cancel := context.WithTimeout(req.Context(), patience)
	defer cancel()
	res, err := http.DefaultClient.Do(req.WithContext(ctx))
	require.NoError(e.t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	require.NoError(e.t, err)
	a := answer{e.t, res.StatusCode, res.Header, b}
	if req.Method != http.MethodHead && a.Status != http.StatusRequestHeaderFieldsTooLarge { // which net/http answers
		e.conforms(req.Method, req.URL.EscapedPath(), a)
	}
	return a
}

func (e *env) get(path, secret string) answer { e.t.Helper(); return e.do("GET", path, secret, nil) }

// want checks the status and decodes the body.
func want[T any](a answer, status int) T {
	a.t.Helper()
	require.Equal(a.t, status, a.Status, "%s", a.Body)
	var v T
	if len(a.Body) > 0 {
		require.NoError(a.t, json.Unmarshal(a.Body, &v), "%s", a.Body)
	}
	return v
}

// refused checks that the answer is a problem with a status and names exactly
// these locations.
func refused(a answer, status int, locations ...string) Problem {
	a.t.Helper()
	p := want[Problem](a, status)
	require.Equal(a.t, "application/problem+json", a.Header.Get("Content-Type"))
	require.Equal(a.t, status, p.Status)
	require.NotEmpty(a.t, p.Title)
	var got []string
	for _, f := range p.Errors {
		require.NotEmpty(a.t, f.Message)
		got = append(got, f.Location)
	}
	require.Equal(a.t, locations, got, "%s", a.Body)
	return p
}

type obj = map[string]any

// search saves a search and gives its id.
func (e *env) search(secret, query string, regions ...string) Search {
	e.t.Helper()
	return want[Search](e.do("POST", "/api/v1/searches", secret, obj{"name": query, "query": query, "regions": regions}), http.StatusCreated)
}

// agency adds an agency that gets what no route takes.
func (e *env) agency(region, name string) int64 {
	e.t.Helper()
	a := want[struct{ ID int64 }](e.do("POST", "/api/v1/agencies", rootSecret,
		obj{"region": region, "name": name, "default": true, "email": "duty@example.org"}), http.StatusCreated)
	return a.ID
}

// record is a live public post of a region, as the log carries it.
func (e *env) record(id post.ID, text string, at time.Time, regions ...string) post.Record {
	e.t.Helper()
	bucket, err := post.NewBucket("standard", at)
	require.NoError(e.t, err)
	p := post.Post{Type: post.TypePost, Text: text, URL: "https://t.me/x/1", Channel: "Канал"}
	return post.Record{Envelope: post.Envelope{V: post.EnvelopeVersion, Kind: post.Revision, ID: id, Rev: e.rev.Add(1), Hash: p.Hash(""),
		Observed: at, Published: at, Bucket: bucket, Origin: post.Live, Regions: regions, Visibility: post.Public, Analysis: 1}, Post: &p}
}

// incident lets a rule open an incident for a new post and gives its number.
func (e *env) incident(region, text string) int64 {
	e.t.Helper()
	v := e.search(rootSecret, fmt.Sprintf("слово%d", e.rev.Add(1)), region)
	want[obj](e.do("POST", "/api/v1/rules", rootSecret, obj{"region": region, "search": v.ID, "name": "rule", "mode": "suggest"}), http.StatusCreated)
	r := e.record(post.ID(fmt.Sprintf("telegram:7/%d", e.rev.Add(1))), text, time.Now().UTC().Truncate(time.Second), region)
	require.NoError(e.t, e.opts.Desk.Take(context.Background(), ingest.Match{Envelope: r.Envelope, Region: region, Post: r.Post,
		Searches: []ingest.Searched{{ID: v.ID, Version: v.Version}}}))
	page := want[List[Incident]](e.get("/api/v1/incidents?limit=1&region="+region, rootSecret), http.StatusOK)
	require.NotEmpty(e.t, page.Items)
	return page.Items[0].Number
}
