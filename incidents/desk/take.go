package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/incidents/routing"
	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/indexer/ingest"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/stream"
)

// ErrUnusable is in the chain of errors about a match that can never be taken.
var ErrUnusable = errors.New("the match can't be used")

func unusable(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrUnusable, fault.New(fault.Invalid, format, args...))
}

// Take takes one match from the log, in one transaction. Taking it again does
// nothing. ErrUnusable is in the error when it will never be taken.
func (d *Desk) Take(ctx context.Context, m ingest.Match) error {
	return d.take(ctx, []ingest.Match{m})
}

// Rejection is a message that can't be processed.
type Rejection struct {
	Message stream.Message
	Reason  string
}

// perTx bounds the matches that are taken in one transaction.
const perTx = 100

// Handle takes a batch of the topic "matches". What comes back cannot be
// processed ever; an error means that nothing of the batch may be committed:
// it is given again and changes nothing twice.
func (d *Desk) Handle(ctx context.Context, ms []stream.Message) ([]Rejection, error) {
	var bad []Rejection
	for part := range slices.Chunk(ms, perTx) {
		var good []ingest.Match
		var from []stream.Message
		for _, msg := range part {
			m, err := decode(msg.Value)
			if err == nil {
				err = d.check(m)
			}
			if err != nil {
				bad = append(bad, Rejection{msg, err.Error()})
				continue
			}
			good, from = append(good, m), append(from, msg)
		}
		if len(good) == 0 {
			continue
		}
		err := d.take(ctx, good)
		if err == nil {
			continue
		}
		if !hopeless(err) {
			return nil, err
		}
		// One of them spoils the transaction: find it.
		for i, m := range good {
			if err := d.take(ctx, []ingest.Match{m}); hopeless(err) {
				bad = append(bad, Rejection{from[i], err.Error()})
			} else if err != nil {
				return nil, err
			}
		}
	}
	return bad, nil
}

func hopeless(err error) bool { return errors.Is(err, ErrUnusable) || store.Permanent(err) }

func decode(b []byte) (ingest.Match, error) {
	var m ingest.Match
	if err := json.Unmarshal(b, &m); err != nil {
		return m, unusable("not a match: %w", err)
	}
	return m, nil
}

func (d *Desk) check(m ingest.Match) error {
	if err := m.Check(); err != nil {
		return unusable("%w", err)
	}
	switch {
	case m.Region == "" || !slices.Contains(m.Regions, m.Region):
		return unusable("region %.20q is not one of the post's regions", m.Region)
	case len(m.Searches) == 0:
		return unusable("a match of no search")
	case !d.Regions.Known(m.Region):
		return unusable("there is no region %.20q", m.Region)
	case m.Kind != post.Deletion && m.Visibility != post.Sealed && m.Post == nil:
		return unusable("match of %s carries no post", m.ID)
	}
	return nil
}

func (d *Desk) take(ctx context.Context, ms []ingest.Match) error {
	for _, m := range ms {
		if err := d.check(m); err != nil {
			return err
		}
	}
	present, err := d.versions(ctx, ms)
	if err != nil {
		return err
	}
	return d.Store.InTx(ctx, func(tx *store.Tx) error {
		var regions []string
		for _, m := range ms {
			regions = append(regions, m.Region)
		}
		if err := tx.LockRegions(ctx, regions...); err != nil {
			return err
		}
		for _, m := range ms {
			if err := d.takeOne(ctx, tx, m, present); err != nil {
				return fmt.Errorf("match of %s in %s: %w", m.ID, m.Region, err)
			}
		}
		return nil
	})
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
	if err != nil {
		return nil, err
	}
	if v == nil {
		v = map[int64]int{}
	}
	return v, nil
}

func (d *Desk) takeOne(ctx context.Context, tx *store.Tx, m ingest.Match, present map[int64]int) error {
	if m.Kind != post.Deletion {
		ids, versions := make([]int64, len(m.Searches)), make([]int, len(m.Searches))
		for i, s := range m.Searches {
			ids[i], versions[i] = s.ID, s.Version
		}
		if err := tx.AddHits(ctx, m.Region, m.Envelope, ids, versions); err != nil {
			return err
		}
	}
	known, ok, err := tx.KnownPost(ctx, m.Region, m.ID)
	if err != nil {
		return err
	}
	if ok {
		return d.again(ctx, tx, m, known)
	}
	if m.Kind != post.Revision {
		return nil // new counters and a deletion tell of nothing new
	}
	var searches []int64
	for _, s := range m.Searches {
		// A version older than the present one, or of a search that is gone,
		// says nothing of what people want now.
		if v, ok := present[s.ID]; present == nil || ok && s.Version >= v {
			searches = append(searches, s.ID)
		}
	}
	if len(searches) == 0 {
		return nil
	}
	rules, err := tx.RulesFor(ctx, m.Region, searches)
	if err != nil {
		return err
	}
	rules = slices.DeleteFunc(rules, func(r incident.Rule) bool { return m.Origin != post.Live && !r.OpenForBackfill })
	if len(rules) == 0 {
		return nil
	}
	body, err := d.body(ctx, m.Envelope, m.Post)
	if err != nil {
		return err
	}
	return d.openOrJoin(ctx, tx, m, body, rules, searches)
}

