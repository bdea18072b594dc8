package elastic

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/otklik/otklik/indexer/search"
)

// histogram counts posts in steps of time. The steps are cut here and asked for
// as ranges: Elasticsearch knows its own version of the world's zones, and none
// of a reader's that has no name.
type histogram struct {
	x       *Index
	query   object
	r       search.BreakdownRequest
	months  []month // all that are asked, newest first
	counts  map[int64]int64
	newest  time.Time // beginning of the newest step that isn't empty
	clipped bool      // there are posts before the steps that are given
}

func (x *Index) overTime(ctx context.Context, q object, months []month, r search.BreakdownRequest) (search.Breakdown, error) {
	h := histogram{x: x, query: q, r: r, months: months, counts: map[int64]int64{}}
	most := maxMonths
	if r.Interval == search.Hour {
		most = 2 // 1,500 ranges at once
	}
	reached, err := x.sweep(months, r.Time, most, func(group []month, left time.Duration) (bool, bool, error) {
		if h.tooOld(group[0].end()) {
			timedOut, err := h.older(ctx, group[0].start, left)
			return true, timedOut, err
		}
		timedOut, err := h.read(ctx, group, left)
		return false, timedOut, err
	})
	if err != nil {
		return search.Breakdown{}, err
	}
	return h.result(reached), nil
}

// longest is the greatest length of a step.
func (h *histogram) longest() time.Duration {
	switch h.r.Interval {
	case search.Hour:
		return 2 * time.Hour
	case search.Day:
		return 26 * time.Hour
	}
	return 32 * 24 * time.Hour
}

// tooOld says whether what is before t lies certainly before the steps that
// are given.
func (h *histogram) tooOld(t time.Time) bool {
	return !h.newest.IsZero() && t.Before(h.newest.Add(-search.MaxSteps*h.longest()))
}

// older looks whether there is anything at all from a month back, which is too old.
func (h *histogram) older(ctx context.Context, start time.Time, left time.Duration) (timedOut bool, err error) {
	rest := slices.DeleteFunc(slices.Clone(h.months), func(m month) bool { return m.start.After(start) })
	a, err := h.x.ask(ctx, question{indices: names(rest), body: object{"query": h.query, "size": 0, "track_total_hits": 1}}, left)
	h.clipped = a.Hits.Total.Value > 0
	return a.TimedOut, err
}

// read counts in some months.
func (h *histogram) read(ctx context.Context, group []month, left time.Duration) (timedOut bool, err error) {
	var begins []time.Time
	var ranges []any
	end := group[0].end()
	for b := h.r.Interval.Begin(group[len(group)-1].start, h.r.Location); b.Before(end); {
		next := h.r.Interval.Next(b, h.r.Location)
		begins = append(begins, b)
		ranges = append(ranges, object{"from": microsUp(b), "to": microsUp(next)})
		b = next
	}
	a, err := h.x.ask(ctx, question{indices: names(group), body: object{
		"query": h.query, "size": 0, "track_total_hits": false,
		"aggs": object{"steps": object{"range": object{"field": fieldPublished, "ranges": ranges}}},
	}}, left)
	if err != nil || a.TimedOut || len(a.Aggregations) == 0 { // none where the months are gone
		return a.TimedOut, err
	}
	var out struct {
		Steps struct {
			Buckets []struct {
				Count int64 `json:"doc_count"`
			}
		}
	}
	if err := json.Unmarshal(a.Aggregations, &out); err != nil {
		return false, err
	}
	if len(out.Steps.Buckets) != len(begins) {
		return false, unexpected("steps", len(out.Steps.Buckets), len(begins))
	}
	for i, s := range out.Steps.Buckets {
		if s.Count == 0 {
			continue
		}
		h.counts[begins[i].Unix()] += s.Count
		if begins[i].After(h.newest) {
			h.newest = begins[i]
		}
	}
	return false, nil
}

// result lists the steps from the oldest that isn't empty. A step of which
// only the end was read, before the time was over at reached, is left out.
func (h *histogram) result(reached time.Time) search.Breakdown {
	oldest := h.newest
	for at := range h.counts {
		b := time.Unix(at, 0).In(h.r.Location)
		if b.Before(oldest) && !b.Before(reached) {
			oldest = b
		}
	}
	var out search.Breakdown
	if !h.newest.IsZero() && !h.newest.Before(reached) {
		for b := oldest; !b.After(h.newest); b = h.r.Interval.Next(b, h.r.Location) {
			out.Values = append(out.Values, search.Value{From: b, Posts: h.counts[b.Unix()]})
		}
	}
	out.Reached = reached
	if n := len(out.Values) - search.MaxSteps; n > 0 {
		out.Values = out.Values[n:]
		h.clipped = true
	}
	if h.clipped {
		out.Reached = out.Values[0].From
	}
	return out
}
