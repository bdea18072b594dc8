package text

// reader finds words as analysis counts them: a scanner, whose finds it cuts or
// joins where that needs to know words.
type reader struct {
	*state
	scanner
}

// read gives the next find; e is of words alone.
func (r *reader) read() (k kind, e *entry, from, to int, ok bool) {
	if k, from, to, ok = r.next(); !ok || k != word {
		return k, nil, from, to, ok
	}
	raw := r.s[from:to]
	if n := r.hyphened(to, len(raw)); n > 0 {
		if e := r.look(r.s[from : to+n]); len(e.abbreviations) > 0 {
			r.back(to + n)
			return word, e, from, to + n, true
		}
	}
	if n := r.unit(raw); n > 0 {
		to = r.back(from + n)
		return word, r.look(raw[:n]), from, to, true
	}
	e = r.look(raw)
	if from < r.tag && !e.known {
		if n := camel(raw); n > 0 {
			to = r.back(from + n)
			e = r.look(raw[:n])
		}
	}
	return word, e, from, to, true
}

// hyphened gives the length of a hyphen and the short word behind it, after a
// short word; 0 if there are none. («р-н»)
func (r *reader) hyphened(to, length int) int {
	if length > maxAbbreviation/2 || to >= len(r.s) || r.s[to] != '-' {
		return 0
	}
	n := run(r.s[to+1:min(len(r.s), to+1+maxAbbreviation)], false)
	if n == 0 || n > maxAbbreviation/2 {
		return 0
	}
	return 1 + n
}

// keyAt gives the key of a word where it stands.
func (e *entry) keyAt(s string, from, to int) string {
	for _, a := range e.abbreviations {
		if a.place.stands(s, from, to) {
			return a.key
		}
	}
	return e.key
}
