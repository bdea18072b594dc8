package incident

import (
	"slices"

	"github.com/otklik/otklik/incidents/deadline"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
)

// State is where an incident is in its life.
type State string

const (
	New        State = "new"        // opened by hand, nobody has looked at it yet
	Triage     State = "triage"     // a rule suggests it
	Assigned   State = "assigned"   // at an agency
	Accepted   State = "accepted"   // the agency works on it
	Returned   State = "returned"   // the agency gave it back, with a reason
	Drafted    State = "draft"      // an answer is being written
	Review     State = "review"     // the draft waits for approval
	Rework     State = "rework"     // the draft was sent back
	Approved   State = "approved"   // the text may be published
	Publishing State = "publishing" // somebody is publishing it
	Answered   State = "answered"   // published, there is a permalink
	Interim    State = "interim"    // answered with a promise
	OnControl  State = "on_control" // the promise is watched
	Verified   State = "verified"   // a resident or a proof says that it is done
	Closed     State = "closed"
	Reopened   State = "reopened"
	Spam       State = "spam"
	NotOurs    State = "not_ours"
	Duplicate  State = "duplicate"
	Claimed    State = "claim" // it is about whether something is true: a matter of fact-checkers
)

// The two results of a transition that are no state of their own.
const (
	Same   State = "=" // stays where it is
	Before State = "<" // goes back to where it was before Spam, NotOurs, Duplicate or Claim
)

// States are all of them.
func States() []State {
	return []State{New, Triage, Assigned, Accepted, Returned, Drafted, Review, Rework, Approved, Publishing,
		Answered, Interim, OnControl, Verified, Closed, Reopened, Spam, NotOurs, Duplicate, Claimed}
}

// Open says whether somebody still owes something: posts join only open
// incidents, and only their clocks run.
func (s State) Open() bool {
	switch s {
	case Answered, Verified, Closed, Spam, NotOurs, Duplicate, Claimed:
		return false
	}
	return slices.Contains(States(), s)
}

// Clocks are those that run in a state.
func (s State) Clocks() []deadline.Clock {
	switch s {
	case New, Triage, Returned, Reopened:
		return []deadline.Clock{deadline.Route, deadline.Cap}
	case Assigned:
		return []deadline.Clock{deadline.React, deadline.Answer, deadline.Cap}
	case Accepted, Drafted, Review, Rework, Approved, Publishing:
		return []deadline.Clock{deadline.Answer, deadline.Cap}
	case Interim, OnControl:
		return []deadline.Clock{deadline.Final}
	}
	return nil
}

// Command is something that a person does with an incident.
type Command string

const (
	DoTriage    Command = "triage"
	DoAssign    Command = "assign"
	DoAccept    Command = "accept"
	DoReturn    Command = "return"
	DoDraft     Command = "draft"
	DoReview    Command = "review"
	DoRework    Command = "rework"
	DoApprove   Command = "approve"
	DoPublish   Command = "publish"
	DoAnswer    Command = "answer"
	DoInterim   Command = "interim"
	DoControl   Command = "control"
	DoVerify    Command = "verify"
	DoClose     Command = "close"
	DoReopen    Command = "reopen"
	DoSpam      Command = "spam"
	DoNotOurs   Command = "not_ours"
	DoDuplicate Command = "duplicate"
	DoClaim     Command = "claim"
	DoUndo      Command = "undo"
	DoComment   Command = "comment"
)

// Transition is one row of the table: what a command does, from where, and
// which right it needs.
type Transition struct {
	Command Command
	From    []State
	To      State
	Action  access.Action
}

// Transitions is the whole table. A pair of command and state that is not in
// it is refused.
func Transitions() []Transition {
	unsorted := []State{New, Triage, Returned, Reopened}
	sortable := append(slices.Clone(unsorted), Assigned)
	return []Transition{
		{DoTriage, []State{New, Returned, Reopened}, Triage, access.Triage},
		{DoAssign, append(slices.Clone(sortable), Accepted), Assigned, access.Triage},
		{DoSpam, sortable, Spam, access.Triage},
		{DoNotOurs, sortable, NotOurs, access.Triage},
		{DoDuplicate, sortable, Duplicate, access.Triage},
		{DoClaim, unsorted, Claimed, access.Triage},
		{DoUndo, []State{Spam, NotOurs, Duplicate, Claimed}, Before, access.Triage},

		{DoAccept, []State{Assigned}, Accepted, access.Execute},
		{DoReturn, []State{Assigned, Accepted}, Returned, access.Execute},
		{DoDraft, []State{Accepted, Drafted, Rework, Interim, OnControl}, Drafted, access.Execute},
		{DoReview, []State{Drafted}, Review, access.Execute},
		{DoRework, []State{Review, Approved}, Rework, access.Approve},
		{DoApprove, []State{Review}, Approved, access.Approve},

		{DoPublish, []State{Approved}, Publishing, access.PublishAnswer},
		{DoAnswer, []State{Approved, Publishing, OnControl}, Answered, access.PublishAnswer},
		{DoInterim, []State{Approved, Publishing, Answered}, Interim, access.PublishAnswer},
		{DoControl, []State{Interim}, OnControl, access.PublishAnswer},

		{DoVerify, []State{Answered}, Verified, access.CloseIncident},
		{DoClose, []State{Answered, Verified}, Closed, access.CloseIncident},
		{DoReopen, []State{Answered, Verified, Closed}, Reopened, access.CloseIncident},
		{DoComment, States(), Same, access.Comment},
	}
}

