package people

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/audit"
	"github.com/otklik/otklik/internal/fault"
)

// Time-based codes (RFC 6238) with what every authenticator application takes:
// six digits, 30 s, SHA-1; a neighbouring step is accepted for slow clocks.
const (
	step          = 30 * time.Second
	issuer        = "Отклик"
	recoveryCodes = 10
)

// Key is what an authenticator application is told.
type Key struct {
	Secret string // base32, to be typed
	URI    string // otpauth://…, to be scanned
}

// BeginTOTP gives a fresh secret. It asks for nothing before ConfirmTOTP.
func (s *Store) BeginTOTP(ctx context.Context, who access.Person) (Key, error) {
	p, err := s.Get(ctx, who, who.ID)
	if err != nil {
		return Key{}, err
	}
	name := p.Login
	if name == "" {
		name = p.Email
	}
	k, err := totp.Generate(totp.GenerateOpts{Issuer: issuer, AccountName: name, Period: uint(step.Seconds()), Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
	if err != nil {
		return Key{}, fmt.Errorf("second factor: %w", err)
	}
	tag, err := s.Pool.Exec(ctx, `UPDATE person SET totp = $2 WHERE id = $1 AND NOT totp_on`, who.ID, k.Secret())
	if err != nil {
		return Key{}, fmt.Errorf("second factor: %w", err)
	}
	if tag.RowsAffected() == 0 {
		return Key{}, fault.New(fault.Conflict, "the second factor is on already; switch it off first")
	}
	return Key{Secret: k.Secret(), URI: k.URL()}, nil
}

// ConfirmTOTP switches codes on, given a first one, and gives recovery codes,
// each good once, that can't be had again.
func (s *Store) ConfirmTOTP(ctx context.Context, who access.Person, code string) ([]string, error) {
	codes, hashes, err := newRecovery()
	if err != nil {
		return nil, err
	}
	err = pgx.BeginFunc(ctx, s.Pool, func(tx pgx.Tx) error {
		var key string
		var on bool
		if err := tx.QueryRow(ctx, `SELECT totp, totp_on FROM person WHERE id = $1 FOR UPDATE`, who.ID).Scan(&key, &on); err != nil {
			return err
		}
		if on || key == "" {
			return fault.New(fault.Conflict, "begin the second factor first")
		}
		at, ok := s.matching(key, code, 0)
		if !ok {
			return fault.Fields(fault.Field{Path: "code", Message: "is not the code that the application shows now; check the clock of the phone"})
		}
		if _, err := tx.Exec(ctx, `UPDATE person SET totp_on = true, totp_step = $2, recovery = $3 WHERE id = $1`, who.ID, at, hashes); err != nil {
			return err
		}
		return s.event(ctx, tx, who.ID, audit.TOTPOn, who, "", nil)
	})
	if err != nil {
		return nil, fmt.Errorf("second factor: %w", err)
	}
	return codes, nil
}

// EndTOTP switches codes off, given a code of the application or a recovery code: a
// stolen session alone must not do it.
func (s *Store) EndTOTP(ctx context.Context, who access.Person, code string) error {
	ok, err := s.prove(ctx, who, func() (bool, error) { return s.useCode(ctx, who.ID, code) })
	if err != nil {
		return err
	}
	if !ok {
		return fault.Fields(fault.Field{Path: "code", Message: "is not the code that the application shows now, nor a recovery code that is left"})
	}
	return s.dropTOTP(ctx, who.ID, who)
}

// ResetTOTP is what an administrator does for somebody who lost the phone and
// the recovery codes.
func (s *Store) ResetTOTP(ctx context.Context, who access.Person, id int64) error {
	if err := administrator(who); err != nil {
		return err
	}
	if id == who.ID {
		return fault.New(fault.Forbidden, "switch your own second factor off with a code")
	}
	if _, err := s.Get(ctx, who, id); err != nil {
		return err
	}
	return s.dropTOTP(ctx, id, who)
}

func (s *Store) dropTOTP(ctx context.Context, id int64, by access.Person) error {
	err := pgx.BeginFunc(ctx, s.Pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE person SET totp = '', totp_on = false, recovery = '{}' WHERE id = $1`, id); err != nil {
			return err
		}
		return s.event(ctx, tx, id, audit.TOTPOff, by, "", nil)
	})
	return named(err, "second factor")
}

// matching gives the step of which the code is, of those after a step.
func (s *Store) matching(key, code string, after int64) (int64, bool) {
	now := s.Now()
	for _, d := range []time.Duration{0, -step, step} {
		at := now.Add(d)
		n := at.Unix() / int64(step.Seconds())
		want, err := totp.GenerateCode(key, at)
		if err == nil && n > after && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			return n, true
		}
	}
	return 0, false
}

// useCode takes a code of the application or a recovery code; none serves twice.
func (s *Store) useCode(ctx context.Context, person int64, code string) (ok bool, err error) {
	code = strings.ToLower(strings.Join(strings.FieldsFunc(code, func(r rune) bool { return r == ' ' || r == '-' }), ""))
	if code == "" || len(code) > 64 {
		return false, nil
	}
	err = pgx.BeginFunc(ctx, s.Pool, func(tx pgx.Tx) error {
		var key string
		var last int64
		err := tx.QueryRow(ctx, `SELECT totp, totp_step FROM person WHERE id = $1 AND totp_on FOR UPDATE`, person).Scan(&key, &last)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		if at, match := s.matching(key, code, last); match {
			ok = true
			_, err := tx.Exec(ctx, `UPDATE person SET totp_step = $2 WHERE id = $1`, person, at)
			return err
		}
		tag, err := tx.Exec(ctx, `UPDATE person SET recovery = array_remove(recovery, $2) WHERE id = $1 AND $2 = ANY(recovery)`, person, digest(code))
		ok = tag.RowsAffected() == 1
		return err
	})
	if err != nil {
		return false, fmt.Errorf("second factor: %w", err)
	}
	return ok, nil
}

// newRecovery invents recovery codes of 50 bits: a fast hash is enough for
// what nobody chose.
func newRecovery() (codes []string, hashes [][]byte, err error) {
	for range recoveryCodes {
		raw := make([]byte, 7)
		if _, err := rand.Read(raw); err != nil {
			return nil, nil, err
		}
		c := strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw))[:10]
		h := sha256.Sum256([]byte(c))
		codes, hashes = append(codes, c[:5]+"-"+c[5:]), append(hashes, h[:])
	}
	return codes, hashes, nil
}
