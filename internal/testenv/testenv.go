// Package testenv finds or starts the real engines for tests. A test that
// needs an engine which can't be had is skipped, saying so; with CI=true it fails.
package testenv

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// The variables that name engines that are already there.
const (
	EnvDatabase      = "OTKLIK_TEST_DATABASE_URL"
	EnvKafka         = "OTKLIK_TEST_KAFKA"         // host:port,host:port
	EnvElasticsearch = "OTKLIK_TEST_ELASTICSEARCH" // http://host:port
)

// Postgres gives a pool on a fresh, migrated database that is dropped when the
// test ends.
func Postgres(t testing.TB) *pgxpool.Pool {
	t.Helper()
	pool, err := pgxpool.New(context.Background(), DatabaseURL(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// Kafka gives the addresses of a real Kafka. Tests choose a topic prefix of
// their own (Name).
func Kafka(t testing.TB) []string {
	t.Helper()
	a := os.Getenv(EnvKafka)
	if a == "" {
		missing(t, "Kafka", EnvKafka)
	}
	return strings.Split(a, ",")
}

// Elasticsearch gives the address of a real Elasticsearch. Tests choose an
// index prefix of their own (Name).
func Elasticsearch(t testing.TB) string {
	t.Helper()
	a := os.Getenv(EnvElasticsearch)
	if a == "" {
		missing(t, "Elasticsearch", EnvElasticsearch)
	}
	return a
}

// Name gives a name that no other test has, fit for a topic or an index prefix.
func Name(t testing.TB) string {
	return fmt.Sprintf("t%d-%d", os.Getpid(), time.Now().UnixNano())
}

// Shared gives the path of a file under ../shared/data beside the repository
// and skips the test, saying so, where it is not there.
func Shared(t testing.TB, path string) string {
	t.Helper()
	_, file, _, _ := runtime.Caller(0)
	p := filepath.Join(filepath.Dir(file), "..", "..", "..", "shared", "data", path)
	if _, err := os.Stat(p); err != nil {
		t.Skipf("SKIPPED: %s is not beside this checkout (data that may not be in the repository)", path)
	}
	return p
}

func missing(t testing.TB, engine, env string) {
	t.Helper()
	Missing(t, engine, "run the tests through `make test`, or set "+env)
}

// Missing skips a test whose need can't be met here, saying what is not there
// and what would help. In CI everything has to be there.
func Missing(t testing.TB, what, cure string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is not there: %s", what, cure)
	}
	t.Skipf("SKIPPED: %s is not there: %s", what, cure)
}
