package telegram_test

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/otklik/otklik/crawler/fetch"
	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/crawler/source"
	"github.com/otklik/otklik/crawler/source/sourcetest"
	"github.com/otklik/otklik/crawler/source/telegram"
	"github.com/otklik/otklik/internal/simulate/tme"
)

const (
	name    = "dvor_demo"
	owner   = 2100000001
	source1 = "telegram:2100000001"
)

func TestSuite(t *testing.T) {
	sourcetest.Run(t, func(t *testing.T) *sourcetest.World {
		clock := sourcetest.NewClock()
		server := tme.New(tme.Options{Now: clock.Now})
		require.NoError(t, server.AddChannel(tme.Channel{Name: name, Number: owner, Title: "Двор", Subscribers: 10_650}))
		front := sourcetest.NewFront(server)
		web := httptest.NewServer(front)
		t.Cleanup(web.Close)
		number := func(id post.ID) int64 {
			n, err := strconv.ParseInt(id.Native(), 10, 64)
			require.NoError(t, err)
			return n
		}
		return &sourcetest.World{
			Source: source1, Front: front, Clock: clock,
			Open: func() source.Source {
				f := fetch.New(fetch.Options{Client: &http.Client{}, PerHost: rate.Inf, Now: clock.Now})
				return telegram.New(telegram.Options{Fetcher: f, Base: web.URL, Channel: name, Backfill: 1 << 20})
			},
			Post: func(text string) post.ID {
				n, err := server.Post(name, tme.Message{Text: text, Views: 12})
				require.NoError(t, err)
				return post.ID(source1 + "/" + strconv.FormatInt(n, 10))
			},
			Edit:   func(id post.ID, text string) { require.NoError(t, server.Edit(name, number(id), text)) },
			Delete: func(id post.ID) { require.NoError(t, server.Delete(name, number(id))) },
			Gone:   func() { require.NoError(t, server.Remove(name)) },
			Block:  func() { require.NoError(t, server.SetAccess(name, tme.Restricted)) },
			Break:  func() { server.Break(tme.BreakClasses) },
		}
	})
}
