package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/access"
)

func TestSetUpClosesForEver(t *testing.T) {
	e := start(t)
	page := want[SignInPage](e.get("/api/v1/sign-in", ""), http.StatusOK)
	require.True(t, page.SetupNeeded, "a token is nobody who could sign in")
	refused(e.do("POST", "/api/v1/setup", "", obj{"name": "", "login": "", "password": "12345"}), http.StatusUnprocessableEntity,
		"body.login", "body.name", "body.password", "body.login")
	for _, weak := range []string{"short", "парольпароль", strings.Repeat("x", 300)} {
		a := e.with("POST", "/api/v1/setup", http.Header{"Content-Type": {"application/json"}}, strings.NewReader(`{"name":"a","login":"anna","password":"`+weak+`"}`))
		require.Regexp(t, "^[^a-z]+$", refused(a, http.StatusUnprocessableEntity, "body.password").Errors[0].Message, "in Russian")
	}
	draft := obj{"name": "Анна", "login": "Anna", "password": password}
	a := e.do("POST", "/api/v1/setup", "", draft)
	require.Equal(t, http.StatusNoContent, a.Status, "%s", a.Body)
	me := want[Me](e.get("/api/v1/me", byCookie+a.cookie(sessionCookie).Value), http.StatusOK)
	require.Equal(t, Me{ID: me.ID, Name: "Анна", Role: access.Administrator, Regions: []string{"*"}, Agencies: []int64{}, Sealed: true, Actions: me.Actions,
		Login: "anna", Language: "ru", HasPassword: true}, me)
	require.False(t, want[SignInPage](e.get("/api/v1/sign-in", ""), http.StatusOK).SetupNeeded)
	draft["login"] = "second"
	refused(e.do("POST", "/api/v1/setup", "", draft), http.StatusConflict)
}

