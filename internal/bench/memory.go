package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/otklik/otklik/internal/simulate/tme"
)

const (
	channels  = 16 // that the crawler reads while memory is measured
	ofChannel = 300
	restFor   = 3 * time.Second
)

// roleProcess is one role as a process of its own.
type roleProcess struct {
	name string
	cmd  *exec.Cmd
}

// memories: what each role takes of memory, as a process of its own: at rest,
// and at most while a line works at its capacity.
func memories(ctx context.Context, s shape, n int) ([]row, error) {
	items, err := invent(23, n)
	if err != nil {
		return nil, err
	}
	items = alarming(items, seldom)
	in, err := prepare(ctx, s)
	if err != nil {
		return nil, err
	}
	defer in.close()
	if err := in.saved(ctx, items); err != nil {
		return nil, err
	}
	telegram := tme.New(tme.Options{})
	server := httptest.NewServer(telegram)
	in.ends = append(in.ends, server.Close)
	all, err := in.roles(ctx, server.URL)
	if err != nil {
		return nil, err
	}
	if err := in.matching(ctx); err != nil {
		return nil, err
	}
	select { // garbage of the start is given back meanwhile
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-time.After(restFor):
	}
	rest := make([]float64, len(all))
	for i, p := range all {
		if rest[i], err = p.status("VmRSS"); err != nil {
			return nil, err
		}
	}
	if err := in.busy(ctx, telegram, server.URL, n); err != nil {
		return nil, err
	}
	var rows []row
	for i, p := range all {
		peak, err := p.status("VmHWM")
		if err != nil {
			return nil, err
		}
		rows = append(rows, row{fmt.Sprintf("memory of %s, at most, %s", p.name, s.name), grouped(peak) + " MiB", "at rest, " + grouped(rest[i]) + " MiB", peak / rest[i]})
	}
	return rows, nil
}

// busy gives every role work: posts as fast as they can be read, channels to
// the crawler, and questions to the API.
func (in *installation) busy(ctx context.Context, telegram *tme.Server, address string, n int) error {
	items, err := invent(23, n)
	if err != nil {
		return err
	}
	items = alarming(items, seldom)
	for c := range channels {
		name := fmt.Sprintf("kanal_%d", c)
		if err := telegram.AddChannel(tme.Channel{Name: name, Number: int64(2_200_000_000 + c), Title: name, Subscribers: 1000}); err != nil {
			return err
		}
		for m := range ofChannel {
			at := time.Now().Add(time.Duration(m-ofChannel) * time.Minute)
			if _, err := telegram.Post(name, tme.Message{Text: items[(c*ofChannel+m)%n].Post.Text, At: at, Views: 10}); err != nil {
				return err
			}
		}
		source := map[string]any{"network": "telegram", "address": "https://t.me/" + name, "regions": []string{region}, "every": "5s", "backfill": ofChannel}
		if err := in.Call(ctx, http.MethodPost, "/sources", source, nil); err != nil {
			return err
		}
	}
	asking, stop := context.WithCancel(ctx)
	asked := make(chan error, 1)
	go func() { asked <- in.ask(asking, queries(items, 50)) }()
	err = in.takeAll(ctx, items)
	if err == nil {
		err = in.until(ctx, "reading every channel", time.Minute, func() (bool, error) {
			var out struct{ Posts int }
			err := in.Call(ctx, http.MethodGet, "/posts/count?query=", nil, &out)
			return out.Posts >= n+channels*ofChannel, err
		})
	}
	if err == nil {
		err = in.idle(ctx)
	}
	stop()
	return errors.Join(err, <-asked)
}

// ask searches, one after another, until ctx ends.
func (in *installation) ask(ctx context.Context, qs []string) error {
	for i := 0; ; i++ {
		var out any
		err := in.Call(ctx, http.MethodGet, "/posts?query="+url.QueryEscape(qs[i%len(qs)]), nil, &out)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			return err
		}
	}
}

// roles builds the product and starts each role as a process.
func (in *installation) roles(ctx context.Context, telegram string) ([]*roleProcess, error) {
	dir, err := os.MkdirTemp("", "otklik-bench")
	if err != nil {
		return nil, err
	}
	in.ends = append(in.ends, func() { os.RemoveAll(dir) })
	binary := filepath.Join(dir, "otklik")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", binary, "./cmd/otklik").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build: %w\n%s", err, out)
	}
	env := append(os.Environ(), "OTKLIK_DATABASE_URL="+in.config.DatabaseURL, "OTKLIK_BOOTSTRAP_TOKEN="+token, "OTKLIK_DATA="+dir,
		"OTKLIK_TELEGRAM_URL="+telegram, "OTKLIK_ALLOW="+strings.TrimPrefix(telegram, "http://"), "OTKLIK_LOG_LEVEL=warn", "OTKLIK_PREFIX="+in.config.Prefix)
	if len(in.config.Kafka) > 0 {
		env = append(env, "OTKLIK_KAFKA="+strings.Join(in.config.Kafka, ","), "OTKLIK_ELASTICSEARCH="+strings.Join(in.config.Elasticsearch, ","))
	}
	var all []*roleProcess
	for _, args := range [][]string{{"crawl"}, {"index"}, {"desk"}, {"serve", "--listen", "127.0.0.1:0"}} {
		cmd := exec.CommandContext(ctx, binary, args...)
		cmd.Env, cmd.Stderr = env, os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			return nil, err
		}
		if err := cmd.Start(); err != nil {
			return nil, err
		}
		in.ends = append(in.ends, func() { _ = cmd.Process.Signal(syscall.SIGTERM); _ = cmd.Wait() })
		all = append(all, &roleProcess{args[0], cmd})
		if args[0] != "serve" {
			continue
		}
		for lines := bufio.NewScanner(out); in.Base == "" && lines.Scan(); {
			if _, address, ok := strings.Cut(lines.Text(), "listening on "); ok {
				in.Base = strings.Fields(address)[0]
			}
		}
	}
	return all, in.until(ctx, "ready", time.Minute, func() (bool, error) { return in.Ready(ctx), nil })
}

// status reads a size from /proc, in MiB.
func (p *roleProcess) status(name string) (float64, error) {
	s := field(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid), name)
	kb, err := strconv.ParseFloat(strings.TrimSuffix(s, " kB"), 64)
	if err != nil {
		return 0, fmt.Errorf("memory of %s can't be read: it ended, or this is no Linux", p.name)
	}
	return kb / 1024, nil
}
