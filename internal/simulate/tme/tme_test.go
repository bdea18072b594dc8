package tme

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/internal/fault"
)

const dvor = "dvor_demo"

func server(t *testing.T) *Server {
	t.Helper()
	now := time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)
	s := New(Options{Base: "https://t.me", Now: func() time.Time { return now }})
	require.NoError(t, s.AddChannel(Channel{Name: dvor, Number: 2100000001, Title: "Двор & сад", About: "Пишем о дворе\nи о @sosed", Subscribers: 10_650}))
	return s
}

func (s *Server) get(t *testing.T, path string) (*goquery.Document, *httptest.ResponseRecorder) {
	t.Helper()
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(w.Body.String()))
	require.NoError(t, err)
	return doc, w
}

// shown gives the numbers of the blocks of a page.
func shown(doc *goquery.Document) (ids []string) {
	doc.Find(".tgme_widget_message").Each(func(_ int, s *goquery.Selection) {
		ids = append(ids, strings.TrimPrefix(s.AttrOr("data-post", ""), dvor+"/"))
	})
	return ids
}

func ids(from, to int) (out []string) {
	for i := from; i <= to; i++ {
		out = append(out, fmt.Sprint(i))
	}
	return out
}

func TestPaging(t *testing.T) {
	s := server(t)
	for i := range 59 { // with "Channel created": 1 to 60
		_, err := s.Post(dvor, Message{Text: fmt.Sprintf("Запись %d", i%7)})
		require.NoError(t, err)
	}
	for path, want := range map[string][]string{
		"/s/dvor_demo":           ids(41, 60),
		"/s/Dvor_Demo":           ids(41, 60),
		"/s/dvor_demo?before=41": ids(21, 40), // exclusive
		"/s/dvor_demo?before=21": ids(1, 20),
		"/s/dvor_demo?before=5":  ids(1, 4),
		"/s/dvor_demo?before=1":  nil,
		"/s/dvor_demo?after=10":  ids(11, 30), // exclusive
		"/s/dvor_demo?after=55":  ids(56, 60),
		"/s/dvor_demo?after=60":  nil,
		"/s/dvor_demo?before=x":  ids(41, 60),
		"/s/dvor_demo?q=%D0%B7%D0%B0%D0%BF%D0%B8%D1%81%D1%8C+6": {"8", "15", "22", "29", "36", "43", "50", "57"}, // запись 6
		"/s/dvor_demo?q=nothing":                                nil,
	} {
		doc, w := s.get(t, path)
		require.Equal(t, http.StatusOK, w.Code)
		require.Equal(t, want, shown(doc), path)
		require.Equal(t, 1, doc.Find("section.tgme_channel_history").Length())
		require.Equal(t, want == nil, doc.Find(".tme_no_messages_found").Length() == 1, path)
	}
	doc, _ := s.get(t, "/s/dvor_demo?before=41")
	require.Equal(t, "/s/dvor_demo?before=21", doc.Find("link[rel=prev]").AttrOr("href", ""))
	require.Equal(t, "21", doc.Find("a.tme_messages_more[data-before]").AttrOr("data-before", ""))
	require.Equal(t, "/s/dvor_demo?after=40", doc.Find("link[rel=next]").AttrOr("href", ""))
	doc, _ = s.get(t, "/s/dvor_demo?before=21")
	require.Zero(t, doc.Find("link[rel=prev], a[data-before]").Length(), "nothing is older")
	require.NoError(t, s.HidePrev(dvor, true))
	doc, _ = s.get(t, "/s/dvor_demo?before=41")
	require.Zero(t, doc.Find("link[rel=prev], a.tme_messages_more").Length(), "gone in the middle")
	require.Len(t, s.Asked(), 15)
	require.Empty(t, s.Asked())
}

