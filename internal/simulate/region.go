package simulate

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/internal/simulate/feeds"
	"github.com/otklik/otklik/internal/simulate/tme"
)

// The pace of the invented region.
const (
	Past      = 36 * time.Hour  // of its channels before it begins
	pastEvery = 4 * time.Minute // between two events of the past
	tellEvery = time.Second
)

// Region serves an invented region: what happens in its world, in the markup of
// Telegram and of newspapers' feeds. The same seed, beginning and pace give the
// same region, however often it is started anew. Safe for concurrent use.
type Region struct {
	Telegram *tme.Server
	Press    *feeds.Server
	pace     time.Duration
	begin    time.Time
	now      func() time.Time

	mu    sync.Mutex
	world *World
	at    time.Time // of the next event
}

// NewRegion begins a region with a past. An event happens every pace from begin on.
func NewRegion(seed uint64, begin time.Time, pace time.Duration, now func() time.Time) (*Region, error) {
	w, err := NewWorld(seed)
	if err != nil {
		return nil, err
	}
	r := &Region{Telegram: tme.New(tme.Options{Now: now}), Press: feeds.New(feeds.Options{Now: now}), pace: pace, begin: begin, now: now, world: w, at: begin.Add(-Past)}
	for i, c := range w.channels {
		if c.Feed {
			if err := r.found(c); err != nil {
				return nil, err
			}
			continue
		}
		err := r.Telegram.AddChannel(tme.Channel{Name: c.Name, Number: c.Number, Title: c.Title, About: c.About, Subscribers: int64(1800 + 3700*i), Bare: true})
		if err != nil {
			return nil, err
		}
	}
	return r, r.Advance(begin)
}

// Advance lets everything happen that has its time up to then.
func (r *Region) Advance(until time.Time) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for !r.at.After(until) {
		if err := r.happen(r.world.Next(r.at)); err != nil {
			return err
		}
		if r.at.Before(r.begin) {
			r.at = r.at.Add(pastEvery)
		} else {
			r.at = r.at.Add(r.pace)
		}
	}
	return nil
}

// Run goes on telling until ctx ends.
func (r *Region) Run(ctx context.Context) error {
	tick := time.NewTicker(tellEvery)
	defer tick.Stop()
	for {
		if err := r.Advance(r.now()); err != nil {
			return fmt.Errorf("simulated region: %w", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (r *Region) happen(e Event) error {
	c := r.world.channels[e.Channel]
	if c.Feed {
		return r.print(c, e)
	}
	id := int64(e.Post)
	switch e.Kind {
	case EditPost:
		return r.Telegram.Edit(c.Name, id, e.Story.Text)
	case DeletePost:
		return r.Telegram.Delete(c.Name, id)
	}
	m := tme.Message{ID: id, At: e.At, Text: e.Story.Text, Views: int64(e.Views)}
	if e.Story.Kind == Resident && e.Post%4 == 0 {
		m.Media = []tme.Media{{Kind: post.Photo}}
	}
	_, err := r.Telegram.Post(c.Name, m)
	return err
}

// Domain is where the invented newspapers live: one that is kept for examples
// (RFC 2606). A newspaper's host is its name for ever, whatever port serves it.
const Domain = ".otklik.example"

// Host is the host of a newspaper's feed, and Path its place there.
func (c Channel) Host() string { return c.Name + Domain }
func (c Channel) Path() string { return "/rss.xml" }

// ServeHTTP answers by the host that was asked: a newspaper's feed, or Telegram.
func (r *Region) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	host, _, _ := strings.Cut(req.Host, ":")
	if strings.HasSuffix(host, Domain) {
		r.Press.ServeHTTP(w, req)
		return
	}
	r.Telegram.ServeHTTP(w, req)
}
