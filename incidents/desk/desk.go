// Package desk holds the use cases of the incident desk: one function per
// thing that a person (or the log of matches) does, one transaction each: the
// new state, its event in the audit trail, and the jobs that follow from it.
package desk

import (
	"context"
	"log/slog"
	"time"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/incidents/notify"
	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/internal/access"
)

// Regions knows which regions there are and their zones (places.Registry).
type Regions interface {
	Known(code string) bool
	Location(code string) *time.Location
}

// Bodies keeps bodies that the log does not carry (ledger.Bodies).
type Bodies interface {
	// Body gives the post as it was in that revision, or fault.NotFound.
	Body(ctx context.Context, id post.ID, rev int64) (post.Post, error)
}

// Searches knows the standing searches (standing.Store).
type Searches interface {
	// Current gives present versions; one that is not in the answer does not exist.
	Current(ctx context.Context, ids []int64) (map[int64]int, error)
	// Sees says whether there is a search that the scope may see.
	Sees(ctx context.Context, scope access.Scope, id int64) (bool, error)
}

// Forgotten says which of some posts were asked to be forgotten
// (ledger.Ledger): what is still on its way through the log must not bring them
// back.
type Forgotten interface {
	Forgotten(ctx context.Context, ids []post.ID) (map[post.ID]bool, error)
}

// Desk is the incident desk of one installation. Its methods are safe for
// concurrent use.
type Desk struct {
	Store     *store.Store
	Regions   Regions
	Bodies    Bodies                         // nil: sealed matches are refused
	Searches  Searches                       // nil: every version counts as the present one
	Forgotten Forgotten                      // nil: nothing is ever forgotten
	Joiner    Joiner                         // nil: Copies{}
	Channels  map[notify.Kind]notify.Channel // a kind that is missing is not notified through
	Link      func(number int64) string      // address of an incident for people; nil: notifications carry none
	Now       func() time.Time               // nil: time.Now
	Log       *slog.Logger                   // nil: slog.Default
}

// View is an incident as one person sees it.
type View struct {
	incident.Incident
	Evidence []incident.Evidence `json:"evidence"`       // the first page of Posts
	More     string              `json:"more,omitempty"` // cursor of the next page of Posts; "" when that is all
	Events   []incident.Event    `json:"events"`         // oldest first; the last 200
	Allowed  []incident.Command  `json:"allowed"`        // what this person may do now
}

func (d *Desk) logger() *slog.Logger {
	if d.Log == nil {
		return slog.Default()
	}
	return d.Log
}
