package desk

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/incidents/routing"
	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
)

func evidence(e post.Envelope, body *post.Post) incident.Evidence {
	return incident.Evidence{Post: e.ID, Rev: e.Rev, Hash: e.Hash, Observed: e.Observed, Published: e.Published, Visibility: e.Visibility, Body: body}
}

// opener is a post that a rule takes.
type opener struct {
	taking
	rules []incident.Rule // not empty; the first counts
}

// openOrJoin joins posts that rules take to the incidents that they repeat;
// the others open their own. What all of them ask for and write goes to the
// database once.
func (d *Desk) openOrJoin(ctx context.Context, tx *store.Tx, os []opener) error {
	if len(os) == 0 {
		return nil
	}
	cs := make([]Candidate, len(os))
	for i, o := range os {
		cs[i] = Candidate{Region: o.Region, Envelope: o.Envelope, Body: o.body}
		for _, r := range o.rules {
			cs[i].Searches = append(cs[i].Searches, r.Search)
		}
	}
	joiner := d.Joiner
	if joiner == nil {
		joiner = Copies{}
	}
	joined, err := joiner.Join(ctx, tx, cs)
	if err != nil {
		return err
	}
	opening := 0
	for _, j := range joined {
		if j.How == "" {
			opening++
		}
	}
	if err := tx.Numbers(ctx, opening); err != nil {
		return err
	}
	numbers, now := make([]int64, len(os)), d.now()
	for i, o := range os {
		ev := evidence(o.Envelope, o.body)
		ev.JoinedAt, ev.Rule, ev.Search = now, o.rules[0].ID, o.rules[0].Search
		if j := joined[i]; j.How != "" {
			numbers[i] = cmp.Or(j.Number, numbers[j.Opener])
			ev.How = j.How
			inc := incident.Incident{Number: numbers[i], Region: o.Region}
			tx.AddPost(inc, ev)
			tx.AddKeys(inc, kept(o.body), o.Published)
			continue
		}
		ev.How = incident.Opened
		if numbers[i], err = d.openBy(ctx, tx, o, ev); err != nil {
			return fmt.Errorf("incident for %s in %s: %w", o.ID, o.Region, err)
		}
	}
	return nil
}

