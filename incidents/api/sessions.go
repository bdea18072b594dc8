package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/people"
)

// Me is who asks.
type Me struct {
	ID          int64           `json:"id" doc:"Of the person, as the audit trail has it."`
	Name        string          `json:"name"`
	Role        access.Role     `json:"role"`
	Regions     []string        `json:"regions" doc:"Codes; * is all."`
	Agencies    []int64         `json:"agencies" doc:"An executor's."`
	Sealed      bool            `json:"sealed" doc:"May see sealed cases."`
	Actions     []access.Action `json:"actions" doc:"What the role may do."`
	Login       string          `json:"login,omitempty" doc:"Missing for services, and for whoever only comes through a provider."`
	Email       string          `json:"email,omitempty"`
	Language    string          `json:"language,omitempty" enum:"ru,en" doc:"Missing for services."`
	HasPassword bool            `json:"has_password"`
	TOTP        bool            `json:"totp" doc:"Signing in needs a code."`
}

// Session is one browser in which somebody is signed in.
type Session struct {
	ID        int64     `json:"id"`
	Current   bool      `json:"current" doc:"The one that asks."`
	Way       string    `json:"way" enum:"password,oidc"`
	Agent     string    `json:"agent" doc:"What the browser calls itself."`
	Address   string    `json:"address" doc:"Of the network."`
	CreatedAt time.Time `json:"created_at"`
	SeenAt    time.Time `json:"seen_at" doc:"To the minute."`
	ExpiresAt time.Time `json:"expires_at" doc:"However much it is used."`
}

// me tells somebody of themselves. A service has no account.
func (s *server) me(ctx context.Context, who access.Person) (*body[Me], error) {
	may := slices.DeleteFunc(access.Actions(), func(a access.Action) bool { return !who.May(a) })
	out := Me{ID: who.ID, Name: who.Name, Role: who.Role, Regions: some(who.Regions), Agencies: some(who.Agencies), Sealed: who.Sealed, Actions: may}
	p, err := s.People.Get(ctx, who, who.ID)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return nil, err
	}
	out.Login, out.Email, out.Language, out.HasPassword, out.TOTP = p.Login, p.Email, p.Language, p.HasPass, p.TOTP
	return reply(out), nil
}

func (s *server) registerMe() {
	handle(s, route{method: http.MethodGet, path: "/me", id: "me", summary: "Who am I", action: access.SeeSelf},
		func(ctx context.Context, who access.Person, _ *struct{}) (*body[Me], error) { return s.me(ctx, who) })
	handle(s, route{method: http.MethodPut, path: "/me", id: "change-me", summary: "Set one's language", action: access.SeeSelf, session: true},
		func(ctx context.Context, who access.Person, in *struct {
			Body struct {
				Language string `json:"language" enum:"ru,en"`
			}
		}) (*body[Me], error) {
			if err := s.People.SetLanguage(ctx, who, in.Body.Language); err != nil {
				return nil, err
			}
			return s.me(ctx, who)
		})
	handle(s, route{method: http.MethodPut, path: "/me/password", id: "change-password", summary: "Set one's password",
		about:  "Ends one's other sessions. It is all that whoever has somebody else's invention as a password may do (must_change).",
		action: access.SeeSelf, session: true, mustChange: true, status: http.StatusNoContent},
		func(ctx context.Context, who access.Person, in *struct {
			Body struct {
				Old string `json:"old"`
				New string `json:"new"`
			}
		}) (*nothing, error) {
			return nil, s.People.ChangePassword(ctx, who, in.Body.Old, in.Body.New)
		})
	s.registerTOTP()
	s.registerSessions()
	s.registerOwnTokens()
}

