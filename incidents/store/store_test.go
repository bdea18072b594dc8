package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/testenv"
)

// base is a store on a fresh database with a clock that stands still.
type base struct {
	*store.Store
	t    *testing.T
	now  time.Time
	revs int64
}

func open(t *testing.T) *base {
	t.Helper()
	t.Parallel()
	b := &base{t: t, now: time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)}
	s, err := store.Open(testenv.Postgres(t), func() time.Time { return b.now })
	require.NoError(t, err)
	b.Store = s
	return b
}

// tx runs f in a transaction that must succeed.
func (b *base) tx(f func(ctx context.Context, tx *store.Tx) error) {
	b.t.Helper()
	require.NoError(b.t, b.InTx(b.t.Context(), func(tx *store.Tx) error { return f(b.t.Context(), tx) }))
}

// agency adds an agency and gives its id.
func (b *base) agency(region, name string) (id int64) {
	b.t.Helper()
	b.tx(func(ctx context.Context, tx *store.Tx) (err error) {
		id, err = tx.PutAgency(ctx, incident.Agency{Region: region, Name: name, Active: true}, "test", b.now)
		return err
	})
	return id
}

// fresh is an incident that is not there yet.
func (b *base) fresh(region string) incident.Incident {
	return incident.Incident{Region: region, State: incident.Triage, Version: 1, Title: "Нет воды", Severity: incident.Normal, Visibility: post.Public,
		Preset: "standard", OpenedAt: b.now, StateAt: b.now, CappedFrom: b.now, UpdatedAt: b.now}
}

// insert adds an incident of a region; change may be nil.
func (b *base) insert(region string, change func(*incident.Incident)) incident.Incident {
	b.t.Helper()
	i := b.fresh(region)
	if change != nil {
		change(&i)
	}
	b.tx(func(ctx context.Context, tx *store.Tx) error { return tx.Insert(ctx, &i) })
	return i
}

// numbers lists what a view sees, in the order of the list.
func (b *base) numbers(v store.View, f store.Filter) []int64 {
	b.t.Helper()
	is, next, err := b.List(b.t.Context(), v, f)
	require.NoError(b.t, err)
	require.Empty(b.t, next)
	return numbersOf(is)
}

func numbersOf(is []incident.Incident) []int64 {
	ns := []int64{}
	for _, i := range is {
		ns = append(ns, i.Number)
	}
	return ns
}

func TestAnIncidentComesBackWhole(t *testing.T) {
	b := open(t)
	agency := b.agency("RU-PRI", "Водоканал")
	at := func(h int) *time.Time { t := b.now.Add(time.Duration(h) * time.Hour); return &t }
	first := b.insert("RU-PRI", nil)
	i := b.insert("RU-PRI", func(i *incident.Incident) { i.Visibility = post.Partner })
	i.State, i.Before, i.Version, i.Title, i.Severity = incident.Duplicate, incident.Assigned, 7, "Другое", incident.Critical
	i.Agency, i.Proposed, i.Curator, i.Watchers, i.Preset = agency, agency, "c@example.org", []string{"w@example.org"}, "raised"
	i.Rule, i.Search, i.Published, i.Detected = 5, 6, at(-2), at(-1)
	i.StateAt, i.AssignedAt, i.ReactedAt, i.AnsweredAt, i.ClosedAt, i.CappedFrom, i.UpdatedAt = *at(1), at(2), at(3), at(4), at(5), *at(6), *at(7)
	i.Due, i.DueClock, i.DueFrom, i.Warned, i.DuplicateOf = at(8), "answer", at(9), 50, first.Number
	i.Draft = &incident.Draft{Text: "Насос заменён", Hash: "h", Authors: []int64{3}, AuthorName: "Анна", WrittenAt: *at(1), ApprovedHash: "h", ApprovedBy: 4, ApprovedAt: at(2)}
	i.Permalink, i.Promise, i.PromisedBy, i.Visibility = "https://t.me/x/1", "заделаем", at(10), post.Sealed
	b.tx(func(ctx context.Context, tx *store.Tx) error { return tx.Save(ctx, i) })
	b.tx(func(ctx context.Context, tx *store.Tx) error {
		got, err := tx.Incident(ctx, store.Everything(), i.Number, true)
		require.Equal(t, i, got)
		return err
	})

	require.Equal(t, fault.NotFound, fault.KindOf(b.InTx(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Incident(t.Context(), store.Everything(), 999, false)
		return err
	})))
}

