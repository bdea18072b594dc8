package access_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
)

// Whatever is asked of the zero scope, the answer is nothing.
func TestTheZeroScopeSeesNothing(t *testing.T) {
	for name, s := range map[string]access.Scope{
		"zero":              {},
		"no regions":        access.NewScope(nil, nil, true, true),
		"only sources":      access.NewScope(nil, []string{"telegram:1"}, true, true),
		"an executor":       access.Person{Role: access.Executor, Regions: []string{"*"}, Agencies: []int64{1}, Sealed: true}.Scope(),
		"nobody":            access.Person{}.Scope(),
		"no role":           access.Person{Regions: []string{"*"}, Sealed: true}.Scope(),
		"nobody's regions":  access.Person{Role: access.Administrator, Sealed: true}.Scope(),
		"an unknown region": access.NewScope([]string{""}, nil, true, true),
	} {
		regions, all := s.Regions()
		require.False(t, all, name)
		require.False(t, s.Region("RU-PRI"), name)
		for _, v := range []string{"public", "partner", "sealed"} {
			require.False(t, s.Allows([]string{"RU-PRI"}, "telegram:1", v), name)
			require.False(t, s.Allows(nil, "telegram:1", v), name)
		}
		if name == "an unknown region" {
			continue
		}
		require.Empty(t, regions, name)
		require.True(t, s.Nothing(), name)
		require.Empty(t, s.Visibilities(), name)
	}
}

func TestWhatAScopeSaysOfItself(t *testing.T) {
	s := access.NewScope([]string{"RU-SAM", "RU-PRI"}, []string{"telegram:2", "telegram:1"}, true, false)
	regions, all := s.Regions()
	require.Equal(t, []string{"RU-PRI", "RU-SAM"}, regions, "in order, so that equal scopes are equal")
	require.False(t, all)
	sources, all := s.Sources()
	require.Equal(t, []string{"telegram:2", "telegram:1"}, sources)
	require.False(t, all)
	require.Equal(t, []string{"public", "partner"}, s.Visibilities())
	require.False(t, s.Nothing())

	// What it gives can be changed without changing it.
	regions[0], sources[0] = "RU-TVE", "telegram:9"
	require.False(t, s.Region("RU-TVE"))
	require.False(t, s.Allows([]string{"RU-PRI"}, "telegram:9", "public"))
	mine := []string{"RU-PRI"}
	s = access.NewScope(mine, nil, false, false)
	mine[0] = "RU-TVE"
	require.True(t, s.Region("RU-PRI"))

	_, all = access.Everything().Sources()
	require.True(t, all)
	_, all = access.Everything().Regions()
	require.True(t, all)
	require.Equal(t, []string{"public", "partner", "sealed"}, access.Everything().Visibilities())
	require.False(t, s.Allows([]string{"RU-PRI"}, "telegram:1", "secret"), "a visibility that does not exist")
}

func TestRolesAndActions(t *testing.T) {
	for _, r := range access.Roles() {
		require.True(t, r.Valid())
		require.True(t, access.Person{Role: r}.May(access.SeeSelf), r)
		require.False(t, access.Person{Role: r}.May("fly"), r)
	}
	for _, r := range []access.Role{"", "king", "Administrator"} {
		require.False(t, r.Valid())
		for _, a := range access.Actions() {
			require.False(t, access.Person{Role: r}.May(a))
		}
	}
	roles := access.Roles()
	roles[0] = "king"
	require.False(t, access.Role("king").Valid(), "the list is a copy")
}

// Of several processes that start at once one makes the first token.
func TestBootstrapAtOnce(t *testing.T) {
	s, _ := store(t)
	var g errgroup.Group
	made := make(chan bool, 4)
	for range cap(made) {
		g.Go(func() error {
			ok, err := s.Bootstrap(context.Background(), secret)
			made <- ok
			return err
		})
	}
	require.NoError(t, g.Wait())
	n := 0
	for range cap(made) {
		if <-made {
			n++
		}
	}
	require.Equal(t, 1, n)
	all, err := s.List(context.Background(), admin, 0, 10)
	require.NoError(t, err)
	require.Len(t, all, 1)
}

// The first token is the first once: whoever has its secret and lost the token
// does not get it back.
func TestARevokedBootstrapTokenStaysRevoked(t *testing.T) {
	s, _ := store(t)
	ctx := context.Background()
	_, err := s.Bootstrap(ctx, secret)
	require.NoError(t, err)
	boot, err := s.Authenticate(ctx, secret)
	require.NoError(t, err)
	_, second, err := s.Create(ctx, boot, access.Draft{Name: "second", Role: access.Administrator, Regions: []string{"*"}})
	require.NoError(t, err)
	require.NoError(t, s.Revoke(ctx, boot, boot.ID))
	require.NoError(t, s.Revoke(ctx, boot, boot.ID), "again is no error")
	made, err := s.Bootstrap(ctx, secret)
	require.NoError(t, err)
	require.False(t, made)
	_, err = s.Authenticate(ctx, secret)
	require.Equal(t, fault.Unauthorized, fault.KindOf(err))
	_, err = s.Authenticate(ctx, second)
	require.NoError(t, err)
}

func TestTokensBelongToAdministrators(t *testing.T) {
	s, _ := store(t)
	ctx := context.Background()
	tok, _, err := s.Create(ctx, admin, access.Draft{Name: "x", Role: access.Head, Regions: []string{"*"}})
	require.NoError(t, err)
	for _, r := range access.Roles() {
		if r == access.Administrator {
			continue
		}
		who := access.Person{ID: 9, Role: r, Regions: []string{"*"}, Sealed: true}
		_, _, err := s.Create(ctx, who, access.Draft{Name: "y", Role: access.Head, Regions: []string{"*"}})
		require.Equal(t, fault.Forbidden, fault.KindOf(err), r)
		_, err = s.List(ctx, who, 0, 10)
		require.Equal(t, fault.Forbidden, fault.KindOf(err), r)
		require.Equal(t, fault.Forbidden, fault.KindOf(s.Revoke(ctx, who, tok.ID)), r)
	}
	p, err := s.Check(ctx, tok.ID)
	require.NoError(t, err)
	require.Equal(t, access.Head, p.Role)
	_, err = s.Check(ctx, 999)
	require.Equal(t, fault.Unauthorized, fault.KindOf(err))

	// Pages: after an id, at most so many.
	for range 3 {
		_, _, err := s.Create(ctx, admin, access.Draft{Name: "x", Role: access.Head, Regions: []string{"*"}})
		require.NoError(t, err)
	}
	page, err := s.List(ctx, admin, tok.ID, 2)
	require.NoError(t, err)
	require.Equal(t, []int64{tok.ID + 1, tok.ID + 2}, []int64{page[0].ID, page[1].ID})
	page, err = s.List(ctx, admin, 0, -1)
	require.NoError(t, err)
	require.Len(t, page, 1, "a limit that makes no sense is one")
}
