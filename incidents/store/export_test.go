package store

import "github.com/jackc/pgx/v5"

// Raw lets a test send what no function of this package would.
func (t *Tx) Raw() pgx.Tx { return t.tx }

// Unlocked makes a store work as on a server where it may not have its role.
func Unlocked(s *Store) *Store {
	s.lock.known, s.lock.fits = true, false
	return s
}
