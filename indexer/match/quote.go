package match

import (
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/text"
)

// The number of words of a quotation: with fewer it would find what only
// begins alike, with more a copy that was cut or touched up would be missed.
const (
	MinQuote = 4
	MaxQuote = 12
)

// Quote gives an exact phrase of a post's own words: the first MaxQuote of its
// title or of its body, of the longer of both, of equal ones the title. Links,
// mentions, emoji and punctuation are no words, so the phrase passes over them.
// Whatever says the same finds it, the post itself before all. ok is false
// where neither has MinQuote words that stand side by side.
func Quote(a text.Analysis) (q query.Phrase, ok bool) {
	q.Exact = true
	for _, f := range []text.Field{text.Title, text.Body} {
		if words := opening(a.Tokens, f); len(words) > len(q.Words) {
			q.Words = words
		}
	}
	return q, len(q.Words) >= MinQuote
}

// opening gives the first words of a field. A placeholder ends them: no phrase
// finds what stands there.
func opening(tokens []text.Token, f text.Field) (words []string) {
	for _, t := range tokens {
		switch {
		case t.Field != f:
			continue
		case t.Surface == "" || len(words) == MaxQuote:
			return words
		}
		words = append(words, t.Surface)
	}
	return words
}
