package access

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/otklik/otklik/internal/fault"
)

const (
	maxSecret     = 512         // bytes; longer ones aren't even hashed
	usedPrecision = time.Minute // of Token.LastUsedAt
)

// Token is what is known of an API token; never its secret. What it may do is
// what its person may do now. Nil times have not come.
type Token struct {
	ID         int64
	Person     int64  // whose it is
	Holder     string // their name
	Personal   bool   // of somebody who signs in; otherwise the person is a service that has nothing else
	Name       string
	Role       Role
	Regions    []string // ISO codes; "*" is all. Of a personal one: those that its person has still
	Agencies   []int64
	Sealed     bool
	CreatedAt  time.Time
	CreatedBy  string
	ExpiresAt  *time.Time
	LastUsedAt *time.Time // to the minute
	RevokedAt  *time.Time

	disabled   *time.Time // the person
	mustChange bool
}

// bearer is the person of the token.
func (t Token) bearer() Person {
	return Person{ID: t.Person, Name: t.Holder, Role: t.Role, Regions: t.Regions, Agencies: t.Agencies, Sealed: t.Sealed,
		MustChange: t.mustChange, By: Credential{Kind: ByToken, ID: t.ID, Personal: t.Personal}}
}

func (t Token) valid(now time.Time) bool {
	return t.RevokedAt == nil && t.disabled == nil && (t.ExpiresAt == nil || now.Before(*t.ExpiresAt))
}

// Store keeps tokens in Postgres. It is safe for concurrent use.
type Store struct {
	Pool        *pgxpool.Pool
	Now         func() time.Time
	KnownRegion func(code string) bool
}

// columns need token t and its person p.
const columns = `t.id, t.person, p.name, p.kind = 'human', t.name, p.role, p.regions, t.regions, p.agencies, p.sealed,
	t.created_at, t.created_by, t.expires_at, t.last_used_at, t.revoked_at, p.disabled_at, p.must_change`

const fromTokens = ` FROM token t JOIN person p ON p.id = t.person `

func scan(row pgx.CollectableRow) (t Token, err error) {
	var has, only []string
	err = row.Scan(&t.ID, &t.Person, &t.Holder, &t.Personal, &t.Name, &t.Role, &has, &only, &t.Agencies, &t.Sealed,
		&t.CreatedAt, &t.CreatedBy, &t.ExpiresAt, &t.LastUsedAt, &t.RevokedAt, &t.disabled, &t.mustChange)
	t.Regions = narrow(has, only)
	return t, err
}

// narrow gives what a token that was made for some regions still has of its
// person's; nil is for all of them.
func narrow(has, only []string) []string {
	if only == nil {
		return has
	}
	if slices.Contains(has, "*") {
		return only
	}
	return slices.DeleteFunc(slices.Clone(only), func(r string) bool { return !slices.Contains(has, r) })
}

// errToken is the one answer to every secret that opens nothing: an unknown, a
// revoked and an expired one can't be told apart.
func errToken() error {
	return fault.New(fault.Unauthorized, "the token is unknown, revoked or expired")
}

// Authenticate says whose secret it is, or fault.Unauthorized.
func (s *Store) Authenticate(ctx context.Context, secret string) (Person, error) {
	if secret == "" || len(secret) > maxSecret {
		return Person{}, errToken()
	}
	// The secret is found by its hash: how long the search takes says nothing
	// about the secret.
	hash := sha256.Sum256([]byte(secret))
	t, err := s.one(ctx, `t.hash = $1`, hash[:])
	if err != nil {
		return Person{}, err
	}
	now := s.Now()
	if t.LastUsedAt == nil || now.Sub(*t.LastUsedAt) >= usedPrecision {
		if _, err := s.Pool.Exec(ctx, `UPDATE token SET last_used_at = greatest(last_used_at, $2) WHERE id = $1`, t.ID, now); err != nil {
			return Person{}, fmt.Errorf("authenticate: %w", err)
		}
	}
	return t.bearer(), nil
}

// Check reads a token again: for connections that outlive a request. It is
// fault.Unauthorized when the token is no longer good.
func (s *Store) Check(ctx context.Context, id int64) (Person, error) {
	t, err := s.one(ctx, `t.id = $1`, id)
	return t.bearer(), err
}

// one reads a token that is good now.
func (s *Store) one(ctx context.Context, where string, arg any) (Token, error) {
	rows, err := s.Pool.Query(ctx, `SELECT `+columns+fromTokens+`WHERE `+where, arg)
	if err != nil {
		return Token{}, fmt.Errorf("authenticate: %w", err)
	}
	t, err := pgx.CollectExactlyOneRow(rows, scan)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return Token{}, errToken()
	case err != nil:
		return Token{}, fmt.Errorf("authenticate: %w", err)
	case !t.valid(s.Now()):
		return Token{}, errToken()
	}
	return t, nil
}
