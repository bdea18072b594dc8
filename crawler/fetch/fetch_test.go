package fetch

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/otklik/otklik/crawler/source"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/netguard"
)

var noon = time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)

// fetcher gives one that asks as fast as it likes, and its clock.
func fetcher(change func(*Options)) (*Fetcher, *time.Time) {
	now := noon
	o := Options{Client: &http.Client{}, PerHost: rate.Inf, Now: func() time.Time { return now }}
	if change != nil {
		change(&o)
	}
	return New(o), &now
}

func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

func stateOf(t *testing.T, err error) *source.State {
	t.Helper()
	var s *source.State
	require.ErrorAs(t, err, &s)
	return s
}

func TestPage(t *testing.T) {
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		require.Equal(t, "Otklik-test", r.UserAgent())
		require.Equal(t, "gzip", r.Header.Get("Accept-Encoding"))
		require.Equal(t, "text/html", r.Header.Get("Accept"))
		require.Empty(t, r.Header.Get("If-None-Match"))
		w.Header().Set("ETag", `"one"`)
		fmt.Fprint(w, "страница")
	})
	f, _ := fetcher(func(o *Options) { o.UserAgent = "Otklik-test" })
	res, err := f.Get(context.Background(), Request{URL: address + "/s/x?before=5", Accept: "text/html"})
	require.NoError(t, err)
	require.Equal(t, "страница", string(res.Body))
	require.Equal(t, address+"/s/x?before=5", res.URL)
	require.Equal(t, `"one"`, res.ETag)
	require.Zero(t, res.Redirects)
	require.False(t, res.NotModified)
}

func TestConditional(t *testing.T) {
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("If-None-Match") == `"one"` || r.Header.Get("If-Modified-Since") == "Tue, 03 Nov 2026 10:00:00 GMT" || r.URL.Path == "/mad" {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprint(w, "new")
	})
	f, _ := fetcher(nil)
	for _, c := range []struct {
		ask Request
		not bool
	}{
		{Request{}, false},
		{Request{ETag: `"one"`}, true},
		{Request{ETag: `"two"`}, false},
		{Request{LastModified: "Tue, 03 Nov 2026 10:00:00 GMT"}, true},
	} {
		c.ask.URL = address
		res, err := f.Get(context.Background(), c.ask)
		require.NoError(t, err)
		require.Equal(t, c.not, res.NotModified)
		if c.not {
			require.Nil(t, res.Body)
			require.Equal(t, c.ask.ETag, res.ETag, "what was known stays known")
			require.Equal(t, c.ask.LastModified, res.LastModified)
		} else {
			require.Equal(t, "new", string(res.Body))
		}
	}
	_, err := f.Get(context.Background(), Request{URL: address + "/mad"})
	require.Equal(t, source.NotUnderstood, stateOf(t, err).Health, "304 to a question without a condition")
}

func TestStates(t *testing.T) {
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		var s int
		fmt.Sscanf(r.URL.Path, "/%d", &s)
		w.WriteHeader(s)
	})
	f, _ := fetcher(nil)
	for status, health := range map[int]source.Health{
		404: source.Gone, 410: source.Gone,
		401: source.Blocked, 403: source.Blocked, 451: source.Blocked,
		429: source.RateLimited,
		408: source.Unreachable, 500: source.Unreachable, 502: source.Unreachable, 503: source.Unreachable, 504: source.Unreachable, 520: source.Unreachable,
		400: source.NotUnderstood, 418: source.NotUnderstood, 300: source.NotUnderstood, 302: source.NotUnderstood,
	} {
		_, err := f.Get(context.Background(), Request{URL: fmt.Sprintf("%s/%d", address, status)})
		s := stateOf(t, err)
		require.Equal(t, health, s.Health, status)
		require.NotEmpty(t, s.Detail)
	}
	for _, bad := range []string{"", "ftp://example.org/", "/x", "http://", "http://a b/", "\x00"} {
		_, err := f.Get(context.Background(), Request{URL: bad})
		require.Equal(t, fault.Invalid, fault.KindOf(err), "%q: %v", bad, err)
	}
}

