// Package incident is what the desk works on: an incident, its evidence, its
// audit trail, and the one table that says who may do what in which state.
//
// It is pure: no driver, no clock of its own.
package incident

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/incidents/deadline"
)

// Severity says how bad it is for people if nothing happens.
type Severity string

const (
	Low      Severity = "low"
	Normal   Severity = "normal"
	Raised   Severity = "raised"
	Critical Severity = "critical"
)

// Valid says whether the severity exists.
func (s Severity) Valid() bool { return s == Low || s == Normal || s == Raised || s == Critical }

// Incident is one problem of a region, however many posts tell of it. Times
// are UTC; a nil time is one that has not come yet.
type Incident struct {
	Number     int64           `json:"number"`
	Region     string          `json:"region"` // ISO 3166-2
	State      State           `json:"state"`
	Before     State           `json:"before,omitempty"` // where Undo goes; "" unless State is Spam, NotOurs, Duplicate or Claim
	Version    int             `json:"version"`          // of what people decide; posts that join do not change it
	Title      string          `json:"title"`
	Severity   Severity        `json:"severity"`
	Visibility post.Visibility `json:"visibility"`

	Agency   int64    `json:"agency,omitempty"`   // who has to answer; 0 before it is assigned
	Proposed int64    `json:"proposed,omitempty"` // whom the route proposes; 0 if nobody
	Curator  string   `json:"curator,omitempty"`  // e-mail address
	Watchers []string `json:"watchers,omitempty"` // e-mail addresses
	Preset   string   `json:"preset"`             // deadlines

	Rule   int64 `json:"rule,omitempty"`   // that opened it; 0: by hand
	Search int64 `json:"search,omitempty"` // of the rule

	Published  *time.Time `json:"published,omitempty"`   // of the first post
	Detected   *time.Time `json:"detected,omitempty"`    // when the crawler first read it
	OpenedAt   time.Time  `json:"opened_at"`             // registered
	StateAt    time.Time  `json:"state_at"`              // when it came into its state
	AssignedAt *time.Time `json:"assigned_at,omitempty"` // last time
	ReactedAt  *time.Time `json:"reacted_at,omitempty"`  // when the agency accepted it
	AnsweredAt *time.Time `json:"answered_at,omitempty"` // last time
	ClosedAt   *time.Time `json:"closed_at,omitempty"`
	CappedFrom time.Time  `json:"capped_from"` // start of the hard cap: registered or reopened
	UpdatedAt  time.Time  `json:"updated_at"`

	Due      *time.Time `json:"due,omitempty"`       // nil: nothing runs
	DueClock string     `json:"due_clock,omitempty"` // which clock ends first
	DueFrom  *time.Time `json:"due_from,omitempty"`  // when that clock started
	Warned   int        `json:"warned,omitempty"`    // per cent of this Due that was warned of; 100: breached

	Posts       int64      `json:"posts"` // number of posts that tell of it
	DuplicateOf int64      `json:"duplicate_of,omitempty"`
	Draft       *Draft     `json:"draft,omitempty"`
	Permalink   string     `json:"permalink,omitempty"` // of the published answer
	Promise     string     `json:"promise,omitempty"`   // what an interim answer promises
	PromisedBy  *time.Time `json:"promised_by,omitempty"`
}

// Draft is the text of an answer on its way to being published.
type Draft struct {
	Text         string     `json:"text"`
	Hash         string     `json:"hash"`                    // TextHash(Text)
	Authors      []int64    `json:"authors"`                 // everyone who wrote at it since it was last published
	AuthorName   string     `json:"author_name"`             // the last of them
	WrittenAt    time.Time  `json:"written_at"`              //
	ApprovedHash string     `json:"approved_hash,omitempty"` // hash of the text that was approved
	ApprovedBy   int64      `json:"approved_by,omitempty"`
	ApproverName string     `json:"approver_name,omitempty"`
	ApprovedAt   *time.Time `json:"approved_at,omitempty"`
}

// Approved says whether the text as it stands now was approved.
func (d *Draft) Approved() bool {
	return d != nil && d.ApprovedHash != "" && d.ApprovedHash == TextHash(d.Text)
}

// TextHash names the text of a draft: 64 hex digits. An approval binds to it.
func TextHash(text string) string {
	h := sha256.Sum256([]byte(text))
	return hex.EncodeToString(h[:])
}

// How says how a post came to an incident.
type How string

const (
	Opened    How = "opened"  // it opened the incident
	Copied    How = "copy"    // same text
	Forwarded How = "forward" // the same post, forwarded
	ByHand    How = "hand"    // a person put it there
)

// Evidence is a post of an incident as it was read: it outlives retention.
type Evidence struct {
	Post       post.ID         `json:"post"`
	Rev        int64           `json:"rev"`
	Hash       string          `json:"hash"`
	Observed   time.Time       `json:"observed"`
	Published  time.Time       `json:"published"`
	Visibility post.Visibility `json:"visibility"`
	JoinedAt   time.Time       `json:"joined_at"`
	How        How             `json:"how"`
	Rule       int64           `json:"rule,omitempty"`
	Search     int64           `json:"search,omitempty"`
	DeletedAt  *time.Time      `json:"deleted_at,omitempty"` // when we saw that it was gone at its source
	Copies     int             `json:"copies"`               // revisions kept
	Body       *post.Post      `json:"body"`                 // newest revision
}

