package tme

import (
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Breakage is a way in which the markup may have changed one day. Pages stay
// whole pages, with the posts of the true one in them.
type Breakage string

const (
	BreakClasses  Breakage = "classes"  // all classes have other names
	BreakHistory  Breakage = "history"  // the section that holds the posts is another
	BreakBlocks   Breakage = "blocks"   // the block of a message is called otherwise
	BreakText     Breakage = "text"     // the element of the text is called otherwise
	BreakTime     Breakage = "time"     // times are written as people read them
	BreakIdentity Breakage = "identity" // data-view is gone
	BreakApp      Breakage = "app"      // the page is made by a script
)

// trouble is what is answered instead of pages.
type trouble struct {
	limit   int // answers of 429 to come; negative: without end
	after   time.Duration
	reset   int // connections to be reset; negative: without end
	status  int
	breaks  Breakage
	servers int // answers of status to come
}

// Limit answers the next n requests with 429 and Retry-After (none when it is
// 0); a negative n is without end.
func (s *Server) Limit(n int, after time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trouble.limit, s.trouble.after = n, after
}

// Reset breaks the connections of the next n requests; negative: of all.
func (s *Server) Reset(n int) { s.mu.Lock(); defer s.mu.Unlock(); s.trouble.reset = n }

// Fail answers the next n requests with a status; negative: all.
func (s *Server) Fail(n, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trouble.servers, s.trouble.status = n, status
}

// Break changes the markup from now on.
func (s *Server) Break(b Breakage) { s.mu.Lock(); defer s.mu.Unlock(); s.trouble.breaks = b }

// Heal ends all trouble.
func (s *Server) Heal() { s.mu.Lock(); defer s.mu.Unlock(); s.trouble = trouble{} }

// take counts one off.
func take(n *int) bool {
	if *n == 0 {
		return false
	}
	if *n > 0 {
		*n--
	}
	return true
}

// make makes the trouble there is; false: none, go on. The caller holds mu.
func (t *trouble) make(w http.ResponseWriter) bool {
	switch {
	case take(&t.reset):
		hangUp(w)
	case take(&t.limit):
		if t.after > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(t.after/time.Second)))
		}
		w.WriteHeader(http.StatusTooManyRequests)
	case take(&t.servers):
		w.WriteHeader(t.status)
	default:
		return false
	}
	return true
}

func hangUp(w http.ResponseWriter) {
	c, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // HTTP/2, or a recorder
	}
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // a reset, not an end
	}
	c.Close()
}

// spoil writes a page as it is after the change.
func (b Breakage) spoil(page string) string {
	switch b {
	case BreakClasses:
		return strings.NewReplacer("tgme_", "web_", "tme_", "web_").Replace(page)
	case BreakHistory:
		return strings.ReplaceAll(page, "tgme_channel_history", "tgme_channel_feed")
	case BreakBlocks:
		return strings.ReplaceAll(page, "tgme_widget_message ", "tgme_widget_post ")
	case BreakText:
		return strings.ReplaceAll(page, "tgme_widget_message_text", "tgme_widget_message_body")
	case BreakTime:
		return strings.ReplaceAll(page, "datetime=", "data-when=")
	case BreakIdentity:
		return strings.ReplaceAll(page, "data-view=", "data-seen=")
	case BreakApp:
		return `<!DOCTYPE html><html><head><title>Telegram</title></head><body><div id="app"></div><script src="/app.js"></script></body></html>`
	}
	return page
}
