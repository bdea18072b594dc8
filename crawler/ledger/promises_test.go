package ledger_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/ledger"
	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/crawler/source"
	"github.com/otklik/otklik/internal/fault"
)

// Many crawlers that see a post for the first time at once put it into one
// bucket, whatever each of them read of its time.
func TestOneBucketWhoeverIsFirst(t *testing.T) {
	l := open(t)
	const crawlers = 6
	records := make([]post.Record, crawlers)
	revs := make([]ledger.Reading, crawlers)
	for i := range crawlers {
		revs[i] = reading(t, l)
	}
	var wg sync.WaitGroup
	for i := range crawlers {
		wg.Go(func() {
			it := item("текст")
			it.Published = now.AddDate(0, -i, 0)
			a, err := l.Admit(context.Background(), revs[i], []source.Item{it})
			if err == nil && len(a.Records) == 1 {
				records[i] = a.Records[0]
			}
		})
	}
	wg.Wait()
	for _, r := range records {
		require.NotEmpty(t, r.Bucket)
		require.Equal(t, records[0].Bucket, r.Bucket)
		require.True(t, records[0].Published.Equal(r.Published))
	}
}

// Two readings on their way at once: the confirmation that comes late does not
// take the newer one back.
func TestConfirmOnlyForward(t *testing.T) {
	l, ctx := open(t), context.Background()
	older, newer := reading(t, l), reading(t, l)
	a, err := l.Admit(ctx, older, []source.Item{item("старый")})
	require.NoError(t, err)
	b, err := l.Admit(ctx, newer, []source.Item{item("новый")})
	require.NoError(t, err)
	require.NoError(t, l.Confirm(ctx, b))
	require.NoError(t, l.Confirm(ctx, a))
	require.Equal(t, 1, take(t, l, reading(t, l), item("новый")).Unchanged)
}

func TestSameIDTwiceInABatch(t *testing.T) {
	l := open(t)
	a := take(t, l, reading(t, l), item("раньше"), item("позже"))
	require.Len(t, a.Records, 1)
	require.Equal(t, "позже", a.Records[0].Post.Text)
}

// The secret is the installation's: after a restart authors are who they were.
func TestAuthorsOutliveARestart(t *testing.T) {
	l := open(t)
	again, err := ledger.Open(context.Background(), l.Pool, []post.Class{{Name: "standard", Months: 60}})
	require.NoError(t, err)
	by := func(l *ledger.Ledger, id post.ID) string {
		it := item("текст")
		it.ID, it.Post.Author = id, &post.Author{ID: "5", Person: true}
		return take(t, l, reading(t, l), it).Records[0].Post.Author.ID
	}
	first := by(l, "telegram:1/1")
	require.Equal(t, first, by(again, "telegram:1/2"))
	require.NotEqual(t, first, by(open(t), "telegram:1/1"), "another installation has another secret")
}

// An organisation keeps its name.
func TestOrganisations(t *testing.T) {
	l := open(t)
	it := item("текст")
	it.Post.Author = &post.Author{ID: "7", Name: "Газета"}
	require.Equal(t, &post.Author{ID: "7", Name: "Газета"}, take(t, l, reading(t, l), it).Records[0].Post.Author)
}

func importing(t *testing.T, l *ledger.Ledger) ledger.Reading {
	r := reading(t, l)
	r.Origin, r.KeepLive = post.Import, true
	return r
}

// A file replaces what came from files, until the post is read live, even
// where the live one says the same.
func TestImportedThenLive(t *testing.T) {
	l := open(t)
	require.Equal(t, 1, take(t, l, importing(t, l), item("А")).New)
	require.Equal(t, 1, take(t, l, importing(t, l), item("Б")).Revised)
	a := take(t, l, reading(t, l), item("Б"))
	require.Len(t, a.Records, 1)
	require.Equal(t, post.Live, a.Records[0].Origin)
	require.Equal(t, 1, take(t, l, importing(t, l), item("В")).Unchanged)
	require.Equal(t, 1, take(t, l, reading(t, l), item("Б")).Unchanged)
}

