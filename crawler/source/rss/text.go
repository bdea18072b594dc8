package rss

import (
	"strings"

	"golang.org/x/net/html"
)

// maxDepth bounds how deep elements are followed.
const maxDepth = 500

// plain gives HTML as a browser shows its text: a line for every block, runs
// of white space are one space; and the addresses of its links, in order.
func plain(source string) (text string, links []string) {
	if strings.TrimSpace(source) == "" {
		return "", nil
	}
	if !strings.ContainsAny(source, "<&") { // plain text, whose lines are meant
		return tidy(source), nil
	}
	doc, err := html.Parse(strings.NewReader(source))
	if err != nil {
		return tidy(source), nil
	}
	w := writer{markup: strings.ContainsRune(source, '<')}
	w.node(doc, 0)
	return tidy(w.b.String()), w.links
}

// line is plain on one line, for titles and names.
func line(source string) string {
	t, _ := plain(source)
	return strings.Join(strings.Fields(t), " ")
}

type writer struct {
	b      strings.Builder
	links  []string
	markup bool // there are tags, so that newlines of the source mean nothing
	pre    int
}

func (w *writer) node(n *html.Node, depth int) {
	if depth > maxDepth {
		return
	}
	block := false
	switch n.Type {
	case html.TextNode:
		if w.markup && w.pre == 0 {
			w.b.WriteString(spaces.Replace(n.Data))
		} else {
			w.b.WriteString(n.Data)
		}
		return
	case html.ElementNode:
		switch n.Data {
		case "script", "style", "template", "noscript", "iframe", "object", "head":
			return
		case "br":
			w.b.WriteByte('\n')
		case "a":
			for _, a := range n.Attr {
				if a.Key == "href" {
					w.links = append(w.links, a.Val)
				}
			}
		case "pre":
			w.pre++
			defer func() { w.pre-- }()
			block = true
		case "p", "div", "li", "ul", "ol", "blockquote", "h1", "h2", "h3", "h4", "h5", "h6", "tr", "table", "section", "article", "figure", "figcaption", "hr", "dt", "dd":
			block = true
		case "td", "th":
			w.b.WriteByte(' ')
		}
	}
	if block {
		w.b.WriteByte('\v') // a line begins here, if there is one before
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		w.node(c, depth+1)
	}
	if block {
		w.b.WriteByte('\v')
	}
}

var spaces = strings.NewReplacer("\n", " ", "\r", " ", "\t", " ", "\v", " ")

// tidy puts white space in order: none around lines, at most one empty line
// between two. A mark \v is a line's end that counts once, however many stand
// together.
func tidy(s string) string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	var out []string
	empty := false
	for part := range strings.SplitSeq(s, "\v") {
		if strings.TrimSpace(part) == "" && !strings.Contains(part, "\n") {
			continue
		}
		for l := range strings.SplitSeq(part, "\n") {
			l = strings.Join(strings.FieldsFunc(l, blank), " ")
			if l == "" {
				empty = len(out) > 0
				continue
			}
			if empty {
				out = append(out, "")
			}
			out, empty = append(out, l), false
		}
	}
	return strings.Join(out, "\n")
}

func blank(r rune) bool {
	switch r {
	case ' ', '\t', '\r', '\f', '\u00a0', '\u202f', '\u2009':
		return true
	}
	return false
}
