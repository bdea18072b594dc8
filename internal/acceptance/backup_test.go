package acceptance

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/simulate"
)

// TestBackUpAndRestore does what docs/operations.md says, in both shapes: a
// filled installation is dumped, its database wiped and restored, every table
// compared row by row, and the product goes on as if nothing had been.
func TestBackUpAndRestore(t *testing.T) {
	tools := findTools(t)
	for _, s := range shapes() {
		t.Run(s.name, func(t *testing.T) { backUpAndRestore(t, s, tools) })
	}
}

func backUpAndRestore(t *testing.T, s shape, tools pgTools) {
	database := tools.database(t)
	in := newInstallation(t, s, "OTKLIK_DATABASE_URL="+database) // the last of two equal variables counts
	in.start()
	in.fill(400)
	before := in.answers()
	in.stop()

	dump := filepath.Join(t.TempDir(), "otklik.dump")
	kept := rowsOf(t, database)
	require.Greater(t, len(kept), 30, "tables")
	require.NotEmpty(t, kept["ledger"])
	require.NotEmpty(t, kept["incident_copy"])
	tools.run(t, "pg_dump", "--format=custom", "--file="+dump, database)

	// Life goes on after the dump, and then the database is lost.
	in.start()
	in.takes("telegram:2100000098/1", "Написано после копии")
	in.takes("telegram:2100000098/1", "Исправлено после копии")
	in.stop()
	tools.wipe(t, database)

	tools.run(t, "pg_restore", "--no-owner", "--no-acl", "--exit-on-error", "--dbname="+database, dump)
	compareRows(t, kept, rowsOf(t, database))
	require.Contains(t, in.must("restored"), "fit to be used")

	in.start()
	if s.serve == "run" {
		require.Equal(t, before, in.answers(), "searches and incidents are as they were")
	} else { // the index was not lost, and has the post as well
		require.Equal(t, 1, in.count("исправлено"))
		require.Equal(t, before.Incidents, in.answers().Incidents)
	}
	in.takes("telegram:2100000098/1", "Снова прочитано")
	require.Zero(t, in.count("исправлено"), "what is read after the restoring is newer than all that the index has")
	in.takes("telegram:2100000098/2", "Отопления нет, новая жалоба")
	in.eventually(soon, "its incident", func() bool { return len(in.incidents()) == len(before.Incidents)+1 })
}

// fill sets up a region and takes in invented posts, some of which open
// incidents; one of those is carried on by a person.
func (in *installation) fill(posts int) {
	in.t.Helper()
	in.make("/agencies", obj{"region": "RU-PRI", "name": "Теплосети", "default": true})
	search := in.make("/searches", obj{"name": "Аварии", "query": "(отопления | [нет воды] | авария) -реклама", "regions": []string{"RU-PRI"}})
	in.make("/rules", obj{"region": "RU-PRI", "search": search, "name": "Аварии", "mode": "suggest", "open_for_backfill": true})
	lines, err := simulate.Corpus()
	require.NoError(in.t, err)
	file := filepath.Join(in.t.TempDir(), "posts.ndjson")
	f, err := os.Create(file)
	require.NoError(in.t, err)
	enc := json.NewEncoder(f)
	for _, l := range lines[:posts] {
		require.NoError(in.t, enc.Encode(l))
	}
	require.NoError(in.t, f.Close())
	in.must("import", "--regions", "RU-PRI", file)
	in.eventually(time.Minute, "every post is found", func() bool { return in.count("") == posts })
	in.takes("telegram:2100000099/1", "Нет отопления, последний пост")
	in.eventually(time.Minute, "the incident of the last post", func() bool { return in.holds("telegram:2100000099/1") })
	i := in.incidents()[0]
	require.Equal(in.t, 200, in.call(rootToken, "POST", fmt.Sprintf("/incidents/%d/comments", i.Number), obj{"version": i.Version, "text": "Проверить"}, nil))
}

// takes takes in one post and waits until it is found by its whole text.
func (in *installation) takes(id, text string) {
	in.t.Helper()
	in.must("import", "--regions", "RU-PRI", in.file(id, text))
	in.eventually(soon, text, func() bool { return in.count(`"`+text+`"`) == 1 })
}

