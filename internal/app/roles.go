package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/otklik/otklik/crawler/crawl"
	"github.com/otklik/otklik/incidents/api"
	"github.com/otklik/otklik/incidents/live"
	"github.com/otklik/otklik/indexer/feed"
	"github.com/otklik/otklik/indexer/glossary"
	"github.com/otklik/otklik/indexer/ingest"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/standing"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/stream"
	"github.com/otklik/otklik/ui"
)

// The groups that read the log.
const (
	indexerGroup = "indexer"
	deskGroup    = "desk"
)

// The pace of what runs beside the work.
const (
	refreshEvery = 500 * time.Millisecond // standing searches
	pastEvery    = time.Second
	tidyEvery    = 10 * time.Minute
	stopGrace    = 8 * time.Second // of open requests
)

// The measure of an indexer. What it takes at once is found at once, and to
// show it costs an engine nearly the same whatever it is.
const (
	indexBatch   = 2000
	indexMembers = 4 // of its group, where there are so many cores
)

// role is one kind of work; it runs until its context ends.
type role func(ctx context.Context) error

// together runs roles until ctx ends or one fails; then it ends the others.
func (a *App) together(ctx context.Context, roles ...role) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, r := range roles {
		g.Go(func() error { return r(ctx) })
	}
	if a.died != nil {
		g.Go(func() error {
			select {
			case <-ctx.Done():
				return nil
			case <-a.died:
				return errors.New("the private Postgres has ended by itself; its log says why")
			}
		})
	}
	if err := g.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// worker names this process among those of one role.
func worker() string {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return fmt.Sprintf("%s-%d-%s", host, os.Getpid(), rand.Text()[:6])
}

// crawlRole reads the sources into the log.
func (a *App) crawlRole(ctx context.Context) error {
	c := &crawl.Crawler{Schedule: a.sources, Ledger: a.ledger, Rechecks: a.ledger, Log: a.stream, Open: a.adapters.Open, Now: a.now,
		Worker: worker(), Workers: a.config.CrawlWorkers, Logger: a.log, Observe: a.observeCrawl()}
	return c.Run(ctx)
}

// indexRole takes posts from the log: index, live feeds, matches.
func (a *App) indexRole(ctx context.Context) error {
	compiler := a.compiler
	compiler.Analyzer = a.writing
	compile := func(s standing.Search) (query.Expr, []fault.Field) { return s.Compile(compiler) }
	words := &glossary.Follower{Store: a.glossary, Analyzer: a.writing, Writes: true}
	searches := &ingest.Searches{Store: a.searches, Indexer: worker(), Compile: compile, Words: words, Log: a.log}
	in := &ingest.Ingester{Index: a.index, Log: a.stream, Bodies: a.ledger, Forgotten: a.ledger, Analyzer: a.writing, Searches: searches}
	past := &ingest.Past{Store: a.searches, Index: a.index, Log: a.stream, Compile: compile, Logger: a.log}
	express := &ingest.Express{Log: a.stream, Topic: stream.Posts, Group: indexerGroup, Handle: in.Handle, Alone: a.alone(expressLock), Now: a.now, Logger: a.log}
	a.count("otklik_express_posts_total", "Records of posts that overtook those that waited.", nil, express.Taken.Load)
	if err := a.firstRefresh(ctx, searches); err != nil {
		return err
	}
	return a.together(ctx,
		func(ctx context.Context) error { return searches.Run(ctx, refreshEvery) },
		express.Run,
		func(ctx context.Context) error { return past.Run(ctx, pastEvery) },
		a.consume(stream.Job{Topic: stream.Posts, Group: indexerGroup, Handle: in.Handle, Max: indexBatch, Members: min(runtime.GOMAXPROCS(0), indexMembers)}),
		a.tidy,
		a.renewRole,
	)
}

