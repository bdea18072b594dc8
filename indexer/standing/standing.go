// Package standing keeps the saved searches that every new post is matched
// against, with their versions, and the generations by which indexers say how
// new a set of searches they match with.
package standing

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/audit"
	"github.com/otklik/otklik/internal/fault"
)

// Search is one saved search in its present version.
type Search struct {
	ID         int64
	Version    int
	Generation int64 // of the last change, over all searches
	Name       string
	Query      string
	Zone       string   // IANA; whose days since: and until: mean
	Regions    []string // whose posts it matches; "*" is all
	Sealed     bool     // it matches sealed posts too
	Owner      string
	Deleted    bool
	CreatedAt  time.Time
	ChangedAt  time.Time
	PastDone   bool  // the past has been searched with this version
	PastFound  int64 // posts of the past that match it
}

// Version is an earlier or the present state of a search.
type Version struct {
	Version   int
	Name      string
	Query     string
	Regions   []string
	ChangedBy string
	ChangedAt time.Time
}

// Draft is what a person says of a search.
type Draft struct {
	Name    string
	Query   string
	Zone    string
	Regions []string
	Sealed  bool
}

// Store holds the searches in Postgres. CheckQuery and KnownRegion come from
// the wiring; CheckQuery gives every problem of a standing query.
type Store struct {
	Pool        *pgxpool.Pool
	Now         func() time.Time
	CheckQuery  func(query string) []fault.Field
	KnownRegion func(code string) bool
}

const maxName = 200 // characters

const columns = `id, version, generation, name, query, zone, regions, sealed, owner, deleted, created_at, changed_at, past_done, past_found`

func scan(row pgx.CollectableRow) (Search, error) {
	var s Search
	err := row.Scan(&s.ID, &s.Version, &s.Generation, &s.Name, &s.Query, &s.Zone, &s.Regions, &s.Sealed,
		&s.Owner, &s.Deleted, &s.CreatedAt, &s.ChangedAt, &s.PastDone, &s.PastFound)
	return s, err
}

// check gives all the problems of a draft by one person.
func (s *Store) check(who access.Person, d *Draft) error {
	var bad []fault.Field
	field := func(path, format string, args ...any) {
		bad = append(bad, fault.Field{Path: path, Message: fmt.Sprintf(format, args...)})
	}
	d.Name = strings.TrimSpace(d.Name)
	switch n := utf8.RuneCountInString(d.Name); {
	case n == 0:
		field("name", "is empty; give the search a name")
	case n > maxName:
		field("name", "has %d characters; %d are allowed", n, maxName)
	case strings.ContainsRune(d.Name, 0) || !utf8.ValidString(d.Name):
		field("name", "holds a character that is not text")
	}
	if d.Zone == "" {
		d.Zone = "Europe/Moscow"
	}
	if _, err := time.LoadLocation(d.Zone); err != nil || d.Zone == "Local" {
		field("zone", "%q is not a time zone; for example Asia/Vladivostok", d.Zone)
	}
	scope := who.Scope()
	if len(d.Regions) == 0 {
		field("regions", "is empty; name at least one region, or \"*\" for all that you may see")
	}
	for i, r := range d.Regions {
		_, all := scope.Regions()
		switch {
		case r == "*" && !all:
			field(fmt.Sprintf("regions[%d]", i), "all regions are more than you may see")
		case r != "*" && !s.KnownRegion(r):
			field(fmt.Sprintf("regions[%d]", i), "region %q is unknown; a code looks like RU-PRI", r)
		case r != "*" && !scope.Region(r):
			field(fmt.Sprintf("regions[%d]", i), "region %s is not one of yours", r)
		}
	}
	if d.Sealed && !who.Sealed {
		field("sealed", "you may not see sealed posts")
	}
	return fault.Fields(append(bad, s.CheckQuery(d.Query)...)...)
}

