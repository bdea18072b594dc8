package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/search"
	"github.com/otklik/otklik/internal/access"
)

// Search finds posts, month by month.
func (x *Index) Search(ctx context.Context, scope access.Scope, r search.Request) (search.Page, error) {
	r, err := r.Checked()
	if err != nil {
		return search.Page{}, err
	}
	after, err := parseCursor(r.After, r.Order)
	if err != nil || scope.Nothing() {
		return search.Page{}, err
	}
	find := x.newest
	if r.Order == search.Relevance {
		find = x.relevant
	}
	var page search.Page
	err = x.read(ctx, "search", r.Time, func(ctx context.Context, in *reading) (err error) {
		page, err = find(ctx, in, scope, r, after)
		return err
	})
	if err != nil {
		return search.Page{}, err
	}
	return page, nil
}

// newest reads pages by the key (published, id). When the time is over, the
// rows that a statement had given until then count.
func (x *Index) newest(ctx context.Context, in *reading, scope access.Scope, r search.Request, after cursor) (search.Page, error) {
	var b builder
	where, err := b.condition(scope, r.Expr)
	if err != nil {
		return search.Page{}, err
	}
	if r.After != "" {
		where += fmt.Sprintf(" AND (published, id) < (%s::timestamptz, %s::text)", b.arg(after.Published), b.arg(string(after.ID)))
	}
	limit := b.arg(0)
	var page search.Page
	for _, m := range within(in.months, span(r.Expr)) {
		if r.After != "" && m.begin.After(after.Published) {
			continue
		}
		b.args[len(b.args)-1] = r.Limit + 1 - len(page.Hits)
		sql := "SELECT record FROM " + m.union("published, id, record", where) + " u ORDER BY published DESC, id DESC LIMIT " + limit + "::int"
		var record []byte
		before := len(page.Hits)
		err := in.query(ctx, sql, b.args, []any{&record}, func() error {
			rec, err := decode(record)
			page.Hits = append(page.Hits, search.Hit{Record: rec})
			return err
		})
		if errors.Is(err, cut{}) {
			page.Next, page.Reached = resume(page.Hits, before, m, r.After, after)
			return page, nil
		}
		if err != nil {
			return page, err
		}
		if len(page.Hits) > r.Limit {
			page.Hits = page.Hits[:r.Limit]
			page.Next = cursorAfter(page.Hits[r.Limit-1].Record).String()
			return page, nil
		}
	}
	return page, nil
}

func cursorAfter(r post.Record) cursor {
	return cursor{Published: r.Published.UTC().Truncate(time.Microsecond), ID: r.ID}
}

// resume says where a search that was cut in a month can go on, and how far
// back it got.
func resume(hits []search.Hit, before int, m month, asked string, after cursor) (next string, reached time.Time) {
	switch {
	case len(hits) > before: // of posts of one time, some may be missing
		c := cursorAfter(hits[len(hits)-1].Record)
		return c.String(), c.Published.Add(time.Microsecond)
	case asked != "" && after.Published.Before(m.end):
		return asked, after.Published.Add(time.Microsecond)
	}
	return cursor{Published: m.end}.String(), m.end
}

const (
	// maxRanked is how many matches of a month are ranked: the newest.
	maxRanked = 10_000
	// halfLife is the age that halves a score, in days.
	halfLife = 30
)

// scoreSQL is the score of a post: how often the words asked for are in it,
// each further time counting less, a word of the title two and a half times
// that of the body, longer posts a little less; halved for every 30 days of
// age. Where no words are asked for, age alone decides. Ages count from the
// moment of the first page, so that scores are the same on every page.
const scoreSQL = `%s * power(0.5::float8, least(greatest(extract(epoch FROM %s::timestamptz - published)::float8, 0) / %d, 1000))`

// relevant ranks the newest matches of every month and gives the best. Each
// page ranks anew; the cursor leads past what was shown.
func (x *Index) relevant(ctx context.Context, in *reading, scope access.Scope, r search.Request, after cursor) (search.Page, error) {
	var b builder
	where, err := b.condition(scope, r.Expr)
	if err != nil {
		return search.Page{}, err
	}
	if after.Now.IsZero() {
		after.Now = x.Now().UTC().Truncate(time.Microsecond)
	}
	rank := "1"
	if q := positive(r.Expr); q != "" {
		rank = "ts_rank('{0.4, 0.4, 0.4, 1}', words, " + b.arg(q) + "::tsquery, 1)"
	}
	score := fmt.Sprintf(scoreSQL, rank, b.arg(after.Now), halfLife*24*3600)
	best := "TRUE"
	if r.After != "" {
		best = fmt.Sprintf("(score, published, id) < (%s::float8, %s::timestamptz, %s::text)", b.arg(after.Score), b.arg(after.Published), b.arg(string(after.ID)))
	}
	most := min(r.Limit, search.MaxRelevance-after.Seen)
	limit := b.arg(most + 1)
	var page search.Page
	for _, m := range within(in.months, span(r.Expr)) {
		sql := fmt.Sprintf(`SELECT record, score FROM (
			SELECT published, id, record, %s AS score FROM (
				SELECT * FROM %s AS matches ORDER BY published DESC, id DESC LIMIT %d
			) AS newest
		) AS ranked WHERE %s ORDER BY score DESC, published DESC, id DESC LIMIT %s::int`,
			score, m.union("published, id, record, words", where), maxRanked, best, limit)
		var record []byte
		var hit search.Hit
		err := in.query(ctx, sql, b.args, []any{&record, &hit.Score}, func() (err error) {
			hit.Record, err = decode(record)
			page.Hits = append(page.Hits, hit)
			return err
		})
		if errors.Is(err, cut{}) {
			page.Reached = m.end
			break
		}
		if err != nil {
			return page, err
		}
	}
	slices.SortFunc(page.Hits, func(a, b search.Hit) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), b.Published.Compare(a.Published), strings.Compare(string(b.ID), string(a.ID)))
	})
	if len(page.Hits) > most {
		page.Hits = page.Hits[:most]
		if seen := after.Seen + most; seen < search.MaxRelevance {
			last := page.Hits[most-1]
			c := cursorAfter(last.Record)
			c.Seen, c.Score, c.Now = seen, last.Score, after.Now
			page.Next = c.String()
		}
	}
	return page, nil
}
