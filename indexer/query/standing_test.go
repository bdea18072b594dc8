package query_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/match"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/query/querytest"
	"github.com/otklik/otklik/indexer/text"
)

func TestCheckStanding(t *testing.T) {
	type at = query.Span
	for _, c := range []struct {
		query string
		bad   []at // what lacks an anchor, where
	}{
		{"яма", nil},
		{"!яма", nil},
		{`"нет воды"`, nil},
		{"[нет воды]", nil},
		{"source:vk:1", nil},
		{"region:RU-PRI", nil},
		{"яма -реклама", nil},
		{"яма | source:vk:1", nil},
		{"net:vk region:RU-PRI", nil},
		{"since:2026-11-01 яма", nil},
		{"(яма | вода) (net:vk | since:2026-11-01)", nil},
		{"-(-яма)", nil},
		{"-(-яма | реклама)", nil},
		{"-(-яма -вода)", nil}, // яма or вода
		{"", []at{{}}},
		{"net:vk", []at{{0, 6}}},
		{"since:2026-11-01", []at{{0, 16}}},
		{"-яма", []at{{1, 3}}},
		{"-(яма вода)", []at{{2, 3}, {6, 4}}},
		{"net:vk since:2026-11-01", []at{{0, 23}}},
		{"яма | net:vk", []at{{6, 6}}},
		{"яма | -вода | net:vk", []at{{7, 4}, {14, 6}}},
		{"яма | (net:vk -вода)", []at{{7, 12}}},
		{"-(-яма вода)", []at{{7, 4}}}, // яма or not вода
		{"-source:vk:1", []at{{1, 11}}},
		{"-(net:vk -since:2026-11-01)", []at{{2, 6}, {10, 16}}},
	} {
		n, es := query.Parse(c.query)
		require.Empty(t, es, c.query)
		var got []at
		for _, e := range query.CheckStanding(n) {
			require.Equal(t, query.NotStanding, e.Code)
			got = append(got, e.Span)
		}
		require.Equal(t, c.bad, got, c.query)
	}
}

// What may stand matches no post that has no word, and neither source nor
// region that anybody asks for, whatever its time and network.
func TestWhatMayStandMatchesNotJustAnything(t *testing.T) {
	may, mayNot := 0, 0
	for _, c := range querytest.Random(t, 5, 0, 4_000).Cases {
		if c.Query == "" {
			continue
		}
		n, es := query.Parse(c.Query)
		require.Empty(t, es)
		e, err := query.Bind(n, text.New(), query.Reader{})
		require.NoError(t, err)
		if len(query.CheckStanding(n)) > 0 {
			mayNot++
			continue
		}
		may++
		for _, id := range []post.ID{"telegram:none/1", "vk:none/1", "rss:none/1", "ok:none/1"} {
			for _, day := range []int{1, 30} {
				d := match.NewDoc(post.Envelope{ID: id, Published: time.Date(2026, time.Month(day%11+1), day, 12, 0, 0, 0, time.UTC)}, text.Analysis{})
				require.False(t, match.Matches(e, d), c.Query)
			}
		}
	}
	require.Greater(t, may, 500)
	require.Greater(t, mayNot, 500)
}
