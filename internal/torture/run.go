package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/otklik/otklik/internal/stream"
	streamkafka "github.com/otklik/otklik/internal/stream/kafka"
	streampg "github.com/otklik/otklik/internal/stream/postgres"
)

// eventLog is the product's log as the judge reads it.
type eventLog interface {
	Lag(ctx context.Context, group, topic string) ([]stream.Lag, error)
	Kept(ctx context.Context, topic string) (first, end stream.Position, err error)
}

// run is one scenario on one shape: a town that publishes, a product that is
// hurt meanwhile, and a verdict.
type run struct {
	engines  *engines
	town     *town
	product  *product
	rng      *rand.Rand
	database string
	log      eventLog
	ends     []func() error

	places  map[string]place // by group/partition
	loaded  int64            // posts that were put into the log beside the town's
	over    time.Duration    // the town publishes
	backlog int64            // records of a load
	quick   bool
	verdict verdict

	published       time.Time // the town's last post
	resumed, caught time.Time // consumers came back, and had caught up
}

// options are what all runs of one call share.
type options struct {
	binary  string
	posts   int
	over    time.Duration // posts are published evenly over it
	papers  int
	settle  time.Duration // the longest wait for the end
	seed    uint64
	backlog int64 // records that scenarios put into the log beside
	quick   bool  // as short as CI needs it
}

const (
	readyWithin   = time.Minute
	measureEvery  = 500 * time.Millisecond
	sourceEvery   = "5s" // the least there is
	webhookSecret = "a secret of the torture, long enough"
)

// play plays one scenario. Its error is a run that could not be played; what
// the product did wrong is in the verdict.
func play(ctx context.Context, e *engines, s scenario, o options) (v verdict, err error) {
	if !o.quick {
		o.over, o.settle = max(o.over, s.over), max(o.settle, s.settle)
	}
	r := &run{engines: e, rng: rand.New(rand.NewPCG(o.seed, 1)), places: map[string]place{}, over: o.over, backlog: cmp.Or(o.backlog, s.backlog), quick: o.quick}
	defer func() {
		for i := len(r.ends) - 1; i >= 0; i-- {
			err = errors.Join(err, r.ends[i]())
		}
	}()
	if err := r.open(ctx, o); err != nil {
		return v, fmt.Errorf("%w\n%s", err, r.said())
	}
	watched, stopWatching := context.WithCancel(ctx)
	var watch sync.WaitGroup
	watch.Go(func() { r.watch(watched) })
	watch.Go(func() { r.listen(watched) })
	defer watch.Wait()
	defer stopWatching()

	hurting, healed := context.WithCancel(ctx)
	var hurt sync.WaitGroup
	hurt.Go(func() {
		if err := s.hurt(hurting, r); err != nil {
			r.verdict.faults = append(r.verdict.faults, fmt.Errorf("the scenario itself: %w", err))
		}
	})
	err = r.town.publish(ctx, rand.New(rand.NewPCG(o.seed, 2)), o.posts, o.over)
	r.published = time.Now()
	healed()
	hurt.Wait()
	if err != nil {
		return r.verdict, err
	}
	err = r.settle(ctx, o.settle)
	stopWatching()
	watch.Wait()
	if err != nil {
		r.verdict.faults = append(r.verdict.faults, err)
	}
	if err := r.judge(ctx); err != nil {
		r.verdict.faults = append(r.verdict.faults, err)
	}
	r.verdict.ends = r.product.lost
	if n := r.town.together(); !s.leapt {
		r.verdict.together = n
	} else if n > 0 {
		r.note("%d readings of a source by two at once, for its lease had ended by the clock", n)
	}
	r.bounds(s)
	if !r.verdict.ok() {
		fmt.Fprintln(os.Stderr, r.said())
		for _, l := range r.product.lost {
			fmt.Fprintln(os.Stderr, l)
		}
	}
	if err := r.product.close(); err != nil {
		r.verdict.faults = append(r.verdict.faults, err)
	}
	return r.verdict, nil
}

func (r *run) said() string {
	if r.product == nil {
		return ""
	}
	return r.product.said()
}

func (r *run) open(ctx context.Context, o options) (err error) {
	if r.town, err = newTown(o.papers); err != nil {
		return err
	}
	r.ends = append(r.ends, r.town.close)
	if err := r.town.open(); err != nil {
		return err
	}
	name, err := r.engines.stage(ctx)
	if err != nil {
		return err
	}
	r.ends = append(r.ends, func() error { return r.engines.drop(context.WithoutCancel(ctx), name) })
	r.database = r.engines.database(name)
	env := r.engines.env(name)
	folder, err := os.MkdirTemp("", "torture")
	if err != nil {
		return err
	}
	r.ends = append(r.ends, func() error { return os.RemoveAll(folder) })
	env = append(env, "OTKLIK_ALLOW="+strings.Join(r.town.allowed(), ","), "OTKLIK_CRAWL_WORKERS="+strconv.Itoa(o.papers),
		clockVariable+"="+filepath.Join(folder, "clock"))
	if r.product, err = newProduct(ctx, o.binary, folder, env); err != nil {
		return err
	}
	r.ends = append(r.ends, r.product.close)
	if err := r.product.migrate(); err != nil {
		return err
	}
	if err := r.openLog(ctx, name); err != nil {
		return err
	}
	r.product.addAll()
	return r.setUp(ctx)
}

