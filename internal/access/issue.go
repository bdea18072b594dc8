package access

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"github.com/otklik/otklik/internal/audit"
	"github.com/otklik/otklik/internal/fault"
)

const (
	secretPrefix  = "otk_" // so that scanners of leaked secrets can know one
	secretBytes   = 32
	minBootstrap  = 16  // characters of a bootstrap secret
	maxTokenName  = 200 // characters
	maxRegions    = 200 // of one token
	maxAgencies   = 100
	maxOwn        = 50                   // good tokens of one person
	maxOwnLife    = 366 * 24 * time.Hour // of a personal token
	listLimit     = 500                  // tokens of one List
	bootstrapLock = 0x6f746b6c696b05     // advisory: one process counts administrators at a time
)

// Draft is what an administrator says of a token for a service.
type Draft struct {
	Name     string
	Role     Role
	Regions  []string
	Agencies []int64
	Sealed   bool
	Expires  *time.Time // nil: never
}

// OwnDraft is what somebody says of a token for themselves.
type OwnDraft struct {
	Name    string
	Regions []string // empty: all that the person has, at any time
	Expires time.Time
}

// Create makes a token of a new service and gives its secret, which can't be
// had again. Only administrators may; the errors name every bad field.
func (s *Store) Create(ctx context.Context, who Person, d Draft) (Token, string, error) {
	if !who.May(EditTokens) {
		return Token{}, "", fault.New(fault.Forbidden, "role %q may not %s", who.Role, EditTokens)
	}
	if err := s.check(who, &d); err != nil {
		return Token{}, "", err
	}
	secret, err := newSecret()
	if err != nil {
		return Token{}, "", fmt.Errorf("create token: %w", err)
	}
	var t Token
	err = pgx.BeginFunc(ctx, s.Pool, func(tx pgx.Tx) (err error) {
		t, err = s.service(ctx, tx, secret, d, who)
		return err
	})
	if err != nil {
		return Token{}, "", fmt.Errorf("create token: %w", err)
	}
	return t, secret, nil
}

func newSecret() (string, error) {
	raw := make([]byte, secretBytes)
	_, err := rand.Read(raw)
	return secretPrefix + base64.RawURLEncoding.EncodeToString(raw), err
}

// service writes a person who has nothing but a token, and the token.
func (s *Store) service(ctx context.Context, tx pgx.Tx, secret string, d Draft, who Person) (Token, error) {
	if d.Agencies == nil {
		d.Agencies = []int64{}
	}
	var id int64
	if err := tx.QueryRow(ctx, `INSERT INTO person (kind, name, role, regions, agencies, sealed, created_at, created_by, changed_at, changed_by)
		VALUES ('service', $1, $2, $3, $4, $5, $6, $7, $6, $7) RETURNING id`,
		d.Name, d.Role, d.Regions, d.Agencies, d.Sealed, s.Now(), who.Name).Scan(&id); err != nil {
		return Token{}, err
	}
	return s.insert(ctx, tx, secret, id, d.Name, nil, d.Expires, who)
}

func (s *Store) insert(ctx context.Context, tx pgx.Tx, secret string, person int64, name string, only []string, expires *time.Time, who Person) (Token, error) {
	hash := sha256.Sum256([]byte(secret))
	rows, err := tx.Query(ctx, `WITH t AS (INSERT INTO token (hash, person, name, regions, created_at, created_by, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING *) SELECT `+columns+` FROM t JOIN person p ON p.id = t.person`,
		hash[:], person, name, only, s.Now(), who.Name, expires)
	if err != nil {
		return Token{}, err
	}
	t, err := pgx.CollectExactlyOneRow(rows, scan)
	if err != nil {
		return Token{}, err
	}
	return t, s.event(ctx, tx, t, audit.Created, who)
}

func (s *Store) event(ctx context.Context, tx pgx.Tx, t Token, kind audit.Kind, who Person) error {
	e := audit.Event{At: s.Now(), Who: who.ID, By: who.Name, Thing: audit.Token, Of: strconv.FormatInt(t.ID, 10), Name: t.Name, Kind: kind,
		Regions: t.Regions, Person: t.Person}
	if kind == audit.Created {
		e.Changes = audit.Changes{"holder": {Is: t.Holder}, "role": {Is: t.Role}, "regions": {Is: t.Regions}, "agencies": {Is: t.Agencies},
			"sealed": {Is: t.Sealed}, "expires_at": {Is: t.ExpiresAt}}
	}
	return audit.Write(ctx, tx, e)
}

// fieldErrors collects what is wrong with an input.
type fieldErrors []fault.Field

func (f *fieldErrors) add(path, format string, args ...any) {
	*f = append(*f, fault.Field{Path: path, Message: fmt.Sprintf(format, args...)})
}

