package rss_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/otklik/otklik/crawler/fetch"
	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/crawler/source"
	"github.com/otklik/otklik/crawler/source/rss"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/simulate/feeds"
	"github.com/otklik/otklik/internal/testenv"
)

// An article whose guid changes while its address stays is one article, and so
// is one whose address changes while its guid stays.
func TestChangingNames(t *testing.T) {
	p := newPaper(t, feeds.Feed{GUIDs: feeds.Changing})
	p.publish(feeds.Item{Title: "Раз"})
	first := ids(p.read())
	require.Equal(t, []string{"rss:127.0.0.1/news/1"}, first)
	for range 3 {
		require.Equal(t, first, ids(p.read()))
	}

	p = newPaper(t, feeds.Feed{GUIDs: feeds.Number})
	n := p.publish(feeds.Item{Title: "Раз", Link: p.web.URL + "/a/odin"})
	require.Equal(t, []string{"rss:127.0.0.1/a/odin"}, ids(p.read()))
	for _, link := range []string{"/a/dva", "/a/tri", "/a/odin?utm_source=rss"} {
		require.NoError(t, p.server.Edit(path, n, func(it *feeds.Item) { it.Link = p.web.URL + link }))
		require.Equal(t, []string{"rss:127.0.0.1/a/odin"}, ids(p.read()), link)
	}
}

// One article in two feeds of a host, with other parameters and other guids, is
// one article.
func TestTwoFeedsOfOneHost(t *testing.T) {
	p := newPaper(t, feeds.Feed{GUIDs: feeds.Number, Links: "utm_source=rss&from=main"})
	p.add(feeds.Feed{Path: "/region.xml", GUIDs: feeds.Permalink, Format: feeds.Atom, Links: "utm_source=region"})
	for _, feed := range []string{path, "/region.xml"} {
		for n := range 3 {
			_, err := p.server.Publish(feed, feeds.Item{N: int64(n + 1), Title: "Статья"})
			require.NoError(t, err)
		}
	}
	other, err := p.open("/region.xml").Read(context.Background(), nil)
	require.NoError(t, err)
	require.Equal(t, ids(p.read()), ids(other))
	info, err := p.open("/region.xml").Connect(context.Background())
	require.NoError(t, err)
	require.Equal(t, "rss:127.0.0.1", info.Source)
}

func TestIdentity(t *testing.T) {
	long := strings.Repeat("x", 300)
	for name, c := range map[string]struct {
		items []feeds.Item
		want  []string // after the first slash; h: stands for a hash
	}{
		"http, https and www":    {[]feeds.Item{{Link: "https://www.127.0.0.1/a/1/"}}, []string{"a/1"}},
		"a query that counts":    {[]feeds.Item{{Link: "http://127.0.0.1/?id=5&utm_medium=x&a=1"}}, []string{"?a=1&id=5"}},
		"a fragment that counts": {[]feeds.Item{{Link: "http://127.0.0.1/live#m7"}, {Link: "http://127.0.0.1/live#m8"}}, []string{"live#m8", "live#m7"}},
		"one that doesn't":       {[]feeds.Item{{Link: "http://127.0.0.1/a#xtor=RSS-1"}}, []string{"a"}},
		"another host":           {[]feeds.Item{{Link: "https://other.example/a/1"}}, []string{"//other.example/a/1"}},
		"Cyrillic":               {[]feeds.Item{{Link: "http://127.0.0.1/яма"}}, []string{"%D1%8F%D0%BC%D0%B0"}},
		"long":                   {[]feeds.Item{{Link: "http://127.0.0.1/" + long}}, []string{"h:"}},
		"address of the site":    {[]feeds.Item{{Link: "http://127.0.0.1/", GUID: "urn:5"}}, []string{"guid:urn:5"}},
		"one address for all": {[]feeds.Item{{Link: "http://127.0.0.1/live", GUID: "1"}, {Link: "http://127.0.0.1/live", GUID: "2"}},
			[]string{"guid:2", "guid:1"}},
		"long guid":           {[]feeds.Item{{Link: "http://127.0.0.1/", GUID: long}}, []string{"h:"}},
		"guid with a space":   {[]feeds.Item{{Link: "http://127.0.0.1/", GUID: `номер 5 "а"`}}, []string{"h:"}},
		"guid is the address": {[]feeds.Item{{Link: "mailto:a@b", GUID: "http://127.0.0.1/a/7"}}, []string{"a/7"}},
		"one guid for all":    {[]feeds.Item{{GUID: "x"}, {GUID: "x"}}, []string{"news/2", "news/1"}},
		"nothing but words":   {[]feeds.Item{{Link: "http://127.0.0.1/", Title: "Раз"}, {Link: "http://127.0.0.1/", Title: "Два"}}, []string{"item:", "item:"}},
		"twice the same":      {[]feeds.Item{{Link: "http://127.0.0.1/a", GUID: "1"}, {Link: "http://127.0.0.1/a", GUID: "1"}}, []string{"a"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPaper(t, feeds.Feed{GUIDs: feeds.Bare})
			for _, it := range c.items {
				p.publish(it)
			}
			b := p.read()
			require.Len(t, b.Items, len(c.want))
			for i, it := range b.Items {
				require.NoError(t, it.ID.Check())
				if strings.HasSuffix(c.want[i], ":") {
					require.Regexp(t, "^"+c.want[i]+"[0-9a-f]{32}$", it.ID.Native())
				} else {
					require.Equal(t, c.want[i], it.ID.Native())
				}
			}
			p.cursor, _ = json.Marshal(map[string]any{"known": json.RawMessage(known(t, b.Cursor))})
			require.Equal(t, ids(b), ids(p.read()), "the second time as the first")
		})
	}
}

