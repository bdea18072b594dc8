package acceptance

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/incidents/notify"
	"github.com/otklik/otklik/incidents/notify/notifytest"
	"github.com/otklik/otklik/internal/simulate/tme"
)

// soon is within what a resident's message becomes a ticket; the channel is
// read every five seconds.
const soon = 30 * time.Second

// TestFromAPostToATicket is the line from end to end, as a timeline, on both
// shapes.
func TestFromAPostToATicket(t *testing.T) {
	for _, s := range shapes() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			day(t, s)
		})
	}
}

// story is what the parts of the timeline share.
type story struct {
	*installation
	*networks
	mail    *notifytest.Server
	source  int64
	agency  int64
	fire    int64 // message of the first post
	number  int64 // of its incident
	secrets struct{ specialist, executor, curator string }
}

func day(t *testing.T, s shape) {
	n, mail := newNetworks(t), notifytest.SMTP(t)
	env := append(n.env(), fmt.Sprintf("OTKLIK_SMTP=smtp://%s:%d?tls=none", mail.Host, mail.Port), "OTKLIK_MAIL_FROM=otklik@example.org",
		"OTKLIK_BASE_URL=https://otklik.example.org")
	d := &story{installation: newInstallation(t, s, env...), networks: n, mail: mail}
	d.start()
	for _, part := range []struct {
		what string
		do   func()
	}{
		{"a centre sets up its agency, search and rule", d.setUp},
		{"the channel's past is found, and opens nothing", d.past},
		{"a resident writes: a ticket at the right agency, with a running deadline", d.ticket},
		{"the agency is told by webhook and e-mail", d.told},
		{"what the search excludes opens nothing; a repeat joins", d.others},
		{"the post is edited and edited back: three revisions", d.edited},
		{"an export of the same channel adds nothing", d.imported},
		{"agency and centre carry it to its answer", d.answered},
		{"the post is deleted: the evidence stays", d.deleted},
		{"a record that can't be processed costs only itself, and is put back or dropped", d.poison},
		{"every metric of the alerts is there", d.measured},
		{"the source says how it is", d.health},
		{"everything stops and starts again: the feed goes on, nothing is doubled", d.restarted},
	} {
		begin := time.Now()
		part.do()
		t.Logf("%5.1f s  %s", time.Since(begin).Seconds(), part.what)
	}
}

func (d *story) id(message int64) string {
	return fmt.Sprintf("telegram:%d/%d", channelNumber, message)
}

func (d *story) setUp() {
	d.agency = d.make("/agencies", obj{"region": "RU-PRI", "name": "Теплосети", "email": "duty@heat.example.org",
		"webhook_url": d.hooks.url + "/otklik", "webhook_secret": "a secret of the test, long enough", "default": true})
	d.secrets.specialist, d.secrets.executor, d.secrets.curator = d.token("specialist", 0), d.token("executor", d.agency), d.token("curator", 0)
	search := d.make("/searches", obj{"name": "Тепло", "query": "(отопление | теплотрасса | [нет тепла]) -реклама", "regions": []string{"RU-PRI"}})
	d.make("/rules", obj{"region": "RU-PRI", "search": search, "name": "Тепло", "mode": "auto", "severity": "raised"})
}

func (d *story) past() {
	for i := range 30 {
		d.write(d.t, fmt.Sprintf("Прошлогодняя жалоба %d: нет отопления", i), time.Now().Add(-time.Duration(90-i)*24*time.Hour))
	}
	d.source = d.make("/sources", obj{"network": "telegram", "address": "https://t.me/" + channelName, "regions": []string{"RU-PRI"}, "every": "5s", "backfill": 1000})
	d.eventually(soon, "the past is found", func() bool { return d.count("отопление") == 30 })
	for _, p := range d.search("отопление") {
		require.Equal(d.t, "backfill", p.Origin)
	}
	require.Empty(d.t, d.incidents(), "what is not live opens nothing")
	require.Equal(d.t, 30, d.count("жалобы until:"+time.Now().Format("2006-01-02")))
	require.Zero(d.t, d.count("отопление -жалоба"))
}

func (d *story) ticket() {
	feed := d.follow("теплотрассы", "")
	begin := time.Now()
	d.fire = d.write(d.t, "На Гоголя, 5 прорвало теплотрассу!\nКипяток течёт по дороге, дети идут в школу.", time.Time{})
	d.eventually(soon, "an incident", func() bool { return len(d.incidents()) == 1 })
	d.t.Logf("a ticket after %.1f s", time.Since(begin).Seconds())
	i := d.incidents()[0]
	d.number = i.Number
	require.Equal(d.t, "assigned", i.State)
	require.Equal(d.t, "RU-PRI", i.Region)
	require.Equal(d.t, d.agency, i.Agency.ID)
	require.NotNil(d.t, i.Due)
	require.True(d.t, i.Due.After(time.Now()))
	require.Equal(d.t, d.id(d.fire), i.Posts[0].Post)
	d.eventually(soon, "the live feed shows it", func() bool { return feed.has("прорвало теплотрассу") })
	found := d.search("теплотрасса дорога")
	require.Len(d.t, found, 1)
	require.Equal(d.t, "live", found[0].Origin)
	feed.close()
}

