package desk_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/otklik/otklik/incidents/desk"
	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/testenv"
)

// The main path from a suggestion to a closed incident, with one draft sent
// back and an interim answer on the way: what each step leaves behind.
func TestMainPath(t *testing.T) {
	e := start(t)
	ok, ctx := must(t), t.Context()
	i, a := e.triaged()
	ex := executor(a.ID)
	at := func(hours int) time.Time { return time.Date(2026, 11, 24, hours, 0, 0, 0, time.UTC) }
	step := func(hours int) { e.now = at(hours) }

	step(1)
	i = ok(e.Assign(ctx, by(specialist, i), desk.Assignment{Comment: " срочно "}))
	require.Equal(t, []any{incident.Assigned, a.ID, 2, at(1), at(1)}, []any{i.State, i.Agency, i.Version, *i.AssignedAt, i.StateAt})
	step(2)
	i = ok(e.Accept(ctx, by(ex, i)))
	require.Equal(t, []any{incident.Accepted, at(2)}, []any{i.State, *i.ReactedAt})
	step(3)
	i = ok(e.Draft(ctx, by(ex, i), "  Насос меняют.\r\n"))
	require.Equal(t, []any{incident.Drafted, "Насос меняют.", []int64{ex.ID}, at(3), ex.Name}, []any{i.State, i.Draft.Text, i.Draft.Authors, i.Draft.WrittenAt, i.Draft.AuthorName})
	require.Equal(t, incident.TextHash("Насос меняют."), i.Draft.Hash)
	i = ok(e.Review(ctx, by(ex, i)))
	i = ok(e.Rework(ctx, by(curator, i), "назовите срок"))
	require.Equal(t, incident.Rework, i.State)
	i = ok(e.Draft(ctx, by(ex, i), "Насос заменим к пятнице."))
	i = ok(e.Review(ctx, by(ex, i)))
	step(4)
	i = ok(e.Approve(ctx, by(curator, i), i.Draft.Hash))
	require.Equal(t, []any{incident.Approved, curator.ID, curator.Name, at(4), i.Draft.Hash}, []any{i.State, i.Draft.ApprovedBy, i.Draft.ApproverName, *i.Draft.ApprovedAt, i.Draft.ApprovedHash})
	i = ok(e.Publish(ctx, by(specialist, i)))
	require.Equal(t, incident.Publishing, i.State)
	i = ok(e.Interim(ctx, by(specialist, i), desk.Promise{Text: "заменим насос", Until: at(72), Permalink: " https://t.me/x/1 "}))
	require.Equal(t, []any{incident.Interim, "заменим насос", at(72), "https://t.me/x/1"}, []any{i.State, i.Promise, *i.PromisedBy, i.Permalink})
	i = ok(e.Control(ctx, by(specialist, i)))
	i = ok(e.Draft(ctx, by(ex, i), "Насос заменён."))
	require.Equal(t, []int64{ex.ID}, i.Draft.Authors)
	i = ok(e.Review(ctx, by(ex, i)))
	i = ok(e.Approve(ctx, by(curator, i), i.Draft.Hash))
	step(5)
	i = ok(e.Answer(ctx, by(specialist, i), "https://t.me/x/2"))
	require.Equal(t, []any{incident.Answered, at(5), "https://t.me/x/2", ""}, []any{i.State, *i.AnsweredAt, i.Permalink, i.Promise})
	i = ok(e.Verify(ctx, by(specialist, i), "https://t.me/x/2?comment=3"))
	step(6)
	i = ok(e.Close(ctx, by(specialist, i)))
	require.Equal(t, []any{incident.Closed, at(6)}, []any{i.State, *i.ClosedAt})
	i = ok(e.Reopen(ctx, by(specialist, i), "снова нет воды"))
	require.Equal(t, []any{incident.Reopened, int64(0), a.ID}, []any{i.State, i.Agency, i.Proposed})
	require.Nil(t, i.Draft)
	require.Nil(t, i.ClosedAt)

	v := e.view(specialist, i.Number)
	require.Equal(t, i, v.Incident)
	var trail []string
	for n, x := range v.Events {
		trail = append(trail, x.Kind)
		require.Equal(t, n+1, x.Version, "every command is one version and one event")
		if n > 0 {
			require.Equal(t, v.Events[n-1].To, x.From)
		}
	}
	require.Equal(t, strings.Fields("opened assign accept draft review rework draft review approve publish interim control draft review approve answer verify close reopen"), trail)
	said := map[string]any{}
	for _, x := range v.Events {
		var data map[string]any
		_ = json.Unmarshal(x.Data, &data)
		for k, value := range data {
			said[x.Kind+"."+k] = value
		}
	}
	for key, want := range map[string]any{"assign.comment": "срочно", "assign.agency_name": "Водоканал", "draft.text": "Насос заменён.", "rework.reason": "назовите срок",
		"approve.hash": incident.TextHash("Насос заменён."), "interim.promise": "заменим насос", "answer.permalink": "https://t.me/x/2", "answer.text": "Насос заменён.",
		"verify.proof": "https://t.me/x/2?comment=3", "reopen.reason": "снова нет воды"} {
		require.Equal(t, want, said[key], key)
	}
	require.Equal(t, curator.ID, v.Events[8].Who)
	require.Equal(t, curator.Name, v.Events[8].Name)
}

