package desk_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/indexer/ingest"
	"github.com/otklik/otklik/indexer/standing"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/stream"
)

const text = "Нет воды на Светланской, третий день"

func TestOnlyARuleOpensAnIncident(t *testing.T) {
	e := start(t)
	s := e.search()
	e.take(e.match("telegram:7/1", text, s))
	require.Empty(t, e.all(), "a search alone opens nothing")
	hits, err := e.Hits(t.Context(), specialist, s.ID)
	require.NoError(t, err)
	require.Len(t, hits, 1)
	require.EqualValues(t, 1, hits[0].Posts, "but it counts")

	e.rule(s, func(r *incident.Rule) { r.Enabled = false })
	e.rule(s, func(r *incident.Rule) { r.Region = "RU-TVE" })
	e.rule(e.search(), nil)
	e.take(e.match("telegram:7/2", text, s))
	require.Empty(t, e.all(), "neither does a rule that is off, of another region or for another search")
}

func TestASuggestionWaitsInTriageWithAProposedAgency(t *testing.T) {
	e := start(t)
	a := e.agency("Водоканал", isDefault)
	s := e.search()
	r := e.rule(s, func(r *incident.Rule) { r.Severity = incident.Raised })
	m := e.match("telegram:7/1", text+"\nпомогите", s)
	e.take(m)
	i := e.one()
	require.Equal(t, incident.Triage, i.State)
	require.Equal(t, []any{a.ID, int64(0)}, []any{i.Proposed, i.Agency})
	require.Equal(t, []any{text, r.ID, s.ID, incident.Raised, "raised", 1, int64(1)}, []any{i.Title, i.Rule, i.Search, i.Severity, i.Preset, i.Version, i.Posts})
	require.Equal(t, []time.Time{m.Published, m.Observed, e.now}, []time.Time{*i.Published, *i.Detected, i.OpenedAt})
	require.Equal(t, "2026-11-24 11:00", e.inZone(i.Due), "an hour of work to route it")
	require.Equal(t, "route", i.DueClock)

	v := e.view(specialist, i.Number)
	require.Len(t, v.Evidence, 1)
	ev := v.Evidence[0]
	require.Equal(t, incident.Evidence{Post: m.ID, Rev: m.Rev, Hash: m.Hash, Observed: m.Observed, Published: m.Published, Visibility: post.Public,
		JoinedAt: e.now, How: incident.Opened, Rule: r.ID, Search: s.ID, Copies: 1, Body: m.Post}, ev)
	require.Len(t, v.Events, 1)
	require.Equal(t, incident.EventOpened, v.Events[0].Kind)
	require.JSONEq(t, fmt.Sprintf(`{"rule":%d,"rule_name":"Вода","post":"telegram:7/1","route":"default agency","proposed":%d}`, r.ID, a.ID), string(v.Events[0].Data))
	ns, err := e.Notifications(t.Context(), specialist, i.Number)
	require.NoError(t, err)
	require.Empty(t, ns, "nobody is told of what nobody has decided")
}

func TestAnAutomaticRuleAssigns(t *testing.T) {
	e := start(t)
	a := e.agency("Водоканал", func(a *incident.Agency) { a.Default, a.Email = true, "duty@water.example" })
	s := e.search()
	e.rule(s, auto)
	e.take(e.match("telegram:7/1", text, s))
	i := e.one()
	require.Equal(t, []any{incident.Assigned, a.ID, 2, e.now}, []any{i.State, i.Agency, i.Version, *i.AssignedAt})
	require.Equal(t, []any{"2026-11-24 13:00", "react"}, []any{e.inZone(i.Due), i.DueClock})
	require.Equal(t, []string{"opened", "assign"}, e.trail(i.Number))
	ns, err := e.Notifications(t.Context(), specialist, i.Number)
	require.NoError(t, err)
	require.Len(t, ns, 1)

	// Where no agency can be found it waits in triage.
	a.Active, a.Default = false, false
	_, err = e.PutAgency(t.Context(), admin, a)
	require.NoError(t, err)
	e.take(e.match("telegram:7/2", "Совсем другое: яма на дороге у школы", s))
	require.Equal(t, incident.Triage, e.all()[1].State)
}

