package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/incidents/deadline"
	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/audit"
	"github.com/otklik/otklik/internal/postgres"
	"github.com/otklik/otklik/internal/testenv"
)

// furnish gives an incident everything that an incident can have.
func (b *base) furnish(i incident.Incident) incident.Incident {
	b.t.Helper()
	b.tx(func(ctx context.Context, tx *store.Tx) error {
		e := b.evidence(fmt.Sprintf("telegram:7/%d", i.Number), "Нет воды")
		tx.AddPost(i, e)
		tx.AddKeys(i, []store.Key{{Kind: "text", Key: fmt.Sprint(i.Number)}}, b.now)
		if err := tx.AddEvent(ctx, i, incident.Event{At: b.now, Kind: "opened"}, nil); err != nil {
			return err
		}
		tx.AddNotification(store.Message{Notification: store.Notification{Number: i.Number, Channel: "email", Address: "a@example.org", Event: "opened", Made: b.now},
			Region: i.Region, Key: fmt.Sprint("key ", i.Number), Data: []byte("{}"), SendAfter: b.now}, nil)
		return nil
	})
	return i
}

// furnishRegion gives a region everything that a region can have.
func (b *base) furnishRegion(region string) (agency int64) {
	b.t.Helper()
	agency = b.agency(region, "Водоканал")
	b.tx(func(ctx context.Context, tx *store.Tx) error {
		if _, err := tx.PutRule(ctx, incident.Rule{Region: region, Search: 1, Name: "r", Mode: incident.Auto, Severity: incident.Low, Enabled: true}, "test", b.now); err != nil {
			return err
		}
		if err := tx.PutRoute(ctx, region, 0, store.Tree{Agency: agency}, "test", b.now); err != nil {
			return err
		}
		if err := tx.PutPreset(ctx, region, 0, deadline.Preset{Name: "night", Title: "Ночной"}, "test", b.now); err != nil {
			return err
		}
		tx.AddHits(store.Hit{Search: 1, Version: 1, Region: region, Post: "telegram:7/1", Published: b.now, Bucket: "standard-2026-11"})
		return nil
	})
	return agency
}

var (
	ofRegions   = []string{"agency", "rule", "route", "preset", "search_hit"}
	ofIncidents = []string{"incident", "incident_post", "incident_copy", "incident_event", "notification"}
	ofOthers    = []string{"incident_key", "presence", "audit_event"} // which have tests of their own
)

// Every table with a policy is looked at by a test of this file, and a reader
// gets at no table that has none.
func TestEveryTableOfAReaderHasAPolicy(t *testing.T) {
	b := open(t)
	names := func(sql string) []string {
		rows, err := b.Pool.Query(t.Context(), sql)
		require.NoError(t, err)
		got, err := pgx.CollectRows(rows, pgx.RowTo[string])
		require.NoError(t, err)
		return got
	}
	const tables = `SELECT relname::text FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm') AND relnamespace = 'public'::regnamespace AND `
	const any = `has_table_privilege('otklik_reader', oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')`
	readable := names(tables + any)
	require.ElementsMatch(t, slices.Concat(ofRegions, ofIncidents, ofOthers), readable)
	require.ElementsMatch(t, readable, names(tables+`relrowsecurity`))
	require.ElementsMatch(t, readable, names(`SELECT DISTINCT tablename::text FROM pg_policies WHERE schemaname = 'public'`))
	require.Empty(t, names(tables+`has_table_privilege('otklik_reader', oid, 'TRUNCATE, REFERENCES, TRIGGER')`), "a policy says nothing of these")
	require.Empty(t, names(`SELECT proname::text FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace`), "a function with its owner's rights goes round policies")
	require.Empty(t, names(`SELECT rolname::text FROM pg_roles WHERE rolname = 'otklik_reader' AND (rolsuper OR rolbypassrls OR rolcanlogin)`))
}