// tick moves the clock of generations on. The row's lock is held to the end of
// the transaction, so generations become visible in their order.
func tick(ctx context.Context, tx pgx.Tx) (gen int64, err error) {
	err = tx.QueryRow(ctx, `UPDATE search_clock SET generation = generation + 1 RETURNING generation`).Scan(&gen)
	return gen, err
}

// Create saves a new search. It matches posts from the moment the indexers
// have acknowledged its generation; the past is searched after that.
func (s *Store) Create(ctx context.Context, who access.Person, d Draft) (Search, error) {
	if err := s.check(who, &d); err != nil {
		return Search{}, err
	}
	var out Search
	err := pgx.BeginFunc(ctx, s.Pool, func(tx pgx.Tx) error {
		gen, err := tick(ctx, tx)
		if err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `INSERT INTO search (generation, name, query, zone, regions, sealed, owner, created_at, changed_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8) RETURNING `+columns,
			gen, d.Name, d.Query, d.Zone, d.Regions, d.Sealed, who.Name, s.Now())
		if err != nil {
			return err
		}
		if out, err = pgx.CollectExactlyOneRow(rows, scan); err != nil {
			return err
		}
		return s.keep(ctx, tx, audit.Created, nil, out, who)
	})
	if err != nil {
		return Search{}, fmt.Errorf("create search: %w", err)
	}
	return out, nil
}

// keep writes a search's present version down, and who changed what.
func (s *Store) keep(ctx context.Context, tx pgx.Tx, kind audit.Kind, old *Search, v Search, who access.Person) error {
	_, err := tx.Exec(ctx, `INSERT INTO search_version (search, version, name, query, regions, changed_by, changed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`, v.ID, v.Version, v.Name, v.Query, v.Regions, who.Name, v.ChangedAt)
	if err != nil {
		return err
	}
	e := audit.Event{At: v.ChangedAt, Who: who.ID, By: who.Name, Thing: audit.Search, Of: strconv.FormatInt(v.ID, 10), Name: v.Name, Kind: kind}
	is := state(&v)
	if kind == audit.Removed {
		is = nil
	}
	return audit.Record(ctx, tx, e, state(old), is)
}

// state is what the audit trail keeps of a search.
func state(v *Search) *audit.State {
	if v == nil {
		return nil
	}
	return &audit.State{Regions: v.Regions, Sealed: v.Sealed,
		Facts: map[string]any{"name": v.Name, "query": v.Query, "zone": v.Zone, "regions": v.Regions, "sealed": v.Sealed}}
}

// Update replaces a search that is still in the expected version. A change of
// the query, the regions or sealed is searched in the past anew.
func (s *Store) Update(ctx context.Context, who access.Person, id int64, expected int, d Draft) (Search, error) {
	if err := s.check(who, &d); err != nil {
		return Search{}, err
	}
	return s.change(ctx, who, audit.Changed, id, expected, func(tx pgx.Tx, gen int64) (pgx.Rows, error) {
		return tx.Query(ctx, `UPDATE search SET version = version + 1, generation = $2, name = $3, query = $4, zone = $5,
				regions = $6, sealed = $7, changed_at = $8, past_found = 0, past_done = false
			WHERE id = $1 RETURNING `+columns, id, gen, d.Name, d.Query, d.Zone, d.Regions, d.Sealed, s.Now())
	})
}

// Delete takes a search out of work; its versions and hits stay.
func (s *Store) Delete(ctx context.Context, who access.Person, id int64, expected int) error {
	_, err := s.change(ctx, who, audit.Removed, id, expected, func(tx pgx.Tx, gen int64) (pgx.Rows, error) {
		return tx.Query(ctx, `UPDATE search SET version = version + 1, generation = $2, deleted = true, changed_at = $3
			WHERE id = $1 RETURNING `+columns, id, gen, s.Now())
	})
	return err
}