// openLog opens the log of the run of a name.
func (r *run) openLog(ctx context.Context, name string) error {
	if k := r.engines.all[kafka]; k != nil {
		l, err := streamkafka.New(streamkafka.Options{Brokers: []string{k.proxy.address()}, Prefix: name})
		if err != nil {
			return err
		}
		r.log = l
		r.ends = append(r.ends, l.Close)
		return nil
	}
	pool, err := pgxpool.New(ctx, r.database)
	if err != nil {
		return err
	}
	l := streampg.New(streampg.Options{Pool: pool})
	r.log = l
	r.ends = append(r.ends, func() error { pool.Close(); return nil }, l.Close)
	return nil
}

// setUp does through the API what a centre does at first, and waits until every
// paper has been read once: what comes now is live.
func (r *run) setUp(ctx context.Context) error {
	if err := until(ctx, readyWithin, "ready", func() (bool, error) { return r.product.Ready(ctx), nil }); err != nil {
		return err
	}
	var made struct{ ID int64 }
	post := func(path string, in object) error { return r.product.Call(ctx, http.MethodPost, path, in, &made) }
	for _, region := range []string{"RU-PRI", "RU-KHA"} {
		if err := post("/agencies", object{"region": region, "name": "Теплосеть", "default": true, "webhook_url": r.town.hookURL(), "webhook_secret": webhookSecret}); err != nil {
			return err
		}
		if err := post("/searches", object{"name": "Тепло " + region, "query": "отопление батареи -реклама", "regions": []string{region}}); err != nil {
			return err
		}
		if err := post("/rules", object{"region": region, "search": made.ID, "name": "Тепло", "mode": "auto"}); err != nil {
			return err
		}
	}
	for _, p := range r.town.papers {
		if err := post("/sources", object{"network": "rss", "address": p.url, "regions": []string{p.region}, "every": sourceEvery}); err != nil {
			return err
		}
	}
	return until(ctx, readyWithin, "every paper read once, every search in force", func() (bool, error) {
		var sources struct {
			Items []struct {
				Posts  int64
				Detail string
			}
		}
		if err := r.product.Call(ctx, http.MethodGet, "/sources?limit=200", nil, &sources); err != nil {
			return false, err
		}
		for _, s := range sources.Items {
			if s.Posts == 0 {
				return false, errors.New(s.Detail)
			}
		}
		var searches struct {
			Items []struct {
				PastDone bool `json:"past_done"`
			}
		}
		if err := r.product.Call(ctx, http.MethodGet, "/searches", nil, &searches); err != nil {
			return false, err
		}
		for _, s := range searches.Items {
			if !s.PastDone {
				return false, nil
			}
		}
		return len(sources.Items) == len(r.town.papers), nil
	})
}

// watch looks at the log and at the processes until its context ends.
func (r *run) watch(ctx context.Context) {
	every(ctx, measureEvery, func() {
		if err := r.measureLag(ctx); err == nil { // an engine that is down says nothing
			r.verdict.behind = max(r.verdict.behind, int64(r.verdict.unfinished))
		}
		r.measureMemory()
	})
}

// every does something again and again until its context ends.
func every(ctx context.Context, pause time.Duration, do func()) {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		do()
	}
}

// memoryLimit is what a role may have resident, whatever waits for it or for its log.
const memoryLimit = 512 << 20 // bytes

// bounds holds what was measured against what may be.
func (r *run) bounds(s scenario) {
	v := &r.verdict
	fault := func(format string, args ...any) { v.faults = append(v.faults, fmt.Errorf(format, args...)) }
	if v.heard.answers == 0 {
		fault("the page never answered")
	}
	if v.heard.mute > 0 {
		fault("the page did not answer within %s, %d times", askLimit, v.heard.mute)
	}
	if s.away && !v.heard.told() {
		fault("the page never said that anything is behind or away")
	}
	if s.waits && v.heard.waiting == 0 {
		fault("the page never said that anything waits")
	}
	if s.waits && v.heard.metrics == 0 {
		fault("/metrics never said that anything waits")
	}
	for _, role := range []string{"crawl", "index", "desk"} {
		if v.peak[role] > memoryLimit {
			fault("%s took %d MB, more than %d", role, v.peak[role]>>20, memoryLimit>>20)
		}
	}
	if s.prompt > 0 && v.heard.slowest > s.prompt {
		fault("the page took %.1f s to answer, more than %s", v.heard.slowest.Seconds(), s.prompt)
	}
	if s.stand > 0 && v.stood > s.stand {
		fault("a partition stood for %s, more than %s", v.stood, s.stand)
	}
}

// measureMemory keeps the greatest resident size of each role.
func (r *run) measureMemory() {
	r.product.mu.Lock()
	defer r.product.mu.Unlock()
	if r.verdict.peak == nil {
		r.verdict.peak = map[string]int64{}
	}
	for _, u := range r.product.units {
		u.mu.Lock()
		if u.cmd != nil && u.cmd.Process != nil {
			r.verdict.peak[u.name] = max(r.verdict.peak[u.name], resident(u.cmd.Process.Pid))
		}
		u.mu.Unlock()
	}
}

// resident is the resident size of a process in bytes; 0 when it has ended.
func resident(pid int) int64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0
	}
	var size, pages int64
	if _, err := fmt.Sscan(string(b), &size, &pages); err != nil {
		return 0
	}
	return pages * int64(os.Getpagesize())
}
