package desk_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/incidents/deadline"
	"github.com/otklik/otklik/incidents/desk"
	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
)

func TestEveryBadFieldOfAnAgencyIsNamedAtOnce(t *testing.T) {
	e := start(t)
	bad := incident.Agency{Region: "RU-XX", Name: " \x00 ", Kind: strings.Repeat("я", 60), Email: "duty", WebhookURL: "ftp://example.org", WebhookSecret: "short",
		Default: true, Shifts: deadline.Shifts{time.Monday: {{From: 600, To: 500}}}}
	_, err := e.PutAgency(t.Context(), admin, bad)
	require.Equal(t, []string{"name", "kind", "email", "webhook_url", "webhook_secret", "default", "shifts", "region"}, paths(t, err))

	good := e.agency("Водоканал", nil)
	for path, change := range map[string]func(*incident.Agency){
		"name":           func(a *incident.Agency) { a.Name = strings.Repeat("я", 201) },
		"email":          func(a *incident.Agency) { a.Email = "Имя <a@example.org>" },
		"webhook_url":    func(a *incident.Agency) { a.WebhookURL = "https://user:password@example.org/" },
		"webhook_secret": func(a *incident.Agency) { a.WebhookSecret = "sixteen or more\x00" },
		"shifts":         func(a *incident.Agency) { a.Shifts = deadline.Shifts{time.Monday: nil} },
		"region":         func(a *incident.Agency) { a.Region = "RU-TVE" }, // an agency does not move
	} {
		a := good
		change(&a)
		_, err := e.PutAgency(t.Context(), admin, a)
		require.Equal(t, []string{path}, paths(t, err))
	}
	_, err = e.PutAgency(t.Context(), admin, incident.Agency{Region: "RU-PRI", Name: "Водоканал", Active: true})
	require.Equal(t, []string{"name"}, paths(t, err), "names are unique in a region")
}

func TestTheSecretOfAWebhookIsShownOnce(t *testing.T) {
	e := start(t)
	a := e.agency("Водоканал", func(a *incident.Agency) { a.WebhookURL = "https://example.org/hook" })
	require.GreaterOrEqual(t, len(a.WebhookSecret), 20, "one was made")
	got, err := e.Agency(t.Context(), admin, a.ID)
	require.NoError(t, err)
	require.Empty(t, got.WebhookSecret)
	as, err := e.Agencies(t.Context(), admin, "RU-PRI")
	require.NoError(t, err)
	require.Equal(t, []incident.Agency{got}, as)

	stored := func() (secret string) {
		require.NoError(t, e.pool.QueryRow(t.Context(), `SELECT webhook_secret FROM agency WHERE id = $1`, a.ID).Scan(&secret))
		return secret
	}
	got.Name = "Горводоканал"
	again, err := e.PutAgency(t.Context(), admin, got)
	require.NoError(t, err)
	require.Empty(t, again.WebhookSecret)
	require.Equal(t, a.WebhookSecret, stored(), "who does not give one keeps it")
	got.WebhookSecret = "a secret of their own"
	again, err = e.PutAgency(t.Context(), admin, got)
	require.NoError(t, err)
	require.Empty(t, again.WebhookSecret)
	require.Equal(t, "a secret of their own", stored())
}

func TestEveryBadFieldOfARuleIsNamedAtOnce(t *testing.T) {
	e := start(t)
	_, err := e.PutRule(t.Context(), admin, incident.Rule{Region: "RU-XX", Search: 99, Mode: "shout", Severity: "huge"})
	require.Equal(t, []string{"name", "mode", "severity", "search", "region"}, paths(t, err))
	s := e.search()
	stranger := e.agency("Тверь", func(a *incident.Agency) { a.Region = "RU-TVE" })
	_, err = e.PutRule(t.Context(), admin, incident.Rule{Region: "RU-PRI", Name: "\x00", Search: -1, Mode: incident.Auto, Preset: "nope", Agency: stranger.ID})
	require.Equal(t, []string{"name", "search", "preset", "agency"}, paths(t, err))
	_, err = e.PutRule(t.Context(), access.Person{ID: 9, Role: access.Specialist, Regions: []string{"RU-PRI"}},
		incident.Rule{Region: "RU-PRI", Name: "x", Search: s.ID, Mode: incident.Auto})
	require.Equal(t, []string{"search"}, paths(t, err), "a search of regions that the person doesn't have")

	r := e.rule(s, nil)
	require.Equal(t, incident.Normal, r.Severity)
	r.Region = "RU-TVE"
	_, err = e.PutRule(t.Context(), admin, r)
	require.Equal(t, []string{"region"}, paths(t, err), "a rule does not move")
	r.Region, r.ID = "RU-PRI", 999
	_, err = e.PutRule(t.Context(), admin, r)
	kind(t, fault.NotFound, err)

	whole := *e.Desk
	whole.Searches = nil // an installation whose searches are elsewhere
	r, err = whole.PutRule(t.Context(), admin, incident.Rule{Region: "RU-PRI", Name: "x", Search: 99, Mode: incident.Auto})
	require.NoError(t, err)
	require.EqualValues(t, 99, r.Search)
	whole.Searches = away{}
	_, err = whole.PutRule(t.Context(), admin, r)
	kind(t, fault.Unavailable, err)
}

