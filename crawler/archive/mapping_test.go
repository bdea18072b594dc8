package archive

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseMapping(t *testing.T) {
	m, err := ParseMapping("id=a, source=b,text=c,published=d=e")
	require.NoError(t, err)
	require.Equal(t, Mapping{"id": "a", "source": "b", "text": "c", "published": "d=e"}, m)
	for s, want := range map[string]string{
		"":                            "target=field",
		"id":                          "target=field",
		"id=":                         "target=field",
		"=a":                          "target=field",
		"id=a,id=b":                   "twice",
		"id=a,text=b":                 "published is missing",
		"id=a,text=b,published=c,x=y": `"x" is unknown`,
	} {
		_, err := ParseMapping(s)
		require.ErrorContains(t, err, want, s)
	}
}

// What is understood has everything that is needed, and says the same when it is
// written again.
func FuzzMapping(f *testing.F) {
	for _, s := range []string{"id=message_id,source=sender_id,text=text,published=date", "id=a,source==gazeta.example,text=b,published==2026-11-24", "id=a,id=b", "=,=", "id", "id=\xff,text=a,published=b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := ParseMapping(s)
		if err != nil {
			require.Contains(t, err.Error(), "--map")
			return
		}
		require.Empty(t, Options{Map: m}.Check())
		var parts []string
		for k, v := range m {
			parts = append(parts, k+"="+v)
		}
		again, err := ParseMapping(strings.Join(parts, ","))
		require.NoError(t, err)
		require.Equal(t, m, again)
	})
}
