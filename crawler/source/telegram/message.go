package telegram

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/otklik/otklik/crawler/post"
)

// message is one block of a page.
type message struct {
	id        int64
	ids       []int64 // all numbers of the block: an album has several
	owner     string  // the channel's number; "" where data-view is missing
	name      string  // the channel's present name
	service   bool
	published time.Time
	raw       string
	reply     int64 // number of a message of the same channel, 0: none
	post      post.Post
	unknown   []string // classes of parts that are not known and hold text
}

// The reasons for which a block can't be read.
const (
	noNumber   = "block without a number"
	twoNumbers = "block with two numbers"
	noTime     = "message without a time"
	nothing    = "message with nothing in it"
)

// identity is what data-view holds: the channel, the message (for albums a
// string that ends in g) and what doesn't matter here.
type identity struct {
	C int64           `json:"c"`
	P json.RawMessage `json:"p"`
}

// parseIdentity reads data-view; owner is "" where it is not understood, id 0.
func parseIdentity(s string) (owner string, id int64) {
	s = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(s, "="))
	b, err := base64.RawStdEncoding.DecodeString(s)
	if err != nil {
		return "", 0
	}
	var v identity
	if json.Unmarshal(b, &v) != nil || v.C == 0 || v.C < -1e14 || v.C > 1e14 {
		return "", 0
	}
	p := strings.TrimSuffix(strings.Trim(string(v.P), `"`), "g")
	id, err = strconv.ParseInt(p, 10, 64)
	if err != nil || id < 0 {
		id = 0
	}
	return post.TelegramOwner(v.C), id
}

// parsePath reads "name/17", also at the end of an address; id is 0 where
// there is none.
func parsePath(s string) (name string, id int64) {
	u, err := url.Parse(s)
	if err != nil {
		return "", 0
	}
	dir, last := path.Split(strings.Trim(u.Path, "/"))
	id, err = strconv.ParseInt(last, 10, 64)
	if err != nil || id <= 0 {
		return "", 0
	}
	return path.Base(dir), id
}

// parseMessage reads a .tgme_widget_message; why says what it lacks.
func parseMessage(s *goquery.Selection) (m message, why string) {
	m.name, m.id = parsePath(s.AttrOr("data-post", ""))
	var id int64
	m.owner, id = parseIdentity(s.AttrOr("data-view", ""))
	switch {
	case m.id == 0:
		m.id = id
	case id != 0 && id != m.id:
		return m, twoNumbers
	}
	if m.id == 0 {
		return m, noNumber
	}
	m.ids = []int64{m.id}
	m.service = s.HasClass("service_message")
	bubble := s.Find(".tgme_widget_message_bubble").First()
	date := bubble.Find(".tgme_widget_message_date").First()
	m.raw = date.Find("time[datetime]").First().AttrOr("datetime", "")
	published, err := time.Parse(time.RFC3339, m.raw)
	if err != nil {
		return m, noTime
	}
	m.published = published
	if m.service {
		return m, ""
	}
	if m.post.URL = address(date); m.post.URL == "" {
		m.post.URL = DefaultBase + "/" + s.AttrOr("data-post", "")
	}
	m.post.Type = post.TypePost
	text := bubble.ChildrenFiltered(".tgme_widget_message_text")
	if text.Length() == 0 {
		text = bubble.ChildrenFiltered(".media_supported_cont").ChildrenFiltered(".tgme_widget_message_text")
	}
	m.post.Text, m.post.Links = plain(text.First()), links(text.First())
	m.media(bubble)
	m.rest(bubble)
	if m.post.Text == "" && len(m.post.Media) == 0 {
		return m, nothing
	}
	return m, ""
}

// rest reads what stands around the text.
func (m *message) rest(bubble *goquery.Selection) {
	if f := bubble.ChildrenFiltered(".tgme_widget_message_forwarded_from").Find(".tgme_widget_message_forwarded_from_name").First(); f.Length() > 0 {
		m.post.Forward = &post.Forward{Name: plain(f), URL: address(f)}
	}
	if name, id := parsePath(bubble.ChildrenFiltered("a.tgme_widget_message_reply").AttrOr("href", "")); strings.EqualFold(name, m.name) {
		m.reply = id
	}
	info := bubble.Find(".tgme_widget_message_info").First()
	m.post.Counters.Views = count(info.Find(".tgme_widget_message_views").First().Text())
	m.post.Counters.Likes = reactions(bubble)
	meta := strings.ToLower(own(info.Find(".tgme_widget_message_meta").First()))
	m.post.Edited = slices.ContainsFunc(strings.Fields(meta), func(w string) bool { return w == "edited" || w == "изменено" })
	bubble.Children().Each(func(_ int, c *goquery.Selection) {
		if class := c.AttrOr("class", ""); !known(c) && plain(c) != "" {
			m.unknown = append(m.unknown, post.CutBytes(class, 80))
		}
	})
}

