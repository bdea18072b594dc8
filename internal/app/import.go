package app

import (
	"errors"
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

	"github.com/otklik/otklik/crawler/adapters"
	"github.com/otklik/otklik/crawler/archive"
	"github.com/otklik/otklik/crawler/importer"
	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/places"
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

// Help says what is read; a test runs its examples.
func (importCommand) Help() string {
	return `Four forms are understood, and told apart by what stands in the file.

otklik: our own, one object a line. id is network:owner/number, where owner is the network's immutable number of the channel (of a feed, its host); published has its zone. In "post" everything but text may be missing: type (post, comment, message), title, url, channel, author {id, name, person}, links [], media [{kind, id, url, title}], forward {name, url}, reply_to, edited, counters {views, reposts, comments, likes}, each {value, step}.

    {"id":"telegram:1084368520/70989","published":"2026-11-24T09:00:00+03:00","post":{"text":"Нет отопления"}}

    otklik import --regions RU-PRI posts.ndjson

desktop: the result.json of Telegram Desktop ("Export chat history", JSON), of one channel or group, or of the whole account. Of an account only public channels and groups are taken: those among the sources, or, with --regions, all.

    otklik import --regions RU-PRI result.json

ndjson: one object a line, with fields of its own. --map says target=field, or target==value for all lines. Targets are ` + strings.Join(archive.Targets(), ", ") + `; id, text and published are needed, and source, unless id is network:owner/number.

    otklik import --regions RU-PRI --map id=message_id,source=sender_id,title=channel,text=text,published=date export.jsonl

csv: a header and records between commas, semicolons or tabs, with --map as well.

    otklik import --regions RU-PRI --network rss --map id=Номер,source==gazeta.example,text=Текст,published=Дата table.csv

A line that can't be read is refused: it is kept with its number and the reason in FILE.rejected.ndjson, and the rest goes in. A file that is imported again adds nothing.

Exit codes: 0 every line was read; 3 some were refused; 2 a flag or a file is wrong; 1 something else failed, and the same command goes on from there.`
}

// refusedError is the end of an import that could not read every line.
type refusedError struct {
	lines int
	lists []string // the files that they are kept in
}

func (e *refusedError) Error() string {
	if len(e.lists) == 0 {
		return fmt.Sprintf("lines that could not be read, left out: %d", e.lines)
	}
	return fmt.Sprintf("lines that could not be read: %d; they are kept, with the reasons, in %s", e.lines, strings.Join(e.lists, ", "))
}

// Run imports file after file. Bad lines don't stop it; a file that can't be
// read to its end does, after what was read has gone in.
func (c *importCommand) Run(p *process) error {
	o, err := c.options(p.config)
	if err != nil {
		return err
	}
	p.config.visit = true
	refused := &refusedError{}
	err = p.open(func(a *App) error {
		o.Ledger, o.Log, o.Sources, o.Now = a.ledger, a.stream, a.sources, a.now
		o.File.Stdin, o.Stderr = p.stdin, p.stderr
		for _, f := range c.Files {
			o := o
			o.File.Path = f
			bar := newProgress(p.stderr, filepath.Base(f))
			o.Progress = bar.show
			r, err := importer.Import(p.ctx, o)
			bar.end()
			report(p.stdout, f, r)
			if r.Bad > 0 {
				refused.lines += r.Bad
				refused.lists = append(refused.lists, r.Rejected)
			}
			if p.ctx.Err() != nil {
				return fmt.Errorf("%s: interrupted; run it again and it goes on, nothing is taken twice", f)
			}
			if err != nil {
				return fmt.Errorf("%s: %w", f, err)
			}
		}
		return nil
	})
	if err == nil && refused.lines > 0 {
		err = refused
	}
	return err
}

// options checks every flag before anything is opened, and names all that are
// wrong.
func (c *importCommand) options(conf *Config) (o importer.Options, err error) {
	registry, err := places.Load()
	if err != nil {
		return o, err
	}
	o.KnownRegion, o.Classes = registry.Known, slices.Sorted(maps.Keys(conf.Retention))
	o.Regions, o.Class, o.Visibility, o.Rejected = c.Regions, c.Class, post.Visibility(c.Visibility), c.Rejected
	var bad []fault.Field
	o.File, bad = fileOptions(c.Format, c.Map, c.Network, c.Zone)
	o.File.Networks = adapters.New(adapters.Options{}).Names()
	if c.Rejected != "" && len(c.Files) > 1 {
		bad = append(bad, fault.Field{Path: "--rejected", Message: fmt.Sprintf("names one file, but %d are imported", len(c.Files))})
	}
	return o, fault.Fields(append(bad, fieldsOf(o.Check())...)...)
}

// fileOptions reads the flags that say how files of posts are read, and gives
// what is wrong with a mapping or a zone; archive.Options.Check says the rest.
func fileOptions(format, mapping, network, zone string) (o archive.Options, bad []fault.Field) {
	o.Format, o.Network = archive.Format(format), network
	var err error
	if mapping != "" {
		m, err := archive.ParseMapping(mapping)
		if bad = fieldsOf(err); err == nil {
			o.Map = m
		}
	}
	if o.Zone, err = time.LoadLocation(zone); err != nil {
		bad = append(bad, fault.Field{Path: "--zone", Message: fmt.Sprintf("%q is not a time zone; for example Asia/Vladivostok", zone)})
	}
	return o, bad
}

// fieldsOf gives the fields that an error names; none where it names none.
func fieldsOf(err error) []fault.Field {
	if f := (*fault.Error)(nil); errors.As(err, &f) {
		return f.Fields
	}
	return nil
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

// report prints what became of a file, in one line and one more for bad lines;
// nothing of a file that could not be opened.
func report(out io.Writer, name string, r importer.Report) {
	if r.Format == "" {
		return
	}
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
