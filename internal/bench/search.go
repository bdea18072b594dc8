package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"github.com/otklik/otklik/crawler/source"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/search"
	"github.com/otklik/otklik/indexer/search/elastic"
	searchpg "github.com/otklik/otklik/indexer/search/postgres"
	"github.com/otklik/otklik/indexer/text"
	"github.com/otklik/otklik/internal/access"
)

const (
	asked     = 60                  // different searches
	searched  = 70 * 24 * time.Hour // over how long the posts were published
	firstPage = 50
)

// finding: the newest fifty of a search among n posts, in the API, beside the
// bare engine with the very request that the product makes of the search.
func finding(ctx context.Context, s shape, n int) ([]row, error) {
	items, err := invent(17, n)
	if err != nil {
		return nil, err
	}
	for i := range items {
		items[i].Published = items[i].Published.Add(-time.Duration(i) * (searched / time.Duration(n)))
	}
	in, err := prepare(ctx, s)
	if err != nil {
		return nil, err
	}
	defer in.close()
	if err := in.start(ctx); err != nil {
		return nil, err
	}
	index, recorded, err := in.recording(ctx, s)
	if err != nil {
		return nil, err
	}
	if err := fill(ctx, index, items); err != nil {
		return nil, err
	}
	if _, err := in.pool.Exec(ctx, `ANALYZE`); err != nil { // as autovacuum does soon
		return nil, err
	}
	qs := queries(items, asked)
	compiler := query.Compiler{Analyzer: text.New()}
	requests := make([][]request, len(qs))
	for i, q := range qs {
		e, problems := compiler.Compile(q, query.Reader{Location: time.UTC})
		if len(problems) > 0 {
			return nil, fmt.Errorf("%s: %v", q, problems)
		}
		if _, err := index.Search(ctx, access.Everything(), search.Request{Expr: e, Limit: firstPage, Time: time.Minute}); err != nil {
			return nil, err
		}
		requests[i] = recorded()
	}
	var ours, bare []float64
	for range runs {
		for i, q := range qs {
			var out struct{ Items []struct{ ID string } }
			ours = append(ours, millis(&err, func() error {
				return in.Call(ctx, http.MethodGet, fmt.Sprintf("/posts?limit=%d&query=%s", firstPage, url.QueryEscape(q)), nil, &out)
			}))
			bare = append(bare, millis(&err, func() error {
				for _, r := range requests[i] {
					if err := r(ctx); err != nil {
						return err
					}
				}
				return nil
			}))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", q, err)
			}
		}
	}
	var rows []row
	for _, p := range []struct {
		name string
		at   int
	}{{"p50", 50}, {"p99", 99}} {
		a, b := percentile(ours, p.at), percentile(bare, p.at)
		rows = append(rows, row{fmt.Sprintf("search among %s posts, %s, %s", grouped(float64(n)), p.name, s.name), grouped(a) + " ms",
			fmt.Sprintf("the engine alone with the same request, %s ms", grouped(b)), a / b})
	}
	return rows, nil
}

func millis(failed *error, f func() error) float64 {
	begin := time.Now()
	if err := f(); err != nil && *failed == nil {
		*failed = err
	}
	return time.Since(begin).Seconds() * 1000
}

func percentile(v []float64, p int) float64 {
	v = slices.Sorted(slices.Values(v))
	return v[len(v)*p/100]
}

// index is both sides of an engine.
type index interface {
	search.Writer
	search.Reader
}

// fill puts posts into an index as an indexer does. A million analysed posts
// would not fit into every machine's memory: only a batch a writer is there.
func fill(ctx context.Context, x index, items []source.Item) error {
	z := text.New()
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(limitWriters())
	for part := range slices.Chunk(items, limitBatch) {
		g.Go(func() error {
			docs, err := documents(z, part)
			if err != nil {
				return err
			}
			put := make([]search.Document, len(docs))
			for i, d := range docs {
				put[i] = search.Document{Record: d.Record, Text: d.text, Body: *d.Post}
			}
			return x.Put(ctx, put)
		})
	}
	return g.Wait()
}

// request asks a bare engine once more what the product asked it.
type request func(ctx context.Context) error

// recording gives an index of the installation beside its own, and what tells
// which requests its last search made.
func (in *installation) recording(ctx context.Context, s shape) (index, func() []request, error) {
	if s.grown {
		return in.recordingElastic(ctx)
	}
	return in.recordingPostgres(ctx)
}

// statements records the searches among the statements of a pool.
type statements struct {
	mu   sync.Mutex
	pool *pgxpool.Pool // to ask once more
	made []request
}

// TraceQueryStart is called by pgx.
func (s *statements) TraceQueryStart(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	if strings.HasPrefix(q.SQL, "SELECT record FROM") {
		sql, args := q.SQL, slices.Clone(q.Args)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.made = append(s.made, func(ctx context.Context) error {
			rows, err := s.pool.Query(ctx, sql, args...)
			if err != nil {
				return err
			}
			_, err = pgx.CollectRows(rows, pgx.RowTo[json.RawMessage])
			return err
		})
	}
	return ctx
}

// TraceQueryEnd is called by pgx.
func (s *statements) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func (s *statements) take() (made []request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	made, s.made = s.made, nil
	return made
}

func (in *installation) recordingPostgres(ctx context.Context) (index, func() []request, error) {
	cfg := in.pool.Config()
	s := &statements{pool: in.pool}
	cfg.ConnConfig.Tracer = s
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, nil, err
	}
	in.ends = append(in.ends, pool.Close)
	return searchpg.New(pool), s.take, nil
}

func (in *installation) recordingElastic(ctx context.Context) (index, func() []request, error) {
	e := engine{in.config.Elasticsearch[0]}
	to, err := url.Parse(e.address)
	if err != nil {
		return nil, nil, err
	}
	var mu sync.Mutex
	var made []request
	proxy := httputil.NewSingleHostReverseProxy(to)
	relay := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "search") {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				http.Error(w, err.Error(), http.StatusBadGateway)
				return
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			method, path := r.Method, r.URL.RequestURI()
			mu.Lock()
			made = append(made, func(ctx context.Context) error {
				var out json.RawMessage
				return e.call(ctx, method, path, body, &out)
			})
			mu.Unlock()
		}
		proxy.ServeHTTP(w, r)
	}))
	in.ends = append(in.ends, relay.Close)
	x, err := elastic.New(ctx, elastic.Options{Addresses: []string{relay.URL}, Prefix: in.config.Prefix})
	return x, func() []request {
		mu.Lock()
		defer mu.Unlock()
		out := made
		made = nil
		return out
	}, err
}
