package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/otklik/otklik/internal/access"
)

// Me is who the token says one is.
type Me struct {
	ID      int64           `json:"id" doc:"Of the token."`
	Name    string          `json:"name"`
	Role    access.Role     `json:"role"`
	Regions []string        `json:"regions" doc:"Codes; * is all."`
	Agency  int64           `json:"agency,omitempty"`
	Sealed  bool            `json:"sealed" doc:"May see sealed cases."`
	Actions []access.Action `json:"actions" doc:"What the role may do."`
}

// Token is an API token without its secret.
type Token struct {
	ID         int64       `json:"id"`
	Name       string      `json:"name"`
	Role       access.Role `json:"role"`
	Regions    []string    `json:"regions"`
	Agency     int64       `json:"agency,omitempty"`
	Sealed     bool        `json:"sealed"`
	CreatedAt  time.Time   `json:"created_at"`
	CreatedBy  string      `json:"created_by"`
	ExpiresAt  *time.Time  `json:"expires_at,omitempty"`
	LastUsedAt *time.Time  `json:"last_used_at,omitempty" doc:"To the minute."`
	RevokedAt  *time.Time  `json:"revoked_at,omitempty"`
}

// NewToken is a token that was just made: its secret is shown this once.
type NewToken struct {
	Token
	Secret string `json:"secret" doc:"For the header Authorization: Bearer …; it can't be had again."`
}

// TokenDraft asks for a token.
type TokenDraft struct {
	Name      string     `json:"name" doc:"Shown in the audit trail."`
	Role      string     `json:"role" doc:"administrator, specialist, curator, executor, ombudsman, factchecker, head or partner."`
	Regions   []string   `json:"regions" doc:"Codes; * is all."`
	Agency    int64      `json:"agency,omitempty" doc:"An executor's agency."`
	Sealed    bool       `json:"sealed,omitempty" doc:"May see sealed cases."`
	ExpiresAt *time.Time `json:"expires_at,omitempty" doc:"Missing: never."`
}

func showToken(t access.Token) Token {
	return Token{ID: t.ID, Name: t.Name, Role: t.Role, Regions: t.Regions, Agency: t.Agency, Sealed: t.Sealed,
		CreatedAt: t.CreatedAt.UTC(), CreatedBy: t.CreatedBy, ExpiresAt: t.ExpiresAt, LastUsedAt: t.LastUsedAt, RevokedAt: t.RevokedAt}
}

func (s *server) registerPeople() {
	handle(s, route{method: http.MethodGet, path: "/me", id: "me", summary: "Who am I", action: access.SeeSelf},
		func(_ context.Context, who access.Person, _ *struct{}) (*body[Me], error) {
			may := slices.DeleteFunc(access.Actions(), func(a access.Action) bool { return !who.May(a) })
			return reply(Me{ID: who.ID, Name: who.Name, Role: who.Role, Regions: who.Regions, Agency: who.Agency, Sealed: who.Sealed, Actions: may}), nil
		})
	handle(s, route{method: http.MethodGet, path: "/tokens", id: "list-tokens", summary: "List tokens", action: access.EditTokens},
		func(ctx context.Context, who access.Person, in *struct{ Page }) (*body[List[Token]], error) {
			ts, next, err := pageOf(ctx, in.Page, func(t access.Token) int64 { return t.ID }, func(after int64, limit int) ([]access.Token, error) {
				return s.Tokens.List(ctx, who, after, limit)
			})
			if err != nil {
				return nil, err
			}
			return listOf(mapped(ts, showToken), next), nil
		})
	handle(s, route{method: http.MethodPost, path: "/tokens", id: "create-token", summary: "Make a token", action: access.EditTokens, status: http.StatusCreated},
		func(ctx context.Context, who access.Person, in *struct{ Body TokenDraft }) (*body[NewToken], error) {
			d := in.Body
			if d.Agency != 0 {
				if _, err := s.Desk.Agency(ctx, who, d.Agency); err != nil {
					return nil, asField(err, "agency")
				}
			}
			t, secret, err := s.Tokens.Create(ctx, who, access.Draft{Name: d.Name, Role: access.Role(d.Role), Regions: d.Regions,
				Agency: d.Agency, Sealed: d.Sealed, Expires: d.ExpiresAt})
			if err != nil {
				return nil, err
			}
			return reply(NewToken{Token: showToken(t), Secret: secret}), nil
		})
	handle(s, route{method: http.MethodDelete, path: "/tokens/{id}", id: "revoke-token", summary: "Revoke a token",
		about: "The last administrator's token of all regions can't be revoked.", action: access.EditTokens, status: http.StatusNoContent},
		func(ctx context.Context, who access.Person, in *IDPath) (*nothing, error) {
			return nil, s.Tokens.Revoke(ctx, who, in.ID)
		})
}