// Set-up is open to whoever sits at the machine, and to whoever can read what
// the server shows there.
func TestSetUpFromElsewhere(t *testing.T) {
	e := start(t)
	base := e.url
	port := base[strings.LastIndexByte(base, ':'):]
	proxied := e.process(noFeed, func(o *Options) { o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")} })
	public := e.process(noFeed, func(o *Options) { o.BaseURL = "https://otklik.example" })
	local := e.process(noFeed, func(o *Options) { o.BaseURL = "http://localhost:8080" })
	ask := func(e *env, method, path, host string, header http.Header, in obj) answer {
		t.Helper()
		b, err := json.Marshal(in)
		require.NoError(t, err)
		req, err := http.NewRequestWithContext(t.Context(), method, e.url+path, bytes.NewReader(b))
		require.NoError(t, err)
		req.Header = header.Clone()
		if req.Header == nil {
			req.Header = http.Header{}
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Accept-Language", "en")
		req.Host = host
		return e.send(req)
	}
	draft := obj{"name": "Анна", "login": "anna", "password": "short"}
	for name, c := range map[string]struct {
		e      *env
		host   string
		header http.Header
		code   bool // is asked for
	}{
		"the machine itself":          {e, "127.0.0.1" + port, nil, false},
		"by name":                     {e, "LocalHost" + port, nil, false},
		"by its other address":        {e, "[::1]" + port, nil, false},
		"by a name without a port":    {e, "localhost", nil, false},
		"with a local public address": {local, "localhost:8080", nil, false},
		"a name made to point here":   {e, "evil.example" + port, nil, true},
		"a name like the loopback's":  {e, "localhost.evil.example", nil, true},
		"an address like it":          {e, "127.0.0.1.evil.example", nil, true},
		"every address":               {e, "0.0.0.0" + port, nil, true},
		"a proxy":                     {e, "localhost", http.Header{"X-Forwarded-For": {"127.0.0.1"}}, true},
		"a proxy that says so":        {e, "localhost", http.Header{"Via": {"1.1 x"}}, true},
		"the standard's proxy":        {e, "localhost", http.Header{"Forwarded": {"for=127.0.0.1"}}, true},
		"another way to say it":       {e, "localhost", http.Header{"X-Real-Ip": {"127.0.0.1"}}, true},
		"a proxy of ours":             {proxied, "localhost", nil, true},
		"behind a public address":     {public, "localhost", nil, true},
	} {
		page := want[SignInPage](ask(c.e, "GET", "/api/v1/sign-in", c.host, c.header, nil), http.StatusOK)
		require.Equal(t, c.code, page.SetupCode, name)
		location := map[bool]string{true: "body.code", false: "body.password"}[c.code]
		refused(ask(c.e, "POST", "/api/v1/setup", c.host, c.header, draft), http.StatusUnprocessableEntity, location)
	}
	// What nginx sends to what is behind it, as it comes.
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(base, "http://"))
	require.NoError(t, err)
	defer conn.Close()
	_, err = fmt.Fprintf(conn, "GET /api/v1/sign-in HTTP/1.0\r\nHost: 127.0.0.1%s\r\nConnection: close\r\n\r\n", port)
	require.NoError(t, err)
	said, err := io.ReadAll(conn)
	require.NoError(t, err)
	require.Contains(t, string(said), `"setup_code":true`)

	draft["password"], draft["code"] = password, "aaaaa-aaaaa-aaaaa-aaaaa"
	refused(ask(e, "POST", "/api/v1/setup", "otklik.example", nil, draft), http.StatusUnprocessableEntity, "body.code")
	draft["code"] = e.opts.People.SetupCode()
	refused(ask(e, "POST", "/api/v1/setup", "otklik.example", http.Header{"Origin": {"http://evil.example"}}, draft), http.StatusForbidden)
	require.Equal(t, http.StatusNoContent, ask(e, "POST", "/api/v1/setup", "otklik.example", nil, draft).Status)
	page := want[SignInPage](ask(e, "GET", "/api/v1/sign-in", "otklik.example", nil, nil), http.StatusOK)
	require.False(t, page.SetupNeeded || page.SetupCode)
	draft["login"] = "second"
	refused(ask(e, "POST", "/api/v1/setup", "otklik.example", nil, draft), http.StatusConflict)
}

// A thousand guesses at the set-up code are refused without being looked at.
func TestAThousandSetUpCodes(t *testing.T) {
	e := start(t)
	header := http.Header{"Content-Type": {"application/json"}, "X-Forwarded-For": {"192.0.2.7"}}
	limited := 0
	for n := range 1000 {
		a := e.with("POST", "/api/v1/setup", header.Clone(), strings.NewReader(fmt.Sprintf(`{"name":"a","login":"anna","password":"x","code":"%d"}`, n)))
		if a.Status == http.StatusTooManyRequests {
			require.NotEmpty(t, a.Header.Get("Retry-After"))
			limited++
		}
	}
	require.Equal(t, 992, limited)
	require.True(t, want[SignInPage](e.get("/api/v1/sign-in", ""), http.StatusOK).SetupNeeded)
	a := e.do("POST", "/api/v1/setup", "", obj{"name": "Анна", "login": "anna", "password": password})
	require.Equal(t, http.StatusNoContent, a.Status, "nobody at the machine is locked out: %s", a.Body)
}

func TestThePublicPageSaysWhatIsCollected(t *testing.T) {
	e := start(t, func(o *Options) { o.Installation.Kept = []Kept{{"standard", 60}} })
	page := want[SignInPage](e.get("/api/v1/sign-in", ""), http.StatusOK)
	require.Equal(t, "Otklik", page.Installation.Name)
	require.Contains(t, page.Installation.Collects, "public channels")
	require.Equal(t, []Kept{{"standard", 60}}, page.Installation.Kept)
	require.Len(t, page.Installation.Regions, 29)
	require.NotEmpty(t, page.Installation.Regions[0].Name)
	require.Empty(t, page.OIDC)
	russian := want[SignInPage](e.with("GET", "/api/v1/sign-in", http.Header{"Accept-Language": {"ru"}}, nil), http.StatusOK)
	require.Contains(t, russian.Installation.Why, "инциденты")
	own := e.process(noFeed, func(o *Options) {
		o.Installation = Installation{Name: "Центр", Collects: "всё", Why: "надо"}
	})
	page = want[SignInPage](own.get("/api/v1/sign-in", ""), http.StatusOK)
	require.Equal(t, Installation{"Центр", "всё", "надо", []Kept{}}, page.Installation.Installation)
}

func TestCookiesAreOutOfReach(t *testing.T) {
	e := start(t)
	login := e.person(access.Head, 0, "RU-PRI")
	for base, secure := range map[string]bool{"": false, "http://otklik.example": false, "https://otklik.example": true} {
		p := e.process(noFeed, func(o *Options) { o.BaseURL = base })
		a := p.do("POST", "/api/v1/session", "", obj{"login": login, "password": password})
		require.Equal(t, http.StatusNoContent, a.Status)
		for _, name := range []string{sessionCookie, deviceCookie} {
			c := a.cookie(name)
			require.True(t, c.HttpOnly)
			require.Equal(t, http.SameSiteLaxMode, c.SameSite)
			require.Equal(t, secure, c.Secure, base)
			require.Empty(t, c.Domain)
			require.Positive(t, c.MaxAge)
		}
		require.Equal(t, "/", a.cookie(sessionCookie).Path)
		require.Equal(t, "/api/v1/session", a.cookie(deviceCookie).Path)
		require.Equal(t, "no-store", a.Header.Get("Cache-Control"))
	}
}

func TestSignInAndOut(t *testing.T) {
	e := start(t)
	login := e.person(access.Head, 0, "RU-PRI")
	p := refused(e.do("POST", "/api/v1/session", "", obj{"login": login, "password": "guess"}), http.StatusUnauthorized)
	require.Equal(t, "login or password is wrong", p.Detail)
	unknown := refused(e.do("POST", "/api/v1/session", "", obj{"login": "nobody", "password": "guess"}), http.StatusUnauthorized)
	require.Equal(t, p, unknown)
	secret := e.signIn(strings.ToUpper(login))
	require.Equal(t, login, want[Me](e.get("/api/v1/me", secret), http.StatusOK).Login)
	out := e.do("DELETE", "/api/v1/session", secret, nil)
	require.Equal(t, http.StatusNoContent, out.Status)
	require.Negative(t, out.cookie(sessionCookie).MaxAge)
	refused(e.get("/api/v1/me", secret), http.StatusUnauthorized)
	require.Equal(t, http.StatusNoContent, e.do("DELETE", "/api/v1/session", secret, nil).Status, "again is no error")
}

// A browser that had a session gets another secret, and the old one is dead:
// nobody can plant one and wait.
func TestEverySignInIsANewSession(t *testing.T) {
	e := start(t)
	login := e.person(access.Head, 0, "RU-PRI")
	planted := e.signedIn(access.Partner, 0, "RU-PRI")
	a := e.do("POST", "/api/v1/session", planted, obj{"login": login, "password": password})
	require.Equal(t, http.StatusNoContent, a.Status)
	fresh := byCookie + a.cookie(sessionCookie).Value
	require.NotEqual(t, planted, fresh)
	require.Equal(t, login, want[Me](e.get("/api/v1/me", fresh), http.StatusOK).Login)
	refused(e.get("/api/v1/me", planted), http.StatusUnauthorized)
	invented := e.do("POST", "/api/v1/session", byCookie+"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", obj{"login": login, "password": password})
	require.NotContains(t, invented.cookie(sessionCookie).Value, "AAAAAAAA")
}

// What another site makes a browser send changes nothing, whatever cookie the
// browser adds.
func TestAnotherSiteCanDoNothing(t *testing.T) {
	e := start(t)
	secret := e.signedIn(access.Administrator, 0, "*")
	login := e.person(access.Head, 0, "*")
	cookie := sessionCookie + "=" + strings.TrimPrefix(secret, byCookie)
	send := func(method, path, in string, header http.Header) answer {
		header.Set("Content-Type", "application/json")
		return e.with(method, path, header, strings.NewReader(in))
	}
	const search = `{"name":"x","query":"вода","regions":["RU-PRI"]}`
	for name, header := range map[string]http.Header{
		"another site":       {"Sec-Fetch-Site": {"cross-site"}},
		"a subdomain":        {"Sec-Fetch-Site": {"same-site"}},
		"an old browser":     {"Origin": {"https://evil.example"}},
		"a sandboxed frame":  {"Origin": {"null"}},
		"both":               {"Origin": {e.url}, "Sec-Fetch-Site": {"cross-site"}},
		"an address like it": {"Origin": {e.url + ".evil.example"}},
	} {
		header.Set("Cookie", cookie)
		for _, c := range []struct{ method, path, in string }{
			{"POST", "/api/v1/searches", search},
			{"DELETE", "/api/v1/session", ""},
			{"POST", "/api/v1/session", `{"login":"` + login + `","password":"` + password + `"}`},
			{"POST", "/api/v1/setup", `{"name":"x","login":"x","password":"x"}`},
		} {
			refused(send(c.method, c.path, c.in, header.Clone()), http.StatusForbidden)
		}
		require.Equal(t, http.StatusOK, e.with("GET", "/api/v1/me", header, nil).Status, "%s reads nothing: no CORS", name)
		require.Empty(t, e.with("GET", "/api/v1/me", header, nil).Header.Get("Access-Control-Allow-Origin"))
		// A token is sent by whoever means to.
		token := header.Clone()
		token.Del("Cookie")
		token.Set("Authorization", "Bearer "+rootSecret)
		require.Equal(t, http.StatusCreated, send("POST", "/api/v1/searches", search, token).Status, name)
	}
	for _, header := range []http.Header{{"Sec-Fetch-Site": {"same-origin"}}, {"Sec-Fetch-Site": {"none"}}, {"Origin": {e.url}}, {}} {
		header.Set("Cookie", cookie)
		require.Equal(t, http.StatusCreated, send("POST", "/api/v1/searches", search, header).Status, "%v", header)
	}
	proxied := e.process(noFeed, func(o *Options) { o.BaseURL = "https://otklik.example/" })
	e.url = proxied.url
	require.Equal(t, http.StatusCreated, send("POST", "/api/v1/searches", search, http.Header{"Cookie": {cookie}, "Origin": {"https://otklik.example"}}).Status,
		"a proxy gives us another Host")
}

// A thief's session is dead as soon as it is revoked, and so are the streams
// that it has open.
func TestAStolenSessionIsRevoked(t *testing.T) {
	e := start(t)
	login := e.person(access.Specialist, 0, "RU-PRI")
	stolen, own := e.signIn(login), e.signIn(login)
	open := e.stream("", stolen)
	kept := e.stream("", own)
	all := want[List[Session]](e.get("/api/v1/sessions", own), http.StatusOK).Items
	require.Len(t, all, 2)
	require.True(t, all[0].Current)
	require.False(t, all[1].Current)
	require.Equal(t, "127.0.0.1", all[1].Address)
	require.Contains(t, all[1].Agent, "Go-http-client")
	stranger := e.signedIn(access.Administrator, 0, "*")
	path := fmt.Sprintf("/api/v1/sessions/%d", all[1].ID)
	refused(e.do("DELETE", path, stranger, nil), http.StatusNotFound)
	require.Equal(t, http.StatusNoContent, e.do("DELETE", path, own, nil).Status)
	refused(e.get("/api/v1/me", stolen), http.StatusUnauthorized)
	require.Equal(t, "revoked", open.closed())
	require.NotEmpty(t, kept.next().Comment, "the other one goes on")

	fresh := "другая-лампа-зебра-кино"
	thief := e.signIn(login)
	require.Equal(t, http.StatusNoContent, e.do("PUT", "/api/v1/me/password", own, obj{"old": password, "new": fresh}).Status)
	refused(e.get("/api/v1/me", thief), http.StatusUnauthorized)
	require.Equal(t, http.StatusOK, e.get("/api/v1/me", own).Status)
}

func TestADisabledPersonIsOut(t *testing.T) {
	e := start(t)
	login := e.person(access.Specialist, 0, "RU-PRI")
	secret := e.signIn(login)
	token := want[NewToken](e.do("POST", "/api/v1/me/tokens", secret, obj{"name": "x", "expires_at": time.Now().Add(time.Hour)}), http.StatusCreated)
	streams := []*sse{e.stream("", secret), e.stream("", token.Secret)}
	path := fmt.Sprintf("/api/v1/people/%d", e.id(login))
	p := want[Person](e.get(path, rootSecret), http.StatusOK)
	draft := obj{"version": p.Version, "login": login, "name": p.Name, "role": p.Role, "regions": p.Regions, "disabled": true}
	p = want[Person](e.do("PUT", path, rootSecret, draft), http.StatusOK)
	require.True(t, p.Disabled)
	require.NotNil(t, p.DisabledAt)
	for _, s := range streams {
		require.Equal(t, "revoked", s.closed())
	}
	refused(e.get("/api/v1/me", secret), http.StatusUnauthorized)
	refused(e.get("/api/v1/me", token.Secret), http.StatusUnauthorized)
	refused(e.do("POST", "/api/v1/session", "", obj{"login": login, "password": password}), http.StatusUnauthorized)
	delete(draft, "disabled")
	draft["version"] = p.Version
	want[Person](e.do("PUT", path, rootSecret, draft), http.StatusOK)
	require.Equal(t, http.StatusOK, e.get("/api/v1/me", e.signIn(login)).Status)
	refused(e.get("/api/v1/me", secret), http.StatusUnauthorized)
}

// Somebody else's invention as a password opens nothing but its own change.
func TestAFirstPasswordHasToBeChanged(t *testing.T) {
	e := start(t)
	p := want[Person](e.do("POST", "/api/v1/people", rootSecret,
		obj{"login": "vera", "name": "Вера", "role": "specialist", "regions": []string{"RU-PRI"}, "password": password}), http.StatusCreated)
	require.True(t, p.MustChange)
	secret := e.signIn("vera")
	for _, op := range operations(e.server.api.OpenAPI()) {
		if len(op.Security) == 0 || op.OperationID == "change-password" {
			continue
		}
		require.Equal(t, http.StatusForbidden, e.status(op, secret), op.OperationID)
	}
	require.True(t, refused(e.get("/api/v1/me", secret), http.StatusForbidden).MustChange)
	refused(e.do("PUT", "/api/v1/me/password", secret, obj{"old": "guess", "new": "12345"}), http.StatusUnprocessableEntity, "body.old", "body.new")
	refused(e.do("PUT", "/api/v1/me/password", secret, obj{"old": password, "new": password}), http.StatusUnprocessableEntity, "body.new")
	require.Equal(t, http.StatusNoContent, e.do("PUT", "/api/v1/me/password", secret, obj{"old": password, "new": "другая-лампа-зебра-кино"}).Status)
	require.Equal(t, "Вера", want[Me](e.get("/api/v1/me", secret), http.StatusOK).Name)

	// A password that an administrator resets stops the person's tokens too.
	token := want[NewToken](e.do("POST", "/api/v1/me/tokens", secret, obj{"name": "x", "expires_at": time.Now().Add(time.Hour)}), http.StatusCreated)
	require.Equal(t, http.StatusOK, e.get("/api/v1/me", token.Secret).Status)
	want[Person](e.do("PUT", fmt.Sprintf("/api/v1/people/%d", p.ID), rootSecret,
		obj{"version": p.Version, "login": "vera", "name": "Вера", "role": "specialist", "regions": []string{"RU-PRI"}, "password": password}), http.StatusOK)
	require.True(t, refused(e.get("/api/v1/me", token.Secret), http.StatusForbidden).MustChange)
	refused(e.get("/api/v1/me", secret), http.StatusUnauthorized)
}

func TestSecondFactor(t *testing.T) {
	e := start(t)
	login := e.person(access.Curator, 0, "RU-PRI")
	secret := e.signIn(login)
	key := want[struct{ Secret, URI string }](e.do("POST", "/api/v1/me/totp", secret, nil), http.StatusOK)
	require.Contains(t, key.URI, "otpauth://totp/")
	refused(e.do("POST", "/api/v1/me/totp/confirm", secret, obj{"code": "nonsense"}), http.StatusUnprocessableEntity, "body.code")
	code, err := totp.GenerateCode(key.Secret, time.Now())
	require.NoError(t, err)
	codes := want[struct{ Recovery []string }](e.do("POST", "/api/v1/me/totp/confirm", secret, obj{"code": code}), http.StatusOK).Recovery
	require.Len(t, codes, 10)
	require.True(t, want[Me](e.get("/api/v1/me", secret), http.StatusOK).TOTP)

	in := obj{"login": login, "password": password}
	p := refused(e.do("POST", "/api/v1/session", "", in), http.StatusUnauthorized)
	require.True(t, p.NeedsCode)
	in["code"] = "000000"
	require.True(t, refused(e.do("POST", "/api/v1/session", "", in), http.StatusUnauthorized).NeedsCode)
	in["password"] = "guess"
	require.False(t, refused(e.do("POST", "/api/v1/session", "", in), http.StatusUnauthorized).NeedsCode, "it would tell that the password was right")
	in["password"], in["code"] = password, codes[0]
	require.Equal(t, http.StatusNoContent, e.do("POST", "/api/v1/session", "", in).Status)

	refused(e.do("DELETE", "/api/v1/me/totp", secret, obj{"code": "000000"}), http.StatusUnprocessableEntity, "body.code")
	require.Equal(t, http.StatusNoContent, e.do("DELETE", "/api/v1/me/totp", secret, obj{"code": codes[1]}).Status)
	require.False(t, want[Me](e.get("/api/v1/me", secret), http.StatusOK).TOTP)

	key = want[struct{ Secret, URI string }](e.do("POST", "/api/v1/me/totp", secret, nil), http.StatusOK)
	code, err = totp.GenerateCode(key.Secret, time.Now())
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, e.do("POST", "/api/v1/me/totp/confirm", secret, obj{"code": code}).Status)
	require.Equal(t, http.StatusNoContent, e.do("DELETE", fmt.Sprintf("/api/v1/people/%d/totp", e.id(login)), rootSecret, nil).Status)
	e.signIn(login)
}

// A thousand attempts take neither the machine's memory nor anybody's way in.
func TestAThousandAttempts(t *testing.T) {
	e := start(t, func(o *Options) { o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
	login := e.person(access.Head, 0, "RU-PRI")
	attempt := func(from, password string) answer {
		return e.with("POST", "/api/v1/session", http.Header{"Content-Type": {"application/json"}, "X-Forwarded-For": {from}},
			strings.NewReader(fmt.Sprintf(`{"login":%q,"password":%q}`, login, password)))
	}
	begun := time.Now()
	var wrong, limited, peak atomic.Int64
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			for range 50 {
				switch a := attempt("203.0.113.9", "guess"); a.Status {
				case http.StatusUnauthorized:
					wrong.Add(1)
				case http.StatusTooManyRequests:
					limited.Add(1)
					after, err := strconv.Atoi(a.Header.Get("Retry-After"))
					if err != nil || after < 1 || after > 900 {
						t.Errorf("Retry-After: %q", a.Header.Get("Retry-After"))
					}
				default:
					t.Errorf("status %d: %s", a.Status, a.Body)
				}
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				for was := peak.Load(); int64(m.HeapInuse) > was && !peak.CompareAndSwap(was, int64(m.HeapInuse)); was = peak.Load() {
				}
			}
		})
	}
	all.Wait()
	require.EqualValues(t, 8, wrong.Load(), "the rest is not even looked at")
	require.EqualValues(t, 992, limited.Load())
	require.Less(t, time.Since(begun), time.Minute)
	require.Less(t, peak.Load(), int64(512<<20), "bytes of heap, of all tests that run beside")
	require.Equal(t, http.StatusNoContent, attempt("198.51.100.4", password).Status, "nobody else waits")
}

