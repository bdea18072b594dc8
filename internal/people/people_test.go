package people

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/pquerna/otp/totp"
	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/testenv"
)

const good = "река-лампа-огурец-тетрадь"

type env struct {
	*testing.T
	*Store
	now  time.Time
	root access.Person
}

func start(t *testing.T) *env {
	t.Helper()
	e := &env{T: t, now: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)}
	var err error
	e.Store, err = Open(t.Context(), testenv.Postgres(t), func() time.Time { return e.now }, func(c string) bool { return c == "RU-PRI" || c == "RU-SAM" })
	require.NoError(t, err)
	// A cheap hash: what it costs is not what these tests look at.
	e.hasher.params.Memory, e.hasher.params.Iterations = 64, 1
	p, err := e.Setup(t.Context(), First{Name: "Анна", Login: "Anna", Password: good, Here: true})
	require.NoError(t, err)
	e.root = p.Access(0)
	return e
}

func (e *env) person(login string, role access.Role, regions ...string) Person {
	e.Helper()
	d := Draft{Login: login, Name: login, Email: login + "@example.org", Role: role, Regions: regions, Password: good}
	if role == access.Executor {
		d.Agencies = []int64{1}
	}
	p, err := e.Create(e.Context(), e.root, d)
	require.NoError(e, err)
	return p
}

func paths(err error) []string {
	var f *fault.Error
	var out []string
	if errors.As(err, &f) {
		for _, x := range f.Fields {
			out = append(out, x.Path)
		}
	}
	return out
}

func from(address string) Client { return Client{Address: address, Agent: "Firefox"} }

func TestSetupHappensOnce(t *testing.T) {
	e := start(t)
	need, err := e.SetupNeeded(t.Context())
	require.NoError(t, err)
	require.False(t, need)
	_, err = e.Setup(t.Context(), First{Name: "Чужой", Login: "stranger", Password: good, Code: e.SetupCode()})
	require.Equal(t, fault.Conflict, fault.KindOf(err))
	require.Equal(t, access.Administrator, e.root.Role)
	require.Equal(t, []string{"*"}, e.root.Regions)
}

// Whoever is not at the machine has to know what the server showed there.
func TestSetupFromElsewhereAsksForTheCode(t *testing.T) {
	e := start(t)
	_, err := e.Pool.Exec(t.Context(), `TRUNCATE person CASCADE`)
	require.NoError(t, err)
	code := e.SetupCode()
	require.Regexp(t, `^[a-z2-7]{5}(-[a-z2-7]{5}){3}$`, code)
	other, err := Open(t.Context(), e.Pool, e.Now, e.KnownRegion)
	require.NoError(t, err)
	require.Equal(t, code, other.SetupCode(), "every process shows the same")

	first := First{Name: "Анна", Login: "anna", Password: good, Client: from("192.0.2.1")}
	for _, wrong := range []string{"", "x", code[:len(code)-1], code + "a", strings.ToUpper(code)[1:]} {
		first.Code = wrong
		_, err := e.Setup(t.Context(), first)
		require.Equal(t, []string{"code"}, paths(err), "%q", wrong)
	}
	for range maxOfPair {
		first.Code = "guess"
		_, err = e.Setup(t.Context(), first)
	}
	require.Equal(t, fault.Limited, fault.KindOf(err))
	first.Code = code
	_, err = e.Setup(t.Context(), first)
	require.Equal(t, fault.Limited, fault.KindOf(err), "also with the right one")
	first.Client = from("192.0.2.2")
	first.Code = " " + strings.ToUpper(code)
	_, err = e.Setup(t.Context(), first)
	require.NoError(t, err, "as somebody may type it, who has not guessed")
	first.Login = "second"
	_, err = e.Setup(t.Context(), first)
	require.Equal(t, fault.Conflict, fault.KindOf(err), "the code is good for nothing now")
}

