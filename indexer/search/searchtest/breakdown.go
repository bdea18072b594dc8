package searchtest

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/search"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
)

func (d *desk) breakdown(r search.BreakdownRequest) search.Breakdown {
	d.t.Helper()
	if r.Expr == nil {
		r.Expr = query.True{}
	}
	r.Time = patience
	b, err := d.ix.Breakdown(d.ctx, access.Everything(), r)
	require.NoError(d.t, err)
	return b
}

func (d *desk) facet(f query.FieldName, q string, limit int) map[string]int64 {
	d.t.Helper()
	out := map[string]int64{}
	b := d.breakdown(search.BreakdownRequest{Expr: d.expr(q), Field: f, Limit: limit})
	require.Zero(d.t, b.Reached)
	for i, v := range b.Values {
		require.Zero(d.t, v.From)
		if i > 0 {
			w := b.Values[i-1]
			require.True(d.t, w.Posts > v.Posts || w.Posts == v.Posts && w.Value < v.Value, "%v before %v", w, v)
		}
		out[v.Value] = v.Posts
	}
	require.Len(d.t, out, len(b.Values))
	return out
}

func testFacets(t *testing.T, d *desk) {
	require.Empty(t, d.facet(query.Net, "", 0))
	var docs []search.Document
	for i := range 60 {
		src := []string{"telegram:1", "telegram:12", "telegram:1", "vk:-5", "rss:news.example"}[i%5]
		rs := [][]string{{"RU-PRI", "RU-PRI"}, {"RU-PRI", "RU-SA"}, nil}[i%3]
		body := []string{"яма", "лужа"}[i%2]
		docs = append(docs, d.doc(fmt.Sprintf("%s/%d", src, i), noon.AddDate(0, -(i%4), 0), body, regions(rs...),
			class([]string{"standard", "short"}[i%2])))
	}
	for i := range 30 {
		docs = append(docs, d.doc(fmt.Sprintf("web:site%02d/1", i), noon, "снег"))
	}
	d.put(docs...)
	require.Equal(t, map[string]int64{"telegram": 36, "vk": 12, "rss": 12, "web": 30}, d.facet(query.Net, "", 0))
	require.Equal(t, map[string]int64{"telegram:1": 24, "telegram:12": 12, "vk:-5": 12, "rss:news.example": 12}, d.facet(query.Source, "-снег", 0))
	require.Equal(t, map[string]int64{"RU-PRI": 40, "RU-SA": 20}, d.facet(query.Region, "-снег", 0), "a post counts in each of its regions")
	require.Equal(t, map[string]int64{"telegram": 18, "vk": 6, "rss": 6}, d.facet(query.Net, "яма", 0))
	require.Equal(t, map[string]int64{"telegram": 36}, d.facet(query.Net, "", 1))
	require.Len(t, d.facet(query.Source, "", 0), 20)
	require.Len(t, d.facet(query.Source, "", 1000), 34)
	require.Equal(t, map[string]int64{"telegram:1": 24, "rss:news.example": 12, "telegram:12": 12}, d.facet(query.Source, "", 3), "of equals by the value")
}

// hist gives a histogram's rows as "time posts".
func (d *desk) hist(i search.Interval, loc *time.Location, q string) (out []string) {
	d.t.Helper()
	b := d.breakdown(search.BreakdownRequest{Expr: d.expr(q), Interval: i, Location: loc})
	require.Zero(d.t, b.Reached)
	if loc == nil {
		loc = time.UTC
	}
	for _, v := range b.Values {
		require.Empty(d.t, v.Value)
		out = append(out, fmt.Sprintf("%s %d", v.From.In(loc).Format("2006-01-02T15:04Z07"), v.Posts))
	}
	return out
}

func (d *desk) at(times ...string) {
	d.t.Helper()
	var docs []search.Document
	for _, s := range times {
		at, err := time.Parse(time.RFC3339, s)
		require.NoError(d.t, err)
		docs = append(docs, d.doc(fmt.Sprint(d.rev), at.UTC(), "яма"))
	}
	d.put(docs...)
}

