package query

import (
	"strings"
	"unicode"
)

// itemKind is a kind of piece of a query's text.
type itemKind uint8

const (
	leaf itemKind = iota
	open
	closing
	opAnd
	opOr
	opNot
	end
)

// item is one piece. A leaf that could not be understood, which has been
// reported, has no node.
type item struct {
	kind itemKind
	node Node
	at   Span
}

// lexer cuts a query into items and reports all that is wrong with single ones.
type lexer struct {
	s      []rune
	items  []item
	errs   Errors
	leaves int
}

func (l *lexer) text(at Span) string { return string(l.s[at.Offset : at.Offset+at.Length]) }

func (l *lexer) fail(at Span, code Code, about string) {
	l.errs.add(at, code, l.text(at), about)
}

func (l *lexer) put(k itemKind, at Span, n Node) { l.items = append(l.items, item{k, n, at}) }

// run cuts the whole text.
func (l *lexer) run() {
	for i := 0; i < len(l.s); {
		r, at := l.s[i], Span{i, 1}
		switch {
		case unicode.IsSpace(r):
			i++
		case r == '(':
			l.put(open, at, nil)
			i++
		case r == ')':
			l.put(closing, at, nil)
			i++
		case r == '|':
			l.put(opOr, at, nil)
			i++
		case r == ']':
			l.fail(at, Unopened, "")
			i++
		case r == '[' || quote(r):
			i = l.phrase(i)
		case dash(r):
			if i+1 == len(l.s) || unicode.IsSpace(l.s[i+1]) || strings.ContainsRune(")|]", l.s[i+1]) {
				l.fail(at, LoneMinus, "")
			} else {
				l.put(opNot, at, nil)
			}
			i++
		default:
			n := i
			for n < len(l.s) && !border(l.s[n]) {
				n++
			}
			l.chunk(Span{i, n - i})
			i = n
		}
	}
}

// border says whether a rune ends a chunk.
func border(r rune) bool {
	return unicode.IsSpace(r) || strings.ContainsRune("()|[]", r) || quote(r)
}

func quote(r rune) bool { return strings.ContainsRune("\"«»“”„‟", r) }

// dash tells the minus and what keyboards and editors put in its place.
func dash(r rune) bool { return strings.ContainsRune("-‐‑‒–—−", r) }

func wordy(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// chunk understands a piece without spaces: an operator, a field, a word or
// something that is not available yet. Punctuation before it means nothing.
func (l *lexer) chunk(at Span) {
	if s := l.text(at); !hasWord(s) {
		code := NoWord
		if strings.HasPrefix(s, "!") {
			code = LoneBang
		}
		l.bad(at, code, "")
		return
	}
	for !wordy(l.s[at.Offset]) && !strings.ContainsRune("!#@/*", l.s[at.Offset]) {
		if dash(l.s[at.Offset]) { // +-word: who can tell what that should mean
			l.bad(at, LoneMinus, "")
			return
		}
		at.Offset++
		at.Length--
	}
	s := l.text(at)
	switch s {
	case "AND", "И":
		l.put(opAnd, at, nil)
		return
	case "OR", "ИЛИ":
		l.put(opOr, at, nil)
		return
	case "NOT", "НЕ":
		l.put(opNot, at, nil)
		return
	}
	if rest, ok := strings.CutPrefix(s, "!"); ok {
		l.exact(at, rest)
		return
	}
	if about := special(s); about != "" {
		l.bad(at, Reserved, about)
		return
	}
	if name, value, ok := strings.Cut(s, ":"); ok {
		if isName(name) {
			l.field(at, name, value)
			return
		}
		if alias := russianName(name); alias != "" && value != "" {
			l.errs.add(Span{at.Offset, len([]rune(name)) + 1}, UnknownField, name+":", alias)
			l.put(leaf, at, nil)
			return
		}
	}
	l.word(at, trimmed(s), false)
}

// exact understands what follows an exclamation mark.
func (l *lexer) exact(at Span, rest string) {
	name, _, colon := strings.Cut(rest, ":")
	switch about := special(rest); {
	case about != "":
		l.bad(at, Reserved, about)
	case colon && isName(name), !wordy([]rune(rest)[0]):
		l.bad(at, LoneBang, "")
	default:
		l.word(at, trimmed(rest), true)
	}
}

// bad reports a leaf and keeps its place, so that nothing else is reported for
// its absence.
func (l *lexer) bad(at Span, code Code, about string) {
	l.fail(at, code, about)
	l.put(leaf, at, nil)
}

func (l *lexer) word(at Span, w string, exact bool) {
	l.count(at, parts(w))
	l.put(leaf, at, Word{Text: w, Exact: exact, at: at})
}

// special recognises what the language keeps for later by its signs, and names
// it; "" if there is none.
func special(s string) string {
	r := []rune(s)
	switch {
	case strings.HasPrefix(s, "@@"):
		return "part"
	case strings.HasPrefix(s, "@"):
		return "mention"
	case strings.HasPrefix(s, "#"):
		return "tag"
	case near(r):
		return "near"
	}
	for i := range r {
		if r[i] == '*' && (i > 0 && wordy(r[i-1]) || i+1 < len(r) && wordy(r[i+1])) {
			return "prefix"
		}
	}
	return ""
}

// near recognises /3 and /+3.
func near(r []rune) bool {
	if len(r) < 2 || r[0] != '/' {
		return false
	}
	if r[1] == '+' || r[1] == '-' {
		r = r[1:]
	}
	return len(r) > 1 && unicode.IsDigit(r[1])
}

// trimmed gives the piece from its first letter or digit to its last, with the
// marks after it; "" if it has none. A sign that makes a hashtag or a mention
// stays, for phrases.
func trimmed(s string) string {
	r := []rune(s)
	a, b := 0, len(r)
	for a < b && !wordy(r[a]) {
		a++
	}
	for b > a && !wordy(r[b-1]) && !unicode.Is(unicode.M, r[b-1]) {
		b--
	}
	if a > 0 && a < b && (r[a-1] == '#' || r[a-1] == '@') {
		a--
	}
	return string(r[a:b])
}

func hasWord(s string) bool { return strings.IndexFunc(s, wordy) >= 0 }

// parts counts the words that analysis can make of one piece, at most.
func parts(s string) (n int) {
	in := false
	for _, r := range s {
		if w := wordy(r); w != in {
			if in = w; w {
				n++
			}
		}
	}
	return max(n, 1)
}

func (l *lexer) count(at Span, n int) {
	before := l.leaves
	if l.leaves += n; l.leaves > MaxLeaves && before <= MaxLeaves {
		l.fail(at, TooMany, "")
	}
}

// bare says whether a word's text, written as it is, would be read as that
// word again.
func bare(w string) bool {
	r := []rune(w)
	if len(r) == 0 || trimmed(w) != w {
		return false
	}
	for _, c := range r {
		if border(c) {
			return false
		}
	}
	l := lexer{s: r}
	l.run()
	return len(l.errs) == 0 && len(l.items) == 1 && Equal(l.items[0].node, Word{Text: w})
}
