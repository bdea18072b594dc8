package tme

import (
	"bytes"
	"embed"
	"encoding/base64"
	"fmt"
	"hash/fnv"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/otklik/otklik/crawler/post"
)

//go:embed pages
var pageFiles embed.FS

// pageSize is how many messages a page has, photos of albums counted.
const pageSize = 20

// ServeHTTP answers as t.me does: /s/{channel}, /{channel}, /{channel}/{id}.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.remember(r.URL.RequestURI())
	if s.Make(w) != 0 {
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	base := s.base
	if base == "" {
		base = "http://" + r.Host
	}
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	switch {
	case parts[0] == "s" && len(parts) == 2:
		s.history(w, r, base, parts[1])
	case parts[0] == "file":
		picture(w)
	case len(parts) == 1 && nameForm.MatchString(parts[0]):
		s.landing(w, base, parts[0])
	case len(parts) == 2 && nameForm.MatchString(parts[0]):
		s.message(w, r, base, parts[0], parts[1])
	default:
		http.Redirect(w, r, "https://telegram.org/", http.StatusFound)
	}
}

// write answers with a page. An error of a template is a defect of the build.
func (s *Server) write(w http.ResponseWriter, name string, data any) {
	var b bytes.Buffer
	if err := s.pages.ExecuteTemplate(&b, name, data); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte(s.breaks.spoil(b.String())))
}

// history answers /s/{channel}; what can't be shown is sent to /{channel}.
func (s *Server) history(w http.ResponseWriter, r *http.Request, base, name string) {
	c := s.channels[key(name)]
	if c == nil || c.access != Open {
		http.Redirect(w, r, "/"+name, http.StatusFound)
		return
	}
	number := func(key string) int64 { n, _ := strconv.ParseInt(r.URL.Query().Get(key), 10, 64); return n }
	blocks := c.blocks
	query := r.URL.Query().Get("q")
	if query != "" {
		blocks = matching(blocks, query)
	}
	shown, older, newer := window(blocks, number("before"), number("after"))
	data := struct {
		Channel            Channel
		Base, Query        string
		About, Subscribers any
		Counters           []counter
		Prev, Next         int64
		Blocks             []view
	}{Channel: c.Channel, Base: base, Query: query, About: render(base, c.About, false), Subscribers: Short(c.Channel.Subscribers), Counters: c.counters()}
	for _, b := range shown {
		data.Blocks = append(data.Blocks, s.view(c, b, base))
	}
	if older && !c.noPrev {
		data.Prev = shown[0].ids[0]
	}
	if newer && !c.noPrev {
		data.Next = shown[len(shown)-1].last()
	}
	s.write(w, "history", data)
}

func (b *block) last() int64 { return b.ids[len(b.ids)-1] }

func matching(blocks []*block, query string) (out []*block) {
	for _, b := range blocks {
		if strings.Contains(strings.ToLower(b.msg.Text+string(b.msg.Rich)), strings.ToLower(query)) {
			out = append(out, b)
		}
	}
	return out
}

// window gives the blocks of a page: the newest, those before a number
// (exclusive), or those after one, ascending, and whether there are others on
// either side.
func window(blocks []*block, before, after int64) (shown []*block, older, newer bool) {
	if after > 0 && before <= 0 {
		from := slices.IndexFunc(blocks, func(b *block) bool { return b.ids[0] > after })
		if from < 0 {
			return nil, false, false
		}
		to := from
		for n := 0; to < len(blocks) && n < pageSize; to++ {
			n += len(blocks[to].ids)
		}
		return blocks[from:to], from > 0, to < len(blocks)
	}
	to := len(blocks)
	if before > 0 {
		for to > 0 && blocks[to-1].ids[0] >= before {
			to--
		}
	}
	from := to
	for n := 0; from > 0 && n < pageSize; from-- {
		n += len(blocks[from-1].ids)
	}
	if from == to {
		return nil, false, false
	}
	return blocks[from:to], from > 0, to < len(blocks)
}

type counter struct{ Value, Type string }

func (c *channel) counters() []counter {
	n := map[string]int64{}
	for _, b := range c.blocks {
		for _, m := range b.msg.Media {
			n[string(m.Kind)]++
		}
		if b.linked {
			n["link"]++
		}
	}
	out := []counter{{Short(c.Channel.Subscribers), "subscribers"}}
	for _, k := range []string{"photo", "video", "file", "link"} {
		if n[k] > 0 {
			out = append(out, counter{Short(n[k]), k + "s"})
		}
	}
	return out
}

// landing answers /{channel}, where nothing of the posts is shown.
func (s *Server) landing(w http.ResponseWriter, base, name string) {
	data := struct {
		Name    string
		Channel *Channel
		About   template.HTML
		Preview bool
	}{Name: name}
	if c := s.channels[key(name)]; c != nil {
		data.Name, data.Channel, data.About, data.Preview = c.Name, &c.Channel, render(base, c.About, false), c.access == Open
	}
	s.write(w, "landing", data)
}

