// Package fetch reads pages over HTTP politely: so many requests a second to a
// host, so many at once, conditional where the page was read before, not at
// all while the host asks for peace; and safely: bounded in time, in bytes and
// in redirects. What a host answers becomes a page or a state of the source.
package fetch

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/otklik/otklik/crawler/source"
	"github.com/otklik/otklik/internal/fault"
)

// Options of a Fetcher. Zero values are the defaults, but for Client.
type Options struct {
	Client     *http.Client          // dials through netguard; its CheckRedirect is not used
	UserAgent  string                // "": "Otklik"
	MaxBytes   int64                 // of a page, unpacked; 0: 8 MiB
	PerHost    rate.Limit            // requests a second to one host; 0: 1
	Hosts      map[string]rate.Limit // other limits by exact "host" or "host:port", as in the URL
	Concurrent int                   // requests at once to one host; 0: 2
	Timeout    time.Duration         // of one Get, without the wait for its turn; 0: 30 s
	Now        func() time.Time      // nil: time.Now
}

const (
	burst        = 3 // requests to a host that may follow each other at once
	maxRedirects = 5
	maxPeace     = 24 * time.Hour // the longest Retry-After that is believed
	maxHosts     = 10_000         // whose limits are remembered
)

// Fetcher fetches. Safe for concurrent use; all crawling of a process goes
// through one, so that its limits are those of the process.
type Fetcher struct {
	Options
	client http.Client
	mu     sync.Mutex
	hosts  map[string]*host
}

// host is what is kept about one host.
type host struct {
	limit *rate.Limiter
	slots chan struct{} // one for each request under way
	users int           // of this struct, under mu
	until time.Time     // it asked for peace; under mu
	used  time.Time     // under mu
}

