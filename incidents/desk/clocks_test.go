package desk_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/incidents/deadline"
	"github.com/otklik/otklik/incidents/desk"
	"github.com/otklik/otklik/incidents/incident"
)

// must is the incident after a command that succeeded.
func must(t *testing.T) func(incident.Incident, error) incident.Incident {
	return func(i incident.Incident, err error) incident.Incident {
		t.Helper()
		require.NoError(t, err)
		return i
	}
}

// clocks writes what runs: "answer 2026-11-24 19:00".
func (e *env) clocks(i incident.Incident) string {
	if i.Due == nil {
		return "nothing"
	}
	return i.DueClock + " " + e.inZone(i.Due)
}

// A life of an incident by the clock of its region, Tuesday 10:00 to Wednesday.
func TestClocksOfALife(t *testing.T) {
	e := start(t)
	ok := must(t)
	ctx := t.Context()
	i, a := e.triaged()
	ex := executor(a.ID)
	require.Equal(t, "route 2026-11-24 11:00", e.clocks(i), "60 minutes of work")

	e.now = e.clock("2026-11-24 10:30")
	i = ok(e.Assign(ctx, by(specialist, i), desk.Assignment{}))
	require.Equal(t, "react 2026-11-24 13:30", e.clocks(i), "3 working hours to accept")
	e.now = e.clock("2026-11-24 11:00")
	i = ok(e.Accept(ctx, by(ex, i)))
	require.Equal(t, "cap 2026-11-25 10:00", e.clocks(i), "24 hours in all end before 9 working hours")

	e.now = e.clock("2026-11-24 12:00")
	i = ok(e.Return(ctx, by(ex, i), "не наша сеть"))
	require.Equal(t, "route 2026-11-24 13:00", e.clocks(i), "the agency's clocks stop, the centre has an hour")
	require.Equal(t, e.clock("2026-11-24 10:00"), i.CappedFrom, "and its cap goes on")

	e.now = e.clock("2026-11-24 17:30")
	i = ok(e.Assign(ctx, by(specialist, i), desk.Assignment{Preset: "raised"}))
	require.Equal(t, "cap 2026-11-25 10:00", e.clocks(i), "the cap of before")
	i = ok(e.Assign(ctx, by(specialist, i), desk.Assignment{Preset: "critical"}))
	require.Equal(t, "react 2026-11-24 18:30", e.clocks(i), "an hour by the wall clock")
	i = ok(e.Accept(ctx, by(ex, i)))
	require.Equal(t, "cap 2026-11-25 10:00", e.clocks(i))
	i = ok(e.Draft(ctx, by(ex, i), "Меняем насос"))
	i = ok(e.Review(ctx, by(ex, i)))
	i = ok(e.Approve(ctx, by(curator, i), i.Draft.Hash))
	require.Equal(t, "cap 2026-11-25 10:00", e.clocks(i), "work does not move the deadline")

	i = ok(e.Interim(ctx, by(specialist, i), desk.Promise{Text: "заменим насос", Permalink: "https://t.me/x/1"}))
	require.Equal(t, "final 2026-12-03 18:00", e.clocks(i), "seven working days, to the end of the shift")
	e.now = e.clock("2026-11-26 10:00")
	i = ok(e.Control(ctx, by(specialist, i)))
	i = ok(e.Draft(ctx, by(ex, i), "Насос заменён"))
	i = ok(e.Review(ctx, by(ex, i)))
	i = ok(e.Rework(ctx, by(curator, i), "где фото?"))
	require.Equal(t, "final 2026-12-03 18:00", e.clocks(i), "only the promise's clock runs until it is kept")
	i = ok(e.Draft(ctx, by(ex, i), "Насос заменён, фото"))
	i = ok(e.Review(ctx, by(ex, i)))
	i = ok(e.Approve(ctx, by(curator, i), i.Draft.Hash))
	i = ok(e.Answer(ctx, by(specialist, i), "https://t.me/x/2"))
	require.Equal(t, "nothing", e.clocks(i), "answered")
	i = ok(e.Close(ctx, by(specialist, i)))
	require.Equal(t, "nothing", e.clocks(i))
	e.now = e.clock("2026-11-27 10:00")
	i = ok(e.Reopen(ctx, by(specialist, i), "снова нет воды"))
	require.Equal(t, "route 2026-11-27 11:00", e.clocks(i), "from the beginning")
	require.Equal(t, e.now, i.CappedFrom)
}