func TestSideTracksAndTheWayBack(t *testing.T) {
	e := start(t)
	ok, ctx := must(t), t.Context()
	i, a := e.triaged()
	m := e.match("telegram:7/2", "Другое")
	other, err := e.OpenByHand(ctx, specialist, desk.Opening{Region: "RU-PRI", Post: record(m)})
	require.NoError(t, err)

	for name, aside := range map[incident.State]func(desk.Command) (incident.Incident, error){
		incident.Spam:      func(c desk.Command) (incident.Incident, error) { return e.Spam(ctx, c, "реклама") },
		incident.NotOurs:   func(c desk.Command) (incident.Incident, error) { return e.NotOurs(ctx, c, "") },
		incident.Claimed:   func(c desk.Command) (incident.Incident, error) { return e.Claim(ctx, c, "слух") },
		incident.Duplicate: func(c desk.Command) (incident.Incident, error) { return e.Duplicate(ctx, c, other.Number) },
	} {
		i = ok(aside(by(specialist, i)))
		require.Equal(t, []any{name, incident.Triage, "nothing"}, []any{i.State, i.Before, e.clocks(i)})
		if name == incident.Duplicate {
			require.Equal(t, other.Number, i.DuplicateOf)
		}
		i = ok(e.Undo(ctx, by(curator, i)))
		require.Equal(t, []any{incident.Triage, incident.State(""), int64(0)}, []any{i.State, i.Before, i.DuplicateOf})
		require.NotNil(t, i.Due)
	}
	i = ok(e.Assign(ctx, by(specialist, i), desk.Assignment{}))
	i = ok(e.Spam(ctx, by(specialist, i), ""))
	i = ok(e.Undo(ctx, by(specialist, i)))
	require.Equal(t, []any{incident.Assigned, a.ID}, []any{i.State, i.Agency}, "it goes back to where it was")
	i = ok(e.Return(ctx, by(executor(a.ID), i), "не наша сеть"))
	require.Equal(t, []any{incident.Returned, int64(0), a.ID}, []any{i.State, i.Agency, i.Proposed})
	_, err = e.Get(ctx, executor(a.ID), i.Number)
	kind(t, fault.NotFound, err) // it is theirs no longer
	i = ok(e.Triage(ctx, by(specialist, i)))
	require.Equal(t, incident.Triage, i.State)
}

func TestDuplicatesMakeNoCircles(t *testing.T) {
	e := start(t)
	ctx := t.Context()
	var is []incident.Incident
	for n := range 3 {
		i, err := e.OpenByHand(ctx, specialist, desk.Opening{Region: "RU-PRI", Post: record(e.match(fmt.Sprintf("telegram:7/%d", n), "Разное"))})
		require.NoError(t, err)
		is = append(is, i)
	}
	m := e.match("telegram:7/9", "Разное")
	tve, err := e.OpenByHand(ctx, far, desk.Opening{Region: "RU-TVE", Post: record(m)})
	require.NoError(t, err)
	for _, of := range []int64{is[0].Number, 999, tve.Number, 0, -1} {
		_, err := e.Duplicate(ctx, by(specialist, is[0]), of)
		require.Equal(t, []string{"of"}, paths(t, err), of)
	}
	_, err = e.Duplicate(ctx, by(admin, is[0]), tve.Number)
	require.Equal(t, []string{"of"}, paths(t, err), "of another region")

	_, err = e.Duplicate(ctx, by(specialist, is[0]), is[1].Number)
	require.NoError(t, err)
	_, err = e.Duplicate(ctx, by(specialist, is[1]), is[2].Number)
	require.NoError(t, err)
	_, err = e.Duplicate(ctx, by(specialist, is[2]), is[0].Number)
	require.Equal(t, []string{"of"}, paths(t, err), "it comes back to itself")

	// Two people close a circle over a third incident at the same moment.
	for range 12 {
		e.wipe()
		for n := range is {
			is[n], err = e.OpenByHand(ctx, specialist, desk.Opening{Region: "RU-PRI", Post: record(e.match(fmt.Sprintf("telegram:7/%d", n), "Разное"))})
			require.NoError(t, err)
		}
		is[0], err = e.Duplicate(ctx, by(specialist, is[0]), is[1].Number)
		require.NoError(t, err)
		var g errgroup.Group
		require.NoError(t, e.Store.InTx(ctx, func(tx *store.Tx) error {
			for n := range 2 { // 1 → 2 and 2 → 0; both wait until both have begun
				if _, err := tx.Incident(ctx, store.Everything(), is[n+1].Number, true); err != nil {
					return err
				}
				g.Go(func() error {
					_, err := e.Duplicate(ctx, by(specialist, is[n+1]), is[(n+2)%3].Number)
					if fault.KindOf(err) == fault.Invalid {
						return nil
					}
					return err
				})
			}
			require.Eventually(t, func() bool {
				var waiting int
				err := e.pool.QueryRow(ctx, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&waiting)
				return err == nil && waiting == 2
			}, patience, time.Millisecond)
			return nil
		}))
		require.NoError(t, g.Wait())
		var duplicates int
		for _, i := range e.all() {
			if i.DuplicateOf != 0 {
				duplicates++
			}
		}
		require.Equal(t, 2, duplicates, "one of the two was refused")
	}
}

