package archive

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/crawler/source"
	"github.com/otklik/otklik/internal/fault"
)

// chat is one chat of Telegram Desktop's result.json: the whole file, or a
// member of chats.list where the whole account was exported.
type chat struct {
	name, kind string
	id         int64
	whole      bool // of an export of the whole account
}

// wants says why a chat is passed over; "" is none. What people write to each
// other is not collected: of a whole account only what everybody can read is
// taken in, of an export of one chat what belongs to no single person.
func (c chat) wants() string {
	switch c.kind {
	case "public_channel", "public_supergroup":
		return ""
	case "private_channel", "private_supergroup":
		if !c.whole {
			return ""
		}
	}
	return "messages of a chat that is not public (" + post.CutBytes(post.Clean(c.kind), 40) + ")"
}

// readDesktop walks through result.json. Messages come one by one; an album,
// which an export writes as several, is put together again.
func (f *File) readDesktop(ctx context.Context) error {
	d := &desktop{File: f, ctx: ctx, scan: scan{f.in}}
	found := false
	err := d.chat(&chat{}, func(key string) (bool, error) {
		switch key {
		case "chats", "left_chats":
			found = true
			return true, d.object(func(key string) error {
				if key != "list" {
					return d.over()
				}
				return d.list('[', ']', func() error { return d.chat(&chat{whole: true}, nil) })
			})
		case "messages":
			found = true
		}
		return false, nil
	})
	var s *syntax
	if errors.As(err, &s) {
		f.bad(f.in.line, nil, s.what)
		if f.in.broken != nil {
			return nil // Read says more
		}
		return fault.New(fault.Invalid, "%s is not whole: line %d: %s; what stands before it is taken in", f.in.name, f.in.line, s.what)
	}
	if err == nil && !found {
		return fault.New(fault.Invalid, "%s has neither messages nor chats: it is no result.json of Telegram Desktop", f.in.name)
	}
	return err
}

type desktop struct {
	*File
	scan
	ctx   context.Context
	album album
}

// chat reads one chat. other may take the value of a key first.
func (d *desktop) chat(c *chat, other func(key string) (bool, error)) error {
	return d.object(func(key string) error {
		if other != nil {
			if took, err := other(key); took || err != nil {
				return err
			}
		}
		switch key {
		case "messages":
			return d.messages(c)
		case "name", "type", "id":
		default:
			return d.over()
		}
		raw, err := d.value(maxKey)
		if err != nil {
			return err
		}
		var n number
		switch key {
		case "name":
			_ = json.Unmarshal(raw, &c.name) // null where the account is deleted
		case "type":
			_ = json.Unmarshal(raw, &c.kind)
		case "id":
			_ = json.Unmarshal(raw, &n)
			c.id = int64(n)
		}
		return nil
	})
}

func (d *desktop) messages(c *chat) error {
	if c.id == 0 {
		return d.wrong("messages of a chat with no id before them")
	}
	d.album = album{}
	why, decided := "", false
	err := d.list('[', ']', func() error {
		d.peek()
		line := d.in.line
		raw, err := d.value(MaxLine)
		if err == nil && !decided {
			if decided = c.settle(raw); decided {
				why, err = d.wants(c)
			}
		}
		switch {
		case errors.Is(err, errTooLong):
			d.bad(line, raw, "the message "+err.Error())
			return nil
		case err != nil:
			return err
		case why != "":
			d.sink.Skip(why)
			return nil
		}
		return d.message(c, line, raw)
	})
	if err := d.give(); err != nil {
		return err
	}
	return err
}

// Exports before 2021 add these to numbers, to tell the kinds apart.
const (
	oldUser    = 1 << 32
	oldChannel = 2 << 32
)

// settle finds out the chat's own number with the help of a message; ok is
// false where this one doesn't tell. A number may be as great as that of an
// old export by itself, but old exports have no date_unixtime.
func (c *chat) settle(raw []byte) (ok bool) {
	if c.id < oldChannel || c.id >= oldChannel+oldUser {
		return true
	}
	var m struct {
		Date     string `json:"date"`
		Unixtime number `json:"date_unixtime"`
	}
	if json.Unmarshal(raw, &m) != nil || m.Date == "" && m.Unixtime == 0 {
		return false
	}
	if m.Unixtime == 0 {
		c.id -= oldChannel
	}
	return true
}

// wants says why the messages of a chat are passed over.
func (d *desktop) wants(c *chat) (string, error) {
	why := c.wants()
	if why != "" || !c.whole {
		return why, nil
	}
	wanted, err := d.sink.Wanted(d.ctx, telegram+":"+post.TelegramOwner(c.id))
	if err != nil || wanted {
		return "", err
	}
	return "messages of a channel that is not among the sources (see --regions)", nil
}

func (d *desktop) message(c *chat, line int, raw []byte) error {
	m, it, why := parseMessage(c, decode(raw), d.Zone)
	if why != (verdict{}) {
		return d.outcome(d.ctx, line, raw, it, why)
	}
	if d.album.joins(m) {
		d.album.join(m, it, len(raw))
		return nil
	}
	if err := d.give(); err != nil {
		return err
	}
	d.album = album{first: m, last: m, item: it, line: line, size: len(raw), parts: 1}
	return nil
}

// give sends on the post that was waiting for the rest of its album.
func (d *desktop) give() error {
	a := d.album
	d.album = album{}
	if a.parts == 0 {
		return nil
	}
	return d.sink.Post(d.ctx, a.line, a.item, a.size)
}

// album is a post whose further pictures may follow. An export writes every
// picture of an album as a message, and nothing that says so; on the page, and
// so in the crawler, an album is one post with the id of its first. What
// follows at once, at the same second, from the same hand, with no second
// text, belongs to it.
type album struct {
	first, last *message
	item        source.Item
	line, size  int
	parts       int
}

const albumParts = 10 // Telegram's limit

func (a *album) joins(m *message) bool {
	if a.parts == 0 || a.parts >= albumParts {
		return false
	}
	f, l := a.first, a.last
	return m.ID == l.ID+1 && m.DateUnixtime == f.DateUnixtime && m.Date == f.Date && m.From == f.From && m.FromID == f.FromID &&
		m.ForwardedFrom == f.ForwardedFrom && m.album() != "" && m.album() == f.album() && (m.Text.plain() == "" || a.item.Post.Text == "")
}

func (a *album) join(m *message, it source.Item, size int) {
	p, q := &a.item.Post, it.Post
	if a.parts == 1 {
		p.Media[0].ID = fmt.Sprint(a.first.ID)
	}
	q.Media[0].ID = fmt.Sprint(m.ID)
	p.Media = append(p.Media, q.Media...)
	if p.Text == "" {
		p.Text, p.Links = q.Text, q.Links
	}
	p.Edited = p.Edited || q.Edited
	if p.Counters.Likes == nil {
		p.Counters.Likes = q.Counters.Likes
	}
	a.last, a.size, a.parts = m, a.size+size, a.parts+1
}

// cleanName is a name from an export, which writes null for a deleted account.
func cleanName(s string) string { return strings.TrimSpace(post.Clean(s)) }
