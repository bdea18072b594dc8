package telegram

import (
	"bytes"
	"html"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/crawler/source"
	"github.com/otklik/otklik/internal/testenv"
)

// kinds writes media in short: p, v, …
func kinds(media []post.Media) (out string) {
	for _, m := range media {
		out += string(m.Kind[0])
	}
	return out
}

// oracle reads the texts of a page in another way: by the letters of its
// source instead of its tree.
func oracle(page string) (texts []string) {
	for _, m := range regexp.MustCompile(`(?s)<div class="tgme_widget_message_text js-message_text[^"]*" dir="auto">(.*?)</div>`).FindAllStringSubmatch(page, -1) {
		s := regexp.MustCompile(`\s+`).ReplaceAllString(m[1], " ")
		s = regexp.MustCompile(` ?<br ?/?> ?`).ReplaceAllString(s, "\n")
		s = html.UnescapeString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(s, ""))
		texts = append(texts, strings.TrimSpace(strings.ReplaceAll(strings.ReplaceAll(s, "\n ", "\n"), " \n", "\n")))
	}
	return texts
}

func TestTheRealPage(t *testing.T) {
	b, err := os.ReadFile(testenv.Shared(t, "telegram-pages/full.html"))
	require.NoError(t, err)
	p, err := parsePage(string(b))
	require.NoError(t, err)
	require.Empty(t, p.skipped)
	require.Equal(t, "1084368520", p.owner)
	require.Equal(t, "topwar_official", p.name)
	require.Equal(t, []int64{70989, 71008}, []int64{p.min, p.max})
	require.False(t, p.end)
	require.Equal(t, &post.Counter{Value: 109_000, Step: 1000}, p.info.Subscribers)
	require.Equal(t, 4, strings.Count(p.info.Description, "\n"))
	require.Len(t, strings.Fields(p.info.Title), 2)
	want := []struct {
		id      string
		at      string
		views   int64
		media   string
		forward string // the end of its address
		lines   int    // newlines in the text
		links   int
	}{
		{"70989", "07:47:53", 37_200, "p", "", 1, 0},
		{"70990", "08:09:50", 34_500, "", "", 0, 0},
		{"70992", "08:51:58", 33_800, "ppv", "", 0, 0},
		{"70995", "08:54:50", 33_600, "", "", 0, 0},
		{"70996", "09:06:02", 32_900, "", "yaremshooter/1066", 6, 2},
		{"70997", "10:00:03", 30_300, "", "", 2, 0},
		{"70998", "10:29:08", 29_000, "p", "Belarus_VPO/34301", 6, 0},
		{"70999", "10:43:08", 28_700, "", "", 0, 0},
		{"71000", "10:52:36", 28_700, "pppppp", "", 0, 0},
		{"71006", "12:48:58", 17_200, "v", "vysokygovorit/10899", 0, 0},
		{"71007", "13:02:00", 16_800, "v", "dimsmirnov175/44655", 3, 0},
		{"71008", "13:14:03", 14_900, "v", "ImpNavigator/4580", 0, 0},
	}
	texts := oracle(string(b))
	require.Len(t, p.items, len(want))
	require.Len(t, texts, len(want))
	for i, w := range want {
		it := p.items[i]
		require.Equal(t, post.ID("telegram:1084368520/"+w.id), it.ID)
		at, err := time.Parse(time.DateTime, "2023-02-28 "+w.at)
		require.NoError(t, err)
		require.True(t, at.Equal(it.Published), w.id)
		require.Equal(t, "2023-02-28T"+w.at+"+00:00", it.PublishedRaw)
		require.Equal(t, &post.Counter{Value: w.views, Step: 100}, it.Post.Counters.Views, w.id)
		require.Equal(t, w.media, kinds(it.Post.Media), w.id)
		require.Equal(t, texts[i], it.Post.Text, w.id)
		require.Equal(t, w.lines, strings.Count(it.Post.Text, "\n"), w.id)
		require.Len(t, it.Post.Links, w.links, w.id)
		require.Equal(t, "https://t.me/topwar_official/"+w.id, it.Post.URL)
		require.Equal(t, p.info.Title, it.Post.Channel)
		require.False(t, it.Post.Edited)
		require.Nil(t, it.Post.Author)
		for _, m := range it.Post.Media {
			require.True(t, strings.HasPrefix(m.URL, "https://cdn4.telegram-cdn.org/file/"), m.URL)
		}
		if w.forward == "" {
			require.Nil(t, it.Post.Forward)
			continue
		}
		require.Equal(t, "https://t.me/"+w.forward, it.Post.Forward.URL)
		require.NotEmpty(t, it.Post.Forward.Name)
	}
	require.Equal(t, []string{"70992", "70993", "70994"}, []string{p.items[2].Post.Media[0].ID, p.items[2].Post.Media[1].ID, p.items[2].Post.Media[2].ID})
	require.True(t, p.ids[70993] && p.ids[71005], "photos of albums are not gaps")
}

