package adapters_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/adapters"
	"github.com/otklik/otklik/crawler/fetch"
	"github.com/otklik/otklik/crawler/schedule"
	"github.com/otklik/otklik/crawler/source"
	"github.com/otklik/otklik/internal/simulate/tme"
)

func TestEveryNetworkOpensAndChecksItsAddresses(t *testing.T) {
	set := adapters.New(adapters.Options{Fetcher: fetch.New(fetch.Options{Client: &http.Client{}})})
	networks := set.Networks()
	require.Contains(t, networks, "telegram")
	require.Len(t, networks, len(set.Names()))
	for name, n := range networks {
		require.Positive(t, n.Every, name)
		_, err := n.Check("not an address, whatever the network")
		require.Error(t, err, name)
		src, err := set.Open(schedule.Source{Network: name, Address: "x"})
		require.NoError(t, err)
		require.NoError(t, src.Close())
	}
	_, err := set.Open(schedule.Source{Network: "myspace"})
	var s *source.State
	require.ErrorAs(t, err, &s)
	require.ErrorContains(t, err, "telegram")
}

func TestTelegramIsReadWhereItIsTold(t *testing.T) {
	server := tme.New(tme.Options{})
	require.NoError(t, server.AddChannel(tme.Channel{Name: "dvor_demo", Number: 2100000001, Title: "Двор"}))
	web := httptest.NewServer(server)
	defer web.Close()
	set := adapters.New(adapters.Options{Fetcher: fetch.New(fetch.Options{Client: &http.Client{}}), TelegramBase: web.URL})
	src, err := set.Open(schedule.Source{Network: "telegram", Address: "dvor_demo"})
	require.NoError(t, err)
	info, err := src.Connect(t.Context())
	require.NoError(t, err)
	require.Equal(t, "telegram:2100000001", info.Source)
}
