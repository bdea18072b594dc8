package client

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCall(t *testing.T) {
	var got, body string
	status, answer := http.StatusOK, `{"id": 7}`
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		got, body = r.Method+" "+r.URL.RequestURI()+" "+r.Header.Get("Authorization")+" "+r.Header.Get("Content-Type"), string(b)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}))
	defer s.Close()
	c := Client{Base: s.URL, Token: "secret"}
	var out struct{ ID int }
	require.NoError(t, c.Call(t.Context(), http.MethodPost, "/things?a=b", map[string]int{"n": 1}, &out))
	require.Equal(t, "POST /api/v1/things?a=b Bearer secret application/json", got)
	require.JSONEq(t, `{"n": 1}`, body)
	require.Equal(t, 7, out.ID)
	require.True(t, c.Ready(t.Context()))
	require.Contains(t, got, "GET /readyz")
	answer = ""
	require.NoError(t, c.Call(t.Context(), http.MethodDelete, "/things", nil, nil), "nobody wants the answer")
	status, answer = http.StatusForbidden, "no"
	require.ErrorContains(t, c.Call(t.Context(), http.MethodGet, "/things", nil, &out), "GET /things: 403 Forbidden no")
	require.False(t, c.Ready(t.Context()))
	s.Close()
	require.False(t, c.Ready(t.Context()))
}
