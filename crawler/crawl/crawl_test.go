package crawl_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/crawler/schedule"
	"github.com/otklik/otklik/crawler/source"
	"github.com/otklik/otklik/internal/stream"
)

// Read → admit → log → confirm → cursor, for each batch, and the rev before
// all of it.
func TestOrder(t *testing.T) {
	e := newEnv(t)
	c := e.channel(3)
	id := e.add("odin")
	o := e.visits(1)[0]
	require.Equal(t, source.OK, o.Health)
	require.Equal(t, 3, o.Records)
	batch := []string{"rev", "after rev", "read", "admit", "after admit", "append", "after append", "confirm", "after confirm", "keep", "after keep"}
	require.Equal(t, slices.Concat([]string{"keep", "after keep"}, batch, batch), e.steps, "the first step stores who the source is")
	require.Equal(t, 1, c.closed)
	s := e.get(id)
	require.Equal(t, "telegram:1", s.External)
	require.Equal(t, "Канал", s.Title)
	require.EqualValues(t, 3, s.Posts)
	require.JSONEq(t, `{"n":3}`, string(s.Cursor))
	for _, r := range e.last() {
		require.Equal(t, []string{"RU-PRI"}, r.Regions)
		require.Equal(t, post.Public, r.Visibility)
	}
	require.Equal(t, post.Backfill, e.records[0].Origin, "what is there at first is of the past")
	require.Equal(t, post.Live, e.records[2].Origin)
}

// What was appended is in the log, in the order of each post.
func TestRecordsAreInTheLog(t *testing.T) {
	e := newEnv(t)
	c := e.channel(5)
	e.add("odin")
	e.visits(1)
	c.edit(2, "исправлен")
	e.visits(1)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	from := stream.Position{}
	for p := range stream.Partitions {
		from[p] = 0
	}
	tail, err := e.log.Tail(ctx, stream.Posts, from)
	require.NoError(t, err)
	defer func() { require.NoError(t, tail.Close()) }()
	texts := map[string][]string{}
	for n := 0; n < 6; {
		msgs, err := tail.Fetch(ctx, 100)
		require.NoError(t, err)
		for _, m := range msgs {
			r, err := post.Decode(m.Value)
			require.NoError(t, err)
			texts[m.Key] = append(texts[m.Key], r.Post.Text)
		}
		n += len(msgs)
	}
	require.Len(t, texts, 5)
	require.Equal(t, []string{"пост 2", "исправлен"}, texts["telegram:1/2"])
}

var errCrash = errors.New("the lights go out")

// A crash between any two steps repeats and never loses.
func TestCrashAnywhere(t *testing.T) {
	e := newEnv(t)
	for _, step := range []string{"rev", "after rev", "read", "admit", "after admit", "append", "after append", "confirm", "after confirm",
		"keep", "after keep", "admit deleted", "after admit deleted"} {
		t.Run(step, func(t *testing.T) {
			e.fresh(t)
			c := e.channel(5)
			id := e.add("odin")
			crashes := 0
			crash := func(n int) {
				e.failing(func(s string, i int) error {
					if s != step || i != n {
						return nil
					}
					crashes++
					return errCrash
				})
				e.visits(1)
			}
			for n := range 3 {
				crash(n + 1)
			}
			c.edit(1, "исправлен")
			c.mu.Lock()
			c.texts = append(c.texts, "пост 6")
			c.gone = []post.ID{"telegram:1/2"}
			c.mu.Unlock()
			crash(1)
			e.failing(nil)
			e.visits(1)
			require.Positive(t, crashes, "or this proves nothing")
			last := e.last()
			require.Len(t, last, 6)
			for i, text := range c.texts {
				r := last[post.ID(fmt.Sprintf("telegram:1/%d", i+1))]
				if i+1 == 2 {
					require.Equal(t, post.Deletion, r.Kind)
					continue
				}
				require.Equal(t, text, r.Post.Text)
			}
			s := e.get(id)
			require.Equal(t, source.OK, s.Health)
			require.JSONEq(t, `{"n":6}`, string(s.Cursor))
			before := len(e.records)
			e.visits(1)
			require.Len(t, e.records, before, "once all went well, nothing comes again")
		})
	}
}

