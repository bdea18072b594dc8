package netguard

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/dns/dnsmessage"

	"github.com/otklik/otklik/internal/fault"
)

func TestCheck(t *testing.T) {
	for _, a := range []string{
		"0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "100.100.100.200",
		"127.0.0.1", "127.255.255.254", "168.63.129.16", "169.254.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255",
		"192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9",
		"224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
		"::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.1.2.3", "::ffff:169.254.169.254", "::ffff:0:127.0.0.1",
		"64:ff9b::7f00:1", "64:ff9b::169.254.169.254", "64:ff9b::192.168.1.1", "64:ff9b:1::8.8.8.8",
		"2002:7f00:1::", "2002:a00:1::1", "2002:c0a8:101::5", "2002:a9fe:a9fe::",
		"2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:2::1", "2001:10::1", "2001:db8::1", "3fff::1",
		"100::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fdff::1", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "ff0e::1",
		"2606:4700::1111%eth0", "4000::1", "::8.8.8.8",
	} {
		err := Check(netip.MustParseAddr(a))
		require.Error(t, err, a)
		require.Equal(t, fault.Forbidden, fault.KindOf(err), a)
	}
	require.Error(t, Check(netip.Addr{}))
	for _, a := range []string{
		"1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.1", "100.63.255.255", "100.128.0.1", "126.255.255.255", "128.0.0.1",
		"149.154.167.99", "168.63.129.17", "172.15.255.255", "172.32.0.1", "192.0.1.1", "192.167.255.255", "198.17.0.1", "198.20.0.1",
		"223.255.255.255", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2002:808:808::1",
		"2001:4860:4860::8888", "2a00:1450:4010::1", "2606:4700::1111", "2001:67c:4e8:f004::9",
	} {
		require.NoError(t, Check(netip.MustParseAddr(a)), a)
	}
}

// What people write for an address in other clothes reaches the check as the
// address it is.
func TestOddFormsOfLoopback(t *testing.T) {
	g, err := New(nil)
	require.NoError(t, err)
	served, port := serve(t)
	for _, host := range []string{"127.0.0.1", "127.1.2.3", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::]", "localhost"} {
		_, err := g.Client().Get("http://" + host + ":" + port)
		require.Error(t, err, host)
		require.Equal(t, fault.Forbidden, fault.KindOf(err), "%s: %v", host, err)
	}
	// No resolver takes these for addresses; should one do so, the check is there.
	for _, host := range []string{"2130706433", "0x7f000001", "0177.0.0.1", "127.1"} {
		res, err := (&http.Client{Transport: stubbed(t, g, "127.0.0.1").Transport()}).Get("http://" + host + ":" + port)
		require.Error(t, err, host)
		require.Nil(t, res)
	}
	require.Zero(t, served.Load(), "a request arrived")
}

func serve(t *testing.T) (served *atomic.Int64, port string) {
	t.Helper()
	served = new(atomic.Int64)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { served.Add(1) }))
	t.Cleanup(s.Close)
	_, port, err := net.SplitHostPort(strings.TrimPrefix(s.URL, "http://"))
	require.NoError(t, err)
	return served, port
}

// stubbed gives the guard a resolver that asks a name server of the test's
// own. Each question for an address of IPv4 gets the next of answers, the last
// one again and again.
func stubbed(t *testing.T, g *Guard, answers ...string) *Guard {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	go func() {
		buf := make([]byte, 1500)
		for asked := 0; ; {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			q := m.Questions[0]
			m.Response, m.Authoritative, m.Additionals = true, true, nil
			if q.Type == dnsmessage.TypeA {
				a := netip.MustParseAddr(answers[min(asked, len(answers)-1)])
				asked++
				m.Answers = []dnsmessage.Resource{{
					Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 0},
					Body:   &dnsmessage.AResource{A: a.As4()},
				}}
			}
			out, err := m.Pack()
			if err != nil {
				return
			}
			_, _ = conn.WriteTo(out, from)
		}
	}()
	r := &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
	h := *g
	h.open.Resolver, h.closed.Resolver = r, r
	return &h
}

// A name answers with a public address when it is checked and with ours when
// it is dialled: the second answer is judged as well.
func TestRebinding(t *testing.T) {
	served, port := serve(t)
	g, err := New(nil)
	require.NoError(t, err)
	g = stubbed(t, g, "203.0.114.1", "127.0.0.1")
	first, err := g.closed.Resolver.LookupNetIP(context.Background(), "ip4", "rebind.example.")
	require.NoError(t, err)
	require.NoError(t, Check(first[0].Unmap()), "the first answer is innocent")
	_, err = g.Client().Get("http://rebind.example.:" + port)
	require.ErrorContains(t, err, "127.0.0.1 is this machine")
	require.Equal(t, fault.Forbidden, fault.KindOf(err))
	require.Zero(t, served.Load())
}