// What a person sees: their regions, their agency, and sealed ones only where
// they may. Each of the three ways of reading says the same.
func TestViews(t *testing.T) {
	b := open(t)
	water, roads := b.agency("RU-PRI", "Водоканал"), b.agency("RU-PRI", "Дороги")
	at := func(region string, agency int64, v post.Visibility) int64 {
		return b.insert(region, func(i *incident.Incident) { i.Agency, i.Visibility = agency, v }).Number
	}
	open, ours, theirs := at("RU-PRI", 0, post.Public), at("RU-PRI", water, post.Partner), at("RU-PRI", roads, post.Public)
	sealed, oursSealed := at("RU-PRI", 0, post.Sealed), at("RU-PRI", water, post.Sealed)
	far, farSealed := at("RU-SAM", 0, post.Public), at("RU-SAM", 0, post.Sealed)

	alone, err := store.Open(b.Pool, func() time.Time { return b.now })
	require.NoError(t, err)
	one := &base{Store: store.Unlocked(alone), t: t, now: b.now}
	pri, all := []string{"RU-PRI"}, []string{"*"}
	for _, c := range []struct {
		name string
		view store.View
		want []int64
	}{
		{"the zero view", store.View{}, nil},
		{"the system", store.Everything(), []int64{open, ours, theirs, sealed, oursSealed, far, farSealed}},
		{"a specialist", store.ViewOf(access.Person{Role: access.Specialist, Regions: pri}), []int64{open, ours, theirs}},
		{"a specialist who may see sealed cases", store.ViewOf(access.Person{Role: access.Specialist, Regions: pri, Sealed: true}), []int64{open, ours, theirs, sealed, oursSealed}},
		{"a specialist of two regions", store.ViewOf(access.Person{Role: access.Specialist, Regions: []string{"RU-SAM", "RU-PRI"}}), []int64{open, ours, theirs, far}},
		{"an administrator of everything", store.ViewOf(access.Person{Role: access.Administrator, Regions: all}), []int64{open, ours, theirs, far}},
		{"nobody's region", store.ViewOf(access.Person{Role: access.Specialist}), nil},
		{"an executor", store.ViewOf(access.Person{Role: access.Executor, Regions: pri, Agencies: []int64{water}}), []int64{ours}},
		{"an executor of several agencies", store.ViewOf(access.Person{Role: access.Executor, Regions: pri, Agencies: []int64{water + 1000, water}}), []int64{ours}},
		{"an executor with sealed cases", store.ViewOf(access.Person{Role: access.Executor, Regions: pri, Agencies: []int64{water}, Sealed: true}), []int64{ours, oursSealed}},
		{"an executor without an agency", store.ViewOf(access.Person{Role: access.Executor, Regions: all, Sealed: true}), nil},
		{"an executor of another region", store.ViewOf(access.Person{Role: access.Executor, Regions: []string{"RU-SAM"}, Agencies: []int64{water}}), nil},
		{"a partner sees no incidents", store.ViewOf(access.Person{Role: access.Partner, Regions: all, Sealed: true}), nil},
		{"a role that does not exist", store.ViewOf(access.Person{Role: "king", Regions: all, Sealed: true}), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.ElementsMatch(t, c.want, b.numbers(c.view, store.Filter{}))
			require.ElementsMatch(t, c.want, one.numbers(c.view, store.Filter{}), "by the first lock alone")
			for _, n := range []int64{open, ours, theirs, sealed, oursSealed, far, farSealed} {
				for _, lock := range []bool{false, true} {
					err := b.InTx(t.Context(), func(tx *store.Tx) error {
						_, err := tx.Incident(t.Context(), c.view, n, lock)
						return err
					})
					seen := false
					for _, w := range c.want {
						seen = seen || w == n
					}
					require.Equal(t, seen, err == nil, "incident %d: %v", n, err)
					if !seen {
						require.Equal(t, fault.NotFound, fault.KindOf(err))
					}
				}
			}
		})
	}
	require.False(t, store.View{}.Region("RU-PRI"))
	require.False(t, store.ViewOf(access.Person{Role: access.Partner, Regions: all}).Region("RU-PRI"))
	require.True(t, store.ViewOf(access.Person{Role: access.Head, Regions: pri}).Region("RU-PRI"))
	require.False(t, store.ViewOf(access.Person{Role: access.Head, Regions: pri}).Region("RU-SAM"))
}