func TestAPromisedDayIsTheDeadline(t *testing.T) {
	e := start(t)
	ok := must(t)
	ctx := t.Context()
	i, a := e.triaged()
	i = ok(e.Assign(ctx, by(specialist, i), desk.Assignment{}))
	i = ok(e.Accept(ctx, by(executor(a.ID), i)))
	i = ok(e.Draft(ctx, by(executor(a.ID), i), "Меняем насос"))
	i = ok(e.Review(ctx, by(executor(a.ID), i)))
	i = ok(e.Approve(ctx, by(curator, i), i.Draft.Hash))
	i = ok(e.Interim(ctx, by(specialist, i), desk.Promise{Text: "заменим", Until: e.clock("2026-12-20 12:00"), Permalink: "https://t.me/x/1"}))
	require.Equal(t, "final 2026-12-20 12:00", e.clocks(i))
	i = ok(e.Control(ctx, by(specialist, i)))
	require.Equal(t, "final 2026-12-20 12:00", e.clocks(i))
}

// Whatever the hours of the agency are, they count, in the zone of its region.
func TestClocksFollowTheAgencysShifts(t *testing.T) {
	e := start(t)
	day := []deadline.Shift{{From: 0, To: 24 * 60}}
	dispatch := e.agency("Диспетчерская", func(a *incident.Agency) {
		a.Shifts = deadline.Shifts{0: day, 1: day, 2: day, 3: day, 4: day, 5: day, 6: day}
	})
	office := e.agency("Контора", func(a *incident.Agency) {
		a.Shifts = deadline.Shifts{time.Wednesday: {{From: 600, To: 720}}, time.Friday: {{From: 600, To: 1200}}}
	})
	i, _ := e.triaged()
	e.now = e.clock("2026-11-24 23:00")
	i, err := e.Assign(t.Context(), by(specialist, i), desk.Assignment{Agency: dispatch.ID})
	require.NoError(t, err)
	require.Equal(t, "react 2026-11-25 02:00", e.clocks(i))
	i, err = e.Assign(t.Context(), by(specialist, i), desk.Assignment{Agency: office.ID})
	require.NoError(t, err)
	require.Equal(t, "cap 2026-11-25 10:00", e.clocks(i), "two hours on Wednesday and one on Friday would be later than the cap")
}

// A changed preset counts from the next thing that is done.
func TestAChangedPresetCountsFromTheNextCommand(t *testing.T) {
	e := start(t)
	i, _ := e.triaged()
	_, err := e.PutPreset(t.Context(), curator, "RU-PRI", 0, deadline.Preset{Name: "standard", Title: "Наш", Clocks: map[deadline.Clock]deadline.Budget{
		deadline.Route: {Amount: 5, Unit: deadline.Working, From: deadline.Registered}}})
	require.NoError(t, err)
	require.Equal(t, "route 2026-11-24 11:00", e.clocks(e.one()))
	_, err = e.CommentOn(t.Context(), by(specialist, i), "звонили в контору", "")
	require.NoError(t, err)
	require.Equal(t, "route 2026-11-24 10:05", e.clocks(e.one()))
	_, err = e.Assign(t.Context(), by(specialist, e.one()), desk.Assignment{})
	require.NoError(t, err)
	require.Equal(t, "nothing", e.clocks(e.one()), "a clock that the preset does not have does not run")
}