func TestTheRealMessages(t *testing.T) {
	for _, c := range []struct {
		file       string
		id         int64
		at         string
		views      post.Counter
		media      string
		ids        []int64
		lines      int
		links      []string
		forward    string // address; "-" is hidden
		text, poll bool
	}{
		{"text", 70991, "2023-02-28T08:48:01Z", post.Counter{Value: 33_400, Step: 100}, "", []int64{70991}, 4, nil, "", true, false},
		{"media_forwarded_from", 22358, "2023-02-27T07:20:50Z", post.Counter{Value: 214_400, Step: 100}, "p", []int64{22358}, 0, nil, "https://t.me/dimsmirnov175/44604", true, false},
		{"media_photo_and_video", 46908, "2023-02-28T06:48:36Z", post.Counter{Value: 59_500, Step: 100}, "vpp", []int64{46908, 46909, 46910}, 8, []string{"https://t.me/anna_news"}, "", true, false},
		{"poll", 488, "2023-02-27T16:21:02Z", post.Counter{Value: 1100, Step: 100}, "p", []int64{488}, 0, nil, "", false, true},
		{"voice", 939, "2018-04-24T15:28:46Z", post.Counter{Value: 746, Step: 1}, "v", []int64{939}, 8, []string{"https://t.me/kakberadio", "https://t.me/kakberadiobot"}, "-", true, false},
	} {
		t.Run(c.file, func(t *testing.T) {
			b, err := os.ReadFile(testenv.Shared(t, "telegram-pages/message_"+c.file+".html"))
			require.NoError(t, err)
			doc, err := goquery.NewDocumentFromReader(bytes.NewReader(b))
			require.NoError(t, err)
			m, why := parseMessage(doc.Find(".tgme_widget_message").First())
			require.Empty(t, why)
			require.Empty(t, m.unknown)
			require.Equal(t, c.id, m.id)
			require.Equal(t, c.ids, m.ids)
			require.Equal(t, c.at, m.published.UTC().Format(time.RFC3339))
			require.Equal(t, &c.views, m.post.Counters.Views)
			require.Equal(t, c.media, kinds(m.post.Media))
			require.Equal(t, c.text, m.post.Text != "")
			require.Equal(t, c.lines, strings.Count(m.post.Text, "\n"))
			require.Equal(t, c.links, m.post.Links)
			switch c.forward {
			case "":
				require.Nil(t, m.post.Forward)
			case "-":
				require.NotEmpty(t, m.post.Forward.Name)
				require.Empty(t, m.post.Forward.URL)
			default:
				require.Equal(t, c.forward, m.post.Forward.URL)
			}
			if c.poll {
				require.Equal(t, post.Poll, m.post.Media[0].Kind)
				require.Equal(t, 3, strings.Count(m.post.Media[0].Title, "\n"), "a question and three options")
			}
		})
	}
}

