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
}

func scenarios() []scenario {
	return []scenario{
		{"calm", "nothing happens: what the others are held against", "", false, func(context.Context, *run) error { return nil }},
		{"kill-crawler", "kill -9 of the crawler at random moments", "", false, killing("crawl")},
		{"kill-indexer", "kill -9 of the indexer", "", true, killing("index")},
		{"kill-desk", "kill -9 of the incident consumer", "", true, killing("desk")},
		{"kill-api", "kill -9 of the API server", "", false, killing("serve")},
		{"kill-any", "kill -9 of any role, one after the other", "", false, killing("crawl", "index", "desk", "serve")},
		{"kill-postgres", "kill -9 of Postgres", postgres, true, killingEngine(postgres)},
		{"kill-kafka", "kill -9 of the broker", kafka, true, killingEngine(kafka)},
		{"kill-elasticsearch", "kill -9 of the node", elasticsearch, false, killingEngine(elasticsearch)},
		{"term", "SIGTERM of every role: a clean stop within 10 s", "", true, terming},
		{"full-disk-postgres", "no byte left on the disk of Postgres", postgres, false, filling(postgres)},
		{"full-disk-kafka", "no byte left on the disk of the broker", kafka, false, filling(kafka)},
		{"hang-postgres", "the network to Postgres hangs", postgres, false, hanging(postgres)},
		{"hang-kafka", "the network to the broker hangs", kafka, false, hanging(kafka)},
		{"hang-elasticsearch", "the network to the node hangs", elasticsearch, false, hanging(elasticsearch)},
		{"clock", "the product's clock jumps hours ahead, and a day back", "", false, jumping},
		{"pairs", "two of every role, joining and leaving", "", true, pairing},
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
