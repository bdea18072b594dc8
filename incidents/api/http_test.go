package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
)

func TestBadInputIsNamed(t *testing.T) {
	e := start(t)
	draft := func(change obj) obj {
		d := obj{"name": "Отопление", "query": "отопление", "regions": []string{"RU-PRI"}}
		for k, v := range change {
			d[k] = v
		}
		return d
	}
	cases := []struct {
		name, method, path string
		in                 any
		status             int
		locations          []string
	}{
		{"unknown parameter", "GET", "/posts?qurey=x", nil, 422, []string{"query.qurey"}},
		{"unknown field", "POST", "/searches", draft(obj{"regoins": 1}), 422, []string{"body.regoins"}},
		{"several at once", "POST", "/searches", obj{"name": 5, "query": "x", "regions": "RU-PRI"}, 422, []string{"body.name", "body.regions"}},
		{"missing fields", "POST", "/searches", obj{}, 422, []string{"body.name", "body.query"}},
		{"NUL in a name", "POST", "/searches", draft(obj{"name": "a\x00b"}), 422, []string{"body.name"}},
		{"NUL in a list", "POST", "/searches", draft(obj{"regions": []string{"RU-PRI", "\x00"}}), 422, []string{"body.regions[1]"}},
		{"NUL in a parameter", "GET", "/posts?query=%00", nil, 422, []string{"query.query"}},
		{"not UTF-8 in a parameter", "GET", "/posts?query=%ff", nil, 422, []string{"query.query"}},
		{"not UTF-8 in a body", "POST", "/searches", "{\"name\":\"\xff\",\"query\":\"x\"}", 400, []string{"body"}},
		{"not JSON", "POST", "/searches", "{", 400, []string{"body"}},
		{"no body", "POST", "/searches", nil, 400, nil},
		{"unknown region", "POST", "/searches", draft(obj{"regions": []string{"RU-XXX"}}), 422, []string{"body.regions[0]"}},
		{"unknown region of a list", "GET", "/incidents?region=RU-XXX", nil, 422, []string{"query.region"}},
		{"unknown region of agencies", "GET", "/agencies?region=RU-XXX", nil, 422, []string{"query.region"}},
		{"unknown region of an agency", "POST", "/agencies", obj{"region": "RU-XXX", "name": "x"}, 422, []string{"body.region"}},
		{"unknown state", "GET", "/incidents?state=lost", nil, 422, []string{"query.state"}},
		{"bad number", "GET", "/incidents/abc", nil, 422, []string{"path.number"}},
		{"bad limit", "GET", "/incidents?limit=0", nil, 422, []string{"query.limit"}},
		{"bad time", "GET", "/incidents?from=yesterday", nil, 422, []string{"query.from"}},
		{"from after to", "GET", "/incidents?from=2026-11-25T00:00:00Z&to=2026-11-24T00:00:00Z", nil, 422, []string{"query.from"}},
		{"since after until", "GET", "/posts?query=since:2026-11-25+until:2026-11-24", nil, 422, []string{"query.query"}},
		{"bad cursor of incidents", "GET", "/incidents?after=%21%21", nil, 422, []string{"query.after"}},
		{"bad cursor of searches", "GET", "/searches?after=x", nil, 422, []string{"query.after"}},
		{"bad cursor of tokens", "GET", "/tokens?after=-5", nil, 422, []string{"query.after"}},
		{"bad zone", "GET", "/posts?zone=Mars/Base", nil, 422, []string{"query.zone"}},
		{"version missing", "POST", "/incidents/1/accept", obj{}, 422, []string{"body.version"}},
		{"a rule about nothing", "POST", "/rules", obj{"region": "RU-PRI", "search": 99, "name": "x"}, 422, []string{"body.search"}},
		{"a rule with nothing right", "POST", "/rules", obj{"region": "RU-PRI", "search": 99, "name": " ", "mode": "never", "severity": "huge", "preset": "nope", "agency": 99}, 422,
			[]string{"body.name", "body.mode", "body.severity", "body.search", "body.preset", "body.agency"}},
		{"a token of nobody's agency", "POST", "/tokens", obj{"name": "x", "role": "executor", "regions": []string{"*"}, "agencies": []int64{99}}, 422, []string{"body.agencies[0]"}},
		{"a token without sense", "POST", "/tokens", obj{"name": "", "role": "king", "regions": []string{"RU-XXX"}}, 422, []string{"body.name", "body.role", "body.regions[0]"}},
		{"no such path", "GET", "/nothing", nil, 404, nil},
		{"no such method", "DELETE", "/posts", nil, 405, nil},
		{"no such search", "GET", "/searches/999", nil, 404, nil},
		{"no such region", "PUT", "/regions/RU-XXX", obj{"served": true}, 404, nil},
		{"a bad tree", "PUT", "/routes/RU-PRI", obj{"version": 0, "tree": obj{"agency": 77, "routes": []obj{{}}}}, 422, []string{"body.tree.agency", "body.tree.routes[0].name"}},
		{"a bad preset", "PUT", "/presets/RU-PRI", obj{"name": "X", "title": "x", "clocks": obj{}, "version": 0}, 422, []string{"body.name"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			a := e.do(c.method, "/api/v1"+c.path, rootSecret, c.in)
			a.t = t
			refused(a, c.status, c.locations...)
		})
	}
}

