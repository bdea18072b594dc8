package main

import (
	"bytes"
	"slices"
	"strings"

	"github.com/blevesearch/vellum"

	"github.com/otklik/otklik/indexer/morph"
)

// compile makes the files of package morph of the readings, which are sorted.
func compile(rs []reading) (map[string][]byte, error) {
	lists := &lists{numbers: map[string]int{}}
	endings := endings(rs, lists)
	type set struct{ form, lemmas string }
	ofLemma := map[string][]set{} // a form for each set of lemmas that a lemma is in
	var forms entries
	for len(rs) > 0 {
		n := 1
		for n < len(rs) && rs[n].form == rs[0].form {
			n++
		}
		form, of := rs[0].form, rs[:n]
		rs = rs[n:]
		var rules []morph.Rule
		var lemmas []string
		for _, r := range of {
			rules = append(rules, morph.RuleFor(form, r.lemma))
			lemmas = append(lemmas, r.lemma)
		}
		forms = append(forms, entry{form, lists.number(rules)})
		all := strings.Join(lemmas, "\n")
		for _, l := range lemmas {
			// The form that is most like the lemma, so that few rules do.
			had := slices.IndexFunc(ofLemma[l], func(s set) bool { return s.lemmas == all })
			switch {
			case had < 0:
				ofLemma[l] = append(ofLemma[l], set{form, all})
			case morph.RuleFor(l, form).Compare(morph.RuleFor(l, ofLemma[l][had].form)) < 0:
				ofLemma[l][had].form = form
			}
		}
	}
	var lemmas entries
	for l, sets := range ofLemma {
		var rules []morph.Rule
		for _, s := range sets {
			rules = append(rules, morph.RuleFor(l, s.form))
		}
		lemmas = append(lemmas, entry{l, lists.number(rules)})
	}
	lemmas.sort()
	files := map[string][]byte{}
	order := lists.sort()
	for name, es := range map[string]entries{"forms.fst": forms, "lemmas.fst": lemmas, "endings.fst": endings} {
		b, err := es.write(order)
		if err != nil {
			return nil, err
		}
		files[name] = b
	}
	files["rules.txt"] = morph.FormatRules(lists.all)
	return files, nil
}

// lists numbers lists of rules.
type lists struct {
	all     [][]morph.Rule
	uses    []int
	numbers map[string]int
}

// number gives the number of a list whose order says nothing.
func (ls *lists) number(rules []morph.Rule) int {
	slices.SortFunc(rules, morph.Rule.Compare)
	return ls.ordered(rules)
}

func (ls *lists) ordered(rules []morph.Rule) int {
	text := string(morph.FormatRules([][]morph.Rule{rules}))
	n, ok := ls.numbers[text]
	if !ok {
		n = len(ls.all)
		ls.numbers[text] = n
		ls.all, ls.uses = append(ls.all, rules), append(ls.uses, 0)
	}
	ls.uses[n]++
	return n
}

// sort puts the lists that are used most first, whose numbers are then short,
// and gives the new number of each.
func (ls *lists) sort() []int {
	by := make([]int, len(ls.all))
	for i := range by {
		by[i] = i
	}
	slices.SortStableFunc(by, func(a, b int) int {
		if ls.uses[a] != ls.uses[b] {
			return ls.uses[b] - ls.uses[a]
		}
		return slices.CompareFunc(ls.all[a], ls.all[b], morph.Rule.Compare)
	})
	sorted, order := make([][]morph.Rule, len(by)), make([]int, len(by))
	for now, was := range by {
		sorted[now], order[was] = ls.all[was], now
	}
	ls.all = sorted
	return order
}

type entry struct {
	word string
	list int
}

// entries are in the order of their words.
type entries []entry

func (es entries) sort() {
	slices.SortFunc(es, func(a, b entry) int { return strings.Compare(a.word, b.word) })
}

func (es entries) write(order []int) ([]byte, error) {
	var b bytes.Buffer
	// A registry that forgets nothing makes the smallest graph.
	f, err := vellum.New(&b, &vellum.BuilderOpts{Encoder: 1, RegistryTableSize: 1 << 18, RegistryMRUSize: 8})
	if err != nil {
		return nil, err
	}
	for _, e := range es {
		if err := f.Insert([]byte(e.word), uint64(order[e.list])); err != nil {
			return nil, err
		}
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
