package query_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/text"
)

// spelled keys words by themselves, so that bindings can be read.
type spelled struct{ *text.Analyzer }

func (spelled) Keys(word string) []string { return []string{"s:" + word} }

func bound(t *testing.T, z query.Analyzer, q string) query.Expr {
	t.Helper()
	n, es := query.Parse(q)
	require.Empty(t, es, q)
	e, err := query.Bind(n, z, query.Reader{})
	require.NoError(t, err, q)
	return e
}

func TestBind(t *testing.T) {
	z := spelled{text.New()}
	for q, want := range map[string]string{
		"":                      "true",
		"Ямы":                   "s:ямы",
		"!Ямы":                  "!ямы",
		"!ещё":                  "!еще",
		"яма дорога":            "all(s:яма, s:дорога)",
		"яма | дорога":          "any(s:яма, s:дорога)",
		"-яма":                  "none(s:яма)",
		"--яма":                 "s:яма",
		"-(яма | -дорога)":      "none(any(s:яма, none(s:дорога)))",
		"кто-то":                "any([s:кто s:то], s:ктото)",
		"!кто-то":               "[!кто !то]",
		`"кто-то ещё"`:          "[!кто !то !еще]",
		"[нет воды]":            "[s:нет s:воды]",
		`"нет, воды!"`:          "[!нет !воды]",
		"18:30":                 "[s:18 s:30]",
		"C#":                    "s:c",
		"ул.Ленина":             "[s:ул s:ленина]",
		"net:VK,telegram":       "net=vk,telegram",
		"-source:vk:-1":         "none(source=vk:-1)",
		"region:ru-pri":         "region=RU-PRI",
		"а (б | в) -(г д)":      "all(s:а, any(s:б, s:в), none(all(s:г, s:д)))",
		"[смотри https://a.ru]": "s:смотри", // a link is no word, neither in posts
		"since:2026-11-01":      "2026-11-01T00:00:00Z…",
		"until:2026-11-30":      "…2026-12-01T00:00:00Z",
		"until:2026-12-31":      "…2027-01-01T00:00:00Z",
		// Days meet in one span; what can't be is false, and its negation true.
		"since:2026-11-01 яма until:2026-11-30 since:2026-11-02": "all(2026-11-02T00:00:00Z…2026-12-01T00:00:00Z, s:яма)",
		"яма since:2026-11-02 until:2026-11-01":                  "false",
		"яма | since:2026-11-02 until:2026-11-01":                "s:яма",
		"-(since:2026-11-02 until:2026-11-01)":                   "true",
		"яма -(since:2026-11-02 until:2026-11-01)":               "s:яма",
	} {
		require.Equal(t, want, query.Describe(bound(t, z, q)), q)
	}
}

// A day is the reader's: it begins at the first moment that has its date there,
// also where midnight doesn't exist, and until: takes in its last moment.
func TestBindDays(t *testing.T) {
	for _, c := range []struct{ zone, day, from, to string }{
		{"UTC", "2026-11-24", "2026-11-24T00:00:00Z", "2026-11-25T00:00:00Z"},
		{"Asia/Vladivostok", "2026-11-24", "2026-11-23T14:00:00Z", "2026-11-24T14:00:00Z"},
		{"Europe/Kaliningrad", "2026-11-24", "2026-11-23T22:00:00Z", "2026-11-24T22:00:00Z"},
		{"Asia/Kamchatka", "2024-02-29", "2024-02-28T12:00:00Z", "2024-02-29T12:00:00Z"},
		{"America/New_York", "2026-03-08", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z"},  // 23 hours
		{"America/New_York", "2026-11-01", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"},  // 25 hours
		{"America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"}, // begins at 01:00
		{"America/Sao_Paulo", "2018-02-18", "2018-02-18T03:00:00Z", "2018-02-19T03:00:00Z"}, // 23:00 came twice before it
		{"Europe/Moscow", "2014-10-26", "2014-10-25T20:00:00Z", "2014-10-26T21:00:00Z"},     // the zone itself changed
	} {
		loc, err := time.LoadLocation(c.zone)
		require.NoError(t, err)
		n, es := query.Parse("since:" + c.day + " until:" + c.day)
		require.Empty(t, es)
		e, err := query.Bind(n, text.New(), query.Reader{Location: loc})
		require.NoError(t, err)
		b := e.(query.Between)
		require.Equal(t, c.from, b.From.UTC().Format(time.RFC3339), c)
		require.Equal(t, c.to, b.To.UTC().Format(time.RFC3339), c)
		y, m, d := b.From.In(loc).Date()
		require.Equal(t, c.day, query.Date{Year: y, Month: m, Day: d}.String())
		require.NotEqual(t, d, b.From.In(loc).Add(-time.Second).Day())
		require.Equal(t, d, b.To.In(loc).Add(-time.Second).Day())
	}
}

// Words of which the analysis makes nothing are named, all of them.
func TestBindNamesWhatIsNoWord(t *testing.T) {
	n, es := query.Parse("яма vl.ru -[t.me/a a@b.ru]")
	require.Empty(t, es)
	e, err := query.Bind(n, text.New(), query.Reader{})
	require.Nil(t, e)
	var bad query.Errors
	require.ErrorAs(t, err, &bad)
	require.Len(t, bad, 2)
	require.Equal(t, query.Error{Span: query.Span{Offset: 4, Length: 5}, Code: query.NoWord, Found: "vl.ru"}, bad[0])
	require.Equal(t, query.Span{Offset: 11, Length: 15}, bad[1].Span)
	require.ErrorContains(t, err, "vl.ru: there is no word")
	require.ErrorContains(t, err, "; [t.me/a a@b.ru]")
	require.NoError(t, query.Errors{}.Err())
	require.Error(t, bad.Err())
}

// several gives each word two keys, as the lemmas of a dictionary will be.
type several struct{ *text.Analyzer }

func (several) Keys(word string) []string { return []string{"l:" + word, "s:" + word} }

func TestBindTakesSetsOfKeys(t *testing.T) {
	n, _ := query.Parse("вода [кто !то] !снег")
	require.Nil(t, n, "no exact words inside a phrase of forms")
	n, es := query.Parse("вода [кто то] !снег")
	require.Empty(t, es)
	e, err := query.Bind(n, several{text.New()}, query.Reader{})
	require.NoError(t, err)
	require.Equal(t, "all(l:вода/s:вода, [l:кто/s:кто l:то/s:то], !снег)", query.Describe(e))
}

// What the glossary calls by several names is found by each, however it is asked
// for; exact words stay as they are.
func TestBindNames(t *testing.T) {
	z := text.New()
	g, bad := text.ParseGlossary(1, "ук = управляющая компания = дуук")
	require.Empty(t, bad)
	z.Use(g)
	a := spelled{z}
	for q, want := range map[string]string{
		"ук": "any([s:управляющая s:компания], s:дуук/s:ук)",
		"[управляющая компания]":         "any([s:управляющая s:компания], s:дуук/s:ук)",
		"управляющая компания":           "any(all(s:управляющая, s:компания), s:дуук/s:ук)",
		"яма управляющей компанией дома": "all(s:яма, any(all(s:управляющей, s:компанией), s:дуук/s:ук), s:дома)",
		"компания управляющая":           "all(s:компания, s:управляющая)",
		"управляющая !компания":          "all(s:управляющая, !компания)",
		"!ук":       "!ук",
		"[ук дома]": "[s:дуук/s:ук s:дома]",
	} {
		require.Equal(t, want, query.Describe(bound(t, a, q)), q)
	}
}
