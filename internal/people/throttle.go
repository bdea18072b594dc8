package people

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
)

// guess is who tries to prove to be whom.
type guess struct {
	login  string
	client string
	known  bool // a device on which the login has signed in before
}

// settleTime bounds the removal of an attempt that was no failure, also when
// whoever asked is gone.
const settleTime = 5 * time.Second

// try runs f, which says whether the proof was good, unless there were too many
// failures. An attempt counts as one from its beginning: a thousand at once are
// a thousand.
func (s *Store) try(ctx context.Context, g guess, f func() (bool, error)) (bool, error) {
	attempt, err := s.reserve(ctx, g)
	if err != nil {
		return false, err
	}
	ok, err := f()
	if !ok && err == nil {
		return false, nil
	}
	settle, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	if _, dropErr := s.Pool.Exec(settle, `DELETE FROM signin_failure WHERE id = $1`, attempt); dropErr != nil && err == nil {
		return false, fmt.Errorf("sign in: %w", dropErr)
	}
	return ok, err
}

// prove is try for somebody who is signed in and shows once more who they are:
// what counts is the session, so that a stolen one locks out nobody else.
func (s *Store) prove(ctx context.Context, who access.Person, f func() (bool, error)) (bool, error) {
	return s.try(ctx, guess{fmt.Sprint("person ", who.ID), fmt.Sprint(who.By.Kind, " ", who.By.ID), true}, f)
}

// reserve writes an attempt down, or is fault.Limited while somebody has to wait.
func (s *Store) reserve(ctx context.Context, g guess) (attempt int64, err error) {
	done, err := s.entrance.take(ctx)
	if err != nil {
		return 0, err
	}
	defer done()
	err = pgx.BeginFunc(ctx, s.Pool, func(tx pgx.Tx) error {
		// One attempt of a client and of a login is counted at a time, in any process.
		for _, key := range []string{"client " + g.client, "login " + g.login} {
			if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('otklik sign-in ' || $1, 0))`, key); err != nil {
				return err
			}
		}
		if err := s.throttled(ctx, tx, g); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `INSERT INTO signin_failure (at, login, client, known) VALUES ($1, $2, $3, $4) RETURNING id`,
			s.Now(), g.login, g.client, g.known).Scan(&attempt)
	})
	if err != nil {
		return 0, fmt.Errorf("sign in: %w", err)
	}
	return attempt, nil
}

func (s *Store) throttled(ctx context.Context, tx pgx.Tx, g guess) error {
	now := s.Now()
	var pair, all, name *time.Time // of the failure that is one too many
	err := tx.QueryRow(ctx, `SELECT (array_agg(at ORDER BY at DESC) FILTER (WHERE login = $1 AND client = $2))[$4::integer],
			(array_agg(at ORDER BY at DESC) FILTER (WHERE client = $2))[$5::integer],
			(array_agg(at ORDER BY at DESC) FILTER (WHERE login = $1 AND NOT known))[$6::integer]
		FROM signin_failure WHERE at > $3 AND (login = $1 OR client = $2)`,
		g.login, g.client, now.Add(-failureWindow), maxOfPair, maxOfClient, maxOfLogin).Scan(&pair, &all, &name)
	if err != nil {
		return err
	}
	if g.known {
		all, name = nil, nil
	}
	var until time.Time
	for _, at := range []*time.Time{pair, all, name} {
		if at != nil && at.Add(failureWindow).After(until) {
			until = at.Add(failureWindow)
		}
	}
	if until.IsZero() {
		return nil
	}
	return &fault.Error{Kind: fault.Limited, Err: &Wait{until.Sub(now)},
		Message: fmt.Sprintf("too many failed attempts; try again in %d minutes", int(math.Ceil(until.Sub(now).Minutes())))}
}
