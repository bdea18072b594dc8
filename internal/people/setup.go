package people

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
)

// First is what the first administrator says of themselves.
type First struct {
	Name     string
	Login    string
	Password string
	Code     string // SetupCode, which only whoever reads the server's own output knows
	Here     bool   // from the machine itself: no code is asked for
	Client   Client
}

// SetupNeeded says whether nobody is there yet.
func (s *Store) SetupNeeded(ctx context.Context) (bool, error) { return setupNeeded(ctx, s.Pool) }

type querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

func setupNeeded(ctx context.Context, q querier) (bool, error) {
	var any bool
	err := q.QueryRow(ctx, `SELECT EXISTS (SELECT FROM person WHERE kind = 'human')`).Scan(&any)
	return !any, err
}

// SetupCode is what set-up asks for from elsewhere, the same in every process of
// an installation. It is derived from the installation's key and so is kept
// nowhere: a hash could not be shown again at the next start.
func (s *Store) SetupCode() string {
	m := hmac.New(sha256.New, s.devices)
	m.Write([]byte("set-up"))
	text := strings.ToLower(base32.StdEncoding.EncodeToString(m.Sum(nil)))
	return text[:5] + "-" + text[5:10] + "-" + text[10:15] + "-" + text[15:20] // 100 bits
}

// checkSetupCode counts wrong codes as it does wrong passwords.
func (s *Store) checkSetupCode(ctx context.Context, f First) error {
	wrong := fault.Fields(fault.Field{Path: "code", Message: "is not the set-up code that the server showed when it started"})
	if f.Code == "" {
		return wrong
	}
	client, _ := s.client("", Client{Address: f.Client.Address})
	ok, err := s.try(ctx, guess{login: "set-up", client: client}, func() (bool, error) {
		given := strings.ToLower(strings.TrimSpace(f.Code))
		return subtle.ConstantTimeCompare([]byte(given), []byte(s.SetupCode())) == 1, nil
	})
	if err == nil && !ok {
		err = wrong
	}
	return err
}

func errSetUp() error {
	return fault.New(fault.Conflict, "the installation is set up already; sign in")
}

// Setup makes the first person, an administrator of all regions who sees
// sealed cases. As soon as anybody is there it is closed for ever: fault.Conflict.
func (s *Store) Setup(ctx context.Context, f First) (Person, error) {
	if needed, err := s.SetupNeeded(ctx); err != nil || !needed {
		if err == nil {
			err = errSetUp()
		}
		return Person{}, named(err, "set-up")
	}
	if !f.Here {
		if err := s.checkSetupCode(ctx, f); err != nil {
			return Person{}, err
		}
	}
	d := Draft{Login: f.Login, Name: f.Name, Role: access.Administrator, Regions: []string{"*"}, Sealed: true, Password: f.Password}
	all := access.Person{Name: "setup", Role: access.Administrator, Regions: []string{"*"}, Sealed: true}
	bad := s.check(all, &d)
	if d.Password == "" {
		bad.add("password", "is empty")
	}
	if d.Login == "" {
		bad.add("login", "is empty")
	}
	if len(bad) > 0 {
		return Person{}, fault.Fields(bad...)
	}
	var p Person
	err := pgx.BeginFunc(ctx, s.Pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, peopleLock); err != nil {
			return err
		}
		needed, err := setupNeeded(ctx, tx)
		if err != nil {
			return err
		}
		if !needed {
			return errSetUp()
		}
		p, err = s.insert(ctx, tx, d, access.Person{Name: "setup"}, false)
		return err
	})
	return p, named(err, "set-up")
}
