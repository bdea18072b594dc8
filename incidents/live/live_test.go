package live_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/incidents/live"
	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/stream/streamtest"
	"github.com/otklik/otklik/internal/testenv"
)

// env is an installation of several processes: each has a pool of its own.
type env struct {
	t   *testing.T
	url string
	*store.Store
	pool *pgxpool.Pool
}

func start(t *testing.T) *env {
	t.Helper()
	t.Parallel()
	e := &env{t: t, url: testenv.DatabaseURL(t)}
	e.Store, e.pool = e.process(&streamtest.Line{})
	return e
}

func (e *env) process(line *streamtest.Line) (*store.Store, *pgxpool.Pool) {
	e.t.Helper()
	cfg, err := pgxpool.ParseConfig(e.url)
	require.NoError(e.t, err)
	cfg.ConnConfig.DialFunc = line.Dial
	pool, err := pgxpool.NewWithConfig(context.Background(), cfg)
	require.NoError(e.t, err)
	e.t.Cleanup(pool.Close)
	s, err := store.Open(pool, nil)
	require.NoError(e.t, err)
	return s, pool
}

// hub runs one process until the test ends.
func (e *env) hub(line *streamtest.Line) *live.Hub {
	e.t.Helper()
	s, _ := e.process(line)
	h := live.New(live.Options{Store: s, Every: 5 * time.Millisecond, Log: slog.New(slog.DiscardHandler)})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx) }()
	e.t.Cleanup(func() { cancel(); require.NoError(e.t, <-done) })
	return h
}

func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// client is one who follows a hub and keeps the last version of what it is told.
type client struct {
	t    *testing.T
	sub  *live.Subscription
	told map[int64]int
	all  int
}

func follow(t *testing.T, h *live.Hub, who access.Person) *client {
	t.Helper()
	s, err := h.Subscribe(soon(t), store.ViewOf(who))
	require.NoError(t, err)
	t.Cleanup(s.Close)
	return &client{t: t, sub: s, told: map[int64]int{}}
}

// until waits for word of an incident in a version.
func (c *client) until(number int64, version int) {
	c.t.Helper()
	for c.told[number] < version {
		changed, all, err := c.sub.Next(soon(c.t))
		require.NoError(c.t, err)
		for _, x := range changed {
			require.GreaterOrEqual(c.t, x.Version, c.told[x.Number])
			c.told[x.Number] = x.Version
		}
		if all {
			c.all++
			return
		}
	}
}

func (e *env) open(region string, change func(*incident.Incident)) incident.Incident {
	e.t.Helper()
	now := time.Now().UTC().Truncate(time.Microsecond)
	i := incident.Incident{Region: region, State: incident.Triage, Version: 1, Title: "Нет воды", Severity: incident.Normal, Visibility: post.Public,
		Preset: "standard", OpenedAt: now, StateAt: now, CappedFrom: now, UpdatedAt: now}
	if change != nil {
		change(&i)
	}
	require.NoError(e.t, e.InTx(e.t.Context(), func(tx *store.Tx) error { return tx.Insert(e.t.Context(), &i) }))
	return i
}

// next is a command: the incident in its next version.
func (e *env) next(i incident.Incident) incident.Incident {
	e.t.Helper()
	i.Version++
	require.NoError(e.t, e.InTx(e.t.Context(), func(tx *store.Tx) error { return tx.Save(e.t.Context(), i) }))
	return i
}

var (
	everybody = access.Person{Role: access.Administrator, Regions: []string{"*"}, Sealed: true}
	near      = access.Person{Role: access.Specialist, Regions: []string{"RU-PRI"}}
	far       = access.Person{Role: access.Specialist, Regions: []string{"RU-SAM"}}
	partner   = access.Person{Role: access.Partner, Regions: []string{"*"}}
)

func executor(agency int64) access.Person {
	return access.Person{Role: access.Executor, Regions: []string{"*"}, Agencies: []int64{agency}}
}

// Every client of every process is told of what it may see, and of nothing else.
func TestEachIsToldOfWhatTheyMaySee(t *testing.T) {
	e := start(t)
	var water int64
	require.NoError(t, e.InTx(t.Context(), func(tx *store.Tx) (err error) {
		water, err = tx.PutAgency(t.Context(), incident.Agency{Region: "RU-PRI", Name: "Водоканал", Active: true}, "test", time.Now())
		return err
	}))
	old := e.open("RU-PRI", nil)
	hubs := []*live.Hub{e.hub(&streamtest.Line{}), e.hub(&streamtest.Line{})}
	type row struct {
		who  access.Person
		sees []bool // public, sealed, of the agency, of another region
	}
	rows := map[string]row{
		"everybody":           {everybody, []bool{true, true, true, true}},
		"near":                {near, []bool{true, false, true, false}},
		"far":                 {far, []bool{false, false, false, true}},
		"executor":            {executor(water), []bool{false, false, true, false}},
		"executor of another": {executor(water + 1), []bool{false, false, false, false}},
		"partner":             {partner, []bool{false, false, false, false}},
	}
	clients := map[string][]*client{}
	for name, r := range rows {
		for _, h := range hubs {
			clients[name] = append(clients[name], follow(t, h, r.who))
		}
	}
	is := []incident.Incident{
		e.open("RU-PRI", nil),
		e.open("RU-PRI", func(i *incident.Incident) { i.Visibility = post.Sealed }),
		e.open("RU-PRI", func(i *incident.Incident) { i.Agency = water }),
		e.open("RU-SAM", nil),
	}
	for n := range is {
		is[n] = e.next(is[n])
	}
	// Each sees one last thing, so that each knows when all has been told.
	lastNear, lastFar := e.open("RU-PRI", func(i *incident.Incident) { i.Agency = water }), e.open("RU-SAM", nil)
	for name, r := range rows {
		for _, c := range clients[name] {
			last := lastNear
			switch name {
			case "far":
				last = lastFar
			case "executor of another", "partner":
				ctx, cancel := context.WithCancel(t.Context())
				cancel()
				_, _, err := c.sub.Next(ctx)
				require.ErrorIs(t, err, context.Canceled)
				continue
			}
			c.until(last.Number, last.Version)
			if name == "everybody" {
				c.until(lastFar.Number, 1)
			}
			delete(c.told, lastNear.Number)
			delete(c.told, lastFar.Number)
			want := map[int64]int{}
			for n, sees := range r.sees {
				if sees {
					want[is[n].Number] = 2
				}
			}
			require.Equal(t, want, c.told, name)
			require.NotContains(t, c.told, old.Number, "what was before is known")
		}
	}
}

