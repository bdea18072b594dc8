package desk_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/incidents/desk"
	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/indexer/ingest"
	"github.com/otklik/otklik/internal/fault"
)

// forward makes a match a forward of the post at an address.
func forward(m ingest.Match, url string) ingest.Match {
	m.Post.Forward = &post.Forward{Name: "Канал", URL: url}
	return m
}

func TestWhatJoinsAnOpenIncident(t *testing.T) {
	const other = "Яма на дороге у школы, колесо долой"
	e := start(t)
	at := func(m ingest.Match, url string) ingest.Match { m.Post.URL = url; return m }
	for _, c := range []struct {
		name   string
		first  func(e *env, s ingest.Searched) ingest.Match
		second func(e *env, s ingest.Searched) ingest.Match
		how    incident.How // "": it opens its own
	}{
		{"the same text", nil, func(e *env, s ingest.Searched) ingest.Match { return e.match("vk:8/1", text, s) }, incident.Copied},
		{"the same but for case, signs and spaces", nil, func(e *env, s ingest.Searched) ingest.Match {
			return e.match("vk:8/1", "  НЕТ воды — на Светланской… третий день!!! 😡", s)
		}, incident.Copied},
		{"ё and е, letters of one sign and of two", func(e *env, s ingest.Searched) ingest.Match {
			return e.match("telegram:7/1", "Всё ещё нет воды на Чёрной речке", s)
		}, func(e *env, s ingest.Searched) ingest.Match {
			return e.match("vk:8/1", "все еще нет воды на Че\u0308рнои\u0306 речке", s)
		}, incident.Copied},
		{"with marks of stress", nil, func(e *env, s ingest.Searched) ingest.Match {
			return e.match("vk:8/1", "Нет воды\u0301 на Светла\u0301нской, третий день", s)
		}, incident.Copied},
		{"one word more", nil, func(e *env, s ingest.Searched) ingest.Match { return e.match("vk:8/1", text+" уже", s) }, ""},
		{"a short text says nothing", func(e *env, s ingest.Searched) ingest.Match {
			return e.match("telegram:7/1", "Опять нет воды", s)
		},
			func(e *env, s ingest.Searched) ingest.Match {
				return e.match("vk:8/1", "Опять нет воды", s)
			}, ""},
		{"a headline counts", func(e *env, s ingest.Searched) ingest.Match {
			m := e.match("rss:a.example/1", text, s)
			m.Post.Title = "Авария"
			return m
		}, func(e *env, s ingest.Searched) ingest.Match { return e.match("vk:8/1", text, s) }, ""},
		{"a forward of the post", func(e *env, s ingest.Searched) ingest.Match {
			return at(e.match("telegram:7/1", text, s), "https://t.me/x/1")
		},
			func(e *env, s ingest.Searched) ingest.Match {
				return forward(e.match("telegram:8/1", other, s), "https://t.me/x/1")
			}, incident.Forwarded},
		{"two forwards of one post", func(e *env, s ingest.Searched) ingest.Match {
			return forward(e.match("telegram:7/1", "см.", s), "https://t.me/x/1")
		}, func(e *env, s ingest.Searched) ingest.Match {
			return forward(e.match("telegram:8/1", other, s), "https://t.me/x/1")
		}, incident.Forwarded},
		{"the post itself after its forward", func(e *env, s ingest.Searched) ingest.Match {
			return forward(e.match("telegram:8/1", other, s), "https://t.me/x/1")
		}, func(e *env, s ingest.Searched) ingest.Match {
			return at(e.match("telegram:7/1", text, s), "https://t.me/x/1")
		}, incident.Forwarded},
		{"forwards of two posts", func(e *env, s ingest.Searched) ingest.Match {
			return forward(e.match("telegram:7/1", "см.", s), "https://t.me/x/1")
		}, func(e *env, s ingest.Searched) ingest.Match {
			return forward(e.match("telegram:8/1", "см.", s), "https://t.me/x/2")
		}, ""},
		{"two items of a feed that gives its front page as every address", func(e *env, s ingest.Searched) ingest.Match {
			return at(e.match("rss:a.example/1", text, s), "https://a.example/")
		}, func(e *env, s ingest.Searched) ingest.Match {
			return at(e.match("rss:a.example/2", other, s), "https://a.example/")
		}, ""},
		{"another visibility", nil, func(e *env, s ingest.Searched) ingest.Match {
			m := e.match("vk:8/1", text, s)
			m.Visibility = post.Partner
			return m
		}, ""},
		{"within three days", nil, func(e *env, s ingest.Searched) ingest.Match {
			e.now = e.now.Add(71 * time.Hour)
			return e.match("vk:8/1", text, s)
		}, incident.Copied},
		{"after three days", nil, func(e *env, s ingest.Searched) ingest.Match {
			e.now = e.now.Add(73 * time.Hour)
			return e.match("vk:8/1", text, s)
		}, ""},
		{"another search", nil, func(e *env, _ ingest.Searched) ingest.Match {
			s := e.search()
			e.rule(s, nil)
			return e.match("vk:8/1", text, s)
		}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			defer e.wipe()
			s := e.search()
			e.rule(s, nil)
			if c.first == nil {
				e.take(e.match("telegram:7/1", text, s))
			} else {
				e.take(c.first(e, s))
			}
			second := c.second(e, s)
			e.take(second)
			is := e.all()
			if c.how == "" {
				require.Len(t, is, 2)
				return
			}
			require.Len(t, is, 1)
			v := e.view(specialist, is[0].Number)
			require.EqualValues(t, 2, v.Posts)
			require.Equal(t, 1, v.Version, "joining is no decision of a person")
			require.Equal(t, second.ID, v.Evidence[1].Post)
			require.Equal(t, c.how, v.Evidence[1].How)
			require.Equal(t, e.now, v.Evidence[1].JoinedAt)
		})
	}
}

