package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"

	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/indexer/feed"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/stream"
)

const (
	streamRetry = 3 * time.Second  // after which a client comes back
	streamWrite = 10 * time.Second // that one event may take to go out; a client that takes longer is gone
	streamCheck = 5 * time.Second  // of asking whether the token or the session is still good
)

// Closed is the data of the last event of a stream that the server ends.
type Closed struct {
	Reason  string `json:"reason" enum:"slow,revoked,changed,stopping,unavailable" doc:"slow: more came than was read; revoked: the token or the session is no longer good; changed: the person has other rights now; stopping: the server goes down; unavailable: an engine does not answer. After all but revoked: come again, where events have ids with the last one."`
	Message string `json:"message" doc:"In the reader's language."`
}

// Gap is the data of an event that says that posts between the position that
// the client gave and the next event are missing.
type Gap struct {
	Message string `json:"message" doc:"In the reader's language."`
}

var closings = map[string]message{
	"slow":        {"вы читаете медленнее, чем приходят публикации; продолжите с последнего id", "posts come faster than you read; go on from the last id"},
	"revoked":     {"вход завершён, либо токен отозван или истёк", "the session has ended, or the token was revoked or has expired"},
	"changed":     {"ваши права изменились; подключитесь заново", "your rights have changed; connect again"},
	"stopping":    {"сервер останавливается; продолжите с последнего id", "the server goes down; go on from the last id"},
	"unavailable": {"служба сейчас не отвечает; продолжите с последнего id", "the service does not answer now; go on from the last id"},
}

// slots bounds the streams that are open, in all and of one person.
type slots struct {
	mu      sync.Mutex
	all     int
	each    map[int64]int
	max     int
	maxEach int
}

// take gives the function that ends the stream; ok is false where there are
// too many.
func (s *slots) take(person int64) (release func(), ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all >= s.max || s.each[person] >= s.maxEach {
		return nil, false
	}
	s.all++
	s.each[person]++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.all--
		if s.each[person]--; s.each[person] == 0 {
			delete(s.each, person)
		}
	}, true
}

// streamIn asks for a live feed.
type streamIn struct {
	QueryParams
	After       string `query:"after" maxLength:"1000" doc:"Id of an event: what came after it comes first. Missing: only what comes from now on."`
	LastEventID string `header:"Last-Event-ID" maxLength:"1000" doc:"The same, as browsers send it when they come back; counts before after."`
}

// from is where the stream begins.
func (in streamIn) from(ctx context.Context) (stream.Position, error) {
	text, place := in.LastEventID, "header.Last-Event-ID"
	if text == "" {
		text, place = in.After, "query.after"
	}
	p, err := stream.ParsePosition(text)
	if err != nil {
		return nil, invalid(place, say(ctx, badPosition))
	}
	return p, nil
}

func (s *server) registerStream() {
	schemas := s.api.OpenAPI().Components.Schemas
	handle(s, route{method: http.MethodGet, path: "/posts/stream", id: "stream-posts", summary: "The live feed of a query", action: access.SeePosts, stream: true,
		about: "Server-sent events, from the moment the posts can be searched. The id of an event, also of comments, is a position: " +
			"sent back as Last-Event-ID or after it goes on without loss or repeat, on any server, for 24 hours.",
		responses: eventStream("Events post (FoundPost), gap (Gap) first where the position is no longer kept, and as the last one closed (Closed).", map[string]any{
			"post": schemas.Schema(typeOf[FoundPost](), true, ""), "gap": schemas.Schema(typeOf[Gap](), true, ""), "closed": schemas.Schema(typeOf[Closed](), true, ""),
		}),
	}, s.openStream)
	handle(s, route{method: http.MethodGet, path: "/incidents/stream", id: "stream-incidents", summary: "Which incidents change", action: access.SeeIncidents, stream: true,
		about: "Server-sent events, within a second of a change: the numbers of incidents that the person sees and their versions, no more. " +
			"What changes while nobody listens is not told afterwards: read anew after each connecting.",
		responses: eventStream("Events change (Change), everything (Everything) where too much changes to be told one by one, and as the last one closed (Closed).", map[string]any{
			"change": schemas.Schema(typeOf[store.Change](), true, ""), "everything": schemas.Schema(typeOf[Everything](), true, ""), "closed": schemas.Schema(typeOf[Closed](), true, ""),
		}),
	}, s.openChanges)
}

