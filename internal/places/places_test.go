package places_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/places"
	"github.com/otklik/otklik/internal/testenv"
)

func TestRegistry(t *testing.T) {
	r, err := places.Load()
	require.NoError(t, err)
	require.Len(t, r.Regions, 85)
	require.Greater(t, len(r.Towns), 1000)
	p, ok := r.Find("RU-PRI")
	require.True(t, ok)
	require.Equal(t, "Приморский край", p.Name)
	require.Equal(t, "Asia/Vladivostok", p.Zone)
	require.False(t, r.Known("RU-XXX"))
	require.Equal(t, "Владивосток", r.In("RU-PRI")[0].Name)
}

// Zones belong to municipalities: Yakutia has three.
func TestZonesBelongToMunicipalities(t *testing.T) {
	r, err := places.Load()
	require.NoError(t, err)
	at := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	for oktmo, hours := range map[string]int{"98701000001": 9, "98616103": 10, "98646101001": 11, "": 9} {
		_, offset := at.In(r.TownLocation(oktmo, "RU-SA")).Zone()
		require.Equal(t, hours*3600, offset, oktmo)
	}
}

// The first regions are those of the network's own list.
func TestServedAreTheFirst29(t *testing.T) {
	r, err := places.Load()
	require.NoError(t, err)
	s := &places.Store{Pool: testenv.Postgres(t), Registry: r}
	ctx := context.Background()
	served, err := s.Served(ctx)
	require.NoError(t, err)
	require.Len(t, served, 29)
	require.NoError(t, s.Serve(ctx, "RU-TVE", false))
	served, err = s.Served(ctx)
	require.NoError(t, err)
	require.Len(t, served, 28)
	require.Equal(t, fault.Invalid, fault.KindOf(s.Serve(ctx, "RU-NOWHERE", true)))
}

func TestServedAgreesWithTheList(t *testing.T) {
	b, err := os.ReadFile(testenv.Shared(t, "seed/channel.txt"))
	require.NoError(t, err)
	r, err := places.Load()
	require.NoError(t, err)
	s := &places.Store{Pool: testenv.Postgres(t), Registry: r}
	served, err := s.Served(context.Background())
	require.NoError(t, err)
	_, list, ok := strings.Cut(string(b), "Полный список регионов")
	require.True(t, ok)
	require.Equal(t, 29, strings.Count(list, "#"))
	short := map[string]string{"Кузбасс": "Кемеровская", "ХМАО": "Ханты", "Удмуртия": "Удмуртская", "Северная Осетия": "Северная Осетия"}
	for _, tag := range strings.FieldsFunc(list, func(r rune) bool { return strings.ContainsRune(" ,.\n—", r) }) {
		name, ok := strings.CutPrefix(tag, "#")
		if !ok {
			continue
		}
		name = strings.ReplaceAll(name, "_", " ")
		if s, ok := short[name]; ok {
			name = s
		}
		found := false
		for _, region := range served {
			found = found || strings.Contains(strings.ToLower(region.Name), strings.ToLower(name))
		}
		require.True(t, found, name)
	}
}
