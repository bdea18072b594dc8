package ui

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

func get(h http.Handler, method, path string, headers ...string) *http.Response {
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func text(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	return string(b)
}

func gzipped(t *testing.T, s string) []byte {
	t.Helper()
	var b strings.Builder
	z := gzip.NewWriter(&b)
	_, err := z.Write([]byte(s))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return []byte(b.String())
}

func built(t *testing.T) fstest.MapFS {
	return fstest.MapFS{
		".keep":                  {},
		".vite/manifest.json":    {Data: []byte("{}")},
		"index.html":             {Data: []byte("<!doctype html>page")},
		"index.html.gz":          {Data: gzipped(t, "<!doctype html>page")},
		"early.js":               {Data: []byte("early")},
		"assets/main-abc.js":     {Data: []byte("script")},
		"assets/main-abc.js.gz":  {Data: gzipped(t, "script")},
		"assets/font-abc.woff2":  {Data: []byte("font")},
		"assets/theme-abc.css":   {Data: []byte("css")},
		"assets/picture-abc.svg": {Data: []byte("<svg/>")},
	}
}

func TestHandler(t *testing.T) {
	h := handler(built(t))
	const year, anew = "public, max-age=31536000, immutable", "no-cache"
	for _, c := range []struct {
		path        string
		status      int
		kind, cache string
		body        string
	}{
		{"/", 200, "text/html; charset=utf-8", anew, "<!doctype html>page"},
		{"/incidents/12?sort=due", 200, "text/html; charset=utf-8", anew, "<!doctype html>page"},
		{"/../../etc/passwd", 200, "text/html; charset=utf-8", anew, "<!doctype html>page"},
		{"/.vite/manifest.json", 200, "text/html; charset=utf-8", anew, "<!doctype html>page"},
		{"/.keep", 200, "text/html; charset=utf-8", anew, "<!doctype html>page"},
		{"/index.html.gz", 200, "text/html; charset=utf-8", anew, "<!doctype html>page"},
		{"/assets", 200, "text/html; charset=utf-8", anew, "<!doctype html>page"},
		{"/early.js", 200, "text/javascript; charset=utf-8", anew, "early"},
		{"/assets/main-abc.js", 200, "text/javascript; charset=utf-8", year, "script"},
		{"/assets/font-abc.woff2", 200, "font/woff2", year, "font"},
		{"/assets/theme-abc.css", 200, "text/css; charset=utf-8", year, "css"},
		{"/assets/picture-abc.svg", 200, "image/svg+xml", year, "<svg/>"},
		{"/assets/main-old.js", 404, "text/plain; charset=utf-8", "", "404 page not found\n"},
		{"/assets/main-abc.js.gz", 404, "text/plain; charset=utf-8", "", "404 page not found\n"},
	} {
		r := get(h, http.MethodGet, c.path)
		require.Equal(t, c.status, r.StatusCode, c.path)
		require.Equal(t, c.kind, r.Header.Get("Content-Type"), c.path)
		require.Equal(t, c.cache, r.Header.Get("Cache-Control"), c.path)
		require.Equal(t, c.body, text(t, r), c.path)
		if c.status == 200 {
			require.Equal(t, Policy, r.Header.Get("Content-Security-Policy"), c.path)
			require.Equal(t, "nosniff", r.Header.Get("X-Content-Type-Options"), c.path)
		}
	}
	require.Equal(t, "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' http: https:; "+
		"connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'", Policy, "a change of it has to be meant")
}

func TestGzip(t *testing.T) {
	h := handler(built(t))
	for accept, want := range map[string]bool{"gzip, deflate, br": true, "br;q=1, GZIP;q=0.5": true, "": false, "br": false, "gzip;q=0": false} {
		r := get(h, http.MethodGet, "/assets/main-abc.js", "Accept-Encoding", accept)
		require.Equal(t, "Accept-Encoding", r.Header.Get("Vary"))
		require.Equal(t, want, r.Header.Get("Content-Encoding") == "gzip", accept)
		body := text(t, r)
		if want {
			z, err := gzip.NewReader(strings.NewReader(body))
			require.NoError(t, err)
			b, err := io.ReadAll(z)
			require.NoError(t, err)
			body = string(b)
		}
		require.Equal(t, "script", body)
	}
	r := get(h, http.MethodGet, "/early.js", "Accept-Encoding", "gzip") // no smaller copy of it
	require.Empty(t, r.Header.Get("Content-Encoding"))
	require.Equal(t, "early", text(t, r))
}

func TestMethods(t *testing.T) {
	h := handler(built(t))
	r := get(h, http.MethodHead, "/")
	require.Equal(t, 200, r.StatusCode)
	require.Equal(t, "19", r.Header.Get("Content-Length"))
	require.Empty(t, text(t, r))
	r = get(h, http.MethodPost, "/")
	require.Equal(t, 405, r.StatusCode)
	require.Equal(t, "GET, HEAD", r.Header.Get("Allow"))
}

func TestNotBuilt(t *testing.T) {
	r := get(handler(fstest.MapFS{".keep": {}}), http.MethodGet, "/feed")
	require.Equal(t, 503, r.StatusCode)
	require.Contains(t, text(t, r), "make build")
}

func TestThisBinary(t *testing.T) {
	r := get(Handler(), http.MethodGet, "/")
	if !Built() {
		require.Equal(t, 503, r.StatusCode)
		return
	}
	require.Equal(t, 200, r.StatusCode)
	page := text(t, r)
	require.Contains(t, page, `<div id="root">`)
	for _, script := range regexp.MustCompile(`(?is)<script[^>]*>.*?</script>`).FindAllString(page, -1) {
		require.Regexp(t, `^<script[^>]* src="/[^"]+"[^>]*></script>$`, script, "the policy lets no inline script run")
	}
	require.NotRegexp(t, `(?i)<[^>]+\son[a-z]+\s*=`, page)
}