// The database's trouble is not called health.
func TestTroubleOfOursIsSeen(t *testing.T) {
	e := newEnv(t)
	e.channel(1)
	id := e.add("odin")
	e.failing(func(s string, _ int) error {
		if s == "append" {
			return errCrash
		}
		return nil
	})
	require.Equal(t, source.Unreachable, e.visits(1)[0].Health)
	s := e.get(id)
	require.Contains(t, s.Detail, "the lights go out")
	require.Nil(t, s.LastOK)
	require.Equal(t, 1, s.Failures)
	for range 5 {
		e.visits(1)
	}
	s = e.get(id)
	require.Equal(t, 6, s.Failures)
	require.Less(t, s.NextAt.Sub(e.now()), 2*s.Every, "when the log is back the source is read as soon as ever")
}

// The states of a source become its health.
func TestStatesOfSources(t *testing.T) {
	e := newEnv(t)
	c := e.channel(1)
	id := e.add("odin")
	for _, h := range []source.Health{source.Gone, source.Blocked, source.NotUnderstood, source.Unreachable, source.RateLimited} {
		c.trouble = func() error { return fmt.Errorf("wrapped: %w", &source.State{Health: h, Detail: "seen: nothing"}) }
		require.Equal(t, h, e.visits(1)[0].Health)
		require.Equal(t, h, e.get(id).Health)
		require.Contains(t, e.get(id).Detail, "seen: nothing")
	}
	require.Empty(t, e.records)
	c.trouble = nil
	require.Equal(t, source.OK, e.visits(1)[0].Health)
	require.Len(t, e.records, 1)
}

// A source that doesn't say who it is can't be read.
func TestWhoAreYou(t *testing.T) {
	e := newEnv(t)
	c := e.channel(1)
	c.owner = ""
	e.add("odin")
	require.Equal(t, source.NotUnderstood, e.visits(1)[0].Health)
	require.Empty(t, e.records)
}

// Another owner under the address: nothing of theirs is taken for what was
// asked for.
func TestAnotherOwner(t *testing.T) {
	e := newEnv(t)
	for name, spoil := range map[string]func(*source.Batch){
		"posts":     func(b *source.Batch) { b.Items[0].ID = "telegram:2/1" },
		"deletions": func(b *source.Batch) { b.Deleted = []post.ID{"telegram:2/1"} },
		"itself":    func(b *source.Batch) { b.Items, b.Info = nil, &source.Info{Source: "telegram:2", Title: "Чужой"} },
	} {
		t.Run(name, func(t *testing.T) {
			e.fresh(t)
			c := e.channel(2)
			id := e.add("odin")
			e.visits(1)
			c.mu.Lock()
			c.texts = append(c.texts, "чужой пост")
			c.spoil = spoil
			c.mu.Unlock()
			require.Equal(t, source.NotUnderstood, e.visits(1)[0].Health)
			s := e.get(id)
			require.Contains(t, s.Detail, "another owner")
			require.Equal(t, "telegram:1", s.External)
			require.Equal(t, "Канал", s.Title)
			require.JSONEq(t, `{"n":2}`, string(s.Cursor))
			require.Len(t, e.records, 2)
		})
	}
}

// An adapter that panics costs its own source only.
func TestPanic(t *testing.T) {
	e := newEnv(t)
	good := e.channel(2)
	bad := &channel{env: e, owner: "telegram:2", trouble: func() error { panic("index out of range") }}
	e.open = func(s schedule.Source) (source.Source, error) {
		switch s.Address {
		case "odin":
			return good, nil
		case "dva":
			return bad, nil
		}
		panic("no such adapter")
	}
	healthy, read, opened := e.add("odin"), e.add("dva"), e.add("tri")
	e.visits(3)
	require.Equal(t, source.OK, e.get(healthy).Health)
	require.Len(t, e.records, 2)
	for _, id := range []int64{read, opened} {
		require.Equal(t, source.NotUnderstood, e.get(id).Health)
		require.Contains(t, e.get(id).Detail, "the adapter failed")
	}
	require.Equal(t, 1, bad.closed, "it is closed all the same")
}

