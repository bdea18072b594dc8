// Package schedule says which source is due, lends it to one crawler at a
// time, and keeps the health of each.
package schedule

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/crawler/source"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/audit"
	"github.com/otklik/otklik/internal/fault"
)

// New is the health of a source that has not been read yet.
const New source.Health = "new"

// Source is one channel, wall or feed that is read.
type Source struct {
	ID          int64
	Network     string
	Address     string // name of a channel, address of a feed
	External    string // network:owner; "" before the first connection
	Title       string
	Regions     []string
	Visibility  post.Visibility
	Class       string
	Every       time.Duration // between two readings
	Backfill    int           // posts of the past to read at first
	Enabled     bool
	Cursor      json.RawMessage
	Health      source.Health
	Detail      string // of the health, for people
	HealthAt    time.Time
	LastOK      *time.Time
	LastRead    *time.Time
	LastNew     *time.Time
	NextAt      time.Time
	Failures    int
	Posts       int64
	Subscribers *int64
	CreatedAt   time.Time
}

const columns = `id, network, address, coalesce(external, ''), title, regions, visibility, class, every, backfill, enabled, cursor,
	health, detail, health_at, last_ok, last_read, last_new, next_at, failures, posts, subscribers, created_at`

func scan(row pgx.CollectableRow) (Source, error) { return pgx.RowToStructByPos[Source](row) }

// Draft is what a person says of a source. Zero Every is the network's polite
// default.
type Draft struct {
	Network    string
	Address    string
	Regions    []string
	Visibility post.Visibility
	Class      string
	Every      time.Duration
	Backfill   int
	Enabled    bool
}

// Network is what the schedule has to know of an adapter.
type Network struct {
	Every time.Duration                        // polite default
	Check func(address string) (string, error) // canonical form of an address
}

// Store keeps the sources in Postgres. Safe for concurrent use.
type Store struct {
	Pool        *pgxpool.Pool
	Now         func() time.Time
	Networks    map[string]Network
	KnownRegion func(code string) bool
	KnownClass  func(name string) bool
}

// The limits of a draft.
const (
	minEvery    = 5 * time.Second
	maxEvery    = 7 * 24 * time.Hour
	maxBackfill = 1_000_000
)

// check gives all the problems of a draft and fills in its defaults.
func (s *Store) check(scope access.Scope, d *Draft) error {
	var bad []fault.Field
	field := func(path, format string, args ...any) {
		bad = append(bad, fault.Field{Path: path, Message: fmt.Sprintf(format, args...)})
	}
	n, ok := s.Networks[d.Network]
	if !ok {
		names := make([]string, 0, len(s.Networks))
		for k := range s.Networks {
			names = append(names, k)
		}
		slices.Sort(names)
		field("network", "network %q is unknown; there are %s", d.Network, strings.Join(names, ", "))
	} else if a, err := n.Check(d.Address); err != nil {
		field("address", "%v", err)
	} else {
		d.Address = a
	}
	if d.Every == 0 {
		d.Every = n.Every
	}
	if ok && (d.Every < minEvery || d.Every > maxEvery) {
		field("every", "%s is not between %s and %s", d.Every, minEvery, maxEvery)
	}
	if len(d.Regions) == 0 {
		field("regions", "is empty; name at least one region of the source, for example RU-PRI")
	}
	for i, r := range d.Regions {
		if !s.KnownRegion(r) {
			field(fmt.Sprintf("regions[%d]", i), "region %q is unknown; a code looks like RU-PRI", r)
		} else if !scope.Region(r) {
			field(fmt.Sprintf("regions[%d]", i), "region %s is not one of yours", r)
		}
	}
	if d.Visibility == "" {
		d.Visibility = post.Public
	}
	if !slices.Contains([]post.Visibility{post.Public, post.Partner, post.Sealed}, d.Visibility) {
		field("visibility", "%q is none of public, partner, sealed", d.Visibility)
	} else if !slices.Contains(scope.Visibilities(), string(d.Visibility)) {
		field("visibility", "you may not see %s posts", d.Visibility)
	}
	if d.Class == "" {
		d.Class = "standard"
	}
	if !s.KnownClass(d.Class) {
		field("class", "retention class %q is unknown", d.Class)
	}
	if d.Backfill < 0 || d.Backfill > maxBackfill {
		field("backfill", "%d is not between 0 and %d posts", d.Backfill, maxBackfill)
	}
	return fault.Fields(bad...)
}

