// Command mutants applies small, named breaks to the code, one at a time, and
// shows that each turns a test red. It is run through `make mutants`, which
// starts the engines first.
//
// The tree stays as it is: a break is an overlay of the go command, so that
// several are tried at once and everything else comes from the build cache.
//
// A mutant that no test catches, that doesn't compile, or whose text is no
// longer in the code fails the run.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// mutant is one break.
type mutant struct {
	name     string
	file     string // from the root of the repository
	old, new string // old stands exactly once in file
	test     string // -run pattern; "" is all of the package's tests
	pkg      string // folder of the tests that must turn red; "": the file's own
}

func (m mutant) folder() string {
	if m.pkg != "" {
		return m.pkg
	}
	return path.Dir(m.file)
}

// The limits of one run of tests. A break may make a test hang: that, too, is
// red, but a test that fails at once is better.
const (
	testTime = 2 * time.Minute
	runTime  = 6 * time.Minute // with building
)

func main() {
	only := flag.String("only", "", "run only mutants whose name or file contains this")
	skipGreen := flag.Bool("skip-green", false, "don't first show that the unbroken code is green")
	atOnce := flag.Int("at-once", min(runtime.NumCPU(), 4), "how many are tried at once")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	p := proof{root: ".", out: os.Stdout, atOnce: max(1, *atOnce)}
	if err := p.run(ctx, chosen(mutants(), *only), !*skipGreen); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

func chosen(all []mutant, only string) (some []mutant) {
	for _, m := range all {
		if strings.Contains(m.name, only) || strings.Contains(m.file, only) {
			some = append(some, m)
		}
	}
	return some
}

// proof tries mutants on the tree at root.
type proof struct {
	root   string
	out    io.Writer
	atOnce int
}

func (p *proof) run(ctx context.Context, ms []mutant, green bool) error {
	if len(ms) == 0 {
		return errors.New("there is no such mutant")
	}
	if green {
		if err := p.green(ctx, ms); err != nil {
			return err
		}
	}
	start, done, bad := time.Now(), 0, 0
	var mu sync.Mutex
	p.each(len(ms), func(i int) {
		began := time.Now()
		red, err := p.try(ctx, ms[i])
		mu.Lock()
		defer mu.Unlock()
		if ctx.Err() != nil {
			return
		}
		done++
		verdict := "caught by " + red
		if err != nil {
			bad++
			verdict = "NOT CAUGHT: " + err.Error()
		}
		fmt.Fprintf(p.out, "%3d/%d %5.1f s  %s: %s\n", done, len(ms), time.Since(began).Seconds(), ms[i].name, verdict)
	})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	fmt.Fprintf(p.out, "%d mutants, %d caught, %d not, in %s\n", done, done-bad, bad, time.Since(start).Round(time.Second))
	if bad > 0 {
		return fmt.Errorf("%d breaks turn no test red", bad)
	}
	return nil
}

// each calls f for 0…n-1, atOnce of them at a time.
func (p *proof) each(n int, f func(i int)) {
	var all sync.WaitGroup
	free := make(chan struct{}, p.atOnce)
	for i := range n {
		free <- struct{}{}
		all.Go(func() {
			f(i)
			<-free
		})
	}
	all.Wait()
}

// green shows that the tests of mutants pass without them: a test that is red
// anyway catches nothing.
func (p *proof) green(ctx context.Context, ms []mutant) error {
	patterns := map[string][]string{}
	var folders []string
	for _, m := range ms {
		f := m.folder()
		if patterns[f] == nil {
			folders = append(folders, f)
		}
		if !slices.Contains(patterns[f], m.test) {
			patterns[f] = append(patterns[f], m.test)
		}
	}
	bad := make([]error, len(folders))
	p.each(len(folders), func(i int) {
		pattern := strings.Join(patterns[folders[i]], "|")
		if slices.Contains(patterns[folders[i]], "") {
			pattern = ""
		}
		if out, err := p.test(ctx, folders[i], pattern, ""); err != nil && ctx.Err() == nil {
			bad[i] = fmt.Errorf("the unbroken code is not green in %s: %w\n%s", folders[i], err, out)
		}
	})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return errors.Join(bad...)
}

// try applies one mutant and gives the test that turned red.
func (p *proof) try(ctx context.Context, m mutant) (red string, err error) {
	dir, err := os.MkdirTemp("", "otklik-mutant-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	overlay, err := p.overlay(dir, m)
	if err != nil {
		return "", err
	}
	out, err := p.test(ctx, m.folder(), m.test, overlay)
	if err == nil {
		return "", errors.New("every test is green")
	}
	if red := redIn(out); red != "" {
		return red, nil
	}
	return "", fmt.Errorf("no test ran (%w)\n%s", err, out)
}

// overlay writes the broken file to dir, and beside it what tells the go
// command to read it in place of the whole one.
func (p *proof) overlay(dir string, m mutant) (string, error) {
	whole, err := filepath.Abs(filepath.Join(p.root, m.file))
	if err != nil {
		return "", err
	}
	src, err := os.ReadFile(whole)
	if err != nil {
		return "", err
	}
	if n := bytes.Count(src, []byte(m.old)); n != 1 {
		return "", fmt.Errorf("%q stands %d times in %s, want once", m.old, n, m.file)
	}
	broken := filepath.Join(dir, filepath.Base(m.file))
	if err := os.WriteFile(broken, bytes.Replace(src, []byte(m.old), []byte(m.new), 1), 0o644); err != nil {
		return "", err
	}
	b, err := json.Marshal(map[string]map[string]string{"Replace": {whole: broken}})
	if err != nil {
		return "", err
	}
	overlay := filepath.Join(dir, "overlay.json")
	return overlay, os.WriteFile(overlay, b, 0o644)
}

// test runs tests of one folder and gives what they printed.
func (p *proof) test(ctx context.Context, folder, pattern, overlay string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, runTime)
	defer cancel()
	args := []string{"test", "-count=1", "-vet=off", "-failfast", "-timeout=" + testTime.String()}
	if pattern != "" {
		args = append(args, "-run", pattern)
	}
	if overlay != "" {
		args = append(args, "-overlay", overlay)
	}
	cmd := exec.CommandContext(ctx, "go", append(args, "./"+folder)...)
	cmd.Dir = p.root
	// The test is a child of go's: both are one group, and end together.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 10 * time.Second
	return cmd.CombinedOutput()
}

var failedForm = regexp.MustCompile(`(?m)^ *--- FAIL: (\S+)`)

// redIn gives the first test that failed, the innermost of it; "" where none
// ran. A panic, and a test that takes too long, say so themselves.
func redIn(out []byte) string {
	red := ""
	for _, f := range failedForm.FindAllSubmatch(out, -1) {
		name := string(f[1])
		if red != "" && !strings.HasPrefix(name, red+"/") {
			break
		}
		red = name
	}
	for _, how := range []string{"panic: test timed out", "panic: "} {
		if bytes.Contains(out, []byte("\n"+how)) || bytes.HasPrefix(out, []byte(how)) {
			red = strings.TrimSpace(red + " (" + strings.TrimSuffix(how, ": ") + ")")
			break
		}
	}
	return red
}
