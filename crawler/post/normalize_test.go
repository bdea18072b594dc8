package post_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
)

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"":                      "",
		"нет отопления":         "нет отопления",
		"нуль\x00байт":          "нуль байт",
		"\xff\xfe не UTF-8":     "\uFFFD не UTF-8",
		"обрез\xd0":             "обрез\uFFFD",
		"a\r\nb\rc\nd\te":       "a\nb\nc\nd\te",
		"\r\r\n\n":              "\n\n\n",
		"звонок\aи\x1b[31mцв":   "звонок и [31mцв",
		"\x7f":                  " ",
		"\xed\xa0\x80":          "\uFFFD", // half a surrogate pair
		"\uFEFFяма\u202e\u200b": "\uFEFFяма\u202e\u200b",
	} {
		require.Equal(t, want, post.Clean(in), "%q", in)
	}
}

func TestCutBytes(t *testing.T) {
	for _, c := range []struct {
		in   string
		n    int
		want string
	}{{"яма", 6, "яма"}, {"яма", 5, "ям"}, {"яма", 1, ""}, {"яма", 0, ""}, {"😀😀", 7, "😀"}, {"", 3, ""}, {"pit", 2, "pi"}} {
		require.Equal(t, c.want, post.CutBytes(c.in, c.n), "%+v", c)
	}
}

// A post of 30 MB is cut to what a record carries; the whole is given back.
func TestLongTextIsCutAndGivenBackWhole(t *testing.T) {
	text := strings.Repeat("длинный текст, ", 30<<20/27)
	p := post.Post{Text: " " + text + "конец\n"}
	whole := p.Normalize()
	require.Equal(t, text+"конец", whole)
	require.True(t, p.Cut)
	require.LessOrEqual(t, len(p.Text), post.MaxText)
	require.Greater(t, len(p.Text), post.MaxText-utf8.UTFMax)
	require.True(t, strings.HasPrefix(whole, p.Text))
	require.True(t, utf8.ValidString(p.Text))

	short := post.Post{Text: strings.Repeat("я", post.MaxText/2)}
	require.Empty(t, short.Normalize())
	require.False(t, short.Cut, "exactly the limit is not cut")
}

// Two long posts that differ only behind the cut are two contents.
func TestHashSeesTheWholeText(t *testing.T) {
	text := strings.Repeat("я", post.MaxText)
	a, b := post.Post{Text: text + "а"}, post.Post{Text: text + "б"}
	wa, wb := a.Normalize(), b.Normalize()
	require.Equal(t, a.Text, b.Text)
	require.NotEqual(t, a.Hash(wa), b.Hash(wb))
}

// hostile is a post every part of which is as large as it can be after
// cleaning, made of the character that grows most when written as JSON.
func hostile(r string) post.Post {
	fill := func(n int) string { return "x" + strings.Repeat(r, 2*n/len(r)) + "x" }
	address := func() string { return "x" + strings.Repeat(r, (post.MaxURL-2)/len(r)) + "x" }
	p := post.Post{
		Type: post.Type(fill(1000)), Title: fill(post.MaxTitle), Text: fill(post.MaxText), URL: address(), Channel: fill(post.MaxName),
		Author:  &post.Author{ID: fill(post.MaxName), Name: fill(post.MaxName)},
		Forward: &post.Forward{Name: fill(post.MaxName), URL: address()},
		ReplyTo: post.ID("a:b/" + fill(2000)),
	}
	for range 2 * post.MaxLinks {
		p.Links = append(p.Links, address())
	}
	for range 2 * post.MaxMedia {
		p.Media = append(p.Media, post.Media{Kind: post.MediaKind(fill(1000)), ID: fill(post.MaxName), URL: address(), Title: fill(post.MaxName)})
	}
	return p
}

// Kafka refuses records over 1 MB: the limits together, at their worst, stay below.
func TestSumOfLimits(t *testing.T) {
	for _, r := range []string{`"`, `\`, "\n", "\u2028", "я", "<", "\x00", "\xff"} {
		p := hostile(r)
		p.Normalize()
		require.Len(t, p.Links, post.MaxLinks)
		require.Len(t, p.Media, post.MaxMedia)
		rec := record()
		rec.Post = &p
		rec.ID = post.ID("rss:a.example/" + strings.Repeat("x", 386))
		rec.PublishedRaw = strings.Repeat(`"`, 64)
		rec.Regions = slices.Repeat([]string{"RU-PRI"}, 100)
		b, err := post.Encode(rec)
		require.NoError(t, err)
		require.Less(t, len(b), 990_000, "%q: leave room for what topics behind add", r)
		_, err = post.Decode(b)
		require.NoError(t, err)
	}
}

