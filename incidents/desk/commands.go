package desk

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
)

// The limits of what people write.
const (
	maxReason = 4 << 10  // bytes
	maxAnswer = 16 << 10 // bytes of a draft
)

// Command is what every command carries: on which incident, at which version
// it was seen, and who gives it. Every command answers with the incident after
// it. Errors: fault.NotFound (no such incident for this person), Forbidden
// (the role may not), Conflict (another version, or the state doesn't allow
// it), Invalid (fields).
type Command struct {
	Number  int64
	Version int
	Who     access.Person
}

// Assignment says to whom.
type Assignment struct {
	Agency  int64  // 0: the proposed one
	Preset  string // "": as it is
	Comment string
}

// Promise is what an interim answer says.
type Promise struct {
	Text      string
	Until     time.Time // zero: the preset's budget "final"
	Permalink string    // of the interim answer; "" keeps the present one
}

// change is one command under way.
type change struct {
	tx   *store.Tx
	inc  *incident.Incident // already in its new state
	from incident.State
	who  access.Person
	now  time.Time
	data map[string]any // of the event
}

// do runs a command: checks, the new state, its event, its jobs, in one
// transaction. what does the part that is the command's own; it may be nil.
func (d *Desk) do(ctx context.Context, c Command, cmd incident.Command, what func(ctx context.Context, ch *change) error) (incident.Incident, error) {
	if err := incident.May(cmd, c.Who); err != nil {
		return incident.Incident{}, err
	}
	var out incident.Incident
	view := store.ViewOf(c.Who)
	err := d.Store.InView(ctx, view, func(tx *store.Tx) error {
		if cmd == incident.DoDuplicate {
			// Two people who name each other's incidents at once must not make a circle.
			seen, err := tx.Incident(ctx, view, c.Number, false)
			if err != nil {
				return err
			}
			if err := tx.LockRegions(ctx, seen.Region); err != nil {
				return err
			}
		}
		inc, err := tx.Incident(ctx, view, c.Number, true)
		if err != nil {
			return err
		}
		if cmd != incident.DoComment && c.Version != inc.Version {
			return conflict(ctx, tx, inc, c.Version)
		}
		to, err := incident.Next(cmd, inc.State, inc.Before)
		if err != nil {
			return err
		}
		ch := &change{tx: tx, inc: &inc, from: inc.State, who: c.Who, now: d.now(), data: map[string]any{}}
		ch.enter(to)
		if cmd != incident.DoComment {
			inc.Version++
		}
		if what != nil {
			if err := what(ctx, ch); err != nil {
				return err
			}
		}
		if err := d.finish(ctx, ch, string(cmd)); err != nil {
			return err
		}
		out = inc
		return nil
	})
	return out, err
}

// enter brings the incident into a state and keeps what Undo needs.
func (ch *change) enter(to incident.State) {
	i := ch.inc
	if to == i.State {
		return
	}
	if slices.Contains([]incident.State{incident.Spam, incident.NotOurs, incident.Duplicate, incident.Claimed}, to) {
		i.Before = i.State
	} else {
		i.Before = ""
	}
	i.State, i.StateAt = to, ch.now
}

// finish sets the clocks, saves, and writes the event.
func (d *Desk) finish(ctx context.Context, ch *change, kind string) error {
	i := ch.inc
	i.UpdatedAt = ch.now
	if err := d.clocks(ctx, ch.tx, i); err != nil {
		return err
	}
	if err := ch.tx.Save(ctx, *i); err != nil {
		return err
	}
	return ch.record(ctx, kind)
}

// record adds the event of a change.
func (ch *change) record(ctx context.Context, kind string) error {
	var data any
	if len(ch.data) > 0 {
		data = ch.data
	}
	e := incident.Event{At: ch.now, Kind: kind, Who: ch.who.ID, Name: ch.who.Name, From: ch.from, To: ch.inc.State}
	return ch.tx.AddEvent(ctx, *ch.inc, e, data)
}

// conflict says what has changed since the version that a person saw.
func conflict(ctx context.Context, tx *store.Tx, i incident.Incident, seen int) error {
	events, err := tx.Events(ctx, i.Number, seen, 20)
	if err != nil {
		return err
	}
	f := &fault.Error{Kind: fault.Conflict, Stale: true, Message: fmt.Sprintf("incident %d is at version %d now, not %d; read it again", i.Number, i.Version, seen)}
	for _, e := range events {
		name := e.Name
		if name == "" {
			name = "otklik"
		}
		f.Fields = append(f.Fields, fault.Field{Path: "version", Message: fmt.Sprintf("%s: %s (%s → %s) by %s", e.At.Format("2006-01-02 15:04:05"), e.Kind, e.From, e.To, name)})
	}
	return f
}

