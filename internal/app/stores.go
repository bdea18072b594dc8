package app

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/otklik/otklik/crawler/schedule"
	"github.com/otklik/otklik/incidents/desk"
	"github.com/otklik/otklik/incidents/notify"
	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/standing"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/people"
	"github.com/otklik/otklik/internal/places"
)

// openStores makes what is kept in Postgres and what works on it.
func (a *App) openStores(ctx context.Context) (err error) {
	a.regions = &places.Store{Pool: a.pool, Registry: a.places, Now: a.now}
	a.tokens = &access.Store{Pool: a.pool, Now: a.now, KnownRegion: a.places.Known}
	if a.people, err = people.Open(ctx, a.pool, a.now, a.places.Known); err != nil {
		return err
	}
	if err := a.openSignIn(); err != nil {
		return err
	}
	a.adapters = a.newAdapters(a.web)
	a.sources = &schedule.Store{Pool: a.pool, Now: a.now, Networks: a.adapters.Networks(), KnownRegion: a.places.Known, KnownClass: a.ledger.Class}
	a.compiler = query.Compiler{Analyzer: a.analyzer, KnownRegion: a.places.Known}
	check := func(q string) []fault.Field { return a.compiler.CheckStanding(q).Fields("query", "en") }
	a.searches = &standing.Store{Pool: a.pool, Now: a.now, CheckQuery: check, KnownRegion: a.places.Known}
	st, err := store.Open(a.pool, a.now)
	if err != nil {
		return err
	}
	missing, err := missingLock(ctx, st)
	if err != nil {
		return err
	}
	if missing != "" {
		a.log.Warn(missing)
	}
	channels, err := a.channels()
	if err != nil {
		return err
	}
	a.desk = &desk.Desk{Store: st, Regions: a.places, Bodies: a.ledger, Searches: a.searches, Forgotten: a.ledger, Channels: channels, Link: a.link(), Now: a.now, Log: a.log}
	return nil
}

// missingLock says what to do where the database itself can't keep people to
// their regions; "" where it does.
func missingLock(ctx context.Context, st *store.Store) (string, error) {
	locked, err := st.SecondLock(ctx)
	if err != nil || locked {
		return "", err
	}
	user := st.Pool.Config().ConnConfig.User
	return "the database user " + user + " may not take the role otklik_reader, so that the database itself does not keep people to their regions; " +
		"as an administrator of the server: CREATE ROLE otklik_reader NOLOGIN; GRANT otklik_reader TO " + pgx.Identifier{user}.Sanitize() +
		"; and then otklik migrate again", nil
}

// link gives addresses of incidents for letters; nil where this installation
// has no public address.
func (a *App) link() func(int64) string {
	base := strings.TrimRight(a.config.BaseURL, "/")
	if base == "" {
		return nil
	}
	return func(number int64) string { return fmt.Sprintf("%s/incidents/%d", base, number) }
}

func (a *App) channels() (map[notify.Kind]notify.Channel, error) {
	out := map[notify.Kind]notify.Channel{notify.ByWebhook: &notify.Webhook{Client: a.web, Now: a.now}}
	if a.config.SMTP == "" {
		return out, nil
	}
	o, err := mailServer(a.config.SMTP)
	if err != nil {
		return nil, err
	}
	o.From = a.config.MailFrom
	mail, err := notify.NewEmail(o)
	if err != nil {
		return nil, fmt.Errorf("OTKLIK_SMTP, OTKLIK_MAIL_FROM: %w", err)
	}
	out[notify.ByEmail] = mail
	return out, nil
}

// mailServer reads smtp://user:password@host:port?tls=none or smtps://….
// Without tls=none a plain connection has to offer STARTTLS.
func mailServer(address string) (o notify.EmailOptions, err error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" {
		return o, fmt.Errorf("OTKLIK_SMTP: this is not an address like smtp://user:password@host:587") // it may hold a password
	}
	o.Host, o.Port, o.TLS = u.Hostname(), 587, notify.StartTLS
	if u.Scheme == "smtps" {
		o.Port, o.TLS = 465, notify.ImplicitTLS
	}
	switch v := u.Query().Get("tls"); v {
	case "":
	case "none":
		o.TLS = notify.NoTLS
	default:
		return o, fmt.Errorf("OTKLIK_SMTP: tls=%q is unknown; tls=none is for a server on the same machine", v)
	}
	if p := u.Port(); p != "" {
		if !isPort(p, 1) {
			return o, fmt.Errorf("OTKLIK_SMTP: the port %q is not a number from 1 to 65535", p)
		}
		o.Port, _ = strconv.Atoi(p)
	}
	o.User = u.User.Username()
	o.Password, _ = u.User.Password()
	return o, nil
}