// New makes a fetcher.
func New(o Options) *Fetcher {
	if o.UserAgent == "" {
		o.UserAgent = "Otklik"
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = 8 << 20
	}
	if o.PerHost == 0 {
		o.PerHost = 1
	}
	if o.Concurrent == 0 {
		o.Concurrent = 2
	}
	if o.Timeout == 0 {
		o.Timeout = 30 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	f := &Fetcher{Options: o, client: *o.Client, hosts: map[string]*host{}}
	f.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return f
}

// Request is what is asked for.
type Request struct {
	URL          string
	ETag         string // of the page as it was read before; "": unknown
	LastModified string // likewise
	Accept       string // media types; "": anything
}

// Response is a page, or the news that it is as it was.
type Response struct {
	Status       int    // 2xx, or 304
	URL          string // where the page was found in the end, after redirects
	Redirects    int    // followed on the way
	Header       http.Header
	Body         []byte // unpacked; see Text for its charset
	NotModified  bool   // as it was when ETag or LastModified were given; Body is nil
	ETag         string // to ask with the next time
	LastModified string
}

// Get fetches a page. Errors of the source are *source.State: 404 and 410 are
// Gone, 401, 403, 451 and what netguard refuses Blocked, 429 RateLimited, no
// answer and 5xx Unreachable, too large a page or any other status
// NotUnderstood. A ctx that ended is its own error, and no state of the
// source. It may be called again whatever the error, not before Until.
func (f *Fetcher) Get(ctx context.Context, r Request) (Response, error) {
	conditional := r
	for hops := 0; hops <= maxRedirects; hops++ {
		res, next, err := f.hop(ctx, conditional)
		if err != nil {
			return Response{}, err
		}
		if next == "" {
			res.Redirects = hops
			return res, nil
		}
		conditional.URL = next
	}
	return Response{}, &source.State{Health: source.NotUnderstood, Detail: fmt.Sprintf("more than %d redirects", maxRedirects)}
}

// hop makes one request; next is where it was redirected to, if it was.
func (f *Fetcher) hop(ctx context.Context, r Request) (res Response, next string, err error) {
	u, err := url.Parse(r.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return res, "", fault.New(fault.Invalid, "%.200q is not an http(s) address", r.URL)
	}
	done, err := f.turn(ctx, u)
	if err != nil {
		return res, "", err
	}
	defer done()
	timed, cancel := context.WithTimeout(ctx, f.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(timed, http.MethodGet, u.String(), nil)
	if err != nil {
		return res, "", fault.New(fault.Invalid, "%.200q is not an http(s) address", r.URL)
	}
	f.header(req, r)
	answer, err := f.client.Do(req)
	if err != nil {
		return res, "", f.noAnswer(ctx, u, err)
	}
	defer answer.Body.Close()
	if next, err := redirect(u, answer); next != "" || err != nil {
		return res, next, err
	}
	asked := r.ETag != "" || r.LastModified != ""
	if err := f.judge(u, answer, asked); err != nil {
		return res, "", err
	}
	h := answer.Header
	res = Response{Status: answer.StatusCode, URL: u.String(), Header: h, ETag: h.Get("ETag"), LastModified: h.Get("Last-Modified")}
	if answer.StatusCode == http.StatusNotModified {
		res.NotModified = true
		if res.ETag == "" {
			res.ETag = r.ETag
		}
		if res.LastModified == "" {
			res.LastModified = r.LastModified
		}
		return res, "", nil
	}
	if res.Body, err = f.body(answer); err != nil && !isState(err) {
		err = f.noAnswer(ctx, u, err)
	}
	return res, "", err
}

func (f *Fetcher) header(req *http.Request, r Request) {
	h := req.Header
	h.Set("User-Agent", f.UserAgent)
	h.Set("Accept-Encoding", "gzip") // ours, so that unpacking is bounded here
	if r.Accept != "" {
		h.Set("Accept", r.Accept)
	}
	if r.ETag != "" {
		h.Set("If-None-Match", r.ETag)
	}
	if r.LastModified != "" {
		h.Set("If-Modified-Since", r.LastModified)
	}
}

func redirect(from *url.URL, answer *http.Response) (string, error) {
	switch answer.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	default:
		return "", nil
	}
	to, err := from.Parse(answer.Header.Get("Location"))
	if err != nil || answer.Header.Get("Location") == "" || to.Scheme != "http" && to.Scheme != "https" || to.Host == "" {
		return "", &source.State{Health: source.NotUnderstood, Detail: fmt.Sprintf("%s redirects to %.200q, which is not an address of a page", from.Host, answer.Header.Get("Location"))}
	}
	to.Fragment = ""
	return to.String(), nil
}

// judge gives the state behind a status; nil for a page.
func (f *Fetcher) judge(u *url.URL, answer *http.Response, asked bool) error {
	s := answer.StatusCode
	state := func(h source.Health) *source.State {
		return &source.State{Health: h, Detail: fmt.Sprintf("%s answered %s", u.Host, answer.Status)}
	}
	switch {
	case s >= 200 && s < 300, s == http.StatusNotModified && asked:
		return nil
	case s == http.StatusNotFound, s == http.StatusGone:
		return state(source.Gone)
	case s == http.StatusUnauthorized, s == http.StatusForbidden, s == http.StatusUnavailableForLegalReasons:
		return state(source.Blocked)
	case s == http.StatusTooManyRequests:
		st := state(source.RateLimited)
		st.Until = f.retryAfter(answer.Header.Get("Retry-After"))
		f.peace(u.Host, st.Until)
		return st
	case s >= 500 || s == http.StatusRequestTimeout:
		st := state(source.Unreachable)
		st.Until = f.retryAfter(answer.Header.Get("Retry-After"))
		return st
	}
	return state(source.NotUnderstood)
}

// noAnswer gives the state behind an error of the transport.
func (f *Fetcher) noAnswer(ctx context.Context, u *url.URL, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("fetch from %s: %w", u.Host, context.Cause(ctx))
	}
	var ue *url.Error
	if errors.As(err, &ue) {
		err = ue.Err // without the address, which may hold a token
	}
	if fault.KindOf(err) == fault.Forbidden {
		return &source.State{Health: source.Blocked, Detail: u.Host + " may not be connected to", Err: err}
	}
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("within %s: %w", f.Timeout, err)
	}
	return &source.State{Health: source.Unreachable, Detail: "no whole answer from " + u.Host, Err: err}
}

func isState(err error) bool {
	var s *source.State
	return errors.As(err, &s)
}

