package elastic

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/search"
)

// Put writes documents. See search.Writer.
func (x *Index) Put(ctx context.Context, docs []search.Document) error {
	refused, written := map[int]error{}, map[string]bool{}
	for from := 0; from < len(docs); {
		n := stretch(docs[from:])
		if err := x.putStretch(ctx, docs, from, from+n, refused); err != nil {
			return err
		}
		from += n
	}
	// Only the present is shown at once: whoever reads the past asks for that,
	// and few do.
	for i := range docs {
		if _, ok := refused[i]; !ok {
			written[x.posts(docs[i].Bucket)] = true
		}
	}
	if err := x.show(ctx, written); err != nil {
		return err
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
		if _, ok := refused[doc]; ok {
			return
		}
		// A reason may repeat a piece of the document, and goes to logs.
		var r *refusal
		if docs[doc].Visibility == post.Sealed && errors.As(why, &r) {
			why = errors.New(r.brief())
		}
		refused[doc] = why
	}
	var contents, deletions []int
	var buckets []post.Bucket
	for i := from; i < to; i++ {
		d := &docs[i]
		switch err := d.Check(); {
		case err != nil:
			refuse(i, err)
		case d.Kind == post.Deletion:
			deletions = append(deletions, i)
		default:
			contents, buckets = append(contents, i), append(buckets, d.Bucket)
		}
	}
	if err := x.ensure(ctx, buckets...); err != nil {
		return err
	}
	var b batch
	for _, i := range contents {
		if err := x.write(&b, i, &docs[i]); err != nil {
			refuse(i, err)
		}
		if b.size >= bulkBytes { // so that no number of documents costs more memory
			if err := x.flush(ctx, &b, refuse); err != nil {
				return err
			}
		}
	}
	if err := x.flush(ctx, &b, refuse); err != nil {
		return err
	}
	return x.delete(ctx, docs, deletions, refuse)
}

// batch is operations that belong together.
type batch struct {
	ops  []operation
	size int // bytes
}

func (b *batch) add(op operation) {
	b.ops = append(b.ops, op)
	b.size += op.size()
}

// flush makes a batch durable.
func (x *Index) flush(ctx context.Context, b *batch, refuse func(int, error)) error {
	err := x.bulk(ctx, b.ops, refuse)
	*b = batch{}
	return err
}

// write adds what puts a document with its content.
func (x *Index) write(b *batch, i int, d *search.Document) error {
	rec, err := d.Encoded()
	if err != nil {
		return err
	}
	if err := x.writePresent(b, i, d, rec); err != nil || d.Kind == post.Counters {
		return err
	}
	return x.writePast(b, i, d, rec)
}

func (x *Index) writePresent(b *batch, i int, d *search.Document, rec []byte) error {
	source, err := present(d, rec)
	if err != nil {
		return err
	}
	op, err := newOperation(i, "index", action{Index: x.posts(d.Bucket), ID: string(d.ID), Version: d.Rev, VersionType: "external"}, source)
	b.add(op)
	return err
}

func (x *Index) writePast(b *batch, i int, d *search.Document, rec []byte) error {
	source, err := past(d, rec)
	if err != nil {
		return err
	}
	op, err := newOperation(i, "create", action{Index: x.history(d.Bucket), ID: historyID(d.ID, d.Rev)}, source)
	b.add(op)
	return err
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
		var b batch
		for n, i := range some {
			if there[n] == nil {
				continue // a post that isn't there has nothing to be marked
			}
			if err := x.mark(&b, i, &docs[i], there[n]); err != nil {
				refuse(i, err)
			}
		}
		if err := x.flush(ctx, &b, refuse); err != nil {
			return err
		}
	}
	return nil
}

// mark adds what deletes a post that is there.
//
// The words of a sealed post can't be written again: its body is not here. Its
// document stays as it is, and whoever reads it looks for the deletion in the
// history (see markSealed).
func (x *Index) mark(b *batch, i int, d *search.Document, old *post.Record) error {
	rec, err := d.Encoded()
	if err != nil {
		return err
	}
	if err := x.writePast(b, i, d, rec); err != nil || old.Rev >= d.Rev || old.Post == nil {
		return err
	}
	marked := search.Document{Record: post.Record{Envelope: d.Envelope}, Body: *old.Post}
	marked.Hash = old.Hash
	marked.Body.Deleted = true
	marked.Post = &marked.Body
	marked.Text = x.analyzer.Analyze(old.Post.Title, old.Post.Text)
	marked.Analysis = marked.Text.Edition
	if rec, err = marked.Encoded(); err != nil {
		return err
	}
	return x.writePresent(b, i, &marked, rec)
}

// read gives the present records of some documents, nil where there is none,
// also those that are not searchable yet.
func (x *Index) read(ctx context.Context, docs []search.Document, which []int) ([]*post.Record, error) {
	type ref struct {
		Index string  `json:"_index"`
		ID    post.ID `json:"_id"`
	}
	var ask struct {
		Docs []ref `json:"docs"`
	}
	for _, i := range which {
		ask.Docs = append(ask.Docs, ref{x.posts(docs[i].Bucket), docs[i].ID})
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
