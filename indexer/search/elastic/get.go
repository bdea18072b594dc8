package elastic

import (
	"context"
	"slices"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/search"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
)

// historyPage is how many records of a history are read at once.
const historyPage = 100

// Get gives one post with its history. See search.Reader.
func (x *Index) Get(ctx context.Context, scope access.Scope, id post.ID) (search.Stored, error) {
	none := fault.New(fault.NotFound, "there is no post %.80q", string(id))
	if scope.Nothing() || id.Check() != nil {
		return search.Stored{}, none
	}
	buckets, err := x.Buckets(ctx)
	if err != nil {
		return search.Stored{}, err
	}
	var q question
	for _, b := range buckets {
		q.indices = append(q.indices, x.posts(b))
	}
	// The bucket is not a part of the id, so all are asked.
	found, err := whole(scope, query.True{}, false)
	if err != nil {
		return search.Stored{}, err
	}
	q.body = object{"size": 1, "query": object{"bool": object{"filter": []any{byID(id), found}}}}
	a, err := x.ask(ctx, q, callTimeout)
	switch {
	case err != nil:
		return search.Stored{}, err
	case a.TimedOut:
		return search.Stored{}, overtime()
	case len(a.Hits.Hits) == 0:
		return search.Stored{}, none
	}
	hits := []search.Hit{{Record: a.Hits.Hits[0].Source.Record}}
	if err := x.markSealed(ctx, hits); err != nil {
		return search.Stored{}, err
	}
	s := search.Stored{Record: hits[0].Record}
	past, err := x.pastOf(ctx, []post.Bucket{s.Bucket}, id)
	// A source may have been less open than it is now.
	s.History = slices.DeleteFunc(past, func(r post.Record) bool {
		return !slices.Contains(scope.Visibilities(), string(r.Visibility))
	})
	return s, err
}

func byID(id post.ID) object { return object{"term": object{fieldID: id}} }

func overtime() error {
	return fault.New(fault.Unavailable, "Elasticsearch needs more than %s", callTimeout)
}

// pastOf gives the history of a post in some buckets, oldest first.
func (x *Index) pastOf(ctx context.Context, buckets []post.Bucket, id post.ID) ([]post.Record, error) {
	q := question{indices: make([]string, len(buckets))}
	for i, b := range buckets {
		q.indices[i] = x.history(b)
	}
	if err := x.refresh(ctx, q.indices); err != nil {
		return nil, err
	}
	q.body = object{
		"query": object{"bool": object{"filter": []any{byID(id)}}}, "track_total_hits": false,
		"sort": []any{object{fieldRev: "asc"}},
	}
	var past []post.Record
	for {
		a, full, err := x.fetch(ctx, q, historyPage, callTimeout)
		switch {
		case err != nil:
			return nil, err
		case a.TimedOut:
			return nil, overtime()
		}
		for _, h := range a.Hits.Hits {
			past = append(past, h.Source.Record)
		}
		if !full {
			return past, nil
		}
		q.body["search_after"] = []any{past[len(past)-1].Rev}
	}
}

// markSealed gives sealed posts the deletions that their documents couldn't
// take (see mark).
func (x *Index) markSealed(ctx context.Context, hits []search.Hit) error {
	var q question
	at := map[post.ID]*post.Record{}
	for i := range hits {
		if r := &hits[i].Record; r.Visibility == post.Sealed {
			at[r.ID] = r
			q.indices = append(q.indices, x.history(r.Bucket))
		}
	}
	if len(at) == 0 {
		return nil
	}
	slices.Sort(q.indices)
	q.indices = slices.Compact(q.indices)
	if err := x.refresh(ctx, q.indices); err != nil {
		return err
	}
	ids := make([]post.ID, 0, len(at))
	for id := range at {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	q.body = object{
		"query": object{"bool": object{"filter": []any{
			object{"terms": object{fieldID: ids}}, object{"term": object{fieldKind: post.Deletion}},
		}}},
		"sort": []any{object{fieldRev: "desc"}}, "collapse": object{"field": fieldID}, // the last of each
		"size": len(ids), "track_total_hits": false,
	}
	a, err := x.ask(ctx, q, callTimeout)
	switch {
	case err != nil:
		return err
	case a.TimedOut:
		return overtime()
	}
	for _, h := range a.Hits.Hits {
		if d := h.Source.Record; at[d.ID] != nil && d.Rev > at[d.ID].Rev {
			at[d.ID].Envelope = d.Envelope
		}
	}
	return nil
}
