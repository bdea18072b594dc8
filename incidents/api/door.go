package api

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"

	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/people"
)

// The cookies. None can be read by a script.
const (
	sessionCookie = "otklik_session"
	deviceCookie  = "otklik_device" // of a browser that has signed in before
	oidcCookie    = "otklik_oidc"   // of a sign-in through a provider that is under way
	halfCookie    = "otklik_half"   // of one that waits for a code
)

// visit is how a request came.
type visit struct {
	client people.Client
	cookie string // secret of the session; "" is none
	half   string // of a sign-in that waits for a code; "" is none
	secure bool   // the browser speaks TLS
	here   bool   // it comes from this very machine
}

type visitKey struct{}

func visitOf(ctx context.Context) visit {
	v, _ := ctx.Value(visitKey{}).(visit)
	return v
}

func (s *server) visit(r *http.Request) visit {
	value := func(name string) string {
		c, err := r.Cookie(name)
		if err != nil {
			return ""
		}
		return c.Value
	}
	return visit{
		client: people.Client{Address: clientAddress(r, s.TrustedProxies), Agent: r.UserAgent(), Device: value(deviceCookie)},
		cookie: value(sessionCookie),
		half:   value(halfCookie),
		secure: r.TLS != nil || strings.HasPrefix(s.BaseURL, "https://"),
		here:   s.here(r),
	}
}

// forwarding are headers by which proxies say that they speak for somebody else.
var forwarding = []string{"Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "Cf-Connecting-Ip", "True-Client-Ip"}

// here says whether a request was made on this machine itself: over its
// loopback, to a name of the loopback, and by nobody who forwards others'. The
// name keeps out pages whose own name was made to point here; they can't choose
// another. An installation with a public address has a proxy before it that may
// not say what it is.
func (s *server) here(r *http.Request) bool {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !peer.Addr().Unmap().IsLoopback() || !loopbackHost(r.Host) {
		return false
	}
	if base, err := url.Parse(s.BaseURL); s.BaseURL != "" && (err != nil || !loopbackHost(base.Host)) {
		return false
	}
	at := peer.Addr().Unmap()
	return r.ProtoAtLeast(1, 1) && // nginx as it comes speaks 1.0 to what is behind it, and names nobody
		!slices.ContainsFunc(s.TrustedProxies, func(p netip.Prefix) bool { return p.Contains(at) }) &&
		!slices.ContainsFunc(forwarding, func(name string) bool { return r.Header.Get(name) != "" })
}

// loopbackHost says whether a host, with a port or without, is this machine to
// whoever says it.
func loopbackHost(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = strings.Trim(host, "[]")
	}
	at, err := netip.ParseAddr(name)
	return strings.EqualFold(name, "localhost") || err == nil && at.Unmap().IsLoopback()
}

// clientAddress is whom the request comes from: the peer, or, where that is a
// proxy of ours, the nearest address before it that isn't one. What stands
// further left in X-Forwarded-For anybody can have written.
func clientAddress(r *http.Request, proxies []netip.Prefix) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	at, err := netip.ParseAddr(host)
	if err != nil {
		return ""
	}
	at = at.Unmap()
	ours := func(a netip.Addr) bool {
		return slices.ContainsFunc(proxies, func(p netip.Prefix) bool { return p.Contains(a.WithZone("")) })
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && ours(at); i-- {
		before, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		at = before.Unmap()
	}
	return at.String()
}

// cookie makes one that no script and no other site gets at. A negative age
// removes it.
func (v visit) newCookie(name, value, path string, age int) http.Cookie {
	return http.Cookie{Name: name, Value: value, Path: path, MaxAge: age, HttpOnly: true, Secure: v.secure, SameSite: http.SameSiteLaxMode}
}

// crossOrigin tells requests that another site makes a browser send.
func crossOrigin(base string) *http.CrossOriginProtection {
	c := http.NewCrossOriginProtection()
	if u, err := url.Parse(base); err == nil && u.Scheme != "" && u.Host != "" {
		_ = c.AddTrustedOrigin(u.Scheme + "://" + u.Host) // a proxy may give us another Host; it is checked just above
	}
	return c
}