// The second of two people gets a conflict that says what the first has done.
func TestTheSecondSaverSeesWhatChanged(t *testing.T) {
	e := start(t)
	ctx := t.Context()
	i, a := e.triaged()
	_, err := e.Assign(ctx, by(specialist, i), desk.Assignment{})
	require.NoError(t, err)
	_, err = e.CommentOn(ctx, desk.Command{Number: i.Number, Who: curator}, "звонили", "")
	require.NoError(t, err, "a comment fits any version")
	_, err = e.Spam(ctx, by(curator, i), "")
	kind(t, fault.Conflict, err, "version 2 now, not 1", "assign (triage → assigned) by Анна")
	require.NotContains(t, err.Error(), "opened", "only what is new")
	require.Equal(t, incident.Assigned, e.one().State)
	_, err = e.Spam(ctx, desk.Command{Number: i.Number, Version: 9, Who: curator}, "")
	kind(t, fault.Conflict, err, "version 2 now, not 9")
	_, err = e.Close(ctx, by(curator, e.one()))
	kind(t, fault.Conflict, err, `"close" is not possible in state "assigned"`, "accept")

	// Of many at once one wins, and the others are told.
	now := e.one()
	testenv.OneWins(t, 8, func(i int) (err error) {
		if i%2 == 0 {
			_, err = e.Accept(ctx, by(executor(a.ID), now))
		} else {
			_, err = e.NotOurs(ctx, by(curator, now), "")
		}
		return err
	})
	require.Equal(t, now.Version+1, e.one().Version)
}

// Comments for colleagues and for residents stay apart, and whatever is said in
// them goes to nobody outside: not with an assignment, not with a warning.
func TestCommentsApart(t *testing.T) {
	e := start(t)
	ok, ctx := must(t), t.Context()
	a := e.agency("Водоканал", func(a *incident.Agency) {
		a.Default, a.Email, a.WebhookURL = true, "duty@water.example", e.hook.server.URL
	})
	s := e.search()
	e.rule(s, nil)
	e.take(e.match("telegram:7/1", "Нет воды на Светланской", s))
	i := e.one()
	ok(e.CommentOn(ctx, by(specialist, i), "тайна коллегам", ""))
	ok(e.CommentOn(ctx, by(curator, i), "тайна жителям", incident.Resident))
	require.Empty(t, e.states(i.Number), "nobody is told of a comment")
	i = ok(e.Assign(ctx, by(specialist, i), desk.Assignment{Comment: "тайна исполнителю"}))
	ok(e.CommentOn(ctx, by(executor(a.ID), i), "тайна центру", incident.Internal))
	_, err := e.CommentOn(ctx, by(executor(a.ID), i), "от себя жителям", incident.Resident)
	kind(t, fault.Forbidden, err, "may not write to residents")
	_, err = e.CommentOn(ctx, by(specialist, i), "всем", "everybody")
	require.Equal(t, []string{"audience"}, paths(t, err))

	said := map[string]incident.Audience{}
	for _, x := range e.view(executor(a.ID), i.Number).Events {
		var data struct{ Text string }
		_ = json.Unmarshal(x.Data, &data)
		if x.Kind == "comment" {
			said[data.Text] = x.Audience
			continue
		}
		require.Empty(t, x.Audience, x.Kind)
	}
	require.Equal(t, map[string]incident.Audience{"тайна коллегам": "internal", "тайна жителям": "resident", "тайна центру": "internal"}, said)

	e.wait(e.now.Add(72 * time.Hour)) // past warnings and the breach
	require.Contains(t, strings.Join(e.trail(i.Number), " "), "breach")
	require.NotEmpty(t, e.hook.taken())
	require.NotEmpty(t, e.mail.Letters())
	for _, c := range e.hook.taken() {
		require.NotContains(t, string(c.body), "тайна")
	}
	for _, l := range e.mail.Letters() {
		require.NotContains(t, l.Subject+body(t, l), "тайна")
	}
}

