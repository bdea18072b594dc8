package desk

import (
	"context"
	"errors"
	"time"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/incidents/deadline"
	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/incidents/routing"
	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/indexer/ingest"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/stream"
)

var errUnfinished = errors.New("desk: being built")

// Joiner is the seam for finding the incident that a post tells of once more.
type Joiner interface{}

// Command is what every command carries: on which incident, at which version
// it was seen, and who gives it. Every command answers with the incident after
// it. Errors: fault.NotFound (no such incident for this person), Forbidden
// (the role may not), Conflict (another version, or the state doesn't allow
// it), Invalid (fields).
type Command struct {
	Number  int64
	Version int
	Who     access.Person
}

// Assignment says to whom.
type Assignment struct {
	Agency  int64  // 0: the proposed one
	Preset  string // "": as it is
	Comment string
}

// Promise is what an interim answer says.
type Promise struct {
	Text      string
	Until     time.Time // zero: the preset's budget "final"
	Permalink string    // of the interim answer; "" keeps the present one
}

// Opening is an incident opened by hand for a post.
type Opening struct {
	Region   string
	Post     post.Record // as the index gave it to this person; Post nil when sealed
	Title    string      // "": from the post
	Severity incident.Severity
}

func (d *Desk) Triage(ctx context.Context, c Command) (incident.Incident, error) {
	return incident.Incident{}, errUnfinished
}
func (d *Desk) Assign(ctx context.Context, c Command, a Assignment) (incident.Incident, error) {
	return incident.Incident{}, errUnfinished
}
func (d *Desk) Accept(ctx context.Context, c Command) (incident.Incident, error) {
	return incident.Incident{}, errUnfinished
}
func (d *Desk) Return(ctx context.Context, c Command, reason string) (incident.Incident, error) {
	return incident.Incident{}, errUnfinished
}
func (d *Desk) Draft(ctx context.Context, c Command, text string) (incident.Incident, error) {
	return incident.Incident{}, errUnfinished
}
func (d *Desk) Review(ctx context.Context, c Command) (incident.Incident, error) {
	return incident.Incident{}, errUnfinished
}
func (d *Desk) Rework(ctx context.Context, c Command, reason string) (incident.Incident, error) {
	return incident.Incident{}, errUnfinished
}

// Approve: hash is Draft.Hash of the text that the approver has read.
func (d *Desk) Approve(ctx context.Context, c Command, hash string) (incident.Incident, error) {
	return incident.Incident{}, errUnfinished
}
func (d *Desk) Publish(ctx context.Context, c Command) (incident.Incident, error) {
	return incident.Incident{}, errUnfinished
}
func (d *Desk) Answer(ctx context.Context, c Command, permalink string) (incident.Incident, error) {
	return incident.Incident{}, errUnfinished
}
func (d *Desk) Interim(ctx context.Context, c Command, p Promise) (incident.Incident, error) {
	return incident.Incident{}, errUnfinished
}
func (d *Desk) Control(ctx context.Context, c Command) (incident.Incident, error) {
	return incident.Incident{}, errUnfinished
}

// Verify: proof is a URL or words.
func (d *Desk) Verify(ctx context.Context, c Command, proof string) (incident.Incident, error) {
	return incident.Incident{}, errUnfinished
}
func (d *Desk) Close(ctx context.Context, c Command) (incident.Incident, error) {
	return incident.Incident{}, errUnfinished
}
func (d *Desk) Reopen(ctx context.Context, c Command, reason string) (incident.Incident, error) {
	return incident.Incident{}, errUnfinished
}

// Spam, NotOurs and Claim: reason may be empty.
func (d *Desk) Spam(ctx context.Context, c Command, reason string) (incident.Incident, error) {
	return incident.Incident{}, errUnfinished
}
func (d *Desk) NotOurs(ctx context.Context, c Command, reason string) (incident.Incident, error) {
	return incident.Incident{}, errUnfinished
}
func (d *Desk) Claim(ctx context.Context, c Command, reason string) (incident.Incident, error) {
	return incident.Incident{}, errUnfinished
}
func (d *Desk) Duplicate(ctx context.Context, c Command, of int64) (incident.Incident, error) {
	return incident.Incident{}, errUnfinished
}
func (d *Desk) Undo(ctx context.Context, c Command) (incident.Incident, error) {
	return incident.Incident{}, errUnfinished
}

