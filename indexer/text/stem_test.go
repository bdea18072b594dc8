package text

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/gold"
	"github.com/otklik/otklik/internal/testenv"
)

// The reference vocabulary of the Snowball project: words and their stems.
func TestStemsAgreeWithTheReference(t *testing.T) {
	words, err := gold.Stems(testenv.Shared(t, "stems"))
	require.NoError(t, err)
	require.Len(t, words, 49_785)
	wrong := gold.Mismatches(words, func(w string) string { return stem(Fold(w)) })
	t.Logf("%q", wrong)
	require.LessOrEqual(t, len(wrong), gold.MaxMismatches)
}
