package postgres_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The last migration before builds of two versions had to work on one schema.
const beforeExpanding = "013"

// contracting is what takes something away from a build that is still running.
var contracting = regexp.MustCompile(`(?i)\b(drop (table|column|constraint|function|view|trigger|type|sequence)|rename|alter (column )?\w+ (type|set not null|drop default)|` +
	`add constraint|add (check|unique|primary|foreign)|set not null|truncate|delete from)\b`)

// Migrations only add: the build before an upgrade works on the schema after it.
func TestMigrationsOnlyAdd(t *testing.T) {
	files, err := filepath.Glob("migrations/*.sql")
	require.NoError(t, err)
	for _, f := range files {
		if filepath.Base(f)[:3] <= beforeExpanding {
			continue
		}
		b, err := os.ReadFile(f)
		require.NoError(t, err)
		for n, line := range strings.Split(string(b), "\n") {
			code, _, _ := strings.Cut(line, "--")
			require.NotRegexp(t, contracting, code, "%s:%d: a build that runs still uses it; take it away a release later, and raise schema_fits.oldest", f, n+1)
			if strings.Contains(strings.ToLower(code), "add column") && strings.Contains(strings.ToLower(code), "not null") {
				require.Contains(t, strings.ToLower(code), "default", "%s:%d: a build that doesn't know the column gives it no value", f, n+1)
			}
		}
	}
}
