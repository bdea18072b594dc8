package feeds

import (
	"encoding/json"
	"fmt"
	"html"
	"regexp"
	"strings"
	"time"

	"golang.org/x/text/encoding/htmlindex"
)

func escape(s string) string { return html.EscapeString(s) }

var address = regexp.MustCompile(`https?://[^\s<>"]+`)

// paragraphs writes plain text as newspapers do.
func paragraphs(text string) string {
	var b strings.Builder
	for line := range strings.SplitSeq(text, "\n") {
		line = address.ReplaceAllStringFunc(escape(line), func(a string) string { return `<a href="` + a + `">` + a + `</a>` })
		b.WriteString("<p>" + line + "</p>\n")
	}
	return b.String()
}

func (it *Item) body() string {
	if it.HTML != "" {
		return it.HTML
	}
	return paragraphs(it.Text)
}

// link gives an article's address.
func (f *feed) link(base string, it *Item) string {
	a := it.Link
	if a == "" {
		a = base + Link(it.N)
	}
	if f.Links != "" {
		a += "?" + f.Links
	}
	return a
}

// guid gives an article's name in its feed, and whether there is one.
func (s *Server) guid(f *feed, base string, it *Item) (value string, permalink, ok bool) {
	switch {
	case it.GUID != "":
		return it.GUID, strings.Contains(it.GUID, "://"), true
	case f.GUIDs == Permalink:
		return f.link(base, it), true, true
	case f.GUIDs == Number:
		return fmt.Sprint(it.N), false, true
	case f.GUIDs == Changing:
		s.guids++
		return fmt.Sprintf("%d-%d", it.N, s.guids), false, true
	case f.GUIDs == Bare:
		return "", true, true
	}
	return "", false, false
}

var (
	moscow = time.FixedZone("MSK", 3*3600)
	months = strings.Fields("января февраля марта апреля мая июня июля августа сентября октября ноября декабря")
)

// date writes a time as the feed does; proper is the format's own form.
func (f *feed) date(t time.Time, proper string) string {
	local := t.In(moscow)
	switch f.Dates {
	case Named:
		return local.Format("Mon, 02 Jan 2006 15:04:05 MST")
	case Russian:
		return fmt.Sprintf("%d %s %s", local.Day(), months[local.Month()-1], local.Format("2006, 15:04:05 -0700"))
	case Plain:
		return t.UTC().Format("2006-01-02 15:04:05")
	case Wrong:
		return "вчера в обед"
	case WithoutIt:
		return ""
	}
	return local.Format(proper)
}

// shown gives the newest articles, the newest first.
func (f *feed) shown() (out []*Item) {
	for i := len(f.items) - 1; i >= 0 && len(out) < f.Show; i-- {
		out = append(out, f.items[i])
	}
	return out
}

func (s *Server) render(f *feed, base string) []byte {
	switch f.Format {
	case JSON:
		return f.encode(s.json(f, base))
	case Atom:
		return f.encode(f.head() + s.atom(f, base))
	case RDF:
		return f.encode(f.head() + s.rdf(f, base))
	}
	return f.encode(f.head() + s.rss(f, base))
}

func (f *feed) head() string {
	if f.Silent {
		return "<?xml version=\"1.0\"?>\n"
	}
	name := f.Charset
	if e, err := htmlindex.Get(f.Charset); err == nil {
		if canonical, err := htmlindex.Name(e); err == nil {
			name = canonical
		}
	}
	return fmt.Sprintf("<?xml version=\"1.0\" encoding=\"%s\"?>\n", name)
}

// writer writes XML elements.
type writer struct{ strings.Builder }

func (w *writer) element(name, text string, attributes ...string) {
	w.WriteString("<" + name)
	for i := 0; i+1 < len(attributes); i += 2 {
		w.WriteString(" " + attributes[i] + `="` + escape(attributes[i+1]) + `"`)
	}
	if text == "" {
		w.WriteString("/>\n")
		return
	}
	w.WriteString(">" + escape(text) + "</" + name + ">\n")
}

func (w *writer) some(name, text string, attributes ...string) {
	if text != "" {
		w.element(name, text, attributes...)
	}
}