func TestWhoMayNotEvenKnow(t *testing.T) {
	e := start(t)
	ctx := t.Context()
	i, a := e.triaged()
	stranger := e.agency("Дороги", nil)
	for _, c := range []struct {
		who  access.Person
		want fault.Kind
	}{
		{far, fault.NotFound},            // another region
		{executor(a.ID), fault.NotFound}, // not theirs yet
		{head, fault.Forbidden},          // may only look
		{access.Person{ID: 9, Role: "king", Regions: []string{"*"}}, fault.Forbidden},
		{access.Person{ID: 9, Role: access.Partner, Regions: []string{"*"}}, fault.Forbidden},
	} {
		_, err := e.CommentOn(ctx, by(c.who, i), "можно?", "")
		kind(t, c.want, err)
	}
	i, err := e.Assign(ctx, by(specialist, i), desk.Assignment{})
	require.NoError(t, err)
	_, err = e.Accept(ctx, by(executor(stranger.ID), i))
	kind(t, fault.NotFound, err)
	_, err = e.Accept(ctx, by(specialist, i))
	kind(t, fault.Forbidden, err)
	_, err = e.Accept(ctx, desk.Command{Number: 999, Version: 1, Who: executor(a.ID)})
	kind(t, fault.NotFound, err)
	_, err = e.Accept(ctx, by(executor(a.ID), i))
	require.NoError(t, err)
	require.Equal(t, []string{"opened", "assign", "accept"}, e.trail(i.Number), "what was refused left no trace")
}

// An author does not approve, an approval is of one text, and what was approved
// stays approved only as long as it stays.
func TestApprovalThroughTheDesk(t *testing.T) {
	e := start(t)
	ok, ctx := must(t), t.Context()
	i, a := e.triaged()
	i = ok(e.Assign(ctx, by(specialist, i), desk.Assignment{}))
	i = ok(e.Accept(ctx, by(executor(a.ID), i)))
	boss := access.Person{ID: 8, Name: "Начальник", Role: access.Administrator, Regions: []string{"*"}}
	i = ok(e.Draft(ctx, by(executor(a.ID), i), "Насос меняют"))
	first := i.Draft.Hash
	i = ok(e.Draft(ctx, by(boss, i), "Насос заменён"))
	require.Equal(t, []int64{4, 8}, i.Draft.Authors, "everyone who wrote at it is an author")
	i = ok(e.Review(ctx, by(executor(a.ID), i)))

	_, err := e.Approve(ctx, by(boss, i), i.Draft.Hash)
	kind(t, fault.Forbidden, err, "may not approve")
	_, err = e.Approve(ctx, by(curator, i), first)
	kind(t, fault.Conflict, err, i.Draft.Hash)
	_, err = e.Approve(ctx, by(curator, i), "")
	require.Equal(t, []string{"hash"}, paths(t, err))
	require.NotContains(t, e.view(boss, i.Number).Allowed, incident.DoApprove)
	require.Contains(t, e.view(curator, i.Number).Allowed, incident.DoApprove)

	i = ok(e.Approve(ctx, by(curator, i), i.Draft.Hash))
	i = ok(e.Rework(ctx, by(curator, i), "передумал"))
	require.False(t, i.Draft.Approved(), "sent back is not approved")
	i = ok(e.Draft(ctx, by(executor(a.ID), i), "Насос заменён, подача к 18:00"))
	require.Equal(t, []int64{4, 8}, i.Draft.Authors)
	i = ok(e.Review(ctx, by(executor(a.ID), i)))
	_, err = e.Answer(ctx, by(specialist, i), "https://t.me/x/1")
	kind(t, fault.Conflict, err)
	i = ok(e.Approve(ctx, by(curator, i), i.Draft.Hash))

	// Somebody changes the text behind the desk's back: it is not what was approved.
	_, err = e.pool.Exec(ctx, `UPDATE incident SET draft = jsonb_set(draft, '{text}', '"Насос не заменён"') WHERE number = $1`, i.Number)
	require.NoError(t, err)
	for _, publish := range []func() (incident.Incident, error){
		func() (incident.Incident, error) { return e.Publish(ctx, by(specialist, i)) },
		func() (incident.Incident, error) { return e.Answer(ctx, by(specialist, i), "https://t.me/x/1") },
		func() (incident.Incident, error) {
			return e.Interim(ctx, by(specialist, i), desk.Promise{Text: "обещаем", Permalink: "https://t.me/x/1"})
		},
	} {
		_, err := publish()
		kind(t, fault.Conflict, err, "not the one that was approved")
	}
	require.Equal(t, incident.Approved, e.one().State)
	nobody := executor(a.ID)
	nobody.ID = 0
	_, err = e.Draft(ctx, by(nobody, i), "x")
	kind(t, fault.Forbidden, err)
}