func TestAlbumsCountAndAreOneBlock(t *testing.T) {
	s := server(t)
	for range 8 {
		_, err := s.Post(dvor, Message{Text: "Альбом", Media: []Media{{Kind: post.Photo}, {Kind: post.Video}, {Kind: post.Photo}, {Kind: post.Photo}, {Kind: post.Photo}}})
		require.NoError(t, err)
	}
	doc, _ := s.get(t, "/s/dvor_demo")
	require.Equal(t, []string{"22", "27", "32", "37"}, shown(doc))
	block := doc.Find(".tgme_widget_message").Last()
	require.Equal(t, 5, block.Find("a[href$='?single']").Length())
	require.Equal(t, "https://t.me/dvor_demo/38?single", block.Find("a.tgme_widget_message_video_player").AttrOr("href", ""))
	require.Equal(t, 2, block.Find(".tgme_widget_message_text").Length(), "the caption is nested twice")
	require.Equal(t, 1, block.Find(".tgme_widget_message_bubble > .tgme_widget_message_text").Length())
	require.Contains(t, identityOf(t, block), `"p":"37g"`)

	require.NoError(t, s.Delete(dvor, 38))
	require.NoError(t, s.Delete(dvor, 37))
	doc, _ = s.get(t, "/s/dvor_demo")
	require.Equal(t, []string{"17", "22", "27", "32", "39"}, shown(doc))
	for _, id := range []int64{39, 40, 41} {
		require.NoError(t, s.Delete(dvor, id))
	}
	require.Equal(t, fault.NotFound, fault.KindOf(s.Delete(dvor, 41)))
	numbers, err := s.Messages(dvor)
	require.NoError(t, err)
	require.Equal(t, []int64{2, 7, 12, 17, 22, 27, 32}, numbers)
}

func identityOf(t *testing.T, block *goquery.Selection) string {
	b, err := base64.RawStdEncoding.DecodeString(block.AttrOr("data-view", ""))
	require.NoError(t, err)
	require.True(t, json.Valid(b), "%s", b)
	return string(b)
}

func TestMarkup(t *testing.T) {
	s := server(t)
	_, err := s.Post(dvor, Message{Text: "Первая", Media: []Media{{Kind: post.Photo}}, Views: 4857})
	require.NoError(t, err)
	_, err = s.Post(dvor, Message{Text: "Раз\nдва 🔥 https://x.example/?a=1&b=2 #Дорога", Custom: true, ReplyTo: 2, Edited: true, Views: -1,
		Forward: &Forward{Name: "Кто-то"}, Reactions: []Reaction{{"👍", 1200}}, Author: "Иван"})
	require.NoError(t, err)
	doc, w := s.get(t, "/s/dvor_demo")
	require.Equal(t, "text/html; charset=utf-8", w.Header().Get("Content-Type"))
	require.Equal(t, "Двор & сад", doc.Find(".tgme_channel_info_header_title").Text())
	require.Equal(t, "10.6K subscribers", doc.Find(".tgme_header_counter").Text())
	require.Equal(t, "10.6K", doc.Find(".counter_value").First().Text())
	require.Equal(t, 1, doc.Find(".service_message").Length())
	photo := doc.Find(".tgme_widget_message").Eq(1)
	require.Contains(t, identityOf(t, photo), `{"c":-2100000001,"p":2,`)
	require.Equal(t, "4.85K", photo.Find(".tgme_widget_message_views").Text())
	require.Contains(t, photo.Find("a.tgme_widget_message_photo_wrap").AttrOr("style", ""), "background-image:url('https://t.me/file/photo2.jpg')")
	last := doc.Find(".tgme_widget_message").Eq(2)
	html, err := last.Html()
	require.NoError(t, err)
	require.Contains(t, html, "Раз<br/>два <tg-emoji emoji-id=")
	require.Contains(t, html, `<i class="emoji" style="background-image:url(&#39;//telegram.org/img/emoji/40/F09F94A5.png&#39;)"><b>🔥</b></i></tg-emoji>`)
	require.Contains(t, w.Body.String(), `href="https://x.example/?a=1&amp;amp;b=2"`, "escaped twice")
	require.Contains(t, w.Body.String(), `<a href="?q=%23%D0%94%D0%BE%D1%80%D0%BE%D0%B3%D0%B0">#Дорога</a>`)
	require.Equal(t, 0, last.Find(".tgme_widget_message_views").Length())
	require.Equal(t, "span", goquery.NodeName(last.Find(".tgme_widget_message_forwarded_from_name")))
	require.Equal(t, "Первая", last.Find(".tgme_widget_message_reply .tgme_widget_message_text").Text())
	require.Equal(t, "👍1.2K", last.Find(".tgme_reaction").Text())
	require.Contains(t, last.Find(".tgme_widget_message_meta").Text(), "edited")
	require.Equal(t, "2026-11-03T12:00:00+00:00", last.Find(".tgme_widget_message_date time").AttrOr("datetime", ""))
	require.NotContains(t, w.Body.String(), "ZgotmplZ", "the template thinks a value is dangerous")
}

