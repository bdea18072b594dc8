package postgres_test

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/postgres"
	"github.com/otklik/otklik/internal/testenv"
)

func TestOpenSetsItsLimits(t *testing.T) {
	pool, err := postgres.Open(t.Context(), testenv.DatabaseURL(t), postgres.Options{Name: "limits", MaxConns: 3, StatementTimeout: 7 * time.Second})
	require.NoError(t, err)
	defer pool.Close()
	require.EqualValues(t, 3, pool.Config().MaxConns)
	for name, want := range map[string]string{
		"application_name": "limits", "statement_timeout": "7s", "lock_timeout": "15s",
		"idle_in_transaction_session_timeout": "1min", "TimeZone": "UTC",
	} {
		var got string
		require.NoError(t, pool.QueryRow(t.Context(), "SELECT current_setting($1)", name).Scan(&got))
		require.Equal(t, want, got, name)
	}
}

func TestOpenRefusesAnAddressItCannotRead(t *testing.T) {
	_, err := postgres.Open(t.Context(), "postgres://u:secret@h:notaport/x", postgres.Options{})
	require.Equal(t, fault.Invalid, fault.KindOf(err))
	require.ErrorContains(t, err, "postgres://user:password@host:5432/name")
	require.NotContains(t, err.Error(), "secret")
}

func TestOpenDoesNotWaitForADatabaseThatIsMissing(t *testing.T) {
	address := testenv.EmptyDatabaseURL(t)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	_, err := postgres.Open(ctx, strings.Replace(address, "otklik_test_", "otklik_nowhere_", 1), postgres.Options{Wait: time.Hour})
	require.ErrorContains(t, err, "does not exist")
	require.NoError(t, ctx.Err())
}

func TestOpenWaitsForAServerThatComesLater(t *testing.T) {
	cfg, err := pgx.ParseConfig(testenv.DatabaseURL(t))
	require.NoError(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := l.Addr().String()
	require.NoError(t, l.Close())

	// The log tells when Open has failed once: the server "starts" only then.
	waiting := make(chan struct{}, 100)
	log := slog.New(slog.NewTextHandler(signal{waiting}, nil))
	go func() {
		<-waiting
		if l, err := net.Listen("tcp", address); err == nil {
			t.Cleanup(func() { l.Close() })
			relay(l, cfg)
		}
	}()
	pool, err := postgres.Open(t.Context(),
		fmt.Sprintf("postgres://%s:%s@%s/%s?sslmode=disable", cfg.User, cfg.Password, address, cfg.Database),
		postgres.Options{Wait: 30 * time.Second, Log: log})
	require.NoError(t, err)
	pool.Close()
}

func TestOpenGivesUpAfterItsWait(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := l.Addr().String()
	require.NoError(t, l.Close())
	_, err = postgres.Open(t.Context(), "postgres://u@"+address+"/x", postgres.Options{
		Wait: 300 * time.Millisecond, Log: slog.New(slog.DiscardHandler)})
	require.ErrorContains(t, err, "does not answer")
	require.ErrorContains(t, err, strings.Split(address, ":")[1])
}

func TestManyMayMigrateAtOnce(t *testing.T) {
	address := testenv.EmptyDatabaseURL(t)
	var g errgroup.Group
	for range 6 {
		g.Go(func() error { return postgres.Migrate(t.Context(), address) })
	}
	require.NoError(t, g.Wait())
	conn, err := pgx.Connect(t.Context(), address)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	var river int
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT count(*) FROM river_migration").Scan(&river))
	require.Positive(t, river)
}

// A newer database says which builds it fits; where it can't say, or says that
// this one is too old, it is refused.
func TestMigrateMindsWhatANewerDatabaseSays(t *testing.T) {
	address := testenv.DatabaseURL(t)
	conn, err := pgx.Connect(t.Context(), address)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	exec := func(sql string, args ...any) {
		t.Helper()
		_, err := conn.Exec(t.Context(), sql, args...)
		require.NoError(t, err)
	}
	var known int
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT version FROM schema_version").Scan(&known))
	exec("UPDATE schema_version SET version = $1", known+1)
	exec("CREATE TABLE IF NOT EXISTS schema_fits (oldest integer NOT NULL)")
	exec("DELETE FROM schema_fits")
	exec("INSERT INTO schema_fits (oldest) VALUES ($1)", known)
	require.NoError(t, postgres.Migrate(t.Context(), address))
	var now int
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT version FROM schema_version").Scan(&now))
	require.Equal(t, known+1, now, "nothing is taken back")

	exec("UPDATE schema_fits SET oldest = $1", known+1)
	require.ErrorContains(t, postgres.Migrate(t.Context(), address), fmt.Sprintf("has schema %d, which fits an otklik that knows schema %d or a newer one; this one knows %d", known+1, known+1, known))
	exec("DROP TABLE schema_fits")
	require.ErrorContains(t, postgres.Migrate(t.Context(), address), "run the newer otklik")
}

func TestMigrateStopsWaitingWithItsContext(t *testing.T) {
	address := testenv.DatabaseURL(t)
	conn, err := pgx.Connect(t.Context(), address)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(t.Context(), "SELECT pg_advisory_lock($1)", int64(0x6f746b6c696b01))
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	require.ErrorContains(t, postgres.Migrate(ctx, address), "migrate")
}

func TestSchemaHashIsStable(t *testing.T) {
	a, err := postgres.SchemaHash()
	require.NoError(t, err)
	b, err := postgres.SchemaHash()
	require.NoError(t, err)
	require.Equal(t, a, b)
	require.Len(t, a, 16)
}

// signal is a writer that tells of every line.
type signal struct{ c chan struct{} }

func (s signal) Write(p []byte) (int, error) {
	select {
	case s.c <- struct{}{}:
	default:
	}
	return len(p), nil
}
