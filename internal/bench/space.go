package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/otklik/otklik/internal/stream"
	"github.com/otklik/otklik/internal/stream/kafka"
)

// space: bytes on disk for a post that came through the whole line, in each
// engine, beside the bytes of its text.
func space(ctx context.Context, s shape, n int) ([]row, error) {
	items, err := invent(19, n)
	if err != nil {
		return nil, err
	}
	items = alarming(items, seldom)
	in, err := running(ctx, s, items)
	if err != nil {
		return nil, err
	}
	defer in.close()
	if err := in.takeAll(ctx, items); err != nil {
		return nil, err
	}
	if err := in.idle(ctx); err != nil {
		return nil, err
	}
	said := 0
	for i := range items {
		said += len(items[i].Post.Text)
	}
	text := float64(said) / float64(n)
	var rows []row
	add := func(what string, bytes int64, err error) error {
		per := float64(bytes) / float64(n+in.warmed)
		rows = append(rows, row{fmt.Sprintf("disk, %s, %s", what, s.name), grouped(per) + " bytes a post", "its text, " + grouped(text) + " bytes", per / text})
		return err
	}
	tables := func(pattern string) (bytes int64, err error) {
		err = in.pool.QueryRow(ctx, `SELECT coalesce(sum(pg_total_relation_size(oid)), 0)::bigint FROM pg_class
			WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname ~ $1`, pattern).Scan(&bytes)
		return bytes, err
	}
	for _, t := range []struct{ what, pattern string }{
		{"ledger", `^ledger$`},
		{"desk, a ticket for one of " + fmt.Sprint(seldom), `^(incident|notification|search_hit|river_job)`},
	} {
		b, err := tables(t.pattern)
		if err := add(t.what, b, err); err != nil {
			return nil, err
		}
	}
	logged, indexed := func() (int64, error) { return tables(`^stream_`) }, func() (int64, error) { return tables(`^search_(post|past)_`) }
	if s.grown {
		logged, indexed = func() (int64, error) { return in.inKafka(ctx) }, func() (int64, error) { return in.inElasticsearch(ctx) }
	}
	b, err := logged()
	if err := add("log, three topics, kept for days", b, err); err != nil {
		return nil, err
	}
	b, err = indexed()
	return rows, add("index with history", b, err)
}

func (in *installation) inElasticsearch(ctx context.Context) (int64, error) {
	e := engine{in.config.Elasticsearch[0]}
	if err := e.call(ctx, http.MethodPost, "/"+in.config.Prefix+"-*/_flush", nil, nil); err != nil {
		return 0, err
	}
	var out struct {
		All struct {
			Primaries struct {
				Store struct {
					Bytes int64 `json:"size_in_bytes"`
				} `json:"store"`
			} `json:"primaries"`
		} `json:"_all"`
	}
	err := e.call(ctx, http.MethodGet, "/"+in.config.Prefix+"-*/_stats/store", nil, &out)
	return out.All.Primaries.Store.Bytes, err
}

// inKafka counts what a reader of everything is sent: brokers send their
// batches as they lie on disk.
func (in *installation) inKafka(ctx context.Context) (int64, error) {
	var got atomic.Int64
	l, err := kafka.New(kafka.Options{Brokers: in.config.Kafka, Prefix: in.config.Prefix, Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := new(net.Dialer).DialContext(ctx, network, address)
		return metering{c, &got}, err
	}})
	if err != nil {
		return 0, err
	}
	defer l.Close()
	ctx, stop := context.WithTimeout(ctx, 2*time.Minute)
	defer stop()
	for _, topic := range []string{stream.Posts, stream.Indexed, stream.Matches} {
		lags, err := l.Lag(ctx, "nobody", topic)
		if err != nil {
			return 0, err
		}
		left, from := int64(0), stream.Position{}
		for _, lag := range lags {
			left += lag.End - lag.Committed
			from[lag.Partition] = lag.Committed
		}
		if left == 0 {
			continue
		}
		t, err := l.Tail(ctx, topic, from)
		if err != nil {
			return 0, err
		}
		for left > 0 && err == nil {
			var ms []stream.Message
			ms, err = t.Fetch(ctx, limitBatch)
			left -= int64(len(ms))
		}
		_ = t.Close()
		if err != nil {
			return 0, err
		}
	}
	return got.Load(), nil
}

// metering counts what is read from a connection.
type metering struct {
	net.Conn
	read *atomic.Int64
}

func (c metering) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.read.Add(int64(n))
	return n, err
}
