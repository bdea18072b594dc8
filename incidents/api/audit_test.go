package api

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/audit"
)

// leavesNoEvent is what changes nothing that others see, or has its events
// tested beside it.
func leavesNoEvent() []string {
	return []string{
		"set-up", "complete-sign-in", // people.TestEveryChangeIsAnEvent, TestTheSecondFactorIsAskedAfterAProvider
		"begin-totp",          // nothing is in force before the code
		"be-present", "leave", // not kept
		"explain-route", "check-glossary", "example-preset", // ask
		"replay-rejected", "drop-rejected", "restore-rejected", "replay-many-rejected", "drop-many-rejected", // internal/stream/rejected
	}
}

// trail is everybody's changes in one database.
type trail struct{ *env }

func (tr trail) last() (events int, who int64, what string) {
	tr.t.Helper()
	require.NoError(tr.t, tr.pool.QueryRow(tr.t.Context(), `SELECT count(*), (array_agg(who ORDER BY at DESC, id DESC))[1], (array_agg(what ORDER BY at DESC, id DESC))[1]
		FROM (SELECT at, id, who, thing || ' ' || kind AS what FROM audit_event
			UNION ALL SELECT at, id, who, kind FROM incident_event WHERE kind <> 'looked') e`).Scan(&events, &who, &what))
	return events, who, what
}