func TestAPostOpensOneIncidentARegion(t *testing.T) {
	e := start(t)
	a, b, c := e.search(), e.search(), e.search()
	e.rule(a, nil)
	first := e.rule(b, auto) // automatic ones go before suggestions
	e.rule(c, auto)
	e.rule(c, func(r *incident.Rule) { r.Region = "RU-TVE" })
	m := e.match("telegram:7/1", text, a, b, c)
	e.take(m)
	require.Equal(t, first.ID, e.one().Rule)
	m.Searches = []ingest.Searched{c} // the rest of the same post's matches
	e.take(m)
	e.one()

	m.Region = "RU-TVE"
	e.take(m)
	is := e.all()
	require.Len(t, is, 2, "another region has a desk of its own")
	require.Equal(t, "RU-TVE", is[1].Region)
	require.Equal(t, "03:00", is[1].OpenedAt.In(e.Regions.Location("RU-TVE")).Format("15:04"))
	require.Equal(t, "10:00", is[1].Due.In(e.Regions.Location("RU-TVE")).Format("15:04"), "it is night in that region: the hour begins at nine")
}

func TestWhatIsNotLiveOpensNothingUnlessTheRuleAsks(t *testing.T) {
	e := start(t)
	s := e.search()
	e.rule(s, nil)
	for n, o := range []post.Origin{post.Backfill, post.Import} {
		m := e.match(fmt.Sprintf("telegram:7/%d", n), text, s)
		m.Origin = o
		e.take(m)
	}
	require.Empty(t, e.all())
	asks := e.rule(s, func(r *incident.Rule) { r.OpenForBackfill = true })
	m := e.match("telegram:7/9", text, s)
	m.Origin = post.Import
	e.take(m)
	require.Equal(t, asks.ID, e.one().Rule, "the rule that asks for it")
}

func TestCountersAndDeletionsOpenNothing(t *testing.T) {
	e := start(t)
	s := e.search()
	e.rule(s, func(r *incident.Rule) { r.OpenForBackfill = true })
	counters := e.match("telegram:7/1", text, s)
	counters.Kind = post.Counters
	deletion := e.again(e.match("telegram:7/2", text, s), "")
	found := e.match("telegram:7/3", text, s) // the past of a search finds what its source has deleted
	found.Origin, found.Post.Deleted = post.Backfill, true
	e.take(counters, deletion, found)
	require.Empty(t, e.all())
}

func TestAnOldVersionOfASearchSaysNothing(t *testing.T) {
	e := start(t)
	s := e.search()
	e.rule(s, nil)
	change, err := e.searches.Update(t.Context(), admin, s.ID, s.Version, standing.Draft{Name: "Вода", Query: "водопровод", Regions: []string{"*"}})
	require.NoError(t, err)
	e.take(e.match("telegram:7/1", text, s))
	require.Empty(t, e.all())
	e.take(e.match("telegram:7/1", text, ingest.Searched{ID: s.ID, Version: change.Version}))
	e.one()
	require.NoError(t, e.searches.Delete(t.Context(), admin, s.ID, change.Version))
	e.take(e.match("telegram:7/2", "Совсем другое: яма на дороге у школы", ingest.Searched{ID: s.ID, Version: change.Version + 1}))
	e.one()
}

// Whatever is taken again, in whatever batches, leaves everything as it is.
func TestTakingAgainChangesNothing(t *testing.T) {
	e := start(t)
	e.agency("Водоканал", func(a *incident.Agency) { a.Default, a.Email = true, "duty@water.example" })
	a, b := e.search(), e.search()
	e.rule(a, auto)
	e.rule(b, func(r *incident.Rule) { r.OpenForBackfill = true })
	first := e.match("telegram:7/1", text, a, b)
	ms := []ingest.Match{first, e.match("telegram:7/2", text, a), e.match("telegram:7/3", "Яма на дороге у школы, колесо долой", b),
		e.again(first, "Воду дали"), e.again(first, ""), e.again(e.match("telegram:7/4", "x", a), "")}
	e.take(ms...)
	want := e.state()
	e.take(ms...)
	require.Equal(t, want, e.state())

	var batch []stream.Message
	for n, m := range ms {
		v, err := post.Encode(m)
		require.NoError(t, err)
		batch = append(batch, stream.Message{Record: stream.Record{Key: m.Key(), Value: v}, Topic: stream.Matches, Offset: int64(n)})
	}
	var g errgroup.Group
	for n := range 6 { // several consumers at once, as after a rebalance
		g.Go(func() error {
			bad, err := e.Handle(t.Context(), batch[n%3:])
			if len(bad) > 0 {
				return bad[0].Err
			}
			return err
		})
	}
	require.NoError(t, g.Wait())
	require.Equal(t, want, e.state())
}

func TestConcurrentConsumersOpenOneIncident(t *testing.T) {
	e := start(t)
	e.agency("Водоканал", isDefault)
	s := e.search()
	e.rule(s, auto)
	m := e.match("telegram:7/1", text, s)
	copies := make([]ingest.Match, 12)
	for n := range copies {
		copies[n] = m
		if n%2 == 1 {
			copies[n] = e.match(fmt.Sprintf("telegram:8/%d", n), text, s) // the same text elsewhere
		}
	}
	var g errgroup.Group
	for _, c := range copies {
		g.Go(func() error { return e.Take(t.Context(), c) })
	}
	require.NoError(t, g.Wait())
	require.EqualValues(t, 7, e.one().Posts)
	require.Equal(t, []string{"opened", "assign"}, e.trail(e.one().Number))
}

