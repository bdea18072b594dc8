package telegram_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"golang.org/x/time/rate"

	"github.com/otklik/otklik/crawler/fetch"
	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/crawler/source"
	"github.com/otklik/otklik/crawler/source/sourcetest"
	"github.com/otklik/otklik/crawler/source/telegram"
	"github.com/otklik/otklik/internal/simulate/tme"
)

// stage is a channel on a fake server and a reader of it that does as the
// crawler does.
type stage struct {
	*tme.Server
	t        *testing.T
	clock    *sourcetest.Clock
	web      *httptest.Server
	name     string
	backfill int
	cursor   source.Cursor
	live     map[int64]source.Item // the last state by number
	past     map[int64]source.Item
	deleted  []post.ID
	skipped  map[string]int
}

func newStage(t *testing.T, backfill int) *stage {
	s := &stage{t: t, clock: sourcetest.NewClock(), name: name, backfill: backfill, live: map[int64]source.Item{}, past: map[int64]source.Item{}, skipped: map[string]int{}}
	s.Server = tme.New(tme.Options{Now: s.clock.Now})
	require.NoError(t, s.AddChannel(tme.Channel{Name: name, Number: owner, Title: "Двор", About: "О дворе", Subscribers: 10_650}))
	s.web = httptest.NewServer(s.Server)
	t.Cleanup(s.web.Close)
	return s
}

// open gives the adapter as after a restart.
func (s *stage) open() *telegram.Source {
	f := fetch.New(fetch.Options{Client: s.web.Client(), PerHost: rate.Inf, Now: s.clock.Now})
	return telegram.New(telegram.Options{Fetcher: f, Base: s.web.URL, Channel: s.name, Backfill: s.backfill})
}

func (s *stage) post(m tme.Message) int64 {
	s.t.Helper()
	id, err := s.Post(s.name, m)
	require.NoError(s.t, err)
	s.clock.Advance(time.Minute)
	return id
}

func (s *stage) posts(n int) (ids []int64) {
	for range n {
		ids = append(ids, s.post(tme.Message{Text: "Запись " + strconv.Itoa(int(s.clock.Now().Unix())), Views: 5}))
	}
	return ids
}

// step reads one batch.
func (s *stage) step() (source.Batch, error) {
	b, err := s.open().Read(s.t.Context(), s.cursor)
	if err != nil {
		return b, err
	}
	for _, it := range b.Items {
		n, err := strconv.ParseInt(it.ID.Native(), 10, 64)
		require.NoError(s.t, err)
		if _, ok := s.past[n]; ok || b.Backfill {
			s.past[n] = it
		} else {
			s.live[n] = it
		}
	}
	s.deleted = append(s.deleted, b.Deleted...)
	for why, n := range b.Skipped {
		s.skipped[why] += n
	}
	s.cursor = b.Cursor
	return b, nil
}

// visit reads until there is no more, and gives the number of batches.
func (s *stage) visit() int {
	s.t.Helper()
	for n := range 500 {
		b, err := s.step()
		require.NoError(s.t, err)
		if !b.More {
			return n + 1
		}
	}
	s.t.Fatal("there is no end")
	return 0
}

func (s *stage) numbers(m map[int64]source.Item) []int64 { return slices.Sorted(maps.Keys(m)) }

func (s *stage) state(want source.Health) *source.State {
	s.t.Helper()
	before := string(s.cursor)
	_, err := s.step()
	var st *source.State
	require.ErrorAs(s.t, err, &st)
	require.Equal(s.t, want, st.Health, "%v", err)
	require.Equal(s.t, before, string(s.cursor))
	return st
}

