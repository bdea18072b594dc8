package access

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/otklik/otklik/internal/fault"
)

const (
	secretPrefix  = "otk_" // so that scanners of leaked secrets can know one
	secretBytes   = 32
	minBootstrap  = 16               // characters of a bootstrap secret
	maxSecret     = 512              // bytes; longer ones aren't even hashed
	maxTokenName  = 200              // characters
	maxRegions    = 200              // of one token
	cacheTime     = 5 * time.Second  // how long a revoked token may live on in another process
	maxCached     = 4096             // tokens
	usedPrecision = time.Minute      // of Token.LastUsedAt
	listLimit     = 500              // tokens of one List
	bootstrapLock = 0x6f746b6c696b05 // advisory: one process bootstraps at a time
)

// Token is what is known of an API token; never its secret. Nil times have not
// come.
type Token struct {
	ID         int64
	Name       string
	Role       Role
	Regions    []string // ISO codes; "*" is all
	Agency     int64
	Sealed     bool
	CreatedAt  time.Time
	CreatedBy  string
	ExpiresAt  *time.Time
	LastUsedAt *time.Time // to the minute
	RevokedAt  *time.Time
}

// Person is the bearer of the token.
func (t Token) Person() Person {
	return Person{ID: t.ID, Name: t.Name, Role: t.Role, Regions: slices.Clone(t.Regions), Agency: t.Agency, Sealed: t.Sealed}
}

func (t Token) valid(now time.Time) bool {
	return t.RevokedAt == nil && (t.ExpiresAt == nil || now.Before(*t.ExpiresAt))
}

// Draft is what a person says of a new token.
type Draft struct {
	Name    string
	Role    Role
	Regions []string
	Agency  int64
	Sealed  bool
	Expires *time.Time // nil: never
}

// Store keeps tokens in Postgres. It is safe for concurrent use.
type Store struct {
	Pool        *pgxpool.Pool
	Now         func() time.Time
	KnownRegion func(code string) bool

	mu     sync.Mutex
	cached map[[sha256.Size]byte]cachedToken
}

type cachedToken struct {
	token Token
	until time.Time
}

const tokenColumns = `id, name, role, regions, agency, sealed, created_at, created_by, expires_at, last_used_at, revoked_at`

func scanToken(row pgx.CollectableRow) (Token, error) { return pgx.RowToStructByPos[Token](row) }

// errToken is the one answer to every secret that opens nothing: an unknown, a
// revoked and an expired one can't be told apart.
func errToken() error {
	return fault.New(fault.Unauthorized, "the token is unknown, revoked or expired")
}

// Create makes a token and gives its secret, which can't be had again.
// Only administrators may; the errors name every bad field.
func (s *Store) Create(ctx context.Context, who Person, d Draft) (Token, string, error) {
	if !who.May(EditTokens) {
		return Token{}, "", fault.New(fault.Forbidden, "role %q may not %s", who.Role, EditTokens)
	}
	if err := s.check(who, &d); err != nil {
		return Token{}, "", err
	}
	raw := make([]byte, secretBytes)
	if _, err := rand.Read(raw); err != nil {
		return Token{}, "", fmt.Errorf("create token: %w", err)
	}
	secret := secretPrefix + base64.RawURLEncoding.EncodeToString(raw)
	t, err := insert(ctx, s.Pool, secret, d, who.Name, s.Now())
	return t, secret, err
}

type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func insert(ctx context.Context, q querier, secret string, d Draft, by string, now time.Time) (Token, error) {
	hash := sha256.Sum256([]byte(secret))
	rows, err := q.Query(ctx, `INSERT INTO token (hash, name, role, regions, agency, sealed, created_at, created_by, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING `+tokenColumns,
		hash[:], d.Name, d.Role, d.Regions, d.Agency, d.Sealed, now, by, d.Expires)
	if err != nil {
		return Token{}, fmt.Errorf("create token: %w", err)
	}
	t, err := pgx.CollectExactlyOneRow(rows, scanToken)
	if err != nil {
		return Token{}, fmt.Errorf("create token: %w", err)
	}
	return t, nil
}

