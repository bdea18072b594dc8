package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// buffer is a writer for several goroutines.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// fake is an engine that notes its end.
func fake(name, env, address string, stopped chan<- string) engine {
	return engine{name, env, func(context.Context, string, func(string, ...any)) (string, func() error, error) {
		return address, func() error { stopped <- name; return nil }, nil
	}}
}

func broken(name, env string) engine {
	return engine{name, env, func(context.Context, string, func(string, ...any)) (string, func() error, error) {
		return "", nil, errors.New("Java is not installed")
	}}
}

func TestCommandGetsTheAddressesAndItsCodeComesBack(t *testing.T) {
	t.Setenv("T_TAKEN", "here:1")
	stopped := make(chan string, 3)
	file := filepath.Join(t.TempDir(), "out")
	var said buffer
	got := with([]engine{
		fake("Started", "T_STARTED", "there:2", stopped),
		fake("Taken", "T_TAKEN", "never", stopped),
		broken("Broken", "T_BROKEN"),
	}, []string{"sh", "-c", `echo "$T_STARTED $T_TAKEN ${T_BROKEN-unset}" >` + file + `; exit 7`}, nil, &said)
	require.Equal(t, 7, got)
	b, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, "there:2 here:1 unset\n", string(b))
	require.Len(t, stopped, 1)
	require.Equal(t, "Started", <-stopped)
	require.Contains(t, said.String(), "NO Broken: Java is not installed")
	require.Contains(t, said.String(), "T_TAKEN is set")
}

func TestMissingEnginesAreFailuresInCI(t *testing.T) {
	for ci, want := range map[string]string{"true": "FAILED", "": "SKIPPED"} {
		t.Setenv("CI", ci)
		var said buffer
		require.Zero(t, with([]engine{broken("Broken", "T_BROKEN")}, []string{"true"}, nil, &said))
		require.Contains(t, said.String(), want)
	}
}

func TestSignalReachesTheCommandAndEnginesStop(t *testing.T) {
	stopped := make(chan string, 1)
	signals := make(chan os.Signal, 2)
	ready := filepath.Join(t.TempDir(), "ready")
	done := make(chan int, 1)
	go func() {
		done <- with([]engine{fake("E", "T_E", "x", stopped)},
			[]string{"sh", "-c", `trap 'exit 5' TERM; : >` + ready + `; while :; do sleep 0.05; done`}, signals, &buffer{})
	}()
	require.Eventually(t, func() bool { _, err := os.Stat(ready); return err == nil }, 10*time.Second, 10*time.Millisecond)
	signals <- syscall.SIGTERM
	select {
	case code := <-done:
		require.Equal(t, 5, code)
	case <-time.After(20 * time.Second):
		t.Fatal("the command did not get the signal")
	}
	require.Len(t, stopped, 1)
}

func TestSecondSignalKills(t *testing.T) {
	signals := make(chan os.Signal, 2)
	ready := filepath.Join(t.TempDir(), "ready")
	done := make(chan int, 1)
	go func() {
		done <- with(nil, []string{"sh", "-c", `trap '' TERM; : >` + ready + `; while :; do sleep 0.05; done`}, signals, &buffer{})
	}()
	require.Eventually(t, func() bool { _, err := os.Stat(ready); return err == nil }, 10*time.Second, 10*time.Millisecond)
	signals <- syscall.SIGTERM
	signals <- syscall.SIGTERM
	select {
	case code := <-done:
		require.Equal(t, 128+9, code)
	case <-time.After(20 * time.Second):
		t.Fatal("the command lives on")
	}
}

func TestSignalWhileStarting(t *testing.T) {
	starting := make(chan struct{})
	stopped := make(chan string, 1)
	slow := engine{"Slow", "T_SLOW", func(ctx context.Context, _ string, _ func(string, ...any)) (string, func() error, error) {
		close(starting)
		<-ctx.Done()
		return "", nil, ctx.Err()
	}}
	signals := make(chan os.Signal, 1)
	go func() { <-starting; signals <- syscall.SIGINT }()
	require.Equal(t, 128+2, with([]engine{fake("Quick", "T_QUICK", "x", stopped), slow}, []string{"true"}, signals, &buffer{}))
	require.Len(t, stopped, 1, "what had started is stopped")
}

func TestUsageAndMissingCommand(t *testing.T) {
	var said buffer
	require.Equal(t, 2, run(nil, nil, &said))
	require.Equal(t, 2, run([]string{"--"}, nil, &said))
	require.Contains(t, said.String(), "usage")
	require.Equal(t, 127, with(nil, []string{"/no/such/command"}, nil, &said))
}

