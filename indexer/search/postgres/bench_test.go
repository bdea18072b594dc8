package postgres_test

import (
	"testing"

	"github.com/otklik/otklik/indexer/search/searchtest"
)

func BenchmarkPut(b *testing.B)    { searchtest.BenchmarkPut(b, open) }
func BenchmarkSearch(b *testing.B) { searchtest.BenchmarkSearch(b, open, 50_000) }
