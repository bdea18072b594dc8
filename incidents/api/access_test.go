package api

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/access"
)

// actions is, written by hand, which action each operation asks for. A new
// route has to be added here, and a changed one has to be meant.
func actions() map[string]access.Action {
	return map[string]access.Action{
		"sign-in-page": "", "set-up": "", "sign-in": "", "complete-sign-in": "", "sign-out": "",
		"me": access.SeeSelf, "list-regions": access.SeeSelf, "change-me": access.SeeSelf, "change-password": access.SeeSelf,
		"begin-totp": access.SeeSelf, "confirm-totp": access.SeeSelf, "end-totp": access.SeeSelf,
		"list-sessions": access.SeeSelf, "end-session": access.SeeSelf,
		"list-own-tokens": access.SeeSelf, "create-own-token": access.SeeSelf, "revoke-own-token": access.SeeSelf,
		"list-people": access.EditPeople, "create-person": access.EditPeople, "get-person": access.EditPeople, "change-person": access.EditPeople,
		"reset-totp": access.EditPeople,
		"list-audit": access.SeeAudit, "list-looks": access.SeeLooks,
		"list-tokens": access.EditTokens, "create-token": access.EditTokens, "revoke-token": access.EditTokens,
		"search-posts": access.SeePosts, "count-posts": access.SeePosts, "posts-histogram": access.SeePosts, "get-post": access.SeePosts, "post-copies": access.SeePosts, "stream-posts": access.SeePosts,
		"list-searches": access.SeePosts, "get-search": access.SeePosts, "search-versions": access.SeePosts, "search-hits": access.SeeIncidents,
		"create-search": access.EditSearches, "change-search": access.EditSearches, "delete-search": access.EditSearches, "restore-search": access.EditSearches,
		"list-rules": access.SeeIncidents, "get-rule": access.SeeIncidents,
		"create-rule": access.EditRules, "change-rule": access.EditRules, "delete-rule": access.EditRules,
		"list-sources": access.SeePosts, "get-source": access.SeePosts,
		"create-source": access.EditSources, "change-source": access.EditSources, "delete-source": access.EditSources, "read-source": access.EditSources,
		"list-agencies": access.SeeIncidents, "get-agency": access.SeeIncidents, "agencies-load": access.SeeIncidents, "test-agency": access.EditAgencies,
		"create-agency": access.EditAgencies, "change-agency": access.EditAgencies, "retire-agency": access.EditAgencies,
		"serve-region": access.EditRegions,
		"get-glossary": access.SeeSelf, "list-glossary-revisions": access.SeeSelf, "get-glossary-revision": access.SeeSelf,
		"change-glossary": access.EditGlossary, "check-glossary": access.EditGlossary, "query-words": access.SeePosts,
		"get-route": access.SeeIncidents, "explain-route": access.SeeIncidents, "put-route": access.EditRules,
		"list-presets": access.SeeIncidents, "example-preset": access.SeeIncidents, "put-preset": access.EditRules, "delete-preset": access.EditRules,
		"list-incidents": access.SeeIncidents, "stream-incidents": access.SeeIncidents, "be-present": access.SeeIncidents, "leave": access.SeeIncidents, "get-incident": access.SeeIncidents, "incident-posts": access.SeeIncidents, "incident-notifications": access.SeeIncidents,
		"open-incident": access.Triage, "triage-incident": access.Triage, "assign-incident": access.Triage, "spam-incident": access.Triage,
		"not-ours-incident": access.Triage, "duplicate-incident": access.Triage, "claim-incident": access.Triage, "undo-incident": access.Triage,
		"accept-incident": access.Execute, "return-incident": access.Execute, "draft-incident": access.Execute, "review-incident": access.Execute,
		"rework-incident": access.Approve, "approve-incident": access.Approve,
		"publish-incident": access.PublishAnswer, "answer-incident": access.PublishAnswer, "interim-incident": access.PublishAnswer, "control-incident": access.PublishAnswer,
		"verify-incident": access.CloseIncident, "close-incident": access.CloseIncident, "reopen-incident": access.CloseIncident,
		"comment-incident": access.Comment,
		"status":           access.Operate, "line-status": access.SeeSelf,
		"list-rejected": access.Operate, "count-rejected": access.Operate, "get-rejected": access.Operate,
		"replay-rejected": access.Operate, "drop-rejected": access.Operate, "restore-rejected": access.Operate,
		"replay-many-rejected": access.Operate, "drop-many-rejected": access.Operate,
	}
}

// noTokens is, written by hand, what no token may do: with it, a token
// could outlive its end, or take the account over.
func noTokens() []string {
	return []string{"change-me", "change-password", "begin-totp", "confirm-totp", "end-totp", "list-sessions", "end-session", "create-own-token", "revoke-own-token"}
}

func operations(o *huma.OpenAPI) []*huma.Operation {
	var ops []*huma.Operation
	for _, p := range o.Paths {
		for _, op := range []*huma.Operation{p.Get, p.Post, p.Put, p.Delete, p.Patch, p.Head, p.Options, p.Trace} {
			if op != nil {
				ops = append(ops, op)
			}
		}
	}
	slices.SortFunc(ops, func(a, b *huma.Operation) int { return strings.Compare(a.OperationID, b.OperationID) })
	return ops
}

