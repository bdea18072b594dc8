package sourcetest

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/crawler/source"
)

// maxBatches bounds a reading to the end.
const maxBatches = 300

// Run runs the suite. fresh makes a World with nothing in it; what it starts
// ends with its t.
func Run(t *testing.T, fresh func(t *testing.T) *World) {
	for _, c := range []struct {
		name string
		test func(t *testing.T, w *World)
	}{
		{"Identity", identity}, {"ReadToTheEnd", readToTheEnd}, {"NothingNew", nothingNew}, {"NewPosts", newPosts},
		{"Resume", resume}, {"Repeat", repeat}, {"PostsDuringTheReading", during},
		{"Edits", edits}, {"Deletion", deletion}, {"Recheck", recheck},
		{"RateLimit", rateLimit}, {"Unreachable", unreachable}, {"NotUnderstood", notUnderstood}, {"Gone", gone}, {"Blocked", blocked},
		{"Cancelled", cancelled}, {"HugePage", hugePage}, {"Garbage", garbage}, {"BadCursor", badCursor},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := fresh(t)
			if w.Past == 0 {
				w.Past = 45
			}
			c.test(t, w)
		})
	}
}

// reader reads as the crawler does, and remembers as the ledger does.
type reader struct {
	t       *testing.T
	w       *World
	src     source.Source
	cursor  source.Cursor
	reopen  bool                      // before every batch
	between func(batch int)           // after every batch
	seen    map[post.ID][]source.Item // by id, its revisions: hashes that differ from the one before
	deleted map[post.ID]bool
}

func newReader(t *testing.T, w *World) *reader {
	r := &reader{t: t, w: w, src: w.Open(), seen: map[post.ID][]source.Item{}, deleted: map[post.ID]bool{}}
	t.Cleanup(func() { r.src.Close() })
	return r
}

// batch reads one batch; its cursor is stored unless there was an error.
func (r *reader) batch() (source.Batch, error) {
	if r.reopen {
		require.NoError(r.t, r.src.Close())
		r.src = r.w.Open()
	}
	b, err := r.src.Read(ctx(r.t), r.cursor)
	if err != nil {
		return b, err
	}
	r.take(b)
	if b.Cursor != nil {
		require.True(r.t, json.Valid(b.Cursor), "the cursor is not JSON: %q", b.Cursor)
		require.Less(r.t, len(b.Cursor), 64<<10, "the cursor is a place, not an archive")
		// Postgres keeps it as jsonb: spaces and the order of keys are lost.
		var v any
		require.NoError(r.t, json.Unmarshal(b.Cursor, &v))
		r.cursor, err = json.Marshal(v)
		require.NoError(r.t, err)
	}
	return b, nil
}

// recheck asks for posts again.
func (r *reader) recheck(ctx context.Context, ids ...post.ID) (source.Batch, error) {
	return r.src.(source.Rechecker).Recheck(ctx, ids)
}

func (r *reader) take(b source.Batch) {
	twice := map[post.ID]bool{}
	for _, it := range b.Items {
		require.NoError(r.t, it.ID.Check())
		require.Equal(r.t, r.w.Source, it.ID.Source())
		require.False(r.t, twice[it.ID], "%s is twice in one batch", it.ID)
		twice[it.ID] = true
		p := it.Post
		hash := p.Hash(p.Normalize())
		if revs := r.seen[it.ID]; len(revs) > 0 {
			last := revs[len(revs)-1].Post
			if last.Hash("") == hash {
				continue
			}
		}
		r.seen[it.ID] = append(r.seen[it.ID], source.Item{ID: it.ID, Published: it.Published, PublishedRaw: it.PublishedRaw, Post: p})
	}
	for _, id := range b.Deleted {
		require.NoError(r.t, id.Check())
		r.deleted[id] = true
	}
}

// all reads until there is no more.
func (r *reader) all() {
	r.t.Helper()
	for n := range maxBatches {
		b, err := r.batch()
		require.NoError(r.t, err)
		if r.between != nil {
			r.between(n)
		}
		if !b.More {
			return
		}
	}
	r.t.Fatalf("there is still more after %d batches", maxBatches)
}

// has asserts that a post was read, and read last with this text.
func (r *reader) has(id post.ID, text string) {
	r.t.Helper()
	revs := r.seen[id]
	require.NotEmpty(r.t, revs, "%s was not read", id)
	require.Contains(r.t, saying(revs[len(revs)-1].Post), text)
}

