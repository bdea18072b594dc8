package fetch

import (
	"bytes"
	"mime"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html/charset"
)

// peek is how far into a page its charset is looked for.
const peek = 4 << 10

var (
	xmlDeclaration = regexp.MustCompile(`^(\s*<\?xml\s[^>]*?encoding\s*=\s*["'])([A-Za-z0-9._:-]{1,40})(["'])`)
	metaCharset    = regexp.MustCompile(`(?i)<meta\s[^>]*charset\s*=\s*["']?\s*([A-Za-z0-9._:-]{1,40})`)
)

// Text gives a page as valid UTF-8, and the name of the charset it was in. The
// encoding in an XML declaration is rewritten, so that a parser does not
// decode again.
//
// Pages lie about their charset, so what is certain goes first: a byte order
// mark; then non-ASCII bytes that are valid UTF-8, which Russian in a one-byte
// charset never is by chance; then what the header, the XML declaration and
// the meta element say, in this order; then windows-1251, the usual charset of
// Russian pages that say nothing. Bytes without meaning become U+FFFD.
func Text(body []byte, contentType string) (text, name string) {
	text, name = decode(body, contentType)
	if m := xmlDeclaration.FindStringSubmatchIndex(text[:min(len(text), peek)]); m != nil {
		text = text[:m[4]] + "utf-8" + text[m[5]:]
	}
	return text, name
}

func decode(body []byte, contentType string) (text, name string) {
	if rest, ok := bytes.CutPrefix(body, []byte("\xef\xbb\xbf")); ok {
		return strings.ToValidUTF8(string(rest), "\uFFFD"), "utf-8"
	}
	for mark, label := range map[string]string{"\xfe\xff": "utf-16be", "\xff\xfe": "utf-16le"} {
		if rest, ok := bytes.CutPrefix(body, []byte(mark)); ok {
			return convert(rest, label)
		}
	}
	valid := utf8.Valid(body)
	ascii := bytes.IndexFunc(body, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
	if valid && !ascii {
		return string(body), "utf-8"
	}
	for _, label := range declared(body, contentType) {
		e, name := charset.Lookup(label)
		switch {
		case e == nil, name == "replacement": // unknown, or known for attacks
			continue
		case name == "utf-8" && !valid:
			continue // it isn't; somebody else may know better
		}
		return convert(body, label)
	}
	if valid || mostlyUTF8(body) {
		return strings.ToValidUTF8(string(body), "\uFFFD"), "utf-8"
	}
	return convert(body, "windows-1251")
}

// declared gives the labels that a page comes with.
func declared(body []byte, contentType string) (labels []string) {
	if _, params, err := mime.ParseMediaType(contentType); err == nil && params["charset"] != "" {
		labels = append(labels, params["charset"])
	}
	head := body[:min(len(body), peek)]
	inside := func(label []byte) {
		if !bytes.HasPrefix(bytes.ToLower(label), []byte("utf-16")) { // or it could not be read here
			labels = append(labels, string(label))
		}
	}
	if m := xmlDeclaration.FindSubmatch(head); m != nil {
		inside(m[2])
	}
	if m := metaCharset.FindSubmatch(head); m != nil {
		inside(m[1])
	}
	return labels
}

func convert(body []byte, label string) (text, name string) {
	e, name := charset.Lookup(label)
	b, err := e.NewDecoder().Bytes(body)
	if err != nil {
		b = bytes.ToValidUTF8(body, []byte("\uFFFD"))
	}
	return strings.ToValidUTF8(string(b), "\uFFFD"), name
}

// mostlyUTF8 tells UTF-8 with a few broken bytes from a one-byte charset.
func mostlyUTF8(body []byte) bool {
	var good, bad int
	for len(body) > 0 {
		r, n := utf8.DecodeRune(body)
		switch {
		case r == utf8.RuneError && n <= 1:
			bad++
		case n > 1:
			good++
		}
		body = body[n:]
	}
	return good > 4*bad
}
