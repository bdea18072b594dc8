package rss_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/otklik/otklik/crawler/fetch"
	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/crawler/source"
	"github.com/otklik/otklik/crawler/source/rss"
	"github.com/otklik/otklik/crawler/source/sourcetest"
	"github.com/otklik/otklik/internal/simulate/feeds"
)

const path = "/rss.xml"

// paper is one feed on a fake server.
type paper struct {
	t      *testing.T
	server *feeds.Server
	front  *sourcetest.Front
	clock  *sourcetest.Clock
	web    *httptest.Server
	cursor source.Cursor
}

func newPaper(t *testing.T, f feeds.Feed) *paper {
	p := &paper{t: t, clock: sourcetest.NewClock()}
	p.server = feeds.New(feeds.Options{Now: p.clock.Now})
	p.front = sourcetest.NewFront(p.server)
	p.web = httptest.NewServer(p.front)
	t.Cleanup(p.web.Close)
	p.add(f)
	return p
}

func (p *paper) add(f feeds.Feed) {
	if f.Path == "" {
		f.Path = path
	}
	f.Title, f.About = "Вестник двора", "Вымышленная газета"
	require.NoError(p.t, p.server.AddFeed(f))
}

func (p *paper) open(at string) *rss.Source {
	return rss.New(rss.Options{Address: p.web.URL + at,
		Fetcher: fetch.New(fetch.Options{Client: &http.Client{}, PerHost: rate.Inf, Now: p.clock.Now})})
}

// read reads the feed at path and goes on from there the next time.
func (p *paper) read() source.Batch {
	p.t.Helper()
	b, err := p.tryRead()
	require.NoError(p.t, err)
	return b
}

func (p *paper) tryRead() (source.Batch, error) {
	b, err := p.open(path).Read(context.Background(), p.cursor)
	if err == nil {
		p.cursor = b.Cursor
	}
	return b, err
}

func (p *paper) publish(it feeds.Item) int64 {
	p.t.Helper()
	n, err := p.server.Publish(path, it)
	require.NoError(p.t, err)
	return n
}

func ids(b source.Batch) (out []string) {
	for _, it := range b.Items {
		out = append(out, string(it.ID))
	}
	return out
}

// The suite, on every form that feeds have.
func TestSuite(t *testing.T) {
	for name, f := range map[string]feeds.Feed{
		"RSS":                                  {},
		"RSS, numbers for guids, windows-1251": {GUIDs: feeds.Number, Charset: "windows-1251", Dates: feeds.Named},
		"RSS, changing guids, koi8-r":          {GUIDs: feeds.Changing, Charset: "koi8-r", Silent: false, Dates: feeds.Russian},
		"RSS, no guids, mark, no validators":   {GUIDs: feeds.None, Mark: true, Plain: true, Links: "utm_source=rss"},
		"RDF":                                  {Format: feeds.RDF},
		"Atom":                                 {Format: feeds.Atom, GUIDs: feeds.Number, Dates: feeds.Plain},
		"JSON":                                 {Format: feeds.JSON},
	} {
		t.Run(name, func(t *testing.T) {
			sourcetest.Run(t, func(t *testing.T) *sourcetest.World {
				p := newPaper(t, f)
				number := func(id post.ID) int64 {
					n, err := strconv.ParseInt(strings.TrimPrefix(id.Native(), "news/"), 10, 64)
					require.NoError(t, err)
					return n
				}
				return &sourcetest.World{
					Source: "rss:127.0.0.1", Front: p.front, Clock: p.clock, Past: 40,
					Open: func() source.Source { return p.open(path) },
					Post: func(text string) post.ID {
						return post.ID(fmt.Sprintf("rss:127.0.0.1/news/%d", p.publish(feeds.Item{Title: "Новость", Text: text})))
					},
					Edit: func(id post.ID, text string) {
						require.NoError(t, p.server.Edit(path, number(id), func(it *feeds.Item) { it.Text = text }))
					},
					Gone:  func() { require.NoError(t, p.server.SetStatus(path, http.StatusGone)) },
					Block: func() { require.NoError(t, p.server.SetStatus(path, http.StatusForbidden)) },
					Break: func() { p.server.Break(feeds.BreakNames) },
				}
			})
		})
	}
}
