package query

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// isName says whether the piece before a colon looks like the name of a field:
// Latin letters only.
func isName(s string) bool {
	for i := range len(s) {
		if c := s[i] | 0x20; (c < 'a' || c > 'z') && s[i] != '_' {
			return false
		}
	}
	return s != ""
}

// russianName gives the field that a Russian word before a colon asks for.
func russianName(s string) string {
	switch strings.ToLower(s) {
	case "сеть", "соцсеть":
		return "net"
	case "источник", "канал":
		return "source"
	case "регион":
		return "region"
	case "с", "от":
		return "since"
	case "до", "по":
		return "until"
	}
	return ""
}

// field understands name:value,value.
func (l *lexer) field(at Span, name, value string) {
	head := Span{at.Offset, len(name) + 1}
	switch name = strings.ToLower(name); {
	case strings.HasPrefix(value, "//"):
		l.bad(at, Link, "")
		return
	case later(name):
		l.bad(at, Reserved, name)
		return
	case name == "since" || name == "until":
		l.day(at, name, value)
		return
	case !slices.Contains([]FieldName{Net, Source, Region}, FieldName(name)):
		l.fail(head, UnknownField, "")
		l.put(leaf, at, nil)
		return
	}
	f, ok := Field{Name: FieldName(name), at: at}, true
	place := head.Offset + head.Length
	for v := range strings.SplitSeq(value, ",") {
		n := len([]rune(v))
		vat := Span{place, n}
		place += n + 1
		if v == "" {
			l.errs.add(at, EmptyValue, l.text(at), name)
			ok = false
			continue
		}
		v, good := canonical(f.Name, v)
		if !good {
			l.fail(vat, BadValue, name)
			ok = false
		}
		if !slices.Contains(f.Values, v) {
			f.Values, f.ats = append(f.Values, v), append(f.ats, vat)
		}
	}
	l.count(at, max(1, len(f.Values)))
	if !ok {
		l.put(leaf, at, nil)
		return
	}
	l.put(leaf, at, f)
}

// canonical gives the one form of a value: names of networks in lower case,
// codes of regions in capitals.
func canonical(f FieldName, v string) (string, bool) {
	switch f {
	case Net:
		v = strings.ToLower(v)
		return v, netForm.MatchString(v)
	case Region:
		v = strings.ToUpper(v)
		return v, regionForm.MatchString(v)
	}
	net, owner, ok := strings.Cut(v, ":")
	net = strings.ToLower(net)
	if !ok {
		return v, false
	}
	return net + ":" + owner, netForm.MatchString(net) && owner != "" && !strings.ContainsAny(owner, "/\\") &&
		!strings.ContainsFunc(owner, func(r rune) bool { return r <= ' ' || r == 0x7F || r == 0xFFFD })
}

var (
	netForm = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,31}$`)
	// ISO 3166-2; whether a code exists, callers know (see NewError).
	regionForm = regexp.MustCompile(`^[A-Z]{2}-[A-Z0-9]{1,3}$`)
)

// later says whether a field is a part of the language that is not available yet.
func later(name string) bool {
	return slices.Contains([]string{"title", "author", "domain", "type", "place", "views", "reposts", "comments",
		"likes", "subs", "has", "is", "lang", "last", "copies", "family", "min"}, name)
}

func (l *lexer) day(at Span, name, value string) {
	if value == "" {
		l.bad(at, EmptyValue, name)
		return
	}
	const first, last = 1970, 2199 // years; what lies outside is a slip
	t, err := time.Parse(time.DateOnly, value)
	if err != nil || t.Year() < first || t.Year() > last {
		l.fail(Span{at.Offset + len(name) + 1, at.Length - len(name) - 1}, BadDay, name)
		l.put(leaf, at, nil)
		return
	}
	l.count(at, 1)
	l.put(leaf, at, Day{Until: name == "until", Date: Date{t.Year(), t.Month(), t.Day()}, at: at})
}
