package elastic

import (
	"testing"

	"github.com/otklik/otklik/indexer/search/searchtest"
)

func empty(t testing.TB) searchtest.Index { return open(t) }

func BenchmarkPut(b *testing.B)    { searchtest.BenchmarkPut(b, empty) }
func BenchmarkSearch(b *testing.B) { searchtest.BenchmarkSearch(b, empty, 20_000) }
