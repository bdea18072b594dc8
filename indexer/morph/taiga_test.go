package morph

import (
	"hash/crc32"
	"slices"
	"testing"

	"github.com/kljensen/snowball/russian"
	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/gold"
	"github.com/otklik/otklik/internal/testenv"
)

// What a search finds of real sentences whose lemmas people have marked (UD
// Taiga, dev): of all pairs of forms of one word it has to join as many as it
// says, and of those it joins as many have to be of one word. Snowball, what
// every search engine has for Russian, stands beside it. How text makes keys of
// lemmas, guesses and stems is held against other ways: with the dictionary as
// it is, and with a tenth and a fifth of all lemmas hidden, as if they were
// names of a region (ADR 11).
func TestOfRealSentences(t *testing.T) {
	d := open(t)
	forms, err := gold.Lemmas(testenv.Shared(t, "lemmas"), gold.Content()...)
	require.NoError(t, err)
	stem := func(f string) string { return "s:" + russian.Stem(f, true) }
	stems := func(f string) []string { return []string{stem(f)} }
	snowball := gold.Score(forms, stems, stems)
	t.Logf("%d forms; Snowball alone: recall %.1f %%, precision %.1f %%", len(forms), snowball.Recall, snowball.Precision)
	require.Less(t, snowball.Recall, 80.0, "the measure tells them apart")

	for _, hide := range []uint32{0, 10, 5} {
		hidden := func(l string) bool { return hide > 0 && crc32.ChecksumIEEE([]byte(l))%hide == 0 }
		known := func(l string) bool { return d.HasLemma(l) && !hidden(l) }
		anything := func(string) bool { return true }
		lemmas := func(f string) []string { return slices.DeleteFunc(d.Lemmas(f), hidden) }
		// way keys a form by its lemmas or else as unknown says.
		way := func(unknown func(string) []string) func(string) []string {
			return func(f string) []string {
				if ls := lemmas(f); len(ls) > 0 {
					return ls
				}
				return unknown(f)
			}
		}
		guess := func(known func(string) bool) func(string) []string {
			return way(func(f string) []string {
				if l := d.Guess(f, known); l != "" {
					return []string{l}
				}
				return stems(f)
			})
		}
		has := way(stems)
		guessed := guess(known)
		shipped := func(f string) []string {
			if ls := lemmas(f); len(ls) > 0 {
				return ls
			}
			return append(guessed(f), stem(f))
		}
		score := func(name string, asks, has func(string) []string) gold.Pairs {
			p := gold.Score(forms, asks, has)
			t.Logf("1 in %-2d hidden, %-32s recall %.1f %%, precision %.1f %%", hide, name, p.Recall, p.Precision)
			return p
		}
		plain := score("unknown words by stem:", has, has)
		score("by the guess, known or not:", guess(anything), guess(anything))
		ours := score("by the guess, if known, shipped:", shipped, guessed)
		require.Greater(t, ours.Recall, plain.Recall)
		require.GreaterOrEqual(t, ours.Precision, plain.Precision-0.5)
		if hide == 0 {
			require.Greater(t, ours.Recall, 95.0)
		}
	}
}
