package archive

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/fault"
)

// What a file is, is told from what stands in it, never from its size.
func TestForms(t *testing.T) {
	long := strings.Repeat("воды нет ", 40<<20/16)
	own := `{"id":"telegram:1/1","published":"2026-11-02T02:00:00Z","post":{"text":"`
	for name, c := range map[string]struct {
		begins string
		want   Format
		bad    string // in the error
	}{
		"own":                               {own + `т"}}` + "\n", Own, ""},
		"own, behind a bad line":            {"{\"id\":\n" + own + `т"}}`, Own, ""},
		"own, 40 MB":                        {own + long + `"}}`, Own, ""},
		"own, 40 MB, the post first":        {`{"post":{"text":"` + long + `"},"id":"telegram:1/1","published":"2026-11-02T02:00:00Z"}`, "", "--format"},
		"one chat":                          {"{\n \"name\": \"К\",\n \"type\": \"public_channel\",\n \"id\": 7,\n \"messages\": [" + long, Desktop, ""},
		"one chat on one line":              {`{"name":"К","type":"public_channel","id":7,"messages":[` + long, Desktop, ""},
		"an account":                        {"{\n \"about\": \"\",\n \"personal_information\": {" + long, Desktop, ""},
		"other fields":                      {`{"message_id":1,"text":"т"}`, "", "--map"},
		"other fields, 40 MB":               {`{"message_id":1,"text":"` + long + `"}`, "", "--format"},
		"one object of many lines, no chat": {"{\n\"text\":\n1}", "", "--format"},
		"a list":                            {`[{"id":1}]`, "", "one a line"},
		"a table":                           {"id;text\n1;т\n", "", "There are: id, text"},
		"nothing":                           {"", Own, ""},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := Open(Options{Path: "-", Stdin: strings.NewReader(c.begins)})
			if c.bad != "" {
				require.Equal(t, fault.Invalid, fault.KindOf(err))
				require.ErrorContains(t, err, c.bad)
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.want, f.Form())
			require.NoError(t, f.Close())
		})
	}
	// Who names the fields means NDJSON, however long its first line is.
	f, err := Open(Options{Path: "-", Stdin: strings.NewReader(`{"message_id":1,"text":"` + long), Map: Mapping{"id": "message_id"}})
	require.NoError(t, err)
	require.Equal(t, NDJSON, f.Form())
}

// read gives what a file holds.
func read(t *testing.T, o Options, in io.Reader) (h heap) {
	o.Path, o.Stdin = "-", in
	f, err := Open(o)
	require.NoError(t, err)
	require.NoError(t, f.Read(context.Background(), &h))
	require.NoError(t, f.Close())
	return h
}

// Posts of a network that nobody knows would keep a wrong id for ever.
func TestNetworksOfPosts(t *testing.T) {
	o := Options{Networks: []string{"rss", "telegram"}}
	own := read(t, o, strings.NewReader(`{"id":"telegram:1/1","published":"2026-11-02T02:00:00Z","post":{"text":"т"}}
{"id":"telegramm:1/2","published":"2026-11-02T02:00:00Z","post":{"text":"т"}}`))
	require.Len(t, own.posts, 1)
	require.Equal(t, `network "telegramm" is unknown; there are rss, telegram`, own.bad[0].Reason)
	require.Equal(t, 2, own.bad[0].Line)

	o.Map = Mapping{"id": "id", "text": "text", "published": "date"}
	mapped := read(t, o, strings.NewReader("id;text;date\nrss:a.example/1;т;2026-11-02\nvk:-5/7;т;2026-11-02\n"))
	require.Len(t, mapped.posts, 1)
	require.Equal(t, `network "vk" is unknown; there are rss, telegram`, mapped.bad[0].Reason)
}

// Every bad option is named at once, with what is possible.
func TestCheck(t *testing.T) {
	bad := Options{Format: "xlsx", Network: "telegramm", Networks: []string{"rss", "telegram"}, Map: Mapping{"id": "a", "text": "b", "published": "c", "smell": "d"}}.Check()
	require.Equal(t, []fault.Field{
		{Path: "--format", Message: `"xlsx" is unknown; there are otklik, desktop, ndjson, csv`},
		{Path: "--network", Message: `network "telegramm" is unknown; there are rss, telegram`},
		{Path: "--map", Message: `"smell" is unknown; there are id, source, title, headline, text, published, url, author, author_id, reply_to, views, reposts, comments, likes`},
	}, bad)
	require.Empty(t, Options{}.Check())
}

// A line that can't be read says what would be right.
func TestReasons(t *testing.T) {
	desktop := `{"name":"К","type":"public_channel","id":7,"messages":[` + "\n"
	for line, want := range map[string]string{
		`{"id":"telegram:1/1","published":"2026-11-02T02:00:00Z","post":{"text":5}}`:             `"post.text" is a JSON number, not a string`,
		`{"id":"telegram:1/1","published":"2026-11-02T02:00:00Z","post":{"text":"т","media":5}}`: `"post.media" is a JSON number, not a list`,
		`{"id":"telegram:1/1","published":"2026-11-02T02:00:00Z","post":7}`:                      `"post" is a JSON number, not an object`,
		`{"id":"telegram:1/1","published":"2026-11-02T02:00:00Z","post":{"edited":"да"}}`:        `"post.edited" is a JSON string, not true or false`,
		`[]`:                   "it is a JSON array, not an object",
		`{"id":"telegram:1/1"`: "unexpected end of JSON input",
	} {
		h := read(t, Options{Format: Own}, strings.NewReader(line))
		require.Len(t, h.bad, 1, line)
		require.Contains(t, h.bad[0].Reason, want)
	}
	for message, want := range map[string]string{
		`5`:                                    "it is a JSON number, not an object",
		`{"id":1,"type":"message","text":5}`:   "a text is neither a string nor a list",
		`{"id":1,"type":"message","text":[5]}`: "a part of a text is neither a string nor an object with type and text",
		`{"id":1,"type":5}`:                    `"type" is a JSON number, not a string`,
		`{"id":1,"type":"message","date":"вчера","text":"т"}`: `date "вчера" is not a time`,
	} {
		h := read(t, Options{}, strings.NewReader(desktop+message+"]}"))
		require.Len(t, h.bad, 1, message)
		require.Contains(t, h.bad[0].Reason, want)
	}
}
