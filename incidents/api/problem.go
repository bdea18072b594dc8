package api

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/people"
	"github.com/otklik/otklik/internal/postgres"
)

// Problem is the body of every error (RFC 9457).
type Problem struct {
	Type   string         `json:"type" doc:"Always about:blank: the status says what kind of problem it is."`
	Title  string         `json:"title" doc:"The kind of problem, in the reader's language."`
	Status int            `json:"status" doc:"The HTTP status."`
	Detail string         `json:"detail,omitempty" doc:"What happened."`
	Errors []FieldProblem `json:"errors,omitempty" doc:"Every bad field."`
	// Of a conflict about an incident: how it is now, and what happened since
	// the version that was sent.
	Current *Incident `json:"current,omitempty" doc:"Of a conflict: the incident as it is now."`
	Changes []Event   `json:"changes,omitempty" doc:"Of a conflict: what happened since the version that was sent."`

	NeedsCode  bool `json:"needs_code,omitempty" doc:"Of a sign-in: the password is right, and a code is needed."`
	MustChange bool `json:"must_change,omitempty" doc:"Nothing may be done before the password is changed, with PUT /me/password."`

	retryAfter time.Duration // of somebody who has to wait; 0: not said
}

// FieldProblem is what is wrong with one field.
type FieldProblem struct {
	Location string `json:"location" doc:"For example query.query, body.name or path.number."`
	Message  string `json:"message" doc:"What is wrong and what would be right."`
	Offset   *int   `json:"offset,omitempty" doc:"Of a search query: characters from its beginning."`
	Length   *int   `json:"length,omitempty" doc:"Of a search query: how many characters are meant."`
}

func (p *Problem) Error() string             { return p.Title + ": " + p.Detail }
func (p *Problem) GetStatus() int            { return p.Status }
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders are the headers that go with a problem.
func (p *Problem) GetHeaders() http.Header {
	if p.retryAfter <= 0 {
		return nil
	}
	return http.Header{"Retry-After": {strconv.Itoa(int(math.Ceil(p.retryAfter.Seconds())))}}
}

// statusGone is what nobody sees: the client has left (nginx's 499).
const statusGone = 499

// newProblem makes a problem with its title in the reader's language.
func newProblem(ctx context.Context, status int, detail string) *Problem {
	return &Problem{Type: "about:blank", Title: title(lang(ctx), status), Status: status, Detail: detail}
}

// problem is the one place where an error becomes an answer. place says where
// the fields of an input come from: "body", "query" or "path". What is ours is
// not shown: the caller logs it.
func problem(ctx context.Context, err error, place string) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	var f *fault.Error
	switch {
	case errors.As(err, &f) && f.Kind != fault.Internal:
	case errors.Is(err, context.Canceled):
		return newProblem(ctx, statusGone, "")
	case errors.Is(err, context.DeadlineExceeded):
		return newProblem(ctx, http.StatusServiceUnavailable, say(ctx, tooSlow))
	case postgres.Away(err):
		f, _ = postgres.Kind(err).(*fault.Error)
	default:
		return newProblem(ctx, http.StatusInternalServerError, say(ctx, internalError))
	}
	p = newProblem(ctx, fault.Status(f.Kind), translate(lang(ctx), f.Message))
	if f.Stale {
		p.Title = say(ctx, alreadyChanged)
	}
	p.NeedsCode = errors.Is(err, people.ErrCode)
	if w := (*people.Wait)(nil); errors.As(err, &w) {
		p.retryAfter = w.For
	}
	switch {
	case f.Kind == fault.Unavailable: // causes hold addresses of engines
		if p.Detail == "" {
			p.Detail = say(ctx, tooSlow)
		}
	case f.Err != nil && p.Detail == "":
		p.Detail = translate(lang(ctx), f.Err.Error())
	}
	if f.Kind == fault.Invalid && len(f.Fields) > 0 {
		p.Detail = say(ctx, badInput)
	}
	for _, field := range f.Fields {
		fp := FieldProblem{Location: locate(place, field.Path), Message: translate(lang(ctx), field.Message)}
		if name := field.Path[strings.LastIndexByte(field.Path, '.')+1:]; name == "query" || field.Offset > 0 || field.Length > 0 {
			fp.Offset, fp.Length = &field.Offset, &field.Length
		}
		p.Errors = append(p.Errors, fp)
	}
	return p
}

func locate(place, path string) string {
	for _, known := range []string{"body.", "query.", "path.", "header."} {
		if strings.HasPrefix(path, known) {
			return path
		}
	}
	if path == "" {
		return place
	}
	return place + "." + path
}

// invalid is a problem of one field, at a full location.
func invalid(location, message string) error {
	return fault.Fields(fault.Field{Path: location, Message: message})
}

// translateHuma makes a Problem of what huma itself finds wrong with a
// request before a handler is called.
func translateHuma(ctx huma.Context, _ string, v any) (any, error) {
	m, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	c := withLanguage(ctx.Context(), ctx.Header("Accept-Language"))
	p := newProblem(c, m.Status, translate(lang(c), m.Detail))
	for _, e := range m.Errors {
		at := e.Location
		if name, ok := fit("expected required property {} to be present", e.Message); ok {
			at += "." + name[0] // huma names the object that lacks it
		}
		p.Errors = append(p.Errors, FieldProblem{Location: at, Message: translate(lang(c), e.Message)})
	}
	return p, nil
}
