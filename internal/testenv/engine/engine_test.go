package engine

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

func TestWithoutJavaOrMavenTheReasonIsSaid(t *testing.T) {
	t.Setenv("JAVA", "/no/such/java")
	require.ErrorContains(t, javaIsThere(t.Context()), "Java is not installed")

	old := filepath.Join(t.TempDir(), "java")
	require.NoError(t, os.WriteFile(old, []byte("#!/bin/sh\necho 'openjdk version \"11.0.2\"' >&2\n"), 0o755))
	t.Setenv("JAVA", old)
	require.ErrorContains(t, javaIsThere(t.Context()), "version 11, needed is 17")

	recipe := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(recipe, "pom.xml"), []byte("<project/>"), 0o644))
	t.Setenv("PATH", "")
	require.ErrorContains(t, build(t.Context(), recipe, func(string, ...any) {}), "Maven is not installed")
}

func TestJavaVersion(t *testing.T) {
	for s, want := range map[string]int{
		`openjdk version "17.0.15" 2025-04-15`: 17,
		`java version "21" 2023-09-19 LTS`:     21,
		`java version "1.8.0_402"`:             1,
		`command not found`:                    0,
	} {
		require.Equal(t, want, javaVersion(s), s)
	}
}

func TestMavenRunsOnlyWhenSomethingChanged(t *testing.T) {
	bin, recipe := t.TempDir(), t.TempDir()
	script := "#!/bin/sh\nmkdir -p target && echo x >>target/runs\n"
	require.NoError(t, os.WriteFile(filepath.Join(bin, "mvn"), []byte(script), 0o755))
	t.Setenv("PATH", bin+":/usr/bin:/bin")
	pom := filepath.Join(recipe, "pom.xml")
	runs := func() int {
		require.NoError(t, build(t.Context(), recipe, func(string, ...any) {}))
		b, err := os.ReadFile(filepath.Join(recipe, "target", "runs"))
		require.NoError(t, err)
		return strings.Count(string(b), "x")
	}
	require.NoError(t, os.WriteFile(pom, []byte("<project/>"), 0o644))
	require.Equal(t, 1, runs())
	require.Equal(t, 1, runs())
	require.NoError(t, os.WriteFile(pom, []byte("<project></project>"), 0o644))
	require.Equal(t, 2, runs())
}

// recipe is a start script that stands for an engine.
func recipe(t *testing.T, script string) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "start.sh"), []byte("#!/bin/sh\n"+script), 0o755))
	return dir
}

func TestLaunchStopsWhatItStarted(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "f")
	pid := filepath.Join(folder, "pid")
	p, err := launch(t.Context(), recipe(t, `echo "$$" >"$1/pid"; exec sleep 300`), []string{folder}, func(context.Context) error {
		b, err := os.ReadFile(pid)
		if err == nil && len(b) == 0 {
			err = errors.New("empty yet")
		}
		return err
	})
	require.NoError(t, err)
	require.NoError(t, syscall.Kill(p.pid, 0))
	require.NoError(t, p.stop(t.Context()))
	require.ErrorIs(t, syscall.Kill(p.pid, 0), syscall.ESRCH)
}

func TestLaunchShowsWhatTheEngineSaid(t *testing.T) {
	_, err := launch(t.Context(), recipe(t, "echo port is taken; exit 1"), []string{filepath.Join(t.TempDir(), "f")},
		func(context.Context) error { return errors.New("refused") })
	require.ErrorContains(t, err, "ended while starting")
	require.ErrorContains(t, err, "port is taken")
}

func TestRecipesAreFoundAndTheirScriptsComplain(t *testing.T) {
	root, err := recipes()
	require.NoError(t, err)
	for _, name := range []string{"kafka", "elasticsearch"} {
		out, err := exec.Command(filepath.Join(root, name, "start.sh")).CombinedOutput()
		require.Error(t, err)
		require.Contains(t, string(out), "start.sh FOLDER", name)
	}
}

func TestFreePortsDiffer(t *testing.T) {
	ports, err := freePorts(8)
	require.NoError(t, err)
	seen := map[int]bool{}
	for _, p := range ports {
		require.False(t, seen[p])
		seen[p] = true
	}
}

// What a killed Postgres had confirmed is there when it runs again, at the
// address it had.
func TestPostgresIsKilledAndStartsAgain(t *testing.T) {
	e, err := Postgres(t.Context(), t.TempDir(), true)
	if err != nil && os.Getenv("CI") != "true" {
		t.Skip("SKIPPED: no Postgres can be started here: ", err)
	}
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, e.Close()) })
	address := e.Address
	do := func(sql string) {
		t.Helper()
		conn, err := pgx.Connect(t.Context(), e.Address)
		require.NoError(t, err)
		defer conn.Close(context.WithoutCancel(t.Context()))
		tag, err := conn.Exec(t.Context(), sql)
		require.NoError(t, err)
		require.EqualValues(t, 1, tag.RowsAffected())
	}
	do("CREATE TABLE kept AS SELECT 1 AS n")
	require.Error(t, e.Start(t.Context()), "it runs")
	require.NoError(t, e.Kill())
	require.NoError(t, e.Kill(), "it does not run")
	_, err = pgx.Connect(t.Context(), e.Address)
	require.Error(t, err)
	require.NoError(t, e.Start(t.Context()))
	require.Equal(t, address, e.Address)
	do("SELECT n FROM kept")
}
