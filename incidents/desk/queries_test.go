package desk_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/incidents/desk"
	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
)

// Every look at a sealed incident is written down, and nothing shows its words
// to those who have not looked.
func TestSealedIncidents(t *testing.T) {
	const secret = "Ребёнка бьют дома, Светланская 5"
	e := start(t)
	ok, ctx := must(t), t.Context()
	a := e.agency("Опека", func(a *incident.Agency) {
		a.Default, a.Email, a.WebhookURL = true, "duty@care.example", e.hook.server.URL
	})
	s := e.search()
	e.rule(s, auto)
	e.take(e.sealed("telegram:7/1", secret, s))
	i := e.one()

	before := len(e.trail(i.Number))
	looks := func() int {
		n := 0
		for _, k := range e.trail(i.Number) {
			if k == incident.EventLooked {
				n++
			}
		}
		return n
	}
	is, _, err := e.List(ctx, guardian, store.Filter{})
	require.NoError(t, err)
	require.Len(t, is, 1)
	require.Empty(t, is[0].Title, "a list shows no title")
	require.Len(t, e.trail(i.Number), before, "and is no look")

	v := e.view(guardian, i.Number)
	require.Equal(t, secret, v.Title)
	last := v.Events[len(v.Events)-1]
	require.Equal(t, []any{incident.EventLooked, guardian.ID, guardian.Name, e.now}, []any{last.Kind, last.Who, last.Name, last.At}, "one sees one's own look")
	_, _, err = e.Posts(ctx, guardian, i.Number, "", 10)
	require.NoError(t, err)
	_, err = e.Copies(ctx, guardian, i.Number, "telegram:7/1")
	require.NoError(t, err)
	_, err = e.Notifications(ctx, guardian, i.Number)
	require.NoError(t, err)
	require.Equal(t, 4, looks())
	caring := access.Person{ID: 12, Name: "Опека", Role: access.Executor, Regions: []string{"RU-PRI"}, Agencies: []int64{a.ID}, Sealed: true}
	e.view(caring, i.Number)
	require.Equal(t, 5, looks())

	for _, who := range []access.Person{admin, specialist, head, executor(a.ID)} {
		_, err := e.Get(ctx, who, i.Number)
		kind(t, fault.NotFound, err)
		_, _, err = e.Posts(ctx, who, i.Number, "", 10)
		kind(t, fault.NotFound, err)
		_, err = e.Copies(ctx, who, i.Number, "telegram:7/1")
		kind(t, fault.NotFound, err)
		_, err = e.Notifications(ctx, who, i.Number)
		kind(t, fault.NotFound, err)
		is, _, err := e.List(ctx, who, store.Filter{})
		require.NoError(t, err)
		require.Empty(t, is)
	}
	require.Equal(t, 5, looks())

	// The rest of its life shows no more in lists, letters and webhooks.
	i = ok(e.Accept(ctx, by(caring, i)))
	i = ok(e.Draft(ctx, by(caring, i), "Выехали на "+secret))
	i = ok(e.Review(ctx, by(caring, i)))
	i = ok(e.Approve(ctx, by(access.Person{ID: 13, Role: access.Curator, Regions: []string{"*"}, Sealed: true}, i), i.Draft.Hash))
	ok(e.Interim(ctx, by(guardian, i), desk.Promise{Text: "Вернёмся на " + secret, Permalink: "https://t.me/x/1"}))
	is, _, err = e.List(ctx, guardian, store.Filter{})
	require.NoError(t, err)
	require.Equal(t, []any{"", "", (*incident.Draft)(nil)}, []any{is[0].Title, is[0].Promise, is[0].Draft})
	e.wait(e.now.AddDate(0, 1, 0))
	require.NotEmpty(t, e.hook.taken())
	for _, c := range e.hook.taken() {
		require.NotContains(t, string(c.body), "Светланская")
	}
	require.NotEmpty(t, e.mail.Letters())
	for _, l := range e.mail.Letters() {
		require.NotContains(t, l.Subject+body(t, l), "Светланская")
		require.Contains(t, l.Subject, "закрытое обращение")
	}
}

func TestAnOpenIncidentIsLookedAtFreely(t *testing.T) {
	e := start(t)
	i, _ := e.triaged()
	e.view(head, i.Number)
	require.Equal(t, []string{"opened"}, e.trail(i.Number))
	_, err := e.Get(t.Context(), access.Person{ID: 9, Role: access.Partner, Regions: []string{"*"}}, i.Number)
	kind(t, fault.Forbidden, err)
	_, _, err = e.List(t.Context(), access.Person{ID: 9, Role: access.Partner, Regions: []string{"*"}}, store.Filter{})
	kind(t, fault.Forbidden, err)
	_, _, err = e.List(t.Context(), head, store.Filter{Sort: "loudest"})
	kind(t, fault.Invalid, err)
	is, _, err := e.List(t.Context(), far, store.Filter{})
	require.NoError(t, err)
	require.NotNil(t, is, "an empty list is a list")
	require.Empty(t, is)
}

func TestAllowedFollowsStateAndRole(t *testing.T) {
	e := start(t)
	i, a := e.triaged()
	require.Equal(t, []incident.Command{"assign", "spam", "not_ours", "duplicate", "claim", "comment"}, e.view(specialist, i.Number).Allowed)
	require.Empty(t, e.view(head, i.Number).Allowed)
	_, err := e.Assign(t.Context(), by(specialist, i), desk.Assignment{})
	require.NoError(t, err)
	allowed := e.view(executor(a.ID), i.Number).Allowed
	require.Equal(t, []incident.Command{"accept", "return", "comment"}, allowed)
	require.False(t, slices.Contains(allowed, incident.DoSpam))
}

// Whoever has few regions counts the hits of those.
func TestHitsAreCountedWithinTheRegionsOfAPerson(t *testing.T) {
	e := start(t)
	s := e.search()
	m := e.match("telegram:7/1", text, s)
	tve := m
	tve.Region = "RU-TVE"
	e.take(m, tve)
	for _, c := range []struct {
		who  access.Person
		want []string
	}{
		{specialist, []string{"RU-PRI"}},
		{far, []string{"RU-TVE"}},
		{admin, []string{"RU-PRI", "RU-TVE"}},
		{access.Person{ID: 9, Role: access.Partner, Regions: []string{"*"}}, nil},
	} {
		hs, err := e.Hits(t.Context(), c.who, s.ID)
		require.NoError(t, err)
		var regions []string
		for _, h := range hs {
			regions = append(regions, h.Region)
			require.Equal(t, store.Hits{Search: s.ID, Version: s.Version, Region: h.Region, Posts: 1, Last: m.Published}, h)
		}
		require.Equal(t, c.want, regions)
	}
}