func TestIdentity(t *testing.T) {
	for _, c := range []struct {
		view, owner string
		id          int64
	}{
		{"eyJjIjotMTA4NDM2ODUyMCwicCI6NzA5ODksInQiOjF9", "1084368520", 70989},
		{"eyJjIjotMTA4NDM2ODUyMCwicCI6IjcwOTkyZyIsInQiOjF9", "1084368520", 70992}, // an album
		{"eyJjIjotMTAwMTA4NDM2ODUyMCwicCI6NX0=", "1084368520", 5},                 // with -100, padded
		{"eyJjIjotMTA4NDM2ODUyMH0", "1084368520", 0},
		{"eyJjIjowLCJwIjo1fQ", "", 0},
		{"eyJjIjotOTIyMzM3MjAzNjg1NDc3NTgwOCwicCI6NX0", "", 0}, // the least number there is
		{"eyJjIjotMTA4NDM2ODUyMCwicCI6Ii01In0", "1084368520", 0},
		{"%%%", "", 0}, {"", "", 0}, {"bnVsbA", "", 0},
	} {
		owner, id := parseIdentity(c.view)
		require.Equal(t, c.owner, owner, c.view)
		require.Equal(t, c.id, id, c.view)
	}
}

func TestCount(t *testing.T) {
	for in, want := range map[string]post.Counter{
		"0": {Value: 0, Step: 1}, "746": {Value: 746, Step: 1}, "999": {Value: 999, Step: 1}, "1 234": {Value: 1234, Step: 1}, "10\u00a0624": {Value: 10624, Step: 1},
		"1,234": {Value: 1234, Step: 1}, "4.85K": {Value: 4850, Step: 10}, "37.2K": {Value: 37200, Step: 100}, "29.0K": {Value: 29000, Step: 100},
		"109K": {Value: 109000, Step: 1000}, "1.5M": {Value: 1500000, Step: 100000}, "2M": {Value: 2000000, Step: 1000000},
		"1.25m": {Value: 1250000, Step: 10000}, "3,1K": {Value: 3100, Step: 100}, "1B": {Value: 1e9, Step: 1e9},
	} {
		require.Equal(t, &want, count(in), in)
	}
	for _, in := range []string{"", "-5", "K", "1.5", "many", "1.2345K", "99999999999999999999", "12345678901K", "0x10"} {
		require.Nil(t, count(in), in)
	}
}

func TestPlain(t *testing.T) {
	for in, want := range map[string]string{
		"одна строка":                                     "одна строка",
		"  раз \n  два\t три  ":                           "раз два три",
		"раз<br/>два<br>три":                              "раз\nдва\nтри",
		"раз <br/> два":                                   "раз\nдва",
		"раз<br/><br/>два":                                "раз\n\nдва",
		"<b>раз<br/><br/></b>два":                         "раз\n\nдва",
		"<br/><br/>раз<br/><br/>":                         "раз",
		"a&amp;b &lt;c&gt; &quot;d&quot; e&nbsp;f":        "a&b <c> \"d\" e\u00a0f",
		`жалоба <i class="emoji" style="x"><b>😀</b></i>!`: "жалоба 😀!",
		`<tg-emoji emoji-id="5"><i class="emoji"><b>🔥</b></i></tg-emoji> горит`: "🔥 горит",
		`<tg-spoiler>тайна</tg-spoiler> <s>нет</s> <u>да</u>`:                   "тайна нет да",
		"до<blockquote>цитата</blockquote>после":                                "до\nцитата\nпосле",
		"до<br/><pre>a  b\n  c</pre>после":                                      "до\na  b\n  c\nпосле",
		`текст<span style="display: inline-block; width: 104px;"></span> `:      "текст",
		"<script>alert(1)</script>видно<style>p{}</style>":                      "видно",
		`<a href="https://a.example/">ссылка</a>, <a href="?q=%23x">#x</a>`:     "ссылка, #x",
	} {
		doc, err := goquery.NewDocumentFromReader(strings.NewReader("<div id=x>" + in + "</div>"))
		require.NoError(t, err)
		require.Equal(t, want, plain(doc.Find("#x")), in)
	}
}

