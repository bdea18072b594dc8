package postgres

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/indexer/search"
	"github.com/otklik/otklik/internal/fault"
)

func FuzzCursor(f *testing.F) {
	now := time.Date(2026, 11, 24, 12, 0, 0, 1000, time.UTC)
	f.Add(cursor{Published: now, ID: "telegram:1/2"}.String(), true)
	f.Add(cursor{Published: now}.String(), true)
	f.Add(cursor{Published: now, ID: "telegram:1/2", Seen: 50, Score: 0.25, Now: now}.String(), false)
	f.Add("eyJwIjoiMjAyNi0xMS0yNFQxMjowMDowMFoifQ", true)
	f.Add("not a cursor", false)
	f.Fuzz(func(t *testing.T, s string, newest bool) {
		order := search.Relevance
		if newest {
			order = search.Newest
		}
		c, err := parseCursor(s, order)
		if err != nil {
			require.Equal(t, fault.Invalid, fault.KindOf(err))
			require.Zero(t, c)
			return
		}
		if s == "" {
			require.Zero(t, c)
			return
		}
		require.Equal(t, s, c.String(), "one cursor has one form")
		require.False(t, c.Published.IsZero())
	})
}

func TestCursorOfOtherOrder(t *testing.T) {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	newest := cursor{Published: now, ID: "telegram:1/2"}
	best := cursor{Published: now, ID: "telegram:1/2", Seen: 50, Score: 0.1, Now: now}
	for _, c := range []struct {
		cursor cursor
		order  search.Order
		good   bool
	}{
		{newest, search.Newest, true}, {best, search.Relevance, true}, {newest, search.Relevance, false}, {best, search.Newest, false},
		{cursor{Published: now, ID: "telegram:1/2", Seen: search.MaxRelevance, Now: now}, search.Relevance, false},
		{cursor{Published: now, ID: "bad", Seen: 1, Now: now}, search.Relevance, false},
		{cursor{ID: "telegram:1/2"}, search.Newest, false},
	} {
		got, err := parseCursor(c.cursor.String(), c.order)
		if c.good {
			require.NoError(t, err)
			require.Equal(t, c.cursor, got)
		} else {
			require.Equal(t, fault.Invalid, fault.KindOf(err), "%+v", c.cursor)
		}
	}
}
