package main

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// The table stands between these lines of docs/performance.md; what people
// write around them stays. The plot lies beside it.
const (
	tableBegins = "<!-- measured by make bench: do not edit -->"
	tableEnds   = "<!-- end of what was measured -->"
	plotName    = "performance.svg"
)

// committed reads the rows that a file holds; none where it isn't there.
func committed(path string) ([]row, error) {
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	_, table, ok := strings.Cut(string(b), tableBegins)
	if !ok {
		return nil, fmt.Errorf("%s has no line %q", path, tableBegins)
	}
	table, _, _ = strings.Cut(table, tableEnds)
	var rows []row
	for s := bufio.NewScanner(strings.NewReader(table)); s.Scan(); {
		cells := strings.Split(s.Text(), "|")
		if len(cells) != 6 {
			continue
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if cells[1] == heads[0] || strings.HasPrefix(cells[1], "---") {
			continue
		}
		ratio, _ := strconv.ParseFloat(cells[4], 64) // empty where there is none
		rows = append(rows, row{cells[1], cells[2], cells[3], ratio})
	}
	return rows, nil
}

var heads = []string{"what", "figure", "peer or limit, same run", "ratio"}

// write puts rows into a file, in the place of those of the same names that it
// holds, and draws the plot anew: a part can be measured again alone.
func write(path string, measured []row) error {
	old, err := committed(path)
	if err != nil {
		return err
	}
	rows := merge(old, measured)
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\n\n%s\n\n", tableBegins, machine())
	fmt.Fprintf(&b, "| %s |\n|---|---|---|---|\n", strings.Join(heads, " | "))
	for _, r := range rows {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", r.what, r.figure, r.peer, r.ratioText())
	}
	fmt.Fprintf(&b, "\n![throughput beside its limits, and latency under load](%s)\n\n%s", plotName, tableEnds)
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	before, rest, there := strings.Cut(string(text), tableBegins)
	_, after, _ := strings.Cut(rest, tableEnds)
	if !there {
		before, after = "# What it costs\n\n", "\n"
	}
	if err := os.WriteFile(path, []byte(before+b.String()+after), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(filepath.Dir(path), plotName), plot(rows), 0o644)
}

// merge puts a row in the place of the old one of its name, or behind the row
// that was measured before it.
func merge(old, measured []row) []row {
	rows, before := slices.Clone(old), len(old)
	for _, r := range measured {
		i := slices.IndexFunc(rows, func(o row) bool { return o.what == r.what })
		if i < 0 {
			i = before
			rows = slices.Insert(rows, i, r)
		}
		rows[i], before = r, i+1
	}
	return rows
}

// machine says where and when it was measured.
func machine() string {
	return fmt.Sprintf("Measured %s on %d cores (%s), %s of memory, %s/%s, %s; medians of %d. Postgres, Kafka and Elasticsearch ran on the same cores. Postgres ran without fsync, as it does for tests, and so did its limits.",
		time.Now().Format("2006-01-02"), runtime.NumCPU(), cmp.Or(field("/proc/cpuinfo", "model name"), "unknown"),
		cmp.Or(memory(), "unknown size"), runtime.GOOS, runtime.GOARCH, runtime.Version(), runs)
}

func memory() string {
	kb, err := strconv.ParseFloat(strings.TrimSuffix(field("/proc/meminfo", "MemTotal"), " kB"), 64)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("%.0f GiB", kb/(1<<20))
}

// field reads one line "name: value" of a file in /proc.
func field(path, name string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(b)) {
		if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == name {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

func (r row) ratioText() string {
	if r.ratio <= 0 {
		return ""
	}
	return fmt.Sprintf("%.2f", r.ratio)
}

// thin parts thousands.
const thin = "\u202f"

// grouped writes a figure with three digits that count, or more before the point.
func grouped(f float64) string {
	switch {
	case f < 10:
		return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.2f", f), "0"), ".")
	case f < 100:
		return strings.TrimSuffix(fmt.Sprintf("%.1f", f), ".0")
	case f < 1000:
		return fmt.Sprintf("%.0f", f)
	}
	step := 1.0
	for f/step >= 1000 {
		step *= 10
	}
	return counted(int(float64(int64(f/step+0.5)) * step))
}

// counted writes a number as it is.
func counted(n int) string {
	s := strconv.Itoa(n)
	var b strings.Builder
	for i, c := range s {
		if i > 0 && (len(s)-i)%3 == 0 {
			b.WriteString(thin)
		}
		b.WriteRune(c)
	}
	return b.String()
}

// compare shows rows beside the committed ones of the same names. Machines
// differ and are busy: what counts is how the ratios to the peers of the same
// run have changed.
func compare(w *tabwriter.Writer, old, measured []row) error {
	fmt.Fprintln(w, "what\tcommitted\tnow\tratio committed\tnow\tchange of the ratio")
	for _, r := range measured {
		i := slices.IndexFunc(old, func(o row) bool { return o.what == r.what })
		if i < 0 {
			fmt.Fprintf(w, "%s\t\t%s\t\t%s\tnew\n", r.what, r.figure, r.ratioText())
			continue
		}
		change := ""
		if old[i].ratio > 0 && r.ratio > 0 {
			change = fmt.Sprintf("× %.2f", r.ratio/old[i].ratio)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", r.what, old[i].figure, r.figure, old[i].ratioText(), r.ratioText(), change)
	}
	return w.Flush()
}