func TestOversizeSignIns(t *testing.T) {
	e := start(t)
	for _, in := range []obj{
		{"login": strings.Repeat("я", 400_000), "password": "x"},
		{"login": "x", "password": strings.Repeat("x", 900_000)},
		{"login": "x", "password": "x", "code": strings.Repeat("0", 900_000)},
	} {
		refused(e.do("POST", "/api/v1/session", "", in), http.StatusUnauthorized)
	}
	refused(e.do("POST", "/api/v1/session", "", obj{"login": strings.Repeat("x", 2<<20), "password": "x"}), http.StatusRequestEntityTooLarge)
	refused(e.get("/api/v1/me", byCookie+strings.Repeat("x", 30_000)), http.StatusUnauthorized)
	secret := e.signedIn(access.Specialist, 0, "RU-PRI")
	number := e.incident("RU-PRI", "нет воды")
	path := fmt.Sprintf("/api/v1/incidents/%d/comments", number)
	refused(e.do("POST", path, secret, obj{"text": strings.Repeat("ж", 5<<20)}), http.StatusRequestEntityTooLarge)
	refused(e.do("POST", path, secret, obj{"text": strings.Repeat("ж", 100_000)}), http.StatusUnprocessableEntity, "body.text")
	require.Equal(t, 1, want[IncidentView](e.get(fmt.Sprintf("/api/v1/incidents/%d", number), secret), http.StatusOK).Version, "nothing came of it")
}