// file gives a file of one post, for an import.
func (in *installation) file(id, text string) string {
	in.t.Helper()
	path := filepath.Join(in.t.TempDir(), "one.ndjson")
	b, err := json.Marshal(obj{"id": id, "published": time.Now(), "post": obj{"text": text}})
	require.NoError(in.t, err)
	require.NoError(in.t, os.WriteFile(path, append(b, '\n'), 0o600))
	return path
}

// answers is what people see of an installation.
type answers struct {
	Counts    map[string]int
	Found     map[string][]string
	Incidents []incident
}

func (in *installation) answers() answers {
	in.t.Helper()
	a := in.answersTo("", "отопление", "[нет воды]", "дорога | школа", "-дорога")
	require.NotZero(in.t, a.Counts["отопление"])
	return a
}

func (in *installation) answersTo(queries ...string) (a answers) {
	in.t.Helper()
	a.Counts, a.Found = map[string]int{}, map[string][]string{}
	for _, q := range queries {
		a.Counts[q] = in.count(q)
		for _, p := range in.search(q) {
			a.Found[q] = append(a.Found[q], fmt.Sprint(p.ID, " ", p.Rev, " ", p.Text))
		}
	}
	for _, i := range in.incidents() {
		a.Incidents = append(a.Incidents, in.incident(i.Number))
	}
	require.NotEmpty(in.t, a.Incidents)
	return a
}

// rowsOf gives every row of every table, as text in order, and where each
// sequence stands.
func rowsOf(t *testing.T, address string) map[string][]string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	require.NoError(t, err)
	defer conn.Close(context.Background())
	names := func(sql string) []string {
		rows, err := conn.Query(t.Context(), sql)
		require.NoError(t, err)
		out, err := pgx.CollectRows(rows, pgx.RowTo[string])
		require.NoError(t, err)
		return out
	}
	out := map[string][]string{}
	for _, table := range names(`SELECT tablename FROM pg_tables WHERE schemaname = 'public'`) {
		out[table] = names(`SELECT t::text COLLATE "C" FROM ` + pgx.Identifier{table}.Sanitize() + ` t ORDER BY 1`)
	}
	for _, seq := range names(`SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'`) {
		out[seq] = names(`SELECT last_value::text || is_called FROM ` + pgx.Identifier{seq}.Sanitize())
	}
	return out
}

func compareRows(t *testing.T, want, got map[string][]string) {
	t.Helper()
	require.Len(t, got, len(want))
	rows := 0
	for table := range want {
		require.Equal(t, want[table], got[table], table)
		rows += len(want[table])
	}
	t.Logf("%d tables and sequences, %d rows are the same", len(want), rows)
}

// TestACopyOfTheFolder: the shape with a private Postgres is backed up by
// copying its folder while it does not run.
func TestACopyOfTheFolder(t *testing.T) {
	dir := openFolder(t)
	in := &installation{t: t, dir: dir, env: []string{"OTKLIK_BOOTSTRAP_TOKEN=" + rootToken, "OTKLIK_DATA=" + dir}}
	t.Cleanup(func() {
		for _, p := range in.procs {
			p.kill()
		}
	})
	run := func() { in.base = in.launch("run", "--listen", "127.0.0.1:0").address(t) }
	run()
	in.fill(100)
	before := in.answers()
	in.stop()

	copied := filepath.Join(t.TempDir(), "otklik.tar")
	for _, do := range [][]string{
		{"tar", "--create", "--file", copied, "--directory", dir, "."},
		{"find", dir, "-mindepth", "1", "-delete"},
		{"tar", "--extract", "--same-owner", "--same-permissions", "--file", copied, "--directory", dir},
	} {
		out, err := exec.Command(do[0], do[1:]...).CombinedOutput()
		require.NoError(t, err, "%v: %s", do, out)
	}
	run()
	require.Equal(t, before, in.answers())
	in.takes("telegram:2100000098/1", "Написано после восстановления")
	in.stop()
}
