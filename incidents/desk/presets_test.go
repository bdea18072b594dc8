package desk_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/incidents/deadline"
	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/incidents/routing"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
)

func night() deadline.Preset {
	return deadline.Preset{Name: "night", Title: "Ночной", Clocks: map[deadline.Clock]deadline.Budget{
		deadline.Answer: {Amount: 60, Unit: deadline.Wall, From: deadline.AssignedAt}}}
}

func TestPresetsAreSavedByVersion(t *testing.T) {
	e := start(t)
	p, err := e.PutPreset(t.Context(), specialist, "RU-PRI", 0, night())
	require.NoError(t, err)
	require.Equal(t, []any{1, "Анна", false}, []any{p.Version, p.ChangedBy, p.BuiltIn})
	_, err = e.PutPreset(t.Context(), curator, "RU-PRI", 0, night())
	kind(t, fault.Conflict, err, "Анна")
	p, err = e.PutPreset(t.Context(), curator, "RU-PRI", 1, night())
	require.NoError(t, err)
	require.Equal(t, []any{2, "Борис"}, []any{p.Version, p.ChangedBy})
}

// One that something names stays; a built-in one gets its own figures again.
func TestPresetsAreTakenBack(t *testing.T) {
	e := start(t)
	s := e.search()
	p, err := e.PutPreset(t.Context(), specialist, "RU-PRI", 0, night())
	require.NoError(t, err)
	remove := func(name string, version int) error {
		return e.DeletePreset(t.Context(), curator, "RU-PRI", name, version)
	}
	r := e.rule(s, func(r *incident.Rule) { r.Preset = "night" })
	kind(t, fault.Conflict, remove("night", p.Version), "Вода")
	require.NoError(t, e.DeleteRule(t.Context(), curator, r.ID))
	tree := routing.Node{Routes: []routing.Node{{Name: "a", Routes: []routing.Node{{Name: "b", Preset: "night"}}}}}
	_, err = e.PutRoute(t.Context(), curator, "RU-PRI", 0, tree)
	require.NoError(t, err)
	kind(t, fault.Conflict, remove("night", p.Version), "tree")
	_, err = e.PutRoute(t.Context(), curator, "RU-PRI", 1, routing.Node{})
	require.NoError(t, err)
	kind(t, fault.Conflict, remove("night", 7))
	for _, who := range []access.Person{head, far} {
		kind(t, fault.Forbidden, e.DeletePreset(t.Context(), who, "RU-PRI", "night", p.Version))
	}
	require.NoError(t, remove("night", p.Version))
	kind(t, fault.NotFound, remove("night", p.Version))

	mine := night()
	mine.Name = "standard"
	_, err = e.PutPreset(t.Context(), curator, "RU-PRI", 0, mine)
	require.NoError(t, err)
	e.rule(s, func(r *incident.Rule) { r.Preset = "standard" })
	require.NoError(t, remove("standard", 1), "there is still one of the name")
	ps, err := e.Presets(t.Context(), head, "RU-PRI")
	require.NoError(t, err)
	require.Equal(t, deadline.Presets()[0], ps[0].Preset)
}

// What a preset comes to, by the shifts of who would answer.
func TestExampleOfAPreset(t *testing.T) {
	e := start(t)
	always := deadline.Shifts{}
	for d := time.Sunday; d <= time.Saturday; d++ {
		always[d] = []deadline.Shift{{From: 0, To: 24 * 60}}
	}
	a := e.agency("Аварийная", func(a *incident.Agency) { a.Shifts = always })
	clocks := map[deadline.Clock]deadline.Budget{deadline.Answer: {Amount: 9 * 60, Unit: deadline.Working, From: deadline.AssignedAt}}
	at := e.clock("2026-11-27 17:00") // Friday
	for agency, want := range map[int64]string{0: "2026-11-30 17:00", a.ID: "2026-11-28 02:00"} {
		x, err := e.ExamplePreset(t.Context(), head, "RU-PRI", clocks, agency, at)
		require.NoError(t, err)
		require.Len(t, x.Dues, 1)
		require.Equal(t, want, e.inZone(&x.Dues[0].At))
		require.True(t, x.Works)
		require.Len(t, x.Days, 14)
	}
	_, err := e.ExamplePreset(t.Context(), head, "RU-PRI", clocks, 99, at)
	require.Equal(t, []string{"agency"}, paths(t, err))
	other := e.agency("Тверь", func(a *incident.Agency) { a.Region = "RU-TVE" })
	_, err = e.ExamplePreset(t.Context(), head, "RU-PRI", clocks, other.ID, at)
	require.Equal(t, []string{"agency"}, paths(t, err))
	clocks[deadline.Answer] = deadline.Budget{Amount: 0, Unit: deadline.Working, From: deadline.AssignedAt}
	_, err = e.ExamplePreset(t.Context(), head, "RU-PRI", clocks, 0, at)
	require.Equal(t, []string{"clocks.answer.amount"}, paths(t, err))
	_, err = e.ExamplePreset(t.Context(), far, "RU-PRI", nil, 0, at)
	kind(t, fault.NotFound, err)
}

// A tree that is being written can be asked before it is saved.
func TestATreeIsTriedBeforeItIsSaved(t *testing.T) {
	e := start(t)
	saved, water := e.agency("По умолчанию", isDefault), e.agency("Водоканал", nil)
	f := routing.Facts{Region: "RU-PRI", Severity: "critical"}
	x, err := e.ExplainRoute(t.Context(), specialist, f, nil)
	require.NoError(t, err)
	require.Equal(t, saved.ID, x.Target.Agency)
	require.Equal(t, routing.ByDefault, x.Steps[len(x.Steps)-1].Only)
	tree := &routing.Node{Routes: []routing.Node{{Name: "беда", When: routing.Condition{Severities: []string{"critical"}}, Agency: water.ID}}}
	x, err = e.ExplainRoute(t.Context(), specialist, f, tree)
	require.NoError(t, err)
	require.Equal(t, water.ID, x.Target.Agency)
	require.Equal(t, []int{0}, x.Steps[1].At)
	r, err := e.Route(t.Context(), specialist, "RU-PRI")
	require.NoError(t, err)
	require.Zero(t, r.Version, "nothing was saved")
	tree.Routes[0].Agency = 99
	_, err = e.ExplainRoute(t.Context(), specialist, f, tree)
	require.Equal(t, []string{"tree.routes[0].agency"}, paths(t, err))
}
