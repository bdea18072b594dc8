package api

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/feed"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/stream"
)

// sse is a client of a stream.
type sse struct {
	env  *env
	t    *testing.T
	op   *huma.Operation
	in   *bufio.Reader
	last string // id
	head http.Header
	stop func()
}

type sseEvent struct{ ID, Name, Data, Comment, Retry string }

func (e *env) stream(query, secret string, last ...string) *sse {
	e.t.Helper()
	s := e.openStream("/api/v1/posts/stream"+query, secret, last...)
	require.NotEmpty(e.t, s.last, "whoever comes again before the first event loses nothing")
	return s
}

func (e *env) openStream(path, secret string, last ...string) *sse {
	e.t.Helper()
	ctx, cancel := context.WithTimeout(e.t.Context(), patience)
	e.t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, "GET", e.url+path, nil)
	require.NoError(e.t, err)
	authorize(req, secret)
	for _, id := range last {
		req.Header.Set("Last-Event-ID", id)
	}
	res, err := http.DefaultClient.Do(req)
	require.NoError(e.t, err)
	e.t.Cleanup(func() { res.Body.Close() })
	require.Equal(e.t, http.StatusOK, res.StatusCode)
	s := &sse{env: e, t: e.t, op: e.operation("GET", path), in: bufio.NewReader(res.Body), head: res.Header, stop: cancel}
	succeeded.Store(s.op.OperationID, true)
	require.Equal(e.t, "3000", s.next().Retry)
	return s
}

// next reads one block; the zero event is the end.
func (s *sse) next() (v sseEvent) {
	s.t.Helper()
	for lines := 0; ; lines++ {
		line, err := s.in.ReadString('\n')
		if err != nil {
			require.Zero(s.t, lines, "the stream ends within an event: %v", err)
			return sseEvent{}
		}
		line = strings.TrimSuffix(line, "\n")
		if line == "" {
			require.Equal(s.t, s.op.OperationID == "stream-posts", v.ID != "", "events of posts have ids, others none")
			s.last = v.ID
			if v.Name != "" {
				events := s.op.Responses["200"].Content["text/event-stream"].Schema.Extensions["x-events"].(map[string]any)
				require.Contains(s.t, events, v.Name)
				s.env.fits(events[v.Name].(*huma.Schema), []byte(v.Data), v.Name)
			}
			return v
		}
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch name {
		case "":
			v.Comment = value
		case "id":
			v.ID = value
		case "event":
			v.Name = value
		case "data":
			v.Data = value
		case "retry":
			v.Retry = value
		default:
			require.Fail(s.t, "no line of an event: "+line)
		}
	}
}

// event is the next that is no comment.
func (s *sse) event(name string) sseEvent {
	s.t.Helper()
	for {
		if v := s.next(); v.Comment == "" {
			require.Equal(s.t, name, v.Name, "%+v", v)
			return v
		}
	}
}

func (s *sse) post() (p FoundPost) {
	s.t.Helper()
	require.NoError(s.t, json.Unmarshal([]byte(s.event("post").Data), &p))
	return p
}

// closed reads to the end and gives the reason.
func (s *sse) closed() string {
	s.t.Helper()
	var c Closed
	for {
		v := s.next()
		if v.Name != "closed" {
			require.NotEqual(s.t, sseEvent{}, v, "ends without a reason")
			continue
		}
		require.NoError(s.t, json.Unmarshal([]byte(v.Data), &c))
		require.NotEmpty(s.t, c.Message)
		require.Equal(s.t, sseEvent{}, s.next(), "the last event")
		return c.Reason
	}
}

// publish says to all processes that posts can be searched.
func (e *env) publish(records ...post.Record) {
	e.t.Helper()
	rs := make([]stream.Record, len(records))
	for i, r := range records {
		v, err := post.Encode(r)
		require.NoError(e.t, err)
		rs[i] = stream.Record{Key: string(r.ID), Value: v}
	}
	require.NoError(e.t, e.log.Append(context.Background(), stream.Indexed, rs...))
}

