package app

import (
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/testenv"
	"github.com/otklik/otklik/internal/testenv/client"
)

const testToken = "a-token-of-the-tests-of-package-app"

// eachShape runs a test on an installation of either shape, in this process.
func eachShape(t *testing.T, test func(t *testing.T, in *running)) {
	for name, engines := range map[string]func(t *testing.T) map[string]string{
		"postgres": func(*testing.T) map[string]string { return nil },
		"kafka+elasticsearch+postgres": func(t *testing.T) map[string]string {
			return map[string]string{"OTKLIK_KAFKA": strings.Join(testenv.Kafka(t), ","), "OTKLIK_ELASTICSEARCH": testenv.Elasticsearch(t), "OTKLIK_PREFIX": testenv.Name(t)}
		},
	} {
		t.Run(name, func(t *testing.T) {
			in := &running{t: t, config: &Config{DatabaseURL: testenv.DatabaseURL(t), Prefix: "otklik", MaxConns: 20, CrawlWorkers: 1, KafkaReplicas: 1,
				TelegramURL: "https://t.me", Data: t.TempDir(), Retention: map[string]int{"standard": 60, "short": 1}}}
			env := engines(t)
			for name, value := range env {
				t.Setenv(name, value)
			}
			t.Setenv("OTKLIK_DATABASE_URL", in.config.DatabaseURL)
			t.Setenv("OTKLIK_DATA", in.config.Data)
			t.Setenv("OTKLIK_RETENTION", "standard=60;short=1")
			if env != nil {
				in.config.Kafka, in.config.Elasticsearch, in.config.Prefix = testenv.Kafka(t), []string{testenv.Elasticsearch(t)}, env["OTKLIK_PREFIX"]
			}
			in.start()
			test(t, in)
		})
	}
}

// running is an installation that runs all roles in this process. app is its
// parts, opened once more.
type running struct {
	client.Client
	t      *testing.T
	config *Config
	app    *App
}

func (in *running) start() {
	in.t.Helper()
	log := slog.New(slog.DiscardHandler)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(in.t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, in.config, log, l, testToken) }()
	in.t.Cleanup(func() {
		cancel()
		require.NoError(in.t, <-ended)
	})
	in.Client = client.Client{Base: "http://" + l.Addr().String(), Token: testToken}
	in.app, err = Open(in.t.Context(), in.config, "test", log)
	require.NoError(in.t, err)
	in.t.Cleanup(func() { require.NoError(in.t, in.app.Close()) })
	in.eventually("it answers", func() bool { return in.Ready(in.t.Context()) })
}

func (in *running) eventually(what string, ok func() bool) {
	in.t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	over := time.After(time.Minute)
	for !ok() {
		select {
		case <-over:
			in.t.Fatalf("not within a minute: %s", what)
		case <-tick.C:
		}
	}
}

// make posts a body and gives the id of what was made.
func (in *running) make(path string, body map[string]any) int64 {
	in.t.Helper()
	var out struct{ ID int64 }
	require.NoError(in.t, in.Call(in.t.Context(), "POST", path, body, &out))
	return out.ID
}

// line is a post in a file of our own form.
type line struct {
	ID        string         `json:"id"`
	Published time.Time      `json:"published"`
	Post      map[string]any `json:"post"`
}

// take imports posts.
func (in *running) take(lines []line, flags ...string) {
	in.t.Helper()
	path := filepath.Join(in.t.TempDir(), "posts.ndjson")
	f, err := os.Create(path)
	require.NoError(in.t, err)
	for _, l := range lines {
		require.NoError(in.t, json.NewEncoder(f).Encode(l))
	}
	require.NoError(in.t, f.Close())
	code, _, stderr := otklik(in.t, append(append([]string{"import", "--regions", "RU-PRI"}, flags...), path)...)
	require.Zero(in.t, code, stderr)
}

// sql asks the database for one number.
func (in *running) sql(query string, args ...any) (n int64) {
	in.t.Helper()
	require.NoError(in.t, in.app.pool.QueryRow(in.t.Context(), query, args...).Scan(&n))
	return n
}
