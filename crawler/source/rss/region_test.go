package rss_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/otklik/otklik/crawler/fetch"
	"github.com/otklik/otklik/crawler/source/rss"
	"github.com/otklik/otklik/internal/simulate"
)

// The newspapers of the invented region are read as any other.
func TestNewspapersOfTheRegion(t *testing.T) {
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	region, err := simulate.NewRegion(1, now, time.Second, func() time.Time { return now })
	require.NoError(t, err)
	web := httptest.NewServer(region)
	defer web.Close()
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, web.Listener.Addr().String())
	}}}
	papers := 0
	for _, c := range simulate.Channels() {
		if !c.Feed {
			continue
		}
		papers++
		address, err := rss.CheckAddress("http://" + c.Host() + c.Path())
		require.NoError(t, err)
		src := rss.New(rss.Options{Address: address, Fetcher: fetch.New(fetch.Options{Client: client, PerHost: rate.Inf})})
		first, err := src.Read(context.Background(), nil)
		require.NoError(t, err)
		require.Equal(t, c.Title, first.Info.Title)
		require.Greater(t, len(first.Items), 10)
		for _, it := range first.Items {
			require.Equal(t, "rss:"+c.Host(), it.ID.Source())
			require.NotEmpty(t, it.Post.Title)
			require.NotContains(t, it.Post.Title+it.Post.Text, "\uFFFD")
			require.False(t, it.Published.IsZero())
		}
		require.NoError(t, region.Advance(now.Add(time.Duration(papers)*time.Minute)))
		next, err := src.Read(context.Background(), first.Cursor)
		require.NoError(t, err)
		require.NotEqual(t, first.Items[0].ID, next.Items[0].ID, "the region goes on")
	}
	require.Equal(t, 2, papers)
}
