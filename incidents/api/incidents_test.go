package api

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/incidents/routing"
	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/internal/access"
)

// cast are one of each role at work in RU-PRI, the executor at the agency.
type cast struct {
	agency                        int64
	specialist, executor, curator string
}

func (e *env) cast() cast {
	agency := e.agency("RU-PRI", "Водоканал")
	return cast{agency, e.token(access.Specialist, 0, "RU-PRI"), e.token(access.Executor, agency, "RU-PRI"), e.token(access.Curator, 0, "RU-PRI")}
}

// give gives a command and checks the state it leads to.
func (e *env) give(number int64, command, secret string, in obj, version int, state incident.State) IncidentView {
	e.t.Helper()
	if in == nil {
		in = obj{}
	}
	in["version"] = version
	v := want[IncidentView](e.do("POST", fmt.Sprintf("/api/v1/incidents/%d/%s", number, command), secret, in), http.StatusOK)
	require.Equal(e.t, state, v.State)
	require.Equal(e.t, version+1, v.Version)
	return v
}

func TestMainPath(t *testing.T) {
	e := start(t)
	p := e.cast()
	n := e.incident("RU-PRI", "Нет отопления в школе\nтретий день")
	path := fmt.Sprintf("/api/v1/incidents/%d", n)

	page := want[List[Incident]](e.get("/api/v1/incidents?state=triage,new&overdue=false&open=true&sort=due", p.specialist), http.StatusOK)
	require.Len(t, page.Items, 1)
	i := page.Items[0]
	require.Equal(t, "Нет отопления в школе", i.Title)
	require.Nil(t, i.Agency)
	require.Equal(t, &AgencyName{ID: p.agency, Name: "Водоканал"}, i.Proposed)
	require.NotNil(t, i.Due)
	require.Len(t, i.Posts, 1)
	require.EqualValues(t, 1, i.PostsTotal)
	require.Contains(t, i.Posts[0].Body.Text, "третий день")
	// The names that every reader of a list may rely on.
	raw := want[struct {
		Items []obj
		Next  *string
	}](e.get("/api/v1/incidents", p.specialist), http.StatusOK)
	require.NotNil(t, raw.Next)
	for _, name := range []string{"number", "state", "region", "agency", "due", "posts"} {
		require.Contains(t, raw.Items[0], name)
	}

	v := want[IncidentView](e.get(path, p.specialist), http.StatusOK)
	require.Contains(t, v.Allowed, incident.DoAssign)
	require.NotContains(t, v.Allowed, incident.DoAccept)
	require.NotEmpty(t, v.Events)

	v = e.give(n, "assign", p.specialist, obj{"agency": p.agency, "comment": "срочно"}, v.Version, incident.Assigned)
	require.Equal(t, &AgencyName{ID: p.agency, Name: "Водоканал"}, v.Agency)
	refused(e.do("POST", path+"/accept", p.specialist, obj{"version": v.Version}), http.StatusForbidden)
	v = e.give(n, "accept", p.executor, nil, v.Version, incident.Accepted)
	v = e.give(n, "draft", p.executor, obj{"text": "Насос заменён."}, v.Version, incident.Drafted)
	v = e.give(n, "review", p.executor, nil, v.Version, incident.Review)
	v = e.give(n, "rework", p.curator, obj{"reason": "назовите срок"}, v.Version, incident.Rework)
	v = e.give(n, "draft", p.executor, obj{"text": "Насос заменён, тепло дадим к 18:00."}, v.Version, incident.Drafted)
	v = e.give(n, "review", p.executor, nil, v.Version, incident.Review)
	refused(e.do("POST", path+"/approve", p.curator, obj{"version": v.Version, "hash": incident.TextHash("другой текст")}), http.StatusConflict)
	v = e.give(n, "approve", p.curator, nil, v.Version, incident.Approved)
	require.True(t, v.Draft.Approved())
	refused(e.do("POST", path+"/answer", p.specialist, obj{"version": v.Version, "permalink": "javascript:alert(1)"}), http.StatusUnprocessableEntity, "body.permalink")
	v = e.give(n, "answer", p.specialist, obj{"permalink": "https://t.me/x/2"}, v.Version, incident.Answered)
	v = e.give(n, "close", p.specialist, nil, v.Version, incident.Closed)
	require.Nil(t, v.Due)
	v = e.give(n, "reopen", p.specialist, obj{"reason": "снова холодно"}, v.Version, incident.Reopened)
	before := v.Version
	v = want[IncidentView](e.do("POST", path+"/comments", p.curator, obj{"text": "взяли на контроль"}), http.StatusOK)
	require.Equal(t, before, v.Version, "a comment changes no version")

	sent := want[List[store.Notification]](e.get(path+"/notifications", p.specialist), http.StatusOK)
	require.NotNil(t, sent.Items)
	posts := want[List[incident.Evidence]](e.get(path+"/posts?limit=1", p.specialist), http.StatusOK)
	require.Len(t, posts.Items, 1)
	require.Empty(t, posts.Next)
	refused(e.get(path+"/posts?after=x", p.specialist), http.StatusUnprocessableEntity, "query.after")
}

