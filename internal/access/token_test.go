package access_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/testenv"
)

const secret = "correct-horse-battery"

var admin = access.Person{Name: "admin", Role: access.Administrator, Regions: []string{"*"}, Sealed: true}

// clock is a clock that tests move by hand.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

func store(t *testing.T) (*access.Store, *clock) {
	c := &clock{now: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)}
	return &access.Store{Pool: testenv.Postgres(t), Now: c.Now,
		KnownRegion: func(r string) bool { return r == "RU-PRI" || r == "RU-SAM" }}, c
}

// paths are the fields that an error names.
func paths(t *testing.T, err error) (out []string) {
	t.Helper()
	var e *fault.Error
	require.ErrorAs(t, err, &e)
	for _, f := range e.Fields {
		out = append(out, f.Path)
	}
	return out
}

func TestBootstrapOnlyTheFirstTime(t *testing.T) {
	s, _ := store(t)
	ctx := context.Background()
	for _, short := range []string{"", "fifteen-symbols", strings.Repeat("я", 20), "sixteen symbols with spaces"} {
		_, err := s.Bootstrap(ctx, short)
		require.Equal(t, fault.Invalid, fault.KindOf(err), short)
		require.ErrorContains(t, err, "OTKLIK_BOOTSTRAP_TOKEN")
	}
	made, err := s.Bootstrap(ctx, secret)
	require.NoError(t, err)
	require.True(t, made)
	p, err := s.Authenticate(ctx, secret)
	require.NoError(t, err)
	require.Equal(t, access.Administrator, p.Role)
	require.True(t, p.Scope().Region("RU-PRI"))

	made, err = s.Bootstrap(ctx, "another-long-secret")
	require.NoError(t, err)
	require.False(t, made, "a token exists")
	_, err = s.Authenticate(ctx, "another-long-secret")
	require.Equal(t, fault.Unauthorized, fault.KindOf(err))
}

func TestCreateAuthenticateRevoke(t *testing.T) {
	s, c := store(t)
	ctx := context.Background()
	soon := c.now.Add(time.Hour)
	tok, sec, err := s.Create(ctx, admin, access.Draft{Name: " Приморье ", Role: access.Specialist, Regions: []string{"RU-PRI"}, Expires: &soon})
	require.NoError(t, err)
	require.Equal(t, "Приморье", tok.Name)
	require.Greater(t, len(sec), 40)

	var stored string
	require.NoError(t, s.Pool.QueryRow(ctx, `SELECT token::text FROM token WHERE id = $1`, tok.ID).Scan(&stored))
	require.NotContains(t, stored, sec, "only a hash is kept")

	p, err := s.Authenticate(ctx, sec)
	require.NoError(t, err)
	require.Equal(t, access.Person{ID: tok.Person, Name: "Приморье", Role: access.Specialist, Regions: []string{"RU-PRI"}, Agencies: []int64{},
		By: access.Credential{Kind: access.ByToken, ID: tok.ID}}, p)
	all, err := s.List(ctx, admin, 0, 10)
	require.NoError(t, err)
	require.Len(t, all, 1)
	require.Equal(t, c.now, all[0].LastUsedAt.UTC())

	c.now = soon
	_, err = s.Authenticate(ctx, sec)
	require.Equal(t, fault.Unauthorized, fault.KindOf(err), "expired")
	c.now = soon.Add(-time.Minute)
	_, err = s.Authenticate(ctx, sec)
	require.NoError(t, err)

	require.NoError(t, s.Revoke(ctx, admin, tok.ID))
	_, err = s.Authenticate(ctx, sec)
	require.Equal(t, fault.Unauthorized, fault.KindOf(err), "revoked")
	_, err = s.Check(ctx, tok.ID)
	require.Equal(t, fault.Unauthorized, fault.KindOf(err))
	require.Equal(t, fault.NotFound, fault.KindOf(s.Revoke(ctx, admin, 999)))
}

