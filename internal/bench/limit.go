package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/segmentio/kafka-go"
	"golang.org/x/sync/errgroup"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/crawler/source"
	"github.com/otklik/otklik/indexer/search/elastic"
	"github.com/otklik/otklik/indexer/text"
	"github.com/otklik/otklik/internal/stream"
)

// limitBatch is as large as an indexer's batch may be, limitWriters as many as
// its members are.
const limitBatch = 2000

func limitWriters() int { return min(runtime.GOMAXPROCS(0), 4) }

// document is a post as an engine gets it, with what package text made of it.
type document struct {
	post.Record
	text   text.Analysis
	record []byte // JSON
}

func documents(z *text.Analyzer, items []source.Item) ([]document, error) {
	out := make([]document, len(items))
	for i, it := range items {
		bucket, err := post.NewBucket("standard", it.Published)
		if err != nil {
			return nil, err
		}
		d := &out[i]
		d.Envelope = post.Envelope{V: post.EnvelopeVersion, Kind: post.Revision, ID: it.ID, Rev: int64(i + 1), Hash: it.Post.Hash(""), Observed: it.Published,
			Published: it.Published.UTC().Truncate(time.Microsecond), Bucket: bucket, Origin: post.Live, Regions: []string{region}, Visibility: post.Public, Analysis: text.Edition{Code: text.Version}.Number()}
		d.Post = &items[i].Post
		d.text = z.Analyze(it.Post.Title, it.Post.Text)
		if d.record, err = post.Encode(d.Record); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// copyRows copies rows that are ready into the table where the product keeps
// posts, with the indexes it has.
func copyRows(ctx context.Context, s shape, items []source.Item) (t speeds, err error) {
	docs, err := documents(text.New(), items)
	if err != nil {
		return t, err
	}
	in, err := prepare(ctx, s)
	if err != nil {
		return t, err
	}
	defer in.close()
	if _, err := in.pool.Exec(ctx, `SELECT search_bucket_make('limit-2026-11')`); err != nil {
		return t, err
	}
	columns := []string{"id", "rev", "published", "visibility", "tags", "words", "record"}
	rows := make([][]any, len(docs))
	for i, d := range docs {
		rows[i] = []any{string(d.ID), d.Rev, d.Published, string(d.Visibility), []string{"net:" + d.ID.Network(), "source:" + d.ID.Source(), "region:" + region}, vector(d.text), d.record}
	}
	done := in.clock(ctx, len(rows))
	var g errgroup.Group
	g.SetLimit(limitWriters())
	for part := range slices.Chunk(rows, limitBatch) {
		g.Go(func() error {
			_, err := in.pool.CopyFrom(ctx, pgx.Identifier{"search_post_limit_2026_11"}, columns, pgx.CopyFromRows(part))
			return err
		})
	}
	err = g.Wait()
	return done(), err
}

// vector is a post's words in the form of the product's table.
func vector(a text.Analysis) pgtype.TSVector {
	v, at := pgtype.TSVector{Valid: true}, map[string]int{}
	for _, t := range a.Tokens {
		for _, w := range []string{"~" + t.Key, "=" + t.Surface} {
			i, ok := at[w]
			if !ok {
				i = len(v.Lexemes)
				at[w] = i
				v.Lexemes = append(v.Lexemes, pgtype.TSVectorLexeme{Word: w})
			}
			v.Lexemes[i].Positions = append(v.Lexemes[i].Positions, pgtype.TSVectorPosition{Position: uint16(t.Pos)})
		}
	}
	return v
}

// copyDocuments reads documents that are ready from Kafka and sends them to an
// index of the product's own template as they are.
func copyDocuments(ctx context.Context, s shape, items []source.Item) (t speeds, err error) {
	docs, err := documents(text.New(), items)
	if err != nil {
		return t, err
	}
	in, err := prepare(ctx, s)
	if err != nil {
		return t, err
	}
	defer in.close()
	if _, err := elastic.New(ctx, elastic.Options{Addresses: in.config.Elasticsearch, Prefix: in.config.Prefix}); err != nil { // its templates
		return t, err
	}
	e := engine{in.config.Elasticsearch[0]}
	index := in.config.Prefix + "-posts-" + string(docs[0].Bucket)
	if err := e.call(ctx, http.MethodPut, "/"+index, nil, nil); err != nil {
		return t, err
	}
	defer func() { _ = e.call(context.WithoutCancel(ctx), http.MethodDelete, "/"+index, nil, nil) }()
	records := make([]stream.Record, len(docs))
	for i := range docs {
		v, err := json.Marshal(indexed(&docs[i]))
		if err != nil {
			return t, err
		}
		records[i] = stream.Record{Key: string(docs[i].ID), Value: v}
	}
	for part := range slices.Chunk(records, limitBatch) {
		if err := in.log.Append(ctx, stream.Posts, part...); err != nil {
			return t, err
		}
	}
	done := in.clock(ctx, len(docs))
	if err := in.pump(ctx, e, index, len(docs)); err != nil {
		return t, err
	}
	t = done()
	var count struct{ Count int }
	if err := e.call(ctx, http.MethodGet, "/"+index+"/_count", nil, &count); err != nil {
		return t, err
	}
	if count.Count != len(docs) {
		return t, fmt.Errorf("the limit is no limit: %d documents of %d", count.Count, len(docs))
	}
	return t, nil
}

// indexed is the product's document of a posts index; its mapping is strict, so
// that another one is refused.
func indexed(d *document) any {
	keys, exact := new(bytes.Buffer), new(bytes.Buffer)
	for _, t := range d.text.Tokens {
		fmt.Fprintf(keys, "%s ", t.Key)
		fmt.Fprintf(exact, "%s ", t.Surface)
	}
	return map[string]any{"id": d.ID, "net": d.ID.Network(), "source": d.ID.Source(), "regions": d.Regions, "visibility": d.Visibility,
		"published": d.Published.UnixMicro(), "keys": keys.String(), "exact": exact.String(), "record": json.RawMessage(d.record)}
}

// pump moves n documents from Kafka to an index, and shows them once.
func (in *installation) pump(ctx context.Context, e engine, index string, n int) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	messages := make(chan kafka.Message, limitBatch)
	for p := range stream.Partitions {
		r := kafka.NewReader(kafka.ReaderConfig{Brokers: in.config.Kafka, Topic: in.config.Prefix + stream.Posts, Partition: p,
			QueueCapacity: 256, MinBytes: 1, MaxBytes: 4 << 20, MaxWait: 500 * time.Millisecond, ReadLagInterval: -1})
		defer func() { go r.Close() }() // it waits for its last question to end
		go func() {
			for ctx.Err() == nil {
				m, err := r.ReadMessage(ctx)
				if err != nil {
					continue // the reader tries again by itself
				}
				select {
				case messages <- m:
				case <-ctx.Done():
				}
			}
		}()
	}
	writers, left := errgroup.Group{}, make(chan int, 1)
	left <- n
	for range limitWriters() {
		writers.Go(func() error {
			for {
				k := <-left
				take := min(k, limitBatch)
				left <- k - take
				if take == 0 {
					return nil
				}
				if err := e.bulk(ctx, index, messages, take); err != nil {
					return err
				}
			}
		})
	}
	if err := writers.Wait(); err != nil {
		return err
	}
	return e.call(ctx, http.MethodPost, "/"+index+"/_refresh", nil, nil)
}

// engine is a bare Elasticsearch.
type engine struct{ address string }

// bulk sends the next n messages.
func (e engine) bulk(ctx context.Context, index string, messages <-chan kafka.Message, n int) error {
	var b bytes.Buffer
	for range n {
		select {
		case m := <-messages:
			fmt.Fprintf(&b, "{\"index\":{\"_id\":%q}}\n%s\n", m.Key, m.Value)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	var out struct{ Errors bool }
	if err := e.call(ctx, http.MethodPost, "/"+index+"/_bulk?filter_path=errors", b.Bytes(), &out); err != nil {
		return err
	}
	if out.Errors {
		return errors.New("Elasticsearch refuses the product's documents")
	}
	return nil
}

// call makes one exchange; out may be nil.
func (e engine) call(ctx context.Context, method, path string, body []byte, out any) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, e.address+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err := cmp.Or(err, status(res, b)); err != nil || out == nil {
		return err
	}
	return json.Unmarshal(b, out)
}

func status(res *http.Response, body []byte) error {
	if res.StatusCode < http.StatusBadRequest {
		return nil
	}
	return fmt.Errorf("%s %s: %s %.300s", res.Request.Method, res.Request.URL.Path, res.Status, body)
}
