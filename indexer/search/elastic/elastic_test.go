package elastic

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/indexer/search/searchtest"
	"github.com/otklik/otklik/internal/testenv"
)

// open gives an empty index, whose every trace is removed when the test ends.
func open(t testing.TB) *Index {
	t.Helper()
	address := testenv.Elasticsearch(t)
	x, err := New(t.Context(), Options{Addresses: []string{address}, Prefix: testenv.Name(t)})
	require.NoError(t, err)
	t.Cleanup(func() { remove(t, x) })
	return x
}

func remove(t testing.TB, x *Index) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	buckets, err := x.Buckets(ctx)
	require.NoError(t, err)
	for _, b := range buckets {
		require.NoError(t, x.Drop(ctx, b))
	}
	for _, kind := range []string{"posts", "history"} {
		require.NoError(t, x.call(ctx, "DELETE", "/_index_template/"+x.prefix+"-"+kind, nil, nil))
	}
}

func TestSuite(t *testing.T) {
	searchtest.Run(t, func(t testing.TB) searchtest.Index { return open(t) })
}
