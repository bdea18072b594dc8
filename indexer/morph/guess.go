package morph

import "unicode/utf8"

// MaxEnding is the number of letters of the longest ending that guesses look at.
const MaxEnding = 5

// Reverse writes a word backwards, letter by letter.
func Reverse(word string) string {
	out := make([]byte, 0, len(word))
	for len(word) > 0 {
		_, n := utf8.DecodeLastRuneInString(word)
		out, word = append(out, word[len(word)-n:]...), word[:len(word)-n]
	}
	return string(out)
}

// Guess gives the lemma of a form that the dictionary lacks, if the lemma is
// known (HasLemma, say): one of which words with the same ending are forms. ""
// where there is none. («мроту» is of «мрот», as «кроту» is of «крот».)
func (d *Dictionary) Guess(form string, known func(lemma string) bool) string {
	word, buf := []byte(form), []byte(nil)
	for _, r := range d.alike(form) {
		made, ok := r.apply(buf[:0], word)
		if !ok {
			continue
		}
		if known(string(made)) {
			return string(made)
		}
		buf = made
	}
	return ""
}

// alike gives the rules of the longest ending of a word that is known.
func (d *Dictionary) alike(form string) (rules []Rule) {
	at := len(form)
	for range MaxEnding {
		_, size := utf8.DecodeLastRuneInString(form[:at])
		if at -= size; at <= 0 {
			break
		}
		n, ok, err := d.endings.Get([]byte(Reverse(form[at:])))
		if ok && err == nil && n < uint64(len(d.rules)) {
			rules = d.rules[n]
		}
	}
	return rules
}
