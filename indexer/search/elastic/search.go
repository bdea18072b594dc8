package elastic

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"time"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/search"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
)

const maxCursor = 2048 // bytes; an id has at most 400

// Search gives a page of posts. See search.Reader.
func (x *Index) Search(ctx context.Context, scope access.Scope, r search.Request) (search.Page, error) {
	r, err := r.Checked()
	if err != nil {
		return search.Page{}, err
	}
	after, err := parseCursor(r.After, r.Order)
	if err != nil {
		return search.Page{}, err
	}
	q, err := whole(scope, r.Expr, r.Order == search.Relevance)
	if err != nil || scope.Nothing() {
		return search.Page{}, err
	}
	from, to := span(r.Expr)
	if r.Order == search.Newest && after != nil {
		if t := after.bound(); to.IsZero() || t.Before(to) {
			to = t
		}
	}
	months, err := x.months(ctx, from, to)
	if err != nil {
		return search.Page{}, err
	}
	s := searching{x: x, query: q, months: months, limit: r.Limit, after: after, time: r.Time}
	if r.Order == search.Relevance {
		err = s.relevance(ctx)
	} else {
		err = s.newest(ctx)
	}
	if err != nil {
		return search.Page{}, err
	}
	return s.page, x.markSealed(ctx, s.page.Hits)
}

// searching is one call of Search.
type searching struct {
	x      *Index
	query  object
	months []month
	limit  int
	after  *cursor // nil: from the beginning
	time   time.Duration
	page   search.Page
}

// newest reads from the newest month on, until the page is full. Months don't
// overlap, since a post's bucket is the month of its time; classes do, and are
// read together.
func (s *searching) newest(ctx context.Context) error {
	more := false
	reached, err := s.x.sweep(s.months, s.time, maxMonths, func(group []month, left time.Duration) (bool, bool, error) {
		body := object{
			"query": s.query, "track_total_hits": false,
			"sort": []any{object{fieldPublished: "desc"}, object{fieldID: "desc"}},
		}
		if s.after != nil {
			body["search_after"] = []any{s.after.Published, s.after.ID}
		}
		want := s.limit - len(s.page.Hits) + 1 // one more tells that there is more
		a, full, err := s.x.fetch(ctx, question{indices: names(group), body: body}, want, left)
		if err != nil || a.TimedOut {
			return false, a.TimedOut, err
		}
		for _, h := range a.Hits.Hits[:min(len(a.Hits.Hits), want-1)] {
			s.page.Hits = append(s.page.Hits, search.Hit{Record: h.Source.Record})
		}
		more = full
		return full, false, nil
	})
	switch {
	case err != nil:
		return err
	case !reached.IsZero():
		next := cursor{Order: search.Newest, Published: micros(reached)}
		if s.after != nil && s.after.Published < next.Published {
			next = *s.after // it got nowhere
		}
		s.page.Reached, s.page.Next = time.UnixMicro(next.Published).UTC(), next.String()
	case more:
		last := s.page.Hits[len(s.page.Hits)-1]
		s.page.Next = cursor{Order: search.Newest, Published: micros(last.Published), ID: last.ID}.String()
	}
	return nil
}

// relevance asks all months at once: scores are only comparable within one
// search. What it has when its time is over is no more than a sample.
func (s *searching) relevance(ctx context.Context) error {
	body := object{
		"query": s.query, "track_total_hits": false,
		"sort": []any{object{"_score": "desc"}, object{fieldPublished: "desc"}, object{fieldID: "desc"}},
	}
	seen := 0
	if s.after != nil {
		seen = s.after.Seen
		body["search_after"] = []any{s.after.Score, s.after.Published, s.after.ID}
	}
	limit := min(s.limit, search.MaxRelevance-seen)
	if limit <= 0 || len(s.months) == 0 {
		return nil
	}
	a, full, err := s.x.fetch(ctx, question{indices: names(s.months), body: body, global: true}, limit+1, s.time)
	if err != nil {
		return err
	}
	for _, h := range a.Hits.Hits[:min(len(a.Hits.Hits), limit)] {
		var score float64
		if len(h.Sort) == 0 || json.Unmarshal(h.Sort[0], &score) != nil {
			return unexpected("scores", 0, 1)
		}
		s.page.Hits = append(s.page.Hits, search.Hit{Record: h.Source.Record, Score: score})
	}
	if a.TimedOut {
		s.page.Reached = s.months[0].end()
	}
	if n := len(s.page.Hits); n > 0 && full && seen+n < search.MaxRelevance {
		last := s.page.Hits[n-1]
		s.page.Next = cursor{search.Relevance, micros(last.Published), last.ID, last.Score, seen + n}.String()
	}
	return nil
}

// fetch asks for the first want documents, or fewer where so many would be too
// long an answer; full says that there were as many as were asked for.
func (x *Index) fetch(ctx context.Context, q question, want int, limit time.Duration) (a answer, full bool, err error) {
	for {
		q.body["size"] = want
		a, err = x.ask(ctx, q, limit)
		if !errors.Is(err, errTooLong) || want == 1 {
			return a, err == nil && len(a.Hits.Hits) == want, err
		}
		want = (want + 1) / 2
	}
}

// cursor is where a page ended.
type cursor struct {
	Order     search.Order `json:"o"`
	Published int64        `json:"p"` // microseconds
	ID        post.ID      `json:"i"` // "" follows everything of the same time
	Score     float64      `json:"s,omitempty"`
	Seen      int          `json:"n,omitempty"` // hits so far, by relevance
}

// bound is a time before which everything is that follows the cursor, by the
// newest.
func (c *cursor) bound() time.Time {
	t := time.UnixMicro(c.Published).UTC()
	if c.ID == "" {
		return t
	}
	return t.Add(time.Microsecond)
}

func (c cursor) String() string {
	b, _ := json.Marshal(c) // of strings and finite numbers: it can't fail
	return base64.RawURLEncoding.EncodeToString(b)
}

// parseCursor reads a cursor of an order; "" is nil.
func parseCursor(s string, o search.Order) (*cursor, error) {
	if s == "" {
		return nil, nil
	}
	bad := fault.Fields(fault.Field{Path: "after", Message: "is not the cursor of a page of this order"})
	if len(s) > maxCursor {
		return nil, bad
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return nil, bad
	}
	var c cursor
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if d.Decode(&c) != nil || d.More() || c.Order != o || c.Seen < 0 || c.ID != "" && c.ID.Check() != nil {
		return nil, bad
	}
	return &c, nil
}
