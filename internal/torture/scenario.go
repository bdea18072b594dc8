package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// scenario is one way of hurting the product while posts are on their way.
type scenario struct {
	name, what string
	needs      engineName // "": both shapes
	quick      bool       // belongs to what CI runs
	// hurt hurts until ctx ends, and heals before it returns.
	hurt func(ctx context.Context, r *run) error

	away   bool          // consumers or an engine are away so long that the page must say so
	waits  bool          // so much waits so long that the page and /metrics must have counted it
	stand  time.Duration // the longest that a partition may stand still; 0: any time
	over   time.Duration // posts are published at least so long, but for CI
	settle time.Duration // the least limit of the end
	prompt time.Duration // the longest that the page may take to answer; 0: any time
	leapt  bool          // leases end early: a source may be read by two, which costs a reading and no post
	disk   bool          // needs a small disk
	roomy  bool          // needs more room than a small disk has

	backlog int64 // records that it puts into the log beside
}

// The page waits three seconds for what does not answer; this machine is busy.
const promptly = 6 * time.Second

// A consumer that was killed keeps its partitions for 10 s; who gets them may be
// killed at once, and where members come and go nobody reads for a moment.
const longestStand = 60 * time.Second

func scenarios() []scenario {
	pressed := 80 * time.Second // a minute of it, and time to come back
	return []scenario{
		{name: "calm", what: "nothing happens: what the others are held against", hurt: func(context.Context, *run) error { return nil }, stand: longestStand},
		{name: "kill-crawler", what: "kill -9 of the crawler at random moments", hurt: killing("crawl")},
		{name: "kill-indexer", what: "kill -9 of the indexer", quick: true, hurt: killing("index"), away: true},
		{name: "kill-desk", what: "kill -9 of the incident consumer", quick: true, hurt: killing("desk"), away: true},
		{name: "kill-api", what: "kill -9 of the API server", hurt: killing("serve")},
		{name: "kill-any", what: "kill -9 of any role, one after the other", hurt: killing("crawl", "index", "desk", "serve")},
		{name: "kill-postgres", what: "kill -9 of Postgres", needs: postgres, quick: true, hurt: killingEngine(postgres), away: true},
		{name: "kill-kafka", what: "kill -9 of the broker", needs: kafka, quick: true, hurt: killingEngine(kafka), away: true},
		{name: "kill-elasticsearch", what: "kill -9 of the node", needs: elasticsearch, hurt: killingEngine(elasticsearch), away: true},
		{name: "term", what: "SIGTERM of every role: a clean stop within 10 s", quick: true, hurt: terming},
		{name: "full-disk-postgres", what: "no byte left on the disk of Postgres", needs: postgres, hurt: filling(postgres), away: true, disk: true},
		{name: "full-disk-kafka", what: "no byte left on the disk of the broker", needs: kafka, hurt: filling(kafka), away: true, disk: true},
		{name: "hang-postgres", what: "the network to Postgres hangs", needs: postgres, hurt: hanging(postgres), away: true},
		{name: "hang-kafka", what: "the network to the broker hangs", needs: kafka, hurt: hanging(kafka), away: true},
		{name: "hang-elasticsearch", what: "the network to the node hangs", needs: elasticsearch, hurt: hanging(elasticsearch), away: true},
		{name: "clock", what: "the product's clock jumps hours ahead, and a day back", hurt: jumping, leapt: true},
		{name: "pairs", what: "two of every role, joining and leaving", quick: true, hurt: pairing, stand: longestStand},
		{name: "es-429", what: "the node answers 429 to everything for a minute", needs: elasticsearch, hurt: refusing, waits: true, away: true, over: pressed, prompt: promptly},
		{name: "postgres-locked", what: "tables of index and incidents locked for a minute", needs: postgres, hurt: locking, waits: true, away: true, over: pressed, prompt: promptly},
		{name: "behind-an-hour", what: "consumers stopped while --backlog records come, then catching up", hurt: lagging, waits: true, away: true, over: 2 * pressed, settle: 15 * time.Minute, roomy: true, backlog: 360_000},
		{name: "burst", what: "--backlog records at once, straight into the log", hurt: bursting, waits: true, away: true, settle: 30 * time.Minute, roomy: true, backlog: 1_000_000},
	}
}

