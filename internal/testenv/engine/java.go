package engine

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const oldestJava = 17

// java builds an engine of deploy/engines where needed, starts it on free ports
// and waits until ready says so. more is the last argument of its recipe.
func java(ctx context.Context, name, folder, more string, say Say, ready func(context.Context, string) error) (*Engine, error) {
	root, err := recipes()
	if err != nil {
		return nil, err
	}
	recipe := filepath.Join(root, name)
	if err := javaIsThere(ctx); err != nil {
		return nil, err
	}
	if err := build(ctx, recipe, say); err != nil {
		return nil, err
	}
	// Between choosing a free port and taking it, another process may take it.
	const tries = 3
	for try := 1; ; try++ {
		folder := filepath.Join(folder, fmt.Sprintf("%s-%d", name, try))
		ports, err := freePorts(2)
		if err != nil {
			return nil, err
		}
		e := &Engine{Address: net.JoinHostPort("127.0.0.1", strconv.Itoa(ports[0]))}
		e.start = func(ctx context.Context) (*process, error) {
			address := net.JoinHostPort("127.0.0.1", strconv.Itoa(ports[0]))
			args := []string{folder, strconv.Itoa(ports[0]), strconv.Itoa(ports[1])}
			if more != "" {
				args = append(args, more)
			}
			return launch(ctx, recipe, args, func(ctx context.Context) error { return ready(ctx, address) })
		}
		if err = e.Start(ctx); err == nil {
			return e, nil
		}
		if ctx.Err() != nil || try == tries {
			return nil, err
		}
	}
}

func launch(ctx context.Context, recipe string, args []string, ready func(context.Context) error) (*process, error) {
	folder := args[0]
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, err
	}
	out, err := os.Create(filepath.Join(folder, "out.log"))
	if err != nil {
		return nil, err
	}
	defer out.Close()
	cmd := exec.Command(filepath.Join(recipe, "start.sh"), args...)
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // the terminal's signals are for us
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	ended := make(chan struct{})
	go func() { cmd.Wait(); close(ended) }()
	stop := func(ctx context.Context) error { return end(ctx, cmd.Process, ended) }

	wait, cancel := context.WithTimeout(ctx, readyWithin)
	defer cancel()
	if err := until(wait, ended, ready); err != nil {
		log, _ := os.ReadFile(out.Name())
		short, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopWithin)
		defer cancel()
		return nil, errors.Join(fmt.Errorf("%w; it said:\n%s", err, last(log, 3000)), stop(short))
	}
	return &process{cmd.Process.Pid, ended, stop}, nil
}

func until(ctx context.Context, ended <-chan struct{}, ready func(context.Context) error) error {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		err := ready(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ended:
			return errors.New("it ended while starting")
		case <-ctx.Done():
			return fmt.Errorf("not ready: %w (%w)", context.Cause(ctx), err)
		case <-tick.C:
		}
	}
}

// end asks a process to end, and kills it when ctx ends before.
func end(ctx context.Context, p *os.Process, ended <-chan struct{}) error {
	p.Signal(syscall.SIGTERM) // when it has ended already, ended is closed
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
	}
	p.Kill()
	<-ended
	return fmt.Errorf("process %d did not end in time and was killed", p.Pid)
}

func freePorts(n int) ([]int, error) {
	var ports []int
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close() // all at once, so that they differ
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports, nil
}

// recipes finds deploy/engines of the checkout that we stand in.
func recipes() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		path := filepath.Join(dir, "deploy", "engines")
		if _, err := os.Stat(filepath.Join(path, "kafka", "pom.xml")); err == nil {
			return path, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("deploy/engines is not above the working folder")
		}
		dir = up
	}
}

func javaIsThere(ctx context.Context) error {
	java := os.Getenv("JAVA")
	if java == "" {
		java = "java"
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, java, "-version").CombinedOutput()
	if err != nil {
		return fmt.Errorf("Java is not installed (%w): install JDK %d or newer and Maven", err, oldestJava)
	}
	if v := javaVersion(string(out)); v < oldestJava {
		return fmt.Errorf("Java is version %d, needed is %d or newer", v, oldestJava)
	}
	return nil
}

// javaVersion reads «openjdk version "17.0.15" …»; 0 when it can't. Versions
// before 9 begin with 1.
func javaVersion(s string) int {
	m := regexp.MustCompile(`version "(\d+)`).FindStringSubmatch(s)
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(m[1]) // digits by the expression
	return n
}

// build runs Maven unless its last result was made from the same files. One
// process at a time builds.
func build(ctx context.Context, recipe string, say Say) error {
	lock, err := os.OpenFile(filepath.Join(recipe, "pom.xml"), os.O_RDONLY, 0)
	if err != nil {
		return err
	}
	defer lock.Close()
	for syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) != nil {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(200 * time.Millisecond):
		}
	}
	sum, err := fingerprint(recipe)
	if err != nil {
		return err
	}
	stamp := filepath.Join(recipe, "target", "built-from")
	if have, err := os.ReadFile(stamp); err == nil && string(have) == sum {
		return nil
	}
	mvn, err := exec.LookPath("mvn")
	if err != nil {
		return fmt.Errorf("Maven is not installed (%w): install it to fetch the engine's jars", err)
	}
	say("%s: fetching jars with Maven, once", filepath.Base(recipe))
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, mvn, "-B", "-q", "package")
	cmd.Dir = recipe
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("mvn -B -q package in %s: %w\n%s", recipe, err, last(out, 3000))
	}
	return os.WriteFile(stamp, []byte(sum), 0o644)
}

// fingerprint is over everything but what Maven makes.
func fingerprint(recipe string) (string, error) {
	h := sha256.New()
	err := filepath.WalkDir(recipe, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if d.Name() == "target" {
				return fs.SkipDir
			}
			return nil
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		fmt.Fprintln(h, strings.TrimPrefix(path, recipe))
		_, err = io.Copy(h, f)
		return err
	})
	return hex.EncodeToString(h.Sum(nil)), err
}

func last(b []byte, n int) []byte {
	b = bytes.TrimSpace(b)
	return b[max(0, len(b)-n):]
}
