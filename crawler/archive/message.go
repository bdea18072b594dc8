package archive

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/crawler/source"
)

// message is one message of Telegram Desktop's export, as far as it is used.
// Numbers stand there with and without quotes, depending on the version.
type message struct {
	ID               number     `json:"id"`
	Type             string     `json:"type"`
	Date             string     `json:"date"`          // in the zone of the computer that exported
	DateUnixtime     number     `json:"date_unixtime"` // since 2021
	Edited           string     `json:"edited"`
	From             string     `json:"from"`
	FromID           peer       `json:"from_id"`
	Author           string     `json:"author"` // a signature
	ForwardedFrom    string     `json:"forwarded_from"`
	ReplyTo          number     `json:"reply_to_message_id"`
	ReplyToPeer      peer       `json:"reply_to_peer_id"`
	Text             rich       `json:"text"`
	Entities         rich       `json:"text_entities"`
	Photo            string     `json:"photo"`
	File             string     `json:"file"`
	FileName         string     `json:"file_name"`
	MediaType        string     `json:"media_type"`
	Title            string     `json:"title"`     // of music
	Performer        string     `json:"performer"` //
	Poll             *poll      `json:"poll"`
	Location         *any       `json:"location_information"`
	Place            string     `json:"place_name"`
	Contact          *any       `json:"contact_information"`
	Game             string     `json:"game_title"`
	Invoice          *any       `json:"invoice_information"`
	Paid             *any       `json:"paid_media"`
	Giveaway         *any       `json:"giveaway_information"`
	Reactions        []reaction `json:"reactions"`
	SelfDestructTime *any       `json:"self_destruct_period_seconds"`
}

type poll struct {
	Question rich `json:"question"`
	Answers  []struct {
		Text rich `json:"text"`
	} `json:"answers"`
}

type reaction struct {
	Count int64 `json:"count"`
}

// number is 5 or "5".
type number int64

func (n *number) UnmarshalJSON(b []byte) error {
	s := string(bytes.Trim(b, `"`))
	if s == "" || s == "null" {
		return nil
	}
	v, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return fmt.Errorf("%.40s is not a whole number", b)
	}
	*n = number(v)
	return nil
}

// peer is "channel1084368520" or "user1". Exports before 2021 write a number,
// which is brought into this form.
type peer string

func (p *peer) UnmarshalJSON(b []byte) error {
	s := string(bytes.Trim(b, `"`))
	n, err := strconv.ParseInt(s, 10, 64)
	switch {
	case s == "null":
		return nil
	case err != nil:
		*p = peer(s)
	case n >= oldChannel && n < oldChannel+oldUser:
		*p = peer(fmt.Sprint("channel", n-oldChannel))
	case n >= oldUser && n < oldChannel:
		*p = peer(fmt.Sprint("user", n-oldUser))
	default:
		*p = peer(fmt.Sprint("user", n))
	}
	return nil
}

// rich is a text: a string, or an array of strings and {type, text, href}.
type rich []span

type span struct {
	Type string `json:"type"`
	Text string `json:"text"`
	Href string `json:"href"`
}

func (r *rich) UnmarshalJSON(b []byte) error {
	b = bytes.TrimSpace(b)
	if bytes.Equal(b, []byte("null")) {
		return nil
	}
	if len(b) > 0 && b[0] == '"' {
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*r = rich{{Text: s}}
		return nil
	}
	var parts []json.RawMessage
	if err := json.Unmarshal(b, &parts); err != nil {
		return errors.New("a text is neither a string nor a list")
	}
	out := make(rich, len(parts))
	for i, p := range parts {
		to := any(&out[i])
		if p[0] == '"' {
			to = &out[i].Text
		}
		if json.Unmarshal(p, to) != nil {
			return errors.New("a part of a text is neither a string nor an object with type and text")
		}
	}
	*r = out
	return nil
}

func (r rich) plain() string {
	var b strings.Builder
	for _, s := range r {
		b.WriteString(s.Text)
	}
	return b.String()
}

// links gives the addresses of a text, in order.
func (r rich) links() (out []string) {
	for _, s := range r {
		a := ""
		switch s.Type {
		case "link":
			a = strings.TrimSpace(s.Text)
			if !strings.Contains(a, "://") {
				a = "http://" + a // as the page has it
			}
		case "text_link":
			a = strings.TrimSpace(s.Href)
		}
		if u, err := url.Parse(a); err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https") {
			out = append(out, a)
		}
	}
	return out
}

// album says with what a message can share an album; "" is with nothing.
func (m *message) album() string {
	switch {
	case m.Photo != "", m.MediaType == "video_file":
		return "pictures"
	case m.MediaType == "audio_file":
		return "music"
	case m.MediaType == "" && m.File != "":
		return "files"
	}
	return ""
}

