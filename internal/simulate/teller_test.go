package simulate

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTeller(t *testing.T) {
	tell, err := NewTeller(1)
	require.NoError(t, err)
	topics, texts := map[string]int{}, map[string]bool{}
	for range 5000 {
		s := tell.Tell(tell.Town())
		require.NotContains(t, s.Text, "{", s.Topic)
		require.NotContains(t, s.Text, "  ")
		require.NotEmpty(t, s.Text)
		topics[s.Topic]++
		texts[s.Text] = true
	}
	require.GreaterOrEqual(t, len(topics), 12)
	require.Greater(t, len(texts), 4500, "a living region does not repeat itself")
}

func TestSameSeedSameStories(t *testing.T) {
	a, err := NewTeller(7)
	require.NoError(t, err)
	b, err := NewTeller(7)
	require.NoError(t, err)
	for range 50 {
		require.Equal(t, a.Tell(a.Town()).Text, b.Tell(b.Town()).Text)
	}
}

// A rumour keeps its place and changes its words.
func TestRetell(t *testing.T) {
	tell, err := NewTeller(3)
	require.NoError(t, err)
	first := tell.Tell(towns[0], Rumour)
	forms := map[string]bool{}
	for range 50 {
		forms[tell.Retell(first).Text] = true
	}
	require.Greater(t, len(forms), 5)
}

func TestTemplateErrors(t *testing.T) {
	for _, s := range []string{"{a|b", "a}b", "a|b", strings.Repeat("{a|", 20)} {
		_, err := parse(s)
		require.Error(t, err, s)
	}
}
