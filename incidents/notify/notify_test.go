package notify_test

import (
	"bufio"
	"context"
	"encoding/base64"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/incidents/notify"
	"github.com/otklik/otklik/incidents/notify/notifytest"
	"github.com/otklik/otklik/internal/fault"
)

func message(address string) notify.Message {
	return notify.Message{ID: 7, Key: "0123456789abcdef", Address: address, Secret: "a long enough secret", Event: "assigned",
		Subject: "Инцидент № 7: новое поручение", Text: "Прорвало трубу.\nСрок: 18:00\n", Data: []byte(`{"event":"assigned","title":"Прорвало <трубу>"}`)}
}

func TestWebhookIsSignedAndCanBeVerified(t *testing.T) {
	now := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	var got http.Header
	var body []byte
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Clone()
		body, _ = io.ReadAll(r.Body)
		w.WriteHeader(http.StatusAccepted)
	}))
	defer srv.Close()
	w := &notify.Webhook{Client: srv.Client(), Now: func() time.Time { return now }}
	m := message(srv.URL + "/hook")
	require.Equal(t, notify.Outcome{Result: notify.Sent}, w.Send(context.Background(), m))
	require.JSONEq(t, string(m.Data), string(body))
	require.Equal(t, m.Key, got.Get("Idempotency-Key"))
	require.Equal(t, "assigned", got.Get("Otklik-Event"))
	require.Equal(t, "application/json", got.Get("Content-Type"))

	sig := got.Get("Otklik-Signature")
	require.NoError(t, notify.Verify(m.Secret, sig, body, now.Add(time.Minute), 5*time.Minute))
	require.Error(t, notify.Verify("another secret", sig, body, now, 5*time.Minute))
	require.Error(t, notify.Verify(m.Secret, sig, append(body, ' '), now, 5*time.Minute))
	require.Error(t, notify.Verify(m.Secret, sig, body, now.Add(6*time.Minute), 5*time.Minute), "an old one is a replay")
	require.Error(t, notify.Verify(m.Secret, strings.Replace(sig, "t=17", "t=18", 1), body, now, 1e18), "the time is signed too")
	require.Error(t, notify.Verify(m.Secret, "rubbish", body, now, time.Hour))
}

func TestWebhookOutcomes(t *testing.T) {
	var elsewhere atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	defer other.Close()
	mux := http.NewServeMux()
	for path, status := range map[string]int{"/500": 500, "/408": 408, "/404": 404, "/410": 410, "/204": 204} {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
	}
	mux.HandleFunc("/429", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "120")
		w.WriteHeader(429)
	})
	mux.HandleFunc("/moved", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL, http.StatusTemporaryRedirect)
	})
	mux.HandleFunc("/hangs", func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // only then does the server see that the client is gone
		<-r.Context().Done()
	})
	mux.HandleFunc("/cut", func(w http.ResponseWriter, _ *http.Request) {
		c, _, _ := w.(http.Hijacker).Hijack()
		c.Close()
	})
	srv := httptest.NewServer(mux)
	defer srv.Close()
	w := &notify.Webhook{Client: srv.Client(), Timeout: 300 * time.Millisecond}

	for _, c := range []struct {
		path   string
		result notify.Result
		after  time.Duration
		unsure bool
	}{
		{"/204", notify.Sent, 0, false},
		{"/500", notify.Retry, 0, false},
		{"/408", notify.Retry, 0, false},
		{"/429", notify.Retry, 2 * time.Minute, false},
		{"/404", notify.GiveUp, 0, false},
		{"/410", notify.GiveUp, 0, false},
		{"/moved", notify.GiveUp, 0, false},
		{"/hangs", notify.Retry, 0, true},
		{"/cut", notify.Retry, 0, true},
	} {
		out := w.Send(context.Background(), message(srv.URL+c.path))
		require.Equal(t, c.result, out.Result, "%s: %s", c.path, out.Reason)
		require.Equal(t, c.after, out.After, c.path)
		require.Equal(t, c.unsure, out.Unsure, c.path)
		require.Equal(t, c.result != notify.Sent, out.Reason != "", c.path)
	}
	require.Zero(t, elsewhere.Load(), "a redirect is not followed")

	out := w.Send(context.Background(), message("http://127.0.0.1:1/"))
	require.Equal(t, notify.Retry, out.Result)
	require.False(t, out.Unsure, "nobody was there")
	for _, bad := range []string{"", "ftp://example.org/", "http://", "::", "mailto:a@example.org"} {
		require.Equal(t, notify.GiveUp, w.Send(context.Background(), message(bad)).Result, bad)
	}
}

