package glossary

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/otklik/otklik/indexer/text"
	"github.com/otklik/otklik/internal/fault"
)

// Live is the editions that documents may have.
type Live struct {
	Glossary  *text.Glossary
	ChangedAt time.Time      // of the glossary; zero: never
	Editions  []text.Edition // by number, whichever build may have written them
	Numbers   []int          // theirs
	mark      mark
}

// mark tells one state of the glossary and the editions from another.
type mark struct {
	revision int
	n        int64 // of the edition that came into force last
	live     int
}

const asMark = `SELECT (SELECT coalesce(max(revision), 0) FROM glossary), (SELECT coalesce(max(n), 0) FROM edition), (SELECT count(*) FROM edition WHERE NOT retired)`

// Live gives the newest glossary and the editions that are not retired. A
// revision that this build can't read is as if it were empty.
func (s *Store) Live(ctx context.Context) (l Live, err error) {
	err = pgx.BeginTxFunc(ctx, s.Pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if err := tx.QueryRow(ctx, asMark).Scan(&l.mark.revision, &l.mark.n, &l.mark.live); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `SELECT number FROM edition WHERE NOT retired ORDER BY number`)
		if err != nil {
			return err
		}
		if l.Numbers, err = pgx.CollectRows(rows, pgx.RowTo[int]); err != nil {
			return err
		}
		return l.read(ctx, tx)
	})
	return l, named(err)
}

// read reads the glossaries of the editions, each once.
func (l *Live) read(ctx context.Context, tx pgx.Tx) error {
	read := map[int]*text.Glossary{0: {}}
	glossary := func(revision int) (*text.Glossary, error) {
		if g := read[revision]; g != nil {
			return g, nil
		}
		r, err := one(ctx, tx, `SELECT `+columns+` FROM glossary WHERE revision = $1`, revision)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return nil, err
		}
		g, bad := text.ParseGlossary(revision, r.Body)
		if len(bad) > 0 {
			slog.Default().Error("a revision of the glossary can't be read by this build; it works as if it were empty", "revision", revision, "line", bad[0].Line, "problem", bad[0].Message("en"))
			g = &text.Glossary{Revision: revision}
		}
		read[revision] = g
		if revision == l.mark.revision {
			l.ChangedAt = r.ChangedAt
		}
		return g, nil
	}
	for _, n := range l.Numbers {
		code, revision := text.Split(n)
		g, err := glossary(revision)
		if err != nil {
			return err
		}
		l.Editions = append(l.Editions, text.Edition{Code: code, Glossary: g})
	}
	var err error
	l.Glossary, err = glossary(l.mark.revision)
	return err
}

// Number is that of the edition that this build makes of the newest glossary.
func (l Live) Number() int { return text.Edition{Code: text.Version, Glossary: l.Glossary}.Number() }

// Take makes an edition one that documents may have, and the one that came into
// force last. Whoever writes documents calls it before the first of them.
func (s *Store) Take(ctx context.Context, number int) error {
	err := pgx.BeginFunc(ctx, s.Pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `LOCK TABLE edition IN SHARE ROW EXCLUSIVE MODE`); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `INSERT INTO edition (number, since) SELECT $1, $2
				WHERE NOT EXISTS (SELECT FROM edition WHERE number = $1 AND NOT retired AND n = (SELECT max(n) FROM edition))
			ON CONFLICT (number) DO UPDATE SET n = nextval('edition_n'), since = excluded.since, retired = false`, number, s.Now())
		return err
	})
	if err != nil {
		return fmt.Errorf("edition %d: %w", number, err)
	}
	return nil
}

// Follower brings an analyzer to the newest glossary. Safe for concurrent use.
type Follower struct {
	Store    *Store
	Analyzer *text.Analyzer
	Writes   bool // documents are written with it

	mu   sync.Mutex
	seen *mark
}

// Edition is the number of the edition that the analyzer works with.
func (f *Follower) Edition() int { return f.Analyzer.Edition() }

// Look looks what is new; use, nil where nothing is, makes the analyzer work with
// it. Nothing has changed before use is called; it does not fail.
func (f *Follower) Look(ctx context.Context) (use func(), err error) {
	var now mark
	if err := f.Store.Pool.QueryRow(ctx, asMark).Scan(&now.revision, &now.n, &now.live); err != nil {
		return nil, named(err)
	}
	f.mu.Lock()
	same := f.seen != nil && *f.seen == now
	f.mu.Unlock()
	if same {
		return nil, nil
	}
	l, err := f.Store.Live(ctx)
	if err != nil {
		return nil, err
	}
	if f.Writes {
		if l, err = f.taken(ctx, l); err != nil {
			return nil, err
		}
	}
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.Analyzer.Use(l.Glossary, l.Editions...)
		f.seen = &l.mark
	}, nil
}

// taken makes the edition of this build and the newest glossary one that
// documents may have. The glossary may change meanwhile.
func (f *Follower) taken(ctx context.Context, l Live) (Live, error) {
	f.mu.Lock()
	mine := 0
	if f.seen != nil {
		mine = f.Analyzer.Edition()
	}
	f.mu.Unlock()
	for range takes {
		if mine == l.Number() && slices.Contains(l.Numbers, mine) {
			return l, nil
		}
		mine = l.Number()
		if err := f.Store.Take(ctx, mine); err != nil {
			return l, err
		}
		var err error
		if l, err = f.Store.Live(ctx); err != nil {
			return l, err
		}
	}
	return l, fault.New(fault.Unavailable, "the glossary changes faster than it is read")
}

// takes is how often the glossary may change while it is read.
const takes = 5

// Follow looks every interval until ctx ends, and tells said of what fails.
func (f *Follower) Follow(ctx context.Context, every time.Duration, said func(error)) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		use, err := f.Look(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			said(err)
		case use != nil:
			use()
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
