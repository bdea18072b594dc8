package places_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/audit"
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
	s := &places.Store{Pool: testenv.Postgres(t), Registry: r, Now: time.Now}
	ctx := context.Background()
	served, err := s.Served(ctx)
	require.NoError(t, err)
	require.Len(t, served, 29)
	require.NoError(t, s.Serve(ctx, anna, "RU-TVE", false))
	served, err = s.Served(ctx)
	require.NoError(t, err)
	require.Len(t, served, 28)
	require.Equal(t, fault.Invalid, fault.KindOf(s.Serve(ctx, anna, "RU-NOWHERE", true)))
}

func TestServedAgreesWithTheList(t *testing.T) {
	b, err := os.ReadFile(testenv.Shared(t, "seed/channel.txt"))
	require.NoError(t, err)
	r, err := places.Load()
	require.NoError(t, err)
	s := &places.Store{Pool: testenv.Postgres(t), Registry: r, Now: time.Now}
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

func TestWhatIsNotInTheRegistry(t *testing.T) {
	r, err := places.Load()
	require.NoError(t, err)
	_, ok := r.Find("")
	require.False(t, ok)
	require.Equal(t, "Europe/Moscow", r.Location("RU-XXX").String())
	require.Equal(t, "Asia/Vladivostok", r.TownLocation("98701000001", "RU-PRI").String(), "a town of another region is none of this one")
	require.Empty(t, r.In("RU-XXX"))
	codes := map[string]bool{}
	for _, region := range r.Regions {
		require.Regexp(t, `^(RU-[A-Z]{2,3}|UA-[0-9]{2})$`, region.Code)
		require.False(t, codes[region.Code], "twice: %s", region.Code)
		codes[region.Code] = true
		require.NotEmpty(t, region.Name+region.NameEN+region.District)
		require.Equal(t, region.Zone, r.Location(region.Code).String())
	}
	towns := r.In("RU-PRI")
	for i := 1; i < len(towns); i++ {
		require.GreaterOrEqual(t, towns[i-1].Population, towns[i].Population)
	}
}

var anna = access.Person{ID: 7, Name: "Анна", Role: access.Administrator, Regions: []string{"*"}}

// A region that is switched off and on again is served as before, and one that
// never was can be.
func TestServe(t *testing.T) {
	r, err := places.Load()
	require.NoError(t, err)
	s := &places.Store{Pool: testenv.Postgres(t), Registry: r, Now: time.Now}
	ctx := context.Background()
	has := func(code string) bool {
		served, err := s.Served(ctx)
		require.NoError(t, err)
		for i, region := range served {
			if i > 0 && served[i-1].District == region.District {
				require.Less(t, served[i-1].Name, region.Name, "by district and name")
			}
		}
		for _, region := range served {
			if region.Code == code {
				return true
			}
		}
		return false
	}
	require.True(t, has("RU-PRI"))
	require.False(t, has("RU-MOS"))
	for range 2 { // again is no error
		require.NoError(t, s.Serve(ctx, anna, "RU-MOS", true))
		require.NoError(t, s.Serve(ctx, anna, "RU-PRI", false))
	}
	require.True(t, has("RU-MOS"))
	require.False(t, has("RU-PRI"))
	require.NoError(t, s.Serve(ctx, anna, "RU-PRI", true))
	require.True(t, has("RU-PRI"))
	events, err := audit.List(ctx, s.Pool, nil, true, true, audit.Filter{Limit: 10})
	require.NoError(t, err)
	require.Len(t, events, 3, "those that changed something")
	require.Equal(t, audit.Event{ID: events[2].ID, At: events[2].At, Who: 7, By: "Анна", Thing: audit.Region, Of: "RU-MOS", Name: "RU-MOS", Kind: audit.Changed,
		Regions: []string{"RU-MOS"}, Changes: audit.Changes{"served": {Was: false, Is: true}}}, events[2])
}