// now is a live post of a source, numbered.
func (e *env) now(text string, regions ...string) post.Record {
	e.t.Helper()
	return e.record(post.ID(fmt.Sprintf("telegram:7/%d", e.rev.Add(1))), text, time.Now().UTC().Truncate(time.Second), regions...)
}

func TestStream(t *testing.T) {
	e := start(t)
	s := e.stream("?query=отопление", rootSecret)
	require.Equal(t, "text/event-stream", s.head.Get("Content-Type"))
	require.Equal(t, "no", s.head.Get("X-Accel-Buffering"))
	require.Equal(t, "no-store", s.head.Get("Cache-Control"))
	require.Contains(t, string(e.get("/metrics", "").Body), "otklik_http_stream_clients 1")
	before := s.last
	r := e.now("Нет отопления\n\nвторой день", "RU-PRI")
	e.publish(e.now("Яма на дороге", "RU-PRI"), r)
	p := s.post()
	require.Equal(t, r.ID, p.ID)
	require.Equal(t, []Segment{{Text: "Нет "}, {Text: "отопления", Mark: true}, {Text: "\n\nвторой день"}}, p.Segments.Text)
	require.Equal(t, r.Post.Text, p.Text)
	require.NotEqual(t, before, s.last)
	// A sign of life moves the position on, past what does not concern.
	after := s.last
	e.publish(e.now("Яма во дворе", "RU-PRI"))
	for v := s.next(); v.ID == after; v = s.next() {
		require.Equal(t, "alive", v.Comment)
	}
	s.stop()
	require.Eventually(t, func() bool {
		return strings.Contains(string(e.get("/metrics", "").Body), "otklik_http_stream_clients 0")
	}, patience, 10*time.Millisecond)
}

// A client that loses its connection again and again, and comes back to
// whatever process, misses nothing and gets nothing twice.
func TestStreamGoesOnAnywhere(t *testing.T) {
	one := start(t)
	two := one.process(feed.Options{})
	const posts = 60
	var want, got []string
	s := one.stream("?query=яма", rootSecret)
	read := func(n int) {
		for range n {
			p := s.post()
			got = append(got, string(p.ID))
		}
	}
	for i := range posts {
		r := one.now("Яма на дороге", "RU-PRI")
		want = append(want, string(r.ID))
		one.publish(one.now("Нет воды", "RU-PRI"), r)
		switch i % 6 {
		case 1: // while nobody listens
			s.stop()
		case 2:
			s = two.stream("?query=яма", rootSecret, s.last)
			read(i + 1 - len(got))
		case 4:
			s.stop()
			s = one.stream("?query=яма&after="+s.last, rootSecret)
		case 5: // with the id of a sign of life
			read(i + 1 - len(got))
			require.NotEmpty(t, s.next().Comment)
			s.stop()
			s = two.stream("?query=яма&after=0:0", rootSecret, s.last) // the header counts
		}
	}
	read(posts - len(got))
	slices.Sort(want)
	slices.Sort(got)
	require.Equal(t, want, got)
}

func TestStreamKeepsToTheScope(t *testing.T) {
	e := start(t)
	far := e.stream("", e.token(access.Specialist, 0, "RU-SAM"))
	partner := e.stream("", e.token(access.Partner, 0, "*"))
	all := e.stream("", rootSecret)
	sealed := e.now("", "RU-SAM")
	_, err := e.pool.Exec(t.Context(), `INSERT INTO post_body (id, rev, body) VALUES ($1, $2, '{"type":"message","text":"О ребёнке"}')`, sealed.ID, sealed.Rev)
	require.NoError(t, err)
	sealed.Visibility, sealed.Post = post.Sealed, nil
	letter := e.now("В редакцию", "RU-SAM")
	letter.Visibility = post.Partner
	near, both := e.now("Приморье", "RU-PRI"), e.now("Самара и Приморье", "RU-PRI", "RU-SAM")
	for _, r := range []post.Record{near, sealed, letter, both} { // one by one: in an order that all see
		e.publish(r)
		got := all.post()
		require.Equal(t, r.ID, got.ID)
		if r.Visibility == post.Sealed {
			require.Equal(t, "О ребёнке", got.Text)
		}
	}
	require.Equal(t, letter.ID, far.post().ID)
	require.Equal(t, both.ID, far.post().ID)
	require.Equal(t, near.ID, partner.post().ID)
	require.Equal(t, both.ID, partner.post().ID)
}

