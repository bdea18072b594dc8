// Package people keeps who works with an installation: their roles and
// regions, their ways to sign in, and their sessions.
package people

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/audit"
	"github.com/otklik/otklik/internal/fault"
)

// Person is one who signs in here, without secrets.
type Person struct {
	ID         int64
	Version    int
	Login      string // lower case; "" for one who only comes through a provider
	Name       string
	Email      string
	Role       access.Role
	Regions    []string // ISO codes; "*" is all
	Agencies   []int64  // an executor's
	Sealed     bool     // may see sealed cases of the regions
	Language   string   // "ru" or "en"
	Disabled   *time.Time
	CreatedAt  time.Time
	CreatedBy  string
	HasPass    bool
	MustChange bool // the password before anything else
	TOTP       bool // asks for a code
}

// Draft is what an administrator says of a person.
type Draft struct {
	Login    string
	Name     string
	Email    string
	Role     access.Role
	Regions  []string
	Agencies []int64
	Sealed   bool
	Language string
	Disabled bool
	Password string // a first one, that has to be changed; "" leaves it as it is
}

// Store keeps people in Postgres. Make it with Open. Safe for concurrent use.
type Store struct {
	Pool        *pgxpool.Pool
	Now         func() time.Time
	KnownRegion func(code string) bool
	hasher      *hasher
	entrance    turns  // of those whose attempts are counted
	devices     []byte // key of the cookies of known devices
}

// Open gives the store.
func Open(ctx context.Context, pool *pgxpool.Pool, now func() time.Time, knownRegion func(string) bool) (*Store, error) {
	s := &Store{Pool: pool, Now: now, KnownRegion: knownRegion, hasher: newHasher(), entrance: newTurns(4, 1000)}
	var err error
	s.devices, err = deviceKey(ctx, pool)
	return s, err
}

// columns need person p.
const columns = `p.id, p.version, coalesce(p.login, ''), p.name, p.email, p.role, p.regions, p.agencies, p.sealed, p.language, p.disabled_at,
	p.created_at, p.created_by, p.password <> '', p.must_change, p.totp_on`

func scan(row pgx.CollectableRow) (Person, error) { return pgx.RowToStructByPos[Person](row) }

// Access is what the person may see and do, signed in with a session.
func (p Person) Access(session int64) access.Person {
	return access.Person{ID: p.ID, Name: p.Name, Role: p.Role, Regions: slices.Clone(p.Regions), Agencies: slices.Clone(p.Agencies), Sealed: p.Sealed,
		MustChange: p.MustChange, By: access.Credential{Kind: access.BySession, ID: session}}
}

// The limits of a draft.
const (
	maxName     = 200 // characters
	maxEmail    = 254 // RFC 5321, 4.5.3.1
	maxRegions  = 200
	maxAgencies = 100
)

var loginForm = regexp.MustCompile(`^[\pL\pN][\pL\pN._@+-]{1,63}$`)

// fieldErrors collects what is wrong with an input.
type fieldErrors []fault.Field

func (f *fieldErrors) add(path, format string, args ...any) {
	*f = append(*f, fault.Field{Path: path, Message: fmt.Sprintf(format, args...)})
}

// check gives every problem of a draft by one administrator, and fills in what
// may be left out.
func (s *Store) check(who access.Person, d *Draft) fieldErrors {
	var bad fieldErrors
	d.Login, d.Name, d.Email = strings.ToLower(strings.TrimSpace(d.Login)), strings.TrimSpace(d.Name), strings.TrimSpace(d.Email)
	if d.Login != "" && !loginForm.MatchString(d.Login) {
		bad.add("login", "has 2–64 letters, digits and . _ @ + -, and begins with a letter or a digit")
	}
	if d.Login == "" && d.Email == "" {
		bad.add("login", "is empty; give a login, or an e-mail address for a sign-in through a provider")
	}
	switch n := utf8.RuneCountInString(d.Name); {
	case n == 0:
		bad.add("name", "is empty; the audit trail shows it")
	case n > maxName:
		bad.add("name", "has %d characters; %d are allowed", n, maxName)
	}
	if a, err := mail.ParseAddress(d.Email); d.Email != "" && (err != nil || a.Address != d.Email || len(d.Email) > maxEmail) {
		bad.add("email", "%.80q is not an e-mail address", d.Email)
	}
	if !d.Role.Valid() {
		bad.add("role", "%.40q is no role", d.Role)
	}
	if d.Language == "" {
		d.Language = "ru"
	}
	if d.Language != "ru" && d.Language != "en" {
		bad.add("language", "%.10q is neither ru nor en", d.Language)
	}
	s.checkReach(who, d, &bad)
	if d.Password != "" {
		if why := weak(d.Password, d.Login, d.Name, d.Email); why != "" {
			bad.add("password", "%s", why)
		}
	}
	return bad
}

