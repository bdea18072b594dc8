// Package peopletest gives tests a real OpenID Connect provider, zitadel's, and
// the hands of somebody at a browser.
package peopletest

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// Password is everybody's at the provider.
const Password = "provider-password"

// User is somebody whom the provider knows.
type User struct {
	Name     string // that they type at the provider, and its own name for them
	Email    string
	Verified bool
	Methods  []string // by which they are said to have signed in there (amr); nil: a password
}

// Provider is a provider that runs until the test ends.
type Provider struct {
	Issuer string
	Client string
	Secret string
}

type users map[string]*storage.User

func (u users) GetUserByID(id string) *storage.User         { return u[id] }
func (u users) GetUserByUsername(name string) *storage.User { return u[name] }
func (u users) ExampleClientID() string                     { return "nobody" }

// methods says of people by which methods they sign in.
type methods map[string][]string

// telling is the provider's storage, which says of some that they did more than
// type a password.
type telling struct {
	*storage.Storage
	methods
}

type told struct {
	op.AuthRequest
	amr []string
}

func (t told) GetAMR() []string { return t.amr }

// AuthRequestByCode is asked for when the provider makes tokens.
func (t telling) AuthRequestByCode(ctx context.Context, code string) (op.AuthRequest, error) {
	r, err := t.Storage.AuthRequestByCode(ctx, code)
	if err == nil && t.methods[r.GetSubject()] != nil {
		r = told{r, t.methods[r.GetSubject()]}
	}
	return r, err
}

// Start runs a provider that sends people back to one address only.
func Start(t testing.TB, callback string, known ...User) Provider {
	t.Helper()
	us, methods := users{}, methods{}
	for _, u := range known {
		methods[u.Name] = u.Methods
		us[u.Name] = &storage.User{ID: u.Name, Username: u.Name, Password: Password, Email: u.Email, EmailVerified: u.Verified}
	}
	srv := httptest.NewUnstartedServer(nil)
	issuer := "http://" + srv.Listener.Addr().String() + "/"
	p := Provider{Issuer: issuer, Client: fmt.Sprintf("otklik-%d", time.Now().UnixNano()), Secret: "client-secret"}
	storage.RegisterClients(storage.WebClient(p.Client, p.Secret, callback))
	srv.Config.Handler = exampleop.SetupServer(issuer, telling{storage.NewStorage(us), methods}, nil, false)
	srv.Start()
	t.Cleanup(srv.Close)
	return p
}

var requestID = regexp.MustCompile(`name="id" value="([^"]+)"`)

// SignIn is what somebody does at the provider, sent to address: they type
// their name and password. It gives where the provider sends them back to.
func SignIn(t testing.TB, address, name string) *url.URL {
	t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	at, err := url.Parse(address)
	require.NoError(t, err)
	var back *url.URL
	browser := &http.Client{Jar: jar, Timeout: 20 * time.Second, CheckRedirect: func(req *http.Request, _ []*http.Request) error {
		if req.URL.Host == at.Host {
			return nil
		}
		back = req.URL
		return http.ErrUseLastResponse
	}}
	page := body(t)(browser.Get(address))
	id := requestID.FindStringSubmatch(page)
	require.NotNil(t, id, "no page to sign in on: %s", page)
	login := at.Scheme + "://" + at.Host + "/login/username"
	page = body(t)(browser.Post(login, "application/x-www-form-urlencoded",
		strings.NewReader(url.Values{"id": {id[1]}, "username": {name}, "password": {Password}}.Encode())))
	require.NotNil(t, back, "the provider does not send back: %s", page)
	return back
}

func body(t testing.TB) func(*http.Response, error) string {
	return func(res *http.Response, err error) string {
		t.Helper()
		require.NoError(t, err)
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		return string(b)
	}
}
