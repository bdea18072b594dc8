package people

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/otklik/otklik/internal/audit"
	"github.com/otklik/otklik/internal/fault"
)

// Who fails too often has to wait. What counts is the pair of name and client,
// so that nobody can lock out somebody else: a stranger's failures are the
// stranger's. A device on which the person has signed in before is known by a
// cookie and counted by itself, so that it gets in even while many networks
// guess at the same name (OWASP: "Slow Down Online Guessing Attacks with Device
// Cookies").
const (
	failureWindow = 15 * time.Minute
	maxOfPair     = 8   // of one name from one client
	maxOfClient   = 60  // of all names from one network
	maxOfLogin    = 200 // of one name from all networks that are not known to it
)

// Wait is in the chain of the error (fault.Limited) of somebody who has to wait.
type Wait struct{ For time.Duration }

func (w *Wait) Error() string { return "too many failed attempts" }

// Attempt is one try to sign in.
type Attempt struct {
	Login    string
	Password string
	Code     string // of TOTP, or a recovery code; "" at first
	Client
}

// SignedIn is the end of a good attempt.
type SignedIn struct {
	Person Person
	Cookie string // secret of the session
	Device string // cookie of a known device
	Half   string // nothing of the above yet: what Complete takes, with a code
}

// The ways in.
const (
	byPassword = "password"
	byProvider = "oidc"
)

// ErrCode is in the chain of the error of an attempt whose password was right
// and whose code is missing or wrong.
var ErrCode = errors.New("a code is needed")

func errSignIn() error {
	return fault.New(fault.Unauthorized, "login or password is wrong")
}

// SignIn checks a password, and a code where the person has TOTP. Whether a
// login exists can't be told from the answer, nor from how long it takes.
func (s *Store) SignIn(ctx context.Context, a Attempt) (SignedIn, error) {
	login := strings.ToLower(strings.TrimSpace(a.Login))
	if utf8.RuneCountInString(login) > 64 || !utf8.ValidString(login) || strings.ContainsRune(login, 0) {
		login = hex.EncodeToString(digest(login)[:16])
	}
	client, known := s.client(login, a.Client)
	g := guess{login, client, known}
	var p Person
	var codeMissing bool
	ok, err := s.try(ctx, g, func() (ok bool, err error) {
		p, ok, err = s.password(ctx, login, a.Password)
		if !ok || err != nil || !p.TOTP {
			return ok, err
		}
		if codeMissing = a.Code == ""; codeMissing {
			return true, nil
		}
		ok, err = s.useCode(ctx, p.ID, a.Code)
		codeMissing = !ok
		return ok, err
	})
	switch {
	case err != nil:
		return SignedIn{}, err
	case codeMissing:
		return SignedIn{}, errNoCode()
	case !ok:
		return SignedIn{}, errSignIn()
	}
	return s.enter(ctx, p, byPassword, a.Client)
}

const (
	halfLife = 10 * time.Minute // that somebody has to type a code
	maxHalf  = 10               // of one person; older ones end
)

// halfway keeps that somebody has shown who they are, but for their second factor.
func (s *Store) halfway(ctx context.Context, p Person) (string, error) {
	text, hash, err := secret()
	if err != nil {
		return "", err
	}
	err = pgx.BeginFunc(ctx, s.Pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `INSERT INTO signin_half (hash, person, made_at) VALUES ($1, $2, $3)`, hash, p.ID, s.Now()); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `DELETE FROM signin_half WHERE person = $1 AND hash NOT IN
			(SELECT hash FROM signin_half WHERE person = $1 ORDER BY made_at DESC LIMIT $2)`, p.ID, maxHalf)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("sign in: %w", err)
	}
	return text, nil
}

