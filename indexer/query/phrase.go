package query

import "slices"

// phrase reads "…" or […] that begins at i and gives the place after it.
func (l *lexer) phrase(i int) int {
	exact := l.s[i] != '['
	inside := l.closer(i)
	if inside < 0 { // not closed: all the rest belongs to it, which spares further complaints
		l.fail(Span{i, 1}, Unclosed, "")
		l.put(leaf, Span{i, len(l.s) - i}, nil)
		return len(l.s)
	}
	stop := i + 1 + inside
	at := Span{i, inside + 2}
	before := len(l.errs)
	var words []string
	for _, p := range l.pieces(i+1, stop, exact) {
		if w := l.element(p, exact); w != "" {
			words = append(words, w)
		}
	}
	n := 0
	for _, w := range words {
		n += parts(w)
	}
	switch {
	case len(l.errs) > before:
		l.put(leaf, at, nil)
	case len(words) == 0:
		l.bad(at, EmptyPhrase, "")
	case len(words) == 1:
		l.count(at, n)
		l.put(leaf, at, Word{Text: words[0], Exact: exact, at: at})
	default:
		l.count(at, n)
		l.put(leaf, at, Phrase{Words: words, Exact: exact, at: at})
	}
	return stop + 1
}

// closer gives the distance from the character after the opening one at i to
// the one that closes it, -1 if there is none: the other half of the same kind
// of quotes; where that is missing, any quote.
func (l *lexer) closer(i int) int {
	var want []rune
	switch l.s[i] {
	case '[':
		return slices.Index(l.s[i+1:], ']')
	case '«':
		want = []rune("»")
	case '„', '‟':
		want = []rune("“”")
	case '“':
		want = []rune("”")
	default:
		want = []rune{l.s[i]}
	}
	rest := l.s[i+1:]
	if n := slices.IndexFunc(rest, func(r rune) bool { return slices.Contains(want, r) }); n >= 0 {
		return n
	}
	return slices.IndexFunc(rest, quote)
}

// pieces cuts the inside of a phrase at spaces, brackets and quotes. In […]
// brackets and bars are reported: people who write them there expect more.
func (l *lexer) pieces(from, to int, exact bool) (out []Span) {
	for i := from; i < to; {
		if border(l.s[i]) {
			if !exact && (l.s[i] == '(' || l.s[i] == ')' || l.s[i] == '|' || l.s[i] == '[' || quote(l.s[i])) {
				l.fail(Span{i, 1}, InPhrase, "")
			}
			i++
			continue
		}
		n := i
		for n < to && !border(l.s[n]) {
			n++
		}
		out = append(out, Span{i, n - i})
		i = n
	}
	return out
}

// element gives the word of one piece of a phrase, "" for mere punctuation.
func (l *lexer) element(at Span, exact bool) string {
	s := l.text(at)
	about := special(s)
	switch {
	case about == "prefix":
		l.fail(at, Reserved, about)
		return ""
	case !exact && (about == "near" || about == "part" || at.Length > 1 && (s[0] == '!' || dash(l.s[at.Offset])) && hasWord(s)):
		l.fail(at, InPhrase, "")
		return ""
	}
	return trimmed(s)
}
