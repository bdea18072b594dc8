package desk_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/incidents/desk"
	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/incidents/notify"
	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
)

// A test reaches the agency as a notification would, and says how it went.
func TestAnAgencyIsTested(t *testing.T) {
	e := start(t)
	a := e.agency("Водоканал", func(a *incident.Agency) {
		a.Email, a.WebhookURL, a.WebhookSecret = "duty@example.org", e.hook.server.URL, "a secret of their own"
	})
	tried, err := e.TestAgency(t.Context(), admin, a.ID)
	require.NoError(t, err)
	require.Len(t, tried, 2)
	require.Equal(t, []any{notify.ByWebhook, "", notify.ByEmail, ""}, []any{tried[0].Channel, tried[0].Reason, tried[1].Channel, tried[1].Reason})
	calls := e.hook.taken()
	require.Len(t, calls, 1)
	require.NoError(t, notify.Verify("a secret of their own", calls[0].header.Get(notify.HeaderSignature), calls[0].body, e.now, time.Minute))
	require.Equal(t, "test", calls[0].header.Get(notify.HeaderEvent))
	require.Len(t, e.mail.Letters(), 1)

	e.hook.answer(http.StatusNotFound)
	tried, err = e.TestAgency(t.Context(), admin, a.ID)
	require.NoError(t, err)
	require.Contains(t, tried[0].Reason, "404")
	require.Empty(t, tried[1].Reason)

	bare := e.agency("Дороги", nil)
	_, err = e.TestAgency(t.Context(), admin, bare.ID)
	kind(t, fault.Conflict, err, "Дороги")
	_, err = e.TestAgency(t.Context(), specialist, a.ID)
	kind(t, fault.Forbidden, err)
	_, err = e.TestAgency(t.Context(), access.Person{Role: access.Administrator, Regions: []string{"RU-TVE"}}, a.ID)
	kind(t, fault.NotFound, err)
	mute := *e.Desk
	mute.Channels = nil
	tried, err = mute.TestAgency(t.Context(), admin, a.ID)
	require.NoError(t, err)
	require.Contains(t, tried[1].Reason, "no channel")
}

// The load of an agency is what its people see of it.
func TestLoadOfAgencies(t *testing.T) {
	e := start(t)
	i, a := e.triaged()
	load := func(who access.Person) []store.Load {
		t.Helper()
		ls, err := e.Load(t.Context(), who)
		require.NoError(t, err)
		return ls
	}
	require.Empty(t, load(specialist))
	i, err := e.Assign(t.Context(), by(specialist, i), desk.Assignment{Agency: a.ID})
	require.NoError(t, err)
	require.Equal(t, []store.Load{{Agency: a.ID, Open: 1}}, load(specialist))
	require.Equal(t, []store.Load{{Agency: a.ID, Open: 1}}, load(executor(a.ID)))
	require.Empty(t, load(far))
	e.now = e.now.Add(7 * 24 * time.Hour)
	require.Equal(t, []store.Load{{Agency: a.ID, Open: 1, Overdue: 1}}, load(specialist))
	_, err = e.pool.Exec(t.Context(), `UPDATE incident SET visibility = 'sealed' WHERE number = $1`, i.Number)
	require.NoError(t, err)
	require.Empty(t, load(specialist))
	require.Len(t, load(guardian), 1)
}
