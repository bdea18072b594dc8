package api

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/otklik/otklik/incidents/desk"
	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
)

// Version is the part of every command: at which version of the incident it
// is given.
type Version struct {
	Version int `json:"version" minimum:"1" doc:"Of the incident as it was seen."`
}

func (v Version) version() int { return v.Version }

type versioned interface{ version() int }

// The bodies of commands.
type (
	Assign struct {
		Version
		Agency  int64  `json:"agency,omitempty" minimum:"0" doc:"Id; missing: the proposed one."`
		Preset  string `json:"preset,omitempty" doc:"Of deadlines; missing: as it is."`
		Comment string `json:"comment,omitempty"`
	}
	Reason struct {
		Version
		Reason string `json:"reason" doc:"Others read it in the trail."`
	}
	MaybeReason struct {
		Version
		Reason string `json:"reason,omitempty"`
	}
	DraftText struct {
		Version
		Text string `json:"text" doc:"Of the answer."`
	}
	Approval struct {
		Version
		Hash string `json:"hash,omitempty" doc:"draft.hash of the text that was read; missing: of the text as it stands in this version."`
	}
	Answer struct {
		Version
		Permalink string `json:"permalink" doc:"Public address of the published answer."`
	}
	Interim struct {
		Version
		Text      string     `json:"text" doc:"What is promised."`
		Until     *time.Time `json:"until,omitempty" doc:"Missing: the budget final of the preset."`
		Permalink string     `json:"permalink,omitempty"`
	}
	Proof struct {
		Version
		Proof string `json:"proof" doc:"An address or words."`
	}
	DuplicateOf struct {
		Version
		Of int64 `json:"of" minimum:"1" doc:"Number of the incident that this one repeats."`
	}
	Comment struct {
		Text     string            `json:"text"`
		Audience incident.Audience `json:"audience,omitempty" enum:"internal,resident" doc:"Missing: internal, for those who see the incident. For a resident write only those who publish answers."`
		// A comment fits any version.
		Version int `json:"version,omitempty" doc:"Not needed."`
	}
)

func (c Comment) version() int { return c.Version }

type commandIn[B any] struct {
	NumberPath
	Body B
}

// command registers one command under its own path, with the action that the
// table of the state machine asks for.
func command[B versioned](s *server, c incident.Command, summary string, do func(context.Context, desk.Command, B) (incident.Incident, error)) {
	name := strings.ReplaceAll(string(c), "_", "-") + "-incident"
	path := "/incidents/{number}/" + string(c)
	if c == incident.DoComment {
		path = "/incidents/{number}/comments"
	}
	handle(s, route{method: http.MethodPost, path: path, id: name, summary: summary, action: incident.ActionOf(c),
		about: "Answers with the incident after it; 409 with how it is now, where somebody was faster."},
		func(ctx context.Context, who access.Person, in *commandIn[B]) (*body[IncidentView], error) {
			cmd := desk.Command{Number: in.Number, Version: in.Body.version(), Who: who}
			i, err := do(ctx, cmd, in.Body)
			if err != nil {
				return nil, s.conflict(ctx, cmd, err)
			}
			v, err := s.view(ctx, who, in.Number)
			if fault.KindOf(err) == fault.NotFound { // given back: it is no longer this person's
				v, err = IncidentView{Incident: s.showIncident(i, nil), Events: []Event{}, Audiences: []incident.Audience{}}, nil
			}
			if err != nil {
				return nil, err
			}
			return reply(v), nil
		})
}

// conflict adds to a conflict how the incident is now, and what happened to it
// since the version that the person saw.
func (s *server) conflict(ctx context.Context, c desk.Command, err error) error {
	if fault.KindOf(err) != fault.Conflict {
		return err
	}
	p := problem(ctx, err, "body")
	v, vErr := s.view(ctx, c.Who, c.Number)
	if vErr != nil {
		return p // without what is now: the conflict itself is the answer
	}
	p.Current = &v.Incident
	for _, e := range v.Events {
		if e.Version > c.Version {
			p.Changes = append(p.Changes, e)
		}
	}
	if v.Version != c.Version {
		p.Title = say(ctx, alreadyChanged)
		p.Detail = fmt.Sprintf(say(ctx, changedSince), c.Number, v.Version, c.Version)
		p.Errors = nil // Changes says the same, and more
	}
	return p
}

