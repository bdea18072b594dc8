package text

import "strings"

// alike are the Latin letters, in lower case, that people put in the place of
// Cyrillic ones which look the same, in one case at least: "Mосква", "вoда".
var alike = map[rune]rune{
	'a': 'а', 'b': 'в', 'c': 'с', 'e': 'е', 'h': 'н', 'i': 'і', 'k': 'к', 'm': 'м', 'o': 'о', 'p': 'р', 't': 'т', 'x': 'х', 'y': 'у',
}

// latin is alike, the other way round.
var latin = func() map[rune]rune {
	m := map[rune]rune{}
	for l, c := range alike {
		m[c] = l
	}
	return m
}()

// oneScript gives a folded word that mixes Latin and Cyrillic letters in one
// script, where its letters allow it: a word with a foreign look-alike in it
// looks like, and is meant as, the word without. Where both scripts are
// possible it is that of a word which is known, then that of more letters, then
// Cyrillic.
func oneScript(s string, known func(string) bool) string {
	cyr, lat, toCyr, toLat := 0, 0, true, true
	for _, r := range s {
		switch {
		case 'a' <= r && r <= 'z':
			lat++
			_, ok := alike[r]
			toCyr = toCyr && ok
		case r >= 0x400 && r < 0x530:
			cyr++
			_, ok := latin[r]
			toLat = toLat && ok
		}
	}
	if cyr == 0 || lat == 0 || !toCyr && !toLat {
		return s
	}
	if toCyr {
		c := replace(s, alike)
		if !toLat || cyr >= lat || known(c) {
			return c
		}
	}
	return replace(s, latin)
}

func replace(s string, by map[rune]rune) string {
	return strings.Map(func(r rune) rune {
		if to, ok := by[r]; ok {
			return to
		}
		return r
	}, s)
}

const (
	stretched  = 3 // a letter so often in a row is stretched, if the word isn't written so
	maxStretch = 4 // places of a word where it is
)

// squeeze takes stretched Cyrillic letters back: to the word that is known and
// keeps most of them («ваннннна» is «ванна»), or else to one letter each. A word without any is given back.
func squeeze(s string, known func(string) bool) string {
	r := []rune(s)
	type run struct{ from, to int }
	var runs []run
	for i := 0; i < len(r); {
		n := i + 1
		for n < len(r) && r[n] == r[i] {
			n++
		}
		if n-i >= stretched && r[i] >= 0x400 && r[i] < 0x530 {
			runs = append(runs, run{i, n})
		}
		i = n
	}
	if len(runs) == 0 {
		return s
	}
	// Bit k of keep: two letters stay of run k («жжужжжит»); those beyond
	// maxStretch keep one.
	make := func(keep int) string {
		var b strings.Builder
		at := 0
		for k, run := range runs {
			b.WriteString(string(r[at : run.from+1]))
			if k < maxStretch && keep&(1<<k) != 0 {
				b.WriteRune(r[run.from])
			}
			at = run.to
		}
		b.WriteString(string(r[at:]))
		return b.String()
	}
	for keep := 1<<min(len(runs), maxStretch) - 1; keep >= 0; keep-- {
		if w := make(keep); known(w) {
			return w
		}
	}
	return make(0)
}
