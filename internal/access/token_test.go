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
	require.Equal(t, access.Person{ID: tok.ID, Name: "Приморье", Role: access.Specialist, Regions: []string{"RU-PRI"}}, p)
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
	require.Equal(t, fault.Unauthorized, fault.KindOf(err), "revoked: the cache of this process knows at once")
	_, err = s.Check(ctx, tok.ID)
	require.Equal(t, fault.Unauthorized, fault.KindOf(err))
	require.Equal(t, fault.NotFound, fault.KindOf(s.Revoke(ctx, admin, 999)))
}

func TestRevokedElsewhereIsKnownWithinSeconds(t *testing.T) {
	s, c := store(t)
	other := &access.Store{Pool: s.Pool, Now: c.Now, KnownRegion: s.KnownRegion}
	ctx := context.Background()
	tok, sec, err := s.Create(ctx, admin, access.Draft{Name: "x", Role: access.Head, Regions: []string{"*"}})
	require.NoError(t, err)
	_, err = s.Authenticate(ctx, sec)
	require.NoError(t, err)
	require.NoError(t, other.Revoke(ctx, admin, tok.ID))
	_, err = s.Check(ctx, tok.ID)
	require.Equal(t, fault.Unauthorized, fault.KindOf(err), "Check asks afresh")
	c.now = c.now.Add(6 * time.Second)
	_, err = s.Authenticate(ctx, sec)
	require.Equal(t, fault.Unauthorized, fault.KindOf(err))
}

func TestTheLastAdministratorStays(t *testing.T) {
	s, _ := store(t)
	ctx := context.Background()
	_, err := s.Bootstrap(ctx, secret)
	require.NoError(t, err)
	boot, err := s.Authenticate(ctx, secret)
	require.NoError(t, err)
	require.Equal(t, fault.Conflict, fault.KindOf(s.Revoke(ctx, boot, boot.ID)))
	_, err = s.Authenticate(ctx, secret)
	require.NoError(t, err, "nothing was revoked")
	_, _, err = s.Create(ctx, boot, access.Draft{Name: "second", Role: access.Administrator, Regions: []string{"*"}})
	require.NoError(t, err)
	require.NoError(t, s.Revoke(ctx, boot, boot.ID))
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
		access.Draft{Name: "a\x00b", Role: "king", Regions: []string{"RU-XX", "RU-SAM", "*"}, Agency: 3, Sealed: true, Expires: &past})
	var e *fault.Error
	require.ErrorAs(t, err, &e)
	var paths []string
	for _, f := range e.Fields {
		paths = append(paths, f.Path)
	}
	require.Equal(t, []string{"name", "role", "regions[0]", "regions[1]", "regions[2]", "agency", "sealed", "expires_at"}, paths)

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
		access.Administrator: "111111111111111",
		access.Specialist:    "111110001100111",
		access.Curator:       "111100001101111",
		access.Executor:      "100000001010001",
		access.Ombudsman:     "111000001000001",
		access.FactChecker:   "111000001000001",
		access.Head:          "110000001000000",
		access.Partner:       "110000000000000",
	}
	for _, role := range access.Roles() {
		got := ""
		for _, a := range access.Actions() {
			got += fmt.Sprint(map[bool]int{true: 1}[access.Person{Role: role}.May(a)])
		}
		require.Equal(t, want[role], got, "%s, in the order of Actions", role)
	}
}
