package people

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/people/peopletest"
)

const base = "http://otklik.example"

// through is an installation with one provider.
type through struct {
	*env
	*OIDC
}

func provided(t *testing.T, users ...peopletest.User) *through {
	t.Helper()
	e := start(t)
	e.now = time.Now() // the provider's clock is the real one
	p := peopletest.Start(t, base+"/auth/oidc/test/callback", users...)
	o, err := NewOIDC(e.Store, []Provider{{ID: "test", Name: "Проверка", Issuer: p.Issuer, Client: p.Client, Secret: p.Secret},
		{ID: "other", Name: "Другой", Issuer: p.Issuer, Client: p.Client, Secret: p.Secret}}, base+"/", http.DefaultClient)
	require.NoError(t, err)
	return &through{e, o}
}

// visit goes to the provider and comes back, and gives what the browser brings.
func (o *through) visit(name, back string) (cookie string, query url.Values) {
	o.Helper()
	address, state, err := o.Begin(o.Context(), "test", back)
	require.NoError(o, err)
	return state, peopletest.SignIn(o, address, name).Query()
}

func (o *through) enter(name string) (SignedIn, error) {
	o.Helper()
	cookie, q := o.visit(name, "/queue")
	in, back, err := o.Finish(o.Context(), "test", cookie, q.Get("state"), q.Get("code"), from("192.0.2.1"))
	if err == nil {
		require.Equal(o, "/queue", back)
	}
	return in, err
}

func TestSignInThroughAProvider(t *testing.T) {
	o := provided(t, peopletest.User{Name: "boris", Email: "Boris@Example.org", Verified: true})
	boris := o.person("boris", access.Specialist, "RU-PRI")
	in, err := o.enter("boris")
	require.NoError(t, err)
	p, se, err := o.Session(t.Context(), in.Cookie)
	require.NoError(t, err)
	require.Equal(t, boris.ID, p.ID)
	require.Equal(t, "oidc", se.Way)

	// From now on the provider's name for the person counts, not the address.
	_, err = o.Pool.Exec(t.Context(), `UPDATE person SET email = '' WHERE id = $1`, boris.ID)
	require.NoError(t, err)
	again, err := o.enter("boris")
	require.NoError(t, err)
	require.NotEqual(t, in.Cookie, again.Cookie)
	var links int
	require.NoError(t, o.Pool.QueryRow(t.Context(), `SELECT count(*) FROM audit_event WHERE kind = 'linked' AND person = $1`, boris.ID).Scan(&links))
	require.Equal(t, 1, links)

	_, err = o.Pool.Exec(t.Context(), `UPDATE person SET disabled_at = now() WHERE id = $1`, boris.ID)
	require.NoError(t, err)
	_, err = o.enter("boris")
	require.Equal(t, fault.Unauthorized, fault.KindOf(err), "a disabled person stays out")
}

// Whoever has switched the second factor on is asked for it, unless the provider
// has asked for one itself.
func TestTheSecondFactorIsAskedAfterAProvider(t *testing.T) {
	o := provided(t, peopletest.User{Name: "boris", Email: "boris@example.org", Verified: true},
		peopletest.User{Name: "vera", Email: "vera@example.org", Verified: true, Methods: []string{"pwd", "mfa"}})
	boris, vera := o.person("boris", access.Specialist, "RU-PRI"), o.person("vera", access.Specialist, "RU-PRI")
	key, codes := o.secondFactor(boris)
	o.secondFactor(vera)
	in, err := o.enter("vera")
	require.NoError(t, err)
	require.NotEmpty(t, in.Cookie, "the provider has asked for it")
	require.Empty(t, in.Half)

	half := func() string {
		t.Helper()
		in, err := o.enter("boris")
		require.NoError(t, err)
		require.Empty(t, in.Cookie)
		require.Empty(t, in.Person)
		return in.Half
	}
	first := half()
	_, _, err = o.Session(t.Context(), first)
	require.Equal(t, fault.Unauthorized, fault.KindOf(err), "half a sign-in is no session")
	complete := func(half, code string) (SignedIn, error) {
		return o.Complete(t.Context(), half, code, from("192.0.2.1"))
	}
	for _, wrong := range []string{"", "000000", "nonsense"} {
		_, err = complete(first, wrong)
		require.ErrorIs(t, err, ErrCode, "%q", wrong)
	}
	in, err = complete(first, key.code(o.now.Add(step)))
	require.NoError(t, err)
	p, se, err := o.Session(t.Context(), in.Cookie)
	require.NoError(t, err)
	require.Equal(t, boris.ID, p.ID)
	require.Equal(t, "oidc", se.Way)

	over := func(half, why string) {
		t.Helper()
		_, err := complete(half, codes[0])
		require.NotErrorIs(t, err, ErrCode, why)
		require.Equal(t, fault.Unauthorized, fault.KindOf(err), why)
	}
	over(first, "each serves once")
	over("", "none")
	over(strings.Repeat("a", 1000), "a long one")
	late := half()
	o.now = o.now.Add(halfLife + time.Second)
	over(late, "too late")
	o.now = o.now.Add(-halfLife - time.Second) // the provider's clock goes on as it did
	many := half()
	for range maxHalf {
		half()
	}
	over(many, "there are newer ones enough")

	second := half()
	for range maxOfPair - 2 { // two were wrong above
		_, err = complete(second, "000000")
		require.ErrorIs(t, err, ErrCode)
	}
	_, err = complete(second, codes[0])
	require.Equal(t, fault.Limited, fault.KindOf(err), "codes can't be tried out")
	_, err = o.Complete(t.Context(), second, codes[0], from("192.0.2.2"))
	require.NoError(t, err, "whoever has not guessed gets in")
	last := half()
	_, err = o.Pool.Exec(t.Context(), `UPDATE person SET disabled_at = now() WHERE id = $1`, boris.ID)
	require.NoError(t, err)
	over(last, "a disabled person stays out")
}

