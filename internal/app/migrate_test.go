package app

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/testenv"
)

// On a server that lets the database user make no roles, migrate says what its
// administrator has to do, and that is enough.
func TestMigrateWithoutTheRightToMakeRoles(t *testing.T) {
	address := testenv.EmptyDatabaseURL(t)
	admin, err := pgx.Connect(t.Context(), address)
	require.NoError(t, err)
	user := strings.ReplaceAll(testenv.Name(t), "-", "_")
	t.Cleanup(func() {
		_, err := admin.Exec(context.Background(), fmt.Sprintf(`REASSIGN OWNED BY %[1]s TO CURRENT_USER; DROP OWNED BY %[1]s; DROP ROLE %[1]s`, user))
		require.NoError(t, err)
		require.NoError(t, admin.Close(context.Background()))
	})
	_, err = admin.Exec(t.Context(), fmt.Sprintf(`CREATE ROLE %[1]s LOGIN PASSWORD 'x'; GRANT ALL ON SCHEMA public TO %[1]s`, user))
	require.NoError(t, err)
	u, err := url.Parse(address)
	require.NoError(t, err)
	u.User = url.UserPassword(user, "x")
	t.Setenv("OTKLIK_DATABASE_URL", u.String())

	code, stdout, stderr := otklik(t, "migrate")
	require.Zero(t, code, stderr)
	require.Equal(t, "the schema is up to date\n", stdout)
	grant := `GRANT otklik_reader TO "` + user + `"`
	require.Contains(t, stderr, "CREATE ROLE otklik_reader NOLOGIN; "+grant+"; and then otklik migrate again")

	_, _ = admin.Exec(t.Context(), `CREATE ROLE otklik_reader NOLOGIN`) // is there where another test was faster
	_, err = admin.Exec(t.Context(), grant)
	require.NoError(t, err)
	code, stdout, stderr = otklik(t, "migrate")
	require.Zero(t, code, stderr)
	require.Equal(t, "the schema is up to date\n", stdout)
	require.NotContains(t, stderr, "otklik_reader")
}
