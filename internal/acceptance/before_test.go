package acceptance

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/testenv"
)

const migrationsFolder = "internal/postgres/migrations"

// earlier is a build of an earlier commit.
type earlier struct {
	path   string // of the binary
	schema string // number of its newest migration
}

// buildBefore builds the binary of the commit before the newest migration. Its
// tree comes out of git into a folder of the test's: this checkout stays as it is.
func buildBefore(t *testing.T) earlier {
	t.Helper()
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	git := func(args ...string) (string, error) {
		out, err := exec.Command("git", append([]string{"-c", "safe.directory=*", "-C", root}, args...)...).Output()
		return strings.TrimSpace(string(out)), err
	}
	const cure = "clone the repository with its history"
	if shallow, err := git("rev-parse", "--is-shallow-repository"); err != nil || shallow == "true" {
		testenv.Missing(t, "the history of this checkout", cure)
	}
	commit := "HEAD"
	// A migration that isn't committed yet is after HEAD.
	if added, err := git("log", "--diff-filter=A", "--format=%H", "-1", "--", migrationsFolder+"/"+newestMigration(t, root)); err == nil && added != "" {
		commit = added + "^"
	}
	if _, err := git("rev-parse", "--verify", commit+"^{commit}"); err != nil {
		testenv.Missing(t, "the commit before the newest migration", cure)
	}
	tree, path := t.TempDir(), filepath.Join(t.TempDir(), "otklik-before")
	archive := filepath.Join(tree, ".tree.tar")
	_, err = git("archive", "--format=tar", "--output="+archive, commit)
	require.NoError(t, err)
	out, err := exec.Command("tar", "-xf", archive, "-C", tree).CombinedOutput()
	require.NoError(t, err, "%s", out)
	build := exec.Command("go", "build", "-buildvcs=false", "-o", path, "./cmd/otklik")
	build.Dir = tree
	out, err = build.CombinedOutput()
	require.NoError(t, err, "%s", out)
	t.Logf("the build before %s is that of %s", newestMigration(t, root), commit)
	return earlier{path, newestMigration(t, tree)[:3]}
}

func newestMigration(t *testing.T, root string) string {
	t.Helper()
	files, err := os.ReadDir(filepath.Join(root, migrationsFolder))
	require.NoError(t, err)
	var names []string
	for _, f := range files {
		if strings.HasSuffix(f.Name(), ".sql") {
			names = append(names, f.Name())
		}
	}
	require.NotEmpty(t, names)
	return slices.Max(names)
}

// schemaNow is the number of a database's newest migration.
func schemaNow(t *testing.T, address string) (version string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	require.NoError(t, conn.QueryRow(t.Context(), `SELECT to_char(version, 'FM000') FROM schema_version`).Scan(&version))
	return version
}
