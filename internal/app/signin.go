package app

import (
	"cmp"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"

	"github.com/otklik/otklik/incidents/api"
	"github.com/otklik/otklik/internal/people"
)

// providers reads OTKLIK_OIDC: id=…,name=…,issuer=…,client=…,secret=… with ; or
// line breaks between providers. Errors name no values: one is a secret.
func (c *Config) providers() ([]people.Provider, error) {
	var all []people.Provider
	for n, entry := range strings.FieldsFunc(c.OIDC, func(r rune) bool { return r == ';' || r == '\n' }) {
		if strings.TrimSpace(entry) == "" {
			continue
		}
		var p people.Provider
		fields := map[string]*string{"id": &p.ID, "name": &p.Name, "issuer": &p.Issuer, "client": &p.Client, "secret": &p.Secret}
		for pair := range strings.SplitSeq(entry, ",") {
			name, value, ok := strings.Cut(pair, "=")
			to := fields[strings.TrimSpace(name)]
			if !ok || to == nil || *to != "" {
				return nil, fmt.Errorf("OTKLIK_OIDC: provider %d is not of the form id=…,name=…,issuer=…,client=…,secret=…", n+1)
			}
			*to = strings.TrimSpace(value)
		}
		p.Name = cmp.Or(p.Name, p.ID)
		all = append(all, p)
	}
	return all, nil
}

// proxies reads OTKLIK_TRUSTED_PROXIES: addresses and networks.
func (c *Config) proxies() ([]netip.Prefix, error) {
	var all []netip.Prefix
	for _, s := range c.TrustedProxies {
		p, err := netip.ParsePrefix(s)
		if a, addrErr := netip.ParseAddr(s); err != nil && addrErr == nil {
			p, err = a.Prefix(a.BitLen())
		}
		if err != nil {
			return nil, fmt.Errorf("OTKLIK_TRUSTED_PROXIES: %q is no address or network like 10.0.0.0/8", s)
		}
		all = append(all, p.Masked())
	}
	return all, nil
}

// openSignIn makes what signs people in through providers; nil without any.
func (a *App) openSignIn() error {
	providers, err := a.config.providers()
	if err != nil || len(providers) == 0 {
		return err
	}
	if a.oidc, err = people.NewOIDC(a.people, providers, a.config.BaseURL, a.web); err != nil {
		return fmt.Errorf("OTKLIK_OIDC, OTKLIK_BASE_URL: %w", err)
	}
	return nil
}

// inviteSetup shows where the first administrator is made, with the code that
// whoever is not at this machine needs, as long as nobody is there.
func (a *App) inviteSetup(p *process, listening net.Addr) error {
	needed, err := a.people.SetupNeeded(p.ctx)
	if err != nil || !needed {
		return err
	}
	fmt.Fprintf(p.stderr, "set up at %s/setup#code=%s\n", a.address(listening), a.people.SetupCode())
	return nil
}

// address is where people find this installation, as far as it knows.
func (a *App) address(listening net.Addr) string {
	if a.config.BaseURL != "" {
		return strings.TrimRight(a.config.BaseURL, "/")
	}
	at, err := netip.ParseAddrPort(listening.String())
	if err == nil && at.Addr().IsUnspecified() { // of every network; one is surely there
		return fmt.Sprintf("http://localhost:%d", at.Port())
	}
	return "http://" + listening.String()
}

// installation is what everybody may read of it.
func (a *App) installation() api.Installation {
	out := api.Installation{Name: a.config.Name, Collects: a.config.Collects, Why: a.config.Why}
	for _, c := range a.config.classes() {
		out.Kept = append(out.Kept, api.Kept{Class: c.Name, Months: c.Months})
	}
	slices.SortFunc(out.Kept, func(x, y api.Kept) int { return cmp.Compare(x.Class, y.Class) })
	return out
}
