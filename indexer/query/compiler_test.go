package query_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/text"
)

func compiler() query.Compiler {
	return query.Compiler{Analyzer: text.New(), KnownRegion: func(code string) bool { return code == "RU-PRI" }}
}

func TestCompile(t *testing.T) {
	zone := time.FixedZone("", 10*3600)
	e, es := compiler().Compile("region:RU-PRI since:2026-11-01 отопления", query.Reader{Location: zone})
	require.Empty(t, es)
	require.Equal(t, "all(region=RU-PRI, 2026-11-01T00:00:00+10:00…, "+strings.Join(text.New().Keys("отопление"), "/")+")", query.Describe(e))
	e, es = compiler().Compile("", query.Reader{})
	require.Empty(t, es)
	require.Equal(t, query.True{}, e)
}

// Every problem is reported at once, in its place and in both languages.
func TestEveryProblemOfACompiledQuery(t *testing.T) {
	_, es := compiler().Compile("region:RU-PRI,RU-XXX | region:RU-YYY", query.Reader{})
	require.Len(t, es, 2)
	require.Equal(t, query.Span{Offset: 14, Length: 6}, es[0].Span)
	require.Equal(t, query.Span{Offset: 30, Length: 6}, es[1].Span)
	ru, en := es.Fields("body.query", "ru"), es.Fields("body.query", "en")
	require.Equal(t, "region:RU-XXX — такого значения нет", ru[0].Message)
	require.Equal(t, "region:RU-XXX does not exist", en[0].Message)
	require.Equal(t, "body.query", ru[1].Path)
	require.Equal(t, 30, ru[1].Offset)
	require.Equal(t, 6, ru[1].Length)
	require.Nil(t, query.Errors(nil).Fields("query", "ru"))
}

// Days that end before they begin would find nothing and say nothing; other
// days may overlap as they like.
func TestBackwardDays(t *testing.T) {
	_, es := compiler().Compile("вода since:2026-11-25 until:2026-11-24", query.Reader{})
	require.Len(t, es, 1)
	require.Equal(t, query.Backwards, es[0].Code)
	require.Equal(t, query.Span{Offset: 22, Length: 16}, es[0].Span)
	require.Equal(t, "«until:2026-11-24» раньше, чем «since:2026-11-25»: таких дней нет; поменяйте даты местами", es[0].Message("ru"))
	require.Equal(t, "until:2026-11-24 is before since:2026-11-25: there are no such days; swap the dates", es[0].Message("en"))
	for text, n := range map[string]int{
		"since:2026-11-24 until:2026-11-24":                                           0,
		"since:2026-11-24 | until:2026-11-23":                                         0,
		"since:2026-11-24 -until:2026-11-23":                                          0,
		"-(since:2026-11-24 until:2026-11-23)":                                        1,
		"яма (since:2026-12-01 until:2026-11-30 | since:2027-01-01 until:2026-12-31)": 2,
		"since:2026-11-01 since:2026-11-25 until:2026-11-10":                          1,
		"until:2025-12-31 since:2026-01-01":                                           1,
		"since:2026-01-31 until:2026-02-01":                                           0,
	} {
		_, es := compiler().Compile(text, query.Reader{})
		require.Len(t, es, n, text)
	}
}

// No message of any language repeats a colon or lacks a word.
func TestMessagesAreWhole(t *testing.T) {
	for _, text := range []string{"net:телега", "source:1", "region:Приморье", "region:", "since:вчера", "title:яма", "has:photo", "min:2(а б)", "регион:RU-PRI",
		"#тег", "@имя", "@@часть", "мусор*", "а /2 б", "https://a.example", "!", "-", "\"а", "а)", "()", "[]", "[а | б]", "ИЛИ", "region:RU-XXX"} {
		_, es := compiler().Compile(text, query.Reader{})
		require.NotEmpty(t, es, text)
		for _, e := range es {
			for _, lang := range []string{"ru", "en"} {
				require.NotContains(t, e.Message(lang), "::", text)
				require.NotRegexp(t, `%!|  |: :|«»`, e.Message(lang), text)
			}
		}
	}
}

// A region that doesn't exist and a word that is none are told together.
func TestProblemsOfParsingAndBindingTogether(t *testing.T) {
	_, es := compiler().Compile("яма vl.ru region:RU-XXX", query.Reader{})
	require.Len(t, es, 2)
	require.Equal(t, []query.Code{query.NoWord, query.Unknown}, []query.Code{es[0].Code, es[1].Code})
}

func TestCheckStandingOfAText(t *testing.T) {
	for text, code := range map[string]query.Code{
		"яма":             "",
		"region:RU-PRI":   "",
		"":                query.NotStanding,
		"-яма":            query.NotStanding,
		"region:RU-XXX":   query.Unknown,
		"(яма":            query.Unclosed,
		"net:telegram":    query.NotStanding,
		"яма | -реклама":  query.NotStanding,
		"яма region:RU-Y": query.Unknown,
	} {
		es := compiler().CheckStanding(text)
		if code == "" {
			require.Empty(t, es, text)
			continue
		}
		require.NotEmpty(t, es, text)
		require.Equal(t, code, es[0].Code, text)
	}
}
