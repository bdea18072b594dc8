// Package reindex makes buckets of the index anew, out of the posts that it
// holds, with another analysis than the one they were put in with; searches and
// writers go on meanwhile, and what was made takes its place all at once.
package reindex

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/search"
	"github.com/otklik/otklik/indexer/text"
	"github.com/otklik/otklik/internal/fault"
)

// Bodies reads the content of sealed posts. A rev of 0 is the newest there is.
type Bodies interface {
	Body(ctx context.Context, id post.ID, rev int64) (post.Post, error)
}

// Forgotten gives the posts that were asked to be forgotten: what is read
// before and written after must not bring them back.
type Forgotten interface {
	AllForgotten(ctx context.Context) ([]post.ID, error)
}

// Reindexer makes buckets anew. Its Index may have one at a time.
type Reindexer struct {
	Index     search.Rebuilder
	Bodies    Bodies
	Forgotten Forgotten
	Analyze   func(title, body string) text.Analysis
	Now       func() time.Time
	Progress  func(Progress) // after each step; nil: nobody looks
	Log       *slog.Logger
}

// Progress is how far it is.
type Progress struct {
	Bucket    post.Bucket // "": the end, when all take their places
	Done, All int64       // posts; those that come meanwhile count when they are done
	PerSecond float64     // since the beginning
	Left      time.Duration
}

// Report is what was done.
type Report struct {
	Posts     int64         // brought over, those that came meanwhile too
	Wordless  int64         // of them: sealed ones whose content is nowhere any more
	Held      time.Duration // that writers were held for the switch
	Abandoned bool          // nothing was changed: see the error
}

const (
	atOnce     = 500    // posts that are in memory
	rounds     = 20     // of catching up before the switch
	few        = 500    // posts that the switch may have to bring over
	ahead      = 10_000 // posts that may come while one bucket is made: who writes without end doesn't keep the others waiting
	tries      = 10     // to switch, where searches or writers are in the way
	pause      = 500 * time.Millisecond
	undoTime   = 2 * time.Minute
	removeSome = 1000
	noLimit    = 1 << 40 // posts
)

// run is one reindexing.
type run struct {
	*Reindexer
	began  time.Time
	report Report
	all    int64
}

// Run makes buckets anew and puts them in the place of the old ones. An error
// leaves the index as it was; what was made is thrown away, at the latest by
// the next Run or by search.Rebuilder.Abandon.
func (r *Reindexer) Run(ctx context.Context, buckets []post.Bucket) (Report, error) {
	w := &run{Reindexer: r, began: r.Now()}
	if err := r.Index.Abandon(ctx); err != nil {
		return w.report, fmt.Errorf("remove what an earlier reindexing left: %w", err)
	}
	err := w.work(ctx, buckets)
	if err != nil {
		w.report.Abandoned = true
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTime)
		defer cancel()
		if undo := r.Index.Abandon(ctx); undo != nil {
			r.Log.Warn("what was made anew is not removed yet; an indexer will do it", "err", undo)
		}
	}
	return w.report, err
}

func (w *run) work(ctx context.Context, buckets []post.Bucket) error {
	var all []search.Rebuild
	for _, b := range buckets {
		made, err := w.Index.Rebuild(ctx, b)
		if err != nil {
			return fmt.Errorf("bucket %s: %w", b, err)
		}
		all = append(all, made)
		w.all += made.Posts()
	}
	for range rounds {
		n, err := w.bringAll(ctx, all, ahead)
		if err != nil {
			return err
		}
		if n <= few {
			break
		}
	}
	return w.change(ctx, all)
}

// change switches. Whoever is in the way of it is waited for between two tries
// and not in them, for others would wait behind us.
func (w *run) change(ctx context.Context, all []search.Rebuild) error {
	for try := 1; ; try++ {
		var held time.Time
		err := w.Index.Switch(ctx, all, func(ctx context.Context) error {
			held = w.Now()
			return w.rest(ctx, all)
		})
		if !held.IsZero() {
			w.report.Held += w.Now().Sub(held)
		}
		if err == nil || try == tries || fault.KindOf(err) != fault.Unavailable {
			return err
		}
		w.Log.Info("the switch is tried again", "why", err)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
		if _, err := w.bringAll(ctx, all, ahead); err != nil {
			return err
		}
	}
}

// rest brings over what is left while nobody writes.
func (w *run) rest(ctx context.Context, all []search.Rebuild) error {
	if _, err := w.bringAll(ctx, all, noLimit); err != nil {
		return err
	}
	gone, err := w.Forgotten.AllForgotten(ctx)
	if err != nil {
		return err
	}
	for _, made := range all {
		for from := 0; from < len(gone); from += removeSome {
			if err := made.Remove(ctx, gone[from:min(from+removeSome, len(gone))]); err != nil {
				return err
			}
		}
	}
	w.tell("")
	return nil
}

// bringAll brings over what every bucket has at this moment, of each at most
// its posts and so many more.
func (w *run) bringAll(ctx context.Context, all []search.Rebuild, more int64) (n int64, err error) {
	for _, made := range all {
		some, err := w.bring(ctx, made, made.Posts()+more)
		if n += some; err != nil {
			return n, err
		}
	}
	return n, nil
}

func (w *run) bring(ctx context.Context, made search.Rebuild, most int64) (n int64, err error) {
	for n < most {
		recs, err := made.Next(ctx, atOnce)
		if err != nil || len(recs) == 0 {
			return n, err
		}
		docs := make([]search.Document, len(recs))
		for i := range recs {
			if docs[i], err = w.document(ctx, recs[i]); err != nil {
				return n, err
			}
		}
		if err := made.Put(ctx, docs); err != nil {
			return n, fmt.Errorf("bucket %s: %w", made.Bucket(), err)
		}
		n += int64(len(docs))
		w.report.Posts += int64(len(docs))
		w.tell(made.Bucket())
	}
	return n, nil
}

// document analyses a post again. Of a sealed one the index has no content.
func (w *run) document(ctx context.Context, r post.Record) (search.Document, error) {
	d := search.Document{Record: r}
	if r.Post != nil {
		d.Body = *r.Post
	} else {
		body, err := w.body(ctx, r)
		if err != nil {
			return d, fmt.Errorf("body of a sealed post: %w", err)
		}
		d.Body = body
	}
	d.Text = w.Analyze(d.Body.Title, d.Body.Text)
	d.Analysis = d.Text.Edition
	return d, nil
}

// body gives the content of a sealed post: of its revision, or the newest where
// it was deleted since. One that is nowhere has no words, and can't be shown.
func (w *run) body(ctx context.Context, r post.Record) (post.Post, error) {
	for _, rev := range []int64{r.Rev, 0} {
		p, err := w.Bodies.Body(ctx, r.ID, rev)
		if err == nil || fault.KindOf(err) != fault.NotFound {
			return p, err
		}
	}
	w.report.Wordless++
	return post.Post{}, nil
}

func (w *run) tell(b post.Bucket) {
	if w.Progress == nil {
		return
	}
	p := Progress{Bucket: b, Done: w.report.Posts, All: max(w.all, w.report.Posts)}
	if took := w.Now().Sub(w.began); took > 0 {
		p.PerSecond = float64(p.Done) / took.Seconds()
	}
	if p.PerSecond > 0 {
		p.Left = time.Duration(float64(p.All-p.Done) / p.PerSecond * float64(time.Second))
	}
	w.Progress(p)
}