// Add makes a source that is due at once.
func (s *Store) Add(ctx context.Context, who access.Person, d Draft) (Source, error) {
	if err := s.check(who.Scope(), &d); err != nil {
		return Source{}, err
	}
	out, err := s.write(ctx, who, audit.Created, nil, `INSERT INTO source (network, address, regions, visibility, class, every, backfill, enabled, health_at, next_at, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $9) RETURNING `+columns,
		d.Network, d.Address, d.Regions, d.Visibility, d.Class, d.Every, d.Backfill, d.Enabled, s.Now())
	if duplicate(err) {
		return Source{}, fault.New(fault.Conflict, "%s %s is a source already", d.Network, d.Address)
	}
	return out, err
}

// write changes a source, whose row a statement gives back, and says in the
// audit trail who did. old is nil for a new one.
func (s *Store) write(ctx context.Context, who access.Person, kind audit.Kind, old *Source, sql string, args ...any) (out Source, err error) {
	err = pgx.BeginFunc(ctx, s.Pool, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, sql, args...)
		if err != nil {
			return err
		}
		if out, err = pgx.CollectExactlyOneRow(rows, scan); err != nil {
			return err
		}
		e := audit.Event{At: s.Now(), Who: who.ID, By: who.Name, Thing: audit.Source, Of: strconv.FormatInt(out.ID, 10), Name: out.Network + " " + out.Address, Kind: kind}
		is := state(&out)
		if kind == audit.Removed {
			is = nil
		}
		return audit.Record(ctx, tx, e, state(old), is)
	})
	if errors.Is(err, pgx.ErrNoRows) && old != nil { // removed since it was read
		return out, noSource(old.ID)
	}
	if err != nil {
		return out, fmt.Errorf("%s source: %w", kind, err)
	}
	return out, nil
}

// state is what the audit trail keeps of a source: what people decide.
func state(v *Source) *audit.State {
	if v == nil {
		return nil
	}
	return &audit.State{Regions: v.Regions, Sealed: v.Visibility == post.Sealed, Facts: map[string]any{"network": v.Network, "address": v.Address,
		"regions": v.Regions, "visibility": v.Visibility, "class": v.Class, "every": v.Every.String(), "backfill": v.Backfill, "enabled": v.Enabled}}
}

func duplicate(err error) bool {
	var pe *pgconn.PgError
	return errors.As(err, &pe) && pe.Code == "23505" // unique_violation
}

// visible is the condition of every reading for a person; $1 and $2 are the
// scope's regions, $3 its visibilities.
const visible = `($2 OR regions && $1) AND visibility = ANY($3)`

func scopeArgs(scope access.Scope) []any {
	codes, all := scope.Regions()
	return []any{codes, all, scope.Visibilities()}
}

// Get gives one source that the scope may see.
func (s *Store) Get(ctx context.Context, scope access.Scope, id int64) (Source, error) {
	rows, err := s.Pool.Query(ctx, `SELECT `+columns+` FROM source WHERE `+visible+` AND id = $4`, append(scopeArgs(scope), id)...)
	if err != nil {
		return Source{}, fmt.Errorf("source: %w", err)
	}
	return one(rows, id)
}

func one(rows pgx.Rows, id int64) (Source, error) {
	out, err := pgx.CollectExactlyOneRow(rows, scan)
	if errors.Is(err, pgx.ErrNoRows) {
		return out, noSource(id)
	}
	return out, err
}

