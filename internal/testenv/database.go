package testenv

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/otklik/otklik/internal/postgres"
)

const (
	testPrefix     = "otklik_test_"     // + process + nanoseconds
	templatePrefix = "otklik_template_" // + hash of the schema

	// templateLock lets one process at a time build a template.
	templateLock = int64(0x6f746b6c696b02)

	// A database of a test that was killed, or a template of a schema nobody
	// has any more, is dropped when it is older than this.
	leftoverAge = 24 * time.Hour

	noSuchDatabase = "3D000" // invalid_catalog_name
)

// DatabaseURL gives the address of a fresh, migrated database that is dropped
// when the test ends. It is a copy of a template that is migrated once for
// every version of the schema, which takes tens of milliseconds.
func DatabaseURL(t testing.TB) string {
	t.Helper()
	return databaseURL(t, true)
}

// EmptyDatabaseURL is DatabaseURL without a schema, for tests of migrations.
func EmptyDatabaseURL(t testing.TB) string {
	t.Helper()
	return databaseURL(t, false)
}

// PoorUser makes a database without a schema and a user of it who may make no
// roles, as managed servers have. It gives the user's address and name, and a
// connection of the administrator's.
func PoorUser(t testing.TB) (address, user string, admin *pgx.Conn) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("a user who may make no roles: %v", err)
		}
	}
	address = EmptyDatabaseURL(t)
	admin, err := pgx.Connect(context.Background(), address)
	must(err)
	user = strings.ReplaceAll(Name(t), "-", "_")
	t.Cleanup(func() {
		_, err := admin.Exec(context.Background(), fmt.Sprintf(`REASSIGN OWNED BY %[1]s TO CURRENT_USER; DROP OWNED BY %[1]s; DROP ROLE %[1]s`, user))
		must(err)
		must(admin.Close(context.Background()))
	})
	_, err = admin.Exec(context.Background(), fmt.Sprintf(`CREATE ROLE %[1]s LOGIN PASSWORD 'x'; GRANT ALL ON SCHEMA public TO %[1]s`, user))
	must(err)
	u, err := url.Parse(address)
	must(err)
	u.User = url.UserPassword(user, "x")
	return u.String(), user, admin
}

func databaseURL(t testing.TB, migrated bool) string {
	t.Helper()
	admin := os.Getenv(EnvDatabase)
	if admin == "" {
		missing(t, "Postgres", EnvDatabase)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, admin)
	if err != nil {
		t.Fatalf("test database: %v", err)
	}
	defer conn.Close(ctx)
	name := fmt.Sprintf("%s%d_%d", testPrefix, os.Getpid(), time.Now().UnixNano())
	if migrated {
		err = copyTemplate(ctx, conn, admin, name)
	} else {
		_, err = conn.Exec(ctx, "CREATE DATABASE "+name)
	}
	if err != nil {
		t.Fatalf("test database: %v", err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if err := drop(ctx, admin, name); err != nil {
			t.Errorf("drop %s: %v", name, err)
		}
	})
	return withDatabase(admin, name)
}

func drop(ctx context.Context, admin, name string) error {
	conn, err := pgx.Connect(ctx, admin)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
	return err
}

func copyTemplate(ctx context.Context, conn *pgx.Conn, admin, name string) error {
	hash, err := postgres.SchemaHash()
	if err != nil {
		return err
	}
	template := templatePrefix + hash
	const tries = 3 // another process may sweep an old template between building and copying
	for range tries {
		_, err = conn.Exec(ctx, "CREATE DATABASE "+name+" TEMPLATE "+template)
		var pg *pgconn.PgError
		if err == nil || !errors.As(err, &pg) || pg.Code != noSuchDatabase {
			return err
		}
		if err := buildTemplate(ctx, conn, admin, template); err != nil {
			return fmt.Errorf("build %s: %w", template, err)
		}
	}
	return err
}

// buildTemplate migrates a database under another name and renames it when it
// is whole, so that nobody ever copies half a schema.
func buildTemplate(ctx context.Context, conn *pgx.Conn, admin, template string) error {
	if _, err := conn.Exec(ctx, "SELECT pg_advisory_lock($1)", templateLock); err != nil {
		return err
	}
	defer conn.Exec(ctx, "SELECT pg_advisory_unlock($1)", templateLock)
	var there bool
	if err := conn.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", template).Scan(&there); err != nil || there {
		return err
	}
	if err := sweep(ctx, conn); err != nil {
		return err
	}
	raw := template + "_raw"
	for _, sql := range []string{"DROP DATABASE IF EXISTS " + raw + " WITH (FORCE)", "CREATE DATABASE " + raw} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return err
		}
	}
	if err := postgres.Migrate(ctx, withDatabase(admin, raw)); err != nil {
		return err
	}
	for _, sql := range []string{
		fmt.Sprintf("COMMENT ON DATABASE %s IS '%d'", raw, time.Now().Unix()),
		"ALTER DATABASE " + raw + " ALLOW_CONNECTIONS false",
		"ALTER DATABASE " + raw + " RENAME TO " + template,
	} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return err
		}
	}
	return nil
}

// sweep drops what killed tests and former schemas left behind.
func sweep(ctx context.Context, conn *pgx.Conn) error {
	rows, err := conn.Query(ctx, `
		SELECT datname, coalesce(shobj_description(oid, 'pg_database'), '')
		FROM pg_database WHERE datname LIKE 'otklik\_test\_%' OR datname LIKE 'otklik\_template\_%'`)
	if err != nil {
		return err
	}
	type base struct{ Name, Made string }
	bases, err := pgx.CollectRows(rows, pgx.RowToStructByPos[base])
	if err != nil {
		return err
	}
	for _, b := range bases {
		if made, ok := madeAt(b.Name, b.Made); ok && time.Since(made) > leftoverAge {
			if _, err := conn.Exec(ctx, "DROP DATABASE IF EXISTS "+pgx.Identifier{b.Name}.Sanitize()+" WITH (FORCE)"); err != nil {
				return err
			}
		}
	}
	return nil
}

// madeAt reads when a database was made: a test's from its name, a template's
// from its comment.
func madeAt(name, comment string) (time.Time, bool) {
	if rest, ok := strings.CutPrefix(name, testPrefix); ok {
		_, nanos, _ := strings.Cut(rest, "_")
		n, err := strconv.ParseInt(nanos, 10, 64)
		return time.Unix(0, n), err == nil
	}
	n, err := strconv.ParseInt(comment, 10, 64)
	return time.Unix(n, 0), err == nil
}

// withDatabase gives an address with another database's name. pgx takes
// addresses and key=value lists; in a list the last of two equal keys counts.
func withDatabase(address, name string) string {
	if u, err := url.Parse(address); err == nil && u.Scheme != "" {
		u.Path = "/" + name
		return u.String()
	}
	return address + " dbname=" + name
}
