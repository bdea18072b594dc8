package search

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/text"
	"github.com/otklik/otklik/internal/fault"
)

// The limits and defaults of requests, the same for every engine.
const (
	MaxLimit     = 1000
	DefaultLimit = 50
	DefaultTop   = 20 // values of a field
	DefaultTime  = 5 * time.Second
)

// Check says whether an index can take the document. Engines differ in what
// they can't store (Postgres has no NUL, Elasticsearch splits long tokens), so
// what is refused is decided here, before them, and the same for all.
func (d *Document) Check() error {
	if err := d.Envelope.Check(); err != nil {
		return err
	}
	if p := d.Published.UTC(); p.Year() != d.Bucket.Month().Year() || p.Month() != d.Bucket.Month().Month() {
		return fmt.Errorf("published %s is not in the month of bucket %s", p.Format(time.RFC3339), d.Bucket)
	}
	for _, r := range d.Regions {
		if !sound(r) {
			return fmt.Errorf("region %.40q is not text", r)
		}
	}
	if d.Kind == post.Deletion {
		return nil
	}
	texts := []string{d.Body.Title, d.Body.Text}
	if d.Visibility != post.Sealed {
		if d.Post == nil {
			return fmt.Errorf("record of kind %s carries no post", d.Kind)
		}
		texts = append(texts, d.Post.Title, d.Post.Text)
	}
	for _, s := range texts {
		if !sound(s) {
			return errors.New("the text holds a NUL or is not UTF-8")
		}
	}
	return checkTokens(d.Text.Tokens)
}

// checkTokens holds an analysis against the limits that the engines rely on.
func checkTokens(tokens []text.Token) error {
	if len(tokens) > text.MaxPositions {
		return fmt.Errorf("%d tokens are more than %d", len(tokens), text.MaxPositions)
	}
	last := 0
	for i := range tokens {
		t := &tokens[i]
		if t.Pos <= last || t.Pos > text.MaxPositions {
			return fmt.Errorf("token %d has position %d after %d", i, t.Pos, last)
		}
		last = t.Pos
		if !sound(t.Key) || !sound(t.Surface) {
			return fmt.Errorf("token %d holds a NUL or is not UTF-8", i)
		}
		if long(t.Surface, text.MaxLetters) || long(t.Key, len(text.KeyPrefix)+text.MaxLetters) {
			return fmt.Errorf("token %d is longer than %d letters", i, text.MaxLetters)
		}
	}
	return nil
}

func sound(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }

func long(s string, letters int) bool { return len(s) > letters && utf8.RuneCountInString(s) > letters }

// Checked gives the request with its defaults filled in; what is outside its
// limits is fault.Invalid. Cursors are the engine's own to check.
func (r Request) Checked() (Request, error) {
	switch r.Order {
	case "":
		r.Order = Newest
	case Newest, Relevance:
	default:
		return r, invalid("order", "%q is neither newest nor relevance", string(r.Order))
	}
	if err := checkLimit(&r.Limit, DefaultLimit); err != nil {
		return r, err
	}
	r.Time = orDefault(r.Time)
	return r, nil
}

// Checked is as of Request. Field and Interval exclude each other.
func (r BreakdownRequest) Checked() (BreakdownRequest, error) {
	switch r.Interval {
	case "":
		if r.Field != query.Net && r.Field != query.Source && r.Field != query.Region {
			return r, invalid("field", "%q is none of net, source, region", string(r.Field))
		}
	case Hour, Day, Month:
		if r.Field != "" {
			return r, invalid("interval", "a field and an interval at once")
		}
	default:
		return r, invalid("interval", "%q is none of hour, day, month", string(r.Interval))
	}
	if err := checkLimit(&r.Limit, DefaultTop); err != nil {
		return r, err
	}
	if r.Location == nil {
		r.Location = time.UTC
	}
	r.Time = orDefault(r.Time)
	return r, nil
}

// checkLimit puts the default where no limit is given.
func checkLimit(limit *int, otherwise int) error {
	if *limit == 0 {
		*limit = otherwise
	}
	if *limit < 0 || *limit > MaxLimit {
		return invalid("limit", "%d is not within 1…%d", *limit, MaxLimit)
	}
	return nil
}

// LimitOf is the limit of a count: the default where none is given.
func LimitOf(d time.Duration) time.Duration { return orDefault(d) }

func orDefault(d time.Duration) time.Duration {
	if d <= 0 {
		return DefaultTime
	}
	return d
}

func invalid(field, format string, args ...any) error {
	return fault.Fields(fault.Field{Path: field, Message: fmt.Sprintf(format, args...)})
}
