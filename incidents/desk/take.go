package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/indexer/ingest"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/postgres"
	"github.com/otklik/otklik/internal/stream"
)

// Handle takes a batch of the topic "matches". What comes back can't be
// processed ever; an error means that nothing of the batch may be committed: it
// is given again and changes nothing twice. Where one match spoils the others,
// the error is fault.Invalid, and stream.Work finds the one by halving.
func (d *Desk) Handle(ctx context.Context, ms []stream.Message) ([]stream.Rejection, error) {
	var bad []stream.Rejection
	for part := range slices.Chunk(ms, perTx) {
		good := make([]ingest.Match, 0, len(part))
		for _, msg := range part {
			m, err := d.decode(msg.Value)
			if err != nil {
				bad = append(bad, msg.Reject(err))
				continue
			}
			good = append(good, m)
		}
		if err := d.take(ctx, good); err != nil {
			return nil, err
		}
	}
	return bad, nil
}

// perTx bounds the matches that are taken in one transaction: people who open
// incidents of the region wait for it.
const perTx = 250

// Take takes one match, in one transaction. Taking it again does nothing.
// fault.Invalid: it will never be taken; fault.Unavailable: not now.
func (d *Desk) Take(ctx context.Context, m ingest.Match) error {
	if err := d.check(m); err != nil {
		return err
	}
	return d.take(ctx, []ingest.Match{m})
}

func unusable(format string, args ...any) error { return fault.New(fault.Invalid, format, args...) }

func (d *Desk) decode(b []byte) (ingest.Match, error) {
	var m ingest.Match
	if err := json.Unmarshal(b, &m); err != nil {
		return m, unusable("not a match: %w", err)
	}
	return m, d.check(m)
}

func (d *Desk) check(m ingest.Match) error {
	if err := m.Check(); err != nil {
		return unusable("%w", err)
	}
	switch {
	case m.Region == "" || !slices.Contains(m.Regions, m.Region):
		return unusable("region %.20q is not one of the post's regions", m.Region)
	case !d.Regions.Known(m.Region):
		return unusable("there is no region %.20q", m.Region)
	case m.Kind != post.Deletion && m.Visibility != post.Sealed && m.Post == nil:
		return unusable("match of %s carries no post", m.ID)
	}
	for _, s := range m.Searches {
		if s.ID <= 0 || s.Version <= 0 || s.Version > math.MaxInt32 {
			return unusable("search %d, version %d, can't be", s.ID, s.Version)
		}
	}
	return nil
}

// taking is a match with what the log does not carry of it.
type taking struct {
	ingest.Match
	body     *post.Post
	missing  error   // why there is no body
	searches []int64 // those whose version is the present one
}

// take takes checked matches in one transaction.
func (d *Desk) take(ctx context.Context, ms []ingest.Match) error {
	ts, err := d.takings(ctx, ms)
	if err == nil && len(ts) > 0 {
		err = d.Store.InTx(ctx, func(tx *store.Tx) error { return d.takeAll(ctx, tx, ts) })
	}
	if store.Permanent(err) {
		return unusable("the match can't be stored: %w", err)
	}
	return postgres.Kind(err)
}

// takings leaves out what was asked to be forgotten and reads the bodies of
// sealed posts. Not inside the transaction: whoever waits for its locks holds
// connections, and these reads need one each.
func (d *Desk) takings(ctx context.Context, ms []ingest.Match) ([]taking, error) {
	present, err := d.versions(ctx, ms)
	if err != nil {
		return nil, err
	}
	gone := map[post.ID]bool{}
	if d.Forgotten != nil {
		ids := make([]post.ID, len(ms))
		for i, m := range ms {
			ids[i] = m.ID
		}
		if gone, err = d.Forgotten.Forgotten(ctx, ids); err != nil {
			return nil, err
		}
	}
	ts := make([]taking, 0, len(ms))
	for _, m := range ms {
		if gone[m.ID] {
			continue
		}
		if m.Post != nil && m.Post.Deleted {
			m.Kind = post.Deletion // found in the past of a search: the index keeps what its source does not
		}
		t := taking{Match: m, body: m.Post}
		for _, s := range m.Searches {
			// A version older than the present one, or of a search that is gone,
			// says nothing of what people want now.
			if v, ok := present[s.ID]; present == nil || ok && s.Version >= v {
				t.searches = append(t.searches, s.ID)
			}
		}
		if m.Kind == post.Revision {
			if t.body, err = d.body(ctx, m.Envelope, m.Post); fault.KindOf(err) == fault.Invalid {
				t.missing = err
			} else if err != nil {
				return nil, err
			}
		}
		ts = append(ts, t)
	}
	return ts, nil
}

// versions asks for the present versions of all the searches of a batch; nil
// when every version counts as the present one.
func (d *Desk) versions(ctx context.Context, ms []ingest.Match) (map[int64]int, error) {
	if d.Searches == nil {
		return nil, nil
	}
	var ids []int64
	for _, m := range ms {
		for _, s := range m.Searches {
			ids = append(ids, s.ID)
		}
	}
	slices.Sort(ids)
	v, err := d.Searches.Current(ctx, slices.Compact(ids))
	if v == nil {
		v = map[int64]int{}
	}
	return v, err
}

