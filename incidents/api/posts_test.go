package api

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/search"
	"github.com/otklik/otklik/internal/access"
)

// index puts posts into the index, as the indexer does.
func (e *env) index(records ...post.Record) {
	e.t.Helper()
	docs := make([]search.Document, len(records))
	for i, r := range records {
		docs[i] = search.Document{Record: r}
		if r.Post != nil {
			docs[i].Body = *r.Post
			docs[i].Text = e.opts.Analyzer.Analyze(r.Post.Title, r.Post.Text)
		}
	}
	require.NoError(e.t, e.opts.Posts.(search.Writer).Put(e.t.Context(), docs))
}

// texts joins segments.
func texts(all []Segment) (whole string, marked []string) {
	for _, s := range all {
		whole += s.Text
		if s.Mark {
			marked = append(marked, s.Text)
		}
	}
	return whole, marked
}

func TestPosts(t *testing.T) {
	e := start(t)
	at := time.Date(2026, 11, 23, 20, 30, 0, 0, time.UTC) // the 24th in Vladivostok
	r := e.record("telegram:7/1", "Нет отопления третий день.\nКогда дадут отопление?", at, "RU-PRI")
	r.Post.Title = "Холодно"
	e.index(r, e.record("telegram:7/2", "Яма на дороге", at.Add(time.Hour), "RU-PRI"), e.record("vk:8/1", "Отопление в Самаре", at.Add(2*time.Hour), "RU-SAM"))
	near := e.token(access.Specialist, 0, "RU-PRI")

	page := want[PostPage](e.get("/api/v1/posts?query="+url.QueryEscape("отопления | холодно"), near), http.StatusOK)
	require.Len(t, page.Items, 1)
	p := page.Items[0]
	require.Equal(t, post.ID("telegram:7/1"), p.ID)
	require.Equal(t, "telegram", p.Network)
	require.Equal(t, "telegram:7", p.Source)
	require.Equal(t, at, p.Published)
	whole, marked := texts(p.Segments.Text)
	require.Equal(t, r.Post.Text, whole)
	require.Equal(t, []string{"отопления", "отопление"}, marked)
	require.Equal(t, []Segment{{Text: "Холодно", Mark: true}}, p.Segments.Title)
	require.Nil(t, page.Reached)

	// A day is the reader's, or that of the zone asked for.
	day := "/api/v1/posts/count?query=" + url.QueryEscape("since:2026-11-24 until:2026-11-24 net:telegram")
	require.EqualValues(t, 2, want[PostCount](e.get(day, near), http.StatusOK).Posts)
	require.EqualValues(t, 0, want[PostCount](e.get(day+"&zone=UTC", near), http.StatusOK).Posts)

	bars := want[Histogram](e.get("/api/v1/posts/histogram?by=net", rootSecret), http.StatusOK)
	require.Equal(t, []Bar{{Value: "telegram", Posts: 2}, {Value: "vk", Posts: 1}}, bars.Items)
	days := want[Histogram](e.get("/api/v1/posts/histogram?by=day", near), http.StatusOK)
	require.Len(t, days.Items, 1)
	require.Equal(t, time.Date(2026, 11, 24, 0, 0, 0, 0, time.FixedZone("", 10*3600)).UTC(), days.Items[0].From.UTC())

	// An edit keeps the history; the id stands in the path in both ways.
	second := e.record("telegram:7/1", "Отопление дали", at, "RU-PRI")
	e.index(second)
	for _, id := range []string{"telegram:7/1", "telegram:7%2F1", "telegram%3A7%2F1"} {
		v := want[PostView](e.get("/api/v1/posts/"+id+"?query="+url.QueryEscape("отопление"), near), http.StatusOK)
		require.Equal(t, "Отопление дали", v.Text)
		require.Len(t, v.History, 2)
		require.Equal(t, r.Post.Text, v.History[0].Post.Text)
		_, marked := texts(v.Segments.Text)
		require.Equal(t, []string{"Отопление"}, marked)
	}
	for _, id := range []string{"telegram:7/99", "x", "vk:8/1", "telegram:7/1/2", "%FF", "a:b%00/1"} {
		a := e.get("/api/v1/posts/"+id, near)
		require.Contains(t, []int{http.StatusNotFound, http.StatusUnprocessableEntity}, a.Status, id)
	}
	require.Empty(t, want[PostPage](e.get("/api/v1/posts?query="+url.QueryEscape("самаре"), near), http.StatusOK).Items)
	require.Empty(t, want[PostPage](e.get("/api/v1/posts?query="+url.QueryEscape("region:RU-SAM"), near), http.StatusOK).Items)
	require.EqualValues(t, 0, want[PostCount](e.get("/api/v1/posts/count?query=net:vk", near), http.StatusOK).Posts)
	require.Len(t, want[Histogram](e.get("/api/v1/posts/histogram?by=region", near), http.StatusOK).Items, 1)
}