func TestFilesAndTokens(t *testing.T) {
	s := server(t)
	_, err := s.Post(dvor, Message{Media: []Media{{Kind: post.Video}}})
	require.NoError(t, err)
	src := func() string {
		doc, _ := s.get(t, "/s/dvor_demo")
		require.Equal(t, 1, doc.Find("time.message_video_duration").Length())
		return doc.Find("video").AttrOr("src", "")
	}
	one := src()
	require.Contains(t, one, "?token=")
	require.NotEqual(t, one, src(), "tokens end")
	_, w := s.get(t, "/file/x.jpg")
	require.Equal(t, "image/gif", w.Header().Get("Content-Type"))
}

func TestWhatCantBeShownIsRedirected(t *testing.T) {
	s := server(t)
	_, err := s.Post(dvor, Message{Text: "Тайна"})
	require.NoError(t, err)
	redirected := func(name string) {
		_, w := s.get(t, "/s/"+name)
		require.Equal(t, http.StatusFound, w.Code)
		require.Equal(t, "/"+name, w.Header().Get("Location"))
		doc, w := s.get(t, "/"+name)
		require.Equal(t, http.StatusOK, w.Code)
		require.Empty(t, shown(doc))
		require.NotContains(t, w.Body.String(), "Тайна")
	}
	for _, a := range []Access{Restricted, NoPreview} {
		require.NoError(t, s.SetAccess(dvor, a))
		redirected(dvor)
		doc, _ := s.get(t, "/dvor_demo/2?embed=1&mode=tme")
		require.Equal(t, 1, doc.Find(".tgme_widget_message_error").Length())
	}
	redirected("nikogo_net")
	require.NoError(t, s.SetAccess(dvor, Open))
	require.NoError(t, s.Rename(dvor, "sad_demo"))
	redirected(dvor)
	doc, _ := s.get(t, "/s/sad_demo")
	require.Equal(t, 2, doc.Find(".tgme_widget_message").Length())
	require.NoError(t, s.Remove("sad_demo"))
	redirected("sad_demo")
	_, w := s.get(t, "/what/ever/else")
	require.Equal(t, http.StatusFound, w.Code)
}

func TestEmbed(t *testing.T) {
	s := server(t)
	_, err := s.Post(dvor, Message{Text: "Одна"})
	require.NoError(t, err)
	doc, _ := s.get(t, "/dvor_demo/2?embed=1&mode=tme")
	require.Equal(t, []string{"2"}, shown(doc))
	require.Zero(t, doc.Find(".tgme_widget_message_error").Length())
	require.NoError(t, s.Edit(dvor, 2, "Другая"))
	doc, _ = s.get(t, "/dvor_demo/2?embed=1&mode=tme")
	require.Equal(t, "Другая", doc.Find(".tgme_widget_message_text").Text())
	require.NoError(t, s.Delete(dvor, 2))
	doc, _ = s.get(t, "/dvor_demo/2?embed=1&mode=tme")
	require.Equal(t, "Post not found", doc.Find(".tgme_widget_message_error").Text())
	doc, _ = s.get(t, "/s/dvor_demo")
	require.Equal(t, []string{"1"}, shown(doc), "without a trace")
}