func TestAgenciesAndRulesFollowTheView(t *testing.T) {
	b := open(t)
	water, far := b.agency("RU-PRI", "Водоканал"), b.agency("RU-SAM", "Водоканал")
	b.tx(func(ctx context.Context, tx *store.Tx) error {
		for _, region := range []string{"RU-PRI", "RU-SAM"} {
			if _, err := tx.PutRule(ctx, incident.Rule{Region: region, Search: 1, Name: region, Mode: incident.Auto, Severity: incident.Low}, "test", b.now); err != nil {
				return err
			}
		}
		pri := store.ViewOf(access.Person{Role: access.Head, Regions: []string{"RU-PRI"}})
		for _, c := range []struct {
			view     store.View
			region   string
			agencies []int64
			rules    int
		}{
			{store.View{}, "", nil, 0},
			{store.View{}, "RU-PRI", nil, 0},
			{pri, "", []int64{water}, 1},
			{pri, "RU-PRI", []int64{water}, 1},
			{pri, "RU-SAM", nil, 0},
			{store.Everything(), "", []int64{water, far}, 2},
			{store.Everything(), "RU-SAM", []int64{far}, 1},
		} {
			as, err := tx.Agencies(ctx, c.view, c.region)
			require.NoError(t, err)
			var got []int64
			for _, a := range as {
				got = append(got, a.ID)
			}
			require.Equal(t, c.agencies, got)
			rs, err := tx.Rules(ctx, c.view, c.region)
			require.NoError(t, err)
			require.Len(t, rs, c.rules)
		}
		return nil
	})
}

func TestFilters(t *testing.T) {
	b := open(t)
	agency := b.agency("RU-PRI", "Водоканал")
	due := func(h int) *time.Time { t := b.now.Add(time.Duration(h) * time.Hour); return &t }
	plain := b.insert("RU-PRI", nil).Number
	late := b.insert("RU-PRI", func(i *incident.Incident) { i.Due = due(-1); i.Severity = incident.Critical }).Number
	soon := b.insert("RU-PRI", func(i *incident.Incident) { i.Due = due(1); i.State = incident.Assigned; i.Agency = agency }).Number
	closed := b.insert("RU-PRI", func(i *incident.Incident) { i.State = incident.Closed; i.Rule = 4; i.Search = 5 }).Number
	b.now = b.now.Add(24 * time.Hour)
	far := b.insert("RU-SAM", nil).Number
	b.now = b.now.Add(-24 * time.Hour)

	yes, no := true, false
	for _, c := range []struct {
		name string
		f    store.Filter
		want []int64
	}{
		{"newest first", store.Filter{}, []int64{far, closed, soon, late, plain}},
		{"oldest first", store.Filter{Sort: store.ByOldest}, []int64{plain, late, soon, closed, far}},
		{"soonest due first, without one last", store.Filter{Sort: store.ByDue}, []int64{late, soon, plain, closed, far}},
		{"regions", store.Filter{Regions: []string{"RU-SAM", "RU-XX"}}, []int64{far}},
		{"states", store.Filter{States: []string{"assigned", "closed"}}, []int64{closed, soon}},
		{"open", store.Filter{Open: &yes}, []int64{far, soon, late, plain}},
		{"not open", store.Filter{Open: &no}, []int64{closed}},
		{"agencies", store.Filter{Agencies: []int64{agency, 99}}, []int64{soon}},
		{"severities", store.Filter{Severities: []string{"critical", "low"}}, []int64{late}},
		{"rule", store.Filter{Rule: 4}, []int64{closed}},
		{"search", store.Filter{Search: 5}, []int64{closed}},
		{"overdue", store.Filter{Overdue: true}, []int64{late}},
		{"due before, half open", store.Filter{DueBefore: *due(1)}, []int64{late}},
		{"opened from", store.Filter{From: b.now.Add(time.Hour)}, []int64{far}},
		{"opened to, half open", store.Filter{From: b.now, To: b.now.Add(24 * time.Hour)}, []int64{closed, soon, late, plain}},
		{"all at once", store.Filter{Regions: []string{"RU-PRI"}, States: []string{"triage"}, Overdue: true, Severities: []string{"critical"}}, []int64{late}},
		{"nothing", store.Filter{Regions: []string{"RU-SAM"}, Overdue: true}, []int64{}},
	} {
		require.Equal(t, c.want, b.numbers(store.Everything(), c.f), c.name)
	}
}

