package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/indexer/feed"
	"github.com/otklik/otklik/internal/access"
)

const changesPath = "/api/v1/incidents/stream"

// change is the next word of an incident.
func (s *sse) change() (c store.Change) {
	s.t.Helper()
	require.NoError(s.t, json.Unmarshal([]byte(s.event("change").Data), &c))
	return c
}

// until reads to the word of an incident in a version, and gives what came before it.
func (s *sse) until(want store.Change) (before []store.Change) {
	s.t.Helper()
	for c := s.change(); c != want; c = s.change() {
		before = append(before, c)
	}
	return before
}

// Whatever process somebody is connected to, they are told what changes, by
// whomever and wherever: of what they may see, its number and version.
func TestChangesAreToldInEveryProcess(t *testing.T) {
	one := start(t)
	two := one.process(feed.Options{})
	water := one.agency("RU-PRI", "Водоканал")
	near, far := one.signedIn(access.Specialist, 0, "RU-PRI"), one.token(access.Specialist, 0, "RU-SAM")
	streams := []*sse{one.openStream(changesPath, near), two.openStream(changesPath, near)}
	elsewhere, executor := two.openStream(changesPath, far), two.openStream(changesPath, one.signedIn(access.Executor, water, "RU-PRI"))
	require.Empty(t, streams[0].last, "a client that comes back reads anew")

	number := one.incident("RU-PRI", "нет воды")
	v := want[IncidentView](one.get(fmt.Sprintf("/api/v1/incidents/%d", number), near), http.StatusOK)
	v = want[IncidentView](two.do("POST", fmt.Sprintf("/api/v1/incidents/%d/assign", number), near, obj{"version": v.Version, "agency": water}), http.StatusOK)
	for _, s := range streams {
		for _, c := range s.until(store.Change{Number: number, Version: v.Version}) {
			require.Equal(t, number, c.Number)
		}
	}
	require.Empty(t, executor.until(store.Change{Number: number, Version: v.Version}), "nothing of before it was theirs")

	// Words that change no version are told of too.
	want[IncidentView](one.do("POST", fmt.Sprintf("/api/v1/incidents/%d/comments", number), near, obj{"text": "Звонили"}), http.StatusOK)
	require.Equal(t, store.Change{Number: number, Version: v.Version}, streams[1].change())

	other := one.incident("RU-SAM", "яма")
	require.Equal(t, other, elsewhere.change().Number, "and of nothing else before")

	// A sealed one is told of to whoever may see it, and a look at it is no change.
	sealed := one.openStream(changesPath, rootSecret)
	_, err := one.pool.Exec(t.Context(), `UPDATE incident SET visibility = 'sealed', version = 2 WHERE number = $1`, other)
	require.NoError(t, err)
	sealed.until(store.Change{Number: other, Version: 2})
	want[IncidentView](one.get(fmt.Sprintf("/api/v1/incidents/%d", other), rootSecret), http.StatusOK)
	last := one.incident("RU-SAM", "снег")
	// A change may be told of twice: what is told is how an incident is by then.
	for c := sealed.change(); c.Number != last; c = sealed.change() {
		require.Equal(t, store.Change{Number: other, Version: 2}, c, "no look at it")
	}
	for c := elsewhere.change(); c.Number != last; c = elsewhere.change() {
		require.Equal(t, store.Change{Number: other, Version: 1}, c, "nothing of the sealed one")
	}
}

func TestTooManyChangesAreToldAsOne(t *testing.T) {
	e := start(t)
	s := e.openStream(changesPath, rootSecret)
	_, err := e.pool.Exec(t.Context(), `INSERT INTO incident (region, state, is_open, version, title, severity, visibility, preset, opened_at, state_at, capped_from, updated_at)
		SELECT 'RU-PRI', 'triage', true, 1, 'x', 'normal', 'public', 'standard', now(), now(), now(), now() FROM generate_series(1, 600)`)
	require.NoError(t, err)
	require.Equal(t, "{}", s.event("everything").Data)
}

func TestChangesEndWithTheSession(t *testing.T) {
	e := start(t, func(o *Options) { o.MaxStreamsEach = 2 })
	login := e.person(access.Specialist, 0, "RU-PRI")
	secret := e.signIn(login)
	first, second := e.openStream(changesPath, secret), e.stream("", secret)
	refused(e.get(changesPath, secret), http.StatusTooManyRequests)
	want[obj](e.do("DELETE", "/api/v1/session", secret, nil), http.StatusNoContent)
	require.Equal(t, "revoked", first.closed())
	require.Equal(t, "revoked", second.closed())

	secret = e.signIn(login)
	first = e.openStream(changesPath, secret)
	_, err := e.pool.Exec(t.Context(), `UPDATE person SET regions = '{RU-SAM}' WHERE login = $1`, login)
	require.NoError(t, err)
	require.Equal(t, "changed", first.closed(), "what they saw before they may see no longer")
}

// Who else has an incident open is known in every process, to whom it concerns.
func TestPresenceInEveryProcess(t *testing.T) {
	one := start(t)
	two := one.process(feed.Options{})
	number := one.incident("RU-PRI", "нет воды")
	path := fmt.Sprintf("/api/v1/incidents/%d/presence", number)
	anna, boris := one.signedIn(access.Specialist, 0, "RU-PRI"), one.signedIn(access.Curator, 0, "*")
	looks := func(e *env, secret string) []string {
		t.Helper()
		return mapped(want[List[store.Onlooker]](e.do("PUT", path, secret, nil), http.StatusOK).Items, func(o store.Onlooker) string { return o.Name })
	}
	require.Empty(t, looks(one, anna))
	require.Equal(t, []string{"specialist"}, looks(two, boris))
	require.Equal(t, []string{"curator"}, looks(one, anna))
	want[obj](two.do("DELETE", path, boris, nil), http.StatusNoContent)
	require.Empty(t, looks(one, anna))

	far := one.token(access.Administrator, 0, "RU-SAM")
	refused(one.do("PUT", path, far, nil), http.StatusNotFound)
	refused(one.do("DELETE", path, far, nil), http.StatusNotFound)
	refused(one.do("PUT", "/api/v1/incidents/999999/presence", anna, nil), http.StatusNotFound)
}
