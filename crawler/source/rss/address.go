package rss

import (
	"net/url"
	"strings"

	"golang.org/x/net/idna"

	"github.com/otklik/otklik/internal/fault"
)

const maxAddress = 1024

// CheckAddress gives the canonical form of a feed's address: http or https, a
// host in lower case and ASCII, no fragment. Without a scheme it is https.
// Anything else is fault.Invalid.
func CheckAddress(address string) (string, error) {
	s := strings.TrimSpace(address)
	if !strings.Contains(s, "://") {
		s = "https://" + s
	}
	u, err := url.Parse(s)
	bad := func(why string) (string, error) {
		if strings.Contains(s, "@") {
			address = "…" // may hold a password
		}
		return "", fault.New(fault.Invalid, "%.60q is not the address of a feed, such as https://gazeta.example/rss.xml: %s", address, why)
	}
	switch {
	case len(s) > maxAddress:
		return bad("it is too long")
	case err != nil || u.Opaque != "":
		return bad("it can't be read")
	case u.Scheme != "http" && u.Scheme != "https":
		return bad("feeds are read over http and https")
	case u.User != nil:
		return bad("names and passwords in addresses are not kept")
	}
	name, err := idna.Lookup.ToASCII(strings.TrimSuffix(u.Hostname(), "."))
	if err == nil { // what it makes of broken text it would not take itself
		name, err = idna.Lookup.ToASCII(name)
	}
	if strings.Contains(u.Hostname(), ":") { // IPv6
		name, err = u.Hostname(), nil
	}
	if err != nil || strings.Contains("."+name+".", "..") {
		return bad("its host is not a name")
	}
	port := u.Port()
	if port == map[string]string{"http": "80", "https": "443"}[u.Scheme] {
		port = ""
	}
	u.RawQuery = strings.ReplaceAll(u.RawQuery, " ", "%20")
	u.Host = strings.ToLower(name)
	if strings.Contains(name, ":") {
		u.Host = "[" + u.Host + "]"
	}
	if port != "" {
		u.Host += ":" + port
	}
	u.Fragment, u.RawFragment = "", ""
	if u.Path == "" {
		u.Path = "/"
	}
	return u.String(), nil
}