// known are the names in a cursor, without what would make the feed a 304.
func known(t *testing.T, c source.Cursor) string {
	var x struct{ Known json.RawMessage }
	require.NoError(t, json.Unmarshal(c, &x))
	if x.Known == nil {
		return "[]"
	}
	return string(x.Known)
}

// A live page whose items share its address: the first keeps the name it had
// while it was alone.
func TestAddressThatIsSharedLater(t *testing.T) {
	p := newPaper(t, feeds.Feed{})
	p.publish(feeds.Item{Link: "http://127.0.0.1/live", GUID: "1"})
	require.Equal(t, []string{"rss:127.0.0.1/live"}, ids(p.read()))
	p.publish(feeds.Item{Link: "http://127.0.0.1/live", GUID: "2"})
	require.Equal(t, []string{"rss:127.0.0.1/guid:2", "rss:127.0.0.1/live"}, ids(p.read()))
}

// What is as it was is nothing new, and is asked for whole once in a while.
func TestNotModified(t *testing.T) {
	p := newPaper(t, feeds.Feed{})
	p.publish(feeds.Item{Title: "Раз"})
	require.True(t, p.read().Backfill, "what is there at first is of the past")
	p.server.Asked()
	for range 30 {
		b := p.read()
		require.False(t, b.More)
		require.False(t, b.Backfill)
	}
	asked := p.server.Asked()
	require.Len(t, asked, 30)
	whole := 0
	for _, a := range asked {
		if strings.HasSuffix(a, " 200") {
			whole++
		}
	}
	require.Equal(t, 1, whole)
	p.clock.Advance(time.Minute)
	p.publish(feeds.Item{Title: "Два"})
	b := p.read()
	require.Len(t, b.Items, 2)
	require.False(t, b.Backfill)
}

// Feeds are windows: what leaves one is not deleted.
func TestArticlesThatLeave(t *testing.T) {
	p := newPaper(t, feeds.Feed{Show: 3})
	for range 3 {
		p.publish(feeds.Item{Title: "Раз"})
	}
	p.read()
	for range 5 {
		p.clock.Advance(time.Hour)
		p.publish(feeds.Item{Title: "Ещё"})
		require.NoError(t, p.server.Remove(path, 1))
		b := p.read()
		require.Empty(t, b.Deleted)
		require.Len(t, b.Items, 3)
	}
	_, asks := any(p.open(path)).(source.Rechecker)
	require.False(t, asks)
}

