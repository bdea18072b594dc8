// Package api is the HTTP face of Otklik: typed handlers that translate
// between HTTP and the packages that do the work, and nothing else. What a
// request may do is declared with its route; errors are RFC 9457 problems that
// name every bad field.
package api

import (
	"cmp"
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/otklik/otklik/crawler/schedule"
	"github.com/otklik/otklik/incidents/desk"
	"github.com/otklik/otklik/incidents/live"
	"github.com/otklik/otklik/incidents/status"
	"github.com/otklik/otklik/indexer/feed"
	"github.com/otklik/otklik/indexer/glossary"
	"github.com/otklik/otklik/indexer/search"
	"github.com/otklik/otklik/indexer/standing"
	"github.com/otklik/otklik/indexer/text"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/people"
	"github.com/otklik/otklik/internal/places"
	"github.com/otklik/otklik/internal/stream/rejected"
)

// Limits of the server.
const (
	maxBody        = 1 << 20 // bytes of a request's body
	maxHeader      = 64 << 10
	headerTimeout  = 10 * time.Second
	readTimeout    = 30 * time.Second
	writeTimeout   = 60 * time.Second
	idleTimeout    = 2 * time.Minute
	requestTimeout = 30 * time.Second // of a request that is no stream
	probeTimeout   = time.Second
)

// Tokens are how programs come in; access.Store.
type Tokens interface {
	Authenticate(ctx context.Context, secret string) (access.Person, error)
	Check(ctx context.Context, id int64) (access.Person, error)
	Issued
	Personal
}

// Issued are the tokens that administrators see to.
type Issued interface {
	Create(ctx context.Context, who access.Person, d access.Draft) (access.Token, string, error)
	List(ctx context.Context, who access.Person, after int64, limit int) ([]access.Token, error)
	Revoke(ctx context.Context, who access.Person, id int64) error
}

// Personal are the tokens that people make for themselves.
type Personal interface {
	CreateOwn(ctx context.Context, who access.Person, d access.OwnDraft) (access.Token, string, error)
	Own(ctx context.Context, who access.Person, after int64, limit int) ([]access.Token, error)
	RevokeOwn(ctx context.Context, who access.Person, id int64) error
}

// Probe asks a part of the installation whether it answers.
type Probe = status.Probe

// Options are the parts that the API translates to. All are needed, except
// where it says otherwise.
type Options struct {
	Tokens    Tokens
	People    *people.Store
	OIDC      *people.OIDC // nil: nobody signs in through a provider
	Posts     Posts
	Feed      *feed.Hub
	Live      *live.Hub
	Bodies    Bodies
	Analyzer  *text.Analyzer
	Searches  *standing.Store
	Desk      *desk.Desk
	Sources   *schedule.Store
	Regions   *places.Store        // with its Registry
	Glossary  *glossary.Store      // whose newest revision Analyzer is kept at
	Rejected  *rejected.Store      //
	Status    *status.Watch        // somebody runs it
	Version   string               // of the build
	Probes    []Probe              // for /readyz
	Metrics   *prometheus.Registry // nil: a registry of its own
	Now       func() time.Time     // nil: time.Now
	Log       *slog.Logger         // nil: slog.Default
	Heartbeat time.Duration        // of streams; 0: 15 s

	BaseURL        string         // public address; with https:// cookies are for TLS only
	TrustedProxies []netip.Prefix // whose X-Forwarded-For is believed
	Installation   Installation   // for everybody to read; empty texts: our own

	MaxStreams     int // open at once in this process; 0: 1,000
	MaxStreamsEach int // of one person; 0: 10
}

// server holds the options and what the handlers share.
type server struct {
	Options
	api     huma.API
	engine  *gin.Engine
	metrics *metrics
	slots   *slots

	crossOrigin *http.CrossOriginProtection
}

// New gives the handler of everything under one address: /api/v1, /openapi.json,
// /healthz, /readyz and /metrics.
func New(o Options) http.Handler {
	h, _ := build(o)
	return h
}

func build(o Options) (http.Handler, *server) {
	o.Log = cmp.Or(o.Log, slog.Default())
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Heartbeat = cmp.Or(o.Heartbeat, 15*time.Second)
	o.MaxStreams, o.MaxStreamsEach = cmp.Or(o.MaxStreams, 1000), cmp.Or(o.MaxStreamsEach, 10)
	o.Posts = search.Guarded(o.Posts, o.Log)
	o.Metrics = cmp.Or(o.Metrics, prometheus.NewRegistry())
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	r.UseRawPath, r.UnescapePathValues = true, true
	r.HandleMethodNotAllowed = true
	r.RedirectTrailingSlash = false
	s := &server{Options: o, engine: r, metrics: newMetrics(o.Metrics), crossOrigin: crossOrigin(o.BaseURL),
		slots: &slots{max: o.MaxStreams, maxEach: o.MaxStreamsEach, each: map[int64]int{}}}
	r.Use(s.measure, s.secure, s.recover)
	r.NoRoute(s.noRoute)
	r.NoMethod(s.noMethod)

	s.api = humagin.New(r, config())
	s.registerAll()
	document(s.api.OpenAPI())
	s.plain(r)
	s.oidc(r)
	return headAsGet(idPath(r)), s
}

func (s *server) registerAll() {
	s.registerPosts()
	s.registerStream()
	s.registerSearches()
	s.registerRules()
	s.registerIncidents()
	s.registerPresence()
	s.registerCommands()
	s.registerAgencies()
	s.registerRegions()
	s.registerRoutes()
	s.registerPresets()
	s.registerSources()
	s.registerTokens()
	s.registerSignIn()
	s.registerMe()
	s.registerPersons()
	s.registerRejected()
	s.registerStatus()
	s.registerAudit()
	s.registerGlossary()
}

func config() huma.Config {
	format := huma.Format{Marshal: huma.DefaultJSONFormat.Marshal, Unmarshal: unmarshal}
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{Title: "Otklik", Version: "1",
				Description: "Posts, searches, rules, incidents and their agencies. Lists answer items and next: give next as after to go on."},
			Components: &huma.Components{
				Schemas: huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"bearer":  {Type: "http", Scheme: "bearer", Description: "An API token."},
					"session": {Type: "apiKey", In: "cookie", Name: sessionCookie, Description: "Of somebody who signed in. Other sites can't use it."},
				},
			},
		},
		Formats:                      map[string]huma.Format{"application/json": format, "json": format},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
		Transformers:                 []huma.Transformer{translateHuma},
	}
}

// Server gives a server with every timeout set. A stream moves its own write
// deadline on.
func Server(addr string, h http.Handler) *http.Server {
	return &http.Server{
		Addr: addr, Handler: h,
		ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
	}
}

// ServeUntil serves on l until ctx ends; then open requests get grace to end,
// and streams are closed at once.
func ServeUntil(ctx context.Context, l net.Listener, h http.Handler, grace time.Duration) error {
	streams, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	srv := Server("", h)
	srv.BaseContext = func(net.Listener) context.Context { return context.WithValue(context.Background(), stopKey{}, streams) }
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(l) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	stop()
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	if err := srv.Shutdown(bounded); err != nil {
		return srv.Close()
	}
	return nil
}

// stopKey is the key of a context that ends when streams have to.
type stopKey struct{}