// message answers /{channel}/{id}: with embed=1 the message alone.
func (s *Server) message(w http.ResponseWriter, r *http.Request, base, name, id string) {
	if r.URL.Query().Get("embed") != "1" {
		s.landing(w, base, name)
		return
	}
	data := struct {
		Block *view
		Error template.HTML
	}{Error: "Post not found"}
	c := s.channels[key(name)]
	switch {
	case c == nil:
		data.Error = template.HTML("Channel with username <b>@" + template.HTMLEscapeString(name) + "</b> not found")
	case c.access != Open:
		data.Error = "Please open Telegram to view this post"
	default:
		n, _ := strconv.ParseInt(id, 10, 64)
		if b, _ := c.find(n); b != nil {
			v := s.view(c, b, base)
			data.Block = &v
		}
	}
	s.write(w, "embed", data)
}

// view is a message as its template wants it.
type view struct {
	Message
	Base, Name, Title, Letter, View, URL, Time, Clock, Views, Voters string
	ID                                                               int64
	Text                                                             template.HTML
	Album                                                            bool
	Media                                                            []medium
	Reply                                                            *reply
	Poll                                                             *poll
	Reactions                                                        []reaction
}

type medium struct {
	Kind, URL, Title, File string
	Picture                template.CSS
	Grouped                bool
}

type reply struct {
	URL, Author string
	Thumb       template.CSS
	Text        template.HTML
}

type poll struct {
	Question string
	Options  []option
}

type option struct {
	Text    string
	Percent int
}

type reaction struct{ Emoji, Count string }

func (s *Server) view(c *channel, b *block, base string) view {
	m, id := b.msg, b.ids[0]
	v := view{
		Message: m, Base: base, Name: c.Name, Title: c.Title, Letter: c.Letter(), ID: id, Album: len(b.ids) > 1,
		URL: fmt.Sprintf("%s/%s/%d", base, c.Name, id), Time: m.At.UTC().Format("2006-01-02T15:04:05-07:00"), Clock: m.At.UTC().Format("15:04"),
		View: identity(c.Number, id, len(b.ids) > 1, s.now()), Text: m.Rich,
	}
	if v.Text == "" {
		v.Text = render(base, m.Text, m.Custom)
	}
	if m.Views >= 0 && !m.Service {
		v.Views = Short(m.Views)
	}
	for i, x := range m.Media {
		v.Media = append(v.Media, s.medium(v, b, i, x))
	}
	for _, r := range m.Reactions {
		v.Reactions = append(v.Reactions, reaction{r.Emoji, Short(r.Count)})
	}
	if p := m.Poll; p != nil {
		v.Poll, v.Voters = &poll{Question: p.Question}, Short(p.Voters)
		for i, o := range p.Options {
			v.Poll.Options = append(v.Poll.Options, option{o, 100 / len(p.Options) * (i%2 + 1) / 2})
		}
	}
	if to, _ := c.find(m.ReplyTo); to != nil {
		v.Reply = &reply{URL: fmt.Sprintf("%s/%s/%d", base, c.Name, m.ReplyTo), Author: c.Title, Text: render(base, to.msg.Text, false)}
		if len(to.msg.Media) > 0 {
			v.Reply.Thumb = background(fmt.Sprintf("%s/file/reply%d.jpg", base, m.ReplyTo))
		}
	}
	return v
}

func (s *Server) medium(v view, b *block, i int, x Media) medium {
	m := medium{Kind: string(x.Kind), URL: v.URL, Title: x.Title, Grouped: v.Album}
	id := b.ids[0]
	if v.Album {
		id = b.ids[i]
		m.URL = fmt.Sprintf("%s/%s/%d?single", v.Base, v.Name, id)
	}
	if x.Kind == post.Video && x.Round {
		m.Kind = "round"
	}
	m.Picture = background(fmt.Sprintf("%s/file/%s%d.jpg", v.Base, m.Kind, id))
	m.File = fmt.Sprintf("%s/file/%s%d.bin?token=%s", v.Base, m.Kind, id, s.token())
	return m
}

func background(address string) template.CSS {
	return template.CSS("width:800px;background-image:url('" + address + "')")
}

// identity writes data-view: the channel's number, the message's, which for
// albums is a string that ends in g, the time of the page and a hash.
func identity(channel, id int64, album bool, now time.Time) string {
	p := strconv.FormatInt(id, 10)
	if album {
		p = strconv.Quote(p + "g")
	}
	h := fnv.New64a()
	fmt.Fprint(h, channel, id, now.Unix())
	return base64.RawStdEncoding.EncodeToString(fmt.Appendf(nil, `{"c":-%d,"p":%s,"t":%d,"h":"%016x"}`, channel, p, now.Unix(), h.Sum64()))
}

// picture answers for every file: one grey point.
func picture(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "image/gif")
	_, _ = w.Write([]byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x80\x80\x80\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"))
}
