package main

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// ownCPU is what this process has used.
func ownCPU() time.Duration {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// meter reads how much CPU this process and its engines have used. Where other
// work goes on beside a measurement, CPU says more than time does. An engine
// that isn't a process of this machine is left out.
type meter struct {
	engines []metered
}

type metered struct {
	name string
	pid  int
}

// metering gives the meter of an installation.
func (in *installation) metering(ctx context.Context) *meter {
	if in.meter != nil {
		return in.meter
	}
	m := new(meter)
	in.meter = m
	backend := 0
	if in.pool.QueryRow(ctx, `SELECT pg_backend_pid()`).Scan(&backend) == nil {
		if s, ok := processOf(backend); ok && strings.HasPrefix(s.name, "postgres") {
			m.engines = append(m.engines, metered{"Postgres", s.parent})
		}
	}
	for name, addresses := range map[string][]string{"Kafka": in.config.Kafka, "Elasticsearch": in.config.Elasticsearch} {
		for _, a := range addresses {
			if pid, ok := listener(a); ok {
				m.engines = append(m.engines, metered{name, pid})
			}
		}
	}
	return m
}

// usage is CPU by whose it is; "" is this process.
type usage map[string]time.Duration

func (m *meter) read() usage {
	u := usage{"": ownCPU()}
	for _, e := range m.engines {
		u[e.name] += tree(e.pid)
	}
	return u
}

// since gives what was used since, a post.
func (m *meter) since(before usage, posts int) usage {
	u := m.read()
	for name := range u {
		u[name] = (u[name] - before[name]) / time.Duration(posts)
	}
	return u
}

func (u usage) total() (all time.Duration) {
	for _, d := range u {
		all += d
	}
	return all
}

func (u usage) String() string {
	parts := fmt.Sprintf("Otklik %d", u[""].Microseconds())
	for _, name := range []string{"Postgres", "Kafka", "Elasticsearch"} {
		if d, ok := u[name]; ok {
			parts += fmt.Sprintf(", %s %d", name, d.Microseconds())
		}
	}
	return parts
}

// process is a line of /proc.
type process struct {
	name         string
	parent       int
	own, waited4 time.Duration // CPU of itself, and of the children that ended
}

func processOf(pid int) (p process, ok bool) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	open, closed := bytes.IndexByte(b, '('), bytes.LastIndexByte(b, ')')
	if err != nil || open < 0 || closed < open {
		return p, false
	}
	f := strings.Fields(string(b[closed+1:]))
	const parent, times = 1, 11 // the fields after the name, which is the second
	if len(f) < times+4 {
		return p, false
	}
	ticks := func(i int) time.Duration {
		n, _ := strconv.ParseInt(f[i], 10, 64) // the kernel writes numbers
		return time.Duration(n) * (time.Second / 100)
	}
	p.name = string(b[open+1 : closed])
	p.parent, _ = strconv.Atoi(f[parent])
	p.own, p.waited4 = ticks(times)+ticks(times+1), ticks(times+2)+ticks(times+3)
	return p, true
}

// tree is the CPU of a process and its children, also those that ended.
func tree(pid int) time.Duration {
	p, _ := processOf(pid)
	all := p.own + p.waited4
	for _, path := range glob("/proc/[0-9]*") {
		child, _ := strconv.Atoi(filepath.Base(path))
		if c, ok := processOf(child); ok && c.parent == pid {
			all += c.own
		}
	}
	return all
}

// listener finds the process that listens at an address of this machine.
func listener(address string) (pid int, ok bool) {
	_, address, _ = cutScheme(address)
	_, port, err := net.SplitHostPort(address)
	n, err2 := strconv.Atoi(port)
	if err != nil || err2 != nil {
		return 0, false
	}
	sockets := map[string]bool{}
	for _, file := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		b, _ := os.ReadFile(file)
		for line := range strings.Lines(string(b)) {
			f := strings.Fields(line)
			const local, state, inode = 1, 3, 9
			if len(f) > inode && f[state] == "0A" && strings.HasSuffix(f[local], fmt.Sprintf(":%04X", n)) {
				sockets["socket:["+f[inode]+"]"] = true
			}
		}
	}
	for _, path := range glob("/proc/[0-9]*/fd/*") {
		if to, err := os.Readlink(path); err == nil && sockets[to] {
			pid, err := strconv.Atoi(strings.Split(path, "/")[2])
			return pid, err == nil
		}
	}
	return 0, false
}

func glob(pattern string) []string {
	paths, _ := filepath.Glob(pattern) // the patterns are right
	return paths
}

func cutScheme(address string) (scheme, rest string, ok bool) {
	if scheme, rest, ok = strings.Cut(address, "://"); ok {
		return scheme, strings.TrimSuffix(rest, "/"), true
	}
	return "", address, false
}