// Every route that changes something leaves an event with who and what.
func TestEveryChangeIsAnEvent(t *testing.T) {
	e := start(t)
	w := newWorld(e)
	tr := trail{e}
	chief := e.person(access.Administrator, 0, "*")
	secret := e.signIn(chief)
	other := e.signedIn(access.Administrator, 0, "*")
	me := e.id(chief)
	done := map[string]bool{}
	// change does one thing as somebody and looks at the trail.
	change := func(as string, who int64, id, path string, in any, event string) answer {
		t.Helper()
		op := e.named(id)
		before, _, _ := tr.last()
		got := e.do(op.Method, "/api/v1"+path, as, in)
		require.Less(t, got.Status, 300, "%s: %s", id, got.Body)
		after, by, what := tr.last()
		require.Greater(t, after, before, id)
		require.Equal(t, event, what, id)
		if who != 0 {
			require.Equal(t, who, by, id)
		}
		done[id] = true
		return got
	}
	mine := func(id, path string, in any, event string) answer {
		t.Helper()
		return change(secret, me, id, path, in, event)
	}
	made := func(a answer) (v struct {
		ID      int64
		Version int
	}) {
		t.Helper()
		return want[struct {
			ID      int64
			Version int
		}](a, a.Status)
	}

	search := made(mine("create-search", "/searches", obj{"name": "x", "query": "вода", "regions": []string{here}}, "search created"))
	at := fmt.Sprintf("/searches/%d", search.ID)
	search = made(mine("change-search", at, obj{"version": search.Version, "name": "y", "query": "вода", "regions": []string{here}}, "search changed"))
	mine("delete-search", fmt.Sprint(at, "?version=", search.Version), nil, "search removed")
	mine("restore-search", at+"/restore", obj{"version": search.Version + 1}, "search restored")
	at = fmt.Sprintf("/rules/%d", made(mine("create-rule", "/rules", w.ruleDraft(), "rule created")).ID)
	mine("change-rule", at, w.ruleDraft(), "rule changed")
	mine("delete-rule", at, nil, "rule removed")
	at = fmt.Sprintf("/sources/%d", made(mine("create-source", "/sources", w.sourceDraft(), "source created")).ID)
	mine("change-source", at, obj{"regions": []string{here}, "every": "1d"}, "source changed")
	mine("read-source", at+"/read", nil, "source read")
	mine("delete-source", at, nil, "source removed")
	at = fmt.Sprintf("/agencies/%d", made(mine("create-agency", "/agencies", w.agencyDraft(), "agency created")).ID)
	mine("change-agency", at, w.agencyDraft(), "agency changed")
	mine("retire-agency", at, nil, "agency changed")
	mine("test-agency", fmt.Sprintf("/agencies/%d/test", w.agencies[here]), nil, "agency tested")
	mine("put-route", "/routes/"+here, obj{"version": 0, "tree": obj{"agency": w.agencies[here]}}, "route created")
	mine("put-preset", "/presets/"+here, obj{"version": 0, "name": "mine", "title": "Свой", "clocks": obj{}}, "preset created")
	mine("delete-preset", "/presets/"+here+"/mine?version=1", nil, "preset removed")
	mine("put-preset", "/presets/"+here, obj{"version": 1, "name": "night", "title": "Ночью", "clocks": obj{}}, "preset changed")
	mine("change-glossary", "/glossary", obj{"revision": 0, "body": "ковид"}, "glossary changed")
	mine("serve-region", "/regions/RU-MOS", obj{"served": true}, "region changed")
	mine("create-token", "/tokens", w.tokenDraft(), "token created")
	token := want[List[Token]](e.get("/api/v1/tokens", secret), http.StatusOK).Items
	mine("revoke-token", fmt.Sprintf("/tokens/%d", token[len(token)-1].ID), nil, "token revoked")
	draft := w.personDraft()
	p := made(mine("create-person", "/people", draft, "person created"))
	draft["version"], draft["role"] = p.Version, "partner"
	mine("change-person", fmt.Sprintf("/people/%d", p.ID), draft, "person changed")
	mine("reset-totp", fmt.Sprintf("/people/%d/totp", p.ID), nil, "person totp_off")
	mine("change-me", "/me", obj{"language": "en"}, "person language")
	own := made(mine("create-own-token", "/me/tokens", obj{"name": "x", "expires_at": time.Now().Add(time.Hour)}, "token created"))
	mine("revoke-own-token", fmt.Sprintf("/me/tokens/%d", own.ID), nil, "token revoked")
	key := want[struct{ Secret string }](e.do("POST", "/api/v1/me/totp", secret, nil), http.StatusOK)
	code, err := totp.GenerateCode(key.Secret, time.Now())
	require.NoError(t, err)
	codes := want[struct{ Recovery []string }](mine("confirm-totp", "/me/totp/confirm", obj{"code": code}, "person totp_on"), http.StatusOK).Recovery
	mine("end-totp", "/me/totp", obj{"code": codes[0]}, "person totp_off")
	change("", me, "sign-in", "/session", obj{"login": chief, "password": password}, "person signed_in")
	sessions := want[List[Session]](e.get("/api/v1/sessions", secret), http.StatusOK).Items
	mine("end-session", fmt.Sprintf("/sessions/%d", sessions[0].ID), nil, "person session_ended")
	mine("change-password", "/me/password", obj{"old": password, "new": "другая-лампа-зебра-кино"}, "person password")

	// The way of an incident, and its by-ways.
	number := want[IncidentView](mine("open-incident", "/incidents", w.aims()["open-incident"]().in, "opened"), http.StatusCreated).Number
	step := func(id, name string, in obj, as string, who int64) {
		t.Helper()
		v := want[IncidentView](e.get(fmt.Sprintf("/api/v1/incidents/%d", number), rootSecret), http.StatusOK)
		if in == nil {
			in = obj{}
		}
		in["version"] = v.Version
		kind := name
		if name == "comments" {
			kind = "comment"
		}
		change(as, who, id, fmt.Sprintf("/incidents/%d/%s", number, name), in, kind)
	}
	do := func(name string, in obj) {
		t.Helper()
		id := strings.ReplaceAll(name, "_", "-") + "-incident"
		if name == "comments" {
			id = "comment-incident"
		}
		step(id, name, in, secret, me)
	}
	for _, aside := range []string{"spam", "not_ours", "claim"} {
		do(aside, nil)
		do("undo", nil)
	}
	do("duplicate", obj{"of": w.number})
	do("undo", nil)
	do("assign", obj{"agency": w.agencies[here]})
	do("return", obj{"reason": "x"})
	do("triage", nil)
	do("assign", obj{"agency": w.agencies[here]})
	do("accept", nil)
	do("draft", obj{"text": "x"})
	do("review", nil)
	do("rework", obj{"reason": "x"})
	do("draft", obj{"text": "y"})
	do("review", nil)
	step("approve-incident", "approve", nil, other, 0)
	do("publish", nil)
	do("interim", obj{"text": "x", "permalink": "https://t.me/x/1"})
	do("control", nil)
	do("answer", obj{"permalink": "https://t.me/x/1"})
	do("verify", obj{"proof": "x"})
	do("close", nil)
	do("reopen", obj{"reason": "x"})
	do("comments", obj{"text": "x"})

	mine("sign-out", "/session", nil, "person signed_out")
	for _, op := range operations(e.server.api.OpenAPI()) {
		if op.Method != http.MethodGet {
			require.True(t, done[op.OperationID] != slices.Contains(leavesNoEvent(), op.OperationID), "%s: do it above, or say why it leaves no event", op.OperationID)
		}
	}
}

