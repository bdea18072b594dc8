package desk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/incidents/store"
)

// Candidate is a post that a rule would open an incident for.
type Candidate struct {
	post.Envelope
	Region   string
	Body     *post.Post // never nil
	Searches []int64    // of the rules that take it
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

// Copies is the sure tier: exact copies and forwards of one post, in one region,
// of one visibility, published within the window, in an incident that was
// opened for one of the candidate's searches or by hand.
type Copies struct {
	Window time.Duration // 0: 72 h
}

// The kinds of keys.
const (
	textKey    = "text"    // of a post with this text
	addressKey = "address" // of the post at this address
	forwardKey = "forward" // of a post that forwards the one at this address
)

// Join looks for a post with the same text, for the one that this one
// forwards, or for one that forwards this or the same one.
func (c Copies) Join(ctx context.Context, tx *store.Tx, x Candidate) (Joined, bool, error) {
	window := c.Window
	if window == 0 {
		window = 72 * time.Hour
	}
	for _, k := range sought(x.Body) {
		n, ok, err := tx.FindByKey(ctx, x.Region, x.Visibility, k, x.Searches, x.Published, window)
		if err != nil {
			return Joined{}, false, err
		}
		if ok {
			how := incident.Forwarded
			if k.Kind == textKey {
				how = incident.Copied
			}
			return Joined{n, how}, true, nil
		}
	}
	return Joined{}, false, nil
}

// fewestLetters is how much text two posts must share to be the same for
// sure: "нет воды" is written by many about many places.
const fewestLetters = 20

// kept gives the keys by which later posts find this one.
func kept(p *post.Post) []store.Key {
	if p == nil {
		return nil
	}
	ks := textKeys(p)
	switch {
	case forwards(p) != "":
		ks = append(ks, key(forwardKey, forwards(p)))
	case p.URL != "":
		ks = append(ks, key(addressKey, p.URL))
	}
	return ks
}

// sought gives the keys of posts that this one repeats. Two posts at one
// address are not two of a kind: feeds give every item the address of their
// front page.
func sought(p *post.Post) []store.Key {
	if p == nil {
		return nil
	}
	ks := textKeys(p)
	switch {
	case forwards(p) != "":
		ks = append(ks, key(addressKey, forwards(p)), key(forwardKey, forwards(p)))
	case p.URL != "":
		ks = append(ks, key(forwardKey, p.URL))
	}
	return ks
}

func forwards(p *post.Post) string {
	if p.Forward == nil {
		return ""
	}
	return p.Forward.URL
}

func textKeys(p *post.Post) []store.Key {
	n := normal(p.Title + "\n" + p.Text)
	if utf8.RuneCountInString(n)-strings.Count(n, " ") < fewestLetters {
		return nil
	}
	return []store.Key{key(textKey, n)}
}

func key(kind, of string) store.Key {
	h := sha256.Sum256([]byte(of))
	return store.Key{Kind: kind, Key: hex.EncodeToString(h[:16])}
}

// normal leaves letters and digits, folded, with single spaces. Marks that are
// no part of a letter, as of stress, part no words.
func normal(s string) string {
	var b strings.Builder
	gap := false
	for _, r := range strings.ToLower(norm.NFC.String(s)) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if gap && b.Len() > 0 {
				b.WriteByte(' ')
			}
			gap = false
			if r == 'ё' {
				r = 'е'
			}
			b.WriteRune(r)
		default:
			gap = true
		}
	}
	return b.String()
}
