package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/internal/postgres"
)

// runCommand is `otklik run`.
type runCommand struct {
	serveCommand
	Demo bool `help:"Serve an invented region over loopback HTTP and crawl it."`
}

// serveCommand is `otklik serve`.
type serveCommand struct {
	Listen    string `default:"127.0.0.1:8080" env:"OTKLIK_LISTEN" help:"Address of the HTTP API, host:port; port 0 takes a free one."`
	Bootstrap string `env:"OTKLIK_BOOTSTRAP_TOKEN" hidden:"" help:"Becomes the first administrator's API token."`
}

// roleCommand is `otklik crawl`, `index` and `desk`: no flags of their own.
type roleCommand struct{}

// open makes the parts for a command and closes them after it.
func (p *process) open(f func(a *App) error) error {
	a, err := Open(p.ctx, p.config, p.version, p.log)
	if err != nil {
		return err
	}
	return errors.Join(f(a), a.Close())
}

// Run starts all roles and prints the address when requests are answered.
func (c *runCommand) Run(p *process) error {
	return p.open(func(a *App) error {
		roles := []role{a.crawlRole, a.indexRole, a.deskRole}
		if c.Demo {
			demo, err := a.openDemo(p.ctx)
			if err != nil {
				return fmt.Errorf("demonstration: %w", err)
			}
			roles = append(roles, demo)
		}
		return c.serve(p, a, c.Demo, roles...)
	})
}

// Run serves the API alone.
func (c *serveCommand) Run(p *process) error {
	return p.open(func(a *App) error { return c.serve(p, a, false) })
}

func (c *serveCommand) serve(p *process, a *App, keep bool, more ...role) error {
	if err := a.bootstrap(p, c.Bootstrap, keep); err != nil {
		return err
	}
	l, err := new(net.ListenConfig).Listen(p.ctx, "tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("%w; choose another address with --listen", err)
	}
	serving := a.serveRole(l)
	if err := a.inviteSetup(p, l.Addr()); err != nil {
		return errors.Join(err, l.Close())
	}
	fmt.Fprintf(p.stdout, "listening on http://%s\n", l.Addr())
	return a.together(p.ctx, append(more, serving)...)
}

// Run is chosen by the command's name.
func (roleCommand) Run(p *process, r roleName) error {
	return p.open(func(a *App) error {
		roles := map[roleName]role{"crawl": a.crawlRole, "index": a.indexRole, "desk": a.deskRole}
		return a.together(p.ctx, roles[r])
	})
}

// roleName is the name of the command that is run.
type roleName string

// demoToken is the file in the data folder where a demonstration keeps its token.
const demoToken = "demo-token"

// bootstrap makes the first administrator's token, at the first start only. One
// that was given is used; otherwise one is invented and shown this once.
func (a *App) bootstrap(p *process, given string, keep bool) error {
	secret, file := given, filepath.Join(a.config.Data, demoToken)
	if secret == "" {
		secret = "otk_" + rand.Text()
	}
	made, err := a.tokens.Bootstrap(p.ctx, secret)
	if err != nil {
		return fmt.Errorf("OTKLIK_BOOTSTRAP_TOKEN: %w", err)
	}
	switch {
	case made && given == "":
		fmt.Fprintf(p.stderr, "token: %s\n(the administrator's; it is shown this once)\n", secret)
	case !made && keep && given == "":
		kept, err := os.ReadFile(file)
		if err == nil {
			fmt.Fprintf(p.stderr, "token: %s\n", strings.TrimSpace(string(kept)))
		} else if !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if !made || !keep {
		return nil
	}
	if err := os.MkdirAll(a.config.Data, 0o755); err != nil {
		return err
	}
	return os.WriteFile(file, []byte(secret+"\n"), 0o600)
}

// migrateCommand is `otklik migrate`.
type migrateCommand struct{}

// Run brings the schema up to date; Open has done it when it returns. Where the
// second lock is missing it says how to get it, and that is no failure: the
// first one holds.
func (migrateCommand) Run(p *process) error {
	if p.config.DatabaseURL == "" {
		p.config.visit = true
		return p.open(func(*App) error { return nil })
	}
	pool, err := postgres.Open(p.ctx, p.config.DatabaseURL, postgres.Options{MaxConns: 2, Log: p.log})
	if err != nil {
		return err
	}
	defer pool.Close()
	if err := postgres.Migrate(p.ctx, p.config.DatabaseURL); err != nil {
		return err
	}
	fmt.Fprintln(p.stdout, "the schema is up to date")
	st, err := store.Open(pool, time.Now)
	if err != nil {
		return err
	}
	missing, err := missingLock(p.ctx, st)
	if missing != "" {
		fmt.Fprintln(p.stderr, missing)
	}
	return err
}

// versionCommand is `otklik version`.
type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run(p *process) error {
	_, err := fmt.Fprintln(p.stdout, p.version)
	return err
}

// Serve opens an installation, makes the first administrator's token of
// bootstrap, and runs all roles, answering on l, until ctx ends: what
// `otklik run` does, for measuring within one process.
func Serve(ctx context.Context, c *Config, log *slog.Logger, l net.Listener, bootstrap string) error {
	a, err := Open(ctx, c, "bench", log)
	if err != nil {
		return err
	}
	_, err = a.tokens.Bootstrap(ctx, bootstrap)
	if err == nil {
		err = a.together(ctx, a.crawlRole, a.indexRole, a.deskRole, a.serveRole(l))
	}
	return errors.Join(err, a.Close())
}