func TestALargeBodyIsRefused(t *testing.T) {
	e := start(t)
	large := io.MultiReader(strings.NewReader(`{"name":"`), strings.NewReader(strings.Repeat("a", 30<<20)), strings.NewReader(`","query":"x"}`))
	refused(e.do("POST", "/api/v1/searches", rootSecret, large), http.StatusRequestEntityTooLarge)
	require.Equal(t, http.StatusOK, e.get("/api/v1/me", rootSecret).Status, "nothing else suffers")
}

func TestLanguage(t *testing.T) {
	e := start(t)
	for header, title := range map[string]string{
		"": "Нужен вход", "ru": "Нужен вход", "de": "Нужен вход", "en": "Unauthorized", "en-GB,ru;q=0.5": "Unauthorized", "ru,en;q=0.9": "Нужен вход", "\xff;;q": "Нужен вход",
	} {
		req, err := http.NewRequestWithContext(t.Context(), "GET", e.url+"/api/v1/me", nil)
		require.NoError(t, err)
		if header != "" {
			req.Header.Set("Accept-Language", header)
		}
		p := refused(e.send(req), http.StatusUnauthorized)
		require.Equal(t, title, p.Title, header)
	}
	req, err := http.NewRequestWithContext(t.Context(), "GET", e.url+"/api/v1/posts?limit=0&order=x", nil)
	require.NoError(t, err)
	req.Header.Set("Authorization", "bearer "+rootSecret)
	p := refused(e.send(req), http.StatusUnprocessableEntity, "query.order", "query.limit")
	require.Equal(t, "нужно число не меньше 1", p.Errors[1].Message)
	// What the packages behind say is in the reader's language too.
	header := http.Header{"Authorization": {"Bearer " + rootSecret}}
	p = refused(e.with("POST", "/api/v1/searches", header, strings.NewReader(`{"name":"","query":"яма","regions":["RU-XXX"]}`)),
		http.StatusUnprocessableEntity, "body.name", "body.regions[0]")
	require.Equal(t, "пусто; назовите поиск", p.Errors[0].Message)
	require.Equal(t, `регион "RU-XXX" неизвестен; код выглядит так: RU-PRI`, p.Errors[1].Message)
	require.Equal(t, "поиска 77 нет", refused(e.with("GET", "/api/v1/searches/77", header, nil), http.StatusNotFound).Detail)
}

func TestHeadersAndPlainRoutes(t *testing.T) {
	e := start(t)
	a := e.get("/", "")
	require.Equal(t, "/openapi.json", want[map[string]string](a, http.StatusOK)["openapi"])
	for h, v := range map[string]string{"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"} {
		require.Equal(t, v, a.Header.Get(h))
	}
	require.NotEmpty(t, a.Header.Get("X-Request-Id"))
	require.Contains(t, a.Header.Get("Content-Security-Policy"), "default-src 'none'")
	require.Empty(t, a.Header.Get("Access-Control-Allow-Origin"))
	require.Equal(t, "ok\n", string(e.get("/healthz", "").Body))
	require.Equal(t, "3.1.0", want[obj](e.get("/openapi.json", ""), http.StatusOK)["openapi"])
	e.get("/api/v1/searches/77", rootSecret)
	e.get("/nothing/at/all", rootSecret)
	m := string(e.get("/metrics", "").Body)
	require.Contains(t, m, `otklik_http_request_seconds_count{method="GET",route="/api/v1/searches/:id",status="404"} 1`)
	require.Contains(t, m, `route="none",status="404"`)
	require.NotContains(t, m, "/nothing")
}

func TestReady(t *testing.T) {
	hang := make(chan struct{})
	defer close(hang)
	var down error
	e := start(t, func(o *Options) {
		o.Probes = []Probe{
			{Name: "database", Check: func(context.Context) error { return nil }},
			{Name: "index", Check: func(context.Context) error { return down }},
		}
	})
	type answer struct {
		Ready bool
		Parts map[string]string
	}
	require.True(t, want[answer](e.get("/readyz", ""), http.StatusOK).Ready)
	down = errors.New("dial tcp 10.0.0.1: secret address")
	got := want[answer](e.get("/readyz", ""), http.StatusServiceUnavailable)
	require.Equal(t, answer{false, map[string]string{"database": "ok", "index": "not ready"}}, got)

	e.server.Probes = append(e.server.Probes, Probe{Name: "log", Check: func(context.Context) error { <-hang; return nil }})
	begun := time.Now()
	got = want[answer](e.get("/readyz", ""), http.StatusServiceUnavailable)
	require.Contains(t, got.Parts["log"], "does not answer")
	require.Less(t, time.Since(begun), 3*time.Second)
	require.Equal(t, http.StatusOK, e.get("/healthz", "").Status)
}

