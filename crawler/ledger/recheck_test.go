package ledger_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/ledger"
	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/crawler/source"
)

const day = 24 * time.Hour

func due(t *testing.T, l *ledger.Ledger, at time.Time, n int) []post.ID {
	t.Helper()
	ids, err := l.DueRechecks(t.Context(), "telegram:1", at, n)
	require.NoError(t, err)
	return ids
}

func numbered(n int, published time.Time) source.Item {
	return source.Item{ID: post.ID(fmt.Sprintf("telegram:1/%d", n)), Published: published, Post: post.Post{Text: "т"}}
}

// A post is looked at again at four ages, and then never.
func TestLooksOfAPost(t *testing.T) {
	l := open(t)
	r := reading(t, l)
	r.Recheck = true
	take(t, l, r, numbered(1, now))
	for _, age := range []time.Duration{day, 3 * day, 7 * day, 30 * day} {
		at := now.Add(age)
		require.Empty(t, due(t, l, at.Add(-time.Second), 10), "%s", age)
		require.Equal(t, []post.ID{"telegram:1/1"}, due(t, l, at, 10), "%s", age)
		require.NoError(t, l.Rechecked(t.Context(), []post.ID{"telegram:1/1"}, at))
	}
	require.Empty(t, due(t, l, now.Add(1000*day), 10))
}

// A look that nobody finished comes again in an hour, not at once: whoever
// asks for something broken does not ask for it all day.
func TestALookThatFailedComesAgain(t *testing.T) {
	l := open(t)
	r := reading(t, l)
	r.Recheck = true
	take(t, l, r, numbered(1, now))
	at := now.Add(day)
	require.Len(t, due(t, l, at, 10), 1)
	require.Empty(t, due(t, l, at.Add(59*time.Minute), 10))
	require.Len(t, due(t, l, at.Add(time.Hour), 10), 1)
}

// The newest come first, so many as were asked for, of this source only.
func TestNewestLooksFirst(t *testing.T) {
	l := open(t)
	r := reading(t, l)
	r.Recheck = true
	var items []source.Item
	for n := range 5 {
		items = append(items, numbered(n+1, now.Add(time.Duration(n-5)*time.Minute)))
	}
	other := numbered(9, now)
	other.ID = "telegram:11/9"
	take(t, l, r, append(items, other)...)
	at := now.Add(day)
	require.Equal(t, []post.ID{"telegram:1/5", "telegram:1/4"}, due(t, l, at, 2))
	require.Equal(t, []post.ID{"telegram:1/3", "telegram:1/2", "telegram:1/1"}, due(t, l, at, 10))
}

// What is old already is looked at at the next age that is left; what is gone,
// forgotten, or was not read from a source that can be asked, never.
func TestWhatIsNotLookedAt(t *testing.T) {
	l := open(t)
	far := now.Add(60 * day)
	plain := reading(t, l)
	take(t, l, plain, numbered(1, now))
	r := reading(t, l)
	r.Recheck = true
	take(t, l, r, numbered(1, now), numbered(2, now.Add(-5*day)), numbered(3, now.Add(-31*day)), numbered(4, now), numbered(5, now))
	require.Empty(t, due(t, l, now.Add(2*day-time.Second), 10)[2:], "4 and 5 at one day")
	require.Equal(t, []post.ID{"telegram:1/2"}, due(t, l, now.Add(2*day), 10), "at seven days")

	gone, err := l.AdmitDeleted(t.Context(), reading(t, l), []post.ID{"telegram:1/4"})
	require.NoError(t, err)
	require.NoError(t, l.Confirm(t.Context(), gone))
	_, err = l.Forget(t.Context(), "telegram:1/5", now)
	require.NoError(t, err)
	require.NoError(t, l.Rechecked(t.Context(), []post.ID{"telegram:1/1", "telegram:1/2", "telegram:1/3", "telegram:1/4", "telegram:1/5"}, now.Add(2*day)))
	require.Equal(t, []post.ID{"telegram:1/2"}, due(t, l, far, 10))
}
