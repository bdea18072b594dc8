package elastic

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/search"
	"github.com/otklik/otklik/internal/fault"
)

// A bucket is made anew in an index PREFIX-posts-BUCKET.N, which takes the
// bucket's name as an alias in the end. The history has no words, so it stays.
//
// Elasticsearch numbers all writes of a shard, and an index has one: what was
// written since is what has a greater number (_seq_no).

const (
	fieldSeq = "_seq_no"

	switchTime = 5 * time.Minute // that writers may have to try again
)

// rebuild is a bucket that is made anew.
type rebuild struct {
	x      *Index
	bucket post.Bucket
	old    string // the index that is searched
	next   string // the index that is made
	uuid   string // of next: that nobody else has made it again
	posts  int64
	after  int64 // the number up to which Next has given everything
	until  int64 // the number up to which everything can be searched
}

// concrete gives the index that a name means: itself, or what the alias is of;
// "" where there is none.
func (x *Index) concrete(ctx context.Context, name string) (string, error) {
	var there map[string]struct{}
	err := x.call(ctx, http.MethodGet, "/"+name+"/_alias", nil, &there)
	if isRefused(err, http.StatusNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	for index := range there {
		return index, nil
	}
	return "", nil
}

// numbered takes the number off the name of an index that was made anew.
func numbered(index string) (name string, n int, ok bool) {
	name, number, ok := strings.Cut(index, ".")
	n, err := strconv.Atoi(number)
	return name, n, ok && err == nil
}

// Rebuild begins to make a bucket anew. See search.Rebuilder.
func (x *Index) Rebuild(ctx context.Context, b post.Bucket) (search.Rebuild, error) {
	if err := b.Check(); err != nil {
		return nil, fault.New(fault.Invalid, "%w", err)
	}
	old, err := x.concrete(ctx, x.posts(b))
	if err != nil {
		return nil, err
	}
	if old == "" {
		return nil, fault.New(fault.NotFound, "there is no bucket %s", b)
	}
	_, n, _ := numbered(old)
	r := &rebuild{x: x, bucket: b, old: old, next: fmt.Sprintf("%s.%d", x.posts(b), n+1), after: -1, until: -1}
	if err := x.remove(ctx, r.next); err != nil {
		return nil, err
	}
	if err := x.call(ctx, http.MethodPut, "/"+r.next, nil, nil); err != nil {
		return nil, err
	}
	if r.uuid, err = x.uuid(ctx, r.next); err != nil {
		return nil, err
	}
	var there struct{ Count int64 }
	if err := x.call(ctx, http.MethodGet, "/"+old+"/_count", nil, &there); err != nil {
		return nil, err
	}
	r.posts = there.Count
	return r, nil
}

// remove removes an index by its own name; no error if there is none.
func (x *Index) remove(ctx context.Context, index string) error {
	err := x.call(ctx, http.MethodDelete, "/"+index, nil, nil)
	if isRefused(err, http.StatusNotFound) {
		return nil
	}
	return err
}

func (x *Index) uuid(ctx context.Context, index string) (string, error) {
	var there map[string]struct {
		Settings map[string]string `json:"settings"`
	}
	err := x.call(ctx, http.MethodGet, "/"+index+"/_settings/index.uuid?flat_settings=true", nil, &there)
	return there[index].Settings["index.uuid"], err
}

// Bucket is the bucket.
func (r *rebuild) Bucket() post.Bucket { return r.bucket }

// Posts is how many there were when it began.
func (r *rebuild) Posts() int64 { return r.posts }

// Next gives posts to be brought over, in the order of their writing. See
// search.Rebuild.
func (r *rebuild) Next(ctx context.Context, most int) ([]post.Record, error) {
	most = min(most, search.MaxLimit)
	for ctx.Err() == nil {
		if r.after >= r.until {
			if err := r.reach(ctx); err != nil || r.after >= r.until {
				return nil, err
			}
		}
		to := min(r.after+int64(most), r.until)
		recs, err := r.between(ctx, r.after, to)
		if err != nil {
			return nil, err
		}
		if r.after = to; len(recs) > 0 {
			return recs, nil
		}
	}
	return nil, ctx.Err()
}

// reach finds out up to which number every write has ended, and makes those
// searchable.
func (r *rebuild) reach(ctx context.Context) error {
	var stats struct {
		Indices map[string]struct {
			Shards map[string][]struct {
				Routing struct{ Primary bool }
				Seq     struct {
					Checkpoint int64 `json:"local_checkpoint"`
				} `json:"seq_no"`
			}
		}
	}
	if err := r.x.call(ctx, http.MethodGet, "/"+r.old+"/_stats/docs?level=shards", nil, &stats); err != nil {
		return err
	}
	for _, copies := range stats.Indices[r.old].Shards {
		for _, c := range copies {
			if c.Routing.Primary {
				if c.Seq.Checkpoint == r.until {
					return nil
				}
				r.until = c.Seq.Checkpoint
				return r.x.refresh(ctx, []string{r.old})
			}
		}
	}
	return fault.New(fault.Unavailable, "Elasticsearch does not say how far %s is written", r.old)
}

// between gives the posts whose last write has a number after one and up to
// another, with halves of that where one answer would be too long.
func (r *rebuild) between(ctx context.Context, after, to int64) ([]post.Record, error) {
	a, err := r.x.ask(ctx, question{indices: []string{r.old}, body: object{
		"query": object{"range": object{fieldSeq: object{"gt": after, "lte": to}}}, "size": to - after, "track_total_hits": false, "_source": []string{fieldRecord},
	}}, callTimeout)
	switch {
	case errors.Is(err, errTooLong) && to-after > 1:
		middle := (after + to) / 2
		first, err := r.between(ctx, after, middle)
		if err != nil {
			return nil, err
		}
		last, err := r.between(ctx, middle, to)
		return append(first, last...), err
	case err != nil:
		return nil, err
	case a.TimedOut:
		return nil, overtime()
	}
	recs := make([]post.Record, len(a.Hits.Hits))
	for i, h := range a.Hits.Hits {
		recs[i] = h.Source.Record
	}
	return recs, nil
}

// Put brings over what Next gave. See search.Rebuild.
func (r *rebuild) Put(ctx context.Context, docs []search.Document) error {
	var b batch
	var refused error
	refuse := func(i int, why error) { refused = fmt.Errorf("%s: %w", docs[i].ID, why) }
	for i := range docs {
		d := &docs[i]
		rec, err := d.Encoded()
		if err != nil {
			return err
		}
		source, err := present(d, rec)
		if err != nil {
			return err
		}
		// The versions are those of the old index, so that writers go on from them.
		op, err := newOperation(i, "index", action{Index: r.next, ID: string(d.ID), Version: d.Rev, VersionType: "external_gte"}, source)
		if err != nil {
			return err
		}
		if b.add(op); b.size >= bulkBytes {
			if err := r.x.flush(ctx, &b, refuse); err != nil {
				return err
			}
		}
	}
	if err := r.x.flush(ctx, &b, refuse); err != nil {
		return err
	}
	return refused
}

// Remove takes posts out of the new index. See search.Rebuild.
func (r *rebuild) Remove(ctx context.Context, ids []post.ID) error {
	var ops []operation
	for _, id := range ids {
		op, err := newOperation(0, "delete", action{Index: r.next, ID: string(id)}, nil)
		if err != nil {
			return err
		}
		ops = append(ops, op)
	}
	var refused error
	err := r.x.bulk(ctx, ops, func(_ int, why error) { refused = why })
	if err != nil {
		return err
	}
	return refused
}

// Switch gives new indices the names of their buckets, in one change of the
// cluster's state. Before it the old ones take no writes, which writers see as a
// server that has no time. See search.Rebuilder.
func (x *Index) Switch(ctx context.Context, all []search.Rebuild, rest func(ctx context.Context) error) (err error) {
	ctx, cancel := context.WithTimeout(ctx, switchTime)
	defer cancel()
	rs := make([]*rebuild, len(all))
	for i, r := range all {
		rs[i] = r.(*rebuild)
	}
	defer func() {
		if err == nil {
			return
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callTimeout)
		defer cancel()
		for _, r := range rs {
			_ = x.release(ctx, r.old) // Abandon does it again
		}
	}()
	for _, r := range rs { // waits for the writes under way
		if err := x.call(ctx, http.MethodPut, "/"+r.old+"/_block/write", nil, nil); err != nil {
			return err
		}
	}
	if err := rest(ctx); err != nil {
		return err
	}
	var actions []object
	for _, r := range rs {
		switch uuid, err := x.uuid(ctx, r.next); {
		case err != nil:
			return err
		case uuid != r.uuid:
			return fmt.Errorf("the index %s is not the one that was made", r.next)
		}
		if err := x.refresh(ctx, []string{r.next}); err != nil {
			return err
		}
		actions = append(actions, object{"add": object{"index": r.next, "alias": x.posts(r.bucket)}}, object{"remove_index": object{"index": r.old}})
	}
	return x.call(ctx, http.MethodPost, "/_aliases", object{"actions": actions}, nil)
}

// release lets an index be written.
func (x *Index) release(ctx context.Context, index string) error {
	err := x.call(ctx, http.MethodPut, "/"+index+"/_settings", object{"index.blocks.write": nil}, nil)
	if isRefused(err, http.StatusNotFound) {
		return nil
	}
	return err
}

// Abandon removes new indices that are left, after letting the old ones be
// written. See search.Rebuilder.
func (x *Index) Abandon(ctx context.Context) error {
	there, err := x.resolve(ctx)
	if err != nil {
		return err
	}
	for _, i := range there.Indices {
		name, _, ok := numbered(i.Name)
		bucket, ours := strings.CutPrefix(name, x.prefix+"-posts-")
		if !ok || !ours || post.Bucket(bucket).Check() != nil || slices.Contains(i.Aliases, name) {
			continue // it is none, or in use
		}
		if err := x.release(ctx, name); err != nil { // of the alias, where it is one
			return err
		}
		if err := x.remove(ctx, i.Name); err != nil {
			return err
		}
	}
	return nil
}
