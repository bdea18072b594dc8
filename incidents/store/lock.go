package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/otklik/otklik/internal/postgres"
)

// reader is the role of whoever reads or acts for a person: the policies of
// migration 008 apply to it.
const reader = "otklik_reader"

// secondLock says whether the database has the role and lets us take it. An
// installation whose database user may make no roles works without, and says so.
type secondLock struct {
	mu    sync.Mutex
	known bool
	fits  bool
}

// SecondLock says whether the database itself keeps people to their regions.
func (s *Store) SecondLock(ctx context.Context) (bool, error) {
	s.lock.mu.Lock()
	defer s.lock.mu.Unlock()
	if s.lock.known {
		return s.lock.fits, nil
	}
	if err := s.Pool.QueryRow(ctx, `SELECT second_lock_fits()`).Scan(&s.lock.fits); err != nil {
		return false, postgres.Kind(fmt.Errorf("second lock: %w", err))
	}
	s.lock.known = true
	return s.lock.fits, nil
}

// bind gives a transaction the role of a reader and what the view allows; both
// end with it.
func (t *Tx) bind(ctx context.Context, v View) error {
	regions, agencies := strings.Join(v.regions, ","), "*"
	if v.all {
		regions = "*"
	}
	if v.agencies != nil {
		agencies = list(v.agencies)
	}
	_, err := t.tx.Exec(ctx, `SELECT set_config('otklik.regions', $1, true), set_config('otklik.visibility', $2, true),
		set_config('otklik.agencies', $3, true), set_config('otklik.acting', '', true), set_config('role', $4, true)`,
		regions, strings.Join(v.visibility, ","), agencies, reader)
	if err != nil {
		return fmt.Errorf("second lock: %w", err)
	}
	t.bound, t.given = true, v.agencies != nil
	return nil
}

func list(ids []int64) string {
	s := make([]string, len(ids))
	for i, id := range ids {
		s[i] = strconv.FormatInt(id, 10)
	}
	return strings.Join(s, ",")
}

// acting lets an executor finish what was begun with an incident, which may
// take it away from their agency.
func (t *Tx) acting(ctx context.Context, number int64) error {
	if !t.given {
		return nil
	}
	_, err := t.tx.Exec(ctx, `SELECT set_config('otklik.acting', $1, true)`, strconv.FormatInt(number, 10))
	return err
}

// free takes the role off.
func (t *Tx) free(ctx context.Context) error {
	if !t.bound {
		return nil
	}
	t.bound, t.settings = false, settings{}
	_, err := t.tx.Exec(ctx, `SELECT set_config('role', 'none', true)`)
	return err
}

// System runs f with the system's view, for what a person's command depends on
// and the person may not see. f tells the person nothing of it.
func (t *Tx) System(ctx context.Context, f func() error) error {
	if !t.bound {
		return f()
	}
	if err := t.flush(ctx); err != nil {
		return err
	}
	if err := t.free(ctx); err != nil {
		return err
	}
	failed := f()
	if failed == nil {
		failed = t.flush(ctx)
	}
	if _, err := t.tx.Exec(ctx, `SELECT set_config('role', $1, true)`, reader); err != nil && failed == nil {
		return fmt.Errorf("second lock: %w", err)
	}
	t.bound, t.settings = true, settings{}
	return failed
}
