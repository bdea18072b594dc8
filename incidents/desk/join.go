package desk

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
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
	Searches []int64    // of the rules that take it, never empty; the first is that of the incident it would open
}

// Joined is the incident that a post tells of once more; the zero value is none.
type Joined struct {
	How    incident.How // "": none
	Number int64        // 0: the incident that the candidate Opener opens
	Opener int          // its place among the candidates, before this one
}

// Joiner finds for each of some posts the open incident that it repeats, also
// one that an earlier of them opens. It is asked under the locks of their
// regions, inside the transaction that will join the posts. The answers are in
// the order of the candidates. Families of reworded copies come in here later.
type Joiner interface {
	Join(ctx context.Context, tx *store.Tx, cs []Candidate) ([]Joined, error)
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
func (c Copies) Join(ctx context.Context, tx *store.Tx, cs []Candidate) ([]Joined, error) {
	window := cmp.Or(c.Window, 72*time.Hour)
	var asked []store.Sought
	counts := make([]int, len(cs)) // of keys asked for
	for i := range cs {
		ks := sought(cs[i].Body)
		counts[i] = len(ks)
		for _, k := range ks {
			asked = append(asked, store.Sought{Region: cs[i].Region, Visibility: cs[i].Visibility, Searches: cs[i].Searches,
				From: cs[i].Published.Add(-window), To: cs[i].Published.Add(window), Key: k})
		}
	}
	found, err := tx.FindByKeys(ctx, asked)
	if err != nil {
		return nil, err
	}
	out, together := make([]Joined, len(cs)), gathering{}
	for i := range cs {
		to := joins{Found: store.Found{Search: cs[i].Searches[0]}, opener: i}
		n := counts[i]
		for k := range n {
			at, ok := together.oldest(asked[k], found[k])
			if !ok {
				continue
			}
			to = at
			out[i] = Joined{How: incident.Forwarded, Number: at.Number, Opener: at.opener}
			if asked[k].Kind == textKey {
				out[i].How = incident.Copied
			}
			break
		}
		asked, found = asked[n:], found[n:]
		together.add(&cs[i], to)
	}
	return out, nil
}

// joins is an incident that candidates join: one that there is, or that of an
// opener.
type joins struct {
	store.Found
	opener int // of a new one
}

func (a joins) older(b joins) bool {
	switch {
	case a.Number == 0 && b.Number == 0:
		return a.opener < b.opener
	case a.Number == 0 || b.Number == 0:
		return a.Number != 0
	}
	return a.Number < b.Number
}

// gathering is what candidates have brought to incidents so far, as the
// database will know it when they are written.
type gathering map[place][]brought

type place struct {
	region     string
	visibility post.Visibility
	store.Key
}

type brought struct {
	joins
	first, last time.Time // published, of the posts with this key
}

// oldest gives the oldest incident that is sought, among those that the
// database knows and those of earlier candidates.
func (g gathering) oldest(s store.Sought, f store.Found) (oldest joins, ok bool) {
	oldest, ok = joins{Found: f}, f.Number != 0
	for _, b := range g[place{s.Region, s.Visibility, s.Key}] {
		fits := !b.first.After(s.To) && !b.last.Before(s.From) && (b.Search == 0 || slices.Contains(s.Searches, b.Search))
		if fits && (!ok || b.older(oldest)) {
			oldest, ok = b.joins, true
		}
	}
	return oldest, ok
}

// add notes that a candidate brings its keys to an incident.
func (g gathering) add(c *Candidate, to joins) {
next:
	for _, k := range kept(c.Body) {
		p := place{c.Region, c.Visibility, k}
		for i := range g[p] {
			if b := &g[p][i]; b.joins == to {
				if c.Published.Before(b.first) {
					b.first = c.Published
				}
				if c.Published.After(b.last) {
					b.last = c.Published
				}
				continue next
			}
		}
		g[p] = append(g[p], brought{to, c.Published, c.Published})
	}
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