// Comments for colleagues and for residents: who writes which, and who reads
// none.
func TestCommentsApart(t *testing.T) {
	e := start(t)
	p := e.cast()
	n := e.incident("RU-PRI", "нет воды")
	path := fmt.Sprintf("/api/v1/incidents/%d", n)
	e.give(n, "assign", p.specialist, nil, 1, incident.Assigned)
	for _, role := range access.Roles() {
		secret := e.token(role, map[access.Role]int64{access.Executor: p.agency}[role], "RU-PRI")
		for _, to := range incident.Audiences() {
			text := fmt.Sprintf("%s для %s", role, to)
			got := e.do("POST", path+"/comments", secret, obj{"text": text, "audience": to})
			action := map[incident.Audience]access.Action{incident.Internal: access.Comment, incident.Resident: access.PublishAnswer}[to]
			if !(access.Person{Role: role}).May(action) {
				refused(got, http.StatusForbidden)
				require.NotContains(t, string(e.get(path, p.specialist).Body), text)
				continue
			}
			v := want[IncidentView](got, http.StatusOK)
			last := v.Events[len(v.Events)-1]
			require.Equal(t, to, last.Audience)
			require.Contains(t, string(last.Data), text)
			require.Contains(t, v.Audiences, to)
		}
	}
	v := want[IncidentView](e.do("POST", path+"/comments", p.specialist, obj{"text": "никому не сказано, для кого"}), http.StatusOK)
	require.Equal(t, incident.Internal, v.Events[len(v.Events)-1].Audience)
	require.Equal(t, []incident.Audience{incident.Internal}, want[IncidentView](e.get(path, p.executor), http.StatusOK).Audiences)
	require.Empty(t, want[IncidentView](e.get(path, e.token(access.Head, 0, "RU-PRI")), http.StatusOK).Audiences)
	refused(e.do("POST", path+"/comments", p.specialist, obj{"text": "x", "audience": "everybody"}), http.StatusUnprocessableEntity, "body.audience")

	partner := e.token(access.Partner, 0, "RU-PRI") // sees no incidents, so no comments
	for _, path := range []string{path, path + "/posts", path + "/notifications", "/api/v1/incidents"} {
		refused(e.get(path, partner), http.StatusForbidden)
	}
}