// checkReach: nobody gives what they don't have.
func (s *Store) checkReach(who access.Person, d *Draft, bad *fieldErrors) {
	scope := who.Scope()
	_, all := scope.Regions()
	if len(d.Regions) == 0 || len(d.Regions) > maxRegions {
		bad.add("regions", "names %d regions; 1–%d are possible, \"*\" is all", len(d.Regions), maxRegions)
	}
	for i, r := range d.Regions[:min(len(d.Regions), maxRegions)] {
		path := fmt.Sprintf("regions[%d]", i)
		switch {
		case r == "*" && !all:
			bad.add(path, "all regions are more than you may see")
		case r != "*" && !s.KnownRegion(r):
			bad.add(path, "region %.20q is unknown; a code looks like RU-PRI", r)
		case r != "*" && !scope.Region(r):
			bad.add(path, "region %s is not one of yours", r)
		}
	}
	if (d.Role == access.Executor) != (len(d.Agencies) > 0) || len(d.Agencies) > maxAgencies {
		bad.add("agencies", "an executor has 1–%d agencies, nobody else does", maxAgencies)
	}
	if d.Sealed && !who.Sealed {
		bad.add("sealed", "you may not see sealed cases yourself")
	}
}

// administrator says whether somebody may change people.
func administrator(who access.Person) error {
	if !who.May(access.EditPeople) {
		return fault.New(fault.Forbidden, "role %q may not %s", who.Role, access.EditPeople)
	}
	return nil
}

// Create adds a person.
func (s *Store) Create(ctx context.Context, who access.Person, d Draft) (Person, error) {
	if err := administrator(who); err != nil {
		return Person{}, err
	}
	if bad := s.check(who, &d); len(bad) > 0 {
		return Person{}, fault.Fields(bad...)
	}
	var p Person
	err := pgx.BeginFunc(ctx, s.Pool, func(tx pgx.Tx) (err error) {
		p, err = s.insert(ctx, tx, d, who, true)
		return err
	})
	return p, named(err, "create person")
}

// insert writes a person that was checked.
func (s *Store) insert(ctx context.Context, tx pgx.Tx, d Draft, by access.Person, mustChange bool) (Person, error) {
	hash := ""
	if d.Password != "" {
		var err error
		if hash, err = s.hasher.hash(ctx, d.Password); err != nil {
			return Person{}, err
		}
	}
	rows, err := tx.Query(ctx, `INSERT INTO person AS p (login, name, email, role, regions, agencies, sealed, language, disabled_at, created_at, created_by,
			changed_at, changed_by, password, must_change)
		VALUES (nullif($1, ''), $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $10, $11, $12, $13) RETURNING `+columns,
		d.Login, d.Name, d.Email, d.Role, d.Regions, agencies(d.Agencies), d.Sealed, d.Language, s.disabled(d), s.Now(), by.Name, hash, mustChange && hash != "")
	if err != nil {
		return Person{}, err
	}
	p, err := pgx.CollectExactlyOneRow(rows, scan)
	if err != nil {
		return p, err
	}
	return p, s.changed(ctx, tx, nil, p, hash != "", by)
}

func agencies(a []int64) []int64 {
	if a == nil {
		return []int64{}
	}
	return a
}

func (s *Store) disabled(d Draft) *time.Time {
	if !d.Disabled {
		return nil
	}
	now := s.Now()
	return &now
}