// phone shows codes.
type phone struct {
	*testing.T
	key Key
}

func (p phone) code(at time.Time) string {
	p.Helper()
	c, err := totp.GenerateCode(p.key.Secret, at)
	require.NoError(p, err)
	return c
}

// secondFactor switches somebody's on.
func (e *env) secondFactor(p Person) (phone, []string) {
	e.Helper()
	key, err := e.BeginTOTP(e.Context(), p.Access(0))
	require.NoError(e, err)
	shows := phone{e.T, key}
	codes, err := e.ConfirmTOTP(e.Context(), p.Access(0), shows.code(e.now))
	require.NoError(e, err)
	return shows, codes
}

// Nobody becomes somebody here by what a provider lets them say.
func TestStrangersOfAProviderStayOut(t *testing.T) {
	o := provided(t, peopletest.User{Name: "stranger", Email: "stranger@example.org", Verified: true},
		peopletest.User{Name: "liar", Email: "boris@example.org"}, peopletest.User{Name: "nameless"},
		peopletest.User{Name: "double", Email: "double@example.org", Verified: true})
	o.person("boris", access.Specialist, "RU-PRI")
	for _, login := range []string{"one", "two"} {
		p := o.person(login, access.Specialist, "RU-PRI")
		_, err := o.Pool.Exec(t.Context(), `UPDATE person SET email = 'double@example.org' WHERE id = $1`, p.ID)
		require.NoError(t, err)
	}
	for _, name := range []string{"stranger", "liar", "nameless", "double"} {
		_, err := o.enter(name)
		require.ErrorIs(t, err, ErrStranger, name)
		require.Equal(t, fault.Unauthorized, fault.KindOf(err), name)
	}
	var sessions int
	require.NoError(t, o.Pool.QueryRow(t.Context(), `SELECT count(*) FROM session`).Scan(&sessions))
	require.Zero(t, sessions)
}

func TestWhatAProviderSendsBackServesOnceInOneBrowser(t *testing.T) {
	o := provided(t, peopletest.User{Name: "boris", Email: "boris@example.org", Verified: true}, peopletest.User{Name: "thief"})
	o.person("boris", access.Specialist, "RU-PRI")
	finish := func(id, cookie, state, code string) error {
		_, _, err := o.Finish(t.Context(), id, cookie, state, code, from("192.0.2.1"))
		return err
	}
	cookie, q := o.visit("boris", "/")
	state, code := q.Get("state"), q.Get("code")
	for name, err := range map[string]error{
		"another browser":  finish("test", "", state, code),
		"another cookie":   finish("test", cookie+"x", state, code),
		"no state":         finish("test", "", "", code),
		"another provider": finish("other", cookie, state, code),
	} {
		require.Equal(t, fault.Unauthorized, fault.KindOf(err), name)
	}
	require.NoError(t, finish("test", cookie, state, code))
	require.Equal(t, fault.Unauthorized, fault.KindOf(finish("test", cookie, state, code)), "again")

	cookie, q = o.visit("boris", "/")
	require.Equal(t, fault.Unauthorized, fault.KindOf(finish("test", cookie, q.Get("state"), "invented")))
	// A code that was given for another sign-in, which a thief slips in.
	_, theirs := o.visit("boris", "/")
	cookie, q = o.visit("thief", "/")
	require.Equal(t, fault.Unauthorized, fault.KindOf(finish("test", cookie, q.Get("state"), theirs.Get("code"))))

	cookie, q = o.visit("boris", "/")
	o.now = o.now.Add(stateLife + time.Second)
	require.Equal(t, fault.Unauthorized, fault.KindOf(finish("test", cookie, q.Get("state"), q.Get("code"))), "too late")
	require.Equal(t, fault.NotFound, fault.KindOf(finish("nobody", "x", "x", "x")))
}