func TestOnlyAnOpenIncidentIsJoined(t *testing.T) {
	e := start(t)
	i, _ := e.triaged()
	s := ingest.Searched{ID: i.Search, Version: 1}
	spam, err := e.Spam(t.Context(), by(specialist, i), "")
	require.NoError(t, err)
	e.take(e.match("telegram:8/1", text, s))
	is := e.all()
	require.Len(t, is, 2, "what people have put aside is not added to")
	_, err = e.Undo(t.Context(), by(specialist, spam))
	require.NoError(t, err)
	e.take(e.match("telegram:8/2", text, s))
	require.Len(t, e.all(), 2, "the older of two that are open")
	require.EqualValues(t, 2, e.all()[0].Posts)

	// A duplicate stands for what it repeats.
	_, err = e.Duplicate(t.Context(), by(specialist, e.all()[0]), is[1].Number)
	require.NoError(t, err)
	e.take(e.match("telegram:8/3", text, s))
	require.EqualValues(t, 2, e.all()[1].Posts)
}

// Other tiers may find more, or nothing.
func TestTheJoinerCanBeReplaced(t *testing.T) {
	e := start(t)
	s := e.search()
	e.rule(s, nil)
	e.Joiner = desk.Copies{Window: time.Hour}
	e.take(e.match("telegram:7/1", text, s))
	e.now = e.now.Add(2 * time.Hour)
	e.take(e.match("telegram:7/2", text, s))
	require.Len(t, e.all(), 2)
}

func TestACopyJoinsAnIncidentOpenedByHand(t *testing.T) {
	e := start(t)
	s := e.search()
	e.rule(s, nil)
	m := e.match("telegram:7/1", text)
	i, err := e.OpenByHand(t.Context(), specialist, desk.Opening{Region: "RU-PRI", Post: record(m)})
	require.NoError(t, err)
	e.take(e.match("telegram:8/1", text, s))
	require.EqualValues(t, 2, e.one().Posts)
	require.Equal(t, i.Number, e.one().Number)
}

func TestOpenByHand(t *testing.T) {
	e := start(t)
	a := e.agency("Водоканал", isDefault)
	m := e.match("telegram:7/1", text)
	o := desk.Opening{Region: "RU-PRI", Post: record(m)}

	i, err := e.OpenByHand(t.Context(), specialist, desk.Opening{Region: "RU-PRI", Post: record(m), Title: " Светланская без воды ", Severity: incident.Critical})
	require.NoError(t, err)
	require.Equal(t, []any{incident.New, "Светланская без воды", incident.Critical, "critical", a.ID}, []any{i.State, i.Title, i.Severity, i.Preset, i.Proposed})
	v := e.view(specialist, i.Number)
	require.Equal(t, incident.ByHand, v.Evidence[0].How)
	require.Equal(t, []any{incident.EventOpened, specialist.ID, specialist.Name, incident.New}, []any{v.Events[0].Kind, v.Events[0].Who, v.Events[0].Name, v.Events[0].To})

	_, err = e.OpenByHand(t.Context(), specialist, o)
	kind(t, fault.Conflict, err, "belongs to incident 1")
	tve := o
	tve.Region = "RU-TVE"
	_, err = e.OpenByHand(t.Context(), specialist, tve)
	kind(t, fault.NotFound, err)
	_, err = e.OpenByHand(t.Context(), far, tve)
	require.NoError(t, err, "the same post is another incident in another region")

	_, err = e.OpenByHand(t.Context(), head, o)
	kind(t, fault.Forbidden, err)
	_, err = e.OpenByHand(t.Context(), executor(a.ID), o)
	kind(t, fault.Forbidden, err)
	sealed := o
	sealed.Post.Visibility = post.Sealed
	_, err = e.OpenByHand(t.Context(), specialist, sealed)
	kind(t, fault.NotFound, err)
	elsewhere := o
	elsewhere.Post.ID, elsewhere.Post.Regions = "telegram:7/2", []string{"RU-TVE"}
	_, err = e.OpenByHand(t.Context(), guardian, elsewhere)
	require.Equal(t, []string{"region"}, paths(t, err))
	for path, change := range map[string]func(*desk.Opening){
		"post":     func(o *desk.Opening) { o.Post.ID = "rubbish" },
		"severity": func(o *desk.Opening) { o.Severity = "huge" },
		"title":    func(o *desk.Opening) { o.Title = strings.Repeat("я", 201) },
	} {
		bad := o
		change(&bad)
		_, err := e.OpenByHand(t.Context(), specialist, bad)
		require.Equal(t, []string{path}, paths(t, err))
	}
}