func TestWithoutJavaOrMavenTheReasonIsSaid(t *testing.T) {
	t.Setenv("JAVA", "/no/such/java")
	require.ErrorContains(t, javaIsThere(t.Context()), "Java is not installed")

	old := filepath.Join(t.TempDir(), "java")
	require.NoError(t, os.WriteFile(old, []byte("#!/bin/sh\necho 'openjdk version \"11.0.2\"' >&2\n"), 0o755))
	t.Setenv("JAVA", old)
	require.ErrorContains(t, javaIsThere(t.Context()), "version 11, needed is 17")

	recipe := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(recipe, "pom.xml"), []byte("<project/>"), 0o644))
	t.Setenv("PATH", "")
	require.ErrorContains(t, build(t.Context(), recipe, func(string, ...any) {}), "Maven is not installed")
}

func TestJavaVersion(t *testing.T) {
	for s, want := range map[string]int{
		`openjdk version "17.0.15" 2025-04-15`: 17,
		`java version "21" 2023-09-19 LTS`:     21,
		`java version "1.8.0_402"`:             1,
		`command not found`:                    0,
	} {
		require.Equal(t, want, javaVersion(s), s)
	}
}

func TestMavenRunsOnlyWhenSomethingChanged(t *testing.T) {
	bin, recipe := t.TempDir(), t.TempDir()
	script := "#!/bin/sh\nmkdir -p target && echo x >>target/runs\n"
	require.NoError(t, os.WriteFile(filepath.Join(bin, "mvn"), []byte(script), 0o755))
	t.Setenv("PATH", bin+":/usr/bin:/bin")
	pom := filepath.Join(recipe, "pom.xml")
	runs := func() int {
		require.NoError(t, build(t.Context(), recipe, func(string, ...any) {}))
		b, err := os.ReadFile(filepath.Join(recipe, "target", "runs"))
		require.NoError(t, err)
		return strings.Count(string(b), "x")
	}
	require.NoError(t, os.WriteFile(pom, []byte("<project/>"), 0o644))
	require.Equal(t, 1, runs())
	require.Equal(t, 1, runs())
	require.NoError(t, os.WriteFile(pom, []byte("<project></project>"), 0o644))
	require.Equal(t, 2, runs())
}

// recipe is a start script that stands for an engine.
func recipe(t *testing.T, script string) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "start.sh"), []byte("#!/bin/sh\n"+script), 0o755))
	return dir
}

func TestLaunchStopsWhatItStarted(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "f")
	pid := filepath.Join(folder, "pid")
	address, stop, err := launch(t.Context(), recipe(t, `echo "$$" >"$1/pid"; exec sleep 300`), folder, func(context.Context, string) error {
		b, err := os.ReadFile(pid)
		if err == nil && len(b) == 0 {
			err = errors.New("empty yet")
		}
		return err
	})
	require.NoError(t, err)
	require.Contains(t, address, "127.0.0.1:")
	b, err := os.ReadFile(pid)
	require.NoError(t, err)
	var id int
	_, err = fmt.Sscan(string(b), &id)
	require.NoError(t, err)
	require.NoError(t, syscall.Kill(id, 0))
	require.NoError(t, stop())
	require.ErrorIs(t, syscall.Kill(id, 0), syscall.ESRCH)
}

func TestLaunchShowsWhatTheEngineSaid(t *testing.T) {
	_, _, err := launch(t.Context(), recipe(t, "echo port is taken; exit 1"), filepath.Join(t.TempDir(), "f"),
		func(context.Context, string) error { return errors.New("refused") })
	require.ErrorContains(t, err, "ended while starting")
	require.ErrorContains(t, err, "port is taken")
}

func TestRecipesAreFoundAndTheirScriptsComplain(t *testing.T) {
	root, err := recipes()
	require.NoError(t, err)
	for _, name := range []string{"kafka", "elasticsearch"} {
		out, err := exec.Command(filepath.Join(root, name, "start.sh")).CombinedOutput()
		require.Error(t, err)
		require.Contains(t, string(out), "start.sh FOLDER", name)
	}
}

func TestFreePortsDiffer(t *testing.T) {
	ports, err := freePorts(8)
	require.NoError(t, err)
	seen := map[int]bool{}
	for _, p := range ports {
		require.False(t, seen[p])
		seen[p] = true
	}
}
