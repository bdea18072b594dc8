package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/otklik/otklik/crawler/adapters"
	"github.com/otklik/otklik/crawler/archive"
	"github.com/otklik/otklik/crawler/source"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/places"
	"github.com/otklik/otklik/internal/simulate"
	"github.com/otklik/otklik/internal/simulate/load"
)

// loadFlags are what `otklik simulate --into-log` writes, and how fast.
type loadFlags struct {
	IntoLog bool     `help:"Write posts straight into the log, past crawler and ledger, instead of serving them: for an installation that is there to be measured."`
	From    []string `help:"With --into-log: files of posts, or folders of such files, in the forms that import reads; unset: the corpus in the binary."`
	Map     string   `default:"id=message_id,source=sender_id,title=channel,text=text,published=date" help:"Fields of NDJSON or CSV, as of import."`
	Posts   int64    `help:"With --into-log: records to write; 0 goes on until it is stopped."`
	Rate    float64  `help:"With --into-log: records a second; 0 is as fast as the log takes them."`
	Copies  float64  `help:"With --into-log: share of posts that repeat the words of an earlier one, 0 to 1."`
	Edits   float64  `help:"With --into-log: share of records that edit an earlier post, 0 to 1."`
	Regions []string `default:"RU-PRI" help:"With --into-log: regions of the posts."`
	Class   string   `default:"standard" help:"With --into-log: retention class of the posts."`
}

// The greatest that is kept of files in memory.
const (
	loadBodies = 100_000
	loadBytes  = 256 << 20
)

// options checks every flag before anything is opened, and names all that are
// wrong.
func (c *loadFlags) options(conf *Config, seed uint64) (o load.Options, from archive.Options, err error) {
	o = load.Options{Regions: c.Regions, Class: c.Class, Posts: c.Posts, Rate: c.Rate, Copies: c.Copies, Edits: c.Edits, Seed: seed}
	bad := o.Check()
	registry, err := places.Load()
	if err != nil {
		return o, from, err
	}
	for _, r := range c.Regions {
		if !registry.Known(r) {
			bad = append(bad, fault.Field{Path: "--regions", Message: fmt.Sprintf("region %q is unknown; a code looks like RU-PRI", r)})
		}
	}
	if _, ok := conf.Retention[c.Class]; !ok {
		bad = append(bad, fault.Field{Path: "--class", Message: fmt.Sprintf("%q is no retention class", c.Class)})
	}
	from.Networks = adapters.New(adapters.Options{}).Names()
	from.Map, err = archive.ParseMapping(c.Map)
	bad = append(bad, fieldsOf(err)...)
	if !c.IntoLog && (len(c.From) > 0 || c.Posts != 0 || c.Rate != 0 || c.Copies != 0 || c.Edits != 0) {
		bad = append(bad, fault.Field{Path: "--into-log", Message: "is needed for --from, --posts, --rate, --copies and --edits"})
	}
	return o, from, fault.Fields(bad...)
}

// load writes posts into the log until all are written or it is told to stop.
func (c *loadFlags) load(p *process, o load.Options, from archive.Options) error {
	bodies, err := c.bodies(p, from)
	if err != nil {
		return err
	}
	o.Bodies = bodies
	p.config.visit = true
	a, err := open(p.ctx, p.config, p.version, p.log, (*App).openDatabase, (*App).openLog, (*App).openRejected)
	if err != nil {
		return err
	}
	// Numbers that no run before has used: less than a post a microsecond is written.
	o.Log, o.NextRev, o.Now, o.First = a.stream, a.ledger.NextRev, a.now, a.now().UnixMicro()
	show, end := loadProgress(p.stderr, o.Posts)
	o.Progress = show
	r, err := load.Run(p.ctx, o)
	end()
	fmt.Fprintf(p.stdout, "%d records in %.1f s, %.0f/s: %d posts, %d copies, %d edits\n", r.Records(), r.Took.Seconds(), r.PerSecond(), r.New, r.Copies, r.Edits)
	return errors.Join(err, a.Close())
}