// state is what the audit trail keeps of a person; never a password.
func state(p *Person) *audit.State {
	if p == nil {
		return nil
	}
	return &audit.State{Regions: p.Regions, Facts: map[string]any{"login": p.Login, "name": p.Name, "email": p.Email, "role": p.Role,
		"regions": p.Regions, "agencies": p.Agencies, "sealed": p.Sealed, "language": p.Language, "disabled": p.Disabled != nil}}
}

func (s *Store) about(person int64, name string, kind audit.Kind, by access.Person) audit.Event {
	return audit.Event{At: s.Now(), Who: by.ID, By: by.Name, Thing: audit.Person, Of: strconv.FormatInt(person, 10), Name: name, Kind: kind, Person: person}
}

// changed writes that somebody was made (old is nil) or changed.
func (s *Store) changed(ctx context.Context, tx pgx.Tx, old *Person, p Person, password bool, by access.Person) error {
	e := s.about(p.ID, p.Name, audit.Created, by)
	if old != nil {
		e.Kind = audit.Changed
	}
	if password {
		e.Changes = audit.Changes{"password": {Is: true}}
	}
	return audit.Record(ctx, tx, e, state(old), state(&p))
}

// event writes what happened to a person, with what there is to say besides.
func (s *Store) event(ctx context.Context, tx pgx.Tx, person int64, kind audit.Kind, by access.Person, address string, facts audit.Changes) error {
	e := s.about(person, "", kind, by)
	e.Address, e.Changes = address, facts
	if err := tx.QueryRow(ctx, `SELECT name, regions FROM person WHERE id = $1`, person).Scan(&e.Name, &e.Regions); err != nil {
		return err
	}
	return audit.Write(ctx, tx, e)
}

const uniqueViolation = "23505"

// named says what was being done, and whose login is taken.
func named(err error, what string) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == uniqueViolation && strings.Contains(pg.ConstraintName, "login") {
		return fault.Fields(fault.Field{Path: "login", Message: "somebody has this login already"})
	}
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// Update replaces what is said of a person who is still in the expected
// version. A new password, a smaller reach or being disabled ends the person's
// sessions. The last administrator of all regions stays one.
func (s *Store) Update(ctx context.Context, who access.Person, id int64, expected int, d Draft) (Person, error) {
	if err := administrator(who); err != nil {
		return Person{}, err
	}
	bad := s.check(who, &d)
	if id == who.ID && d.Password != "" { // a stolen session must not do it
		bad.add("password", "change your own password with the old one")
	}
	if len(bad) > 0 {
		return Person{}, fault.Fields(bad...)
	}
	var out Person
	err := pgx.BeginFunc(ctx, s.Pool, func(tx pgx.Tx) error {
		old, err := s.locked(ctx, tx, who, id)
		if err != nil {
			return err
		}
		if old.Version != expected {
			return fault.Changed("person %d is in version %d, not %d: somebody changed it; load it again and repeat your change", id, old.Version, expected)
		}
		if out, err = s.replace(ctx, tx, who, old, d); err != nil || !old.chief() || out.chief() {
			return err
		}
		return s.keepAnAdministrator(ctx, tx)
	})
	return out, named(err, "change person")
}

func (s *Store) replace(ctx context.Context, tx pgx.Tx, who access.Person, old Person, d Draft) (Person, error) {
	disabled := old.Disabled
	if d.Disabled != (old.Disabled != nil) {
		disabled = s.disabled(d)
	}
	rows, err := tx.Query(ctx, `UPDATE person AS p SET version = version + 1, login = nullif($2, ''), name = $3, email = $4, role = $5, regions = $6,
			agencies = $7, sealed = $8, language = $9, disabled_at = $10, changed_at = $11, changed_by = $12
		WHERE id = $1 RETURNING `+columns,
		old.ID, d.Login, d.Name, d.Email, d.Role, d.Regions, agencies(d.Agencies), d.Sealed, d.Language, disabled, s.Now(), who.Name)
	if err != nil {
		return old, err
	}
	p, err := pgx.CollectExactlyOneRow(rows, scan)
	if err != nil {
		return old, err
	}
	if d.Password != "" {
		if err := s.putPassword(ctx, tx, p.ID, d.Password, true); err != nil {
			return p, err
		}
		p.HasPass, p.MustChange = true, true
	}
	if d.Password != "" || p.Disabled != nil || p.Role != old.Role || !slices.Equal(p.Regions, old.Regions) ||
		!slices.Equal(p.Agencies, old.Agencies) || p.Sealed != old.Sealed {
		if err := endAll(ctx, tx, p.ID, 0, s.Now()); err != nil {
			return p, err
		}
	}
	return p, s.changed(ctx, tx, &old, p, d.Password != "", who)
}

