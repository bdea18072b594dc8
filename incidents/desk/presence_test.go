package desk_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
)

// Who has an incident open is named to the others who have, for half a minute
// after their last sign, and to nobody who may not see it.
func TestWhoElseLooks(t *testing.T) {
	e := start(t)
	i, a := e.triaged()
	looks := func(who access.Person) (names []string) {
		t.Helper()
		os, err := e.Present(t.Context(), who, i.Number)
		require.NoError(t, err)
		for _, o := range os {
			names = append(names, o.Name)
		}
		return names
	}
	require.Empty(t, looks(specialist), "not oneself")
	require.Equal(t, []string{"Анна"}, looks(curator))
	require.Equal(t, []string{"Анна", "Борис"}, looks(head))
	e.now = e.now.Add(20 * time.Second)
	require.Equal(t, []string{"Борис", "Глава"}, looks(specialist))
	e.now = e.now.Add(20 * time.Second)
	require.Equal(t, []string{"Анна"}, looks(head), "others gave no sign for too long")
	require.NoError(t, e.Leave(t.Context(), specialist, i.Number))
	require.Empty(t, looks(head))
	require.NoError(t, e.Leave(t.Context(), specialist, i.Number), "again")

	for _, who := range []access.Person{far, executor(a.ID), {Role: access.Partner, Regions: []string{"*"}}} {
		_, err := e.Present(t.Context(), who, i.Number)
		require.Contains(t, []fault.Kind{fault.NotFound, fault.Forbidden}, fault.KindOf(err))
		require.Contains(t, []fault.Kind{fault.NotFound, fault.Forbidden}, fault.KindOf(e.Leave(t.Context(), who, i.Number)))
	}
	require.Equal(t, []string{incident.EventOpened}, e.trail(i.Number), "nothing of it is kept")
}

// Having a sealed incident open is no look at it, and a query that forgets the
// incident tells nothing of those who have it open.
func TestPresenceAtASealedIncident(t *testing.T) {
	e := start(t)
	i, _ := e.triaged()
	_, err := e.pool.Exec(t.Context(), `UPDATE incident SET visibility = 'sealed'`)
	require.NoError(t, err)
	_, err = e.Present(t.Context(), guardian, i.Number)
	require.NoError(t, err)
	require.Equal(t, []string{incident.EventOpened}, e.trail(i.Number))
	_, err = e.Present(t.Context(), specialist, i.Number)
	kind(t, fault.NotFound, err)
	for who, want := range map[*access.Person]int{&guardian: 1, &specialist: 0} {
		require.NoError(t, e.Store.InView(t.Context(), store.ViewOf(*who), func(tx *store.Tx) error {
			os, err := tx.Onlookers(t.Context(), i.Number, 0, e.now.Add(-time.Hour), 10)
			require.Len(t, os, want)
			return err
		}))
	}
}