// eventStream describes a stream by its events.
func eventStream(about string, events map[string]any) map[string]*huma.Response {
	return map[string]*huma.Response{"200": {
		Description: about,
		Content: map[string]*huma.MediaType{"text/event-stream": {
			Schema: &huma.Schema{Type: huma.TypeString, Extensions: map[string]any{"x-events": events}},
		}},
	}}
}

// openStream refuses with a problem what can't become a stream: once the first
// byte is out there is no status to change.
func (s *server) openStream(ctx context.Context, who access.Person, in *streamIn) (*huma.StreamResponse, error) {
	if _, _, err := s.compile(ctx, who, in.QueryParams); err != nil {
		return nil, err
	}
	// What could be compiled can be compiled again.
	compile := func() query.Expr { e, _, _ := s.compile(ctx, who, in.QueryParams); return e }
	from, err := in.from(ctx)
	if err != nil {
		return nil, err
	}
	release, err := s.slot(ctx, who)
	if err != nil {
		return nil, err
	}
	sub, err := s.Feed.Subscribe(ctx, who.Scope(), compile, from)
	if err != nil {
		release()
		return nil, err
	}
	at := sub.Position()
	return s.stream(ctx, who, &liveFeed{server: s, sub: sub, at: at, gap: gap(from, at)}, func() { sub.Close(); release() }), nil
}

// slot takes a place among the streams that may be open.
func (s *server) slot(ctx context.Context, who access.Person) (release func(), err error) {
	release, ok := s.slots.take(who.ID)
	if !ok {
		return nil, fault.New(fault.Limited, "%s", fmt.Sprintf(say(ctx, tooManyStreams), s.MaxStreamsEach))
	}
	return release, nil
}

// told is what one stream tells one person.
type told interface {
	// wait returns when there is something to say; an error is the end.
	wait(ctx context.Context) error
	// say gives what wait has waited for.
	say(ctx context.Context) (event string, data any, err error)
	// place is where a client may go on that has had everything; "" where
	// clients go on nowhere.
	place() string
	// alive takes the place on as far as nothing concerned the client.
	alive()
}

// stream answers with events until the client is gone or there is a reason to
// end, and then calls done.
func (s *server) stream(ctx context.Context, who access.Person, t told, done func()) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(hc huma.Context) {
		defer done()
		s.metrics.streams.Inc()
		defer s.metrics.streams.Dec()
		s.runStream(ctx, who, &events{w: humagin.Unwrap(hc).Writer}, t)
	}}
}

func (s *server) runStream(ctx context.Context, who access.Person, out *events, t told) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop, _ := ctx.Value(stopKey{}).(context.Context)
	if stop != nil {
		defer context.AfterFunc(stop, cancel)()
	}
	if err := out.begin(t.place()); err != nil {
		return
	}
	reason, err := s.follow(ctx, who, out, t)
	if stop != nil && stop.Err() != nil {
		reason, err = "stopping", nil
	}
	if err != nil && ctx.Err() == nil {
		s.Log.Warn("stream ends", "person", who.ID, "error", err)
	}
	if reason != "" {
		_ = out.send(t.place(), "closed", Closed{reason, say(ctx, closings[reason])})
	}
}

