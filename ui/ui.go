// Package ui holds the page that people work in, built from this folder by
// npm, and serves it.
package ui

import (
	"embed"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
)

// dist holds only .keep until npm has built the page; so plain `go build`
// compiles in any checkout.
//
//go:embed all:dist
var dist embed.FS

// Policy is the content security policy of the page: its own script only, and
// none inside the page. Styles may stand in elements, because Mantine sets its
// variables so. Pictures of posts come from the networks' own servers.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; " +
	"img-src 'self' http: https:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// Built says whether the page was built into this binary.
func Built() bool {
	_, err := fs.Stat(dist, "dist/index.html")
	return err == nil
}

// Handler serves the page. Every path that names no file gets index.html: the
// page itself knows what it shows there. Files whose names hold a hash of their
// content are kept by browsers for a year, everything else is asked for anew.
func Handler() http.Handler {
	root, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // only for a name that is no path
	}
	return handler(root)
}

const notBuilt = "The page of Otklik is not built into this binary.\nBuild it with: make build\nThe API is at /api/v1, its description at /openapi.json.\n"

func handler(root fs.FS) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "only GET and HEAD", http.StatusMethodNotAllowed)
			return
		}
		name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
		hashed := strings.HasPrefix(name, "assets/")
		if !isFile(root, name) || strings.HasSuffix(name, ".gz") || hidden(name) {
			// An address of an old build must not be answered with a page: the
			// browser would take it for a script.
			if hashed {
				http.NotFound(w, r)
				return
			}
			name = "index.html"
		}
		if !isFile(root, name) {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			w.WriteHeader(http.StatusServiceUnavailable)
			fmt.Fprint(w, notBuilt)
			return
		}
		secure(w.Header())
		w.Header().Set("Cache-Control", "no-cache")
		if hashed {
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		}
		serve(w, r, root, name)
	})
}

// hidden files are for the build alone.
func hidden(name string) bool {
	return strings.HasPrefix(name, ".") || strings.Contains(name, "/.")
}

func isFile(root fs.FS, name string) bool {
	if !fs.ValidPath(name) {
		return false
	}
	i, err := fs.Stat(root, name)
	return err == nil && i.Mode().IsRegular()
}

func secure(h http.Header) {
	h.Set("Content-Security-Policy", Policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
}

// types are those of the files that a build makes; the machine's own table of
// types is not to be trusted with them.
var types = map[string]string{
	".html":  "text/html; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".css":   "text/css; charset=utf-8",
	".svg":   "image/svg+xml",
	".woff2": "font/woff2",
	".json":  "application/json",
}

// serve sends a file, the gzipped copy of it where there is one and the browser
// takes it.
func serve(w http.ResponseWriter, r *http.Request, root fs.FS, name string) {
	t, ok := types[path.Ext(name)]
	if !ok {
		if t = mime.TypeByExtension(path.Ext(name)); t == "" {
			t = "application/octet-stream"
		}
	}
	h := w.Header()
	h.Set("Content-Type", t)
	h.Add("Vary", "Accept-Encoding")
	if isFile(root, name+".gz") && takesGzip(r.Header.Get("Accept-Encoding")) {
		name += ".gz"
		h.Set("Content-Encoding", "gzip")
	}
	f, err := root.Open(name)
	if err != nil {
		http.Error(w, "the page can't be read", http.StatusInternalServerError)
		return
	}
	defer f.Close()
	if i, err := f.Stat(); err == nil {
		h.Set("Content-Length", fmt.Sprint(i.Size()))
	}
	if r.Method == http.MethodHead {
		return
	}
	_, _ = io.Copy(w, f) // who has left needs no answer
}

func takesGzip(accept string) bool {
	for part := range strings.SplitSeq(accept, ",") {
		coding, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		q = strings.ReplaceAll(q, " ", "")
		if strings.EqualFold(coding, "gzip") && q != "q=0" && q != "q=0.0" {
			return true
		}
	}
	return false
}
