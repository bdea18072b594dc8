package rss

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/testenv"
)

func TestParseDate(t *testing.T) {
	want := time.Date(2026, 11, 24, 9, 5, 0, 0, time.UTC)
	for _, s := range []string{
		"Tue, 24 Nov 2026 12:05:00 MSK", "Tue, 24 Nov 2026 19:05:00 VLAT", "Вт, 24 ноя 2026 12:05:00 +0300", "24 ноября 2026, 12:05 МСК",
		"24 ноября 2026 г. 12:05:00 +0300", "24 ноября 2026 года в 09:05", "24.11.2026 09:05", "24.11.2026, 12:05:00 +0300", "2026-11-24 09:05:00",
		"вторник, 24 ноября 2026, 12:05:00 +0300", "24 мая 2026 09:05", "24 марта 2026 09:05",
	} {
		got, ok := parseDate(s)
		require.True(t, ok, s)
		switch {
		case strings.Contains(s, "мая"):
			require.Equal(t, time.May, got.Month())
		case strings.Contains(s, "марта"):
			require.Equal(t, time.March, got.Month())
		default:
			require.Equal(t, want, got, s)
		}
	}
	for _, s := range []string{"", "вчера", "0000-00-00 00:00:00", "0001-01-01 00:00:00", "24 брюмера 2026 09:05", "99.99.9999 10:00"} {
		_, ok := parseDate(s)
		require.False(t, ok, s)
	}
}

func TestPlain(t *testing.T) {
	for in, want := range map[string]string{
		"": "",
		"просто текст\nв две строки": "просто текст\nв две строки",
		"a &lt; b &amp; c":                                       "a < b & c",
		"5 < 6":                                                  "5 < 6",
		"<p>раз</p>\n\n<p>два</p>":                               "раз\nдва",
		"раз<br/>два<br /><br>три":                               "раз\nдва\n\nтри",
		"<div><div>раз</div></div>два":                           "раз\nдва",
		"нет<!-- да --> <style>x{}</style>":                      "нет",
		"<pre>а\n  б</pre>":                                      "а\nб",
		"а<b>б</b>в <i> г</i>":                                   "абв г",
		"<td>1</td><table><tr><td>2</td><td>3</td></tr></table>": "1\n2 3",
		"&nbsp;раз&nbsp;&nbsp;два":                               "раз два",
		"\r\n раз \r\n\r\n\r\n два":                              "раз\n\nдва",
	} {
		got, _ := plain(in)
		require.Equal(t, want, got, "%q", in)
	}
	deep := strings.Repeat("<div>", 100_000) + "дно"
	_, _ = plain(deep)
}

// A character that XML doesn't allow, as it is or by its number, costs itself
// and not the feed.
func TestCharactersThatXMLRefuses(t *testing.T) {
	for _, bad := range []string{"\x00", "\x08", "\x0b", "\x1f", "\ufffe", "\uffff", "&#0;", "&#8;", "&#x1F;", "&#xFFFE;", "&#XD800;", "&#x110000;", "&#99999999999999999999;"} {
		x, err := parse(`<rss version="2.0"><channel><title>Г</title><link>http://a.example/</link>`+
			`<item><title>До`+bad+`после</title><link>/1</link><description>раз`+bad+`два</description></item><item><title>Другая</title><link>/2</link></item></channel></rss>`, "a.example", "http://a.example/rss")
		require.NoError(t, err, "%q", bad)
		items := x.items(nil)
		require.Len(t, items, 2, "%q", bad)
		require.Equal(t, "До после", items[0].Post.Title, "%q", bad)
		require.Equal(t, "раз два", items[0].Post.Text, "%q", bad)
	}
	const fine = "а\t\n&#1071;&#x42F;&amp;&#0"
	require.Equal(t, fine, legal(fine))
}

