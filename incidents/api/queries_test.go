package api

import (
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/match"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/text"
)

func TestSegments(t *testing.T) {
	for _, c := range []struct {
		marked []match.Span
		want   []Segment
	}{
		{nil, []Segment{{Text: "яма и яма"}}},
		{[]match.Span{{Start: 0, End: 6}}, []Segment{{Text: "яма", Mark: true}, {Text: " и яма"}}},
		{[]match.Span{{Start: 0, End: 6}, {Start: 10, End: 16}}, []Segment{{Text: "яма", Mark: true}, {Text: " и "}, {Text: "яма", Mark: true}}},
		{[]match.Span{{Start: 0, End: 16}}, []Segment{{Text: "яма и яма", Mark: true}}},
	} {
		require.Equal(t, c.want, segments("яма и яма", c.marked))
	}
	require.Empty(t, segments("", nil))
	all := []Segment{{Text: "яма", Mark: true}, {Text: " и яма"}}
	require.Equal(t, all[:1], cutSegments(all, 6))
	require.Equal(t, []Segment{all[0], {Text: " и"}}, cutSegments(all, 9))
	require.Equal(t, []Segment{{Text: "я", Mark: true}}, cutSegments(all, 2))
}

// Whatever is asked of whatever text, the segments joined are the text, and
// only whole characters are marked.
func FuzzMark(f *testing.F) {
	for _, q := range []string{"яма", `"нет отопления" | яма`, "-яма", "[яма дорога] !Ямы", "нет -(яма | вода)", ""} {
		f.Add(q, "Яма", "Нет отопления, яма на дороге. #яма e\u0301к 👨‍👩‍👧 ями\u0306 https://t.me/яма")
	}
	s := &server{Options: Options{Analyzer: text.New()}}
	c := query.Compiler{Analyzer: s.Analyzer, KnownRegion: func(string) bool { return true }}
	f.Fuzz(func(t *testing.T, q, title, body string) {
		e, es := c.Compile(q, query.Reader{})
		if len(es) > 0 || !utf8.ValidString(title) || !utf8.ValidString(body) {
			return
		}
		m := s.mark(e, &post.Post{Title: title, Text: body})
		if m == nil {
			return
		}
		for _, part := range []struct {
			text string
			all  []Segment
		}{{title, m.Title}, {body, m.Text}} {
			whole, _ := texts(part.all)
			require.Equal(t, part.text, whole)
			for _, g := range part.all {
				require.NotEmpty(t, g.Text)
				require.True(t, utf8.ValidString(g.Text))
			}
		}
	})
}

func FuzzEvery(f *testing.F) {
	for _, s := range []string{"5s", "90s", "1d", "0m", "", "s", "999999999d", "5м"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, ok := readEvery(s)
		if !ok || s == "" {
			return
		}
		require.Positive(t, d)
		again, ok := readEvery(writeEvery(d))
		require.True(t, ok)
		require.Equal(t, d, again)
	})
}

// Any header gives a language, and anything that is no language gives Russian.
func FuzzLanguage(f *testing.F) {
	for _, s := range []string{"", "en", "ru-RU,ru;q=0.9,en;q=0.8", "en-GB;q=1", "*", "zz-x-y;q=2", "en;q=-1", "-", "\xff", "de,en"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		l := chooseLanguage(s)
		require.Contains(t, []Language{Russian, English}, l)
	})
}

// A body that is taken is UTF-8 through and through.
func FuzzUnmarshal(f *testing.F) {
	for _, s := range []string{`{"a":"б"}`, `{"a":"\ud800"}`, "\xff", `"\x00"`, "[[[[", "{\"a\":\"\xd0\"}", "1e999"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var v any
		if unmarshal(b, &v) == nil {
			require.True(t, utf8.Valid(b))
		}
	})
}
