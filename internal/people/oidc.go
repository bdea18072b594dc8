package people

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/jackc/pgx/v5"
	"golang.org/x/oauth2"

	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
)

const (
	stateLife   = 10 * time.Minute
	oidcTimeout = 15 * time.Second
)

// Provider is one OpenID Connect provider that people may come through.
type Provider struct {
	ID     string // in addresses: small Latin letters
	Name   string // shown on the button
	Issuer string
	Client string // id that the provider knows us by
	Secret string
}

// OIDC signs people in through providers. A person must have been added before:
// the first time by an e-mail address that the provider has verified, afterwards
// by the provider's own name for them.
type OIDC struct {
	Store     *Store
	Providers []Provider
	Base      string       // public address of this installation
	HTTP      *http.Client // dials through netguard
}

func (o *OIDC) provider(id string) (Provider, error) {
	for _, p := range o.Providers {
		if p.ID == id {
			return p, nil
		}
	}
	return Provider{}, fault.New(fault.NotFound, "there is no sign-in provider %.40q", id)
}

// connect asks the provider where its ends are.
func (o *OIDC) connect(ctx context.Context, p Provider) (*oidc.Provider, oauth2.Config, error) {
	op, err := oidc.NewProvider(ctx, p.Issuer)
	if err != nil {
		return nil, oauth2.Config{}, fault.New(fault.Unavailable, "the sign-in provider %s does not answer: %w", p.Name, err)
	}
	return op, oauth2.Config{ClientID: p.Client, ClientSecret: p.Secret, Endpoint: op.Endpoint(),
		RedirectURL: strings.TrimRight(o.Base, "/") + "/auth/oidc/" + p.ID + "/callback", Scopes: []string{oidc.ScopeOpenID, "email", "profile"}}, nil
}

