package desk_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/incidents/deadline"
	"github.com/otklik/otklik/incidents/desk"
	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/incidents/routing"
	"github.com/otklik/otklik/internal/fault"
)

// put saves the tree of RU-PRI over what is there.
func (e *env) put(tree routing.Node) {
	e.t.Helper()
	r, err := e.Route(e.t.Context(), admin, "RU-PRI")
	require.NoError(e.t, err)
	_, err = e.PutRoute(e.t.Context(), admin, "RU-PRI", r.Version, tree)
	require.NoError(e.t, err)
}

// route is a tree whose root names people.
func route(curator string, watchers ...string) routing.Node {
	return routing.Node{Curator: curator, Watchers: watchers}
}

func TestTheTreeSaysWhereAnIncidentGoes(t *testing.T) {
	e := start(t)
	byDefault, water, heat, sick := e.agency("По умолчанию", isDefault), e.agency("Водоканал", nil), e.agency("Теплосеть", nil), e.agency("На ремонте", nil)
	s, silent := e.search(), e.search()
	e.put(routing.Node{Watchers: []string{"duty@centre.example"}, Routes: []routing.Node{
		{Name: "press", When: routing.Condition{Networks: []string{"rss"}}, Watchers: []string{"press@centre.example"}, Continue: true},
		{Name: "water", When: routing.Condition{Searches: []int64{s.ID}}, Agency: water.ID, Curator: "boss@centre.example", Preset: "raised", Routes: []routing.Node{
			{Name: "disaster", When: routing.Condition{Severities: []string{"critical"}}, Agency: heat.ID, Preset: "critical"},
			{Name: "one channel", When: routing.Condition{Sources: []string{"telegram:9"}}, Agency: sick.ID},
		}},
	}})
	sick.Active = false
	_, err := e.PutAgency(t.Context(), admin, sick)
	require.NoError(t, err)

	for _, c := range []struct {
		name          string
		id            string
		search        bool
		rule          func(*incident.Rule)
		agency        int64
		preset, route string
		curator       string
		watchers      []string
	}{
		{"a node takes it", "telegram:7/1", true, nil, water.ID, "raised", "root / water", "boss@centre.example", []string{"duty@centre.example"}},
		{"a deeper node", "telegram:7/2", true, func(r *incident.Rule) { r.Severity = incident.Critical }, heat.ID, "critical", "root / water / disaster", "boss@centre.example", []string{"duty@centre.example"}},
		{"a node that only watches", "rss:a.example/1", true, nil, water.ID, "raised", "root / water", "boss@centre.example", []string{"duty@centre.example", "press@centre.example"}},
		{"no node names an agency", "telegram:7/3", false, nil, byDefault.ID, "standard", "default agency", "", []string{"duty@centre.example"}},
		{"the node's agency is not active", "telegram:9/1", true, nil, byDefault.ID, "raised", "default agency", "boss@centre.example", []string{"duty@centre.example"}},
		{"the rule's agency and preset go first", "telegram:7/4", true, func(r *incident.Rule) { r.Agency, r.Preset = heat.ID, "critical" }, heat.ID, "critical", "rule", "boss@centre.example", []string{"duty@centre.example"}},
		{"severity gives the preset where nothing else does", "telegram:7/5", false, func(r *incident.Rule) { r.Severity = incident.Raised }, byDefault.ID, "raised", "default agency", "", []string{"duty@centre.example"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			defer e.wipe()
			on := silent
			if c.search {
				on = s
			}
			r := e.rule(on, c.rule)
			m := e.match(c.id, text, on)
			e.take(m)
			i := e.one()
			require.Equal(t, []any{c.agency, c.preset, c.curator, c.watchers}, []any{i.Proposed, i.Preset, i.Curator, i.Watchers})
			require.Contains(t, string(e.view(specialist, i.Number).Events[0].Data), fmt.Sprintf(`"route": %q`, c.route))

			// Asked beforehand it says the same, but for what the rule decides.
			x, err := e.ExplainRoute(t.Context(), specialist, routing.Facts{Region: "RU-PRI", Searches: []int64{on.ID}, Severity: string(r.Severity),
				Networks: []string{m.ID.Network()}, Sources: []string{m.ID.Source()}}, nil)
			require.NoError(t, err)
			if r.Agency == 0 {
				require.Equal(t, c.agency, x.Target.Agency)
			}
			require.Equal(t, c.watchers, x.Target.Watchers)
			for _, step := range x.Steps {
				require.NotEmpty(t, step.Why)
			}
		})
	}
}

