package api

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/people"
	"github.com/otklik/otklik/internal/people/peopletest"
)

// browse asks for a page as a browser does, without following redirects.
func (e *env) browse(path string, cookies ...*http.Cookie) *http.Response {
	e.t.Helper()
	req, err := http.NewRequestWithContext(e.t.Context(), "GET", e.url+path, nil)
	require.NoError(e.t, err)
	for _, c := range cookies {
		req.AddCookie(c)
	}
	browser := &http.Client{Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := browser.Do(req)
	require.NoError(e.t, err)
	res.Body.Close()
	return res
}

func (e *env) cookieOf(res *http.Response, name string) *http.Cookie {
	e.t.Helper()
	return answer{t: e.t, Header: res.Header}.cookie(name)
}

// The whole way: our page, the provider's, back, and in.
func TestSignInThroughAProvider(t *testing.T) {
	e := start(t)
	front := httptest.NewServer(http.NotFoundHandler()) // holds the address that the provider knows us by
	defer front.Close()
	p := peopletest.Start(t, front.URL+"/auth/oidc/test/callback",
		peopletest.User{Name: "vera", Email: "vera@example.org", Verified: true}, peopletest.User{Name: "stranger", Email: "s@example.org", Verified: true})
	o, err := people.NewOIDC(e.opts.People, []people.Provider{{ID: "test", Name: "Проверка", Issuer: p.Issuer, Client: p.Client, Secret: p.Secret}}, front.URL, http.DefaultClient)
	require.NoError(t, err)
	e = e.process(noFeed, func(opts *Options) { opts.OIDC, opts.BaseURL = o, front.URL })
	require.Equal(t, []SignInProvider{{"test", "Проверка"}}, want[SignInPage](e.get("/api/v1/sign-in", ""), http.StatusOK).OIDC)
	want[Person](e.do("POST", "/api/v1/people", rootSecret, obj{"name": "Вера", "email": "vera@example.org", "role": "curator", "regions": []string{"RU-PRI"}}), http.StatusCreated)

	enter := func(name, back string, cookies ...*http.Cookie) *http.Response {
		t.Helper()
		begun := e.browse("/auth/oidc/test?back=" + back)
		require.Equal(t, http.StatusSeeOther, begun.StatusCode)
		state := e.cookieOf(begun, oidcCookie)
		require.True(t, state.HttpOnly)
		require.Equal(t, http.SameSiteLaxMode, state.SameSite, "the provider's redirect has to bring it")
		at := peopletest.SignIn(t, begun.Header.Get("Location"), name)
		if cookies == nil {
			cookies = []*http.Cookie{state}
		}
		res := e.browse(at.RequestURI(), cookies...)
		require.Equal(t, http.StatusSeeOther, res.StatusCode)
		require.Negative(t, e.cookieOf(res, oidcCookie).MaxAge)
		return res
	}
	res := enter("vera", "/incidents%3Fopen=true")
	require.Equal(t, "/incidents?open=true", res.Header.Get("Location"))
	me := want[Me](e.get("/api/v1/me", byCookie+e.cookieOf(res, sessionCookie).Value), http.StatusOK)
	require.Equal(t, access.Curator, me.Role)
	require.False(t, me.HasPassword)
	require.Equal(t, "/", enter("vera", "https://evil.example").Header.Get("Location"))

	// Whoever has a second factor is asked for it on the page.
	secret := byCookie + e.cookieOf(res, sessionCookie).Value
	key := want[struct{ Secret string }](e.do("POST", "/api/v1/me/totp", secret, nil), http.StatusOK)
	code, err := totp.GenerateCode(key.Secret, time.Now())
	require.NoError(t, err)
	codes := want[struct{ Recovery []string }](e.do("POST", "/api/v1/me/totp/confirm", secret, obj{"code": code}), http.StatusOK).Recovery
	res = enter("vera", "/queue%3Fa=b")
	require.Equal(t, "/sign-in?code=needed&next=%2Fqueue%3Fa%3Db", res.Header.Get("Location"))
	half := e.cookieOf(res, halfCookie)
	require.True(t, half.HttpOnly)
	require.Equal(t, "/api/v1/session", half.Path)
	complete := func(cookie, code string) answer {
		t.Helper()
		return e.with("POST", "/api/v1/session/code", http.Header{"Content-Type": {"application/json"}, "Accept-Language": {"en"}, "Cookie": {halfCookie + "=" + cookie}},
			strings.NewReader(fmt.Sprintf(`{"code":%q}`, code)))
	}
	require.True(t, refused(complete(half.Value, "000000"), http.StatusUnauthorized).NeedsCode)
	require.False(t, refused(complete("", codes[0]), http.StatusUnauthorized).NeedsCode)
	refused(e.get("/api/v1/me", byCookie+half.Value), http.StatusUnauthorized)
	a := complete(half.Value, codes[0])
	require.Equal(t, http.StatusNoContent, a.Status, "%s", a.Body)
	require.Negative(t, a.cookie(halfCookie).MaxAge)
	require.True(t, want[Me](e.get("/api/v1/me", byCookie+a.cookie(sessionCookie).Value), http.StatusOK).TOTP)
	refused(complete(half.Value, codes[1]), http.StatusUnauthorized)

	require.Equal(t, "/sign-in?problem=stranger", enter("stranger", "/").Header.Get("Location"))
	require.Equal(t, "/sign-in?problem=again", enter("vera", "/", &http.Cookie{Name: oidcCookie, Value: "of another browser"}).Header.Get("Location"))
	require.Equal(t, "/sign-in?problem=again", e.browse("/auth/oidc/test/callback?error=access_denied").Header.Get("Location"))
	require.Equal(t, http.StatusNotFound, e.browse("/auth/oidc/nobody").StatusCode)
}

func TestWithoutProvidersThereAreNone(t *testing.T) {
	e := start(t)
	refused(e.get("/auth/oidc/test", ""), http.StatusNotFound)
	refused(e.get("/auth/oidc/test/callback?code=x&state=y", ""), http.StatusNotFound)
}
