package testenv

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

func TestFreshDatabasesAreMigratedAndApart(t *testing.T) {
	ctx := t.Context()
	a, b := Postgres(t), Postgres(t)
	_, err := a.Exec(ctx, "CREATE TABLE only_here ()")
	require.NoError(t, err)
	for table, want := range map[string]bool{"schema_version": true, "river_job": true, "only_here": false} {
		var there bool
		require.NoError(t, b.QueryRow(ctx, "SELECT to_regclass($1) IS NOT NULL", table).Scan(&there))
		require.Equal(t, want, there, table)
	}
}

func TestEmptyDatabaseHasNoSchema(t *testing.T) {
	conn, err := pgx.Connect(t.Context(), EmptyDatabaseURL(t))
	require.NoError(t, err)
	defer conn.Close(context.Background())
	var n int
	require.NoError(t, conn.QueryRow(t.Context(), "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").Scan(&n))
	require.Zero(t, n)
}

func TestDatabaseIsDroppedAfterItsTest(t *testing.T) {
	var address string
	t.Run("user", func(t *testing.T) { address = DatabaseURL(t) })
	if address == "" {
		t.Skip("SKIPPED: the test that needs a database was skipped")
	}
	_, err := pgx.Connect(t.Context(), address)
	require.ErrorContains(t, err, "does not exist")
}

func TestSweepDropsOnlyWhatIsOld(t *testing.T) {
	admin := os.Getenv(EnvDatabase)
	if admin == "" {
		missing(t, "Postgres", EnvDatabase)
	}
	ctx := t.Context()
	conn, err := pgx.Connect(ctx, admin)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	const old = "otklik_test_1_1000000001"
	_, err = conn.Exec(ctx, "CREATE DATABASE "+old)
	require.NoError(t, err)
	young := DatabaseURL(t)
	require.NoError(t, sweep(ctx, conn))
	_, err = pgx.Connect(ctx, withDatabase(admin, old))
	require.ErrorContains(t, err, "does not exist")
	c, err := pgx.Connect(ctx, young)
	require.NoError(t, err)
	require.NoError(t, c.Close(ctx))
}

func TestMadeAt(t *testing.T) {
	for _, c := range []struct {
		name, comment string
		want          time.Time
		ok            bool
	}{
		{"otklik_test_12_1700000000000000000", "", time.Unix(1700000000, 0), true},
		{"otklik_test_mine", "", time.Time{}, false},
		{"otklik_template_ab", "1700000000", time.Unix(1700000000, 0), true},
		{"otklik_template_ab_raw", "", time.Time{}, false},
	} {
		got, ok := madeAt(c.name, c.comment)
		require.Equal(t, c.ok, ok, c.name)
		if ok {
			require.True(t, c.want.Equal(got), c.name)
		}
	}
}

func TestWithDatabase(t *testing.T) {
	for _, c := range [][2]string{
		{"postgres://u:p@h:5/postgres", "postgres://u:p@h:5/x"},
		{"postgres://u@/postgres?host=%2Ftmp%2Fa&port=5432", "postgres://u@/x?host=%2Ftmp%2Fa&port=5432"},
		{"host=/tmp user=u dbname=postgres", "host=/tmp user=u dbname=postgres dbname=x"},
	} {
		require.Equal(t, c[1], withDatabase(c[0], "x"))
		cfg, err := pgx.ParseConfig(c[1])
		require.NoError(t, err)
		require.Equal(t, "x", cfg.Database)
	}
}
