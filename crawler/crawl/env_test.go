package crawl_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/crawl"
	"github.com/otklik/otklik/crawler/ledger"
	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/crawler/schedule"
	"github.com/otklik/otklik/crawler/source"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/stream"
	streampg "github.com/otklik/otklik/internal/stream/postgres"
	"github.com/otklik/otklik/internal/testenv"
)

// patience bounds what a test waits for.
const patience = 30 * time.Second

// env is a crawler on a real ledger, a real schedule and a real log. What goes
// between them is watched, and can be made to fail.
type env struct {
	t        *testing.T
	ledger   *ledger.Ledger
	log      *streampg.Log
	store    *schedule.Store
	workers  int
	lease    time.Duration
	open     func(s schedule.Source) (source.Source, error)
	outcomes chan crawl.Outcome

	mu      sync.Mutex
	at      time.Time
	steps   []string      // in their order
	records []post.Record // that are in the log, in their order
	fail    func(step string, n int) error
	count   map[string]int
	hold    map[string]chan struct{} // steps that wait until it is closed
	held    chan string              // steps that wait now
}

func newEnv(t *testing.T) *env {
	pool := testenv.Postgres(t)
	l, err := ledger.Open(context.Background(), pool, []post.Class{{Name: "standard", Months: 60}})
	require.NoError(t, err)
	e := &env{t: t, ledger: l, workers: 2, outcomes: make(chan crawl.Outcome, 1000), at: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC),
		count: map[string]int{}, hold: map[string]chan struct{}{}, held: make(chan string, 100)}
	e.log = streampg.New(streampg.Options{Pool: pool, Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(func() { require.NoError(t, e.log.Close()) })
	any := func(a string) (string, error) { return a, nil }
	e.store = &schedule.Store{Pool: pool, Now: e.now, KnownRegion: func(string) bool { return true }, KnownClass: func(string) bool { return true },
		Networks: map[string]schedule.Network{"telegram": {Every: time.Minute, Check: any}, "rss": {Every: time.Hour, Check: any}}}
	return e
}

func (e *env) now() time.Time { e.mu.Lock(); defer e.mu.Unlock(); return e.at }

func (e *env) advance(d time.Duration) { e.mu.Lock(); defer e.mu.Unlock(); e.at = e.at.Add(d) }

// fresh forgets sources and posts, for the next case of a table.
func (e *env) fresh(t *testing.T) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.t, e.steps, e.records, e.fail = t, nil, nil, nil
	_, err := e.store.Pool.Exec(context.Background(), `DELETE FROM source; DELETE FROM ledger`)
	require.NoError(t, err)
}

// failing lets f decide which steps fail, counted from now; nil: none does.
func (e *env) failing(f func(step string, n int) error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.count, e.fail = map[string]int{}, f
}

// step is called where something is about to happen.
func (e *env) step(name string) error {
	e.mu.Lock()
	e.steps = append(e.steps, name)
	e.count[name]++
	n, fail, hold := e.count[name], e.fail, e.hold[name]
	e.mu.Unlock()
	if hold != nil {
		e.held <- name
		<-hold
	}
	if fail != nil {
		return fail(name, n)
	}
	return nil
}

// around is step before and after something.
func (e *env) around(name string, f func() error) error {
	if err := e.step(name); err != nil {
		return err
	}
	if err := f(); err != nil {
		return err
	}
	return e.step("after " + name)
}

func (e *env) Append(ctx context.Context, topic string, records ...stream.Record) error {
	require.Equal(e.t, stream.Posts, topic)
	return e.around("append", func() error {
		if err := e.log.Append(ctx, topic, records...); err != nil {
			return err
		}
		e.mu.Lock()
		defer e.mu.Unlock()
		for _, r := range records {
			rec, err := post.Decode(r.Value)
			require.NoError(e.t, err)
			require.Equal(e.t, string(rec.ID), r.Key)
			e.records = append(e.records, rec)
		}
		return nil
	})
}

type watchedLedger struct{ *env }

func (w watchedLedger) NextRev(ctx context.Context) (rev int64, err error) {
	return rev, w.around("rev", func() error { rev, err = w.ledger.NextRev(ctx); return err })
}

func (w watchedLedger) Admit(ctx context.Context, r ledger.Reading, items []source.Item) (a *ledger.Admitted, err error) {
	return a, w.around("admit", func() error { a, err = w.ledger.Admit(ctx, r, items); return err })
}

func (w watchedLedger) AdmitDeleted(ctx context.Context, r ledger.Reading, ids []post.ID) (a *ledger.Admitted, err error) {
	return a, w.around("admit deleted", func() error { a, err = w.ledger.AdmitDeleted(ctx, r, ids); return err })
}

func (w watchedLedger) Confirm(ctx context.Context, a *ledger.Admitted) error {
	return w.around("confirm", func() error { return w.ledger.Confirm(ctx, a) })
}

type watchedSchedule struct {
	*schedule.Store
	env *env
}

func (w watchedSchedule) Keep(ctx context.Context, l schedule.Lease, st schedule.Step, lease time.Duration) error {
	return w.env.around("keep", func() error { return w.Store.Keep(ctx, l, st, lease) })
}

func (w watchedSchedule) Renew(ctx context.Context, l schedule.Lease, lease time.Duration) error {
	return w.env.around("renew", func() error { return w.Store.Renew(ctx, l, lease) })
}

