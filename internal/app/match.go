package app

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/otklik/otklik/crawler/archive"
	"github.com/otklik/otklik/crawler/importer"
	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/crawler/source"
	"github.com/otklik/otklik/indexer/match"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/text"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/places"
)

// matchCommand is `otklik match`.
type matchCommand struct {
	Searches string   `required:"" help:"File of searches, one {\"id\": …, \"query\": \"…\"} a line." type:"existingfile" placeholder:"FILE"`
	Files    []string `arg:"" optional:"" name:"posts" help:"Files of posts, as for otklik import; - is standard input, and what is read where none is named."`
	Format   string   `help:"otklik, desktop, ndjson or csv; unset: told from the content."`
	Map      string   `help:"Fields of NDJSON or CSV, as for otklik import."`
	Network  string   `default:"telegram" help:"Network of mapped posts."`
	Zone     string   `default:"UTC" help:"Time zone of times without one, and whose days since: and until: mean."`
	Regions  []string `help:"Regions of the posts, for region: of searches; codes with commas between."`
	Glossary string   `help:"A glossary to work with, as the page shows it." type:"existingfile" placeholder:"FILE"`
	Workers  int      `default:"1" help:"How many posts are analysed and matched at once, 1 to 64."`
}

// Help says what comes out.
func (matchCommand) Help() string {
	return `Matches posts with searches as an indexer does, and stores nothing. On standard output a line for each match, in the order of the posts: the post's id, a tabulator, the id of the search. On standard error how many posts a second were read, analysed and matched.

    otklik match --searches searches.ndjson --map id=message_id,source=sender_id,text=text,published=date posts.jsonl.gz

Searches of which the query is wrong are named with their lines, and nothing is matched. Posts that can't be read are counted and left out; the exit code is then 3.`
}

const (
	maxWorkers  = 64
	matchAtOnce = 100 // posts that a worker takes
	namedAtOnce = 50  // wrong searches that are named
)

// Run matches all files.
func (c *matchCommand) Run(p *process) error {
	o, err := c.options(p)
	if err != nil {
		return err
	}
	z, err := analyzerWith(c.Glossary)
	if err != nil {
		return err
	}
	m := &matching{analyzer: z, set: match.NewSet(), regions: c.Regions}
	began := clock()
	if err := m.load(c.Searches, o.Zone); err != nil {
		return err
	}
	loaded := clock().Sub(began)
	for _, f := range c.files() {
		o.Path = f
		if err := m.file(p, o, c.Workers); err != nil {
			return fmt.Errorf("%s: %w", f, err)
		}
	}
	m.report(p, loaded, c.Workers)
	if m.bad > 0 {
		return &refusedError{lines: m.bad}
	}
	return nil
}

func (c *matchCommand) files() []string {
	if len(c.Files) == 0 {
		return []string{"-"}
	}
	return c.Files
}

// options checks every flag, and names all that are wrong.
func (c *matchCommand) options(p *process) (archive.Options, error) {
	o, bad := fileOptions(c.Format, c.Map, c.Network, c.Zone)
	o.Stdin = p.stdin
	if c.Workers < 1 || c.Workers > maxWorkers {
		bad = append(bad, fault.Field{Path: "--workers", Message: fmt.Sprintf("%d is not within 1…%d", c.Workers, maxWorkers)})
	}
	return o, fault.Fields(append(bad, o.Check()...)...)
}

// matching is one run.
type matching struct {
	analyzer *text.Analyzer
	set      *match.Set
	names    []string // of searches, by their number in the set
	regions  []string

	posts, bad                  int
	pairs                       atomic.Int64
	reading, analysed, compared atomic.Int64 // nanoseconds, the latter two of all workers
}