func TestLinks(t *testing.T) {
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(`<div id=x>
		<a href="https://a.example/?x=1&amp;amp;y=2" onclick="return confirm('Open?')">a</a>
		<a href="https://b.example/?x=1&amp;amp;y=2">b, which means it</a>
		<a href="https://t.me/dvor">@dvor</a> <a href="?q=%23x">#x</a> <a href="tg://resolve?domain=x">x</a>
		<a href="javascript:alert(1)">x</a> <a href="mailto:a@b">x</a> <a href="https://t.me/dvor">again</a> <a href="http://[bad">x</a></div>`))
	require.NoError(t, err)
	require.Equal(t, []string{"https://a.example/?x=1&y=2", "https://b.example/?x=1&amp;y=2", "https://t.me/dvor"}, links(doc.Find("#x")))
}

func TestCheckAddress(t *testing.T) {
	for _, in := range []string{
		"dvor_demo", "@dvor_demo", " @Dvor_Demo ", "t.me/dvor_demo", "https://t.me/dvor_demo", "https://t.me/s/dvor_demo", "http://www.t.me/s/Dvor_demo/",
		"https://t.me/dvor_demo/123", "https://t.me/s/dvor_demo/123?single", "https://t.me/s/dvor_demo?before=100", "telegram.me/dvor_demo", "https://t.me/dvor_demo#x",
	} {
		got, err := CheckAddress(in)
		require.NoError(t, err, in)
		require.Equal(t, "dvor_demo", got, in)
	}
	for _, in := range []string{
		"", "@", "abc", "1abcd", "двор", "a b c d", "dvor-demo", "dvor_", "dvor__demo", strings.Repeat("a", 33), "https://vk.com/dvor_demo", "https://t.me/", "https://t.me/s/",
		"https://t.me/+AbCdEf123", "https://t.me/joinchat/AbCdEf", "https://t.me/c/1084368520/5", "joinchat", "../../etc/passwd", "t.me/s/../x", "https://t.me@evil.example/x",
	} {
		_, err := CheckAddress(in)
		require.Error(t, err, in)
	}
}