// The decisions that are taken back, as lists and the page need them: what is
// allowed, and where undo leads.
func TestDecisionsAndTheirUndo(t *testing.T) {
	e := start(t)
	p := e.cast()
	other := e.incident("RU-PRI", "яма у школы")
	n := e.incident("RU-PRI", "нет воды")
	listed := func(secret string) Incident {
		t.Helper()
		for _, i := range want[List[Incident]](e.get("/api/v1/incidents", secret), http.StatusOK).Items {
			if i.Number == n {
				return i
			}
		}
		require.Fail(t, "not listed")
		return Incident{}
	}
	decisions := []incident.Command{incident.DoSpam, incident.DoNotOurs, incident.DoDuplicate}
	require.Subset(t, listed(p.specialist).Allowed, decisions)
	require.Empty(t, listed(e.token(access.Head, 0, "RU-PRI")).Allowed)
	v := e.give(n, "assign", p.specialist, nil, 1, incident.Assigned)
	version := v.Version
	for _, c := range decisions {
		in := obj{}
		if c == incident.DoDuplicate {
			in["of"] = other
		}
		v = e.give(n, string(c), p.specialist, in, version, incident.State(c))
		require.Equal(t, incident.Assigned, v.Before)
		require.Nil(t, v.Due)
		i := listed(p.curator)
		require.Equal(t, []any{incident.State(c), incident.Assigned, v.Version}, []any{i.State, i.Before, i.Version})
		require.Contains(t, i.Allowed, incident.DoUndo)
		require.NotContains(t, i.Allowed, c)
		require.NotContains(t, listed(p.executor).Allowed, incident.DoUndo)
		refused(e.do("POST", fmt.Sprintf("/api/v1/incidents/%d/undo", n), p.executor, obj{"version": v.Version}), http.StatusForbidden)
		refused(e.do("POST", fmt.Sprintf("/api/v1/incidents/%d/undo", n), p.curator, obj{"version": version}), http.StatusConflict)
		v = e.give(n, "undo", p.curator, nil, v.Version, incident.Assigned)
		require.Empty(t, v.Before)
		require.Zero(t, v.DuplicateOf)
		require.NotNil(t, v.Due)
		refused(e.do("POST", fmt.Sprintf("/api/v1/incidents/%d/undo", n), p.curator, obj{"version": v.Version}), http.StatusConflict)
		version = v.Version
	}
}

func TestSidePaths(t *testing.T) {
	e := start(t)
	p := e.cast()
	for _, c := range []struct {
		command string
		in      obj
		state   incident.State
	}{
		{"spam", obj{"reason": "реклама"}, incident.Spam}, {"not_ours", nil, incident.NotOurs}, {"claim", nil, incident.Claimed},
	} {
		n := e.incident("RU-PRI", "что-то о "+c.command)
		v := e.give(n, c.command, p.specialist, c.in, 1, c.state)
		e.give(n, "undo", p.specialist, nil, v.Version, incident.Triage)
	}
	first, second := e.incident("RU-PRI", "яма у школы"), e.incident("RU-PRI", "ещё одна яма")
	path := fmt.Sprintf("/api/v1/incidents/%d", second)
	refused(e.do("POST", path+"/duplicate", p.specialist, obj{"version": 1, "of": second}), http.StatusUnprocessableEntity, "body.of")
	v := e.give(second, "duplicate", p.specialist, obj{"of": first}, 1, incident.Duplicate)
	require.Equal(t, first, v.DuplicateOf)
	v = e.give(second, "undo", p.specialist, nil, v.Version, incident.Triage)
	v = e.give(second, "assign", p.specialist, nil, v.Version, incident.Assigned) // the proposed one
	v = e.give(second, "accept", p.executor, nil, v.Version, incident.Accepted)
	v = e.give(second, "return", p.executor, obj{"reason": "дорога не наша"}, v.Version, incident.Returned)
	v = e.give(second, "triage", p.specialist, nil, v.Version, incident.Triage)
	v = e.give(second, "assign", p.specialist, obj{"agency": p.agency}, v.Version, incident.Assigned)
	v = e.give(second, "accept", p.executor, nil, v.Version, incident.Accepted)
	v = e.give(second, "draft", p.executor, obj{"text": "Ремонт в плане."}, v.Version, incident.Drafted)
	v = e.give(second, "review", p.executor, nil, v.Version, incident.Review)
	v = e.give(second, "approve", p.curator, obj{"hash": v.Draft.Hash}, v.Version, incident.Approved)
	v = e.give(second, "publish", p.specialist, nil, v.Version, incident.Publishing)
	until := time.Now().Add(48 * time.Hour).UTC().Truncate(time.Second)
	v = e.give(second, "interim", p.specialist, obj{"text": "заделаем", "until": until, "permalink": "https://t.me/x/3"}, v.Version, incident.Interim)
	require.Equal(t, until, *v.PromisedBy)
	v = e.give(second, "control", p.specialist, nil, v.Version, incident.OnControl)
	v = e.give(second, "answer", p.specialist, obj{"permalink": "https://t.me/x/4"}, v.Version, incident.Answered)
	e.give(second, "verify", p.specialist, obj{"proof": "фото жителя"}, v.Version, incident.Verified)
}

