package main

import (
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

	committed map[string]int64 // the greatest commit seen, by group/topic/partition
	verdict   verdict
}

// options are what all runs of one call share.
type options struct {
	binary string
	posts  int
	over   time.Duration // posts are published evenly over it
	papers int
	settle time.Duration // the longest wait for the end
	seed   uint64
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
	r := &run{engines: e, rng: rand.New(rand.NewPCG(o.seed, 1)), committed: map[string]int64{}}
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
	tick := time.NewTicker(measureEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := r.measureLag(ctx); err == nil { // an engine that is down says nothing
			r.verdict.behind = max(r.verdict.behind, int64(r.verdict.unfinished))
		}
		r.measureMemory()
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