// load reads the searches and names everything that is wrong with them.
func (m *matching) load(path string, zone *time.Location) error {
	registry, err := places.Load()
	if err != nil {
		return err
	}
	var bad []fault.Field
	for _, r := range m.regions {
		if !registry.Known(r) {
			bad = append(bad, fault.Field{Path: "--regions", Message: fmt.Sprintf("region %q is unknown; a code looks like RU-PRI", r)})
		}
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	compiler := query.Compiler{Analyzer: m.analyzer, KnownRegion: registry.Known}
	in := bufio.NewScanner(file)
	in.Buffer(nil, longestLine)
	seen := map[string]int{}
	n := 0
	for in.Scan() {
		n++
		where := fmt.Sprintf("%s, line %d", path, n)
		if strings.TrimSpace(in.Text()) == "" {
			continue
		}
		name, q, err := parseSearch(in.Bytes())
		if err != nil {
			bad = append(bad, fault.Field{Path: where, Message: err.Error()})
			continue
		}
		if first := seen[name]; first > 0 {
			bad = append(bad, fault.Field{Path: where, Message: fmt.Sprintf("id %s stands in line %d already", name, first)})
			continue
		}
		seen[name] = n
		e, es := compiler.Compile(q, query.Reader{Location: zone})
		bad = append(bad, es.Fields(where, "en")...)
		if len(es) == 0 {
			m.set.Update(int64(len(m.names)), e)
			m.names = append(m.names, name)
		}
	}
	if in.Err() != nil {
		bad = append(bad, fault.Field{Path: fmt.Sprintf("%s, line %d", path, n+1), Message: in.Err().Error()})
	}
	if len(bad) > namedAtOnce {
		bad = append(bad[:namedAtOnce], fault.Field{Path: path, Message: fmt.Sprintf("and %d problems more", len(bad)-namedAtOnce)})
	}
	return fault.Fields(bad...)
}

// parseSearch reads {"id": 7, "query": "…"}; an id is a number or a text.
func parseSearch(line []byte) (id, q string, err error) {
	var s struct {
		ID    json.RawMessage `json:"id"`
		Query *string         `json:"query"`
	}
	if err := json.Unmarshal(line, &s); err != nil {
		return "", "", fmt.Errorf("is not a search ({\"id\": 7, \"query\": \"…\"}): %w", err)
	}
	if s.Query == nil {
		return "", "", errors.New("has no \"query\"")
	}
	if err := json.Unmarshal(s.ID, &id); err != nil {
		var n json.Number
		if err := json.Unmarshal(s.ID, &n); err != nil {
			return "", "", errors.New("has no \"id\" that is a number or a text")
		}
		id = n.String()
	}
	if id == "" || strings.ContainsAny(id, "\t\n\r") {
		return "", "", errors.New("has an \"id\" that is empty or doesn't fit into a line")
	}
	return id, *s.Query, nil
}

// job is some posts on their way, and their lines when they are matched.
type job struct {
	items []source.Item
	lines chan string // one, for all
}

// file matches one file: read by one goroutine, matched by workers, written in
// the order of the posts.
func (m *matching) file(p *process, o archive.Options, workers int) error {
	f, err := archive.Open(o)
	if err != nil {
		return err
	}
	defer f.Close()
	bar := newProgress(p.stderr, filepath.Base(o.Path))
	defer bar.end()
	todo, inOrder := make(chan job, workers), make(chan job, 2*workers)
	all, ctx := errgroup.WithContext(p.ctx)
	all.Go(func() error {
		defer close(todo)
		defer close(inOrder)
		began := clock()
		s := &matchSink{m: m, todo: todo, inOrder: inOrder, show: func() {
			read, total := f.Progress()
			bar.show(importer.Progress{Bytes: read, Total: total, Posts: m.posts, PerSecond: float64(m.posts) / max(clock().Sub(began).Seconds(), 1e-9)})
		}}
		err := f.Read(ctx, s)
		if err == nil {
			err = s.give(ctx)
		}
		m.reading.Add(int64(clock().Sub(began) - s.waited))
		return err
	})
	for range workers {
		all.Go(func() error {
			for j := range todo {
				j.lines <- m.match(j.items)
			}
			return nil
		})
	}
	all.Go(func() error {
		out := bufio.NewWriter(p.stdout)
		for j := range inOrder {
			if _, err := out.WriteString(<-j.lines); err != nil {
				return err
			}
		}
		return out.Flush()
	})
	return all.Wait()
}

// match gives the lines of some posts.
func (m *matching) match(items []source.Item) string {
	var b strings.Builder
	for _, it := range items {
		began := clock()
		d := match.NewDoc(post.Envelope{ID: it.ID, Published: it.Published, Regions: m.regions, Visibility: post.Public},
			m.analyzer.Analyze(it.Post.Title, it.Post.Text))
		ready := clock()
		found := m.set.Match(d)
		m.analysed.Add(int64(ready.Sub(began)))
		m.compared.Add(int64(clock().Sub(ready)))
		m.pairs.Add(int64(len(found)))
		for _, id := range found {
			b.WriteString(string(it.ID) + "\t" + m.names[id] + "\n")
		}
	}
	return b.String()
}

// matchSink hands posts to the workers, some at a time.
type matchSink struct {
	m             *matching
	todo, inOrder chan<- job
	items         []source.Item
	waited        time.Duration // for the workers
	show          func()
}

// Post takes a post.
func (s *matchSink) Post(ctx context.Context, _ int, it source.Item, _ int) error {
	it.Post.Normalize()
	s.items = append(s.items, it)
	s.m.posts++
	if len(s.items) < matchAtOnce {
		return nil
	}
	return s.give(ctx)
}

func (s *matchSink) give(ctx context.Context) error {
	began := clock()
	defer func() { s.waited += clock().Sub(began) }()
	j := job{s.items, make(chan string, 1)}
	s.items = nil
	for _, to := range []chan<- job{s.inOrder, s.todo} {
		select {
		case to <- j:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	s.show()
	return nil
}

// Bad counts what can't be read.
func (s *matchSink) Bad(archive.BadLine) { s.m.bad++ }

// Skip is for what is no post.
func (s *matchSink) Skip(string) {}

// Wanted takes every channel: nothing is stored.
func (s *matchSink) Wanted(context.Context, string) (bool, error) { return true, nil }

func (m *matching) report(p *process, loaded time.Duration, workers int) {
	rate := func(ns int64) string {
		if ns == 0 {
			return "-"
		}
		return fmt.Sprintf("%.0f posts/s", float64(m.posts)/time.Duration(ns).Seconds())
	}
	n := int64(workers)
	fmt.Fprintf(p.stderr, "%d searches, loaded in %s; %d posts, %d matches\n", m.set.Len(), loaded.Round(time.Millisecond), m.posts, m.pairs.Load())
	fmt.Fprintf(p.stderr, "read: %s; analysed: %s; matched: %s; analysed and matched: %s, %d at once\n", rate(m.reading.Load()),
		rate(m.analysed.Load()/n), rate(m.compared.Load()/n), rate((m.analysed.Load()+m.compared.Load())/n), workers)
}
