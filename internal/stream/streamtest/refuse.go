package streamtest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/stream"
	"github.com/otklik/otklik/internal/testenv"
)

func testTooLarge(t *testing.T, e Engine) {
	topic, l := testenv.Name(t), e.Open(t, &Line{})
	for name, bad := range map[string]stream.Record{
		"value":   {Key: "k", Value: make([]byte, stream.MaxValue+1)},
		"key":     {Key: string(make([]byte, stream.MaxKey+1))},
		"headers": {Key: "k", Headers: map[string]string{"h": string(make([]byte, stream.MaxHeaders))}},
	} {
		err := l.Append(deadline(t), topic, stream.Record{Key: "good"}, bad)
		require.Equal(t, fault.TooLarge, fault.KindOf(err), "%s: %v", name, err)
	}
	// Everything at its limit together goes in, and it is the first: nothing
	// was written before.
	key := string(make([]byte, stream.MaxKey))
	full := stream.Record{Key: key, Value: make([]byte, stream.MaxValue), Headers: map[string]string{"h": string(make([]byte, stream.MaxHeaders-1))}}
	require.NoError(t, l.Append(deadline(t), topic, full))
	msgs := take(t, consume(t, l, "readers", topic), 1)
	require.Len(t, msgs, 1)
	require.Equal(t, key, msgs[0].Key)
	lags, err := l.Lag(deadline(t), groupOf("readers", topic), topic)
	require.NoError(t, err)
	var total int64
	for _, lag := range lags {
		total += lag.End
	}
	require.EqualValues(t, 1, total)
}

func testNames(t *testing.T, e Engine) {
	l := e.Open(t, &Line{})
	for _, name := range []string{"", "Posts", "посты", "a b", "a/b", "-a", "a;drop"} {
		require.Equal(t, fault.Invalid, fault.KindOf(l.Append(deadline(t), name, records(1, 1)...)), "topic %q", name)
		_, err := l.Consume(deadline(t), "readers", name)
		require.Equal(t, fault.Invalid, fault.KindOf(err), "topic %q", name)
		_, err = l.Consume(deadline(t), name, "posts")
		require.Equal(t, fault.Invalid, fault.KindOf(err), "group %q", name)
		_, err = l.Tail(deadline(t), name, nil)
		require.Equal(t, fault.Invalid, fault.KindOf(err), "topic %q", name)
	}
	_, err := l.Consume(deadline(t), "readers")
	require.Equal(t, fault.Invalid, fault.KindOf(err))
	require.NoError(t, l.Append(deadline(t), testenv.Name(t)), "no records are no error")
}

func testClosed(t *testing.T, e Engine) {
	topic, l := testenv.Name(t), e.Open(t, &Line{})
	require.NoError(t, l.Append(deadline(t), topic, records(5, 5)...))
	c := consume(t, l, "readers", topic)
	msgs := take(t, c, 5)
	require.NoError(t, c.Close())
	require.NoError(t, c.Close(), "closing twice is no error")
	_, err := c.Fetch(deadline(t), 1)
	require.ErrorIs(t, err, stream.ErrClosed)
	require.NoError(t, c.Commit(deadline(t), msgs...), "a commit that comes too late is ignored")
	require.Zero(t, committed(t, l, "readers", topic))

	r := tail(t, l, topic, nil)
	errs := make(chan error, 1)
	go func() { _, err := r.Fetch(context.Background(), 1); errs <- err }()
	require.NoError(t, r.Close())
	select {
	case err := <-errs:
		require.ErrorIs(t, err, stream.ErrClosed)
	case <-time.After(patience):
		t.Fatal("Fetch of a closed tail does not return")
	}
}

func testAway(t *testing.T, e Engine) {
	topic, line := testenv.Name(t), &Line{}
	l := e.Open(t, line)
	require.NoError(t, l.Append(deadline(t), topic, records(1, 1)...))
	line.Cut()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	err := l.Append(ctx, topic, records(2, 2)...)
	if ctx.Err() == nil {
		require.Equal(t, fault.Unavailable, fault.KindOf(err), "%v", err)
	} else {
		require.Error(t, err) // the engine's own patience is longer
	}
	line.Mend()
	require.Eventually(t, func() bool {
		return l.Append(t.Context(), topic, stream.Record{Key: "after", Value: []byte("after")}) == nil
	}, patience, 50*time.Millisecond)
	c := consume(t, l, "readers", topic)
	for ctx := deadline(t); ; {
		msgs, err := c.Fetch(ctx, 10)
		require.NoError(t, err)
		for _, m := range msgs {
			if m.Key == "after" {
				return
			}
		}
	}
}
