package app

import (
	"net/http"

	"golang.org/x/time/rate"

	"github.com/otklik/otklik/crawler/adapters"
	"github.com/otklik/otklik/crawler/fetch"
)

// ownPace is for hosts that the administrator runs: there is nobody to be
// polite to.
const ownPace = rate.Limit(100)

// newAdapters makes the one list of adapters over the polite fetcher. own are
// hosts of this installation, host:port as addresses name them; addresses that
// are let through to private networks are among them.
func (a *App) newAdapters(web *http.Client, own ...string) *adapters.Set {
	hosts := map[string]rate.Limit{}
	for _, h := range append(own, a.config.Allow...) {
		hosts[h] = ownPace
	}
	f := fetch.New(fetch.Options{Client: web, Hosts: hosts, Now: a.now})
	return adapters.New(adapters.Options{Fetcher: f, TelegramBase: a.config.TelegramURL})
}
