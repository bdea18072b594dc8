package api

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/stream/rejected"
)

// RejectedRecord is a record of the log that could not be processed.
type RejectedRecord struct {
	ID        string         `json:"id" doc:"For example posts-3-17."`
	Topic     string         `json:"topic" doc:"That it was rejected from: posts or matches."`
	Key       string         `json:"key"`
	Reason    string         `json:"reason"`
	Origin    string         `json:"origin" doc:"Where it was: topic/partition/offset."`
	At        time.Time      `json:"at" doc:"When it was rejected."`
	Size      int            `json:"size" doc:"Bytes of its content."`
	Attempts  int            `json:"attempts" doc:"How often it was rejected, this time included."`
	ReplayOf  string         `json:"replay_of,omitempty" doc:"The rejected record that was put back and came to this one."`
	State     rejected.State `json:"state" enum:"waiting,replayed,dropped"`
	DecidedAt *time.Time     `json:"decided_at,omitempty"`
	DecidedBy string         `json:"decided_by,omitempty"`
}

// RejectedDetail is a rejected record with its content.
type RejectedDetail struct {
	RejectedRecord
	Text   string          `json:"text" doc:"Of the content, what may be shown; JSON is indented."`
	JSON   bool            `json:"json" doc:"The text is JSON."`
	Cut    bool            `json:"cut" doc:"The content is longer."`
	Hidden rejected.Hidden `json:"hidden,omitempty" doc:"sealed: the post is not shown; forgotten: nothing is."`
	Events []RejectedEvent `json:"events" doc:"What was decided, oldest first."`
}

// RejectedEvent is a decision about a rejected record.
type RejectedEvent struct {
	What rejected.State `json:"what" enum:"replayed,dropped,restored"`
	At   time.Time      `json:"at"`
	By   string         `json:"by"`
}

func showRejected(r rejected.Record) RejectedRecord {
	out := RejectedRecord{ID: r.ID.String(), Topic: r.ID.Topic, Key: printable(r.Key), Reason: printable(r.Reason), Origin: r.Origin, At: r.At,
		Size: r.Size, Attempts: r.Attempts, State: r.State()}
	if r.ReplayOf != nil {
		out.ReplayOf = r.ReplayOf.String()
	}
	if d := r.Decision; d != nil {
		out.DecidedAt, out.DecidedBy = &d.At, d.Name
	}
	return out
}

