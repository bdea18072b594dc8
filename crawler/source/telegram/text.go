package telegram

import (
	stdhtml "html"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"

	"github.com/otklik/otklik/crawler/post"
)

// plain gives the text of an element as a browser shows it: <br> is a newline,
// runs of white space are one space, custom emoji are the characters inside.
func plain(s *goquery.Selection) string {
	var w writer
	for _, n := range s.Nodes {
		w.children(n, false)
	}
	return strings.TrimSpace(w.b.String())
}

type writer struct {
	b     strings.Builder
	last  rune // written
	space bool // white space is due, unless a line begins or ends here
	line  bool // a new line is due, if anything comes
}

func (w *writer) children(n *html.Node, pre bool) {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		w.node(c, pre)
	}
}

func (w *writer) node(n *html.Node, pre bool) {
	switch n.Type {
	case html.TextNode:
		for _, r := range n.Data {
			w.rune(r, pre)
		}
	case html.ElementNode:
		switch n.Data {
		case "br":
			w.newline()
		case "script", "style", "template":
		case "div", "p", "blockquote", "pre", "ul", "ol", "li":
			w.line = w.last != 0
			w.children(n, pre || n.Data == "pre")
			w.line = w.last != 0
		default:
			w.children(n, pre)
		}
	}
}

func (w *writer) newline() {
	if w.line && w.last != '\n' {
		w.write('\n')
	}
	w.space, w.line = false, false
	w.write('\n')
}

func (w *writer) rune(r rune, pre bool) {
	if !pre && (r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == '\f') {
		w.space = true
		return
	}
	switch {
	case w.line && w.last != '\n':
		w.write('\n')
	case w.space && w.last != 0 && w.last != '\n':
		w.write(' ')
	}
	w.space, w.line = false, false
	w.write(r)
}

func (w *writer) write(r rune) { w.b.WriteRune(r); w.last = r }

// links gives the http(s) addresses of a text, each once, in order.
func links(text *goquery.Selection) (out []string) {
	text.Find("a[href]").Each(func(_ int, a *goquery.Selection) {
		href := a.AttrOr("href", "")
		if _, ok := a.Attr("onclick"); ok {
			href = stdhtml.UnescapeString(href) // Telegram escapes these twice
		}
		u, err := url.Parse(strings.TrimSpace(href))
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			return // "?q=%23tag", tg://…
		}
		if href = u.String(); !slices.Contains(out, href) {
			out = append(out, href)
		}
	})
	return out
}

var countForm = regexp.MustCompile(`^([0-9]{1,12})(?:[.,]([0-9]{1,3}))?([KMB]?)$`)

// count reads a number as Telegram shows it: "746", "10 624", "4.85K", "1.5M".
// Nil: it isn't one.
func count(s string) *post.Counter {
	s = strings.ToUpper(strings.Map(func(r rune) rune {
		if r == ' ' || r == '\u00a0' || r == '\u202f' || r == '\n' || r == '\t' {
			return -1
		}
		return r
	}, s))
	m := countForm.FindStringSubmatch(s)
	if m == nil {
		return nil
	}
	unit := map[string]int64{"": 1, "K": 1e3, "M": 1e6, "B": 1e9}[m[3]]
	if unit == 1 {
		if m[2] != "" && len(m[2]) != 3 {
			return nil
		}
		n, err := strconv.ParseInt(m[1]+m[2], 10, 64) // 1,234
		if err != nil {
			return nil
		}
		return &post.Counter{Value: n, Step: 1}
	}
	whole, err := strconv.ParseInt(m[1], 10, 64)
	if err != nil || whole > 1e9 {
		return nil
	}
	step := unit
	for range m[2] {
		step /= 10
	}
	part, _ := strconv.ParseInt("0"+m[2], 10, 64)
	return &post.Counter{Value: whole*unit + part*step, Step: step}
}

var backgroundForm = regexp.MustCompile(`background-image:\s*url\(\s*['"]?([^'")]+)['"]?\s*\)`)

// background gives the address of an element's picture, "" if it has none.
func background(s *goquery.Selection) string {
	if m := backgroundForm.FindStringSubmatch(s.AttrOr("style", "")); m != nil {
		if strings.HasPrefix(m[1], "//") {
			return "https:" + m[1]
		}
		return m[1]
	}
	return ""
}

// own gives the text that lies directly in an element, not in its children.
func own(s *goquery.Selection) string {
	var b strings.Builder
	for _, n := range s.Nodes {
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			if c.Type == html.TextNode {
				b.WriteString(c.Data)
			}
		}
	}
	return strings.TrimSpace(b.String())
}
