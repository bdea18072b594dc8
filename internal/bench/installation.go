package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	kafkago "github.com/segmentio/kafka-go"

	"github.com/otklik/otklik/crawler/crawl"
	"github.com/otklik/otklik/crawler/ledger"
	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/crawler/source"
	"github.com/otklik/otklik/internal/app"
	"github.com/otklik/otklik/internal/postgres"
	"github.com/otklik/otklik/internal/stream"
	"github.com/otklik/otklik/internal/stream/kafka"
	streampg "github.com/otklik/otklik/internal/stream/postgres"
	"github.com/otklik/otklik/internal/testenv"
	"github.com/otklik/otklik/internal/testenv/client"
)

const token = "bench-bootstrap-token"

// shape is one of the two that the product has.
type shape struct {
	name  string
	grown bool
	// limit is what its engines do with the same posts, analysed before.
	limit     func(ctx context.Context, s shape, items []source.Item) (speeds, error)
	limitName string
	// database is the address of another Postgres than the environment's.
	database string
}

func shapes() []shape {
	return []shape{
		{name: "postgres", limit: copyRows, limitName: "COPY into the same table"},
		{name: "kafka+elasticsearch", grown: true, limit: copyDocuments, limitName: "kafka-go → bulk of the same JSON"},
	}
}

// installation is one under measurement, on a database of its own, and the
// hands that put posts into its log as the crawler does.
type installation struct {
	client.Client
	config *app.Config
	pool   *pgxpool.Pool
	ledger *ledger.Ledger
	log    stream.Log
	meter  *meter // of its CPU; nil before it was asked for
	warmed int    // posts that went through before anything was measured
	ends   []func()
}

// prepare makes database, ledger and log; nothing runs yet.
func prepare(ctx context.Context, s shape) (in *installation, err error) {
	in = &installation{Client: client.Client{Token: token}}
	defer func() {
		if err != nil {
			in.close()
		}
	}()
	admin := cmp.Or(s.database, os.Getenv(testenv.EnvDatabase))
	if admin == "" {
		return in, errors.New("there is no Postgres: run make bench, or set " + testenv.EnvDatabase)
	}
	name := fmt.Sprintf("otklik_bench_%d_%d", os.Getpid(), time.Now().UnixNano())
	if err := execute(ctx, admin, "CREATE DATABASE "+name); err != nil {
		return in, err
	}
	in.ends = append(in.ends, func() {
		if err := execute(context.WithoutCancel(ctx), admin, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			slog.Warn("a database of the bench stays", "name", name, "err", err)
		}
	})
	u, err := url.Parse(admin)
	if err != nil {
		return in, err
	}
	u.Path = "/" + name
	in.config = &app.Config{DatabaseURL: u.String(), Prefix: strings.ReplaceAll(name, "_", "-"), MaxConns: 20, CrawlWorkers: 1, KafkaReplicas: 1,
		TelegramURL: "https://t.me", Retention: map[string]int{"standard": 60}}
	if err := postgres.Migrate(ctx, in.config.DatabaseURL); err != nil {
		return in, err
	}
	if in.pool, err = postgres.Open(ctx, in.config.DatabaseURL, postgres.Options{}); err != nil {
		return in, err
	}
	in.ends = append(in.ends, in.pool.Close)
	if in.ledger, err = ledger.Open(ctx, in.pool, []post.Class{{Name: "standard", Months: 60}}); err != nil {
		return in, err
	}
	return in, in.openLog(s)
}

func (in *installation) openLog(s shape) error {
	if !s.grown {
		l := streampg.New(streampg.Options{Pool: in.pool})
		in.log = l
		in.ends = append(in.ends, func() { _ = l.Close() })
		return nil
	}
	brokers, nodes := os.Getenv(testenv.EnvKafka), os.Getenv(testenv.EnvElasticsearch)
	if brokers == "" || nodes == "" {
		return errors.New("there is no Kafka or no Elasticsearch: run make bench, or set " + testenv.EnvKafka + " and " + testenv.EnvElasticsearch)
	}
	in.config.Kafka, in.config.Elasticsearch = strings.Split(brokers, ","), strings.Split(nodes, ",")
	l, err := kafka.New(kafka.Options{Brokers: in.config.Kafka, Prefix: in.config.Prefix})
	if err != nil {
		return err
	}
	in.log = l
	in.ends = append(in.ends, in.clear, func() { _ = l.Close() })
	return nil
}

// clear removes what an installation leaves in engines that others use too.
func (in *installation) clear() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	e := engine{in.config.Elasticsearch[0]}
	var there struct{ Indices []struct{ Name string } }
	err := e.call(ctx, http.MethodGet, "/_resolve/index/"+in.config.Prefix+"-*", nil, &there)
	for _, i := range there.Indices {
		err = errors.Join(err, e.call(ctx, http.MethodDelete, "/"+i.Name, nil, nil))
	}
	for _, kind := range []string{"posts", "history"} {
		_ = e.call(ctx, http.MethodDelete, "/_index_template/"+in.config.Prefix+"-"+kind, nil, nil) // it may not be there
	}
	var topics []string
	for _, t := range []string{stream.Posts, stream.Indexed, stream.Matches} {
		topics = append(topics, in.config.Prefix+t, in.config.Prefix+stream.Rejected(t))
	}
	client := kafkago.Client{Addr: kafkago.TCP(in.config.Kafka...)}
	_, failed := client.DeleteTopics(ctx, &kafkago.DeleteTopicsRequest{Topics: topics})
	if err = errors.Join(err, failed); err != nil {
		slog.Warn("the bench leaves something in Kafka or Elasticsearch", "prefix", in.config.Prefix, "err", err)
	}
}

func execute(ctx context.Context, address, sql string) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, sql)
	return err
}

// start runs the product with all its roles and waits until it is ready.
func (in *installation) start(ctx context.Context) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	in.Base = "http://" + l.Addr().String()
	ctx, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- app.Serve(ctx, in.config, quiet(), l, token) }()
	in.ends = append(in.ends, func() { stop(); <-ended })
	return in.until(ctx, "ready", time.Minute, func() (bool, error) {
		select {
		case err := <-ended:
			ended <- err
			return false, fmt.Errorf("the product ended: %w", err)
		default:
		}
		return in.Ready(ctx), nil
	})
}

// close ends everything, the last made first.
func (in *installation) close() {
	for i := len(in.ends) - 1; i >= 0; i-- {
		in.ends[i]()
	}
	in.ends = nil
}

// askEvery is often enough for what takes a second, and costs little.
const askEvery = 20 * time.Millisecond

// until asks again and again.
func (in *installation) until(ctx context.Context, what string, limit time.Duration, ok func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	tick := time.NewTicker(askEvery)
	defer tick.Stop()
	for {
		if done, err := ok(); done || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("not %s within %s", what, limit)
		case <-tick.C:
		}
	}
}

// take puts posts into the log as the crawler does.
func (in *installation) take(ctx context.Context, items []source.Item) error {
	rev, err := in.ledger.NextRev(ctx)
	if err != nil {
		return err
	}
	a, err := in.ledger.Admit(ctx, ledger.Reading{Rev: rev, Observed: time.Now(), Origin: post.Live, Regions: []string{region},
		Visibility: post.Public, Class: "standard"}, items)
	if err != nil {
		return err
	}
	if err := crawl.Append(ctx, in.log, a.Records); err != nil {
		return err
	}
	return in.ledger.Confirm(ctx, a)
}

// quiet is a log of what is worth knowing beside a table.
func quiet() *slog.Logger {
	return slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
}
