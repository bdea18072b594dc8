// Package importer takes the posts of files (crawler/archive) the same way as
// what is crawled, through the ledger into the log, so that a file that is
// imported twice adds nothing, and a post that was crawled, taken from an
// export and imported has one id.
//
// A line that can't be read is counted, told and kept in a side file; the rest
// goes in. Memory is bounded by the longest line and the size of a batch,
// whatever the size of the file.
package importer

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/otklik/otklik/crawler/archive"
	"github.com/otklik/otklik/crawler/crawl"
	"github.com/otklik/otklik/crawler/ledger"
	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/crawler/schedule"
	"github.com/otklik/otklik/crawler/source"
	"github.com/otklik/otklik/internal/fault"
)

// A batch ends at whichever comes first.
const (
	batchPosts = 500
	batchBytes = 4 << 20
)

// Sources knows the sources that are read; schedule.Store is one.
type Sources interface {
	ByExternal(ctx context.Context, external string) (schedule.Source, bool, error)
}

// Options say what is imported, and as what.
type Options struct {
	Ledger  crawl.Ledger
	Log     crawl.Appender
	Sources Sources
	Now     func() time.Time

	File archive.Options

	// What the posts are. Where Regions is empty, those of the configured
	// source with the same number; likewise Class and Visibility, which
	// otherwise are "standard" and public.
	Regions     []string
	Class       string
	Visibility  post.Visibility
	KnownRegion func(code string) bool // nil: any is
	Classes     []string               // that may be meant; nil: any

	Rejected string         // the side file; "": Path + ".rejected.ndjson"
	Stderr   io.Writer      // for the first bad lines; nil: nobody reads them
	Progress func(Progress) // after each batch and at the end; nil: nobody looks
}

// Progress is how far an import is.
type Progress struct {
	Bytes     int64   // of the file that were read, packed where it is packed
	Total     int64   // size of the file; 0: unknown
	Posts     int     // that went the whole way
	PerSecond float64 // posts since the start
	Left      time.Duration
}

// Report is what became of a file. Read is the sum of New … Repeated.
type Report struct {
	Format    archive.Format
	Read      int            // posts that were understood
	New       int            // never seen before
	Revised   int            // known, with another content
	Unchanged int            // known with this content, or read live, which knows more
	TooOld    int            // older than their retention class allows
	Stale     int            // somebody read it later than we began
	Forgotten int            // asked to be forgotten
	Invalid   int            // refused by the ledger; part of Bad
	Repeated  int            // the same id again in this file: the first one counts
	Bad       int            // lines that could not be read; they are in Rejected
	Skipped   map[string]int // what is no post, by reason
	Rejected  string         // path of the side file; "": there were no bad lines
}

// Import takes the posts of one file. It may be repeated after any error: what
// is in already stays and adds nothing. The report is right also beside an
// error. An input that ends early (a cut gzip, a broken disk) is an error, with
// what was before the break taken in.
func Import(ctx context.Context, o Options) (Report, error) {
	im, err := newImport(o)
	if err != nil {
		return Report{}, err
	}
	defer im.rejected.close()
	if im.file, err = archive.Open(o.File); err != nil {
		return Report{}, err
	}
	defer im.file.Close()
	im.report.Format = im.file.Form()
	wrong := im.file.Read(ctx, im)
	if wrong != nil && fault.KindOf(wrong) != fault.Invalid {
		return im.report, im.end(wrong)
	}
	if err := im.flush(ctx); err != nil { // also where the file is wrong further on
		return im.report, im.end(err)
	}
	return im.report, im.end(wrong)
}

// entry is a post on its way.
type entry struct {
	source.Item
	line  int
	place *place
}

// importing is one run of Import; it is the file's archive.Sink.
type importing struct {
	Options
	file     *archive.File
	report   Report
	rejected *rejected
	places   map[string]*place
	seen     seen
	batch    []entry
	bytes    int
	start    time.Time
}

func newImport(o Options) (*importing, error) {
	if o.Rejected == "" {
		o.Rejected = o.File.Path + ".rejected.ndjson"
		if o.File.Path == "-" {
			o.Rejected = "stdin.rejected.ndjson"
		}
	}
	if err := o.Check(); err != nil {
		return nil, err
	}
	im := &importing{Options: o, places: map[string]*place{}, seen: newSeen(), start: o.Now(), report: Report{Skipped: map[string]int{}}}
	im.rejected = &rejected{path: o.Rejected, stderr: o.Stderr, name: o.File.Path}
	return im, im.rejected.clear()
}

