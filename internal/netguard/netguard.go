// Package netguard is the one dialer for addresses that people typed: sources,
// webhooks, mail servers, permalinks. It connects to the public internet only.
// An address is judged where it is dialled, after the name was resolved, so
// neither a redirect nor a name that answers differently the second time gets
// past it.
package netguard

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"

	"github.com/otklik/otklik/internal/fault"
)

// Guard dials. Safe for concurrent use; make it with New.
type Guard struct {
	allow  map[string]bool // "127.0.0.1:8081", as it is dialled
	open   net.Dialer      // for what is allowed by name
	closed net.Dialer      // for everything else
}

const (
	dialTime     = 10 * time.Second
	headerTime   = 20 * time.Second // from the request to the answer's header
	idleTime     = 60 * time.Second
	totalTime    = 60 * time.Second // of one request with its body; callers set less
	maxHeader    = 64 << 10         // bytes of an answer's header
	maxRedirects = 5
)

// New makes a guard. allow are exact "IP:port" addresses of our own servers,
// such as those of the demonstration; they come from the wiring, never from a
// setting that a person can change. They are let through only when they are
// asked for in just this form: a name that points to them is refused.
func New(allow []string) (*Guard, error) {
	g := &Guard{allow: map[string]bool{}}
	for _, a := range allow {
		ap, err := netip.ParseAddrPort(a)
		if err != nil || ap.Port() == 0 || ap.Addr().Zone() != "" {
			return nil, fault.New(fault.Invalid, "netguard: %q is not IP:port; only exact addresses can be allowed", a)
		}
		g.allow[ap.String()] = true
	}
	g.open = net.Dialer{Timeout: dialTime}
	g.closed = net.Dialer{Timeout: dialTime, ControlContext: control}
	return g, nil
}

// DialContext connects to "host:port" over TCP. A refusal is fault.Forbidden.
func (g *Guard) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	switch network {
	case "tcp", "tcp4", "tcp6":
	default:
		return nil, fault.New(fault.Forbidden, "connections over %s are not made", network)
	}
	if g.allow[address] {
		return g.open.DialContext(ctx, network, address)
	}
	return g.closed.DialContext(ctx, network, address)
}

// control is called by the dialer with each address it is about to connect to.
func control(_ context.Context, network, address string, _ syscall.RawConn) error {
	if network != "tcp4" && network != "tcp6" {
		return fault.New(fault.Forbidden, "connections over %s are not made", network)
	}
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return fault.New(fault.Forbidden, "%q is not an address", address)
	}
	return Check(ap.Addr())
}

// Transport gives a transport that dials through the guard. It takes no proxy
// from the environment: a proxy would dial for us, unguarded.
func (g *Guard) Transport() *http.Transport {
	return &http.Transport{
		Proxy:                  nil,
		DialContext:            g.DialContext,
		ForceAttemptHTTP2:      true,
		TLSHandshakeTimeout:    dialTime,
		ResponseHeaderTimeout:  headerTime,
		ExpectContinueTimeout:  time.Second,
		IdleConnTimeout:        idleTime,
		MaxIdleConns:           200,
		MaxIdleConnsPerHost:    4,
		MaxResponseHeaderBytes: maxHeader,
	}
}

// Client gives a client over Transport that follows at most five redirects,
// to http and https only. Each hop is dialled through the guard.
func (g *Guard) Client() *http.Client {
	return &http.Client{Transport: g.Transport(), CheckRedirect: checkRedirect, Timeout: totalTime}
}

func checkRedirect(req *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return fault.New(fault.Forbidden, "more than %d redirects", maxRedirects)
	}
	if s := req.URL.Scheme; s != "http" && s != "https" {
		return fault.New(fault.Forbidden, "redirects to %s: are not followed", s)
	}
	return nil
}

// Check says whether an address belongs to the public internet; if not, the
// error is fault.Forbidden and says what it is.
func Check(a netip.Addr) error {
	if why := refusal(a); why != "" {
		return fault.New(fault.Forbidden, "%s is %s; only public addresses are connected to", a, why)
	}
	return nil
}

// refusal says why an address is refused; "" means that it is public.
func refusal(a netip.Addr) string {
	switch {
	case !a.IsValid():
		return "not an address"
	case a.Zone() != "":
		return "an address of one link"
	case a.Is4In6():
		return refusal(a.Unmap())
	case a.Is4():
		return inRanges(a, special4)
	}
	for _, e := range embedding {
		if e.prefix.Contains(a) {
			b := a.As16()
			inner := netip.AddrFrom4([4]byte(b[e.at : e.at+4]))
			if why := refusal(inner); why != "" {
				return fmt.Sprintf("%s in other clothes (%s), %s", inner, e.name, why)
			}
			return ""
		}
	}
	if why := inRanges(a, special6); why != "" {
		return why
	}
	if !global6.Contains(a) {
		return "outside the public range"
	}
	return ""
}

func inRanges(a netip.Addr, ranges []special) string {
	for _, r := range ranges {
		if r.prefix.Contains(a) {
			return r.what
		}
	}
	return ""
}