func TestManyAtOnceMakeOneAdministrator(t *testing.T) {
	e := start(t)
	_, err := e.Pool.Exec(t.Context(), `TRUNCATE person CASCADE`)
	require.NoError(t, err)
	var all sync.WaitGroup
	made := make(chan Person, 8)
	for i := range 8 {
		all.Go(func() {
			if p, err := e.Setup(t.Context(), First{Name: "Анна", Login: fmt.Sprint("anna", i), Password: good, Here: true}); err == nil {
				made <- p
			}
		})
	}
	all.Wait()
	require.Len(t, made, 1)
}

func TestEveryBadFieldIsNamed(t *testing.T) {
	e := start(t)
	_, err := e.Create(t.Context(), e.root, Draft{Login: "а б", Name: " ", Email: "x", Role: "king", Regions: []string{"RU-XX"}, Language: "de", Password: "12345"})
	require.ElementsMatch(t, []string{"login", "name", "email", "role", "regions[0]", "language", "password"}, paths(err))
	_, err = e.Create(t.Context(), e.root, Draft{Login: "b.b", Name: "b", Role: access.Executor, Regions: []string{"RU-PRI"}})
	require.Equal(t, []string{"agencies"}, paths(err))
	e.person("boris", access.Specialist, "RU-PRI")
	_, err = e.Create(t.Context(), e.root, Draft{Login: " BORIS ", Name: "b", Role: access.Specialist, Regions: []string{"RU-PRI"}})
	require.Equal(t, []string{"login"}, paths(err), "logins differ in more than case")
}

func TestNobodyGivesWhatTheyDoNotHave(t *testing.T) {
	e := start(t)
	near := e.person("near", access.Administrator, "RU-PRI").Access(0)
	_, err := e.Create(t.Context(), near, Draft{Login: "xx", Name: "x", Role: access.Specialist, Regions: []string{"*", "RU-SAM"}, Sealed: true})
	require.Equal(t, []string{"regions[0]", "regions[1]", "sealed"}, paths(err))
	far := e.person("far", access.Specialist, "RU-SAM")
	for _, do := range []func() error{
		func() error { _, err := e.Get(t.Context(), near, far.ID); return err },
		func() error {
			_, err := e.Update(t.Context(), near, far.ID, 1, Draft{Login: "far", Name: "x", Role: access.Specialist, Regions: []string{"RU-PRI"}})
			return err
		},
		func() error { return e.ResetTOTP(t.Context(), near, far.ID) },
	} {
		require.Equal(t, fault.NotFound, fault.KindOf(do()))
	}
	list, err := e.List(t.Context(), near, 0, 10)
	require.NoError(t, err)
	require.Len(t, list, 1)
	_, err = e.Create(t.Context(), far.Access(0), Draft{})
	require.Equal(t, fault.Forbidden, fault.KindOf(err))
}

func TestTheLastAdministratorStays(t *testing.T) {
	e := start(t)
	d := Draft{Login: "anna", Name: "Анна", Role: access.Administrator, Regions: []string{"*"}, Disabled: true}
	_, err := e.Update(t.Context(), e.root, e.root.ID, 1, d)
	require.Equal(t, fault.Conflict, fault.KindOf(err))
	e.person("second", access.Administrator, "*")
	p, err := e.Update(t.Context(), e.root, e.root.ID, 1, d)
	require.NoError(t, err)
	require.NotNil(t, p.Disabled)
	_, err = e.Update(t.Context(), e.root, e.root.ID, 1, d)
	require.Equal(t, fault.Conflict, fault.KindOf(err), "an old version")
}

func TestPasswords(t *testing.T) {
	for _, p := range []string{"", "short", "password123", "1234567890", "qwertyuiop", "aaaaaaaaaaaaaaaa", "йцукенгшщз", "парольпароль", "gfhjkm12345", "ivanovivanov", strings.Repeat("ж", 200), "\xff\xfe\xff\xfe\xff\xfe\xff\xfe\xff\xfe"} {
		require.NotEmpty(t, weak(p, "ivanov", "Ivan Ivanov"), "%q", p)
	}
	for _, p := range []string{good, "correct horse battery staple", "Тридцать3слона&кефир"} {
		require.Empty(t, weak(p), "%q", p)
	}
}