// What was changed is of regions too, and may show what is sealed. Nobody who
// acts for a person changes or removes what is written there.
func TestTheSecondLockKeepsTheAuditTrail(t *testing.T) {
	b := open(t)
	write := func(tx *store.Tx, sealed bool, regions ...string) error {
		return tx.Record(t.Context(), audit.Event{At: b.now, Thing: audit.Search, Kind: audit.Created}, nil, &audit.State{Regions: regions, Sealed: sealed})
	}
	b.tx(func(_ context.Context, tx *store.Tx) error {
		return errors.Join(write(tx, false, "RU-PRI"), write(tx, true, "RU-PRI"), write(tx, false, "RU-PRI", "RU-SAM"), write(tx, false, "*"), write(tx, false))
	})
	pri := []string{"RU-PRI"}
	for name, c := range map[string]struct {
		who  access.Person
		seen int
	}{
		"everything":        {access.Person{Role: access.Administrator, Regions: []string{"*"}, Sealed: true}, 5},
		"nothing sealed":    {access.Person{Role: access.Administrator, Regions: []string{"*"}}, 4},
		"a region":          {access.Person{Role: access.Administrator, Regions: pri, Sealed: true}, 2},
		"of it, not sealed": {access.Person{Role: access.Administrator, Regions: pri}, 1},
		"both regions":      {access.Person{Role: access.Administrator, Regions: []string{"RU-PRI", "RU-SAM"}}, 2},
		"an executor":       {access.Person{Role: access.Executor, Regions: pri, Agencies: []int64{1}, Sealed: true}, 0},
		"a partner":         {access.Person{Role: access.Partner, Regions: pri}, 0},
	} {
		v := store.ViewOf(c.who)
		require.NoError(t, b.InView(t.Context(), v, func(tx *store.Tx) error {
			es, err := tx.Audit(t.Context(), v, audit.Filter{Limit: 10})
			require.NoError(t, err)
			require.Len(t, es, c.seen, "%s, by the first lock", name)
			es, err = audit.List(t.Context(), tx.Raw(), nil, true, true, audit.Filter{Limit: 10})
			require.NoError(t, err)
			require.Len(t, es, c.seen, "%s, by the second", name)
			for _, sql := range []string{`UPDATE audit_event SET by = 'x'`, `DELETE FROM audit_event`} {
				tag, err := tx.Raw().Exec(t.Context(), sql)
				require.NoError(t, err)
				require.Zero(t, tag.RowsAffected(), sql)
			}
			return nil
		}), name)
		v = store.ViewOf(c.who)
		err := store.Unlocked(b.Store).InView(t.Context(), v, func(tx *store.Tx) error {
			es, err := tx.Audit(t.Context(), v, audit.Filter{Limit: 10})
			require.Len(t, es, c.seen, "%s, without the second", name)
			return err
		})
		require.NoError(t, err)
		b.Store, err = store.Open(b.Pool, func() time.Time { return b.now })
		require.NoError(t, err)
	}
	near := store.ViewOf(access.Person{Role: access.Administrator, Regions: pri})
	for name, do := range map[string]func(*store.Tx) error{
		"another region": func(tx *store.Tx) error { return write(tx, false, "RU-SAM") },
		"more regions":   func(tx *store.Tx) error { return write(tx, false, "RU-PRI", "RU-SAM") },
		"all":            func(tx *store.Tx) error { return write(tx, false, "*") },
		"sealed":         func(tx *store.Tx) error { return write(tx, true, "RU-PRI") },
	} {
		require.True(t, denied(b.InView(t.Context(), near, do)), name)
	}
	require.NoError(t, b.InView(t.Context(), near, func(tx *store.Tx) error { return write(tx, false, "RU-PRI") }))
}

// Who looked at a sealed incident is told to whoever may see it themselves.
func TestLooks(t *testing.T) {
	b := open(t)
	look := func(i incident.Incident, who int64) {
		b.tx(func(ctx context.Context, tx *store.Tx) error {
			return tx.AddEvent(ctx, i, incident.Event{At: b.now, Kind: incident.EventLooked, Who: who, Name: fmt.Sprint("person ", who)}, nil)
		})
	}
	sealed := func(i *incident.Incident) { i.Visibility = post.Sealed }
	near, far := b.insert("RU-PRI", sealed), b.insert("RU-SAM", sealed)
	look(near, 1)
	look(far, 1)
	look(near, 2)
	b.now = b.now.Add(24 * time.Hour)
	look(near, 1)
	looks := func(who access.Person, f store.LooksAt) (got []string) {
		t.Helper()
		v := store.ViewOf(who)
		f.Limit = 10
		require.NoError(t, b.InView(t.Context(), v, func(tx *store.Tx) error {
			ls, err := tx.Looks(t.Context(), v, f)
			for _, l := range ls {
				got = append(got, fmt.Sprint(l.Region, " ", l.Name, " ", l.Number == near.Number))
			}
			return err
		}))
		return got
	}
	guardian := access.Person{Role: access.Ombudsman, Regions: []string{"RU-PRI"}, Sealed: true}
	require.Equal(t, []string{"RU-PRI person 1 true", "RU-PRI person 2 true", "RU-PRI person 1 true"}, looks(guardian, store.LooksAt{}))
	require.Equal(t, []string{"RU-PRI person 2 true"}, looks(guardian, store.LooksAt{Who: 2}))
	require.Equal(t, []string{"RU-PRI person 1 true"}, looks(guardian, store.LooksAt{From: b.now}))
	require.Len(t, looks(guardian, store.LooksAt{To: b.now}), 2)
	require.Empty(t, looks(guardian, store.LooksAt{Number: far.Number}))
	guardian.Regions = []string{"*"}
	require.Len(t, looks(guardian, store.LooksAt{}), 4)
	require.Len(t, looks(guardian, store.LooksAt{Number: far.Number}), 1)
	guardian.Sealed = false
	require.Empty(t, looks(guardian, store.LooksAt{}))

	store.Unlocked(b.Store) // and so without the second lock
	require.Empty(t, looks(guardian, store.LooksAt{}))
	guardian.Sealed, guardian.Regions = true, []string{"RU-PRI"}
	require.Len(t, looks(guardian, store.LooksAt{}), 3)
}