// A history with everything in it, read backwards to its true end.
func TestHistoryBackwards(t *testing.T) {
	s := newStage(t, 1000)
	for i := range 60 {
		switch {
		case i%10 == 3:
			s.post(tme.Message{Text: "Альбом", Media: []tme.Media{{Kind: post.Photo}, {Kind: post.Photo}, {Kind: post.Video}, {Kind: post.Photo}}})
		case i%10 == 7:
			s.post(tme.Message{Text: "Channel photo updated", Service: true})
		case i%13 == 5:
			require.NoError(t, s.Delete(name, s.post(tme.Message{Text: "Удалено"})))
		default:
			s.post(tme.Message{Text: fmt.Sprintf("Запись %d", i)})
		}
	}
	require.NoError(t, s.HidePrev(name, true)) // links to older pages are nowhere
	want, err := s.Messages(name)
	require.NoError(t, err)
	batches := s.visit()
	require.Equal(t, want, s.numbers(s.past))
	require.Empty(t, s.live, "what was there before the first visit is past")
	require.Empty(t, s.deleted)
	require.LessOrEqual(t, batches, 8)
	asked := s.Asked()
	require.Len(t, asked, batches, "one page a batch")
	require.Equal(t, "/s/dvor_demo", asked[0])
	for _, a := range asked[1:] {
		require.True(t, strings.HasPrefix(a, "/s/dvor_demo?before="), a)
	}
	require.Equal(t, 1, s.visit(), "afterwards one page is enough")
	require.Equal(t, want, s.numbers(s.past))
}

func TestBackfillIsBounded(t *testing.T) {
	for _, c := range []struct{ backfill, least, most int }{{0, 19, 20}, {20, 19, 20}, {50, 50, 69}, {1000, 120, 120}} {
		s := newStage(t, c.backfill)
		ids := s.posts(120)
		s.visit()
		require.GreaterOrEqual(t, len(s.past), c.least, c.backfill)
		require.LessOrEqual(t, len(s.past), c.most, c.backfill)
		oldest := s.numbers(s.past)[0]

		// Deletions let older posts slide onto the newest page. They are no news.
		for _, id := range ids[110:] {
			require.NoError(t, s.Delete(name, id))
		}
		fresh := s.post(tme.Message{Text: "Новое"})
		for range 12 {
			s.visit()
		}
		require.Equal(t, []int64{fresh}, s.numbers(s.live))
		require.Equal(t, oldest, s.numbers(s.past)[0])
	}
}

// More came between two visits than a page holds.
func TestGapIsReadBackwards(t *testing.T) {
	s := newStage(t, 0)
	s.posts(30)
	s.visit()
	s.Asked()
	ids := s.posts(95)
	b, err := s.step()
	require.NoError(t, err)
	require.True(t, b.More)
	require.Contains(t, s.live, ids[94], "the newest come first")
	require.NotContains(t, s.live, ids[0])
	more := s.posts(3) // while the gap is being read
	s.visit()
	s.visit()
	require.Equal(t, append(ids, more...), s.numbers(s.live))
	require.Len(t, s.Asked(), 6, "the newest page and four or five before it, then the newest again")

	// Numbers that are missing for other reasons cost one page at most.
	require.NoError(t, s.Delete(name, s.post(tme.Message{Text: "сразу удалено"})))
	ids = s.posts(2)
	require.Equal(t, 1, s.visit())
	require.Contains(t, s.live, ids[1])
}

// A long history doesn't keep new posts waiting.
func TestNewPostsComeWhileThePastIsRead(t *testing.T) {
	s := newStage(t, 100_000)
	past := s.posts(500)
	for range 3 {
		_, err := s.step()
		require.NoError(t, err)
	}
	fresh := s.posts(45) // a gap, in the middle of the history
	for range 14 {
		b, err := s.step()
		require.NoError(t, err)
		require.True(t, b.More)
	}
	require.Equal(t, fresh, s.numbers(s.live))
	s.visit()
	require.Equal(t, past, s.numbers(s.past))
	require.Equal(t, fresh, s.numbers(s.live))
}

// Very many gaps, each cut off by a crash, are still read.
func TestManyGaps(t *testing.T) {
	s := newStage(t, 0)
	s.posts(20)
	s.visit()
	var want []int64
	for range 30 {
		want = append(want, s.posts(45)...)
		for range 11 { // up to the next reading of the newest page
			b, err := s.step()
			require.NoError(t, err)
			if !b.More {
				break
			}
		}
	}
	s.visit()
	require.Equal(t, want, s.numbers(s.live))
	require.Less(t, len(s.cursor), 8<<10)
}