// Pages that are no history, and histories of another form.
func TestPagesThatAreNotUnderstood(t *testing.T) {
	message := func(id, view, inner string) string {
		return `<div class="tgme_widget_message_wrap"><div class="tgme_widget_message" data-post="dvor/` + id + `" data-view="` + view + `"><div class="tgme_widget_message_bubble">` +
			inner + `<div class="tgme_widget_message_footer"><a class="tgme_widget_message_date" href="https://t.me/dvor/` + id + `"><time datetime="2026-11-03T10:00:00+00:00"></time></a></div></div></div></div>`
	}
	const view1, view2, other = "eyJjIjotNSwicCI6MX0", "eyJjIjotNSwicCI6Mn0", "eyJjIjotNiwicCI6Mn0" // {"c":-5,"p":1}, {"c":-5,"p":2}, {"c":-6,"p":2}
	text := func(s string) string { return `<div class="tgme_widget_message_text">` + s + `</div>` }
	page := func(in ...string) string {
		return `<html><body><section class="tgme_channel_history">` + strings.Join(in, "") + `</section></body></html>`
	}
	for name, c := range map[string]struct {
		page string
		want source.Health
	}{
		"nothing":                        {"", source.NotUnderstood},
		"binary":                         {"\x00\xff\xfe", source.NotUnderstood},
		"a page of somebody else":        {"<html><title>Captcha</title><body>Are you human?</body></html>", source.NotUnderstood},
		"empty without the word":         {page(), source.NotUnderstood},
		"empty with the word":            {page(`<div class="tgme_widget_message_wrap"><div class="tme_no_messages_found">No posts found</div></div>`), source.OK},
		"one message":                    {page(message("1", view1, text("да"))), source.OK},
		"two channels":                   {page(message("1", view1, text("да")), message("2", other, text("нет"))), source.NotUnderstood},
		"no data-view":                   {page(message("1", "", text("да"))), source.NotUnderstood},
		"data-view of one is enough":     {page(message("1", "", text("да")), message("2", view2, text("нет"))), source.OK},
		"two numbers":                    {page(message("2", view1, text("да"))), source.NotUnderstood},
		"nothing in a message":           {page(message("1", view1, "")), source.NotUnderstood},
		"half can be read":               {page(message("1", view1, ""), message("2", view2, text("да"))), source.OK},
		"text moved":                     {page(message("1", view1, `<a class="tgme_widget_message_photo_wrap"></a><div class="caption">да</div>`)), source.NotUnderstood},
		"card of a channel":              {`<div class="tgme_page"><div class="tgme_page_title">Двор</div></div>`, source.Blocked},
		"card of nobody":                 {`<div class="tgme_page"><div class="tgme_page_icon"></div></div>`, source.Gone},
		"a very deep page":               {page(strings.Repeat("<div>", 100_000)), source.NotUnderstood},
		"too many messages":              {page(strings.Repeat(message("1", view1, text("да")), maxBlocks+1)), source.NotUnderstood},
		"a number beyond all":            {page(message("99999999999999999999", view1, text("да"))), source.OK}, // data-view knows better
		"service messages alone are one": {page(strings.ReplaceAll(message("1", view1, text("Channel created")), `"tgme_widget_message"`, `"tgme_widget_message service_message"`)), source.OK},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := parsePage(c.page)
			if c.want == source.OK {
				require.NoError(t, err)
				require.True(t, p.end || len(p.items) > 0 || strings.HasPrefix(name, "service"))
				return
			}
			var s *source.State
			require.ErrorAs(t, err, &s)
			require.Equal(t, c.want, s.Health, "%v", err)
		})
	}
}

func FuzzPage(f *testing.F) {
	f.Add([]byte(`<section class="tgme_channel_history"><div class="tgme_widget_message_wrap"><div class="tgme_widget_message" data-post="a/1" data-view="eyJjIjotNSwicCI6MX0"><div class="tgme_widget_message_bubble"><div class="tgme_widget_message_text">a<br/><b>b</b></div><a class="tgme_widget_message_photo_wrap" style="background-image:url('x')" href="https://t.me/a/1?single"></a><div class="tgme_widget_message_info"><span class="tgme_widget_message_views">1.2K</span><span class="tgme_widget_message_meta">edited <a class="tgme_widget_message_date"><time datetime="2026-11-03T10:00:00+00:00"></time></a></span></div></div></div></div></section>`))
	f.Add([]byte(`<section class="tgme_channel_history"><div class="tme_no_messages_found"></div></section>`))
	f.Add([]byte(`<div class="tgme_page"><div class="tgme_page_title">x</div></div>`))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := parsePage(string(b))
		var s *source.State
		switch {
		case err != nil:
			require.ErrorAs(t, err, &s)
		case p.end:
			require.Empty(t, p.items)
		default:
			require.NotEmpty(t, p.owner)
			require.Positive(t, p.min)
			for _, it := range p.items {
				require.NoError(t, it.ID.Check())
				require.True(t, p.ids[number(it)])
				require.False(t, it.Published.IsZero())
				require.True(t, it.Post.Text != "" || len(it.Post.Media) > 0)
			}
		}
		_, _, err = parseEmbed(string(b))
		require.True(t, err == nil || s == nil || s.Detail != "")
		_, _ = CheckAddress(string(b))
	})
}