func TestSignInAndOut(t *testing.T) {
	e := start(t)
	in, err := e.SignIn(t.Context(), Attempt{Login: " ANNA", Password: good, Client: from("192.0.2.1")})
	require.NoError(t, err)
	p, se, err := e.Session(t.Context(), in.Cookie)
	require.NoError(t, err)
	require.Equal(t, e.root.ID, p.ID)
	require.Equal(t, "Firefox", se.Agent)
	var stored int
	require.NoError(t, e.Pool.QueryRow(t.Context(), `SELECT count(*) FROM session WHERE hash = $1`, []byte(in.Cookie)).Scan(&stored))
	require.Zero(t, stored, "the secret itself is nowhere")

	require.NoError(t, e.End(t.Context(), e.root, se.ID))
	_, _, err = e.Session(t.Context(), in.Cookie)
	require.Equal(t, fault.Unauthorized, fault.KindOf(err))
	_, err = e.Check(t.Context(), se.ID)
	require.Equal(t, fault.Unauthorized, fault.KindOf(err))
	for _, cookie := range []string{"", "x", in.Cookie + "x", strings.Repeat("x", 1<<20)} {
		_, _, err = e.Session(t.Context(), cookie)
		require.Equal(t, fault.Unauthorized, fault.KindOf(err))
	}
	other := e.person("other", access.Specialist, "RU-PRI").Access(0)
	require.Equal(t, fault.NotFound, fault.KindOf(e.End(t.Context(), other, se.ID)), "sessions are one's own")
}

func TestSessionsEndByThemselves(t *testing.T) {
	e := start(t)
	in, err := e.SignIn(t.Context(), Attempt{Login: "anna", Password: good, Client: from("192.0.2.1")})
	require.NoError(t, err)
	for range 27 { // used every half day, it lives its fortnight
		e.now = e.now.Add(sessionIdle - time.Minute)
		_, _, err = e.Session(t.Context(), in.Cookie)
		require.NoError(t, err, e.now)
	}
	e.now = e.now.Add(sessionIdle)
	_, _, err = e.Session(t.Context(), in.Cookie)
	require.Equal(t, fault.Unauthorized, fault.KindOf(err), "a fortnight is over")

	in, err = e.SignIn(t.Context(), Attempt{Login: "anna", Password: good, Client: from("192.0.2.1")})
	require.NoError(t, err)
	e.now = e.now.Add(sessionIdle)
	_, _, err = e.Session(t.Context(), in.Cookie)
	require.Equal(t, fault.Unauthorized, fault.KindOf(err), "unused for too long")
}

func TestAChangeOfReachEndsSessions(t *testing.T) {
	e := start(t)
	p := e.person("boris", access.Specialist, "RU-PRI")
	enter := func() string {
		in, err := e.SignIn(t.Context(), Attempt{Login: "boris", Password: good, Client: from("192.0.2.1")})
		require.NoError(t, err)
		return in.Cookie
	}
	d := Draft{Login: "boris", Name: "Борис", Email: "b@example.org", Role: access.Specialist, Regions: []string{"RU-PRI"}}
	cookie := enter()
	p, err := e.Update(t.Context(), e.root, p.ID, p.Version, d)
	require.NoError(t, err)
	_, _, err = e.Session(t.Context(), cookie)
	require.NoError(t, err, "a new name changes no reach")
	d.Regions = []string{"RU-SAM"}
	p, err = e.Update(t.Context(), e.root, p.ID, p.Version, d)
	require.NoError(t, err)
	_, _, err = e.Session(t.Context(), cookie)
	require.Equal(t, fault.Unauthorized, fault.KindOf(err))
	cookie = enter()
	d.Disabled = true
	_, err = e.Update(t.Context(), e.root, p.ID, p.Version, d)
	require.NoError(t, err)
	_, _, err = e.Session(t.Context(), cookie)
	require.Equal(t, fault.Unauthorized, fault.KindOf(err))
	_, err = e.SignIn(t.Context(), Attempt{Login: "boris", Password: good, Client: from("192.0.2.1")})
	require.Equal(t, fault.Unauthorized, fault.KindOf(err))
}

