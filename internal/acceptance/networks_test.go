package acceptance

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/simulate/tme"
)

// networks are the fakes around an installation: Telegram, and a receiver of
// webhooks.
type networks struct {
	telegram *tme.Server
	tmeURL   string
	hooks    *hooks
}

const (
	channelName   = "sosedi_test"
	channelNumber = 2100000777
)

func newNetworks(t *testing.T) *networks {
	t.Helper()
	n := &networks{telegram: tme.New(tme.Options{}), hooks: new(hooks)}
	srv := httptest.NewServer(n.telegram)
	t.Cleanup(srv.Close)
	n.tmeURL = srv.URL
	hook := httptest.NewServer(n.hooks)
	t.Cleanup(hook.Close)
	n.hooks.url = hook.URL
	require.NoError(t, n.telegram.AddChannel(tme.Channel{Name: channelName, Number: channelNumber, Title: "Соседи", Subscribers: 1200}))
	return n
}

// env lets the installation reach these fakes, and only these, on the loopback.
func (n *networks) env() []string {
	host := func(u string) string { return strings.TrimPrefix(u, "http://") }
	return []string{"OTKLIK_TELEGRAM_URL=" + n.tmeURL, "OTKLIK_ALLOW=" + host(n.tmeURL) + "," + host(n.hooks.url)}
}

// write publishes a post in the channel and gives its id in Otklik.
func (n *networks) write(t *testing.T, text string, at time.Time) (message int64) {
	t.Helper()
	m, err := n.telegram.Post(channelName, tme.Message{Text: text, At: at, Views: 120})
	require.NoError(t, err)
	return m
}

// hooks keeps the webhooks it is sent.
type hooks struct {
	url string
	mu  sync.Mutex
	got []hook
}

type hook struct {
	header http.Header
	body   []byte
}

func (h *hooks) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.got = append(h.got, hook{r.Header.Clone(), b})
}

func (h *hooks) all() []hook {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]hook(nil), h.got...)
}
