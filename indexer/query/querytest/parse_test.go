package querytest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
)

func TestAFileThatCannotBeReadSaysWhere(t *testing.T) {
	for content, want := range map[string]string{
		"yes":                              `x.txt:1: "yes" begins nothing known`,
		"text яма":                         "x.txt:1: text belongs to a post",
		"\n\npost":                         "x.txt:3: a post has no name",
		"post a colour=red":                `x.txt:1: a post has no "colour"`,
		"post a published=now":             "x.txt:1: parsing time",
		"post a visibility=secret":         "x.txt:1: visibility",
		"post a id=nothing":                "x.txt:1: id",
		"post a\nquoted яма":               "x.txt:2: яма: invalid syntax",
		"post a\nrepeat много яма":         "x.txt:2: repeat wants a number",
		"? (яма":                           "x.txt:1:",
		"?quoted яма":                      "x.txt:1: invalid syntax",
		"? яма":                            "x.txt: the last query has no answer",
		"? яма\n? вода":                    "x.txt:2: a query has no answer",
		"=":                                "x.txt:1: an answer without a query",
		"? яма\n= a":                       `x.txt:2: there is no post "a"`,
		"post a\n? яма\n= a a":             `x.txt:3: post "a" is named twice`,
		"post a kind=deletion\n? яма\n= a": "x.txt:3: a post that was never there is expected",
		"zone Mars/Olympus":                "x.txt:1: unknown time zone",
	} {
		_, err := parse("x.txt", content)
		require.ErrorContains(t, err, want, content)
	}
}

func TestPresent(t *testing.T) {
	th, err := parse("x.txt", `
post a
title Заголовок
text один
quoted "два\nтри"
repeat 2 четыре
letters 3 я
post b id=vk:-5/7 published=2026-11-24T23:00:00Z regions=
text пять
post a rev=9
text шесть
post a
text поздно
post b kind=deletion`)
	require.NoError(t, err)
	require.Equal(t, "один\nдва\nтри\nчетыре четыре \nяяя", th.Posts[0].Body.Text)
	require.Equal(t, "Заголовок", th.Posts[0].Post.Title)
	now := Present(th.Posts)
	require.Len(t, now, 2)
	require.Equal(t, post.ID("vk:-5/7"), now[0].ID, "newest first")
	require.Equal(t, post.Deletion, now[0].Kind)
	require.Equal(t, "пять", now[0].Body.Text)
	require.True(t, now[0].Body.Deleted)
	require.Empty(t, now[0].Regions)
	require.Equal(t, "шесть", now[1].Body.Text, "the greatest rev, not the last")
	require.Equal(t, th.Posts[0].Published, now[1].Published, "frozen at first sight")
}
