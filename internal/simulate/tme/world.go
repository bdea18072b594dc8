// Package tme is the public web of Telegram in small: channels that it is told
// about, served over HTTP in the markup of the true pages, with their habits
// and their troubles. Adapters are tested against it, and the demonstration
// crawls it. Nothing in it is copied from anybody.
package tme

import (
	"cmp"
	"fmt"
	"html/template"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/simulate/trouble"
)

// Options of a Server.
type Options struct {
	Base string           // where links lead, "https://t.me" for example; "": the host that was asked
	Now  func() time.Time // nil: time.Now
	Keep int              // blocks of a channel that are kept, the newest; 0: all
}

// Server holds channels and serves them. Safe for concurrent use.
type Server struct {
	trouble.Maker
	base  string
	keep  int
	now   func() time.Time
	pages *template.Template

	mu       sync.Mutex
	channels map[string]*channel // by name, lower case
	breaks   Breakage
	asked    []string // paths with queries, the newest last
	tokens   int64    // of files, each good for one page only
}

// Access says who may look at a channel's pages.
type Access int

const (
	Open       Access = iota
	Restricted        // by Telegram: 18+, copyright
	NoPreview         // by its owner
)

type channel struct {
	Channel
	access Access
	noPrev bool
	blocks []*block // ascending
	last   int64
}

// block is a message, or an album: its remaining numbers, ascending.
type block struct {
	ids    []int64
	msg    Message
	linked bool // its text holds links
}

// New makes a server without channels.
func New(o Options) *Server {
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Server{
		base: strings.TrimSuffix(o.Base, "/"), keep: o.Keep, now: o.Now, channels: map[string]*channel{},
		pages: template.Must(template.ParseFS(pageFiles, "pages/*.html")),
	}
}

var nameForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{3,31}$`)

// AddChannel opens a channel.
func (s *Server) AddChannel(c Channel) error {
	if !nameForm.MatchString(c.Name) || c.Number <= 0 {
		return fault.New(fault.Invalid, "channel %q with the number %d can't be", c.Name, c.Number)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.channels[key(c.Name)] != nil {
		return fault.New(fault.Conflict, "channel %s is there already", c.Name)
	}
	ch := &channel{Channel: c}
	s.channels[key(c.Name)] = ch
	if !c.Bare {
		ch.append(1, Message{At: s.now(), Text: "Channel created", Service: true, Views: -1})
	}
	return nil
}

func key(name string) string { return strings.ToLower(name) }

// in calls f with a channel.
func (s *Server) in(name string, f func(*channel) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.channels[key(name)]
	if c == nil {
		return fault.New(fault.NotFound, "no channel %s", name)
	}
	return f(c)
}

func (c *channel) append(id int64, m Message) {
	b := &block{msg: m, ids: []int64{id}, linked: link.MatchString(m.Text)}
	if m.album() {
		for i := 1; i < len(m.Media); i++ {
			b.ids = append(b.ids, id+int64(i))
		}
	}
	c.blocks = append(c.blocks, b)
	c.last = b.ids[len(b.ids)-1]
}

// Post publishes a message and gives its number.
func (s *Server) Post(name string, m Message) (id int64, err error) {
	err = s.in(name, func(c *channel) error {
		id = m.ID
		if id == 0 {
			id = c.last + 1
		}
		if id <= c.last {
			return fault.New(fault.Conflict, "%s has message %d, which is not before %d", name, c.last, id)
		}
		if m.At.IsZero() {
			m.At = s.now()
		}
		m.Media = slices.Clone(m.Media)
		c.append(id, m)
		if n := len(c.blocks) - s.keep; s.keep > 0 && n > s.keep/10 { // not at every post
			c.blocks = slices.Clone(c.blocks[n:])
		}
		return nil
	})
	return id, err
}

// Edit gives a message another text.
func (s *Server) Edit(name string, id int64, text string) error {
	return s.change(name, id, func(m *Message) { m.Text, m.Rich, m.Edited = text, "", true })
}

// SetViews changes what a message shows of its views; negative: nothing.
func (s *Server) SetViews(name string, id, views int64) error {
	return s.change(name, id, func(m *Message) { m.Views = views })
}

// SetReactions changes the reactions to a message.
func (s *Server) SetReactions(name string, id int64, r ...Reaction) error {
	return s.change(name, id, func(m *Message) { m.Reactions = r })
}

func (s *Server) change(name string, id int64, f func(*Message)) error {
	return s.in(name, func(c *channel) error {
		b, _ := c.find(id)
		if b == nil {
			return fault.New(fault.NotFound, "no message %s/%d", name, id)
		}
		f(&b.msg)
		b.linked = link.MatchString(b.msg.Text)
		return nil
	})
}

// find gives the block of a message and which of its numbers it is.
func (c *channel) find(id int64) (*block, int) {
	at, _ := slices.BinarySearchFunc(c.blocks, id, func(b *block, id int64) int { return cmp.Compare(b.last(), id) })
	if at < len(c.blocks) {
		if i := slices.Index(c.blocks[at].ids, id); i >= 0 {
			return c.blocks[at], i
		}
	}
	return nil, 0
}

// Delete takes a message away without a trace; of an album, only the photo of
// this number.
func (s *Server) Delete(name string, id int64) error {
	return s.in(name, func(c *channel) error {
		b, i := c.find(id)
		if b == nil {
			return fault.New(fault.NotFound, "no message %s/%d", name, id)
		}
		if len(b.ids) == 1 {
			c.blocks = slices.DeleteFunc(c.blocks, func(x *block) bool { return x == b })
			return nil
		}
		b.ids = slices.Delete(b.ids, i, i+1)
		b.msg.Media = slices.Delete(b.msg.Media, i, i+1)
		return nil
	})
}

// SetAccess opens or closes a channel's pages.
func (s *Server) SetAccess(name string, a Access) error {
	return s.in(name, func(c *channel) error { c.access = a; return nil })
}

// Remove deletes a channel.
func (s *Server) Remove(name string) error {
	return s.in(name, func(c *channel) error { delete(s.channels, key(name)); return nil })
}

// Rename gives a channel another name; the old one is free for anybody.
func (s *Server) Rename(name, to string) error {
	return s.in(name, func(c *channel) error {
		if !nameForm.MatchString(to) || s.channels[key(to)] != nil {
			return fault.New(fault.Conflict, "the name %q can't be had", to)
		}
		delete(s.channels, key(name))
		c.Name = to
		s.channels[key(to)] = c
		return nil
	})
}

// Retitle gives a channel another title and text about itself.
func (s *Server) Retitle(name, title, about string) error {
	return s.in(name, func(c *channel) error { c.Title, c.About = title, about; return nil })
}

// HidePrev takes the links to older pages away, as Telegram does at times in
// the middle of a history.
func (s *Server) HidePrev(name string, hidden bool) error {
	return s.in(name, func(c *channel) error { c.noPrev = hidden; return nil })
}

// Messages gives the numbers of a channel's messages that are posts, ascending;
// of an album its first.
func (s *Server) Messages(name string) (ids []int64, err error) {
	err = s.in(name, func(c *channel) error {
		for _, b := range c.blocks {
			if !b.msg.Service {
				ids = append(ids, b.ids[0])
			}
		}
		return nil
	})
	return ids, err
}

// Channels gives the channels by name.
func (s *Server) Channels() []Channel {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Channel
	for _, k := range slices.Sorted(maps.Keys(s.channels)) {
		out = append(out, s.channels[k].Channel)
	}
	return out
}

// Asked gives the paths, with queries, that were asked for since the last
// call; of very many the newest.
func (s *Server) Asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.asked
	s.asked = nil
	return out
}

// maxAsked bounds what Asked remembers.
const maxAsked = 10_000

func (s *Server) remember(uri string) {
	if len(s.asked) >= maxAsked {
		s.asked = slices.Delete(s.asked, 0, maxAsked/2)
	}
	s.asked = append(s.asked, uri)
}

func (s *Server) token() string { s.tokens++; return fmt.Sprintf("t%08x", s.tokens*2654435761%(1<<32)) }
