// Package trouble is what servers do to those who read them: 429, errors, and
// connections that are reset. The invented networks embed it.
package trouble

import (
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Maker makes trouble instead of answers. Its zero value makes none. Safe for
// concurrent use.
type Maker struct {
	mu     sync.Mutex
	limit  int // answers of 429 to come; negative: without end
	after  time.Duration
	reset  int // connections to be reset; likewise
	fails  int // answers of status to come; likewise
	status int
}

// Limit answers the next n requests with 429 and Retry-After (none when it is
// 0); a negative n is without end.
func (m *Maker) Limit(n int, after time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.limit, m.after = n, after
}

// Reset breaks the connections of the next n requests; negative: of all.
func (m *Maker) Reset(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.reset = n
}

// Fail answers the next n requests with a status; negative: all.
func (m *Maker) Fail(n, status int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.fails, m.status = n, status
}

// Heal ends all trouble.
func (m *Maker) Heal() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.limit, m.after, m.reset, m.fails, m.status = 0, 0, 0, 0, 0
}

// Make makes the trouble there is, and gives the status that was answered: -1
// for a connection that was reset, 0 for none: go on.
func (m *Maker) Make(w http.ResponseWriter) (status int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case take(&m.reset):
		hangUp(w)
		return -1
	case take(&m.limit):
		if m.after > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(m.after/time.Second)))
		}
		status = http.StatusTooManyRequests
	case take(&m.fails):
		status = m.status
	default:
		return 0
	}
	w.WriteHeader(status)
	return status
}

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
