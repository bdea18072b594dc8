package api

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/access"
)

// fill gives a value that fits a schema, with text in the place of every
// string that may be any text, and the locations of those.
func (e *env) fill(s *huma.Schema, text, path string, depth int) (v any, at []string) {
	if s.Ref != "" {
		s = e.server.api.OpenAPI().Components.Schemas.SchemaFromRef(s.Ref)
	}
	switch s.Type {
	case huma.TypeString:
		switch {
		case s.Format == "date-time":
			return time.Now().Add(time.Hour).UTC().Format(time.RFC3339), nil
		case len(s.Enum) > 0:
			return s.Enum[0], nil
		}
		return text, []string{path}
	case huma.TypeArray:
		if depth == 0 {
			return []any{}, nil
		}
		v, at := e.fill(s.Items, text, path+"[0]", depth-1)
		return []any{v}, at
	case huma.TypeObject:
		o := obj{}
		for name, p := range s.Properties {
			if name == "$schema" {
				continue
			}
			in, more := e.fill(p, text, path+"."+name, depth-1)
			o[name], at = in, append(at, more...)
		}
		return o, at
	case huma.TypeBoolean:
		return true, nil
	}
	return 1, nil
}

func (e *env) path(op *huma.Operation) string {
	return strings.NewReplacer("{id}", "1", "{number}", "1", "{region}", "RU-PRI", "{code}", "RU-PRI").Replace(op.Path)
}

// A NUL, which no engine stores, is found in every text of every request, and
// named.
func TestNULInEveryText(t *testing.T) {
	e := start(t)
	texts := 0
	root := e.signedIn(access.Administrator, 0, "*")
	for _, op := range operations(e.server.api.OpenAPI()) {
		for _, p := range op.Parameters {
			if p.In != "query" || p.Schema.Type != huma.TypeString || p.Schema.Format != "" {
				continue
			}
			got := e.do(op.Method, e.path(op)+"?"+p.Name+"=%00", root, nil)
			require.Contains(t, locations(refusedSomehow(got)), "query."+p.Name, op.OperationID)
			texts++
		}
		if op.RequestBody == nil {
			continue
		}
		in, at := e.fill(op.RequestBody.Content["application/json"].Schema, "a\x00b", "body", 4)
		if len(at) == 0 {
			continue
		}
		p := refusedSomehow(e.do(op.Method, e.path(op), root, in))
		require.ElementsMatch(t, at, locations(p), op.OperationID)
		texts += len(at)
	}
	require.Greater(t, texts, 80)
}

// refusedSomehow is refused for whatever fields.
func refusedSomehow(a answer) Problem {
	a.t.Helper()
	return want[Problem](a, http.StatusUnprocessableEntity)
}

func locations(p Problem) []string {
	return mapped(p.Errors, func(f FieldProblem) string { return f.Location })
}

func TestHostileBodies(t *testing.T) {
	e := start(t)
	for name, c := range map[string]struct {
		in     string
		status int
	}{
		"more than 1 MiB":         {`{"name":"` + strings.Repeat("a", maxBody) + `","query":"x"}`, 413},
		"deep lists":              {strings.Repeat("[", 100_000), 400},
		"deep objects":            {strings.Repeat(`{"name":`, 100_000), 400},
		"a deep value":            {`{"name":` + strings.Repeat("[", 9_000) + strings.Repeat("]", 9_000) + `,"query":"x"}`, 422},
		"a surrogate alone":       {`{"name":"\ud800","query":"(","regions":["RU-PRI"]}`, 422},
		"a name twice":            {`{"name":"a","name":5,"query":"x"}`, 422},
		"something after it":      {`{"name":"a","query":"x"} {}`, 400},
		"null":                    {`null`, 422},
		"a list":                  {`[]`, 422},
		"a text":                  {`"x"`, 422},
		"UTF-16":                  {"\xff\xfe{\x00}\x00", 400},
		"a byte order mark":       {"\ufeff{}", 400},
		"a number beyond numbers": {`{"name":"a","query":"x","sealed":1e999}`, 400},
	} {
		a := e.do("POST", "/api/v1/searches", rootSecret, c.in)
		p := want[Problem](a, c.status)
		require.Equal(t, "application/problem+json", a.Header.Get("Content-Type"), name)
		require.NotEmpty(t, p.Detail, name)
	}
	tree := `{}`
	for range 500 {
		tree = `{"routes":[` + tree + `]}`
	}
	refusedSomehow(e.do("PUT", "/api/v1/routes/RU-PRI", rootSecret, `{"version":0,"tree":`+tree+`}`))
	require.Empty(t, want[List[Search]](e.get("/api/v1/searches", rootSecret), http.StatusOK).Items, "nothing came of it")
}

// with sends a request with headers of one's own.
func (e *env) with(method, path string, header http.Header, in io.Reader) answer {
	e.t.Helper()
	req, err := http.NewRequestWithContext(e.t.Context(), method, e.url+path, in)
	require.NoError(e.t, err)
	req.Header = header
	return e.send(req)
}

