// Gotest runs `go test` with its arguments and prints what a person wants to
// read: a line for each package, failures and broken builds whole, the reasons
// of skipped tests, and as the last line
//
//	1234 passed, 0 failed, 3 skipped
//
// It counts tests and their subtests; a package that does not build, or ends
// without a failed test, is one failure. The exit code is 1 when anything
// failed.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"sync"
	"syscall"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout)) }

// shared lets go's own words and ours go to one writer.
type shared struct {
	mu  sync.Mutex
	out io.Writer
}

func (s *shared) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.out.Write(p)
}

func run(args []string, to io.Writer) int {
	out := &shared{out: to}
	// The interrupt key reaches go test too; we stay to print what it says.
	signal.Ignore(os.Interrupt)
	cmd := exec.Command("go", append([]string{"test", "-json"}, args...)...)
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		fmt.Fprintln(out, err)
		return 1
	}
	cmd.Stderr = out // what go itself says, for example about a wrong flag
	if err := cmd.Start(); err != nil {
		fmt.Fprintln(out, err)
		return 1
	}
	term := make(chan os.Signal, 1)
	signal.Notify(term, syscall.SIGTERM)
	go func() {
		for range term {
			cmd.Process.Signal(syscall.SIGTERM)
		}
	}()
	r := newReport(out)
	readErr := r.read(pipe)
	err = cmd.Wait()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || r.failed == 0) {
		fmt.Fprintln(out, "go test:", err)
		r.failed++
	}
	if readErr != nil {
		fmt.Fprintln(out, "go test:", readErr)
		r.failed++
	}
	r.close()
	if r.failed > 0 {
		return 1
	}
	return 0
}
