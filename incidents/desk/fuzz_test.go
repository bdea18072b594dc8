package desk

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/places"
)

func FuzzDecode(f *testing.F) {
	const good = `{"v":1,"kind":"revision","id":"telegram:7/1","rev":1,"hash":"h","observed":"2026-11-24T00:00:00Z","published":"2026-11-24T00:00:00Z",
		"bucket":"standard-2026-11","origin":"live","regions":["RU-PRI"],"visibility":"public","analysis":1,"region":"RU-PRI","searches":[{"id":1,"version":1}],"post":{"type":"post","text":"x"}}`
	f.Add(good)
	f.Add(strings.Replace(good, "revision", "deletion", 1))
	f.Add(strings.Replace(good, `"post":{`, `"past":{`, 1))
	f.Add(strings.Replace(good, `"region":"RU-PRI"`, `"region":"RU-XX"`, 1))
	f.Add(`{"id":`)
	f.Add("null")
	registry, err := places.Load()
	require.NoError(f, err)
	d := &Desk{Regions: registry}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := d.decode([]byte(s))
		if err != nil {
			require.Equal(t, fault.Invalid, fault.KindOf(err))
			require.NotEmpty(t, err.Error())
			return
		}
		require.True(t, registry.Known(m.Region) && slices.Contains(m.Regions, m.Region))
		require.True(t, m.Post != nil || m.Kind == post.Deletion || m.Visibility == post.Sealed)
	})
}

func FuzzNormal(f *testing.F) {
	for _, s := range []string{"", "Всё ещё НЕТ  воды!", "за\u0301мок", "\u0130stanbul \u212b", "\xff\x00 1²", "🔥a🔥"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n := normal(s)
		require.Equal(t, n, normal(n), "what is folded stays so")
		require.Equal(t, n, normal("  "+strings.ReplaceAll(s, " ", "\n")+"!"))
		require.Equal(t, strings.Join(strings.Fields(n), " "), n)
	})
}