// A query that forgets to ask for the region, the agency or the visibility gets
// nothing of another one, reads and writes alike.
func TestTheSecondLockForgetsNothing(t *testing.T) {
	b := open(t)
	fits, err := b.SecondLock(t.Context())
	require.NoError(t, err)
	require.True(t, fits)
	agency := b.furnishRegion("RU-PRI")
	b.furnishRegion("RU-SAM")
	at := func(region string, agency int64, v post.Visibility) {
		b.furnish(b.insert(region, func(i *incident.Incident) { i.Agency, i.Visibility = agency, v }))
	}
	at("RU-PRI", 0, post.Public)
	at("RU-PRI", agency, post.Partner)
	at("RU-PRI", agency, post.Sealed)
	at("RU-SAM", 0, post.Public)
	pri := []string{"RU-PRI"}
	for _, c := range []struct {
		name      string
		view      store.View
		regions   int
		incidents int
	}{
		{"the system", store.Everything(), 2, 4},
		{"a specialist", store.ViewOf(access.Person{Role: access.Specialist, Regions: pri}), 1, 2},
		{"one who may see sealed cases", store.ViewOf(access.Person{Role: access.Specialist, Regions: pri, Sealed: true}), 1, 3},
		{"an administrator of everything", store.ViewOf(access.Person{Role: access.Administrator, Regions: []string{"*"}, Sealed: true}), 2, 4},
		{"an executor", store.ViewOf(access.Person{Role: access.Executor, Regions: pri, Agencies: []int64{agency, 999}}), 1, 1},
		{"an executor of another agency", store.ViewOf(access.Person{Role: access.Executor, Regions: pri, Agencies: []int64{999}}), 1, 0},
		{"nobody", store.View{}, 0, 0},
		{"a partner", store.ViewOf(access.Person{Role: access.Partner, Regions: []string{"*"}, Sealed: true}), 0, 0},
		{"of a region with a comma", store.ViewOf(access.Person{Role: access.Head, Regions: []string{"'; DROP TABLE incident; --"}}), 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.NoError(t, b.InView(t.Context(), c.view, func(tx *store.Tx) error {
				count := func(table string) (n int) {
					require.NoError(t, tx.Raw().QueryRow(t.Context(), `SELECT count(*) FROM `+table).Scan(&n), table)
					return n
				}
				for _, table := range ofRegions {
					require.Equal(t, c.regions, count(table), table)
				}
				for _, table := range ofIncidents {
					require.Equal(t, c.incidents, count(table), table)
				}
				require.Equal(t, []int{0, 3, 4}[c.regions], count("incident_key"), "hashes, which their region keeps well enough")
				return nil
			}))
			require.ErrorIs(t, b.InView(t.Context(), c.view, func(tx *store.Tx) error {
				for _, sql := range []string{`UPDATE incident SET title = 'x'`, `DELETE FROM notification`, `DELETE FROM incident_event`, `UPDATE incident_post SET hash = 'x'`} {
					tag, err := tx.Raw().Exec(t.Context(), sql)
					require.NoError(t, err)
					require.EqualValues(t, c.incidents, tag.RowsAffected(), sql)
				}
				return errRollBack
			}), errRollBack)
		})
	}
}

var errRollBack = errors.New("roll back")

// denied: the row breaks a policy, or the table is none of a reader's.
func denied(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "42501"
}

func TestAReaderPutsNothingIntoAnotherRegion(t *testing.T) {
	b := open(t)
	far := b.furnish(b.insert("RU-SAM", nil))
	near := store.ViewOf(access.Person{Role: access.Administrator, Regions: []string{"RU-PRI"}})
	for name, do := range map[string]func(context.Context, *store.Tx) error{
		"an incident": func(ctx context.Context, tx *store.Tx) error { i := far; return tx.Insert(ctx, &i) },
		"an event": func(ctx context.Context, tx *store.Tx) error {
			return tx.AddEvent(ctx, far, incident.Event{At: b.now, Kind: "comment"}, nil)
		},
		"an agency": func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.PutAgency(ctx, incident.Agency{Region: "RU-SAM", Name: "x"}, "test", b.now)
			return err
		},
		"a person": func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Raw().Exec(ctx, `SELECT FROM person`)
			return err
		},
		"a token": func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Raw().Exec(ctx, `SELECT FROM token`)
			return err
		},
		"a session": func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Raw().Exec(ctx, `SELECT FROM session`)
			return err
		},
		"a secret": func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Raw().Exec(ctx, `SELECT FROM secret`)
			return err
		},
	} {
		err := b.InView(t.Context(), near, func(tx *store.Tx) error { return do(t.Context(), tx) })
		require.True(t, denied(err), "%s: %v", name, err)
	}
}

