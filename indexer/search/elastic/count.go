package elastic

import (
	"context"
	"encoding/json"
	"time"

	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/search"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
)

// The measure of a breakdown.
const (
	valuesPage  = 2000    // values read at once
	maxDistinct = 200_000 // values of a field, more than any installation has sources
)

// Count gives the number of posts that match. See search.Reader.
func (x *Index) Count(ctx context.Context, scope access.Scope, e query.Expr, limit time.Duration) (search.Count, error) {
	q, err := whole(scope, e, false)
	if err != nil || scope.Nothing() {
		return search.Count{}, err
	}
	from, to := span(e)
	months, err := x.months(ctx, from, to)
	if err != nil {
		return search.Count{}, err
	}
	var c search.Count
	c.Reached, err = x.sweep(months, search.LimitOf(limit), maxMonths, func(group []month, left time.Duration) (bool, bool, error) {
		a, err := x.ask(ctx, question{indices: names(group), body: object{"query": q, "size": 0, "track_total_hits": true}}, left)
		if err == nil && !a.TimedOut {
			c.Posts += a.Hits.Total.Value
		}
		return false, a.TimedOut, err
	})
	return c, err
}

// Breakdown counts matches by a field or over time. See search.Reader.
func (x *Index) Breakdown(ctx context.Context, scope access.Scope, r search.BreakdownRequest) (search.Breakdown, error) {
	r, err := r.Checked()
	if err != nil {
		return search.Breakdown{}, err
	}
	q, err := whole(scope, r.Expr, false)
	if err != nil || scope.Nothing() {
		return search.Breakdown{}, err
	}
	from, to := span(r.Expr)
	months, err := x.months(ctx, from, to)
	if err != nil {
		return search.Breakdown{}, err
	}
	if r.Interval != "" {
		return x.overTime(ctx, q, months, r)
	}
	return x.byField(ctx, q, months, r)
}

// byField counts every value of a field: the greatest counts of each month
// alone would not give the greatest of all.
func (x *Index) byField(ctx context.Context, q object, months []month, r search.BreakdownRequest) (b search.Breakdown, err error) {
	counts := map[string]int64{}
	b.Reached, err = x.sweep(months, r.Time, maxMonths, func(group []month, left time.Duration) (bool, bool, error) {
		some, err := x.values(ctx, q, group, fieldName(r.Field), left)
		if err != nil || some == nil {
			return false, some == nil, err
		}
		for v, n := range some { // only of what is complete
			counts[v] += n
		}
		if len(counts) > maxDistinct {
			return false, false, fault.New(fault.TooLarge, "the field %s has more than %d values", r.Field, maxDistinct)
		}
		return false, false, nil
	})
	b.Values = search.Top(counts, r.Limit)
	return b, err
}

// values counts every value of a field in some months, page by page; nil when
// the time didn't suffice.
func (x *Index) values(ctx context.Context, q object, group []month, field string, left time.Duration) (map[string]int64, error) {
	deadline := x.now().Add(left)
	counts := map[string]int64{}
	composite := object{"size": valuesPage, "sources": []any{object{"value": object{"terms": object{"field": field}}}}}
	for len(counts) <= maxDistinct {
		left = deadline.Sub(x.now())
		if left <= 0 {
			return nil, nil
		}
		a, err := x.ask(ctx, question{indices: names(group), body: object{
			"query": q, "size": 0, "track_total_hits": false, "aggs": object{"values": object{"composite": composite}},
		}}, left)
		if err != nil || a.TimedOut {
			return nil, err
		}
		var out struct {
			Values struct {
				After   json.RawMessage `json:"after_key"`
				Buckets []struct {
					Key   struct{ Value string }
					Count int64 `json:"doc_count"`
				}
			}
		}
		if len(a.Aggregations) > 0 { // none where the months are gone
			if err := json.Unmarshal(a.Aggregations, &out); err != nil {
				return nil, err
			}
		}
		for _, v := range out.Values.Buckets {
			counts[v.Key.Value] += v.Count
		}
		if len(out.Values.Buckets) < valuesPage {
			return counts, nil
		}
		composite["after"] = out.Values.After
	}
	return counts, nil
}
