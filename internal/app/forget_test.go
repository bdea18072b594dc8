package app

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/testenv"
)

// What was there is forgotten, what was never there is said to be so; both stay
// out from then on.
func TestForgetSaysWhetherThereWasSomething(t *testing.T) {
	t.Setenv("OTKLIK_DATABASE_URL", testenv.DatabaseURL(t))
	t.Chdir(t.TempDir())
	lines := `{"id":"telegram:1/1","published":"2026-11-24T09:00:00Z","post":{"text":"т"}}
{"id":"telegram:1/2","published":"2026-11-24T09:00:00Z","post":{"text":"т"}}
`
	require.NoError(t, os.WriteFile("all", []byte(lines), 0o600))
	require.NoError(t, os.WriteFile("first", []byte(lines[:len(lines)/2]), 0o600))
	code, _, stderr := otklik(t, "import", "--regions", "RU-PRI", "first")
	require.Zero(t, code, stderr)

	for range 2 { // again is harmless
		code, stdout, stderr := otklik(t, "forget", "telegram:1/1", "telegram:1/2")
		require.Zero(t, code, stderr)
		require.Equal(t, "forgotten: telegram:1/1\nthere was nothing to forget of telegram:1/2; it will not be taken in either\n", stdout)
	}
	code, stdout, _ := otklik(t, "import", "--regions", "RU-PRI", "all")
	require.Zero(t, code)
	require.Equal(t, "all: 2 read, 2 forgotten\n", stdout)

	code, stdout, stderr = otklik(t, "forget", "telegram:1/3", "telegram", "x:y")
	require.Equal(t, exitMisused, code)
	require.Empty(t, stdout, "nothing is done where something is wrong")
	require.Contains(t, stderr, "id 2: ")
	require.Contains(t, stderr, "id 3: ")
}
