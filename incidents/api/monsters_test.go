package api

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/internal/simulate"
)

// A post that is too much of something is shown, marked, copied into an
// incident and commented on like any other.
func TestMonstersAreShown(t *testing.T) {
	e := start(t)
	all := simulate.Monsters()
	all["deep markup"] = simulate.Deep(100_000)
	n := 0
	for name, text := range all {
		p := post.Post{Text: "Чудовище, " + text, Author: &post.Author{ID: "1", Name: simulate.Author()}}
		p.Normalize()
		n++
		r := e.record(post.ID(fmt.Sprintf("telegram:5/%d", n)), p.Text, time.Now().UTC().Truncate(time.Second), here)
		r.Post.Author = p.Author
		e.index(r)
		require.NotZero(t, e.incident(here, p.Text), name)
	}
	found := want[PostPage](e.get("/api/v1/posts?limit=100&query="+url.QueryEscape("чудовище"), rootSecret), http.StatusOK)
	require.Len(t, found.Items, n)
	for _, it := range found.Items {
		require.True(t, utf8.ValidString(it.Text))
		require.LessOrEqual(t, len(it.Author.Name), post.MaxName)
		require.NotNil(t, it.Segments)
		whole, marked := texts(it.Segments.Text)
		require.Equal(t, it.Text, whole, it.ID)
		require.Contains(t, marked, "Чудовище", it.ID)
	}
	page := want[List[Incident]](e.get("/api/v1/incidents?limit=100&region="+here, rootSecret), http.StatusOK)
	require.Len(t, page.Items, n)
	for _, i := range page.Items {
		v := want[IncidentView](e.get(fmt.Sprintf("/api/v1/incidents/%d", i.Number), rootSecret), http.StatusOK)
		require.True(t, utf8.ValidString(v.Title))
		require.LessOrEqual(t, utf8.RuneCountInString(v.Title), 200)
	}
}

// What is asked for and written may be monstrous as well: it is taken, or
// refused with a reason, and never an error of ours.
func TestMonstersAreAsked(t *testing.T) {
	e := start(t)
	number := e.incident(here, "нет воды")
	all := simulate.Monsters()
	all["deep brackets"] = strings.Repeat("(", 10_000) + "яма" + strings.Repeat(")", 10_000)
	all["deep negations"] = strings.Repeat("-(", 10_000) + "яма" + strings.Repeat(")", 10_000)
	all["a name of ten megabytes"] = simulate.Author()
	for name, text := range all {
		for _, length := range []int{50, 2000, len(text)} {
			some := post.CutBytes(text, length)
			for path, in := range map[string]obj{
				"/api/v1/searches": {"name": "Чудовище", "query": some, "regions": []string{here}},
				fmt.Sprintf("/api/v1/incidents/%d/comments", number): {"text": some},
				"/api/v1/agencies": {"region": here, "name": some},
			} {
				a := e.do("POST", path, rootSecret, in)
				require.Less(t, a.Status, 500, "%s, %d bytes: %s", name, length, path)
			}
			if len(some) < 4000 { // what an address may hold
				a := e.get("/api/v1/posts?query="+url.QueryEscape(some), rootSecret)
				require.Less(t, a.Status, 500, "%s, %d bytes", name, length)
			}
		}
	}
	for _, zone := range []string{"Mars/Phobos", "Local", "../../etc/passwd", "Europe/Moscow\u202e", strings.Repeat("Asia/", 10)} {
		refused(e.get("/api/v1/posts?query=x&zone="+url.QueryEscape(zone), rootSecret), http.StatusUnprocessableEntity, "query.zone")
	}
}