func TestClientAddress(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for _, c := range []struct {
		peer string
		via  []string
		want string
	}{
		{"198.51.100.7:5000", nil, "198.51.100.7"},
		{"198.51.100.7:5000", []string{"203.0.113.1"}, "198.51.100.7"}, // nobody's proxy
		{"10.0.0.1:5000", nil, "10.0.0.1"},
		{"10.0.0.1:5000", []string{"203.0.113.1"}, "203.0.113.1"},
		{"10.0.0.1:5000", []string{"1.2.3.4, 203.0.113.1"}, "203.0.113.1"},             // what the client itself wrote
		{"10.0.0.1:5000", []string{"1.2.3.4", "203.0.113.1, 10.0.0.2"}, "203.0.113.1"}, // two headers, two proxies
		{"10.0.0.1:5000", []string{"10.9.9.9"}, "10.9.9.9"},
		{"10.0.0.1:5000", []string{"203.0.113.1, junk"}, "10.0.0.1"},
		{"10.0.0.1:5000", []string{"203.0.113.1:443"}, "10.0.0.1"},
		{"10.0.0.1:5000", []string{""}, "10.0.0.1"},
		{"[fd00::1]:5000", []string{"2001:db8::7"}, "2001:db8::7"},
		{"[::ffff:10.0.0.1]:5000", []string{"::ffff:203.0.113.1"}, "203.0.113.1"},
		{"@", []string{"203.0.113.1"}, ""},
	} {
		got := clientAddress(&http.Request{RemoteAddr: c.peer, Header: http.Header{"X-Forwarded-For": c.via}}, proxies)
		require.Equal(t, c.want, got, "%s via %v", c.peer, c.via)
	}
}

// Whatever a header says, what comes out is an address, and only a proxy of
// ours makes it another than the peer's.
func FuzzClientAddress(f *testing.F) {
	for _, via := range []string{"", "203.0.113.1", "1.2.3.4, 203.0.113.1", "junk", "10.0.0.1,10.0.0.2", "fe80::1%eth0", ",,,", "::ffff:1.2.3.4"} {
		f.Add("10.0.0.1:5", via)
		f.Add("198.51.100.7:5", via)
	}
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}
	f.Fuzz(func(t *testing.T, peer, via string) {
		r := &http.Request{RemoteAddr: peer, Header: http.Header{"X-Forwarded-For": {via}}}
		alone := clientAddress(&http.Request{RemoteAddr: peer}, nil)
		got := clientAddress(r, proxies)
		if got == "" {
			require.Empty(t, alone)
			return
		}
		_, err := netip.ParseAddr(got)
		require.NoError(t, err)
		if at := netip.MustParseAddr(alone); !proxies[0].Contains(at.WithZone("")) {
			require.Equal(t, alone, got)
		}
	})
}
