package app

import (
	"context"
	"time"
)

// expressLock is the advisory lock of the process whose posts overtake.
const expressLock int64 = 0x6f746b6c696b10

// alone gives a right that one process of the installation has at a time: an
// advisory lock of Postgres, which ends with its connection, so that a process
// that dies has it no more.
func (a *App) alone(lock int64) func(ctx context.Context) (release func(), ok bool, err error) {
	return func(ctx context.Context) (release func(), ok bool, err error) {
		ctx, cancel := context.WithTimeout(ctx, stopTime)
		defer cancel()
		conn, err := a.pool.Acquire(ctx)
		if err != nil {
			return nil, false, err
		}
		if err = conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1)`, lock).Scan(&ok); err != nil || !ok {
			conn.Release()
			return nil, false, err
		}
		return func() {
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
			defer cancel()
			if _, err := conn.Exec(ctx, `SELECT pg_advisory_unlock($1)`, lock); err != nil {
				a.log.Warn("a right is given back with its connection", "err", err)
				_ = conn.Conn().Close(ctx) // the lock ends with it
			}
			conn.Release()
		}, true, nil
	}
}
