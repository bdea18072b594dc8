package elastic

import (
	"context"
	"net/http"
	"slices"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/search"
	"github.com/otklik/otklik/indexer/text"
)

// Put writes documents. See search.Writer.
func (x *Index) Put(ctx context.Context, docs []search.Document) error {
	refused := map[int]error{}
	for from := 0; from < len(docs); {
		n := stretch(docs[from:])
		if err := x.putStretch(ctx, docs, from, from+n, refused); err != nil {
			return err
		}
		from += n
	}
	if len(refused) > 0 {
		return &search.PutError{Refused: refused}
	}
	return nil
}

// stretch gives how many documents may be put at once, deletions last: no post
// comes back after its deletion.
func stretch(docs []search.Document) int {
	gone := map[post.ID]bool{}
	for i := range docs {
		if gone[docs[i].ID] {
			return i
		}
		if docs[i].Kind == post.Deletion {
			gone[docs[i].ID] = true
		}
	}
	return len(docs)
}

// putStretch puts docs[from:to].
func (x *Index) putStretch(ctx context.Context, docs []search.Document, from, to int, refused map[int]error) error {
	refuse := func(doc int, why error) {
		if _, ok := refused[doc]; !ok {
			refused[doc] = why
		}
	}
	var ops []operation
	var deletions []int
	for i := from; i < to; i++ {
		d := &docs[i]
		if err := d.Check(); err != nil {
			refuse(i, err)
			continue
		}
		if d.Kind == post.Deletion {
			deletions = append(deletions, i)
			continue
		}
		if err := x.ensure(ctx, d.Bucket); err != nil {
			return err
		}
		var err error
		if ops, err = x.write(ops, i, d); err != nil {
			refuse(i, err)
		}
	}
	if err := x.bulk(ctx, ops, refuse); err != nil {
		return err
	}
	return x.delete(ctx, docs, deletions, refuse)
}

// write adds the operations that put a document with its content.
func (x *Index) write(ops []operation, i int, d *search.Document) ([]operation, error) {
	rec, err := record(d)
	if err != nil {
		return ops, err
	}
	source, err := present(d, rec)
	if err != nil {
		return ops, err
	}
	op, err := newOperation(i, "index", action{Index: x.posts(d.Bucket), ID: string(d.ID), Version: d.Rev, VersionType: "external"}, source)
	if err != nil {
		return ops, err
	}
	ops = append(ops, op)
	if d.Kind == post.Counters {
		return ops, nil
	}
	return x.remember(ops, i, d, rec)
}

// remember adds the operation that keeps a record in the history.
func (x *Index) remember(ops []operation, i int, d *search.Document, rec []byte) ([]operation, error) {
	source, err := past(d, rec)
	if err != nil {
		return ops, err
	}
	op, err := newOperation(i, "create", action{Index: x.history(d.Bucket), ID: historyID(d.ID, d.Rev)}, source)
	return append(ops, op), err
}

// readAtOnce is how many whole documents are read at once.
const readAtOnce = 32

// delete marks posts as deleted. This is the one write that reads first (ADR 1).
//
// Where another writer comes between the reading and the writing, what remains
// is what some order of the two would have given: a newer record has a greater
// version and refuses the mark; an older one is refused by it.
func (x *Index) delete(ctx context.Context, docs []search.Document, which []int, refuse func(int, error)) error {
	for some := range slices.Chunk(which, readAtOnce) {
		there, err := x.read(ctx, docs, some)
		if err != nil {
			return err
		}
		var ops []operation
		for n, i := range some {
			if there[n] == nil {
				continue // a post that isn't there has nothing to be marked
			}
			if ops, err = x.mark(ops, i, &docs[i], there[n]); err != nil {
				refuse(i, err)
			}
		}
		if err := x.bulk(ctx, ops, refuse); err != nil {
			return err
		}
	}
	return nil
}

// mark adds the operations of one deletion to a post that is there.
//
// The words of a sealed post can't be written again: its body is not here. Its
// document stays as it is, and reading it finds the deletion in the history
// (see markSealed).
func (x *Index) mark(ops []operation, i int, d *search.Document, old *post.Record) ([]operation, error) {
	rec, err := record(d)
	if err != nil {
		return ops, err
	}
	if ops, err = x.remember(ops, i, d, rec); err != nil || old.Rev >= d.Rev || old.Post == nil {
		return ops, err
	}
	marked := search.Document{Record: post.Record{Envelope: d.Envelope}, Body: *old.Post}
	marked.Hash, marked.Analysis = old.Hash, text.Version
	marked.Body.Deleted = true
	marked.Post = &marked.Body
	marked.Text = x.analyzer.Analyze(old.Post.Title, old.Post.Text)
	if rec, err = record(&marked); err != nil {
		return ops, err
	}
	source, err := present(&marked, rec)
	if err != nil {
		return ops, err
	}
	op, err := newOperation(i, "index", action{Index: x.posts(d.Bucket), ID: string(d.ID), Version: d.Rev, VersionType: "external"}, source)
	return append(ops, op), err
}

// read gives the present records of some documents, nil where there is none,
// also those that are not searchable yet.
func (x *Index) read(ctx context.Context, docs []search.Document, which []int) ([]*post.Record, error) {
	type ref struct {
		Index  string   `json:"_index"`
		ID     post.ID  `json:"_id"`
		Source []string `json:"_source"`
	}
	var ask struct {
		Docs []ref `json:"docs"`
	}
	for _, i := range which {
		ask.Docs = append(ask.Docs, ref{x.posts(docs[i].Bucket), docs[i].ID, []string{fieldRecord}})
	}
	var out struct {
		Docs []struct {
			Found  bool  `json:"found"`
			Error  cause `json:"error"`
			Source struct {
				Record *post.Record `json:"record"`
			} `json:"_source"`
		} `json:"docs"`
	}
	if err := x.call(ctx, http.MethodPost, "/_mget", ask, &out); err != nil {
		return nil, err
	}
	if len(out.Docs) != len(which) {
		return nil, unexpected("documents", len(out.Docs), len(which))
	}
	there := make([]*post.Record, len(which))
	for n, d := range out.Docs {
		switch {
		case d.Found:
			there[n] = d.Source.Record
		case d.Error.Type != "" && d.Error.Type != "index_not_found_exception":
			return nil, (&refusal{http.StatusServiceUnavailable, d.Error}).kind()
		}
	}
	return there, nil
}
