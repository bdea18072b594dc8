package acceptance

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/simulate"
	"github.com/otklik/otklik/internal/testenv"
)

// TestUpgradeWhileServing: the new build migrates while the one before the
// newest migration serves; then both work on the new schema side by side, and
// the old one can be started again. Nothing is lost or doubled, and the old one
// answers everywhere as it did.
func TestUpgradeWhileServing(t *testing.T) {
	before := buildBefore(t)
	for _, s := range shapes() {
		t.Run(s.name, func(t *testing.T) { upgradeWhileServing(t, s, before) })
	}
}

func upgradeWhileServing(t *testing.T, s shape, before earlier) {
	address := testenv.EmptyDatabaseURL(t)
	old := newInstallation(t, s, "OTKLIK_DATABASE_URL="+address)
	fresh := *old
	fresh.dir = t.TempDir()
	old.build = before.path
	t.Cleanup(func() {
		for _, p := range fresh.procs {
			p.kill()
		}
	})
	lines, err := simulate.Corpus()
	require.NoError(t, err)
	files := linesInFiles(t, lines[:700], 100)

	old.start()
	old.setUpRule()
	old.must("import", "--regions", "RU-PRI", files[0])
	old.eventually(time.Minute, "the first posts", func() bool { return old.count("") == 100 })
	answered := old.statuses()

	// The migration runs while the old build takes in posts.
	imported := old.command("import", "--regions", "RU-PRI", files[1])
	require.NoError(t, imported.Start())
	require.Contains(t, fresh.must("migrate"), "up to date")
	require.NoError(t, imported.Wait())
	require.NotEqual(t, before.schema, schemaNow(t, address), "the new build has a migration that the old one doesn't know")
	require.Equal(t, answered, old.statuses(), "the old build on the new schema")
	old.must("import", "--regions", "RU-PRI", files[2])
	old.eventually(time.Minute, "what the old build takes in on the new schema", func() bool { return old.count("") == 300 })

	// Both at once, under load, with posts that both bring.
	fresh.start()
	var load []*exec.Cmd
	for i, f := range files[3:6] {
		load = append(load, old.command("import", "--regions", "RU-PRI", f), fresh.command("import", "--regions", "RU-PRI", files[2+i]))
	}
	for _, c := range load {
		require.NoError(t, c.Start())
	}
	both := []*installation{old, &fresh}
	for i := range 6 {
		both[i%2].comment(i)
	}
	for _, c := range load {
		require.NoError(t, c.Wait())
	}
	require.Equal(t, answered, old.statuses(), "the old build beside the new one")

	// The old build is started again on the new schema, and takes in the rest.
	old.stop()
	old.start()
	old.must("import", "--regions", "RU-PRI", files[6])
	require.Equal(t, answered, old.statuses(), "the old build, started on the new schema")
	for _, in := range both {
		in.eventually(time.Minute, "every post once", func() bool { return in.count("") == 700 })
		want := in.count("(" + upgradeQuery + ")")
		require.Positive(t, want)
		in.eventually(time.Minute, "every match in one incident once", func() bool { return in.postsOfIncidents() == want })
	}
	exact := []string{"", upgradeQuery, `"нет воды"`, "!дорога | !школа", "-!дорога"}
	require.Equal(t, old.answersTo(exact...), fresh.answersTo(exact...), "both builds say the same")
	for _, q := range []string{"отопление", "[нет воды]", "дорога | школа"} {
		require.GreaterOrEqual(t, fresh.count(q), old.count(q), "what either build has put is found by the new one: %s", q)
	}
	require.Equal(t, 6, old.comments())
	require.Empty(t, fresh.rejected("state=waiting"))
}

// upgradeQuery asks for words as they are written: two builds may find the forms
// of a word in other ways, and the older one knows only its own.
const upgradeQuery = `(!отопление | !отопления | "нет воды" | !авария) -!реклама`

// setUpRule makes what turns posts into incidents.
func (in *installation) setUpRule() {
	in.t.Helper()
	in.make("/agencies", obj{"region": "RU-PRI", "name": "Теплосети", "default": true})
	search := in.make("/searches", obj{"name": "Аварии", "query": upgradeQuery, "regions": []string{"RU-PRI"}})
	in.make("/rules", obj{"region": "RU-PRI", "search": search, "name": "Аварии", "mode": "suggest", "open_for_backfill": true})
}

// comment writes a comment to the oldest incident, which others write to too.
func (in *installation) comment(n int) {
	in.t.Helper()
	in.eventually(time.Minute, "a comment", func() bool {
		is := in.incidents()
		if len(is) == 0 {
			return false
		}
		i := is[len(is)-1]
		return in.call(rootToken, "POST", fmt.Sprintf("/incidents/%d/comments", i.Number), obj{"version": i.Version, "text": fmt.Sprint("Замечание ", n)}, nil) == http.StatusOK
	})
}

// comments counts them.
func (in *installation) comments() (n int) {
	in.t.Helper()
	for _, i := range in.incidents() {
		for _, e := range in.incident(i.Number).Events {
			if strings.HasPrefix(e.Kind, "comment") {
				n++
			}
		}
	}
	return n
}

// postsOfIncidents adds up the posts of all incidents.
func (in *installation) postsOfIncidents() (posts int) {
	in.t.Helper()
	for after := ""; ; {
		var page struct {
			Items []incident
			Next  string
		}
		in.get("/incidents?limit=500&after="+after, &page)
		for _, i := range page.Items {
			posts += int(i.PostsTotal)
		}
		if after = page.Next; after == "" {
			return posts
		}
	}
}

// statuses asks every address of the API that can be asked without knowing
// anything, and gives what each answers with.
func (in *installation) statuses() map[string]int {
	in.t.Helper()
	res, err := http.Get(in.base + "/openapi.json")
	require.NoError(in.t, err)
	defer res.Body.Close()
	var doc struct {
		Paths map[string]map[string]json.RawMessage
	}
	require.NoError(in.t, json.NewDecoder(res.Body).Decode(&doc))
	out := map[string]int{}
	for path, methods := range doc.Paths {
		path, ours := strings.CutPrefix(path, "/api/v1")
		if _, ok := methods["get"]; !ok || !ours || strings.Contains(path, "{") || strings.HasSuffix(path, "/stream") {
			continue
		}
		out[path] = in.call(rootToken, "GET", path, nil, nil)
	}
	require.Greater(in.t, len(out), 15)
	require.Equal(in.t, http.StatusOK, out["/posts"])
	require.Equal(in.t, http.StatusOK, out["/incidents"])
	return out
}

// linesInFiles writes posts into files of so many.
func linesInFiles(t *testing.T, lines []simulate.Line, each int) (files []string) {
	t.Helper()
	dir := t.TempDir()
	for part := range slices.Chunk(lines, each) {
		path := filepath.Join(dir, fmt.Sprintf("%d.ndjson", len(files)))
		f, err := os.Create(path)
		require.NoError(t, err)
		enc := json.NewEncoder(f)
		for _, l := range part {
			require.NoError(t, enc.Encode(l))
		}
		require.NoError(t, f.Close())
		files = append(files, path)
	}
	return files
}
