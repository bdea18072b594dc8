package acceptance

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/testenv"
)

// TestFirstRun starts the product as a stranger does, with nothing there: its
// own Postgres, an invented region over real HTTP, tickets within moments. Then
// it is killed, and comes back with all it had.
func TestFirstRun(t *testing.T) {
	testenv.DatabaseURL(t) // says why where no Postgres can be had
	in := &installation{t: t, dir: openFolder(t), env: []string{"OTKLIK_BOOTSTRAP_TOKEN=" + rootToken}}
	t.Cleanup(func() { in.stop() })
	run := func() {
		in.procs = nil
		in.base = in.launch("run", "--demo", "--listen", "127.0.0.1:0", "--data", in.dir).address(t)
	}
	run()
	var sources struct {
		Items []struct{ Address, Network, Health string }
	}
	in.eventually(time.Minute, "every source is read", func() bool {
		in.get("/sources", &sources)
		return len(sources.Items) == 8 && !slices.ContainsFunc(sources.Items, func(s struct{ Address, Network, Health string }) bool { return s.Health != "ok" })
	})
	in.eventually(time.Minute, "the region's past is found", func() bool { return in.count("отопление | дорога | школа") > 50 })
	in.eventually(2*time.Minute, "a ticket", func() bool { return len(in.incidents()) > 0 })
	i := in.incidents()[0]
	require.Equal(t, "RU-PRI", i.Region)
	require.NotNil(t, i.Due)
	require.Contains(t, in.must("import", "--data", in.dir, "--regions", "RU-PRI", ownLine(t)), "1 new", "beside the running one")
	in.eventually(soon, "what was imported", func() bool { return in.count("последний") == 1 })

	second, err := in.command("run", "--listen", "127.0.0.1:0", "--data", in.dir).CombinedOutput()
	require.Error(t, err, "a second one would lose its database with the first")
	require.Contains(t, string(second), "in use by another otklik")

	posts := in.count("")
	in.procs[0].kill()
	run()
	require.Contains(t, in.procs[0].log.tail(), "adopted", "the server of the killed process")
	require.GreaterOrEqual(t, in.count(""), posts)
	require.Equal(t, i.Number, in.incident(i.Number).Number)
	in.eventually(time.Minute, "the same region goes on", func() bool { return in.count("") > posts })
	in.get("/sources", &sources)
	require.Len(t, sources.Items, 8, "nothing is set up twice")
}

// openFolder is a folder that other users may enter, with a short path: a
// database's socket goes in it.
func openFolder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "otk")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o755))
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	return dir
}

// TestMisuseIsTold: what is wrong with a setting is said in one line that names
// it and the cure, with its own exit code.
func TestMisuseIsTold(t *testing.T) {
	in := &installation{t: t, dir: t.TempDir()}
	for want, c := range map[string]struct {
		env  string
		args []string
	}{
		"OTKLIK_KAFKA":         {"OTKLIK_KAFKA=http://kafka/x", []string{"run"}},
		"OTKLIK_ELASTICSEARCH": {"OTKLIK_ELASTICSEARCH=es:9200", []string{"run"}},
		"OTKLIK_RETENTION":     {"OTKLIK_RETENTION=short=3", []string{"run"}},
		"unexpected argument":  {"", []string{"run", "everything"}},
		"unknown flag":         {"", []string{"serve", "--port", "80"}},
		"--zone":               {"", []string{"import", "--zone", "Mars", "x"}},
		"--pace":               {"", []string{"simulate", "--pace", "0s"}},
		"--format":             {"", []string{"import", "--format", "xml", "x"}},
		"network:owner":        {"OTKLIK_DATABASE_URL=" + testenv.DatabaseURL(t), []string{"forget", "x"}},
	} {
		in.env = nil
		if c.env != "" {
			in.env = []string{c.env}
		}
		cmd := in.command(c.args...)
		out, err := cmd.CombinedOutput()
		require.Error(t, err, want)
		require.Equal(t, 2, cmd.ProcessState.ExitCode(), "%s: %s", want, out)
		require.Contains(t, string(out), want)
		require.NotContains(t, strings.ToLower(string(out)), "panic")
	}
}
