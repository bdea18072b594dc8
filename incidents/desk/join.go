package desk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/incidents/store"
)

// Candidate is a post that a rule would open an incident for.
type Candidate struct {
	post.Envelope
	Region   string
	Body     *post.Post
	Searches []int64 // of the rules that take it
}

// Joined is the incident that a post tells of once more.
type Joined struct {
	Number int64
	How    incident.How
}

// Joiner finds the open incident that a post repeats. It is asked under the
// region's lock, inside the transaction that will join the post. Families of
// reworded copies come in here later.
type Joiner interface {
	Join(ctx context.Context, tx *store.Tx, c Candidate) (j Joined, ok bool, err error)
}

// Copies is the sure tier: exact copies and forwards of one post, for one
// search, in one region, of one visibility, published within the window.
type Copies struct {
	Window time.Duration // 0: 72 h
}

// The kinds of keys.
const (
	textKey    = "text"
	addressKey = "address"
)

// Join looks for a post with the same text or the same origin.
func (c Copies) Join(ctx context.Context, tx *store.Tx, x Candidate) (Joined, bool, error) {
	window := c.Window
	if window == 0 {
		window = 72 * time.Hour
	}
	for _, k := range Keys(x.Envelope, x.Body) {
		n, ok, err := tx.FindByKey(ctx, x.Region, x.Visibility, k, x.Searches, x.Published, window)
		if err != nil {
			return Joined{}, false, err
		}
		if ok {
			how := incident.Copied
			if k.Kind == addressKey {
				how = incident.Forwarded
			}
			return Joined{n, how}, true, nil
		}
	}
	return Joined{}, false, nil
}

// fewestLetters is how much text two posts must share to be the same for
// sure: "нет воды" is written by many about many places.
const fewestLetters = 20

// Keys gives what exact copies and forwards of a post have in common with it.
func Keys(_ post.Envelope, p *post.Post) []store.Key {
	var ks []store.Key
	if p == nil {
		return nil
	}
	if n := normal(p.Title + "\n" + p.Text); len([]rune(strings.ReplaceAll(n, " ", ""))) >= fewestLetters {
		h := sha256.Sum256([]byte(n))
		ks = append(ks, store.Key{Kind: textKey, Key: hex.EncodeToString(h[:16])})
	}
	origin := p.URL
	if p.Forward != nil && p.Forward.URL != "" {
		origin = p.Forward.URL
	}
	if origin != "" {
		ks = append(ks, store.Key{Kind: addressKey, Key: origin})
	}
	return ks
}

// normal leaves letters and digits, folded, with single spaces.
func normal(s string) string {
	var b strings.Builder
	gap := false
	for _, r := range strings.ToLower(norm.NFC.String(s)) {
		switch {
		case r == 'ё':
			r = 'е'
			fallthrough
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if gap && b.Len() > 0 {
				b.WriteByte(' ')
			}
			gap = false
			b.WriteRune(r)
		default:
			gap = true
		}
	}
	return b.String()
}