func (f *fieldErrors) name(name string) {
	switch n := utf8.RuneCountInString(name); {
	case n == 0:
		f.add("name", "is empty; the audit trail shows it")
	case n > maxTokenName:
		f.add("name", "has %d characters; %d are allowed", n, maxTokenName)
	case !utf8.ValidString(name) || strings.ContainsRune(name, 0):
		f.add("name", "holds a character that is not text")
	}
}

// regions are within those of who.
func (f *fieldErrors) regions(known func(string) bool, who Person, regions []string) {
	scope := NewScope(who.Regions, nil, false, false)
	_, all := scope.Regions()
	for i, r := range regions {
		path := fmt.Sprintf("regions[%d]", i)
		switch {
		case r == "*" && !all:
			f.add(path, "all regions are more than you may see")
		case r != "*" && !known(r):
			f.add(path, "region %q is unknown; a code looks like RU-PRI", r)
		case r != "*" && !scope.Region(r):
			f.add(path, "region %s is not one of yours", r)
		}
	}
}

func (s *Store) check(who Person, d *Draft) error {
	var bad fieldErrors
	d.Name = strings.TrimSpace(d.Name)
	bad.name(d.Name)
	if !d.Role.Valid() {
		bad.add("role", "%q is no role; there are %s", d.Role, fault.List(roles))
	}
	if len(d.Regions) == 0 || len(d.Regions) > maxRegions {
		bad.add("regions", "names %d regions; 1–%d are possible, \"*\" is all", len(d.Regions), maxRegions)
		d.Regions = nil
	}
	bad.regions(s.KnownRegion, who, d.Regions)
	if (d.Role == Executor) != (len(d.Agencies) > 0) || len(d.Agencies) > maxAgencies || slices.ContainsFunc(d.Agencies, func(a int64) bool { return a < 1 }) {
		bad.add("agencies", "an executor has 1–%d agencies, nobody else does", maxAgencies)
	}
	if d.Sealed && !who.Sealed {
		bad.add("sealed", "you may not see sealed posts")
	}
	if d.Expires != nil && !d.Expires.After(s.Now()) {
		bad.add("expires_at", "is in the past")
	}
	return fault.Fields(bad...)
}

