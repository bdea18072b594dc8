package morph

import (
	"testing"

	"github.com/kljensen/snowball/russian"
	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/gold"
	"github.com/otklik/otklik/internal/testenv"
)

// What a search finds of real sentences whose lemmas people have marked (UD
// Taiga, dev): of all pairs of forms of one word it has to join as many as it
// says, and of those it joins as many have to be of one word. Snowball, what
// every search engine has for Russian, stands beside it.
func TestOfRealSentences(t *testing.T) {
	d := open(t)
	forms, err := gold.Lemmas(testenv.Shared(t, "lemmas"), gold.Content()...)
	require.NoError(t, err)
	stem := func(f string) []string { return []string{"s:" + russian.Stem(f, true)} }
	lemmas := func(f string) []string {
		if ls := d.Lemmas(f); ls != nil {
			return ls
		}
		if l := d.Guess(f, nil); l != "" {
			return []string{l}
		}
		return stem(f)
	}
	ours, snowball := gold.Score(forms, lemmas, lemmas), gold.Score(forms, stem, stem)
	t.Logf("%d forms: recall %.1f %%, precision %.1f %%; Snowball %.1f %%, %.1f %%", len(forms), ours.Recall, ours.Precision, snowball.Recall, snowball.Precision)
	require.Greater(t, ours.Recall, 95.0)
	require.Greater(t, ours.Precision, 91.0)
	require.Less(t, snowball.Recall, 80.0, "the measure tells them apart")
}
