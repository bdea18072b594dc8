package main

import (
	"cmp"
	"slices"
	"unicode/utf8"

	"github.com/otklik/otklik/indexer/morph"
)

const (
	guesses = 4 // rules that are tried for an ending
	seldom  = 3 // an ending of fewer words teaches nothing
)

// endings learns from all readings which rules make lemmas of words with an
// ending: the most frequent ones, most frequent first. Endings that say nothing
// else than a shorter one are left out.
func endings(rs []reading, ls *lists) entries {
	counts := map[string]map[morph.Rule]int{}
	for _, r := range rs {
		rule := morph.RuleFor(r.form, r.lemma)
		if rule.CutPrefix > 0 || rule.Prepend != "" {
			continue
		}
		at := len(r.form)
		for range morph.MaxEnding {
			_, size := utf8.DecodeLastRuneInString(r.form[:at])
			if at -= size; at <= 0 {
				break
			}
			of := counts[r.form[at:]]
			if of == nil {
				of = map[morph.Rule]int{}
				counts[r.form[at:]] = of
			}
			of[rule]++
		}
	}
	best := map[string][]morph.Rule{}
	for ending, of := range counts {
		var rules []morph.Rule
		for r, n := range of {
			if n >= seldom {
				rules = append(rules, r)
			}
		}
		slices.SortFunc(rules, func(a, b morph.Rule) int { return cmp.Or(of[b]-of[a], a.Compare(b)) })
		if len(rules) > 0 {
			best[ending] = rules[:min(len(rules), guesses)]
		}
	}
	var es entries
	for ending, rules := range best {
		_, size := utf8.DecodeRuneInString(ending)
		if !slices.Equal(best[ending[size:]], rules) {
			es = append(es, entry{morph.Reverse(ending), ls.ordered(rules)})
		}
	}
	es.sort()
	return es
}