func (s *Server) rss(f *feed, base string) string {
	var w writer
	w.WriteString(`<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:yandex="http://news.yandex.ru">` + "\n<channel>\n")
	w.element("title", f.Title)
	w.element("link", base+"/")
	w.element("description", f.About)
	for _, it := range f.shown() {
		w.WriteString("<item>\n")
		w.element("title", it.Title)
		w.element("link", f.link(base, it))
		if guid, permalink, ok := s.guid(f, base, it); ok {
			w.element("guid", guid, "isPermaLink", fmt.Sprint(permalink))
		}
		w.some("pubDate", f.date(it.At, time.RFC1123Z))
		w.some("dc:creator", it.Author)
		w.some("category", it.Category)
		if f.Charset == "utf-8" && !strings.Contains(it.body(), "]]>") {
			w.WriteString("<description><![CDATA[" + it.body() + "]]></description>\n")
		} else {
			w.element("description", it.body())
		}
		w.some("yandex:full-text", it.Full)
		for _, e := range it.Enclosures {
			w.element("enclosure", "", "url", e.URL, "type", e.Type, "length", "1000")
		}
		w.WriteString("</item>\n")
	}
	w.WriteString("</channel>\n</rss>\n")
	return w.String()
}

func (s *Server) rdf(f *feed, base string) string {
	var w writer
	w.WriteString(`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">` + "\n")
	w.WriteString(`<channel rdf:about="` + escape(base) + "\">\n")
	w.element("title", f.Title)
	w.element("link", base+"/")
	w.element("description", f.About)
	w.WriteString("</channel>\n")
	for _, it := range f.shown() {
		w.WriteString(`<item rdf:about="` + escape(f.link(base, it)) + "\">\n")
		w.element("title", it.Title)
		w.element("link", f.link(base, it))
		w.some("dc:date", f.date(it.At, time.RFC3339))
		w.some("dc:creator", it.Author)
		w.element("description", it.body())
		w.WriteString("</item>\n")
	}
	w.WriteString("</rdf:RDF>\n")
	return w.String()
}

func (s *Server) atom(f *feed, base string) string {
	var w writer
	w.WriteString(`<feed xmlns="http://www.w3.org/2005/Atom">` + "\n")
	w.element("title", f.Title)
	w.some("subtitle", f.About)
	w.element("id", base+f.Path)
	w.element("link", "", "href", base+f.Path, "rel", "self")
	w.element("link", "", "href", base+"/")
	w.element("updated", f.changed.UTC().Format(time.RFC3339))
	for _, it := range f.shown() {
		w.WriteString("<entry>\n")
		w.element("title", it.Title)
		w.element("link", "", "href", f.link(base, it), "rel", "alternate")
		for _, e := range it.Enclosures {
			w.element("link", "", "href", e.URL, "rel", "enclosure", "type", e.Type)
		}
		if guid, _, ok := s.guid(f, base, it); ok {
			w.element("id", guid)
		}
		w.some("published", f.date(it.At, time.RFC3339))
		if !it.Updated.IsZero() {
			w.element("updated", it.Updated.UTC().Format(time.RFC3339))
		}
		if it.Author != "" {
			w.WriteString("<author><name>" + escape(it.Author) + "</name></author>\n")
		}
		w.element("summary", it.body(), "type", "html")
		w.some("content", it.Full, "type", "text")
		w.WriteString("</entry>\n")
	}
	w.WriteString("</feed>\n")
	return w.String()
}

func (s *Server) json(f *feed, base string) string {
	type author struct {
		Name string `json:"name"`
	}
	type file struct {
		URL  string `json:"url"`
		Type string `json:"mime_type"`
	}
	type item struct {
		ID        string   `json:"id,omitempty"`
		URL       string   `json:"url"`
		Title     string   `json:"title,omitempty"`
		HTML      string   `json:"content_html"`
		Published string   `json:"date_published,omitempty"`
		Authors   []author `json:"authors,omitempty"`
		Files     []file   `json:"attachments,omitempty"`
	}
	out := struct {
		Version string `json:"version"`
		Title   string `json:"title"`
		About   string `json:"description,omitempty"`
		Home    string `json:"home_page_url"`
		Items   []item `json:"items"`
	}{"https://jsonfeed.org/version/1.1", f.Title, f.About, base + "/", []item{}}
	for _, it := range f.shown() {
		x := item{URL: f.link(base, it), Title: it.Title, HTML: it.body(), Published: f.date(it.At, time.RFC3339)}
		if it.Full != "" {
			x.HTML = paragraphs(it.Full)
		}
		x.ID, _, _ = s.guid(f, base, it)
		if it.Author != "" {
			x.Authors = []author{{it.Author}}
		}
		for _, e := range it.Enclosures {
			x.Files = append(x.Files, file(e))
		}
		out.Items = append(out.Items, x)
	}
	b, err := json.MarshalIndent(out, "", " ")
	if err != nil {
		return err.Error() // strings and lists of them always can be written
	}
	return string(b)
}
