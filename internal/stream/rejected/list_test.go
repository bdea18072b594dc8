package rejected_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/stream"
	"github.com/otklik/otklik/internal/stream/rejected"
)

func TestNewestFirstWhateverTheTopicAndPartition(t *testing.T) {
	onBoth(t, func(e *env) {
		require.Empty(e.t, e.list(rejected.Filter{}, 10), "nothing was rejected")
		for i := range 9 { // each append later than the one before
			e.poison([]string{stream.Posts, stream.Matches}[i%2], fmt.Sprint("reason ", i), 20)
		}
		for _, size := range []int{7, 1000} {
			all := e.list(rejected.Filter{}, size)
			require.Len(e.t, all, 180)
			seen := map[rejected.ID]bool{}
			for i, r := range all {
				require.False(e.t, seen[r.ID], "%s twice", r.ID)
				seen[r.ID] = true
				// Of one append the order of moments is not promised.
				require.Equal(e.t, fmt.Sprint("reason ", 8-i/20), r.Reason)
			}
		}
		require.Len(e.t, e.list(rejected.Filter{Topic: stream.Posts}, 33), 100)
		require.Len(e.t, e.list(rejected.Filter{Topic: stream.Matches, Reason: "REASON 3"}, 33), 20, "in any case of letters")
		require.Empty(e.t, e.list(rejected.Filter{Topic: stream.Posts, Reason: "reason 3"}, 33))
		require.Equal(e.t, map[string]rejected.Count{
			stream.Posts: {Topic: stream.Posts, Total: 100, Waiting: 100}, stream.Matches: {Topic: stream.Matches, Total: 80, Waiting: 80},
		}, e.counts())

		r := e.list(rejected.Filter{Topic: stream.Posts, Reason: "reason 8"}, 100)[0]
		require.Equal(e.t, rejected.Waiting, r.State())
		require.Equal(e.t, 1, r.Attempts)
		require.Nil(e.t, r.ReplayOf)
		require.Equal(e.t, "reason 8", r.Reason)
		require.Contains(e.t, r.Origin, "posts/1/")
		require.Contains(e.t, r.Key, "telegram:1/")
		require.Positive(e.t, r.Size)
	})
}

// What is appended while somebody turns the pages is not among them, and nothing
// is missed or shown twice because of it.
func TestPagesStayWhatTheyWere(t *testing.T) {
	onBoth(t, func(e *env) {
		e.poison(stream.Posts, "old", 60)
		page, err := e.List(e.t.Context(), rejected.Filter{}, "", 25)
		require.NoError(e.t, err)
		e.poison(stream.Posts, "new", 60)
		e.poison(stream.Matches, "new", 10)
		all := page.Records
		for page.Next != "" {
			page, err = e.List(e.t.Context(), rejected.Filter{}, page.Next, 25)
			require.NoError(e.t, err)
			all = append(all, page.Records...)
		}
		require.Len(e.t, all, 60)
		require.False(e.t, slices.ContainsFunc(all, func(r rejected.Record) bool { return r.Reason != "old" }))
	})
}

// However many there are, one page looks at a bounded number of them, a few at
// a time, and the pages come to what is far away all the same.
func TestManyAreNeverReadAtOnce(t *testing.T) {
	onBoth(t, func(e *env) {
		e.poison(stream.Posts, "the one that is looked for", 1)
		const many = 30_000
		for range many / 1000 {
			e.poison(stream.Posts, "others", 1000)
		}
		page, err := e.List(e.t.Context(), rejected.Filter{}, "", 50)
		require.NoError(e.t, err)
		require.Len(e.t, page.Records, 50)
		require.Less(e.t, e.looks.n, 2000, "what is not shown is not read")

		f := rejected.Filter{Reason: "looked for"}
		e.looks.n = 0
		page, err = e.List(e.t.Context(), f, "", 50)
		require.NoError(e.t, err)
		require.Empty(e.t, page.Records)
		require.NotEmpty(e.t, page.Next, "it is not the end")
		require.Less(e.t, e.looks.n, many-5000, "a page has a bound")
		require.Len(e.t, e.list(f, 50), 1)
		require.LessOrEqual(e.t, e.looks.most, 256)
	})
}

func TestListsAreAskedForWell(t *testing.T) {
	onBoth(t, func(e *env) {
		e.poison(stream.Posts, "x", 3)
		for _, after := range []string{"x", "posts", "posts=99:1", "indexed=0:1", "posts=0:1;posts=0:1", ";"} {
			_, err := e.List(e.t.Context(), rejected.Filter{}, after, 10)
			require.Equal(e.t, fault.Invalid, fault.KindOf(err), after)
		}
		_, err := e.List(e.t.Context(), rejected.Filter{Topic: "indexed"}, "", 10)
		require.Equal(e.t, fault.Invalid, fault.KindOf(err))
		page, err := e.List(e.t.Context(), rejected.Filter{}, "", -5)
		require.NoError(e.t, err)
		require.Len(e.t, page.Records, 1, "a limit that makes no sense is one")
	})
}

func TestIDs(t *testing.T) {
	id := rejected.ID{Topic: "posts", Partition: 3, Offset: 17}
	require.Equal(t, "posts-3-17", id.String())
	back, err := rejected.ParseID("posts-3-17")
	require.NoError(t, err)
	require.Equal(t, id, back)
	for _, bad := range []string{"", "posts", "posts-3", "posts-3-17-1", "indexed-3-17", "posts-16-0", "posts-3--1", "posts-+3-17", "posts-03-17", "posts-3-99999999999999999999", "../posts-3-17"} {
		_, err := rejected.ParseID(bad)
		require.Equal(t, fault.NotFound, fault.KindOf(err), bad)
	}
}