func TestRetryAfter(t *testing.T) {
	var after string
	var asked int
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked++
		if after != "" {
			w.Header().Set("Retry-After", after)
		}
		w.WriteHeader(http.StatusTooManyRequests)
	})
	for _, c := range []struct {
		after string
		until time.Time
	}{
		{"120", noon.Add(2 * time.Minute)},
		{" 7 ", noon.Add(7 * time.Second)},
		{"Tue, 03 Nov 2026 12:30:00 GMT", noon.Add(30 * time.Minute)},
		{"Tue, 03 Nov 2026 11:30:00 GMT", time.Time{}},
		{"", time.Time{}}, {"soon", time.Time{}}, {"-5", time.Time{}}, {"0", time.Time{}},
		{"9223372036854775807", noon.Add(24 * time.Hour)},
		{"99999999999999999999", time.Time{}},
		{"Tue, 03 Nov 2099 12:00:00 GMT", noon.Add(24 * time.Hour)},
	} {
		f, now := fetcher(nil)
		after, asked = c.after, 0
		_, err := f.Get(context.Background(), Request{URL: address})
		s := stateOf(t, err)
		require.Equal(t, source.RateLimited, s.Health)
		require.True(t, c.until.Equal(s.Until), "%q: %s", c.after, s.Until)
		if c.until.IsZero() {
			continue
		}
		// The host is left in peace, whatever page of it is asked for.
		_, err = f.Get(context.Background(), Request{URL: address + "/other"})
		s = stateOf(t, err)
		require.Equal(t, source.RateLimited, s.Health)
		require.True(t, c.until.Equal(s.Until))
		require.Equal(t, 1, asked)
		*now = c.until
		_, err = f.Get(context.Background(), Request{URL: address + "/other"})
		require.Equal(t, source.RateLimited, stateOf(t, err).Health)
		require.Equal(t, 2, asked, "asked again when the time has come")
	}
}

func TestRedirects(t *testing.T) {
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/s/secret":
			http.Redirect(w, r, "/secret", http.StatusFound)
		case "/ring":
			http.Redirect(w, r, "/ring", http.StatusMovedPermanently)
		case "/file":
			http.Redirect(w, r, "file:///etc/passwd", http.StatusMovedPermanently)
		default:
			fmt.Fprint(w, r.URL.Path)
		}
	})
	f, _ := fetcher(nil)
	res, err := f.Get(context.Background(), Request{URL: address + "/s/secret"})
	require.NoError(t, err)
	require.Equal(t, address+"/secret", res.URL)
	require.Equal(t, "/secret", string(res.Body))
	require.Equal(t, 1, res.Redirects)
	for _, path := range []string{"/ring", "/file"} {
		_, err = f.Get(context.Background(), Request{URL: address + path})
		require.Equal(t, source.NotUnderstood, stateOf(t, err).Health)
	}
}

// A page that redirects into the private network goes through the guard.
func TestGuarded(t *testing.T) {
	var served atomic.Int64
	inner := serve(t, func(w http.ResponseWriter, r *http.Request) { served.Add(1) })
	outer := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, inner, http.StatusFound) })
	g, err := netguard.New([]string{strings.TrimPrefix(outer, "http://")})
	require.NoError(t, err)
	f, _ := fetcher(func(o *Options) { o.Client = g.Client() })
	for _, a := range []string{outer, inner} {
		_, err = f.Get(context.Background(), Request{URL: a})
		require.Equal(t, source.Blocked, stateOf(t, err).Health)
		require.Equal(t, fault.Forbidden, fault.KindOf(err))
	}
	require.Zero(t, served.Load())
}