// A → B → A ends as A with three revisions.
func TestEditAndBack(t *testing.T) {
	e := newEnv(t)
	c := e.channel(1)
	e.add("odin")
	e.visits(1)
	for _, text := range []string{"другой", "пост 1"} {
		c.edit(1, text)
		e.visits(1)
	}
	var texts []string
	for _, r := range e.records {
		require.Equal(t, post.Revision, r.Kind)
		require.Equal(t, e.records[0].Bucket, r.Bucket)
		texts = append(texts, r.Post.Text)
	}
	require.Equal(t, []string{"пост 1", "другой", "пост 1"}, texts)
	e.last() // revs rise
}

func TestDeletion(t *testing.T) {
	e := newEnv(t)
	c := e.channel(2)
	id := e.add("odin")
	e.visits(1)
	c.mu.Lock()
	c.gone = []post.ID{"telegram:1/1", "telegram:1/99"}
	c.mu.Unlock()
	e.visits(1)
	e.visits(1)
	require.Len(t, e.records, 3, "once, and only of what was seen")
	gone := e.records[2]
	require.Equal(t, post.Deletion, gone.Kind)
	require.EqualValues(t, "telegram:1/1", gone.ID)
	require.Nil(t, gone.Post)
	require.Equal(t, e.records[0].Bucket, gone.Bucket)
	require.EqualValues(t, 2, e.get(id).Posts, "a deletion is no new post")
}

// One visit reads a bounded part of a source that has no end; the next goes on
// from there.
func TestVisitsAreBounded(t *testing.T) {
	e := newEnv(t)
	c := e.channel(0)
	c.endless = true
	id := e.add("odin")
	require.Equal(t, 100, e.visits(1)[0].Records)
	require.JSONEq(t, `{"n":100}`, string(e.get(id).Cursor))
	require.Equal(t, 100, e.visits(1)[0].Records)
	require.Len(t, e.last(), 200)
}

// A stop lets what was read go the rest of its way, and is neither illness nor
// health of the source.
func TestStopFinishesTheBatch(t *testing.T) {
	e := newEnv(t)
	c := e.channel(6)
	id := e.add("odin")
	c.trouble = func() error { return &source.State{Health: source.Blocked, Detail: "private"} }
	e.visits(1)
	c.trouble = nil
	before := e.get(id)
	let := make(chan struct{})
	e.mu.Lock()
	e.hold["append"] = let
	e.mu.Unlock()
	e.advance(24 * time.Hour)
	cancel, wait := e.run()
	require.Equal(t, "append", e.waitHeld())
	cancel()
	close(let)
	wait()
	s := e.get(id)
	require.JSONEq(t, `{"n":2}`, string(s.Cursor), "the batch that was read is stored, and no other begun")
	require.Len(t, e.records, 2)
	require.Equal(t, source.Blocked, s.Health)
	require.Equal(t, before.Failures, s.Failures)
	require.Nil(t, s.LastOK)
	e.mu.Lock()
	e.hold = map[string]chan struct{}{}
	e.mu.Unlock()
	cancel, wait = e.run()
	require.Equal(t, source.OK, e.outcome().Health, "who comes next goes on at once")
	cancel()
	wait()
	require.Len(t, e.last(), 6)
}