func saying(p post.Post) string { return p.Title + "\n" + p.Text }

// fill writes n posts and gives them by id.
func (w *World) fill(n int) map[post.ID]string {
	out := map[post.ID]string{}
	for i := range n {
		text := fmt.Sprintf("Запись номер %d о дворе и дороге", i+1)
		out[w.Post(text)] = text
		w.Clock.Advance(7 * time.Minute)
	}
	return out
}

func ctx(t *testing.T) context.Context {
	c, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	t.Cleanup(cancel)
	return c
}

func (r *reader) hasAll(posts map[post.ID]string) {
	r.t.Helper()
	for id, text := range posts {
		r.has(id, text)
	}
}

// state asserts that an error is a state, in which people can read something.
func state(t *testing.T, err error, want source.Health) *source.State {
	t.Helper()
	var s *source.State
	require.ErrorAs(t, err, &s)
	require.Equal(t, want, s.Health, "%v", err)
	require.NotEmpty(t, s.Detail)
	return s
}

func identity(t *testing.T, w *World) {
	w.fill(3)
	for range 2 {
		src := w.Open()
		info, err := src.Connect(ctx(t))
		require.NoError(t, err)
		require.Equal(t, w.Source, info.Source)
		require.NotEmpty(t, info.Title)
		require.NotEmpty(t, info.Address)
		require.NoError(t, src.Close())
	}
}

func readToTheEnd(t *testing.T, w *World) {
	started := w.Clock.Now()
	posts := w.fill(w.Past)
	r := newReader(t, w)
	r.all()
	r.hasAll(posts)
	require.Len(t, r.seen, len(posts))
	require.Empty(t, r.deleted)
	for id, revs := range r.seen {
		require.Len(t, revs, 1, "%s did not change", id)
		it := revs[0]
		require.False(t, it.Published.Before(started) || it.Published.After(w.Clock.Now()), "%s is of %s", id, it.Published)
		require.NotEmpty(t, it.PublishedRaw)
		require.NotEmpty(t, it.Post.URL)
	}
}

func nothingNew(t *testing.T, w *World) {
	posts := w.fill(w.Past)
	r := newReader(t, w)
	r.all()
	for range 3 {
		w.Clock.Advance(time.Hour)
		b, err := r.batch()
		require.NoError(t, err)
		require.False(t, b.More)
		require.Empty(t, b.Deleted)
	}
	require.Len(t, r.seen, len(posts))
	for _, revs := range r.seen {
		require.Len(t, revs, 1)
	}
}

func newPosts(t *testing.T, w *World) {
	posts := w.fill(w.Past)
	r := newReader(t, w)
	r.all()
	for _, n := range []int{1, 2, w.Past} {
		more := w.fill(n)
		r.all()
		r.hasAll(more)
		require.Empty(t, r.deleted)
	}
	r.hasAll(posts)
}

// resume: the crawler restarts before every batch.
func resume(t *testing.T, w *World) {
	posts := w.fill(w.Past)
	r := newReader(t, w)
	r.reopen = true
	r.all()
	more := w.fill(w.Past/2 + 1)
	r.all()
	r.hasAll(posts)
	r.hasAll(more)
	require.Len(t, r.seen, len(posts)+len(more))
}

// repeat: a crash before the cursor was stored; the batch is read again.
func repeat(t *testing.T, w *World) {
	posts := w.fill(w.Past)
	r := newReader(t, w)
	for range maxBatches {
		before := r.cursor
		first, err := r.batch()
		require.NoError(t, err)
		r.cursor, r.reopen = before, true
		again, err := r.batch()
		require.NoError(t, err)
		require.Equal(t, ids(first), ids(again))
		r.reopen = false
		if !again.More {
			break
		}
	}
	r.hasAll(posts)
	require.Len(t, r.seen, len(posts))
}

func ids(b source.Batch) map[post.ID]bool {
	out := map[post.ID]bool{}
	for _, it := range b.Items {
		out[it.ID] = true
	}
	return out
}

// during: posts are published while the past is read.
func during(t *testing.T, w *World) {
	posts := w.fill(w.Past / 2)
	r := newReader(t, w)
	r.between = func(n int) {
		if n < 5 {
			for id, text := range w.fill(w.Past / 12) {
				posts[id] = text
			}
		}
	}
	r.all()
	r.between = nil
	r.all()
	r.hasAll(posts)
	require.Len(t, r.seen, len(posts))
	require.Empty(t, r.deleted)
}

