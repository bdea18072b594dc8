package archtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// load asks go for the module's packages and their imports.
func load(t *testing.T) graph {
	t.Helper()
	cmd := exec.Command("go", "list", "-e", "-json=ImportPath,Imports", "./...")
	cmd.Dir = root(t)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	require.NoError(t, cmd.Run(), said.String())
	g := graph{}
	for d := json.NewDecoder(&out); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			return g
		}
		require.NoError(t, err)
		imports := make([]string, len(p.Imports))
		for i, path := range p.Imports {
			imports[i] = strings.TrimPrefix(path, module+"/")
		}
		g[strings.TrimPrefix(p.ImportPath, module+"/")] = imports
	}
}

func root(t *testing.T) string {
	t.Helper()
	dir, err := filepath.Abs("../..")
	require.NoError(t, err)
	require.FileExists(t, filepath.Join(dir, "go.mod"))
	return dir
}

func TestTheRepositoryKeepsTheRules(t *testing.T) {
	g := load(t)
	for _, pkg := range append(leaves(), "internal/app", "internal/postgres") {
		require.True(t, g.ours(pkg), "a rule is about %s, which is gone: change the rule", pkg)
	}
	for _, b := range check(g) {
		t.Error(b)
	}
}

func TestTheSourceKeepsTheRules(t *testing.T) {
	dir := root(t)
	var files int
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != dir {
			switch name := d.Name(); {
			case strings.HasPrefix(name, "."), name == "node_modules", name == "testdata", name == "bin", name == "target", name == "artefacts":
				return fs.SkipDir
			}
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		files++
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		bad, err := checkSource(rel, text)
		for _, b := range bad {
			t.Error(b)
		}
		return err
	})
	require.NoError(t, err)
	require.Greater(t, files, 50)
}

// A rule that catches nothing is worse than none: each is shown a breach.
func TestEveryRuleCatchesItsBreach(t *testing.T) {
	sound := func() graph {
		return graph{
			"cmd/otklik":                 {"internal/app", "os"},
			"internal/app":               {"crawler/crawl", "indexer/ingest", "incidents/api", "github.com/jackc/pgx/v5"},
			"crawler/crawl":              {"crawler/post", "internal/stream"},
			"crawler/post":               {"time", "internal/fault"},
			"indexer/ingest":             {"crawler/post", "indexer/text", "internal/stream"},
			"indexer/text":               {"github.com/kljensen/snowball/russian"},
			"indexer/query":              {"internal/fault"},
			"incidents/api":              {"github.com/gin-gonic/gin", "incidents/desk"},
			"incidents/desk":             {"indexer/ingest", "incidents/incident", "incidents/store"},
			"incidents/store":            {"github.com/jackc/pgx/v5/pgxpool"},
			"incidents/incident":         {"internal/access"},
			"internal/access":            {"internal/fault"},
			"internal/fault":             {"net/http"},
			"internal/stream":            {"internal/fault"},
			"internal/testenv":           {"github.com/jackc/pgx/v5"},
			"internal/stream/streamtest": {"internal/testenv"},
		}
	}
	require.Empty(t, check(sound()), "the sound example is sound")
	for _, c := range []struct{ from, to, want string }{
		{"crawler/crawl", "indexer/query", "forward only"},
		{"crawler/crawl", "incidents/incident", "forward only"},
		{"indexer/ingest", "incidents/incident", "forward only"},
		{"internal/stream", "indexer/ingest", "plumbing lies below"},
		{"internal/stream", "internal/testenv", "only cmd and tests know the wiring"},
		{"incidents/desk", "internal/app", "only cmd and tests know the wiring"},
		{"cmd/otklik", "incidents/desk", "cmd goes through internal/app"},
		{"crawler/post", "internal/access", "a leaf imports nothing of ours"},
		{"indexer/text", "crawler/crawl", "a leaf imports nothing of ours"},
		{"indexer/ingest", "github.com/jackc/pgx/v5", "this driver stays in"},
		{"indexer/ingest", "github.com/segmentio/kafka-go", "this driver stays in"},
		{"indexer/ingest", "github.com/elastic/go-elasticsearch/v8", "this driver stays in"},
		{"incidents/desk", "github.com/gin-gonic/gin", "this driver stays in"},
		{"incidents/desk", "github.com/danielgtaylor/huma/v2", "this driver stays in"},
		{"incidents/incident", "incidents/store", "a pure package reaches no driver"},
		{"internal/fault", "github.com/jackc/pgx/v5", "indexer/query → internal/fault → github.com/jackc/pgx/v5: a pure package"},
	} {
		t.Run(c.from+" imports "+c.to, func(t *testing.T) {
			g := sound()
			g[c.from] = append(g[c.from], c.to)
			require.Contains(t, strings.Join(check(g), "\n"), c.want)
		})
	}
	for _, name := range forbidden() {
		g := sound()
		g["indexer/"+name] = nil
		require.Contains(t, strings.Join(check(g), "\n"), "says nothing", name)
	}
}

// The path of a breach is shown, however long.
func TestBreachesAreFoundThroughOthers(t *testing.T) {
	g := graph{
		"crawler/crawl": {"internal/a"}, "internal/a": {"internal/b"}, "internal/b": {"indexer/query"}, "indexer/query": nil,
	}
	require.Contains(t, strings.Join(check(g), "\n"), "crawler/crawl → internal/a → internal/b → indexer/query: a post goes forward only")
}

func TestSourceRulesCatchTheirBreach(t *testing.T) {
	for _, c := range []struct{ name, file, text, want string }{
		{"long", "a.go", "package a\n" + strings.Repeat("// x\n", 600), "601 lines"},
		{"just fits", "a.go", "package a\n" + strings.Repeat("// x\n", 599), ""},
		{"init", "a.go", "package a\n\nfunc init() {}\n", "a.go:3: init function"},
		{"init method", "a.go", "package a\ntype T struct{}\nfunc (T) init() {}\n", ""},
		{"sleep", "a_test.go", "package a\nimport \"time\"\nfunc f() { time.Sleep(1) }\n", "a_test.go:3: time.Sleep"},
		{"renamed", "a_test.go", "package a\nimport clock \"time\"\nfunc f() { clock.Sleep(1) }\n", "time.Sleep"},
		{"passed on", "a_test.go", "package a\nimport \"time\"\nvar f = time.Sleep\n", "time.Sleep"},
		{"not a test", "a.go", "package a\nimport \"time\"\nfunc f() { time.Sleep(1) }\n", ""},
		{"synctest", "a_test.go", "package a\nimport (\"time\"; \"testing/synctest\")\nfunc f() { synctest.Wait(); time.Sleep(1) }\n", ""},
		{"another Sleep", "a_test.go", "package a\nfunc f(time T) { time.Sleep(1) }\n", ""},
		{"generated", "a.go", "// Code generated by x. DO NOT EDIT.\n\npackage a\nfunc init() {}\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			bad, err := checkSource(c.file, []byte(c.text))
			require.NoError(t, err)
			if c.want == "" {
				require.Empty(t, bad)
				return
			}
			require.Contains(t, strings.Join(bad, "\n"), c.want)
		})
	}
	_, err := checkSource("a.go", []byte("not Go"))
	require.Error(t, err)
}
