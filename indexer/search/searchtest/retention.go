package searchtest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/search"
	"github.com/otklik/otklik/internal/access"
)

// testDropUnderLoad drops old buckets while others are searched and written:
// nobody fails, nothing of the young ones is missing for a moment, and nothing
// of the old ones is left.
func testDropUnderLoad(t *testing.T, d *desk) {
	const months, each, young = 3, 20, 30
	var old, fresh []search.Document
	for m := range months {
		for p := range each {
			old = append(old, d.doc(fmt.Sprintf("old%d-%d", m, p), noon.AddDate(0, -3-m, 0), "яма", class("short")))
		}
	}
	for p := range young {
		fresh = append(fresh, d.doc(fmt.Sprintf("young%02d", p), noon, "яма"), d.doc(fmt.Sprintf("last%02d", p), noon.AddDate(0, -3, 0), "яма"))
	}
	d.put(append(old, fresh...)...)

	var over atomic.Bool
	var wg sync.WaitGroup
	errs := make(chan error, 3) // the first of each
	work := func(step func() error) {
		wg.Go(func() {
			for ; !over.Load(); d.breathe() {
				if err := step(); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	mine := query.All{Exprs: []query.Expr{d.expr("яма"), d.expr("region:RU-PRI")}}
	work(func() error {
		page, err := d.ix.Search(d.ctx, access.Everything(), search.Request{Expr: mine, Limit: 1000})
		if err == nil && (len(page.Hits) < len(fresh) || len(page.Hits) > len(fresh)+len(old)) {
			err = fmt.Errorf("%d posts are found", len(page.Hits))
		}
		return err
	})
	work(func() error {
		n, err := d.ix.Count(d.ctx, access.Everything(), mine, 0)
		if err == nil && n.Posts < int64(len(fresh)) {
			err = fmt.Errorf("%d posts are counted", n.Posts)
		}
		return err
	})
	work(func() error { return d.ix.Put(d.ctx, fresh[:10]) })
	for m := range months {
		require.NoError(t, d.ix.Drop(d.ctx, bucket("short", noon.AddDate(0, -3-m, 0))))
	}
	over.Store(true)
	wg.Wait()
	select {
	case err := <-errs:
		require.NoError(t, err)
	default:
	}
	n, err := d.ix.Count(d.ctx, access.Everything(), query.True{}, 0)
	require.NoError(t, err)
	require.EqualValues(t, len(fresh), n.Posts)
	bs, err := d.ix.Buckets(d.ctx)
	require.NoError(t, err)
	require.Len(t, bs, 2)
}