// edits: A → B → A is three revisions.
func edits(t *testing.T, w *World) {
	if w.Edit == nil {
		t.Skip("this network has no edits")
	}
	w.fill(5)
	id := w.Post("Воду отключили до вечера")
	w.fill(2)
	r := newReader(t, w)
	r.all()
	for _, text := range []string{"Воду отключили до утра", "Воду отключили до вечера"} {
		w.Clock.Advance(time.Minute)
		w.Edit(id, text)
		r.all()
		r.has(id, text)
	}
	require.Len(t, r.seen[id], 3)
	for other, revs := range r.seen {
		require.True(t, other == id || len(revs) == 1, "%s did not change", other)
	}
}

func deletion(t *testing.T, w *World) {
	if w.Delete == nil {
		t.Skip("this network shows no deletions")
	}
	posts := w.fill(8)
	r := newReader(t, w)
	r.all()
	var gone, there post.ID
	for id, text := range posts {
		switch {
		case strings.Contains(text, "номер 4 "):
			gone = id
		case strings.Contains(text, "номер 5 "):
			there = id
		}
	}
	w.Delete(gone)
	for range 2 { // deleted stays deleted, and asking does no harm
		b, err := r.recheck(ctx(t), gone, there)
		require.NoError(t, err)
		require.Equal(t, []post.ID{gone}, b.Deleted)
		require.Equal(t, map[post.ID]bool{there: true}, ids(b))
		require.Contains(t, saying(b.Items[0].Post), "номер 5 ")
	}
	r.all()
	for id := range r.deleted {
		require.Equal(t, gone, id)
	}
}

// recheck: what can't be asked is not deleted.
func recheck(t *testing.T, w *World) {
	if w.Delete == nil {
		t.Skip("this network shows no deletions")
	}
	id := w.Post("Остановка без крыши")
	r := newReader(t, w)
	r.all()
	for _, trouble := range []struct {
		make func()
		want source.Health
	}{
		{w.Front.Reset, source.Unreachable}, {func() { w.Front.Status(500) }, source.Unreachable},
		{func() { w.Front.Limit("") }, source.RateLimited},
		{func() { w.Front.Say("text/html", []byte("<html><body>?</body></html>")) }, source.NotUnderstood},
	} {
		trouble.make()
		b, err := r.recheck(ctx(t), id)
		state(t, err, trouble.want)
		require.Empty(t, b.Deleted)
	}
	w.Front.Heal()
	b, err := r.recheck(ctx(t), id)
	require.NoError(t, err)
	require.Empty(t, b.Deleted)
	require.Len(t, b.Items, 1)
	b, err = r.recheck(ctx(t))
	require.NoError(t, err)
	require.Empty(t, b.Items)
}

func rateLimit(t *testing.T, w *World) {
	posts := w.fill(w.Past)
	r := newReader(t, w)
	_, err := r.batch()
	require.NoError(t, err)
	w.Front.Limit("90")
	_, err = r.batch()
	s := state(t, err, source.RateLimited)
	require.True(t, w.Clock.Now().Add(90*time.Second).Equal(s.Until), "until %s", s.Until)
	_, err = w.Open().Connect(ctx(t))
	state(t, err, source.RateLimited)
	w.Clock.Advance(2 * time.Minute)
	w.Front.Limit("")
	_, err = r.batch()
	state(t, err, source.RateLimited)
	w.Front.Heal()
	w.Clock.Advance(2 * time.Hour)
	r.all()
	r.hasAll(posts)
}

func unreachable(t *testing.T, w *World) {
	posts := w.fill(w.Past)
	r := newReader(t, w)
	for _, trouble := range []func(){w.Front.Reset, func() { w.Front.Status(502) }, w.Front.Reset} {
		trouble()
		_, err := w.Open().Connect(ctx(t))
		state(t, err, source.Unreachable)
		_, err = r.batch()
		state(t, err, source.Unreachable)
		w.Front.Heal()
		_, err = r.batch()
		require.NoError(t, err)
	}
	r.all()
	r.hasAll(posts)
	require.Empty(t, r.deleted)
}

func notUnderstood(t *testing.T, w *World) {
	posts := w.fill(w.Past)
	r := newReader(t, w)
	r.all()
	w.Break()
	for _, c := range []source.Cursor{nil, r.cursor} {
		b, err := w.Open().Read(ctx(t), c)
		state(t, err, source.NotUnderstood)
		require.Empty(t, b.Items)
		require.Empty(t, b.Deleted)
	}
	_, err := w.Open().Connect(ctx(t))
	state(t, err, source.NotUnderstood)
	r.hasAll(posts)
}

