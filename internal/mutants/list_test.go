package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const root = "../.."

// A refactoring must take the list along: this says so within a second, the
// whole run takes minutes.
func TestEveryMutantStillFits(t *testing.T) {
	all := mutants()
	require.GreaterOrEqual(t, len(all), 30)
	names := map[string]bool{}
	for _, m := range all {
		require.False(t, names[m.name], "two mutants are called %q", m.name)
		names[m.name] = true
		src, err := os.ReadFile(filepath.Join(root, m.file))
		require.NoError(t, err, m.name)
		require.Equal(t, 1, bytes.Count(src, []byte(m.old)), "%s: %q in %s", m.name, m.old, m.file)
		require.NotEqual(t, m.old, m.new, m.name)
		require.False(t, strings.HasSuffix(m.file, "_test.go"), "%s breaks a test", m.name)

		tests := testsIn(t, m.folder())
		for alternative := range strings.SplitSeq(bracketForm.ReplaceAllString(m.test, ""), "|") {
			top, _, _ := strings.Cut(alternative, "/")
			form, err := regexp.Compile(top)
			require.NoError(t, err, m.name)
			require.True(t, slices.ContainsFunc(tests, form.MatchString), "%s: no test of %s is called %s", m.name, m.folder(), top)
		}
	}
}

// Brackets stand behind the slash only, around names of subtests.
var bracketForm = regexp.MustCompile(`\([^)]*\)`)

var testForm = regexp.MustCompile(`(?m)^func (Test\w+|Fuzz\w+)\(`)

func testsIn(t *testing.T, folder string) (names []string) {
	files, err := filepath.Glob(filepath.Join(root, folder, "*_test.go"))
	require.NoError(t, err)
	for _, f := range files {
		src, err := os.ReadFile(f)
		require.NoError(t, err)
		for _, m := range testForm.FindAllSubmatch(src, -1) {
			names = append(names, string(m[1]))
		}
	}
	require.NotEmpty(t, names, "%s has no tests", folder)
	return names
}

// The program itself: it tells a break that is caught from one that isn't, and
// both from what doesn't compile or is gone.
func TestVerdicts(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":        "module example.org/m\n\ngo 1.26\n",
		"sum/sum.go":    "package sum\n\nfunc Sum(a, b int) int {\n\tif a > 1000 {\n\t\treturn a\n\t}\n\treturn a + b\n}\n",
		"sum/s_test.go": "package sum\n\nimport \"testing\"\n\nfunc TestSum(t *testing.T) {\n\tt.Run(\"two\", func(t *testing.T) {\n\t\tif Sum(1, 2) != 3 {\n\t\t\tt.Fatal()\n\t\t}\n\t})\n}\n",
	} {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	const file = "sum/sum.go"
	ms := []mutant{
		{"minus", file, "a + b", "a - b", "TestSum", ""},
		{"panic", file, "a + b", "[]int{}[a+b]", "", ""},
		{"unseen", file, "a > 1000", "a > 999", "TestSum", ""},
		{"broken", file, "a + b", "a +", "TestSum", ""},
		{"gone", file, "a * b", "a", "TestSum", ""},
	}
	var out bytes.Buffer
	p := proof{root: dir, out: &out, atOnce: 2}
	require.ErrorContains(t, p.run(context.Background(), ms, true), "3 breaks")
	for _, line := range []string{
		"minus: caught by TestSum/two\n", "panic: caught by TestSum/two (panic)\n", "unseen: NOT CAUGHT: every test is green\n",
		"broken: NOT CAUGHT: no test ran", "gone: NOT CAUGHT: \"a * b\" stands 0 times", "5 mutants, 2 caught, 3 not",
	} {
		require.Contains(t, out.String(), line)
	}
	whole, err := os.ReadFile(filepath.Join(dir, file))
	require.NoError(t, err)
	require.Contains(t, string(whole), "return a + b", "the tree stays as it is")

	red := proof{root: dir, out: &out, atOnce: 1}
	require.NoError(t, os.WriteFile(filepath.Join(dir, file), bytes.ReplaceAll(whole, []byte("a + b"), []byte("b")), 0o644))
	require.ErrorContains(t, red.run(context.Background(), ms[2:3], true), "is not green in sum")

	stopped, stop := context.WithCancel(context.Background())
	stop()
	require.ErrorIs(t, red.run(stopped, ms, true), context.Canceled)
	require.ErrorContains(t, red.run(context.Background(), chosen(mutants(), "no such"), true), "no such mutant")
}
