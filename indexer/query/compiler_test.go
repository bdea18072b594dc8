package query_test

import (
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
	require.Equal(t, "all(region=RU-PRI, 2026-11-01T00:00:00+10:00…, s:отоплен)", query.Describe(e))
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