// openBy opens an incident by a rule, and assigns it where the rule says so.
func (d *Desk) openBy(ctx context.Context, tx *store.Tx, o opener, ev incident.Evidence) (number int64, err error) {
	rule := o.rules[0]
	ch := newIncident(tx, o.Region, o.Envelope, o.body, ev.JoinedAt)
	ch.inc.State = incident.Triage
	ch.inc.Rule, ch.inc.Search, ch.inc.Severity = rule.ID, rule.Search, rule.Severity
	ch.data["rule"], ch.data["rule_name"], ch.data["post"] = rule.ID, rule.Name, o.ID
	facts := routing.Facts{Region: o.Region, Searches: o.searches, Severity: string(rule.Severity),
		Networks: []string{o.ID.Network()}, Sources: []string{o.ID.Source()}}
	if err := d.open(ctx, ch, ev, facts, rule); err != nil {
		return 0, err
	}
	if rule.Mode != incident.Auto || ch.inc.Proposed == 0 {
		return ch.inc.Number, d.finish(ctx, ch, incident.EventOpened)
	}
	// Only the clock of who answers runs: an incident is never seen before it
	// is assigned.
	if err := ch.record(ctx, incident.EventOpened); err != nil {
		return 0, err
	}
	agency, err := tx.Agency(ctx, ch.inc.Proposed)
	if err != nil {
		return 0, err
	}
	next := &change{tx: tx, inc: ch.inc, from: ch.inc.State, now: ch.now, data: map[string]any{"rule": rule.ID}}
	next.enter(incident.Assigned)
	next.inc.Version++
	if err := d.give(ctx, next, agency); err != nil {
		return 0, err
	}
	return ch.inc.Number, d.finish(ctx, next, string(incident.DoAssign))
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

// open routes a new incident and adds it with its first post; finish is the
// caller's. What the rule says goes before the route.
func (d *Desk) open(ctx context.Context, ch *change, ev incident.Evidence, f routing.Facts, rule incident.Rule) error {
	i := ch.inc
	x, err := d.route(ctx, ch.tx, f, rule.Agency)
	if err != nil {
		return err
	}
	ps, err := ch.tx.Presets(ctx, i.Region)
	if err != nil {
		return err
	}
	i.Proposed, i.Curator, i.Watchers, i.Preset = x.Target.Agency, x.Target.Curator, x.Target.Watchers, standard
	for _, name := range []string{rule.Preset, x.Target.Preset, string(i.Severity)} {
		if _, ok := named(ps, name); ok {
			i.Preset = name
			break
		}
	}
	ch.data["route"], ch.data["proposed"] = taken(x), i.Proposed
	if err := ch.tx.Insert(ctx, i); err != nil {
		return err
	}
	ch.tx.AddPost(*i, ev)
	i.Posts = 1
	ch.tx.AddKeys(*i, kept(ev.Body), ev.Published)
	return nil
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

// route asks the region's tree; an agency that a rule names goes before the
// tree's. One that isn't active, and none, become the region's default one.
func (d *Desk) route(ctx context.Context, tx *store.Tx, f routing.Facts, named int64) (routing.Explanation, error) {
	r, err := tx.Route(ctx, f.Region)
	if err != nil {
		return routing.Explanation{}, err
	}
	return d.routeBy(ctx, tx, r.Tree, f, named)
}

// routeBy is route by a tree that need not be saved.
func (d *Desk) routeBy(ctx context.Context, tx *store.Tx, tree routing.Node, f routing.Facts, named int64) (routing.Explanation, error) {
	x := routing.Explain(tree, f)
	as, err := tx.Agencies(ctx, store.Everything(), f.Region)
	if err != nil {
		return x, err
	}
	active := func(id int64) bool {
		return id != 0 && slices.ContainsFunc(as, func(a incident.Agency) bool { return a.Active && a.ID == id })
	}
	choose := func(id int64, path string, only routing.Only, why string) {
		x.Target.Agency = id
		x.Steps = append(x.Steps, routing.Step{Path: path, At: []int{}, Taken: true, Because: []routing.Compared{}, Only: only, Why: why})
	}
	switch {
	case active(named):
		choose(named, "rule", routing.ByRule, "the rule names the agency")
	case active(x.Target.Agency):
	default:
		why := "no node names an agency"
		if x.Target.Agency != 0 {
			why = fmt.Sprintf("agency %d is not active", x.Target.Agency)
		}
		x.Target.Agency = 0
		if i := slices.IndexFunc(as, func(a incident.Agency) bool { return a.Active && a.Default }); i >= 0 {
			choose(as[i].ID, "default agency", routing.ByDefault, why)
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
	err = d.Store.InView(ctx, store.ViewOf(who), func(tx *store.Tx) error {
		if err := tx.LockRegions(ctx, o.Region); err != nil {
			return err
		}
		var known map[store.PostIn]store.Known
		at := store.PostIn{Region: o.Region, Post: e.ID}
		err := tx.System(ctx, func() (err error) { // the incident it belongs to may be one that this person doesn't see
			known, err = tx.KnownPosts(ctx, at)
			return err
		})
		if err != nil {
			return err
		}
		if k, ok := known[at]; ok {
			return fault.New(fault.Conflict, "post %s belongs to incident %d", e.ID, k.Number)
		}
		ch := newIncident(tx, o.Region, e, body, d.now())
		ch.who, ch.inc.Severity = who, o.Severity
		if title != "" {
			ch.inc.Title = title
		}
		ev := evidence(e, body)
		ev.JoinedAt, ev.How = ch.now, incident.ByHand
		ch.data["post"] = e.ID
		f := routing.Facts{Region: o.Region, Severity: string(o.Severity), Networks: []string{e.ID.Network()}, Sources: []string{e.ID.Source()}}
		if err := d.open(ctx, ch, ev, f, incident.Rule{}); err != nil {
			return err
		}
		if err := d.finish(ctx, ch, incident.EventOpened); err != nil {
			return err
		}
		out = *ch.inc
		return nil
	})
	return out, err
}
