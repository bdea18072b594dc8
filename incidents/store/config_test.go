package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/incidents/deadline"
	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/incidents/routing"
	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/testenv"
)

func TestAgenciesComeBackWhole(t *testing.T) {
	b := open(t)
	a := incident.Agency{Region: "RU-PRI", Name: "Водоканал", Kind: "utility", Email: "duty@example.org", WebhookURL: "https://example.org/hook",
		WebhookSecret: "secret secret secret", Default: true, Active: true, Shifts: deadline.Shifts{time.Monday: {{From: 480, To: 1020}}}}
	put := func(a incident.Agency) (id int64, err error) {
		err = b.InTx(t.Context(), func(tx *store.Tx) error { id, err = tx.PutAgency(t.Context(), a, "test", b.now); return err })
		return id, err
	}
	get := func(id int64) (a incident.Agency) {
		b.tx(func(ctx context.Context, tx *store.Tx) (err error) { a, err = tx.Agency(ctx, id); return err })
		return a
	}
	id, err := put(a)
	require.NoError(t, err)
	a.ID = id
	require.Equal(t, a, get(id))
	a.Name, a.Shifts = "Горводоканал", nil
	_, err = put(a)
	require.NoError(t, err)
	require.Equal(t, a, get(id))

	// The default one of a region is one; another region has its own.
	second, err := put(incident.Agency{Region: "RU-PRI", Name: "Дороги", Default: true, Active: true})
	require.NoError(t, err)
	far, err := put(incident.Agency{Region: "RU-SAM", Name: "Горводоканал", Default: true, Active: true})
	require.NoError(t, err, "a name belongs to its region")
	require.False(t, get(id).Default)
	require.True(t, get(second).Default)
	require.True(t, get(far).Default)

	_, err = put(incident.Agency{Region: "RU-PRI", Name: "Дороги"})
	require.Equal(t, fault.Invalid, fault.KindOf(err))
	require.ErrorContains(t, err, "name:")
	_, err = put(incident.Agency{ID: 999, Region: "RU-PRI", Name: "Никто"})
	require.Equal(t, fault.NotFound, fault.KindOf(err))
}

func TestRulesForAMatch(t *testing.T) {
	b := open(t)
	agency := b.agency("RU-PRI", "Водоканал")
	put := func(r incident.Rule) incident.Rule {
		b.tx(func(ctx context.Context, tx *store.Tx) (err error) {
			r.ID, err = tx.PutRule(ctx, r, "test", b.now)
			return err
		})
		return r
	}
	suggest := put(incident.Rule{Region: "RU-PRI", Search: 1, Name: "a", Mode: incident.Suggest, Severity: incident.Low, Enabled: true})
	auto := put(incident.Rule{Region: "RU-PRI", Search: 2, Name: "b", Mode: incident.Auto, Severity: incident.Critical, Preset: "raised", Agency: agency, Enabled: true, OpenForBackfill: true})
	put(incident.Rule{Region: "RU-PRI", Search: 1, Name: "off", Mode: incident.Auto, Severity: incident.Low})
	put(incident.Rule{Region: "RU-SAM", Search: 1, Name: "far", Mode: incident.Auto, Severity: incident.Low, Enabled: true})
	newer := put(incident.Rule{Region: "RU-PRI", Search: 2, Name: "c", Mode: incident.Auto, Severity: incident.Low, Enabled: true})
	b.tx(func(ctx context.Context, tx *store.Tx) error {
		rs, err := tx.RulesFor(ctx, []string{"RU-PRI"}, []int64{1, 2, 3})
		require.NoError(t, err)
		require.Equal(t, []incident.Rule{auto, newer, suggest}, rs, "auto first, the older first; only enabled ones of the region")
		rs, err = tx.RulesFor(ctx, []string{"RU-PRI", "RU-SAM"}, []int64{1})
		require.Len(t, rs, 2)
		require.NoError(t, err)
		rs, err = tx.RulesFor(ctx, []string{"RU-PRI"}, nil)
		require.Empty(t, rs)
		return err
	})
	suggest.Name = "changed"
	require.Equal(t, suggest.ID, put(suggest).ID)
	b.tx(func(ctx context.Context, tx *store.Tx) error {
		r, err := tx.Rule(ctx, suggest.ID)
		require.Equal(t, suggest, r)
		require.NoError(t, err)
		require.NoError(t, tx.DeleteRule(ctx, suggest.ID))
		_, err = tx.Rule(ctx, suggest.ID)
		require.Equal(t, fault.NotFound, fault.KindOf(err))
		return nil
	})
}

