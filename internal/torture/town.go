package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/otklik/otklik/incidents/notify"
	"github.com/otklik/otklik/internal/simulate/feeds"
)

const (
	feedPath   = "/rss.xml"
	ownEdits   = 10                     // one post in so many is edited once
	ownMatches = 10                     // one post in so many asks for a ticket
	step       = 250 * time.Millisecond // between two portions of posts
)

// paper is a newspaper: one address of the loopback with one feed, so that the
// product's politeness to one host bounds one feed only.
type paper struct {
	host, region string
	url          string
}

// told is what has been published: the truth that the end is held against.
type told struct {
	paper   int
	article int64
	edition int // 1, or 2 after an edit
	asks    bool
	at      time.Time // when it was first published
}

// town publishes posts and receives webhooks. It knows everything that must
// have come of it.
type town struct {
	papers []paper
	hooks  *hooks
	feeds  *feeds.Server
	server *http.Server

	mu    sync.Mutex
	told  []told
	reads map[string]int // of a paper, under way
	both  int            // readings that began while another was under way
}

// newTown opens papers on 127.0.1.1 and up, all on one port.
func newTown(papers int) (*town, error) {
	t := &town{reads: map[string]int{}, feeds: feeds.New(feeds.Options{}), hooks: &hooks{took: map[string]int{}}}
	mux := http.NewServeMux()
	mux.Handle("POST /hook", t.hooks)
	mux.HandleFunc("/", t.read)
	t.server = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	port := "0"
	regions := []string{"RU-PRI", "RU-KHA"}
	for i := range papers {
		host := fmt.Sprintf("127.0.1.%d", i+1)
		l, err := net.Listen("tcp", net.JoinHostPort(host, port))
		if err != nil {
			return nil, err
		}
		_, port, _ = net.SplitHostPort(l.Addr().String())
		go t.server.Serve(l)
		t.papers = append(t.papers, paper{host, regions[i%len(regions)], "http://" + l.Addr().String() + feedPath})
		feed := feeds.Feed{Host: host, Path: feedPath, Title: fmt.Sprint("Газета ", i+1), Show: 1000, GUIDs: feeds.Number}
		if err := t.feeds.AddFeed(feed); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// slowly is how long a paper takes to answer: two who read it at once are seen.
const slowly = 20 * time.Millisecond

// read answers with a paper, and counts who reads one that is being read.
func (t *town) read(w http.ResponseWriter, req *http.Request) {
	t.mu.Lock()
	if t.reads[req.Host]++; t.reads[req.Host] > 1 {
		t.both++
	}
	t.mu.Unlock()
	defer func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.reads[req.Host]--
	}()
	wait := time.NewTimer(slowly)
	defer wait.Stop()
	select {
	case <-req.Context().Done(): // who was killed reads no more
	case <-wait.C:
		t.feeds.ServeHTTP(w, req)
	}
}

// together is how often a paper was read by two at once.
func (t *town) together() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.both
}

// allowed names the addresses that the product has to be let through to.
func (t *town) allowed() (all []string) {
	for _, p := range t.papers {
		all = append(all, p.url[len("http://"):len(p.url)-len(feedPath)])
	}
	return all
}

func (t *town) hookURL() string {
	return t.papers[0].url[:len(t.papers[0].url)-len(feedPath)] + "/hook"
}

// mark is the one word that only post n has.
func mark(n int) string { return fmt.Sprintf("знак%d", n) }

func article(n int, x told) feeds.Item {
	what := "Новости дня: выставка, спорт и погода"
	if x.asks {
		what = "Нет отопления, батареи холодные"
	}
	return feeds.Item{Title: fmt.Sprintf("%s, %s", what, mark(n)), Text: fmt.Sprintf("Сообщает житель дома %d. Издание%d.", n, x.edition)}
}

// open gives every paper one old article: a feed without any says nothing.
func (t *town) open() error {
	for i := range t.papers {
		if _, err := t.feeds.Publish(t.name(i), feeds.Item{Title: "Вчерашний номер", Text: "Было вчера.", At: time.Now().Add(-24 * time.Hour)}); err != nil {
			return err
		}
	}
	return nil
}

func (t *town) name(paper int) string { return t.papers[paper].host + feedPath }

// publish publishes posts evenly over the time, editing some of the earlier
// ones, and returns early when ctx ends.
func (t *town) publish(ctx context.Context, rng *rand.Rand, posts int, over time.Duration) error {
	portion := max(1, posts*int(step)/int(over))
	tick := time.NewTicker(step)
	defer tick.Stop()
	for made := 0; made < posts; {
		for range min(portion, posts-made) {
			if err := t.one(rng, made); err != nil {
				return err
			}
			made++
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
	}
	return nil
}

func (t *town) one(rng *rand.Rand, n int) (err error) {
	x := told{paper: rng.IntN(len(t.papers)), edition: 1, asks: rng.IntN(ownMatches) == 0, at: time.Now()}
	if x.article, err = t.feeds.Publish(t.name(x.paper), article(n, x)); err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.told = append(t.told, x)
	if rng.IntN(ownEdits) > 0 {
		return nil
	}
	m := rng.IntN(n + 1)
	old := &t.told[m]
	if old.edition > 1 {
		return nil
	}
	old.edition++
	now := article(m, *old)
	return t.feeds.Edit(t.name(old.paper), old.article, func(it *feeds.Item) { it.Title, it.Text = now.Title, now.Text })
}

// all gives what was published up to now.
func (t *town) all() []told {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]told(nil), t.told...)
}

func (t *town) close() error { return t.server.Close() }

// hooks counts the webhooks by their idempotency key.
type hooks struct {
	mu   sync.Mutex
	took map[string]int
}

func (h *hooks) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	io.Copy(io.Discard, io.LimitReader(r.Body, 1<<20))
	h.mu.Lock()
	defer h.mu.Unlock()
	h.took[r.Header.Get(notify.HeaderKey)]++
}

// times says how often a message arrived.
func (h *hooks) times(key string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.took[key]
}