// words cleans what a person wrote; need says that there must be something.
func words(path, s string, most int, need bool) (string, error) {
	s = strings.TrimSpace(post.Clean(s))
	switch {
	case need && s == "":
		return "", fault.Fields(fault.Field{Path: path, Message: "must not be empty"})
	case len(s) > most:
		return "", fault.Fields(fault.Field{Path: path, Message: fmt.Sprintf("%d bytes, at most %d", len(s), most)})
	}
	return s, nil
}

// permalink checks the form of a public address.
func permalink(s string) (string, error) {
	s = strings.TrimSpace(s)
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil || len(s) > post.MaxURL || post.Clean(s) != s {
		return "", fault.Fields(fault.Field{Path: "permalink", Message: "the public address of the answer: http(s)://…"})
	}
	return s, nil
}

// because is a command whose only own part is its reason.
func (d *Desk) because(ctx context.Context, c Command, cmd incident.Command, path, reason string, need bool, what func(ch *change)) (incident.Incident, error) {
	reason, err := words(path, reason, maxReason, need)
	if err != nil {
		return incident.Incident{}, err
	}
	return d.do(ctx, c, cmd, func(_ context.Context, ch *change) error {
		if reason != "" {
			ch.data[path] = reason
		}
		if what != nil {
			what(ch)
		}
		return nil
	})
}

// Triage takes an incident back into triage.
func (d *Desk) Triage(ctx context.Context, c Command) (incident.Incident, error) {
	return d.do(ctx, c, incident.DoTriage, nil)
}

// Assign gives it to an agency, which is notified.
func (d *Desk) Assign(ctx context.Context, c Command, a Assignment) (incident.Incident, error) {
	comment, err := words("comment", a.Comment, maxReason, false)
	if err != nil {
		return incident.Incident{}, err
	}
	return d.do(ctx, c, incident.DoAssign, func(ctx context.Context, ch *change) error {
		if comment != "" {
			ch.data["comment"] = comment
		}
		if a.Agency == 0 {
			a.Agency = ch.inc.Proposed
		}
		if a.Agency == 0 {
			return fault.Fields(fault.Field{Path: "agency", Message: "say which agency: none is proposed"})
		}
		if a.Preset != "" {
			ps, err := ch.tx.Presets(ctx, ch.inc.Region)
			if err != nil {
				return err
			}
			if _, ok := named(ps, a.Preset); !ok {
				return fault.Fields(fault.Field{Path: "preset", Message: fmt.Sprintf("region %s has no preset %.40q", ch.inc.Region, a.Preset)})
			}
			ch.inc.Preset = a.Preset
		}
		agency, err := ch.tx.Agency(ctx, a.Agency)
		if fault.KindOf(err) == fault.NotFound || err == nil && (agency.Region != ch.inc.Region || !agency.Active) {
			return fault.Fields(fault.Field{Path: "agency", Message: fmt.Sprintf("region %s has no active agency %d", ch.inc.Region, a.Agency)})
		}
		if err != nil {
			return err
		}
		return d.give(ctx, ch, agency)
	})
}

// give makes an agency the one that answers, and tells it.
func (d *Desk) give(ctx context.Context, ch *change, agency incident.Agency) error {
	ch.inc.Agency, ch.inc.Proposed = agency.ID, agency.ID
	at := ch.now
	ch.inc.AssignedAt, ch.inc.StateAt = &at, at
	ch.inc.ReactedAt = nil
	ch.data["agency"] = agency.ID
	ch.data["agency_name"] = agency.Name
	if err := d.clocks(ctx, ch.tx, ch.inc); err != nil { // the message says the deadline
		return err
	}
	return d.tell(ctx, ch.tx, *ch.inc, telling{event: "assigned", at: ch.now, version: ch.inc.Version})
}

// Accept: the agency works on it.
func (d *Desk) Accept(ctx context.Context, c Command) (incident.Incident, error) {
	return d.do(ctx, c, incident.DoAccept, func(_ context.Context, ch *change) error {
		at := ch.now
		ch.inc.ReactedAt = &at
		return nil
	})
}

// Return gives it back to the centre with a reason: the agency's clocks stop,
// the centre's go on. The agency no longer sees it.
func (d *Desk) Return(ctx context.Context, c Command, reason string) (incident.Incident, error) {
	return d.because(ctx, c, incident.DoReturn, "reason", reason, true, func(ch *change) {
		ch.data["agency"] = ch.inc.Agency
		ch.inc.Agency, ch.inc.AssignedAt = 0, nil
	})
}

