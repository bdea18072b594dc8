// Package rss reads feeds: RSS 0.9 to 2.0, Atom and JSON Feed.
//
// A feed has no number, so its host stands for its owner, and two feeds of one
// newspaper are one source. An article is known by its address, written as
// short and as bare as it can be: that is the same in all feeds of a host, and
// stays where a guid changes. The guid is what it is known by where the feed
// gives it no address of its own; and where an address changes while the guid
// stays, the cursor remembers what the article was called at first. An article
// that leaves a feed is not deleted: feeds are windows, so there is no Recheck.
package rss

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/otklik/otklik/crawler/fetch"
	"github.com/otklik/otklik/crawler/source"
	"github.com/otklik/otklik/internal/fault"
)

// network is the first part of ids.
const network = "rss"

// Every is the time between two visits that is polite by default.
const Every = time.Hour

// Fetcher gets pages; *fetch.Fetcher is one.
type Fetcher interface {
	Get(ctx context.Context, r fetch.Request) (fetch.Response, error)
}

// Options of a Source. Both are needed.
type Options struct {
	Fetcher Fetcher
	Address string // as CheckAddress gives it
}

// Source is one feed. It keeps no state between calls but its options.
type Source struct{ Options }

// New makes the source of a feed.
func New(o Options) *Source { return &Source{o} }

// cursor is what is remembered of a feed between two visits.
type cursor struct {
	ETag     string `json:"etag,omitempty"`
	Modified string `json:"modified,omitempty"`
	Same     int    `json:"same,omitempty"`  // answers "not modified" in a row
	Known    []name `json:"known,omitempty"` // of the articles that were there the last time
}

const (
	// A server that says "not modified" for ever is asked for the whole feed
	// once in so many visits, or its silence would be taken for health.
	maxSame      = 24
	maxValidator = 512 // bytes of an ETag that is worth keeping
)

// Connect reads the feed for its title.
func (s *Source) Connect(ctx context.Context) (source.Info, error) {
	owner, err := s.owner()
	if err != nil {
		return source.Info{}, err
	}
	_, f, err := s.feed(ctx, fetch.Request{}, owner)
	if err != nil {
		return source.Info{}, err
	}
	return f.info, nil
}

// Close does nothing: pages are all that was taken.
func (s *Source) Close() error { return nil }

// Read gives the whole feed when it has changed; the ledger knows what of it
// is new. At the first time all of it is of the past.
func (s *Source) Read(ctx context.Context, after source.Cursor) (source.Batch, error) {
	var c cursor
	if after != nil {
		if err := json.Unmarshal(after, &c); err != nil {
			return source.Batch{}, fault.New(fault.Internal, "cursor of a feed: %w", err)
		}
	}
	owner, err := s.owner()
	if err != nil {
		return source.Batch{}, err
	}
	var r fetch.Request
	if c.Same < maxSame {
		r.ETag, r.LastModified = c.ETag, c.Modified
	}
	res, f, err := s.feed(ctx, r, owner)
	if err != nil {
		return source.Batch{}, err
	}
	var b source.Batch
	if res.NotModified {
		c.Same++
	} else {
		b = source.Batch{Items: f.items(c.Known), Info: &f.info, Skipped: f.skipped, Backfill: after == nil}
		c = cursor{Known: f.names}
	}
	c.ETag, c.Modified = bounded(res.ETag), bounded(res.LastModified)
	b.Cursor, err = json.Marshal(c)
	return b, err
}

func bounded(validator string) string {
	if len(validator) > maxValidator {
		return ""
	}
	return validator
}

// owner is the host of the address that was given, whatever that redirects to:
// a newspaper that moves its feed stays itself.
func (s *Source) owner() (string, error) {
	u, err := url.Parse(s.Address)
	if err != nil || u.Hostname() == "" {
		return "", fault.New(fault.Invalid, "%.100q is not the address of a feed", s.Address)
	}
	return host(u), nil
}

// host is the name of a host as it stands in ids.
func host(u *url.URL) string { return strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.") }

const accept = "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"

// feed gets and reads the feed; nil where it is as it was.
func (s *Source) feed(ctx context.Context, r fetch.Request, owner string) (fetch.Response, *feed, error) {
	r.URL, r.Accept = s.Address, accept
	res, err := s.Fetcher.Get(ctx, r)
	if err != nil || res.NotModified {
		return res, nil, err
	}
	text, _ := fetch.Text(res.Body, res.Header.Get("Content-Type"))
	f, err := parse(text, owner, res.URL)
	if err != nil {
		return res, nil, &source.State{Health: source.NotUnderstood, Detail: fmt.Sprintf("%s is not a feed: %v", s.Address, err)}
	}
	return res, f, nil
}
