package text_test

import (
	_ "embed"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/match"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/text"
)

//go:embed testdata/writing.txt
var writing string

// What people write, and what finds it: testdata/writing.txt, at least 150 cases.
func TestWriting(t *testing.T) {
	z, cases := text.New(), 0
	for line := range strings.Lines(writing) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		q, s, ok := strings.Cut(line[1:], "|")
		require.True(t, ok && (line[0] == '+' || line[0] == '-'), line)
		q = strings.TrimSpace(q)
		s, err := strconv.Unquote(`"` + strings.TrimSpace(s) + `"`)
		require.NoError(t, err, line)
		cases++
		if finds(t, z, q, s) != (line[0] == '+') {
			t.Errorf("%s: found is %v", line, line[0] != '+')
		}
	}
	require.GreaterOrEqual(t, cases, 150)
}

// docs/russian.md promises what its tables say.
func TestTheExamplesOfTheDocumentation(t *testing.T) {
	page, err := os.ReadFile("../../docs/russian.md")
	require.NoError(t, err)
	z, cases := text.New(), 0
	for line := range strings.Lines(string(page)) {
		cell := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cell) != 3 || !strings.HasPrefix(strings.TrimSpace(cell[0]), "`") {
			continue
		}
		cases++
		q, says := strings.Trim(cell[0], "` "), strings.TrimSpace(cell[2])
		if found := finds(t, z, q, cell[1]); found != strings.HasPrefix(says, "yes") {
			t.Errorf("%s finds %s: %v", q, cell[1], found)
		}
	}
	require.Greater(t, cases, 30)
}

func finds(t testing.TB, z *text.Analyzer, q, s string) bool {
	t.Helper()
	n, es := query.Parse(q)
	require.Empty(t, es, q)
	e, err := query.Bind(n, z, query.Reader{})
	require.NoError(t, err, q)
	return match.Matches(e, match.NewDoc(post.Envelope{}, z.Analyze("", s)))
}
