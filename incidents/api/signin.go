package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/people"
)

// Installation is what anybody may know of this installation.
type Installation struct {
	Name     string `json:"name"`
	Collects string `json:"collects" doc:"What is collected, in words."`
	Why      string `json:"why" doc:"What for, in words."`
	Kept     []Kept `json:"kept" doc:"For how long."`
}

// Kept says how long posts of a class are kept.
type Kept struct {
	Class  string `json:"class"`
	Months int    `json:"months"`
}

// SignInPage is what can be known before anybody has signed in.
type SignInPage struct {
	SetupNeeded  bool             `json:"setup_needed" doc:"Nobody is there yet: the first administrator is made with POST /setup."`
	SetupCode    bool             `json:"setup_code" doc:"POST /setup asks whoever asks this for the set-up code."`
	OIDC         []SignInProvider `json:"oidc" doc:"Providers to sign in through, at /auth/oidc/{id}."`
	Installation struct {
		Installation
		Regions []RegionName `json:"regions" doc:"Those that are served."`
	} `json:"installation"`
}

// SignInProvider is an OpenID Connect provider.
type SignInProvider struct {
	ID   string `json:"id"`
	Name string `json:"name" doc:"For the button."`
}

// RegionName is what a region is called.
type RegionName struct {
	Code   string `json:"code"`
	Name   string `json:"name" doc:"In Russian."`
	NameEN string `json:"name_en"`
}

// entered is the answer to a good sign-in.
type entered struct {
	SetCookie []http.Cookie `header:"Set-Cookie"`
}

// deviceAge is as long as browsers keep a cookie at most.
const deviceAge = 400 * 24 * 60 * 60

func (v visit) entered(in people.SignedIn) []http.Cookie {
	return []http.Cookie{
		v.newCookie(sessionCookie, in.Cookie, "/", int(people.SessionLife.Seconds())),
		v.newCookie(deviceCookie, in.Device, "/api/v1/session", deviceAge),
	}
}

func (s *server) registerSignIn() {
	handle(s, route{method: http.MethodGet, path: "/sign-in", id: "sign-in-page", summary: "What can be known without signing in", open: true}, s.signInPage)
	handle(s, route{method: http.MethodPost, path: "/setup", id: "set-up", summary: "Make the first administrator",
		about: "Once, while nobody is there; afterwards 409. Signs them in. 429 with Retry-After after too many wrong codes.", open: true, status: http.StatusNoContent},
		func(ctx context.Context, _ access.Person, in *struct {
			Body struct {
				Name     string `json:"name"`
				Login    string `json:"login"`
				Password string `json:"password"`
				Code     string `json:"code,omitempty" doc:"The set-up code that the server shows when it starts; not needed from the machine that it runs on."`
			}
		}) (*entered, error) {
			v := visitOf(ctx)
			first := people.First{Name: in.Body.Name, Login: in.Body.Login, Password: in.Body.Password, Code: in.Body.Code, Here: v.here, Client: v.client}
			if _, err := s.People.Setup(ctx, first); err != nil {
				return nil, err
			}
			return s.signIn(ctx, people.Attempt{Login: in.Body.Login, Password: in.Body.Password})
		})
	handle(s, route{method: http.MethodPost, path: "/session", id: "sign-in", summary: "Sign in with a password",
		about: "Answers with the cookie of a session. 401 with needs_code where the password is right and a code is needed; 429 with Retry-After after too many failures.",
		open:  true, status: http.StatusNoContent},
		func(ctx context.Context, _ access.Person, in *struct {
			Body struct {
				Login    string `json:"login"`
				Password string `json:"password"`
				Code     string `json:"code,omitempty" doc:"Of the authenticator application, or a recovery code."`
			}
		}) (*entered, error) {
			return s.signIn(ctx, people.Attempt{Login: in.Body.Login, Password: in.Body.Password, Code: in.Body.Code})
		})
	handle(s, route{method: http.MethodPost, path: "/session/code", id: "complete-sign-in", summary: "End a sign-in through a provider with a code",
		about: "Where the person has switched the second factor on and the provider did not ask for one. 401 with needs_code where the code is wrong; without it where the sign-in is over.",
		open:  true, status: http.StatusNoContent},
		func(ctx context.Context, _ access.Person, in *struct {
			Body struct {
				Code string `json:"code" doc:"Of the authenticator application, or a recovery code."`
			}
		}) (*entered, error) {
			v := visitOf(ctx)
			signed, err := s.People.Complete(ctx, v.half, in.Body.Code, v.client)
			if err != nil {
				return nil, err
			}
			if err := s.People.EndCookie(ctx, v.cookie); err != nil {
				return nil, err
			}
			return &entered{append(v.entered(signed), v.newCookie(halfCookie, "", halfPath, -1))}, nil
		})
	handle(s, route{method: http.MethodDelete, path: "/session", id: "sign-out", summary: "Sign out", about: "Also where the session has ended.",
		open: true, status: http.StatusNoContent},
		func(ctx context.Context, _ access.Person, _ *struct{}) (*entered, error) {
			v := visitOf(ctx)
			if err := s.People.EndCookie(ctx, v.cookie); err != nil {
				return nil, err
			}
			return &entered{[]http.Cookie{v.newCookie(sessionCookie, "", "/", -1)}}, nil
		})
}