// Copy is one revision of a post as it was read.
type Copy struct {
	Rev      int64      `json:"rev"`
	Hash     string     `json:"hash"`
	Observed time.Time  `json:"observed"`
	Body     *post.Post `json:"body"`
}

// Event is one line of the audit trail.
type Event struct {
	ID       int64           `json:"id"`
	At       time.Time       `json:"at"`
	Kind     string          `json:"kind"`           // a Command, or one of the events below
	Who      int64           `json:"who,omitempty"`  // 0: the system
	Name     string          `json:"name,omitempty"` // of who
	From     State           `json:"from,omitempty"`
	To       State           `json:"to,omitempty"`
	Version  int             `json:"version"`            // of the incident after it
	Audience Audience        `json:"audience,omitempty"` // of a comment; "": of everything else
	Data     json.RawMessage `json:"data,omitempty"`
}

// Audience says for whom a comment is.
type Audience string

const (
	Internal Audience = "internal" // for those who see the incident; also a comment that doesn't say
	Resident Audience = "resident" // also for those whose posts it is about
)

// Audiences are both of them.
func Audiences() []Audience { return []Audience{Internal, Resident} }

// Kinds of events that are no command of a person.
const (
	EventOpened  = "opened"  // a rule or a person opened the incident
	EventRevised = "revised" // a post of it was edited at its source
	EventDeleted = "deleted" // a post of it is gone at its source
	EventWarned  = "warned"  // part of the time is over
	EventBreach  = "breach"  // the deadline has passed
	EventLooked  = "looked"  // a person looked at a sealed incident
)

// Agency is who answers.
type Agency struct {
	ID         int64  `json:"id"`
	Region     string `json:"region"`
	Name       string `json:"name"`
	Kind       string `json:"kind"` // "municipality", "ministry", "utility", … as the centre calls it
	Email      string `json:"email,omitempty"`
	WebhookURL string `json:"webhook_url,omitempty"`
	// WebhookSecret signs webhooks. Given back only where it was just made.
	WebhookSecret string `json:"webhook_secret,omitempty"`
	Default       bool   `json:"default"` // gets what no route takes; one per region
	Active        bool   `json:"active"`
	// Shifts are when it works; nil: office hours. Keys are weekdays, 0 is Sunday.
	Shifts deadline.Shifts `json:"shifts,omitempty"`
}

// Mode says what a rule does with a match.
type Mode string

const (
	Suggest Mode = "suggest" // into triage, with a proposed agency
	Auto    Mode = "auto"    // assigned at once
)

// Rule is the only thing that opens incidents by itself (decision 7).
type Rule struct {
	ID              int64    `json:"id"`
	Region          string   `json:"region"`
	Search          int64    `json:"search"`
	Name            string   `json:"name"`
	Mode            Mode     `json:"mode"`
	Severity        Severity `json:"severity"`
	Preset          string   `json:"preset,omitempty"` // "": the route's, or the severity's
	Agency          int64    `json:"agency,omitempty"` // 0: the route says
	Enabled         bool     `json:"enabled"`
	OpenForBackfill bool     `json:"open_for_backfill"` // also what isn't live opens incidents
}

const maxTitle = 120 // characters of a title that is taken from a post, without the ellipsis

// TitleOf gives an incident's title: the first line of the post that opened
// it, cut at a word within 120 characters.
func TitleOf(p *post.Post) string {
	if p == nil {
		return ""
	}
	s := p.Title
	if s == "" {
		s, _, _ = strings.Cut(strings.TrimSpace(p.Text), "\n")
	}
	s = strings.Join(strings.Fields(s), " ")
	if utf8.RuneCountInString(s) <= maxTitle {
		return s
	}
	cut := whole(s, maxTitle)
	if i := strings.LastIndexByte(cut, ' '); i > len(cut)/2 && s[len(cut)] != ' ' {
		cut = cut[:i]
	}
	if t := strings.TrimRightFunc(cut, idle); t != "" {
		cut = t
	}
	return cut + "…"
}

// whole gives the beginning of s, of at most so many runes, that ends between
// two characters as people see them: no accent and no flag is torn apart.
func whole(s string, most int) string {
	end, left, state := 0, most, -1
	for rest := s; rest != ""; {
		var g string
		g, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if left -= utf8.RuneCountInString(g); left < 0 {
			break
		}
		end += len(g)
	}
	if end == 0 { // one character of so many runes is no writing
		return string([]rune(s)[:most])
	}
	return s[:end]
}

// idle: what may not stand before an ellipsis, closing brackets and quotes aside.
func idle(r rune) bool {
	return unicode.IsSpace(r) || strings.ContainsRune(".,:;!?…-–—([{«„", r)
}