// brokenTokens stands for an installation that falls over: nothing of it may
// reach the reader.
type brokenTokens struct {
	Tokens
	fail func() error
}

func (b brokenTokens) List(context.Context, access.Person, int64, int) ([]access.Token, error) {
	return nil, b.fail()
}

func TestWhatIsOursIsNotShown(t *testing.T) {
	var fail func() error
	e := start(t, func(o *Options) { o.Tokens = brokenTokens{o.Tokens, func() error { return fail() }} })
	for status, f := range map[int]func() error{
		http.StatusInternalServerError: func() error { panic("secret of a panic") },
		http.StatusServiceUnavailable: func() error {
			return &fault.Error{Kind: fault.Unavailable, Err: errors.New("dial tcp 10.1.2.3: secret")}
		},
	} {
		fail = f
		a := e.get("/api/v1/tokens", rootSecret)
		refused(a, status)
		require.NotContains(t, string(a.Body), "secret")
	}
	fail = func() error { return fmt.Errorf("read: %w", errors.New("secret of the database")) }
	a := e.get("/api/v1/tokens", rootSecret)
	refused(a, http.StatusInternalServerError)
	require.NotContains(t, string(a.Body), "secret")
	fail = func() error { return fmt.Errorf("read: %w", context.DeadlineExceeded) }
	refused(e.get("/api/v1/tokens", rootSecret), http.StatusServiceUnavailable)
}

func TestTheServerHasEveryTimeout(t *testing.T) {
	s := Server("127.0.0.1:0", http.NotFoundHandler())
	for name, d := range map[string]time.Duration{"header": s.ReadHeaderTimeout, "read": s.ReadTimeout, "write": s.WriteTimeout, "idle": s.IdleTimeout} {
		require.Positive(t, d, name)
	}
	require.Positive(t, s.MaxHeaderBytes)
}

func TestPeople(t *testing.T) {
	e := start(t)
	me := want[Me](e.get("/api/v1/me", rootSecret), http.StatusOK)
	require.Equal(t, access.Administrator, me.Role)
	require.Contains(t, me.Actions, access.EditTokens)
	made := want[NewToken](e.do("POST", "/api/v1/tokens", rootSecret, obj{"name": "Приморье", "role": "specialist", "regions": []string{"RU-PRI"}}), http.StatusCreated)
	require.NotEmpty(t, made.Secret)
	me = want[Me](e.get("/api/v1/me", made.Secret), http.StatusOK)
	require.Equal(t, "Приморье", me.Name)
	require.NotContains(t, me.Actions, access.EditTokens)

	first := want[List[Token]](e.get("/api/v1/tokens?limit=1", rootSecret), http.StatusOK)
	require.Len(t, first.Items, 1)
	second := want[List[Token]](e.get("/api/v1/tokens?limit=1&after="+first.Next, rootSecret), http.StatusOK)
	require.Equal(t, made.ID, second.Items[0].ID)
	require.Empty(t, second.Next)
	require.NotContains(t, string(e.get("/api/v1/tokens", rootSecret).Body), made.Secret)

	require.Equal(t, http.StatusNoContent, e.do("DELETE", fmt.Sprintf("/api/v1/tokens/%d", made.ID), rootSecret, nil).Status)
	refused(e.get("/api/v1/me", made.Secret), http.StatusUnauthorized)
	refused(e.do("DELETE", fmt.Sprintf("/api/v1/tokens/%d", e.root.By.ID), rootSecret, nil), http.StatusConflict)
}

func TestRegions(t *testing.T) {
	e := start(t)
	all := want[List[Region]](e.get("/api/v1/regions", rootSecret), http.StatusOK)
	require.Len(t, all.Items, 29)
	require.NotEmpty(t, all.Items[0].Name)
	r := want[Region](e.do("PUT", "/api/v1/regions/RU-MOW", rootSecret, obj{"served": true}), http.StatusOK)
	require.Equal(t, Region{Code: "RU-MOW", Name: r.Name, NameEN: r.NameEN, District: r.District, Zone: "Europe/Moscow", Served: true}, r)
	require.Len(t, want[List[Region]](e.get("/api/v1/regions", rootSecret), http.StatusOK).Items, 30)
	require.Greater(t, len(want[List[Region]](e.get("/api/v1/regions?all=true", rootSecret), http.StatusOK).Items), 80)
}
