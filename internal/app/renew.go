package app

import (
	"context"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/glossary"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/reindex"
	"github.com/otklik/otklik/indexer/search"
	"github.com/otklik/otklik/indexer/text"
	"github.com/otklik/otklik/internal/access"
)

// The pace of making the index anew in the background.
const (
	wordsEvery = time.Second      // looks at the glossary, of a process that serves
	renewEvery = 5 * time.Second  // looks whether there is something to do
	renewCalm  = time.Minute      // without a change before it begins
	renewAgain = time.Minute      // after an error
	noteEvery  = time.Second      // of the progress
	countTime  = 20 * time.Second // for counting what there is to do
)

// renewer makes the index anew where documents may have an older edition than
// indexers write with, bucket by bucket: what is interrupted costs one of them.
type renewer struct {
	Pool     *pgxpool.Pool
	Glossary *glossary.Store
	Index    index
	Ledger   interface {
		reindex.Bodies
		reindex.Forgotten
	}
	Calm time.Duration
	Now  func() time.Time
	Log  *slog.Logger
}

func (a *App) renewer() *renewer {
	return &renewer{Pool: a.pool, Glossary: a.glossary, Index: a.index, Ledger: a.ledger, Calm: renewCalm, Now: a.now, Log: a.log}
}

// renewRole makes the index anew when that is due. Every indexer does it; a lock
// sees to it that one at a time does.
func (a *App) renewRole(ctx context.Context) error {
	r := a.renewer()
	tick := time.NewTicker(renewEvery)
	defer tick.Stop()
	var wait time.Time
	for {
		if !a.now().Before(wait) {
			if err := r.Round(ctx); err != nil && ctx.Err() == nil {
				a.log.Warn("the index is not made anew with the present glossary yet; trying again", "err", err, "in", renewAgain)
				wait = a.now().Add(renewAgain)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// renewal is one time of making buckets anew.
type renewal struct {
	*renewer
	era      glossary.Era
	analyzer *text.Analyzer
	progress glossary.Progress
	noted    time.Time
}

// Round makes anew what is due, and retires the editions that no document has
// any more. It ends where the glossary changes meanwhile.
func (r *renewer) Round(ctx context.Context) error {
	era, live, due, err := r.due(ctx)
	if err != nil || !due {
		return err
	}
	w := &renewal{renewer: r, era: era, analyzer: text.New(), progress: glossary.Progress{Edition: era.Edition, BeganAt: r.Now()}}
	w.analyzer.Use(live.Glossary)
	if err := w.buckets(ctx); err != nil {
		w.progress.Error = err.Error()
		w.note(context.WithoutCancel(ctx), true)
		return err
	}
	return nil
}

// due says whether there is something to do, and whether now is the time.
func (r *renewer) due(ctx context.Context) (era glossary.Era, live glossary.Live, due bool, err error) {
	if era, err = r.Glossary.Era(ctx); err != nil || !era.Others {
		return era, live, false, err
	}
	if live, err = r.Glossary.Live(ctx); err != nil {
		return era, live, false, err
	}
	mine := live.Number()
	settled, err := r.Glossary.Settled(ctx, mine)
	switch {
	case err != nil || !settled:
		return era, live, false, err
	case era.Edition != mine: // one came after it, of a build that was gone back from
		return era, live, false, r.Glossary.Take(ctx, mine)
	}
	calm := r.Now().Sub(live.ChangedAt) >= r.Calm && r.Now().Sub(era.Since) >= r.Calm
	return era, live, calm, nil
}

// buckets makes one bucket after the other anew until none is left, somebody else
// does it, or another edition comes into force.
func (w *renewal) buckets(ctx context.Context) error {
	w.progress.Posts = w.count(ctx)
	for {
		left := 0
		ok, err := alone(ctx, w.Pool, func(ctx context.Context) (err error) {
			left, err = w.next(ctx)
			return err
		})
		if err != nil || !ok {
			return err
		}
		if left == 0 {
			return w.end(ctx)
		}
		if era, _, due, err := w.due(ctx); err != nil || !due || era.N != w.era.N {
			return err
		}
	}
}

// next makes the next bucket anew, and gives how many there were to do before.
func (w *renewal) next(ctx context.Context) (left int, err error) {
	all, err := w.Index.Buckets(ctx)
	if err != nil {
		return 0, err
	}
	renewed, err := w.Glossary.Renewed(ctx, w.era)
	if err != nil {
		return 0, err
	}
	todo := glossary.Left(all, renewed)
	if len(todo) == 0 {
		return 0, nil
	}
	w.progress.Buckets, w.progress.BucketsDone, w.progress.Bucket, w.progress.Done = len(all), len(all)-len(todo), todo[0], 0
	for _, posts := range renewed {
		w.progress.Done += posts
	}
	return len(todo), w.bucket(ctx, todo[0])
}

func (w *renewal) bucket(ctx context.Context, b post.Bucket) error {
	before := w.progress.Done
	w.note(ctx, true)
	r := &reindex.Reindexer{Index: w.Index, Bodies: w.Ledger, Forgotten: w.Ledger, Analyze: w.analyzer.Analyze, Now: w.Now, Log: w.Log}
	r.Progress = func(p reindex.Progress) {
		w.progress.Done, w.progress.PerSecond, w.progress.Left = before+p.Done, p.PerSecond, p.Left
		if left := w.progress.Posts - w.progress.Done; left > 0 && p.PerSecond > 0 {
			w.progress.Left = time.Duration(float64(left) / p.PerSecond * float64(time.Second))
		}
		w.note(ctx, false)
	}
	report, err := r.Run(ctx, []post.Bucket{b})
	if err != nil {
		return err
	}
	w.progress.Done = before + report.Posts
	return w.Glossary.Renew(ctx, w.era, b, report.Posts)
}

// end retires what no document has any more.
func (w *renewal) end(ctx context.Context) error {
	all, err := w.Index.Buckets(ctx)
	if err != nil {
		return err
	}
	done, err := w.Glossary.Retire(ctx, w.era, all)
	if err != nil || !done { // a bucket or an edition came meanwhile
		return err
	}
	w.progress.Bucket, w.progress.Buckets, w.progress.BucketsDone, w.progress.Left, w.progress.EndedAt = "", len(all), len(all), 0, w.Now()
	w.note(ctx, true)
	w.Log.Info("the index has been made anew", "edition", w.era.Edition, "buckets", len(all), "took", w.Now().Sub(w.progress.BeganAt).Round(time.Millisecond))
	return nil
}

// note keeps the progress where the API reads it. That it can't is no reason to
// stop.
func (w *renewal) note(ctx context.Context, always bool) {
	if !always && w.Now().Sub(w.noted) < noteEvery {
		return
	}
	w.noted = w.Now()
	ctx, cancel := context.WithTimeout(ctx, stopTime)
	defer cancel()
	if err := w.Glossary.Note(ctx, w.progress); err != nil {
		w.Log.Warn("progress is not noted", "err", err)
	}
}

// count gives the number of posts in all; 0 where that takes too long.
func (w *renewal) count(ctx context.Context) int64 {
	all, bad := query.Compiler{Analyzer: w.analyzer}.Compile("", query.Reader{})
	if len(bad) > 0 {
		return 0
	}
	n, err := search.Reader(w.Index).Count(ctx, access.Everything(), all, countTime)
	if err != nil || !n.Reached.IsZero() {
		return 0
	}
	return n.Posts
}

// followWords keeps what people search with at the newest glossary.
func (a *App) followWords(ctx context.Context) error {
	return a.words.Follow(ctx, wordsEvery, func(err error) {
		a.log.Warn("the glossary can't be read; the one before is used", "err", err)
	})
}

// openWords brings the analyzer to the newest glossary.
func (a *App) openWords(ctx context.Context) error {
	a.glossary = &glossary.Store{Pool: a.pool, Now: a.now}
	a.words = &glossary.Follower{Store: a.glossary, Analyzer: a.analyzer}
	use, err := a.words.Look(ctx)
	if err == nil && use != nil {
		use()
	}
	return err
}
