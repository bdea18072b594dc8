package app

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/testenv"
)

// What a dump can't know is mended, and rejected records are minded only where
// the log was lost.
func TestRestoredMendsWhatADumpCannotKnow(t *testing.T) {
	address := testenv.DatabaseURL(t)
	t.Setenv("OTKLIK_DATABASE_URL", address)
	conn, err := pgx.Connect(t.Context(), address)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	for _, sql := range []string{
		`INSERT INTO incident (region, state, is_open, version, title, severity, visibility, preset, opened_at, state_at, capped_from, updated_at)
			SELECT 'RU-PRI', 'triage', true, 1, 'т', 'normal', 'public', 'p', now(), now(), now(), now() FROM generate_series(1, 2)`,
		`ALTER TABLE incident DISABLE TRIGGER incident_touch`,
		`UPDATE incident SET touched = CASE number WHEN 1 THEN '4000000000000'::xid8 ELSE '3'::xid8 END`, // of another cluster; long ago
		`ALTER TABLE incident ENABLE TRIGGER incident_touch`,
		`INSERT INTO person (name, role, regions, created_at, created_by, changed_at, changed_by) VALUES ('а', 'curator', '{*}', now(), 'а', now(), 'а')`,
		`INSERT INTO session (hash, person, way, agent, address, created_at, seen_at, expires_at)
			SELECT sha256('x'), id, 'password', '', '', now(), now(), now() + interval '1 day' FROM person LIMIT 1`,
		`INSERT INTO rejected_decision VALUES ('posts', 3, 17, 'dropped', now(), 0, 'а')`,
		`SELECT setval('rev_seq', 41)`,
	} {
		_, err := conn.Exec(t.Context(), sql)
		require.NoError(t, err, sql)
	}
	number := func(sql string) (n int64) {
		t.Helper()
		require.NoError(t, conn.QueryRow(t.Context(), sql).Scan(&n))
		return n
	}
	code, stdout, stderr := otklik(t, "restored")
	require.Zero(t, code, stderr)
	require.Contains(t, stdout, "has to be so again")
	require.EqualValues(t, 42+restoredGap+1, number(`SELECT nextval('rev_seq')`))
	require.Zero(t, number(`SELECT count(*) FROM session WHERE ended_at IS NULL`))
	require.EqualValues(t, 1, number(`SELECT count(*) FROM incident WHERE pg_visible_in_snapshot(touched, pg_current_snapshot()) AND touched > '3'::xid8`))
	require.EqualValues(t, 1, number(`SELECT count(*) FROM incident WHERE touched = '3'::xid8`), "what is long ago stays so")
	require.EqualValues(t, 1, number(`SELECT count(*) FROM rejected_decision`))
	code, _, stderr = otklik(t, "restored", "--log-lost")
	require.Zero(t, code, stderr)
	require.Zero(t, number(`SELECT count(*) FROM rejected_decision`))
}

// A lock that is lost with its connection ends the work that it protects.
func TestALostLockEndsTheWork(t *testing.T) {
	pool, err := pgxpool.New(t.Context(), testenv.DatabaseURL(t))
	require.NoError(t, err)
	defer pool.Close()
	ok, err := alone(t.Context(), pool, func(ctx context.Context) error {
		taken, err := alone(ctx, pool, func(context.Context) error { t.Error("two at once"); return nil })
		require.NoError(t, err)
		require.False(t, taken)
		_, err = pool.Exec(ctx, `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted
			AND classid::bigint << 32 | objid::bigint = $1 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`, keepLock)
		require.NoError(t, err)
		select {
		case <-ctx.Done():
		case <-time.After(30 * time.Second):
			t.Error("the work goes on")
		}
		return ctx.Err()
	})
	require.True(t, ok)
	require.ErrorContains(t, err, "keeps others away")
	ok, err = alone(t.Context(), pool, func(context.Context) error { return nil })
	require.NoError(t, err)
	require.True(t, ok, "the next one has it")
}
