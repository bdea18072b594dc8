package schedule_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/schedule"
	"github.com/otklik/otklik/crawler/source"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/testenv"
)

// A source of several regions is seen from each of them, and changed only by
// who has them all.
func TestASharedSourceIsNotOneRegionsToChange(t *testing.T) {
	s := store(t)
	ctx := context.Background()
	all := access.NewScope([]string{"RU-PRI", "RU-SAM"}, nil, true, false)
	one := access.NewScope([]string{"RU-PRI"}, nil, true, false)
	shared, err := s.Add(ctx, all, schedule.Draft{Network: "rss", Address: "a", Regions: []string{"RU-PRI", "RU-SAM"}, Enabled: true})
	require.NoError(t, err)
	_, err = s.Get(ctx, one, shared.ID)
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
	all := access.NewScope([]string{"*"}, nil, true, false)
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
	_, err = s.Again(ctx, access.NewScope([]string{"RU-SAM"}, nil, true, false), v.ID)
	require.Equal(t, fault.NotFound, fault.KindOf(err))
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