func TestAllowIsExact(t *testing.T) {
	served, port := serve(t)
	g, err := New([]string{"127.0.0.1:" + port})
	require.NoError(t, err)
	res, err := g.Client().Get("http://127.0.0.1:" + port)
	require.NoError(t, err)
	res.Body.Close()
	require.EqualValues(t, 1, served.Load())

	other, otherPort := serve(t)
	named := stubbed(t, g, "127.0.0.1")
	for _, address := range []string{"127.0.0.1:" + otherPort, "localhost:" + port, "[::ffff:127.0.0.1]:" + port, "127.0.0.2:" + port} {
		_, err := g.Client().Get("http://" + address)
		require.Equal(t, fault.Forbidden, fault.KindOf(err), "%s: %v", address, err)
	}
	_, err = named.Client().Get("http://ours.example.:" + port)
	require.Equal(t, fault.Forbidden, fault.KindOf(err), "a name that points at what is allowed: %v", err)
	require.EqualValues(t, 1, served.Load())
	require.Zero(t, other.Load())

	for _, bad := range []string{"localhost:80", "127.0.0.1", "127.0.0.1:0", "10.0.0.0/8", "", "fe80::1%eth0:80", "[fe80::1%eth0]:80", "*:80"} {
		_, err := New([]string{bad})
		require.Error(t, err, bad)
	}
}

func TestRedirects(t *testing.T) {
	served, port := serve(t)
	hops := 0
	var to string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hops++
		http.Redirect(w, r, to, http.StatusFound)
	}))
	defer s.Close()
	g, err := New([]string{strings.TrimPrefix(s.URL, "http://")})
	require.NoError(t, err)
	for _, target := range []string{"http://127.0.0.1:" + port, "http://[::1]:" + port, "http://169.254.169.254/latest/meta-data/", "http://localhost:" + port} {
		to = target
		_, err = g.Client().Get(s.URL)
		require.Equal(t, fault.Forbidden, fault.KindOf(err), "%s: %v", target, err)
	}
	require.Zero(t, served.Load())
	for _, target := range []string{"file:///etc/passwd", "gopher://127.0.0.1:70/x"} {
		to = target
		_, err = g.Client().Get(s.URL)
		require.Error(t, err, target)
	}
	to, hops = s.URL+"/again", 0
	_, err = g.Client().Get(s.URL)
	require.ErrorContains(t, err, "more than 5 redirects")
	require.Equal(t, maxRedirects+1, hops)
}

func TestOnlyTCP(t *testing.T) {
	g, err := New([]string{"127.0.0.1:53"})
	require.NoError(t, err)
	for _, network := range []string{"udp", "unix", "ip4:icmp"} {
		_, err := g.DialContext(context.Background(), network, "127.0.0.1:53")
		require.Equal(t, fault.Forbidden, fault.KindOf(err), network)
	}
}

func TestProxyOfTheEnvironmentIsNotAsked(t *testing.T) {
	served, port := serve(t)
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:"+port)
	t.Setenv("http_proxy", "http://127.0.0.1:"+port)
	g, err := New([]string{"127.0.0.1:" + port})
	require.NoError(t, err)
	require.Nil(t, g.Transport().Proxy)
	_, err = g.Client().Get("http://10.0.0.1:81/")
	require.Equal(t, fault.Forbidden, fault.KindOf(err))
	require.Zero(t, served.Load())
}

func TestHugeHeaderIsCutOff(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Long", strings.Repeat("x", 2*maxHeader))
	}))
	defer s.Close()
	g, err := New([]string{strings.TrimPrefix(s.URL, "http://")})
	require.NoError(t, err)
	_, err = g.Client().Get(s.URL)
	require.ErrorContains(t, err, "header")
}

// Whatever is dialed, it is refused or a public address; clothes of IPv6 change
// nothing about that.
func FuzzCheck(f *testing.F) {
	for _, s := range []string{"127.0.0.1", "::1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "fe80::1%eth0", "8.8.8.8", "2a00:1450::1", "0.0.0.0", "169.254.169.254"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := netip.ParseAddr(s)
		if err != nil {
			return
		}
		public := Check(a) == nil
		if a.IsLoopback() || a.IsPrivate() || a.IsLinkLocalUnicast() || a.IsMulticast() || a.IsUnspecified() || a.Zone() != "" {
			require.False(t, public, s)
		}
		if a.Is4() {
			mapped := netip.AddrFrom16(a.As16())
			require.Equal(t, public, Check(mapped) == nil, s)
		}
		if _, err := New([]string{s}); err == nil {
			t.Fatalf("%q has no port", s)
		}
	})
}
