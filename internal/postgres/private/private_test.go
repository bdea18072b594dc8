package private

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
)

// envHolder makes the test binary a process that starts a server in the named
// folder, prints its address, and stops it when its input is closed.
const envHolder = "OTKLIK_PRIVATE_TEST_HOLDER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(envHolder); dir != "" {
		os.Exit(hold(dir))
	}
	os.Exit(m.Run())
}

func hold(dir string) int {
	s, err := Start(context.Background(), options(dir))
	if err != nil {
		fmt.Println("error", strings.ReplaceAll(err.Error(), "\n", " "))
		return 1
	}
	fmt.Println("url", s.URL())
	io.Copy(io.Discard, os.Stdin)
	if err := s.Stop(context.Background()); err != nil {
		fmt.Println("error", err)
		return 1
	}
	fmt.Println("stopped")
	return 0
}

func options(dir string) Options {
	return Options{Dir: dir, NoSync: true, Log: slog.New(slog.DiscardHandler)}
}

// open is a folder that everybody may enter (t.TempDir is closed to others)
// with a path short enough for a socket.
func open(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "otk")
	require.NoError(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	require.NoError(t, os.Chmod(dir, 0o755))
	return dir
}

func start(t *testing.T, o Options) *Server {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	s, err := Start(ctx, o)
	require.NoError(t, err)
	t.Cleanup(func() { stopNow(t, s) })
	return s
}

func stopNow(t *testing.T, s *Server) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	require.NoError(t, s.Stop(ctx))
}

func query[T any](t *testing.T, address, sql string) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, address)
	require.NoError(t, err)
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, sql)
	require.NoError(t, err)
	v, err := pgx.CollectExactlyOneRow(rows, pgx.RowTo[T])
	require.NoError(t, err)
	return v
}

func TestServerIsRussianAndHasNoPort(t *testing.T) {
	t.Parallel()
	s := start(t, options(open(t)))
	require.False(t, s.Adopted())
	u := s.URL()
	require.Equal(t, "отопление щёк", query[string](t, u, "SELECT lower('ОТОПЛЕНИЕ ЩЁК')"))
	require.Equal(t, "UTF8", query[string](t, u, "SHOW server_encoding"))
	require.Equal(t, "C.UTF-8", query[string](t, u, "SELECT coalesce(datlocale, datctype) FROM pg_database WHERE datname = current_database()"))
	require.Equal(t, "", query[string](t, u, "SHOW listen_addresses"))
	require.Equal(t, "otklik", query[string](t, u, "SELECT current_database()::text"))
	require.True(t, query[bool](t, u, "SELECT to_tsvector('russian', 'отопления') @@ to_tsquery('russian', 'отопление')"))
	require.True(t, query[bool](t, u, "SELECT count(*) > 0 FROM pg_available_extensions WHERE name = 'pg_trgm'"))
	info, err := os.Stat(s.place.socket)
	require.NoError(t, err)
	require.Zero(t, info.Mode().Perm()&0o077, "the socket's folder is closed to others")
	if os.Geteuid() == 0 {
		st, err := os.Stat(fmt.Sprintf("/proc/%d", s.proc.pid()))
		require.NoError(t, err)
		require.NotZero(t, st.Sys().(*syscall.Stat_t).Uid, "the server must not run as root")
	}
}

func TestDataOutlivesACleanStop(t *testing.T) {
	t.Parallel()
	dir := open(t)
	s := start(t, options(dir))
	pid := s.proc.pid()
	exec1(t, s.URL(), "CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)")
	stopNow(t, s)
	select {
	case <-s.Done():
	default:
		t.Fatal("Done is open after Stop")
	}
	require.ErrorIs(t, syscall.Kill(pid, 0), syscall.ESRCH)
	require.NoError(t, s.Stop(t.Context()), "a second Stop does nothing")

	again := start(t, options(dir))
	require.False(t, again.Adopted())
	require.Equal(t, 7, query[int](t, again.URL(), "SELECT n FROM kept"))
}

func exec1(t *testing.T, address, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	_, err = conn.Exec(t.Context(), sql)
	require.NoError(t, err)
}

func TestDoneTellsThatTheServerDied(t *testing.T) {
	t.Parallel()
	s := start(t, options(open(t)))
	require.NoError(t, syscall.Kill(s.proc.pid(), syscall.SIGQUIT))
	select {
	case <-s.Done():
	case <-time.After(20 * time.Second):
		t.Fatal("Done is open although the server was killed")
	}
}

