// Package glossary keeps the words of the region, which no dictionary has, in
// all their revisions; the editions of the index that come of them, as long as
// there may be documents of each; and how far the index is with being made anew.
package glossary

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/otklik/otklik/indexer/text"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/audit"
	"github.com/otklik/otklik/internal/fault"
)

// Revision is the glossary at a time, in the form that text.ParseGlossary reads.
type Revision struct {
	Revision  int // 0: nobody has written anything yet
	Body      string
	ChangedBy string
	ChangedAt time.Time
}

// Store holds the glossary in Postgres.
type Store struct {
	Pool *pgxpool.Pool
	Now  func() time.Time
}

const (
	maxLive     = 64  // editions at once: a query asks for the words of each
	maxProblems = 100 // that are named of one body
)

const columns = `revision, body, changed_by, changed_at`

// Current gives the newest revision.
func (s *Store) Current(ctx context.Context) (Revision, error) {
	r, err := one(ctx, s.Pool, `SELECT `+columns+` FROM glossary ORDER BY revision DESC LIMIT 1`)
	if errors.Is(err, pgx.ErrNoRows) {
		return Revision{}, nil
	}
	return r, named(err)
}

// Revision gives one revision; fault.NotFound where there is none of the number.
func (s *Store) Revision(ctx context.Context, n int) (Revision, error) {
	r, err := one(ctx, s.Pool, `SELECT `+columns+` FROM glossary WHERE revision = $1`, n)
	if errors.Is(err, pgx.ErrNoRows) {
		return Revision{}, fault.New(fault.NotFound, "there is no revision %d of the glossary", n)
	}
	return r, named(err)
}

// History gives the revisions before one (0: all), the newest first, at most
// limit, without their bodies.
func (s *Store) History(ctx context.Context, before, limit int) ([]Revision, error) {
	rows, err := s.Pool.Query(ctx, `SELECT revision, '', changed_by, changed_at FROM glossary
		WHERE $1::bigint = 0 OR revision < $1 ORDER BY revision DESC LIMIT $2`, before, limit)
	if err != nil {
		return nil, named(err)
	}
	rs, err := pgx.CollectRows(rows, scan)
	return rs, named(err)
}

// Check gives every problem of a body, at most 100, as fields named body[12],
// the number being that of the line; messages in Russian for "ru", otherwise in
// English.
func Check(body, lang string) []fault.Field {
	_, bad := text.ParseGlossary(0, body)
	var fields []fault.Field
	for _, e := range bad[:min(len(bad), maxProblems)] {
		fields = append(fields, fault.Field{Path: fmt.Sprintf("body[%d]", e.Line), Message: e.Message(lang)})
	}
	return fields
}

// Change writes the next revision, if expected is still the newest; a conflict
// otherwise. It names every line that is wrong, as Check does. Indexers take the
// change up before they acknowledge the generation of searches that it makes.
func (s *Store) Change(ctx context.Context, who access.Person, expected int, body string) (Revision, error) {
	body = strings.ReplaceAll(body, "\r\n", "\n")
	if !utf8.ValidString(body) || strings.ContainsRune(body, 0) {
		return Revision{}, fault.Fields(fault.Field{Path: "body", Message: "holds a character that is not text"})
	}
	if bad := Check(body, "en"); len(bad) > 0 {
		return Revision{}, fault.Fields(bad...)
	}
	var out Revision
	err := pgx.BeginFunc(ctx, s.Pool, func(tx pgx.Tx) error {
		// First: its row is locked to the end, so that changes stand in line.
		if _, err := tx.Exec(ctx, `UPDATE search_clock SET generation = generation + 1`); err != nil {
			return err
		}
		was, err := s.changeable(ctx, tx, expected)
		if err != nil {
			return err
		}
		if was.Body == body {
			return fault.Fields(fault.Field{Path: "body", Message: "is what it was; there is nothing to save"})
		}
		out, err = one(ctx, tx, `INSERT INTO glossary (revision, body, changed_by, changed_at) VALUES ($1, $2, $3, $4) RETURNING `+columns,
			expected+1, body, who.Name, s.Now())
		if err != nil {
			return err
		}
		return s.keep(ctx, tx, who, was, out)
	})
	return out, named(err)
}

// changeable gives the newest revision where it may be changed.
func (s *Store) changeable(ctx context.Context, tx pgx.Tx, expected int) (Revision, error) {
	was, err := one(ctx, tx, `SELECT `+columns+` FROM glossary ORDER BY revision DESC LIMIT 1`)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return was, err
	}
	if was.Revision != expected {
		return was, fault.Changed("the glossary is at revision %d, not %d; %s saved it at %s", was.Revision, expected, was.ChangedBy, was.ChangedAt.UTC().Format("2006-01-02 15:04"))
	}
	var live int
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM edition WHERE NOT retired`).Scan(&live); err != nil {
		return was, err
	}
	if live >= maxLive {
		return was, fault.New(fault.Conflict, "the glossary was changed %d times since the index was last made anew; wait until it is", live)
	}
	return was, nil
}

// keep writes down who changed what. Two long bodies say less than the number of
// lines, and the revisions have them.
func (s *Store) keep(ctx context.Context, tx pgx.Tx, who access.Person, was, is Revision) error {
	e := audit.Event{At: is.ChangedAt, Who: who.ID, By: who.Name, Thing: audit.Glossary, Of: strconv.Itoa(is.Revision), Kind: audit.Changed}
	gone, come := difference(was.Body, is.Body)
	return audit.Record(ctx, tx, e, state(was.Revision, gone), state(is.Revision, come))
}

func state(revision int, lines []string) *audit.State {
	return &audit.State{Regions: []string{"*"}, Facts: map[string]any{"revision": revision, "lines": lines}}
}

// difference gives the lines that only one of two bodies has.
func difference(was, is string) (gone, come []string) {
	count := map[string]int{}
	for l := range strings.Lines(was) {
		count[strings.TrimSpace(l)]++
	}
	for l := range strings.Lines(is) {
		if l = strings.TrimSpace(l); count[l] > 0 {
			count[l]--
		} else if l != "" {
			come = append(come, l)
		}
	}
	for l := range strings.Lines(was) {
		if l = strings.TrimSpace(l); l != "" && count[l] > 0 {
			count[l]--
			gone = append(gone, l)
		}
	}
	return gone, come
}

type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func one(ctx context.Context, q querier, sql string, args ...any) (Revision, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return Revision{}, err
	}
	return pgx.CollectExactlyOneRow(rows, scan)
}

func scan(row pgx.CollectableRow) (r Revision, err error) {
	err = row.Scan(&r.Revision, &r.Body, &r.ChangedBy, &r.ChangedAt)
	return r, err
}

// named says of an error without a meaning where it was met.
func named(err error) error {
	if err == nil || fault.KindOf(err) != fault.Internal {
		return err
	}
	return fmt.Errorf("glossary: %w", err)
}

// Entries counts the lines that say something.
func Entries(body string) (n int) {
	for l := range strings.Lines(body) {
		if l, _, _ = strings.Cut(l, "#"); strings.TrimSpace(l) != "" {
			n++
		}
	}
	return n
}
