package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"

	"github.com/jackc/pgx/v5"

	"github.com/otklik/otklik/internal/testenv/engine"
)

// engineName is one of those that can be hurt.
type engineName string

const (
	postgres      engineName = "postgres"
	kafka         engineName = "kafka"
	elasticsearch engineName = "elasticsearch"
)

// hurtable is an engine behind its proxy, with its data in a folder of its own,
// which is a small file system where we may mount one.
type hurtable struct {
	*engine.Engine
	url    *url.URL // of Postgres
	proxy  *proxy
	folder string
	disk   bool // folder is a mount
}

// engines are the engines of all runs. They are started once: each run has a
// database and a prefix of its own.
type engines struct {
	folder string
	all    map[engineName]*hurtable
	runs   atomic.Int64
}

// diskSize is what an engine gets where we may mount: much more than a run
// needs; a full disk is made by a file that takes the rest.
const diskSize = "2g"

// startEngines starts those of a shape; small gives each a disk that can be filled,
// where we may mount one.
func startEngines(ctx context.Context, grown, small bool, say engine.Say) (e *engines, err error) {
	e = &engines{all: map[engineName]*hurtable{}}
	defer func() {
		if err != nil {
			err = errors.Join(err, e.close())
		}
	}()
	if e.folder, err = os.MkdirTemp("", "tort"); err != nil { // short: a socket's path goes in it
		return e, err
	}
	if err := os.Chmod(e.folder, 0o755); err != nil { // the database's user must get in
		return e, err
	}
	names := []engineName{postgres}
	if grown {
		names = append(names, kafka, elasticsearch)
	}
	for _, name := range names {
		h, err := e.prepare(name, small)
		if err != nil {
			return e, err
		}
		if err := h.begin(ctx, name, say); err != nil {
			return e, fmt.Errorf("%s: %w", name, err)
		}
	}
	return e, nil
}

func (e *engines) prepare(name engineName, small bool) (h *hurtable, err error) {
	h = &hurtable{folder: filepath.Join(e.folder, string(name[:2]))}
	e.all[name] = h
	if err := os.Mkdir(h.folder, 0o755); err != nil {
		return h, err
	}
	h.disk = small && syscall.Mount("tmpfs", h.folder, "tmpfs", 0, "mode=0755,size="+diskSize) == nil
	h.proxy, err = newProxy()
	return h, err
}

func (h *hurtable) begin(ctx context.Context, name engineName, say engine.Say) (err error) {
	network, target := "tcp", ""
	switch name {
	case postgres:
		if h.Engine, err = engine.Postgres(ctx, h.folder, true); err != nil {
			return err
		}
		if h.url, err = url.Parse(h.Address); err != nil {
			return err
		}
		q := h.url.Query()
		network, target = "unix", fmt.Sprintf("%s/.s.PGSQL.%s", q.Get("host"), q.Get("port"))
	case kafka:
		if h.Engine, err = engine.Kafka(ctx, h.folder, h.proxy.address(), say); err != nil {
			return err
		}
		target = h.Address
	case elasticsearch:
		if h.Engine, err = engine.Elasticsearch(ctx, h.folder, say); err != nil {
			return err
		}
		target = strings.TrimPrefix(h.Address, "http://")
	}
	h.proxy.serve(network, target)
	return nil
}

// again starts a killed engine at once, as a supervisor does.
func (h *hurtable) again(ctx context.Context) error {
	if err := h.Kill(); err != nil {
		return err
	}
	return h.Start(ctx)
}

// fill takes what is left of the engine's disk; the answer gives it back.
func (h *hurtable) fill() (empty func() error, err error) {
	if !h.disk {
		return nil, errNoDisk
	}
	f, err := os.Create(filepath.Join(h.folder, "filler"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var s syscall.Statfs_t
	if err := syscall.Statfs(h.folder, &s); err != nil {
		return nil, err
	}
	// In pieces: the engine writes meanwhile. The last ones are a page each.
	size := int64(0)
	for piece := int64(1 << 20); piece >= s.Bsize; piece /= 16 {
		for err = nil; err == nil && size <= int64(s.Blocks)*s.Bsize; {
			if err = syscall.Fallocate(int(f.Fd()), 0, size, piece); err == nil {
				size += piece
			}
		}
		if !errors.Is(err, syscall.ENOSPC) {
			return nil, fmt.Errorf("fill the disk: %w", err)
		}
	}
	return func() error { return os.Remove(f.Name()) }, nil
}

var errNoDisk = errors.New("no small disk can be mounted here (it takes the right to mount)")

// drop gives back the room that a run's database takes: a small disk holds a few.
func (e *engines) drop(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	conn, err := pgx.Connect(ctx, e.all[postgres].Address)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, "DROP DATABASE "+name+" WITH (FORCE)")
	return err
}

// stage makes a database for one run and gives its name, which is the prefix of
// all else that the run has.
func (e *engines) stage(ctx context.Context) (name string, err error) {
	name = fmt.Sprintf("run%d", e.runs.Add(1))
	conn, err := pgx.Connect(ctx, e.all[postgres].Address)
	if err != nil {
		return "", err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	_, err = conn.Exec(ctx, "CREATE DATABASE "+name)
	return name, err
}

// database is the address of a run's database, past the proxy.
func (e *engines) database(name string) string {
	u := *e.all[postgres].url
	u.Path = "/" + name
	return u.String()
}

// env is what the product's processes find in their environment.
func (e *engines) env(name string) []string {
	env := []string{"OTKLIK_PREFIX=" + name, fmt.Sprintf("OTKLIK_DATABASE_URL=postgres://postgres@%s/%s?sslmode=disable", e.all[postgres].proxy.address(), name)}
	if k := e.all[kafka]; k != nil {
		env = append(env, "OTKLIK_KAFKA="+k.proxy.address())
	}
	if x := e.all[elasticsearch]; x != nil {
		env = append(env, "OTKLIK_ELASTICSEARCH=http://"+x.proxy.address())
	}
	return env
}

func (e *engines) shape() string {
	if e.all[kafka] != nil {
		return "grown"
	}
	return "postgres"
}

func (e *engines) close() error {
	var errs []error
	for _, h := range e.all {
		if h.Engine != nil {
			errs = append(errs, h.Engine.Close())
		}
		if h.proxy != nil {
			errs = append(errs, h.proxy.close())
		}
		if h.disk {
			errs = append(errs, syscall.Unmount(h.folder, syscall.MNT_DETACH))
		}
	}
	return errors.Join(append(errs, os.RemoveAll(e.folder))...)
}
