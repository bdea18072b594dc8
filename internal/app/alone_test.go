package app

import (
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/testenv"
)

// A right is one process's until it is given back, or its connection ends.
func TestAlone(t *testing.T) {
	one, two := &App{pool: testenv.Postgres(t), log: slog.New(slog.DiscardHandler)}, &App{}
	two.pool, two.log = one.pool, one.log
	const lock, other = 7, 8
	release, ok, err := one.alone(lock)(t.Context())
	require.NoError(t, err)
	require.True(t, ok)
	_, ok, err = two.alone(lock)(t.Context())
	require.NoError(t, err)
	require.False(t, ok, "another has it")
	free, ok, err := two.alone(other)(t.Context())
	require.NoError(t, err)
	require.True(t, ok)
	free()
	release()
	release, ok, err = two.alone(lock)(t.Context())
	require.NoError(t, err)
	require.True(t, ok)

	_, err = one.pool.Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = $1 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`, lock)
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		again, ok, err := one.alone(lock)(t.Context())
		if ok {
			again()
		}
		return ok && err == nil
	}, 30*time.Second, 20*time.Millisecond, "who lost the connection has it no more")
	release() // harmless
}