// printable is a text that was bytes of the log.
func printable(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

func showRejectedDetail(d rejected.Detail) RejectedDetail {
	c := d.Content
	out := RejectedDetail{RejectedRecord: showRejected(d.Record), Text: c.Text, Cut: c.Cut, Hidden: c.Hidden,
		Events: mapped(d.Events, func(e rejected.Decision) RejectedEvent { return RejectedEvent{What: e.What, At: e.At, By: e.Name} })}
	var indented bytes.Buffer
	if c.JSON != nil && json.Indent(&indented, c.JSON, "", "  ") == nil {
		out.Text, out.JSON = indented.String(), true
	}
	return out
}

// RejectedFilter narrows a list of rejected records.
type RejectedFilter struct {
	Topic  string `query:"topic" enum:"posts,matches" doc:"Only those rejected from this topic."`
	Reason string `query:"reason_contains" maxLength:"200" doc:"Only those whose reason contains this, in any case of letters."`
}

// RejectedBulk says which waiting records are meant.
type RejectedBulk struct {
	Topic  string `json:"topic" enum:"posts,matches"`
	Reason string `json:"reason_contains,omitempty" maxLength:"200" doc:"Only those whose reason contains this; missing: all of the topic."`
	Limit  int    `json:"limit,omitempty" minimum:"1" maximum:"500" default:"200" doc:"The most that this request decides about."`
	After  string `json:"after,omitempty" maxLength:"2000" doc:"Next of the request before."`
}

// RejectedDone is what a request about many has done.
type RejectedDone struct {
	Done int    `json:"done"`
	Next string `json:"next" doc:"Give it as after to go on; empty at the end."`
}

// RejectedCount is how many records wait.
type RejectedCount struct {
	Count int64 `json:"count"`
	More  bool  `json:"more" doc:"There may be more: not all were looked at."`
}

// RejectedPath is the id in a path.
type RejectedPath struct {
	ID string `path:"id" maxLength:"60"`
}

// everywhere refuses whoever has not all regions: nobody knows whose a record
// is that could not be read.
func everywhere(ctx context.Context, who access.Person) error {
	if slices.Contains(who.Regions, "*") {
		return nil
	}
	return newProblem(ctx, http.StatusForbidden, say(ctx, onlyEverywhere))
}

func (s *server) registerRejected() {
	handle(s, route{method: http.MethodGet, path: "/rejected", id: "list-rejected", summary: "List records that could not be processed",
		about: "Newest first. A page may hold less than was asked for, even nothing, and not be the last. For administrators of all regions.", action: access.Operate},
		func(ctx context.Context, who access.Person, in *struct {
			RejectedFilter
			State string `query:"state" enum:"waiting,replayed,dropped" doc:"Only those about which this was decided; waiting: nothing yet."`
			Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
			After string `query:"after" maxLength:"2000" doc:"Next of the page before."`
		}) (*body[List[RejectedRecord]], error) {
			if err := everywhere(ctx, who); err != nil {
				return nil, err
			}
			page, err := s.Rejected.List(ctx, rejected.Filter{Topic: in.Topic, Reason: in.Reason, State: rejected.State(in.State)}, in.After, in.Limit)
			if err != nil {
				return nil, err
			}
			return listOf(mapped(page.Records, showRejected), page.Next), nil
		})
	handle(s, route{method: http.MethodGet, path: "/rejected/count", id: "count-rejected", summary: "Count the rejected records that wait", action: access.Operate},
		func(ctx context.Context, who access.Person, in *RejectedFilter) (*body[RejectedCount], error) {
			if err := everywhere(ctx, who); err != nil {
				return nil, err
			}
			c, err := s.countRejected(ctx, *in)
			if err != nil {
				return nil, err
			}
			return reply(c), nil
		})
	handle(s, route{method: http.MethodGet, path: "/rejected/{id}", id: "get-rejected", summary: "One rejected record with its content",
		about: "The post of a record that is sealed, or does not say that it is not, is not shown.", action: access.Operate},
		func(ctx context.Context, who access.Person, in *RejectedPath) (*body[RejectedDetail], error) {
			id, err := rejectedID(ctx, who, in.ID)
			if err != nil {
				return nil, err
			}
			return s.replyRejected(ctx, id)
		})
	handle(s, route{method: http.MethodPost, path: "/rejected/{id}/replay", id: "replay-rejected", summary: "Put a rejected record back into its topic",
		about: "It is processed once more. If it is rejected again, it is a new record that points back.", action: access.Operate},
		func(ctx context.Context, who access.Person, in *RejectedPath) (*body[RejectedDetail], error) {
			return s.decideRejected(ctx, who, in.ID, s.Rejected.Replay)
		})
	handle(s, route{method: http.MethodPost, path: "/rejected/{id}/drop", id: "drop-rejected", summary: "Say that a rejected record needs nothing more", action: access.Operate},
		func(ctx context.Context, who access.Person, in *RejectedPath) (*body[RejectedDetail], error) {
			return s.decideRejected(ctx, who, in.ID, s.Rejected.Drop)
		})
	handle(s, route{method: http.MethodPost, path: "/rejected/{id}/restore", id: "restore-rejected", summary: "Let a dropped record wait again",
		about: "One that was put back is on its way: that can't be taken back.", action: access.Operate},
		func(ctx context.Context, who access.Person, in *RejectedPath) (*body[RejectedDetail], error) {
			id, err := rejectedID(ctx, who, in.ID)
			if err != nil {
				return nil, err
			}
			if err := s.Rejected.Restore(ctx, who, id); err != nil {
				return nil, err
			}
			return s.replyRejected(ctx, id)
		})
	handle(s, route{method: http.MethodPost, path: "/rejected/replay", id: "replay-many-rejected", summary: "Put rejected records that wait back", action: access.Operate},
		func(ctx context.Context, who access.Person, in *struct{ Body RejectedBulk }) (*body[RejectedDone], error) {
			return s.decideMany(ctx, who, in.Body, s.Rejected.Replay)
		})
	handle(s, route{method: http.MethodPost, path: "/rejected/drop", id: "drop-many-rejected", summary: "Say that rejected records that wait need nothing more", action: access.Operate},
		func(ctx context.Context, who access.Person, in *struct{ Body RejectedBulk }) (*body[RejectedDone], error) {
			return s.decideMany(ctx, who, in.Body, s.Rejected.Drop)
		})
}

func rejectedID(ctx context.Context, who access.Person, id string) (rejected.ID, error) {
	if err := everywhere(ctx, who); err != nil {
		return rejected.ID{}, err
	}
	return rejected.ParseID(id)
}

func (s *server) replyRejected(ctx context.Context, id rejected.ID) (*body[RejectedDetail], error) {
	d, err := s.Rejected.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	return reply(showRejectedDetail(d)), nil
}

// decision is Replay or Drop of a rejected.Store.
type decision func(ctx context.Context, who access.Person, ids ...rejected.ID) ([]rejected.ID, error)

func (s *server) decideRejected(ctx context.Context, who access.Person, text string, decide decision) (*body[RejectedDetail], error) {
	id, err := rejectedID(ctx, who, text)
	if err != nil {
		return nil, err
	}
	done, err := decide(ctx, who, id)
	if err == nil && len(done) == 0 {
		err = s.Rejected.Refused(ctx, id)
	}
	if err != nil {
		return nil, err
	}
	return s.replyRejected(ctx, id)
}

func (s *server) decideMany(ctx context.Context, who access.Person, b RejectedBulk, decide decision) (*body[RejectedDone], error) {
	if err := everywhere(ctx, who); err != nil {
		return nil, err
	}
	page, err := s.Rejected.List(ctx, rejected.Filter{Topic: b.Topic, Reason: b.Reason, State: rejected.Waiting}, b.After, b.Limit)
	if err != nil {
		return nil, err
	}
	done, err := decide(ctx, who, mapped(page.Records, func(r rejected.Record) rejected.ID { return r.ID })...)
	if err != nil {
		return nil, err
	}
	return reply(RejectedDone{Done: len(done), Next: page.Next}), nil
}

// countPages bounds what is looked through to count what a reason narrows.
const countPages = 3

func (s *server) countRejected(ctx context.Context, f RejectedFilter) (c RejectedCount, err error) {
	if f.Reason == "" {
		all, err := s.Rejected.Counts(ctx)
		for _, topic := range all {
			if f.Topic == "" || f.Topic == topic.Topic {
				c.Count += topic.Waiting
			}
		}
		return c, err
	}
	after := ""
	for range countPages {
		page, err := s.Rejected.List(ctx, rejected.Filter{Topic: f.Topic, Reason: f.Reason, State: rejected.Waiting}, after, 1000)
		if err != nil {
			return c, err
		}
		c.Count += int64(len(page.Records))
		if after = page.Next; after == "" {
			return c, nil
		}
	}
	c.More = true
	return c, nil
}