// again takes what a match says of a post that is evidence already.
func (d *Desk) again(ctx context.Context, tx *store.Tx, m ingest.Match, known store.Known) error {
	kind := incident.EventRevised
	switch m.Kind {
	case post.Deletion:
		ok, err := tx.MarkDeleted(ctx, m.Region, m.Envelope)
		if err != nil || !ok {
			return err
		}
		kind = incident.EventDeleted
	case post.Revision:
		if m.Rev == known.Rev || m.Rev > known.Rev && m.Hash == known.Hash && !known.Deleted {
			return nil
		}
		body, err := d.body(ctx, m.Envelope, m.Post)
		if err != nil {
			return err
		}
		ok, err := tx.Revise(ctx, m.Region, m.Envelope, *body)
		if err != nil || !ok {
			return err
		}
	default:
		return nil
	}
	inc, err := tx.Incident(ctx, store.Everything(), known.Number, false)
	if err != nil {
		return err
	}
	e := incident.Event{At: d.now(), Kind: kind, From: inc.State, To: inc.State}
	return tx.AddEvent(ctx, inc, e, map[string]any{"post": m.ID, "rev": m.Rev, "observed": m.Observed})
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

func evidence(e post.Envelope, body *post.Post) incident.Evidence {
	return incident.Evidence{Post: e.ID, Rev: e.Rev, Hash: e.Hash, Observed: e.Observed, Published: e.Published, Visibility: e.Visibility, Body: body}
}

func (d *Desk) openOrJoin(ctx context.Context, tx *store.Tx, m ingest.Match, body *post.Post, rules []incident.Rule, searches []int64) error {
	rule, now := rules[0], d.now()
	ev := evidence(m.Envelope, body)
	ev.JoinedAt, ev.Rule, ev.Search = now, rule.ID, rule.Search

	topics := make([]int64, len(rules))
	for i, r := range rules {
		topics[i] = r.Search
	}
	joiner := d.Joiner
	if joiner == nil {
		joiner = Copies{}
	}
	c := Candidate{Region: m.Region, Envelope: m.Envelope, Body: body, Searches: topics}
	j, ok, err := joiner.Join(ctx, tx, c)
	if err != nil {
		return err
	}
	if ok {
		inc, err := tx.Incident(ctx, store.Everything(), j.Number, true)
		if err != nil {
			return err
		}
		ev.How = j.How
		if _, err := tx.AddPost(ctx, inc, ev); err != nil {
			return err
		}
		return tx.AddKeys(ctx, inc, Keys(m.Envelope, body), m.Published)
	}
	ch := newIncident(tx, m.Region, m.Envelope, body, now)
	ch.inc.State = incident.Triage
	ch.inc.Rule, ch.inc.Search, ch.inc.Severity = rule.ID, rule.Search, rule.Severity
	ch.data["rule"], ch.data["rule_name"], ch.data["post"] = rule.ID, rule.Name, m.ID
	facts := routing.Facts{Region: m.Region, Searches: searches, Severity: string(rule.Severity),
		Networks: []string{m.ID.Network()}, Sources: []string{m.ID.Source()}}
	if err := d.open(ctx, ch, ev, facts, rule.Agency, rule.Preset); err != nil {
		return err
	}
	if rule.Mode != incident.Auto || ch.inc.Proposed == 0 {
		return nil
	}
	next := &change{tx: tx, inc: ch.inc, from: ch.inc.State, now: now, data: map[string]any{"rule": rule.ID}}
	next.enter(incident.Assigned)
	next.inc.Version++
	if err := d.give(ctx, next, next.inc.Proposed); err != nil {
		return err
	}
	return d.finish(ctx, next, string(incident.DoAssign))
}

func newIncident(tx *store.Tx, region string, e post.Envelope, body *post.Post, now time.Time) *change {
	published, detected := e.Published.UTC(), e.Observed.UTC()
	inc := &incident.Incident{Region: region, State: incident.New, Version: 1, Title: incident.TitleOf(body), Severity: incident.Normal,
		Visibility: e.Visibility, Published: &published, Detected: &detected, OpenedAt: now, StateAt: now, CappedFrom: now, UpdatedAt: now}
	if inc.Title == "" {
		inc.Title = string(e.ID)
	}
	return &change{tx: tx, inc: inc, now: now, data: map[string]any{}}
}

// open routes a new incident and writes it with its first post. agency and
// pre override the route where they are set.
func (d *Desk) open(ctx context.Context, ch *change, ev incident.Evidence, f routing.Facts, agency int64, pre string) error {
	x, err := d.route(ctx, ch.tx, f)
	if err != nil {
		return err
	}
	if agency != 0 {
		if a, err := ch.tx.Agency(ctx, agency); err == nil && a.Active && a.Region == f.Region {
			x.Target.Agency = agency
		}
	}
	i := ch.inc
	i.Proposed, i.Curator, i.Watchers = x.Target.Agency, x.Target.Curator, x.Target.Watchers
	for _, name := range []string{pre, x.Target.Preset, string(i.Severity)} {
		if _, ok, err := preset(ctx, ch.tx, i.Region, name); err != nil {
			return err
		} else if ok {
			i.Preset = name
			break
		}
	}
	if i.Preset == "" {
		i.Preset = standard
	}
	ch.data["route"], ch.data["proposed"] = taken(x), i.Proposed
	if err := ch.tx.Insert(ctx, i); err != nil {
		return err
	}
	ev.How = incident.Opened
	if ch.who.ID != 0 {
		ev.How = incident.ByHand
	}
	ok, err := ch.tx.AddPost(ctx, *i, ev)
	if err != nil {
		return err
	}
	if !ok {
		return fault.New(fault.Conflict, "post %s belongs to an incident of %s already", ev.Post, i.Region)
	}
	i.Posts = 1
	e := post.Envelope{ID: ev.Post, Published: ev.Published}
	if err := ch.tx.AddKeys(ctx, *i, Keys(e, ev.Body), ev.Published); err != nil {
		return err
	}
	return d.finish(ctx, ch, incident.EventOpened)
}

// taken gives the path of the deepest node that took it.
func taken(x routing.Explanation) string {
	for _, s := range slices.Backward(x.Steps) {
		if s.Taken {
			return s.Path
		}
	}
	return ""
}

// route asks the region's tree. An agency that is gone, and none, become the
// region's default one.
func (d *Desk) route(ctx context.Context, tx *store.Tx, f routing.Facts) (routing.Explanation, error) {
	r, err := tx.Route(ctx, f.Region)
	if err != nil {
		return routing.Explanation{}, err
	}
	x := routing.Explain(r.Tree, f)
	as, err := tx.Agencies(ctx, store.Everything(), f.Region)
	if err != nil {
		return x, err
	}
	usable := func(a incident.Agency) bool { return a.Active && a.ID == x.Target.Agency }
	if x.Target.Agency != 0 && slices.ContainsFunc(as, usable) {
		return x, nil
	}
	why := "no node names an agency"
	if x.Target.Agency != 0 {
		why = fmt.Sprintf("agency %d is not active", x.Target.Agency)
	}
	x.Target.Agency = 0
	for _, a := range as {
		if a.Active && a.Default {
			x.Target.Agency = a.ID
			x.Steps = append(x.Steps, routing.Step{Path: "default agency", Taken: true, Why: why})
		}
	}
	return x, nil
}

// Opening is an incident opened by hand for a post.
type Opening struct {
	Region   string
	Post     post.Record // as the index gave it to this person; Post nil when sealed
	Title    string      // "": from the post
	Severity incident.Severity
}

// OpenByHand opens an incident for a post that the person sees. fault.Conflict
// when the post is in an incident of the region already; the message names it.
func (d *Desk) OpenByHand(ctx context.Context, who access.Person, o Opening) (incident.Incident, error) {
	var out incident.Incident
	if !who.May(access.Triage) {
		return out, fault.New(fault.Forbidden, "role %q may not open an incident", who.Role)
	}
	e := o.Post.Envelope
	if err := e.Check(); err != nil {
		return out, fault.Fields(fault.Field{Path: "post", Message: err.Error()})
	}
	if !who.Scope().Region(o.Region) || !who.Scope().Allows(e.Regions, e.ID.Source(), string(e.Visibility)) {
		return out, fault.New(fault.NotFound, "there is no post %s in region %s", e.ID, o.Region)
	}
	if !slices.Contains(e.Regions, o.Region) {
		return out, fault.Fields(fault.Field{Path: "region", Message: "not a region of this post"})
	}
	if o.Severity == "" {
		o.Severity = incident.Normal
	}
	if !o.Severity.Valid() {
		return out, fault.Fields(fault.Field{Path: "severity", Message: "use low, normal, raised or critical"})
	}
	title, err := words("title", o.Title, 400, false)
	if err != nil {
		return out, err
	}
	body, err := d.body(ctx, e, o.Post.Post)
	if err != nil {
		return out, err
	}
	err = d.Store.InTx(ctx, func(tx *store.Tx) error {
		if err := tx.LockRegions(ctx, o.Region); err != nil {
			return err
		}
		if k, ok, err := tx.KnownPost(ctx, o.Region, e.ID); err != nil {
			return err
		} else if ok {
			return fault.New(fault.Conflict, "post %s belongs to incident %d", e.ID, k.Number)
		}
		ch := newIncident(tx, o.Region, e, body, d.now())
		ch.who, ch.inc.Severity = who, o.Severity
		if title != "" {
			ch.inc.Title = title
		}
		ev := evidence(e, body)
		ev.JoinedAt = ch.now
		ch.data["post"] = e.ID
		f := routing.Facts{Region: o.Region, Severity: string(o.Severity), Networks: []string{e.ID.Network()}, Sources: []string{e.ID.Source()}}
		if err := d.open(ctx, ch, ev, f, 0, ""); err != nil {
			return err
		}
		out = *ch.inc
		return nil
	})
	return out, err
}
