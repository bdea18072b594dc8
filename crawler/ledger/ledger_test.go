package ledger_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/ledger"
	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/crawler/source"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/testenv"
)

var now = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

func open(t *testing.T) *ledger.Ledger {
	l, err := ledger.Open(context.Background(), testenv.Postgres(t), []post.Class{{Name: "standard", Months: 60}})
	require.NoError(t, err)
	return l
}

func reading(t *testing.T, l *ledger.Ledger) ledger.Reading {
	rev, err := l.NextRev(context.Background())
	require.NoError(t, err)
	return ledger.Reading{Rev: rev, Observed: now, Origin: post.Live, Regions: []string{"RU-PRI"}, Visibility: post.Public, Class: "standard"}
}

func item(text string) source.Item {
	return source.Item{ID: "telegram:1/1", Published: now.Add(-time.Hour), Post: post.Post{Text: text}}
}

// take admits and confirms: a whole reading.
func take(t *testing.T, l *ledger.Ledger, r ledger.Reading, items ...source.Item) *ledger.Admitted {
	a, err := l.Admit(context.Background(), r, items)
	require.NoError(t, err)
	require.NoError(t, l.Confirm(context.Background(), a))
	return a
}

// A → B → A is three revisions, each of a greater rev.
func TestEditAndBackIsThreeRevisions(t *testing.T) {
	l := open(t)
	var kinds []post.Kind
	var last int64
	for i, text := range []string{"А", "Б", "А"} {
		a := take(t, l, reading(t, l), item(text))
		require.Len(t, a.Records, 1)
		require.Equal(t, i > 0, a.Records[0].Again)
		require.Greater(t, a.Records[0].Rev, last)
		last = a.Records[0].Rev
		kinds = append(kinds, a.Records[0].Kind)
	}
	require.Equal(t, []post.Kind{post.Revision, post.Revision, post.Revision}, kinds)
	require.Equal(t, 1, take(t, l, reading(t, l), item("А")).Unchanged)
}

func TestOlderReadingNeverReplacesNewer(t *testing.T) {
	l := open(t)
	older, newer := reading(t, l), reading(t, l)
	take(t, l, newer, item("новый текст"))
	a := take(t, l, older, item("старый текст"))
	require.Empty(t, a.Records)
	require.Equal(t, 1, a.Stale)
}

// A crash between the log and the ledger repeats and loses nothing.
func TestUnconfirmedComesAgain(t *testing.T) {
	l := open(t)
	a, err := l.Admit(context.Background(), reading(t, l), []source.Item{item("текст")})
	require.NoError(t, err)
	require.Len(t, a.Records, 1)
	again := take(t, l, reading(t, l), item("текст"))
	require.Len(t, again.Records, 1)
	require.Equal(t, a.Records[0].Bucket, again.Records[0].Bucket)
}

// The bucket and the time are frozen at first sight, whatever the source says later.
func TestBucketIsFrozen(t *testing.T) {
	l := open(t)
	first := take(t, l, reading(t, l), item("текст")).Records[0]
	it := item("другой текст")
	it.Published = now.AddDate(0, -3, 0)
	second := take(t, l, reading(t, l), it).Records[0]
	require.Equal(t, first.Bucket, second.Bucket)
	require.Equal(t, first.Published, second.Published)
	require.EqualValues(t, "standard-2026-11", first.Bucket)
}

// A post from the future is shown at the time it was first seen.
func TestFutureIsClamped(t *testing.T) {
	l := open(t)
	it := item("из будущего")
	it.Published, it.PublishedRaw = now.AddDate(1, 0, 0), "2027-11-24"
	r := take(t, l, reading(t, l), it).Records[0]
	require.Equal(t, now, r.Published)
	require.Equal(t, "2027-11-24", r.PublishedRaw)
	later := reading(t, l)
	later.Observed = now.Add(48 * time.Hour)
	it.Post.Text += "!"
	require.Equal(t, now, take(t, l, later, it).Records[0].Published)
}

func TestTooOldIsRefusedAndCounted(t *testing.T) {
	l := open(t)
	it := item("из прошлого")
	it.Published = time.Unix(0, 0)
	a := take(t, l, reading(t, l), it)
	require.Empty(t, a.Records)
	require.Equal(t, 1, a.TooOld)
}

func TestBadInput(t *testing.T) {
	l := open(t)
	nul := item("нуль\x00байт и \xff\xfe не UTF-8")
	huge := item(strings.Repeat("длинный текст ", 30<<20/26))
	huge.ID = "telegram:1/2"
	bad := item("плохой номер")
	bad.ID = "telegram:1"
	a := take(t, l, reading(t, l), nul, huge, bad)
	require.Len(t, a.Records, 2)
	require.Equal(t, "нуль байт и \uFFFD не UTF-8", a.Records[0].Post.Text)
	require.True(t, a.Records[1].Post.Cut)
	require.LessOrEqual(t, len(a.Records[1].Post.Text), post.MaxText)
	require.Contains(t, a.Invalid, bad.ID)
	whole, err := l.Body(context.Background(), huge.ID, 0)
	require.NoError(t, err)
	require.Greater(t, len(whole.Text), 29<<20, "the rest is kept")
	enc, err := post.Encode(a.Records[1])
	require.NoError(t, err)
	require.Less(t, len(enc), 1_000_000)
}

