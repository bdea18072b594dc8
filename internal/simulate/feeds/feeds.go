// Package feeds is the newspapers of the web in small: feeds that it is told
// about, served over HTTP as RSS 2.0, RSS 1.0, Atom or JSON Feed, in the
// charsets and with the habits and troubles of true ones. The adapter is
// tested against it, and the demonstration crawls it. Nothing in it is copied
// from anybody.
package feeds

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/encoding/htmlindex"

	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/simulate/trouble"
)

// Format is the form of a feed.
type Format string

const (
	RSS  Format = "rss"  // 2.0
	RDF  Format = "rdf"  // RSS 1.0
	Atom Format = "atom" //
	JSON Format = "json" // JSON Feed 1.1
)

// GUIDs says how a feed names its items.
type GUIDs string

const (
	Permalink GUIDs = "permalink" // the address
	Number    GUIDs = "number"    // a number that is no address
	Changing  GUIDs = "changing"  // another one whenever the feed is asked for
	Bare      GUIDs = "bare"      // an element with an attribute and no text
	None      GUIDs = "none"
)

// Dates says how a feed writes times.
type Dates string

const (
	Proper    Dates = "proper"    // as the format demands
	Named     Dates = "named"     // Tue, 24 Nov 2026 12:00:00 MSK
	Russian   Dates = "russian"   // 24 ноября 2026, 12:00:00 +0300
	Plain     Dates = "plain"     // 2026-11-24 09:00:00, UTC
	Wrong     Dates = "wrong"     // вчера в обед
	WithoutIt Dates = "withoutit" // none
)

// Feed is what a feed is. Zero values are RSS 2.0 in UTF-8 of the newest 50
// items, with guids that are permalinks, proper dates, ETag and Last-Modified.
type Feed struct {
	Host    string // that it is served under, without port; "": any
	Path    string // "/rss.xml"
	Title   string
	About   string
	Format  Format
	Charset string // of XML
	Mark    bool   // begins with a byte order mark
	Silent  bool   // says its charset nowhere
	Show    int
	GUIDs   GUIDs
	Dates   Dates
	Links   string // query that is added to links, "utm_source=rss" for example
	Plain   bool   // no validators: neither ETag nor Last-Modified
}

// Item is one article.
type Item struct {
	N          int64     // 0: the next; else greater than any before
	At         time.Time // zero: now
	Title      string    // plain
	Text       string    // plain; lines become paragraphs, addresses links
	HTML       string    // instead of Text
	Full       string    // the whole article, plain, where Text is only its beginning
	Link       string    // "": made of the number
	GUID       string    // instead of what the feed makes
	Author     string
	Category   string
	Enclosures []Enclosure
	Updated    time.Time
}

// Enclosure is a file of an article.
type Enclosure struct{ URL, Type string }

// Server holds feeds and serves them. Safe for concurrent use.
type Server struct {
	trouble.Maker
	now func() time.Time

	mu     sync.Mutex
	feeds  map[string]*feed // by host + path
	breaks Breakage
	asked  []string
	guids  int64
}

type feed struct {
	Feed
	items   []*Item // ascending
	changed time.Time
	status  int // instead of the feed
	to      string
}

// Options of a Server.
type Options struct {
	Now func() time.Time // nil: time.Now
}

// New makes a server without feeds.
func New(o Options) *Server {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Server{now: o.Now, feeds: map[string]*feed{}}
}

// AddFeed opens a feed.
func (s *Server) AddFeed(f Feed) error {
	if f.Format == "" {
		f.Format = RSS
	}
	if f.Charset == "" {
		f.Charset = "utf-8"
	}
	if f.Show == 0 {
		f.Show = 50
	}
	if f.GUIDs == "" {
		f.GUIDs = Permalink
	}
	if f.Dates == "" {
		f.Dates = Proper
	}
	if _, err := htmlindex.Get(f.Charset); err != nil || !strings.HasPrefix(f.Path, "/") {
		return fault.New(fault.Invalid, "feed %q in %q can't be", f.Path, f.Charset)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	key := strings.ToLower(f.Host) + f.Path
	if s.feeds[key] != nil {
		return fault.New(fault.Conflict, "feed %s is there already", key)
	}
	s.feeds[key] = &feed{Feed: f, changed: s.now()}
	return nil
}

// in calls f with a feed; name is its host and path.
func (s *Server) in(name string, f func(*feed) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	x := s.feeds[name]
	if x == nil {
		return fault.New(fault.NotFound, "no feed %s", name)
	}
	return f(x)
}

// Publish puts an article into a feed and gives its number. One article may
// be published in several feeds of a host under one number.
func (s *Server) Publish(name string, it Item) (n int64, err error) {
	err = s.in(name, func(f *feed) error {
		last := int64(0)
		if len(f.items) > 0 {
			last = f.items[len(f.items)-1].N
		}
		if it.N == 0 {
			it.N = last + 1
		}
		if it.N <= last {
			return fault.New(fault.Conflict, "%s has article %d, which is not before %d", name, last, it.N)
		}
		if it.At.IsZero() {
			it.At = s.now()
		}
		f.items = append(f.items, &it)
		f.changed, n = s.now(), it.N
		return nil
	})
	return n, err
}

// Edit changes an article; its time stays, and it is updated now.
func (s *Server) Edit(name string, n int64, change func(*Item)) error {
	return s.in(name, func(f *feed) error {
		i := slices.IndexFunc(f.items, func(it *Item) bool { return it.N == n })
		if i < 0 {
			return fault.New(fault.NotFound, "no article %d in %s", n, name)
		}
		change(f.items[i])
		f.items[i].Updated, f.changed = s.now(), s.now()
		return nil
	})
}

// Remove takes an article out of a feed, as newspapers do with old ones.
func (s *Server) Remove(name string, n int64) error {
	return s.in(name, func(f *feed) error {
		f.items = slices.DeleteFunc(f.items, func(it *Item) bool { return it.N == n })
		f.changed = s.now()
		return nil
	})
}

// SetStatus answers for a feed with a status and nothing else; 0 ends it.
func (s *Server) SetStatus(name string, status int) error {
	return s.in(name, func(f *feed) error { f.status, f.to = status, ""; return nil })
}

// Move answers for a feed with a redirect to another address.
func (s *Server) Move(name string, status int, to string) error {
	return s.in(name, func(f *feed) error { f.status, f.to = status, to; return nil })
}

// Link gives the address of an article, without the host.
func Link(n int64) string { return fmt.Sprintf("/news/%d", n) }

// Feeds gives the names of all feeds.
func (s *Server) Feeds() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.feeds))
}

// maxAsked bounds what Asked remembers.
const maxAsked = 10_000

// Asked gives "path status" of the requests since the last call; of very many
// the newest.
func (s *Server) Asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.asked
	s.asked = nil
	return out
}

func (s *Server) remember(path string, status int) {
	if len(s.asked) >= maxAsked {
		s.asked = slices.Delete(s.asked, 0, maxAsked/2)
	}
	s.asked = append(s.asked, fmt.Sprintf("%s %d", path, status))
}
