// Package notify delivers messages to agencies: webhooks and e-mail behind one
// contract.
package notify

import (
	"context"
	"encoding/json"
	"time"
)

// Kind names a channel.
type Kind string

const (
	ByWebhook Kind = "webhook"
	ByEmail   Kind = "email"
)

// Message is one notification to one address.
type Message struct {
	ID      int64  // of the notification
	Key     string // the same at every attempt: a receiver that knows it has the message already
	Address string // URL or e-mail address
	Secret  string // signs webhooks
	Event   string // "assigned", "warned", "breach", …
	Subject string
	Text    string          // for people, in Russian
	Data    json.RawMessage // for machines
}

// Result says how a delivery ended.
type Result string

const (
	Sent   Result = "sent"
	Retry  Result = "retry"   // may work later
	GiveUp Result = "give up" // will never work: a wrong address, a refusal
)

// Outcome is the end of one attempt.
type Outcome struct {
	Result Result
	Reason string        // for people; "" when sent
	After  time.Duration // with Retry: not before; 0 is up to the caller
	// Unsure is set when the message may have arrived although this attempt
	// failed: the connection broke after it was handed over.
	Unsure bool
}

// Channel delivers. Send makes one attempt, bounds its time itself, and may be
// called from several goroutines. It never panics on a bad address: that is
// GiveUp.
type Channel interface {
	Send(ctx context.Context, m Message) Outcome
}
