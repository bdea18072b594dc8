package crawl_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/otklik/otklik/crawler/adapters"
	"github.com/otklik/otklik/crawler/fetch"
	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/crawler/schedule"
	"github.com/otklik/otklik/crawler/source"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/simulate/feeds"
	"github.com/otklik/otklik/internal/simulate/tme"
)

// The real adapters on fake servers: posts, edits there and back, a deletion,
// a feed, and a page that nobody understands any more.
func TestNetworks(t *testing.T) {
	e := newEnv(t)
	telegram := tme.New(tme.Options{Now: e.now})
	require.NoError(t, telegram.AddChannel(tme.Channel{Name: "dvor_demo", Number: 2100000001, Title: "Двор"}))
	var ids []int64
	for _, text := range []string{"Нет воды", "Яма на дороге", "Фонарь не горит", "Автобус не пришёл"} {
		id, err := telegram.Post("dvor_demo", tme.Message{Text: text, Views: 10})
		require.NoError(t, err)
		ids = append(ids, id)
	}
	press := feeds.New(feeds.Options{Now: e.now})
	for _, path := range []string{"/all.xml", "/region.xml"} {
		require.NoError(t, press.AddFeed(feeds.Feed{Path: path, Title: "Газета", Charset: "windows-1251", GUIDs: feeds.Changing}))
		_, err := press.Publish(path, feeds.Item{Title: "Мост закрыт", Text: "На ремонт"})
		require.NoError(t, err)
	}
	channels, papers := httptest.NewServer(telegram), httptest.NewServer(press)
	defer channels.Close()
	defer papers.Close()
	set := adapters.New(adapters.Options{TelegramBase: channels.URL, Fetcher: fetch.New(fetch.Options{Client: &http.Client{}, PerHost: rate.Inf, Now: e.now})})
	e.open, e.store.Networks = set.Open, set.Networks()
	add := func(network, address string) int64 {
		s, err := e.store.Add(context.Background(), access.Person{Role: access.Administrator, Regions: []string{"*"}, Sealed: true}, schedule.Draft{Network: network, Address: address, Regions: []string{"RU-PRI"}, Enabled: true, Backfill: 100})
		require.NoError(t, err)
		return s.ID
	}
	channel, all := add("telegram", "@Dvor_Demo"), add("rss", papers.URL+"/all.xml")

	e.visits(2)
	require.Len(t, e.last(), 5)
	region := add("rss", papers.URL+"/region.xml")
	e.visits(3)
	require.Len(t, e.last(), 5, "the same article in another feed of the host is the same post")
	require.Equal(t, source.OK, e.get(region).Health)
	require.Equal(t, e.get(all).External, e.get(region).External)
	require.Contains(t, e.last(), post.ID("rss:127.0.0.1/news/1"))

	first := post.ID("telegram:2100000001/2")
	for _, text := range []string{"Воды нет до утра", "Нет воды"} {
		e.advance(time.Minute)
		require.NoError(t, telegram.Edit("dvor_demo", ids[0], text))
		e.visits(3)
	}
	var texts []string
	for _, r := range e.records {
		if r.ID == first && r.Kind == post.Revision {
			texts = append(texts, r.Post.Text)
		}
	}
	require.Equal(t, []string{"Нет воды", "Воды нет до утра", "Нет воды"}, texts)

	require.NoError(t, telegram.Delete("dvor_demo", ids[1]))
	e.visits(3)
	require.Equal(t, post.Deletion, e.last()["telegram:2100000001/3"].Kind)
	require.NoError(t, press.Remove("/all.xml", 1))
	e.visits(3)
	require.NotEqual(t, post.Deletion, e.last()["rss:127.0.0.1/news/1"].Kind, "feeds are windows")

	before := len(e.records)
	telegram.Break(tme.BreakClasses)
	press.Break(feeds.BreakHTML)
	e.visits(3)
	for _, id := range []int64{channel, all, region} {
		require.Equal(t, source.NotUnderstood, e.get(id).Health)
	}
	telegram.Heal()
	press.Heal()
	_, err := telegram.Post("dvor_demo", tme.Message{Text: "Воду дали", Views: 1})
	require.NoError(t, err)
	e.visits(3)
	require.Equal(t, source.OK, e.get(channel).Health)
	require.Len(t, e.records, before+1)
	require.Equal(t, post.Live, e.records[before].Origin)
}