// admit lets in only whose role allows the route's action, by a token or by the
// cookie of a session.
func (s *server) admit(r route) func(huma.Context, func(huma.Context)) {
	return func(hc huma.Context, next func(huma.Context)) {
		ctx := withLanguage(hc.Context(), hc.Header("Accept-Language"))
		if !r.stream {
			bounded, cancel := context.WithTimeout(ctx, requestTimeout)
			defer cancel()
			ctx = bounded
		}
		req := humagin.Unwrap(hc).Request
		v := s.visit(req)
		ctx = context.WithValue(ctx, visitKey{}, v)
		who, err := s.who(ctx, r, req, v)
		if err != nil {
			var p *Problem
			_ = errors.As(s.failed(ctx, r, err, ""), &p)
			s.refuse(hc, p)
			return
		}
		next(huma.WithContext(hc, context.WithValue(ctx, personKey{}, who)))
	}
}

// who says who asks, and whether they may ask this.
func (s *server) who(ctx context.Context, r route, req *http.Request, v visit) (who access.Person, err error) {
	switch bearer := req.Header.Get("Authorization"); {
	case r.open:
		return who, s.sameSite(ctx, req)
	case bearer != "":
		who, err = s.bearer(ctx, bearer)
	default:
		who, err = s.session(ctx, req, v)
	}
	switch {
	case err != nil:
		return who, err
	case r.session && who.By.Kind != access.BySession:
		return who, newProblem(ctx, http.StatusForbidden, say(ctx, onlySignedIn))
	case r.lasting && who.By.Personal:
		return who, newProblem(ctx, http.StatusForbidden, say(ctx, notByOwnToken))
	case who.MustChange && !r.mustChange:
		p := newProblem(ctx, http.StatusForbidden, say(ctx, mustChange))
		p.MustChange = true
		return who, p
	case !who.May(r.action):
		return who, newProblem(ctx, http.StatusForbidden, translate(lang(ctx), fmt.Sprintf("role %q may not %s", who.Role, r.action)))
	}
	return who, nil
}

// bearer is whose token it is. A token is sent by whoever means to: no site can
// make a browser send it.
func (s *server) bearer(ctx context.Context, header string) (access.Person, error) {
	scheme, secret, ok := strings.Cut(header, " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") {
		return access.Person{}, newProblem(ctx, http.StatusUnauthorized, say(ctx, needToken))
	}
	who, err := s.Tokens.Authenticate(ctx, strings.TrimSpace(secret))
	if fault.KindOf(err) == fault.Unauthorized {
		return who, newProblem(ctx, http.StatusUnauthorized, say(ctx, badToken))
	}
	return who, err
}

// session is who is signed in. Browsers send cookies along with whatever
// another site makes them send, so that has to be told apart.
func (s *server) session(ctx context.Context, req *http.Request, v visit) (access.Person, error) {
	if v.cookie == "" {
		return access.Person{}, newProblem(ctx, http.StatusUnauthorized, say(ctx, needSignIn))
	}
	if err := s.sameSite(ctx, req); err != nil {
		return access.Person{}, err
	}
	p, se, err := s.People.Session(ctx, v.cookie)
	if fault.KindOf(err) == fault.Unauthorized {
		return access.Person{}, newProblem(ctx, http.StatusUnauthorized, say(ctx, sessionEnded))
	}
	return p.Access(se.ID), err
}

func (s *server) sameSite(ctx context.Context, req *http.Request) error {
	if err := s.crossOrigin.Check(req); err != nil {
		return newProblem(ctx, http.StatusForbidden, say(ctx, crossSite))
	}
	return nil
}

// check reads again whether somebody may still be here.
func (s *server) check(ctx context.Context, by access.Credential) (access.Person, error) {
	if by.Kind == access.BySession {
		return s.People.Check(ctx, by.ID)
	}
	return s.Tokens.Check(ctx, by.ID)
}