// A clock from publication does not overtake an incident that is reopened.
func TestAReopenedIncidentIsNotLateAtOnce(t *testing.T) {
	e := start(t)
	ok := must(t)
	ctx := t.Context()
	_, err := e.PutPreset(ctx, curator, "RU-PRI", 0, deadline.Preset{Name: "standard", Title: "Наш", Clocks: map[deadline.Clock]deadline.Budget{
		deadline.Cap: {Amount: 120, Unit: deadline.Wall, From: deadline.Published}}})
	require.NoError(t, err)
	i, a := e.triaged()
	require.Equal(t, "cap 2026-11-24 11:59", e.clocks(i))
	i = e.answered(i, a)
	e.now = e.clock("2026-11-26 10:00")
	i = ok(e.Reopen(ctx, by(specialist, i), "снова"))
	require.Equal(t, "cap 2026-11-26 12:00", e.clocks(i))
}

// answered brings an incident from triage to a published answer.
func (e *env) answered(i incident.Incident, a incident.Agency) incident.Incident {
	e.t.Helper()
	ok, ctx := must(e.t), e.t.Context()
	i = ok(e.Assign(ctx, by(specialist, i), desk.Assignment{Agency: a.ID}))
	i = ok(e.Accept(ctx, by(executor(a.ID), i)))
	i = ok(e.Draft(ctx, by(executor(a.ID), i), "Насос заменён"))
	i = ok(e.Review(ctx, by(executor(a.ID), i)))
	i = ok(e.Approve(ctx, by(curator, i), i.Draft.Hash))
	return ok(e.Answer(ctx, by(specialist, i), "https://t.me/x/1"))
}

// told gives when letters to an address came: "14:30 прошло 50 % срока".
func (e *env) told(address string, number int64) (lines []string) {
	e.t.Helper()
	ns, err := e.Notifications(e.t.Context(), guardian, number)
	require.NoError(e.t, err)
	for _, n := range ns {
		if n.Address == address && n.SentAt != nil {
			lines = append(lines, fmt.Sprintf("%s %s", e.inZone(n.SentAt), n.Event))
		}
	}
	return lines
}

