package text

import (
	_ "embed" // the abbreviations
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

//go:embed abbreviations.txt
var abbreviationsFile string

// place is where an abbreviation must stand to be one.
type place string

const (
	beforeNumber place = "before-number"
	dotNumber    place = "dot-number"
	afterNumber  place = "after-number"
	glued        place = "glued"
	beforeName   place = "before-name"
	dotted       place = "dot"
	always       place = "always"
)

// places are all of them, the surest first.
var places = []place{beforeNumber, dotNumber, afterNumber, glued, beforeName, dotted, always}

// abbreviation is one meaning of a short word.
type abbreviation struct {
	place  place
	lemmas []string // sorted
}

// doubtful says whether a word that stands so may be the end of a sentence: it
// then keeps its own meaning as well.
func (p place) doubtful() bool { return p == beforeName || p == dotted }

const maxAbbreviation = 24 // bytes, with a hyphen in it

// parseAbbreviations reads abbreviations.txt: of each word its meanings, the
// surest place first.
func parseAbbreviations(file string) (map[string][]abbreviation, error) {
	out, n := map[string][]abbreviation{}, 0
	for line := range strings.Lines(file) {
		n++
		f := strings.Fields(line)
		if len(f) == 0 || f[0] == "#" {
			continue
		}
		if len(f) < 3 || len(f[0]) > maxAbbreviation || !slices.Contains(places, place(f[1])) {
			return nil, fmt.Errorf("abbreviations, line %d: %q is not an abbreviation, its place and its words", n, strings.TrimSpace(line))
		}
		slices.Sort(f[2:])
		out[f[0]] = append(out[f[0]], abbreviation{place(f[1]), f[2:]})
	}
	for _, all := range out {
		slices.SortFunc(all, func(a, b abbreviation) int {
			return slices.Index(places, a.place) - slices.Index(places, b.place)
		})
	}
	return out, nil
}

// stands says whether the word s[from:to] stands where p wants it.
func (p place) stands(s string, from, to int) bool {
	switch p {
	case always:
		return true
	case dotted:
		return strings.HasPrefix(s[to:], ".")
	case beforeNumber:
		return numbered(strings.TrimPrefix(s[to:], "."))
	case dotNumber:
		rest, dot := strings.CutPrefix(s[to:], ".")
		return dot && numbered(rest)
	case beforeName:
		first, _ := utf8.DecodeRuneInString(s[from:])
		rest, dot := strings.CutPrefix(s[to:], ".")
		r, _ := utf8.DecodeRuneInString(behind(rest))
		return dot && unicode.IsLower(first) && unicode.IsUpper(r)
	case afterNumber, glued:
		before := s[max(0, from-maxGap):from]
		before = strings.TrimRight(before, " \u00a0\u202f")
		return before != "" && before[len(before)-1] >= '0' && before[len(before)-1] <= '9'
	}
	return false
}

func numbered(rest string) bool {
	r, _ := utf8.DecodeRuneInString(behind(rest))
	return unicode.IsDigit(r)
}

// maxGap is how many bytes of spaces an abbreviation and its number may have
// between them.
const maxGap = 4

// behind gives what stands behind some spaces, on the same line.
func behind(s string) string {
	return strings.TrimLeft(s[:min(len(s), maxGap+utf8.UTFMax)], " \u00a0\u202f«\"")
}

// unit gives how many bytes of a word that begins with digits are they, where
// what follows is a unit that may be glued to them; otherwise 0.
func (e *edition) unit(raw string) int {
	if raw[0] < '0' || raw[0] > '9' {
		return 0
	}
	n := 0
	for n < len(raw) && raw[n] >= '0' && raw[n] <= '9' {
		n++
	}
	if n == len(raw) || len(raw)-n > maxAbbreviation || raw[n] < utf8.RuneSelf {
		return 0
	}
	for _, a := range e.abbreviations[Fold(raw[n:])] {
		if a.place == glued {
			return n
		}
	}
	return 0
}
