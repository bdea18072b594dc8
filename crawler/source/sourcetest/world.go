// Package sourcetest is the suite that every adapter passes against a fake
// server of its network.
//
// An adapter's test writes a fake server, puts a Front before it, and calls
// Run with a function that makes a fresh World: one source on that server.
package sourcetest

import (
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"time"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/crawler/source"
)

// World is one source on a fake server, made fresh for each test. What a
// network doesn't have is nil, and not tested.
type World struct {
	// Open gives the adapter as it is after a restart of the crawler. It asks
	// as fast as it likes, its clock is Clock, and it reads the past without
	// limit.
	Open func() source.Source
	// Source is the network:owner that Connect must answer.
	Source string
	// Post publishes a text of one line at the clock's time and gives its id.
	Post func(text string) post.ID
	// Edit gives a post another text.
	Edit func(id post.ID, text string)
	// Delete makes a post go as the network makes it go.
	Delete func(id post.ID)
	// Gone makes the source go; Block makes it private or restricted.
	Gone, Block func()
	// Break lets the server answer everything with 200 and a page that is
	// well formed, of the size as before, and no longer of the form that the
	// adapter knows.
	Break func()
	// Front stands before the server and makes trouble.
	Front *Front
	Clock *Clock
	// Past is how many posts of the past the network shows; the suite writes
	// so many and expects them all. 0: 45.
	Past int
}

// Clock is a time that moves when it is told to. Safe for concurrent use.
type Clock struct {
	mu sync.Mutex
	t  time.Time
}

// NewClock starts a clock at noon of some day.
func NewClock() *Clock { return &Clock{t: time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)} }

// Now is what the clock shows.
func (c *Clock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.t }

// Advance moves the clock.
func (c *Clock) Advance(d time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.t = c.t.Add(d) }

// Front is a handler before a fake server that can make trouble: everything
// that may happen to any page on its way.
type Front struct {
	inner http.Handler

	mu      sync.Mutex
	trouble http.HandlerFunc           // instead of inner
	mangle  func(page []byte) []byte   // of what inner answers
	asked   func(r *http.Request) bool // false lets the request pass untroubled
	pages   int
}

// NewFront puts a front before a server.
func NewFront(inner http.Handler) *Front { return &Front{inner: inner} }

func (f *Front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	f.pages++
	trouble, mangle := f.trouble, f.mangle
	if f.asked != nil && !f.asked(r) {
		trouble, mangle = nil, nil
	}
	f.mu.Unlock()
	switch {
	case trouble != nil:
		trouble(w, r)
	case mangle != nil:
		if page := f.begin(w, r); len(page) > 0 {
			_, _ = w.Write(mangle(page))
		}
	default:
		f.inner.ServeHTTP(w, r)
	}
}

// begin answers with the true status and headers, and gives the true page.
func (f *Front) begin(w http.ResponseWriter, r *http.Request) []byte {
	rec := httptest.NewRecorder()
	f.inner.ServeHTTP(rec, r)
	for k, v := range rec.Header() {
		w.Header()[k] = v
	}
	w.Header().Del("Content-Length")
	w.WriteHeader(rec.Code)
	return rec.Body.Bytes()
}

// Pages is how many requests have come.
func (f *Front) Pages() int { f.mu.Lock(); defer f.mu.Unlock(); return f.pages }

// Trouble answers every request by h from now on.
func (f *Front) Trouble(h http.HandlerFunc) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.trouble, f.mangle = h, nil
}

// Mangle changes every page on its way from now on.
func (f *Front) Mangle(m func(page []byte) []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.trouble, f.mangle = nil, m
}

// Only troubles the requests that match; nil: all.
func (f *Front) Only(match func(r *http.Request) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = match
}

// Heal ends all trouble.
func (f *Front) Heal() { f.Trouble(nil); f.Only(nil) }

// Limit answers 429 with this Retry-After ("" is none).
func (f *Front) Limit(retryAfter string) {
	f.Trouble(func(w http.ResponseWriter, r *http.Request) {
		if retryAfter != "" {
			w.Header().Set("Retry-After", retryAfter)
		}
		w.WriteHeader(http.StatusTooManyRequests)
	})
}

// Status answers with a status and nothing else.
func (f *Front) Status(code int) {
	f.Trouble(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(code) })
}

// Reset breaks every connection without an answer.
func (f *Front) Reset() {
	f.Trouble(func(w http.ResponseWriter, r *http.Request) {
		c, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(http.ErrAbortHandler)
		}
		if tcp, ok := c.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // a reset rather than an end
		}
		c.Close()
	})
}

// Hang lets requests wait until their clients give up; each is told of on the
// channel.
func (f *Front) Hang() <-chan struct{} {
	waiting := make(chan struct{}, 100)
	f.Trouble(func(w http.ResponseWriter, r *http.Request) {
		waiting <- struct{}{}
		<-r.Context().Done()
	})
	return waiting
}

// Say answers every request with this page.
func (f *Front) Say(contentType string, page []byte) {
	f.Trouble(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", contentType)
		_, _ = w.Write(page)
	})
}

// Endless answers with a page that begins as the true one and does not end.
func (f *Front) Endless() {
	f.Trouble(func(w http.ResponseWriter, r *http.Request) {
		page := f.begin(w, r)
		_, err := w.Write(page[:len(page)/2])
		for err == nil && r.Context().Err() == nil {
			_, err = w.Write(page[len(page)/4 : len(page)/2+1])
		}
	})
}
