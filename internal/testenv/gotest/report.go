package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// event is a line of `go test -json`: `go doc test2json`, and for broken
// builds `go help buildjson`.
type event struct {
	Action      string
	Package     string
	Test        string
	Output      string
	Elapsed     float64
	ImportPath  string // of build-output and build-fail
	FailedBuild string // of a package's fail: the ImportPath that did not build
}

type key struct{ pkg, test string }

// report turns events into text and counts.
type report struct {
	out                     io.Writer
	output                  map[key][]string
	builds                  map[string][]string // what the compiler said, by ImportPath
	reasons                 map[string][]string // why tests were skipped → which
	failedIn                map[string]bool     // packages with a failed test
	failures                []string
	passed, failed, skipped int
}

func newReport(out io.Writer) *report {
	return &report{out: out, output: map[key][]string{}, builds: map[string][]string{},
		reasons: map[string][]string{}, failedIn: map[string]bool{}}
}

// longestLine bounds a line of output; a test may log a whole page.
const longestLine = 64 << 20

func (r *report) read(in io.Reader) error {
	s := bufio.NewScanner(in)
	s.Buffer(make([]byte, 64<<10), longestLine)
	for s.Scan() {
		var e event
		if json.Unmarshal(s.Bytes(), &e) != nil {
			fmt.Fprintln(r.out, s.Text()) // not JSON: go or a tool speaks plainly
			continue
		}
		r.add(e)
	}
	if err := s.Err(); err != nil {
		io.Copy(io.Discard, in) // or go test would wait for us
		return errors.Join(errors.New("its output can't be read"), err)
	}
	return nil
}

func (r *report) add(e event) {
	k := key{e.Package, e.Test}
	switch e.Action {
	case "build-output":
		r.builds[e.ImportPath] = append(r.builds[e.ImportPath], e.Output)
	case "output":
		r.output[k] = append(r.output[k], e.Output)
	case "pass":
		r.end(e, k, &r.passed)
	case "skip":
		if e.Test != "" {
			why := reason(r.output[k])
			r.reasons[why] = append(r.reasons[why], name(k))
		}
		r.end(e, k, &r.skipped)
	case "fail":
		r.fail(e, k)
	}
}

func (r *report) end(e event, k key, count *int) {
	if e.Test != "" {
		*count++
		delete(r.output, k)
		return
	}
	if e.Action == "pass" {
		fmt.Fprintf(r.out, "ok    %s %.1fs\n", short(e.Package), e.Elapsed)
	}
	r.forget(e.Package)
}

func (r *report) fail(e event, k key) {
	if e.Test != "" {
		r.failed++
		r.failedIn[e.Package] = true
		r.failures = append(r.failures, name(k))
		fmt.Fprintf(r.out, "FAIL  %s\n", name(k))
		r.print(r.output[k])
		delete(r.output, k)
		return
	}
	if e.FailedBuild != "" {
		fmt.Fprintf(r.out, "FAIL  %s does not build\n", short(e.Package))
		r.print(r.builds[e.FailedBuild])
		delete(r.builds, e.FailedBuild) // said once, though several packages may need it
	} else {
		fmt.Fprintf(r.out, "FAIL  %s %.1fs\n", short(e.Package), e.Elapsed)
	}
	if !r.failedIn[e.Package] { // a panic, an exit, a timeout, a broken build
		r.failed++
		r.failures = append(r.failures, short(e.Package))
		r.print(r.output[key{e.Package, ""}])
		for other, lines := range r.output { // tests that never ended
			if other.pkg == e.Package && other.test != "" {
				r.print(lines)
			}
		}
	}
	r.forget(e.Package)
}

func (r *report) forget(pkg string) {
	maps.DeleteFunc(r.output, func(k key, _ []string) bool { return k.pkg == pkg })
}

func (r *report) print(lines []string) {
	for _, l := range lines {
		if strings.HasPrefix(l, "=== ") {
			continue
		}
		fmt.Fprint(r.out, "      ", l)
		if !strings.HasSuffix(l, "\n") {
			fmt.Fprintln(r.out)
		}
	}
}

// close prints what is left and the summary.
func (r *report) close() {
	for _, path := range slices.Sorted(maps.Keys(r.builds)) { // warnings, or builds whose package never spoke
		fmt.Fprintf(r.out, "build %s\n", path)
		r.print(r.builds[path])
	}
	if len(r.failures) > 0 {
		fmt.Fprintln(r.out, "\nfailed:")
		for _, f := range r.failures {
			fmt.Fprintln(r.out, "  "+f)
		}
	}
	if len(r.reasons) > 0 {
		fmt.Fprintln(r.out, "\nskipped:")
		for _, why := range slices.Sorted(maps.Keys(r.reasons)) {
			tests := r.reasons[why]
			fmt.Fprintf(r.out, "  %d: %s\n", len(tests), why)
			const shown = 5
			for _, t := range tests[:min(shown, len(tests))] {
				fmt.Fprintln(r.out, "     "+t)
			}
			if more := len(tests) - shown; more > 0 {
				fmt.Fprintf(r.out, "     and %d more\n", more)
			}
		}
	}
	fmt.Fprintf(r.out, "\n%d passed, %d failed, %d skipped\n", r.passed, r.failed, r.skipped)
}

// reason finds what a test said when it was skipped: «    x_test.go:12: because».
func reason(lines []string) string {
	said := regexp.MustCompile(`^\s+\S+\.go:\d+: (.*)`)
	for _, l := range slices.Backward(lines) {
		if m := said.FindStringSubmatch(strings.TrimRight(l, "\n")); m != nil {
			return strings.TrimPrefix(m[1], "SKIPPED: ")
		}
	}
	return "no reason given"
}

func name(k key) string { return short(k.pkg) + " " + k.test }

func short(pkg string) string { return strings.TrimPrefix(pkg, "github.com/otklik/otklik/") }