// The second of two people gets a conflict that shows what changed.
func TestConflictShowsWhatChanged(t *testing.T) {
	e := start(t)
	p := e.cast()
	n := e.incident("RU-PRI", "нет воды")
	path := fmt.Sprintf("/api/v1/incidents/%d", n)
	e.give(n, "assign", p.specialist, nil, 1, incident.Assigned)
	got := want[Problem](e.do("POST", path+"/spam", p.curator, obj{"version": 1}), http.StatusConflict)
	require.Equal(t, incident.Assigned, got.Current.State)
	require.Equal(t, 2, got.Current.Version)
	require.Len(t, got.Changes, 1)
	require.Equal(t, "assign", got.Changes[0].Kind)
	require.Equal(t, "specialist", got.Changes[0].Name)
	require.Contains(t, got.Detail, "version 2")
	require.Equal(t, "Already changed", got.Title)

	got = want[Problem](e.do("POST", path+"/close", p.specialist, obj{"version": 2}), http.StatusConflict)
	require.Contains(t, got.Detail, `"close" is not possible in state "assigned"; possible now: assign,`)
	require.Equal(t, "Not possible now", got.Title)
	require.Empty(t, got.Changes)
	russian := http.Header{"Authorization": {"Bearer " + p.specialist}}
	got = refused(e.with("POST", path+"/close", russian, strings.NewReader(`{"version":2}`)), http.StatusConflict)
	require.Equal(t, "Сейчас невозможно", got.Title)
	require.Contains(t, got.Detail, "действие «Закрыть» невозможно в состоянии «Назначен»; сейчас возможны: «Назначить ведомство»,")
	require.Equal(t, "роли «Исполнитель» не разрешено разбирать инциденты",
		refused(e.with("POST", path+"/triage", http.Header{"Authorization": {"Bearer " + p.executor}}, strings.NewReader(`{"version":2}`)), http.StatusForbidden).Detail)

	s := e.search(p.specialist, "вода", "RU-PRI")
	change := obj{"name": "Вода", "query": "вода", "regions": []string{"RU-PRI"}, "version": s.Version}
	want[Search](e.do("PUT", fmt.Sprintf("/api/v1/searches/%d", s.ID), p.specialist, change), http.StatusOK)
	require.Equal(t, "Already changed", refused(e.do("PUT", fmt.Sprintf("/api/v1/searches/%d", s.ID), p.curator, change), http.StatusConflict).Title)
	tree := obj{"version": 0, "tree": obj{"agency": p.agency}}
	want[store.RouteTree](e.do("PUT", "/api/v1/routes/RU-PRI", p.specialist, tree), http.StatusOK)
	require.Equal(t, "Already changed", refused(e.do("PUT", "/api/v1/routes/RU-PRI", p.curator, tree), http.StatusConflict).Title)
}