func (s *server) signInPage(ctx context.Context, _ access.Person, _ *struct{}) (*body[SignInPage], error) {
	var out SignInPage
	var err error
	if out.SetupNeeded, err = s.People.SetupNeeded(ctx); err != nil {
		return nil, err
	}
	out.SetupCode = out.SetupNeeded && !visitOf(ctx).here
	served, err := s.Regions.Served(ctx)
	if err != nil {
		return nil, err
	}
	out.OIDC = []SignInProvider{}
	if s.OIDC != nil {
		out.OIDC = mapped(s.OIDC.Providers, func(p people.Provider) SignInProvider { return SignInProvider{p.ID, p.Name} })
	}
	out.Installation.Installation = s.Installation
	for _, text := range []struct {
		to    *string
		still message
	}{{&out.Installation.Name, ourName}, {&out.Installation.Collects, collects}, {&out.Installation.Why, collectsWhy}} {
		if *text.to == "" {
			*text.to = say(ctx, text.still)
		}
	}
	out.Installation.Kept = some(out.Installation.Kept)
	out.Installation.Regions = []RegionName{}
	for _, r := range served {
		out.Installation.Regions = append(out.Installation.Regions, RegionName{r.Code, r.Name, r.NameEN})
	}
	return reply(out), nil
}

// signIn makes a session, always a new one: a secret that somebody has put into
// the browser before opens nothing, and the session that it had ends.
func (s *server) signIn(ctx context.Context, a people.Attempt) (*entered, error) {
	v := visitOf(ctx)
	a.Client = v.client
	in, err := s.People.SignIn(ctx, a)
	if err != nil {
		return nil, err
	}
	if err := s.People.EndCookie(ctx, v.cookie); err != nil {
		return nil, err
	}
	return &entered{v.entered(in)}, nil
}

// The problems that the page shows when a sign-in through a provider fails.
const (
	signInAgain    = "again"    // it was not begun here, took too long, or the provider refused
	signInStranger = "stranger" // nobody here has this e-mail address
	signInAway     = "away"     // the provider does not answer
	signInFailed   = "failed"   // ours
)

func signInProblem(err error) string {
	switch {
	case errors.Is(err, people.ErrStranger):
		return signInStranger
	case fault.KindOf(err) == fault.Unauthorized:
		return signInAgain
	case fault.KindOf(err) == fault.Unavailable || fault.KindOf(err) == fault.Limited:
		return signInAway
	}
	return signInFailed
}
