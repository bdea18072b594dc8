package text

import (
	"bufio"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/testenv"
)

// The reference vocabulary of the Snowball project: words and their stems.
func TestStemsAgreeWithTheReference(t *testing.T) {
	words, stems := lines(t, "stems/voc.txt"), lines(t, "stems/output.txt")
	require.Len(t, stems, len(words))
	require.Len(t, words, 49_785)
	z, wrong := New(), 0
	for i, w := range words {
		got := z.Keys(w)
		require.Len(t, got, 1)
		if want := KeyPrefix + strings.ReplaceAll(stems[i], "ё", "е"); got[0] != want {
			wrong++
			t.Logf("%s: %s, the reference has %s", w, got[0], want)
		}
	}
	require.LessOrEqual(t, wrong, 12)
}

func lines(t *testing.T, path string) (ls []string) {
	t.Helper()
	f, err := os.Open(testenv.Shared(t, path))
	require.NoError(t, err)
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		ls = append(ls, s.Text())
	}
	return ls
}