// CommentOn takes any version, also 0.
func (d *Desk) CommentOn(ctx context.Context, c Command, text string) (incident.Incident, error) {
	return incident.Incident{}, errUnfinished
}

// OpenByHand: fault.Conflict when the post is in an incident of the region
// already; the message names it.
func (d *Desk) OpenByHand(ctx context.Context, who access.Person, o Opening) (incident.Incident, error) {
	return incident.Incident{}, errUnfinished
}

func (d *Desk) Get(ctx context.Context, who access.Person, number int64) (View, error) {
	return View{}, errUnfinished
}

// List gives a page of incidents and the cursor of the next ("" at the end).
func (d *Desk) List(ctx context.Context, who access.Person, f store.Filter) ([]incident.Incident, string, error) {
	return nil, "", errUnfinished
}

// Posts gives a page of an incident's evidence, in the order in which it joined.
func (d *Desk) Posts(ctx context.Context, who access.Person, number int64, after string, limit int) ([]incident.Evidence, string, error) {
	return nil, "", errUnfinished
}
func (d *Desk) Notifications(ctx context.Context, who access.Person, number int64) ([]store.Notification, error) {
	return nil, errUnfinished
}

// Agencies: region "" gives those of all regions of the person.
func (d *Desk) Agencies(ctx context.Context, who access.Person, region string) ([]incident.Agency, error) {
	return nil, errUnfinished
}
func (d *Desk) Agency(ctx context.Context, who access.Person, id int64) (incident.Agency, error) {
	return incident.Agency{}, errUnfinished
}

// PutAgency creates (ID 0) or replaces one.
func (d *Desk) PutAgency(ctx context.Context, who access.Person, a incident.Agency) (incident.Agency, error) {
	return a, errUnfinished
}

func (d *Desk) Rules(ctx context.Context, who access.Person, region string) ([]incident.Rule, error) {
	return nil, errUnfinished
}
func (d *Desk) Rule(ctx context.Context, who access.Person, id int64) (incident.Rule, error) {
	return incident.Rule{}, errUnfinished
}

// PutRule creates (ID 0) or replaces one.
func (d *Desk) PutRule(ctx context.Context, who access.Person, r incident.Rule) (incident.Rule, error) {
	return r, errUnfinished
}
func (d *Desk) DeleteRule(ctx context.Context, who access.Person, id int64) error {
	return errUnfinished
}

func (d *Desk) Route(ctx context.Context, who access.Person, region string) (store.RouteTree, error) {
	return store.RouteTree{}, errUnfinished
}

// PutRoute: version is that of the tree that was edited (0 for the first).
func (d *Desk) PutRoute(ctx context.Context, who access.Person, region string, version int, tree routing.Node) (store.RouteTree, error) {
	return store.RouteTree{}, errUnfinished
}
func (d *Desk) ExplainRoute(ctx context.Context, who access.Person, f routing.Facts) (routing.Explanation, error) {
	return routing.Explanation{}, errUnfinished
}

func (d *Desk) Presets(ctx context.Context, who access.Person, region string) ([]deadline.Preset, error) {
	return nil, errUnfinished
}
func (d *Desk) PutPreset(ctx context.Context, who access.Person, region string, p deadline.Preset) (deadline.Preset, error) {
	return p, errUnfinished
}

// Hits counts what a standing search has matched, by version and region, within
// the person's regions.
func (d *Desk) Hits(ctx context.Context, who access.Person, search int64) ([]store.Hits, error) {
	return nil, errUnfinished
}

// Take takes one match from the log: idempotent, one transaction.
func (d *Desk) Take(ctx context.Context, m ingest.Match) error { return errUnfinished }

// Rejection is a message that can't be processed.
type Rejection struct {
	Message stream.Message
	Reason  string
}

// Handle takes a batch of the topic "matches". What comes back cannot be
// processed ever; an error means that nothing of the batch may be committed.
func (d *Desk) Handle(ctx context.Context, ms []stream.Message) ([]Rejection, error) {
	return nil, errUnfinished
}
