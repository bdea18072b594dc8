package rss

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

var reference = regexp.MustCompile(`&#(?:[xX][0-9a-fA-F]+|[0-9]+);`)

// legal makes spaces of the characters that XML doesn't allow, and of references
// to them: newspapers write them in the midst of an article, and a parser that
// stops there costs the whole feed.
func legal(text string) string {
	if strings.ContainsFunc(text, illegal) {
		text = strings.Map(func(r rune) rune {
			if illegal(r) {
				return ' '
			}
			return r
		}, text)
	}
	if !strings.Contains(text, "&#") {
		return text
	}
	return reference.ReplaceAllStringFunc(text, func(ref string) string {
		digits, base := ref[2:len(ref)-1], 10
		if digits[0] == 'x' || digits[0] == 'X' {
			digits, base = digits[1:], 16
		}
		n, err := strconv.ParseUint(digits, base, 32)
		if err != nil || n > utf8.MaxRune || !utf8.ValidRune(rune(n)) || illegal(rune(n)) {
			return " "
		}
		return ref
	})
}

// illegal says what the production Char of XML 1.0 leaves out.
func illegal(r rune) bool {
	return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF
}