func TestSizeIsBounded(t *testing.T) {
	const limit = 64 << 10
	pack := func(n int) []byte {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = io.Copy(z, io.LimitReader(zeros{}, int64(n)))
		require.NoError(t, z.Close())
		return b.Bytes()
	}
	bomb, fits, empties := pack(30<<20), pack(limit), bytes.Repeat(pack(0), 2*limit/23)
	require.Less(t, len(bomb), limit, "the bomb is small as it arrives")
	require.Greater(t, len(empties), limit)
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		zipped := func(b []byte) { w.Header().Set("Content-Encoding", "gzip"); _, _ = w.Write(b) }
		switch r.URL.Path {
		case "/said":
			w.Header().Set("Content-Length", fmt.Sprint(30<<20))
		case "/chunked":
			_, _ = io.Copy(w, io.LimitReader(zeros{}, 30<<20))
		case "/limit":
			_, _ = io.Copy(w, io.LimitReader(zeros{}, limit))
		case "/over":
			_, _ = io.Copy(w, io.LimitReader(zeros{}, limit+1))
		case "/bomb":
			zipped(bomb)
		case "/fits":
			zipped(fits)
		case "/empties": // never gives a byte, and goes on arriving
			zipped(empties)
		case "/damaged":
			zipped(append(append([]byte{}, fits[:len(fits)-8]...), 1, 2, 3, 4, 5, 6, 7, 8))
		case "/scrambled":
			zipped(append(append([]byte{}, fits[:20]...), bytes.Repeat([]byte{0xff}, 50)...))
		case "/nogzip":
			zipped([]byte("plain text"))
		case "/br":
			w.Header().Set("Content-Encoding", "br")
			_, _ = w.Write([]byte("x"))
		case "/nothing":
			zipped(nil)
		}
	})
	f, _ := fetcher(func(o *Options) { o.MaxBytes = limit })
	for _, path := range []string{"/limit", "/fits"} {
		res, err := f.Get(context.Background(), Request{URL: address + path})
		require.NoError(t, err, path)
		require.Len(t, res.Body, limit)
	}
	res, err := f.Get(context.Background(), Request{URL: address + "/nothing"})
	require.NoError(t, err)
	require.Empty(t, res.Body)
	for _, path := range []string{"/said", "/chunked", "/over", "/bomb", "/empties"} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := f.Get(context.Background(), Request{URL: address + path})
		runtime.ReadMemStats(&after)
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(8<<20), "%s: more was unpacked than is allowed", path)
		s := stateOf(t, err)
		require.Equal(t, source.NotUnderstood, s.Health, path)
		require.Equal(t, "the page is larger than 64 KiB", s.Detail, path)
		require.Equal(t, fault.TooLarge, fault.KindOf(err), path)
	}
	for _, path := range []string{"/damaged", "/scrambled", "/nogzip", "/br"} {
		_, err := f.Get(context.Background(), Request{URL: address + path})
		require.Equal(t, source.NotUnderstood, stateOf(t, err).Health, "%s: %v", path, err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// Nothing of an endless page is taken beyond the limit: the server is cut off.
func TestEndlessPageIsCutOff(t *testing.T) {
	cut := make(chan int64, 1)
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		n, _ := io.Copy(w, zeros{})
		cut <- n
	})
	f, _ := fetcher(func(o *Options) { o.MaxBytes = 1 << 10; o.Client = &http.Client{Transport: &http.Transport{}} })
	_, err := f.Get(context.Background(), Request{URL: address})
	require.Equal(t, fault.TooLarge, fault.KindOf(err))
	require.Less(t, <-cut, int64(64<<20), "what the sockets of both sides hold, not more")
}

func TestNoAnswer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	free := "http://" + l.Addr().String()
	require.NoError(t, l.Close())
	breaking := func(partial bool) string {
		return serve(t, func(w http.ResponseWriter, r *http.Request) {
			if partial {
				w.Header().Set("Content-Length", "1000")
				fmt.Fprint(w, "half a page")
				_ = http.NewResponseController(w).Flush()
			}
			c, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				_ = c.(*net.TCPConn).SetLinger(0) // a reset, not an end
				c.Close()
			}
		})
	}
	slow := serve(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "begins")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	f, _ := fetcher(func(o *Options) { o.Timeout = 300 * time.Millisecond })
	for name, a := range map[string]string{"refused": free, "reset": breaking(false), "reset in the page": breaking(true), "never ends": slow, "no such host": "http://nobody.invalid/"} {
		_, err := f.Get(context.Background(), Request{URL: a + "/?token=secret"})
		require.Equal(t, source.Unreachable, stateOf(t, err).Health, "%s: %v", name, err)
		require.NotContains(t, err.Error(), "secret", "addresses may hold tokens")
	}
}

// The end of ctx is no illness of the source.
func TestCancelled(t *testing.T) {
	arrived := make(chan struct{}, 1)
	address := serve(t, func(w http.ResponseWriter, r *http.Request) { arrived <- struct{}{}; <-r.Context().Done() })
	f, _ := fetcher(nil)
	ctx, cancel := context.WithCancel(context.Background())
	go func() { <-arrived; cancel() }()
	_, err := f.Get(ctx, Request{URL: address})
	require.ErrorIs(t, err, context.Canceled)
	var s *source.State
	require.False(t, errors.As(err, &s), "%v", err)
	_, err = f.Get(ctx, Request{URL: address})
	require.ErrorIs(t, err, context.Canceled)
}

