// Package private runs the Postgres of an installation that names no database:
// it fetches the server's binaries once, makes a cluster in the data folder and
// starts it on a Unix socket that only this installation can reach. Why it is
// built this way is in docs/adr/0002-private-postgres.md.
package private

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Options of Start. Dir is required.
type Options struct {
	Dir string       // the installation's data folder; made when it isn't there
	Log *slog.Logger // default: slog.Default

	Database   string            // made when it isn't there; default "otklik"
	Settings   map[string]string // more of postgresql.conf's settings
	NoSync     bool              // faster, and loses data in a power cut: for tests
	Wait       time.Duration     // for a server that starts or recovers; default 2 min
	Progress   io.Writer         // where the download's progress goes; default os.Stderr
	Cache      string            // where binaries are kept; default: the system's or the user's cache folder
	Repository string            // a mirror of Maven Central; default: Maven Central itself
	Fallback   string            // root only: where data goes when Dir can't be reached by the server's user; default /var/lib
}

func (o Options) logger() *slog.Logger { return cmp.Or(o.Log, slog.Default()) }

// port is part of the socket's name and nothing else: no TCP port is opened.
const port = 5432

const superuser = "postgres"

// Server is a running private Postgres. Its methods may be called from any
// goroutine.
type Server struct {
	place    place
	database string
	log      *slog.Logger
	lock     *os.File
	proc     process
	adopted  bool
}

// Start gives the private server of o.Dir. The first start on a machine needs
// the network (15 MB). A server left by a process that was killed is adopted
// with its data. While another process uses the folder, the error says which
// and what to do. When ctx ends before the server is ready, nothing is left
// running; afterwards ctx has no meaning: the caller calls Stop.
func Start(ctx context.Context, o Options) (*Server, error) {
	log := o.logger()
	o.Wait = cmp.Or(o.Wait, 2*time.Minute)
	o.Database = cmp.Or(o.Database, "otklik")
	pl, err := findPlace(o.Dir, cmp.Or(o.Fallback, "/var/lib"), log)
	if err != nil {
		return nil, err
	}
	lock, err := lockPlace(pl)
	if err != nil {
		return nil, err
	}
	s := &Server{place: pl, database: o.Database, log: log, lock: lock}
	if err := s.start(ctx, o); err != nil {
		lock.Close()
		return nil, err
	}
	return s, nil
}

func (s *Server) start(ctx context.Context, o Options) error {
	adopted, err := s.adopt(ctx, o.Wait)
	if err != nil {
		return err
	}
	if !adopted {
		if err := s.launch(ctx, o); err != nil {
			return err
		}
	}
	if err := s.ensureDatabase(ctx); err != nil {
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
		defer cancel()
		return errors.Join(err, s.proc.stop(stop))
	}
	return nil
}

func (s *Server) launch(ctx context.Context, o Options) error {
	bin, err := newBinaries(o, s.place).ensure(ctx)
	if err != nil {
		return err
	}
	if err := s.place.prepare(); err != nil {
		return err
	}
	if err := initCluster(ctx, bin, s.place, o.NoSync); err != nil {
		return err
	}
	if err := s.run(ctx, bin, o); err != nil {
		return err
	}
	s.log.Info("private Postgres started", "pid", s.proc.pid(), "data", s.place.data(), "socket", s.place.socket)
	return nil
}

// run starts the server and waits until it answers. When a postmaster was killed,
// its other processes need a moment to notice; Postgres refuses to start beside
// them, so the start is repeated.
func (s *Server) run(ctx context.Context, bin string, o Options) error {
	const pause, tries = 200 * time.Millisecond, 100
	for try := 1; ; try++ {
		proc, err := launch(bin, s.place, o)
		if err != nil {
			return err
		}
		s.proc = proc
		if err = s.untilReady(ctx, o.Wait); err == nil {
			return nil
		}
		said := tail(s.place.log())
		if errors.Is(err, errGone) && try < tries && strings.Contains(said, "pre-existing shared memory block") {
			select {
			case <-ctx.Done():
				return context.Cause(ctx)
			case <-time.After(pause):
				continue
			}
		}
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		return errors.Join(fmt.Errorf("private Postgres: %w; its log %s ends with:\n%s", err, s.place.log(), said), proc.stop(stop))
	}
}

// adopt takes over the server of a process that was killed, or reports false
// where none runs.
func (s *Server) adopt(ctx context.Context, wait time.Duration) (bool, error) {
	pid, socket, err := s.place.orphan()
	if err != nil || pid == 0 {
		return false, err
	}
	s.place.socket = socket
	s.proc = watch(pid, s.place.data())
	err = s.untilReady(ctx, wait)
	if errors.Is(err, errGone) { // it was stopping when we came
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("private Postgres: process %d has the data in %s but does not answer: %w; stop it (kill -INT %d) and start again",
			pid, s.place.data(), err, pid)
	}
	s.adopted = true
	s.log.Warn("private Postgres adopted: the process that started it had ended without stopping it", "pid", pid, "data", s.place.data())
	return true, nil
}

// URL is the database's address, for pgx. There is no password: who may use the
// socket is decided by the permissions of its folder.
func (s *Server) URL() string { return s.address(s.database) }

func (s *Server) address(database string) string {
	u := url.URL{
		Scheme: "postgres", User: url.User(superuser), Path: "/" + database,
		RawQuery: url.Values{"host": {s.place.socket}, "port": {fmt.Sprint(port)}}.Encode(),
	}
	return u.String()
}

// Adopted tells that the server had been running before Start.
func (s *Server) Adopted() bool { return s.adopted }

// Dir is the folder with all that the server keeps. It is in Options.Dir, or
// elsewhere when the server's user can't go there.
func (s *Server) Dir() string { return s.place.root }

// PID is the number of the server's process, the postmaster.
func (s *Server) PID() int { return s.proc.pid() }

// Done is closed when the server has ended, for whatever reason.
func (s *Server) Done() <-chan struct{} { return s.proc.done() }

// Stop ends the server, breaking connections that are still open, and waits
// until its files are safe. When ctx ends first, the server is ended at once
// (its next start recovers) and the error says so. A second call does nothing.
func (s *Server) Stop(ctx context.Context) error {
	err := s.proc.stop(ctx)
	os.Remove(s.place.socket) // empty by now; the next start makes it again
	s.lock.Close()            // gives the lock back
	return err
}

var errGone = errors.New("the server has ended")

// untilReady waits until the server answers a query.
func (s *Server) untilReady(ctx context.Context, wait time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	tick := time.NewTicker(30 * time.Millisecond)
	defer tick.Stop()
	for {
		err := s.ask(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-s.proc.done():
			return errGone
		case <-ctx.Done():
			return fmt.Errorf("not ready: %w (%w)", context.Cause(ctx), err)
		case <-tick.C:
		}
	}
}

// ask makes sure that the server on the socket is the one with our data.
func (s *Server) ask(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.address("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	var dir string
	if err := conn.QueryRow(ctx, "SHOW data_directory").Scan(&dir); err != nil {
		return err
	}
	if !sameFile(dir, s.place.data()) {
		return fmt.Errorf("the server on %s has the data of %s", s.place.socket, dir)
	}
	return nil
}

const duplicateDatabase = "42P04"

func (s *Server) ensureDatabase(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.address("postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	var there bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", s.database).Scan(&there); err != nil || there {
		return err
	}
	_, err = conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{s.database}.Sanitize())
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == duplicateDatabase {
		return nil
	}
	return err
}

func sameFile(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return filepath.Clean(a) == filepath.Clean(b)
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}