// pause waits between from and to; false when ctx has ended.
func (r *run) pause(ctx context.Context, from, to time.Duration) bool {
	d := from + time.Duration(r.rng.Int64N(int64(to-from)))
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

func killing(roles ...string) func(context.Context, *run) error {
	return func(ctx context.Context, r *run) error {
		for r.pause(ctx, time.Second/2, 3*time.Second) {
			for _, u := range r.product.named(roles[r.rng.IntN(len(roles))]) {
				u.kill()
			}
		}
		return nil
	}
}

func killingEngine(name engineName) func(context.Context, *run) error {
	return func(ctx context.Context, r *run) error {
		for r.pause(ctx, time.Second, 5*time.Second) {
			if err := r.engines.all[name].again(context.WithoutCancel(ctx)); err != nil {
				return err
			}
		}
		return nil
	}
}

func terming(ctx context.Context, r *run) error {
	roles := []string{"crawl", "index", "desk", "serve"}
	for i := 0; r.pause(ctx, time.Second/2, 2*time.Second); i++ {
		for _, u := range r.product.named(roles[i%len(roles)]) {
			if err := u.stop(false); err != nil {
				return err
			}
		}
	}
	return nil
}

func filling(name engineName) func(context.Context, *run) error {
	return func(ctx context.Context, r *run) error {
		if !r.pause(ctx, time.Second, 3*time.Second) {
			return nil
		}
		h := r.engines.all[name]
		empty, err := h.fill()
		if err != nil {
			return err
		}
		r.pause(ctx, 5*time.Second, 8*time.Second)
		if err := empty(); err != nil {
			return err
		}
		return h.again(context.WithoutCancel(ctx)) // what ended for want of room is started again, as its supervisor does
	}
}

func hanging(name engineName) func(context.Context, *run) error {
	return func(ctx context.Context, r *run) error {
		p := r.engines.all[name].proxy
		for i := 0; r.pause(ctx, time.Second, 3*time.Second); i++ {
			p.hang()
			r.pause(ctx, 2*time.Second, 8*time.Second)
			p.resume(i%2 == 0)
		}
		return nil
	}
}

func jumping(ctx context.Context, r *run) error {
	jumps := []time.Duration{2 * time.Hour, -24 * time.Hour, 0, 40 * time.Minute, -time.Minute}
	for i := 0; r.pause(ctx, time.Second, 4*time.Second); i++ {
		if err := r.product.setClock(jumps[i%len(jumps)]); err != nil {
			return err
		}
	}
	return r.product.setClock(0)
}

// pairing gives every role a companion that comes and goes, by SIGTERM and by
// kill -9 in turn.
func pairing(ctx context.Context, r *run) error {
	roles := []string{"crawl", "index", "desk", "serve"}
	var more []*unit
	start := func(role string) {
		args := []string{role}
		if role == "serve" {
			args = append(args, "--listen", "127.0.0.1:0")
		}
		more = append(more, r.product.add("second "+role, args...))
	}
	for _, role := range roles {
		start(role)
	}
	for i := 0; r.pause(ctx, time.Second, 3*time.Second); i++ {
		u := more[r.rng.IntN(len(more))]
		if i%2 == 0 {
			u.kill()
			continue
		}
		if err := u.stop(false); err != nil {
			return err
		}
	}
	for _, u := range more {
		if err := u.stop(true); err != nil {
			return fmt.Errorf("at the end: %w", err)
		}
		r.product.forget(u)
	}
	return nil
}

// clockVariable names the file by which a binary built with the tag "torture"
// is given a wrong clock.
const clockVariable = "OTKLIK_TORTURE_CLOCK"

// setClock makes the clock of every process wrong from now on.
func (p *product) setClock(by time.Duration) error {
	path := filepath.Join(p.folder, "clock")
	if err := os.WriteFile(path+".new", []byte(by.String()), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}