func noSource(id int64) error { return fault.New(fault.NotFound, "there is no source %d", id) }

// List gives sources by id, after a given one, at most limit (1…500).
func (s *Store) List(ctx context.Context, scope access.Scope, after int64, limit int) ([]Source, error) {
	rows, err := s.Pool.Query(ctx, `SELECT `+columns+` FROM source WHERE `+visible+` AND id > $4 ORDER BY id LIMIT $5`,
		append(scopeArgs(scope), after, max(1, min(limit, 500)))...)
	if err != nil {
		return nil, fmt.Errorf("sources: %w", err)
	}
	return pgx.CollectRows(rows, scan)
}

// Update replaces what a person says of a source; its network and address stay.
// Its next reading is at once, but not before the time that the source itself
// has named.
func (s *Store) Update(ctx context.Context, who access.Person, id int64, d Draft) (Source, error) {
	scope := who.Scope()
	old, err := s.own(ctx, scope, id)
	if err != nil {
		return old, err
	}
	d.Network, d.Address = old.Network, old.Address
	if err := s.check(scope, &d); err != nil {
		return old, err
	}
	return s.write(ctx, who, audit.Changed, &old, `UPDATE source SET regions = $2, visibility = $3, class = $4, every = $5, backfill = $6, enabled = $7,
			next_at = CASE WHEN health = 'rate_limited' THEN next_at ELSE $8 END
		WHERE id = $1 RETURNING `+columns, id, d.Regions, d.Visibility, d.Class, d.Every, d.Backfill, d.Enabled, s.Now())
}

// own gives a source that the scope may change: all of its regions are in it.
func (s *Store) own(ctx context.Context, scope access.Scope, id int64) (Source, error) {
	out, err := s.Get(ctx, scope, id)
	if err != nil {
		return out, err
	}
	for _, r := range out.Regions {
		if !scope.Region(r) {
			return out, fault.New(fault.Forbidden, "source %d also belongs to region %s, which is not one of yours", id, r)
		}
	}
	return out, nil
}

// Again makes a source due at once. fault.Conflict says that it can't be: it is
// switched off, or has itself named the time to come again.
func (s *Store) Again(ctx context.Context, who access.Person, id int64) (Source, error) {
	out, err := s.Get(ctx, who.Scope(), id)
	switch now := s.Now(); {
	case err != nil:
		return out, err
	case !out.Enabled:
		return out, fault.New(fault.Conflict, "source %d is switched off", id)
	case out.Health == source.RateLimited && out.NextAt.After(now):
		return out, fault.New(fault.Conflict, "source %d asked not to be read before %s", id, out.NextAt.UTC().Format(time.RFC3339))
	default:
		return s.write(ctx, who, audit.Read, &out, `UPDATE source SET next_at = least(next_at, $2) WHERE id = $1 RETURNING `+columns, id, now)
	}
}

// Remove ends the reading of a source; its posts stay.
func (s *Store) Remove(ctx context.Context, who access.Person, id int64) error {
	old, err := s.own(ctx, who.Scope(), id)
	if err != nil {
		return err
	}
	_, err = s.write(ctx, who, audit.Removed, &old, `DELETE FROM source WHERE id = $1 RETURNING `+columns, id)
	return err
}

// ByExternal gives the source of network:owner, for importing; ok is false
// when it is not read. Of several feeds of one host it is the first.
func (s *Store) ByExternal(ctx context.Context, external string) (out Source, ok bool, err error) {
	rows, err := s.Pool.Query(ctx, `SELECT `+columns+` FROM source WHERE external = $1 ORDER BY id LIMIT 1`, external)
	if err != nil {
		return out, false, fmt.Errorf("source: %w", err)
	}
	out, err = pgx.CollectExactlyOneRow(rows, scan)
	if errors.Is(err, pgx.ErrNoRows) {
		return out, false, nil
	}
	return out, err == nil, err
}
