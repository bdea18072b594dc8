package api

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/indexer/feed"
	"github.com/otklik/otklik/internal/access"
)

var noFeed = feed.Options{}

func TestPersons(t *testing.T) {
	e := start(t)
	agency := e.agency("RU-PRI", "Водоканал")
	draft := obj{"login": "Oleg", "name": "Олег", "email": "oleg@example.org", "role": "executor", "regions": []string{"RU-PRI"}, "agencies": []int64{agency}, "language": "en"}
	p := want[Person](e.do("POST", "/api/v1/people", rootSecret, draft), http.StatusCreated)
	require.Equal(t, Person{ID: p.ID, Version: 1, Login: "oleg", Name: "Олег", Email: "oleg@example.org", Role: access.Executor, Regions: []string{"RU-PRI"},
		Agencies: []int64{agency}, Language: "en", CreatedAt: p.CreatedAt, CreatedBy: "bootstrap"}, p)
	path := fmt.Sprintf("/api/v1/people/%d", p.ID)
	require.Equal(t, p, want[Person](e.get(path, rootSecret), http.StatusOK))
	refused(e.do("POST", "/api/v1/people", rootSecret, draft), http.StatusUnprocessableEntity, "body.login")
	draft["agencies"] = []int64{agency, 99}
	refused(e.do("POST", "/api/v1/people", rootSecret, draft), http.StatusUnprocessableEntity, "body.agencies[1]")
	refused(e.do("POST", "/api/v1/people", rootSecret, obj{"login": "?", "name": "", "role": "king", "regions": []string{"RU-XXX"}, "password": "12345", "email": "?"}),
		http.StatusUnprocessableEntity, "body.login", "body.name", "body.email", "body.role", "body.regions[0]", "body.password")

	draft["version"], draft["agencies"], draft["role"] = 1, nil, "head"
	changed := want[Person](e.do("PUT", path, rootSecret, draft), http.StatusOK)
	require.Equal(t, 2, changed.Version)
	require.Equal(t, access.Head, changed.Role)
	refused(e.do("PUT", path, rootSecret, draft), http.StatusConflict)
	require.Equal(t, []Person{changed}, want[List[Person]](e.get("/api/v1/people", rootSecret), http.StatusOK).Items, "services are not among them")
	near := e.signedIn(access.Administrator, 0, "RU-SAM")
	refused(e.get(path, near), http.StatusNotFound)
	draft["version"] = 2
	draft["regions"] = []string{"RU-SAM"}
	refused(e.do("PUT", path, near, draft), http.StatusNotFound)
	require.Len(t, want[List[Person]](e.get("/api/v1/people", near), http.StatusOK).Items, 1)
	refused(e.do("POST", "/api/v1/people", near, obj{"login": "xx", "name": "x", "role": "administrator", "regions": []string{"*", "RU-PRI"}, "sealed": true}),
		http.StatusUnprocessableEntity, "body.regions[0]", "body.regions[1]", "body.sealed")

	// What would let a stolen session take the account over has to be proved.
	self := fmt.Sprintf("/api/v1/people/%d", want[Me](e.get("/api/v1/me", near), http.StatusOK).ID)
	refused(e.do("DELETE", self+"/totp", near, nil), http.StatusForbidden)
	refused(e.do("PUT", self, near, obj{"version": 1, "login": "me", "name": "x", "role": "administrator", "regions": []string{"RU-SAM"}, "password": "новая-лампа-зебра-кино"}),
		http.StatusUnprocessableEntity, "body.password")
	me := want[Me](e.do("PUT", "/api/v1/me", near, obj{"language": "en"}), http.StatusOK)
	require.Equal(t, "en", me.Language)
	refused(e.do("PUT", "/api/v1/me", near, obj{"language": "de"}), http.StatusUnprocessableEntity, "body.language")
}

