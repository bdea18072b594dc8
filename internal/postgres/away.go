package postgres

import (
	"context"
	"errors"
	"io"
	"net"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/otklik/otklik/internal/fault"
)

// Away says whether an error means that the server can't answer now, so that
// the same statement may succeed later: a broken connection, a restart, a lock
// or a room that was not free in time. The end of the caller's own context is
// none.
func Away(err error) bool {
	if err == nil || errors.Is(err, context.Canceled) {
		return false
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		// Class 08 connection, 25P idle too long in a transaction, 40 rollback,
		// 53 resources, 55 object in use, 57 operator intervention, 58 system
		// (PostgreSQL manual, Appendix A).
		switch pg.Code[:min(2, len(pg.Code))] {
		case "08", "40", "53", "55", "57", "58":
			return true
		}
		return pg.Code == "25P03" || pg.Code == "25P04"
	}
	var network net.Error
	return errors.As(err, &network) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) ||
		errors.Is(err, net.ErrClosed) || errors.Is(err, context.DeadlineExceeded) || pgconn.Timeout(err) || pgconn.SafeToRetry(err)
}

// Kind gives an error of a server that can't answer now the kind
// fault.Unavailable; every other error stays what it is.
func Kind(err error) error {
	if fault.KindOf(err) != fault.Internal || !Away(err) {
		return err
	}
	return &fault.Error{Kind: fault.Unavailable, Message: "the database can't answer now", Err: err}
}
