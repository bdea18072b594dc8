package desk_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/incidents/deadline"
	"github.com/otklik/otklik/incidents/desk"
	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/incidents/notify"
	"github.com/otklik/otklik/incidents/notify/notifytest"
	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/stream"
)

// body decodes a letter.
func body(t *testing.T, l notifytest.Letter) string {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(strings.NewReplacer("\r", "", "\n", "").Replace(l.Body))
	require.NoError(t, err)
	return strings.ReplaceAll(string(b), "\r\n", "\n")
}

// states gives an incident's notifications as "webhook sent 1".
func (e *env) states(number int64) (lines []string) {
	e.t.Helper()
	ns, err := e.Notifications(e.t.Context(), guardian, number)
	require.NoError(e.t, err)
	for _, n := range ns {
		lines = append(lines, n.Channel+" "+n.State)
	}
	return lines
}

// A match in the log becomes a signed webhook and a letter, with the desk
// working as it does in production: its own consumer and its own jobs.
func TestFromAMatchToAWebhookAndALetter(t *testing.T) {
	e := start(t)
	// Jobs run by the clock of the machine.
	e.now = time.Now().UTC().Truncate(time.Second)
	a := e.agency("Водоканал", func(a *incident.Agency) {
		a.Default, a.Email, a.WebhookURL = true, "duty@water.example", e.hook.server.URL+"/hook?token=1"
	})
	s := e.search()
	e.rule(s, func(r *incident.Rule) { r.Mode, r.Severity = incident.Auto, incident.Raised })
	log := e.log()
	m := e.match("telegram:7/1", "Прорвало трубу & <залило> Светланскую\nпомогите", s)
	require.NoError(t, log.Append(t.Context(), stream.Matches, entry(t, m)))
	stop, err := e.Start(t.Context())
	require.NoError(t, err)
	e.work(log, func(*stream.Counters) bool { return len(e.hook.taken()) > 0 && len(e.mail.Letters()) > 0 })
	i := e.one()
	require.Eventually(t, func() bool {
		return strings.Join(e.states(i.Number), ", ") == "webhook sent, email sent"
	}, patience, 10*time.Millisecond)
	require.NoError(t, stop(t.Context()))

	require.Len(t, e.hook.taken(), 1)
	call := e.hook.taken()[0]
	require.NoError(t, notify.Verify(a.WebhookSecret, call.header.Get(notify.HeaderSignature), call.body, e.now, time.Minute))
	require.Equal(t, "assigned", call.header.Get(notify.HeaderEvent))
	require.Len(t, call.header.Get(notify.HeaderKey), 32)
	var told desk.Told
	require.NoError(t, json.Unmarshal(call.body, &told))
	require.Equal(t, desk.Told{Event: "assigned", At: e.now, Incident: desk.ToldIncident{Number: i.Number, Region: "RU-PRI", State: "assigned", Severity: "raised",
		Title: "Прорвало трубу & <залило> Светланскую", Agency: a.ID, Due: i.Due, DueClock: i.DueClock, Posts: 1, Link: "https://otklik.example/incidents/1"}}, told)

	require.Len(t, e.mail.Letters(), 1)
	l := e.mail.Letters()[0]
	require.Equal(t, []string{"duty@water.example", "Инцидент № 1: новое поручение — Прорвало трубу & <залило> Светланскую"}, []string{l.To, l.Subject})
	for _, says := range []string{"Исполнитель: Водоканал", "Регион: RU-PRI", "Важность: повышенная", "Срок (", e.Due(i), "Сообщений жителей: 1", "https://otklik.example/incidents/1"} {
		require.Contains(t, body(t, l), says)
	}
}

// Due is a deadline as letters write it.
func (e *env) Due(i incident.Incident) string {
	return i.Due.In(e.Regions.Location(i.Region)).Format("02.01.2006 15:04") + " (Asia/Vladivostok)"
}

func TestJobsSurviveARestart(t *testing.T) {
	e := start(t)
	e.now = time.Now().UTC().Truncate(time.Second)
	e.agency("Водоканал", func(a *incident.Agency) { a.Default, a.WebhookURL = true, e.hook.server.URL })
	s := e.search()
	e.rule(s, auto)
	stop, err := e.Start(t.Context())
	require.NoError(t, err)
	require.NoError(t, stop(t.Context()))
	e.take(e.match("telegram:7/1", text, s)) // nobody works now
	require.Empty(t, e.hook.taken())

	st, err := store.Open(e.pool, e.Now) // another process
	require.NoError(t, err)
	next := *e.Desk
	next.Store = st
	stop, err = next.Start(t.Context())
	require.NoError(t, err)
	select {
	case <-e.hook.came:
	case <-time.After(patience):
		t.Fatal("no webhook came")
	}
	require.NoError(t, stop(t.Context()))
	require.Equal(t, []string{"webhook sent"}, e.states(1))
	require.Len(t, e.hook.taken(), 1)
}