func TestPagesOfPosts(t *testing.T) {
	e := start(t)
	var records []post.Record
	for i := range 23 {
		records = append(records, e.record(post.ID(fmt.Sprintf("telegram:7/%d", i)), "яма", time.Now().UTC().Add(-time.Duration(i/3)*time.Hour).Truncate(time.Second), "RU-PRI"))
	}
	e.index(records...)
	for _, order := range []string{"newest", "relevance"} {
		seen, after := map[post.ID]bool{}, ""
		for range 20 {
			page := want[PostPage](e.get("/api/v1/posts?limit=5&query=яма&order="+order+"&after="+url.QueryEscape(after), rootSecret), http.StatusOK)
			for _, p := range page.Items {
				require.False(t, seen[p.ID], "twice")
				seen[p.ID] = true
				require.Equal(t, order == "relevance", p.Score > 0)
			}
			if after = page.Next; after == "" {
				break
			}
		}
		require.Len(t, seen, len(records), order)
	}
	refused(e.get("/api/v1/posts?after=x", rootSecret), http.StatusUnprocessableEntity, "query.after")
	refused(e.get("/api/v1/posts?after="+strings.Repeat("x", 3000), rootSecret), http.StatusUnprocessableEntity, "query.after")
}

// A long text is shown from its beginning in lists, its segments as well.
func TestALongPost(t *testing.T) {
	e := start(t)
	r := e.record("telegram:7/1", strings.Repeat("слово ", 3_000)+"конец", time.Now().UTC().Truncate(time.Second), "RU-PRI")
	e.index(r)
	p := want[PostPage](e.get("/api/v1/posts?query=слово", rootSecret), http.StatusOK).Items[0]
	require.True(t, p.Shortened)
	require.Equal(t, maxListText, len([]rune(p.Text)))
	whole, marked := texts(p.Segments.Text)
	require.Equal(t, p.Text, whole)
	require.NotEmpty(t, marked)
	v := want[PostView](e.get("/api/v1/posts/telegram:7/1?query=конец", rootSecret), http.StatusOK)
	require.Equal(t, r.Post.Text, v.Text)
	require.False(t, v.Shortened)
	whole, marked = texts(v.Segments.Text)
	require.Equal(t, r.Post.Text, whole)
	require.Equal(t, []string{"конец"}, marked)
}

// The copies of a post are counted by its own words, as far as the reader sees,
// and the query that does so finds it and them.
func TestCopies(t *testing.T) {
	e := start(t)
	at := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	const said = "❗️Нет «отопления» третий день, дети мёрзнут. Подробности: https://t.me/x/1"
	e.index(
		e.record("telegram:7/1", said, at, "RU-PRI"),
		e.record("telegram:8/1", "Пишут: НЕТ ОТОПЛЕНИЯ третий день, дети мерзнут!", at.Add(time.Hour), "RU-PRI"),
		e.record("vk:9/copies", said, at.Add(2*time.Hour), "RU-SAM"),
		e.record("telegram:7/2", "Нет отопления третий день, а дети дома", at, "RU-PRI"),
		e.record("telegram:7/3", "🙂 Яма https://example.org/нет/такой/ямы/здесь", at, "RU-PRI"),
	)
	near := e.token(access.Specialist, 0, "RU-PRI")
	ask := func(id, secret string) PostCopies {
		t.Helper()
		return want[PostCopies](e.get("/api/v1/posts/"+id+"/copies", secret), http.StatusOK)
	}
	const query = `"нет отопления третий день дети мерзнут`
	c := ask("telegram:7/1", near)
	require.Equal(t, query+` подробности"`, c.Query)
	require.EqualValues(t, 0, c.Posts, "another's words are not wholly the same")
	require.EqualValues(t, 1, ask("telegram:7/1", rootSecret).Posts, "the copy elsewhere, for those who see it")
	c = ask("telegram:8%2F1", near)
	require.Equal(t, PostCopies{Query: `"пишут нет отопления третий день дети мерзнут"`, PostCount: PostCount{}}, c)
	page := want[PostPage](e.get("/api/v1/posts?query="+url.QueryEscape(ask("telegram:7/1", rootSecret).Query), rootSecret), http.StatusOK)
	require.Len(t, page.Items, 2, "the query finds the post and its copies")

	c = ask("telegram:7/3", near)
	require.Equal(t, PostCopies{Reason: "the post has fewer than 4 words in a row: there is nothing to find copies by"}, c)
	for _, id := range []string{"vk:9/1", "vk:9/copies", "telegram:7/99", "x", "vk:9"} {
		require.Equal(t, http.StatusNotFound, e.get("/api/v1/posts/"+id+"/copies", near).Status, id)
	}
	// An id that ends so.
	require.EqualValues(t, 1, ask("vk:9/copies", rootSecret).Posts)
	require.EqualValues(t, 1, ask("vk:9%2Fcopies", rootSecret).Posts)
	require.Equal(t, post.ID("vk:9/copies"), want[PostView](e.get("/api/v1/posts/vk:9%2Fcopies", rootSecret), http.StatusOK).ID)
	refused(e.get("/api/v1/posts/telegram:7/1/copies", e.token(access.Executor, e.agency("RU-PRI", "Водоканал"), "RU-PRI")), http.StatusForbidden)
}