// run crawls until cancel is called; wait waits for the end.
func (e *env) run() (cancel, wait func()) {
	c := &crawl.Crawler{Schedule: watchedSchedule{e.store, e}, Ledger: watchedLedger{e}, Rechecks: e.ledger, Log: e, Now: e.now, Worker: "test", Workers: e.workers, Lease: e.lease,
		Open: e.open, Logger: slog.New(slog.DiscardHandler), Observe: func(o crawl.Outcome) { e.outcomes <- o }}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- c.Run(ctx) }()
	return cancel, func() {
		e.t.Helper()
		select {
		case err := <-ended:
			require.NoError(e.t, err)
		case <-time.After(patience):
			e.t.Fatal("the crawler does not stop")
		}
	}
}

// visits lets every source be due and waits for the ends of n visits.
func (e *env) visits(n int) (out []crawl.Outcome) {
	e.t.Helper()
	e.advance(24 * time.Hour)
	cancel, wait := e.run()
	for range n {
		out = append(out, e.outcome())
	}
	cancel()
	wait()
	return out
}

func (e *env) outcome() crawl.Outcome {
	e.t.Helper()
	select {
	case o := <-e.outcomes:
		return o
	case <-time.After(patience):
		e.t.Fatal("no visit ends")
	}
	return crawl.Outcome{}
}

func (e *env) waitHeld() string {
	e.t.Helper()
	select {
	case s := <-e.held:
		return s
	case <-time.After(patience):
		e.t.Fatal("nothing waits")
	}
	return ""
}

// add configures a source.
func (e *env) add(address string) int64 {
	s, err := e.store.Add(context.Background(), access.Person{Role: access.Administrator, Regions: []string{"*"}, Sealed: true}, schedule.Draft{Network: "telegram", Address: address, Regions: []string{"RU-PRI"}, Enabled: true})
	require.NoError(e.t, err)
	return s.ID
}

func (e *env) get(id int64) schedule.Source {
	s, err := e.store.Get(context.Background(), access.Everything(), id)
	require.NoError(e.t, err)
	return s
}

// last gives the newest record of each post, having checked that revs rise.
func (e *env) last() map[post.ID]post.Record {
	e.mu.Lock()
	defer e.mu.Unlock()
	out := map[post.ID]post.Record{}
	for _, r := range e.records {
		require.Greater(e.t, r.Rev, out[r.ID].Rev, "a later record of %s is a later reading", r.ID)
		out[r.ID] = r
	}
	return out
}

// channel is a scripted source: a list of posts that is read from a number on,
// and may misbehave.
type channel struct {
	env   *env
	owner string

	mu      sync.Mutex
	texts   []string     // post n is texts[n-1]
	changed map[int]bool // come again with the next batch
	gone    []post.ID    // reported with the next batch
	size    int          // of a batch
	trouble func() error // of Read; may panic
	spoil   func(*source.Batch)
	endless bool
	slow    bool // a reading lasts until it is given up
	closed  int
	asked   [][]post.ID  // by Recheck
	lost    map[int]bool // deleted, which only Recheck says
	refuse  func() error // of Recheck; may panic
}

func (e *env) channel(n int) *channel {
	c := &channel{env: e, owner: "telegram:1", size: 2, changed: map[int]bool{}}
	for i := range n {
		c.texts = append(c.texts, fmt.Sprintf("пост %d", i+1))
	}
	e.open = func(schedule.Source) (source.Source, error) { return c, nil }
	return c
}

func (c *channel) edit(n int, text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.texts[n-1], c.changed[n] = text, true
}

func (c *channel) Connect(context.Context) (source.Info, error) {
	return source.Info{Source: c.owner, Title: "Канал"}, nil
}

// Recheck gives posts as they are, and those in lost as deleted.
func (c *channel) Recheck(_ context.Context, ids []post.ID) (b source.Batch, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, ids)
	if c.refuse != nil {
		return b, c.refuse()
	}
	for _, id := range ids {
		n, err := strconv.Atoi(id.Native())
		require.NoError(c.env.t, err)
		if c.lost[n] {
			b.Deleted = append(b.Deleted, id)
		} else {
			b.Items = append(b.Items, c.item(n))
		}
	}
	return b, nil
}

func (c *channel) Close() error { c.mu.Lock(); defer c.mu.Unlock(); c.closed++; return nil }

func (c *channel) item(n int) source.Item {
	return source.Item{ID: post.ID(fmt.Sprintf("%s/%d", c.owner, n)), Published: time.Date(2026, 11, 20, 9, n%60, 0, 0, time.UTC), Post: post.Post{Text: c.texts[n-1]}}
}

type place struct {
	N int `json:"n"`
}

func (c *channel) Read(ctx context.Context, after source.Cursor) (b source.Batch, err error) {
	if err := c.env.step("read"); err != nil {
		return b, err
	}
	if c.slow {
		<-ctx.Done()
		return b, &source.State{Health: source.Unreachable, Detail: "it does not answer", Err: ctx.Err()}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.trouble != nil {
		if err := c.trouble(); err != nil {
			return b, err
		}
	}
	var at place
	if after != nil {
		require.NoError(c.env.t, json.Unmarshal(after, &at))
	}
	b.Backfill = after == nil
	for range c.size {
		if c.endless {
			c.texts = append(c.texts, "ещё")
		}
		if at.N < len(c.texts) {
			at.N++
			b.Items = append(b.Items, c.item(at.N))
		}
	}
	for n := range c.changed {
		if !slices.ContainsFunc(b.Items, func(it source.Item) bool { return it.ID == c.item(n).ID }) {
			b.Items = append(b.Items, c.item(n))
		}
	}
	b.Deleted, b.More = c.gone, at.N < len(c.texts) || c.endless
	b.Info = &source.Info{Source: c.owner, Title: "Канал"}
	b.Cursor, _ = json.Marshal(at)
	if c.spoil != nil {
		c.spoil(&b)
	}
	return b, ctx.Err()
}