func gone(t *testing.T, w *World) {
	if w.Gone == nil {
		t.Skip("sources of this network don't go")
	}
	lost(t, w, w.Gone, source.Gone)
}

func blocked(t *testing.T, w *World) {
	if w.Block == nil {
		t.Skip("sources of this network can't be blocked")
	}
	lost(t, w, w.Block, source.Blocked)
}

// lost: the source can't be read any more; its posts are not deleted by that.
func lost(t *testing.T, w *World, lose func(), want source.Health) {
	w.fill(3)
	r := newReader(t, w)
	r.all()
	lose()
	for range 2 {
		_, err := r.batch()
		state(t, err, want)
	}
	_, err := w.Open().Connect(ctx(t))
	state(t, err, want)
	require.Empty(t, r.deleted)
}

func cancelled(t *testing.T, w *World) {
	id := w.Post("Фонарь не горит")
	r := newReader(t, w)
	r.all()
	waiting := w.Front.Hang()
	for name, call := range map[string]func(ctx context.Context) error{
		"Connect": func(ctx context.Context) error { _, err := r.src.Connect(ctx); return err },
		"Read":    func(ctx context.Context) error { _, err := r.src.Read(ctx, r.cursor); return err },
		"Recheck": func(ctx context.Context) error { _, err := r.recheck(ctx, id); return err },
	} {
		if name == "Recheck" && w.Delete == nil {
			continue
		}
		ctx, cancel := context.WithCancel(ctx(t))
		ended := make(chan error, 1)
		go func() { ended <- call(ctx) }()
		<-waiting
		cancel()
		select {
		case err := <-ended:
			require.ErrorIs(t, err, context.Canceled, name)
		case <-time.After(5 * time.Second):
			t.Fatalf("%s goes on without its ctx", name)
		}
	}
}

// maxAllocated bounds what reading a page without end may take in all, garbage
// included.
const maxAllocated = 400 << 20

func hugePage(t *testing.T, w *World) {
	posts := w.fill(3)
	r := newReader(t, w)
	w.Front.Endless()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := r.batch()
	runtime.ReadMemStats(&after)
	state(t, err, source.NotUnderstood)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(maxAllocated))
	w.Front.Heal()
	r.all()
	r.hasAll(posts)
}

// garbage: whatever arrives, nothing panics, nothing is taken for a deletion,
// and nothing is lost once true pages arrive again.
func garbage(t *testing.T, w *World) {
	posts := w.fill(w.Past)
	r := newReader(t, w)
	_, err := r.batch()
	require.NoError(t, err)
	at := 0
	for _, mangle := range []func([]byte) []byte{
		func(p []byte) []byte { return nil },
		func(p []byte) []byte { return []byte{0} },
		func(p []byte) []byte { return []byte("\xff\xfe\x00<\x00") },
		func(p []byte) []byte { return []byte(strings.Repeat("<div>", 3000)) },
		func(p []byte) []byte { return []byte(`{"error":"no"}`) },
		func(p []byte) []byte { return p[:len(p)*at/20] },
		func(p []byte) []byte { return p[len(p)*at/20:] },
		func(p []byte) []byte { return append(p[:len(p)*at/20:len(p)*at/20], p[len(p)*(at+1)/20:]...) },
		func(p []byte) []byte { p[len(p)*at/20] ^= 0x55; return p },
	} {
		for at = range 20 {
			w.Front.Mangle(mangle)
			if b, err := r.src.Read(ctx(t), r.cursor); err == nil {
				require.Empty(t, b.Deleted)
			}
			if w.Delete == nil {
				continue
			}
			for id := range posts {
				b, err := r.recheck(ctx(t), id)
				require.Empty(t, b.Deleted, "%v", err)
				break
			}
		}
	}
	w.Front.Heal()
	r.all()
	r.hasAll(posts)
}

// badCursor: a cursor that can't be read is said to be so, not begun anew.
func badCursor(t *testing.T, w *World) {
	w.fill(3)
	src := w.Open()
	for _, c := range []string{`"x"`, `[1]`, `{`, `17`} {
		_, err := src.Read(ctx(t), source.Cursor(c))
		require.Error(t, err, c)
	}
	require.NoError(t, src.Close())
}