// approve takes the hash of the present text where none was sent: the version
// says which text that is.
func (s *server) approve(ctx context.Context, c desk.Command, b Approval) (incident.Incident, error) {
	if b.Hash == "" {
		v, err := s.Desk.Get(ctx, c.Who, c.Number)
		if err != nil {
			return incident.Incident{}, err
		}
		if v.Draft != nil && v.Version == c.Version {
			b.Hash = v.Draft.Hash
		}
	}
	return s.Desk.Approve(ctx, c, b.Hash)
}

func plain(do func(context.Context, desk.Command) (incident.Incident, error)) func(context.Context, desk.Command, Version) (incident.Incident, error) {
	return func(ctx context.Context, c desk.Command, _ Version) (incident.Incident, error) { return do(ctx, c) }
}

func because(do func(context.Context, desk.Command, string) (incident.Incident, error)) func(context.Context, desk.Command, Reason) (incident.Incident, error) {
	return func(ctx context.Context, c desk.Command, b Reason) (incident.Incident, error) {
		return do(ctx, c, b.Reason)
	}
}

func maybeBecause(do func(context.Context, desk.Command, string) (incident.Incident, error)) func(context.Context, desk.Command, MaybeReason) (incident.Incident, error) {
	return func(ctx context.Context, c desk.Command, b MaybeReason) (incident.Incident, error) {
		return do(ctx, c, b.Reason)
	}
}

func (s *server) registerCommands() {
	d := s.Desk
	command(s, incident.DoTriage, "Take back into triage", plain(d.Triage))
	command(s, incident.DoAssign, "Give to an agency", func(ctx context.Context, c desk.Command, b Assign) (incident.Incident, error) {
		return d.Assign(ctx, c, desk.Assignment{Agency: b.Agency, Preset: b.Preset, Comment: b.Comment})
	})
	command(s, incident.DoAccept, "Accept", plain(d.Accept))
	command(s, incident.DoReturn, "Give back", because(d.Return))
	command(s, incident.DoDraft, "Write the answer", func(ctx context.Context, c desk.Command, b DraftText) (incident.Incident, error) {
		return d.Draft(ctx, c, b.Text)
	})
	command(s, incident.DoReview, "Ask for approval", plain(d.Review))
	command(s, incident.DoRework, "Send the draft back", because(d.Rework))
	command(s, incident.DoApprove, "Approve the draft", s.approve)
	command(s, incident.DoPublish, "Say that one is publishing the answer", plain(d.Publish))
	command(s, incident.DoAnswer, "Say where the answer was published", func(ctx context.Context, c desk.Command, b Answer) (incident.Incident, error) {
		return d.Answer(ctx, c, b.Permalink)
	})
	command(s, incident.DoInterim, "Say that the answer is a promise", func(ctx context.Context, c desk.Command, b Interim) (incident.Incident, error) {
		p := desk.Promise{Text: b.Text, Permalink: b.Permalink}
		if b.Until != nil {
			p.Until = *b.Until
		}
		return d.Interim(ctx, c, p)
	})
	command(s, incident.DoControl, "Take the promise under control", plain(d.Control))
	command(s, incident.DoVerify, "Say by what it is known to be solved", func(ctx context.Context, c desk.Command, b Proof) (incident.Incident, error) {
		return d.Verify(ctx, c, b.Proof)
	})
	command(s, incident.DoClose, "Close", plain(d.Close))
	command(s, incident.DoReopen, "Begin again", because(d.Reopen))
	command(s, incident.DoSpam, "Say that it is spam", maybeBecause(d.Spam))
	command(s, incident.DoNotOurs, "Say that nobody of ours answers for it", maybeBecause(d.NotOurs))
	command(s, incident.DoClaim, "Say that it is a matter of whether something is true", maybeBecause(d.Claim))
	command(s, incident.DoDuplicate, "Say which incident it repeats", func(ctx context.Context, c desk.Command, b DuplicateOf) (incident.Incident, error) {
		return d.Duplicate(ctx, c, b.Of)
	})
	command(s, incident.DoUndo, "Take back spam, not_ours, duplicate or claim", plain(d.Undo))
	command(s, incident.DoComment, "Add words to the trail", func(ctx context.Context, c desk.Command, b Comment) (incident.Incident, error) {
		return d.CommentOn(ctx, c, b.Text, b.Audience)
	})
}