// Whatever stands where a feed should is said to be so; an empty feed is one.
func TestNotAFeed(t *testing.T) {
	p := newPaper(t, feeds.Feed{})
	b := p.read()
	require.Empty(t, b.Items, "a feed without articles is a feed")
	for range 30 {
		p.publish(feeds.Item{Title: "Заголовок", Text: strings.Repeat("Слова о погоде. ", 20)})
	}
	p.read()
	for breakage, want := range map[feeds.Breakage]string{
		feeds.BreakHTML: "its feed is at /rss.xml", feeds.BreakNames: "is not a feed", feeds.BreakItems: "without an article",
		feeds.BreakXML: "is not a feed", feeds.BreakEmpty: "empty",
	} {
		p.server.Break(breakage)
		_, err := p.tryRead()
		var s *source.State
		require.ErrorAs(t, err, &s, breakage)
		require.Equal(t, source.NotUnderstood, s.Health, breakage)
		require.Contains(t, s.Detail, want, breakage)
	}
	p.server.Heal()
	for _, page := range []string{`{"error":"no"}`, `{"version":"5","items":[]}`, `<rss version="2.0"></rss>`, `<rss><channel></channel></rss>`, "ok", "\x00\x01"} {
		p.front.Say("application/xml", []byte(page))
		_, err := p.tryRead()
		var s *source.State
		require.ErrorAs(t, err, &s, page)
		require.Equal(t, source.NotUnderstood, s.Health, page)
	}
}

func TestStates(t *testing.T) {
	p := newPaper(t, feeds.Feed{})
	for status, want := range map[int]source.Health{404: source.Gone, 410: source.Gone, 401: source.Blocked, 403: source.Blocked, 500: source.Unreachable} {
		require.NoError(t, p.server.SetStatus(path, status))
		_, err := p.tryRead()
		var s *source.State
		require.ErrorAs(t, err, &s)
		require.Equal(t, want, s.Health, status)
	}
	require.NoError(t, p.server.SetStatus(path, 0))
	p.server.Reset(-1) // the client tries again by itself
	_, err := p.tryRead()
	var s *source.State
	require.ErrorAs(t, err, &s)
	require.Equal(t, source.Unreachable, s.Health)
	p.server.Heal()
	p.server.Limit(1, time.Minute)
	_, err = p.tryRead()
	require.ErrorAs(t, err, &s)
	require.Equal(t, source.RateLimited, s.Health)
	require.Equal(t, p.clock.Now().Add(time.Minute), s.Until)
}

// A feed that moved stays the source it was; people see where it is now.
func TestMoved(t *testing.T) {
	p := newPaper(t, feeds.Feed{})
	p.add(feeds.Feed{Path: "/new.xml"})
	_, err := p.server.Publish("/new.xml", feeds.Item{Title: "Раз"})
	require.NoError(t, err)
	moved := strings.Replace(p.web.URL, "127.0.0.1", "localhost", 1) + "/new.xml"
	require.NoError(t, p.server.Move(path, http.StatusMovedPermanently, moved))
	b := p.read()
	require.Equal(t, "rss:127.0.0.1", b.Info.Source)
	require.Equal(t, moved, b.Info.Address)
	require.Equal(t, "rss:127.0.0.1", b.Items[0].ID.Source())
}

// An article with all that it can have, in every form.
func TestArticle(t *testing.T) {
	at := time.Date(2026, 11, 3, 9, 30, 0, 0, time.UTC)
	item := feeds.Item{
		At: at, Title: `«Тепло» & "вода" <в домах>`, Author: "Иван Петров", Category: "ЖКХ",
		HTML: "<p>Первый абзац с <a href=\"/dom?a=1&amp;b=2\">ссылкой</a>,\n вторая строка.</p><p>Второй<br>абзац&nbsp;— " +
			"<b>жирный</b></p><script>alert(1)</script><ul><li>раз</li><li>два</li></ul><a href=\"javascript:alert(1)\">x</a>",
		Enclosures: []feeds.Enclosure{{URL: "http://cdn.example/a.jpg", Type: "image/jpeg"}, {URL: "http://cdn.example/a.mp3", Type: "audio/mpeg"}},
	}
	for _, f := range []feeds.Feed{{}, {Charset: "windows-1251"}, {Format: feeds.Atom}, {Format: feeds.JSON}, {Format: feeds.RDF}} {
		p := newPaper(t, f)
		p.publish(item)
		b := p.read()
		require.Len(t, b.Items, 1, f.Format)
		it := b.Items[0]
		require.True(t, at.Equal(it.Published), f.Format)
		require.NotEmpty(t, it.PublishedRaw)
		x := it.Post
		require.Equal(t, `«Тепло» & "вода" <в домах>`, x.Title, f.Format)
		require.Equal(t, "Первый абзац с ссылкой, вторая строка.\nВторой\nабзац — жирный\nраз\nдва\nx", x.Text, f.Format)
		require.Equal(t, []string{p.web.URL + "/dom?a=1&b=2"}, x.Links)
		require.Equal(t, p.web.URL+"/news/1", x.URL)
		require.Equal(t, "Вестник двора", x.Channel)
		require.Equal(t, &post.Author{ID: "Иван Петров", Name: "Иван Петров", Person: true}, x.Author)
		if f.Format != feeds.RDF {
			require.Equal(t, []post.Media{{Kind: post.Photo, URL: "http://cdn.example/a.jpg"}, {Kind: post.Audio, URL: "http://cdn.example/a.mp3"}}, x.Media)
		}
		require.NotContains(t, fmt.Sprint(it), "ЖКХ", "categories are the newspaper's, not ours")
	}
}