func TestARuleWhoseAgencyIsGoneFollowsTheTree(t *testing.T) {
	e := start(t)
	byDefault, water := e.agency("По умолчанию", isDefault), e.agency("Водоканал", nil)
	s := e.search()
	e.rule(s, func(r *incident.Rule) { r.Agency, r.Mode = water.ID, incident.Auto })
	water.Active = false
	_, err := e.PutAgency(t.Context(), admin, water)
	require.NoError(t, err)
	e.take(e.match("telegram:7/1", text, s))
	require.Equal(t, []any{incident.Assigned, byDefault.ID}, []any{e.one().State, e.one().Agency})
}

func TestWithoutAnyAgencyAnIncidentWaitsForPeople(t *testing.T) {
	e := start(t)
	s := e.search()
	e.rule(s, auto)
	e.take(e.match("telegram:7/1", text, s))
	i := e.one()
	require.Equal(t, []any{incident.Triage, int64(0)}, []any{i.State, i.Proposed})
	_, err := e.Assign(t.Context(), by(specialist, i), desk.Assignment{})
	require.Equal(t, []string{"agency"}, paths(t, err))
}

func TestARegionsOwnPresetCounts(t *testing.T) {
	e := start(t)
	e.agency("Водоканал", isDefault)
	_, err := e.PutPreset(t.Context(), curator, "RU-PRI", 0, deadline.Preset{Name: "flood", Title: "Паводок", Clocks: map[deadline.Clock]deadline.Budget{
		deadline.Route: {Amount: 10, Unit: deadline.Wall, From: deadline.Published}}})
	require.NoError(t, err)
	s := e.search()
	e.rule(s, func(r *incident.Rule) { r.Preset = "flood" })
	m := e.match("telegram:7/1", text, s)
	e.take(m)
	require.Equal(t, m.Published.Add(10*time.Minute), *e.one().Due)
}

func TestRoutesAreReadAndSavedByVersion(t *testing.T) {
	e := start(t)
	a := e.agency("Водоканал", nil)
	tree := routing.Node{Agency: a.ID}
	r, err := e.PutRoute(t.Context(), specialist, "RU-PRI", 0, tree)
	require.NoError(t, err)
	require.Equal(t, []any{1, "Анна", e.now}, []any{r.Version, r.UpdatedBy, r.UpdatedAt})
	_, err = e.PutRoute(t.Context(), curator, "RU-PRI", 0, tree)
	kind(t, fault.Conflict, err, "Анна")
	_, err = e.PutRoute(t.Context(), curator, "RU-PRI", 1, routing.Node{Agency: 99, Preset: "nope", Routes: []routing.Node{{}}})
	require.Equal(t, []string{"tree.agency", "tree.preset", "tree.routes[0].name"}, paths(t, err))

	_, err = e.PutRoute(t.Context(), far, "RU-PRI", 1, tree)
	kind(t, fault.Forbidden, err)
	_, err = e.PutRoute(t.Context(), head, "RU-PRI", 1, tree)
	kind(t, fault.Forbidden, err)
	_, err = e.PutRoute(t.Context(), admin, "RU-XX", 0, tree)
	require.Equal(t, []string{"region"}, paths(t, err))
	_, err = e.Route(t.Context(), far, "RU-PRI")
	kind(t, fault.NotFound, err)
	_, err = e.ExplainRoute(t.Context(), far, routing.Facts{Region: "RU-PRI"}, nil)
	kind(t, fault.NotFound, err)
	got, err := e.Route(t.Context(), head, "RU-PRI")
	require.NoError(t, err)
	require.Equal(t, r, got)
}