func TestEveryRouteDeclaresItsAction(t *testing.T) {
	e := start(t)
	want := actions()
	declared := map[string]bool{}
	for _, op := range operations(e.server.api.OpenAPI()) {
		a, _ := op.Metadata[actionKey].(access.Action)
		require.Contains(t, want, op.OperationID)
		require.Equal(t, want[op.OperationID], a, op.OperationID)
		if a == "" {
			require.Empty(t, op.Security, op.OperationID)
		} else {
			require.Contains(t, access.Actions(), a, op.OperationID)
			require.NotEmpty(t, op.Security, op.OperationID)
		}
		delete(want, op.OperationID)
		declared[op.Method+" "+strings.NewReplacer("{", ":", "}", "").Replace(op.Path)] = true
	}
	require.Empty(t, want, "operations that are gone")
	open := []string{"GET /", "GET /openapi.json", "GET /healthz", "GET /readyz", "GET /metrics", "GET /auth/oidc/:id", "GET /auth/oidc/:id/callback"}
	for _, r := range e.server.engine.Routes() {
		route := r.Method + " " + r.Path
		require.True(t, declared[route] || slices.Contains(open, route), "%s is open to everybody", route)
	}
}

// status sends a request that is well-formed but names nothing that exists,
// and gives what came back, without reading a stream to its end.
func (e *env) status(op *huma.Operation, secret string) int {
	e.t.Helper()
	path := strings.NewReplacer("{id}", "999999", "{number}", "999999", "{region}", "RU-PRI", "{name}", "nothing", "{code}", "RU-XXX").Replace(op.Path)
	if strings.HasPrefix(op.Path, "/api/v1/posts/{id}") {
		path = strings.Replace(op.Path, "{id}", "telegram:1/999999", 1)
	}
	ctx, cancel := context.WithCancel(e.t.Context())
	defer cancel()
	var body *strings.Reader
	req, err := http.NewRequestWithContext(ctx, op.Method, e.url+path, nil)
	if op.RequestBody != nil {
		body = strings.NewReader("{}")
		req, err = http.NewRequestWithContext(ctx, op.Method, e.url+path, body)
	}
	require.NoError(e.t, err)
	authorize(req, secret)
	res, err := http.DefaultClient.Do(req)
	require.NoError(e.t, err)
	defer res.Body.Close()
	if res.StatusCode == http.StatusUnauthorized {
		require.NotEmpty(e.t, res.Header.Get("WWW-Authenticate"))
	}
	return res.StatusCode
}

// Every route × every role × both ways in: who may not gets 403 before anything
// is read of the request, who may gets past it.
func TestEveryRouteAsksForItsAction(t *testing.T) {
	e := start(t)
	agency := e.agency("RU-PRI", "Водоканал")
	tokens, sessions := map[access.Role]string{}, map[access.Role]string{}
	for _, r := range access.Roles() {
		own := int64(0)
		if r == access.Executor {
			own = agency
		}
		tokens[r], sessions[r] = e.token(r, own, "*"), e.signedIn(r, own, "*")
	}
	refusal := []int{http.StatusUnauthorized, http.StatusForbidden}
	want := actions()
	for _, op := range operations(e.server.api.OpenAPI()) {
		action := want[op.OperationID]
		if action == "" {
			require.NotContains(t, refusal, e.status(op, ""), "%s is for everybody", op.OperationID)
			continue
		}
		require.Equal(t, http.StatusUnauthorized, e.status(op, ""), "%s without a token", op.OperationID)
		require.Equal(t, http.StatusUnauthorized, e.status(op, "no-such-secret-at-all"), op.OperationID)
		require.Equal(t, http.StatusUnauthorized, e.status(op, byCookie+"no-such-session-at-all"), op.OperationID)
		for _, role := range access.Roles() {
			may := access.Person{Role: role}.May(action)
			for way, secret := range map[string]string{"token": tokens[role], "session": sessions[role]} {
				got := e.status(op, secret)
				if !may || way == "token" && slices.Contains(noTokens(), op.OperationID) {
					require.Equal(t, http.StatusForbidden, got, "%s as %s by %s", op.OperationID, role, way)
					continue
				}
				require.NotContains(t, refusal, got, "%s as %s by %s", op.OperationID, role, way)
				require.Less(t, got, 500, "%s as %s by %s", op.OperationID, role, way)
			}
		}
	}
}

// id is that of whoever has a login.
func (e *env) id(login string) (id int64) {
	e.t.Helper()
	require.NoError(e.t, e.pool.QueryRow(e.t.Context(), `SELECT id FROM person WHERE login = $1`, login).Scan(&id))
	return id
}

// An executor sees the incidents of the agency, nobody else's, and no posts
// but theirs.
func TestAnExecutorSeesTheAgencysIncidentsOnly(t *testing.T) {
	e := start(t)
	mine := e.agency("RU-PRI", "Водоканал")
	other := want[struct{ ID int64 }](e.do("POST", "/api/v1/agencies", rootSecret, obj{"region": "RU-PRI", "name": "Теплосеть"}), http.StatusCreated).ID
	number := e.incident("RU-PRI", "нет воды")
	path := fmt.Sprintf("/api/v1/incidents/%d", number)
	v := want[IncidentView](e.get(path, rootSecret), http.StatusOK)
	want[IncidentView](e.do("POST", path+"/assign", rootSecret, obj{"version": v.Version, "agency": mine}), http.StatusOK)
	require.Equal(t, http.StatusOK, e.get(path, e.token(access.Executor, mine, "RU-PRI")).Status)
	stranger := e.token(access.Executor, other, "RU-PRI")
	require.Equal(t, http.StatusNotFound, e.get(path, stranger).Status)
	require.Equal(t, http.StatusNotFound, e.do("POST", path+"/accept", stranger, obj{"version": v.Version + 1}).Status)
	require.Empty(t, want[List[obj]](e.get("/api/v1/incidents", stranger), http.StatusOK).Items)
}

func (e *env) named(id string) *huma.Operation {
	e.t.Helper()
	for _, op := range operations(e.server.api.OpenAPI()) {
		if op.OperationID == id {
			return op
		}
	}
	require.Failf(e.t, "no operation", "%s", id)
	return nil
}
