package feeds

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"net"
	"net/http"
	"strings"
	"time"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
)

// Breakage is a way in which a feed stops being one. The answer stays a 200.
type Breakage string

const (
	BreakHTML  Breakage = "html"  // a page for people, that names the feed
	BreakNames Breakage = "names" // well-formed XML of another language
	BreakItems Breakage = "items" // a feed whose items are called otherwise
	BreakXML   Breakage = "xml"   // cut in the middle of an item
	BreakEmpty Breakage = "empty" // no byte
)

// Break spoils every feed from now on.
func (s *Server) Break(b Breakage) { s.mu.Lock(); defer s.mu.Unlock(); s.breaks = b }

// Heal ends all trouble.
func (s *Server) Heal() { s.Maker.Heal(); s.Break("") }

// ServeHTTP answers for the feeds of the host that was asked.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if status := s.Make(w); status != 0 {
		s.remember(r.URL.Path, status)
		return
	}
	s.remember(r.URL.Path, s.serve(w, r))
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request) int {
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	f := s.feeds[strings.ToLower(host)+r.URL.Path]
	if f == nil {
		f = s.feeds[r.URL.Path]
	}
	base := "http://" + r.Host
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.WriteHeader(http.StatusMethodNotAllowed)
		return http.StatusMethodNotAllowed
	case f == nil && strings.HasPrefix(r.URL.Path, "/news/"):
		page(w, "Статья", "")
		return http.StatusOK
	case f == nil:
		http.NotFound(w, r)
		return http.StatusNotFound
	case f.to != "":
		http.Redirect(w, r, f.to, f.status)
		return f.status
	case f.status != 0:
		w.WriteHeader(f.status)
		return f.status
	case s.breaks == BreakHTML:
		page(w, f.Title, f.Path)
		return http.StatusOK
	}
	return f.answer(w, r, s.spoil(f, s.render(f, base)))
}

// page is a page for people; feed is what it names as its feed.
func page(w http.ResponseWriter, title, feed string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	link := ""
	if feed != "" {
		link = `<link rel="alternate" type="application/rss+xml" href="` + escape(feed) + `">`
	}
	fmt.Fprintf(w, "<!DOCTYPE html><html><head><title>%s</title>%s</head><body><h1>%s</h1><p>Страница для людей.</p></body></html>", escape(title), link, escape(title))
}

// answer writes a feed, or 304 where the client has it.
func (f *feed) answer(w http.ResponseWriter, r *http.Request, body []byte) int {
	kind := map[Format]string{RSS: "application/rss+xml", RDF: "application/rdf+xml", Atom: "application/atom+xml", JSON: "application/feed+json"}[f.Format]
	if !f.Silent && f.Format != JSON {
		kind += "; charset=" + f.Charset
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	if !f.Plain {
		sum := fnv.New64a()
		sum.Write(body)
		tag := fmt.Sprintf(`"%x"`, sum.Sum64())
		h.Set("ETag", tag)
		h.Set("Last-Modified", f.changed.UTC().Format(http.TimeFormat))
		since, err := http.ParseTime(r.Header.Get("If-Modified-Since"))
		match := r.Header.Get("If-None-Match")
		if match == tag || match == "" && err == nil && !f.changed.Truncate(time.Second).After(since) {
			w.WriteHeader(http.StatusNotModified)
			return http.StatusNotModified
		}
	}
	if r.Method == http.MethodGet {
		_, _ = w.Write(body)
	}
	return http.StatusOK
}

// spoil writes a feed as it is after it broke.
func (s *Server) spoil(f *feed, body []byte) []byte {
	switch s.breaks {
	case BreakNames:
		for from, to := range map[string]string{"<rss": "<novosti", "</rss": "</novosti", "<feed": "<lenta", "</feed": "</lenta", "rdf:RDF": "rdf:Vse",
			`"version"`: `"izdanie"`, `"items"`: `"stati"`} {
			body = bytes.ReplaceAll(body, []byte(from), []byte(to))
		}
	case BreakItems:
		for _, name := range []string{"item", "entry", `"items"`} {
			to := strings.Replace(name, "ite", "pie", 1)
			to = strings.Replace(to, "entry", "record", 1)
			for _, form := range []string{"<%s>", "</%s>", "<%s ", "%s:"} {
				body = bytes.ReplaceAll(body, fmt.Appendf(nil, form, name), fmt.Appendf(nil, form, to))
			}
		}
	case BreakXML:
		return body[:len(body)*2/3]
	case BreakEmpty:
		return nil
	}
	return body
}

// encode writes text in the feed's charset; what that has no character for
// becomes a reference, as XML allows.
func (f *feed) encode(text string) []byte {
	var out []byte
	if f.Mark {
		out = []byte("\xef\xbb\xbf")
	}
	e, err := htmlindex.Get(f.Charset) // AddFeed has asked already
	if err != nil || f.Charset == "utf-8" || f.Format == JSON {
		return append(out, text...)
	}
	b, err := encoding.HTMLEscapeUnsupported(e.NewEncoder()).Bytes([]byte(text))
	if err != nil {
		b = []byte(text)
	}
	return append(out, b...)
}