// reactions sums what people feel; nil: nothing is shown.
func reactions(bubble *goquery.Selection) *post.Counter {
	var sum *post.Counter
	bubble.Find(".tgme_reaction").Each(func(_ int, r *goquery.Selection) {
		n := count(own(r))
		if n == nil {
			return
		}
		if sum == nil {
			sum = &post.Counter{Step: 1}
		}
		sum.Value, sum.Step = sum.Value+n.Value, max(sum.Step, n.Step)
	})
	return sum
}

// address gives an element's absolute http(s) address, "" if it has none.
func address(s *goquery.Selection) string {
	u, err := url.Parse(s.AttrOr("href", ""))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return ""
	}
	return u.String()
}

// media are read in the order in which they are shown.
func (m *message) media(bubble *goquery.Selection) {
	bubble.Find(mediaParts).Each(func(_ int, s *goquery.Selection) {
		if s.ParentsFiltered(".tgme_widget_message_reply, .tgme_widget_message_link_preview, "+players).Length() > 0 {
			return
		}
		x := m.medium(s)
		if name, id := parsePath(s.AttrOr("href", "")); id > 0 && strings.EqualFold(name, m.name) {
			x.ID = strconv.FormatInt(id, 10)
			if !slices.Contains(m.ids, id) {
				m.ids = append(m.ids, id)
			}
		} else {
			x.ID = strconv.FormatInt(m.id, 10)
		}
		m.post.Media = append(m.post.Media, x)
	})
}

// players are elements that hold others which say that a browser can't play.
const players = ".tgme_widget_message_video_player, .tgme_widget_message_roundvideo_player, .tgme_widget_message_voice_player"

const mediaParts = players + ", .tgme_widget_message_photo_wrap, .tgme_widget_message_document_wrap, .tgme_widget_message_poll, " +
	".tgme_widget_message_sticker_wrap, .tgme_widget_message_location_wrap, .tgme_widget_message_venue_wrap, " +
	".tgme_widget_message_contact_wrap, .tgme_widget_message_game, .tgme_widget_message_invoice_wrap, .message_media_not_supported_wrap"

func (m *message) medium(s *goquery.Selection) post.Media {
	in := func(class string) *goquery.Selection { return s.Find("." + class).First() }
	switch {
	case s.HasClass("tgme_widget_message_photo_wrap"):
		return post.Media{Kind: post.Photo, URL: background(s)}
	case s.HasClass("tgme_widget_message_video_player"):
		return post.Media{Kind: post.Video, URL: background(in("tgme_widget_message_video_thumb"))}
	case s.HasClass("tgme_widget_message_roundvideo_player"):
		return post.Media{Kind: post.Video, URL: background(in("tgme_widget_message_roundvideo_thumb"))}
	case s.HasClass("tgme_widget_message_voice_player"):
		return post.Media{Kind: post.Voice, URL: in("tgme_widget_message_voice").AttrOr("src", "")}
	case s.HasClass("tgme_widget_message_document_wrap"):
		x := post.Media{Kind: post.Document, Title: plain(in("tgme_widget_message_document_title"))}
		if in("tgme_widget_message_document_icon").HasClass("audio") {
			x.Kind = post.Audio
		}
		return x
	case s.HasClass("tgme_widget_message_poll"):
		// Percentages change by themselves, so they are left out.
		parts := []string{plain(in("tgme_widget_message_poll_question"))}
		s.Find(".tgme_widget_message_poll_option_text").Each(func(_ int, o *goquery.Selection) { parts = append(parts, plain(o)) })
		return post.Media{Kind: post.Poll, Title: strings.Join(parts, "\n")}
	case s.HasClass("tgme_widget_message_sticker_wrap"):
		return post.Media{Kind: post.Sticker, URL: background(s.Find("i").First())}
	case s.HasClass("tgme_widget_message_location_wrap"), s.HasClass("tgme_widget_message_venue_wrap"):
		x := post.Media{Kind: post.Location, URL: address(s), Title: plain(in("tgme_widget_message_venue_title"))}
		if u, err := url.Parse(x.URL); err == nil && x.Title == "" {
			x.Title = u.Query().Get("q")
		}
		return x
	}
	return post.Media{Kind: post.Unsupported}
}

// known tells whether a part of a bubble is one that is read, or that may be
// left out. What is not known and holds text may be where the text has gone.
func known(part *goquery.Selection) bool {
	if part.Is(mediaParts) {
		return true
	}
	for _, class := range []string{
		"tgme_widget_message_bubble_tail", "tgme_widget_message_bubble_logo", "tgme_widget_message_author", "tgme_widget_message_forwarded_from",
		"tgme_widget_message_via_bot", "tgme_widget_message_reply", "tgme_widget_message_text", "tgme_widget_message_link_preview",
		"tgme_widget_message_grouped_wrap", "tgme_widget_message_reactions", "tgme_widget_message_footer", "tgme_widget_message_link",
		"media_supported_cont",
	} {
		if part.HasClass(class) {
			return true
		}
	}
	return false
}