func TestSecondStartIsRefusedWithACure(t *testing.T) {
	t.Parallel()
	dir := open(t)
	start(t, options(dir))
	_, err := Start(t.Context(), options(dir))
	require.ErrorContains(t, err, "in use by another otklik (process "+strconv.Itoa(os.Getpid())+")")
	require.ErrorContains(t, err, "--data")
	require.ErrorContains(t, err, "OTKLIK_DATABASE_URL")
}

// holder is another process with a server.
type holder struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
	url string
}

func startHolder(t *testing.T, binary, dir string, attr *syscall.SysProcAttr, env ...string) *holder {
	t.Helper()
	cmd := exec.Command(binary)
	cmd.Env = append(append(os.Environ(), envHolder+"="+dir), env...)
	cmd.Stderr, cmd.SysProcAttr, cmd.Dir = os.Stderr, attr, dir
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	h := &holder{cmd: cmd, in: in, out: bufio.NewScanner(out)}
	require.True(t, h.out.Scan(), "the holder said nothing")
	word, rest, _ := strings.Cut(h.out.Text(), " ")
	require.Equal(t, "url", word, h.out.Text())
	h.url = rest
	return h
}

func self(t *testing.T) string {
	t.Helper()
	p, err := os.Executable()
	require.NoError(t, err)
	return p
}

func TestOrphanOfAKilledParentIsAdopted(t *testing.T) {
	t.Parallel()
	dir := open(t)
	h := startHolder(t, self(t), dir, nil)
	exec1(t, h.url, "CREATE TABLE orphan (n int); INSERT INTO orphan VALUES (1)")
	started := query[time.Time](t, h.url, "SELECT pg_postmaster_start_time()")
	require.NoError(t, h.cmd.Process.Kill())
	h.cmd.Wait()

	s := start(t, options(dir))
	require.True(t, s.Adopted())
	require.Equal(t, 1, query[int](t, s.URL(), "SELECT n FROM orphan"))
	require.True(t, started.Equal(query[time.Time](t, s.URL(), "SELECT pg_postmaster_start_time()")), "it is the same server")

	pid := s.proc.pid()
	stopNow(t, s)
	require.False(t, serves(pid, s.place.data()), "an adopted server is stopped too")
}

func TestServerEndsWithItsParent(t *testing.T) {
	t.Parallel()
	dir := open(t)
	h := startHolder(t, self(t), dir, nil)
	require.NoError(t, h.in.Close())
	require.True(t, h.out.Scan())
	require.Equal(t, "stopped", h.out.Text())
	require.NoError(t, h.cmd.Wait())
	require.NoFileExists(t, filepath.Join(dir, "postgres", "data", "postmaster.pid"))
	_, err := pgx.Connect(t.Context(), h.url)
	require.Error(t, err)
}

func TestStartsAfterACrash(t *testing.T) {
	t.Parallel()
	dir := open(t)
	s := start(t, options(dir))
	exec1(t, s.URL(), "CREATE TABLE crash (n int); INSERT INTO crash VALUES (3)")
	exec1(t, s.URL(), "CHECKPOINT") // NoSync alone would lose it
	require.NoError(t, syscall.Kill(s.proc.pid(), syscall.SIGKILL))
	<-s.Done()
	require.FileExists(t, filepath.Join(s.place.data(), "postmaster.pid"), "the stale file is what this test is about")
	s.lock.Close()

	again := start(t, options(dir))
	require.False(t, again.Adopted())
	require.Equal(t, 3, query[int](t, again.URL(), "SELECT n FROM crash"))
}

func TestStartsWhenAStrangerHasTheOldProcessNumber(t *testing.T) {
	t.Parallel()
	dir := open(t)
	s := start(t, options(dir))
	pl := s.place
	require.NoError(t, syscall.Kill(s.proc.pid(), syscall.SIGKILL))
	<-s.Done()
	s.lock.Close()

	stranger := exec.Command("sleep", "300")
	stranger.SysProcAttr = pl.attr() // the same user: Postgres can see it
	require.NoError(t, stranger.Start())
	t.Cleanup(func() { stranger.Process.Kill(); stranger.Wait() })
	path := filepath.Join(pl.data(), "postmaster.pid")
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	_, rest, _ := strings.Cut(string(b), "\n")
	require.NoError(t, os.WriteFile(path, []byte(strconv.Itoa(stranger.Process.Pid)+"\n"+rest), 0o600))

	require.False(t, start(t, options(dir)).Adopted())
}