func TestEvidenceKeepsEveryRevision(t *testing.T) {
	e := start(t)
	s := e.search()
	e.rule(s, nil)
	a := e.match("telegram:7/1", text, s)
	e.take(a)
	i := e.one()
	e.now = e.now.Add(time.Hour)
	b := e.again(a, "Воду дали, спасибо")
	b.Searches = nil // no search matches it any more, and yet it is our evidence
	e.take(b, e.again(b, text))
	same := e.again(b, text)
	e.take(same)
	gone := e.again(a, "")
	e.take(gone)
	require.Equal(t, []string{"opened", "revised", "revised", "deleted"}, e.trail(i.Number))

	v := e.view(specialist, i.Number)
	require.Equal(t, gone.Observed, *v.Evidence[0].DeletedAt)
	require.Equal(t, text, v.Evidence[0].Body.Text)
	require.Equal(t, 1, v.Version, "what happens to a post is not what people decide")
	cs, err := e.Copies(t.Context(), specialist, i.Number, a.ID)
	require.NoError(t, err)
	require.Len(t, cs, 3)
	require.Equal(t, []string{text, "Воду дали, спасибо", text}, []string{cs[0].Body.Text, cs[1].Body.Text, cs[2].Body.Text})
	_, err = e.Copies(t.Context(), specialist, i.Number, "telegram:7/2")
	kind(t, fault.NotFound, err)

	// The index keeps what is deleted and the past of a new search finds it:
	// that is no new reading.
	found := a
	found.Rev, found.Origin = gone.Rev, post.Backfill
	p := *a.Post
	p.Deleted = true
	found.Post = &p
	e.take(found)
	require.Equal(t, []string{"opened", "revised", "revised", "deleted"}, e.trail(i.Number))
	back := e.again(a, text)
	e.take(back)
	require.Nil(t, e.view(specialist, i.Number).Evidence[0].DeletedAt, "it is there again")
}

// sealed makes a match of a sealed post, whose body is in the ledger alone.
func (e *env) sealed(id, text string, s ingest.Searched) ingest.Match {
	m := e.match(id, text, s)
	m.Visibility = post.Sealed
	_, err := e.pool.Exec(e.t.Context(), `INSERT INTO post_body (id, rev, body) VALUES ($1, $2, $3)`, m.ID, m.Rev, m.Post)
	require.NoError(e.t, err)
	m.Post = nil
	return m
}

func TestTheBodyOfASealedPostComesFromTheLedger(t *testing.T) {
	e := start(t)
	s := e.search()
	e.rule(s, nil)
	m := e.sealed("telegram:7/1", "Ребёнка бьют дома, адрес известен", s)
	e.take(m)
	i := e.one()
	require.Equal(t, post.Sealed, i.Visibility)
	require.Equal(t, "Ребёнка бьют дома, адрес известен", e.view(guardian, i.Number).Evidence[0].Body.Text)

	gone := e.sealed("telegram:7/2", "x", s)
	gone.Rev += 100
	kind(t, fault.Invalid, e.Take(t.Context(), gone), "is gone")
	gone.Searches = []ingest.Searched{e.search()}
	e.take(gone) // nobody needs it
	e.Bodies = nil
	kind(t, fault.Invalid, e.Take(t.Context(), e.sealed("telegram:7/3", "x", s)), "keeps none")
	e.one()
}

// A source that is put out of sight takes along what was shown of it.
func TestAnIncidentBecomesSealedWithItsPost(t *testing.T) {
	e := start(t)
	s := e.search()
	e.rule(s, nil)
	m := e.match("telegram:7/1", text, s)
	e.take(m)
	i := e.one()
	later := e.sealed("telegram:7/1", "Ребёнка бьют дома", s)
	e.take(later)
	require.Equal(t, post.Sealed, e.one().Visibility)
	_, err := e.Get(t.Context(), specialist, i.Number)
	kind(t, fault.NotFound, err)
	require.Equal(t, post.Sealed, e.view(guardian, i.Number).Evidence[0].Visibility)
	e.take(e.again(m, "снова на виду"))
	require.Equal(t, post.Sealed, e.one().Visibility, "it stays so until a person decides")
}