func TestEditsAndCounters(t *testing.T) {
	s := newStage(t, 0)
	far := s.post(tme.Message{Text: "Далёкая запись", Views: 10})
	s.visit()
	s.posts(60)
	near := s.post(tme.Message{Text: "Было", Views: 940})
	s.visit()
	require.False(t, s.live[near].Post.Edited)
	require.Equal(t, &post.Counter{Value: 940, Step: 1}, s.live[near].Post.Counters.Views)

	require.NoError(t, s.Edit(name, near, "Стало"))
	require.NoError(t, s.SetViews(name, near, 4857))
	require.NoError(t, s.SetReactions(name, near, tme.Reaction{Emoji: "👍", Count: 1234}, tme.Reaction{Emoji: "😡", Count: 7}))
	require.NoError(t, s.Edit(name, far, "Далёкая, исправлена"))
	s.visit()
	p := s.live[near].Post
	require.Equal(t, "Стало", p.Text)
	require.True(t, p.Edited)
	require.Equal(t, &post.Counter{Value: 4850, Step: 10}, p.Counters.Views)
	require.Equal(t, &post.Counter{Value: 1237, Step: 10}, p.Counters.Likes)
	require.Equal(t, "Далёкая запись", s.past[far].Post.Text, "it is on another page")
	for range 10 {
		s.visit()
	}
	require.Equal(t, "Далёкая, исправлена", s.past[far].Post.Text, "every tenth visit looks deeper")
	require.NoError(t, s.SetViews(name, near, -1))
	s.visit()
	require.Nil(t, s.live[near].Post.Counters.Views, "not shown is unknown, not zero")
}

func TestDeletionsAreNoticed(t *testing.T) {
	s := newStage(t, 0)
	ids := s.posts(10)
	album := s.post(tme.Message{Text: "Альбом", Media: []tme.Media{{Kind: post.Photo}, {Kind: post.Photo}, {Kind: post.Photo}}})
	last := s.post(tme.Message{Text: "Последняя"})
	require.Equal(t, album+3, last)
	s.visit()
	s.visit()
	require.Empty(t, s.deleted, "the numbers of an album are not gaps")

	require.NoError(t, s.Delete(name, ids[4]))
	require.NoError(t, s.Delete(name, last))
	require.NoError(t, s.Delete(name, album+1)) // one photo
	s.Asked()
	s.visit()
	id := func(n int64) post.ID { return post.ID(source1 + "/" + strconv.FormatInt(n, 10)) }
	require.ElementsMatch(t, []post.ID{id(ids[4]), id(last)}, s.deleted)
	require.Contains(t, s.Asked(), fmt.Sprintf("/dvor_demo/%d?embed=1&mode=tme", ids[4]))
	require.Len(t, s.past[album].Post.Media, 2)
	s.visit()
	require.Len(t, s.deleted, 2, "said once")
	require.Len(t, s.Asked(), 1, "and asked once")

	// The last photo but one is gone, then the post's own: the block lives on
	// under another number.
	require.NoError(t, s.Delete(name, album))
	s.visit()
	require.Contains(t, s.deleted, id(album))
	require.Contains(t, s.live, album+2)
}

// Beyond the newest page deletions are noticed by the deep readings.
func TestDeletionsFarBack(t *testing.T) {
	s := newStage(t, 100)
	ids := s.posts(70)
	s.visit()
	require.NoError(t, s.Delete(name, ids[20]))
	for range 10 {
		s.visit()
	}
	require.Equal(t, []post.ID{post.ID(source1 + "/" + strconv.FormatInt(ids[20], 10))}, s.deleted)
}

// What vanished is not called deleted before its own page says so.
func TestDeletionIsConfirmed(t *testing.T) {
	s := newStage(t, 0)
	ids := s.posts(10)
	embeds := http.StatusInternalServerError
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("embed") == "1" && embeds != http.StatusOK {
			w.WriteHeader(embeds)
			return
		}
		s.Server.ServeHTTP(w, r)
	}))
	defer front.Close()
	s.web = front
	s.visit()
	require.NoError(t, s.Delete(name, ids[4]))
	for _, embeds = range []int{http.StatusInternalServerError, http.StatusTooManyRequests, http.StatusNoContent} {
		s.visit()
		require.Empty(t, s.deleted)
	}
	require.Equal(t, 3, s.skipped["vanished post that could not be asked for"])
	embeds = http.StatusOK
	s.visit()
	require.Len(t, s.deleted, 1)
}

