package postgres

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/tern/v2/migrate"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
)

//go:embed migrations/*.sql
var migrations embed.FS

const (
	// versionTable is where tern keeps the number of the newest migration.
	versionTable = "public.schema_version"

	// migrateLock is the advisory lock that one migrating process holds. Tern
	// has a lock of its own, but makes its table before it takes it, and River
	// has none.
	migrateLock = int64(0x6f746b6c696b01)

	// lockPoll is how often a waiting process asks for the lock again.
	lockPoll = 100 * time.Millisecond
)

// Migrate brings the schema of a database, with the tables of River's job
// queue, to the version of this build. Any number of processes may call it at
// once: one works, the rest wait for it until ctx ends.
//
// A database that is newer than this build stays as it is. It says which builds
// it still fits, and refuses the others: so the build before an upgrade goes on
// working beside the new one, and can be started again.
func Migrate(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	defer closeSoon(ctx, conn)
	if err := waitLock(ctx, conn); err != nil {
		return err // the lock ends with the connection
	}
	newer, err := migrateOurs(ctx, conn)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if newer {
		return nil // and so is the job queue
	}
	if err := migrateRiver(ctx, url); err != nil {
		return fmt.Errorf("migrate the job queue: %w", err)
	}
	return nil
}

// waitLock asks again and again instead of waiting inside Postgres: a waiting
// statement holds a snapshot, and CREATE INDEX CONCURRENTLY in a migration
// would wait for that snapshot for ever.
func waitLock(ctx context.Context, conn *pgx.Conn) error {
	tick := time.NewTicker(lockPoll)
	defer tick.Stop()
	for {
		var got bool
		if err := conn.QueryRow(ctx, "SELECT pg_try_advisory_lock($1)", migrateLock).Scan(&got); err != nil {
			return fmt.Errorf("migrate: %w", err)
		}
		if got {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("migrate: another process is still migrating this database: %w", context.Cause(ctx))
		case <-tick.C:
		}
	}
}

// migrateOurs says whether the database is newer than this build, and fits it.
func migrateOurs(ctx context.Context, conn *pgx.Conn) (newer bool, err error) {
	m, err := migrate.NewMigrator(ctx, conn, versionTable)
	if err != nil {
		return false, err
	}
	dir, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return false, err
	}
	if err := m.LoadMigrations(dir); err != nil {
		return false, err
	}
	now, err := m.GetCurrentVersion(ctx)
	if err != nil {
		return false, err
	}
	if int(now) > len(m.Migrations) {
		return true, fits(ctx, conn, int(now), len(m.Migrations))
	}
	if err := m.Migrate(ctx); err != nil {
		return false, err
	}
	_, err = conn.Exec(ctx, "SELECT second_lock()")
	return false, err
}

const undefinedTable = "42P01"

// fits asks a newer database whether it still fits a build that knows so many
// migrations. One that can't say so doesn't.
func fits(ctx context.Context, conn *pgx.Conn, now, known int) error {
	oldest := now
	err := conn.QueryRow(ctx, "SELECT oldest FROM schema_fits").Scan(&oldest)
	var pg *pgconn.PgError
	if err != nil && !(errors.As(err, &pg) && pg.Code == undefinedTable) {
		return err
	}
	if known >= oldest {
		return nil
	}
	return fmt.Errorf("the database has schema %d, which fits an otklik that knows schema %d or a newer one; this one knows %d: run the newer otklik that migrated it, or restore a backup",
		now, oldest, known)
}

func migrateRiver(ctx context.Context, url string) error {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return err
	}
	cfg.MaxConns = 1
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return err
	}
	defer pool.Close()
	m, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	if err != nil {
		return err
	}
	_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

// SchemaHash names the schema that Migrate makes: 16 hexadecimal digits that
// change when any migration, ours or River's, does.
func SchemaHash() (string, error) {
	h := sha256.New()
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return "", err
	}
	for _, name := range names { // Glob sorts
		b, err := migrations.ReadFile(name)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(h, "%s %d\n%s\n", name, len(b), b)
	}
	m, err := rivermigrate.New(riverpgxv5.New(nil), nil)
	if err != nil {
		return "", err
	}
	for _, v := range m.AllVersions() {
		fmt.Fprintf(h, "river %d\n%s\n", v.Version, v.SQLUp)
	}
	return hex.EncodeToString(h.Sum(nil)[:8]), nil
}

// closeSoon closes a connection even when ctx has ended, within a second.
func closeSoon(ctx context.Context, conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	conn.Close(ctx)
}
