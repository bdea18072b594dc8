package private

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is a postmaster: our child, or one that we adopted.
type process interface {
	pid() int
	done() <-chan struct{}
	stop(ctx context.Context) error
}

// initCluster makes the cluster unless it is there. It is made beside its place
// and renamed when whole, so that a kill in between leaves nothing half done.
func initCluster(ctx context.Context, bin string, p place, noSync bool) error {
	version, err := os.ReadFile(filepath.Join(p.data(), "PG_VERSION"))
	if err == nil {
		if have := strings.TrimSpace(string(version)); have != major {
			return fmt.Errorf("the data in %s was written by Postgres %s, this otklik brings %s: move it with pg_dumpall of version %s, "+
				"or keep a server of that version and name it with OTKLIK_DATABASE_URL", p.data(), have, major, have)
		}
		return nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("private Postgres: %w", err)
	}
	fresh := p.data() + ".new"
	if err := os.RemoveAll(fresh); err != nil {
		return err
	}
	if err := os.Mkdir(fresh, 0o700); err != nil {
		return err
	}
	if err := p.give(fresh); err != nil {
		return err
	}
	args := []string{
		"--pgdata=" + fresh, "--username=" + superuser, "--encoding=UTF8", "--auth=trust",
		// The provider that is compiled in knows Cyrillic on every system,
		// whatever locales it has; the libc locale is for what still asks it.
		"--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=" + libcLocale(),
		"--text-search-config=russian",
	}
	if noSync {
		args = append(args, "--no-sync")
	}
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "bin", "initdb"), args...)
	cmd.Dir, cmd.Env, cmd.SysProcAttr = p.root, environment(), p.attr()
	if out, err := cmd.CombinedOutput(); err != nil {
		os.RemoveAll(fresh)
		return fmt.Errorf("initdb: %w\n%s", explain(err, p), out)
	}
	return os.Rename(fresh, p.data())
}

func libcLocale() string {
	if runtime.GOOS == "darwin" { // has no C.UTF-8 before version 15
		return "C"
	}
	return "C.UTF-8"
}

// environment of the server: none of ours, which may hold tokens.
func environment() []string { return []string{"PATH=/usr/bin:/bin", "LC_ALL=C", "TZ=UTC"} }

// explain adds the cure to what the kernel says when users can't be changed,
// as in a container without that right.
func explain(err error, p place) error {
	if p.owner != nil && (errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.EACCES)) {
		return fmt.Errorf("%w: can't run as user %s: start otklik as a user other than root, or name a database with OTKLIK_DATABASE_URL", err, p.owner.name)
	}
	return err
}

func settings(p place, o Options) []string {
	s := map[string]string{
		"listen_addresses":        "",
		"port":                    strconv.Itoa(port),
		"unix_socket_directories": p.socket,
		"unix_socket_permissions": "0700",
		"max_connections":         "100",
		"timezone":                "UTC",
		"log_timezone":            "UTC",
		"jit":                     "off", // compiling costs more than our short queries take
		// Errors go to the client. Here they would fill the disk, and their
		// statements hold what people wrote.
		"log_min_messages":        "log",
		"log_min_error_statement": "panic",
		"log_checkpoints":         "off",
	}
	if o.NoSync {
		s["fsync"], s["synchronous_commit"], s["full_page_writes"] = "off", "off", "off"
	}
	for k, v := range o.Settings {
		s[k] = v
	}
	var args []string
	for k, v := range s {
		args = append(args, "-c", k+"="+v)
	}
	return args
}

func launch(bin string, p place, o Options) (*child, error) {
	// Appending: what is left of a killed server may still write into it too.
	out, err := os.OpenFile(p.log(), os.O_CREATE|os.O_WRONLY|os.O_APPEND|os.O_TRUNC|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, err
	}
	defer out.Close() // the child has its own copy
	cmd := exec.Command(filepath.Join(bin, "bin", "postgres"), slices.Concat([]string{"-D", p.data()}, settings(p, o))...)
	cmd.Dir, cmd.Env, cmd.SysProcAttr = p.root, environment(), p.attr()
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("private Postgres: %w", explain(err, p))
	}
	c := &child{cmd: cmd, ended: make(chan struct{})}
	go func() {
		cmd.Wait() // how it ended is in its log
		close(c.ended)
	}()
	return c, nil
}

type child struct {
	cmd   *exec.Cmd
	ended chan struct{}
}