func (s *server) registerTOTP() {
	type code struct {
		Body struct {
			Code string `json:"code" doc:"That the application shows now."`
		}
	}
	type key struct {
		Secret string `json:"secret" doc:"To be typed, base32."`
		URI    string `json:"uri" doc:"To be scanned, otpauth://…"`
	}
	type recovery struct {
		Recovery []string `json:"recovery" doc:"Codes for when the phone is lost; each is good once, and they can't be had again."`
	}
	handle(s, route{method: http.MethodPost, path: "/me/totp", id: "begin-totp", summary: "Begin the second factor",
		about: "Gives a secret for an authenticator application. Codes are asked for as soon as one has been confirmed.", action: access.SeeSelf, session: true},
		func(ctx context.Context, who access.Person, _ *struct{}) (*body[key], error) {
			k, err := s.People.BeginTOTP(ctx, who)
			if err != nil {
				return nil, err
			}
			return reply(key{k.Secret, k.URI}), nil
		})
	handle(s, route{method: http.MethodPost, path: "/me/totp/confirm", id: "confirm-totp", summary: "Switch the second factor on", action: access.SeeSelf, session: true},
		func(ctx context.Context, who access.Person, in *code) (*body[recovery], error) {
			codes, err := s.People.ConfirmTOTP(ctx, who, in.Body.Code)
			if err != nil {
				return nil, err
			}
			return reply(recovery{codes}), nil
		})
	handle(s, route{method: http.MethodDelete, path: "/me/totp", id: "end-totp", summary: "Switch the second factor off",
		about: "With a code of the application or a recovery code.", action: access.SeeSelf, session: true, status: http.StatusNoContent},
		func(ctx context.Context, who access.Person, in *code) (*nothing, error) {
			return nil, s.People.EndTOTP(ctx, who, in.Body.Code)
		})
}

func (s *server) registerSessions() {
	handle(s, route{method: http.MethodGet, path: "/sessions", id: "list-sessions", summary: "List one's sessions", about: "The newest first.",
		action: access.SeeSelf, session: true},
		func(ctx context.Context, who access.Person, _ *struct{}) (*body[List[Session]], error) {
			all, err := s.People.Sessions(ctx, who)
			if err != nil {
				return nil, err
			}
			return listOf(mapped(all, func(x people.Session) Session {
				return Session{ID: x.ID, Current: x.ID == who.By.ID, Way: x.Way, Agent: x.Agent, Address: x.Address,
					CreatedAt: x.CreatedAt.UTC(), SeenAt: x.SeenAt.UTC(), ExpiresAt: x.ExpiresAt.UTC()}
			}), ""), nil
		})
	handle(s, route{method: http.MethodDelete, path: "/sessions/{id}", id: "end-session", summary: "End one of one's sessions",
		action: access.SeeSelf, session: true, status: http.StatusNoContent},
		func(ctx context.Context, who access.Person, in *IDPath) (*nothing, error) {
			return nil, s.People.End(ctx, who, in.ID)
		})
}

func (s *server) registerOwnTokens() {
	handle(s, route{method: http.MethodGet, path: "/me/tokens", id: "list-own-tokens", summary: "List one's own tokens", action: access.SeeSelf},
		func(ctx context.Context, who access.Person, in *struct{ Page }) (*body[List[Token]], error) {
			ts, next, err := pageOf(ctx, in.Page, func(t access.Token) int64 { return t.ID }, func(after int64, limit int) ([]access.Token, error) {
				return s.Tokens.Own(ctx, who, after, limit)
			})
			if err != nil {
				return nil, err
			}
			return listOf(mapped(ts, showToken), next), nil
		})
	handle(s, route{method: http.MethodPost, path: "/me/tokens", id: "create-own-token", summary: "Make a token of one's own",
		about:  "It may do what its person may do at the time, within its regions.",
		action: access.SeeSelf, session: true, status: http.StatusCreated},
		func(ctx context.Context, who access.Person, in *struct {
			Body struct {
				Name      string    `json:"name" doc:"To know it by."`
				Regions   []string  `json:"regions,omitempty" doc:"Codes; missing: all that one has at the time."`
				ExpiresAt time.Time `json:"expires_at" doc:"At most 366 days from now."`
			}
		}) (*body[NewToken], error) {
			t, secret, err := s.Tokens.CreateOwn(ctx, who, access.OwnDraft{Name: in.Body.Name, Regions: in.Body.Regions, Expires: in.Body.ExpiresAt})
			if err != nil {
				return nil, err
			}
			return reply(NewToken{Token: showToken(t), Secret: secret}), nil
		})
	handle(s, route{method: http.MethodDelete, path: "/me/tokens/{id}", id: "revoke-own-token", summary: "Revoke one of one's own tokens",
		action: access.SeeSelf, session: true, status: http.StatusNoContent},
		func(ctx context.Context, who access.Person, in *IDPath) (*nothing, error) {
			return nil, s.Tokens.RevokeOwn(ctx, who, in.ID)
		})
}