func TestTheLastAdministratorStays(t *testing.T) {
	s, _ := store(t)
	ctx := context.Background()
	_, err := s.Bootstrap(ctx, secret)
	require.NoError(t, err)
	boot, err := s.Authenticate(ctx, secret)
	require.NoError(t, err)
	require.Equal(t, fault.Conflict, fault.KindOf(s.Revoke(ctx, boot, boot.By.ID)))
	_, err = s.Authenticate(ctx, secret)
	require.NoError(t, err, "nothing was revoked")
	_, _, err = s.Create(ctx, boot, access.Draft{Name: "second", Role: access.Administrator, Regions: []string{"*"}})
	require.NoError(t, err)
	require.NoError(t, s.Revoke(ctx, boot, boot.By.ID))
}

func TestAdministratorOfARegion(t *testing.T) {
	s, _ := store(t)
	ctx := context.Background()
	local := access.Person{Name: "local", Role: access.Administrator, Regions: []string{"RU-PRI"}}
	far, _, err := s.Create(ctx, admin, access.Draft{Name: "far", Role: access.Head, Regions: []string{"RU-SAM"}})
	require.NoError(t, err)
	_, _, err = s.Create(ctx, local, access.Draft{Name: "mine", Role: access.Head, Regions: []string{"RU-PRI"}})
	require.NoError(t, err)
	seen, err := s.List(ctx, local, 0, 10)
	require.NoError(t, err)
	require.Len(t, seen, 1)
	require.Equal(t, fault.NotFound, fault.KindOf(s.Revoke(ctx, local, far.ID)))
	_, _, err = s.Create(ctx, local, access.Draft{Name: "more", Role: access.Head, Regions: []string{"RU-SAM"}})
	require.Equal(t, fault.Invalid, fault.KindOf(err))
	_, _, err = s.Create(ctx, local, access.Draft{Name: "more", Role: access.Administrator, Regions: []string{"*"}})
	require.Equal(t, fault.Invalid, fault.KindOf(err))
}

func TestEveryBadFieldOfATokenIsNamed(t *testing.T) {
	s, c := store(t)
	past := c.now
	_, _, err := s.Create(context.Background(), access.Person{Role: access.Administrator, Regions: []string{"RU-PRI"}},
		access.Draft{Name: "a\x00b", Role: "king", Regions: []string{"RU-XX", "RU-SAM", "*"}, Agencies: []int64{3}, Sealed: true, Expires: &past})
	require.Equal(t, []string{"name", "role", "regions[0]", "regions[1]", "regions[2]", "agencies", "sealed", "expires_at"}, paths(t, err))

	_, _, err = s.Create(context.Background(), access.Person{Role: access.Specialist, Regions: []string{"*"}}, access.Draft{})
	require.Equal(t, fault.Forbidden, fault.KindOf(err))
}

func TestOddSecrets(t *testing.T) {
	s, _ := store(t)
	for _, odd := range []string{"", "\x00", "\xff\xfe", strings.Repeat("a", 1<<20), "' OR 1=1 --"} {
		_, err := s.Authenticate(context.Background(), odd)
		require.Equal(t, fault.Unauthorized, fault.KindOf(err))
	}
}