// A post that is only not shown, and answers on its own page, is not deleted,
// and is not asked for at every visit.
func TestHiddenIsNotDeleted(t *testing.T) {
	s := newStage(t, 0)
	ids := s.posts(10)
	s.visit()
	front := sourcetest.NewFront(s.Server)
	s.web.Config.Handler = front
	front.Only(func(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/s/") })
	front.Mangle(func(page []byte) []byte {
		const wrap = `<div class="tgme_widget_message_wrap`
		blocks := strings.Split(string(page), wrap)
		return []byte(strings.Join(slices.DeleteFunc(blocks, func(b string) bool {
			return strings.Contains(b, fmt.Sprintf(`data-post="%s/%d"`, name, ids[4]))
		}), wrap))
	})
	s.Asked()
	for range 3 {
		s.visit()
	}
	require.Empty(t, s.deleted)
	asked := slices.DeleteFunc(s.Asked(), func(a string) bool { return !strings.Contains(a, "embed=1") })
	require.Equal(t, []string{fmt.Sprintf("/%s/%d?embed=1&mode=tme", name, ids[4])}, asked)
}

// Bytes that are no UTF-8, NUL and endless names stop neither the channel nor
// Postgres.
func TestBadBytes(t *testing.T) {
	s := newStage(t, 0)
	require.NoError(t, s.Retitle(name, "Двор"+strings.Repeat("я", 5000), "О\x00 дворе"))
	s.posts(3)
	front := sourcetest.NewFront(s.Server)
	s.web.Config.Handler = front
	front.Mangle(func(page []byte) []byte {
		return []byte(strings.NewReplacer("Запись", "За\xffпи\x00сь\x01", "О\x00 дворе", "О\xc3 дво\x00ре").Replace(string(page)))
	})
	b, err := s.step()
	require.NoError(t, err)
	require.Len(t, b.Items, 3)
	for _, it := range b.Items {
		require.NoError(t, it.ID.Check())
		require.Contains(t, it.Post.Text, "За\uFFFDпи")
		require.True(t, utf8.ValidString(it.Post.Text))
	}
	for _, text := range []string{b.Info.Title, b.Info.Description, b.Info.Address} {
		require.True(t, utf8.ValidString(text))
		require.NotContains(t, text, "\x00")
		require.LessOrEqual(t, len(text), post.MaxTitle)
	}
	require.LessOrEqual(t, len(b.Info.Title), post.MaxName)
}

// A server that answers every question with its newest page ends the reading,
// and does not hold it for ever.
func TestNumbersThatDoNotShrink(t *testing.T) {
	s := newStage(t, 1000)
	ids := s.posts(50)
	s.web.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.URL.RawQuery = ""
		s.Server.ServeHTTP(w, r)
	})
	require.LessOrEqual(t, s.visit(), 2)
	require.Equal(t, ids[30:], s.numbers(s.past))
}

func TestRename(t *testing.T) {
	s := newStage(t, 0)
	s.posts(30)
	s.visit()
	require.NoError(t, s.Rename(name, "novy_dvor"))
	require.Contains(t, s.state(source.Gone).Detail, name)

	// A person writes the new name; the channel is the same.
	s.name = "novy_dvor"
	require.NoError(t, s.Retitle("novy_dvor", "Новый двор", ""))
	ids := s.posts(2)
	b, err := s.step()
	require.NoError(t, err)
	require.Equal(t, "Новый двор", b.Info.Title)
	require.Equal(t, source1, b.Info.Source)
	require.Equal(t, s.web.URL+"/novy_dvor", b.Info.Address)
	require.Equal(t, ids, s.numbers(s.live))
	require.Equal(t, "Новый двор", s.live[ids[0]].Post.Channel)

	// Somebody else takes the old name.
	require.NoError(t, s.AddChannel(tme.Channel{Name: name, Number: 2100000099, Title: "Самозванец"}))
	s.name = name
	s.posts(3)
	detail := s.state(source.Gone).Detail
	require.Contains(t, detail, "2100000099")
	require.Contains(t, detail, "2100000001")
	_, err = s.open().Recheck(t.Context(), []post.ID{source1 + "/2"})
	require.ErrorContains(t, err, "another channel")
	_, err = s.open().Recheck(t.Context(), []post.ID{source1 + "/999"})
	require.ErrorContains(t, err, "another channel", "not there, but it is another channel that says so")
	require.Empty(t, s.deleted)
}

