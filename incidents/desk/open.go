package desk

import (
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

// openOrJoin joins a post that a rule takes to the incident that it repeats,
// else opens one. rules are not empty; the first counts.
func (d *Desk) openOrJoin(ctx context.Context, tx *store.Tx, m taking, rules []incident.Rule) error {
	rule, now := rules[0], d.now()
	ev := evidence(m.Envelope, m.body)
	ev.JoinedAt, ev.Rule, ev.Search = now, rule.ID, rule.Search

	topics := make([]int64, len(rules))
	for i, r := range rules {
		topics[i] = r.Search
	}
	joiner := d.Joiner
	if joiner == nil {
		joiner = Copies{}
	}
	j, ok, err := joiner.Join(ctx, tx, Candidate{Region: m.Region, Envelope: m.Envelope, Body: m.body, Searches: topics})
	if err != nil {
		return err
	}
	if ok {
		ev.How = j.How
		inc := incident.Incident{Number: j.Number, Region: m.Region}
		if _, err := tx.AddPost(ctx, inc, ev); err != nil {
			return err
		}
		return tx.AddKeys(ctx, inc, kept(m.body), m.Published)
	}
	ch := newIncident(tx, m.Region, m.Envelope, m.body, now)
	ch.inc.State = incident.Triage
	ch.inc.Rule, ch.inc.Search, ch.inc.Severity = rule.ID, rule.Search, rule.Severity
	ch.data["rule"], ch.data["rule_name"], ch.data["post"] = rule.ID, rule.Name, m.ID
	ev.How = incident.Opened
	facts := routing.Facts{Region: m.Region, Searches: m.searches, Severity: string(rule.Severity),
		Networks: []string{m.ID.Network()}, Sources: []string{m.ID.Source()}}
	if err := d.open(ctx, ch, ev, facts, rule); err != nil {
		return err
	}
	if rule.Mode != incident.Auto || ch.inc.Proposed == 0 {
		return nil
	}
	agency, err := tx.Agency(ctx, ch.inc.Proposed)
	if err != nil {
		return err
	}
	next := &change{tx: tx, inc: ch.inc, from: ch.inc.State, now: now, data: map[string]any{"rule": rule.ID}}
	next.enter(incident.Assigned)
	next.inc.Version++
	if err := d.give(ctx, next, agency); err != nil {
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

// open routes a new incident and writes it with its first post. What the rule
// says goes before the route.
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
	if _, err := ch.tx.AddPost(ctx, *i, ev); err != nil {
		return err
	}
	i.Posts = 1
	if err := ch.tx.AddKeys(ctx, *i, kept(ev.Body), ev.Published); err != nil {
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

// route asks the region's tree; an agency that a rule names goes before the
// tree's. One that isn't active, and none, become the region's default one.
func (d *Desk) route(ctx context.Context, tx *store.Tx, f routing.Facts, named int64) (routing.Explanation, error) {
	r, err := tx.Route(ctx, f.Region)
	if err != nil {
		return routing.Explanation{}, err
	}
	x := routing.Explain(r.Tree, f)
	as, err := tx.Agencies(ctx, store.Everything(), f.Region)
	if err != nil {
		return x, err
	}
	active := func(id int64) bool {
		return id != 0 && slices.ContainsFunc(as, func(a incident.Agency) bool { return a.Active && a.ID == id })
	}
	choose := func(id int64, path, why string) {
		x.Target.Agency = id
		x.Steps = append(x.Steps, routing.Step{Path: path, Taken: true, Why: why})
	}
	switch {
	case active(named):
		choose(named, "rule", "the rule names the agency")
	case active(x.Target.Agency):
	default:
		why := "no node names an agency"
		if x.Target.Agency != 0 {
			why = fmt.Sprintf("agency %d is not active", x.Target.Agency)
		}
		x.Target.Agency = 0
		if i := slices.IndexFunc(as, func(a incident.Agency) bool { return a.Active && a.Default }); i >= 0 {
			choose(as[i].ID, "default agency", why)
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
		var k store.Known
		var ok bool
		err := tx.System(ctx, func() (err error) { // the incident it belongs to may be one that this person doesn't see
			k, ok, err = tx.KnownPost(ctx, o.Region, e.ID)
			return err
		})
		if err != nil {
			return err
		}
		if ok {
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
		out = *ch.inc
		return nil
	})
	return out, err
}