func TestWhatTheDialerRefusesIsRefusedForGood(t *testing.T) {
	w := &notify.Webhook{Client: &http.Client{Transport: &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return nil, fault.New(fault.Forbidden, "10.0.0.1 is a private address")
	}}}}
	out := w.Send(context.Background(), message("http://intranet.example.org/"))
	require.Equal(t, notify.GiveUp, out.Result)
	require.Contains(t, out.Reason, "private address")
	require.NotContains(t, out.Reason, "intranet", "an address may hold a token")
}

func mailer(t *testing.T, s *notifytest.Server) *notify.Email {
	t.Helper()
	e, err := notify.NewEmail(notify.EmailOptions{Host: s.Host, Port: s.Port, TLS: notify.NoTLS, From: "Отклик <otklik@centre.example>", Timeout: 2 * time.Second})
	require.NoError(t, err)
	return e
}

func TestEmail(t *testing.T) {
	s := notifytest.SMTP(t)
	e := mailer(t, s)
	m := message("duty@agency.example")
	m.Subject += "\r\nBcc: everybody@example.org"
	require.Equal(t, notify.Outcome{Result: notify.Sent}, e.Send(context.Background(), m))
	require.Equal(t, notify.Outcome{Result: notify.Sent}, e.Send(context.Background(), m))
	ls := s.Letters()
	require.Len(t, ls, 2)
	l := ls[0]
	require.Equal(t, "otklik@centre.example", l.From)
	require.Equal(t, "duty@agency.example", l.To)
	require.Equal(t, "<0123456789abcdef@centre.example>", l.MessageID)
	require.Equal(t, l.MessageID, ls[1].MessageID, "a repeat has the same id")
	require.Equal(t, "Инцидент № 7: новое поручение Bcc: everybody@example.org", l.Subject)
	require.Empty(t, l.Header.Get("Bcc"))
	require.Equal(t, "auto-generated", l.Header.Get("Auto-Submitted"))
	body, err := base64.StdEncoding.DecodeString(strings.NewReplacer("\r", "", "\n", "").Replace(l.Body))
	require.NoError(t, err)
	require.Equal(t, m.Text, strings.ReplaceAll(string(body), "\r\n", "\n"))
}

func TestEmailOutcomes(t *testing.T) {
	s := notifytest.SMTP(t)
	e := mailer(t, s)
	send := func() notify.Outcome { return e.Send(context.Background(), message("duty@agency.example")) }
	for _, c := range []struct {
		verb, line string
		want       notify.Result
	}{
		{"RCPT", "550 no such mailbox", notify.GiveUp},
		{"RCPT", "450 try later", notify.Retry},
		{"MAIL", "421 too busy", notify.Retry},
		{"DATA", "554 no", notify.GiveUp},
		{".", "452 disk is full", notify.Retry},
		{".", "552 too large", notify.GiveUp},
	} {
		s.Answer(c.verb, c.line)
		out := send()
		require.Equal(t, c.want, out.Result, "%s %s: %s", c.verb, c.line, out.Reason)
		require.False(t, out.Unsure, c.line)
		require.NotEmpty(t, out.Reason)
		s.Answer(c.verb, "")
	}
	require.Empty(t, s.Letters())

	s.CutAfterData(true)
	out := send()
	require.Equal(t, notify.Retry, out.Result)
	require.True(t, out.Unsure, "it was handed over: %s", out.Reason)
	require.Len(t, s.Letters(), 1)

	for _, bad := range []string{"", "nobody", "a@b.example, c@d.example", "Имя <a@b.example>"} {
		require.Equal(t, notify.GiveUp, e.Send(context.Background(), message(bad)).Result, bad)
	}
	gone, err := notify.NewEmail(notify.EmailOptions{Host: "127.0.0.1", Port: 1, TLS: notify.NoTLS, From: "a@b.example"})
	require.NoError(t, err)
	require.Equal(t, notify.Retry, gone.Send(context.Background(), message("a@b.example")).Result)

	strict, err := notify.NewEmail(notify.EmailOptions{Host: s.Host, Port: s.Port, From: "a@b.example", Timeout: time.Second})
	require.NoError(t, err)
	require.Equal(t, notify.Retry, strict.Send(context.Background(), message("a@b.example")).Result, "no STARTTLS there: nothing is sent in the clear")
	require.Len(t, s.Letters(), 1)
}