func TestTroubleInTheMiddleOfAHistory(t *testing.T) {
	s := newStage(t, 1000)
	want := s.posts(150)
	_, err := s.step()
	require.NoError(t, err)
	for _, c := range []struct {
		make func()
		want source.Health
	}{
		{func() { s.Limit(1, 40*time.Second) }, source.RateLimited},
		{func() { s.Limit(1, 0) }, source.RateLimited},
		{func() { s.Reset(2) }, source.Unreachable}, // a kept connection may be tried again
		{func() { s.Fail(1, http.StatusBadGateway) }, source.Unreachable},
		{func() { require.NoError(t, s.SetAccess(name, tme.Restricted)) }, source.Blocked},
		{func() { require.NoError(t, s.SetAccess(name, tme.NoPreview)) }, source.Blocked},
		{func() { s.Break(tme.BreakClasses) }, source.NotUnderstood},
		{func() { s.Break(tme.BreakHistory) }, source.NotUnderstood},
		{func() { s.Break(tme.BreakBlocks) }, source.NotUnderstood},
		{func() { s.Break(tme.BreakText) }, source.NotUnderstood},
		{func() { s.Break(tme.BreakTime) }, source.NotUnderstood},
		{func() { s.Break(tme.BreakIdentity) }, source.NotUnderstood},
		{func() { s.Break(tme.BreakApp) }, source.NotUnderstood},
	} {
		c.make()
		now := s.clock.Now()
		st := s.state(c.want)
		if !st.Until.IsZero() {
			require.True(t, now.Add(40*time.Second).Equal(st.Until))
		}
		s.Heal()
		s.clock.Advance(time.Minute)
		require.NoError(t, s.SetAccess(name, tme.Open))
		s.backfill = 0 // the cursor knows what was wanted
		_, err := s.step()
		require.NoError(t, err)
	}
	s.visit()
	require.Equal(t, want, s.numbers(s.past))
	require.Empty(t, s.deleted)
}

// Changed markup is noticed at the first look and at messages' own pages, too.
func TestChangedMarkup(t *testing.T) {
	s := newStage(t, 0)
	id := s.post(tme.Message{Text: "Текст с подписью", Media: []tme.Media{{Kind: post.Photo}}})
	for _, b := range []tme.Breakage{tme.BreakClasses, tme.BreakHistory, tme.BreakBlocks, tme.BreakText, tme.BreakTime, tme.BreakIdentity, tme.BreakApp} {
		s.Break(b)
		s.state(source.NotUnderstood)
		_, err := s.open().Connect(t.Context())
		var st *source.State
		require.ErrorAs(t, err, &st, b)
		require.Equal(t, source.NotUnderstood, st.Health, b)
		batch, err := s.open().Recheck(t.Context(), []post.ID{post.ID(source1 + "/" + strconv.FormatInt(id, 10))})
		require.Empty(t, batch.Deleted, b)
		require.ErrorAs(t, err, &st, b)
		require.Equal(t, source.NotUnderstood, st.Health, b)
	}
}