// chief says whether the person may change everything.
func (p Person) chief() bool {
	return p.Role == access.Administrator && slices.Contains(p.Regions, "*") && p.Disabled == nil
}

// peopleLock is the advisory lock under which administrators are counted.
const peopleLock = int64(0x6f746b6c696b07)

// keepAnAdministrator refuses a change after which nobody could undo it.
func (s *Store) keepAnAdministrator(ctx context.Context, tx pgx.Tx) error {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, peopleLock); err != nil {
		return err
	}
	var left int
	err := tx.QueryRow(ctx, `SELECT count(*) FROM person WHERE kind = 'human' AND role = $1 AND '*' = ANY(regions) AND disabled_at IS NULL`,
		access.Administrator).Scan(&left)
	if err == nil && left == 0 {
		return fault.New(fault.Conflict, "this is the last administrator of all regions; make another first")
	}
	return err
}

// locked reads a person that somebody may change, for changing.
func (s *Store) locked(ctx context.Context, tx pgx.Tx, who access.Person, id int64) (Person, error) {
	regions, all := who.Scope().Regions()
	rows, err := tx.Query(ctx, `SELECT `+columns+` FROM person p WHERE id = $1 AND kind = 'human' AND ($2 OR regions <@ $3) FOR UPDATE`, id, all, regions)
	return one(rows, err, id)
}

func one(rows pgx.Rows, err error, id int64) (Person, error) {
	if err != nil {
		return Person{}, err
	}
	p, err := pgx.CollectExactlyOneRow(rows, scan)
	if errors.Is(err, pgx.ErrNoRows) {
		return p, fault.New(fault.NotFound, "there is no person %d", id)
	}
	return p, err
}

// Get gives one person whose regions the asker has all of, or oneself.
func (s *Store) Get(ctx context.Context, who access.Person, id int64) (Person, error) {
	if who.ID != id {
		if err := administrator(who); err != nil {
			return Person{}, err
		}
	}
	regions, all := who.Scope().Regions()
	rows, err := s.Pool.Query(ctx, `SELECT `+columns+` FROM person p WHERE id = $1 AND kind = 'human' AND ($2 OR regions <@ $3 OR id = $4)`, id, all, regions, who.ID)
	return one(rows, err, id)
}

// SetLanguage sets one's own language, "ru" or "en".
func (s *Store) SetLanguage(ctx context.Context, who access.Person, language string) error {
	if language != "ru" && language != "en" {
		return fault.Fields(fault.Field{Path: "language", Message: fmt.Sprintf("%.10q is neither ru nor en", language)})
	}
	err := pgx.BeginFunc(ctx, s.Pool, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `UPDATE person SET language = $2, version = version + 1, changed_at = $3, changed_by = name
			WHERE id = $1 AND kind = 'human' AND language <> $2`, who.ID, language, s.Now())
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		return s.event(ctx, tx, who.ID, audit.Language, who, "", audit.Changes{"language": {Is: language}})
	})
	return named(err, "set language")
}

// List gives people by id, after a given one, at most limit (1…500).
func (s *Store) List(ctx context.Context, who access.Person, after int64, limit int) ([]Person, error) {
	if err := administrator(who); err != nil {
		return nil, err
	}
	regions, all := who.Scope().Regions()
	rows, err := s.Pool.Query(ctx, `SELECT `+columns+` FROM person p WHERE id > $1 AND kind = 'human' AND ($2 OR regions <@ $3) ORDER BY id LIMIT $4`,
		after, all, regions, max(1, min(limit, 500)))
	if err != nil {
		return nil, fmt.Errorf("list people: %w", err)
	}
	return pgx.CollectRows(rows, scan)
}