// The whole article is worth more than its beginning.
func TestFullText(t *testing.T) {
	p := newPaper(t, feeds.Feed{})
	p.publish(feeds.Item{Title: "Раз", Text: "Начало", Full: "Начало и всё остальное, что было написано"})
	require.Equal(t, "Начало и всё остальное, что было написано", p.read().Items[0].Post.Text)
}

func TestAuthors(t *testing.T) {
	for author, want := range map[string]*post.Author{
		"":                   nil,
		"Вестник двора":      nil,
		"вестник двора":      nil,
		"Пресс-служба мэрии": {ID: "Пресс-служба мэрии", Name: "Пресс-служба мэрии"},
		"Редакция":           {ID: "Редакция", Name: "Редакция"},
		"ИА «Порт»":          {ID: "ИА «Порт»", Name: "ИА «Порт»"},
		"Мария Ивановна Сидорова": {ID: "Мария Ивановна Сидорова", Name: "Мария Ивановна Сидорова", Person: true},
		"petrov": {ID: "petrov", Name: "petrov", Person: true},
	} {
		p := newPaper(t, feeds.Feed{})
		p.publish(feeds.Item{Title: "Раз", Author: author})
		require.Equal(t, want, p.read().Items[0].Post.Author, author)
	}
}

// Times that nobody can read leave the post at the time of its first sight.
func TestDatesOfFeeds(t *testing.T) {
	for dates, known := range map[feeds.Dates]bool{feeds.Proper: true, feeds.Named: true, feeds.Russian: true, feeds.Plain: true, feeds.Wrong: false, feeds.WithoutIt: false} {
		p := newPaper(t, feeds.Feed{Dates: dates})
		p.publish(feeds.Item{Title: "Раз"})
		it := p.read().Items[0]
		if known {
			require.True(t, p.clock.Now().Equal(it.Published), "%s: %s", dates, it.Published)
		} else {
			require.True(t, it.Published.IsZero(), dates)
		}
		require.Equal(t, dates != feeds.WithoutIt, it.PublishedRaw != "", dates)
	}
}

func TestCheckAddress(t *testing.T) {
	for in, want := range map[string]string{
		"https://gazeta.example/rss.xml":          "https://gazeta.example/rss.xml",
		" HTTP://Gazeta.Example:80/RSS?a=B#x ":    "http://gazeta.example/RSS?a=B",
		"gazeta.example":                          "https://gazeta.example/",
		"https://газета.рф/лента":                 "https://xn--80aahjj1e.xn--p1ai/%D0%BB%D0%B5%D0%BD%D1%82%D0%B0",
		"https://gazeta.example.:443/":            "https://gazeta.example/",
		"http://127.0.0.1:8081/a":                 "http://127.0.0.1:8081/a",
		"http://[::1]:8081/a":                     "http://[::1]:8081/a",
		"":                                        "",
		"not an address, whatever the network":    "",
		"ftp://gazeta.example/rss":                "",
		"file:///etc/passwd":                      "",
		"https://user:secret@gazeta.example/rss":  "",
		"https:///rss":                            "",
		"https://" + strings.Repeat("a", 2000):    "",
		"javascript://gazeta.example/%0Aalert(1)": "",
		"https://gaz eta.example/":                "",
		"https://gazeta.example:port/":            "",
		"https://-gazeta.example/":                "",
	} {
		got, err := rss.CheckAddress(in)
		if want == "" {
			require.Equal(t, fault.Invalid, fault.KindOf(err), "%q → %q", in, got)
			require.Error(t, err)
			require.NotContains(t, err.Error(), "secret@gazeta", "passwords are not repeated")
			continue
		}
		require.NoError(t, err, in)
		require.Equal(t, want, got)
		again, err := rss.CheckAddress(got)
		require.NoError(t, err)
		require.Equal(t, got, again)
	}
}