// Letters go through TLS, from the first byte or after STARTTLS, and signed in.
func TestSecureEmail(t *testing.T) {
	for _, mode := range []notify.TLS{notify.StartTLS, notify.ImplicitTLS} {
		s := notifytest.SecureSMTP(t, mode == notify.ImplicitTLS)
		send := func(change func(*notify.EmailOptions)) notify.Outcome {
			o := notify.EmailOptions{Host: s.Host, Port: s.Port, TLS: mode, User: "otklik", Password: "secret", From: "otklik@centre.example", Timeout: 5 * time.Second, TLSConfig: s.Client}
			change(&o)
			e, err := notify.NewEmail(o)
			require.NoError(t, err)
			return e.Send(context.Background(), message("duty@agency.example"))
		}
		require.Equal(t, notify.Outcome{Result: notify.Sent}, send(func(*notify.EmailOptions) {}), mode)
		require.Len(t, s.Letters(), 1)
		require.True(t, s.Letters()[0].Protected)
		require.Equal(t, "otklik", s.Letters()[0].User)

		out := send(func(o *notify.EmailOptions) { o.Password = "wrong-password" })
		require.Equal(t, notify.Retry, out.Result, "an administrator can mend it")
		require.NotContains(t, out.Reason, "wrong-password")
		out = send(func(o *notify.EmailOptions) { o.TLSConfig = nil })
		require.Equal(t, notify.Retry, out.Result)
		require.Contains(t, out.Reason, "certificate")
		require.Len(t, s.Letters(), 1, "nothing is sent to a server that nobody vouches for")
	}
}

// Who is told to stop does not wait for a server that says nothing.
func TestEmailEndsWithItsContext(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	told := make(chan struct{})
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		r := bufio.NewReader(c)
		_, _ = io.WriteString(c, "220 test\r\n")
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				return
			}
			if strings.HasPrefix(line, "MAIL") {
				close(told) // and nothing more
				continue
			}
			_, _ = io.WriteString(c, "250 test\r\n")
		}
	}()
	a := l.Addr().(*net.TCPAddr)
	e, err := notify.NewEmail(notify.EmailOptions{Host: a.IP.String(), Port: a.Port, TLS: notify.NoTLS, From: "a@b.example", Timeout: time.Hour})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	go func() { <-told; cancel() }()
	out := e.Send(ctx, message("duty@agency.example"))
	require.Equal(t, notify.Retry, out.Result)
	require.False(t, out.Unsure)
}

func FuzzVerify(f *testing.F) {
	const secret = "a long enough secret"
	now := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	f.Add(notify.Sign(secret, now, []byte("{}")), "{}")
	f.Add(notify.Sign("another", now, []byte("{}")), "{}")
	f.Add("t=,v1=", "")
	f.Add("t=9223372036854775807,v1=00", "x")
	f.Fuzz(func(t *testing.T, header, body string) {
		if notify.Verify(secret, header, []byte(body), now, 0) == nil {
			require.Equal(t, notify.Sign(secret, now, []byte(body)), "t="+strings.TrimPrefix(header, "t="))
		}
	})
}

func TestEmailOptions(t *testing.T) {
	for _, o := range []notify.EmailOptions{
		{}, {Host: "h", Port: 70000, From: "a@b.example"}, {Host: "h", Port: 25}, {Host: "h", Port: 25, From: "a@b.example", TLS: "maybe"},
	} {
		_, err := notify.NewEmail(o)
		require.Error(t, err)
	}
}