// CreateOwn makes a token of the person who asks. It never reaches further
// than its person does, whatever they become.
func (s *Store) CreateOwn(ctx context.Context, who Person, d OwnDraft) (Token, string, error) {
	if err := s.checkOwn(who, &d); err != nil {
		return Token{}, "", err
	}
	secret, err := newSecret()
	if err != nil {
		return Token{}, "", fmt.Errorf("create token: %w", err)
	}
	var t Token
	err = pgx.BeginFunc(ctx, s.Pool, func(tx pgx.Tx) error {
		// The lock lets one request at a time count this person's tokens.
		if _, err := tx.Exec(ctx, `SELECT FROM person WHERE id = $1 FOR UPDATE`, who.ID); err != nil {
			return err
		}
		var have int
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM token WHERE person = $1 AND revoked_at IS NULL AND expires_at > $2`, who.ID, s.Now()).Scan(&have); err != nil {
			return err
		}
		if have >= maxOwn {
			return fault.New(fault.Conflict, "you have %d tokens; revoke one that you need no longer", have)
		}
		var err error
		t, err = s.insert(ctx, tx, secret, who.ID, d.Name, d.Regions, &d.Expires, who)
		return err
	})
	if err != nil {
		return Token{}, "", fmt.Errorf("create token: %w", err)
	}
	return t, secret, nil
}

func (s *Store) checkOwn(who Person, d *OwnDraft) error {
	var bad fieldErrors
	d.Name = strings.TrimSpace(d.Name)
	bad.name(d.Name)
	if len(d.Regions) > maxRegions {
		bad.add("regions", "names %d regions; 1–%d are possible, \"*\" is all", len(d.Regions), maxRegions)
		d.Regions = nil
	}
	bad.regions(s.KnownRegion, who, d.Regions)
	if len(d.Regions) == 0 || slices.Contains(d.Regions, "*") {
		d.Regions = nil
	}
	switch life := d.Expires.Sub(s.Now()); {
	case life <= 0:
		bad.add("expires_at", "is in the past")
	case life > maxOwnLife:
		bad.add("expires_at", "is later than a year from now")
	}
	return fault.Fields(bad...)
}

// Own gives the tokens of the person who asks, by id, revoked ones too, after a
// given one, at most limit (1…500).
func (s *Store) Own(ctx context.Context, who Person, after int64, limit int) ([]Token, error) {
	rows, err := s.Pool.Query(ctx, `SELECT `+columns+fromTokens+`WHERE t.id > $1 AND t.person = $2 ORDER BY t.id LIMIT $3`,
		after, who.ID, max(1, min(limit, listLimit)))
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	return pgx.CollectRows(rows, scan)
}

// RevokeOwn ends a token of the person who asks; again is no error.
func (s *Store) RevokeOwn(ctx context.Context, who Person, id int64) error {
	err := pgx.BeginFunc(ctx, s.Pool, func(tx pgx.Tx) error {
		_, err := s.end(ctx, tx, who, id, `t.person = $2`, who.ID)
		return err
	})
	if err != nil {
		return fmt.Errorf("revoke token: %w", err)
	}
	return nil
}

// List gives the tokens of whose persons the asker has all regions, by id,
// revoked ones too, after a given one, at most limit (1…500).
func (s *Store) List(ctx context.Context, who Person, after int64, limit int) ([]Token, error) {
	if !who.May(EditTokens) {
		return nil, fault.New(fault.Forbidden, "role %q may not %s", who.Role, EditTokens)
	}
	regions, all := who.Scope().Regions()
	rows, err := s.Pool.Query(ctx, `SELECT `+columns+fromTokens+`WHERE t.id > $1 AND ($2 OR p.regions <@ $3) ORDER BY t.id LIMIT $4`,
		after, all, regions, max(1, min(limit, listLimit)))
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	return pgx.CollectRows(rows, scan)
}

// Revoke ends a token; again is no error. Where nobody could make another, the
// last one of an administrator of all regions stays.
func (s *Store) Revoke(ctx context.Context, who Person, id int64) error {
	if !who.May(EditTokens) {
		return fault.New(fault.Forbidden, "role %q may not %s", who.Role, EditTokens)
	}
	err := pgx.BeginFunc(ctx, s.Pool, func(tx pgx.Tx) error { return s.revoke(ctx, tx, who, id) })
	if err != nil {
		return fmt.Errorf("revoke token: %w", err)
	}
	return nil
}

func (s *Store) revoke(ctx context.Context, tx pgx.Tx, who Person, id int64) error {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, bootstrapLock); err != nil {
		return err
	}
	regions, all := who.Scope().Regions()
	t, err := s.end(ctx, tx, who, id, `($2 OR p.regions <@ $3)`, all, regions)
	if err != nil || t.Role != Administrator || !slices.Contains(t.Regions, "*") {
		return err
	}
	var left bool
	err = tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM person p WHERE role = $1 AND '*' = ANY(regions) AND disabled_at IS NULL AND (kind = 'human'
		OR EXISTS (SELECT FROM token t WHERE t.person = p.id AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2))))`,
		Administrator, s.Now()).Scan(&left)
	if err == nil && !left {
		return fault.New(fault.Conflict, "token %d is the last of an administrator of all regions; make another first", id)
	}
	return err
}

// end revokes a token that fits a condition.
func (s *Store) end(ctx context.Context, tx pgx.Tx, who Person, id int64, where string, args ...any) (Token, error) {
	rows, err := tx.Query(ctx, `SELECT `+columns+fromTokens+`WHERE t.id = $1 AND `+where+` FOR UPDATE OF t`, append([]any{id}, args...)...)
	if err != nil {
		return Token{}, err
	}
	t, err := pgx.CollectExactlyOneRow(rows, scan)
	if errors.Is(err, pgx.ErrNoRows) {
		return t, fault.New(fault.NotFound, "there is no token %d", id)
	}
	if err != nil || t.RevokedAt != nil {
		return t, err
	}
	if _, err := tx.Exec(ctx, `UPDATE token SET revoked_at = $2 WHERE id = $1`, id, s.Now()); err != nil {
		return t, err
	}
	return t, s.event(ctx, tx, t, audit.Revoked, who)
}

// Bootstrap makes the first token, an administrator's of all regions, with a
// secret of at least 16 characters. It does nothing, and says so by made =
// false, where any token exists already, revoked ones included.
func (s *Store) Bootstrap(ctx context.Context, secret string) (made bool, err error) {
	if err := CheckBootstrap(secret); err != nil {
		return false, err
	}
	err = pgx.BeginFunc(ctx, s.Pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, bootstrapLock); err != nil {
			return err
		}
		var any bool
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM token)`).Scan(&any); err != nil || any {
			return err
		}
		made = true
		_, err := s.service(ctx, tx, secret, Draft{Name: "bootstrap", Role: Administrator, Regions: []string{"*"}, Sealed: true}, Person{Name: "bootstrap"})
		return err
	})
	if err != nil {
		return false, fmt.Errorf("bootstrap token: %w", err)
	}
	return made, nil
}

// CheckBootstrap says what is wrong with a bootstrap secret.
func CheckBootstrap(secret string) error {
	if n := utf8.RuneCountInString(secret); n < minBootstrap || len(secret) > maxSecret || strings.ContainsFunc(secret, notInHeader) {
		return fault.New(fault.Invalid,
			"the bootstrap token (OTKLIK_BOOTSTRAP_TOKEN) has %d characters; use %d–%d printable Latin ones without spaces, for example the output of: openssl rand -hex 32",
			n, minBootstrap, maxSecret)
	}
	return nil
}

// notInHeader: what can't stand in an Authorization header.
func notInHeader(r rune) bool { return r <= ' ' || r >= 0x7f }