// firstRefresh waits for the standing searches: a post that is matched with
// none of them would be missed for good.
func (a *App) firstRefresh(ctx context.Context, s *ingest.Searches) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		err := s.Refresh(ctx)
		if err == nil {
			return nil
		}
		a.log.Warn("standing searches can't be read yet", "err", err)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// deskRole takes matches from the log and works the jobs that follow.
func (a *App) deskRole(ctx context.Context) error {
	stop, err := a.desk.Start(ctx)
	if err != nil {
		return fmt.Errorf("jobs: %w", err)
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
		defer cancel()
		if err := stop(ctx); err != nil {
			a.log.Warn("jobs did not stop in time; they will be repeated", "err", err)
		}
	}()
	return a.consume(stream.Job{Topic: stream.Matches, Group: deskGroup, Handle: a.desk.Handle})(ctx)
}

// serveRole answers requests on l.
func (a *App) serveRole(l net.Listener) role {
	hub := feed.New(feed.Options{Log: a.stream, Analyzer: a.analyzer, Bodies: a.ledger, Logger: a.log, Now: a.now})
	a.countFeeds(hub.Counters())
	changes := live.New(live.Options{Store: a.desk.Store, Now: a.now, Log: a.log})
	a.countDisk()
	watch := a.watch()
	a.metrics.MustRegister(watch)
	kept := new(keeping)
	a.showKeeping(kept)
	proxies, err := a.config.proxies()
	if err != nil {
		return func(context.Context) error { return err }
	}
	h := api.New(api.Options{Tokens: a.tokens, People: a.people, OIDC: a.oidc, BaseURL: a.config.BaseURL, TrustedProxies: proxies,
		Installation: a.installation(),
		Posts:        a.index, Bodies: a.ledger, Analyzer: a.analyzer, Searches: a.searches, Desk: a.desk,
		Sources: a.sources, Feed: hub, Live: changes, Regions: a.regions, Glossary: a.glossary, Rejected: a.rejected, Status: watch, Version: a.version, Probes: watch.Probes, Metrics: a.metrics, Now: a.now, Log: a.log})
	front := frontDoor(h, ui.Handler())
	return func(ctx context.Context) error {
		return a.together(ctx, hub.Run, changes.Run, watch.Run, a.followWords, a.measureKeeping(kept), func(ctx context.Context) error { return api.ServeUntil(ctx, l, front, stopGrace) })
	}
}

// frontDoor gives the API its addresses and the page all others. It is no
// ServeMux: that would mend addresses, and ids of posts may hold two slashes.
func frontDoor(api, page http.Handler) http.Handler {
	ours := []string{"/api/", "/auth/", "/openapi.json", "/healthz", "/readyz", "/metrics"}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if slices.ContainsFunc(ours, func(p string) bool { return strings.HasPrefix(r.URL.Path, p) }) {
			api.ServeHTTP(w, r)
			return
		}
		page.ServeHTTP(w, r)
	})
}

// consume gives the role that does a job.
func (a *App) consume(j stream.Job) role {
	j.Log, j.Counters, j.Now, j.Logger = a.stream, a.countJob(j.Topic, j.Group), a.now, a.log
	return func(ctx context.Context) error { return stream.Work(ctx, j) }
}

// tidy drops what is kept no longer: records of the log, and buckets whose
// class keeps them no more. Every indexer does it; twice does no harm.
func (a *App) tidy(ctx context.Context) error {
	tick := time.NewTicker(tidyEvery)
	defer tick.Stop()
	for {
		if err := a.tidyOnce(ctx); err != nil && ctx.Err() == nil {
			a.log.Warn("what is kept no longer is not dropped yet", "err", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

func (a *App) tidyOnce(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, tidyEvery)
	defer cancel()
	if a.trim != nil {
		if err := a.trim(ctx); err != nil {
			return err
		}
	}
	if err := errors.Join(a.people.Tidy(ctx), a.rejected.Tidy(ctx)); err != nil {
		return err
	}
	_, err := a.keeper().Run(ctx)
	return err
}
