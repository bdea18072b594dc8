package people

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/jackc/pgx/v5"
	"golang.org/x/oauth2"

	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/audit"
	"github.com/otklik/otklik/internal/fault"
)

const (
	stateLife   = 10 * time.Minute
	maxStates   = 10000 // sign-ins under way; anybody can begin one
	oidcTimeout = 15 * time.Second
	foundFor    = 10 * time.Minute // that what a provider says of itself is believed
)

// Provider is one OpenID Connect provider that people may come through.
type Provider struct {
	ID     string // in addresses: small Latin letters, digits and -
	Name   string // shown on the button
	Issuer string
	Client string // id that the provider knows us by
	Secret string
}

// OIDC signs people in through providers. A person must have been added before:
// the first time by an e-mail address that the provider has verified, afterwards
// by the provider's own name for them. Make it with NewOIDC.
type OIDC struct {
	Store     *Store
	Providers []Provider

	base  string
	web   *http.Client
	turns turns // of those who wait for a provider

	mu    sync.Mutex
	found map[string]found // by id of the provider
}

type found struct {
	op    *oidc.Provider
	until time.Time
}

var providerID = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`)

// NewOIDC checks the providers. base is the public address of this
// installation; web dials through netguard.
func NewOIDC(store *Store, providers []Provider, base string, web *http.Client) (*OIDC, error) {
	if u, err := url.Parse(base); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fault.New(fault.Invalid, "signing in through providers needs the public address of this installation, which they send people back to")
	}
	ids := map[string]bool{}
	for _, p := range providers {
		u, err := url.Parse(p.Issuer)
		switch {
		case !providerID.MatchString(p.ID):
			return nil, fault.New(fault.Invalid, "the id %q of a sign-in provider has other than 1–32 small Latin letters, digits and -", p.ID)
		case ids[p.ID]:
			return nil, fault.New(fault.Invalid, "two sign-in providers have the id %q", p.ID)
		case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
			return nil, fault.New(fault.Invalid, "the issuer of the sign-in provider %s is not an address", p.ID)
		case p.Name == "" || p.Client == "":
			return nil, fault.New(fault.Invalid, "the sign-in provider %s needs a name and a client id", p.ID)
		}
		ids[p.ID] = true
	}
	return &OIDC{Store: store, Providers: providers, base: strings.TrimRight(base, "/"), web: web, turns: newTurns(8, 100), found: map[string]found{}}, nil
}

func (o *OIDC) provider(id string) (Provider, error) {
	for _, p := range o.Providers {
		if p.ID == id {
			return p, nil
		}
	}
	return Provider{}, fault.New(fault.NotFound, "there is no sign-in provider %.40q", id)
}

// connect asks the provider where its ends are, now and then.
func (o *OIDC) connect(ctx context.Context, p Provider) (*oidc.Provider, oauth2.Config, error) {
	op, err := o.discover(ctx, p)
	if err != nil {
		return nil, oauth2.Config{}, fault.New(fault.Unavailable, "the sign-in provider %s does not answer: %w", p.Name, err)
	}
	return op, oauth2.Config{ClientID: p.Client, ClientSecret: p.Secret, Endpoint: op.Endpoint(),
		RedirectURL: o.base + "/auth/oidc/" + p.ID + "/callback", Scopes: []string{oidc.ScopeOpenID, "email", "profile"}}, nil
}

func (o *OIDC) discover(ctx context.Context, p Provider) (*oidc.Provider, error) {
	o.mu.Lock()
	f, ok := o.found[p.ID]
	o.mu.Unlock()
	if now := o.Store.Now(); ok && now.Before(f.until) {
		return f.op, nil
	}
	op, err := oidc.NewProvider(ctx, p.Issuer)
	if err != nil {
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.found[p.ID] = found{op, o.Store.Now().Add(foundFor)}
	return op, nil
}

// outside bounds what is asked of a provider.
func (o *OIDC) outside(ctx context.Context) (_ context.Context, done func(), err error) {
	over, err := o.turns.take(ctx)
	if err != nil {
		return ctx, nil, err
	}
	ctx, cancel := context.WithTimeout(oidc.ClientContext(ctx, o.web), oidcTimeout)
	return ctx, func() { cancel(); over() }, nil
}

// Begin gives the provider's address to go to, and the state that the browser
// has to bring back in a cookie. back is the path to go on with.
func (o *OIDC) Begin(ctx context.Context, id, back string) (address, state string, err error) {
	p, err := o.provider(id)
	if err != nil {
		return "", "", err
	}
	ctx, done, err := o.outside(ctx)
	if err != nil {
		return "", "", err
	}
	defer done()
	_, cfg, err := o.connect(ctx, p)
	if err != nil {
		return "", "", err
	}
	back = ownPath(back)
	state, hash, err := secret()
	if err != nil {
		return "", "", err
	}
	nonce, _, err := secret()
	if err != nil {
		return "", "", err
	}
	verifier := oauth2.GenerateVerifier()
	tag, err := o.Store.Pool.Exec(ctx, `INSERT INTO signin_state (hash, provider, nonce, verifier, back, made_at)
		SELECT $1, $2, $3, $4, $5, $6 WHERE (SELECT count(*) FROM signin_state WHERE made_at > $7) < $8`,
		hash, p.ID, nonce, verifier, back, o.Store.Now(), o.Store.Now().Add(-stateLife), maxStates)
	if err != nil {
		return "", "", fmt.Errorf("sign in through %s: %w", p.ID, err)
	}
	if tag.RowsAffected() == 0 {
		return "", "", fault.New(fault.Limited, "too many people sign in through providers at once; try again")
	}
	return cfg.AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier)), state, nil
}

const maxBack = 2000 // bytes

// ownPath gives a path of this installation: never another site's address.
func ownPath(back string) string {
	// Browsers drop tabs and line breaks, and take \ for /.
	if !strings.HasPrefix(back, "/") || strings.HasPrefix(back, "//") || len(back) > maxBack || !utf8.ValidString(back) ||
		strings.ContainsFunc(back, func(r rune) bool { return r == '\\' || r < ' ' || r == 0x7f }) {
		return "/"
	}
	return back
}

// Finish takes what the provider's redirect brought: state must be that of the
// cookie. It gives the session, or half of a sign-in to whoever has a second
// factor that the provider did not ask for, and the path to go on with.
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
	if person.TOTP && !cl.strong() {
		half, err := o.Store.halfway(ctx, person)
		return SignedIn{Half: half}, back, err
	}
	in, err := o.Store.enter(ctx, person, byProvider, c)
	return in, back, err
}

// ErrStranger is in the chain of the error of somebody whom a provider knows
// and we don't.
var ErrStranger = errors.New("nobody here")

// claims are what a provider says of somebody.
type claims struct {
	Subject  string `json:"sub"`
	Email    string `json:"email"`
	Verified bool   `json:"email_verified"`
	Nonce    string `json:"nonce"`

	Methods []string `json:"amr"` // RFC 8176
	Level   string   `json:"acr"`
}

// strong says whether the provider itself has asked for a second factor, as far
// as it tells.
func (cl claims) strong() bool {
	return slices.Contains(cl.Methods, "mfa") || slices.Contains(cl.Methods, "otp") || slices.Contains([]string{
		"https://refeds.org/profile/mfa", "http://schemas.openid.net/pape/policies/2007/06/multi-factor"}, cl.Level)
}

func (o *OIDC) claims(ctx context.Context, p Provider, code, nonce, verifier string) (cl claims, err error) {
	ctx, done, err := o.outside(ctx)
	if err != nil {
		return cl, err
	}
	defer done()
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
	unknown := fmt.Errorf("%w: %w", ErrStranger, fault.New(fault.Unauthorized, "nobody here has the e-mail address that the provider gives; ask your administrator to add you with it"))
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
	return ids[0], s.event(ctx, tx, ids[0], audit.Linked, access.Person{}, "", audit.Changes{"provider": {Is: provider}, "subject": {Is: cl.Subject}})
}