// Real feeds parse whole.
func TestRealFeeds(t *testing.T) {
	for _, c := range []struct {
		file  string
		items int
		check func(t *testing.T, items []source.Item)
	}{
		{"feeds/encoding_WINDOWS-1251.xml", 50, func(t *testing.T, items []source.Item) {
			require.EqualValues(t, "rss:ibash.org.ru/quote.php?id=17703", items[0].ID)
			require.Equal(t, "Цитата #17703", items[0].Post.Title)
			require.True(t, strings.HasPrefix(items[0].Post.Text, "xxx: есть у кого жаба программер\nxxx: кот немного пхп знает?\n"))
			require.Equal(t, time.Date(2018, 3, 21, 7, 27, 32, 0, time.UTC), items[0].Published)
			require.Equal(t, "iBash.Org.Ru", items[0].Post.Channel)
		}},
		{"feeds/large_atom.xml", 0, func(t *testing.T, items []source.Item) {
			require.Equal(t, "Using vale with vim", items[0].Post.Title)
			require.EqualValues(t, "rss:dustri.org/b/using-vale-with-vim.html", items[0].ID)
			require.Greater(t, len(items[0].Post.Links), 5)
			require.Contains(t, items[0].Post.Text, "While vale can be called from the command line")
		}},
	} {
		t.Run(c.file, func(t *testing.T) {
			body, err := os.ReadFile(testenv.Shared(t, c.file))
			require.NoError(t, err)
			host := "http://ibash.org.ru"
			if strings.Contains(c.file, "atom") {
				host, c.items = "https://dustri.org", strings.Count(string(body), "<entry>")
			}
			b := readBody(t, host+"/feed", body)
			require.Len(t, b.Items, c.items)
			require.Empty(t, b.Skipped)
			for _, it := range b.Items {
				require.False(t, it.Published.IsZero())
				require.NotEmpty(t, it.Post.Title)
				require.NotEmpty(t, it.Post.Text)
				require.NotContains(t, it.Post.Text, "\uFFFD")
				require.NotContains(t, it.Post.Text, "<p>")
				require.NotContains(t, it.ID.Native(), "h:")
			}
			c.check(t, b.Items)
		})
	}
}

// fixed answers every request with one page.
type fixed []byte

func (f fixed) RoundTrip(r *http.Request) (*http.Response, error) {
	rec := httptest.NewRecorder()
	rec.Header().Set("Content-Type", "application/xml")
	_, _ = rec.Write(f)
	res := rec.Result()
	res.Request = r
	return res, nil
}

func readBody(t *testing.T, address string, body []byte) source.Batch {
	b, err := rss.New(rss.Options{Address: address,
		Fetcher: fetch.New(fetch.Options{Client: &http.Client{Transport: fixed(body)}, PerHost: rate.Inf})}).Read(context.Background(), nil)
	require.NoError(t, err)
	return b
}

// A feed of thousands of articles is bounded, and says so.
func TestManyArticles(t *testing.T) {
	p := newPaper(t, feeds.Feed{Show: 3000})
	for range 1500 {
		p.publish(feeds.Item{Title: "Раз"})
	}
	b := p.read()
	require.Len(t, b.Items, 1000)
	require.Equal(t, 500, b.Skipped["article beyond the first 1000"])
	require.Less(t, len(b.Cursor), 64<<10)
	require.EqualValues(t, "rss:127.0.0.1/news/1500", b.Items[0].ID, "the newest are taken")
}
