package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/otklik/otklik/crawler/adapters"
	"github.com/otklik/otklik/crawler/ledger"
	"github.com/otklik/otklik/crawler/schedule"
	"github.com/otklik/otklik/incidents/desk"
	"github.com/otklik/otklik/indexer/glossary"
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
	"github.com/otklik/otklik/internal/stream/rejected"
)

// index is both sides of an engine.
type index interface {
	search.Writer
	search.Reader
	search.Rebuilder
}

// logEngine is a log that can also be looked into.
type logEngine interface {
	stream.Log
	stream.Reader
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
	server   string          // version of Postgres
	schema   string          // version of the schema
	died     <-chan struct{} // closed when the private Postgres ended; nil: there is none
	stream   logEngine
	appendTx func(ctx context.Context, tx pgx.Tx, topic string, records ...stream.Record) error // within the transaction where the log can
	index    index
	analyzer *text.Analyzer // of who asks
	writing  *text.Analyzer // of indexers, which take up a glossary between two batches
	words    *glossary.Follower
	glossary *glossary.Store
	compiler query.Compiler
	adapters *adapters.Set
	places   *places.Registry
	regions  *places.Store
	web      *http.Client // dials through netguard
	ledger   *ledger.Ledger
	rejected *rejected.Store
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
func Open(ctx context.Context, c *Config, version string, log *slog.Logger) (*App, error) {
	a, err := open(ctx, c, version, log, (*App).openDatabase, (*App).openLog, (*App).openRejected, (*App).openIndex, (*App).openWords, (*App).openStores)
	if err == nil {
		log.Info("parts are ready", "shape", c.shape(), "version", version)
	}
	return a, err
}

// open makes some of the parts, in their order.
func open(ctx context.Context, c *Config, version string, log *slog.Logger, parts ...func(*App, context.Context) error) (a *App, err error) {
	a = &App{config: c, version: version, log: log, now: clock, metrics: prometheus.NewRegistry(), analyzer: text.New(), writing: text.New()}
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
	for _, part := range parts {
		if err := part(a, ctx); err != nil {
			return a, err
		}
	}
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
	if err := postgres.Migrate(ctx, url); err != nil {
		return err
	}
	return pool.QueryRow(ctx, `SELECT current_setting('server_version'), version::text FROM schema_version`).Scan(&a.server, &a.schema)
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

// rejectedKept is how long the log keeps what could not be processed, so that
// somebody who comes back from a holiday can still decide about it.
const rejectedKept = 30 * 24 * time.Hour

// logKeeps is how long the log keeps its records, on either engine.
func logKeeps() map[string]time.Duration {
	keeps := map[string]time.Duration{
		stream.Indexed: 24 * time.Hour,
		stream.Posts:   7 * 24 * time.Hour,
		stream.Matches: 7 * 24 * time.Hour,
	}
	for _, topic := range rejected.Topics() {
		keeps[stream.Rejected(topic)] = rejectedKept
	}
	return keeps
}

func (a *App) openLog(ctx context.Context) error {
	if len(a.config.Kafka) == 0 {
		l := streampg.New(streampg.Options{Pool: a.pool, Log: a.log})
		a.stream, a.appendTx = l, l.AppendTx
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
	a.appendTx = func(ctx context.Context, _ pgx.Tx, topic string, records ...stream.Record) error {
		return l.Append(ctx, topic, records...)
	}
	a.onClose(l.Close)
	return nil
}

// openRejected makes what decides about rejected records, and the ledger, which
// knows what must not be shown of them.
func (a *App) openRejected(ctx context.Context) (err error) {
	if a.ledger, err = ledger.Open(ctx, a.pool, a.config.classes()); err != nil {
		return err
	}
	a.rejected = &rejected.Store{Pool: a.pool, Log: a.stream, Append: a.appendTx, Forgotten: a.ledger, Now: a.now}
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
	i, err := elastic.New(ctx, elastic.Options{Addresses: a.config.Elasticsearch, Prefix: a.config.Prefix, Analyzer: a.writing})
	if err != nil {
		return err
	}
	a.index = i
	return nil
}