func TestTrouble(t *testing.T) {
	s := server(t)
	web := httptest.NewServer(s)
	defer web.Close()
	get := func() (*http.Response, error) {
		c := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		res, err := c.Get(web.URL + "/s/dvor_demo")
		if err == nil {
			res.Body.Close()
		}
		return res, err
	}
	s.Limit(1, 90*time.Second)
	res, err := get()
	require.NoError(t, err)
	require.Equal(t, http.StatusTooManyRequests, res.StatusCode)
	require.Equal(t, "90", res.Header.Get("Retry-After"))
	s.Fail(-1, http.StatusBadGateway)
	for range 3 {
		res, err = get()
		require.NoError(t, err)
		require.Equal(t, http.StatusBadGateway, res.StatusCode)
	}
	s.Reset(1)
	_, err = get()
	require.Error(t, err)
	s.Heal()
	res, err = get()
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, res.StatusCode)

	_, whole := s.get(t, "/s/dvor_demo")
	for _, b := range []Breakage{BreakClasses, BreakHistory, BreakBlocks, BreakText, BreakTime, BreakIdentity, BreakApp} {
		s.Break(b)
		_, w := s.get(t, "/s/dvor_demo")
		require.Equal(t, http.StatusOK, w.Code)
		require.NotEqual(t, whole.Body.String(), w.Body.String(), b)
		require.Contains(t, w.Body.String(), "</html>", b)
	}
}

func TestWrongUse(t *testing.T) {
	s := server(t)
	require.Equal(t, fault.Conflict, fault.KindOf(s.AddChannel(Channel{Name: "DVOR_demo", Number: 5})))
	require.Equal(t, fault.Invalid, fault.KindOf(s.AddChannel(Channel{Name: "я", Number: 5})))
	require.Equal(t, fault.Invalid, fault.KindOf(s.AddChannel(Channel{Name: "other", Number: 0})))
	_, err := s.Post("nikogo_net", Message{})
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	id, err := s.Post(dvor, Message{ID: 101, Text: "x"})
	require.NoError(t, err)
	require.EqualValues(t, 101, id)
	_, err = s.Post(dvor, Message{ID: 101, Text: "x"})
	require.Equal(t, fault.Conflict, fault.KindOf(err))
	require.Equal(t, fault.NotFound, fault.KindOf(s.Edit(dvor, 5, "x")))
	require.Equal(t, fault.Conflict, fault.KindOf(s.Rename(dvor, dvor)))
	require.Len(t, s.Channels(), 1)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest("POST", "/s/dvor_demo", nil))
	require.Equal(t, http.StatusMethodNotAllowed, w.Code)
}

func TestOnlyTheNewestAreKept(t *testing.T) {
	s := New(Options{Keep: 50})
	require.NoError(t, s.AddChannel(Channel{Name: dvor, Number: 5}))
	for range 500 {
		_, err := s.Post(dvor, Message{Text: "x"})
		require.NoError(t, err)
		ids, err := s.Messages(dvor)
		require.NoError(t, err)
		require.LessOrEqual(t, len(ids), 55)
	}
	ids, err := s.Messages(dvor)
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(ids), 50)
	require.EqualValues(t, 501, ids[len(ids)-1])
}

func TestShort(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0", 999: "999", 1000: "1K", 1100: "1.1K", 4857: "4.85K", 9999: "9.99K", 10_000: "10.0K", 29_000: "29.0K", 37_299: "37.2K",
		214_499: "214.4K", 999_999: "999.9K", 1_500_000: "1.5M", 12_345_678: "12M",
	} {
		require.Equal(t, want, Short(n))
	}
}

// Everything at once; for the race detector, and for locks that wait for each
// other.
func TestConcurrentUse(t *testing.T) {
	s := server(t)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 25 {
				id, err := s.Post(dvor, Message{Text: "Запись", Media: make([]Media, j%3), Reactions: []Reaction{{"👍", 1}}})
				if err != nil {
					t.Error(err)
					return
				}
				_ = s.Edit(dvor, id, "Правка")
				_ = s.SetViews(dvor, id, int64(j))
				_ = s.SetReactions(dvor, id, Reaction{"👍", int64(j)})
				if i%2 == 0 {
					_ = s.Delete(dvor, id)
				}
				w := httptest.NewRecorder()
				s.ServeHTTP(w, httptest.NewRequest("GET", "/s/dvor_demo?before=30", nil))
				_, _, _ = s.Channels(), s.Asked(), s.Retitle(dvor, "Двор", "")
			}
		})
	}
	wg.Wait()
	numbers, err := s.Messages(dvor)
	require.NoError(t, err)
	require.Len(t, numbers, 100)
}