// follow gives the reason for which the server ends the stream, or "" where
// the client has.
func (s *server) follow(ctx context.Context, who access.Person, out *events, t told) (reason string, err error) {
	beat := time.Now().Add(s.Heartbeat)
	for {
		wait, cancel := context.WithDeadline(ctx, beat)
		err := t.wait(wait)
		cancel()
		switch {
		case err == nil:
			event, data, err := t.say(ctx)
			if err != nil {
				return "unavailable", err
			}
			if err := out.send(t.place(), event, data); err != nil {
				return "", err
			}
		case ctx.Err() != nil:
			return "", ctx.Err()
		case errors.Is(err, feed.ErrSlow):
			return "slow", err
		case !errors.Is(err, context.DeadlineExceeded):
			return "unavailable", err
		}
		if time.Now().Before(beat) {
			continue
		}
		if reason, err := s.mayGoOn(ctx, who); reason != "" {
			return reason, err
		}
		t.alive()
		if err := out.comment(t.place()); err != nil {
			return "", err
		}
		beat = time.Now().Add(s.Heartbeat)
	}
}

// mayGoOn reads the token or the session again. Rights that can't be read are none: the
// client loses nothing by coming again.
func (s *server) mayGoOn(ctx context.Context, who access.Person) (reason string, err error) {
	ctx, cancel := context.WithTimeout(ctx, streamCheck)
	defer cancel()
	now, err := s.check(ctx, who.By)
	switch {
	case fault.KindOf(err) == fault.Unauthorized:
		return "revoked", nil
	case err != nil:
		return "unavailable", err
	case !reflect.DeepEqual(now, who):
		return "changed", nil
	}
	return "", nil
}

// liveFeed tells of posts.
type liveFeed struct {
	*server
	sub  *feed.Subscription
	at   stream.Position // what the client has
	gap  bool            // posts before that are missing, and the client was not told
	next feed.Event
}

func (f *liveFeed) wait(ctx context.Context) (err error) {
	if !f.gap {
		f.next, err = f.sub.Next(ctx)
	}
	return err
}

func (f *liveFeed) say(ctx context.Context) (string, any, error) {
	if f.gap {
		f.gap = false
		return "gap", Gap{say(ctx, streamGap)}, nil
	}
	p, err := f.show(ctx, f.next.Record, f.sub.Meaning(), 0, false)
	if err != nil {
		return "", nil, err
	}
	f.at = f.next.Position
	return "post", p, nil
}

func (f *liveFeed) place() string { return f.at.String() }

func (f *liveFeed) alive() { f.at = f.sub.Position() }

// gap says whether a feed begins elsewhere than the client asked: the log keeps
// the place no longer, or never had it.
func gap(asked, begins stream.Position) bool {
	for p, n := range asked {
		if begins[p] != n {
			return true
		}
	}
	return false
}

// events writes server-sent events, each within streamWrite.
type events struct{ w http.ResponseWriter }

// begin sends the head and the position from which to come again.
func (o *events) begin(at string) error {
	h := o.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // nginx would keep events back
	o.w.WriteHeader(http.StatusOK)
	// The server's limits are for requests: this one takes as long as it likes.
	if err := http.NewResponseController(o.w).SetReadDeadline(time.Time{}); err != nil {
		return err
	}
	return o.write([]byte(fmt.Sprintf("retry: %d\n: open\n%s\n", streamRetry.Milliseconds(), idLine(at))))
}

// idLine says a place; "" is none.
func idLine(at string) string {
	if at == "" {
		return ""
	}
	return "id: " + at + "\n"
}

func (o *events) send(at, event string, data any) error {
	b, err := json.Marshal(data) // escapes line breaks: one line of data
	if err != nil {
		return err
	}
	return o.write([]byte(fmt.Sprintf("%sevent: %s\ndata: %s\n\n", idLine(at), event, b)))
}

// comment is a sign of life. Its id reaches clients too, so that coming again
// after a quiet hour is cheap.
func (o *events) comment(at string) error {
	return o.write([]byte(": alive\n" + idLine(at) + "\n"))
}

func (o *events) write(b []byte) error {
	rc := http.NewResponseController(o.w)
	if err := rc.SetWriteDeadline(time.Now().Add(streamWrite)); err != nil {
		return err
	}
	if _, err := o.w.Write(b); err != nil {
		return err
	}
	return rc.Flush()
}
