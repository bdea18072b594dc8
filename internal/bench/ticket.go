package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/crawler/source"
	"github.com/otklik/otklik/internal/stream"
)

const (
	loadFor   = 10 * time.Second
	loadEvery = 20 * time.Millisecond
	ticketAim = time.Second
)

// ticket: the time from a post's reading to its incident in the API's list, at
// parts of the measured capacity. It is counted from the moment at which the
// post was to be read, so that a line that can't follow doesn't look quick.
func ticket(ctx context.Context, s shape, n int) ([]row, error) {
	items, err := invent(11, n)
	if err != nil {
		return nil, err
	}
	capacity, err := through(ctx, s, alarming(items, seldom))
	if err != nil {
		return nil, err
	}
	in, err := running(ctx, s, items)
	if err != nil {
		return nil, err
	}
	defer in.close()
	var rows []row
	from := n
	for _, percent := range []int{25, 50, 90} {
		if err := in.idle(ctx); err != nil {
			return nil, err
		}
		rate := capacity.whole * float64(percent) / 100
		took, err := in.load(ctx, rate, from)
		if err != nil {
			return nil, err
		}
		from += int(rate * loadFor.Seconds())
		slices.Sort(took)
		for _, p := range []struct {
			name string
			at   int
		}{{"p50", len(took) / 2}, {"p99", len(took) * 99 / 100}, {"max", len(took) - 1}} {
			rows = append(rows, row{fmt.Sprintf("post → ticket at %d %% of capacity, %s, %s", percent, p.name, s.name),
				grouped(float64(took[p.at].Milliseconds())) + " ms", fmt.Sprintf("aim %d ms; %s posts/s, %d tickets", ticketAim.Milliseconds(), grouped(rate), len(took)),
				took[p.at].Seconds() / ticketAim.Seconds()})
		}
	}
	return rows, nil
}

func (in *installation) idle(ctx context.Context) error {
	if err := in.caughtUp(ctx, "indexer", stream.Posts); err != nil {
		return err
	}
	return in.caughtUp(ctx, "desk", stream.Matches)
}

// load reads posts at a rate for a while and gives the times of their tickets.
func (in *installation) load(ctx context.Context, rate float64, from int) ([]time.Duration, error) {
	n := int(rate * loadFor.Seconds())
	items, err := invent(uint64(from), n)
	if err != nil {
		return nil, err
	}
	for i := range items { // others than before
		if items[i].ID, err = post.NewID("telegram", "2100000000", fmt.Sprint(from+i+1)); err != nil {
			return nil, err
		}
	}
	items = alarming(items, seldom)
	due := map[post.ID]time.Duration{}
	for i, it := range items {
		if isAlarm(it) {
			due[it.ID] = time.Duration(float64(i) / rate * float64(time.Second))
		}
	}
	begin := time.Now()
	failed := make(chan error, 1)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() { failed <- in.pace(ctx, items, rate, begin) }()
	var took []time.Duration
	newest := int64(0)
	err = in.until(ctx, "shown as incidents", 10*loadFor, func() (bool, error) {
		select {
		case err := <-failed:
			if err != nil {
				return false, err
			}
		default:
		}
		seen, err := in.since(ctx, newest)
		if err != nil {
			return false, err
		}
		now := time.Since(begin)
		for _, i := range seen {
			newest = max(newest, i.Number)
			for _, p := range i.Posts {
				if at, ok := due[p.Post]; ok {
					took = append(took, now-at)
					delete(due, p.Post)
				}
			}
		}
		return len(due) == 0, nil
	})
	if err == nil && len(took) == 0 {
		err = errors.New("no ticket was to be opened: the line is too slow to be loaded")
	}
	return took, err
}

// pace reads posts as their time comes; late ones together.
func (in *installation) pace(ctx context.Context, items []source.Item, rate float64, begin time.Time) error {
	tick := time.NewTicker(loadEvery)
	defer tick.Stop()
	for done := 0; done < len(items); {
		due := min(int(time.Since(begin).Seconds()*rate), len(items))
		for done < due {
			n := min(due-done, batchSize)
			for i := done; i < done+n; i++ {
				items[i].Published = time.Now()
			}
			if err := in.take(ctx, items[done:done+n]); err != nil {
				return err
			}
			done += n
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
	return nil
}

// shownIncident is what the API's list says of an incident.
type shownIncident struct {
	Number int64
	Posts  []struct{ Post post.ID }
}

// since asks the API for the incidents after a number, newest first.
func (in *installation) since(ctx context.Context, number int64) (all []shownIncident, err error) {
	const page = 20
	for after := ""; ; {
		var out struct {
			Items []shownIncident
			Next  string
		}
		if err := in.Call(ctx, http.MethodGet, fmt.Sprintf("/incidents?limit=%d&after=%s", page, after), nil, &out); err != nil {
			return nil, err
		}
		for _, i := range out.Items {
			if i.Number <= number {
				return all, nil
			}
			all = append(all, i)
		}
		if after = out.Next; after == "" {
			return all, nil
		}
	}
}
