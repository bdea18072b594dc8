// Package querytest holds the cases that say what queries find: posts, queries
// and expected ids, as plain text (see testdata/README), and random ones. Every
// engine runs all of them and must agree with package match.
//
// It is for tests only. It imports leaves alone; a Post has the fields of a
// search.Document that say what it means.
package querytest

import (
	"cmp"
	"embed"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/text"
)

// Theme is a set of posts and what is asked of them; nothing else may be in
// the index that is asked.
type Theme struct {
	Name  string
	Posts []Post // in the order in which they are put; several may have one id, see Present
	Cases []Case
}

// Post is a record and its analysis, as an index takes it (search.Document).
type Post struct {
	post.Record
	Text text.Analysis
	Body post.Post // also of a sealed post, whose record carries none
}

// Case is one question.
type Case struct {
	Name  string     // where it stands and what it asks, for messages
	Query string     // "" for an expression that no text gives
	Expr  query.Expr // the bound query
	Want  []post.ID  // in the order of search.Newest; nil in random themes: package match knows
}

//go:embed testdata/*.txt
var files embed.FS

// Themes gives the written cases.
func Themes(t testing.TB) []Theme {
	t.Helper()
	all, err := readAll()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func readAll() ([]Theme, error) {
	entries, err := files.ReadDir("testdata")
	if err != nil {
		return nil, err
	}
	var all []Theme
	for _, e := range entries {
		b, err := files.ReadFile(path.Join("testdata", e.Name()))
		if err != nil {
			return nil, err
		}
		th, err := parse(e.Name(), string(b))
		if err != nil {
			return nil, err
		}
		all = append(all, th)
	}
	return all, nil
}

// Present gives what an index holds after all posts were put, newest first: of
// each id the record with the greatest rev, deleted ones with the content they
// had.
func Present(posts []Post) []Post {
	byID := map[post.ID]Post{}
	for _, p := range posts {
		old, there := byID[p.ID]
		switch {
		case there && p.Rev <= old.Rev, !there && p.Kind == post.Deletion:
			continue
		case p.Kind == post.Deletion:
			p.Text, p.Body = old.Text, old.Body
			p.Body.Deleted = true
		}
		byID[p.ID] = p
	}
	out := make([]Post, 0, len(byID))
	for _, p := range byID {
		out = append(out, p)
	}
	slices.SortFunc(out, func(a, b Post) int {
		return cmp.Or(b.Published.Compare(a.Published), strings.Compare(string(b.ID), string(a.ID)))
	})
	return out
}

// Answer gives what a query finds, newest first, where matches says what it
// means. With package match:
//
//	querytest.Answer(theme.Posts, func(p querytest.Post) bool {
//		return match.Matches(c.Expr, match.NewDoc(p.Envelope, p.Text))
//	})
func Answer(posts []Post, matches func(Post) bool) []post.ID {
	ids := []post.ID{}
	for _, p := range Present(posts) {
		if matches(p) {
			ids = append(ids, p.ID)
		}
	}
	return ids
}