// Begin gives the provider's address to go to, and the state that the browser
// has to bring back in a cookie. back is the path to go on with.
func (o *OIDC) Begin(ctx context.Context, id, back string) (address, state string, err error) {
	p, err := o.provider(id)
	if err != nil {
		return "", "", err
	}
	ctx, cancel := context.WithTimeout(oidc.ClientContext(ctx, o.HTTP), oidcTimeout)
	defer cancel()
	_, cfg, err := o.connect(ctx, p)
	if err != nil {
		return "", "", err
	}
	if !strings.HasPrefix(back, "/") || strings.HasPrefix(back, "//") || strings.ContainsAny(back, "\\\r\n") {
		back = "/"
	}
	state, hash, err := secret()
	if err != nil {
		return "", "", err
	}
	nonce, _, err := secret()
	if err != nil {
		return "", "", err
	}
	verifier := oauth2.GenerateVerifier()
	if _, err := o.Store.Pool.Exec(ctx, `INSERT INTO signin_state (hash, provider, nonce, verifier, back, made_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		hash, p.ID, nonce, verifier, back, o.Store.Now()); err != nil {
		return "", "", fmt.Errorf("sign in through %s: %w", p.ID, err)
	}
	return cfg.AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier)), state, nil
}

// Finish takes what the provider's redirect brought: state must be that of the
// cookie. It gives the session and the path to go on with.
func (o *OIDC) Finish(ctx context.Context, id, cookie, state, code string, c Client) (SignedIn, string, error) {
	p, err := o.provider(id)
	if err != nil {
		return SignedIn{}, "", err
	}
	if state == "" || state != cookie {
		return SignedIn{}, "", fault.New(fault.Unauthorized, "this sign-in was not begun in this browser; begin again")
	}
	var nonce, verifier, back string
	err = o.Store.Pool.QueryRow(ctx, `DELETE FROM signin_state WHERE hash = $1 AND provider = $2 AND made_at > $3 RETURNING nonce, verifier, back`,
		digest(state), p.ID, o.Store.Now().Add(-stateLife)).Scan(&nonce, &verifier, &back)
	if errors.Is(err, pgx.ErrNoRows) {
		return SignedIn{}, "", fault.New(fault.Unauthorized, "this sign-in is over or was used already; begin again")
	}
	if err != nil {
		return SignedIn{}, "", fmt.Errorf("sign in through %s: %w", p.ID, err)
	}
	cl, err := o.claims(ctx, p, code, nonce, verifier)
	if err != nil {
		return SignedIn{}, "", err
	}
	person, err := o.Store.byIdentity(ctx, p.ID, cl)
	if err != nil {
		return SignedIn{}, "", err
	}
	in, err := o.Store.enter(ctx, person, "oidc", c)
	return in, back, err
}

// claims are what a provider says of somebody.
type claims struct {
	Subject  string `json:"sub"`
	Email    string `json:"email"`
	Verified bool   `json:"email_verified"`
	Nonce    string `json:"nonce"`
}

func (o *OIDC) claims(ctx context.Context, p Provider, code, nonce, verifier string) (cl claims, err error) {
	ctx, cancel := context.WithTimeout(oidc.ClientContext(ctx, o.HTTP), oidcTimeout)
	defer cancel()
	op, cfg, err := o.connect(ctx, p)
	if err != nil {
		return cl, err
	}
	refused := func(err error) error {
		return fault.New(fault.Unauthorized, "%s did not confirm the sign-in: %w", p.Name, err)
	}
	token, err := cfg.Exchange(ctx, code, oauth2.VerifierOption(verifier))
	if err != nil {
		return cl, refused(err)
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return cl, refused(errors.New("no ID token"))
	}
	id, err := op.VerifierContext(ctx, &oidc.Config{ClientID: p.Client, Now: o.Store.Now}).Verify(ctx, raw)
	if err != nil {
		return cl, refused(err)
	}
	if err := id.Claims(&cl); err != nil {
		return cl, refused(err)
	}
	if cl.Nonce != nonce || cl.Subject == "" {
		return cl, refused(errors.New("the ID token is of another sign-in"))
	}
	if cl.Email != "" {
		return cl, nil
	}
	// Providers may give the e-mail address only at the user-info end.
	info, err := op.UserInfo(ctx, oauth2.StaticTokenSource(token))
	if err == nil && info.Subject == cl.Subject {
		cl.Email, cl.Verified = info.Email, info.EmailVerified
	}
	return cl, nil
}

// byIdentity gives the person of a provider's subject; at the first time, the
// one whose e-mail address the provider has verified.
func (s *Store) byIdentity(ctx context.Context, provider string, cl claims) (p Person, err error) {
	err = pgx.BeginFunc(ctx, s.Pool, func(tx pgx.Tx) error {
		var id int64
		err := tx.QueryRow(ctx, `SELECT person FROM person_identity WHERE provider = $1 AND subject = $2`, provider, cl.Subject).Scan(&id)
		if errors.Is(err, pgx.ErrNoRows) {
			if id, err = s.link(ctx, tx, provider, cl); err != nil {
				return err
			}
		} else if err != nil {
			return err
		}
		rows, err := tx.Query(ctx, `SELECT `+columns+` FROM person p WHERE id = $1`, id)
		if p, err = one(rows, err, id); err != nil {
			return err
		}
		if p.Disabled != nil {
			return fault.New(fault.Unauthorized, "this person may not sign in any more; ask your administrator")
		}
		return nil
	})
	if err != nil {
		return Person{}, fmt.Errorf("sign in through %s: %w", provider, err)
	}
	return p, nil
}

func (s *Store) link(ctx context.Context, tx pgx.Tx, provider string, cl claims) (id int64, err error) {
	unknown := fault.New(fault.Unauthorized, "nobody here has the e-mail address that the provider gives; ask your administrator to add you with it")
	if !cl.Verified || cl.Email == "" {
		return 0, unknown
	}
	rows, err := tx.Query(ctx, `SELECT id FROM person WHERE lower(email) = lower($1) AND disabled_at IS NULL`, cl.Email)
	if err != nil {
		return 0, err
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return 0, err
	}
	if len(ids) != 1 { // two people with one address: which one can't be known
		return 0, unknown
	}
	if _, err := tx.Exec(ctx, `INSERT INTO person_identity (provider, subject, person, made_at) VALUES ($1, $2, $3, $4)`,
		provider, cl.Subject, ids[0], s.Now()); err != nil {
		return 0, err
	}
	return ids[0], s.event(ctx, tx, ids[0], "linked", access.Person{}, "", map[string]any{"provider": provider, "subject": cl.Subject})
}
