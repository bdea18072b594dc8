package desk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/riverqueue/river"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/incidents/deadline"
	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/incidents/notify"
	"github.com/otklik/otklik/incidents/store"
)

// telling is one thing that people are told about an incident.
type telling struct {
	event   string // "assigned", incident.EventWarned, incident.EventBreach
	at      time.Time
	version int
	percent int
}

// Told is the body of a webhook.
type Told struct {
	Event    string       `json:"event"`
	At       time.Time    `json:"at"`
	Percent  int          `json:"percent,omitempty"` // of the time that is over
	Incident ToldIncident `json:"incident"`
}

// ToldIncident is what a webhook says of an incident. Of a sealed one it says
// no title.
type ToldIncident struct {
	Number   int64      `json:"number"`
	Region   string     `json:"region"`
	State    string     `json:"state"`
	Severity string     `json:"severity"`
	Title    string     `json:"title,omitempty"`
	Agency   int64      `json:"agency,omitempty"`
	Due      *time.Time `json:"due,omitempty"`
	DueClock string     `json:"due_clock,omitempty"`
	Posts    int64      `json:"posts"`
	Link     string     `json:"link,omitempty"`
}

type recipient struct {
	kind    notify.Kind
	address string
	agency  int64
}

// recipients are the agency, the curator and the watchers; of half the time
// being over only the agency is told.
func recipients(i incident.Incident, a incident.Agency, t telling) []recipient {
	var rs []recipient
	add := func(k notify.Kind, address string, agency int64) {
		for _, r := range rs {
			if r.kind == k && r.address == address {
				return
			}
		}
		if address != "" {
			rs = append(rs, recipient{k, address, agency})
		}
	}
	add(notify.ByWebhook, a.WebhookURL, a.ID)
	add(notify.ByEmail, a.Email, a.ID)
	if t.event == incident.EventWarned && t.percent < 80 {
		return rs
	}
	add(notify.ByEmail, i.Curator, 0)
	for _, w := range i.Watchers {
		add(notify.ByEmail, w, 0)
	}
	return rs
}

// tell writes the notifications of an event and the jobs that deliver them.
func (d *Desk) tell(ctx context.Context, tx *store.Tx, i incident.Incident, t telling) error {
	var a incident.Agency
	if i.Agency != 0 {
		var err error
		if a, err = tx.Agency(ctx, i.Agency); err != nil {
			return err
		}
	}
	after := t.at
	if t.event != "assigned" && i.Severity != incident.Critical {
		// Nobody is told of a deadline at night, but of what is critical.
		c, err := d.calendar(ctx, tx, i)
		if err != nil {
			return err
		}
		if after, err = c.OnShift(t.at); err != nil {
			return err
		}
	}
	zone, err := d.zone(i.Region)
	if err != nil {
		return err
	}
	link := ""
	if d.Link != nil {
		link = d.Link(i.Number)
	}
	subject, text := letter(i, a, t, zone, link)
	told := Told{Event: t.event, At: t.at, Percent: t.percent, Incident: ToldIncident{
		Number: i.Number, Region: i.Region, State: string(i.State), Severity: string(i.Severity), Title: publicTitle(i),
		Agency: i.Agency, Due: i.Due, DueClock: i.DueClock, Posts: i.Posts, Link: link,
	}}
	data, err := json.Marshal(told)
	if err != nil {
		return fmt.Errorf("notification: %w", err)
	}
	for _, r := range recipients(i, a, t) {
		m := store.Message{Region: i.Region, Agency: r.agency, Subject: subject, Text: text, Data: data, SendAfter: after,
			Notification: store.Notification{Number: i.Number, Channel: string(r.kind), Address: r.address, Event: t.event, Made: t.at}}
		m.Key = messageKey(i, t, r)
		tx.AddNotification(m, func(id int64) river.JobArgs { return DeliverArgs{Notification: id} })
	}
	return nil
}

// messageKey names one message for one receiver, also among installations.
func messageKey(i incident.Incident, t telling, r recipient) string {
	h := sha256.Sum256(fmt.Appendf(nil, "%d|%d|%s|%d|%d|%d|%s|%s", i.Number, i.OpenedAt.UnixNano(), t.event, t.version, t.percent, t.at.UnixNano(), r.kind, r.address))
	return hex.EncodeToString(h[:16])
}

// publicTitle keeps what is sealed out of letters.
func publicTitle(i incident.Incident) string {
	if i.Visibility == post.Sealed {
		return ""
	}
	return i.Title
}

// letter writes what people read.
func letter(i incident.Incident, a incident.Agency, t telling, zone *time.Location, link string) (subject, text string) {
	title := publicTitle(i)
	if title == "" {
		title = "закрытое обращение"
	}
	what := map[string]string{
		"assigned":           "новое поручение",
		incident.EventWarned: fmt.Sprintf("прошло %d %% срока", t.percent),
		incident.EventBreach: "срок нарушен",
	}[t.event]
	subject = fmt.Sprintf("Инцидент № %d: %s — %s", i.Number, what, title)
	var b strings.Builder
	fmt.Fprintf(&b, "Инцидент № %d: %s.\n\n%s\n\n", i.Number, what, title)
	if a.Name != "" {
		fmt.Fprintf(&b, "Исполнитель: %s\n", a.Name)
	}
	fmt.Fprintf(&b, "Регион: %s\nВажность: %s\n", i.Region, severityName(i.Severity))
	if i.Due != nil {
		fmt.Fprintf(&b, "Срок (%s): %s (%s)\n", clockName(i.DueClock), i.Due.In(zone).Format("02.01.2006 15:04"), zone)
	}
	fmt.Fprintf(&b, "Сообщений жителей: %d\n", i.Posts)
	if link != "" {
		fmt.Fprintf(&b, "\n%s\n", link)
	}
	return subject, b.String()
}

func severityName(s incident.Severity) string {
	return map[incident.Severity]string{incident.Low: "низкая", incident.Normal: "обычная", incident.Raised: "повышенная", incident.Critical: "критическая"}[s]
}

func clockName(c string) string {
	return map[deadline.Clock]string{deadline.Route: "передать исполнителю", deadline.React: "принять в работу", deadline.Answer: "ответить",
		deadline.Cap: "ответить, предельный", deadline.Final: "выполнить обещанное"}[deadline.Clock(c)]
}
