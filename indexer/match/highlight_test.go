package match_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/match"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/text"
)

// marked writes a text with its spans in brackets.
func marked(s string, spans []match.Span) string {
	var b strings.Builder
	at := 0
	for _, p := range spans {
		b.WriteString(s[at:p.Start] + "[" + s[p.Start:p.End] + "]")
		at = p.End
	}
	return b.String() + s[at:]
}

func TestHighlight(t *testing.T) {
	const title, body = "Авария", "Нет воды, нет отопления. Кое-где воды́ нет: Яма у ямы!"
	for q, want := range map[string]string{
		"":                          "Авария|" + body,
		"яма":                       "Авария|Нет воды, нет отопления. Кое-где воды́ нет: [Яма] у [ямы]!",
		"!ямы":                      "Авария|Нет воды, нет отопления. Кое-где воды́ нет: Яма у [ямы]!",
		"авария вода":               "[Авария]|Нет [воды], нет отопления. Кое-где [воды́] нет: Яма у ямы!",
		"[нет воды]":                "Авария|[Нет воды], нет отопления. Кое-где воды́ нет: Яма у ямы!",
		`"нет воды нет"`:            "Авария|[Нет воды, нет] отопления. Кое-где воды́ нет: Яма у ямы!",
		`"нет воды" "воды нет"`:     "Авария|[Нет воды, нет] отопления. Кое-где [воды́ нет]: Яма у ямы!",
		`вода [нет воды]`:           "Авария|[Нет воды], нет отопления. Кое-где [воды́] нет: Яма у ямы!",
		"кое-где":                   "Авария|Нет воды, нет отопления. [Кое-где] воды́ нет: Яма у ямы!",
		"[отопления нет]":           "Авария|" + body,
		"снег":                      "Авария|" + body,
		"яма снег":                  "Авария|" + body, // does not hold: nothing makes it hold
		"яма | снег":                "Авария|Нет воды, нет отопления. Кое-где воды́ нет: [Яма] у [ямы]!",
		"отопление | (яма снег)":    "Авария|Нет воды, нет [отопления]. Кое-где воды́ нет: Яма у ямы!",
		"отопление -снег":           "Авария|Нет воды, нет [отопления]. Кое-где воды́ нет: Яма у ямы!",
		"отопление -яма":            "Авария|" + body,
		"отопление | -яма":          "Авария|Нет воды, нет [отопления]. Кое-где воды́ нет: Яма у ямы!",
		"отопление -(снег яма)":     "Авария|Нет воды, нет [отопления]. Кое-где воды́ нет: Яма у ямы!",
		"-(-отопление | снег)":      "Авария|Нет воды, нет [отопления]. Кое-где воды́ нет: Яма у ямы!",
		"region:RU-SAM отопление":   "Авария|Нет воды, нет [отопления]. Кое-где воды́ нет: Яма у ямы!",
		"-since:2026-01-01 авария":  "[Авария]|" + body,
		`-"нет воды" отопление`:     "Авария|" + body,
		`-"воды нет вам" отопление`: "Авария|Нет воды, нет [отопления]. Кое-где воды́ нет: Яма у ямы!",
	} {
		inTitle, inBody := match.Highlight(expr(t, q), analyzer.Analyze(title, body))
		require.Equal(t, want, marked(title, inTitle)+"|"+marked(body, inBody), q)
	}
}

// Long posts: what is past a limit is not marked, and the number of spans is
// that of words at most.
func TestHighlightIsBounded(t *testing.T) {
	a := analyzer.Analyze("", strings.Repeat("яма ", 20_000))
	_, body := match.Highlight(expr(t, strings.TrimSuffix(strings.Repeat("яма | ", 900), " | ")), a)
	require.Len(t, body, text.MaxOccurrences)
	_, body = match.Highlight(expr(t, "["+strings.Repeat("яма ", 100)+"]"), a)
	require.Equal(t, []match.Span{{Start: 0, End: text.MaxOccurrences*7 - 1}}, body, "overlapping ones are one")
	e := expr(t, "["+strings.Repeat("яма ", 300)+"]")
	require.False(t, match.Matches(e, match.NewDoc(post.Envelope{}, a)), "no phrase reaches over placeholders")
}

func FuzzMatch(f *testing.F) {
	f.Add("яма", "Яма", "на дороге яма")
	f.Add(`-"нет воды" | [вода нет] кое-где`, "", "нет воды, нет, воды нет. Кое-где\xff")
	f.Add("--а -(б | -в) net:vk since:2026-11-01", "а б", "в")
	f.Fuzz(func(t *testing.T, q, title, body string) {
		n, es := query.Parse(q)
		if es != nil {
			return
		}
		e, err := query.Bind(n, analyzer, query.Reader{})
		if err != nil {
			return
		}
		a := analyzer.Analyze(title, body)
		d := match.NewDoc(post.Envelope{ID: "vk:1/1", Regions: []string{"RU-PRI"}}, a)
		ok := match.Matches(e, d)
		require.NotEqual(t, ok, match.Matches(query.NoneOf(e), d), "either it holds or its negation")
		set := match.NewSet()
		set.Update(1, e)
		require.Equal(t, ok, len(set.Match(d)) == 1, query.Describe(e))
		inTitle, inBody := match.Highlight(e, a)
		for s, spans := range map[string][]match.Span{title: inTitle, body: inBody} {
			if title == body {
				break
			}
			last := -1
			for _, p := range spans {
				require.Greater(t, p.Start, last)
				require.Greater(t, p.End, p.Start)
				require.LessOrEqual(t, p.End, len(s))
				last = p.End
			}
		}
		if set.Remove(1); set.Len() != 0 || len(set.Match(d)) > 0 {
			t.Fatal("it is still there")
		}
	})
}
