package app

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// expressLock is the advisory lock of the process whose posts overtake.
const expressLock int64 = 0x6f746b6c696b10

// unlockTime is for giving a lock back; closing the connection does it too.
const unlockTime = 5 * time.Second

// alone gives a right that one process of the installation has at a time.
func (a *App) alone(lock int64) func(ctx context.Context) (release func(), ok bool, err error) {
	return func(ctx context.Context) (release func(), ok bool, err error) {
		ctx, cancel := context.WithTimeout(ctx, stopTime)
		defer cancel()
		conn, err := tryLock(ctx, a.pool, lock)
		if err != nil || conn == nil {
			return nil, false, err
		}
		return func() {
			if err := unlock(ctx, conn, lock); err != nil {
				a.log.Warn("a right is given back with its connection", "err", err)
			}
		}, true, nil
	}
}

// tryLock takes an advisory lock of Postgres, which ends with the connection
// that holds it, so that a process that dies has it no more: the connection is
// given, for unlock; nil where another has the lock.
func tryLock(ctx context.Context, pool *pgxpool.Pool, lock int64) (*pgxpool.Conn, error) {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	var ok bool
	if err := conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1)`, lock).Scan(&ok); err != nil || !ok {
		conn.Release()
		return nil, err
	}
	return conn, nil
}

// unlock gives a lock back with its connection, also when ctx is over. After an
// error the connection is closed, and the lock ended with it.
func unlock(ctx context.Context, conn *pgxpool.Conn, lock int64) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), unlockTime)
	defer cancel()
	defer conn.Release()
	_, err := conn.Exec(ctx, `SELECT pg_advisory_unlock($1)`, lock)
	if err != nil {
		_ = conn.Conn().Close(ctx)
	}
	return err
}
