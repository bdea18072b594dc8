package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/otklik/otklik/internal/testenv/client"
)

const (
	rootToken   = "torture-bootstrap-token"
	restartWait = 300 * time.Millisecond // as a supervisor's RestartSec
	stopLimit   = 10 * time.Second       // a clean stop takes no longer
	young       = 2 * time.Second        // a process that has begun nothing yet ends by the signal itself
)

// product is the binary as a supervisor runs it: one process a role or more,
// each started again when it ends.
type product struct {
	client.Client
	binary string
	env    []string
	folder string

	ctx   context.Context // ends all supervision
	end   context.CancelFunc
	tasks sync.WaitGroup

	mu    sync.Mutex
	units []*unit
	lost  []string // ends that nobody asked for
}

// unit is one process that is kept running.
type unit struct {
	name string
	args []string
	log  *tail

	mu    sync.Mutex
	cmd   *exec.Cmd
	began time.Time
	ended chan struct{}
	asked bool // its end was asked for
	gone  bool // and it is not to come back
}

func newProduct(ctx context.Context, binary, folder string, env []string) (*product, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		return nil, err
	}
	p := &product{Client: client.Client{Base: "http://" + address, Token: rootToken}, binary: binary, folder: folder,
		env: append(slices.Clone(env), "OTKLIK_BOOTSTRAP_TOKEN="+rootToken, "OTKLIK_DATA="+folder, "OTKLIK_MAX_CONNS=15", "OTKLIK_LOG_LEVEL=info")}
	p.ctx, p.end = context.WithCancel(ctx)
	return p, nil
}

func (p *product) command(args ...string) *exec.Cmd {
	cmd := exec.Command(p.binary, args...)
	cmd.Env = append(os.Environ(), p.env...)
	cmd.Dir = p.folder
	return cmd
}

// migrate prepares the database before anything serves.
func (p *product) migrate() error {
	if out, err := p.command("migrate").CombinedOutput(); err != nil {
		return fmt.Errorf("migrate: %w\n%s", err, out)
	}
	return nil
}

// add starts a unit and keeps it running.
func (p *product) add(name string, args ...string) *unit {
	u := &unit{name: name, args: args, log: new(tail)}
	p.mu.Lock()
	p.units = append(p.units, u)
	p.mu.Unlock()
	p.tasks.Go(func() { p.supervise(u) })
	return u
}

// addAll starts one process of every role.
func (p *product) addAll() {
	for _, role := range []string{"crawl", "index", "desk"} {
		p.add(role, role)
	}
	p.add("serve", "serve", "--listen", strings.TrimPrefix(p.Base, "http://"))
}

func (p *product) supervise(u *unit) {
	for {
		u.mu.Lock()
		if u.gone || p.ctx.Err() != nil {
			u.mu.Unlock()
			return
		}
		cmd := p.command(u.args...)
		cmd.Stdout, cmd.Stderr = u.log, u.log
		err := cmd.Start()
		ended := make(chan struct{})
		u.cmd, u.began, u.ended, u.asked = cmd, time.Now(), ended, false
		u.mu.Unlock()
		if err == nil {
			err = cmd.Wait()
		}
		u.mu.Lock()
		close(ended)
		asked := u.asked
		u.mu.Unlock()
		if !asked && p.ctx.Err() == nil {
			p.mu.Lock()
			p.lost = append(p.lost, fmt.Sprintf("%s ended by itself: %v", u.name, err))
			p.mu.Unlock()
		}
		select {
		case <-p.ctx.Done():
			return
		case <-time.After(restartWait):
		}
	}
}

// signal sends a signal to a unit's present process and gives its beginning and
// its end.
func (u *unit) signal(s syscall.Signal, forGood bool) (cmd *exec.Cmd, began time.Time, ended <-chan struct{}) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.gone = u.gone || forGood
	if u.cmd == nil || u.cmd.Process == nil {
		done := make(chan struct{})
		close(done)
		return nil, began, done
	}
	select {
	case <-u.ended: // it was killed a moment ago, and has not come back yet
		return nil, began, u.ended
	default:
	}
	u.asked = true
	u.cmd.Process.Signal(s) // it may have ended: then ended tells
	return u.cmd, u.began, u.ended
}

// kill ends a unit's process as a crash does; it comes back.
func (u *unit) kill() {
	_, _, ended := u.signal(syscall.SIGKILL, false)
	<-ended
}

// stop asks a unit's process to end and says what was wrong with how it did.
func (u *unit) stop(forGood bool) error {
	asked := time.Now()
	cmd, began, ended := u.signal(syscall.SIGTERM, forGood)
	if cmd == nil {
		return nil
	}
	select {
	case <-ended:
		s := cmd.ProcessState
		if w, ok := s.Sys().(syscall.WaitStatus); ok && w.Signaled() && w.Signal() == syscall.SIGTERM && asked.Sub(began) < young {
			return nil
		}
		if !s.Success() {
			return fmt.Errorf("%s on SIGTERM: %s\n%s", u.name, s, u.log)
		}
		return nil
	case <-time.After(stopLimit):
		cmd.Process.Kill()
		<-ended
		return fmt.Errorf("%s did not end within %s of SIGTERM\n%s", u.name, stopLimit, u.log)
	}
}

// named gives the units of a role.
func (p *product) named(name string) (all []*unit) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, u := range p.units {
		if u.name == name {
			all = append(all, u)
		}
	}
	return all
}

// forget takes a unit that was stopped for good off the list.
func (p *product) forget(u *unit) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.units = slices.DeleteFunc(p.units, func(x *unit) bool { return x == u })
}

// close stops everything and says what did not stop as it should.
func (p *product) close() error {
	p.mu.Lock()
	units := p.units
	p.units = nil // a second call finds nothing to stop
	p.mu.Unlock()
	errs := make([]error, len(units))
	var all sync.WaitGroup
	for i, u := range units {
		all.Go(func() { errs[i] = u.stop(true) })
	}
	all.Wait()
	p.end()
	p.tasks.Wait()
	return errors.Join(errs...)
}

// said gives the ends of the logs of all that runs.
func (p *product) said() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var b strings.Builder
	for _, u := range p.units {
		fmt.Fprintf(&b, "--- %s\n%s\n", u.name, u.log)
	}
	return b.String()
}

type object = map[string]any

// until waits for something that other processes bring about.
func until(ctx context.Context, limit time.Duration, what string, ok func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		done, err := ok()
		if done && err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("not within %s: %s", limit, what), err)
		case <-tick.C:
		}
	}
}

// tail keeps the end of what a process says.
type tail struct {
	mu sync.Mutex
	b  []byte
}

const tailSize = 8 << 10

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b = append(t.b, p...)
	if n := len(t.b) - tailSize; n > tailSize {
		t.b = append(t.b[:0], t.b[n:]...)
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.b[max(0, len(t.b)-tailSize):])
}