func TestOfTheProvidersTheSecretIsAsked(t *testing.T) {
	o := provided(t, peopletest.User{Name: "boris", Email: "boris@example.org", Verified: true})
	o.person("boris", access.Specialist, "RU-PRI")
	o.Providers[0].Secret = "wrong"
	_, err := o.enter("boris")
	require.Equal(t, fault.Unauthorized, fault.KindOf(err))
}

func TestAProviderThatIsAway(t *testing.T) {
	e := start(t)
	gone := httptest.NewServer(http.NotFoundHandler())
	o, err := NewOIDC(e.Store, []Provider{{ID: "test", Name: "x", Issuer: gone.URL, Client: "x"}}, base, http.DefaultClient)
	require.NoError(t, err)
	_, _, err = o.Begin(t.Context(), "test", "/")
	require.Equal(t, fault.Unavailable, fault.KindOf(err))
	gone.Close()
	_, _, err = o.Begin(t.Context(), "test", "/")
	require.Equal(t, fault.Unavailable, fault.KindOf(err))
	_, _, err = o.Begin(t.Context(), "nobody", "/")
	require.Equal(t, fault.NotFound, fault.KindOf(err))
}

func TestSignInsUnderWayAreBounded(t *testing.T) {
	o := provided(t)
	_, err := o.Pool.Exec(t.Context(), `INSERT INTO signin_state SELECT int8send(n), 'test', '', '', '/', $1 FROM generate_series(1, $2) n`, o.now, maxStates)
	require.NoError(t, err)
	_, _, err = o.Begin(t.Context(), "test", "/")
	require.Equal(t, fault.Limited, fault.KindOf(err))
	o.now = o.now.Add(stateLife + time.Second)
	_, _, err = o.Begin(t.Context(), "test", "/")
	require.NoError(t, err)
}

func TestProvidersAreChecked(t *testing.T) {
	ok := Provider{ID: "a", Name: "A", Issuer: "https://id.example", Client: "c"}
	change := func(f func(*Provider)) []Provider { p := ok; f(&p); return []Provider{ok, p}[1:] }
	_, err := NewOIDC(nil, []Provider{ok}, base, nil)
	require.NoError(t, err)
	for name, ps := range map[string][]Provider{
		"an id with a slash": change(func(p *Provider) { p.ID = "a/b" }),
		"no id":              change(func(p *Provider) { p.ID = "" }),
		"one id twice":       {ok, ok},
		"no issuer":          change(func(p *Provider) { p.Issuer = "" }),
		"another scheme":     change(func(p *Provider) { p.Issuer = "file:///etc" }),
		"no name":            change(func(p *Provider) { p.Name = "" }),
		"no client":          change(func(p *Provider) { p.Client = "" }),
	} {
		_, err := NewOIDC(nil, ps, base, nil)
		require.Equal(t, fault.Invalid, fault.KindOf(err), name)
	}
	for _, none := range []string{"", "otklik.example", "ftp://otklik.example"} {
		_, err := NewOIDC(nil, []Provider{ok}, none, nil)
		require.Equal(t, fault.Invalid, fault.KindOf(err), none)
	}
}

func FuzzOwnPath(f *testing.F) {
	for _, s := range []string{"/", "/queue?x=1#y", "//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example", "/\n", "", "/%2F/evil.example"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := ownPath(s)
		require.True(t, got == s || got == "/")
		// As browsers read it, which drop tabs and line breaks and take \ for /.
		u, err := url.Parse(base)
		require.NoError(t, err)
		to, err := u.Parse(got)
		if err == nil {
			require.Equal(t, u.Host, to.Host)
		}
		require.NotRegexp(t, `^/[/\\\x00-\x1f]`, got)
	})
}

func TestOwnPath(t *testing.T) {
	for in, out := range map[string]string{"/queue?x=1": "/queue?x=1", "": "/", "queue": "/", "//evil.example": "/", "/\\evil.example": "/",
		"https://evil.example": "/", "/\t/evil.example": "/", "/a\r\nSet-Cookie: x": "/", "/\xff": "/"} {
		require.Equal(t, out, ownPath(in), in)
	}
}
