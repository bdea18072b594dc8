package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// kind is what the scanner has found.
type kind uint8

const (
	word    kind = iota
	tag          // a hashtag's name; its words follow
	mention      // its name is not a word
)

// scanner finds words, hashtags and mentions in a text. A word is a run of
// letters and digits, with marks and invisible characters inside. Links and
// e-mail addresses are passed over.
//
// The rule is our own instead of UAX #29, which keeps "кто.то", "3,5" and
// "__слово__" together: people write "отопления.Холодно", and a part of a
// number or of a name must be found as well.
type scanner struct {
	s   string
	at  int // next byte
	end int // where the last word ended, -1 if something stands between
	tag int // where the last hashtag ended, -1 if there was none
}

func scan(s string) scanner { return scanner{s: s, end: -1, tag: -1} }

// next gives the next find as bytes from…to of the text; ok is false at the end.
func (c *scanner) next() (k kind, from, to int, ok bool) {
	for c.at < len(c.s) {
		i := c.at
		r, size := utf8.DecodeRuneInString(c.s[i:])
		switch {
		case wordy(r):
			if n := link(c.s[i:]); n > 0 {
				c.at, c.end = i+n, i+n
				continue
			}
			if n := keycap(c.s[i:]); n > 0 {
				c.at, c.end = i+n, -1
				continue
			}
			n := run(c.s[i:], false)
			c.at, c.end = i+n, i+n
			return word, i, i + n, true
		case r == '#' && (c.end != i || c.tag == i): // #one#two are two
			if n := run(c.s[i+1:], true); n > 0 && strings.IndexFunc(c.s[i+1:i+1+n], unicode.IsLetter) >= 0 {
				c.at, c.tag = i+1, i+1+n
				return tag, i + 1, i + 1 + n, true
			}
		case r == '@' && (c.end != i || c.tag == i): // #tag@group is a tag of a group
			if n := run(c.s[i+1:], true); n > 0 {
				c.at, c.end = i+1+n, i+1+n
				if c.tag == i {
					continue
				}
				return mention, i + 1, i + 1 + n, true
			}
		case r == '_' && c.end == i:
			c.end = i + 1
		}
		c.at = i + size
	}
	return 0, 0, 0, false
}

// back makes the last find end at another place.
func (c *scanner) back(at int) int {
	c.at, c.end = at, at
	return at
}

// camel gives the length of the first of several words that are written as one
// by their capitals or digits («НетВоды», «МЧСРоссии», «Выборы2026»); 0 if it is
// one word.
func camel(w string) int {
	var before, last rune
	at, lastAt := 0, 0
	for i, r := range w {
		switch {
		case i == 0 || mark(r) || invisible(r):
		case unicode.IsDigit(r) != unicode.IsDigit(last), unicode.IsLower(last) && unicode.IsUpper(r):
			at = i
		case unicode.IsUpper(before) && unicode.IsUpper(last) && unicode.IsLower(r) && lastAt > 0:
			at = lastAt
		}
		if at > 0 {
			return at
		}
		before, last, lastAt = last, r, i
	}
	return 0
}

// run gives the length in bytes of the word, or of the name with underscores,
// that s begins with; 0 if there is none. Invisible characters at its end are
// not part of it.
func run(s string, name bool) (n int) {
	for i, r := range s {
		switch {
		case wordy(r), name && r == '_', n > 0 && mark(r):
			n = i + utf8.RuneLen(r)
		case n > 0 && invisible(r):
		default:
			return n
		}
	}
	return n
}

// keycap gives the length of a digit drawn as an emoji: 1️⃣ is no number.
func keycap(s string) int {
	if s[0] < '0' || s[0] > '9' {
		return 0
	}
	rest := strings.TrimPrefix(s[1:], "\uFE0F")
	if strings.HasPrefix(rest, "\u20E3") {
		return len(s) - len(rest) + len("\u20E3")
	}
	return 0
}