// No more sources are borrowed than can be read: a lease that waits runs out.
func TestNoMoreLeasesThanWorkers(t *testing.T) {
	e := newEnv(t)
	e.workers = 2
	let := make(chan struct{})
	e.hold["read"] = let
	e.open = func(s schedule.Source) (source.Source, error) {
		return &channel{env: e, owner: "telegram:" + strings.TrimPrefix(s.Address, "k"), size: 1, texts: []string{"т"}}, nil
	}
	for i := range 5 {
		e.add(fmt.Sprint("k", i+1))
	}
	e.advance(time.Hour)
	cancel, wait := e.run()
	e.waitHeld()
	e.waitHeld()
	others, err := e.store.Due(context.Background(), "other", 10, time.Minute)
	require.NoError(t, err)
	require.Len(t, others, 3)
	for _, l := range others {
		require.NoError(t, e.store.Release(context.Background(), l))
	}
	close(let)
	for range 5 {
		require.Equal(t, source.OK, e.outcome().Health)
	}
	cancel()
	wait()
	require.Len(t, e.last(), 5)
}

// Who lost the lease moves no cursor; nothing is lost by reading twice.
func TestLostLease(t *testing.T) {
	e := newEnv(t)
	e.channel(4)
	id := e.add("odin")
	let := make(chan struct{})
	e.hold["append"] = let
	e.advance(time.Hour)
	cancel, wait := e.run()
	e.waitHeld()
	e.advance(time.Hour) // the lease is over
	others, err := e.store.Due(context.Background(), "other", 1, time.Minute)
	require.NoError(t, err)
	require.Len(t, others, 1)
	close(let)
	e.outcome()
	cancel()
	wait()
	s := e.get(id)
	require.Nil(t, s.Cursor)
	require.Equal(t, schedule.New, s.Health, "its word on the health is not heard")
	require.NoError(t, e.store.Done(context.Background(), others[0], nil))
	e.hold = map[string]chan struct{}{}
	e.visits(1)
	require.Len(t, e.last(), 4)
	require.JSONEq(t, `{"n":4}`, string(e.get(id).Cursor))
}

// A lease lasts as long as its reading, and not much longer than a crawler that
// was killed.
func TestAReadingKeepsItsLease(t *testing.T) {
	e := newEnv(t)
	e.lease = 3 * time.Second
	e.channel(2)
	e.add("odin")
	let := make(chan struct{})
	e.hold["append"], e.hold["after renew"] = let, make(chan struct{})
	e.advance(time.Hour)
	cancel, wait := e.run()
	require.Equal(t, "append", e.waitHeld())
	for range 3 {
		require.Equal(t, "after renew", e.waitHeld())
		e.advance(2 * time.Second)
		others, err := e.store.Due(context.Background(), "other", 1, time.Minute)
		require.NoError(t, err)
		require.Empty(t, others)
		e.hold["after renew"] <- struct{}{}
	}
	cancel() // also while a stop waits for what was read
	require.Equal(t, "after renew", e.waitHeld())
	e.hold["after renew"] <- struct{}{}
	close(let)
	close(e.hold["after renew"])
	wait()
	require.Len(t, e.last(), 2)
}

// Who can't renew a lease in time, or has lost it, reads no longer; that is no
// illness of the source.
func TestAReadingEndsWithItsLease(t *testing.T) {
	for _, renew := range []func(step string, n int) error{
		func(step string, _ int) error {
			if step == "renew" {
				return errors.New("the database is away")
			}
			return nil
		}, nil,
	} {
		e := newEnv(t)
		e.lease = time.Second
		c := e.channel(2)
		c.slow = true
		id := e.add("odin")
		e.hold["read"] = make(chan struct{})
		e.failing(renew)
		e.advance(time.Hour)
		cancel, wait := e.run()
		e.waitHeld()
		e.advance(time.Hour) // the lease is over by the clock
		if renew == nil {
			_, err := e.store.Pool.Exec(context.Background(), `UPDATE source SET lease = lease + 1, lease_until = $1`, e.now().Add(time.Minute))
			require.NoError(t, err)
		}
		began := time.Now()
		close(e.hold["read"])
		require.Eventually(t, func() bool { c.mu.Lock(); defer c.mu.Unlock(); return c.closed > 0 }, patience, 5*time.Millisecond)
		require.Less(t, time.Since(began), 20*time.Second, "long before a reading is given up by itself")
		cancel()
		wait()
		s := e.get(id)
		require.Equal(t, schedule.New, s.Health)
		require.Zero(t, s.Failures)
	}
}
