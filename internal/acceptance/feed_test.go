package acceptance

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/stretchr/testify/require"
)

// liveFeed is a client of /posts/stream: it keeps what came and the id to go
// on with.
type liveFeed struct {
	stop context.CancelFunc
	done chan struct{}

	mu    sync.Mutex
	posts []post
	last  string
}

// follow opens a live feed; last is the id of the last event of another, "" for
// from now on.
func (in *installation) follow(query, last string) *liveFeed {
	in.t.Helper()
	ctx, cancel := context.WithCancel(in.t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, in.base+"/api/v1/posts/stream?query="+url.QueryEscape(query), nil)
	require.NoError(in.t, err)
	req.Header.Set("Authorization", "Bearer "+rootToken)
	if last != "" {
		req.Header.Set("Last-Event-ID", last)
	}
	res, err := http.DefaultClient.Do(req)
	require.NoError(in.t, err)
	require.Equal(in.t, http.StatusOK, res.StatusCode)
	f := &liveFeed{stop: cancel, done: make(chan struct{}), last: last}
	go func() {
		defer close(f.done)
		defer res.Body.Close()
		event := ""
		for s := bufio.NewScanner(res.Body); s.Scan(); {
			name, value, _ := strings.Cut(s.Text(), ":")
			f.take(&event, name, strings.TrimPrefix(value, " "))
		}
	}()
	in.t.Cleanup(f.close)
	return f
}

func (f *liveFeed) take(event *string, name, value string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch name {
	case "id":
		f.last = value
	case "event":
		*event = value
	case "data":
		var p post
		if *event == "post" && json.Unmarshal([]byte(value), &p) == nil {
			f.posts = append(f.posts, p)
		}
	}
}

func (f *liveFeed) close() { f.stop(); <-f.done }

// ended waits until the server has closed the feed.
func (f *liveFeed) ended(limit time.Duration) bool {
	select {
	case <-f.done:
		return true
	case <-time.After(limit):
		return false
	}
}

func (f *liveFeed) position() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.last
}

func (f *liveFeed) has(text string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, p := range f.posts {
		if strings.Contains(p.Text, text) {
			return true
		}
	}
	return false
}
