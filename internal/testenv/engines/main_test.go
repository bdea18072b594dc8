package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
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