func TestScope(t *testing.T) {
	pri, sam := []string{"RU-PRI"}, []string{"RU-SAM"}
	for _, role := range access.Roles() {
		p := access.Person{Role: role, Regions: pri}
		sees := role != access.Executor
		require.Equal(t, sees, p.Scope().Allows(pri, "telegram:1", "public"), role)
		require.Equal(t, sees && role != access.Partner, p.Scope().Allows(pri, "telegram:1", "partner"), role)
		require.False(t, p.Scope().Allows(pri, "telegram:1", "sealed"), role)
		require.False(t, p.Scope().Allows(sam, "telegram:1", "public"), role)
		require.False(t, p.Scope().Allows(nil, "telegram:1", "public"), "a post of no region needs a scope of all")
		p.Sealed, p.Regions = true, []string{"*"}
		require.Equal(t, sees, p.Scope().Allows(sam, "telegram:1", "sealed"), role)
	}
	require.True(t, access.Scope{}.Nothing())
	require.False(t, access.Scope{}.Allows(pri, "telegram:1", "public"))
	require.False(t, access.Person{Role: "king", Regions: []string{"*"}}.Scope().Allows(pri, "telegram:1", "public"))
	limited := access.NewScope([]string{"*"}, []string{"telegram:1"}, true, true)
	require.True(t, limited.Allows(pri, "telegram:1", "public"))
	require.False(t, limited.Allows(pri, "telegram:2", "public"))
	require.True(t, access.Everything().Allows(nil, "telegram:2", "sealed"))
}

// The table of rights, written a second time by hand: a change of either must
// be meant.
func TestMay(t *testing.T) {
	want := map[access.Role]string{
		access.Administrator: "11111111111111111111",
		access.Specialist:    "11111000000011001110",
		access.Curator:       "11110000000011011110",
		access.Executor:      "10000000000010100010",
		access.Ombudsman:     "11100000000110000010",
		access.FactChecker:   "11100000000010000010",
		access.Head:          "11000000000010000000",
		access.Partner:       "11000000000000000000",
	}
	for _, role := range access.Roles() {
		got := ""
		for _, a := range access.Actions() {
			got += fmt.Sprint(map[bool]int{true: 1}[access.Person{Role: role}.May(a)])
		}
		require.Equal(t, want[role], got, "%s, in the order of Actions", role)
	}
}

// human adds somebody who could sign in, and gives what they may do.
func human(t *testing.T, s *access.Store, role access.Role, regions ...string) access.Person {
	t.Helper()
	p := access.Person{Name: "Анна", Role: role, Regions: regions}
	require.NoError(t, s.Pool.QueryRow(t.Context(), `INSERT INTO person (name, role, regions, created_at, created_by, changed_at, changed_by)
		VALUES ($1, $2, $3, now(), '', now(), '') RETURNING id`, p.Name, role, regions).Scan(&p.ID))
	return p
}

func TestOwnTokensNeverOutgrowTheirPerson(t *testing.T) {
	s, c := store(t)
	ctx := t.Context()
	anna := human(t, s, access.Specialist, "*")
	all, allSecret, err := s.CreateOwn(ctx, anna, access.OwnDraft{Name: "всё", Expires: c.now.Add(time.Hour)})
	require.NoError(t, err)
	require.True(t, all.Personal)
	_, onlySecret, err := s.CreateOwn(ctx, anna, access.OwnDraft{Name: "Приморье", Regions: []string{"RU-PRI"}, Expires: c.now.Add(time.Hour)})
	require.NoError(t, err)
	reach := func(secret string) access.Person {
		t.Helper()
		p, err := s.Authenticate(ctx, secret)
		require.NoError(t, err)
		require.Equal(t, anna.ID, p.ID, "the trail names the person")
		require.Equal(t, "Анна", p.Name)
		return p
	}
	require.Equal(t, []string{"*"}, reach(allSecret).Regions)
	require.Equal(t, []string{"RU-PRI"}, reach(onlySecret).Regions)
	change := func(sql string) {
		t.Helper()
		_, err := s.Pool.Exec(ctx, `UPDATE person SET `+sql+` WHERE id = $1`, anna.ID)
		require.NoError(t, err)
	}
	change(`role = 'head', regions = '{RU-SAM}'`)
	require.Equal(t, access.Head, reach(allSecret).Role)
	require.Equal(t, []string{"RU-SAM"}, reach(allSecret).Regions)
	require.True(t, reach(onlySecret).Scope().Nothing(), "of what it was made for, nothing is left")
	change(`sealed = true, regions = '{RU-SAM,RU-PRI}'`)
	require.True(t, reach(onlySecret).Sealed)
	require.Equal(t, []string{"RU-PRI"}, reach(onlySecret).Regions)
	change(`must_change = true`)
	require.True(t, reach(allSecret).MustChange)
	change(`disabled_at = now()`)
	for _, secret := range []string{allSecret, onlySecret} {
		_, err = s.Authenticate(ctx, secret)
		require.Equal(t, fault.Unauthorized, fault.KindOf(err), "they die with their person")
	}
	_, err = s.Check(ctx, all.ID)
	require.Equal(t, fault.Unauthorized, fault.KindOf(err))
}