func TestHostileHeaders(t *testing.T) {
	e := start(t)
	good := []string{"Bearer " + rootSecret}
	for _, header := range map[string]http.Header{
		"another scheme":      {"Authorization": {"Basic " + rootSecret}},
		"no scheme":           {"Authorization": {rootSecret}},
		"only the scheme":     {"Authorization": {"Bearer"}},
		"an empty token":      {"Authorization": {"Bearer   "}},
		"a long token":        {"Authorization": {"Bearer " + strings.Repeat("a", 10_000)}},
		"bytes":               {"Authorization": {"Bearer \xff\xfe"}},
		"a wrong one first":   {"Authorization": {"Bearer wrong-wrong-wrong", good[0]}},
		"two in one":          {"Authorization": {good[0] + ", " + good[0]}},
		"a token in a cookie": {"Cookie": {"token=" + rootSecret}},
	} {
		refused(e.with("GET", "/api/v1/me", header, nil), http.StatusUnauthorized)
	}
	require.Equal(t, http.StatusUnauthorized, e.get("/api/v1/me?access_token="+rootSecret, "").Status)
	for name, header := range map[string]http.Header{
		"much language":      {"Authorization": good, "Accept-Language": {strings.Repeat("ru,", 10_000)}},
		"no language at all": {"Authorization": good, "Accept-Language": {"\x80\xff;q=nan,,,"}},
		"another method":     {"Authorization": good, "X-Http-Method-Override": {"DELETE"}},
		"another address":    {"Authorization": good, "X-Forwarded-For": {"127.0.0.1"}, "X-Original-Url": {"/api/v1/tokens"}},
		"a position":         {"Authorization": good, "Last-Event-Id": {"x"}},
		"another content":    {"Authorization": good, "Accept": {"text/html"}},
	} {
		require.Equal(t, "bootstrap", want[Me](e.with("GET", "/api/v1/me", header, nil), http.StatusOK).Name, name)
	}
	require.Equal(t, http.StatusRequestHeaderFieldsTooLarge,
		e.with("GET", "/api/v1/me", http.Header{"Authorization": good, "X-Large": {strings.Repeat("a", 2*maxHeader)}}, nil).Status)
	for _, kind := range []string{"text/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "nonsense"} {
		a := e.with("POST", "/api/v1/searches", http.Header{"Authorization": good, "Content-Type": {kind}}, strings.NewReader(`{"name":"a","query":"x"}`))
		refused(a, http.StatusUnsupportedMediaType, "body")
	}
}

func TestMethods(t *testing.T) {
	e := start(t)
	for _, c := range []struct{ method, path, allow string }{
		{"PATCH", "/api/v1/searches", "GET, POST"}, {"DELETE", "/api/v1/incidents", "GET, POST"}, {"POST", "/api/v1/me", "GET, PUT"},
		{"OPTIONS", "/api/v1/me", "GET, PUT"}, {"TRACE", "/api/v1/me", "GET, PUT"}, {"NONSENSE", "/api/v1/me", "GET, PUT"}, {"HEAD", "/api/v1/posts/stream", "GET"},
		{"GET", "/api/v1/incidents/1/accept", "POST"}, {"POST", "/healthz", "GET"},
	} {
		a := e.do(c.method, c.path, rootSecret, nil)
		require.Equal(t, http.StatusMethodNotAllowed, a.Status, "%s %s", c.method, c.path)
		require.Equal(t, c.allow, a.Header.Get("Allow"), "%s %s", c.method, c.path)
	}
	for _, path := range []string{"/api/v1/me", "/api/v1/searches", "/healthz", "/openapi.json"} {
		got, head := e.get(path, rootSecret), e.do("HEAD", path, rootSecret, nil)
		require.Equal(t, http.StatusOK, head.Status, path)
		require.Empty(t, head.Body)
		require.Equal(t, got.Header.Get("Content-Type"), head.Header.Get("Content-Type"), path)
	}
	require.Equal(t, http.StatusUnauthorized, e.do("HEAD", "/api/v1/me", "", nil).Status)
}

