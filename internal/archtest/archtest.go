// Package archtest holds the rules of docs/architecture.md that a test can
// check: who may import whom, where drivers stay, and a few rules about the
// text itself.
package archtest

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
)

// module is the import path of the repository.
const module = "github.com/otklik/otklik"

// graph maps a package to what its code (not its tests) imports. Our own
// packages go by their folder («crawler/post»), others by their import path.
type graph map[string][]string

// within tells whether a package is one of folders or lies in one.
func within(pkg string, folders ...string) bool {
	return slices.ContainsFunc(folders, func(f string) bool { return pkg == f || strings.HasPrefix(pkg, f+"/") })
}

// ours tells our packages from others, which have a dot in their first part or
// belong to the standard library.
func (g graph) ours(pkg string) bool { _, ok := g[pkg]; return ok }

// leaves import nothing of ours but each other.
func leaves() []string {
	return []string{"crawler/post", "indexer/morph", "indexer/text", "indexer/query", "internal/fault"}
}

// pure packages reach no driver, not even through others (but internal/access).
func pure() []string {
	return append(leaves(), "indexer/match", "incidents/incident", "incidents/routing", "incidents/deadline", "incidents/claim")
}

// wiring may import everything; it is the top of the building.
func wiring() []string {
	return []string{"cmd", "internal/app", "internal/bench", "internal/mutants", "internal/acceptance", "internal/testenv", "internal/torture"}
}

// ban says that nothing in from reaches anything in to.
type ban struct {
	from, to []string
	why      string
}

func bans() []ban {
	return []ban{
		{[]string{"crawler"}, []string{"indexer", "incidents", "ui"}, "a post goes forward only: the crawler knows nothing downstream"},
		{[]string{"indexer"}, []string{"incidents", "ui"}, "a post goes forward only: the indexer knows nothing downstream"},
		{[]string{"incidents"}, []string{"ui"}, "the API knows nothing of the page"},
		{[]string{"crawler", "indexer", "incidents", "ui"}, wiring(), "only cmd and tests know the wiring"},
	}
}

// drivers stay in the packages made for them.
type driver struct {
	paths []string // import paths, with everything below
	homes []string // our folders, with everything below
}

func drivers() []driver {
	return []driver{
		{[]string{"github.com/gin-gonic/gin", "github.com/danielgtaylor/huma"},
			[]string{"incidents/api", "internal/app"}},
		{[]string{"github.com/jackc", "github.com/riverqueue/river", "database/sql", "github.com/lib/pq"}, []string{
			"internal/postgres", "internal/stream/postgres", "internal/stream/rejected", "internal/access", "internal/audit", "internal/people", "internal/places", "internal/app",
			"internal/testenv", "internal/bench", "internal/acceptance", "internal/torture",
			"crawler/ledger", "crawler/schedule",
			"indexer/search/postgres", "indexer/standing", "indexer/glossary",
			"incidents/store", "incidents/desk", "incidents/notify",
		}},
		{[]string{"github.com/segmentio/kafka-go"},
			[]string{"internal/stream/kafka", "internal/testenv", "internal/bench", "internal/app"}},
		{[]string{"github.com/elastic"},
			[]string{"indexer/search/elastic", "internal/testenv", "internal/app"}},
	}
}

// forbidden names say nothing about what is in a folder.
func forbidden() []string {
	return []string{"util", "utils", "common", "models", "services", "pkg", "helpers", "misc"}
}

// check gives every breach of the rules, sorted, each with the chain of imports
// that leads to it.
func check(g graph) []string {
	var bad []string
	say := func(format string, args ...any) { bad = append(bad, fmt.Sprintf(format, args...)) }
	for pkg := range g {
		for _, part := range strings.Split(pkg, "/") {
			if slices.Contains(forbidden(), part) {
				say("%s: the name %q says nothing", pkg, part)
			}
		}
		for _, b := range bans() {
			if !within(pkg, b.from...) {
				continue
			}
			if chain := g.reach(pkg, func(p string) bool { return g.ours(p) && within(p, b.to...) }); chain != nil {
				say("%s: %s", strings.Join(chain, " → "), b.why)
			}
		}
		g.checkEnds(pkg, say)
		g.checkPlumbing(pkg, say)
		g.checkDrivers(pkg, say)
	}
	slices.Sort(bad)
	return bad
}

// checkEnds looks at the two ends: leaves, and cmd above everything.
func (g graph) checkEnds(pkg string, say func(string, ...any)) {
	if within(pkg, "cmd") {
		for _, p := range g[pkg] {
			if g.ours(p) && !within(p, "internal/app") {
				say("%s → %s: cmd goes through internal/app", pkg, p)
			}
		}
	}
	if within(pkg, leaves()...) {
		for _, p := range g[pkg] {
			if g.ours(p) && !within(p, leaves()...) {
				say("%s → %s: a leaf imports nothing of ours", pkg, p)
			}
		}
	}
}

// checkPlumbing keeps internal below the rooms: it may know their leaves only.
func (g graph) checkPlumbing(pkg string, say func(string, ...any)) {
	if !within(pkg, "internal") || within(pkg, wiring()...) {
		return
	}
	for _, p := range g[pkg] {
		if g.ours(p) && !within(p, "internal") && !within(p, leaves()...) {
			say("%s → %s: plumbing lies below the rooms", pkg, p)
		}
		if g.ours(p) && within(p, wiring()...) && !testSupport(pkg) {
			say("%s → %s: only cmd and tests know the wiring", pkg, p)
		}
	}
}

// testSupport are packages that only tests import, such as conformance suites.
func testSupport(pkg string) bool { return strings.HasSuffix(path.Base(pkg), "test") }

func (g graph) checkDrivers(pkg string, say func(string, ...any)) {
	for _, d := range drivers() {
		for _, p := range g[pkg] {
			if within(p, d.paths...) && !within(pkg, d.homes...) {
				say("%s → %s: this driver stays in %s", pkg, p, strings.Join(d.homes, ", "))
			}
		}
		if !within(pkg, pure()...) {
			continue
		}
		// Person and Scope are words that pure packages speak; that the package
		// that defines them also keeps people in Postgres is not theirs.
		words := maps.Clone(g)
		delete(words, "internal/access")
		if chain := words.reach(pkg, func(p string) bool { return within(p, d.paths...) }); chain != nil {
			say("%s: a pure package reaches no driver", strings.Join(chain, " → "))
		}
	}
}

// reach gives the shortest chain of imports from a package to one that target
// takes; nil when there is none.
func (g graph) reach(from string, target func(string) bool) []string {
	came := map[string]string{from: ""}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		if at != from && target(at) {
			var chain []string
			for p := at; p != ""; p = came[p] {
				chain = append(chain, p)
			}
			slices.Reverse(chain)
			return chain
		}
		for _, p := range g[at] {
			if _, seen := came[p]; !seen {
				came[p] = at
				queue = append(queue, p)
			}
		}
	}
	return nil
}