func TestLongPathsAndClosedFolders(t *testing.T) {
	t.Parallel()
	deep := filepath.Join(open(t), strings.Repeat("каталог/", 12), "data")
	s := start(t, options(deep))
	require.Less(t, len(s.place.socket)+len("/.s.PGSQL.5432"), 104)
	require.Equal(t, 1, query[int](t, s.URL(), "SELECT 1"))
	stopNow(t, s)
	require.NoDirExists(t, s.place.socket, "nothing is left in the temporary folder")
}

func TestRootKeepsDataOutsideClosedFolders(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("SKIPPED: only root has folders that the database's user can't enter")
	}
	closed := t.TempDir() // 0700, as root's home is
	require.NoError(t, os.Chmod(filepath.Dir(closed), 0o700))
	o := options(closed)
	o.Fallback = open(t)
	s := start(t, o)
	require.True(t, strings.HasPrefix(s.Dir(), o.Fallback), s.Dir())
	exec1(t, s.URL(), "CREATE TABLE elsewhere (n int); INSERT INTO elsewhere VALUES (5)")
	stopNow(t, s)

	// A renamed data folder finds its database again.
	renamed := closed + "-renamed"
	require.NoError(t, os.Rename(closed, renamed))
	t.Cleanup(func() { os.RemoveAll(renamed) })
	o.Dir = renamed
	again := start(t, o)
	require.Equal(t, 5, query[int](t, again.URL(), "SELECT n FROM elsewhere"))
}

func TestWorksForAPlainUser(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("SKIPPED: we are a plain user: the other tests prove it")
	}
	// The cache is filled by root first; the plain user can read it.
	start(t, options(open(t)))
	o, err := chooseOwner("/nonexistent")
	require.NoError(t, err)
	dir := open(t)
	binary := filepath.Join(dir, "holder")
	b, err := os.ReadFile(self(t))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(binary, b, 0o755))
	data := filepath.Join(dir, "d")
	require.NoError(t, os.Mkdir(data, 0o755))
	require.NoError(t, os.Chown(data, int(o.uid), int(o.gid)))
	h := startHolder(t, binary, data, &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: o.uid, Gid: o.gid}},
		"HOME="+data, "XDG_CACHE_HOME=/var/cache")
	require.NoError(t, h.in.Close())
	require.True(t, h.out.Scan())
	require.Equal(t, "stopped", h.out.Text())
	require.NoError(t, h.cmd.Wait())
}

func TestDataOfAnotherVersionIsRefused(t *testing.T) {
	t.Parallel()
	dir := open(t)
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "postgres", "data"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "postgres", "data", "PG_VERSION"), []byte("15\n"), 0o644))
	_, err := Start(t.Context(), options(dir))
	require.ErrorContains(t, err, "was written by Postgres 15")
	require.ErrorContains(t, err, "pg_dumpall")
}

func TestABrokenClusterShowsItsLogAndLeavesNothingRunning(t *testing.T) {
	t.Parallel()
	dir := open(t)
	o := options(dir)
	o.Settings = map[string]string{"shared_buffers": "nonsense"}
	_, err := Start(t.Context(), o)
	require.ErrorContains(t, err, "shared_buffers")
	start(t, options(dir)) // neither the lock nor a process is in the way
}

func TestSomebodyElsesSocketFolderIsRefused(t *testing.T) {
	t.Parallel()
	dir := open(t)
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "postgres", "run"), 0o755))
	require.NoError(t, os.Chmod(filepath.Join(dir, "postgres", "run"), 0o777))
	_, err := Start(t.Context(), options(dir))
	require.ErrorContains(t, err, "nobody else may enter")
}

func TestStartEndsWithItsContext(t *testing.T) {
	t.Parallel()
	dir := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := Start(ctx, options(dir))
	require.ErrorIs(t, err, context.Canceled)
	start(t, options(dir))
}

func TestNoFolderIsAnError(t *testing.T) {
	_, err := Start(t.Context(), Options{})
	require.ErrorContains(t, err, "no data folder")
}
