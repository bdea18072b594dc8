package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/otklik/otklik/crawler/adapters"
	"github.com/otklik/otklik/crawler/ledger"
	"github.com/otklik/otklik/crawler/schedule"
	"github.com/otklik/otklik/incidents/desk"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/search"
	"github.com/otklik/otklik/indexer/search/elastic"
	searchpg "github.com/otklik/otklik/indexer/search/postgres"
	"github.com/otklik/otklik/indexer/standing"
	"github.com/otklik/otklik/indexer/text"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/netguard"
	"github.com/otklik/otklik/internal/people"
	"github.com/otklik/otklik/internal/places"
	"github.com/otklik/otklik/internal/postgres"
	"github.com/otklik/otklik/internal/postgres/private"
	"github.com/otklik/otklik/internal/stream"
	"github.com/otklik/otklik/internal/stream/kafka"
	streampg "github.com/otklik/otklik/internal/stream/postgres"
)

// index is both sides of an engine.
type index interface {
	search.Writer
	search.Reader
}

// App is the parts of one installation in one process. Make it with Open, end
// it with Close.
type App struct {
	config  *Config
	version string
	log     *slog.Logger
	now     func() time.Time
	metrics *prometheus.Registry

	pool     *pgxpool.Pool
	died     <-chan struct{} // closed when the private Postgres ended; nil: there is none
	stream   stream.Log
	index    index
	analyzer *text.Analyzer
	compiler query.Compiler
	adapters *adapters.Set
	places   *places.Registry
	regions  *places.Store
	web      *http.Client // dials through netguard
	ledger   *ledger.Ledger
	sources  *schedule.Store
	searches *standing.Store
	tokens   *access.Store
	people   *people.Store
	oidc     *people.OIDC // nil: nobody signs in through a provider
	desk     *desk.Desk

	trim    func(ctx context.Context) error // drops what the log keeps no longer; nil where the engine does
	closers []func() error                  // in the order of making
}

// Open makes the parts. An error has closed what was made.
func Open(ctx context.Context, c *Config, version string, log *slog.Logger) (a *App, err error) {
	a = &App{config: c, version: version, log: log, now: clock, metrics: prometheus.NewRegistry(), analyzer: text.New()}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.Close())
		}
	}()
	a.metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if a.places, err = places.Load(); err != nil {
		return a, err
	}
	guard, err := netguard.New(c.Allow)
	if err != nil {
		return a, err
	}
	a.web = guard.Client()
	for _, open := range []func(context.Context) error{a.openDatabase, a.openLog, a.openIndex, a.openStores} {
		if err := open(ctx); err != nil {
			return a, err
		}
	}
	log.Info("parts are ready", "shape", c.shape(), "version", version)
	return a, nil
}

// Close ends the parts, the last made first.
func (a *App) Close() error {
	var errs []error
	for i := len(a.closers) - 1; i >= 0; i-- {
		errs = append(errs, a.closers[i]())
	}
	a.closers = nil
	return errors.Join(errs...)
}

func (a *App) onClose(f func() error) { a.closers = append(a.closers, f) }

// stopTime bounds the stop of each part.
const stopTime = 10 * time.Second

func (a *App) openDatabase(ctx context.Context) error {
	url := a.config.DatabaseURL
	if url == "" {
		var err error
		if url, err = a.privateDatabase(ctx); err != nil {
			return err
		}
	}
	pool, err := postgres.Open(ctx, url, postgres.Options{MaxConns: a.config.MaxConns, Log: a.log})
	if err != nil {
		return err
	}
	a.pool = pool
	a.onClose(func() error { pool.Close(); return nil })
	return postgres.Migrate(ctx, url)
}

// privateDatabase gives the address of the installation's own server, which
// another process may run already: `otklik import` beside `otklik run`.
func (a *App) privateDatabase(ctx context.Context) (string, error) {
	if err := os.MkdirAll(a.config.Data, 0o755); err != nil {
		return "", err
	}
	o := private.Options{Dir: a.config.Data, Log: a.log}
	if a.config.visit {
		url, ok, err := private.Visit(ctx, o)
		if err != nil || ok {
			return url, err
		}
	}
	server, err := private.Start(ctx, o)
	if err != nil {
		return "", err
	}
	a.died = server.Done()
	a.onClose(func() error {
		ctx, cancel := context.WithTimeout(context.Background(), 2*stopTime)
		defer cancel()
		return server.Stop(ctx)
	})
	return server.URL(), nil
}

// logKeeps is how long the log keeps its records, on either engine.
func logKeeps() map[string]time.Duration {
	return map[string]time.Duration{
		stream.Indexed: 24 * time.Hour,
		stream.Posts:   7 * 24 * time.Hour,
		stream.Matches: 7 * 24 * time.Hour,
	}
}

func (a *App) openLog(ctx context.Context) error {
	if len(a.config.Kafka) == 0 {
		l := streampg.New(streampg.Options{Pool: a.pool, Log: a.log})
		a.stream = l
		a.trim = func(ctx context.Context) error { return trimLog(ctx, l, a.now()) }
		a.onClose(l.Close)
		return nil
	}
	l, err := kafka.New(kafka.Options{Brokers: a.config.Kafka, Prefix: a.config.Prefix, Replication: a.config.KafkaReplicas,
		Retention: logKeeps(), Log: a.log})
	if err != nil {
		return err
	}
	a.stream = l
	a.onClose(l.Close)
	return nil
}

func trimLog(ctx context.Context, l *streampg.Log, now time.Time) error {
	for topic, keep := range logKeeps() {
		if _, err := l.Trim(ctx, topic, now.Add(-keep)); err != nil {
			return fmt.Errorf("trim %s: %w", topic, err)
		}
	}
	return nil
}

func (a *App) openIndex(ctx context.Context) error {
	if len(a.config.Elasticsearch) == 0 {
		a.index = searchpg.New(a.pool)
		return nil
	}
	i, err := elastic.New(ctx, elastic.Options{Addresses: a.config.Elasticsearch, Prefix: a.config.Prefix, Analyzer: a.analyzer})
	if err != nil {
		return err
	}
	a.index = i
	return nil
}
