package streamtest

import (
	"crypto/rand"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/stream"
	"github.com/otklik/otklik/internal/testenv"
)

func reader(t testing.TB, l stream.Log) stream.Reader {
	t.Helper()
	r, ok := l.(stream.Reader)
	require.True(t, ok, "%T is no stream.Reader", l)
	return r
}

// testLook: what a topic keeps is read at any place, without a group and
// without waiting.
func testLook(t *testing.T, e Engine) {
	topic, l := testenv.Name(t), e.Open(t, &Line{})
	r := reader(t, e.Open(t, &Line{}))
	first, end, err := r.Kept(deadline(t), topic)
	require.NoError(t, err)
	require.Len(t, first, stream.Partitions)
	require.Equal(t, first, end, "a topic that nobody has written to")

	var rs []stream.Record
	for i := range 120 { // in several batches of a broker, together more than it gives at once
		noise := make([]byte, 60_000) // which no engine makes smaller
		rand.Read(noise)
		rs = append(rs, stream.Record{Key: "one", Value: noise, Headers: map[string]string{"n": fmt.Sprint(i)}})
	}
	for i := 0; i < len(rs); i += 10 {
		require.NoError(t, l.Append(deadline(t), topic, rs[i:i+10]...))
	}
	p := stream.PartitionOf("one")
	first, end, err = r.Kept(deadline(t), topic)
	require.NoError(t, err)
	require.EqualValues(t, 0, first[p])
	require.EqualValues(t, 120, end[p])

	for from := int64(0); from < end[p]; {
		msgs, err := r.Read(deadline(t), topic, p, from, 50)
		require.NoError(t, err)
		require.NotEmpty(t, msgs)
		require.LessOrEqual(t, len(msgs), 50)
		for i, m := range msgs {
			require.Equal(t, from+int64(i), m.Offset)
			require.Equal(t, fmt.Sprint(m.Offset), m.Headers["n"])
			require.Equal(t, rs[m.Offset].Value, m.Value)
			require.Equal(t, []any{topic, p, "one"}, []any{m.Topic, m.Partition, m.Key})
			require.WithinDuration(t, time.Now(), m.Time, time.Hour)
		}
		from += int64(len(msgs))
	}
	msgs, err := r.Read(deadline(t), topic, p, 67, 1) // in the middle of a batch
	require.NoError(t, err)
	require.Len(t, msgs, 1)
	require.EqualValues(t, 67, msgs[0].Offset)
	for _, beyond := range []int64{end[p], end[p] + 1000} {
		msgs, err = r.Read(deadline(t), topic, p, beyond, 10)
		require.NoError(t, err)
		require.Empty(t, msgs)
	}
	msgs, err = r.Read(deadline(t), topic, (p+1)%stream.Partitions, 0, 10)
	require.NoError(t, err)
	require.Empty(t, msgs)
	_, _, err = r.Kept(deadline(t), "Bad Name")
	require.Error(t, err)
	_, err = r.Read(deadline(t), "Bad Name", 0, 0, 1)
	require.Error(t, err)
}

// testBehind: a group that nobody is a member of is behind all the same.
func testBehind(t *testing.T, e Engine) {
	topic, l := testenv.Name(t), e.Open(t, &Line{})
	m, group := l.(stream.Meter), groupOf("readers", topic)
	b, err := stream.MeasureBehind(deadline(t), m, group, topic)
	require.NoError(t, err)
	require.Zero(t, b.Records)
	require.True(t, b.Since.IsZero())

	require.NoError(t, l.Append(deadline(t), topic, stream.Record{Key: "a"}))
	c := consume(t, l, "readers", topic)
	oldest := take(t, c, 1)
	require.NoError(t, l.Append(deadline(t), topic, records(30, 30)...))
	b, err = stream.MeasureBehind(deadline(t), m, group, topic)
	require.NoError(t, err)
	require.EqualValues(t, 31, b.Records)
	require.Len(t, b.Lags, stream.Partitions)
	require.True(t, oldest[0].Time.Equal(b.Since), "%s, not %s", b.Since, oldest[0].Time)

	require.NoError(t, c.Commit(deadline(t), oldest...))
	b, err = stream.MeasureBehind(deadline(t), m, group, topic)
	require.NoError(t, err)
	require.EqualValues(t, 30, b.Records)
	require.False(t, b.Since.Before(oldest[0].Time))
	require.NoError(t, c.Commit(deadline(t), take(t, c, 30)...))
	b, err = stream.MeasureBehind(deadline(t), m, group, topic)
	require.NoError(t, err)
	require.Zero(t, b.Records)
	require.True(t, b.Since.IsZero())
}