func FuzzParse(f *testing.F) {
	f.Add(`<?xml version="1.0"?><rss version="2.0"><channel><title>Г</title><link>http://a.example/</link><item><title>Т</title><link>/1</link><guid/>` +
		`<pubDate>24 ноября 2026</pubDate><enclosure url="a.jpg"/><description><![CDATA[<p>x<br>]]></description></item></channel></rss>`)
	f.Add(`<feed xmlns="http://www.w3.org/2005/Atom"><title type="html">&lt;b&gt;</title><entry><id>tag:1</id><link href="//b.example/x y"/><updated>2026-11-24T09:05:00Z</updated></entry></feed>`)
	f.Add(`{"version":"https://jsonfeed.org/version/1.1","title":"Г","items":[{"id":5,"url":"http://a.example/5","content_html":"<p>"}]}`)
	f.Add(`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><item rdf:about="x"><title>Т</title></item></rdf:RDF>`)
	f.Fuzz(func(t *testing.T, text string) {
		x, err := parse(text, "a.example", "http://a.example/rss")
		if err != nil {
			return
		}
		require.NotEmpty(t, x.info.Title)
		first := x.items(nil)
		seen := map[string]bool{}
		for _, it := range first {
			require.NoError(t, it.ID.Check())
			require.Equal(t, "rss:a.example", it.ID.Source())
			require.False(t, seen[string(it.ID)])
			seen[string(it.ID)] = true
			for _, l := range append(it.Post.Links, it.Post.URL) {
				require.True(t, l == "" || strings.HasPrefix(l, "http://") || strings.HasPrefix(l, "https://"), l)
			}
		}
		known := x.names
		again := x.items(known)
		require.Len(t, again, len(first))
		for i := range again {
			require.Equal(t, first[i].ID, again[i].ID, "names that are remembered are the same")
		}
	})
}

func FuzzDate(f *testing.F) {
	f.Add("Вт, 24 ноя 2026 12:05:00 МСК")
	f.Fuzz(func(t *testing.T, s string) {
		if at, ok := parseDate(s); ok {
			require.True(t, sane(at))
			require.Equal(t, time.UTC, at.Location())
		}
	})
}

func FuzzAddress(f *testing.F) {
	for _, s := range []string{"https://Газета.рф:443/а?б=в#г", "[::1]", "http://a.example/%zz", "а? #", "//x", "a:b@c", "\xb2", "..", "a..b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := CheckAddress(s)
		if err != nil {
			return
		}
		again, err := CheckAddress(a)
		require.NoError(t, err, "%q → %q", s, a)
		require.Equal(t, a, again)
		owner, err := New(Options{Address: a}).owner()
		require.NoError(t, err)
		require.NotEmpty(t, owner)
		require.NotContains(t, owner, "/")
	})
}

// Names of real feeds are the same whether they are remembered or not.
func TestNamesOfRealFeeds(t *testing.T) {
	b, err := os.ReadFile(testenv.Shared(t, "feeds/large_atom.xml"))
	require.NoError(t, err)
	x, err := parse(string(b), "dustri.org", "https://dustri.org/b/atom.xml")
	require.NoError(t, err)
	first := x.items(nil)
	require.Equal(t, first, x.items(x.names))
}

// Of legal text nothing is changed, and what was changed is legal.
func FuzzLegal(f *testing.F) {
	for _, s := range []string{"", "a\x08b", "&#8;&#x1F;", "&#1071;", "\ufffe&#xFFFF;", "&#;&#x;", "\xff", "&#38;#8;"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := legal(s)
		require.False(t, strings.ContainsFunc(once, illegal))
		require.Equal(t, once, legal(once))
	})
}

// HTML becomes text, whatever it is, and addresses that are whole.
func FuzzPlain(f *testing.F) {
	for _, s := range []string{"", "<p>a<br>b", "<a href='x y'>z</a>", "<pre>\n a</pre>", "<table><td>1<td>2", "&amp;&#0;", "<svg><title>x", strings.Repeat("<b>", 600) + "x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text, _ := plain(s)
		require.Equal(t, strings.TrimSpace(text), text)
		require.NotContains(t, line(s), "\n")
	})
}
