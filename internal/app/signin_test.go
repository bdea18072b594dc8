package app

import (
	"bytes"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/people"
	"github.com/otklik/otklik/internal/testenv"
)

func TestProvidersOfASetting(t *testing.T) {
	c := Config{OIDC: "id=esia,name=Госуслуги,issuer=https://id.example/,client=otklik,secret=a=b==;\n id=corp,issuer=https://corp.example,client=x\n"}
	got, err := c.providers()
	require.NoError(t, err)
	require.Equal(t, []people.Provider{
		{ID: "esia", Name: "Госуслуги", Issuer: "https://id.example/", Client: "otklik", Secret: "a=b=="},
		{ID: "corp", Name: "corp", Issuer: "https://corp.example", Client: "x"},
	}, got)
	for _, bad := range []string{"esia", "id=x,colour=red", "id=x,id=y", "id=x,secret=hush,what"} {
		c.OIDC = bad
		_, err := c.providers()
		require.ErrorContains(t, err, "OTKLIK_OIDC: provider 1")
		require.NotContains(t, err.Error(), "hush")
	}
	c.OIDC = ""
	got, err = c.providers()
	require.NoError(t, err)
	require.Empty(t, got)
}

func TestProxiesOfASetting(t *testing.T) {
	c := Config{TrustedProxies: []string{"10.1.2.3/8", "192.0.2.7", "2001:db8::1", "fd00::/8"}}
	got, err := c.proxies()
	require.NoError(t, err)
	require.Equal(t, []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("192.0.2.7/32"),
		netip.MustParsePrefix("2001:db8::1/128"), netip.MustParsePrefix("fd00::/8")}, got)
	c.TrustedProxies = []string{"everybody"}
	_, err = c.proxies()
	require.ErrorContains(t, err, "OTKLIK_TRUSTED_PROXIES")
}

// Set-up is shown until somebody is there.
func TestSetUpIsInvited(t *testing.T) {
	store, err := people.Open(t.Context(), testenv.Postgres(t), time.Now, func(string) bool { return true })
	require.NoError(t, err)
	a := &App{people: store, config: &Config{}}
	said := func(listening string) string {
		t.Helper()
		var out, err bytes.Buffer
		p := &process{ctx: t.Context(), stdout: &out, stderr: &err}
		require.NoError(t, a.inviteSetup(p, net.TCPAddrFromAddrPort(netip.MustParseAddrPort(listening))))
		require.Empty(t, out.String(), "standard output is for the address")
		return err.String()
	}
	end := "/setup#code=" + store.SetupCode() + "\n"
	require.Equal(t, "set up at http://127.0.0.1:8080"+end, said("127.0.0.1:8080"))
	require.Equal(t, "set up at http://localhost:8080"+end, said("0.0.0.0:8080"))
	require.Equal(t, "set up at http://localhost:8080"+end, said("[::]:8080"))
	a.config.BaseURL = "https://otklik.example/"
	require.Equal(t, "set up at https://otklik.example"+end, said("0.0.0.0:8080"))
	_, err = store.Setup(t.Context(), people.First{Name: "Анна", Login: "anna", Password: "река-лампа-огурец-тетрадь", Code: store.SetupCode()})
	require.NoError(t, err)
	require.Empty(t, said("127.0.0.1:8080"))
}

// A setting is taken or refused, never half of it, and no error shows it.
func FuzzProviders(f *testing.F) {
	for _, s := range []string{"id=a,name=A,issuer=https://id.example,client=c,secret=s", "id=a;id=b", "=;,=", "id=a,id=b", "\n\n", "id=a,name=,name=x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		ps, err := (&Config{OIDC: s}).providers()
		if err != nil {
			require.Empty(t, ps)
			require.Regexp(t, `^OTKLIK_OIDC: provider \d+ is not of the form id=…,name=…,issuer=…,client=…,secret=…$`, err.Error())
		}
	})
}

// The address of a mail server is taken whole or refused by the name of its
// setting.
func FuzzMailServer(f *testing.F) {
	for _, s := range []string{"smtp://user:password@host:587", "smtps://host", "smtp://host?tls=none", "smtp://host:0", "smtp://:25", "http://host", "smtp://u:p%zz@host", "smtp://host:99999", "smtp://[::1]:25"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		o, err := mailServer(s)
		if err != nil {
			require.Contains(t, err.Error(), "OTKLIK_SMTP")
			return
		}
		require.NotEmpty(t, o.Host)
		require.True(t, o.Port > 0 && o.Port < 1<<16, "%q: %d", s, o.Port)
	})
}

// A proxy is an address or a network, or nothing.
func FuzzProxies(f *testing.F) {
	for _, s := range []string{"10.0.0.0/8", "127.0.0.1", "::1", "fe80::1%eth0", "10.0.0.0/33", "", "localhost"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		all, err := (&Config{TrustedProxies: []string{s}}).proxies()
		if err != nil {
			require.Contains(t, err.Error(), "OTKLIK_TRUSTED_PROXIES")
			return
		}
		require.Len(t, all, 1)
		require.True(t, all[0].IsValid())
		require.Equal(t, all[0].Masked(), all[0])
	})
}