func TestOwnTokensAreOnesOwn(t *testing.T) {
	s, c := store(t)
	ctx := t.Context()
	anna, boris := human(t, s, access.Specialist, "RU-PRI"), human(t, s, access.Executor, "RU-PRI")
	tok, secret, err := s.CreateOwn(ctx, anna, access.OwnDraft{Name: "x", Expires: c.now.Add(time.Hour)})
	require.NoError(t, err)
	_, _, err = s.CreateOwn(ctx, boris, access.OwnDraft{Name: "executors have regions too", Regions: []string{"RU-PRI"}, Expires: c.now.Add(time.Hour)})
	require.NoError(t, err)
	require.Equal(t, fault.NotFound, fault.KindOf(s.RevokeOwn(ctx, boris, tok.ID)))
	own, err := s.Own(ctx, anna, 0, 10)
	require.NoError(t, err)
	require.Len(t, own, 1)
	require.NoError(t, s.RevokeOwn(ctx, anna, tok.ID))
	require.NoError(t, s.RevokeOwn(ctx, anna, tok.ID), "again is no error")
	_, err = s.Authenticate(ctx, secret)
	require.Equal(t, fault.Unauthorized, fault.KindOf(err))
	var events int
	require.NoError(t, s.Pool.QueryRow(ctx, `SELECT count(*) FROM audit_event WHERE person = $1 AND who = $1`, anna.ID).Scan(&events))
	require.Equal(t, 2, events, "made and revoked")

	_, _, err = s.CreateOwn(ctx, anna, access.OwnDraft{Name: " ", Regions: []string{"*", "RU-SAM", "RU-XX"}, Expires: c.now})
	require.Equal(t, []string{"name", "regions[0]", "regions[1]", "regions[2]", "expires_at"}, paths(t, err))
	_, _, err = s.CreateOwn(ctx, anna, access.OwnDraft{Name: "x", Expires: c.now.AddDate(2, 0, 0)})
	require.Equal(t, []string{"expires_at"}, paths(t, err))
	for range 50 {
		_, _, err = s.CreateOwn(ctx, anna, access.OwnDraft{Name: "x", Expires: c.now.Add(time.Hour)})
		require.NoError(t, err)
	}
	_, _, err = s.CreateOwn(ctx, anna, access.OwnDraft{Name: "x", Expires: c.now.Add(time.Hour)})
	require.Equal(t, fault.Conflict, fault.KindOf(err))
}

// An administrator ends everybody's tokens, the last one too where somebody
// can sign in to make another.
func TestAdministratorsRevokePersonalTokens(t *testing.T) {
	s, c := store(t)
	ctx := t.Context()
	_, err := s.Bootstrap(ctx, secret)
	require.NoError(t, err)
	boot, err := s.Authenticate(ctx, secret)
	require.NoError(t, err)
	anna := human(t, s, access.Administrator, "*")
	tok, _, err := s.CreateOwn(ctx, anna, access.OwnDraft{Name: "x", Expires: c.now.Add(time.Hour)})
	require.NoError(t, err)
	local := access.Person{Role: access.Administrator, Regions: []string{"RU-PRI"}}
	require.Equal(t, fault.NotFound, fault.KindOf(s.Revoke(ctx, local, tok.ID)))
	require.NoError(t, s.Revoke(ctx, boot, tok.ID))
	require.NoError(t, s.Revoke(ctx, boot, boot.By.ID))
}
