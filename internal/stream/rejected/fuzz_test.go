package rejected

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/fault"
)

// An id is read only from what writes it.
func FuzzParseID(f *testing.F) {
	for _, s := range []string{"posts-3-17", "matches-0-0", "posts-16-1", "posts--1-5", "posts-3-9223372036854775808", "posts-03-1", "indexed-1-1", "--", "posts-3-1\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		id, err := ParseID(s)
		if err != nil {
			require.Zero(t, id)
			require.Equal(t, fault.NotFound, fault.KindOf(err))
			return
		}
		require.Equal(t, s, id.String())
	})
}

// A cursor is taken or refused as the reader's mistake.
func FuzzCursor(f *testing.F) {
	for _, s := range []string{"", "posts=3:17", "posts=0:1,2:5;matches=4:4", "posts=;posts=", "smell=0:1", ";", "posts", "posts=99:1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		ends, err := parseCursor(s)
		if err != nil {
			require.Equal(t, fault.Invalid, fault.KindOf(err))
			return
		}
		for topic := range ends {
			require.True(t, known(topic), topic)
		}
	})
}
