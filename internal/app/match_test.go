package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every match of posts and searches in files, in the order of the posts; what is
// wrong is named.
func TestMatchFiles(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		return path
	}
	run := func(want int, stdin string, args ...string) (stdout, stderr string) {
		t.Helper()
		var out, errs strings.Builder
		require.Equal(t, want, Main(append([]string{"match"}, args...), "test", strings.NewReader(stdin), &out, &errs), errs.String())
		return out.String(), errs.String()
	}
	searches := file("searches.ndjson", `{"id": 7, "query": "ребёнок"}

{"id": "heat", "query": "[нет отопления] | батарея"}
{"id": 9, "query": "дети -отопление region:RU-PRI"}
`)
	var posts strings.Builder
	for i, text := range []string{"детям холодно, нет отопления", "дети гуляют", "дорога", "батареи холодные"} {
		posts.WriteString(`{"id":"` + string(rune('1'+i)) + `","source":"5","text":"` + text + `","date":"2026-11-24T09:00:00+03:00"}` + "\n")
	}
	one := "telegram:5/1\t7\ntelegram:5/1\theat\ntelegram:5/2\t7\ntelegram:5/4\theat\n"
	mapped := []string{"--searches", searches, "--map", "id=id,source=source,text=text,published=date"}

	out, said := run(0, posts.String(), mapped...)
	require.Equal(t, one, out)
	require.Regexp(t, `(?s)^3 searches, loaded in .+; 4 posts, 4 matches\nread: \d+ posts/s; analysed: \d+ posts/s; matched: \d+ posts/s; analysed and matched: \d+ posts/s, 1 at once\n$`, said)
	out, _ = run(0, "", append(mapped, "--regions", "RU-PRI", "--workers", "3", file("posts.ndjson", posts.String()))...)
	require.Equal(t, strings.Replace(one, "telegram:5/2\t7\n", "telegram:5/2\t7\ntelegram:5/2\t9\n", 1), out)

	many := strings.Repeat("нет отопления ", 5)
	posts.Reset()
	want := strings.Builder{}
	for i := range 1000 {
		id := strings.Repeat("1", 1+i%9) + string(rune('0'+i%10))
		posts.WriteString(`{"id":"` + id + `","source":"5","text":"` + many + `","date":"2026-11-24"}` + "\n")
		want.WriteString("telegram:5/" + id + "\theat\n")
	}
	out, _ = run(0, posts.String(), append(mapped, "--workers", "4")...)
	require.Equal(t, want.String(), out, "in their order, however many work")

	out, said = run(exitRefused, posts.String()+"{\n", mapped...)
	require.Equal(t, want.String(), out, "the rest is matched")
	require.Contains(t, said, "left out: 1")

	bad := file("bad.ndjson", `{"id": 1, "query": "(яма"}
{"id": 1}
{"query": "яма"}
{"id": 2, "query": "region:RU-XXX"}
{"id": 3, "query": "яма"}
{"id": "3", "query": "яма"}
{`)
	out, said = run(exitMisused, posts.String(), "--searches", bad)
	require.Empty(t, out, "nothing is matched")
	for _, say := range []string{"line 1", "line 2", "has no \"query\"", "line 3", "has no \"id\"", "line 4", "line 6", "stands in line 5", "line 7", "is not a search"} {
		require.Contains(t, said, say)
	}
	_, said = run(exitMisused, "", "--searches", searches, "--zone", "Mars", "--workers", "0", "--map", "x", "--format", "pdf", "-")
	for _, say := range []string{"--zone", "--workers", "--map", "--format"} {
		require.Contains(t, said, say)
	}
	_, said = run(exitMisused, "", "--searches", searches, "--regions", "RU-XXX")
	require.Contains(t, said, "RU-XXX")
}