// Complete ends a sign-in through a provider with a code, which it counts as
// SignIn does.
func (s *Store) Complete(ctx context.Context, half, code string, c Client) (SignedIn, error) {
	over := fault.New(fault.Unauthorized, "this sign-in is over or was used already; begin again")
	if half == "" || len(half) > 2*secretSize {
		return SignedIn{}, over
	}
	rows, err := s.Pool.Query(ctx, `SELECT `+columns+` FROM signin_half h JOIN person p ON p.id = h.person
		WHERE h.hash = $1 AND h.made_at > $2 AND p.disabled_at IS NULL`, digest(half), s.Now().Add(-halfLife))
	if err != nil {
		return SignedIn{}, fmt.Errorf("sign in: %w", err)
	}
	p, err := pgx.CollectExactlyOneRow(rows, scan)
	if errors.Is(err, pgx.ErrNoRows) {
		return SignedIn{}, over
	}
	if err != nil {
		return SignedIn{}, fmt.Errorf("sign in: %w", err)
	}
	if code == "" {
		return SignedIn{}, errNoCode()
	}
	client, known := s.client(p.Login, c)
	ok, err := s.try(ctx, guess{fmt.Sprint("code of ", p.ID), client, known}, func() (bool, error) {
		if !p.TOTP { // an administrator has switched it off since
			return true, nil
		}
		return s.useCode(ctx, p.ID, code)
	})
	if err != nil {
		return SignedIn{}, err
	}
	if !ok {
		return SignedIn{}, errNoCode()
	}
	tag, err := s.Pool.Exec(ctx, `DELETE FROM signin_half WHERE hash = $1`, digest(half))
	if err != nil {
		return SignedIn{}, fmt.Errorf("sign in: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return SignedIn{}, over
	}
	return s.enter(ctx, p, byProvider, c)
}

func errNoCode() error {
	return fmt.Errorf("%w: %w", ErrCode, fault.New(fault.Unauthorized, "the code is missing, wrong or used already"))
}

// password says whose login and password these are.
func (s *Store) password(ctx context.Context, login, password string) (Person, bool, error) {
	p, hash, err := s.byLogin(ctx, login)
	if err != nil {
		return p, false, err
	}
	ok, err := s.hasher.verify(ctx, password, hash)
	return p, ok && p.Disabled == nil, err
}

// enter begins the session of somebody whose right was shown.
func (s *Store) enter(ctx context.Context, p Person, way string, c Client) (SignedIn, error) {
	out := SignedIn{Person: p}
	err := pgx.BeginFunc(ctx, s.Pool, func(tx pgx.Tx) (err error) {
		if out.Cookie, err = s.begin(ctx, tx, p.ID, way, c); err != nil {
			return err
		}
		return s.event(ctx, tx, p.ID, audit.SignedIn, p.Access(0), c.Address, audit.Changes{"way": {Is: way}, "agent": {Is: cut(c.Agent, maxAgent)}})
	})
	if err != nil {
		return SignedIn{}, fmt.Errorf("sign in: %w", err)
	}
	out.Device, err = s.deviceCookie(p.Login)
	return out, err
}

// byLogin gives a person and the hash of the password; an empty hash where
// there is no such person. It asks once in either case, which takes as long.
func (s *Store) byLogin(ctx context.Context, login string) (Person, string, error) {
	type row struct {
		Person
		Hash string
	}
	rows, err := s.Pool.Query(ctx, `SELECT `+columns+`, p.password FROM person p WHERE login = $1`, login)
	if err != nil {
		return Person{}, "", fmt.Errorf("sign in: %w", err)
	}
	r, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[row])
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return Person{}, "", fmt.Errorf("sign in: %w", err)
	}
	return r.Person, r.Hash, nil
}

// client names where an attempt comes from: a device that this login is known
// on, or a network (a whole /64 of IPv6 is one subscriber).
func (s *Store) client(login string, c Client) (name string, known bool) {
	if device, ok := s.knownDevice(login, c.Device); ok {
		return "device " + device, true
	}
	a, err := netip.ParseAddr(c.Address)
	if err != nil {
		return "network unknown", false
	}
	a = a.Unmap().WithZone("")
	bits := 32
	if a.Is6() {
		bits = 64
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return "network unknown", false
	}
	return "network " + p.String(), false
}

// deviceCookie is a fresh name of a device, and the proof that a login was
// signed in there: name.mac.
func (s *Store) deviceCookie(login string) (string, error) {
	raw := make([]byte, 16)
	if _, err := rand.Read(raw); err != nil {
		return "", err
	}
	name := base64.RawURLEncoding.EncodeToString(raw)
	return name + "." + s.deviceMAC(login, name), nil
}

func (s *Store) deviceMAC(login, name string) string {
	m := hmac.New(sha256.New, s.devices)
	fmt.Fprintf(m, "%d|%s|%s", len(login), login, name)
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

func (s *Store) knownDevice(login, cookie string) (name string, ok bool) {
	name, mac, ok := strings.Cut(cookie, ".")
	return name, ok && len(cookie) < 200 && hmac.Equal([]byte(mac), []byte(s.deviceMAC(login, name)))
}

// deviceKey is a secret of the installation, made when it is first needed.
func deviceKey(ctx context.Context, pool *pgxpool.Pool) ([]byte, error) {
	fresh := make([]byte, 32)
	if _, err := rand.Read(fresh); err != nil {
		return nil, err
	}
	if _, err := pool.Exec(ctx, `INSERT INTO secret (name, value) VALUES ('devices', $1) ON CONFLICT DO NOTHING`, fresh); err != nil {
		return nil, fmt.Errorf("key of devices: %w", err)
	}
	var key []byte
	if err := pool.QueryRow(ctx, `SELECT value FROM secret WHERE name = 'devices'`).Scan(&key); err != nil {
		return nil, fmt.Errorf("key of devices: %w", err)
	}
	return key, nil
}

// cut gives at most n bytes of valid text.
func cut(text string, n int) string {
	text = strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "")
	if len(text) > n {
		text = strings.ToValidUTF8(text[:n], "")
	}
	return text
}
