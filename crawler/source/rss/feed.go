package rss

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/PuerkitoBio/goquery"
	"github.com/mmcdole/gofeed"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/crawler/source"
)

// feed is a feed, understood.
type feed struct {
	owner   string
	base    *url.URL // that relative addresses are relative to
	info    source.Info
	raw     []*gofeed.Item
	names   []name // of the items, after items was called
	skipped map[string]int
}

const (
	maxItems = 1000 // of a feed; the first are the newest

	// A feed without articles is small; a larger one has them in a form that
	// is not known.
	maxEmpty = 4 << 10
)

// parse reads a feed that was found at an address. The error says what was
// found instead.
func parse(text, owner, address string) (f *feed, err error) {
	defer func() {
		if p := recover(); p != nil { // whatever a feed holds, it costs itself only
			f, err = nil, fmt.Errorf("the parser failed: %v", p)
		}
	}()
	raw, err := gofeed.NewParser().Parse(strings.NewReader(legal(text)))
	if err != nil {
		return nil, what(text, err)
	}
	switch {
	case raw.FeedType == "json" && !strings.Contains(raw.FeedVersion, "jsonfeed.org"):
		return nil, errors.New("JSON that does not say that it is a JSON Feed")
	case len(raw.Items) == 0 && raw.Title == "" && raw.Link == "":
		return nil, errors.New("neither a title nor an article")
	case len(raw.Items) == 0 && len(text) > maxEmpty:
		return nil, fmt.Errorf("%d KiB without an article in a form that is known", len(text)>>10)
	}
	f = &feed{owner: owner, raw: raw.Items, skipped: map[string]int{}}
	if f.base, err = url.Parse(address); err != nil {
		return nil, err
	}
	if n := len(f.raw) - maxItems; n > 0 {
		f.raw = f.raw[:maxItems]
		f.skipped["article beyond the first 1000"] = n
	}
	f.info = source.Info{Source: network + ":" + owner, Title: line(raw.Title), Address: address, Description: line(raw.Description)}
	if f.info.Title == "" {
		f.info.Title = owner
	}
	return f, nil
}

// what says what stands where a feed should.
func what(text string, err error) error {
	head := strings.ToLower(strings.TrimSpace(text[:min(len(text), 1<<10)]))
	switch {
	case head == "":
		return errors.New("the answer is empty")
	case !strings.HasPrefix(head, "<!doctype html") && !strings.Contains(head, "<html"):
		return err
	}
	doc, e := goquery.NewDocumentFromReader(strings.NewReader(text))
	if e != nil {
		return errors.New("a page of HTML")
	}
	at, _ := doc.Find(`link[rel="alternate"][type="application/rss+xml"], link[rel="alternate"][type="application/atom+xml"]`).First().Attr("href")
	if at = post.CutBytes(post.Clean(at), 200); at != "" {
		return fmt.Errorf("a page of HTML, which says that its feed is at %s", at)
	}
	return fmt.Errorf("a page of HTML (%.100s)", line(doc.Find("title").First().Text()))
}

// items makes posts of the articles. known are the names of the last time;
// names holds those of this one afterwards.
func (f *feed) items(known []name) (out []source.Item) {
	seen := map[string]bool{}
	f.names = nil
	for i, n := range names(f.owner, f.raw, known) {
		id, err := post.NewID(network, f.owner, n.Native)
		switch {
		case n.Native == "":
			f.skipped["article with neither an address, nor a guid, nor words"]++
			continue
		case err != nil:
			f.skipped["article that can't be named: "+err.Error()]++
			continue
		case seen[n.Native]:
			f.skipped["article that stands there twice"]++
			continue
		}
		seen[n.Native] = true
		if n.GUID != "" && len(f.names) < maxKnown {
			f.names = append(f.names, n)
		}
		out = append(out, f.item(id, f.raw[i]))
	}
	return out
}

