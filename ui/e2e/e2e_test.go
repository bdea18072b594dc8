// Package e2e runs the browser tests: the page in the system's Chromium
// against the real binary, written in TypeScript beside this file and run by
// vitest. Each of them is a subtest here, so that they are counted, and those
// that can't run are skipped, as all others are.
package e2e

import (
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/testenv"
)

// limit is for all of them together; on two quiet cores they take two minutes.
const limit = 15 * time.Minute

func TestPage(t *testing.T) {
	for _, need := range []struct{ path, what, cure string }{
		{"node", "Node.js", "install version 20.19 or newer"},
		{cmp.Or(os.Getenv("CHROMIUM"), "/usr/bin/chromium"), "Chromium", "install it, or set CHROMIUM to where it is"},
	} {
		if _, err := exec.LookPath(need.path); err != nil {
			testenv.Missing(t, need.what, need.cure)
		}
	}
	if _, err := os.Stat("../dist/index.html"); err != nil {
		testenv.Missing(t, "the page", "build it with `make page`")
	}
	testenv.EmptyDatabaseURL(t) // says why where no Postgres can be had
	fresh := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, testenv.EmptyDatabaseURL(t)) // the binary makes the schema at its first start
	}))
	t.Cleanup(fresh.Close)

	report := filepath.Join(t.TempDir(), "report.json")
	args := []string{"--reporter=default", "--reporter=json", "--outputFile=" + report}
	// What stands after -args is vitest's: names of files, -t and a pattern.
	said, err := vitest(t, append(args, flag.Args()...),
		"OTKLIK_E2E_DATABASES="+fresh.URL, "OTKLIK_BIN="+binary(t))
	for _, f := range results(t, report) {
		t.Run(strings.TrimSuffix(filepath.Base(f.Name), ".e2e.ts"), f.tell)
	}
	if err != nil { // with where in the tests it was
		t.Errorf("vitest: %v\n%s", err, said)
	}
}

// binary is what is tested.
func binary(t *testing.T) string {
	if given := os.Getenv("OTKLIK_BIN"); given != "" {
		return given
	}
	path := filepath.Join(t.TempDir(), "otklik")
	out, err := exec.Command("go", "build", "-buildvcs=false", "-o", path, "../../cmd/otklik").CombinedOutput()
	require.NoError(t, err, "%s", out)
	return path
}

// colours are those of a terminal, which some of the tools can't be talked out of.
var colours = regexp.MustCompile(`\x1b\[[0-9;]*m`)

// vitest runs the tests and gives what it said.
func vitest(t *testing.T, args []string, env ...string) (string, error) {
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, "node", append([]string{"node_modules/vitest/vitest.mjs", "run", "--config=e2e/vitest.config.ts"}, args...)...)
	cmd.Dir, cmd.Env = "..", append(os.Environ(), env...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) } // it ends what it has started
	cmd.WaitDelay = 30 * time.Second
	out, err := cmd.CombinedOutput()
	return colours.ReplaceAllString(string(out), ""), err
}

// file is what vitest reports of one file of tests.
type file struct {
	Name   string `json:"name"`
	Status string `json:"status"`
	Tests  []struct {
		Name     string   `json:"fullName"`
		Status   string   `json:"status"`
		Failures []string `json:"failureMessages"`
	} `json:"assertionResults"`
}

func results(t *testing.T, report string) []file {
	b, err := os.ReadFile(report)
	if os.IsNotExist(err) {
		return nil // vitest itself failed, and says why
	}
	require.NoError(t, err)
	var r struct {
		Files []file `json:"testResults"`
	}
	require.NoError(t, json.Unmarshal(b, &r))
	return r.Files
}

// tell makes subtests of a file's tests.
func (f file) tell(t *testing.T) {
	failed := f.Status == "failed"
	for _, test := range f.Tests {
		switch test.Status {
		case "passed":
			t.Run(test.Name, func(*testing.T) {})
		case "failed":
			t.Run(test.Name, func(t *testing.T) { t.Fatal(firstLine(test.Failures)) })
		default: // skipped, with the reason for a name, or not come to
			if !failed {
				t.Run(test.Name, func(t *testing.T) { t.Skip("SKIPPED: " + test.Name) })
			}
		}
	}
	if failed && !t.Failed() {
		t.Fatal("it failed before or after its tests")
	}
}

// firstLine is enough to know which failure it was; vitest's own words follow.
func firstLine(failures []string) string {
	line, _, _ := strings.Cut(strings.Join(failures, "\n"), "\n")
	return line
}
