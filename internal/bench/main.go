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
	"runtime/debug"
	"runtime/pprof"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"

	"github.com/otklik/otklik/internal/app"
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

// options are what can be asked for.
type options struct {
	only    string
	posts   int
	full    bool
	write   string
	compare string
	cpu     string
	data    string
}

func main() {
	var o options
	flag.StringVar(&o.only, "only", "", "measure only what has this in its name")
	flag.IntVar(&o.posts, "posts", 10_000, "posts that go through the line in one run")
	flag.BoolVar(&o.full, "full", false, "search among a million posts, too")
	flag.StringVar(&o.write, "write", "", "put the rows into this file, and a plot beside it")
	flag.StringVar(&o.compare, "compare", "", "show the rows beside those of this file")
	flag.StringVar(&o.cpu, "cpu", "", "write a profile of this process's CPU to a file")
	flag.StringVar(&o.data, "data", "../shared/data", "where real posts and marked words lie that may not be in the repository")
	flag.Parse()
	debug.SetGCPercent(app.GCPercent) // as the product does it
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Stdout, o); err != nil {
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

func run(ctx context.Context, out io.Writer, o options) error {
	if o.cpu != "" {
		end, err := profile(o.cpu)
		if err != nil {
			return err
		}
		defer end()
	}
	var rows []row
	for _, b := range benches(o) {
		if !strings.Contains(b.name, o.only) {
			continue
		}
		fmt.Fprintf(os.Stderr, "measuring %s\n", b.name)
		rs, err := b.run(ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", b.name, err)
		}
		rows = append(rows, rs...)
	}
	if o.compare != "" {
		old, err := committed(o.compare)
		if err != nil {
			return err
		}
		return compare(tabwriter.NewWriter(out, 0, 0, 2, ' ', 0), old, rows)
	}
	if o.write != "" {
		if err := write(o.write, rows); err != nil {
			return err
		}
	}
	return table(out, rows)
}

// benches are all there are, in their order.
func benches(o options) []bench {
	const hundredThousand, million = 100_000, 1_000_000
	all := []bench{{"analysis", analysis}, {"matching", matching}, {"russian", func(ctx context.Context) ([]row, error) { return ofRussian(ctx, o.data) }}}
	for _, s := range shapes() {
		of := func(name string, f func(ctx context.Context, s shape, n int) ([]row, error), n int) {
			all = append(all, bench{name + " " + s.name, func(ctx context.Context) ([]row, error) { return f(ctx, s, n) }})
		}
		of("line", line, o.posts)
		of("growth", growth, o.posts)
		if !s.grown {
			of("synced", synced, o.posts)
		}
		of("ticket", ticket, o.posts)
		of("search 100000", finding, hundredThousand)
		if o.full {
			of("search 1000000", finding, million)
		}
		of("memory", memories, o.posts)
		of("space", space, o.posts)
	}
	return append(all, bench{"browser", browser})
}

func table(out io.Writer, rows []row) error {
	fmt.Fprintf(out, "%s\n\n", machine())
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, strings.Join(heads, "\t"))
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", r.what, r.figure, r.peer, r.ratioText())
	}
	return w.Flush()
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return v[len(v)/2]
}
