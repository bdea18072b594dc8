package searchtest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
)

// testBatchInOrder puts batches in which revs don't rise: a batch means the
// same as its documents put one by one.
func testBatchInOrder(t *testing.T, d *desk) {
	d.put(d.doc("a", noon, "", kind(post.Deletion), rev(1)), d.doc("a", noon, "яма", rev(2)))
	require.Equal(t, []int64{2}, revs(d.get("a").History), "what wasn't there yet could not be deleted")
	require.False(t, d.get("a").Post.Deleted)

	d.put(d.doc("b", noon, "яма", rev(5)), d.doc("b", noon, "", kind(post.Deletion), rev(7)), d.doc("b", noon, "лужа", rev(6)))
	s := d.get("b")
	require.Equal(t, int64(7), s.Rev)
	require.True(t, s.Post.Deleted)
	require.Equal(t, "яма", s.Post.Text)
	require.Equal(t, []int64{5, 6, 7}, revs(s.History))
	d.finds("яма", "b", "a")
	d.finds("лужа")
}
