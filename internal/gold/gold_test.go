package gold

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// «стали» is of two words; a stem joins «стали» and «сталь» only.
func TestScore(t *testing.T) {
	lemmas := map[string][]string{"стали": {"сталь", "стать"}, "сталь": {"сталь"}, "стал": {"стать"}, "стол": {"стол"}}
	gold := func(f string) []string { return lemmas[f] }
	require.Equal(t, Pairs{100, 100}, Score(lemmas, gold, gold))
	one := func(string) []string { return []string{"x"} }
	require.Equal(t, Pairs{100, 100. * 4 / 12}, Score(lemmas, one, one))
	nobody := func(f string) []string { return []string{f} }
	require.Equal(t, Pairs{0, 0}, Score(lemmas, nobody, nobody))
	// Who asks under more than they stand under finds, and is not found.
	asks := func(f string) []string {
		if f == "стали" {
			return []string{"стали", "стал", "сталь", "стол"}
		}
		return []string{f}
	}
	require.Equal(t, Pairs{100. * 2 / 4, 100. * 2 / 3}, Score(lemmas, asks, nobody))
}

func TestConllu(t *testing.T) {
	const sentence = "# text = Ёлки, ели\n1\tЁлки\tёлка\tNOUN\t_\n2\t,\t,\tPUNCT\t_\n3\tели\tель\tNOUN\t_\n4\tЕли\tесть\tVERB\t_\n5\tёлки\tелка\tNOUN\n\n"
	got, err := conllu(strings.NewReader(sentence), Content())
	require.NoError(t, err)
	require.Equal(t, map[string][]string{"елки": {"елка"}, "ели": {"ель", "есть"}}, got)
}

func TestMismatches(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "voc.txt"), []byte("вода\nёлку\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "output.txt"), []byte("вод\nёлку\n"), 0o600))
	all, err := Stems(dir)
	require.NoError(t, err)
	require.Equal(t, []string{"ёлку: ёлк, not елку"}, Mismatches(all, func(w string) string { return strings.TrimRight(w, "ау") }))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "voc.txt"), []byte("вода\n"), 0o600))
	_, err = Stems(dir)
	require.ErrorContains(t, err, "1 words and 2 stems")
}
