package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxScheme = 16  // letters before ://
	maxHost   = 253 // of a name in the DNS (RFC 1035, 2.3.4)
)

// link gives the length of the link or e-mail address that s begins with, 0
// if there is none. A link is scheme://…, www.…, a Latin host in a usual
// top-level domain with or without a path (vl.ru, t.me/name), or a .рф host
// with a path: without one "президент.РФ" is more often a missing space.
func link(s string) int {
	if s[0] >= utf8.RuneSelf {
		return cyrillicLink(s)
	}
	n := 0
	for n < len(s) && n <= maxScheme && letter(s[n]) {
		n++
	}
	if n > 0 && strings.HasPrefix(s[n:], "://") {
		return tail(s, n+3)
	}
	if n := address(s); n > 0 {
		return n
	}
	n = host(s)
	if n == 0 || !usual(s[:n]) && !(len(s) > 4 && strings.EqualFold(s[:4], "www.")) {
		return 0
	}
	return withPath(s, n)
}

// cyrillicLink is link for a host of Russian letters.
func cyrillicLink(s string) int {
	n := 0
	for i, r := range s {
		if i > maxHost || !(wordy(r) || r == '-' || r == '.') {
			break
		}
		n = i + utf8.RuneLen(r)
	}
	if h := s[:n]; strings.HasPrefix(s[n:], "/") && (strings.HasSuffix(h, ".рф") || strings.HasSuffix(h, ".РФ")) {
		return tail(s, n)
	}
	return 0
}

// host gives the length of the Latin host name that s begins with: two labels
// or more, not followed by a further letter.
func host(s string) int {
	n := 0
	for n < len(s) && n <= maxHost && (letter(s[n]) || digit(s[n]) || s[n] == '.' || s[n] == '-') {
		n++
	}
	if n > maxHost {
		return 0
	}
	if r, _ := utf8.DecodeRuneInString(s[n:]); wordy(r) || r == '_' {
		return 0
	}
	h := strings.TrimRight(s[:n], ".-")
	if strings.IndexByte(h, '.') < 1 || strings.Contains(h, "..") {
		return 0
	}
	return len(h)
}

// withPath adds port, path, query and fragment to a host of n bytes.
func withPath(s string, n int) int {
	switch rest := s[n:]; {
	case rest == "":
	case rest[0] == '/', rest[0] == '?', rest[0] == '#':
		return tail(s, n)
	case rest[0] == ':' && len(rest) > 1 && digit(rest[1]):
		return tail(s, n)
	}
	return n
}

// address gives the length of the e-mail address that s begins with.
func address(s string) int {
	n := 0
	for n < len(s) && n <= maxHost && (letter(s[n]) || digit(s[n]) || strings.IndexByte("._%+-", s[n]) >= 0) {
		n++
	}
	if n == 0 || n+1 >= len(s) || s[n] != '@' {
		return 0
	}
	if h := host(s[n+1:]); h > 0 {
		return n + 1 + h
	}
	return 0
}

// tail gives the end of a link of which at least n bytes are certain: the next
// space, quote or closing bracket, without punctuation before it.
func tail(s string, n int) int {
	end := strings.IndexFunc(s[n:], func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune("<>\"«»“”„()[]|\u00A0", r)
	})
	if end < 0 {
		end = len(s) - n
	}
	return len(strings.TrimRight(s[:n+end], ".,;:!?'…*_~"))
}

// usual says whether a host ends in a top-level domain that people here write
// without a scheme. A list, because "отопления.Net" must stay two words; any
// other domain is recognised by its scheme.
func usual(h string) bool {
	switch strings.ToLower(h[strings.LastIndexByte(h, '.')+1:]) {
	case "ru", "su", "com", "org", "net", "info", "biz", "me", "tv", "io", "pro", "online", "site", "app", "dev",
		"by", "kz", "ua", "de", "eu", "be", "cc", "co", "gl", "ly", "club", "news", "media", "life", "space",
		"store", "shop", "xyz", "top", "world", "city", "moscow", "link", "gov", "edu":
		return true
	}
	return false
}

func letter(b byte) bool { return 'a' <= b|0x20 && b|0x20 <= 'z' }
func digit(b byte) bool  { return '0' <= b && b <= '9' }