func (d *story) told() {
	d.eventually(soon, "webhook and letter", func() bool { return len(d.hooks.all()) > 0 && len(d.mail.Letters()) > 0 })
	h := d.hooks.all()[0]
	require.NoError(d.t, notify.Verify("a secret of the test, long enough", h.header.Get(notify.HeaderSignature), h.body, time.Now(), time.Minute))
	var told struct {
		Event    string
		Incident struct {
			Number int64
			Link   string
		}
	}
	require.NoError(d.t, json.Unmarshal(h.body, &told))
	require.Equal(d.t, "assigned", told.Event)
	require.Equal(d.t, d.number, told.Incident.Number)
	require.Equal(d.t, fmt.Sprintf("https://otklik.example.org/incidents/%d", d.number), told.Incident.Link)
	l := d.mail.Letters()[0]
	require.Contains(d.t, l.To, "duty@heat.example.org")
	require.Contains(d.t, l.Subject, "теплотрассу")
}

func (d *story) others() {
	d.write(d.t, "Реклама! Отопление под ключ, звоните.", time.Time{})
	repeat, err := d.telegram.Post(channelName, tme.Message{Text: "На Гоголя, 5 прорвало теплотрассу!\nКипяток течёт по дороге, дети идут в школу.", Views: 5,
		Forward: &tme.Forward{Name: "Соседи", URL: fmt.Sprintf("%s/%s/%d", d.tmeURL, channelName, d.fire)}})
	require.NoError(d.t, err)
	d.eventually(soon, "the repeat joins", func() bool { return d.incident(d.number).PostsTotal == 2 })
	require.Equal(d.t, d.id(repeat), d.incident(d.number).Posts[1].Post)
	require.Equal(d.t, 1, d.count("реклама"), "it is found all the same")
	require.Len(d.t, d.incidents(), 1)
}

func (d *story) edited() {
	const a, b = "На Гоголя, 5 прорвало теплотрассу!\nКипяток течёт по дороге, дети идут в школу.", "Всё починили! Приехала аварийная."
	history := func() (texts []string) {
		var p post
		d.get("/posts/"+d.id(d.fire), &p)
		for _, h := range p.History {
			texts = append(texts, h.Post.Text)
		}
		return texts
	}
	require.NoError(d.t, d.telegram.Edit(channelName, d.fire, b))
	d.eventually(soon, "the second revision", func() bool { return len(history()) == 2 })
	d.eventually(soon, "the new words are found", func() bool { return d.count("аварийная") == 1 })
	d.eventually(soon, "the evidence has it, although no search asks for it any more", func() bool { return d.incident(d.number).Posts[0].Copies == 2 })
	require.NoError(d.t, d.telegram.Edit(channelName, d.fire, a))
	d.eventually(soon, "the third revision", func() bool { return len(history()) == 3 })
	require.Equal(d.t, []string{a, b, a}, history())
	d.eventually(soon, "they are found no more", func() bool { return d.count("аварийная") == 0 })
	d.eventually(soon, "the evidence keeps all three", func() bool { return d.incident(d.number).Posts[0].Copies == 3 })
	require.Len(d.t, d.incidents(), 1, "an edit opens nothing new")
}

func (d *story) imported() {
	before := d.count("")
	ids, err := d.telegram.Messages(channelName)
	require.NoError(d.t, err)
	// As Telegram Desktop writes it, with the number as it writes it.
	export := filepath.Join(d.dir, "result.json")
	type message struct {
		ID   int64  `json:"id"`
		Type string `json:"type"`
		Date string `json:"date"`
		Unix string `json:"date_unixtime"`
		Text string `json:"text"`
	}
	at := time.Now().Add(-time.Hour)
	var ms []message
	for _, id := range ids {
		ms = append(ms, message{id, "message", at.Format("2006-01-02T15:04:05"), fmt.Sprint(at.Unix()), fmt.Sprintf("Текст из выгрузки %d", id)})
	}
	ms = append(ms, message{900001, "message", at.Format("2006-01-02T15:04:05"), fmt.Sprint(at.Unix()), "Только в выгрузке: нет отопления"})
	b, err := json.Marshal(struct {
		Name     string    `json:"name"`
		Type     string    `json:"type"`
		ID       int64     `json:"id"`
		Messages []message `json:"messages"`
	}{"Соседи", "public_channel", channelNumber, ms})
	require.NoError(d.t, err)
	require.NoError(d.t, os.WriteFile(export, b, 0o600))
	for range 2 {
		d.must("import", export)
	}
	d.eventually(soon, "what only the export has", func() bool { return d.count("выгрузка") > 0 })
	require.Equal(d.t, before+1, d.count(""), "one channel, one set of ids, however it came")
	require.Equal(d.t, 1, d.count("выгрузка"), "what was read live is not replaced by a file")
	require.Len(d.t, d.incidents(), 1, "an import opens nothing")
}

