package standing_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/standing"
	"github.com/otklik/otklik/indexer/text"
)

func TestASearchIsCompiledInItsZone(t *testing.T) {
	c := query.Compiler{Analyzer: text.New(), KnownRegion: func(code string) bool { return code == "RU-PRI" }}
	e, bad := standing.Search{Query: "отопления until:2026-11-30", Zone: "Asia/Vladivostok"}.Compile(c)
	require.Empty(t, bad)
	require.Equal(t, "all("+strings.Join(text.New().Keys("отопление"), "/")+", …2026-12-01T00:00:00+10:00)", query.Describe(e))
	for want, s := range map[string]standing.Search{
		"zone":  {Query: "отопление", Zone: "Mars/Olympus"},
		"query": {Query: "(отопление", Zone: "UTC"},
	} {
		_, bad := s.Compile(c)
		require.Len(t, bad, 1)
		require.Equal(t, want, bad[0].Path)
	}
}