// Deadlines are looked at by jobs of the same queue, also those that passed
// while nobody worked.
func TestDeadlinesAreWatchedByJobs(t *testing.T) {
	e := start(t)
	_, err := e.PutPreset(t.Context(), curator, "RU-PRI", 0, deadline.Preset{Name: "standard", Title: "Час", Clocks: map[deadline.Clock]deadline.Budget{
		deadline.Route: {Amount: 60, Unit: deadline.Wall, From: deadline.Registered}}})
	require.NoError(t, err)
	e.now = time.Now().UTC().Truncate(time.Second).Add(-3 * time.Hour)
	i, _ := e.triaged()
	require.True(t, i.Due.Before(time.Now()))
	e.now = e.now.Add(3 * time.Hour)
	stop, err := e.Start(t.Context())
	require.NoError(t, err)
	require.Eventually(t, func() bool { return e.one().Warned == 100 }, patience, 10*time.Millisecond)
	require.NoError(t, stop(t.Context()))
	require.Equal(t, []string{"opened", "breach"}, e.trail(i.Number))
}

// tellOnce assigns an incident to an agency with these addresses and gives its
// number.
func (e *env) tellOnce(change func(*incident.Agency)) int64 {
	e.t.Helper()
	a := e.agency("Водоканал", change)
	s := e.search()
	e.rule(s, func(r *incident.Rule) { r.Mode, r.Agency = incident.Auto, a.ID })
	e.take(e.match("telegram:7/1", text, s))
	return e.one().Number
}

func TestAFailingReceiverIsTriedAgainWithOneKey(t *testing.T) {
	e := start(t)
	n := e.tellOnce(func(a *incident.Agency) { a.WebhookURL = e.hook.server.URL })
	e.hook.answer(http.StatusInternalServerError)
	begun := e.now
	e.wait(begun.Add(10 * time.Minute))
	require.Equal(t, []string{"webhook pending"}, e.states(n))
	first := e.hook.taken()
	require.Len(t, first, 6, "at once and after 10, 20, 40, 80, 160 seconds")
	ns, err := e.Notifications(t.Context(), specialist, n)
	require.NoError(t, err)
	require.Equal(t, []any{"the receiver answered 500 Internal Server Error", 6}, []any{ns[0].Reason, ns[0].Attempts})
	require.Nil(t, ns[0].SentAt)

	e.hook.answer(http.StatusNoContent)
	e.wait(begun.Add(24 * time.Hour))
	require.Contains(t, e.states(n), "webhook sent")
	calls := e.hook.taken()
	keys := map[string]bool{}
	for _, c := range calls[:7] {
		keys[c.header.Get(notify.HeaderKey)] = true
	}
	require.Len(t, keys, 1, "every attempt has the same key")
	require.Greater(t, len(calls), 7, "the warnings after it")
	for _, c := range calls[7:] {
		require.NotContains(t, keys, c.header.Get(notify.HeaderKey), "another message has another one")
	}
}

func TestPatienceEnds(t *testing.T) {
	e := start(t)
	n := e.tellOnce(func(a *incident.Agency) { a.WebhookURL, a.Email = e.hook.server.URL, "duty@water.example" })
	_, err := e.pool.Exec(t.Context(), `DELETE FROM river_job WHERE kind = 'incident_watch'`) // this message alone
	require.NoError(t, err)
	e.hook.answer(http.StatusServiceUnavailable)
	e.mail.Answer("RCPT", "450 try later")
	e.wait(e.now.Add(48 * time.Hour))
	ns, err := e.Notifications(t.Context(), specialist, n)
	require.NoError(t, err)
	require.Equal(t, []string{"webhook failed", "email failed"}, e.states(n))
	for _, x := range ns {
		require.Equal(t, 12, x.Attempts)
		require.Contains(t, x.Reason, "given up after 12 attempts: ")
	}
	require.Len(t, e.hook.taken(), 12)
}