func TestANewPasswordEndsOtherSessions(t *testing.T) {
	e := start(t)
	enter := func() (string, Session) {
		in, err := e.SignIn(t.Context(), Attempt{Login: "anna", Password: good, Client: from("192.0.2.1")})
		require.NoError(t, err)
		_, se, err := e.Session(t.Context(), in.Cookie)
		require.NoError(t, err)
		return in.Cookie, se
	}
	here, mine := enter()
	there, _ := enter()
	me := e.root
	me.By.ID = mine.ID
	require.Equal(t, []string{"old"}, paths(e.ChangePassword(t.Context(), me, "wrong", "другая-лампа-зебра-кино")))
	require.Equal(t, []string{"new"}, paths(e.ChangePassword(t.Context(), me, good, "12345")))
	require.NoError(t, e.ChangePassword(t.Context(), me, good, "другая-лампа-зебра-кино"))
	_, _, err := e.Session(t.Context(), here)
	require.NoError(t, err)
	_, _, err = e.Session(t.Context(), there)
	require.Equal(t, fault.Unauthorized, fault.KindOf(err))
}

// Somebody who guesses is stopped; the person guessed at is not.
func TestGuessingLocksOutTheGuesserOnly(t *testing.T) {
	e := start(t)
	home := from("192.0.2.1")
	in, err := e.SignIn(t.Context(), Attempt{Login: "anna", Password: good, Client: home})
	require.NoError(t, err)
	home.Device = in.Device
	guess := func(login, address string) error {
		_, err := e.SignIn(t.Context(), Attempt{Login: login, Password: "guess", Client: from(address)})
		return err
	}
	for range maxOfPair {
		require.Equal(t, fault.Unauthorized, fault.KindOf(guess("anna", "198.51.100.7")))
	}
	require.Equal(t, fault.Limited, fault.KindOf(guess("anna", "198.51.100.7")))
	_, err = e.SignIn(t.Context(), Attempt{Login: "anna", Password: good, Client: from("198.51.100.7")})
	require.Equal(t, fault.Limited, fault.KindOf(err), "not even with the right one, which a guesser may have found")
	_, err = e.SignIn(t.Context(), Attempt{Login: "anna", Password: good, Client: from("203.0.113.5")})
	require.NoError(t, err, "another network has done nothing")

	// A whole botnet guesses: a thousand attempts from as many networks.
	limited := 0
	for i := range 1000 {
		if fault.KindOf(guess("anna", fmt.Sprintf("10.0.%d.%d", i/250, i%250))) == fault.Limited {
			limited++
		}
	}
	require.Greater(t, limited, 700)
	_, err = e.SignIn(t.Context(), Attempt{Login: "anna", Password: good, Client: home})
	require.NoError(t, err, "a known device gets in")
	stolen := home
	stolen.Device = strings.Replace(home.Device, home.Device[:3], "xxx", 1)
	_, err = e.SignIn(t.Context(), Attempt{Login: "anna", Password: good, Client: stolen})
	require.Equal(t, fault.Limited, fault.KindOf(err), "a forged device is none")
	e.now = e.now.Add(failureWindow + time.Second)
	_, err = e.SignIn(t.Context(), Attempt{Login: "anna", Password: good, Client: from("198.51.100.7")})
	require.NoError(t, err)
}

func TestOneNetworkCanNotTryManyNames(t *testing.T) {
	e := start(t)
	var last error
	for i := range maxOfClient + 1 {
		_, last = e.SignIn(t.Context(), Attempt{Login: fmt.Sprint("name", i), Password: "guess", Client: from(fmt.Sprintf("2001:db8::%x", i+1))})
	}
	require.Equal(t, fault.Limited, fault.KindOf(last), "a /64 is one client")
}