// Commands are all of them, in the order of the table.
func Commands() []Command {
	t := Transitions()
	cs := make([]Command, len(t))
	for i := range t {
		cs[i] = t[i].Command
	}
	return cs
}

// Next gives the state that a command leads to, or fault.Conflict saying what
// is allowed now. before is Incident.Before.
func Next(c Command, from, before State) (State, error) {
	for _, t := range Transitions() {
		if t.Command != c || !slices.Contains(t.From, from) {
			continue
		}
		switch t.To {
		case Same:
			return from, nil
		case Before:
			if before == "" {
				return "", fault.New(fault.Conflict, "nothing to undo: the state before %q is not known", from)
			}
			return before, nil
		}
		return t.To, nil
	}
	return "", fault.New(fault.Conflict, "%q is not possible in state %q; possible now: %s", c, from, fault.List(Defined(from)))
}

// Defined gives the commands that the table has for a state, whoever asks.
func Defined(s State) []Command {
	var cs []Command
	for _, t := range Transitions() {
		if slices.Contains(t.From, s) {
			cs = append(cs, t.Command)
		}
	}
	return cs
}

// ActionOf gives the right that a command needs; "" for an unknown command.
func ActionOf(c Command) access.Action {
	for _, t := range Transitions() {
		if t.Command == c {
			return t.Action
		}
	}
	return ""
}

// Allowed gives the commands that a person may give now. The region and the
// agency were checked when the incident was read for that person.
func Allowed(i Incident, who access.Person) []Command {
	cs := []Command{}
	for _, c := range Defined(i.State) {
		if !who.May(ActionOf(c)) {
			continue
		}
		if c == DoApprove && i.Draft != nil && slices.Contains(i.Draft.Authors, who.ID) {
			continue
		}
		cs = append(cs, c)
	}
	return cs
}

// May says whether a person's role allows a command: nil or fault.Forbidden.
func May(c Command, who access.Person) error {
	a := ActionOf(c)
	if a == "" || !who.May(a) {
		return fault.New(fault.Forbidden, "role %q may not %q an incident", who.Role, c)
	}
	return nil
}

// AudiencesOf gives for whom a person may comment. What residents can read is
// written by those who publish answers: an executor, an ombudsman and a
// fact-checker write for colleagues, and the executor also drafts.
func AudiencesOf(who access.Person) []Audience {
	as := []Audience{}
	for _, a := range Audiences() {
		if who.May(access.Comment) && (a != Resident || who.May(access.PublishAnswer)) {
			as = append(as, a)
		}
	}
	return as
}

// CheckAudience gives the audience of a comment, Internal where it says none,
// or an error where there is no such one, or not for this person.
func CheckAudience(a Audience, who access.Person) (Audience, error) {
	switch {
	case a == "":
		return Internal, nil
	case !slices.Contains(Audiences(), a):
		return "", fault.Fields(fault.Field{Path: "audience", Message: "use internal or resident"})
	case a == Resident && !slices.Contains(AudiencesOf(who), a):
		return "", fault.New(fault.Forbidden, "role %q may not write to residents", who.Role)
	}
	return a, nil
}

// CheckApproval refuses an approval by an author of the draft, and one of a
// text other than the one that stands now.
func CheckApproval(d *Draft, who access.Person, hash string) error {
	switch {
	case d == nil || d.Text == "":
		return fault.New(fault.Conflict, "there is no draft to approve")
	case who.ID == 0 || slices.Contains(d.Authors, who.ID):
		return fault.New(fault.Forbidden, "whoever wrote a draft may not approve it")
	case hash == "":
		return fault.Fields(fault.Field{Path: "hash", Message: "say the hash of the text that you have read (draft.hash)"})
	case hash != TextHash(d.Text):
		return fault.New(fault.Conflict, "the draft is not the text that you have read: its hash is %s", TextHash(d.Text))
	}
	return nil
}

// CheckApproved refuses an answer whose text was not approved as it stands.
func CheckApproved(d *Draft) error {
	if !d.Approved() {
		return fault.New(fault.Conflict, "the text of the answer is not the one that was approved")
	}
	return nil
}