// bodies reads what posts are made of.
func (c *loadFlags) bodies(p *process, from archive.Options) ([]load.Body, error) {
	k := &bodyKeeper{}
	if len(c.From) == 0 {
		lines, err := simulate.Corpus()
		if err != nil {
			return nil, err
		}
		for _, l := range lines[:simulate.CorpusPosts] { // without the hostile ones
			k.keep(source.Item{ID: l.ID, Post: l.Post})
		}
		return k.bodies, nil
	}
	files, err := filesIn(c.From)
	if err != nil {
		return nil, err
	}
	for _, path := range files {
		from.Path = path
		f, err := archive.Open(from)
		if err != nil {
			return nil, err
		}
		err = errors.Join(f.Read(p.ctx, k), f.Close())
		if err != nil && !errors.Is(err, errEnough) {
			return nil, err
		}
	}
	if len(k.bodies) == 0 {
		return nil, fault.Fields(fault.Field{Path: "--from", Message: fmt.Sprintf("holds no post that can be read; %d things could not be", k.left)})
	}
	fmt.Fprintf(p.stderr, "%d posts are told again, %d things are left out\n", len(k.bodies), k.left)
	return k.bodies, nil
}

// filesIn gives files as they are, and of folders the files that lie in them.
func filesIn(paths []string) (files []string, err error) {
	for _, path := range paths {
		st, err := os.Stat(path)
		if err != nil {
			return nil, fault.Fields(fault.Field{Path: "--from", Message: err.Error()})
		}
		if !st.IsDir() {
			files = append(files, path)
			continue
		}
		in, err := os.ReadDir(path)
		if err != nil {
			return nil, err
		}
		for _, e := range in {
			if e.Type().IsRegular() {
				files = append(files, filepath.Join(path, e.Name()))
			}
		}
	}
	return files, nil
}

// bodyKeeper is the sink of files whose posts are told again.
type bodyKeeper struct {
	bodies []load.Body
	bytes  int
	left   int // of what was there
}

var errEnough = errors.New("no more posts are kept in memory")

// Post keeps a post, unless it is longer than the log carries.
func (k *bodyKeeper) Post(_ context.Context, _ int, it source.Item, _ int) error {
	if len(k.bodies) >= loadBodies || k.bytes >= loadBytes {
		k.left++
		return errEnough
	}
	k.keep(it)
	return nil
}

func (k *bodyKeeper) keep(it source.Item) {
	if it.Post.Normalize() != "" {
		k.left++
		return
	}
	// An address is that of another post, and names of people stay in their files.
	it.Post.URL, it.Post.Author, it.Post.ReplyTo = "", nil, ""
	k.bodies = append(k.bodies, load.Body{Source: it.ID.Source(), Post: it.Post})
	k.bytes += len(it.Post.Text)
}

// Bad counts what can't be read.
func (k *bodyKeeper) Bad(archive.BadLine) { k.left++ }

// Skip counts what is no post.
func (k *bodyKeeper) Skip(string) { k.left++ }

// Wanted takes every channel of an export.
func (k *bodyKeeper) Wanted(context.Context, string) (bool, error) { return true, nil }

// loadProgress draws how far it is: a bar on a terminal, elsewhere a line now
// and then.
func loadProgress(out io.Writer, posts int64) (show func(load.Report), end func()) {
	f, ok := out.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		var told time.Duration
		return func(r load.Report) {
			if r.Took-told >= loadTold {
				told = r.Took
				fmt.Fprintf(out, "%d records, %.0f/s\n", r.Records(), r.PerSecond())
			}
		}, func() {}
	}
	if posts == 0 {
		posts = -1 // a spinner: nobody knows the end
	}
	bar := progressbar.NewOptions64(posts, progressbar.OptionSetWriter(out), progressbar.OptionSetPredictTime(true), progressbar.OptionClearOnFinish())
	return func(r load.Report) {
		bar.Describe(fmt.Sprintf("%.0f/s", r.PerSecond()))
		_ = bar.Set64(r.Records())
	}, func() { _ = bar.Finish() }
}

const loadTold = 10 * time.Second // between two lines
