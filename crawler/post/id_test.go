package post_test

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
)

func TestIDCheck(t *testing.T) {
	long := "rss:a.example/" + strings.Repeat("x", 400-len("rss:a.example/"))
	for _, c := range []struct {
		id string
		ok bool
	}{
		{"telegram:1084368520/70989", true},
		{"rss:gazeta.example:8080/news/2026/11/24?id=5#top", true},
		{"rss:газета.рф/новости/1", true},
		{"vk:-1/2_3", true},
		{long, true},
		{long + "x", false},
		{"", false},
		{"telegram", false},
		{"telegram:1", false},
		{"telegram:1/", false},
		{"telegram:/1", false},
		{":1/1", false},
		{"1/1", false},
		{"telegram/1:1", false},
		{"/:0/0", false},
		{"Telegram:1/1", false},
		{"телеграм:1/1", false},
		{"telegram:1/1 2", false},
		{"telegram:1/1\n", false},
		{"telegram:1/1\x00", false},
		{"telegram:1/\x7f", false},
		{"telegram:1/\xff", false},
		{"telegram:1/\uFFFD", false},
		{`telegram:1/"`, false},
		{`telegram:1/\`, false},
	} {
		if err := post.ID(c.id).Check(); c.ok {
			require.NoError(t, err, "%q", c.id)
		} else {
			require.Error(t, err, "%q", c.id)
		}
	}
}

func TestIDParts(t *testing.T) {
	id, err := post.NewID("rss", "gazeta.example", "news/1:2")
	require.NoError(t, err)
	require.EqualValues(t, "rss:gazeta.example/news/1:2", id)
	require.Equal(t, "rss", id.Network())
	require.Equal(t, "rss:gazeta.example", id.Source())
	require.Equal(t, "news/1:2", id.Native())
	_, err = post.NewID("telegram", "", "1")
	require.Error(t, err)
}

// Whoever writes a channel's number, in whatever form, names the same channel.
func TestTelegramOwner(t *testing.T) {
	for _, n := range []int64{1084368520, -1084368520, -1001084368520, 1001084368520} {
		require.Equal(t, "1084368520", post.TelegramOwner(n), n)
	}
	// A short number of an early channel, and one longer than ten digits.
	for _, c := range [][2]int64{{-1000000000777, 777}, {777, 777}, {-1002147483649, 2147483649}, {-1012147483649, 12147483649}} {
		require.Equal(t, post.TelegramOwner(c[1]), post.TelegramOwner(c[0]))
	}
	require.Equal(t, "1000000000000", post.TelegramOwner(-1_000_000_000_000), "the offset alone is nobody's")
}

func FuzzIDCheck(f *testing.F) {
	for _, s := range []string{"telegram:1084368520/70989", "rss:a.example/", "::/", "/:0/0", "a:b/c/d:e", "\xff:\x00/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		id := post.ID(s)
		if id.Check() != nil {
			return
		}
		require.LessOrEqual(t, len(s), 400)
		require.Equal(t, s, post.Clean(s), "an id needs no cleaning")
		require.NotContains(t, s, " ")
		owner := strings.TrimPrefix(id.Source(), id.Network()+":")
		again, err := post.NewID(id.Network(), owner, id.Native())
		require.NoError(t, err)
		require.Equal(t, id, again)
		b, err := post.Encode(id)
		require.NoError(t, err)
		require.LessOrEqual(t, len(b), 2*400+2)
	})
}

func FuzzTelegramOwner(f *testing.F) {
	for _, n := range []int64{1084368520, -1001084368520, 0, 1, math.MinInt64, math.MaxInt64, -1_000_000_000_000} {
		f.Add(n)
	}
	f.Fuzz(func(t *testing.T, n int64) {
		owner := post.TelegramOwner(n)
		require.Regexp(t, `^[0-9]+$`, owner)
		if n > 0 && n < 1_000_000_000_000 {
			require.Equal(t, owner, post.TelegramOwner(-n))
			require.Equal(t, owner, post.TelegramOwner(-1_000_000_000_000-n))
		}
	})
}