func TestARouteIsSavedOverTheVersionThatWasRead(t *testing.T) {
	b := open(t)
	tree := routing.Node{Agency: 1, Watchers: []string{"a@example.org"}, Routes: []routing.Node{{Name: "x", When: routing.Condition{Searches: []int64{7}}}}}
	put := func(version int) error {
		return b.InTx(t.Context(), func(tx *store.Tx) error {
			return tx.PutRoute(t.Context(), "RU-PRI", version, tree, "Анна", b.now)
		})
	}
	get := func() (r store.RouteTree) {
		b.tx(func(ctx context.Context, tx *store.Tx) (err error) { r, err = tx.Route(ctx, "RU-PRI"); return err })
		return r
	}
	require.Equal(t, store.RouteTree{Region: "RU-PRI"}, get(), "none was saved yet")
	require.Equal(t, fault.Conflict, fault.KindOf(put(1)))
	require.NoError(t, put(0))
	require.Equal(t, store.RouteTree{Region: "RU-PRI", Version: 1, UpdatedAt: b.now, UpdatedBy: "Анна", Tree: tree}, get())
	err := put(0)
	require.Equal(t, fault.Conflict, fault.KindOf(err))
	require.ErrorContains(t, err, "version 1, not 0; Анна saved it at 2026-11-24 09:00")
	require.NoError(t, put(1))
	require.Equal(t, 2, get().Version)

	// Of several who edited one version one wins.
	testenv.OneWins(t, 4, func(int) error { return put(2) })
	require.Equal(t, 3, get().Version)
}

func TestPresetsAreTheBuiltInOnesAsARegionChangedThem(t *testing.T) {
	b := open(t)
	presets := func(region string) (ps []deadline.Preset) {
		b.tx(func(ctx context.Context, tx *store.Tx) (err error) { ps, err = tx.Presets(ctx, region); return err })
		return ps
	}
	require.Equal(t, deadline.Presets(), presets("RU-PRI"))
	mine := deadline.Preset{Name: "standard", Title: "наш", Clocks: map[deadline.Clock]deadline.Budget{deadline.Cap: {Amount: 5, Unit: deadline.Wall, From: deadline.Registered}}}
	night := deadline.Preset{Name: "night", Title: "ночной", Clocks: map[deadline.Clock]deadline.Budget{}}
	put := func(version int, p deadline.Preset) error {
		return b.InTx(t.Context(), func(tx *store.Tx) error { return tx.PutPreset(t.Context(), "RU-PRI", version, p, "Анна", b.now) })
	}
	require.NoError(t, put(0, deadline.Preset{Name: "night", Title: "old"}))
	require.NoError(t, put(1, night))
	require.NoError(t, put(0, mine))
	want := deadline.Presets()
	want[0] = mine
	require.Equal(t, append(want, night), presets("RU-PRI"))
	require.Equal(t, deadline.Presets(), presets("RU-SAM"), "of this region alone")

	// The second of two savers, also of one that is new to both.
	for _, version := range []int{0, 1, 3} {
		err := put(version, night)
		require.Equal(t, fault.Conflict, fault.KindOf(err))
		require.ErrorContains(t, err, "Анна saved it at 2026-11-24 09:00")
	}
	require.Equal(t, fault.NotFound, fault.KindOf(put(1, deadline.Preset{Name: "critical"})), "the region has not changed this one")
	remove := func(name string, version int) error {
		return b.InTx(t.Context(), func(tx *store.Tx) error { return tx.DeletePreset(t.Context(), "RU-PRI", name, version) })
	}
	require.Equal(t, fault.Conflict, fault.KindOf(remove("night", 1)))
	require.NoError(t, remove("night", 2))
	require.Equal(t, fault.NotFound, fault.KindOf(remove("night", 2)))
	b.tx(func(ctx context.Context, tx *store.Tx) error {
		rs, err := tx.RegionPresets(ctx, "RU-PRI")
		require.Len(t, rs, 3)
		require.Equal(t, store.RegionPreset{Preset: mine, Version: 1, BuiltIn: true, ChangedAt: &b.now, ChangedBy: "Анна"}, rs[0])
		require.Equal(t, store.RegionPreset{Preset: deadline.Presets()[1], BuiltIn: true}, rs[1])
		return err
	})
	require.NoError(t, remove("standard", 1))
	require.Equal(t, deadline.Presets(), presets("RU-PRI"))
}