// Transactions that begin early and end late are told of when they end.
func TestALongTransactionIsNotPassedOver(t *testing.T) {
	e := start(t)
	i := e.open("RU-PRI", nil)
	c := follow(t, e.hub(&streamtest.Line{}), near)
	tx, err := e.pool.Begin(t.Context())
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), `UPDATE incident SET version = 7 WHERE number = $1`, i.Number)
	require.NoError(t, err)
	for range 3 {
		quick := e.next(e.open("RU-PRI", nil))
		c.until(quick.Number, 2)
	}
	require.NotContains(t, c.told, i.Number)
	require.NoError(t, tx.Commit(t.Context()))
	c.until(i.Number, 7)
}

// A change while the database is away is told of afterwards.
func TestNothingIsMissedWhileTheDatabaseIsAway(t *testing.T) {
	e := start(t)
	i := e.open("RU-PRI", nil)
	line := &streamtest.Line{}
	c := follow(t, e.hub(line), near)
	for range 3 {
		line.Cut()
		i = e.next(i)
		line.Mend()
		c.until(i.Number, i.Version)
	}
}

// One who doesn't take what is told hears that everything may have changed: what
// waits for them is bounded. So does everybody where too much changes at once.
func TestTooMuchIsToldAtOnce(t *testing.T) {
	e := start(t)
	h := e.hub(&streamtest.Line{})
	c, other := follow(t, h, near), follow(t, h, far)
	many := func(from, n int) {
		_, err := e.pool.Exec(t.Context(), `INSERT INTO incident (region, state, is_open, version, title, severity, visibility, preset, opened_at, state_at, capped_from, updated_at)
			SELECT 'RU-PRI', 'triage', true, 1, 'x', 'normal', 'public', 'standard', now(), now(), now(), now() FROM generate_series($1::int, $2::int)`, from, from+n-1)
		require.NoError(t, err)
	}
	many(0, 600)
	for _, x := range []*client{c, other} {
		x.until(-1, 1) // until all
		require.Equal(t, 1, x.all)
	}
	for range 3 { // little by little
		many(0, 300)
		quick := follow(t, h, near)
		last := e.open("RU-PRI", nil)
		quick.until(last.Number, 1)
	}
	c.until(-1, 1)
	require.Equal(t, 2, c.all)
}

// Rows that were restored from another server bear its numbers of
// transactions; they are not told of for ever.
func TestRestoredRowsAreQuiet(t *testing.T) {
	e := start(t)
	i := e.open("RU-PRI", nil)
	_, err := e.pool.Exec(t.Context(), `ALTER TABLE incident DISABLE TRIGGER incident_touch; UPDATE incident SET touched = '4000000000000'; ALTER TABLE incident ENABLE TRIGGER incident_touch`)
	require.NoError(t, err)
	c := follow(t, e.hub(&streamtest.Line{}), near)
	quick := e.open("RU-PRI", nil)
	c.until(quick.Number, 1)
	require.NotContains(t, c.told, i.Number)
}

func TestTheEndOfAHubEndsItsClients(t *testing.T) {
	e := start(t)
	s, _ := e.process(&streamtest.Line{})
	h := live.New(live.Options{Store: s, Every: time.Millisecond})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- h.Run(ctx) }()
	c := follow(t, h, near)
	cancel()
	require.NoError(t, <-done)
	_, _, err := c.sub.Next(soon(t))
	require.ErrorContains(t, err, "goes down")
	_, err = h.Subscribe(soon(t), store.ViewOf(near))
	require.ErrorContains(t, err, "goes down")
	c.sub.Close()
}

// Who gave no sign for half a minute is dropped from the table, though nobody
// asks.
func TestPresenceIsForgotten(t *testing.T) {
	e := start(t)
	i := e.open("RU-PRI", nil)
	now := time.Now()
	for n, at := range []time.Time{now.Add(-time.Minute), now} {
		require.NoError(t, e.InTx(t.Context(), func(tx *store.Tx) error {
			return tx.Present(t.Context(), i.Number, access.Person{ID: int64(n), Name: "Анна"}, at)
		}))
	}
	e.hub(&streamtest.Line{})
	require.Eventually(t, func() bool {
		var left []int64
		rows, err := e.pool.Query(t.Context(), `SELECT person FROM presence`)
		require.NoError(t, err)
		for rows.Next() {
			var p int64
			require.NoError(t, rows.Scan(&p))
			left = append(left, p)
		}
		require.NoError(t, rows.Err())
		return len(left) == 1 && left[0] == 1
	}, 30*time.Second, 5*time.Millisecond)
}