func TestAuditTellsWhatChanged(t *testing.T) {
	e := start(t)
	near := e.person(access.Administrator, 0, here)
	secret := e.signIn(near)
	p := want[Person](e.do("POST", "/api/v1/people", secret, obj{"login": "vera", "name": "Вера", "role": "curator", "regions": []string{here}, "password": password}), http.StatusCreated)
	p = want[Person](e.do("PUT", fmt.Sprintf("/api/v1/people/%d", p.ID), secret, obj{"version": p.Version, "login": "vera", "name": "Вера", "role": "head", "regions": []string{here}}), http.StatusOK)
	e.do("POST", "/api/v1/people", rootSecret, obj{"login": "far", "name": "Далёкий", "role": "head", "regions": []string{elsewhere}})
	list := func(as, query string) (got []string) {
		t.Helper()
		for _, ev := range want[List[AuditEvent]](e.get("/api/v1/audit?"+query, as), http.StatusOK).Items {
			got = append(got, fmt.Sprint(ev.Thing, " ", ev.Kind, " ", ev.Name, " by ", ev.By))
		}
		return got
	}
	about := fmt.Sprint("person=", p.ID)
	require.Equal(t, []string{"person changed Вера by administrator", "person created Вера by administrator"}, list(secret, about))
	events := want[List[AuditEvent]](e.get("/api/v1/audit?"+about, secret), http.StatusOK).Items
	require.Equal(t, map[string]AuditChange{"role": {Was: "curator", Is: "head"}}, events[0].Changes)
	require.Equal(t, AuditChange{Is: true}, events[1].Changes["password"])
	require.NotContains(t, fmt.Sprint(events), password)
	require.Equal(t, e.id(near), events[0].Who)
	require.Equal(t, p.ID, events[0].Person)

	require.Equal(t, list(secret, about), list(secret, fmt.Sprint("who=", e.id(near), "&thing=person&of=", p.ID)))
	require.Empty(t, list(secret, about+"&to="+events[1].At.Format(time.RFC3339Nano)), "before it happened")
	require.Len(t, list(secret, about+"&from="+events[0].At.Format(time.RFC3339Nano)), 1)
	require.Equal(t, []string{"person signed_in administrator by administrator"}, list(secret, "thing=person&who="+fmt.Sprint(e.id(near)))[2:])
	require.NotContains(t, list(secret, ""), "person created Далёкий by bootstrap")
	require.Contains(t, list(rootSecret, ""), "person created Далёкий by bootstrap")
	first := want[List[AuditEvent]](e.get("/api/v1/audit?limit=1&"+about, secret), http.StatusOK)
	second := want[List[AuditEvent]](e.get("/api/v1/audit?limit=1&"+about+"&after="+first.Next, secret), http.StatusOK)
	require.Equal(t, events, append(first.Items, second.Items...))
	require.Empty(t, second.Next)
	refused(e.get("/api/v1/audit?thing=king", secret), http.StatusUnprocessableEntity, "query.thing")
	refused(e.get("/api/v1/audit?after=x", secret), http.StatusUnprocessableEntity, "query.after")
	refused(e.get("/api/v1/audit", e.signedIn(access.Ombudsman, 0, "*")), http.StatusForbidden)
	for _, thing := range audit.Things() {
		require.Equal(t, http.StatusOK, e.get("/api/v1/audit?thing="+string(thing), secret).Status, thing)
	}
}