func (d *Desk) takeAll(ctx context.Context, tx *store.Tx, ts []taking) error {
	var regions []string
	var searches []int64
	for _, m := range ts {
		regions, searches = append(regions, m.Region), append(searches, m.searches...)
	}
	if err := tx.LockRegions(ctx, regions...); err != nil {
		return err
	}
	for _, m := range ts {
		for _, s := range m.Match.Searches {
			tx.AddHits(store.Hit{Search: s.ID, Version: s.Version, Region: m.Region, Post: m.ID, Published: m.Published, Bucket: m.Bucket})
		}
	}
	rules, err := tx.RulesFor(ctx, regions, searches)
	if err != nil {
		return err
	}
	for len(ts) > 0 {
		// What is said of a post once more depends on what the first time did.
		var round, rest []taking
		seen := map[store.PostIn]bool{}
		for _, m := range ts {
			if at := m.at(); seen[at] {
				rest = append(rest, m)
			} else {
				seen[at] = true
				round = append(round, m)
			}
		}
		if err := d.takeRound(ctx, tx, round, rules); err != nil {
			return err
		}
		ts = rest
	}
	return nil
}

func (m *taking) at() store.PostIn { return store.PostIn{Region: m.Region, Post: m.ID} }

// takeRound takes matches of different posts.
func (d *Desk) takeRound(ctx context.Context, tx *store.Tx, ts []taking, rules []incident.Rule) error {
	posts := make([]store.PostIn, len(ts))
	for i := range ts {
		posts[i] = ts[i].at()
	}
	known, err := tx.KnownPosts(ctx, posts...)
	if err != nil {
		return err
	}
	var openers []opener
	for _, m := range ts {
		if k, ok := known[m.at()]; ok {
			if err := d.again(ctx, tx, m, k); err != nil {
				return fmt.Errorf("match of %s in %s: %w", m.ID, m.Region, err)
			}
			continue
		}
		takes := takers(m, rules)
		if len(takes) == 0 {
			continue
		}
		if m.missing != nil {
			return m.missing
		}
		openers = append(openers, opener{m, takes})
	}
	return d.openOrJoin(ctx, tx, openers)
}

// takers gives the rules that take a post that is new to its region.
func takers(m taking, rules []incident.Rule) (takes []incident.Rule) {
	if m.Kind != post.Revision {
		return nil // new counters and a deletion tell of nothing new
	}
	for _, r := range rules {
		if r.Region == m.Region && slices.Contains(m.searches, r.Search) && (m.Origin == post.Live || r.OpenForBackfill) {
			takes = append(takes, r)
		}
	}
	return takes
}

// again takes what a match says of a post that is evidence already.
func (d *Desk) again(ctx context.Context, tx *store.Tx, m taking, known store.Known) error {
	kind := incident.EventRevised
	switch m.Kind {
	case post.Deletion:
		ok, err := tx.MarkDeleted(ctx, m.Region, m.Envelope)
		if err != nil || !ok {
			return err
		}
		kind = incident.EventDeleted
	case post.Revision:
		if m.Rev == known.Rev || m.Rev == known.DeletedRev || m.Rev > known.Rev && m.Hash == known.Hash && known.DeletedRev == 0 {
			return nil
		}
		if m.missing != nil {
			return m.missing
		}
		ok, err := tx.Revise(ctx, m.Region, m.Envelope, *m.body)
		if err != nil || !ok {
			return err
		}
	default:
		return nil
	}
	inc, err := tx.Incident(ctx, store.Everything(), known.Number, true)
	if err != nil {
		return err
	}
	data := map[string]any{"post": m.ID, "rev": m.Rev, "observed": m.Observed}
	if stricter(m.Visibility, inc.Visibility) {
		// The source was put out of sight; what the incident shows of it follows.
		inc.Visibility = m.Visibility
		data["visibility"] = m.Visibility
	}
	inc.UpdatedAt = d.now() // whoever has it open is told that it is not what it was
	if err := tx.Save(ctx, inc); err != nil {
		return err
	}
	e := incident.Event{At: inc.UpdatedAt, Kind: kind, From: inc.State, To: inc.State}
	return tx.AddEvent(ctx, inc, e, data)
}

// stricter says whether fewer people may see a than b.
func stricter(a, b post.Visibility) bool {
	order := []post.Visibility{post.Public, post.Partner, post.Sealed}
	return slices.Index(order, a) > slices.Index(order, b)
}

// body gives the content of a post; that of a sealed one is not in the log.
func (d *Desk) body(ctx context.Context, e post.Envelope, p *post.Post) (*post.Post, error) {
	if p != nil {
		return p, nil
	}
	if d.Bodies == nil {
		return nil, unusable("the body of sealed post %s can't be read: this installation keeps none", e.ID)
	}
	b, err := d.Bodies.Body(ctx, e.ID, e.Rev)
	if fault.KindOf(err) == fault.NotFound {
		return nil, unusable("the body of sealed post %s, rev %d, is gone", e.ID, e.Rev)
	}
	if err != nil {
		return nil, fmt.Errorf("body of %s: %w", e.ID, err)
	}
	return &b, nil
}
