package morph

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Rule makes one word of another: it cuts bytes from both ends, and puts
// others in their place.
type Rule struct {
	CutPrefix, CutSuffix int
	Prepend, Append      string
}

// superlative and comparative prefixes are all that Russian paradigms change
// in front: наилучший, получше.
var prefixes = []string{"", "по", "наи"}

// RuleFor gives the rule that makes to of from: the one that puts least in
// place of what it cuts, so that words of one pattern share one rule.
func RuleFor(from, to string) Rule {
	best, found := Rule{}, false
	for _, cut := range prefixes {
		for _, put := range prefixes {
			rest, ok := strings.CutPrefix(from, cut)
			want, ok2 := strings.CutPrefix(to, put)
			if !ok || !ok2 || cut != "" && put != "" {
				continue
			}
			n := common(rest, want)
			r := Rule{len(cut), len(rest) - n, put, want[n:]}
			if !found || r.weight() < best.weight() {
				best, found = r, true
			}
		}
	}
	return best
}

func (r Rule) weight() int { return r.CutPrefix + len(r.Prepend) + r.CutSuffix + len(r.Append) }

// common is the length in bytes of the longest beginning of whole letters that two words share.
func common(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	for n > 0 && n < len(a) && !utf8.RuneStart(a[n]) || n > 0 && n < len(b) && !utf8.RuneStart(b[n]) {
		n--
	}
	return n
}

// apply appends what a rule makes of a word; false: the word is too short.
func (r Rule) apply(dst, word []byte) ([]byte, bool) {
	if r.CutPrefix+r.CutSuffix > len(word) {
		return dst, false
	}
	dst = append(dst, r.Prepend...)
	dst = append(dst, word[r.CutPrefix:len(word)-r.CutSuffix]...)
	return append(dst, r.Append...), true
}

// Compare orders rules.
func (r Rule) Compare(s Rule) int {
	return cmp.Or(cmp.Compare(r.CutPrefix, s.CutPrefix), cmp.Compare(r.CutSuffix, s.CutSuffix),
		strings.Compare(r.Prepend, s.Prepend), strings.Compare(r.Append, s.Append))
}

// FormatRules writes lists of rules, one a line, to be read by parseRules.
func FormatRules(lists [][]Rule) []byte {
	var b bytes.Buffer
	for _, l := range lists {
		for i, r := range l {
			if i > 0 {
				b.WriteByte(' ')
			}
			fmt.Fprintf(&b, "%d,%d,%s,%s", r.CutPrefix, r.CutSuffix, r.Prepend, r.Append)
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

func parseRules(text string) ([][]Rule, error) {
	var lists [][]Rule
	for line := range strings.Lines(text) {
		var l []Rule
		for one := range strings.FieldsSeq(line) {
			parts := strings.Split(one, ",")
			if len(parts) != 4 {
				return nil, fmt.Errorf("%q is no rule", one)
			}
			prefix, err := strconv.Atoi(parts[0])
			suffix, err2 := strconv.Atoi(parts[1])
			if err != nil || err2 != nil || prefix < 0 || suffix < 0 {
				return nil, fmt.Errorf("%q is no rule", one)
			}
			l = append(l, Rule{prefix, suffix, parts[2], parts[3]})
		}
		lists = append(lists, slices.Clip(l))
	}
	return lists, nil
}
