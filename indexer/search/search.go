// Package search is the contract of an index of posts. It has two
// implementations, search/postgres and search/elastic, that pass one suite,
// searchtest. Package match defines what an expression means; an engine that
// can only be looser checks its candidates again with it, counts included.
package search

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/text"
	"github.com/otklik/otklik/internal/access"
)

// Document is a post as it is put into an index: the record and its analysis.
type Document struct {
	post.Record // Analysis in the envelope is Text.Edition
	Text        text.Analysis
	// Body is the content for analysis and storing; equal to Record.Post,
	// except for a sealed post, where Record.Post is nil and Body must not be
	// stored, only its words indexed.
	Body post.Post
	// JSON is Record as post.Encode writes it, where that is at hand; nil: it isn't.
	JSON []byte
}

// Encoded gives the record as an index stores it: of a sealed post without
// content, whoever put it there.
func (d *Document) Encoded() ([]byte, error) {
	r := d.Record
	switch {
	case r.Visibility == post.Sealed:
		r.Post = nil
	case d.JSON != nil:
		return d.JSON, nil
	}
	return post.Encode(r)
}

// Writer puts documents in. Safe for concurrent use.
type Writer interface {
	// Put writes documents idempotently, each into its bucket, which is made
	// when missing. A document replaces only one of a smaller Rev; equal or
	// greater Rev present is success. A Revision or Deletion is also kept in
	// the post's history, once per Rev. A Deletion marks the post
	// (Post.Deleted) and keeps its content with its Hash and Analysis, the rest
	// of the envelope is the deletion's; for a post that is not there it does
	// nothing. When Put returns the documents are durable and Search
	// finds them. A *PutError names documents that the index will never take;
	// all others are durable then. Any other error may leave some of them
	// written.
	Put(ctx context.Context, docs []Document) error
	// Drop removes a bucket with all its posts and history; no error if there
	// is none.
	Drop(ctx context.Context, bucket post.Bucket) error
	// Forget removes one post and its history from every bucket.
	Forget(ctx context.Context, id post.ID) error
	// Buckets lists the buckets there are, newest month first.
	Buckets(ctx context.Context) ([]post.Bucket, error)
}

// PutError is what Put returns when the index will never take some documents,
// however often they are put: by their index in docs. All others are durable.
type PutError struct{ Refused map[int]error }

func (e *PutError) Error() string {
	if len(e.Refused) == 0 {
		return "the index refuses nothing"
	}
	first := slices.Min(slices.Collect(maps.Keys(e.Refused)))
	return fmt.Sprintf("the index refuses %d documents, the first of them number %d: %v", len(e.Refused), first, e.Refused[first])
}

// Reader answers questions for one person, whose scope is part of every call.
// Safe for concurrent use. A malformed cursor is fault.Invalid; an engine that
// doesn't answer is fault.Unavailable.
type Reader interface {
	// Search gives posts in the asked order.
	Search(ctx context.Context, scope access.Scope, r Request) (Page, error)
	// Count gives the number of posts that match.
	Count(ctx context.Context, scope access.Scope, e query.Expr, limit time.Duration) (Count, error)
	// Breakdown counts matches by a field or over time.
	Breakdown(ctx context.Context, scope access.Scope, r BreakdownRequest) (Breakdown, error)
	// Get gives one post with its history (oldest first), or fault.NotFound,
	// also where the scope doesn't allow it.
	Get(ctx context.Context, scope access.Scope, id post.ID) (Stored, error)
}

// Order is how hits are sorted.
type Order string

const (
	Newest    Order = "newest"    // published (to the microsecond), then id, descending; keyset cursor to any depth
	Relevance Order = "relevance" // best first, of equals the newest; the first 1,000 only
)

// MaxRelevance is how deep results by relevance go.
const MaxRelevance = 1000

// Request asks for a page of posts.
type Request struct {
	Expr  query.Expr
	Order Order         // "" is Newest
	Limit int           // 1…1000; 0 is 50
	After string        // Page.Next of the page before; "" is the first
	Time  time.Duration // the search is cut at this limit; 0 is 5 s
}

// Hit is one found post. Record.Post of a sealed post is nil: its body is read
// from ledger.Bodies by whoever may see it.
type Hit struct {
	post.Record
	Score float64 // 0 unless by relevance
}

// Page is a part of the results.
type Page struct {
	Hits []Hit
	Next string // cursor; "" when there are no more; of a cut search, where it can go on
	// Reached is how far back the search got before its time was over: every
	// match published then or later that follows After has been found (by
	// relevance: has been considered). Zero when the search is complete.
	Reached time.Time
}

// Count is a number of posts; Reached as in Page.
type Count struct {
	Posts   int64
	Reached time.Time
}

// BreakdownRequest asks for counts by a field, or by time when Interval is set.
type BreakdownRequest struct {
	Expr     query.Expr
	Field    query.FieldName // Net, Source or Region
	Interval Interval        // "hour", "day" or "month", in Location
	Location *time.Location  // nil is UTC
	Limit    int             // greatest number of values of a field; 0 is 20, most 1,000
	Time     time.Duration
}

// Interval is a step of a histogram.
type Interval string

const (
	Hour  Interval = "hour"
	Day   Interval = "day"
	Month Interval = "month"
)

// Breakdown holds counts, greatest first for a field (of equals by the value),
// oldest first for time (empty steps between are there with zero; see MaxSteps).
type Breakdown struct {
	Values  []Value
	Reached time.Time
}

// Value is one row of a Breakdown.
type Value struct {
	Value string    // of the field; "" for time
	From  time.Time // beginning of the step, in Location; zero for a field
	Posts int64
}

// Stored is a post with its history.
type Stored struct {
	post.Record
	History []post.Record // every Revision and Deletion, oldest first
}