func TestWhatWasForgottenDoesNotComeBack(t *testing.T) {
	e := start(t)
	s := e.search()
	e.rule(s, nil)
	m, other := e.match("telegram:7/1", text, s), e.match("telegram:7/2", text, s)
	_, err := e.ledger.Forget(t.Context(), m.ID, e.now)
	require.NoError(t, err)
	e.take(m, other)
	i := e.one()
	require.Equal(t, other.ID, e.view(specialist, i.Number).Evidence[0].Post)
	hits, err := e.Hits(t.Context(), specialist, s.ID)
	require.NoError(t, err)
	require.EqualValues(t, 1, hits[0].Posts)
}

func TestMatchesThatCanNeverBeTaken(t *testing.T) {
	e := start(t)
	s := e.search()
	e.rule(s, nil)
	for says, change := range map[string]func(*ingest.Match){
		"not one of the post's": func(m *ingest.Match) { m.Region = "RU-SAM" },
		"there is no region":    func(m *ingest.Match) { m.Region, m.Regions = "RU-XX", []string{"RU-XX"} },
		"not network:owner":     func(m *ingest.Match) { m.ID = "7" },
		"envelope version":      func(m *ingest.Match) { m.V = 9 },
		"carries no post":       func(m *ingest.Match) { m.Post = nil },
		"search -1":             func(m *ingest.Match) { m.Searches = []ingest.Searched{{ID: -1, Version: 1}} },
		"version 99999999999":   func(m *ingest.Match) { m.Searches[0].Version = 99999999999 },
		"can't be stored":       func(m *ingest.Match) { m.Post.Text = "нуль\x00в тексте" },
		"invalid byte sequence": func(m *ingest.Match) {
			m.Post.Text = "не UTF-8 \xff\xfe, двадцать букв и больше"
			m.Post.Title = "x\x00"
		},
		"region \"\"":              func(m *ingest.Match) { m.Region = "" },
		"kind \"gossip\"":          func(m *ingest.Match) { m.Kind = "gossip" },
		"published or observed is": func(m *ingest.Match) { m.Published = time.Time{} },
	} {
		m := e.match("telegram:7/1", text, s)
		p := *m.Post
		m.Post = &p
		change(&m)
		kind(t, fault.Invalid, e.Take(t.Context(), m), says)
	}
	require.Empty(t, e.all())

	// Odd, and nobody's mistake.
	for n, change := range []func(*ingest.Match){
		func(m *ingest.Match) { m.Published = time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC) },
		func(m *ingest.Match) { m.Published = e.now.AddDate(1, 0, 0) },
		func(m *ingest.Match) {
			m.Post.Text = strings.Repeat("Нет воды. ", post.MaxText/len("Нет воды. "))
		},
		func(m *ingest.Match) { m.Post.Text = "" },
		func(m *ingest.Match) { m.Post.URL = "https://example.org/" + strings.Repeat("a", 100_000) },
		func(m *ingest.Match) { m.Post.Text = "🔥" + strings.Repeat("\u0301", 1000) },
	} {
		m := e.match(fmt.Sprintf("telegram:9/%d", n), fmt.Sprintf("Разные тексты, и этот не как другие: %d", n), s)
		change(&m)
		e.take(m)
		require.Len(t, e.all(), n+1)
	}
}

func TestAMatchOfVeryManySearches(t *testing.T) {
	e := start(t)
	s := e.search()
	e.rule(s, nil)
	m := e.match("telegram:7/1", text)
	for n := range 5000 {
		m.Searches = append(m.Searches, ingest.Searched{ID: int64(100 + n), Version: 1})
	}
	m.Searches = append(m.Searches, s, s)
	e.take(m)
	e.one()
}

// A flood of one text is one incident, and it does not take long.
func TestTenThousandIdenticalPostsJoinOneIncident(t *testing.T) {
	e := start(t)
	s := e.search()
	e.rule(s, nil)
	const posts = 10_000
	var batch []stream.Message
	for n := range posts {
		v, err := post.Encode(e.match(fmt.Sprintf("telegram:7/%d", n), text, s))
		require.NoError(t, err)
		batch = append(batch, stream.Message{Record: stream.Record{Value: v}})
	}
	begun := time.Now()
	bad, err := e.Handle(t.Context(), batch)
	require.NoError(t, err)
	require.Empty(t, bad)
	require.Less(t, time.Since(begun), 60*time.Second, "a bound that only a defect breaks")
	t.Logf("%d posts in %s", posts, time.Since(begun).Round(time.Millisecond))
	i := e.one()
	require.EqualValues(t, posts, i.Posts)
	require.Equal(t, []string{"opened"}, e.trail(i.Number))
	es, next, err := e.Posts(t.Context(), specialist, i.Number, "", 500)
	require.NoError(t, err)
	require.Len(t, es, 500)
	require.NotEmpty(t, next)
}