func (f *feed) item(id post.ID, it *gofeed.Item) source.Item {
	out := source.Item{ID: id}
	out.Published, out.PublishedRaw = published(it)
	base := f.base
	address := f.absolute(base, link(it))
	if u, err := url.Parse(address); err == nil && address != "" {
		base = u
	}
	p := &out.Post
	p.Type, p.Channel, p.URL = post.TypePost, f.info.Title, address
	p.Title = line(it.Title)
	p.Text, p.Links = f.body(base, it)
	if p.Text == p.Title {
		p.Text = ""
	}
	p.Author, p.Media = f.author(it), f.media(base, it)
	if it.UpdatedParsed != nil && it.PublishedParsed != nil && it.UpdatedParsed.Sub(*it.PublishedParsed) > minEdit {
		p.Edited = true
	}
	return out
}

// body gives the longest of what a feed says of an article, and the addresses
// in it.
func (f *feed) body(base *url.URL, it *gofeed.Item) (text string, links []string) {
	for _, html := range append([]string{it.Content, it.Description}, extension(it, "yandex", "full-text")...) {
		if t, hrefs := plain(html); len(t) > len(text) {
			text, links = t, nil
			for _, h := range hrefs {
				if a := f.absolute(base, h); a != "" && !slices.Contains(links, a) {
					links = append(links, a)
				}
			}
		}
	}
	return text, links
}

func extension(it *gofeed.Item, prefix, element string) (values []string) {
	for _, e := range it.Extensions[prefix][element] {
		values = append(values, e.Value)
	}
	return values
}

// absolute gives an http(s) address; "" where it is none.
func (f *feed) absolute(base *url.URL, address string) string {
	u, err := base.Parse(strings.ReplaceAll(strings.TrimSpace(address), " ", "%20"))
	if address == "" || err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	return u.String()
}

// media gives what is attached to an article, each file once.
func (f *feed) media(base *url.URL, it *gofeed.Item) (out []post.Media) {
	add := func(address, kind, medium string) {
		a := f.absolute(base, address)
		if a == "" || slices.ContainsFunc(out, func(m post.Media) bool { return m.URL == a }) {
			return
		}
		out = append(out, post.Media{Kind: mediaKind(kind, medium, a), URL: a})
	}
	for _, e := range it.Enclosures {
		add(e.URL, e.Type, "")
	}
	for _, e := range it.Extensions["media"]["content"] {
		add(e.Attrs["url"], e.Attrs["type"], e.Attrs["medium"])
	}
	for _, g := range it.Extensions["media"]["group"] {
		for _, e := range g.Children["content"] {
			add(e.Attrs["url"], e.Attrs["type"], e.Attrs["medium"])
		}
	}
	return out
}

func mediaKind(mime, medium, address string) post.MediaKind {
	major, _, _ := strings.Cut(strings.ToLower(mime), "/")
	if major == "" || major == "application" && medium != "" {
		major = strings.ToLower(medium)
	}
	switch major {
	case "image":
		return post.Photo
	case "video":
		return post.Video
	case "audio":
		return post.Audio
	}
	if u, err := url.Parse(address); err == nil && major == "" {
		for _, ext := range []string{".jpg", ".jpeg", ".png", ".webp", ".gif"} {
			if strings.HasSuffix(strings.ToLower(u.Path), ext) {
				return post.Photo
			}
		}
	}
	return post.Document
}

// organisations are parts of signatures that no person has.
var organisations = []string{"редакц", "агентств", "служб", "пресс", "корреспондент", "газета", "новост", "администрац", "«", "\"", ".ru", ".рф", ".com", "http", "тасс", "риа ", "admin", "news"}

// author is who signed an article; nil is the newspaper itself. What isn't
// plainly an organisation is taken for a person, whose name is not kept.
func (f *feed) author(it *gofeed.Item) *post.Author {
	if len(it.Authors) == 0 || it.Authors[0] == nil {
		return nil
	}
	a := line(it.Authors[0].Name)
	if a == "" {
		a = line(it.Authors[0].Email)
	}
	low := strings.ToLower(a)
	switch {
	case a == "", strings.EqualFold(a, f.info.Title), strings.EqualFold(a, f.owner):
		return nil
	case !strings.Contains(a, "@") && slices.ContainsFunc(organisations, func(o string) bool { return strings.Contains(low+" ", o) }):
		return &post.Author{ID: a, Name: a}
	}
	return &post.Author{ID: a, Name: a, Person: true}
}