// Draft writes the text of the answer. Whatever was approved before is not.
func (d *Desk) Draft(ctx context.Context, c Command, text string) (incident.Incident, error) {
	text, err := words("text", text, maxAnswer, true)
	if err != nil {
		return incident.Incident{}, err
	}
	if c.Who.ID == 0 {
		return incident.Incident{}, fault.New(fault.Forbidden, "a draft needs an author")
	}
	return d.do(ctx, c, incident.DoDraft, func(_ context.Context, ch *change) error {
		var authors []int64
		if old := ch.inc.Draft; old != nil && ch.from != incident.Interim && ch.from != incident.OnControl {
			authors = old.Authors
		}
		if !slices.Contains(authors, ch.who.ID) {
			authors = append(authors, ch.who.ID)
		}
		ch.inc.Draft = &incident.Draft{Text: text, Hash: incident.TextHash(text), Authors: authors, AuthorName: ch.who.Name, WrittenAt: ch.now}
		ch.data["text"], ch.data["hash"] = text, ch.inc.Draft.Hash
		return nil
	})
}

// Review hands the draft over for approval.
func (d *Desk) Review(ctx context.Context, c Command) (incident.Incident, error) {
	return d.do(ctx, c, incident.DoReview, nil)
}

// Rework sends a draft back with a reason.
func (d *Desk) Rework(ctx context.Context, c Command, reason string) (incident.Incident, error) {
	return d.because(ctx, c, incident.DoRework, "reason", reason, true, func(ch *change) {
		if dr := ch.inc.Draft; dr != nil {
			dr.ApprovedHash, dr.ApprovedBy, dr.ApproverName, dr.ApprovedAt = "", 0, "", nil
		}
	})
}

// Approve approves the text whose hash (Draft.Hash) the approver has read. An
// author of the draft may not.
func (d *Desk) Approve(ctx context.Context, c Command, hash string) (incident.Incident, error) {
	return d.do(ctx, c, incident.DoApprove, func(_ context.Context, ch *change) error {
		dr := ch.inc.Draft
		if err := incident.CheckApproval(dr, ch.who, hash); err != nil {
			return err
		}
		at := ch.now
		dr.ApprovedHash, dr.ApprovedBy, dr.ApproverName, dr.ApprovedAt = hash, ch.who.ID, ch.who.Name, &at
		ch.data["hash"] = hash
		return nil
	})
}

// Publish says that somebody is publishing the approved text now.
func (d *Desk) Publish(ctx context.Context, c Command) (incident.Incident, error) {
	return d.do(ctx, c, incident.DoPublish, func(_ context.Context, ch *change) error {
		return incident.CheckApproved(ch.inc.Draft)
	})
}

// Answer says where the approved text was published.
func (d *Desk) Answer(ctx context.Context, c Command, link string) (incident.Incident, error) {
	link, err := permalink(link)
	if err != nil {
		return incident.Incident{}, err
	}
	return d.do(ctx, c, incident.DoAnswer, func(_ context.Context, ch *change) error {
		if err := incident.CheckApproved(ch.inc.Draft); err != nil {
			return err
		}
		at := ch.now
		ch.inc.AnsweredAt, ch.inc.Permalink = &at, link
		ch.inc.Promise, ch.inc.PromisedBy = "", nil
		ch.data["permalink"], ch.data["hash"], ch.data["text"] = link, ch.inc.Draft.ApprovedHash, ch.inc.Draft.Text
		return nil
	})
}

// Interim says that the published answer is a promise; the clock "final" runs,
// or until the promised day.
func (d *Desk) Interim(ctx context.Context, c Command, p Promise) (incident.Incident, error) {
	text, err := words("text", p.Text, maxReason, true)
	if err != nil {
		return incident.Incident{}, err
	}
	now := d.now()
	if !p.Until.IsZero() && (p.Until.Before(now) || p.Until.After(now.AddDate(2, 0, 0))) {
		return incident.Incident{}, fault.Fields(fault.Field{Path: "until", Message: "a day from now on, within two years"})
	}
	if p.Permalink != "" {
		if p.Permalink, err = permalink(p.Permalink); err != nil {
			return incident.Incident{}, err
		}
	}
	return d.do(ctx, c, incident.DoInterim, func(_ context.Context, ch *change) error {
		if err := incident.CheckApproved(ch.inc.Draft); err != nil {
			return err
		}
		if p.Permalink != "" {
			ch.inc.Permalink = p.Permalink
		}
		if ch.inc.Permalink == "" {
			return fault.Fields(fault.Field{Path: "permalink", Message: "say where the interim answer was published"})
		}
		ch.inc.Promise, ch.inc.PromisedBy = text, nil
		if !p.Until.IsZero() {
			until := p.Until.UTC().Truncate(time.Second)
			ch.inc.PromisedBy = &until
			ch.data["until"] = until
		}
		ch.data["promise"], ch.data["permalink"] = text, ch.inc.Permalink
		return nil
	})
}