func TestHowDeliveriesEnd(t *testing.T) {
	for _, c := range []struct {
		name   string
		fail   func(e *env)
		states []string
		reason string
	}{
		{"a refusal is final", func(e *env) { e.hook.answer(http.StatusGone); e.mail.Answer("RCPT", "550 no such mailbox") }, []string{"webhook failed", "email failed"}, "550"},
		{"an installation without channels says so", func(e *env) { e.Channels = nil }, []string{"webhook failed", "email failed"}, `no channel "email"`},
		{"the server took it and died", func(e *env) { e.mail.CutAfterData(true) }, []string{"webhook sent", "email pending"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := start(t)
			n := e.tellOnce(func(a *incident.Agency) { a.WebhookURL, a.Email = e.hook.server.URL, "duty@water.example" })
			c.fail(e)
			e.wait(e.now)
			require.Equal(t, c.states, e.states(n))
			ns, err := e.Notifications(t.Context(), specialist, n)
			require.NoError(t, err)
			require.Contains(t, ns[1].Reason, c.reason)
			e.mail.CutAfterData(false)
			e.wait(e.now.Add(time.Minute))
			if c.states[1] == "email pending" {
				require.Equal(t, []string{"webhook sent", "email doubtful"}, e.states(n), "it may have come twice, and we say so")
				require.Len(t, e.mail.Letters(), 2)
				require.Equal(t, e.mail.Letters()[0].MessageID, e.mail.Letters()[1].MessageID)
			}
		})
	}
}

func TestWhateverTheOtherSideSaysCanBeKept(t *testing.T) {
	e := start(t)
	rude := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		c, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		_, _ = io.WriteString(c, "HTTP/1.1 404 n\x00t \xff\xfe UTF-8 "+strings.Repeat("я", 10_000)+"\r\nContent-Length: 0\r\n\r\n")
		_ = c.Close()
	}))
	defer rude.Close()
	n := e.tellOnce(func(a *incident.Agency) { a.WebhookURL = rude.URL })
	e.wait(e.now)
	ns, err := e.Notifications(t.Context(), specialist, n)
	require.NoError(t, err)
	require.Equal(t, store.Failed, ns[0].State)
	require.Contains(t, ns[0].Reason, "404 n t \uFFFD UTF-8")
	require.Less(t, len(ns[0].Reason), 5000)
}

// A process that is killed in the middle of an attempt leaves a doubt, and the
// next one says so.
func TestAnAttemptThatWasCutOffMakesTheMessageDoubtful(t *testing.T) {
	e := start(t)
	n := e.tellOnce(func(a *incident.Agency) { a.WebhookURL = e.hook.server.URL })
	_, _, ok, err := e.Store.BeginSending(t.Context(), 1)
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, []string{"webhook sending"}, e.states(n))
	e.wait(e.now)
	require.Equal(t, []string{"webhook doubtful"}, e.states(n))
	require.Len(t, e.hook.taken(), 1)
	again, err := e.Deliver(t.Context(), desk.DeliverArgs{Notification: 1})
	require.NoError(t, err)
	require.Zero(t, again)
	require.Len(t, e.hook.taken(), 1, "what is done is not done again")
	again, err = e.Deliver(t.Context(), desk.DeliverArgs{Notification: 999})
	require.NoError(t, err)
	require.Zero(t, again)
}

// A worker that is told to stop notes how its attempt ended.
func TestAStoppedDeliveryIsTriedAgain(t *testing.T) {
	e := start(t)
	hanging := make(chan struct{})
	stuck := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // only then does the server see that the client is gone
		close(hanging)
		<-r.Context().Done()
	}))
	defer stuck.Close()
	n := e.tellOnce(func(a *incident.Agency) { a.WebhookURL = stuck.URL })
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-hanging; cancel() }()
	again, err := e.Deliver(ctx, desk.DeliverArgs{Notification: 1})
	require.NoError(t, err)
	require.Equal(t, 10*time.Second, again)
	require.Equal(t, []string{"webhook pending"}, e.states(n))
}

func TestNobodyIsToldTwiceOfOneThing(t *testing.T) {
	e := start(t)
	e.put(route("duty@water.example", "duty@water.example", "boss@centre.example", "boss@centre.example"))
	n := e.tellOnce(func(a *incident.Agency) { a.Email = "duty@water.example" })
	require.Equal(t, []string{"email pending", "email pending"}, e.states(n), "one letter an address")
}

// A bare desk has a clock, a log and people without settings.
func TestDefaults(t *testing.T) {
	e := start(t)
	d := &desk.Desk{Store: e.Store, Regions: e.Regions}
	s := e.search()
	e.rule(s, nil)
	m := e.match("telegram:7/1", text, s)
	m.Searches[0].Version = 7 // without a list of searches every version counts
	require.NoError(t, d.Take(t.Context(), m))
	require.WithinDuration(t, time.Now(), e.one().OpenedAt, time.Minute)
	kind(t, fault.Invalid, d.Take(t.Context(), e.sealed("telegram:7/2", text, s)))
}
