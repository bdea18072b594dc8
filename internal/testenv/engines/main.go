// Engines runs a command with the real engines at its side:
//
//	engines -- go test ./...
//
// What OTKLIK_TEST_DATABASE_URL, OTKLIK_TEST_KAFKA and OTKLIK_TEST_ELASTICSEARCH
// name already is used. The rest is started (Postgres as an installation does
// it, Kafka and Elasticsearch from deploy/engines), named in the command's
// environment, and stopped when the command ends or a signal comes. What can't
// be started is left out, with the reason on standard error. The exit code is
// the command's.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/otklik/otklik/internal/testenv"
	real "github.com/otklik/otklik/internal/testenv/engine"
)

func main() {
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	os.Exit(run(os.Args[1:], signals, os.Stderr))
}

// engine is one thing to start.
type engine struct {
	name string
	env  string // the variable that tells its address
	// start gives the address and what ends it. Its error says why the engine
	// can't be had here.
	start func(ctx context.Context, folder string, say real.Say) (address string, stop func() error, err error)
}

func run(args []string, signals <-chan os.Signal, stderr io.Writer) int {
	if i := slices.Index(args, "--"); i == 0 {
		args = args[1:]
	}
	if len(args) == 0 {
		fmt.Fprintln(stderr, "usage: engines -- COMMAND [ARGUMENT…]")
		return 2
	}
	return with([]engine{
		{"Postgres", testenv.EnvDatabase, starter(func(ctx context.Context, folder string, _ real.Say) (*real.Engine, error) {
			return real.Postgres(ctx, folder, false)
		})},
		{"Kafka", testenv.EnvKafka, starter(func(ctx context.Context, folder string, say real.Say) (*real.Engine, error) {
			return real.Kafka(ctx, folder, "", say)
		})},
		{"Elasticsearch", testenv.EnvElasticsearch, starter(real.Elasticsearch)},
	}, args, signals, stderr)
}

func starter(start func(context.Context, string, real.Say) (*real.Engine, error)) func(context.Context, string, real.Say) (string, func() error, error) {
	return func(ctx context.Context, folder string, say real.Say) (string, func() error, error) {
		e, err := start(ctx, folder, say)
		if err != nil {
			return "", nil, err
		}
		return e.Address, e.Close, nil
	}
}

// running is an engine that we started.
type running struct {
	engine
	address string
	stop    func() error
	err     error // why it isn't running
}

func with(engines []engine, args []string, signals <-chan os.Signal, stderr io.Writer) int {
	say := func(format string, a ...any) { fmt.Fprintf(stderr, "engines: "+format+"\n", a...) }
	folder, err := os.MkdirTemp("", "otk") // short: a socket's path goes in it
	if err != nil {
		say("%v", err)
		return 1
	}
	defer os.RemoveAll(folder)
	if err := os.Chmod(folder, 0o755); err != nil { // the database's user must get in
		say("%v", err)
		return 1
	}

	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Minute)
	defer cancel()
	started := make(chan []running, 1)
	go func() { started <- startAll(ctx, engines, folder, say) }()
	var all []running
	select {
	case all = <-started:
	case s := <-signals:
		say("%v", s)
		cancel() // starts end soon
		stopAll(<-started, say)
		return 128 + number(s)
	}
	defer stopAll(all, say)

	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, stderr
	cmd.Env = os.Environ()
	for _, r := range all {
		if r.err == nil {
			cmd.Env = append(cmd.Env, r.env+"="+r.address)
		}
	}
	return command(cmd, signals, say)
}

func startAll(ctx context.Context, engines []engine, folder string, say func(string, ...any)) []running {
	all := make([]running, 0, len(engines))
	for _, e := range engines {
		if os.Getenv(e.env) != "" {
			say("%s: %s is set, using it", e.name, e.env)
			continue
		}
		all = append(all, running{engine: e})
	}
	var g errgroup.Group
	for i := range all {
		r := &all[i]
		g.Go(func() error {
			begin := time.Now()
			r.address, r.stop, r.err = r.start(ctx, folder, say)
			if r.err != nil {
				say("NO %s: %v", r.name, r.err)
				say("  tests that need %s will be %s; set %s to use one that runs already", r.name, fate(), r.env)
				return nil
			}
			say("%s at %s after %.1f s", r.name, r.address, time.Since(begin).Seconds())
			return nil
		})
	}
	g.Wait() // errors are kept in each
	return all
}

func fate() string {
	if os.Getenv("CI") == "true" {
		return "FAILED (CI=true)"
	}
	return "SKIPPED"
}

func stopAll(all []running, say func(string, ...any)) {
	var g errgroup.Group
	for _, r := range all {
		if r.err != nil {
			continue
		}
		g.Go(func() error {
			if err := r.stop(); err != nil {
				say("stop %s: %v", r.name, err)
			}
			return nil
		})
	}
	g.Wait()
}

// command runs to its end. A signal is passed on; the second one kills.
func command(cmd *exec.Cmd, signals <-chan os.Signal, say func(string, ...any)) int {
	if err := cmd.Start(); err != nil {
		say("%v", err)
		return 127
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	for n := 0; ; n++ {
		select {
		case err := <-ended:
			return code(err, say)
		case s := <-signals:
			if n > 0 {
				s = syscall.SIGKILL
			}
			cmd.Process.Signal(s) // it may have ended: then ended tells
		}
	}
}

func code(err error, say func(string, ...any)) int {
	if err == nil {
		return 0
	}
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		say("%v", err)
		return 1
	}
	if s, ok := exit.Sys().(syscall.WaitStatus); ok && s.Signaled() {
		return 128 + int(s.Signal())
	}
	return exit.ExitCode()
}

func number(s os.Signal) int {
	if n, ok := s.(syscall.Signal); ok {
		return int(n)
	}
	return 1
}