// give gives a command at the incident's present version.
func (d *story) give(token, command string, body obj) {
	d.t.Helper()
	if body == nil {
		body = obj{}
	}
	body["version"] = d.incident(d.number).Version
	require.Equal(d.t, http.StatusOK, d.call(token, "POST", fmt.Sprintf("/incidents/%d/%s", d.number, command), body, nil), command)
}

func (d *story) answered() {
	p := d.secrets
	stale := d.incident(d.number).Version
	d.give(p.executor, "accept", nil)
	require.Equal(d.t, http.StatusConflict, d.call(p.specialist, "POST", fmt.Sprintf("/incidents/%d/spam", d.number), obj{"version": stale, "reason": "x"}, nil),
		"the second of two savers")
	d.give(p.executor, "draft", obj{"text": "Участок отключён, тепло вернётся к 18:00."})
	d.give(p.executor, "review", nil)
	require.Equal(d.t, http.StatusForbidden, d.call(p.executor, "POST", fmt.Sprintf("/incidents/%d/approve", d.number),
		obj{"version": d.incident(d.number).Version}, nil))
	d.give(p.curator, "approve", nil)
	d.give(p.specialist, "answer", obj{"permalink": "https://t.me/" + channelName + "/1000"})
	require.Equal(d.t, "answered", d.incident(d.number).State)
	d.give(p.specialist, "close", nil)
	i := d.incident(d.number)
	require.Equal(d.t, "closed", i.State)
	require.Nil(d.t, i.Due, "nothing runs any more")
}

func (d *story) deleted() {
	require.NoError(d.t, d.telegram.Delete(channelName, d.fire))
	d.eventually(soon, "the deletion is seen", func() bool { return d.incident(d.number).Posts[0].Deleted != nil })
	var p post
	d.get("/posts/"+d.id(d.fire), &p)
	require.True(d.t, p.Deleted)
	require.Contains(d.t, p.Text, "прорвало теплотрассу")
}

func (d *story) health() {
	state := func() (health, detail string) {
		var s struct{ Health, Detail string }
		d.get(fmt.Sprintf("/sources/%d", d.source), &s)
		return s.Health, s.Detail
	}
	again := func() { d.call(rootToken, "POST", fmt.Sprintf("/sources/%d/read", d.source), nil, nil) }
	becomes := func(want string) {
		d.t.Helper()
		again()
		d.eventually(soon, "the source is "+want, func() bool { h, _ := state(); return h == want })
		_, detail := state()
		require.Equal(d.t, want == "ok", detail == "", detail)
	}
	becomes("ok")
	d.telegram.Break(tme.BreakClasses)
	becomes("not_understood")
	d.telegram.Heal()
	becomes("ok")
	require.NoError(d.t, d.telegram.SetAccess(channelName, tme.Restricted))
	becomes("blocked")
	require.NoError(d.t, d.telegram.SetAccess(channelName, tme.Open))
	becomes("ok")
	d.telegram.Reset(-1)
	becomes("unreachable")
	d.telegram.Heal()
	d.telegram.Limit(1, time.Second)
	becomes("rate_limited")
	d.telegram.Heal()
	becomes("ok")
}

func (d *story) restarted() {
	feed, told := d.follow("перезапуск", ""), len(d.hooks.all())+1
	d.write(d.t, "Перезапуск: первый пост, нет отопления", time.Time{})
	d.eventually(soon, "the first post", func() bool { return feed.has("первый пост") })
	d.eventually(soon, "its incident", func() bool { return len(d.incidents()) == 2 })
	d.eventually(soon, "its webhook", func() bool { return len(d.hooks.all()) == told })
	posts := d.count("")
	d.stop()
	require.True(d.t, feed.ended(time.Second), "an open feed ends with its server")
	d.write(d.t, "Перезапуск: второй пост, нет отопления", time.Time{})
	d.start()
	feed = d.follow("перезапуск", feed.position())
	d.eventually(soon, "the feed goes on", func() bool { return feed.has("второй пост") })
	require.False(d.t, feed.has("первый пост"), "and repeats nothing")
	d.eventually(soon, "the second incident", func() bool { return len(d.incidents()) == 3 })
	require.Equal(d.t, posts+1, d.count(""))
	d.eventually(soon, "one more webhook", func() bool { return len(d.hooks.all()) == told+1 })
	seen := map[string]bool{}
	for _, h := range d.hooks.all() {
		key := h.header.Get(notify.HeaderKey)
		require.False(d.t, seen[key], "a webhook came twice")
		seen[key] = true
	}
}
