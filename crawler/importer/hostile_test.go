package importer_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/internal/simulate"
)

// written gives a value as JSON.
func written(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return string(b)
}

// Whatever a file holds goes in as far as the log carries it, in each of the
// four forms, and so does what stands behind it.
func TestMonsters(t *testing.T) {
	texts := simulate.Monsters()
	texts["deep markup"] = simulate.Deep(100_000)
	texts["after it"] = "последний пост"
	e := newEnv(t)
	n := 0
	own, mapped, table, desktop := "", "", "id,source,text,date\n", []any{}
	for _, name := range append(names(texts), "after it") {
		n++
		own += written(t, map[string]any{"id": fmt.Sprintf("telegram:1/%d", n), "published": now, "post": map[string]any{"text": texts[name]}}) + "\n"
		mapped += written(t, map[string]any{"id": n, "source": 2, "text": texts[name], "date": now}) + "\n"
		table += fmt.Sprintf("%d,3,\"%s\",%s\n", n, strings.ReplaceAll(texts[name], `"`, `""`), now.Format("2006-01-02"))
		desktop = append(desktop, map[string]any{"id": n, "type": "message", "date": "2026-11-20T10:00:00", "date_unixtime": fmt.Sprint(now.Unix() - 1000), "from": "Двор", "from_id": "channel4", "text": texts[name]})
	}
	for name, content := range map[string]string{"own.ndjson": own, "mapped.ndjson": mapped, "table.csv": table,
		"result.json": `{"name":"Двор","type":"public_channel","id":4,"messages":` + written(t, desktop) + `}`} {
		e.records = nil
		o := e.options(e.file(name, content))
		if strings.HasPrefix(name, "mapped") || strings.HasPrefix(name, "table") {
			o.File.Map = parseMap(t, "id=id,source=source,text=text,published=date")
		}
		r := e.must(o)
		require.Zero(t, r.Bad, "%s: %+v", name, r)
		require.Equal(t, n, r.New, "%s: %+v", name, r)
		for _, rec := range e.records {
			require.LessOrEqual(t, len(rec.Post.Text), post.MaxText, name)
			require.Equal(t, len(rec.Post.Text) > post.MaxText-post.MaxName, rec.Post.Cut, "%s: what is longer says so", rec.ID)
		}
		require.Equal(t, "последний пост", e.records[n-1].Post.Text, name)
	}
}

func names(texts map[string]string) (all []string) {
	for name := range texts {
		if name != "after it" {
			all = append(all, name)
		}
	}
	return all
}

// A name of ten megabytes is cut, a person's is none at all, and a time in a
// zone that doesn't exist is a bad line among good ones.
func TestAuthorsWithoutEndAndZonesThatDoNotExist(t *testing.T) {
	e := newEnv(t)
	author := simulate.Author()
	lines := written(t, map[string]any{"id": "telegram:1/1", "published": now, "post": map[string]any{"text": "а", "author": map[string]any{"id": "7", "name": author}}}) + "\n" +
		written(t, map[string]any{"id": "telegram:1/2", "published": now, "post": map[string]any{"text": "б", "author": map[string]any{"id": author, "name": author, "person": true}}}) + "\n" +
		`{"id":"telegram:1/3","published":"2026-11-24T09:00:00 Mars/Phobos","post":{"text":"в"}}` + "\n" +
		`{"id":"telegram:1/4","published":"2026-11-24T09:00:00+25:00","post":{"text":"г"}}` + "\n" +
		`{"id":"telegram:1/5","published":"2026-11-24T09:00:00Z","post":{"text":"д"}}` + "\n"
	r := e.must(e.options(e.file("own.ndjson", lines)))
	require.Equal(t, 3, r.New, "%+v", r)
	require.Equal(t, 2, r.Bad)
	require.Len(t, e.records[0].Post.Author.Name, post.MaxName)
	require.True(t, e.records[1].Post.Author.Person)
	require.Empty(t, e.records[1].Post.Author.Name)
	require.Len(t, e.records[1].Post.Author.ID, 32)
	kept, err := os.ReadFile(r.Rejected)
	require.NoError(t, err)
	require.Contains(t, string(kept), "Mars/Phobos")
	require.Less(t, len(kept), 1<<20)

	o := e.options(e.file("mapped.ndjson", `{"id":9,"source":2,"text":"е","date":"2026-11-24 09:00:00 Mars/Phobos"}`+"\n"+
		written(t, map[string]any{"id": 10, "source": 2, "text": "ж", "date": now, "who": author})+"\n"))
	o.File.Map = parseMap(t, "id=id,source=source,text=text,published=date,author=who")
	r = e.must(o)
	require.Equal(t, 1, r.New, "%+v", r)
	require.Equal(t, 1, r.Bad)
}