// A token of one's own does what its person may do now, within its regions.
func TestOwnTokensNeverOutgrowTheirPerson(t *testing.T) {
	e := start(t)
	number := e.incident("RU-PRI", "нет воды")
	login := e.person(access.Specialist, 0, "RU-PRI", "RU-SAM")
	secret := e.signIn(login)
	tomorrow := time.Now().Add(24 * time.Hour)
	token := want[NewToken](e.do("POST", "/api/v1/me/tokens", secret, obj{"name": "отчёт", "expires_at": tomorrow}), http.StatusCreated)
	far := want[NewToken](e.do("POST", "/api/v1/me/tokens", secret, obj{"name": "Самара", "regions": []string{"RU-SAM"}, "expires_at": tomorrow}), http.StatusCreated)
	require.True(t, token.Personal)
	refused(e.do("POST", "/api/v1/me/tokens", secret, obj{"name": "", "regions": []string{"*", "RU-TVE"}, "expires_at": tomorrow.AddDate(2, 0, 0)}),
		http.StatusUnprocessableEntity, "body.name", "body.regions[0]", "body.regions[1]", "body.expires_at")
	refused(e.do("POST", "/api/v1/me/tokens", token.Secret, obj{"name": "другой", "expires_at": tomorrow}), http.StatusForbidden)

	path := fmt.Sprintf("/api/v1/incidents/%d", number)
	refused(e.get(path, far.Secret), http.StatusNotFound)
	v := want[IncidentView](e.do("POST", path+"/comments", token.Secret, obj{"text": "звонили"}), http.StatusOK)
	last := v.Events[len(v.Events)-1]
	require.Equal(t, e.id(login), last.Who, "the trail names the person, not the token")

	change := func(role access.Role, regions ...string) {
		at := fmt.Sprintf("/api/v1/people/%d", e.id(login))
		p := want[Person](e.get(at, rootSecret), http.StatusOK)
		want[Person](e.do("PUT", at, rootSecret, obj{"version": p.Version, "login": login, "name": p.Name, "role": role, "regions": regions}), http.StatusOK)
	}
	change(access.Head, "RU-PRI", "RU-SAM")
	require.Equal(t, http.StatusOK, e.get(path, token.Secret).Status)
	refused(e.do("POST", path+"/comments", token.Secret, obj{"text": "звонили"}), http.StatusForbidden)
	change(access.Head, "RU-SAM")
	refused(e.get(path, token.Secret), http.StatusNotFound)
	change(access.Head, "RU-PRI")
	require.Empty(t, want[Me](e.get("/api/v1/me", far.Secret), http.StatusOK).Regions)
	require.Empty(t, want[List[obj]](e.get("/api/v1/incidents", far.Secret), http.StatusOK).Items)

	own := want[List[Token]](e.get("/api/v1/me/tokens", token.Secret), http.StatusOK).Items
	require.Len(t, own, 2)
	stranger := e.signedIn(access.Administrator, 0, "*")
	revoke := fmt.Sprintf("/api/v1/me/tokens/%d", token.ID)
	refused(e.do("DELETE", revoke, stranger, nil), http.StatusNotFound)
	require.Equal(t, http.StatusNoContent, e.do("DELETE", revoke, e.signIn(login), nil).Status)
	refused(e.get("/api/v1/me", token.Secret), http.StatusUnauthorized)
	require.Equal(t, http.StatusNoContent, e.do("DELETE", fmt.Sprintf("/api/v1/tokens/%d", far.ID), stranger, nil).Status)
	refused(e.get("/api/v1/me", far.Secret), http.StatusUnauthorized)
}

// Whatever way somebody looks at a sealed case, the trail says who.
func TestEveryLookAtASealedCaseNamesThePerson(t *testing.T) {
	e := start(t)
	number := e.incident("RU-PRI", "о ребёнке")
	_, err := e.pool.Exec(t.Context(), `UPDATE incident SET visibility = 'sealed' WHERE number = $1`, number)
	require.NoError(t, err)
	login := e.person(access.Ombudsman, 0, "RU-PRI")
	path := fmt.Sprintf("/api/v1/incidents/%d", number)
	refused(e.get(path, e.signIn(login)), http.StatusNotFound)
	_, err = e.pool.Exec(t.Context(), `UPDATE person SET sealed = true WHERE login = $1`, login)
	require.NoError(t, err)
	secret := e.signIn(login)
	for _, look := range []string{"", "/posts", "/notifications"} {
		require.Equal(t, http.StatusOK, e.get(path+look, secret).Status)
	}
	looks := 0
	for _, ev := range want[IncidentView](e.get(path, rootSecret), http.StatusOK).Events {
		if ev.Kind == incident.EventLooked && ev.Who == e.id(login) {
			looks++
		}
	}
	require.Equal(t, 3, looks)

	listed := want[List[Incident]](e.get("/api/v1/incidents", rootSecret), http.StatusOK).Items[0]
	require.Equal(t, number, listed.Number)
	require.Empty(t, listed.Title)
	require.Empty(t, listed.Allowed, "who decides on a sealed case opens it")
}