// failingCheck stands for a database that does not answer for a while.
type failingCheck struct {
	Tokens
	err error
}

func (f failingCheck) Check(context.Context, int64) (access.Person, error) {
	return access.Person{}, f.err
}

func TestStreamEndsWithTheToken(t *testing.T) {
	e := start(t)
	token, secret, err := e.opts.Tokens.Create(t.Context(), e.root, access.Draft{Name: "x", Role: access.Specialist, Regions: []string{"RU-PRI"}})
	require.NoError(t, err)
	s := e.stream("", secret)
	require.NotEmpty(t, s.next().Comment)
	require.NoError(t, e.opts.Tokens.Revoke(t.Context(), e.root, token.ID))
	require.Equal(t, "revoked", s.closed())

	soon := time.Now().Add(300 * time.Millisecond)
	_, secret, err = e.opts.Tokens.Create(t.Context(), e.root, access.Draft{Name: "x", Role: access.Specialist, Regions: []string{"RU-PRI"}, Expires: &soon})
	require.NoError(t, err)
	require.Equal(t, "revoked", e.stream("", secret).closed())

	for _, change := range []string{`role = 'executor', agencies = '{1}'`, `regions = '{RU-SAM}'`, `sealed = true`} {
		token, secret, err = e.opts.Tokens.Create(t.Context(), e.root, access.Draft{Name: "x", Role: access.Specialist, Regions: []string{"RU-PRI"}})
		require.NoError(t, err)
		s = e.stream("", secret)
		_, err = e.pool.Exec(t.Context(), `UPDATE person SET `+change+` WHERE id = $1`, token.Person)
		require.NoError(t, err)
		require.Equal(t, "changed", s.closed())
	}

	down := e.process(feed.Options{}, func(o *Options) { o.Tokens = failingCheck{o.Tokens, errors.New("no database")} })
	require.Equal(t, "unavailable", down.stream("", rootSecret).closed(), "rights that can't be read are none")
}

// A client that reads too slowly is told so, and goes on where it stopped.
func TestStreamOfASlowClient(t *testing.T) {
	e := start(t).process(feed.Options{Queue: 4})
	srv := httptest.NewUnstartedServer(headAsGet(e.server.engine))
	srv.Config.ConnState = func(c net.Conn, s http.ConnState) {
		if s == http.StateNew {
			_ = c.(*net.TCPConn).SetWriteBuffer(4 << 10)
		}
	}
	srv.Start()
	defer srv.Close()
	c, err := net.Dial("tcp", srv.Listener.Addr().String())
	require.NoError(t, err)
	defer c.Close()
	require.NoError(t, c.(*net.TCPConn).SetReadBuffer(4<<10))
	require.NoError(t, c.SetDeadline(time.Now().Add(patience)))
	_, err = fmt.Fprintf(c, "GET /api/v1/posts/stream?query=яма HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n", rootSecret)
	require.NoError(t, err)
	res, err := http.ReadResponse(bufio.NewReaderSize(c, 16), nil)
	require.NoError(t, err)
	defer res.Body.Close()
	s := &sse{env: e, t: t, op: e.operation("GET", "/api/v1/posts/stream"), in: bufio.NewReaderSize(res.Body, 16)}
	s.next()
	want := map[post.ID]bool{}
	for range 40 { // more than the queue and the buffers of the connection hold
		r := e.now("яма "+strings.Repeat("большая и глубокая ", 150), "RU-PRI")
		want[r.ID] = true
		e.publish(r)
	}
	require.Eventually(t, func() bool { return e.opts.Feed.Counters().Dropped.Load() > 0 }, patience, 10*time.Millisecond)
	for v := s.next(); v.Name != "closed"; v = s.next() {
		if v.Name == "post" {
			var p FoundPost
			require.NoError(t, json.Unmarshal([]byte(v.Data), &p))
			require.True(t, want[p.ID], "twice")
			delete(want, p.ID)
		} else {
			require.NotEmpty(t, v.Comment)
		}
	}
	require.NotEmpty(t, want)
	again := e.process(feed.Options{}).stream("?query=яма", rootSecret, s.last)
	for len(want) > 0 {
		p := again.post()
		require.True(t, want[p.ID], "twice")
		delete(want, p.ID)
	}
}