// parseMessage makes a post of one message of a chat.
func parseMessage(c *chat, s string, zone *time.Location) (m *message, it source.Item, why verdict) {
	m = &message{}
	if err := json.Unmarshal([]byte(s), m); err != nil {
		return m, it, verdict{bad: "not a message of Telegram Desktop: " + jsonReason(err)}
	}
	switch {
	case m.Type == "":
		return m, it, verdict{bad: "not a message of Telegram Desktop: it has no type"}
	case m.Type == "service":
		return m, it, verdict{skip: "service message"}
	case m.Type != "message":
		return m, it, verdict{skip: "message of a kind that the exporting Telegram did not know"}
	case m.ID < 0:
		return m, it, verdict{skip: "message from before the group became a supergroup"}
	}
	owner := post.TelegramOwner(c.id)
	var err error
	if it.ID, err = post.NewID(telegram, owner, strconv.FormatInt(int64(m.ID), 10)); err != nil || m.ID == 0 {
		return m, it, verdict{bad: fmt.Sprintf("id %d is not the number of a message", m.ID)}
	}
	it.PublishedRaw = m.Date
	if m.DateUnixtime > 0 {
		it.Published = time.Unix(int64(m.DateUnixtime), 0).UTC()
	} else if it.Published, err = time.ParseInLocation("2006-01-02T15:04:05", m.Date, zone); err != nil {
		return m, it, verdict{bad: fmt.Sprintf("date %.40q is not a time", m.Date)}
	}
	it.Published = it.Published.UTC()
	m.fill(c, owner, &it.Post)
	if it.Post.Text == "" && len(it.Post.Media) == 0 {
		return m, it, verdict{skip: "empty message"}
	}
	return m, it, verdict{}
}

func (m *message) fill(c *chat, owner string, p *post.Post) {
	p.Channel, p.Edited, p.Media = cleanName(c.name), m.Edited != "", m.media()
	if strings.HasSuffix(c.kind, "supergroup") {
		p.Type = post.TypeMessage
	}
	p.Text = m.Text.plain()
	if p.Text == "" {
		p.Text = m.Entities.plain()
	}
	if m.Poll != nil && p.Text == "" {
		p.Text = m.Poll.text()
	}
	if p.Links = m.Text.links(); len(p.Links) == 0 {
		p.Links = m.Entities.links()
	}
	p.Author = m.author(owner)
	if m.ForwardedFrom != "" {
		p.Forward = &post.Forward{Name: m.ForwardedFrom}
	}
	if own := m.ReplyToPeer == "" || m.ReplyToPeer == peer("channel"+owner); own && m.ReplyTo > 0 {
		p.ReplyTo, _ = post.NewID(telegram, owner, strconv.FormatInt(int64(m.ReplyTo), 10))
	}
	var likes int64
	for _, r := range m.Reactions {
		likes += max(0, r.Count)
	}
	if likes > 0 {
		p.Counters.Likes = &post.Counter{Value: likes, Step: 1}
	}
}

// author is who wrote a message; nil is the channel itself. Another channel
// keeps its name, a person is made a pseudonym by the ledger.
func (m *message) author(owner string) *post.Author {
	from := string(m.FromID)
	if n, ok := strings.CutPrefix(from, "channel"); ok {
		if from, _ = strings.CutPrefix(n, "-100"); from != owner {
			return &post.Author{ID: from, Name: m.From}
		}
	} else if from != "" && from != owner {
		return &post.Author{ID: strings.TrimPrefix(from, "user"), Name: m.From, Person: true}
	}
	if m.Author != "" {
		return &post.Author{ID: m.Author, Name: m.Author, Person: true}
	}
	return nil
}

func (p *poll) text() string {
	lines := []string{p.Question.plain()}
	for _, a := range p.Answers {
		lines = append(lines, a.Text.plain())
	}
	return strings.Join(lines, "\n")
}

// media gives the one attachment of a message. Its files lie beside the
// export and are not taken in.
func (m *message) media() []post.Media {
	one := func(k post.MediaKind, title string) []post.Media { return []post.Media{{Kind: k, Title: title}} }
	switch m.MediaType {
	case "sticker":
		return one(post.Sticker, "")
	case "voice_message":
		return one(post.Voice, "")
	case "video_message", "video_file", "animation":
		return one(post.Video, "")
	case "audio_file":
		return one(post.Audio, strings.Trim(m.Performer+" — "+m.Title, " —"))
	case "":
	default:
		return one(post.Unsupported, "")
	}
	switch {
	case m.Photo != "":
		return one(post.Photo, "")
	case m.File != "":
		return one(post.Document, m.FileName)
	case m.Poll != nil:
		return one(post.Poll, m.Poll.Question.plain())
	case m.Location != nil:
		return one(post.Location, m.Place)
	case m.Contact != nil, m.Game != "", m.Invoice != nil, m.Paid != nil, m.Giveaway != nil, m.SelfDestructTime != nil:
		return one(post.Unsupported, "")
	}
	return nil
}