func (c *child) pid() int              { return c.cmd.Process.Pid }
func (c *child) done() <-chan struct{} { return c.ended }
func (c *child) stop(ctx context.Context) error {
	return stop(ctx, c, func(s syscall.Signal) error { return c.cmd.Process.Signal(s) })
}

// adoptee is a postmaster that is not our child: its end is seen by looking.
type adoptee struct {
	id    int
	data  string
	ended chan struct{}
}

func watch(pid int, data string) *adoptee {
	a := &adoptee{id: pid, data: data, ended: make(chan struct{})}
	go func() {
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for range tick.C {
			if !serves(pid, data) {
				close(a.ended)
				return
			}
		}
	}()
	return a
}

func (a *adoptee) pid() int              { return a.id }
func (a *adoptee) done() <-chan struct{} { return a.ended }
func (a *adoptee) stop(ctx context.Context) error {
	return stop(ctx, a, func(s syscall.Signal) error {
		if !serves(a.id, a.data) { // the number may be somebody else's by now
			return nil
		}
		return syscall.Kill(a.id, s)
	})
}

// stop asks for a fast shutdown (SIGINT), and when ctx ends, for an immediate
// one (SIGQUIT): PostgreSQL manual, «Shutting Down the Server».
func stop(ctx context.Context, p process, signal func(syscall.Signal) error) error {
	select {
	case <-p.done():
		return nil
	default:
	}
	if err := signal(syscall.SIGINT); err != nil && !errors.Is(err, os.ErrProcessDone) && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("stop Postgres: %w", err)
	}
	select {
	case <-p.done():
		return nil
	case <-ctx.Done():
	}
	signal(syscall.SIGQUIT)
	select {
	case <-p.done():
		return fmt.Errorf("Postgres was ended at once, its next start recovers: %w", context.Cause(ctx))
	case <-time.After(10 * time.Second):
		return fmt.Errorf("Postgres (process %d) does not end: %w", p.pid(), context.Cause(ctx))
	}
}

// orphan finds a postmaster that runs on the cluster: its process and the
// folder of its socket; 0 when there is none.
func (p place) orphan() (pid int, socket string, err error) {
	path := filepath.Join(p.data(), "postmaster.pid")
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, "", nil
	}
	if err != nil {
		return 0, "", fmt.Errorf("private Postgres: %w; the cluster belongs to another user: start otklik as that user or name another folder with --data", err)
	}
	// Lines (src/include/utils/pidfile.h): process, data folder, start time,
	// port, socket's folder, listen address, shared memory, state.
	lines := strings.Split(string(b), "\n")
	pid, err = strconv.Atoi(strings.TrimSpace(lines[0]))
	if err != nil || pid <= 0 {
		return 0, "", nil // half written: Postgres itself decides
	}
	if !serves(pid, p.data()) {
		return 0, "", p.disown(path, pid, lines)
	}
	if len(lines) > 4 && filepath.IsAbs(lines[4]) {
		return pid, lines[4], nil
	}
	return pid, p.socket, nil // still starting: the line is not there yet
}

// disown mends a stale file whose process number belongs to some other program
// by now: Postgres would refuse to start. The number of its own parent it knows
// to be no postmaster, and the line about shared memory, which guards against
// backends that outlived theirs, stays.
func (p place) disown(path string, pid int, lines []string) error {
	if syscall.Kill(pid, 0) != nil {
		return nil // no such process: Postgres sees that itself
	}
	lines[0] = strconv.Itoa(os.Getpid())
	// The file is the owner's: written in place, it stays so.
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_TRUNC|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.WriteString(strings.Join(lines, "\n"))
	return err
}

// serves tells whether a process is the postmaster of a data folder. On Linux
// a postmaster's working folder is its data folder; elsewhere being alive has
// to do.
func serves(pid int, data string) bool {
	if runtime.GOOS != "linux" {
		return syscall.Kill(pid, 0) == nil
	}
	cwd, err := os.Stat(fmt.Sprintf("/proc/%d/cwd", pid))
	if err != nil {
		return false
	}
	there, err := os.Stat(data)
	return err == nil && os.SameFile(cwd, there)
}

// tail gives the end of a log for an error message.
func tail(path string) string {
	f, err := os.Open(path)
	if err != nil {
		return err.Error()
	}
	defer f.Close()
	const most = 2000
	if info, err := f.Stat(); err == nil && info.Size() > most {
		f.Seek(-most, io.SeekEnd)
	}
	b, _ := io.ReadAll(io.LimitReader(f, most))
	return strings.TrimSpace(string(b))
}
