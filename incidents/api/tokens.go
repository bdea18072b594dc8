package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/otklik/otklik/internal/access"
)

// Token is an API token without its secret.
type Token struct {
	ID         int64       `json:"id"`
	Person     int64       `json:"person" doc:"Whose it is."`
	Holder     string      `json:"holder" doc:"The person's name."`
	Personal   bool        `json:"personal" doc:"Of somebody who signs in: it may do what they may do now. Otherwise it is a service's."`
	Name       string      `json:"name"`
	Role       access.Role `json:"role"`
	Regions    []string    `json:"regions"`
	Agencies   []int64     `json:"agencies" doc:"An executor's."`
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
	Agencies  []int64    `json:"agencies,omitempty" doc:"An executor's."`
	Sealed    bool       `json:"sealed,omitempty" doc:"May see sealed cases."`
	ExpiresAt *time.Time `json:"expires_at,omitempty" doc:"Missing: never."`
}

func showToken(t access.Token) Token {
	return Token{ID: t.ID, Person: t.Person, Holder: t.Holder, Personal: t.Personal, Name: t.Name, Role: t.Role,
		Regions: some(t.Regions), Agencies: some(t.Agencies), Sealed: t.Sealed,
		CreatedAt: t.CreatedAt.UTC(), CreatedBy: t.CreatedBy, ExpiresAt: t.ExpiresAt, LastUsedAt: t.LastUsedAt, RevokedAt: t.RevokedAt}
}

func (s *server) registerTokens() {
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
	handle(s, route{method: http.MethodPost, path: "/tokens", id: "create-token", summary: "Make a token", action: access.EditTokens, lasting: true, status: http.StatusCreated},
		func(ctx context.Context, who access.Person, in *struct{ Body TokenDraft }) (*body[NewToken], error) {
			d := in.Body
			if err := s.agencies(ctx, who, d.Agencies); err != nil {
				return nil, err
			}
			t, secret, err := s.Tokens.Create(ctx, who, access.Draft{Name: d.Name, Role: access.Role(d.Role), Regions: d.Regions,
				Agencies: d.Agencies, Sealed: d.Sealed, Expires: d.ExpiresAt})
			if err != nil {
				return nil, err
			}
			return reply(NewToken{Token: showToken(t), Secret: secret}), nil
		})
	handle(s, route{method: http.MethodDelete, path: "/tokens/{id}", id: "revoke-token", summary: "Revoke a token",
		about: "The last administrator's token of all regions can't be revoked.", action: access.EditTokens, lasting: true, status: http.StatusNoContent},
		func(ctx context.Context, who access.Person, in *IDPath) (*nothing, error) {
			return nil, s.Tokens.Revoke(ctx, who, in.ID)
		})
}

// agencies refuses those that there are not, each at its place.
func (s *server) agencies(ctx context.Context, who access.Person, ids []int64) error {
	for i, id := range ids[:min(len(ids), maxAgencies)] {
		if _, err := s.Desk.Agency(ctx, who, id); err != nil {
			return asField(err, fmt.Sprintf("agencies[%d]", i))
		}
	}
	return nil
}

// maxAgencies bounds what is looked up for one request; more are refused.
const maxAgencies = 100

// some gives an empty list where there is none: null is no list.
func some[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
