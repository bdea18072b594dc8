// Package ingest takes posts from the log: analyses them, puts them into the
// index, matches each against every standing search, and commits.
package ingest

import "github.com/otklik/otklik/crawler/post"

// Indexed is one entry of the topic "indexed": a post that searches now find.
type Indexed struct {
	post.Envelope            // Analysis is set
	Post          *post.Post `json:"post,omitempty"` // nil for a sealed post: read it from ledger.Bodies
}

// Match is one entry of the topic "matches": a post and all the standing
// searches of one region that it matches. The key is region + "|" + post id.
type Match struct {
	post.Envelope            // Analysis is set; Origin says whether it may open an incident
	Region        string     `json:"region"`         // one of Regions
	Searches      []Searched `json:"searches"`       // none for a deletion, nor for a revision that matches no more
	Post          *post.Post `json:"post,omitempty"` // nil for a sealed post
}

// Searched names a version of a standing search; a match belongs to it.
type Searched struct {
	ID      int64 `json:"id"`
	Version int   `json:"version"`
}

// Key is the match's key in the log.
func (m Match) Key() string { return m.Region + "|" + string(m.ID) }
