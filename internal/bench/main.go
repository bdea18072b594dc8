// Command bench measures what the line costs and prints one table, with a peer
// or a limit beside each figure, measured in the same run: machines are noisy,
// ratios are less so. Every figure is the median of three. It is run through
// `make bench`, which starts the engines first.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"
)

// runs is how often everything is measured; medians are shown.
const runs = 3

// row is one line of the table. Ratio is figure to peer, 0 where there is none.
type row struct {
	what, figure, peer string
	ratio              float64
}

// bench is one thing that is measured.
type bench struct {
	name string
	run  func(ctx context.Context) ([]row, error)
}

func main() {
	only := flag.String("only", "", "run only what has this in its name")
	posts := flag.Int("posts", 10_000, "posts that go through the line in one run")
	cpu := flag.String("cpu", "", "write a profile of this process's CPU to a file")
	flag.Parse()
	if *cpu != "" {
		end, err := profile(*cpu)
		if err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		defer end()
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Stdout, *only, *posts); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// profile writes where this process spends its time until the returned
// function is called.
func profile(path string) (end func(), err error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, err
	}
	return func() {
		pprof.StopCPUProfile()
		_ = f.Close()
	}, nil
}

func run(ctx context.Context, out io.Writer, only string, posts int) error {
	all := []bench{{"analysis", analysis}}
	for _, s := range shapes() {
		all = append(all,
			bench{"line " + s.name, func(ctx context.Context) ([]row, error) { return line(ctx, s, posts) }},
			bench{"ticket " + s.name, func(ctx context.Context) ([]row, error) { return ticket(ctx, s) }})
	}
	var rows []row
	for _, b := range all {
		if !strings.Contains(b.name, only) {
			continue
		}
		fmt.Fprintf(os.Stderr, "measuring %s\n", b.name)
		rs, err := b.run(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", b.name, err)
		}
		rows = append(rows, rs...)
	}
	return table(out, rows)
}

func table(out io.Writer, rows []row) error {
	fmt.Fprintf(out, "%s, %d cores, %s/%s, median of %d\n\n", time.Now().Format("2006-01-02"), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runs)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "what\tfigure\tpeer or limit, same run\tratio")
	for _, r := range rows {
		ratio := ""
		if r.ratio > 0 {
			ratio = fmt.Sprintf("%.2f", r.ratio)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", r.what, r.figure, r.peer, ratio)
	}
	return w.Flush()
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return v[len(v)/2]
}

// thousands writes a figure so that people can read it.
func thousands(f float64, unit string) string {
	if f >= 10_000 {
		return fmt.Sprintf("%.0f k%s", f/1000, unit)
	}
	return fmt.Sprintf("%.0f %s", f, unit)
}