// Control takes a promise under control.
func (d *Desk) Control(ctx context.Context, c Command) (incident.Incident, error) {
	return d.do(ctx, c, incident.DoControl, nil)
}

// Verify says by what (an address or words) it is known that the problem is solved.
func (d *Desk) Verify(ctx context.Context, c Command, proof string) (incident.Incident, error) {
	return d.because(ctx, c, incident.DoVerify, "proof", proof, true, nil)
}

// Close ends the work on an answered incident.
func (d *Desk) Close(ctx context.Context, c Command) (incident.Incident, error) {
	return d.do(ctx, c, incident.DoClose, func(_ context.Context, ch *change) error {
		at := ch.now
		ch.inc.ClosedAt = &at
		return nil
	})
}

// Reopen begins again: the agency becomes the proposed one, the hard cap runs anew.
func (d *Desk) Reopen(ctx context.Context, c Command, reason string) (incident.Incident, error) {
	return d.because(ctx, c, incident.DoReopen, "reason", reason, true, func(ch *change) {
		i := ch.inc
		if i.Agency != 0 {
			i.Proposed = i.Agency
		}
		i.Agency, i.AssignedAt, i.ReactedAt, i.ClosedAt, i.Draft = 0, nil, nil, nil, nil
		i.Promise, i.PromisedBy = "", nil
		i.CappedFrom = ch.now
	})
}

// Spam says that it is none. The reason may be empty. Undo takes it back.
func (d *Desk) Spam(ctx context.Context, c Command, reason string) (incident.Incident, error) {
	return d.because(ctx, c, incident.DoSpam, "reason", reason, false, nil)
}

// NotOurs says that nobody of ours answers for it. The reason may be empty.
func (d *Desk) NotOurs(ctx context.Context, c Command, reason string) (incident.Incident, error) {
	return d.because(ctx, c, incident.DoNotOurs, "reason", reason, false, nil)
}

// Claim says that it is a matter of whether something is true. The reason may be empty.
func (d *Desk) Claim(ctx context.Context, c Command, reason string) (incident.Incident, error) {
	return d.because(ctx, c, incident.DoClaim, "reason", reason, false, nil)
}

// Duplicate says which incident of the same region this one repeats.
func (d *Desk) Duplicate(ctx context.Context, c Command, of int64) (incident.Incident, error) {
	bad := func(format string, args ...any) error {
		return fault.Fields(fault.Field{Path: "of", Message: fmt.Sprintf(format, args...)})
	}
	return d.do(ctx, c, incident.DoDuplicate, func(ctx context.Context, ch *change) error {
		if of == ch.inc.Number {
			return bad("an incident is not a duplicate of itself")
		}
		other, err := ch.tx.Incident(ctx, store.ViewOf(ch.who), of, false)
		if fault.KindOf(err) == fault.NotFound {
			return bad("there is no incident %d", of)
		}
		if err != nil {
			return err
		}
		if other.Region != ch.inc.Region {
			return bad("incident %d is of region %s, this one of %s", of, other.Region, ch.inc.Region)
		}
		for hop, next := 0, other; next.DuplicateOf != 0; hop++ {
			if next.DuplicateOf == ch.inc.Number || hop > 100 {
				return bad("incident %d is itself a duplicate of this one", of)
			}
			err := ch.tx.System(ctx, func() (err error) {
				next, err = ch.tx.Incident(ctx, store.Everything(), next.DuplicateOf, false)
				return err
			})
			if err != nil {
				return err
			}
		}
		ch.inc.DuplicateOf = of
		ch.data["of"] = of
		return nil
	})
}

// Undo takes back Spam, NotOurs, Duplicate or Claim.
func (d *Desk) Undo(ctx context.Context, c Command) (incident.Incident, error) {
	return d.do(ctx, c, incident.DoUndo, func(_ context.Context, ch *change) error {
		ch.inc.DuplicateOf = 0
		return nil
	})
}

// CommentOn adds words to the trail, for an audience ("": internal). It takes
// any version and changes none. Nobody is notified of a comment, and nothing is
// sent to a resident: what is for residents is marked for whatever shows it to
// them, and everything else has to leave out what is internal.
func (d *Desk) CommentOn(ctx context.Context, c Command, text string, to incident.Audience) (incident.Incident, error) {
	to, err := incident.CheckAudience(to, c.Who)
	if err != nil {
		return incident.Incident{}, err
	}
	return d.because(ctx, c, incident.DoComment, "text", text, true, func(ch *change) { ch.data["audience"] = to })
}