func TestAPostIsNoCopyOfItself(t *testing.T) {
	at := time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		about   string
		counted int64
		reached time.Time
		want    int64
	}{
		{"a count that is complete", 3, time.Time{}, 2},
		{"the post is not yet, or no longer, in the index", 0, time.Time{}, 0},
		{"cut before it came to the post", 3, at.Add(time.Microsecond), 3},
		{"cut at the post", 3, at, 2},
		{"cut past the post", 3, at.Add(-time.Hour), 2},
	} {
		require.Equal(t, c.want, others(search.Count{Posts: c.counted, Reached: c.reached}, at), c.about)
	}
}

// What is sealed is seen by those only who may, who get its body from where it
// is kept.
func TestASealedPost(t *testing.T) {
	e := start(t)
	r := e.record("telegram:7/1", "О ребёнке в интернате", time.Now().UTC().Truncate(time.Second), "RU-PRI")
	body, err := post.Encode(r.Post)
	require.NoError(t, err)
	_, err = e.pool.Exec(t.Context(), `INSERT INTO post_body (id, rev, body) VALUES ($1, $2, $3)`, r.ID, r.Rev, string(body))
	require.NoError(t, err)
	d := search.Document{Record: r, Body: *r.Post, Text: e.opts.Analyzer.Analyze("", r.Post.Text)}
	d.Visibility, d.Record.Post = post.Sealed, nil
	require.NoError(t, e.opts.Posts.(search.Writer).Put(t.Context(), []search.Document{d}))
	unsealed := e.token(access.Administrator, 0, "RU-PRI")
	path := "/api/v1/posts?query=" + url.QueryEscape("ребёнок | интернате")
	require.Empty(t, want[PostPage](e.get(path, unsealed), http.StatusOK).Items)
	refused(e.get("/api/v1/posts/telegram:7/1", unsealed), http.StatusNotFound)
	p := want[PostPage](e.get(path, rootSecret), http.StatusOK).Items[0]
	require.Equal(t, r.Post.Text, p.Text)
	_, marked := texts(p.Segments.Text)
	require.Equal(t, []string{"ребёнке", "интернате"}, marked)
	require.Equal(t, r.Post.Text, want[PostView](e.get("/api/v1/posts/telegram:7/1", rootSecret), http.StatusOK).History[0].Post.Text)
	_, err = e.pool.Exec(t.Context(), `DELETE FROM post_body`) // forgotten meanwhile
	require.NoError(t, err)
	require.Empty(t, want[PostPage](e.get(path, rootSecret), http.StatusOK).Items[0].Text)
}

// An incident is opened by hand from a post that one sees.
func TestOpenByHand(t *testing.T) {
	e := start(t)
	e.agency("RU-PRI", "Водоканал")
	e.index(e.record("telegram:7/1", "Нет воды\nвторой день", time.Now().UTC().Truncate(time.Second), "RU-SAM", "RU-PRI"))
	near := e.token(access.Specialist, 0, "RU-PRI")
	v := want[IncidentView](e.do("POST", "/api/v1/incidents", near, obj{"post": "telegram:7/1", "severity": "raised"}), http.StatusCreated)
	require.Equal(t, "RU-PRI", v.Region, "the post's first region that is the person's")
	require.Equal(t, "Нет воды", v.Title)
	require.Len(t, v.Posts, 1)
	refused(e.do("POST", "/api/v1/incidents", near, obj{"post": "telegram:7/1"}), http.StatusConflict)
	refused(e.do("POST", "/api/v1/incidents", near, obj{"post": "telegram:7/99"}), http.StatusUnprocessableEntity, "body.post")
	refused(e.do("POST", "/api/v1/incidents", e.token(access.Specialist, 0, "RU-KHA"), obj{"post": "telegram:7/1"}), http.StatusUnprocessableEntity, "body.post")
}