func (s *Store) check(who Person, d *Draft) error {
	var bad []fault.Field
	field := func(path, format string, args ...any) {
		bad = append(bad, fault.Field{Path: path, Message: fmt.Sprintf(format, args...)})
	}
	d.Name = strings.TrimSpace(d.Name)
	switch n := utf8.RuneCountInString(d.Name); {
	case n == 0:
		field("name", "is empty; the audit trail shows it")
	case n > maxTokenName:
		field("name", "has %d characters; %d are allowed", n, maxTokenName)
	case !utf8.ValidString(d.Name) || strings.ContainsRune(d.Name, 0):
		field("name", "holds a character that is not text")
	}
	if !d.Role.Valid() {
		field("role", "%q is no role; there are %s", d.Role, names(roles))
	}
	if len(d.Regions) == 0 || len(d.Regions) > maxRegions {
		field("regions", "names %d regions; 1–%d are possible, \"*\" is all", len(d.Regions), maxRegions)
		d.Regions = nil
	}
	scope := who.Scope()
	_, all := scope.Regions()
	for i, r := range d.Regions {
		path := fmt.Sprintf("regions[%d]", i)
		switch {
		case r == "*" && !all:
			field(path, "all regions are more than you may see")
		case r != "*" && !s.KnownRegion(r):
			field(path, "region %q is unknown; a code looks like RU-PRI", r)
		case r != "*" && !scope.Region(r):
			field(path, "region %s is not one of yours", r)
		}
	}
	if d.Agency < 0 || (d.Role == Executor) != (d.Agency != 0) {
		field("agency", "an executor has an agency, nobody else does")
	}
	if d.Sealed && !who.Sealed {
		field("sealed", "you may not see sealed posts")
	}
	if d.Expires != nil && !d.Expires.After(s.Now()) {
		field("expires_at", "is in the past")
	}
	return fault.Fields(bad...)
}

func names[T ~string](all []T) string {
	s := make([]string, len(all))
	for i, v := range all {
		s[i] = string(v)
	}
	return strings.Join(s, ", ")
}

// Authenticate says whose secret it is, or fault.Unauthorized. The answer may
// be five seconds old where another process has revoked the token.
func (s *Store) Authenticate(ctx context.Context, secret string) (Person, error) {
	if secret == "" || len(secret) > maxSecret {
		return Person{}, errToken()
	}
	// The secret is found by its hash: how long the search takes says nothing
	// about the secret.
	hash := sha256.Sum256([]byte(secret))
	now := s.Now()
	if t, ok := s.fromCache(hash, now); ok {
		if !t.valid(now) {
			return Person{}, errToken()
		}
		return t.Person(), nil
	}
	var t Token
	var stored []byte
	err := s.Pool.QueryRow(ctx, `SELECT hash, `+tokenColumns+` FROM token WHERE hash = $1`, hash[:]).
		Scan(&stored, &t.ID, &t.Name, &t.Role, &t.Regions, &t.Agency, &t.Sealed, &t.CreatedAt, &t.CreatedBy, &t.ExpiresAt, &t.LastUsedAt, &t.RevokedAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return Person{}, errToken()
	}
	if err != nil {
		return Person{}, fmt.Errorf("authenticate: %w", err)
	}
	if subtle.ConstantTimeCompare(stored, hash[:]) != 1 || !t.valid(now) {
		return Person{}, errToken()
	}
	if t.LastUsedAt == nil || now.Sub(*t.LastUsedAt) >= usedPrecision {
		if _, err := s.Pool.Exec(ctx, `UPDATE token SET last_used_at = greatest(last_used_at, $2) WHERE id = $1`, t.ID, now); err != nil {
			return Person{}, fmt.Errorf("authenticate: %w", err)
		}
	}
	s.toCache(hash, t, now)
	return t.Person(), nil
}

func (s *Store) fromCache(hash [sha256.Size]byte, now time.Time) (Token, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.cached[hash]
	return c.token, ok && now.Before(c.until)
}

func (s *Store) toCache(hash [sha256.Size]byte, t Token, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cached == nil || len(s.cached) >= maxCached {
		s.cached = map[[sha256.Size]byte]cachedToken{} // all come back within one request each
	}
	s.cached[hash] = cachedToken{token: t, until: now.Add(cacheTime)}
}

