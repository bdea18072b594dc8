package telegram

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/otklik/otklik/crawler/source"
)

// cursor is the place in a channel.
type cursor struct {
	Owner  string  `json:"owner"`           // the channel's number
	Newest int64   `json:"newest"`          // greatest number that was seen
	Oldest int64   `json:"oldest"`          // smallest number that was taken; what is older is left
	Spans  []span  `json:"spans,omitempty"` // what is still to be read, backwards
	Turn   int     `json:"turn,omitempty"`  // pages of spans since the newest page was read
	Looks  int     `json:"looks,omitempty"` // readings of the newest page since the last deep one
	Tail   []int64 `json:"tail,omitempty"`  // the newest posts, ascending: what vanishes of them is asked for
}

// kind of a span.
type kind string

const (
	gap     kind = "gap"     // posts between two readings: more than a page came
	reread  kind = "reread"  // pages before the newest, for edits and counters
	history kind = "history" // posts from before the first reading
)

// span is a part of the channel that is read backwards, page by page.
type span struct {
	Kind   kind  `json:"kind"`
	Before int64 `json:"before"`         // the next page is that before this number
	Down   int64 `json:"down,omitempty"` // of a gap: up to this number all is read
	Left   int   `json:"left,omitempty"` // posts of a history, pages of a reread that are still wanted
}

const (
	freshEvery  = 10  // the newest page is read after so many pages of spans
	deepEvery   = 10  // every tenth reading of the newest page is followed by a reread
	deepPages   = 4   // pages of a reread
	maxGaps     = 8   // more are merged
	maxTail     = 120 // posts that are missed when they vanish
	maxConfirms = 5   // vanished posts that are asked for at a time
)

// decode reads a stored cursor; first says that there is none.
func decode(after source.Cursor) (c cursor, first bool, err error) {
	if len(after) == 0 || string(after) == "null" {
		return cursor{}, true, nil
	}
	if err := json.Unmarshal(after, &c); err != nil {
		return c, false, notUnderstood("the stored place in the channel can't be read: %v", err)
	}
	if c.Owner == "" || c.Newest <= 0 || len(c.Spans) > maxGaps+2 || len(c.Tail) > maxTail {
		return c, false, notUnderstood("the stored place in the channel is not one of ours")
	}
	return c, false, nil
}

func (c *cursor) encode() (source.Cursor, error) {
	b, err := json.Marshal(c)
	if err != nil {
		return nil, fmt.Errorf("telegram: cursor: %w", err)
	}
	return b, nil
}

// next gives the span to go on with: gaps first, they hold the newest; nil
// where the newest page is to be read.
func (c *cursor) next() *span {
	if c.Turn >= freshEvery {
		return nil
	}
	for _, k := range []kind{gap, reread, history} {
		// The gap that was found last holds the newest posts.
		for i := len(c.Spans) - 1; i >= 0; i-- {
			if c.Spans[i].Kind == k {
				return &c.Spans[i]
			}
		}
	}
	return nil
}

// addGap remembers that the posts between two numbers were not read. Very many
// gaps become one: what is read twice does no harm.
func (c *cursor) addGap(down, before int64) {
	c.Spans = append(c.Spans, span{Kind: gap, Down: down, Before: before})
	var gaps, rest []span
	for _, s := range c.Spans {
		if s.Kind == gap {
			gaps = append(gaps, s)
		} else {
			rest = append(rest, s)
		}
	}
	if len(gaps) <= maxGaps {
		return
	}
	one := gaps[0]
	for _, g := range gaps {
		one.Down, one.Before = min(one.Down, g.Down), max(one.Before, g.Before)
	}
	c.Spans = append(rest, one)
}

func (c *cursor) has(k kind) bool {
	return slices.ContainsFunc(c.Spans, func(s span) bool { return s.Kind == k })
}

func (c *cursor) drop(s *span) {
	k, before := s.Kind, s.Before
	c.Spans = slices.DeleteFunc(c.Spans, func(x span) bool { return x.Kind == k && x.Before == before })
}

// remember adds posts to the tail.
func (c *cursor) remember(ids []int64) {
	c.Tail = append(c.Tail, ids...)
	slices.Sort(c.Tail)
	c.Tail = slices.Compact(c.Tail)
	if n := len(c.Tail) - maxTail; n > 0 {
		c.Tail = slices.Clone(c.Tail[n:])
	}
}

func (c *cursor) forget(id int64) {
	c.Tail = slices.DeleteFunc(c.Tail, func(x int64) bool { return x == id })
}

// missing gives posts of the tail from one number up to another that a page
// which covers them does not show.
func (c *cursor) missing(p *page, before int64) (out []int64) {
	for _, id := range c.Tail {
		if id >= p.min && id < before && !p.ids[id] && len(out) < maxConfirms {
			out = append(out, id)
		}
	}
	return out
}
