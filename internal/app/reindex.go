package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/glossary"
	"github.com/otklik/otklik/indexer/reindex"
	"github.com/otklik/otklik/internal/fault"
)

// reindexCommand is `otklik reindex`.
type reindexCommand struct {
	Buckets []string `arg:"" optional:"" name:"bucket" help:"Buckets, class-YYYY-MM, as otklik retention list names them; unset: all."`
}

// Help says when it is needed, and what it does to those who work meanwhile.
func (reindexCommand) Help() string {
	return `Makes the index of stored posts anew with the analysis of this binary and the present glossary: where an index is in disorder. Where words are analysed in another way than before, indexers do it in the background by themselves.

Posts are searched and written meanwhile. What is made anew stands beside the old index and takes its place all at once in the end; it needs as much room again until then. Writers wait for a moment at the switch. Interrupted, or ended by an error, it changes nothing; begin again.`
}

// Run makes buckets anew.
func (c *reindexCommand) Run(p *process) error {
	want, err := bucketsOf(c.Buckets)
	if err != nil {
		return err
	}
	p.config.visit = true
	return p.open(func(a *App) error {
		ok, err := alone(p.ctx, a.pool, func(ctx context.Context) error { return a.reindex(ctx, p, want) })
		if err == nil && !ok {
			err = fault.New(fault.Conflict, "another process makes buckets anew or drops them; try again when it has ended")
		}
		if err != nil && p.ctx.Err() != nil {
			return errors.New("interrupted; nothing has changed, begin again")
		}
		return err
	})
}

// bucketsOf reads names of buckets and names every one that is none.
func bucketsOf(names []string) (all []post.Bucket, err error) {
	var bad []fault.Field
	for i, name := range names {
		b := post.Bucket(name)
		if err := b.Check(); err != nil {
			bad = append(bad, fault.Field{Path: fmt.Sprintf("bucket %d", i+1), Message: err.Error() + "; otklik retention list names those there are"})
		}
		all = append(all, b)
	}
	slices.Sort(all)
	return slices.Compact(all), fault.Fields(bad...)
}

func (a *App) reindex(ctx context.Context, p *process, want []post.Bucket) error {
	there, err := a.index.Buckets(ctx)
	if err != nil {
		return err
	}
	if len(want) == 0 {
		want = there
	}
	for _, b := range want {
		if !slices.Contains(there, b) {
			return fault.New(fault.Invalid, "there is no bucket %s; otklik retention list names those there are", b)
		}
	}
	if len(want) == 0 {
		_, err := fmt.Fprintln(p.stdout, "there are no posts")
		return err
	}
	edition := a.analyzer.Edition()
	era, settled, err := a.begins(ctx, edition)
	if err != nil {
		return err
	}
	bar := &reindexBar{out: p.stderr, now: a.now}
	r := &reindex.Reindexer{Index: a.index, Bodies: a.ledger, Forgotten: a.ledger, Analyze: a.analyzer.Analyze,
		Now: a.now, Progress: bar.show, Log: a.log}
	began := a.now()
	report, err := r.Run(ctx, want)
	bar.end()
	if err != nil {
		return fmt.Errorf("nothing has changed: %w", err)
	}
	if settled {
		if err := a.renewed(ctx, era, want, report.Posts); err != nil {
			return fmt.Errorf("the buckets are made anew, but that is not noted: %w", err)
		}
	}
	fmt.Fprintf(p.stdout, "made anew: %d buckets, %d posts, analysis %d, in %s; writers waited %s\n",
		len(want), report.Posts, edition, a.now().Sub(began).Round(time.Millisecond), report.Held.Round(time.Millisecond))
	if report.Wordless > 0 {
		fmt.Fprintf(p.stdout, "sealed posts whose content is nowhere any more, found by no words: %d\n", report.Wordless)
	}
	return nil
}

// begins makes the edition one that documents may have. settled says whether all
// indexers write with it, so that what is made anew stays so.
func (a *App) begins(ctx context.Context, edition int) (era glossary.Era, settled bool, err error) {
	if err := a.glossary.Take(ctx, edition); err != nil {
		return era, false, err
	}
	if era, err = a.glossary.Era(ctx); err != nil {
		return era, false, err
	}
	settled, err = a.glossary.Settled(ctx, edition)
	return era, settled && era.Edition == edition, err
}

// renewed notes buckets that were made anew, and retires the editions that no
// document has any more.
func (a *App) renewed(ctx context.Context, era glossary.Era, done []post.Bucket, posts int64) error {
	for _, b := range done {
		if err := a.glossary.Renew(ctx, era, b, posts); err != nil {
			return err
		}
		posts = 0 // how many each has is not known; their sum counts
	}
	all, err := a.index.Buckets(ctx)
	if err == nil {
		_, err = a.glossary.Retire(ctx, era, all)
	}
	return err
}

// sayEvery is how often progress is a line where it is no bar.
const sayEvery = 10 * time.Second

// reindexBar shows how far a reindexing is: a bar on a terminal, a line now and
// then elsewhere.
type reindexBar struct {
	out  io.Writer
	now  func() time.Time
	bar  *progressbar.ProgressBar
	said time.Time
}

func (b *reindexBar) show(p reindex.Progress) {
	if f, ok := b.out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		b.draw(p)
		return
	}
	if p.Bucket != "" && b.now().Sub(b.said) < sayEvery {
		return
	}
	b.said = b.now()
	where := string(p.Bucket)
	if where == "" {
		where = "taking its place"
	}
	fmt.Fprintf(b.out, "%s: %d of %d posts, %.0f/s, %s left\n", where, p.Done, p.All, p.PerSecond, p.Left.Round(time.Second))
}

func (b *reindexBar) draw(p reindex.Progress) {
	if b.bar == nil {
		b.bar = progressbar.NewOptions64(p.All, progressbar.OptionSetWriter(b.out), progressbar.OptionSetPredictTime(true), progressbar.OptionShowCount(),
			progressbar.OptionShowIts(), progressbar.OptionSetItsString("posts"), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())
	}
	b.bar.Describe(string(p.Bucket))
	b.bar.ChangeMax64(p.All)
	_ = b.bar.Set64(p.Done)
}

func (b *reindexBar) end() {
	if b.bar != nil {
		_ = b.bar.Finish()
	}
}