func TestPresetsOfARegion(t *testing.T) {
	e := start(t)
	p := deadline.Preset{Name: "night", Title: "Ночной", Clocks: map[deadline.Clock]deadline.Budget{deadline.Cap: {Amount: 60, Unit: deadline.Wall, From: deadline.Registered}}}
	for n := range 97 { // with the three that are built in it is a hundred
		p.Name = fmt.Sprintf("p%d", n)
		_, err := e.PutPreset(t.Context(), specialist, "RU-PRI", 0, p)
		require.NoError(t, err)
	}
	_, err := e.PutPreset(t.Context(), specialist, "RU-PRI", 1, p)
	require.NoError(t, err, "a change adds none")
	p.Name = "one-more"
	_, err = e.PutPreset(t.Context(), specialist, "RU-PRI", 0, p)
	kind(t, fault.TooLarge, err)
	_, err = e.PutPreset(t.Context(), admin, "RU-TVE", 0, p)
	require.NoError(t, err)
	_, err = e.PutPreset(t.Context(), admin, "RU-TVE", 0, deadline.Preset{Name: "Плохо", Clocks: map[deadline.Clock]deadline.Budget{deadline.Cap: {}}})
	require.Equal(t, []string{"name", "title", "clocks.cap.unit", "clocks.cap.from"}, paths(t, err))
	ps, err := e.Presets(t.Context(), far, "RU-TVE")
	require.NoError(t, err)
	require.Len(t, ps, 4)
}

// Who may read and change the settings of which region.
func TestSettingsBelongToRegionsAndRoles(t *testing.T) {
	e := start(t)
	ctx := t.Context()
	s := e.search("RU-PRI")
	a, r := e.agency("Водоканал", nil), e.rule(s, nil)
	local := access.Person{ID: 9, Name: "Свой", Role: access.Administrator, Regions: []string{"RU-PRI"}}
	foreign := access.Person{ID: 10, Name: "Чужой", Role: access.Administrator, Regions: []string{"RU-TVE"}}
	partner := access.Person{ID: 11, Role: access.Partner, Regions: []string{"*"}}

	edits := map[string]func(who access.Person) error{
		"agency": func(who access.Person) error { _, err := e.PutAgency(ctx, who, a); return err },
		"rule":   func(who access.Person) error { _, err := e.PutRule(ctx, who, r); return err },
		"preset": func(who access.Person) error {
			_, err := e.PutPreset(ctx, who, "RU-PRI", 0, deadline.Presets()[0])
			return err
		},
		"opening": func(who access.Person) error {
			_, err := e.OpenByHand(ctx, who, desk.Opening{Region: "RU-PRI", Post: record(e.match("telegram:7/1", text))})
			return err
		},
	}
	for name, edit := range edits {
		for _, who := range []access.Person{head, partner, executor(a.ID)} {
			kind(t, fault.Forbidden, edit(who))
		}
		err := edit(foreign)
		require.Contains(t, []fault.Kind{fault.Forbidden, fault.NotFound}, fault.KindOf(err), name)
		require.NoError(t, edit(local), name)
	}
	_, err := e.PutAgency(ctx, specialist, a)
	kind(t, fault.Forbidden, err)
	moved := a
	moved.Region = "RU-TVE"
	_, err = e.PutAgency(ctx, foreign, moved)
	kind(t, fault.NotFound, err) // what is not theirs they can't even draw over to themselves
	movedRule := r
	movedRule.Region = "RU-TVE"
	_, err = e.PutRule(ctx, foreign, movedRule)
	kind(t, fault.NotFound, err)
	kind(t, fault.NotFound, e.DeleteRule(ctx, foreign, r.ID))
	kind(t, fault.Forbidden, e.DeleteRule(ctx, head, r.ID))
	kind(t, fault.NotFound, e.DeleteRule(ctx, local, 999))

	reads := map[string]func(who access.Person) (int, error){
		"agency":   func(who access.Person) (int, error) { _, err := e.Agency(ctx, who, a.ID); return 1, err },
		"agencies": func(who access.Person) (int, error) { as, err := e.Agencies(ctx, who, ""); return len(as), err },
		"rule":     func(who access.Person) (int, error) { _, err := e.Rule(ctx, who, r.ID); return 1, err },
		"rules":    func(who access.Person) (int, error) { rs, err := e.Rules(ctx, who, "RU-PRI"); return len(rs), err },
		"presets": func(who access.Person) (int, error) {
			ps, err := e.Presets(ctx, who, "RU-PRI")
			return min(1, len(ps)), err
		},
		"route": func(who access.Person) (int, error) { _, err := e.Route(ctx, who, "RU-PRI"); return 1, err },
	}
	for name, read := range reads {
		n, err := read(head)
		require.NoError(t, err, name)
		require.Equal(t, 1, n, name)
		_, err = read(partner)
		kind(t, fault.Forbidden, err)
		if n, err = read(foreign); err == nil {
			require.Zero(t, n, name)
		} else {
			kind(t, fault.NotFound, err)
		}
	}
	require.NoError(t, e.DeleteRule(ctx, local, r.ID))
	_, err = e.Rule(ctx, local, r.ID)
	kind(t, fault.NotFound, err)
}
