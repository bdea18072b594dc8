package adapters_test

import (
	"fmt"
	"html"
	"html/template"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/adapters"
	"github.com/otklik/otklik/crawler/fetch"
	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/crawler/schedule"
	"github.com/otklik/otklik/crawler/source"
	"github.com/otklik/otklik/internal/simulate"
	"github.com/otklik/otklik/internal/simulate/feeds"
	"github.com/otklik/otklik/internal/simulate/tme"
	"github.com/otklik/otklik/internal/stream"
)

// read opens a source and reads its first batch.
func read(t *testing.T, network, address, telegram string) (source.Batch, error) {
	t.Helper()
	set := adapters.New(adapters.Options{Fetcher: fetch.New(fetch.Options{Client: &http.Client{}}), TelegramBase: telegram})
	src, err := set.Open(schedule.Source{Network: network, Address: address})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, src.Close()) })
	if _, err := src.Connect(t.Context()); err != nil {
		return source.Batch{}, err
	}
	return src.Read(t.Context(), nil)
}

// fits checks that a post goes into the log, whatever it was, and gives it as
// it goes there.
func fits(t *testing.T, it source.Item) post.Post {
	t.Helper()
	require.NoError(t, it.ID.Check())
	p := it.Post
	p.Normalize()
	b, err := post.Encode(post.Record{Envelope: post.Envelope{ID: it.ID}, Post: &p})
	require.NoError(t, err)
	require.NoError(t, stream.Check(stream.Record{Key: string(it.ID), Value: b}))
	return p
}

// beginsWith compares the first words of a text, but for what XML can't hold.
func beginsWith(t *testing.T, want, got string) {
	t.Helper()
	w, g := strings.Fields(strings.NewReplacer("\ufffe", "", "\uffff", "").Replace(want)), strings.Fields(strings.NewReplacer("\ufffe", "", "\uffff", "").Replace(got))
	require.NotEmpty(t, g)
	require.Equal(t, w[0][:min(len(w[0]), 1000)], g[0][:min(len(g[0]), 1000)])
}

// Whatever a post is, in whatever network, it is read, and its neighbours with
// it.
func TestMonsters(t *testing.T) {
	texts := simulate.Monsters()
	texts["deep markup"] = "дно"
	for name, text := range texts {
		markup := "<p>" + html.EscapeString(text) + "</p>"
		if name == "deep markup" {
			markup = simulate.Deep(400)
		}
		t.Run("rss/"+name, func(t *testing.T) {
			for _, format := range []feeds.Format{feeds.RSS, feeds.Atom, feeds.JSON} {
				press := feeds.New(feeds.Options{})
				web := httptest.NewServer(press)
				t.Cleanup(web.Close)
				require.NoError(t, press.AddFeed(feeds.Feed{Path: "/f", Title: "Газета", Format: format}))
				for _, it := range []feeds.Item{{Title: "До", Text: "до"}, {Title: "Чудовище", HTML: markup}, {Title: "После", Text: "после"}} {
					_, err := press.Publish("/f", it)
					require.NoError(t, err)
				}
				b, err := read(t, "rss", web.URL+"/f", "")
				require.NoError(t, err, format)
				require.Len(t, b.Items, 3, format)
				for _, it := range b.Items {
					if p := fits(t, it); p.Title == "Чудовище" {
						beginsWith(t, text, p.Text)
					}
				}
			}
		})
		t.Run("telegram/"+name, func(t *testing.T) {
			server := tme.New(tme.Options{})
			web := httptest.NewServer(server)
			t.Cleanup(web.Close)
			require.NoError(t, server.AddChannel(tme.Channel{Name: "dvor_demo", Number: 2100000001, Title: "Двор", Bare: true}))
			for _, m := range []tme.Message{{Text: "до"}, {Rich: template.HTML(markup)}, {Text: "после"}} {
				_, err := server.Post("dvor_demo", m)
				require.NoError(t, err)
			}
			b, err := read(t, "telegram", "dvor_demo", web.URL)
			require.NoError(t, err)
			require.Len(t, b.Items, 3)
			for _, it := range b.Items {
				if p := fits(t, it); strings.HasSuffix(string(it.ID), "/2") {
					beginsWith(t, text, p.Text)
				}
			}
		})
	}
}

// An author's name of a megabyte is cut; with one of ten the page is larger
// than any that is read, and the source says so.
func TestAnAuthorWithoutEnd(t *testing.T) {
	press := feeds.New(feeds.Options{})
	web := httptest.NewServer(press)
	t.Cleanup(web.Close)
	for path, name := range map[string]string{"/long": simulate.Author()[:1<<20], "/endless": simulate.Author()} {
		require.NoError(t, press.AddFeed(feeds.Feed{Path: path, Title: "Газета"}))
		_, err := press.Publish(path, feeds.Item{Title: "Т", Text: "текст", Author: name})
		require.NoError(t, err)
	}
	b, err := read(t, "rss", web.URL+"/long", "")
	require.NoError(t, err)
	require.Len(t, b.Items, 1)
	p := fits(t, b.Items[0])
	require.NotNil(t, p.Author)
	require.LessOrEqual(t, len(p.Author.Name), post.MaxName)

	_, err = read(t, "rss", web.URL+"/endless", "")
	var s *source.State
	require.ErrorAs(t, err, &s)
	require.Equal(t, source.NotUnderstood, s.Health)
	require.Contains(t, s.Detail, "larger than")

	server := tme.New(tme.Options{})
	pages := httptest.NewServer(server)
	t.Cleanup(pages.Close)
	require.NoError(t, server.AddChannel(tme.Channel{Name: "dvor_demo", Number: 2100000001, Title: "Двор", Bare: true}))
	_, err = server.Post("dvor_demo", tme.Message{Text: "текст", Author: simulate.Author()[:1<<20]})
	require.NoError(t, err)
	b, err = read(t, "telegram", "dvor_demo", pages.URL)
	require.NoError(t, err)
	require.Len(t, b.Items, 1)
	fits(t, b.Items[0])
}

// A time in a zone that doesn't exist costs the post its time at most, never
// the post: then it has the time at which it was first seen.
func TestZonesThatDoNotExist(t *testing.T) {
	for i, date := range []string{"Tue, 24 Nov 2026 12:00:00 XYZT", "Tue, 24 Nov 2026 12:00:00 +9999", "Tue, 24 Nov 2026 12:00:00 Mars/Phobos", "2026-11-24T12:00:00+25:61",
		"Tue, 24 Nov 2026 12:00:00 Asia/Владивосток"} {
		web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintf(w, `<?xml version="1.0"?><rss version="2.0"><channel><title>Г</title><link>http://a.example/</link>`+
				`<item><title>Т</title><link>http://a.example/%d</link><guid>%d</guid><pubDate>%s</pubDate></item></channel></rss>`, i, i, date)
		}))
		t.Cleanup(web.Close)
		b, err := read(t, "rss", web.URL+"/f", "")
		require.NoError(t, err, date)
		require.Len(t, b.Items, 1, date)
		at := b.Items[0].Published
		noon := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
		require.True(t, at.IsZero() || at.Sub(noon).Abs() <= 100*time.Hour, "%s became %s", date, at)
	}
}
