package api

import (
	"encoding/json"
	"flag"
	"fmt"
	"mime"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/stretchr/testify/require"
)

// succeeded are the operations that have given a success in any test.
var succeeded sync.Map

// TestMain adds to the tests, where all of them ran, that every operation of
// the description was seen to succeed, and so to answer as described.
func TestMain(m *testing.M) {
	code := m.Run()
	if _, ran := succeeded.Load("me"); code == 0 && ran && flag.Lookup("test.run").Value.String()+flag.Lookup("test.skip").Value.String() == "" {
		_, s := build(Options{})
		for _, op := range operations(s.api.OpenAPI()) {
			if _, ok := succeeded.Load(op.OperationID); !ok {
				fmt.Fprintf(os.Stderr, "no test has seen %s succeed\n", op.OperationID)
				code = 1
			}
		}
	}
	os.Exit(code)
}

// operation finds the description of a request; nil where there is none.
func (e *env) operation(method, path string) (found *huma.Operation) {
	path, _, _ = strings.Cut(path, "?")
	for _, op := range operations(e.server.api.OpenAPI()) {
		if op.Method != method {
			continue
		}
		if op.Path == path {
			return op
		}
		want, got := strings.Split(op.Path, "/"), strings.Split(path, "/")
		if start, end, ok := strings.Cut(op.Path, "posts/{id}"); ok { // an id that may hold slashes
			if id, ok := strings.CutPrefix(path, start+"posts/"); ok && strings.HasSuffix(id, end) {
				got = want
			}
		}
		fits := len(want) == len(got)
		for i := range min(len(want), len(got)) {
			fits = fits && (want[i] == got[i] || strings.HasPrefix(want[i], "{"))
		}
		if fits {
			found = op
		}
	}
	return found
}

// conforms holds an answer against its description: its status, its type, its
// body, with no field more or less.
func (e *env) conforms(method, path string, a answer) {
	e.t.Helper()
	op := e.operation(method, path)
	if op == nil {
		return
	}
	r := op.Responses[strconv.Itoa(a.Status)]
	if r == nil {
		require.GreaterOrEqual(e.t, a.Status, 400, "%s %s: a success that the description doesn't know", method, path)
		r = op.Responses["default"]
	}
	if a.Status < 400 {
		succeeded.Store(op.OperationID, true)
	}
	if len(r.Content) == 0 {
		require.Empty(e.t, a.Body, "%s %s", method, path)
		return
	}
	kind, _, err := mime.ParseMediaType(a.Header.Get("Content-Type"))
	require.NoError(e.t, err)
	require.Contains(e.t, r.Content, kind, "%s %s", method, path)
	e.fits(r.Content[kind].Schema, a.Body, method+" "+path)
}

// fits holds JSON against a schema of the description.
func (e *env) fits(s *huma.Schema, body []byte, about string) {
	e.t.Helper()
	var v any
	require.NoError(e.t, json.Unmarshal(body, &v), "%s: %s", about, body)
	var found huma.ValidateResult
	huma.Validate(e.server.api.OpenAPI().Components.Schemas, s, huma.NewPathBuffer([]byte("body"), 4), huma.ModeReadFromServer, v, &found)
	require.Empty(e.t, found.Errors, "%s: %s", about, body)
}

func TestTheDescriptionIsFresh(t *testing.T) {
	want, err := Description()
	require.NoError(t, err)
	kept, err := os.ReadFile("../../docs/openapi.json")
	require.NoError(t, err)
	require.Equal(t, string(want), string(kept), "run go generate ./incidents/api")
	e := start(t)
	require.Equal(t, string(want), string(e.get("/openapi.json", "").Body))
	require.NotContains(t, string(want), "ErrorModel", "Problem stands in its place")
	for _, op := range operations(e.server.api.OpenAPI()) {
		require.NotEmpty(t, op.Summary, op.OperationID)
		require.NotEmpty(t, op.Responses["default"].Content["application/problem+json"].Schema.Ref, op.OperationID)
		for status, r := range op.Responses {
			require.True(t, status == "204" || len(r.Content) > 0, "%s: what does it answer with?", op.OperationID)
		}
	}
	require.Equal(t, http.StatusOK, e.get("/openapi.json", rootSecret).Status)
}