// Restore takes a deleted search into work again, under its number, so that the
// rules about it are of use again. What came meanwhile is searched with the past.
func (s *Store) Restore(ctx context.Context, who access.Person, id int64, expected int) (Search, error) {
	return s.change(ctx, who, audit.Restored, id, expected, func(tx pgx.Tx, gen int64) (pgx.Rows, error) {
		return tx.Query(ctx, `UPDATE search SET version = version + 1, generation = $2, deleted = false, changed_at = $3, past_found = 0, past_done = false
			WHERE id = $1 RETURNING `+columns, id, gen, s.Now())
	})
}

func (s *Store) change(ctx context.Context, who access.Person, kind audit.Kind, id int64, expected int, write func(pgx.Tx, int64) (pgx.Rows, error)) (Search, error) {
	var out Search
	err := pgx.BeginFunc(ctx, s.Pool, func(tx pgx.Tx) error {
		gen, err := tick(ctx, tx)
		if err != nil {
			return err
		}
		now, err := get(ctx, tx, who.Scope(), id, kind == audit.Restored)
		if err != nil {
			return err
		}
		if now.Version != expected {
			return fault.Changed("search %d is in version %d, not %d: somebody changed it; load it again and repeat your change", id, now.Version, expected)
		}
		rows, err := write(tx, gen)
		if err != nil {
			return err
		}
		if out, err = pgx.CollectExactlyOneRow(rows, scan); err != nil {
			return err
		}
		return s.keep(ctx, tx, kind, &now, out, who)
	})
	if err != nil {
		return Search{}, fmt.Errorf("change search: %w", err)
	}
	return out, nil
}

type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// get reads a search that may be seen, in work or deleted: every region of it is
// in the scope.
func get(ctx context.Context, q querier, scope access.Scope, id int64, deleted bool) (Search, error) {
	regions, all := scope.Regions()
	rows, err := q.Query(ctx, `SELECT `+columns+` FROM search
		WHERE id = $1 AND deleted = $4 AND ($2 OR regions <@ $3)`, id, all, regions, deleted)
	if err != nil {
		return Search{}, err
	}
	out, err := pgx.CollectExactlyOneRow(rows, scan)
	if errors.Is(err, pgx.ErrNoRows) {
		return Search{}, fault.New(fault.NotFound, "there is no search %d", id)
	}
	return out, err
}

// Get gives one search that the scope may see.
func (s *Store) Get(ctx context.Context, scope access.Scope, id int64) (Search, error) {
	return get(ctx, s.Pool, scope, id, false)
}

// List gives searches by id, after a given one, at most limit (1…500).
func (s *Store) List(ctx context.Context, scope access.Scope, after int64, limit int) ([]Search, error) {
	regions, all := scope.Regions()
	rows, err := s.Pool.Query(ctx, `SELECT `+columns+` FROM search
		WHERE id > $1 AND NOT deleted AND ($2 OR regions <@ $3) ORDER BY id LIMIT $4`,
		after, all, regions, max(1, min(limit, 500)))
	if err != nil {
		return nil, fmt.Errorf("list searches: %w", err)
	}
	return pgx.CollectRows(rows, scan)
}

// Versions gives the versions of a search, newest first, at most 200.
func (s *Store) Versions(ctx context.Context, scope access.Scope, id int64) ([]Version, error) {
	if _, err := s.Get(ctx, scope, id); err != nil {
		return nil, err
	}
	rows, err := s.Pool.Query(ctx, `SELECT version, name, query, regions, changed_by, changed_at
		FROM search_version WHERE search = $1 ORDER BY version DESC LIMIT 200`, id)
	if err != nil {
		return nil, fmt.Errorf("versions of search: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Version])
}

// Covers says whether a search matches posts of a region and visibility.
func (s Search) Covers(region, visibility string) bool {
	return (slices.Contains(s.Regions, "*") || slices.Contains(s.Regions, region)) && (visibility != "sealed" || s.Sealed)
}
