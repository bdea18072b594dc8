package schedule_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/crawler/schedule"
	"github.com/otklik/otklik/crawler/source"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/audit"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/testenv"
)

// A source of several regions is seen from each of them, and changed only by
// who has them all.
func TestASharedSourceIsNotOneRegionsToChange(t *testing.T) {
	s := store(t)
	ctx := context.Background()
	all, one := specialist("RU-PRI", "RU-SAM"), specialist("RU-PRI")
	shared, err := s.Add(ctx, all, schedule.Draft{Network: "rss", Address: "a", Regions: []string{"RU-PRI", "RU-SAM"}, Enabled: true})
	require.NoError(t, err)
	_, err = s.Get(ctx, one.Scope(), shared.ID)
	require.NoError(t, err)
	_, err = s.Update(ctx, one, shared.ID, schedule.Draft{Regions: []string{"RU-PRI"}, Enabled: true})
	require.Equal(t, fault.Forbidden, fault.KindOf(err), "%v", err)
	require.Equal(t, fault.Forbidden, fault.KindOf(s.Remove(ctx, one, shared.ID)))
	_, err = s.Update(ctx, all, shared.ID, schedule.Draft{Regions: []string{"RU-PRI"}, Enabled: true})
	require.NoError(t, err)
	require.NoError(t, s.Remove(ctx, one, shared.ID))
}

func TestAgain(t *testing.T) {
	s := store(t)
	ctx := context.Background()
	all := specialist("*")
	v, err := s.Add(ctx, all, schedule.Draft{Network: "rss", Address: "a", Regions: []string{"RU-PRI"}, Enabled: true})
	require.NoError(t, err)
	read := func(state *source.State) {
		ls, err := s.Due(ctx, "w", 1, time.Minute)
		require.NoError(t, err)
		require.Len(t, ls, 1)
		require.NoError(t, s.Done(ctx, ls[0], state))
	}
	read(nil)
	ls, err := s.Due(ctx, "w", 1, time.Minute)
	require.NoError(t, err)
	require.Empty(t, ls, "not due yet")
	v, err = s.Again(ctx, all, v.ID)
	require.NoError(t, err)
	require.Equal(t, s.Now(), v.NextAt.UTC())

	until := s.Now().Add(24 * time.Hour)
	read(&source.State{Health: source.RateLimited, Until: until})
	_, err = s.Again(ctx, all, v.ID)
	require.Equal(t, fault.Conflict, fault.KindOf(err), "a source that said when to come again is obeyed")
	v, err = s.Update(ctx, all, v.ID, schedule.Draft{Regions: []string{"RU-PRI"}, Enabled: true})
	require.NoError(t, err)
	require.Equal(t, until, v.NextAt.UTC(), "a change is no way around it")

	_, err = s.Update(ctx, all, v.ID, schedule.Draft{Regions: []string{"RU-PRI"}})
	require.NoError(t, err)
	_, err = s.Again(ctx, all, v.ID)
	require.Equal(t, fault.Conflict, fault.KindOf(err), "it is switched off")
	_, err = s.Again(ctx, specialist("RU-SAM"), v.ID)
	require.Equal(t, fault.NotFound, fault.KindOf(err))
}

// Every change says who made it, and what was before.
func TestEveryChangeIsAnEvent(t *testing.T) {
	s := store(t)
	ctx := context.Background()
	anna := access.Person{ID: 7, Name: "Анна", Role: access.Administrator, Regions: []string{"*"}, Sealed: true}
	v, err := s.Add(ctx, anna, schedule.Draft{Network: "rss", Address: "a", Regions: []string{"RU-PRI"}, Enabled: true})
	require.NoError(t, err)
	_, err = s.Again(ctx, anna, v.ID)
	require.NoError(t, err)
	_, err = s.Update(ctx, anna, v.ID, schedule.Draft{Regions: []string{"RU-SAM"}, Visibility: post.Sealed, Backfill: 5})
	require.NoError(t, err)
	require.NoError(t, s.Remove(ctx, anna, v.ID))
	require.Equal(t, fault.NotFound, fault.KindOf(s.Remove(ctx, anna, v.ID)))
	events, err := audit.List(ctx, s.Pool, nil, true, true, audit.Filter{Limit: 10})
	require.NoError(t, err)
	require.Len(t, events, 4)
	kinds := []audit.Kind{audit.Removed, audit.Changed, audit.Read, audit.Created}
	for i, e := range events {
		require.Equal(t, kinds[i], e.Kind)
		require.Equal(t, []any{int64(7), "Анна", audit.Source, "rss a", s.Now()}, []any{e.Who, e.By, e.Thing, e.Name, e.At})
	}
	require.Equal(t, audit.Changes{"regions": {Was: []any{"RU-PRI"}, Is: []any{"RU-SAM"}}, "visibility": {Was: "public", Is: "sealed"},
		"backfill": {Was: 0., Is: 5.}, "enabled": {Was: true, Is: false}}, events[1].Changes)
	require.Empty(t, events[2].Changes)
	for name, c := range map[string]struct {
		regions []string
		sealed  bool
		seen    int
	}{
		"of both regions":       {[]string{"RU-PRI", "RU-SAM"}, true, 4},
		"not of what is sealed": {[]string{"RU-PRI", "RU-SAM"}, false, 2},
		"of the first":          {[]string{"RU-PRI"}, true, 2},
		"of the second":         {[]string{"RU-SAM"}, true, 1},
		"of none":               {nil, true, 0},
	} {
		events, err := audit.List(ctx, s.Pool, c.regions, false, c.sealed, audit.Filter{Limit: 10})
		require.NoError(t, err)
		require.Len(t, events, c.seen, name)
	}
}

// root may change everything.
var root = access.Person{Name: "root", Role: access.Administrator, Regions: []string{"*"}, Sealed: true}

func specialist(regions ...string) access.Person {
	return access.Person{Role: access.Specialist, Regions: regions}
}

func store(t *testing.T) *schedule.Store {
	now := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	return &schedule.Store{
		Pool: testenv.Postgres(t), Now: func() time.Time { return now },
		Networks:    map[string]schedule.Network{"rss": {Every: time.Hour, Check: func(a string) (string, error) { return a, nil }}},
		KnownRegion: func(c string) bool { return c == "RU-PRI" || c == "RU-SAM" },
		KnownClass:  func(c string) bool { return c == "standard" },
	}
}
