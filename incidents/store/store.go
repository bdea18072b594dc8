// Package store keeps the desk's tables: SQL beside Go.
package store

import (
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"

	"github.com/otklik/otklik/incidents/routing"
)

// Store is the desk's part of the database. Make it with Open.
type Store struct {
	Pool *pgxpool.Pool
	Now  func() time.Time
	jobs *river.Client[pgx.Tx] // only inserts
	lock secondLock
}

// Filter narrows a list of incidents. Empty fields do not narrow.
type Filter struct {
	Regions    []string
	States     []string
	Open       *bool
	Agencies   []int64
	Severities []string
	Rule       int64
	Search     int64
	Overdue    bool      // due before now
	DueBefore  time.Time //
	From, To   time.Time // opened_at, half open
	Sort       Sort      // "" is ByNewest
	Limit      int       // 1…500; 0 is 50
	After      string    // Page.Next of the page before
}

// Sort is the order of a list.
type Sort string

const (
	ByNewest Sort = "newest" // number, descending
	ByOldest Sort = "oldest" // number, ascending
	ByDue    Sort = "due"    // soonest due first; those without a due last
)

// Hits is how often a standing search has matched.
type Hits struct {
	Search  int64     `json:"search"`
	Version int       `json:"version"`
	Region  string    `json:"region"`
	Posts   int64     `json:"posts"`
	Last    time.Time `json:"last"` // published
}

// Notification is a message to somebody about an incident.
type Notification struct {
	ID       int64      `json:"id"`
	Number   int64      `json:"number"`
	Channel  string     `json:"channel"`
	Address  string     `json:"address"`
	Event    string     `json:"event"`
	State    string     `json:"state"` // pending, sending, sent, doubtful, failed
	Attempts int        `json:"attempts"`
	Reason   string     `json:"reason,omitempty"` // of the last failure
	Made     time.Time  `json:"made"`
	SentAt   *time.Time `json:"sent_at,omitempty"`
}

// RouteTree is a region's tree with its version.
type RouteTree struct {
	Region    string    `json:"region"`
	Version   int       `json:"version"` // 0: none saved yet
	UpdatedAt time.Time `json:"updated_at"`
	UpdatedBy string    `json:"updated_by,omitempty"`
	Tree      Tree      `json:"tree"`
}

// Tree is the stored tree.
type Tree = routing.Node