// Sealed bodies go straight to Postgres; the log carries a reference.
func TestSealedBodyIsNotInTheRecord(t *testing.T) {
	l := open(t)
	r := reading(t, l)
	r.Visibility = post.Sealed
	rec := take(t, l, r, item("имя ребёнка")).Records[0]
	require.Nil(t, rec.Post)
	enc, err := post.Encode(rec)
	require.NoError(t, err)
	require.NotContains(t, string(enc), "ребёнка")
	b, err := l.Body(context.Background(), rec.ID, rec.Rev)
	require.NoError(t, err)
	require.Equal(t, "имя ребёнка", b.Text)
}

// A person is a pseudonym that means something within one source only.
func TestAuthorsArePseudonyms(t *testing.T) {
	l := open(t)
	by := func(id post.ID) post.Author {
		it := item("текст")
		it.ID, it.Post.Author = id, &post.Author{ID: "Иван Петров", Name: "Иван Петров", Person: true}
		return *take(t, l, reading(t, l), it).Records[0].Post.Author
	}
	a, same, other := by("telegram:1/1"), by("telegram:1/2"), by("telegram:2/1")
	require.Equal(t, a, same)
	require.NotEqual(t, a.ID, other.ID)
	require.NotContains(t, a.ID, "Иван")
	require.Empty(t, a.Name)
}

func TestCountersAndDeletion(t *testing.T) {
	l, ctx := open(t), context.Background()
	seen := item("текст")
	seen.Post.Counters.Views = &post.Counter{Value: 100, Step: 1}
	take(t, l, reading(t, l), seen)
	seen.Post.Counters.Views = &post.Counter{Value: 200, Step: 1}
	a := take(t, l, reading(t, l), seen)
	require.Equal(t, post.Counters, a.Records[0].Kind)
	require.NotNil(t, a.Records[0].Post, "counters carry the post")

	gone, err := l.AdmitDeleted(ctx, reading(t, l), []post.ID{seen.ID, "telegram:1/999"})
	require.NoError(t, err)
	require.Len(t, gone.Records, 1, "what was never seen can't be gone")
	require.Equal(t, post.Deletion, gone.Records[0].Kind)
	require.NoError(t, l.Confirm(ctx, gone))
	again, err := l.AdmitDeleted(ctx, reading(t, l), []post.ID{seen.ID})
	require.NoError(t, err)
	require.Empty(t, again.Records)
	back := take(t, l, reading(t, l), seen)
	require.Equal(t, post.Revision, back.Records[0].Kind, "a post that comes back is a revision")
}

func TestForget(t *testing.T) {
	l, ctx := open(t), context.Background()
	take(t, l, reading(t, l), item("личное"))
	seen, err := l.Forget(ctx, "telegram:1/1", now)
	require.NoError(t, err)
	require.True(t, seen)
	a := take(t, l, reading(t, l), item("личное"))
	require.Empty(t, a.Records)
	require.Equal(t, 1, a.Forgotten)
	gone, err := l.Forgotten(ctx, []post.ID{"telegram:1/1", "telegram:1/2"})
	require.NoError(t, err)
	require.Equal(t, map[post.ID]bool{"telegram:1/1": true}, gone)
}

// What was read live knows more than a file; a file brings only what is new.
func TestImportNeverReplacesLive(t *testing.T) {
	l := open(t)
	take(t, l, reading(t, l), item("живой"))
	r := reading(t, l)
	r.Origin, r.KeepLive = post.Import, true
	fresh := item("новый")
	fresh.ID = "telegram:1/2"
	a := take(t, l, r, item("из файла"), fresh)
	require.Len(t, a.Records, 1)
	require.Equal(t, fresh.ID, a.Records[0].ID)
}

func TestManyIdentical(t *testing.T) {
	l := open(t)
	items := make([]source.Item, 10_000)
	for i := range items {
		items[i] = item("Перешлите всем!")
		items[i].ID = post.ID(fmt.Sprintf("telegram:1/%d", i+1))
	}
	a := take(t, l, reading(t, l), items...)
	require.Equal(t, 10_000, a.New)
	require.Equal(t, 10_000, take(t, l, reading(t, l), items...).Unchanged)
}

func TestUnknownClass(t *testing.T) {
	l := open(t)
	r := reading(t, l)
	r.Class = "forever"
	_, err := l.Admit(context.Background(), r, []source.Item{item("а")})
	require.Equal(t, fault.Invalid, fault.KindOf(err))
}
