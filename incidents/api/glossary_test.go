package api

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/indexer/glossary"
	"github.com/otklik/otklik/indexer/text"
	"github.com/otklik/otklik/internal/access"
)

func TestGlossary(t *testing.T) {
	e := start(t)
	admin, reader := e.token(access.Administrator, 0, here), e.token(access.Partner, 0, here)
	g := want[Glossary](e.get("/api/v1/glossary", reader), http.StatusOK)
	require.Equal(t, Glossary{Editions: []Edition{}}, g)
	change := func(secret string, revision int, body string) answer {
		return e.do("PUT", "/api/v1/glossary", secret, obj{"revision": revision, "body": body})
	}
	require.Equal(t, http.StatusForbidden, change(reader, 0, "ковид").Status)
	g = want[Glossary](change(admin, 0, "ковид\n"), http.StatusOK)
	require.Equal(t, []any{1, "ковид\n", "administrator"}, []any{g.Revision, g.Body, g.ChangedBy})
	require.WithinDuration(t, time.Now(), *g.ChangedAt, time.Minute)
	p := refused(change(admin, 0, "другое"), http.StatusConflict)
	require.Equal(t, "Already changed", p.Title)
	p = refused(change(admin, 1, "ковид\nдва слова\nТСЖ ="), http.StatusUnprocessableEntity, "body.body[2]", "body.body[3]")
	require.Contains(t, p.Errors[0].Message, "several words")
	refused(change(admin, 1, "ковид\n"), http.StatusUnprocessableEntity, "body.body")
	refused(change(admin, -1, "x"), http.StatusUnprocessableEntity, "body.revision")
	want[Glossary](change(admin, 1, "ковид\nТСЖ\n"), http.StatusOK)

	first := want[List[GlossaryChange]](e.get("/api/v1/glossary/revisions?limit=1", reader), http.StatusOK)
	require.Equal(t, 2, first.Items[0].Revision)
	second := want[List[GlossaryChange]](e.get("/api/v1/glossary/revisions?limit=1&after="+first.Next, reader), http.StatusOK)
	require.Equal(t, 1, second.Items[0].Revision)
	require.Empty(t, second.Next)
	require.Equal(t, http.StatusOK, e.get("/api/v1/glossary/revisions?after=9000000000000000000", reader).Status)
	require.Equal(t, "ковид\n", want[GlossaryRevision](e.get("/api/v1/glossary/revisions/1", reader), http.StatusOK).Body)
	refused(e.get("/api/v1/glossary/revisions/3", reader), http.StatusNotFound)

	check := func(body, words string) GlossaryCheck {
		return want[GlossaryCheck](e.do("POST", "/api/v1/glossary/check", admin, obj{"body": body, "text": words}), http.StatusOK)
	}
	c := check("# наше\nковидарий: гноилка\nУК = управляющая компания", "гноилка УК стали")
	require.Equal(t, 2, c.Entries)
	require.Empty(t, c.Errors)
	require.Equal(t, QueryWord{Word: "гноилка", Readings: []Reading{{"ковидарий", text.FromGlossary}}}, c.Words[0])
	require.Contains(t, c.Words[1].Readings, Reading{"управляющая компания", text.FromGlossary})
	require.Equal(t, []Reading{{"сталь", text.FromDictionary}, {"стать", text.FromDictionary}}, c.Words[2].Readings)
	c = check("ковидарий: гноилка\n\n???", "гноилка")
	require.Equal(t, 3, c.Errors[0].Line)
	require.NotEqual(t, "ковидарий", c.Words[0].Readings[0].Word, "with the one in force")
}

// Whoever looks after the installation sees why the index is not made anew yet.
func TestProgressOfTheIndex(t *testing.T) {
	e := start(t)
	s, ctx := e.opts.Glossary, t.Context()
	renewal := func(secret string) *Renewal {
		return want[Glossary](e.get("/api/v1/glossary", secret), http.StatusOK).Renewal
	}
	_, err := s.Change(ctx, e.root, 0, "ковид")
	require.NoError(t, err)
	edition := text.Edition{Code: text.Version, Glossary: &text.Glossary{Revision: 1}}.Number()
	require.NoError(t, s.Take(ctx, edition-1))
	require.Equal(t, RenewalWaiting, renewal(rootSecret).State)
	require.NoError(t, e.opts.Searches.Acknowledge(ctx, "one", 1, edition-1))
	require.False(t, want[Glossary](e.get("/api/v1/glossary", rootSecret), http.StatusOK).InForce)
	require.NoError(t, s.Take(ctx, edition))
	require.NoError(t, e.opts.Searches.Acknowledge(ctx, "one", 1, edition))
	g := want[Glossary](e.get("/api/v1/glossary", rootSecret), http.StatusOK)
	require.True(t, g.InForce)
	require.Equal(t, []Edition{{edition - 1, text.Version, 0}, {edition, text.Version, 1}}, g.Editions)
	require.Equal(t, RenewalWaiting, g.Renewal.State)

	now := time.Now().UTC()
	p := glossary.Progress{Edition: edition, Bucket: "standard-2026-11", BucketsDone: 1, Buckets: 3, Done: 12_340, Posts: 50_000, PerSecond: 300, Left: 2 * time.Minute, BeganAt: now}
	require.NoError(t, s.Note(ctx, p))
	r := renewal(rootSecret)
	require.Equal(t, []any{RenewalRunning, "standard-2026-11", 1, 3, int64(12_340), int64(50_000), 120.0}, []any{r.State, r.Bucket, r.BucketsDone, r.Buckets, r.Done, r.Posts, r.SecondsLeft})
	p.Error = "http://10.0.0.1:9200: the disk is full"
	require.NoError(t, s.Note(ctx, p))
	require.Equal(t, []any{RenewalFailed, p.Error}, []any{renewal(rootSecret).State, renewal(rootSecret).Error})
	require.Empty(t, renewal(e.token(access.Head, 0, here)).Error)
	p.Error, p.EndedAt = "", now
	require.NoError(t, s.Note(ctx, p))
	era, err := s.Era(ctx)
	require.NoError(t, err)
	done, err := s.Retire(ctx, era, nil)
	require.NoError(t, err)
	require.True(t, done)
	require.Equal(t, RenewalDone, renewal(rootSecret).State)
}

func TestWordsOfAQuery(t *testing.T) {
	e := start(t)
	g, bad := text.ParseGlossary(1, "УК = управляющая компания\nковидарий: гноилка")
	require.Empty(t, bad)
	e.opts.Analyzer.Use(g)
	words := func(q string) []string {
		var out []string
		for _, w := range want[List[QueryWord]](e.get("/api/v1/posts/words?query="+url.QueryEscape(q), rootSecret), http.StatusOK).Items {
			s := w.Word
			if w.Exact {
				s = "!" + s
			}
			for _, r := range w.Readings {
				s += fmt.Sprintf(" %s/%s", r.Word, r.From)
			}
			out = append(out, s)
		}
		return out
	}
	require.Equal(t, []string{"стали сталь/dictionary стать/dictionary", "!стали"}, words("Стали | !стали -стали"))
	require.Equal(t, []string{"гноилка ковидарий/glossary", "щукарка щукарк/stem"}, words("гноилка -щукарка region:RU-PRI"))
	require.Contains(t, words("[управляющие компании]"), "управляющие компании ук/glossary")
	require.Equal(t, []string{"!точная", "!фраза"}, words(`"точная фраза"`))
	require.Empty(t, words("region:RU-PRI"))
	refused(e.get("/api/v1/posts/words?query=(", rootSecret), http.StatusUnprocessableEntity, "query.query")
}