// A stream outlives the limits of requests, and ends at once with the server.
func TestStreamAndTheServer(t *testing.T) {
	e := start(t)
	srv := Server("", headAsGet(e.server.engine))
	srv.ReadTimeout, srv.WriteTimeout = 150*time.Millisecond, 150*time.Millisecond
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	go func() { _ = srv.Serve(l) }()
	defer srv.Close()
	short := *e
	short.url = "http://" + l.Addr().String()
	s := short.stream("", rootSecret)
	for range 5 { // heartbeats
		require.NotEmpty(t, s.next().Comment)
	}
	e.publish(e.now("яма", "RU-PRI"))
	s.post()

	l, err = net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	served := make(chan error, 1)
	go func() { served <- ServeUntil(ctx, l, headAsGet(e.server.engine), patience) }()
	short.url = "http://" + l.Addr().String()
	s = short.stream("", rootSecret)
	begun := time.Now()
	cancel()
	require.Equal(t, "stopping", s.closed())
	require.NoError(t, <-served)
	require.Less(t, time.Since(begun), patience/2, "it waited for no stream")
}

func TestStreamsAreBounded(t *testing.T) {
	e := start(t, func(o *Options) { o.MaxStreams, o.MaxStreamsEach = 3, 2 })
	one, two := e.token(access.Specialist, 0, "RU-PRI"), e.token(access.Specialist, 0, "RU-PRI")
	first := e.stream("", one)
	e.stream("", one)
	p := refused(e.get("/api/v1/posts/stream", one), http.StatusTooManyRequests)
	require.Contains(t, p.Detail, "one person may have 2")
	e.stream("", two)
	refused(e.get("/api/v1/posts/stream", two), http.StatusTooManyRequests)
	first.stop()
	require.Eventually(t, func() bool { return e.server.slots.count() == 2 }, patience, 10*time.Millisecond)
	e.stream("", two)
}

func TestStreamsThatCannotBe(t *testing.T) {
	e := start(t)
	for _, bad := range []string{"x", "0", "0:x", "-1:5", "16:0", "0:1,,", strings.Repeat("0:1,", 300) + "0:1"} {
		a := e.with("GET", "/api/v1/posts/stream", http.Header{"Authorization": {"Bearer " + rootSecret}, "Last-Event-Id": {bad}}, nil)
		refused(a, http.StatusUnprocessableEntity, "header.Last-Event-ID")
		refused(e.get("/api/v1/posts/stream?after="+bad, rootSecret), http.StatusUnprocessableEntity, "query.after")
	}
	refused(e.get("/api/v1/posts/stream?query=(", rootSecret), http.StatusUnprocessableEntity, "query.query")
	require.Zero(t, e.server.slots.count())

	// What came after a position that the log keeps no longer is gone, and the
	// client hears of it.
	s := e.stream("", rootSecret)
	old := s.last
	e.publish(e.now("яма", "RU-PRI"))
	s.post()
	s.stop()
	_, err := e.log.Trim(t.Context(), stream.Indexed, time.Now().Add(time.Hour))
	require.NoError(t, err)
	s = e.stream("", rootSecret, old)
	require.NotEmpty(t, s.event("gap").Data)
}

func (s *slots) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all
}
