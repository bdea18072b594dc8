package match_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/match"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/text"
)

var analyzer = text.New()

// expr binds a query for a reader in UTC.
func expr(t testing.TB, q string) query.Expr {
	t.Helper()
	n, es := query.Parse(q)
	require.Empty(t, es, q)
	e, err := query.Bind(n, analyzer, query.Reader{})
	require.NoError(t, err, q)
	return e
}

func doc(title, body string) *match.Doc {
	return match.NewDoc(post.Envelope{
		ID: "telegram:1/2", Regions: []string{"RU-PRI", "RU-KHA"}, Published: time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC),
	}, analyzer.Analyze(title, body))
}

func TestMatches(t *testing.T) {
	d := doc("Авария на теплотрассе", "Нет отопления третий день, во дворе яма. Яма большая.")
	for q, want := range map[string]bool{
		"":                          true,
		"ямы":                       true,
		"!ямы":                      false,
		"!яма":                      true,
		"отопление | вода":          true,
		"отопление вода":            false,
		"отопление -вода":           true,
		"-(отопление вода)":         true,
		"-(отопление | вода)":       false,
		`"нет отопления"`:           true,
		`"нет отопление"`:           false,
		"[нет отопление]":           true,
		"[отопление нет]":           false,
		`"теплотрассе нет"`:         false, // the gap between title and body
		`"третий день во дворе"`:    true,
		"net:telegram":              true,
		"net:vk":                    false,
		"source:telegram:1":         true,
		"source:telegram:12":        false,
		"region:RU-KHA":             true,
		"region:RU-SAM":             false,
		"since:2026-11-24":          true,
		"since:2026-11-25":          false,
		"until:2026-11-24":          true,
		"until:2026-11-23":          false,
		"-since:2026-11-25 отопить": false,
	} {
		require.Equal(t, want, match.Matches(expr(t, q), d), q)
	}
}
