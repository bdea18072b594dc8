package acceptance

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/testenv"
)

// pgTools is a folder with pg_dump and pg_restore, and a server that they
// understand: they know servers of their own version and of older ones.
type pgTools struct {
	bin   string
	admin string // address of a database whose user may make others
}

// findTools looks for pg_dump: where there is one for the test server, that is
// used; otherwise the server that lies beside a pg_dump is started.
func findTools(t *testing.T) pgTools {
	t.Helper()
	testenv.DatabaseURL(t) // says why where no Postgres can be had
	admin := os.Getenv(testenv.EnvDatabase)
	server := majorOf(t, admin)
	found, newest := "", 0
	for _, bin := range toolFolders() {
		out, err := exec.Command(filepath.Join(bin, "pg_dump"), "--version").Output()
		if err != nil {
			continue
		}
		m := regexp.MustCompile(`\) (\d+)`).FindSubmatch(out)
		if m == nil {
			continue
		}
		if n, _ := strconv.Atoi(string(m[1])); n > newest {
			found, newest = bin, n
		}
	}
	switch {
	case found == "":
		testenv.Missing(t, "pg_dump", "install the programs of Postgres (postgresql-client)")
	case newest >= server:
		return pgTools{found, admin}
	}
	if _, err := os.Stat(filepath.Join(found, "initdb")); err != nil {
		testenv.Missing(t, fmt.Sprintf("pg_dump for Postgres %d", server), fmt.Sprintf("pg_dump %d is too old for it, and no server of its own version lies beside it", newest))
	}
	t.Logf("the test server is Postgres %d, pg_dump is of %d: using the server beside it", server, newest)
	return pgTools{found, startServer(t, found)}
}

func toolFolders() []string {
	all, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	more, _ := filepath.Glob("/usr/pgsql-*/bin")
	all = append(all, more...)
	if p, err := exec.LookPath("pg_dump"); err == nil {
		all = append(all, filepath.Dir(p))
	}
	return all
}

func majorOf(t *testing.T, address string) (major int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	require.NoError(t, conn.QueryRow(t.Context(), `SELECT current_setting('server_version_num')::int / 10000`).Scan(&major))
	return major
}

// startServer makes a cluster in a folder of its own and runs it until the test
// ends, as another user where we are root: Postgres refuses that one.
func startServer(t *testing.T, bin string) (admin string) {
	t.Helper()
	dir := openFolder(t)
	as := unprivileged(t, dir)
	run := func(name string, args ...string) *exec.Cmd {
		cmd := exec.Command(filepath.Join(bin, name), args...)
		cmd.SysProcAttr, cmd.Dir = as, dir
		return cmd
	}
	data := filepath.Join(dir, "data")
	out, err := run("initdb", "-D", data, "-U", "otklik", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync").CombinedOutput()
	require.NoError(t, err, "%s", out)
	server := run("postgres", "-D", data, "-k", dir, "-c", "listen_addresses=", "-c", "fsync=off")
	require.NoError(t, server.Start())
	t.Cleanup(func() {
		require.NoError(t, server.Process.Signal(syscall.SIGINT))
		require.NoError(t, server.Wait())
	})
	admin = "postgres://otklik@/postgres?" + url.Values{"host": {dir}, "port": {"5432"}}.Encode()
	over := time.After(time.Minute)
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := pgx.Connect(t.Context(), admin)
		if err == nil {
			require.NoError(t, conn.Close(t.Context()))
			return admin
		}
		select {
		case <-over:
			t.Fatalf("the server of %s does not answer: %v", bin, err)
		case <-tick.C:
		}
	}
}

// unprivileged gives the folder to a user whom Postgres accepts, and how to be
// them; nil: we are.
func unprivileged(t *testing.T, dir string) *syscall.SysProcAttr {
	t.Helper()
	if os.Getuid() != 0 {
		return nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.Atoi(u.Uid)
		require.NoError(t, err)
		gid, err := strconv.Atoi(u.Gid)
		require.NoError(t, err)
		require.NoError(t, os.Chown(dir, uid, gid))
		return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	}
	testenv.Missing(t, "a user for Postgres", "make a user nobody")
	return nil
}

// database makes an empty database of the tools' server, dropped when the test ends.
func (p pgTools) database(t *testing.T) string {
	t.Helper()
	name := "otklik_test_" + fmt.Sprintf("%d_%d", os.Getpid(), time.Now().UnixNano())
	p.admin1(t, "CREATE DATABASE "+name)
	t.Cleanup(func() { p.admin1(t, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)") })
	u, err := url.Parse(p.admin)
	require.NoError(t, err)
	u.Path = "/" + name
	return u.String()
}

// wipe drops a database and makes it again, empty.
func (p pgTools) wipe(t *testing.T, address string) {
	t.Helper()
	u, err := url.Parse(address)
	require.NoError(t, err)
	p.admin1(t, "DROP DATABASE "+u.Path[1:]+" WITH (FORCE)")
	p.admin1(t, "CREATE DATABASE "+u.Path[1:])
}

func (p pgTools) admin1(t *testing.T, sql string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, p.admin)
	require.NoError(t, err)
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, sql)
	require.NoError(t, err, sql)
}

// run runs one of the tools.
func (p pgTools) run(t *testing.T, tool string, args ...string) {
	t.Helper()
	out, err := exec.Command(filepath.Join(p.bin, tool), args...).CombinedOutput()
	require.NoError(t, err, "%s: %s", tool, out)
}