// An executor who gives an incident back can finish doing so, and then sees it
// no more.
func TestAnExecutorGivesBack(t *testing.T) {
	b := open(t)
	water := b.agency("RU-PRI", "Водоканал")
	i := b.furnish(b.insert("RU-PRI", func(i *incident.Incident) { i.Agency = water }))
	other := b.furnish(b.insert("RU-PRI", nil))
	view := store.ViewOf(access.Person{Role: access.Executor, Regions: []string{"RU-PRI"}, Agencies: []int64{water}})
	require.NoError(t, b.InView(t.Context(), view, func(tx *store.Tx) error {
		got, err := tx.Incident(t.Context(), view, i.Number, true)
		require.NoError(t, err)
		got.Agency = 0
		require.NoError(t, tx.Save(t.Context(), got))
		require.NoError(t, tx.AddEvent(t.Context(), got, incident.Event{At: b.now, Kind: "return"}, nil))
		return nil
	}))
	require.NoError(t, b.InView(t.Context(), view, func(tx *store.Tx) error {
		for _, n := range []int64{i.Number, other.Number} {
			_, err := tx.Incident(t.Context(), store.Everything(), n, true)
			require.Error(t, err, "the second lock holds where the first was forgotten")
		}
		return nil
	}))
}

// What the role was taken for ends with the transaction, and System goes round it.
func TestTheRoleEndsWithTheTransaction(t *testing.T) {
	b := open(t)
	b.insert("RU-SAM", nil)
	cfg := b.Pool.Config()
	cfg.MaxConns = 1
	pool, err := pgxpool.NewWithConfig(t.Context(), cfg)
	require.NoError(t, err)
	defer pool.Close()
	s, err := store.Open(pool, func() time.Time { return b.now })
	require.NoError(t, err)
	near := store.ViewOf(access.Person{Role: access.Head, Regions: []string{"RU-PRI"}})
	count := func(tx *store.Tx) (n int) {
		require.NoError(t, tx.Raw().QueryRow(t.Context(), `SELECT count(*) FROM incident`).Scan(&n))
		return n
	}
	for _, end := range []error{nil, errRollBack} {
		require.ErrorIs(t, s.InView(t.Context(), near, func(tx *store.Tx) error {
			require.Zero(t, count(tx))
			require.NoError(t, tx.System(t.Context(), func() error { require.Equal(t, 1, count(tx)); return nil }))
			require.ErrorIs(t, tx.System(t.Context(), func() error { return errRollBack }), errRollBack)
			require.Zero(t, count(tx), "and back")
			return end
		}), end)
		require.NoError(t, s.InTx(t.Context(), func(tx *store.Tx) error { require.Equal(t, 1, count(tx)); return nil }))
		var role, regions string
		require.NoError(t, pool.QueryRow(t.Context(), `SELECT current_user, coalesce(current_setting('otklik.regions', true), '')`).Scan(&role, &regions))
		require.NotEqual(t, "otklik_reader", role)
		require.Empty(t, regions)
	}
}

// A database user who may make no roles works with one lock, until an
// administrator of the server gives the role.
func TestAServerThatGivesNoRoles(t *testing.T) {
	address, user, admin := testenv.PoorUser(t)
	require.NoError(t, postgres.Migrate(t.Context(), address))
	pool, err := pgxpool.New(t.Context(), address)
	require.NoError(t, err)
	defer pool.Close()
	b := &base{t: t, now: time.Now()}
	work := func(fits bool) {
		t.Helper()
		b.Store, err = store.Open(pool, time.Now)
		require.NoError(t, err)
		got, err := b.SecondLock(t.Context())
		require.NoError(t, err)
		require.Equal(t, fits, got)
		i := b.furnish(b.insert("RU-PRI", nil))
		near := store.ViewOf(access.Person{Role: access.Head, Regions: []string{"RU-PRI"}})
		require.Contains(t, b.numbers(near, store.Filter{}), i.Number)
		require.Empty(t, b.numbers(store.ViewOf(access.Person{Role: access.Head, Regions: []string{"RU-SAM"}}), store.Filter{}))
	}
	work(false)
	_, err = admin.Exec(t.Context(), `GRANT otklik_reader TO `+user)
	require.NoError(t, err)
	require.NoError(t, postgres.Migrate(t.Context(), address), "the next start")
	work(true)
}
