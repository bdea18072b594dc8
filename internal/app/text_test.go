package app

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A word of a query finds a word of a text where the latter's key is among its.
func TestTextKeys(t *testing.T) {
	keys := func(in string, args ...string) map[string][]string {
		t.Helper()
		var out, errs strings.Builder
		require.Zero(t, Main(append([]string{"text", "keys"}, args...), "test", strings.NewReader(in), &out, &errs), errs.String())
		got := map[string][]string{}
		for line := range strings.Lines(out.String()) {
			word, ks, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
			require.True(t, ok, line)
			got[word] = strings.Fields(ks)
		}
		return got
	}
	words := "стали\nсталью\nстанет\nребёнок\nдетей\nкто-нибудь\nкого-нибудь\n!\nковидник"
	in, query := keys(words), keys(words, "--query")
	finds := func(q, w string) bool { return slices.Contains(query[q], in[w][0]) }
	for _, c := range []struct {
		query, word string
		want        bool
	}{
		{"стали", "сталью", true}, {"стали", "станет", true}, {"сталью", "станет", false},
		{"ребёнок", "детей", true}, {"кто-нибудь", "кого-нибудь", true},
	} {
		require.Equal(t, c.want, finds(c.query, c.word), "%s finds %s", c.query, c.word)
	}
	require.Contains(t, keys("чёрно-белый", "--query")["чёрно-белый"], keys("чернобелый")["чернобелый"][0], "the joined spelling")
	require.Empty(t, in["!"])
	require.Empty(t, query["!"])
	file := filepath.Join(t.TempDir(), "words.txt")
	require.NoError(t, os.WriteFile(file, []byte("ковидарий: ковидник\nУК = управляющая компания"), 0o600))
	require.Contains(t, keys("УК", "--query", "--glossary", file)["УК"], keys("управляющая компания")["управляющая компания"][0])
	require.Contains(t, keys("ковидарий", "--query", "--glossary", file)["ковидарий"], keys("ковидник", "--glossary", file)["ковидник"][0])

	require.NoError(t, os.WriteFile(file, []byte("вода\n!!"), 0o600))
	for about, c := range map[string]struct {
		in   string
		args []string
		say  string
	}{
		"a bad glossary":   {"", []string{"--glossary", file}, "line 2"},
		"a line of all":    {strings.Repeat("я", longestLine), nil, "one word a line"},
		"no such glossary": {"", []string{"--glossary", file + "x"}, "x"},
		"no such flag":     {"", []string{"--quiery"}, "quiery"},
	} {
		var out, errs strings.Builder
		require.NotZero(t, Main(append([]string{"text", "keys"}, c.args...), "test", strings.NewReader(c.in), &out, &errs), about)
		require.Contains(t, errs.String(), c.say, about)
	}
	require.LessOrEqual(t, len(keys(strings.Repeat("стали-", 30), "--query")), mostKeys)
}
