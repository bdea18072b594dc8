package telegram_test

import (
	"bytes"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/internal/simulate/tme"
	"github.com/otklik/otklik/internal/testenv"
)

// Every kind of message there is, as the fake server writes it and as the
// adapter reads it.
func TestKindsOfMessages(t *testing.T) {
	s := newStage(t, 0)
	first := s.post(tme.Message{Text: "Первая"})
	at := s.web.URL + "/file/"
	for _, c := range []struct {
		name string
		in   tme.Message
		want post.Post
	}{
		{"lines, links, tags", tme.Message{Text: "Раз\n\nдва: https://site.example/?a=1&b=2 и https://site.example/x.\n#Дороги @dvor_demo \"да\" <нет> &amp;", Views: 746},
			post.Post{Text: "Раз\n\nдва: https://site.example/?a=1&b=2 и https://site.example/x.\n#Дороги @dvor_demo \"да\" <нет> &amp;",
				Links:    []string{"https://site.example/?a=1&b=2", "https://site.example/x.", s.web.URL + "/dvor_demo"},
				Counters: post.CounterSet{Views: &post.Counter{Value: 746, Step: 1}}}},
		{"emoji", tme.Message{Text: "Пожар 🔥🚒!", Views: -1}, post.Post{Text: "Пожар 🔥🚒!"}},
		{"custom emoji", tme.Message{Text: "Пожар 🔥!", Custom: true, Views: 1_530_000}, post.Post{Text: "Пожар 🔥!", Counters: post.CounterSet{Views: &post.Counter{Value: 1_500_000, Step: 100_000}}}},
		{"rich", tme.Message{Rich: "<b>Жирно<br/></b><i>косо</i> <a href=\"https://t.me/dvor_demo/5\" target=\"_blank\">ссылка</a><tg-spoiler>!</tg-spoiler>", Views: 37_210},
			post.Post{Text: "Жирно\nкосо ссылка!", Links: []string{"https://t.me/dvor_demo/5"}, Counters: post.CounterSet{Views: &post.Counter{Value: 37_200, Step: 100}}}},
		{"edited", tme.Message{Text: "Правлено", Edited: true, Views: -1}, post.Post{Text: "Правлено", Edited: true}},
		{"signed by one called edited", tme.Message{Text: "Подписано", Author: "edited by", Views: -1}, post.Post{Text: "Подписано"}},
		{"forward", tme.Message{Text: "Чужое", Forward: &tme.Forward{Name: "Сосед & Ко", URL: "https://t.me/sosed/17"}, Views: -1},
			post.Post{Text: "Чужое", Forward: &post.Forward{Name: "Сосед & Ко", URL: "https://t.me/sosed/17"}}},
		{"hidden forward", tme.Message{Text: "Чужое", Forward: &tme.Forward{Name: "Кто-то"}, Views: -1}, post.Post{Text: "Чужое", Forward: &post.Forward{Name: "Кто-то"}}},
		{"reply", tme.Message{Text: "Ответ", ReplyTo: first, Views: -1}, post.Post{Text: "Ответ", ReplyTo: source1 + "/2"}},
		{"reply to what is gone", tme.Message{Text: "Ответ", ReplyTo: 9999, Views: -1}, post.Post{Text: "Ответ"}},
		{"photo alone", tme.Message{Media: []tme.Media{{Kind: post.Photo}}, Views: -1}, post.Post{Media: []post.Media{{Kind: post.Photo, ID: "ID", URL: at + "photoID.jpg"}}}},
		{"album", tme.Message{Text: "Подпись\nв две строки", Media: []tme.Media{{Kind: post.Photo}, {Kind: post.Video}, {Kind: post.Photo}}, Views: -1},
			post.Post{Text: "Подпись\nв две строки", Media: []post.Media{{Kind: post.Photo, ID: "ID", URL: at + "photoID.jpg"}, {Kind: post.Video, ID: "ID+1", URL: at + "videoID+1.jpg"}, {Kind: post.Photo, ID: "ID+2", URL: at + "photoID+2.jpg"}}}},
		{"video", tme.Message{Text: "Смотрите", Media: []tme.Media{{Kind: post.Video}}, Views: -1}, post.Post{Text: "Смотрите", Media: []post.Media{{Kind: post.Video, ID: "ID", URL: at + "videoID.jpg"}}}},
		{"round video", tme.Message{Media: []tme.Media{{Kind: post.Video, Round: true}}, Views: -1}, post.Post{Media: []post.Media{{Kind: post.Video, ID: "ID", URL: at + "roundID.jpg"}}}},
		{"voice", tme.Message{Media: []tme.Media{{Kind: post.Voice}}, Views: -1}, post.Post{Media: []post.Media{{Kind: post.Voice, ID: "ID"}}}},
		{"documents", tme.Message{Text: "Файлы", Media: []tme.Media{{Kind: post.Document, Title: "Ответ администрации.pdf"}, {Kind: post.Audio, Title: "Гимн.mp3"}}, Views: -1},
			post.Post{Text: "Файлы", Media: []post.Media{{Kind: post.Document, ID: "ID", Title: "Ответ администрации.pdf"}, {Kind: post.Audio, ID: "ID", Title: "Гимн.mp3"}}}},
		{"sticker", tme.Message{Media: []tme.Media{{Kind: post.Sticker}}, Views: -1}, post.Post{Media: []post.Media{{Kind: post.Sticker, ID: "ID", URL: at + "stickerID.jpg"}}}},
		{"location", tme.Message{Media: []tme.Media{{Kind: post.Location, Title: "43.1198,131.8869"}}, Views: -1},
			post.Post{Media: []post.Media{{Kind: post.Location, ID: "ID", URL: "https://maps.google.com/maps?q=43.1198%2c131.8869&ll=43.1198%2c131.8869&z=16", Title: "43.1198,131.8869"}}}},
		{"not supported", tme.Message{Media: []tme.Media{{Kind: post.Unsupported}}, Views: -1}, post.Post{Media: []post.Media{{Kind: post.Unsupported, ID: "ID"}}}},
		{"poll", tme.Message{Poll: &tme.Poll{Question: "Как вам дорога?", Options: []string{"Хорошо", "Плохо"}, Voters: 222}, Views: 1100},
			post.Post{Media: []post.Media{{Kind: post.Poll, ID: "ID", Title: "Как вам дорога?\nХорошо\nПлохо"}}, Counters: post.CounterSet{Views: &post.Counter{Value: 1100, Step: 100}}}},
		{"preview of a page", tme.Message{Text: "Читайте https://site.example/", Preview: "https://site.example/", Views: -1}, post.Post{Text: "Читайте https://site.example/", Links: []string{"https://site.example/"}}},
		{"reactions", tme.Message{Text: "Ура", Reactions: []tme.Reaction{{Emoji: "👍", Count: 5}, {Emoji: "🎉", Count: 12_345}}, Views: -1},
			post.Post{Text: "Ура", Counters: post.CounterSet{Likes: &post.Counter{Value: 12_305, Step: 100}}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			now := s.clock.Now()
			id := s.post(c.in)
			b, err := s.open().Read(t.Context(), nil)
			require.NoError(t, err)
			require.Empty(t, b.Skipped)
			it := b.Items[len(b.Items)-1]
			number := func(in string) string {
				return strings.NewReplacer("ID+1", itoa(id+1), "ID+2", itoa(id+2), "ID", itoa(id)).Replace(in)
			}
			require.Equal(t, post.ID(source1+"/"+itoa(id)), it.ID)
			require.True(t, now.Equal(it.Published))
			require.Equal(t, now.Format("2006-01-02T15:04:05-07:00"), it.PublishedRaw)
			want := c.want
			want.Type, want.Channel, want.URL = post.TypePost, "Двор", s.web.URL+"/dvor_demo/"+itoa(id)
			for i := range want.Media {
				want.Media[i].ID, want.Media[i].URL = number(want.Media[i].ID), number(want.Media[i].URL)
				if k := want.Media[i].Kind; k == post.Voice {
					require.Contains(t, it.Post.Media[i].URL, "token=", "an address that ends soon")
					want.Media[i].URL = it.Post.Media[i].URL
				}
			}
			require.Equal(t, want, it.Post)

			// Another reading has other tokens, and says the same.
			again, err := s.open().Read(t.Context(), nil)
			require.NoError(t, err)
			p := again.Items[len(again.Items)-1].Post
			require.Equal(t, it.Post.Hash(""), p.Hash(""))
		})
	}
	hashes := map[string]string{}
	b, err := s.open().Read(t.Context(), nil)
	require.NoError(t, err)
	for _, it := range b.Items {
		hashes[it.Post.Hash("")] = it.Post.Text
	}
	require.Greater(t, len(hashes), 10)
}

