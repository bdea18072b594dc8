package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/postgres"
	"github.com/otklik/otklik/internal/testenv"
)

func TestAway(t *testing.T) {
	for _, c := range []struct {
		err  error
		want bool
	}{
		{nil, false},
		{errors.New("nobody knows"), false},
		{fmt.Errorf("read: %w", context.Canceled), false},
		{fmt.Errorf("read: %w", context.DeadlineExceeded), true},
		{fmt.Errorf("read: %w", io.ErrUnexpectedEOF), true},
		{&net.OpError{Op: "dial", Err: io.EOF}, true},
		{&pgconn.PgError{Code: "57P01"}, true}, // the server is told to stop
		{&pgconn.PgError{Code: "53300"}, true}, // too many connections
		{&pgconn.PgError{Code: "40P01"}, true}, // deadlock
		{&pgconn.PgError{Code: "55P03"}, true}, // no lock in time
		{&pgconn.PgError{Code: "25P03"}, true},
		{&pgconn.PgError{Code: "22021"}, false}, // a NUL
		{&pgconn.PgError{Code: "23505"}, false},
		{&pgconn.PgError{Code: "42P01"}, false},
		{&pgconn.PgError{}, false},
	} {
		require.Equal(t, c.want, postgres.Away(c.err), "%v", c.err)
	}
}

func TestAServerThatIsNotThereIsAway(t *testing.T) {
	pool, err := pgxpool.New(t.Context(), "postgres://nobody@127.0.0.1:1/none")
	require.NoError(t, err)
	defer pool.Close()
	require.True(t, postgres.Away(pool.Ping(t.Context())))
}

func TestAConnectionThatIsKilledIsAway(t *testing.T) {
	pool := testenv.Postgres(t)
	_, err := pool.Exec(t.Context(), "SELECT pg_terminate_backend(pg_backend_pid())")
	require.True(t, postgres.Away(err), "%v", err)
}
