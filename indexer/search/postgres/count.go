package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/search"
	"github.com/otklik/otklik/internal/access"
)

// Count counts month by month.
func (x *Index) Count(ctx context.Context, scope access.Scope, e query.Expr, limit time.Duration) (search.Count, error) {
	if scope.Nothing() {
		return search.Count{}, nil
	}
	var out search.Count
	err := x.read(ctx, "count", search.LimitOf(limit), func(ctx context.Context, in *reading) (err error) {
		out = search.Count{}
		var n int64
		out.Reached, err = in.eachMonth(ctx, scope, e, "id", func(m month, from string, b *builder) (string, []any, func() error) {
			return "SELECT count(*) FROM " + from + " u", []any{&n}, func() error { out.Posts += n; return nil }
		})
		return err
	})
	return out, err
}

// eachMonth runs a statement for every month, newest first, until the time is
// over; then reached is where the last whole month begins, or the end of the
// newest. The statement's rows are visited when it is whole.
func (r *reading) eachMonth(ctx context.Context, scope access.Scope, e query.Expr, columns string,
	statement func(m month, from string, b *builder) (sql string, into []any, visit func() error)) (reached time.Time, err error) {
	for _, m := range within(r.months, span(e)) {
		var b builder
		where, err := b.condition(scope, e)
		if err != nil {
			return time.Time{}, err
		}
		sql, into, visit := statement(m, m.union(columns, where), &b)
		err = r.query(ctx, sql, b.args, into, visit)
		if errors.Is(err, cut{}) {
			return m.end, nil
		}
		if err != nil {
			return time.Time{}, err
		}
	}
	return time.Time{}, nil
}

// Breakdown counts month by month.
func (x *Index) Breakdown(ctx context.Context, scope access.Scope, r search.BreakdownRequest) (search.Breakdown, error) {
	r, err := r.Checked()
	if err != nil || scope.Nothing() {
		return search.Breakdown{}, err
	}
	var out search.Breakdown
	err = x.read(ctx, "break down", r.Time, func(ctx context.Context, in *reading) (err error) {
		if r.Interval != "" {
			out, err = in.histogram(ctx, scope, r)
		} else {
			out, err = in.facet(ctx, scope, r)
		}
		return err
	})
	if err != nil {
		return search.Breakdown{}, err
	}
	return out, nil
}

// facet counts by a field. All values are added up before the greatest are
// chosen; there are as many as sources at most.
func (r *reading) facet(ctx context.Context, scope access.Scope, req search.BreakdownRequest) (out search.Breakdown, err error) {
	columns, value := "id", ""
	switch req.Field {
	case query.Net:
		value = "split_part(id, ':', 1)"
	case query.Source:
		value = "split_part(id, '/', 1)"
	default:
		// A region named twice in a post is one.
		columns, value = fmt.Sprintf("(SELECT array_agg(DISTINCT substr(t, %d)) FROM unnest(tags) t WHERE t LIKE '%s%%') AS vs",
			len(regionTag)+1, regionTag), "unnest(vs)"
	}
	posts := map[string]int64{}
	var v string
	var n int64
	out.Reached, err = r.eachMonth(ctx, scope, req.Expr, columns, func(m month, from string, b *builder) (string, []any, func() error) {
		return "SELECT " + value + ", count(*) FROM " + from + " u GROUP BY 1", []any{&v, &n}, func() error { posts[v] += n; return nil }
	})
	if err != nil {
		return out, err
	}
	out.Values = search.Top(posts, req.Limit)
	return out, nil
}

// histogram counts by steps of time. Where steps begin is decided here and not
// by Postgres, whose zones may be of another year than ours.
func (r *reading) histogram(ctx context.Context, scope access.Scope, req search.BreakdownRequest) (out search.Breakdown, err error) {
	posts := map[int64]int64{} // by the beginning of the step, in seconds
	var begins []time.Time
	var step int
	var n int64
	out.Reached, err = r.eachMonth(ctx, scope, req.Expr, "published", func(m month, from string, b *builder) (string, []any, func() error) {
		begins = steps(m, req)
		sql := "SELECT width_bucket(published, " + b.arg(begins) + "::timestamptz[]), count(*) FROM " + from + " u GROUP BY 1"
		return sql, []any{&step, &n}, func() error { posts[begins[step-1].Unix()] += n; return nil }
	})
	if err != nil || len(posts) == 0 {
		return out, err
	}
	first, last := int64(0), int64(0)
	for at := range posts {
		if first == last && first == 0 {
			first, last = at, at
		}
		first, last = min(first, at), max(last, at)
	}
	at := time.Unix(last, 0)
	for range search.MaxSteps { // from the newest back
		out.Values = append(out.Values, search.Value{From: at.In(req.Location), Posts: posts[at.Unix()]})
		if at.Unix() <= first {
			break
		}
		at = req.Interval.Begin(at.Add(-time.Nanosecond), req.Location)
	}
	slices.Reverse(out.Values)
	if from := out.Values[0].From; from.Unix() > first {
		out.Reached = from
	}
	return out, nil
}

// steps gives where the steps begin that a month has part in, oldest first.
func steps(m month, req search.BreakdownRequest) []time.Time {
	const most = 32 * 24 * 4 // a month of quarters of an hour: more than there can be
	at := req.Interval.Begin(m.begin, req.Location)
	out := []time.Time{at}
	for range most {
		if at = req.Interval.Next(at, req.Location); !at.Before(m.end) {
			break
		}
		out = append(out, at)
	}
	return out
}