// A file doesn't bring back what is known to be deleted.
func TestImportOfTheDeleted(t *testing.T) {
	l, ctx := open(t), context.Background()
	take(t, l, reading(t, l), item("текст"))
	gone, err := l.AdmitDeleted(ctx, reading(t, l), []post.ID{"telegram:1/1"})
	require.NoError(t, err)
	require.NoError(t, l.Confirm(ctx, gone))
	require.Empty(t, take(t, l, importing(t, l), item("текст")).Records)
}

// Forgetting reaches what was never seen, bodies, and deletions to come.
func TestForgetIsForEver(t *testing.T) {
	l, ctx := open(t), context.Background()
	seen, err := l.Forget(ctx, "telegram:1/1", now)
	require.NoError(t, err)
	require.False(t, seen)
	for _, r := range []ledger.Reading{reading(t, l), importing(t, l)} {
		require.Equal(t, 1, take(t, l, r, item("личное")).Forgotten)
	}
	sealed := reading(t, l)
	sealed.Visibility = post.Sealed
	secret := item("тайное")
	secret.ID = "telegram:1/2"
	take(t, l, sealed, secret)
	_, err = l.Body(ctx, secret.ID, 0)
	require.NoError(t, err)
	seen, err = l.Forget(ctx, secret.ID, now)
	require.NoError(t, err)
	require.True(t, seen)
	_, err = l.Body(ctx, secret.ID, 0)
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	gone, err := l.AdmitDeleted(ctx, reading(t, l), []post.ID{secret.ID})
	require.NoError(t, err)
	require.Empty(t, gone.Records)
	require.Equal(t, 1, take(t, l, sealed, secret).Forgotten)
}

// Each revision of a sealed post has its body; the newest is asked for with 0.
func TestBodiesByRevision(t *testing.T) {
	l, ctx := open(t), context.Background()
	var revs []int64
	for _, text := range []string{"А", "Б"} {
		r := reading(t, l)
		r.Visibility = post.Sealed
		revs = append(revs, take(t, l, r, item(text)).Records[0].Rev)
	}
	for rev, want := range map[int64]string{revs[0]: "А", revs[1]: "Б", 0: "Б"} {
		b, err := l.Body(ctx, "telegram:1/1", rev)
		require.NoError(t, err)
		require.Equal(t, want, b.Text)
	}
	_, err := l.Body(ctx, "telegram:1/1", revs[1]+100)
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	_, err = l.Body(ctx, "telegram:9/9", 0)
	require.Equal(t, fault.NotFound, fault.KindOf(err))
	var inLedger int
	require.NoError(t, l.Pool.QueryRow(ctx, `SELECT count(*) FROM ledger WHERE hash LIKE '%А%' OR counters LIKE '%А%'`).Scan(&inLedger))
	require.Zero(t, inLedger)
}

// Public posts that fit into a record leave no body behind.
func TestOrdinaryPostsHaveNoBody(t *testing.T) {
	l, ctx := open(t), context.Background()
	take(t, l, reading(t, l), item("текст"))
	_, err := l.Body(ctx, "telegram:1/1", 0)
	require.Equal(t, fault.NotFound, fault.KindOf(err))
}

func TestTimesAsWritten(t *testing.T) {
	l := open(t)
	it := item("текст")
	it.Published, it.PublishedRaw = time.Time{}, "вчера\x00"+strings.Repeat("я", 100)
	r := take(t, l, reading(t, l), it).Records[0]
	require.Equal(t, now, r.Published, "a post without a time is of when it was first seen")
	require.LessOrEqual(t, len(r.PublishedRaw), 64)
	require.NotContains(t, r.PublishedRaw, "\x00")
}

// The same post at the border of its class: the whole month counts.
func TestOldestMonthOfAClass(t *testing.T) {
	l := open(t)
	in, out := item("в"), item("из")
	in.Published = time.Date(2021, 11, 1, 0, 0, 0, 0, time.UTC)
	out.ID, out.Published = "telegram:1/2", in.Published.Add(-time.Second)
	a := take(t, l, reading(t, l), in, out)
	require.Equal(t, 1, a.New)
	require.Equal(t, 1, a.TooOld)
	require.EqualValues(t, "standard-2021-11", a.Records[0].Bucket)
}