// The fake server writes the true structure: what the adapter looks for lies
// at the same place in both.
func TestFakePagesAreBuiltAsRealOnes(t *testing.T) {
	real, err := os.ReadFile(testenv.Shared(t, "telegram-pages/full.html"))
	require.NoError(t, err)
	s := newStage(t, 0)
	s.posts(30)
	s.post(tme.Message{Text: "Альбом https://site.example/", Media: []tme.Media{{Kind: post.Photo}, {Kind: post.Video}}, Views: 5, Preview: "https://site.example/"})
	s.post(tme.Message{Text: "Чужое", Media: []tme.Media{{Kind: post.Photo}}, Forward: &tme.Forward{Name: "Сосед", URL: "https://t.me/sosed/1"}})
	s.post(tme.Message{Text: "Видео", Media: []tme.Media{{Kind: post.Video}}})
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest("GET", "/s/dvor_demo", nil))
	fakePaths, realPaths := paths(t, w.Body.Bytes()), paths(t, real)
	for _, selector := range []string{
		".tgme_widget_message", ".tgme_widget_message_text", ".tgme_widget_message_photo_wrap", ".tgme_widget_message_video_player", ".tgme_widget_message_video_thumb",
		".tgme_widget_message_forwarded_from_name", ".tgme_widget_message_views", ".tgme_widget_message_meta", ".tgme_widget_message_date", "time.time", ".message_video_duration",
		".message_media_not_supported", ".tgme_widget_message_link_preview", ".tgme_widget_message_owner_name", ".tme_messages_more", ".tgme_channel_info_header_title",
		".counter_value", ".tgme_channel_info_description", ".tgme_header_counter",
	} {
		require.NotEmpty(t, realPaths(selector), selector)
		require.Equal(t, realPaths(selector), fakePaths(selector), selector)
	}
}

// paths gives a function from a selector to the places where its elements lie.
func paths(t *testing.T, page []byte) func(selector string) map[string]bool {
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(page))
	require.NoError(t, err)
	return func(selector string) map[string]bool {
		out := map[string]bool{}
		doc.Find(selector).Each(func(_ int, s *goquery.Selection) {
			var path []string
			for ; s.Length() > 0 && !s.Is("body"); s = s.Parent() {
				class, _, _ := strings.Cut(s.AttrOr("class", ""), " ")
				path = append(path, goquery.NodeName(s)+"."+class)
			}
			out[strings.Join(path, " < ")] = true
		})
		return out
	}
}
