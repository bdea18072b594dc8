package people

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/audit"
	"github.com/otklik/otklik/internal/fault"
)

// SessionLife is how long a session lives, however much it is used.
const SessionLife = 14 * 24 * time.Hour

const (
	sessionIdle = 12 * time.Hour // unused
	seenEvery   = time.Minute    // precision of Session.SeenAt
	maxSessions = 50             // of one person; the oldest end
	maxAgent    = 300            // bytes
	secretSize  = 32
)

// Session is one browser in which somebody is signed in.
type Session struct {
	ID        int64
	Person    int64
	Way       string // "password" or "oidc"
	Agent     string
	Address   string
	CreatedAt time.Time
	SeenAt    time.Time // to the minute
	ExpiresAt time.Time
}

// sessionColumns need session s.
const sessionColumns = `s.id, s.person, s.way, s.agent, s.address, s.created_at, s.seen_at, s.expires_at`

// Client is where a request comes from.
type Client struct {
	Address string // of the network
	Agent   string
	Device  string // the cookie of a device that has signed in before; "" is none
}

func secret() (text string, hash []byte, err error) {
	raw := make([]byte, secretSize)
	if _, err := rand.Read(raw); err != nil {
		return "", nil, err
	}
	text = base64.RawURLEncoding.EncodeToString(raw)
	return text, digest(text), nil
}

func digest(s string) []byte {
	h := sha256.Sum256([]byte(s))
	return h[:]
}

// begin makes a session and gives the secret of its cookie.
func (s *Store) begin(ctx context.Context, tx pgx.Tx, person int64, way string, c Client) (string, error) {
	text, hash, err := secret()
	if err != nil {
		return "", err
	}
	now := s.Now()
	if _, err := tx.Exec(ctx, `INSERT INTO session (hash, person, way, agent, address, created_at, seen_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $6, $7)`, hash, person, way, cut(c.Agent, maxAgent), c.Address, now, now.Add(SessionLife)); err != nil {
		return "", err
	}
	_, err = tx.Exec(ctx, `UPDATE session SET ended_at = $2 WHERE ended_at IS NULL AND person = $1 AND id NOT IN
		(SELECT id FROM session WHERE person = $1 AND ended_at IS NULL ORDER BY id DESC LIMIT $3)`, person, now, maxSessions)
	return text, err
}

func errSession() error { return fault.New(fault.Unauthorized, "the session has ended; sign in again") }

// live needs $2, now, and $3, sessionIdle.
const live = `ended_at IS NULL AND seen_at > $2::timestamptz - $3::interval AND expires_at > $2`

// Session says who is signed in with a cookie, or fault.Unauthorized.
func (s *Store) Session(ctx context.Context, cookie string) (Person, Session, error) {
	if cookie == "" || len(cookie) > 2*secretSize {
		return Person{}, Session{}, errSession()
	}
	return s.signedIn(ctx, `s.hash = $1`, digest(cookie))
}

// Check reads a session again, for connections that outlive a request.
func (s *Store) Check(ctx context.Context, id int64) (access.Person, error) {
	p, se, err := s.signedIn(ctx, `s.id = $1`, id)
	return p.Access(se.ID), err
}

func (s *Store) signedIn(ctx context.Context, where string, arg any) (Person, Session, error) {
	type row struct {
		Person
		Session
	}
	now := s.Now()
	rows, err := s.Pool.Query(ctx, `SELECT `+columns+`, `+sessionColumns+` FROM session s JOIN person p ON p.id = s.person
		WHERE `+where+` AND p.disabled_at IS NULL AND `+live, arg, now, sessionIdle)
	if err != nil {
		return Person{}, Session{}, fmt.Errorf("session: %w", err)
	}
	r, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[row])
	if errors.Is(err, pgx.ErrNoRows) {
		return Person{}, Session{}, errSession()
	}
	if err != nil {
		return Person{}, Session{}, fmt.Errorf("session: %w", err)
	}
	if now.Sub(r.Session.SeenAt) >= seenEvery {
		if _, err := s.Pool.Exec(ctx, `UPDATE session SET seen_at = greatest(seen_at, $2) WHERE id = $1`, r.Session.ID, now); err != nil {
			return Person{}, Session{}, fmt.Errorf("session: %w", err)
		}
	}
	return r.Person, r.Session, nil
}

// Sessions gives one's own live sessions, the newest first.
func (s *Store) Sessions(ctx context.Context, who access.Person) ([]Session, error) {
	rows, err := s.Pool.Query(ctx, `SELECT `+sessionColumns+` FROM session s WHERE person = $1 AND `+live+` ORDER BY id DESC LIMIT $4`,
		who.ID, s.Now(), sessionIdle, maxSessions)
	if err != nil {
		return nil, fmt.Errorf("sessions: %w", err)
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[Session])
}

// End ends one of one's own sessions; again is no error.
func (s *Store) End(ctx context.Context, who access.Person, id int64) error {
	err := pgx.BeginFunc(ctx, s.Pool, func(tx pgx.Tx) error {
		var mine bool
		if err := tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM session WHERE id = $1 AND person = $2)`, id, who.ID).Scan(&mine); err != nil {
			return err
		}
		if !mine {
			return fault.New(fault.NotFound, "there is no session %d", id)
		}
		return s.end(ctx, tx, audit.SessionEnded, `id = $1`, id)
	})
	if err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

// EndCookie ends the session of a cookie; where there is none it does nothing.
func (s *Store) EndCookie(ctx context.Context, cookie string) error {
	if cookie == "" || len(cookie) > 2*secretSize {
		return nil
	}
	err := pgx.BeginFunc(ctx, s.Pool, func(tx pgx.Tx) error {
		return s.end(ctx, tx, audit.SignedOut, `hash = $1`, digest(cookie))
	})
	if err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}

// end ends a session of somebody who does it themselves, if it has not ended yet.
func (s *Store) end(ctx context.Context, tx pgx.Tx, kind audit.Kind, where string, arg any) error {
	var session, person int64
	var name string
	err := tx.QueryRow(ctx, `UPDATE session s SET ended_at = $2 FROM person p WHERE p.id = s.person AND s.ended_at IS NULL AND s.`+where+`
		RETURNING s.id, p.id, p.name`, arg, s.Now()).Scan(&session, &person, &name)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.event(ctx, tx, person, kind, access.Person{ID: person, Name: name}, "", audit.Changes{"session": {Is: session}})
}

// endAll ends every session of a person but one.
func endAll(ctx context.Context, tx pgx.Tx, person, but int64, now time.Time) error {
	_, err := tx.Exec(ctx, `UPDATE session SET ended_at = $3 WHERE person = $1 AND id <> $2 AND ended_at IS NULL`, person, but, now)
	return err
}

// Tidy removes what is needed no longer: failures and states of sign-ins, and
// sessions that ended long ago.
func (s *Store) Tidy(ctx context.Context) error {
	now := s.Now()
	for sql, before := range map[string]time.Time{
		`DELETE FROM signin_failure WHERE at < $1`:                               now.Add(-failureWindow),
		`DELETE FROM signin_state WHERE made_at < $1`:                            now.Add(-stateLife),
		`DELETE FROM signin_half WHERE made_at < $1`:                             now.Add(-halfLife),
		`DELETE FROM session WHERE coalesce(ended_at, expires_at, seen_at) < $1`: now.Add(-90 * 24 * time.Hour),
	} {
		if _, err := s.Pool.Exec(ctx, sql, before); err != nil {
			return fmt.Errorf("tidy sign-ins: %w", err)
		}
	}
	return nil
}