// Unknown logins are hashed like known ones, and answered alike.
func TestUnknownAndWrongLookAlike(t *testing.T) {
	e := start(t)
	_, a := e.SignIn(t.Context(), Attempt{Login: "anna", Password: "wrong", Client: from("192.0.2.1")})
	_, b := e.SignIn(t.Context(), Attempt{Login: "nobody", Password: "wrong", Client: from("192.0.2.2")})
	require.Equal(t, a.Error(), b.Error())
	ok, err := newHasher().verify(t.Context(), "x", "")
	require.NoError(t, err, "the dummy is a hash that is really computed")
	require.False(t, ok)
	for _, login := range []string{"", "\x00", "\xff", strings.Repeat("я", 1<<20)} {
		_, err := e.SignIn(t.Context(), Attempt{Login: login, Password: strings.Repeat("x", 1<<20), Client: Client{Address: "junk\x00", Agent: "\x00\xff"}})
		require.Equal(t, fault.Unauthorized, fault.KindOf(err), "%.10q", login)
	}
}

func TestSecondFactor(t *testing.T) {
	e := start(t)
	k, err := e.BeginTOTP(t.Context(), e.root)
	require.NoError(t, err)
	require.Contains(t, k.URI, "otpauth://totp/")
	code := func() string {
		c, err := totp.GenerateCode(k.Secret, e.now)
		require.NoError(t, err)
		return c
	}
	sign := func(code string) error {
		_, err := e.SignIn(t.Context(), Attempt{Login: "anna", Password: good, Code: code, Client: from("192.0.2.1")})
		return err
	}
	require.NoError(t, sign(""), "not on before a code has shown that it works")
	_, err = e.ConfirmTOTP(t.Context(), e.root, "000000")
	require.Equal(t, []string{"code"}, paths(err))
	recovery, err := e.ConfirmTOTP(t.Context(), e.root, code())
	require.NoError(t, err)
	require.Len(t, recovery, recoveryCodes)
	require.ErrorIs(t, sign(""), ErrCode)
	require.ErrorIs(t, sign("123456"), ErrCode)
	require.ErrorIs(t, sign(code()), ErrCode, "the code that switched it on was used")
	e.now = e.now.Add(step)
	require.NoError(t, sign(code()))
	require.ErrorIs(t, sign(code()), ErrCode, "none serves twice")
	require.NoError(t, sign(strings.ToUpper(recovery[3])))
	require.ErrorIs(t, sign(recovery[3]), ErrCode)
	require.NotErrorIs(t, func() error {
		_, err := e.SignIn(t.Context(), Attempt{Login: "anna", Password: "wrong", Client: from("192.0.2.1")})
		return err
	}(), ErrCode, "who doesn't know the password learns nothing of the code")
	_, err = e.BeginTOTP(t.Context(), e.root)
	require.Equal(t, fault.Conflict, fault.KindOf(err))
	require.Equal(t, []string{"code"}, paths(e.EndTOTP(t.Context(), e.root, "000000")))
	require.NoError(t, e.EndTOTP(t.Context(), e.root, recovery[0]))
	require.NoError(t, sign(""))
}

func TestTidy(t *testing.T) {
	e := start(t)
	_, err := e.SignIn(t.Context(), Attempt{Login: "anna", Password: "wrong", Client: from("192.0.2.1")})
	require.Error(t, err)
	count := func() (n int) {
		require.NoError(t, e.Pool.QueryRow(t.Context(), `SELECT count(*) FROM signin_failure`).Scan(&n))
		return n
	}
	require.NoError(t, e.Tidy(t.Context()))
	require.Equal(t, 1, count())
	e.now = e.now.Add(failureWindow + time.Second)
	require.NoError(t, e.Tidy(t.Context()))
	require.Zero(t, count())
}

