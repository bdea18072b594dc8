package elastic

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/search"
	"github.com/otklik/otklik/indexer/search/searchtest"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/testenv"
)

// relay stands before the real server. Before, unless nil, sees a request
// first and may answer it itself; after sees the answer.
type relay struct {
	address string
	before  func(w http.ResponseWriter, r *http.Request) (answered bool)
	after   func(r *http.Response)
}

// openRelay gives an index that reaches the server through a relay.
func openRelay(t testing.TB) (*Index, *relay) {
	t.Helper()
	target, err := url.Parse(testenv.Elasticsearch(t))
	require.NoError(t, err)
	h := &relay{}
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ModifyResponse = func(r *http.Response) error {
		if h.after != nil {
			h.after(r)
		}
		return nil
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Del("Accept-Encoding")
		if h.before == nil || !h.before(w, r) {
			proxy.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(server.Close)
	h.address = server.URL
	return openAt(t, server.URL, testenv.Name(t)), h
}

func say(w http.ResponseWriter, status int, body string) bool {
	w.Header().Set("X-Elastic-Product", "Elasticsearch")
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	io.WriteString(w, body)
	return true
}

// readAll gives the body of a request and leaves it there.
func readAll(t testing.TB, r *http.Request) string {
	b, err := io.ReadAll(r.Body)
	require.NoError(t, err)
	r.Body = io.NopCloser(strings.NewReader(string(b)))
	return string(b)
}

func kindIs(t *testing.T, want fault.Kind, err error) {
	t.Helper()
	require.Error(t, err)
	require.Equal(t, want, fault.KindOf(err), "%v", err)
}

func TestServerThatIsAway(t *testing.T) {
	x, h := openRelay(t)
	t.Cleanup(func() { h.before = nil }) // so that the index can be removed
	h.before = func(w http.ResponseWriter, r *http.Request) bool {
		c, _, err := w.(http.Hijacker).Hijack()
		require.NoError(t, err)
		require.NoError(t, c.Close())
		return true
	}
	searchtest.Away(t, x)

	_, err := New(t.Context(), Options{Addresses: []string{"http://127.0.0.1:1"}, Prefix: "x", pause: time.Millisecond})
	kindIs(t, fault.Unavailable, err)
}

func TestServerThatIsBusy(t *testing.T) {
	x, h := openRelay(t)
	t.Cleanup(func() { h.before = nil })
	for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
		h.before = func(w http.ResponseWriter, r *http.Request) bool {
			return say(w, status, `{"error":{"type":"circuit_breaking_exception","reason":"Data too large"},"status":429}`)
		}
		searchtest.Away(t, x)
	}
}

// A caller that goes away gets its own error, at once.
func TestCallerThatGoesAway(t *testing.T) {
	x, h := openRelay(t)
	ctx, cancel := context.WithCancel(t.Context())
	h.before = func(w http.ResponseWriter, r *http.Request) bool {
		if strings.HasPrefix(r.URL.Path, "/_bulk") {
			cancel()
			// The answer may be there before it is seen that the caller is not.
			const full = `{"index":{"status":429,"error":{"type":"es_rejected_execution_exception"}}}`
			return say(w, 200, `{"items":[`+full+`,`+full+`]}`)
		}
		return false
	}
	require.ErrorIs(t, x.Put(ctx, []search.Document{doc(1, "a", "яма")}), context.Canceled)
	_, err := x.Search(ctx, access.Everything(), search.Request{Expr: query.True{}})
	require.ErrorIs(t, err, context.Canceled)
}
