// Package ledger knows what has been seen: for every post its bucket, the hash
// of its last revision and the rev of the last reading. It turns what adapters
// read into records of the log, and keeps the bodies that the log may not or
// cannot carry.
package ledger

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/crawler/source"
	"github.com/otklik/otklik/internal/fault"
)

// Ledger is the ledger of one installation. Make it with Open. Safe for
// concurrent use.
type Ledger struct {
	Pool    *pgxpool.Pool
	classes map[string]post.Class
	secret  []byte
	keys    sync.Map // source → HMAC key
}

// Open reads the installation's secret, making it at the first start.
func Open(ctx context.Context, pool *pgxpool.Pool, classes []post.Class) (*Ledger, error) {
	fresh := make([]byte, 32)
	if _, err := rand.Read(fresh); err != nil {
		return nil, err
	}
	l := &Ledger{Pool: pool, classes: map[string]post.Class{}}
	for _, c := range classes {
		l.classes[c.Name] = c
	}
	if _, err := pool.Exec(ctx, `INSERT INTO secret (name, value) VALUES ('authors', $1) ON CONFLICT DO NOTHING`, fresh); err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	if err := pool.QueryRow(ctx, `SELECT value FROM secret WHERE name = 'authors'`).Scan(&l.secret); err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	return l, nil
}

// Class says whether a retention class exists.
func (l *Ledger) Class(name string) bool { _, ok := l.classes[name]; return ok }

// NextRev gives the rev of a reading. Take it before the fetch: what is read
// later can then not be older.
func (l *Ledger) NextRev(ctx context.Context) (rev int64, err error) {
	if err := l.Pool.QueryRow(ctx, `SELECT nextval('rev_seq')`).Scan(&rev); err != nil {
		return 0, fmt.Errorf("rev: %w", err)
	}
	return rev, nil
}

// Reading is one look at a source.
type Reading struct {
	Rev        int64
	Observed   time.Time
	Origin     post.Origin
	Regions    []string
	Visibility post.Visibility
	Class      string
	// KeepLive: a revision from a file never replaces one that was read live,
	// which knows more (media, counters, the newest text).
	KeepLive bool
	// Recheck: what is new is looked at again later, see DueRechecks.
	Recheck bool
}

// Admitted is what became of a batch.
type Admitted struct {
	Records   []post.Record
	New       int // of Records: first revisions
	Revised   int // of Records: further revisions
	Unchanged int
	TooOld    int // older than their class allows
	Stale     int // an older reading than one that is known
	Forgotten int // asked to be forgotten
	Invalid   map[post.ID]string

	counters map[post.ID]string
	imported bool
}

type state struct {
	bucket    post.Bucket
	published time.Time
	hash      string
	counters  string
	rev       int64
	imported  bool
	deleted   bool
	forgotten bool
}

// Admit decides what of a batch goes into the log. The caller appends the
// records and then calls Confirm. Between the two nothing is lost by a crash:
// what was appended is appended again with the next reading.
func (l *Ledger) Admit(ctx context.Context, r Reading, items []source.Item) (*Admitted, error) {
	class, ok := l.classes[r.Class]
	if !ok {
		return nil, fault.New(fault.Invalid, "retention class %q is unknown", r.Class)
	}
	out := &Admitted{Invalid: map[post.ID]string{}, counters: map[post.ID]string{}, imported: r.Origin == post.Import}
	var drafts []draft
	seen := map[post.ID]int{}
	for _, it := range items {
		d, why := l.draft(r, class, it)
		switch {
		case why == tooOld:
			out.TooOld++
		case why != "":
			out.Invalid[it.ID] = why
		default:
			if i, ok := seen[d.ID]; ok {
				drafts[i] = d // the same id twice in a batch: the later one counts
				continue
			}
			seen[d.ID] = len(drafts)
			drafts = append(drafts, d)
		}
	}
	if len(drafts) == 0 {
		return out, nil
	}
	known, err := l.firstSight(ctx, r, drafts)
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	var bodies []body
	for _, d := range drafts {
		b, ok := out.admit(r, d, known[d.ID])
		if ok && b.Post.Text != "" {
			bodies = append(bodies, b)
		}
	}
	if err := l.keepBodies(ctx, bodies); err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	return out, nil
}