func TestNormalize(t *testing.T) {
	long := "https://a.example/" + strings.Repeat("x", post.MaxURL)
	p := post.Post{
		Title: " Заголовок\x00 ", Text: "\n текст \r\n", URL: long, Channel: strings.Repeat("ы", post.MaxName),
		Author:  &post.Author{ID: " 1 ", Name: "\xff"},
		Links:   []string{"", long, " https://b.example ", " "},
		Forward: &post.Forward{Name: " кто-то ", URL: long},
		ReplyTo: "not an id",
		Media:   []post.Media{{Kind: "hologram", URL: long}, {Kind: post.Photo, Title: " фото "}},
	}
	require.Empty(t, p.Normalize())
	require.Equal(t, post.Post{
		Type: post.TypePost, Title: "Заголовок", Text: "текст", Channel: strings.Repeat("ы", post.MaxName/2),
		Author: &post.Author{ID: "1", Name: "\uFFFD"}, Links: []string{"https://b.example"}, Forward: &post.Forward{Name: "кто-то"},
		Media: []post.Media{{Kind: post.Unsupported}, {Kind: post.Photo, Title: "фото"}},
	}, p)
}

func TestHash(t *testing.T) {
	base := func() post.Post {
		return post.Post{
			Type: post.TypePost, Text: "текст", Channel: "Канал", Links: []string{"https://a.example"},
			Media: []post.Media{{Kind: post.Photo, ID: "1", URL: "https://cdn.example/1?token=a"}}, Forward: &post.Forward{Name: "кто-то"},
		}
	}
	b := base()
	hash := b.Hash("")
	require.Equal(t, "d8e3272803d8013d3e6b282e82ee3890", hash, "the hash is stored: another one makes every post a revision")
	for name, same := range map[string]func(*post.Post){
		"views":         func(p *post.Post) { p.Counters.Views = &post.Counter{Value: 100, Step: 1} },
		"likes":         func(p *post.Post) { p.Counters.Likes = &post.Counter{Value: 1, Step: 1} },
		"media address": func(p *post.Post) { p.Media[0].URL = "https://cdn.example/1?token=b" },
		"edited mark":   func(p *post.Post) { p.Edited = true },
		"channel title": func(p *post.Post) { p.Channel = "Другое имя" },
		"permalink":     func(p *post.Post) { p.URL = "https://t.me/other/1" },
	} {
		p := base()
		same(&p)
		require.Equal(t, hash, p.Hash(""), name)
	}
	for name, other := range map[string]func(*post.Post){
		"text":         func(p *post.Post) { p.Text += "." },
		"title":        func(p *post.Post) { p.Title = "т" },
		"type":         func(p *post.Post) { p.Type = post.TypeComment },
		"reply":        func(p *post.Post) { p.ReplyTo = "telegram:1/1" },
		"link":         func(p *post.Post) { p.Links[0] += "/" },
		"one more":     func(p *post.Post) { p.Links = append(p.Links, "https://b.example") },
		"media":        func(p *post.Post) { p.Media[0].Kind = post.Video },
		"another one":  func(p *post.Post) { p.Media[0].ID = "2" },
		"no media":     func(p *post.Post) { p.Media = nil },
		"forward":      func(p *post.Post) { p.Forward = nil },
		"forward name": func(p *post.Post) { p.Forward.Name = "другой" },
		"text to title": func(p *post.Post) { // parts never run into one another
			p.Title, p.Text = "тек", "ст"
		},
	} {
		p := base()
		other(&p)
		require.NotEqual(t, hash, p.Hash(""), name)
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"нет отопления", "\x00\xff\r\n", "\xf0\x9f\x98", "\u2028\uFEFF"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c := post.Clean(s)
		require.True(t, utf8.ValidString(c))
		require.False(t, strings.ContainsFunc(c, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r == 0x7f }), "%q", c)
		require.Equal(t, c, post.Clean(c), "clean is clean")
		if utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			require.Equal(t, s, c, "what is clean stays")
		}
	})
}

func FuzzNormalize(f *testing.F) {
	f.Add("заголовок", "текст", "https://a.example", "telegram:1/1", "photo")
	f.Add(" \x00", "\xff\r\n", "\n", ":/", "")
	f.Fuzz(func(t *testing.T, title, text, url, reply, kind string) {
		p := post.Post{Title: title, Text: text, URL: url, Links: []string{url, title}, ReplyTo: post.ID(reply),
			Media: []post.Media{{Kind: post.MediaKind(kind), URL: url, Title: title}}, Author: &post.Author{Name: title}}
		whole := p.Normalize()
		require.Equal(t, whole != "", p.Cut)
		hash := p.Hash(whole)
		b, err := post.Encode(p)
		require.NoError(t, err)
		require.NotContains(t, string(b), `\u0000`)
		if whole == "" {
			require.Empty(t, p.Normalize())
			require.Equal(t, hash, p.Hash(""), "normalizing twice changes nothing")
		}
	})
}
