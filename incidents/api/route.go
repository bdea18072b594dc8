package api

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"github.com/otklik/otklik/internal/access"
)

// actionKey is where an operation keeps the action that it needs.
const actionKey = "action"

// route declares one operation: without an action it can't be declared.
type route struct {
	method  string
	path    string // below /api/v1
	id      string // operationId of OpenAPI
	summary string
	about   string // longer
	action  access.Action
	status  int  // of success; 0: 200
	stream  bool // may take as long as it likes

	open       bool // for everybody, without an action
	session    bool // only for whoever signed in, not for tokens
	lasting    bool // not for a personal token: what it makes could outlive it
	mustChange bool // also for whoever has to change the password first

	responses map[string]*huma.Response // by status, where the type of the output doesn't tell
}

func (r route) tag() string { return strings.SplitN(strings.Trim(r.path, "/"), "/", 2)[0] }

// handle registers an operation: language, authentication, the action and
// text that no engine can store are checked before f is called, and every
// error of f becomes a Problem.
func handle[I, O any](s *server, r route, f func(ctx context.Context, who access.Person, in *I) (*O, error)) {
	if (r.action == "") != r.open {
		panic("route " + r.path + " declares no action")
	}
	place := "query"
	if r.method != http.MethodGet {
		place = "body"
	}
	responses := map[string]*huma.Response{"default": s.problemResponse()}
	maps.Copy(responses, r.responses)
	op := huma.Operation{
		OperationID: r.id, Method: r.method, Path: "/api/v1" + r.path, Summary: r.summary, Description: r.about,
		Tags: []string{r.tag()}, DefaultStatus: r.status, MaxBodyBytes: maxBody,
		Security:    r.security(),
		Metadata:    map[string]any{actionKey: r.action},
		Middlewares: huma.Middlewares{s.admit(r)},
		Responses:   responses,
	}
	if !r.open {
		op.Extensions = map[string]any{"x-action": string(r.action)}
	}
	huma.Register(s.api, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := func() (*O, error) {
			if err := checkText(ctx, in); err != nil {
				return nil, err
			}
			return f(ctx, person(ctx), in)
		}()
		if err != nil {
			return nil, s.failed(ctx, r, err, place)
		}
		return out, nil
	})
}

func (r route) security() []map[string][]string {
	switch {
	case r.open:
		return []map[string][]string{} // not even what is said for all
	case r.session:
		return []map[string][]string{{"session": {}}}
	}
	return []map[string][]string{{"bearer": {}}, {"session": {}}}
}

func (s *server) problemResponse() *huma.Response {
	registry := s.api.OpenAPI().Components.Schemas
	return &huma.Response{
		Description: "A problem; the status says of which kind.",
		Content: map[string]*huma.MediaType{"application/problem+json": {
			Schema: registry.Schema(typeOf[Problem](), true, "Problem"),
		}},
	}
}

// failed turns an error into a Problem and logs what nobody outside may see.
func (s *server) failed(ctx context.Context, r route, err error, place string) error {
	p := problem(ctx, err, place)
	if p.Status >= 500 {
		s.Log.LogAttrs(ctx, slog.LevelError, "request failed", slog.String("method", r.method), slog.String("route", r.path),
			slog.Int("status", p.Status), slog.String("request", requestID(ctx)), slog.Any("error", err))
	}
	return p
}

type personKey struct{}

// person is who asks; admit has put it there.
func person(ctx context.Context) access.Person {
	p, _ := ctx.Value(personKey{}).(access.Person)
	return p
}

func (s *server) refuse(hc huma.Context, p *Problem) {
	if p.Status == http.StatusUnauthorized {
		hc.SetHeader("WWW-Authenticate", `Bearer realm="otklik"`)
	}
	for name, values := range p.GetHeaders() {
		hc.SetHeader(name, values[0])
	}
	hc.SetHeader("Content-Type", p.ContentType(""))
	hc.SetStatus(p.Status)
	if err := json.NewEncoder(hc.BodyWriter()).Encode(p); err != nil {
		s.Log.Debug("write problem", "error", err)
	}
}

// unmarshal reads a body that is UTF-8; encoding/json would put U+FFFD in the
// place of what isn't, and nobody would know.
func unmarshal(data []byte, v any) error {
	if i := invalidUTF8(data); i >= 0 {
		return fmt.Errorf("the body is not UTF-8 at byte %d", i)
	}
	return json.Unmarshal(data, v)
}

func invalidUTF8(b []byte) int {
	for i := 0; i < len(b); {
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}