// draft is an item on its way to a record.
type draft struct {
	post.Record
	whole    string // the uncut text of a cut post
	counters string
}

const tooOld = "too old"

// draft cleans an item; why says what keeps it out.
func (l *Ledger) draft(r Reading, class post.Class, it source.Item) (d draft, why string) {
	if err := it.ID.Check(); err != nil {
		return d, err.Error()
	}
	p := it.Post
	d.whole = p.Normalize()
	if a := p.Author; a != nil && a.Person {
		p.Author = &post.Author{ID: l.pseudonym(it.ID.Source(), a.ID), Person: true}
	}
	published := it.Published.UTC().Truncate(time.Microsecond) // what Postgres keeps
	if it.Published.IsZero() || published.After(r.Observed) {
		published = r.Observed
	}
	if !class.Accepts(published, r.Observed) {
		return d, tooOld
	}
	bucket, err := post.NewBucket(class.Name, published)
	if err != nil {
		return d, err.Error()
	}
	d.Envelope = post.Envelope{
		V: post.EnvelopeVersion, ID: it.ID, Rev: r.Rev, Hash: p.Hash(d.whole), Observed: r.Observed.UTC(),
		Published: published, PublishedRaw: post.CutBytes(post.Clean(it.PublishedRaw), 64), Bucket: bucket,
		Origin: r.Origin, Regions: r.Regions, Visibility: r.Visibility,
	}
	d.Post = &p
	d.counters = counters(p.Counters)
	return d, ""
}

// pseudonym is an author's name within one source: an HMAC under a key of that
// source, so that nobody can be followed from one source to another.
func (l *Ledger) pseudonym(src, author string) string {
	key, ok := l.keys.Load(src)
	if !ok {
		key, _ = l.keys.LoadOrStore(src, mac(l.secret, src))
	}
	return hex.EncodeToString(mac(key.([]byte), author)[:16])
}

func mac(key []byte, s string) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte(s))
	return m.Sum(nil)
}

// counters writes what is counted in a form that can be compared.
func counters(c post.CounterSet) string {
	s := ""
	for _, n := range []*post.Counter{c.Views, c.Reposts, c.Comments, c.Likes} {
		if n != nil {
			s += fmt.Sprint(n.Value)
		}
		s += "/"
	}
	return s
}

// admit decides about one draft against what is known. ok says whether it has
// a body to be kept in Postgres.
func (out *Admitted) admit(r Reading, d draft, known state) (b body, ok bool) {
	d.Bucket, d.Published = known.bucket, known.published
	switch {
	case known.forgotten:
		out.Forgotten++
		return b, false
	case known.rev >= r.Rev:
		out.Stale++
		return b, false
	case r.KeepLive && known.rev > 0 && !known.imported:
		out.Unchanged++
		return b, false
	case known.hash == d.Hash && !known.deleted:
		// An imported post that is then read live becomes a live one, or the
		// next file could still replace it.
		if r.Origin == post.Import || known.counters == d.counters && !known.imported {
			out.Unchanged++
			return b, false
		}
		d.Kind = post.Counters
	default:
		d.Kind = post.Revision
		if known.rev == 0 {
			out.New++
		} else {
			out.Revised++
			d.Again = true
		}
	}
	out.counters[d.ID] = d.counters
	whole := *d.Post
	if d.whole != "" {
		whole.Text = d.whole
	}
	if r.Visibility == post.Sealed {
		d.Post = nil
		ok = true
	}
	out.Records = append(out.Records, d.Record)
	return body{ID: d.ID, Rev: d.Rev, Post: whole}, ok || d.whole != ""
}
