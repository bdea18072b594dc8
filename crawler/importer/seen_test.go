package importer

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
)

func TestSeen(t *testing.T) {
	s := newSeen()
	for _, id := range []post.ID{"telegram:1/1", "telegram:1/64", "telegram:2/1", "telegram:1/67108863", "telegram:1/67108864",
		"telegram:1/01", "rss:a/x", "vk:1/1", "telegram:1/18446744073709551616"} {
		require.False(t, s.again(id), id)
		require.True(t, s.again(id), id)
	}
	for i := range 100_000 {
		require.False(t, s.again(post.ID(fmt.Sprint("telegram:9/", i))))
	}
}