// Check gives everything that is wrong with the options, before anything is
// read, by the names of the flags that set them.
func (o Options) Check() error {
	bad := o.File.Check()
	for _, r := range o.Regions {
		if o.KnownRegion != nil && !o.KnownRegion(r) {
			bad = append(bad, fault.Field{Path: "--regions", Message: fmt.Sprintf("region %q is unknown; a code looks like RU-PRI", r)})
		}
	}
	if o.Class != "" && o.Classes != nil && !slices.Contains(o.Classes, o.Class) {
		bad = append(bad, fault.Field{Path: "--class", Message: fmt.Sprintf("%q is no retention class; there are %s", o.Class, strings.Join(o.Classes, ", "))})
	}
	if v := o.Visibility; v != "" && v != post.Public && v != post.Partner && v != post.Sealed {
		bad = append(bad, fault.Field{Path: "--visibility", Message: fmt.Sprintf("%q is none of public, partner, sealed", v)})
	}
	return fault.Fields(bad...)
}

// Post puts a post into the batch.
func (im *importing) Post(ctx context.Context, line int, it source.Item, size int) error {
	im.report.Read++
	if im.seen.again(it.ID) {
		im.report.Repeated++
		return nil
	}
	pl, err := im.place(ctx, it.ID.Source())
	if err != nil {
		im.report.Read--
		return err
	}
	if it.Post.URL == "" {
		it.Post.URL = pl.permalink(it.ID)
	}
	im.batch = append(im.batch, entry{Item: it, line: line, place: pl})
	if im.bytes += size; len(im.batch) >= batchPosts || im.bytes >= batchBytes {
		return im.flush(ctx)
	}
	return ctx.Err()
}

// flush takes the batch the whole way to the ledger's confirmation, one
// reading for each place.
func (im *importing) flush(ctx context.Context) error {
	groups := map[*place][]entry{}
	var order []*place
	for _, e := range im.batch {
		if groups[e.place] == nil {
			order = append(order, e.place)
		}
		groups[e.place] = append(groups[e.place], e)
	}
	im.batch, im.bytes = im.batch[:0], 0
	for _, pl := range order {
		if err := im.admit(ctx, pl, groups[pl]); err != nil {
			return err
		}
	}
	im.progress()
	return nil
}

func (im *importing) admit(ctx context.Context, pl *place, entries []entry) error {
	rev, err := im.Ledger.NextRev(ctx)
	if err != nil {
		return err
	}
	lines := make(map[post.ID]int, len(entries))
	items := make([]source.Item, len(entries))
	for i, e := range entries {
		items[i], lines[e.ID] = e.Item, e.line
	}
	a, err := im.Ledger.Admit(ctx, ledger.Reading{Rev: rev, Observed: im.Now(), Origin: post.Import, Regions: pl.regions,
		Visibility: pl.visibility, Class: pl.class, KeepLive: true}, items)
	if err != nil {
		return err
	}
	if err := crawl.Append(ctx, im.Log, a.Records); err != nil {
		return err
	}
	if err := im.Ledger.Confirm(ctx, a); err != nil {
		return err
	}
	r := &im.report
	r.New, r.Revised, r.Unchanged = r.New+a.New, r.Revised+a.Revised, r.Unchanged+a.Unchanged
	r.TooOld, r.Stale, r.Forgotten = r.TooOld+a.TooOld, r.Stale+a.Stale, r.Forgotten+a.Forgotten
	for _, id := range slices.Sorted(maps.Keys(a.Invalid)) {
		r.Read--
		r.Invalid++
		im.Bad(archive.BadLine{Line: lines[id], Reason: a.Invalid[id], Raw: string(id)})
	}
	return nil
}

// Bad counts, tells and keeps a line that can't be read.
func (im *importing) Bad(b archive.BadLine) {
	im.report.Bad++
	im.rejected.add(b)
}

// Skip counts what is no post.
func (im *importing) Skip(reason string) { im.report.Skipped[reason]++ }

// Wanted says whether it is known what the posts of a source are.
func (im *importing) Wanted(ctx context.Context, owner string) (bool, error) {
	_, err := im.place(ctx, owner)
	if fault.KindOf(err) == fault.Invalid {
		return false, nil
	}
	return err == nil, err
}

// end closes the side file and looks at the clock for the last time.
func (im *importing) end(err error) error {
	im.progress()
	if im.report.Bad > 0 {
		im.report.Rejected = im.rejected.path
	}
	if e := im.rejected.finish(); e != nil && err == nil {
		return fmt.Errorf("side file of bad lines: %w", e)
	}
	return err
}

func (im *importing) progress() {
	if im.Progress == nil {
		return
	}
	r := im.report
	p := Progress{Posts: r.New + r.Revised + r.Unchanged + r.TooOld + r.Stale + r.Forgotten + r.Repeated}
	p.Bytes, p.Total = im.file.Progress()
	took := im.Now().Sub(im.start)
	if took > 0 {
		p.PerSecond = float64(p.Posts) / took.Seconds()
	}
	if p.Bytes > 0 && p.Total > p.Bytes {
		p.Left = time.Duration(float64(took) * float64(p.Total-p.Bytes) / float64(p.Bytes))
	}
	im.Progress(p)
}
