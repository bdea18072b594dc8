package search

import (
	"cmp"
	"slices"
	"strings"
)

// Top gives the values with the greatest counts, so many as the limit allows;
// equals by name.
func Top(counts map[string]int64, limit int) []Value {
	var vs []Value
	for v, n := range counts {
		vs = append(vs, Value{Value: v, Posts: n})
	}
	slices.SortFunc(vs, func(a, b Value) int {
		return cmp.Or(cmp.Compare(b.Posts, a.Posts), strings.Compare(a.Value, b.Value))
	})
	return vs[:min(len(vs), limit)]
}
