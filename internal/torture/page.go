package main

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/otklik/otklik/internal/stream"
)

// page is what GET /status says of the line.
type page struct {
	At     time.Time
	Stages []struct {
		Stage   string
		Waiting int64
		Known   bool
	}
	Parts []struct {
		Name string
		OK   bool
	}
}

// heard is what the page and the metrics said during a run, held against the
// log itself.
type heard struct {
	answers int           // of the page
	waiting int64         // the most records of a stage of the log that it said to wait
	away    int           // answers that said that a part or a stage is away, or that refused for that
	silent  int           // answers that said that nothing waits, of a stage for which something did
	mute    int           // times that it did not answer within askLimit
	slowest time.Duration // answer, a refusal included
	metrics float64       // the most records that /metrics said to wait
}

// told says whether anything was said to be behind or away.
func (h heard) told() bool { return h.waiting > 0 || h.away > 0 }

const (
	askEvery = time.Second
	askLimit = 20 * time.Second
)

// listen asks the page again and again until its context ends.
func (r *run) listen(ctx context.Context) {
	every(ctx, askEvery, func() { r.hear(ctx) })
}

// hear asks once. The log is looked at before and after: what waited all the
// while can't be overlooked by a page that measured in between.
func (r *run) hear(ctx context.Context) {
	begin := time.Now()
	before, errBefore := r.lags(ctx)
	var p page
	asked := time.Now()
	bounded, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	err := r.product.Call(bounded, http.MethodGet, "/status", nil, &p)
	if ctx.Err() != nil {
		return
	}
	h := &r.verdict.heard
	h.slowest = max(h.slowest, time.Since(asked))
	switch {
	case bounded.Err() != nil:
		h.mute++
		return
	case err != nil && strings.Contains(err.Error(), "/status: 5"):
		h.away++ // the page says that it can't say now
		return
	case err != nil:
		return // the server itself is away
	}
	h.answers++
	after, errAfter := r.lags(ctx)
	sound := errBefore == nil && errAfter == nil && p.At.After(begin) && p.At.Before(time.Now()) // the product's clock may be wrong
	away := false
	for _, part := range p.Parts {
		away = away || !part.OK
	}
	for _, s := range p.Stages {
		away = away || !s.Known
		for _, g := range groups() {
			if g.stage != s.Stage {
				continue
			}
			h.waiting = max(h.waiting, s.Waiting)
			if sound && s.Known && s.Waiting == 0 && waitedThrough(before[g.group], after[g.group]) {
				h.silent++
			}
		}
	}
	if away {
		h.away++
	}
	if n, err := r.metric(ctx, "otklik_lag_records"); err == nil {
		h.metrics = max(h.metrics, n)
	}
}

// waitedThrough says whether some record waited at both times and in between.
func waitedThrough(before, after []stream.Lag) bool {
	for i, b := range before {
		if i < len(after) && b.Committed < b.End && after[i].Committed == b.Committed {
			return true
		}
	}
	return false
}

// metric sums what /metrics says under a name.
func (r *run) metric(ctx context.Context, name string) (sum float64, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.product.Base+"/metrics", nil)
	if err != nil {
		return 0, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("/metrics: %s", res.Status)
	}
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		series, value, ok := strings.Cut(lines.Text(), "} ")
		if ok && strings.HasPrefix(series, name+"{") {
			v, err := strconv.ParseFloat(value, 64)
			if err != nil {
				return 0, err
			}
			sum += v
		}
	}
	return sum, nil
}
