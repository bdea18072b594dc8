package desk

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/incidents/notify"
	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/audit"
	"github.com/otklik/otklik/internal/fault"
)

// Load says how much the agencies of a person's incidents have to do.
func (d *Desk) Load(ctx context.Context, who access.Person) (ls []store.Load, err error) {
	err = d.read(ctx, who, func(tx *store.Tx, v store.View) (err error) {
		ls, err = tx.Load(ctx, v, d.now())
		return err
	})
	return ls, err
}

// Tried is how one way to an agency was tried.
type Tried struct {
	Channel notify.Kind
	Address string
	Reason  string // why it was not sent; "" when it was
}

// testTime bounds a test of all ways to an agency.
const testTime = 20 * time.Second

// TestAgency sends an agency a message that says it is a test, by each way that
// the agency has, once.
func (d *Desk) TestAgency(ctx context.Context, who access.Person, id int64) ([]Tried, error) {
	if !who.May(access.EditAgencies) {
		return nil, fault.New(fault.Forbidden, "role %q may not %s", who.Role, access.EditAgencies)
	}
	var a incident.Agency
	err := d.read(ctx, who, func(tx *store.Tx, v store.View) (err error) {
		if a, err = tx.Agency(ctx, id); err == nil && !v.Region(a.Region) {
			err = fault.New(fault.NotFound, "there is no agency %d", id)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	rs := recipients(incident.Incident{}, a, telling{event: "test"})
	if len(rs) == 0 {
		return nil, fault.New(fault.Conflict, "agency %q has neither an e-mail address nor one for webhooks", a.Name)
	}
	data, err := json.Marshal(map[string]any{"event": "test", "at": d.now()})
	if err != nil {
		return nil, fmt.Errorf("test: %w", err)
	}
	err = d.Store.InView(ctx, store.ViewOf(who), func(tx *store.Tx) error {
		e := d.event(who, audit.Agency, id, a.Name)
		e.Kind = audit.Tested
		return tx.Record(ctx, e, ofAgency(a), ofAgency(a))
	})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, testTime)
	defer cancel()
	out := make([]Tried, len(rs))
	var all sync.WaitGroup
	for n, r := range rs {
		out[n] = Tried{Channel: r.kind, Address: r.address}
		all.Go(func() {
			m := notify.Message{Key: rand.Text(), Address: r.address, Secret: a.WebhookSecret, Event: "test", Data: data,
				Subject: "Отклик: проверка уведомлений",
				Text:    fmt.Sprintf("Это проверка: сюда будут приходить уведомления для ведомства «%s».\nОтвечать на письмо не нужно.\n", a.Name)}
			out[n].Reason = d.send(ctx, r.kind, m).Reason
		})
	}
	all.Wait()
	return out, nil
}

// send makes one attempt through a channel. Its reason is fit to be kept: it may
// quote whatever the other side said.
func (d *Desk) send(ctx context.Context, k notify.Kind, m notify.Message) notify.Outcome {
	ch := d.Channels[k]
	if ch == nil {
		return notify.Outcome{Result: notify.GiveUp, Reason: fmt.Sprintf("this installation has no channel %q", k)}
	}
	out := ch.Send(ctx, m)
	out.Reason = post.CutBytes(post.Clean(out.Reason), maxReason)
	return out
}
