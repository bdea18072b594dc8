package text

import "slices"

// Words splits s as the text of a post is split, and gives the surface of each
// word.
func (z *Analyzer) Words(s string) []string {
	var ws []string
	for r := (reader{z.state.Load(), scan(s)}); ; {
		k, e, _, _, ok := r.read()
		if !ok {
			return ws
		}
		if k == word {
			ws = append(ws, e.surface)
		}
	}
}

// Keys gives the keys that a word of a query stands for, sorted; never empty.
// They are those of every form of every word that it may be a form of, under
// each edition that documents may have.
func (z *Analyzer) Keys(word string) []string {
	s := z.state.Load()
	form := s.form(shorten(s.surface(word)))
	keys := s.keys(s.edition, form)
	for _, old := range s.older {
		keys = append(keys, s.keys(old, form)...)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// keys gives those of one edition: what the form means in it, and what the
// edition in force knows of it.
func (z *state) keys(e *edition, form string) []string {
	lemmas := z.lemmas(form)
	if e != z.edition {
		lemmas = slices.Concat(lemmas, e.lemmas(form))
	}
	var keys []string
	for _, l := range lemmas {
		keys = append(keys, e.keysOf(l)...)
		for _, f := range z.Glossary.formsOf[l] {
			keys = append(keys, e.key(f))
		}
	}
	if e.Code > 1 {
		for _, a := range z.abbreviations[form] {
			for _, l := range a.lemmas {
				keys = append(keys, e.keysOf(l)...)
			}
		}
	}
	if e.Code == 1 || len(e.known(form)) == 0 {
		keys = append(keys, KeyPrefix+stem(form)) // of forms whose word isn't known either
	}
	return keys
}

// Readings gives what a word of a query may mean, in the order of the alphabet;
// never empty.
func (z *Analyzer) Readings(word string) []Reading {
	s := z.state.Load()
	return s.readings(s.form(shorten(s.surface(word))))
}

// Alike gives what else is called what some words call, after the glossary: each
// a list of words. Nothing, mostly.
func (z *Analyzer) Alike(words []string) (others [][]string) {
	s := z.state.Load()
	for _, n := range s.Glossary.names {
		for i, w := range n {
			if !s.same(w, words) {
				continue
			}
			others = append(others, slices.Delete(slices.Clone(n), i, i+1)...)
			break
		}
	}
	return others
}

// same says whether words are forms of the same words.
func (z *state) same(a, b []string) bool {
	return slices.EqualFunc(a, b, func(a, b string) bool {
		if a == b {
			return true
		}
		b = z.form(b)
		bs := z.lemmas(b)
		for _, l := range z.lemmas(a) {
			if slices.Contains(bs, l) {
				return true
			}
		}
		return z.key(a) == z.key(b)
	})
}