// Every field that a command reads, with what it refuses.
func TestFieldsOfCommands(t *testing.T) {
	e := start(t)
	ok, ctx := must(t), t.Context()
	i, a := e.triaged()
	sick := e.agency("На ремонте", func(a *incident.Agency) { a.Active = false })
	away := e.agency("Тверь", func(a *incident.Agency) { a.Region = "RU-TVE" })
	long, nul := strings.Repeat("я", 20<<10), " \x00\t\n "
	check := func(field string) func(incident.Incident, error) {
		return func(_ incident.Incident, err error) { t.Helper(); require.Equal(t, []string{field}, paths(t, err)) }
	}
	for _, agency := range []int64{999, -1, sick.ID, away.ID} {
		check("agency")(e.Assign(ctx, by(specialist, i), desk.Assignment{Agency: agency}))
	}
	check("preset")(e.Assign(ctx, by(specialist, i), desk.Assignment{Preset: "nope"}))
	check("comment")(e.Assign(ctx, by(specialist, i), desk.Assignment{Comment: long}))
	check("reason")(e.Spam(ctx, by(specialist, i), long))
	check("text")(e.CommentOn(ctx, by(specialist, i), nul, ""))

	i = ok(e.Assign(ctx, by(specialist, i), desk.Assignment{}))
	i = ok(e.Accept(ctx, by(executor(a.ID), i)))
	for _, bad := range []string{"", nul, long} {
		check("reason")(e.Return(ctx, by(executor(a.ID), i), bad))
		check("text")(e.Draft(ctx, by(executor(a.ID), i), bad))
	}
	i = ok(e.Draft(ctx, by(executor(a.ID), i), "Насос\x00 заменён\xff"))
	require.Equal(t, "Насос  заменён\uFFFD", i.Draft.Text, "what no engine keeps is cleaned")
	i = ok(e.Review(ctx, by(executor(a.ID), i)))
	check("reason")(e.Rework(ctx, by(curator, i), ""))
	i = ok(e.Approve(ctx, by(curator, i), i.Draft.Hash))
	for _, bad := range []string{"", "t.me/x/1", "ftp://t.me/x", "http://", "https://user:password@t.me/x", "https://t.me/\x00", "https://t.me/" + long, "javascript:alert(1)"} {
		check("permalink")(e.Answer(ctx, by(specialist, i), bad))
		if bad != "" {
			check("permalink")(e.Interim(ctx, by(specialist, i), desk.Promise{Text: "x", Permalink: bad}))
		}
	}
	check("permalink")(e.Interim(ctx, by(specialist, i), desk.Promise{Text: "x"}))
	check("text")(e.Interim(ctx, by(specialist, i), desk.Promise{Permalink: "https://t.me/x/1"}))
	for _, until := range []time.Time{e.now.Add(-time.Second), e.now.AddDate(2, 0, 1)} {
		check("until")(e.Interim(ctx, by(specialist, i), desk.Promise{Text: "x", Until: until, Permalink: "https://t.me/x/1"}))
	}
	i = ok(e.Answer(ctx, by(specialist, i), "https://t.me/x/1"))
	check("proof")(e.Verify(ctx, by(specialist, i), " "))
	check("reason")(e.Reopen(ctx, by(specialist, i), ""))
	i = ok(e.Interim(ctx, by(specialist, i), desk.Promise{Text: "доделаем", Until: e.now.Add(time.Hour)}))
	require.Equal(t, "https://t.me/x/1", i.Permalink, "an answer that turns out to be a promise keeps its address")
}