func TestWarningsAndBreach(t *testing.T) {
	const duty, boss, watcher = "duty@water.example", "boss@centre.example", "watcher@centre.example"
	setup := func(t *testing.T, severity incident.Severity, preset deadline.Preset) (*env, incident.Incident, incident.Agency) {
		e := start(t)
		a := e.agency("Водоканал", func(a *incident.Agency) { a.Default, a.Email = true, duty })
		_, err := e.PutPreset(t.Context(), curator, "RU-PRI", 0, preset)
		require.NoError(t, err)
		s := e.search()
		e.rule(s, func(r *incident.Rule) { r.Severity, r.Preset, r.Mode = severity, preset.Name, incident.Auto })
		e.put(route(boss, watcher))
		e.take(e.match("telegram:7/1", text, s))
		return e, e.one(), a
	}
	one := func(c deadline.Clock, hours int, unit deadline.Unit) deadline.Preset {
		return deadline.Preset{Name: "test", Title: "Проба", Clocks: map[deadline.Clock]deadline.Budget{c: {Amount: hours * 60, Unit: unit, From: deadline.AssignedAt}}}
	}

	t.Run("within a day", func(t *testing.T) {
		e, i, _ := setup(t, incident.Normal, one(deadline.Answer, 5, deadline.Working)) // 10:00–15:00
		e.wait(e.clock("2026-11-26 10:00"))
		require.Equal(t, []string{"2026-11-24 10:00 assigned", "2026-11-24 12:30 warned", "2026-11-24 14:00 warned", "2026-11-24 15:00 breach"}, e.told(duty, i.Number))
		require.Equal(t, []string{"2026-11-24 10:00 assigned", "2026-11-24 14:00 warned", "2026-11-24 15:00 breach"}, e.told(boss, i.Number), "at half the time the agency alone is told")
		require.Equal(t, e.told(boss, i.Number), e.told(watcher, i.Number))
		require.Equal(t, []string{"opened", "assign", "warned", "warned", "breach"}, e.trail(i.Number))
		require.Equal(t, 100, e.one().Warned)
		require.Equal(t, i.Version, e.one().Version, "a deadline is no decision of a person")
	})

	t.Run("over a night", func(t *testing.T) {
		// 24 hours by the wall clock: half is 22:00, 80 % is 05:12.
		e, i, _ := setup(t, incident.Normal, one(deadline.Cap, 24, deadline.Wall))
		e.wait(e.clock("2026-11-26 10:00"))
		require.Equal(t, []string{"2026-11-24 10:00 assigned", "2026-11-25 09:00 warned", "2026-11-25 09:00 warned", "2026-11-25 10:00 breach"}, e.told(duty, i.Number))
	})

	t.Run("a breach at night is told in the morning", func(t *testing.T) {
		e, i, _ := setup(t, incident.Raised, one(deadline.Cap, 12, deadline.Wall)) // until 22:00
		e.wait(e.clock("2026-11-26 10:00"))
		require.Equal(t, "2026-11-25 09:00 breach", e.told(duty, i.Number)[3])
		v := e.view(specialist, i.Number)
		require.Equal(t, "2026-11-24 22:00", e.inZone(&v.Events[len(v.Events)-1].At), "though it happened at night")
	})

	t.Run("what is critical wakes people", func(t *testing.T) {
		e, i, _ := setup(t, incident.Critical, one(deadline.Cap, 12, deadline.Wall))
		e.wait(e.clock("2026-11-26 10:00"))
		require.Equal(t, "2026-11-24 22:00 breach", e.told(duty, i.Number)[3])
	})

	t.Run("nobody is warned of what was done in time", func(t *testing.T) {
		e, i, a := setup(t, incident.Normal, one(deadline.React, 5, deadline.Working))
		e.wait(e.clock("2026-11-24 12:45"))
		_, err := e.Accept(t.Context(), by(executor(a.ID), i))
		require.NoError(t, err)
		e.wait(e.clock("2026-11-26 10:00"))
		require.Equal(t, []string{"2026-11-24 10:00 assigned", "2026-11-24 12:30 warned"}, e.told(duty, i.Number))
		require.Equal(t, []string{"opened", "assign", "warned", "accept"}, e.trail(i.Number))
	})

	t.Run("a new deadline is warned of anew", func(t *testing.T) {
		e, i, a := setup(t, incident.Normal, one(deadline.Answer, 5, deadline.Working))
		e.wait(e.clock("2026-11-24 14:30"))
		_, err := e.Assign(t.Context(), by(specialist, i), desk.Assignment{Agency: a.ID}) // until 10:30 tomorrow
		require.NoError(t, err)
		require.Zero(t, e.one().Warned)
		e.wait(e.clock("2026-11-26 10:00"))
		require.Equal(t, []string{"opened", "assign", "warned", "warned", "assign", "warned", "warned", "breach"}, e.trail(i.Number))
		require.Equal(t, "2026-11-25 10:30 breach", e.told(duty, i.Number)[len(e.told(duty, i.Number))-1])
	})
}

// Jobs may come late, early, twice or for what is gone.
func TestWatchIsSureOfItsMoment(t *testing.T) {
	e := start(t)
	i, _ := e.triaged() // due at 11:00
	watch := func(number int64, due time.Time, percent int) time.Duration {
		again, err := e.Watch(t.Context(), desk.WatchArgs{Number: number, Due: due, Percent: percent})
		require.NoError(t, err)
		return again
	}
	require.Equal(t, time.Hour, watch(i.Number, *i.Due, 100), "too early: look again when it is due")
	require.Zero(t, watch(999, *i.Due, 100))
	require.Zero(t, watch(i.Number, i.Due.Add(time.Second), 100), "another deadline's job")
	require.Equal(t, []string{"opened"}, e.trail(i.Number))

	e.now = e.clock("2026-11-24 10:30")
	watch(i.Number, *i.Due, 50)
	watch(i.Number, *i.Due, 50)
	require.Equal(t, []string{"opened", "warned"}, e.trail(i.Number))
	e.now = e.clock("2026-11-24 11:00")
	watch(i.Number, *i.Due, 80)
	require.Equal(t, []string{"opened", "warned"}, e.trail(i.Number), "a warning that comes after the deadline warns of nothing")
	watch(i.Number, *i.Due, 100)
	watch(i.Number, *i.Due, 100)
	watch(i.Number, *i.Due, 80)
	require.Equal(t, []string{"opened", "warned", "breach"}, e.trail(i.Number))
}