func testHistograms(t *testing.T, d *desk) {
	require.Empty(t, d.hist(search.Day, nil, ""))
	d.at("2026-10-30T23:59:59Z", "2026-11-01T00:00:00Z", "2026-11-01T13:59:59Z", "2026-11-01T14:00:00Z", "2026-11-02T00:30:00Z",
		"2026-11-02T03:29:59Z", "2026-11-02T03:30:00Z")
	d.put(d.doc("other", noon, "лужа"))
	require.Equal(t, []string{"2026-10-30T00:00Z 1", "2026-10-31T00:00Z 0", "2026-11-01T00:00Z 3", "2026-11-02T00:00Z 3"}, d.hist(search.Day, nil, "яма"))
	require.Equal(t, []string{"2026-10-01T00:00Z 1", "2026-11-01T00:00Z 7"}, d.hist(search.Month, nil, ""))
	require.Equal(t, []string{"2026-11-24T00:00Z 1"}, d.hist(search.Day, nil, "лужа"))
	require.Empty(t, d.hist(search.Hour, nil, "никогда"))

	east, err := time.LoadLocation("Asia/Vladivostok") // +10
	require.NoError(t, err)
	require.Equal(t, []string{"2026-10-31T00:00+10 1", "2026-11-01T00:00+10 2", "2026-11-02T00:00+10 4"}, d.hist(search.Day, east, "яма"))
	require.Equal(t, []string{"2026-10-01T00:00+10 1", "2026-11-01T00:00+10 6"}, d.hist(search.Month, east, "яма"))
	hours := d.hist(search.Hour, time.UTC, "яма")
	require.Len(t, hours, 53)
	require.Equal(t, "2026-10-30T23:00Z 1", hours[0])
	require.Equal(t, "2026-10-31T00:00Z 0", hours[1])
	require.Equal(t, "2026-11-02T03:00Z 2", hours[52])

	// A zone without a name, and one that is off by minutes.
	for _, loc := range []*time.Location{time.FixedZone("", 5*3600+45*60), time.FixedZone("UTC+1", -(3*3600 + 30*60))} {
		want := map[string]int64{}
		for _, h := range d.all(access.Everything(), search.Request{Expr: d.expr("яма")}) {
			want[h.Published.In(loc).Format("2006-01-02 15")]++
		}
		b := d.breakdown(search.BreakdownRequest{Expr: d.expr("яма"), Interval: search.Hour, Location: loc})
		got := map[string]int64{}
		for i, v := range b.Values {
			require.Zero(t, v.From.In(loc).Minute())
			if v.Posts > 0 {
				got[v.From.In(loc).Format("2006-01-02 15")] += v.Posts
			}
			if i > 0 {
				require.Equal(t, time.Hour, v.From.Sub(b.Values[i-1].From))
			}
		}
		require.Equal(t, want, got)
	}
}

// testClocks looks at days of 23 and 25 hours, and at midnights that are not.
func testClocks(t *testing.T, d *desk) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	d.at("2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z", "2026-03-29T21:59:59Z", "2026-03-29T22:00:00Z", // 02:00 becomes 03:00
		"2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-10-25T22:59:59Z", "2026-10-25T23:00:00Z") // 03:00 becomes 02:00
	days := d.hist(search.Day, berlin, "since:2026-03-01 until:2026-04-30")
	require.Equal(t, []string{"2026-03-29T00:00+01 3", "2026-03-30T00:00+02 1"}, days)
	days = d.hist(search.Day, berlin, "since:2026-10-01")
	require.Equal(t, []string{"2026-10-25T00:00+02 3", "2026-10-26T00:00+01 1"}, days)
	hours := d.hist(search.Hour, berlin, "since:2026-03-01 until:2026-04-30")
	require.Equal(t, []string{"2026-03-29T01:00+01 1", "2026-03-29T03:00+02 1"}, hours[:2])
	require.Len(t, hours, 23)
	hours = d.hist(search.Hour, berlin, "since:2026-10-01")
	require.Equal(t, []string{"2026-10-25T02:00+02 1", "2026-10-25T02:00+01 1", "2026-10-25T03:00+01 0"}, hours[:3])
	require.Len(t, hours, 24)
	require.Equal(t, []string{"2026-03-01T00:00+01 4", "2026-04-01T00:00+02 0", "2026-05-01T00:00+02 0", "2026-06-01T00:00+02 0",
		"2026-07-01T00:00+02 0", "2026-08-01T00:00+02 0", "2026-09-01T00:00+02 0", "2026-10-01T00:00+02 4"}, d.hist(search.Month, berlin, ""))

	beirut, err := time.LoadLocation("Asia/Beirut") // clocks go on at midnight: 29 March begins at 01:00
	require.NoError(t, err)
	require.Equal(t, []string{"2026-03-29T01:00+03 2", "2026-03-30T00:00+03 2"}, d.hist(search.Day, beirut, "since:2026-03-01 until:2026-04-30"))
}

// testSteps asks for more steps than there may be.
func testSteps(t *testing.T, d *desk) {
	d.put(d.doc("old", noon.AddDate(-3, 0, 0), "яма"), d.doc("a", noon, "яма"),
		d.doc("first", noon.Add(-(search.MaxSteps-1)*time.Hour), "яма"), d.doc("before", noon.Add(-search.MaxSteps*time.Hour), "яма"))
	b := d.breakdown(search.BreakdownRequest{Interval: search.Hour})
	require.Len(t, b.Values, search.MaxSteps)
	require.Equal(t, int64(1), b.Values[0].Posts)
	require.Equal(t, int64(1), b.Values[search.MaxSteps-1].Posts)
	require.Equal(t, noon, b.Values[search.MaxSteps-1].From.UTC())
	require.True(t, b.Values[0].From.Equal(b.Reached), "%s is where it was cut", b.Reached)
	b = d.breakdown(search.BreakdownRequest{Interval: search.Day})
	require.Zero(t, b.Reached)
	require.Len(t, b.Values, 3*365+1+1) // 2024 has a day more
}

func testBreakdownLimits(t *testing.T, d *desk) {
	for _, r := range []search.BreakdownRequest{
		{}, {Field: "author"}, {Interval: "week"}, {Field: query.Net, Interval: search.Day},
		{Field: query.Net, Limit: -1}, {Field: query.Net, Limit: 1001},
	} {
		r.Expr = query.True{}
		for _, scope := range []access.Scope{access.Everything(), {}} {
			_, err := d.ix.Breakdown(d.ctx, scope, r)
			require.Equal(t, fault.Invalid, fault.KindOf(err), "%+v: %v", r, err)
		}
	}
}
