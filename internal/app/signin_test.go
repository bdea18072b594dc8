package app

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/people"
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
