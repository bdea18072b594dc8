package app

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/testenv"
)

// On a server that lets the database user make no roles, migrate says what its
// administrator has to do, and that is enough.
func TestMigrateWithoutTheRightToMakeRoles(t *testing.T) {
	address, user, admin := testenv.PoorUser(t)
	t.Setenv("OTKLIK_DATABASE_URL", address)

	code, stdout, stderr := otklik(t, "migrate")
	require.Zero(t, code, stderr)
	require.Equal(t, "the schema is up to date\n", stdout)
	grant := `GRANT otklik_reader TO "` + user + `"`
	require.Contains(t, stderr, "CREATE ROLE otklik_reader NOLOGIN; "+grant+"; and then otklik migrate again")

	_, _ = admin.Exec(t.Context(), `CREATE ROLE otklik_reader NOLOGIN`) // is there where another test was faster
	_, err := admin.Exec(t.Context(), grant)
	require.NoError(t, err)
	code, stdout, stderr = otklik(t, "migrate")
	require.Zero(t, code, stderr)
	require.Equal(t, "the schema is up to date\n", stdout)
	require.NotContains(t, stderr, "otklik_reader")
}
