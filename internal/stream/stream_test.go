package stream_test

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"net"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/stream"
)

// The partition of a key must never change: what is in a log stays where it is.
func TestPartitionOfNeverChanges(t *testing.T) {
	for key, want := range map[string]int{"": 5, "telegram:1084368520/70989": 3, "ключ": 1, "RU-MOS|rss:example.org/1": 4} {
		require.Equal(t, want, stream.PartitionOf(key), "%q", key)
	}
	h := fnv.New32a()
	for i := range 1000 {
		h.Reset()
		fmt.Fprint(h, "key ", i)
		require.EqualValues(t, h.Sum32()%16, stream.PartitionOf(fmt.Sprint("key ", i)))
	}
}

func TestCheckAcceptsWhatIsAtTheLimit(t *testing.T) {
	full := stream.Record{
		Key: strings.Repeat("k", stream.MaxKey), Value: make([]byte, stream.MaxValue),
		Headers: map[string]string{"h": strings.Repeat("v", stream.MaxHeaders-1)},
	}
	require.NoError(t, stream.Check(full, stream.Record{}))
	full.Value = append(full.Value, 0)
	err := stream.Check(stream.Record{}, full)
	require.Equal(t, fault.TooLarge, fault.KindOf(err))
	require.ErrorContains(t, err, "record 1")
}

func TestIsTransient(t *testing.T) {
	for _, c := range []struct {
		err  error
		want bool
	}{
		{fault.New(fault.Unavailable, "away"), true},
		{fault.New(fault.Limited, "later"), true},
		{fmt.Errorf("put: %w", fault.New(fault.Unavailable, "away")), true},
		{&net.OpError{Op: "dial", Err: io.EOF}, true},
		{fault.New(fault.Internal, "put: %w", &net.OpError{Op: "dial", Err: io.EOF}), true},
		{context.DeadlineExceeded, true},
		{fault.New(fault.Invalid, "bad"), false},
		{fault.New(fault.TooLarge, "bad"), false},
		{errors.New("nobody knows"), false},
	} {
		require.Equal(t, c.want, stream.IsTransient(c.err), "%v", c.err)
	}
}

func TestCutText(t *testing.T) {
	require.Equal(t, "яя", stream.CutText("яяя", 5))
	require.Equal(t, "a\uFFFDb", stream.CutText("a\xffb", 100))
	require.Equal(t, "", stream.CutText("я", 1))
}

func FuzzParsePosition(f *testing.F) {
	for _, s := range []string{"", "0:15,3:2", "15:9223372036854775807", "16:0", "0:-1", "a:b", "0:1,", ",", "0:1,0:2", "٣:1", strings.Repeat("1:1,", 400)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := stream.ParsePosition(s)
		if err != nil {
			require.True(t, utf8.ValidString(err.Error()))
			return
		}
		again, err := stream.ParsePosition(p.String())
		require.NoError(t, err)
		require.Equal(t, p, again)
		for part, offset := range p {
			require.True(t, part >= 0 && part < stream.Partitions && offset >= 0)
		}
	})
}