// An unparsable query says what, where (in characters) and in which language.
func TestAnUnparsableQuery(t *testing.T) {
	e := start(t)
	ask := func(language, q string) Problem {
		a := e.with("GET", "/api/v1/posts?query="+url.QueryEscape(q), http.Header{"Authorization": {"Bearer " + rootSecret}, "Accept-Language": {language}}, nil)
		return want[Problem](a, http.StatusUnprocessableEntity)
	}
	ru, en := ask("ru", "яма (дорога region:RU-XX"), ask("en", "яма (дорога region:RU-XX")
	for _, p := range []Problem{ru, en} {
		require.Len(t, p.Errors, 1)
		require.Equal(t, "query.query", p.Errors[0].Location)
		require.Equal(t, 4, *p.Errors[0].Offset)
		require.Equal(t, 1, *p.Errors[0].Length)
	}
	require.Contains(t, ru.Errors[0].Message, "не закрыто")
	require.Contains(t, en.Errors[0].Message, "not closed")
	p := ask("ru", "яма region:RU-PRI,RU-XXX | region:RU-YYY")
	require.Len(t, p.Errors, 2)
	require.Equal(t, "region:RU-XXX — такого значения нет", p.Errors[0].Message)
	require.Equal(t, 18, *p.Errors[0].Offset)
	require.Contains(t, ask("en", strings.Repeat("я", 10_001)).Errors[0].Message, "longer than 10000 characters")
	require.Contains(t, ask("ru", strings.Repeat("а ", 1_001)).Errors[0].Message, "больше 1000 слов")
	require.Contains(t, ask("en", strings.Repeat("-(", 60)+"a"+strings.Repeat(")", 60)).Errors[0].Message, "deeper than 50")

	draft := obj{"name": "x", "query": "-яма", "regions": []string{"RU-XXX"}}
	p = refused(e.do("POST", "/api/v1/searches", rootSecret, draft), http.StatusUnprocessableEntity, "body.regions[0]", "body.query")
	require.Contains(t, p.Errors[1].Message, "anything could match")
	require.Equal(t, 1, *p.Errors[1].Offset)
	require.Equal(t, 3, *p.Errors[1].Length)
	header := http.Header{"Authorization": {"Bearer " + e.token(access.Specialist, 0, "RU-PRI")}}
	a := e.with("POST", "/api/v1/searches", header, strings.NewReader(`{"name":"x","query":"-яма"}`))
	p = refused(a, http.StatusUnprocessableEntity, "body.query")
	require.Contains(t, p.Errors[0].Message, "что угодно")
	require.Equal(t, "Ошибки в полях", p.Title)
}

// Script and markup in what people write come back as the text that they are,
// in an answer that no browser takes for a page.
func TestMarkupStaysText(t *testing.T) {
	e := start(t)
	for n, markup := range []string{`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `<svg/onload=alert(1)>`, `</title><base href=//evil.example>`, "a\u2028<!--", `{{constructor}}`} {
		number := e.incident(here, markup)
		path := fmt.Sprintf("/api/v1/incidents/%d", number)
		for _, a := range []answer{
			e.do("POST", path+"/comments", rootSecret, obj{"text": markup}),
			e.do("POST", "/api/v1/people", rootSecret, obj{"login": fmt.Sprint("x", n, "y"), "name": markup, "role": "head", "regions": []string{here}}),
			e.do("POST", "/api/v1/agencies", rootSecret, obj{"region": here, "name": markup}),
			e.get(path, rootSecret), e.get("/api/v1/incidents", rootSecret), e.get("/api/v1/audit", rootSecret),
		} {
			require.Less(t, a.Status, 300, "%s: %s", markup, a.Body)
			require.Equal(t, "application/json", a.Header.Get("Content-Type"))
			require.Equal(t, "nosniff", a.Header.Get("X-Content-Type-Options"))
			require.Equal(t, "default-src 'none'; frame-ancestors 'none'", a.Header.Get("Content-Security-Policy"))
			var v any
			require.NoError(t, json.Unmarshal(a.Body, &v))
			require.Contains(t, fmt.Sprint(v), markup)
		}
	}
	a := e.get("/api/v1/%3Cscript%3Ealert(1)%3C/script%3E", rootSecret)
	require.Equal(t, "application/problem+json", a.Header.Get("Content-Type"))
	require.NotContains(t, string(a.Body), "<script")
}

// Addresses are of the web, or are refused where they are typed.
func TestAddressesThatRun(t *testing.T) {
	e := start(t)
	number := e.incident(here, "нет воды")
	v := want[IncidentView](e.get(fmt.Sprintf("/api/v1/incidents/%d", number), rootSecret), http.StatusOK)
	for _, bad := range []string{"javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,<script>alert(1)</script>", "vbscript:x", " javascript:alert(1)",
		"java\tscript:alert(1)", "//evil.example", "file:///etc/passwd", "https://user:password@evil.example"} {
		path := fmt.Sprintf("/api/v1/incidents/%d", number)
		refused(e.do("POST", path+"/answer", rootSecret, obj{"version": v.Version, "permalink": bad}), http.StatusUnprocessableEntity, "body.permalink")
		refused(e.do("POST", path+"/interim", rootSecret, obj{"version": v.Version, "text": "x", "permalink": bad}), http.StatusUnprocessableEntity, "body.permalink")
		refused(e.do("POST", "/api/v1/agencies", rootSecret, obj{"region": here, "name": bad, "webhook_url": bad}), http.StatusUnprocessableEntity, "body.webhook_url")
	}
}

// A comment of ten megabytes is refused before it is read, and one that is too
// long with the number of bytes that there may be.
func TestALongComment(t *testing.T) {
	e := start(t)
	path := fmt.Sprintf("/api/v1/incidents/%d/comments", e.incident(here, "нет воды"))
	refused(e.do("POST", path, rootSecret, obj{"text": strings.Repeat("a", 10<<20)}), http.StatusRequestEntityTooLarge)
	refused(e.do("POST", path, rootSecret, obj{"text": strings.Repeat("я", 100_000)}), http.StatusUnprocessableEntity, "body.text")
	want[IncidentView](e.do("POST", path, rootSecret, obj{"text": strings.Repeat("я", 2000)}), http.StatusOK)
}
