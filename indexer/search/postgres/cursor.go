package postgres

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"time"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/search"
	"github.com/otklik/otklik/internal/fault"
)

// cursor says after which post the next page begins. To callers it is opaque:
// JSON in base64url.
type cursor struct {
	Published time.Time `json:"p"`
	ID        post.ID   `json:"i,omitempty"` // "": after all posts of Published or later
	// By relevance, too:
	Seen  int       `json:"n,omitempty"` // hits on the pages before
	Score float64   `json:"s,omitempty"`
	Now   time.Time `json:"t,omitzero"` // what ages were counted from on the first page
}

// maxCursor bounds what is worth looking at: an id, three times and numbers.
const maxCursor = 1000

func (c cursor) String() string {
	b, err := json.Marshal(c)
	if err != nil {
		return "" // no field of it can fail
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// parseCursor reads a cursor of an order; "" is the zero cursor, before
// everything.
func parseCursor(s string, order search.Order) (cursor, error) {
	var c cursor
	if s == "" {
		return c, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(s) > maxCursor || json.Unmarshal(b, &c) != nil || c.String() != s || !c.sane(order) {
		return cursor{}, fault.Fields(fault.Field{Path: "after", Message: "not a cursor of this list: begin with the first page"})
	}
	return c, nil
}

func (c cursor) sane(order search.Order) bool {
	if c.Published.IsZero() || c.ID != "" && c.ID.Check() != nil {
		return false
	}
	if order == search.Newest {
		return c.Seen == 0 && c.Score == 0 && c.Now.IsZero()
	}
	return c.ID != "" && c.Seen > 0 && c.Seen < search.MaxRelevance && !math.IsNaN(c.Score) && !math.IsInf(c.Score, 0) && !c.Now.IsZero()
}
