package elastic

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/internal/fault"
)

// Buckets lists the buckets there are, newest month first, then by class.
func (x *Index) Buckets(ctx context.Context) ([]post.Bucket, error) {
	all, err := x.list(ctx)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b post.Bucket) int {
		return cmp.Or(b.Month().Compare(a.Month()), cmp.Compare(a, b))
	})
	return slices.Compact(all), nil
}

// resolved is the indices and aliases of an installation.
type resolved struct {
	Indices []struct {
		Name    string   `json:"name"`
		Aliases []string `json:"aliases"`
	} `json:"indices"`
	Aliases []struct {
		Name string `json:"name"`
	} `json:"aliases"`
}

// resolve asks which there are, also of longer prefixes. Nothing is remembered:
// another process may have made a bucket just now.
func (x *Index) resolve(ctx context.Context) (there resolved, err error) {
	path := "/_resolve/index/" + x.prefix + "-posts-*," + x.prefix + "-history-*?expand_wildcards=open"
	return there, x.call(ctx, http.MethodGet, path, nil, &there)
}

// list gives the buckets of which there is an index of either kind; twice
// where there are both. One that was made anew is an alias.
func (x *Index) list(ctx context.Context) ([]post.Bucket, error) {
	there, err := x.resolve(ctx)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, i := range there.Indices {
		names = append(names, i.Name)
	}
	for _, a := range there.Aliases {
		names = append(names, a.Name)
	}
	var all []post.Bucket
	for _, name := range names {
		for _, kind := range []string{"-posts-", "-history-"} {
			// The patterns also find what belongs to longer prefixes; the form of
			// a bucket tells.
			b, ok := strings.CutPrefix(name, x.prefix+kind)
			if ok && post.Bucket(b).Check() == nil {
				all = append(all, post.Bucket(b))
			}
		}
	}
	return all, nil
}

// Drop removes a bucket.
func (x *Index) Drop(ctx context.Context, b post.Bucket) error {
	if err := b.Check(); err != nil {
		return fault.New(fault.Invalid, "%w", err)
	}
	for _, name := range []string{x.posts(b), x.history(b)} {
		x.know(name, false)
		index, err := x.concrete(ctx, name)
		if err != nil {
			return err
		}
		if index == "" {
			continue
		}
		if err := x.remove(ctx, index); err != nil { // with its alias
			return err
		}
	}
	return nil
}

// Forget removes one post and its history from every bucket.
func (x *Index) Forget(ctx context.Context, id post.ID) error {
	if err := id.Check(); err != nil {
		return fault.New(fault.Invalid, "%w", err)
	}
	buckets, err := x.Buckets(ctx)
	if err != nil {
		return err
	}
	past, err := x.pastOf(ctx, buckets, id)
	if err != nil {
		return err
	}
	var as []action
	for _, b := range buckets { // by id, which finds also what isn't searchable yet
		as = append(as, action{Index: x.posts(b), ID: string(id)})
	}
	for _, r := range past {
		as = append(as, action{Index: x.history(r.Bucket), ID: historyID(id, r.Rev)})
	}
	var ops []operation
	written := map[string]bool{}
	for _, a := range as {
		written[a.Index] = true
		op, err := newOperation(0, "delete", a, nil)
		if err != nil {
			return err
		}
		ops = append(ops, op)
	}
	var refused error
	if err := x.bulk(ctx, ops, func(_ int, why error) { refused = why }); err != nil {
		return err
	}
	return errors.Join(refused, x.show(ctx, written))
}

// historyID is the id of a document of a history index.
func historyID(id post.ID, rev int64) string { return fmt.Sprintf("%s@%d", id, rev) }

// month is the posts indices of one month, of all classes.
type month struct {
	start   time.Time
	indices []string
}

func (m month) end() time.Time { return m.start.AddDate(0, 1, 0) }

// months gives the months of which posts may be found between two times
// (zero is open), newest first.
func (x *Index) months(ctx context.Context, from, to time.Time) ([]month, error) {
	buckets, err := x.Buckets(ctx)
	if err != nil {
		return nil, err
	}
	var out []month
	for _, b := range buckets {
		m := month{start: b.Month()}
		if !from.IsZero() && !m.end().After(from) || !to.IsZero() && !m.start.Before(to) {
			continue
		}
		if n := len(out); n == 0 || !out[n-1].start.Equal(m.start) {
			out = append(out, m)
		}
		last := &out[len(out)-1]
		last.indices = append(last.indices, x.posts(b))
	}
	return out, nil
}

// span gives the times between which everything lies that an expression can
// find; zero is open.
func span(e query.Expr) (from, to time.Time) {
	switch e := e.(type) {
	case query.Between:
		return e.From, e.To
	case query.All:
		for _, inner := range e.Exprs {
			f, t := span(inner)
			if f.After(from) {
				from = f
			}
			if !t.IsZero() && (to.IsZero() || t.Before(to)) {
				to = t
			}
		}
	}
	return from, to
}