// Check reads a token afresh: for connections that outlive a request. It is
// fault.Unauthorized when the token has been revoked or has expired.
func (s *Store) Check(ctx context.Context, id int64) (Person, error) {
	rows, err := s.Pool.Query(ctx, `SELECT `+tokenColumns+` FROM token WHERE id = $1`, id)
	if err != nil {
		return Person{}, fmt.Errorf("check token: %w", err)
	}
	t, err := pgx.CollectExactlyOneRow(rows, scanToken)
	if errors.Is(err, pgx.ErrNoRows) {
		return Person{}, errToken()
	}
	if err != nil {
		return Person{}, fmt.Errorf("check token: %w", err)
	}
	if !t.valid(s.Now()) {
		return Person{}, errToken()
	}
	return t.Person(), nil
}

// List gives the tokens whose regions the person has, by id, revoked ones too,
// after a given one, at most limit (1…500).
func (s *Store) List(ctx context.Context, who Person, after int64, limit int) ([]Token, error) {
	if !who.May(EditTokens) {
		return nil, fault.New(fault.Forbidden, "role %q may not %s", who.Role, EditTokens)
	}
	regions, all := who.Scope().Regions()
	rows, err := s.Pool.Query(ctx, `SELECT `+tokenColumns+` FROM token
		WHERE id > $1 AND ($2 OR regions <@ $3) ORDER BY id LIMIT $4`,
		after, all, regions, max(1, min(limit, listLimit)))
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	return pgx.CollectRows(rows, scanToken)
}

// Revoke ends a token; again is no error. The last valid token of an
// administrator of all regions can't be revoked: nobody could make another.
func (s *Store) Revoke(ctx context.Context, who Person, id int64) error {
	if !who.May(EditTokens) {
		return fault.New(fault.Forbidden, "role %q may not %s", who.Role, EditTokens)
	}
	err := pgx.BeginFunc(ctx, s.Pool, func(tx pgx.Tx) error { return revoke(ctx, tx, who, id, s.Now()) })
	if err != nil {
		return fmt.Errorf("revoke token: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for h, c := range s.cached {
		if c.token.ID == id {
			delete(s.cached, h)
		}
	}
	return nil
}

func revoke(ctx context.Context, tx pgx.Tx, who Person, id int64, now time.Time) error {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, bootstrapLock); err != nil {
		return err
	}
	regions, all := who.Scope().Regions()
	rows, err := tx.Query(ctx, `UPDATE token SET revoked_at = coalesce(revoked_at, $2)
		WHERE id = $1 AND ($3 OR regions <@ $4) RETURNING `+tokenColumns, id, now, all, regions)
	if err != nil {
		return err
	}
	t, err := pgx.CollectExactlyOneRow(rows, scanToken)
	if errors.Is(err, pgx.ErrNoRows) {
		return fault.New(fault.NotFound, "there is no token %d", id)
	}
	if err != nil || t.Role != Administrator || !slices.Contains(t.Regions, "*") {
		return err
	}
	var left int
	err = tx.QueryRow(ctx, `SELECT count(*) FROM token WHERE role = $1 AND '*' = ANY(regions)
		AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)`, Administrator, now).Scan(&left)
	if err == nil && left == 0 {
		return fault.New(fault.Conflict, "token %d is the last of an administrator of all regions; make another first", id)
	}
	return err
}

// Bootstrap makes the first token, an administrator's of all regions, with a
// secret of at least 16 characters. It does nothing, and says so by made =
// false, where any token exists already, revoked ones included.
func (s *Store) Bootstrap(ctx context.Context, secret string) (made bool, err error) {
	if n := utf8.RuneCountInString(secret); n < minBootstrap || len(secret) > maxSecret || strings.ContainsFunc(secret, notInHeader) {
		return false, fault.New(fault.Invalid,
			"the bootstrap token (OTKLIK_BOOTSTRAP_TOKEN) has %d characters; use %d–%d printable Latin ones without spaces, for example the output of: openssl rand -hex 32",
			n, minBootstrap, maxSecret)
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
		_, err := insert(ctx, tx, secret, Draft{Name: "bootstrap", Role: Administrator, Regions: []string{"*"}, Sealed: true}, "bootstrap", s.Now())
		return err
	})
	if err != nil {
		return false, fmt.Errorf("bootstrap token: %w", err)
	}
	return made, nil
}

// notInHeader: what can't stand in an Authorization header.
func notInHeader(r rune) bool { return r <= ' ' || r >= 0x7f }