// body reads and unpacks a page. Nothing is read beyond MaxBytes, neither of
// what arrives nor of what it unpacks to.
func (f *Fetcher) body(answer *http.Response) ([]byte, error) {
	tooLarge := &source.State{
		Health: source.NotUnderstood, Detail: fmt.Sprintf("the page is larger than %d KiB", f.MaxBytes>>10),
		Err: fault.New(fault.TooLarge, "page of %s is too large", answer.Request.URL.Host),
	}
	if answer.ContentLength > f.MaxBytes {
		return nil, tooLarge
	}
	arrived := &io.LimitedReader{R: answer.Body, N: f.MaxBytes + 1}
	var page io.Reader = arrived
	switch coding := strings.ToLower(strings.TrimSpace(answer.Header.Get("Content-Encoding"))); coding {
	case "", "identity":
	case "gzip", "x-gzip":
		z, err := gzip.NewReader(arrived)
		if errors.Is(err, io.EOF) { // an empty page needs no packing
			return nil, nil
		}
		if err != nil {
			return nil, &source.State{Health: source.NotUnderstood, Detail: "the page says it is gzip and is not", Err: err}
		}
		page = z
	default:
		return nil, &source.State{Health: source.NotUnderstood, Detail: fmt.Sprintf("the page is packed as %.40q, which was not asked for", coding)}
	}
	b, err := io.ReadAll(io.LimitReader(page, f.MaxBytes+1))
	switch {
	case int64(len(b)) > f.MaxBytes, arrived.N <= 0:
		return nil, tooLarge
	case errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader), corrupt(err):
		return nil, &source.State{Health: source.NotUnderstood, Detail: "the packed page is damaged", Err: err}
	}
	return b, err
}

// turn waits until the host may be asked; done gives the turn back.
func (f *Fetcher) turn(ctx context.Context, u *url.URL) (done func(), err error) {
	h, until := f.take(u)
	if !until.IsZero() {
		return nil, &source.State{Health: source.RateLimited, Detail: u.Host + " asked for peace", Until: until}
	}
	release := func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		h.users--
	}
	select {
	case h.slots <- struct{}{}:
	case <-ctx.Done():
		release()
		return nil, fmt.Errorf("wait for a turn at %s: %w", u.Host, context.Cause(ctx))
	}
	done = func() { <-h.slots; release() }
	if err := h.limit.Wait(ctx); err != nil {
		done()
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return nil, fault.New(fault.Limited, "wait for a turn at %s: %w", u.Host, err)
	}
	return done, nil
}

// take gives the host of a URL, with one more user; or until when it wants
// peace.
func (f *Fetcher) take(u *url.URL) (h *host, until time.Time) {
	now := f.Now()
	f.mu.Lock()
	defer f.mu.Unlock()
	name := strings.ToLower(u.Host)
	h = f.hosts[name]
	if h == nil {
		limit, ok := f.Hosts[name]
		if !ok {
			limit = f.PerHost
		}
		h = &host{limit: rate.NewLimiter(limit, burst), slots: make(chan struct{}, f.Concurrent)}
		f.forget()
		f.hosts[name] = h
	}
	if h.until.After(now) {
		return nil, h.until
	}
	h.users++
	h.used = now
	return h, time.Time{}
}

// forget makes room: of hosts that nobody uses, the tenth that was used
// longest ago goes. A limit that was idle so long is full again anyway.
func (f *Fetcher) forget() {
	if len(f.hosts) < maxHosts {
		return
	}
	var idle []string
	now := f.Now()
	for name, h := range f.hosts {
		if h.users == 0 && !h.until.After(now) {
			idle = append(idle, name)
		}
	}
	slices.SortFunc(idle, func(a, b string) int { return f.hosts[a].used.Compare(f.hosts[b].used) })
	for _, name := range idle[:min(len(idle), maxHosts/10)] {
		delete(f.hosts, name)
	}
}

// peace keeps everybody from asking a host before a time.
func (f *Fetcher) peace(name string, until time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if h := f.hosts[strings.ToLower(name)]; h != nil && until.After(h.until) {
		h.until = until
	}
}
