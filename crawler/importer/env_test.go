package importer_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/archive"
	"github.com/otklik/otklik/crawler/importer"
	"github.com/otklik/otklik/crawler/ledger"
	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/crawler/schedule"
	"github.com/otklik/otklik/crawler/source"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/stream"
	streampg "github.com/otklik/otklik/internal/stream/postgres"
	"github.com/otklik/otklik/internal/testenv"
)

var now = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

// env is a ledger, a log and sources on a database of their own.
type env struct {
	t       *testing.T
	ledger  *ledger.Ledger
	log     *streampg.Log
	sources *schedule.Store
	records []post.Record // that were appended, in their order
	fail    error         // of the next appends
	dir     string
}

func newEnv(t *testing.T) *env {
	ctx := context.Background()
	pool := testenv.Postgres(t)
	l, err := ledger.Open(ctx, pool, []post.Class{{Name: "standard", Months: 60}, {Name: "short", Months: 1}})
	require.NoError(t, err)
	e := &env{t: t, ledger: l, dir: t.TempDir()}
	e.log = streampg.New(streampg.Options{Pool: pool, Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(func() { require.NoError(t, e.log.Close()) })
	e.sources = &schedule.Store{Pool: pool, Now: func() time.Time { return now },
		Networks:    map[string]schedule.Network{"telegram": {Every: time.Minute, Check: func(a string) (string, error) { return a, nil }}},
		KnownRegion: func(string) bool { return true }, KnownClass: func(string) bool { return true }}
	return e
}

// fresh forgets what was seen, for the next case of a table.
func (e *env) fresh(t *testing.T) {
	e.t, e.records = t, nil
	_, err := e.ledger.Pool.Exec(context.Background(), `DELETE FROM ledger`)
	require.NoError(t, err)
}

// Append is the log's, with a look at what goes in.
func (e *env) Append(ctx context.Context, topic string, records ...stream.Record) error {
	if e.fail != nil {
		return e.fail
	}
	for _, r := range records {
		rec, err := post.Decode(r.Value)
		require.NoError(e.t, err)
		require.Equal(e.t, string(rec.ID), r.Key)
		require.Equal(e.t, post.Import, rec.Origin)
		e.records = append(e.records, rec)
	}
	return e.log.Append(ctx, topic, records...)
}

func (e *env) options(path string) importer.Options {
	return importer.Options{Ledger: e.ledger, Log: e, Sources: e.sources, Now: func() time.Time { return now }, File: archive.Options{Path: path}, Regions: []string{"RU-PRI"},
		Rejected: filepath.Join(e.dir, filepath.Base(path)+".rejected.ndjson")}
}

// file writes a file and gives its path.
func (e *env) file(name, content string) string {
	p := filepath.Join(e.dir, name)
	require.NoError(e.t, os.WriteFile(p, []byte(content), 0o600))
	return p
}

// run imports and checks what holds for every report.
func (e *env) run(o importer.Options) (importer.Report, error) {
	r, err := importer.Import(context.Background(), o)
	if err == nil {
		require.Equal(e.t, r.Read, r.New+r.Revised+r.Unchanged+r.TooOld+r.Stale+r.Forgotten+r.Repeated, "every post is accounted for: %+v", r)
	}
	require.Equal(e.t, r.Bad > 0, r.Rejected != "")
	return r, err
}

func (e *env) must(o importer.Options) importer.Report {
	r, err := e.run(o)
	require.NoError(e.t, err)
	return r
}

// addSource configures a channel that was connected already.
func (e *env) addSource(address, external string, d schedule.Draft) {
	ctx := context.Background()
	d.Network, d.Address, d.Enabled = "telegram", address, true
	_, err := e.sources.Add(ctx, access.Person{Role: access.Administrator, Regions: []string{"*"}, Sealed: true}, d)
	require.NoError(e.t, err)
	leases, err := e.sources.Due(ctx, "test", 1, time.Minute)
	require.NoError(e.t, err)
	require.Len(e.t, leases, 1)
	require.NoError(e.t, e.sources.Keep(ctx, leases[0], schedule.Step{Info: &source.Info{Source: external}}, time.Minute))
	require.NoError(e.t, e.sources.Done(ctx, leases[0], nil))
}

// crawled takes items in as the crawler does.
func (e *env) crawled(items ...source.Item) *ledger.Admitted {
	ctx := context.Background()
	rev, err := e.ledger.NextRev(ctx)
	require.NoError(e.t, err)
	a, err := e.ledger.Admit(ctx, ledger.Reading{Rev: rev, Observed: now, Origin: post.Live, Regions: []string{"RU-PRI"},
		Visibility: post.Public, Class: "standard"}, items)
	require.NoError(e.t, err)
	require.NoError(e.t, e.ledger.Confirm(ctx, a))
	return a
}

func ids(records []post.Record) (out []string) {
	for _, r := range records {
		out = append(out, string(r.ID))
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// rejections reads a side file.
func (e *env) rejections(path string) (out []archive.BadLine) {
	b, err := os.ReadFile(path)
	require.NoError(e.t, err)
	for line := range strings.Lines(string(b)) {
		var r archive.BadLine
		require.NoError(e.t, json.Unmarshal([]byte(line), &r))
		out = append(out, r)
	}
	return out
}

func packed(t testing.TB, content string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := io.WriteString(z, content)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return b.String()
}

var errBroken = errors.New("the log is away")