// Whoever answers for children can see who has looked at their cases.
func TestLooksAreTold(t *testing.T) {
	e := start(t)
	number := e.incident(here, "о ребёнке")
	_, err := e.pool.Exec(t.Context(), `UPDATE incident SET visibility = 'sealed' WHERE number = $1`, number)
	require.NoError(t, err)
	login := e.person(access.Ombudsman, 0, here)
	_, err = e.pool.Exec(t.Context(), `UPDATE person SET sealed = true WHERE login = $1`, login)
	require.NoError(t, err)
	secret := e.signIn(login)
	require.Empty(t, want[List[Look]](e.get("/api/v1/looks", secret), http.StatusOK).Items, "asking is no look")
	require.Equal(t, http.StatusOK, e.get(fmt.Sprintf("/api/v1/incidents/%d", number), secret).Status)
	require.Equal(t, http.StatusOK, e.get(fmt.Sprintf("/api/v1/incidents/%d", number), rootSecret).Status)
	looks := want[List[Look]](e.get("/api/v1/looks", secret), http.StatusOK).Items
	require.Len(t, looks, 2)
	require.Equal(t, Look{ID: looks[1].ID, Number: number, Region: here, At: looks[1].At, Who: e.id(login), Name: "ombudsman"}, looks[1])
	require.Len(t, want[List[Look]](e.get(fmt.Sprint("/api/v1/looks?who=", e.id(login), "&number=", number), secret), http.StatusOK).Items, 1)
	require.Empty(t, want[List[Look]](e.get("/api/v1/looks", e.signedIn(access.Administrator, 0, "*")), http.StatusOK).Items, "one who may not see sealed cases")
	refused(e.get("/api/v1/looks", e.signedIn(access.Head, 0, "*")), http.StatusForbidden)
}

// A token of one's own reads and works, but nothing that it makes outlives it.
func TestAPersonalTokenMakesNothingLasting(t *testing.T) {
	e := start(t)
	secret := e.signedIn(access.Administrator, 0, "*")
	own := want[NewToken](e.do("POST", "/api/v1/me/tokens", secret, obj{"name": "x", "expires_at": time.Now().Add(time.Hour)}), http.StatusCreated).Secret
	id := e.id(e.person(access.Head, 0, here))
	draft := obj{"login": "new", "name": "x", "role": "administrator", "regions": []string{"*"}, "password": password, "version": 1}
	token := obj{"name": "x", "role": "administrator", "regions": []string{"*"}}
	for path, c := range map[string]struct {
		method string
		in     obj
	}{
		"/people":                          {"POST", draft},
		fmt.Sprintf("/people/%d", id):      {"PUT", draft},
		fmt.Sprintf("/people/%d/totp", id): {"DELETE", nil},
		"/tokens":                          {"POST", token},
		"/tokens/1":                        {"DELETE", nil},
	} {
		p := refused(e.do(c.method, "/api/v1"+path, own, c.in), http.StatusForbidden)
		require.Contains(t, p.Detail, "a personal token can't", path)
	}
	require.Equal(t, http.StatusOK, e.get("/api/v1/people", own).Status, "it reads them")
	require.Equal(t, http.StatusCreated, e.do("POST", "/api/v1/agencies", own, obj{"region": here, "name": "x"}).Status, "and works")
	require.Equal(t, http.StatusCreated, e.do("POST", "/api/v1/tokens", rootSecret, token).Status, "a service that an administrator made may")
}
