package telegram

import (
	"regexp"
	"slices"
	"strings"

	"github.com/otklik/otklik/internal/fault"
)

// DefaultBase is where the public pages are.
const DefaultBase = "https://t.me"

var nameForm = regexp.MustCompile(`^[a-z][a-z0-9_]{2,30}[a-z0-9]$`)

// notNames are paths of t.me that look like names of channels.
func notNames() []string {
	return []string{
		"joinchat", "addstickers", "addemoji", "addtheme", "addlist", "setlanguage", "confirmphone", "share", "proxy", "socks",
		"login", "boost", "giftcode", "invoice", "contact", "resolve", "message", "telegrampassport",
	}
}

// CheckAddress gives the canonical form of a channel's address, its name in
// lower case. It takes @name, name, t.me/name, https://t.me/s/name and the
// address of one of its posts. Anything else is fault.Invalid.
func CheckAddress(address string) (string, error) {
	s := strings.ToLower(strings.TrimSpace(address))
	s, _, _ = strings.Cut(s, "#")
	s, _, _ = strings.Cut(s, "?")
	host := false
	for _, p := range []string{"https://", "http://", "www."} {
		s = strings.TrimPrefix(s, p)
	}
	for _, h := range []string{"t.me/", "telegram.me/", "telegram.dog/"} {
		if rest, ok := strings.CutPrefix(s, h); ok {
			s, host = strings.TrimPrefix(rest, "s/"), true
			break
		}
	}
	if host {
		switch {
		case strings.HasPrefix(s, "+"), strings.HasPrefix(s, "joinchat/"), strings.HasPrefix(s, "c/"):
			return "", fault.New(fault.Invalid, "this is an invitation to a private channel; only public channels are read")
		}
		s, _, _ = strings.Cut(s, "/") // the number of a post
	} else {
		s = strings.TrimPrefix(s, "@")
	}
	if !nameForm.MatchString(s) || strings.Contains(s, "__") || slices.Contains(notNames(), s) {
		return "", fault.New(fault.Invalid, "%.60q is not a public Telegram channel: write its @name or https://t.me/name", address)
	}
	return s, nil
}