func TestPagesMeetWithoutGapsWhateverTheOrder(t *testing.T) {
	b := open(t)
	for n := range 23 {
		b.insert("RU-PRI", func(i *incident.Incident) {
			if n%3 > 0 { // several are due at one moment, several never
				at := b.now.Add(time.Duration(n/6) * time.Hour)
				i.Due = &at
			}
		})
	}
	for _, sort := range []store.Sort{store.ByNewest, store.ByOldest, store.ByDue} {
		whole := b.numbers(store.Everything(), store.Filter{Sort: sort})
		require.Len(t, whole, 23)
		for _, limit := range []int{1, 2, 7, 22, 23, 500} {
			got, after := []int64{}, ""
			for pages := 0; pages < 40; pages++ {
				is, next, err := b.List(t.Context(), store.Everything(), store.Filter{Sort: sort, Limit: limit, After: after})
				require.NoError(t, err)
				require.LessOrEqual(t, len(is), limit)
				got = append(got, numbersOf(is)...)
				if after = next; after == "" {
					break
				}
			}
			require.Equal(t, whole, got, "%s by %d", sort, limit)
		}
	}
}

func TestListsRefuseWhatTheyCannotRead(t *testing.T) {
	b := open(t)
	b.insert("RU-PRI", nil)
	b.insert("RU-PRI", nil)
	_, cursor, err := b.List(t.Context(), store.Everything(), store.Filter{Limit: 1})
	require.NoError(t, err)
	for path, f := range map[string]store.Filter{
		"limit: use":   {Limit: 501},
		"limit: use 1": {Limit: -1},
		"sort: use":    {Sort: "loudest"},
		"after: not":   {After: "rubbish"},
		"after: not a": {After: cursor, Sort: store.ByDue}, // a cursor of another order
	} {
		_, _, err := b.List(t.Context(), store.Everything(), f)
		require.Equal(t, fault.Invalid, fault.KindOf(err))
		require.ErrorContains(t, err, path)
	}
}

func TestEventsAreOneTrail(t *testing.T) {
	b := open(t)
	i := b.insert("RU-PRI", nil)
	b.tx(func(ctx context.Context, tx *store.Tx) error {
		for n := range 5 {
			i.Version = n + 1
			e := incident.Event{At: b.now, Kind: "comment", Who: 3, Name: "Анна", From: incident.Triage, To: incident.Triage}
			if err := tx.AddEvent(ctx, i, e, map[string]any{"text": fmt.Sprint(n)}); err != nil {
				return err
			}
		}
		es, err := tx.Events(ctx, i.Number, -1, 3)
		require.NoError(t, err)
		require.Len(t, es, 3, "the last ones")
		require.Equal(t, []int{3, 4, 5}, []int{es[0].Version, es[1].Version, es[2].Version}, "oldest first")
		require.JSONEq(t, `{"text":"4"}`, string(es[2].Data))
		require.Equal(t, b.now, es[2].At)
		es, err = tx.Events(ctx, i.Number, 4, 10)
		require.Len(t, es, 1, "those after a version")
		require.NoError(t, err)

		require.NoError(t, tx.AddEvent(ctx, i, incident.Event{At: b.now, Kind: "comment"}, map[string]any{"text": "x", "audience": incident.Resident}))
		require.NoError(t, tx.AddEvent(ctx, i, incident.Event{At: b.now, Kind: "comment"}, nil))
		require.NoError(t, tx.AddEvent(ctx, i, incident.Event{At: b.now, Kind: "draft"}, map[string]any{"text": "x"}))
		es, err = tx.Events(ctx, i.Number, 4, 10)
		var audiences []incident.Audience
		for _, e := range es {
			audiences = append(audiences, e.Audience)
		}
		require.Equal(t, []incident.Audience{incident.Internal, incident.Resident, incident.Internal, ""}, audiences, "a comment that doesn't say is internal")
		return err
	})
}