func TestEmptyChannels(t *testing.T) {
	s := newStage(t, 0)
	require.Equal(t, 1, s.visit())
	require.Empty(t, s.past, "that the channel was created is no post")
	info, err := s.open().Connect(t.Context())
	require.NoError(t, err)
	require.Equal(t, source.Info{Source: source1, Title: "Двор", Address: s.web.URL + "/" + name, Description: "О дворе", Subscribers: &post.Counter{Value: 10_600, Step: 100}}, info)
	id := s.post(tme.Message{Text: "Первая"})
	s.visit()
	require.Equal(t, []int64{id}, s.numbers(s.live))

	// All is gone at once: that is not believed.
	require.NoError(t, s.Delete(name, 1))
	require.NoError(t, s.Delete(name, id))
	s.state(source.NotUnderstood)

	require.NoError(t, s.AddChannel(tme.Channel{Name: "pusto", Number: 5, Title: "Пусто", Bare: true}))
	s.name, s.cursor = "pusto", nil
	s.state(source.NotUnderstood)
	_, err = s.open().Connect(t.Context())
	require.ErrorContains(t, err, "no messages yet")
	s.name = "nikogo_net"
	s.state(source.Gone)
}

func TestRecheck(t *testing.T) {
	s := newStage(t, 0)
	album := s.post(tme.Message{Text: "Альбом", Media: []tme.Media{{Kind: post.Photo}, {Kind: post.Photo}}, Views: 10})
	gone := s.post(tme.Message{Text: "Удалят"})
	id := func(n int64) post.ID { return post.ID(source1 + "/" + strconv.FormatInt(n, 10)) }
	s.visit()
	require.NoError(t, s.Delete(name, gone))
	b, err := s.open().Recheck(t.Context(), []post.ID{id(album), id(album + 1), id(gone)})
	require.NoError(t, err)
	require.Equal(t, []post.ID{id(gone)}, b.Deleted)
	require.Len(t, b.Items, 1)
	was, is := s.past[album].Post, b.Items[0].Post
	require.Equal(t, was.Hash(""), is.Hash(""), "both pages say the same")

	// A channel that can't be looked at has not deleted everything.
	for access, want := range map[tme.Access]source.Health{tme.Restricted: source.Blocked, tme.NoPreview: source.Blocked} {
		require.NoError(t, s.SetAccess(name, access))
		b, err = s.open().Recheck(t.Context(), []post.ID{id(album), id(gone)})
		var st *source.State
		require.ErrorAs(t, err, &st)
		require.Equal(t, want, st.Health)
		require.Empty(t, b.Deleted)
	}
	require.NoError(t, s.Remove(name))
	b, err = s.open().Recheck(t.Context(), []post.ID{id(album)})
	require.ErrorContains(t, err, "there is no channel")
	require.Empty(t, b.Deleted)

	for _, bad := range [][]post.ID{{"telegram:1/x"}, {"vk:1/2"}, {"telegram:1/-5"}, slices.Repeat([]post.ID{id(1)}, 21)} {
		_, err = s.open().Recheck(t.Context(), bad)
		require.Error(t, err)
	}
}

// Posts that stand together cost a page, not a request each; what is edited and
// what is gone among them is found all the same.
func TestRecheckIsPolite(t *testing.T) {
	s := newStage(t, 0)
	ids := s.posts(200)
	edited, gone := ids[60], ids[65]
	require.NoError(t, s.Edit(name, edited, "Теперь иначе"))
	require.NoError(t, s.Delete(name, gone))
	var asked []string
	s.web.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.RequestURI())
		s.ServeHTTP(w, r)
	})
	again := func(ids ...int64) source.Batch {
		t.Helper()
		asked = nil
		var want []post.ID
		for _, n := range ids {
			want = append(want, post.ID(source1+"/"+itoa(n)))
		}
		b, err := s.open().Recheck(t.Context(), want)
		require.NoError(t, err)
		return b
	}
	b := again(ids[55:75]...)
	require.Len(t, b.Items, 19)
	require.Equal(t, []post.ID{post.ID(source1 + "/" + itoa(gone))}, b.Deleted)
	i := slices.IndexFunc(b.Items, func(it source.Item) bool { return it.ID.Native() == itoa(edited) })
	require.Equal(t, "Теперь иначе", b.Items[i].Post.Text)
	require.LessOrEqual(t, len(asked), 4, "a page or two, the one that is missing, and the channel: %v", asked)

	// Far apart, each has its page; in no order.
	b = again(ids[100], ids[10], ids[150])
	require.Len(t, b.Items, 3)
	require.Len(t, asked, 3)
	require.Empty(t, again().Items)
	require.Empty(t, asked)
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