// Attempts that run at once are counted one by one, and few of them hash.
func TestAThousandAttemptsAtOnce(t *testing.T) {
	e := start(t)
	var all sync.WaitGroup
	var wrong, limited, busy atomic.Int64
	for range 1000 {
		all.Go(func() {
			_, err := e.SignIn(t.Context(), Attempt{Login: "anna", Password: "guess", Client: from("198.51.100.7")})
			switch fault.KindOf(err) {
			case fault.Unauthorized:
				wrong.Add(1)
			case fault.Limited:
				limited.Add(1)
			case fault.Unavailable:
				busy.Add(1)
			}
		})
	}
	all.Wait()
	require.EqualValues(t, maxOfPair, wrong.Load())
	require.EqualValues(t, 1000, wrong.Load()+limited.Load()+busy.Load())
	_, err := e.SignIn(t.Context(), Attempt{Login: "anna", Password: good, Client: from("192.0.2.1")})
	require.NoError(t, err)
}

func TestWaitingSaysForHowLong(t *testing.T) {
	e := start(t)
	var err error
	for range maxOfPair + 1 {
		_, err = e.SignIn(t.Context(), Attempt{Login: "anna", Password: "guess", Client: from("198.51.100.7")})
		e.now = e.now.Add(time.Minute)
	}
	var w *Wait
	require.ErrorAs(t, err, &w)
	require.Equal(t, failureWindow-maxOfPair*time.Minute, w.For)
	require.ErrorContains(t, err, "try again in 7 minutes")
	e.now = e.now.Add(w.For - time.Minute)
	_, err = e.SignIn(t.Context(), Attempt{Login: "anna", Password: good, Client: from("198.51.100.7")})
	require.NoError(t, err)
}

// What a queue can't hold is refused at once.
func TestTurnsAreBounded(t *testing.T) {
	q := newTurns(1, 1)
	done, err := q.take(t.Context())
	require.NoError(t, err)
	gone, leave := context.WithCancel(t.Context())
	left := make(chan error)
	go func() { _, err := q.take(gone); left <- err }()
	for len(q.present) < 2 {
		runtime.Gosched()
	}
	_, err = q.take(t.Context())
	require.Equal(t, fault.Unavailable, fault.KindOf(err))
	leave()
	require.Equal(t, fault.Unavailable, fault.KindOf(<-left))
	done()
	done, err = q.take(t.Context())
	require.NoError(t, err)
	done()
	require.Empty(t, q.present)
}

// Whoever has stolen a session can't find the password or a code with it, and
// locks out nobody by trying.
func TestAStolenSessionGuessesInVain(t *testing.T) {
	e := start(t)
	thief := e.root
	thief.By.ID = 77
	var err error
	for range maxOfPair + 1 {
		err = e.ChangePassword(t.Context(), thief, "guess", "другая-лампа-зебра-кино")
	}
	require.Equal(t, fault.Limited, fault.KindOf(err))
	require.Equal(t, fault.Limited, fault.KindOf(e.EndTOTP(t.Context(), thief, "000000")))
	_, err = e.SignIn(t.Context(), Attempt{Login: "anna", Password: good, Client: from("192.0.2.1")})
	require.NoError(t, err)
	require.NoError(t, e.ChangePassword(t.Context(), e.root, good, "другая-лампа-зебра-кино"))
}

func TestASessionIsEndedByItsCookie(t *testing.T) {
	e := start(t)
	in, err := e.SignIn(t.Context(), Attempt{Login: "anna", Password: good, Client: from("192.0.2.1")})
	require.NoError(t, err)
	for _, none := range []string{"", "x", strings.Repeat("x", 1000)} {
		require.NoError(t, e.EndCookie(t.Context(), none))
	}
	_, _, err = e.Session(t.Context(), in.Cookie)
	require.NoError(t, err)
	require.NoError(t, e.EndCookie(t.Context(), in.Cookie))
	_, _, err = e.Session(t.Context(), in.Cookie)
	require.Equal(t, fault.Unauthorized, fault.KindOf(err))
}

func TestLanguage(t *testing.T) {
	e := start(t)
	require.Equal(t, []string{"language"}, paths(e.SetLanguage(t.Context(), e.root, "de")))
	require.NoError(t, e.SetLanguage(t.Context(), e.root, "en"))
	p, err := e.Get(t.Context(), e.root, e.root.ID)
	require.NoError(t, err)
	require.Equal(t, "en", p.Language)
	require.Equal(t, 2, p.Version)
}

