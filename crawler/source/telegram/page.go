package telegram

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/PuerkitoBio/goquery"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/crawler/source"
)

// page is one page of a channel's history, understood.
type page struct {
	owner   string // the channel's number; "" on a page without messages
	name    string // its present name
	info    source.Info
	items   []source.Item  // ascending; no service messages
	ids     map[int64]bool // of all blocks, also of service messages and photos of albums
	skipped map[string]int
	end     bool  // says that there are no messages
	min     int64 // smallest and
	max     int64 // greatest number on the page
}

func notUnderstood(format string, args ...any) *source.State {
	return &source.State{Health: source.NotUnderstood, Detail: fmt.Sprintf(format, args...)}
}

// maxBlocks bounds the work on a page.
const maxBlocks = 500

// network is the first part of ids.
const network = "telegram"

// parsePage reads the UTF-8 of a page that was asked for as /s/{channel}. Every error is a
// *source.State: a page without posts that doesn't say "no posts" is never
// taken for an empty one.
func parsePage(body string) (*page, error) {
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(body))
	if err != nil {
		return nil, notUnderstood("the page is not HTML: %v", err)
	}
	history := doc.Find("section.tgme_channel_history").First()
	if history.Length() == 0 {
		return nil, parseLanding(doc)
	}
	p := &page{info: parseInfo(doc), ids: map[int64]bool{}, skipped: map[string]int{}}
	var found []message
	total, lost := 0, 0
	wraps := history.Find(".tgme_widget_message_wrap")
	if wraps.Length() > maxBlocks {
		return nil, notUnderstood("the page holds %d messages; 20 are usual", wraps.Length())
	}
	wraps.EachWithBreak(func(_ int, wrap *goquery.Selection) bool {
		if wrap.Find(".tme_no_messages_found").Length() > 0 {
			return true
		}
		total++
		m, why := parseMessage(wrap.Find(".tgme_widget_message").First())
		for _, id := range m.ids {
			p.see(id)
		}
		if m.owner != "" {
			if p.owner != "" && p.owner != m.owner {
				err = notUnderstood("the page shows messages of two channels, %s and %s", p.owner, m.owner)
			}
			p.owner = m.owner
		}
		switch {
		case why != "":
			lost++
			p.skipped[why]++
		case !m.service:
			found = append(found, m)
		}
		return err == nil
	})
	switch {
	case err != nil:
		return nil, err
	case total == 0 && history.Find(".tme_no_messages_found").Length() > 0:
		p.end = true
		return p, nil
	case total == 0:
		return nil, notUnderstood("the history holds neither messages nor the word that there are none")
	case 2*lost > total:
		return nil, notUnderstood("%d of %d messages could not be read: %s", lost, total, counts(p.skipped))
	case p.owner == "":
		return nil, notUnderstood("no message says its channel's number (data-view)")
	case textGone(found):
		return nil, notUnderstood("no message has a text, but parts that are not known: %s", strings.Join(found[0].unknown, ", "))
	}
	return p, p.take(found)
}

func (p *page) see(id int64) {
	p.ids[id] = true
	if p.min == 0 || id < p.min {
		p.min = id
	}
	p.max = max(p.max, id)
}

// textGone tells whether the text seems to have moved to another element:
// nobody has any, and most have something with text that is not known.
func textGone(found []message) bool {
	strange := 0
	for _, m := range found {
		if m.post.Text != "" {
			return false
		}
		if len(m.unknown) > 0 {
			strange++
		}
	}
	return strange > 0 && 2*strange >= len(found)
}

func counts(skipped map[string]int) string {
	var out []string
	for why, n := range skipped {
		out = append(out, fmt.Sprintf("%s (%d)", why, n))
	}
	return strings.Join(out, ", ")
}

// take makes items of messages.
func (p *page) take(found []message) error {
	seen := map[int64]bool{}
	for _, m := range found {
		if seen[m.id] {
			continue
		}
		seen[m.id] = true
		it, err := m.item(p.owner, p.info.Title)
		if err != nil {
			return notUnderstood("%v", err)
		}
		p.name = m.name
		for _, class := range m.unknown {
			p.skipped["part of a message that is not known: "+class]++
		}
		p.items = append(p.items, it)
	}
	return nil
}

// item makes an item of a message of a channel.
func (m *message) item(owner, title string) (it source.Item, err error) {
	it = source.Item{Published: m.published, PublishedRaw: m.raw, Post: m.post}
	if it.ID, err = post.NewID(network, owner, strconv.FormatInt(m.id, 10)); err != nil {
		return it, err
	}
	it.Post.Channel = title
	if m.reply > 0 {
		it.Post.ReplyTo, err = post.NewID(network, owner, strconv.FormatInt(m.reply, 10))
	}
	return it, err
}

// parseLanding says what a page that is not a history means: such pages are
// what t.me/s/name is redirected to where there is nothing to show.
func parseLanding(doc *goquery.Document) error {
	switch card := doc.Find(".tgme_page").First(); {
	case card.Length() == 0:
		return notUnderstood("the page is neither a channel's history nor its card (title %.80q)", plain(doc.Find("title").First()))
	case plain(card.Find(".tgme_page_title").First()) != "":
		return &source.State{Health: source.Blocked, Detail: fmt.Sprintf("%q shows no posts on the web: restricted, preview switched off, or not a channel", plain(card.Find(".tgme_page_title").First()))}
	}
	return &source.State{Health: source.Gone, Detail: "there is no channel of this name"}
}

// parseInfo reads the header.
func parseInfo(doc *goquery.Document) source.Info {
	first := func(selectors ...string) string {
		for _, s := range selectors {
			if t := plain(doc.Find(s).First()); t != "" {
				return t
			}
		}
		return ""
	}
	info := source.Info{
		Title:       post.CutBytes(post.Clean(first(".tgme_channel_info_header_title", ".tgme_header_title")), post.MaxName),
		Description: post.CutBytes(post.Clean(first(".tgme_channel_info_description")), post.MaxTitle),
	}
	doc.Find(".tgme_channel_info_counter").Each(func(_ int, c *goquery.Selection) {
		if strings.HasPrefix(plain(c.Find(".counter_type")), "subscriber") {
			info.Subscribers = count(plain(c.Find(".counter_value")))
		}
	})
	if n, ok := strings.CutSuffix(strings.TrimSuffix(first(".tgme_header_counter"), "s"), " subscriber"); ok && info.Subscribers == nil {
		info.Subscribers = count(n)
	}
	return info
}

// parseEmbed reads the page of one message. Gone: the page says that it isn't
// there, which it also says where the channel isn't.
func parseEmbed(body string) (m message, gone bool, err error) {
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(body))
	if err != nil {
		return m, false, notUnderstood("the page is not HTML: %v", err)
	}
	if doc.Find(".tgme_widget_message_error").Length() > 0 {
		return m, true, nil
	}
	s := doc.Find(".tgme_widget_message").First()
	if s.Length() == 0 {
		return m, false, notUnderstood("the page of a message holds neither it nor an error")
	}
	m, why := parseMessage(s)
	switch {
	case why != "":
		return m, false, notUnderstood("the page of a message: %s", why)
	case m.owner == "":
		return m, false, notUnderstood("the page of a message does not say its channel's number (data-view)")
	case textGone([]message{m}):
		return m, false, notUnderstood("the message has no text, but parts that are not known: %s", strings.Join(m.unknown, ", "))
	}
	m.post.Channel = plain(s.Find(".tgme_widget_message_owner_name").First())
	return m, false, nil
}
