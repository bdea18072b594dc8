package archive

import (
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
