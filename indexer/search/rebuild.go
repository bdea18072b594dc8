package search

import (
	"context"

	"github.com/otklik/otklik/crawler/post"
)

// Rebuilder makes buckets anew, with another analysis, while they are searched
// and written. One process at a time does so, and nobody drops buckets
// meanwhile; callers see to that. Package reindex is how it is used.
type Rebuilder interface {
	// Rebuild begins to make a bucket anew beside the one that is searched, or
	// gives fault.NotFound. What is written from now on is noted.
	Rebuild(ctx context.Context, b post.Bucket) (Rebuild, error)
	// Switch puts what was made anew in the place of what it was made of: all
	// at once and for good. First it holds writers (they wait, or have
	// fault.Unavailable and try again) and calls rest, which brings over what
	// was written until then. Readers never wait for rest. After an error
	// everything is as it was, and Switch may be called again.
	Switch(ctx context.Context, all []Rebuild, rest func(ctx context.Context) error) error
	// Abandon removes whatever rebuilds that came to no end have left, of this
	// process or another, and lets writers write.
	Abandon(ctx context.Context) error
}

// Rebuild is one bucket that is being made anew. It is for one goroutine.
type Rebuild interface {
	Bucket() post.Bucket
	// Posts is about how many posts Next gives before those that are written
	// meanwhile.
	Posts() int64
	// Next gives posts as they are now, at most so many: first those that are
	// there, then those that were written since they were given. None: what is
	// made anew has everything.
	Next(ctx context.Context, most int) ([]post.Record, error)
	// Put takes what Next gave last, analysed, before Next is called again.
	// What is left out is left out of the bucket.
	Put(ctx context.Context, docs []Document) error
	// Remove takes posts out of what is made anew.
	Remove(ctx context.Context, ids []post.ID) error
}