// Every change is an event with who and when, and no event holds a secret.
func TestEveryChangeIsAnEvent(t *testing.T) {
	e := start(t)
	p := e.person("boris", access.Specialist, "RU-PRI")
	_, err := e.Update(t.Context(), e.root, p.ID, p.Version, Draft{Login: "boris", Name: "Борис", Role: access.Head, Regions: []string{"RU-PRI"}, Password: good})
	require.NoError(t, err)
	k, err := e.BeginTOTP(t.Context(), e.root)
	require.NoError(t, err)
	code, err := totp.GenerateCode(k.Secret, e.now)
	require.NoError(t, err)
	recovery, err := e.ConfirmTOTP(t.Context(), e.root, code)
	require.NoError(t, err)
	require.NoError(t, e.EndTOTP(t.Context(), e.root, recovery[0]))
	for _, leave := range []func(SignedIn) error{
		func(in SignedIn) error { return e.EndCookie(t.Context(), in.Cookie) },
		func(in SignedIn) error {
			_, se, err := e.Session(t.Context(), in.Cookie)
			require.NoError(t, err)
			return e.End(t.Context(), e.root, se.ID)
		},
	} {
		in, err := e.SignIn(t.Context(), Attempt{Login: "anna", Password: good, Client: from("192.0.2.1")})
		require.NoError(t, err)
		require.NoError(t, leave(in))
	}
	require.NoError(t, e.SetLanguage(t.Context(), e.root, "en"))
	rows, err := e.Pool.Query(t.Context(), `SELECT person || ' ' || kind || ' by ' || who || ' ' || by || ' ' || array_to_string(ARRAY(SELECT jsonb_object_keys(data) ORDER BY 1), ' ') FROM audit_event ORDER BY id`)
	require.NoError(t, err)
	got, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	const rest = "language login name password regions role sealed"
	const first = "disabled " + rest
	require.Equal(t, []string{"1 created by 0 setup " + first, "2 created by 1 Анна disabled email " + rest, "2 changed by 1 Анна email name password role", "1 totp_on by 1 Анна ", "1 totp_off by 1 Анна ",
		"1 signed_in by 1 Анна agent way", "1 signed_out by 1 Анна session", "1 signed_in by 1 Анна agent way", "1 session_ended by 1 Анна session", "1 language by 1 Анна language"}, got)
	var all string
	require.NoError(t, e.Pool.QueryRow(t.Context(), `SELECT string_agg(e::text, ' ') FROM audit_event e`).Scan(&all))
	for _, secret := range []string{good, k.Secret, recovery[0], "argon2id"} {
		require.NotContains(t, all, secret)
	}
}

// A service is no person who could sign in, be edited as one, or close the set-up.
func TestServicesAreNoPeople(t *testing.T) {
	e := start(t)
	tokens := &access.Store{Pool: e.Pool, Now: func() time.Time { return e.now }, KnownRegion: e.KnownRegion}
	tok, _, err := tokens.Create(t.Context(), e.root, access.Draft{Name: "бот", Role: access.Administrator, Regions: []string{"*"}})
	require.NoError(t, err)
	_, err = e.Get(t.Context(), e.root, tok.Person)
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	_, err = e.Update(t.Context(), e.root, tok.Person, 1, Draft{Login: "bot", Name: "бот", Role: access.Head, Regions: []string{"*"}, Password: good})
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	list, err := e.List(t.Context(), e.root, 0, 10)
	require.NoError(t, err)
	require.Len(t, list, 1)
	_, err = e.Update(t.Context(), e.root, e.root.ID, 1, Draft{Login: "anna", Name: "Анна", Role: access.Head, Regions: []string{"*"}})
	require.Equal(t, fault.Conflict, fault.KindOf(err), "a service signs nobody in")
	_, err = e.Pool.Exec(t.Context(), `DELETE FROM audit_event WHERE person = 1; DELETE FROM person WHERE kind = 'human'`)
	require.NoError(t, err)
	need, err := e.SetupNeeded(t.Context())
	require.NoError(t, err)
	require.True(t, need)
}
