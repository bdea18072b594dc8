package tme

import (
	"fmt"
	"html"
	"html/template"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/otklik/otklik/crawler/post"
)

// Channel is what a channel says of itself.
type Channel struct {
	Name        string // user name: a to z, digits, _; an alias
	Number      int64  // the immutable number, without -100
	Title       string
	About       string // plain text
	Subscribers int64
	Bare        bool // without the "Channel created" that every true channel begins with
}

// Letter stands for a picture.
func (c Channel) Letter() string {
	for _, r := range c.Title {
		return string(r)
	}
	return ""
}

// Message is one message of a channel, or an album.
type Message struct {
	ID     int64         // 0: the next; else greater than any before
	At     time.Time     // zero: now
	Text   string        // plain; addresses, @names and #tags become links, emoji pictures
	Rich   template.HTML // instead of Text: as Telegram would write it
	Custom bool          // emoji of Text are custom ones
	// Media: two or more photos and videos are an album, and each takes a
	// number of its own; the first is the message's.
	Media     []Media
	Poll      *Poll
	Forward   *Forward
	ReplyTo   int64 // number of a message of this channel; 0: no reply
	Reactions []Reaction
	Views     int64  // negative: not shown
	Preview   string // address of a page whose preview is shown
	Author    string // signature
	Edited    bool
	Service   bool // "Channel created", "photo changed": not a post
}

// Media is one attachment. Title is a document's name or a location's
// "latitude,longitude". A Video with Round is a round one.
type Media struct {
	Kind  post.MediaKind
	Title string
	Round bool
}

// Poll is an anonymous poll.
type Poll struct {
	Question string
	Options  []string
	Voters   int64
}

// Forward is where a message was forwarded from; without URL it is hidden.
type Forward struct{ Name, URL string }

// Reaction is one kind of reaction and how many there are.
type Reaction struct {
	Emoji string
	Count int64
}

func (m *Message) album() bool {
	if len(m.Media) < 2 {
		return false
	}
	for _, x := range m.Media {
		if x.Kind != post.Photo && x.Kind != post.Video {
			return false
		}
	}
	return true
}

var link = regexp.MustCompile(`https?://[^\s<>"]+|@[A-Za-z][A-Za-z0-9_]{3,31}|#[\p{L}\p{N}_]+`)

// render writes a text as Telegram does: <br/> for newlines, links, emoji as
// pictures with the character inside. The & of an address is escaped twice.
func render(base, text string, custom bool) template.HTML {
	var b strings.Builder
	plain := func(s string) {
		for _, r := range s {
			switch {
			case r == '\n':
				b.WriteString("<br/>")
			case emoji(r):
				picture := fmt.Sprintf(`<i class="emoji" style="background-image:url('//telegram.org/img/emoji/40/%X.png')"><b>%c</b></i>`, string(r), r)
				if custom {
					picture = fmt.Sprintf(`<tg-emoji emoji-id="%d">%s</tg-emoji>`, 5_368_000_000_000_000_000+int64(r), picture)
				}
				b.WriteString(picture)
			default:
				b.WriteString(html.EscapeString(string(r)))
			}
		}
	}
	at := 0
	for _, m := range link.FindAllStringIndex(text, -1) {
		plain(text[at:m[0]])
		s := text[m[0]:m[1]]
		at = m[1]
		shown := html.EscapeString(s)
		switch s[0] {
		case '@':
			fmt.Fprintf(&b, `<a href="%s/%s" target="_blank">%s</a>`, base, s[1:], shown)
		case '#':
			fmt.Fprintf(&b, `<a href="?q=%s">%s</a>`, template.URLQueryEscaper(s), shown)
		default:
			fmt.Fprintf(&b, `<a href="%s" target="_blank" rel="noopener" onclick="return confirm('Open this link?\n\n'+this.href);">%s</a>`, html.EscapeString(shown), shown)
		}
	}
	plain(text[at:])
	return template.HTML(b.String())
}

func emoji(r rune) bool { return r >= 0x1F300 && r <= 0x1FAFF || r >= 0x2600 && r <= 0x27BF }

// Short writes a number as Telegram shows it: 999, 1.1K, 4.85K, 29.0K, 214.4K,
// 1.5M. Digits are cut, not rounded.
func Short(n int64) string {
	cut := func(unit int64, digits int, letter string) string {
		scale := int64(1)
		for range digits {
			scale *= 10
		}
		v := n * scale / unit
		s := strconv.FormatInt(v/scale, 10)
		if digits > 0 {
			s += "." + fmt.Sprintf("%0*d", digits, v%scale)
		}
		return s + letter
	}
	switch {
	case n < 1000:
		return strconv.FormatInt(n, 10)
	case n < 10_000:
		return strings.TrimRight(strings.TrimRight(cut(1000, 2, ""), "0"), ".") + "K"
	case n < 1_000_000:
		return cut(1000, 1, "K")
	case n < 10_000_000:
		return cut(1_000_000, 1, "M")
	}
	return cut(1_000_000, 0, "M")
}