// wire is a network without sockets, for tests whose clock is synctest's.
type wire func(*http.Request) (*http.Response, error)

func (w wire) RoundTrip(r *http.Request) (*http.Response, error) { return w(r) }

func answer(r *http.Request, body string) *http.Response {
	return &http.Response{StatusCode: 200, Status: "200 OK", Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}
}

func TestRateOfAHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var times []time.Duration
		start := time.Now()
		f := New(Options{PerHost: 2, Hosts: map[string]rate.Limit{"fast.example": rate.Inf}, Client: &http.Client{Transport: wire(func(r *http.Request) (*http.Response, error) {
			if r.URL.Host == "slow.example" {
				times = append(times, time.Since(start))
			}
			return answer(r, "x"), nil
		})}})
		get := func(host string) {
			_, err := f.Get(t.Context(), Request{URL: "http://" + host + "/"})
			require.NoError(t, err)
		}
		for range 7 {
			get("slow.example")
		}
		ms := func(n int) time.Duration { return time.Duration(n) * time.Millisecond }
		require.Equal(t, []time.Duration{0, 0, 0, ms(500), ms(1000), ms(1500), ms(2000)}, times, "three at once, then two a second")
		at := time.Now()
		for range 100 {
			get("fast.example")
		}
		get("other.example")
		require.Equal(t, at, time.Now(), "hosts don't wait for each other")

		// A turn that can't come in time is not waited for.
		for range 3 {
			get("slow.example")
		}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		_, err := f.Get(ctx, Request{URL: "http://slow.example/"})
		require.Equal(t, fault.Limited, fault.KindOf(err))
	})
}

func TestRequestsAtOnceToAHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var now, most atomic.Int64
		f := New(Options{PerHost: rate.Inf, Concurrent: 2, Client: &http.Client{Transport: wire(func(r *http.Request) (*http.Response, error) {
			if n := now.Add(1); n > most.Load() {
				most.Store(n)
			}
			time.Sleep(time.Second)
			now.Add(-1)
			return answer(r, "x"), nil
		})}})
		start := time.Now()
		errs := make(chan error, 10)
		for range 10 {
			go func() {
				_, err := f.Get(t.Context(), Request{URL: "http://one.example/"})
				errs <- err
			}()
		}
		for range 10 {
			require.NoError(t, <-errs)
		}
		require.EqualValues(t, 2, most.Load())
		require.Equal(t, 5*time.Second, time.Since(start))

		// A wait for a turn ends with ctx.
		for range 2 {
			go func() { _, err := f.Get(t.Context(), Request{URL: "http://one.example/"}); errs <- err }()
		}
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		_, err := f.Get(ctx, Request{URL: "http://one.example/"})
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.NoError(t, errors.Join(<-errs, <-errs))
	})
}

func TestHostsAreForgotten(t *testing.T) {
	f, now := fetcher(func(o *Options) {
		o.Client = &http.Client{Transport: wire(func(r *http.Request) (*http.Response, error) { return answer(r, "x"), nil })}
	})
	for i := range maxHosts + 500 {
		*now = noon.Add(time.Duration(i) * time.Second)
		_, err := f.Get(context.Background(), Request{URL: fmt.Sprintf("http://h%d.example/", i)})
		require.NoError(t, err)
	}
	require.LessOrEqual(t, len(f.hosts), maxHosts)
	require.Nil(t, f.hosts["h0.example"], "the one used longest ago")
	require.NotNil(t, f.hosts[fmt.Sprintf("h%d.example", maxHosts+499)])
}

// Whatever a host says, it is left alone for no more than a day, and never for
// less than nothing.
func FuzzRetryAfter(f *testing.F) {
	for _, s := range []string{"", "0", "120", "-5", "99999999999999999999", "9223372036854775807", "Tue, 24 Nov 2026 09:05:00 GMT", "Tue, 24 Nov 9999 09:05:00 GMT", " 7 "} {
		f.Add(s)
	}
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	x := New(Options{Client: &http.Client{}, Now: func() time.Time { return now }})
	f.Fuzz(func(t *testing.T, s string) {
		if at := x.retryAfter(s); !at.IsZero() {
			require.True(t, at.After(now) && !at.After(now.Add(maxPeace)), "%q: %s", s, at)
		}
	})
}
