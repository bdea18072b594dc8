package app

import (
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/otklik/otklik/crawler/importer"
	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/internal/fault"
)

// importCommand is `otklik import`.
type importCommand struct {
	Files      []string `arg:"" name:"file" help:"Files, plain or gzip; - is standard input."`
	Format     string   `help:"otklik, desktop, ndjson or csv; unset: told from the content."`
	Map        string   `help:"Fields of NDJSON or CSV: id=message_id,source=sender_id,title=channel,text=text,published=date. title is the channel's."`
	Network    string   `default:"telegram" help:"Network of mapped posts."`
	Zone       string   `default:"UTC" help:"Time zone of times that are written without one."`
	Regions    []string `help:"Regions of the posts' sources, codes with commas between; unset: those of the configured source."`
	Class      string   `help:"Retention class; unset: that of the configured source, or standard."`
	Visibility string   `help:"public, partner or sealed; unset: that of the configured source, or public."`
	Rejected   string   `help:"File for lines that can't be read; unset: FILE.rejected.ndjson."`
}

// Run imports file after file. Bad lines don't stop it; a file that can't be
// read to its end does, after what was read has gone in.
func (c *importCommand) Run(p *process) error {
	o, err := c.options()
	if err != nil {
		return err
	}
	if c.Rejected != "" && len(c.Files) > 1 {
		return fault.New(fault.Invalid, "--rejected names one file, but %d are imported", len(c.Files))
	}
	p.config.visit = true
	return p.open(func(a *App) error {
		o.Ledger, o.Log, o.Sources, o.Now = a.ledger, a.stream, a.sources, a.now
		o.KnownRegion, o.Stdin, o.Stderr = a.places.Known, p.stdin, p.stderr
		for _, f := range c.Files {
			o := o
			o.Path = f
			bar := newProgress(p.stderr, filepath.Base(f))
			o.Progress = bar.show
			r, err := importer.Import(p.ctx, o)
			bar.end()
			report(p.stdout, f, r)
			if p.ctx.Err() != nil {
				return fmt.Errorf("%s: interrupted; run it again and it goes on, nothing is taken twice", f)
			}
			if err != nil {
				return fmt.Errorf("%s: %w", f, err)
			}
		}
		return nil
	})
}

func (c *importCommand) options() (o importer.Options, err error) {
	if o.Format = importer.Format(c.Format); c.Format != "" && !slices.Contains(importer.Formats(), o.Format) {
		return o, fault.New(fault.Invalid, "--format: %q is none of %v", c.Format, importer.Formats())
	}
	if c.Map != "" {
		if o.Map, err = importer.ParseMapping(c.Map); err != nil {
			return o, err
		}
	}
	if o.Zone, err = time.LoadLocation(c.Zone); err != nil {
		return o, fault.New(fault.Invalid, "--zone: %q is not a time zone; for example Asia/Vladivostok", c.Zone)
	}
	o.Network, o.Regions, o.Class, o.Visibility, o.Rejected = c.Network, c.Regions, c.Class, post.Visibility(c.Visibility), c.Rejected
	return o, nil
}

// progress draws how far an import is: a bar on a terminal, nothing elsewhere.
type progress struct {
	bar  *progressbar.ProgressBar
	out  io.Writer
	name string
}

func newProgress(out io.Writer, name string) *progress {
	p := &progress{name: name}
	if f, ok := out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.out = out
	}
	return p
}

func (p *progress) show(now importer.Progress) {
	if p.out == nil {
		return
	}
	if p.bar == nil {
		total := now.Total
		if total == 0 {
			total = -1 // a spinner: nobody knows the size
		}
		p.bar = progressbar.NewOptions64(total, progressbar.OptionSetWriter(p.out), progressbar.OptionShowBytes(true),
			progressbar.OptionSetPredictTime(true), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())
	}
	p.bar.Describe(fmt.Sprintf("%s: %d posts, %.0f/s", p.name, now.Posts, now.PerSecond))
	_ = p.bar.Set64(now.Bytes)
}

func (p *progress) end() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}

// report prints what became of a file, in one line and one more for bad lines.
func report(out io.Writer, name string, r importer.Report) {
	parts := []string{fmt.Sprintf("%d read", r.Read)}
	for _, n := range []struct {
		count int
		what  string
	}{{r.New, "new"}, {r.Revised, "revised"}, {r.Unchanged, "unchanged"}, {r.Repeated, "repeated"}, {r.TooOld, "too old"}, {r.Stale, "read later elsewhere"},
		{r.Forgotten, "forgotten"}} {
		if n.count > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n.count, n.what))
		}
	}
	for _, why := range slices.Sorted(maps.Keys(r.Skipped)) {
		parts = append(parts, fmt.Sprintf("%d skipped: %s", r.Skipped[why], why))
	}
	fmt.Fprintf(out, "%s: %s\n", name, strings.Join(parts, ", "))
	if r.Bad > 0 {
		fmt.Fprintf(out, "%s: %d bad lines, kept in %s\n", name, r.Bad, r.Rejected)
	}
}
