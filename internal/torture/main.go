// Command torture hurts a running Otklik while posts are on their way, and says
// whether any was lost or doubled, and whether the page said what was behind. It
// starts engines of its own and kills them; see docs/architecture.md, «What a
// stop or a crash does».
//
//	torture [--shape postgres|grown] [--seed N] [--posts N] [--over 20s] [SCENARIO…]
//	torture --list
//
// Without names it plays every scenario that the shape has; --quick those that
// CI runs. It prints a verdict a line and exits with 1 when any is bad.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/otklik/otklik/internal/testenv/engine"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	bad, err := torture(ctx, os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "torture:", err)
		os.Exit(1)
	case bad > 0:
		os.Exit(1)
	}
}

func torture(ctx context.Context, args []string, out, errs io.Writer) (bad int, err error) {
	f := flag.NewFlagSet("torture", flag.ContinueOnError)
	f.SetOutput(errs)
	o := options{papers: 40}
	shape := f.String("shape", "postgres", "postgres or grown (Kafka, Elasticsearch and Postgres)")
	list := f.Bool("list", false, "list the scenarios")
	quick := f.Bool("quick", false, "only what CI runs")
	f.Uint64Var(&o.seed, "seed", 1, "of all that is random")
	f.IntVar(&o.posts, "posts", 20_000, "posts of each run")
	f.DurationVar(&o.over, "over", 40*time.Second, "how long they are published")
	f.Int64Var(&o.backlog, "backlog", 0, "records of behind-an-hour (360000: 100 a second) and burst (1000000)")
	f.DurationVar(&o.settle, "settle", 5*time.Minute, "longest wait for the end of each run")
	if err := f.Parse(args); err != nil {
		return 0, err
	}
	if *list {
		for _, s := range scenarios() {
			fmt.Fprintf(out, "%-20s %s\n", s.name, s.what)
		}
		return 0, nil
	}
	if *shape != "postgres" && *shape != "grown" {
		return 0, fmt.Errorf("there is no shape %q: postgres or grown", *shape)
	}
	grown := *shape == "grown"
	chosen, err := choose(f.Args(), grown, *quick)
	if err != nil {
		return 0, err
	}
	folder, err := os.MkdirTemp("", "torture")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(folder)
	if o.binary, err = build(ctx, folder); err != nil {
		return 0, err
	}
	o.quick = *quick
	say := func(format string, args ...any) { fmt.Fprintf(errs, format+"\n", args...) }
	for _, roomy := range []bool{false, true} { // a small disk has no room for some
		part := slices.DeleteFunc(slices.Clone(chosen), func(s scenario) bool { return s.roomy != roomy })
		n, err := playAll(ctx, part, grown, o, say, out)
		bad += n
		if err != nil {
			return bad, err
		}
	}
	fmt.Fprintf(out, "%d of %d scenarios with nothing lost or doubled\n", len(chosen)-bad, len(chosen))
	return bad, nil
}

// build makes a binary whose clock can be made wrong. Its version says nothing,
// and asking git for it would fail where it distrusts the owner of the checkout.
func build(ctx context.Context, folder string) (binary string, err error) {
	binary = filepath.Join(folder, "otklik")
	said, err := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-tags", "torture", "-o", binary, "github.com/otklik/otklik/cmd/otklik").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, said)
	}
	return binary, nil
}

// playAll plays scenarios on engines of their own, one after the other, and says
// how many went badly.
func playAll(ctx context.Context, chosen []scenario, grown bool, o options, say engine.Say, out io.Writer) (bad int, err error) {
	if len(chosen) == 0 {
		return 0, nil
	}
	e, err := startEngines(ctx, grown, slices.ContainsFunc(chosen, func(s scenario) bool { return s.disk }), say)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, e.close()) }()
	for _, s := range chosen {
		v, said, err := playOne(ctx, e, s, o)
		fmt.Fprint(out, said)
		if err != nil {
			return bad, err
		}
		if !v.ok() {
			bad++
		}
	}
	return bad, nil
}

// playOne plays a scenario and says in a line what came of it.
func playOne(ctx context.Context, e *engines, s scenario, o options) (v verdict, said string, err error) {
	begin := time.Now()
	if v, err = play(ctx, e, s, o); err != nil {
		return v, "", fmt.Errorf("%s: %w", s.name, err)
	}
	word := "ok "
	if !v.ok() {
		word = "BAD"
	}
	return v, fmt.Sprintf("%s %s, %s, seed %d, %.0f s: %s\n", word, s.name, e.shape(), o.seed, time.Since(begin).Seconds(), &v), nil
}

// choose gives the named scenarios, or all that a shape has.
func choose(names []string, grown, quick bool) (chosen []scenario, err error) {
	for _, s := range scenarios() {
		has := grown || s.needs == "" || s.needs == postgres
		named := slices.Contains(names, s.name)
		switch {
		case named && !has:
			return nil, fmt.Errorf("%s needs --shape grown", s.name)
		case named, len(names) == 0 && has && (s.quick || !quick):
			chosen = append(chosen, s)
		}
	}
	for _, n := range names {
		if !slices.ContainsFunc(scenarios(), func(s scenario) bool { return s.name == n }) {
			return nil, fmt.Errorf("there is no scenario %q; --list lists them", n)
		}
	}
	return chosen, nil
}
