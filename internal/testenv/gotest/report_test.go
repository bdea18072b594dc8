package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// module writes a module of files and stands in it.
func module(t *testing.T, files map[string]string) {
	t.Helper()
	dir := t.TempDir()
	files["go.mod"] = "module example.test/m\n\ngo 1.25\n"
	for name, text := range files {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	t.Chdir(dir)
}

func lastLine(s string) string {
	lines := strings.Split(strings.TrimSuffix(s, "\n"), "\n")
	return lines[len(lines)-1]
}

func TestCountsAndReasons(t *testing.T) {
	module(t, map[string]string{"a/a_test.go": `package a
import "testing"
func TestGood(t *testing.T) { t.Run("sub", func(t *testing.T) {}) }
func TestSkipped(t *testing.T) { t.Log("noise"); t.Skip("SKIPPED: no engine") }
func TestAlsoSkipped(t *testing.T) { t.Skip("SKIPPED: no engine") }
`, "b/b.go": "package b\n"})
	var out bytes.Buffer
	require.Equal(t, 0, run([]string{"./..."}, &out))
	require.Equal(t, "2 passed, 0 failed, 2 skipped", lastLine(out.String()))
	require.Contains(t, out.String(), "2: no engine\n")
	require.Contains(t, out.String(), "example.test/m/a TestSkipped")
	require.NotContains(t, out.String(), "noise")
}

func TestFailuresAreWhole(t *testing.T) {
	module(t, map[string]string{"a/a_test.go": `package a
import "testing"
func TestBad(t *testing.T) { t.Run("inner", func(t *testing.T) { t.Log("first line"); t.Error("it is wrong") }) }
func TestGood(t *testing.T) {}
`})
	var out bytes.Buffer
	require.Equal(t, 1, run([]string{"./..."}, &out))
	require.Equal(t, "1 passed, 2 failed, 0 skipped", lastLine(out.String()))
	require.Contains(t, out.String(), "first line")
	require.Contains(t, out.String(), "it is wrong")
	require.Contains(t, out.String(), "example.test/m/a TestBad/inner")
}

func TestBrokenBuildIsWhole(t *testing.T) {
	module(t, map[string]string{
		"a/a_test.go": "package a\nimport \"testing\"\nfunc TestA(t *testing.T) { undefinedThing(); var unused int }\n",
		"b/b_test.go": "package b\nimport \"testing\"\nfunc TestB(t *testing.T) {}\n"})
	var out bytes.Buffer
	require.Equal(t, 1, run([]string{"./..."}, &out))
	require.Equal(t, "1 passed, 1 failed, 0 skipped", lastLine(out.String()))
	require.Contains(t, out.String(), "undefined: undefinedThing")
	require.Contains(t, out.String(), "declared and not used: unused")
	require.Contains(t, out.String(), "does not build")
}

func TestPanicsAndExitsAreFailures(t *testing.T) {
	module(t, map[string]string{
		"a/a_test.go": "package a\nimport \"testing\"\nfunc TestPanics(t *testing.T) { panic(\"at the disco\") }\n",
		"b/b_test.go": "package b\nimport (\"os\"; \"testing\"; \"fmt\")\nfunc TestMain(m *testing.M) { fmt.Println(\"setup went wrong\"); os.Exit(3) }\nfunc TestB(t *testing.T) {}\n",
	})
	var out bytes.Buffer
	require.Equal(t, 1, run([]string{"./..."}, &out))
	require.Contains(t, out.String(), "at the disco")
	require.Contains(t, out.String(), "setup went wrong")
	require.Equal(t, "0 passed, 2 failed, 0 skipped", lastLine(out.String()))
}

func TestTimeoutShowsTheTestThatHung(t *testing.T) {
	module(t, map[string]string{"a/a_test.go": `package a
import "testing"
func TestHangs(t *testing.T) { t.Log("before the wait"); select {} }
func TestOther(t *testing.T) { }
`})
	var out bytes.Buffer
	require.Equal(t, 1, run([]string{"-timeout=300ms", "./..."}, &out))
	require.Contains(t, out.String(), "TestHangs")
	require.NotContains(t, lastLine(out.String()), " 0 failed")
}

func TestGoThatCannotRunIsAFailure(t *testing.T) {
	module(t, map[string]string{})
	for _, args := range [][]string{{"-nosuchflag"}, {"./nowhere/..."}, {"./missing"}} {
		var out bytes.Buffer
		require.Equal(t, 1, run(args, &out), args)
		require.Contains(t, lastLine(out.String()), "1 failed", out.String())
	}
}

func TestReason(t *testing.T) {
	for _, c := range []struct{ lines, want string }{
		{"=== RUN   TestX\n|    x_test.go:3: SKIPPED: Kafka is not there\n|--- SKIP: TestX (0.00s)\n", "Kafka is not there"},
		{"=== RUN   TestX\n|    x_test.go:2: log\n|    x_test.go:3: because\n|--- SKIP: TestX (0.00s)\n", "because"},
		{"=== RUN   TestX\n|--- SKIP: TestX (0.00s)\n", "no reason given"},
	} {
		require.Equal(t, c.want, reason(strings.Split(c.lines, "|")))
	}
}

func FuzzReport(f *testing.F) {
	f.Add(`{"Action":"fail","Package":"p","Test":"T"}` + "\n" + `not json`)
	f.Add(`{"Action":"skip","Package":"p","Test":"T"}`)
	f.Add(`{"Action":"build-output","ImportPath":"p","Output":"x"}`)
	f.Fuzz(func(t *testing.T, in string) {
		var out bytes.Buffer
		r := newReport(&out)
		if err := r.read(strings.NewReader(in)); err != nil {
			t.Fatal(err)
		}
		r.close()
		if !strings.HasSuffix(out.String(), "skipped\n") {
			t.Fatalf("no summary: %q", out.String())
		}
	})
}
