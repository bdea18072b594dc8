// Package post holds the record of one post: its identity, its content, the
// envelope it travels in through the log, and the rules that keep both within
// the limits of every engine behind.
//
// It is a leaf: it imports nothing of Otklik and no driver.
package post

import "time"

// EnvelopeVersion is the version of the envelope that this binary writes.
// Readers accept EnvelopeVersion-1 … EnvelopeVersion+1 (see Envelope.Check).
const EnvelopeVersion = 1

// Kind says what a record in the log tells about its post.
type Kind string

const (
	// Revision: the content is new or has changed.
	Revision Kind = "revision"
	// Counters: only views, likes and the like have changed. The record
	// carries the whole post all the same, so that writing it to an index
	// needs no reading first.
	Counters Kind = "counters"
	// Deletion: the post is gone at its source. The record carries no body.
	Deletion Kind = "deletion"
)

// Origin says how a post came to us; what isn't Live opens no incident unless
// a rule asks for it.
type Origin string

const (
	Live     Origin = "live"     // seen as it was published
	Backfill Origin = "backfill" // read backwards through a source's history
	Import   Origin = "import"   // from a file
)

// Visibility is who may see a post at all, before regions and sources.
type Visibility string

const (
	Public  Visibility = "public"
	Partner Visibility = "partner" // messages to a newsroom
	Sealed  Visibility = "sealed"  // children, appeals to an ombudsman
)

// Envelope is what every record in every topic begins with.
type Envelope struct {
	V            int        `json:"v"`                       // version of the envelope
	Kind         Kind       `json:"kind"`                    //
	ID           ID         `json:"id"`                      // network:owner/native-id; the log's key
	Rev          int64      `json:"rev"`                     // order of readings: from one Postgres sequence, taken before the fetch
	Hash         string     `json:"hash"`                    // of the content (Post.Hash); 32 hex digits
	Observed     time.Time  `json:"observed"`                // when we read it, UTC
	Published    time.Time  `json:"published"`               // UTC, never after the first Observed; frozen at first sight
	PublishedRaw string     `json:"published_raw,omitempty"` // as the source wrote it
	Bucket       Bucket     `json:"bucket"`                  // where it lives; frozen at first sight
	Origin       Origin     `json:"origin"`                  //
	Regions      []string   `json:"regions"`                 // ISO 3166-2 codes of the source's regions
	Visibility   Visibility `json:"visibility"`              //
	Analysis     int        `json:"analysis"`                // text.Edition.Number of the analysis, 0 before the indexer
	Again        bool       `json:"again,omitempty"`         // a Revision of a post that the log had before
}

// Record is one entry of the topic "posts".
type Record struct {
	Envelope
	// Post is the whole content. Nil for a Deletion and for a Sealed post,
	// whose body stays in Postgres under (ID, Rev) and is read through
	// ledger.Bodies.
	Post *Post `json:"post,omitempty"`
}

// Type is what kind of writing a post is.
type Type string

const (
	TypePost    Type = "post"
	TypeComment Type = "comment"
	TypeMessage Type = "message"
)

// Post is the content of one post as its source shows it.
type Post struct {
	Type     Type       `json:"type"`
	Title    string     `json:"title,omitempty"`    // headline of an article; Telegram posts have none
	Text     string     `json:"text"`               // plain text, lines end in \n
	URL      string     `json:"url,omitempty"`      // permalink
	Channel  string     `json:"channel,omitempty"`  // the source's title when it was read; an alias, never an identity
	Author   *Author    `json:"author,omitempty"`   // nil: the channel itself
	Links    []string   `json:"links,omitempty"`    // absolute http(s) URLs in the text, in order
	Media    []Media    `json:"media,omitempty"`    //
	Forward  *Forward   `json:"forward,omitempty"`  // nil: not a forward
	ReplyTo  ID         `json:"reply_to,omitempty"` //
	Edited   bool       `json:"edited,omitempty"`   // the source says so; not part of the hash
	Deleted  bool       `json:"deleted,omitempty"`  // set by the indexer on a Deletion
	Cut      bool       `json:"cut,omitempty"`      // Text is longer at the source; the whole is in ledger.Bodies
	Counters CounterSet `json:"counters"`           //
}

// Author is who wrote a post. A person is only an HMAC that means something
// within one source (Trust: no profiles); an organisation keeps its name.
type Author struct {
	ID     string `json:"id"`             // HMAC for a person, native id otherwise
	Name   string `json:"name,omitempty"` // empty for a person
	Person bool   `json:"person,omitempty"`
}

// MediaKind is a kind of attachment.
type MediaKind string

const (
	Photo       MediaKind = "photo"
	Video       MediaKind = "video"
	Audio       MediaKind = "audio"
	Voice       MediaKind = "voice"
	Document    MediaKind = "document"
	Poll        MediaKind = "poll"
	Sticker     MediaKind = "sticker"
	Location    MediaKind = "location"
	Unsupported MediaKind = "unsupported" // the source shows that there is something, not what
)

// Media is one attachment. URLs may expire and take no part in the hash.
type Media struct {
	Kind  MediaKind `json:"kind"`
	ID    string    `json:"id,omitempty"`  // native id (for an album: the message number)
	URL   string    `json:"url,omitempty"` // picture, thumbnail or file
	Title string    `json:"title,omitempty"`
}

// Forward says where a forwarded post comes from; URL and ID are empty where
// the source hides it.
type Forward struct {
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
}

// Counter is a number as a source shows it: "37.2K" is Value 37200, Step 100.
type Counter struct {
	Value int64 `json:"value"`
	Step  int64 `json:"step"` // granularity; 1 is exact
}

// CounterSet holds what a source counts; nil is unknown, not zero.
type CounterSet struct {
	Views    *Counter `json:"views,omitempty"`
	Reposts  *Counter `json:"reposts,omitempty"`
	Comments *Counter `json:"comments,omitempty"`
	Likes    *Counter `json:"likes,omitempty"` // sum of reactions where a source has several
}