func TestPagesOfIncidents(t *testing.T) {
	e := start(t)
	e.agency("RU-PRI", "Водоканал")
	numbers := map[int64]bool{}
	for i := range 5 {
		numbers[e.incident("RU-PRI", fmt.Sprintf("совсем разный текст номер %d о разном", i))] = true
	}
	for _, sort := range []string{"newest", "oldest", "due"} {
		seen, after := map[int64]bool{}, ""
		for range 10 {
			page := want[List[Incident]](e.get("/api/v1/incidents?limit=2&sort="+sort+"&after="+after, rootSecret), http.StatusOK)
			for _, i := range page.Items {
				require.False(t, seen[i.Number], "twice")
				seen[i.Number] = true
			}
			if after = page.Next; after == "" {
				break
			}
		}
		require.Equal(t, numbers, seen, sort)
	}
	require.Empty(t, want[List[Incident]](e.get("/api/v1/incidents?overdue=true", rootSecret), http.StatusOK).Items)
}

func TestSearchesRulesAgenciesRoutes(t *testing.T) {
	e := start(t)
	p := e.cast()
	// A search takes its regions and its zone from the person.
	s := want[Search](e.do("POST", "/api/v1/searches", p.specialist, obj{"name": "Вода", "query": "вода"}), http.StatusCreated)
	require.Equal(t, []string{"RU-PRI"}, s.Regions)
	require.Equal(t, "Asia/Vladivostok", s.Zone)
	path := fmt.Sprintf("/api/v1/searches/%d", s.ID)
	s2 := want[Search](e.do("PUT", path, p.specialist, obj{"name": "Вода", "query": "вода | водопровод", "version": s.Version}), http.StatusOK)
	vs := want[List[SearchVersion]](e.get(path+"/versions", p.specialist), http.StatusOK)
	require.Equal(t, "вода", vs.Items[1].Query)
	require.Empty(t, want[List[store.Hits]](e.get(path+"/hits", p.specialist), http.StatusOK).Items)

	r := want[incident.Rule](e.do("POST", "/api/v1/rules", p.specialist, obj{"region": "RU-PRI", "search": s.ID, "name": "Вода"}), http.StatusCreated)
	require.Equal(t, incident.Rule{ID: r.ID, Region: "RU-PRI", Search: s.ID, Name: "Вода", Mode: incident.Suggest, Severity: incident.Normal, Enabled: true}, r)
	rule := fmt.Sprintf("/api/v1/rules/%d", r.ID)
	r = want[incident.Rule](e.do("PUT", rule, p.specialist, obj{"region": "RU-PRI", "search": s.ID, "name": "Вода", "mode": "auto", "enabled": false, "agency": p.agency}), http.StatusOK)
	require.Equal(t, incident.Auto, r.Mode)
	require.Equal(t, r, want[incident.Rule](e.get(rule, p.specialist), http.StatusOK))
	require.Equal(t, http.StatusNoContent, e.do("DELETE", rule, p.specialist, nil).Status)
	refused(e.get(rule, p.specialist), http.StatusNotFound)
	refused(e.do("DELETE", path, p.specialist, nil), http.StatusUnprocessableEntity, "query.version")
	require.Equal(t, http.StatusNoContent, e.do("DELETE", fmt.Sprintf("%s?version=%d", path, s2.Version), p.specialist, nil).Status)
	s3 := want[Search](e.do("POST", path+"/restore", p.specialist, obj{"version": s2.Version + 1}), http.StatusOK)
	require.Equal(t, s2.Query, s3.Query)
	require.Equal(t, http.StatusNoContent, e.do("DELETE", fmt.Sprintf("%s?version=%d", path, s3.Version), p.specialist, nil).Status)
	refused(e.get(path, p.specialist), http.StatusNotFound)

	a := want[incident.Agency](e.do("POST", "/api/v1/agencies", rootSecret, obj{"region": "RU-PRI", "name": "Дороги", "webhook_url": "https://example.org/hook"}), http.StatusCreated)
	require.NotEmpty(t, a.WebhookSecret, "shown this once")
	agency := fmt.Sprintf("/api/v1/agencies/%d", a.ID)
	require.Empty(t, want[incident.Agency](e.get(agency, p.specialist), http.StatusOK).WebhookSecret)
	a = want[incident.Agency](e.do("PUT", agency, rootSecret, obj{"region": "RU-PRI", "name": "Дороги края"}), http.StatusOK)
	require.Equal(t, "Дороги края", a.Name)
	require.Equal(t, http.StatusNoContent, e.do("DELETE", agency, rootSecret, nil).Status)
	require.False(t, want[incident.Agency](e.get(agency, p.specialist), http.StatusOK).Active)

	tree := obj{"version": 0, "tree": obj{"agency": p.agency, "routes": []obj{{"name": "беда", "when": obj{"severities": []string{"critical"}}, "preset": "critical"}}}}
	saved := want[store.RouteTree](e.do("PUT", "/api/v1/routes/RU-PRI", p.curator, tree), http.StatusOK)
	require.Equal(t, saved.Version, want[store.RouteTree](e.get("/api/v1/routes/RU-PRI", p.specialist), http.StatusOK).Version)
	x := want[routing.Explanation](e.do("POST", "/api/v1/routes/RU-PRI/explain", p.specialist, obj{"severity": "critical"}), http.StatusOK)
	require.Equal(t, "critical", x.Target.Preset)
	require.Equal(t, p.agency, x.Target.Agency)

	draft := obj{"agency": p.agency, "routes": []obj{{"name": "сеть", "when": obj{"networks": []string{"vk"}}, "preset": "raised"}}}
	x = want[routing.Explanation](e.do("POST", "/api/v1/routes/RU-PRI/explain", p.specialist, obj{"networks": []string{"vk"}, "tree": draft}), http.StatusOK)
	require.Equal(t, "raised", x.Target.Preset)
	draft["agency"] = 999
	refused(e.do("POST", "/api/v1/routes/RU-PRI/explain", p.specialist, obj{"tree": draft}), http.StatusUnprocessableEntity, "body.tree.agency")
	refused(e.do("PUT", "/api/v1/routes/RU-PRI", p.curator, tree), http.StatusConflict)

	ps := want[List[store.RegionPreset]](e.get("/api/v1/presets/RU-PRI", p.specialist), http.StatusOK)
	require.NotEmpty(t, ps.Items)
	clocks := obj{"answer": obj{"amount": 60, "unit": "wall", "from": "assigned"}}
	preset := obj{"name": "night", "title": "Ночной", "version": 0, "clocks": clocks}
	night := want[store.RegionPreset](e.do("PUT", "/api/v1/presets/RU-PRI", p.curator, preset), http.StatusOK)
	require.Equal(t, []any{"night", 1}, []any{night.Name, night.Version})
	refused(e.do("PUT", "/api/v1/presets/RU-PRI", p.curator, preset), http.StatusConflict)
	ex := want[PresetExample](e.do("POST", "/api/v1/presets/RU-PRI/example", p.specialist, obj{"clocks": clocks, "at": "2026-11-24T00:00:00Z", "agency": p.agency}), http.StatusOK)
	require.Equal(t, "2026-11-24T01:00:00Z", ex.Dues[0].At.Format(time.RFC3339))
	require.Equal(t, "2026-11-24", ex.Days[0].Date)
	refused(e.do("POST", "/api/v1/presets/RU-PRI/example", p.specialist, obj{"clocks": obj{"answer": obj{"amount": 0, "unit": "wall", "from": "assigned"}}}),
		http.StatusUnprocessableEntity, "body.clocks.answer.amount")
	refused(e.do("DELETE", "/api/v1/presets/RU-PRI/night", p.curator, nil), http.StatusUnprocessableEntity, "query.version")
	require.Equal(t, http.StatusNoContent, e.do("DELETE", "/api/v1/presets/RU-PRI/night?version=1", p.curator, nil).Status)

	tried := want[List[Tried]](e.do("POST", fmt.Sprintf("/api/v1/agencies/%d/test", p.agency), rootSecret, nil), http.StatusOK)
	require.Equal(t, "duty@example.org", tried.Items[0].Address)
	require.NotEmpty(t, tried.Items[0].Reason, "this installation has no mail server")
	require.Empty(t, want[List[store.Load]](e.get("/api/v1/agencies/load", p.specialist), http.StatusOK).Items)
}
