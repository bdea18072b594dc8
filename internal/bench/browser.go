package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/otklik/otklik/crawler/source"
	"github.com/otklik/otklik/internal/stream"
	"github.com/otklik/otklik/ui"
)

const (
	feedRows     = 10_000
	listRows     = 1_000
	arriving     = 50 * time.Millisecond // between posts that come while people work
	scriptLimit  = 250                   // KB
	answerLimit  = 100                   // ms
	browserLimit = 15 * time.Minute
)

// visit is one run of ui/scripts/bench.mjs.
type visit struct {
	Script, Paint, EmptyPaint, Arriving float64
	Empty, Feed, Plain, List            interactions
}

// interactions are keys and clicks: ms from the event to the next frame.
type interactions struct {
	P50, P98    float64
	Count, Rows int
}

// browser: the page in Chromium, with many posts in the feed and more coming.
// Where Node.js or Chromium is missing, one row says so.
func browser(ctx context.Context) ([]row, error) {
	if what := missing(); what != "" {
		return []row{{"page in Chromium", "not measured: " + what, "", 0}}, nil
	}
	in, err := prepare(ctx, shapes()[0])
	if err != nil {
		return nil, err
	}
	defer in.close()
	if err := in.start(ctx); err != nil {
		return nil, err
	}
	if err := in.standing(ctx); err != nil {
		return nil, err
	}
	items, err := invent(13, 2*feedRows)
	if err != nil {
		return nil, err
	}
	past, coming := items[:feedRows], items[feedRows:]
	for i := range past {
		past[i].Published = past[i].Published.Add(-time.Duration(i) * time.Second)
	}
	if err := in.takeAll(ctx, past); err != nil {
		return nil, err
	}
	if err := in.caughtUp(ctx, "desk", stream.Matches); err != nil {
		return nil, err
	}
	visits, err := in.visits(ctx, coming)
	if err != nil {
		return nil, err
	}
	return pageRows(visits), nil
}

func missing() string {
	if _, err := exec.LookPath("node"); err != nil {
		return "Node.js is not here"
	}
	if _, err := exec.LookPath(chromium()); err != nil {
		return "Chromium is not here (CHROMIUM says where it is)"
	}
	if !ui.Built() {
		return "the page is not built (make page)"
	}
	return ""
}

func chromium() string { return cmp.Or(os.Getenv("CHROMIUM"), "/usr/bin/chromium") }

// visits lets posts arrive while the script works with the page.
func (in *installation) visits(ctx context.Context, coming []source.Item) ([]visit, error) {
	ctx, stop := context.WithTimeout(ctx, browserLimit)
	defer stop()
	failed := make(chan error, 1)
	go func() { failed <- in.arrive(ctx, coming) }()
	cmd := exec.CommandContext(ctx, "node", filepath.Join("ui", "scripts", "bench.mjs"), in.Base, "--token", token, "--json",
		"--runs", fmt.Sprint(runs), "--rows", fmt.Sprint(feedRows), "--incidents", fmt.Sprint(listRows))
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, os.Stderr
	err := cmd.Run()
	stop()
	if e := <-failed; e != nil && err == nil {
		err = e
	}
	if err != nil {
		return nil, fmt.Errorf("ui/scripts/bench.mjs: %w", err)
	}
	var visits []visit
	return visits, json.Unmarshal(out.Bytes(), &visits)
}

// arrive takes posts one by one until ctx ends.
func (in *installation) arrive(ctx context.Context, items []source.Item) error {
	tick := time.NewTicker(arriving)
	defer tick.Stop()
	for _, it := range items {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		it.Published = time.Now()
		if err := in.take(ctx, []source.Item{it}); err != nil && ctx.Err() == nil {
			return err
		}
	}
	return nil
}

func pageRows(visits []visit) []row {
	of := func(f func(visit) float64) float64 {
		var v []float64
		for _, x := range visits {
			v = append(v, f(x))
		}
		return median(v)
	}
	ms := func(f float64) string { return fmt.Sprintf("%.0f ms", f) }
	script := of(func(v visit) float64 { return v.Script / 1024 })
	paint, emptyPaint := of(func(v visit) float64 { return v.Paint }), of(func(v visit) float64 { return v.EmptyPaint })
	rows := []row{
		{"page: script of a first visit, gzip", fmt.Sprintf("%.0f KB", script), fmt.Sprintf("limit %d KB", scriptLimit), script / scriptLimit},
		{"page: first contentful paint", ms(paint), "an empty page, " + ms(emptyPaint), paint / emptyPaint},
	}
	plain, empty := of(func(v visit) float64 { return v.Plain.P50 }), of(func(v visit) float64 { return v.Empty.P98 })
	rate := of(func(v visit) float64 { return v.Arriving })
	for _, l := range []struct {
		what string
		of   func(visit) interactions
	}{
		{fmt.Sprintf("page: feed of %s posts", grouped(feedRows)), func(v visit) interactions { return v.Feed }},
		{fmt.Sprintf("page: list of %s incidents", grouped(listRows)), func(v visit) interactions { return v.List }},
	} {
		p50, p98 := of(func(v visit) float64 { return l.of(v).P50 }), of(func(v visit) float64 { return l.of(v).P98 })
		rows = append(rows,
			row{l.what + ", interaction p50", ms(p50), fmt.Sprintf("a plain list of %s rows, %s", grouped(float64(visits[0].Plain.Rows)), ms(plain)), p50 / plain},
			row{l.what + ", interaction p98", ms(p98), fmt.Sprintf("limit %d ms, with %.0f posts arriving a second; an empty page, %s", answerLimit, rate, ms(empty)), p98 / answerLimit})
	}
	return rows
}
