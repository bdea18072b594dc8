package streamtest

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/stream"
	"github.com/otklik/otklik/internal/testenv"
)

func testTailEnd(t *testing.T, e Engine) {
	topic, l := testenv.Name(t), e.Open(t, &Line{})
	require.NoError(t, l.Append(deadline(t), topic, records(20, 20)...))
	r := tail(t, l, topic, nil)
	require.Len(t, r.Position(), stream.Partitions)
	rs := []stream.Record{{Key: "a", Value: []byte("1")}, {Key: "b", Value: []byte("2")}, {Key: "a", Value: []byte("3")}}
	require.NoError(t, l.Append(deadline(t), topic, rs...))
	msgs := take(t, r, 3)
	require.Len(t, msgs, 3)
	require.Equal(t, valuesOf(rs), values(msgs), "only what came after")
}

func testTailPosition(t *testing.T, e Engine) {
	topic, l := testenv.Name(t), e.Open(t, &Line{})
	r := tail(t, l, topic, nil)
	start := r.Position()
	first, second := records(40, 30)[:20], records(40, 30)[20:]
	require.NoError(t, l.Append(deadline(t), topic, first...))
	msgs := take(t, r, len(first))
	require.Equal(t, valuesOf(first), values(msgs))
	middle := r.Position()
	want := maps.Clone(start)
	for _, m := range msgs {
		want[m.Partition] = m.Offset + 1
	}
	require.Equal(t, want, middle)
	require.NoError(t, l.Append(deadline(t), topic, second...))

	// Elsewhere: from the middle, through the text form.
	parsed, err := stream.ParsePosition(middle.String())
	require.NoError(t, err)
	require.Equal(t, middle, parsed)
	resumed := tail(t, e.Open(t, &Line{}), topic, parsed)
	require.Equal(t, middle, resumed.Position())
	require.Equal(t, valuesOf(second), values(take(t, resumed, len(second))))
	increasing(t, take(t, tail(t, l, topic, start), 40), e.Dense)

	// A position of some partitions: the others are read from their end.
	one := msgs[0].Partition
	r = tail(t, l, topic, stream.Position{one: 0})
	got, err := r.Fetch(deadline(t), 1)
	require.NoError(t, err)
	require.Equal(t, one, got[0].Partition)
	require.Zero(t, got[0].Offset)

	// Beyond the end it goes on with the end.
	end := tail(t, l, topic, nil).Position()
	far := stream.Position{}
	for p := range end {
		far[p] = end[p] + 1000
	}
	r = tail(t, l, topic, far)
	require.Equal(t, end, r.Position())
	require.NoError(t, l.Append(deadline(t), topic, records(5, 5)...))
	take(t, r, 5)
}
