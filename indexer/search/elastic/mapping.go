package elastic

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/otklik/otklik/crawler/post"
)

// templateVersion is the version of the templates below. A binary never puts
// its templates over newer ones.
const templateVersion = 1

// object is a piece of JSON.
type object = map[string]any

// The fields of a document in a posts index.
//
// Times are long and in microseconds, as exact as Postgres keeps them and small
// enough that aggregations, which count in float64, are exact as well.
const (
	fieldID         = "id"
	fieldNet        = "net"
	fieldSource     = "source"
	fieldRegions    = "regions"
	fieldVisibility = "visibility"
	fieldPublished  = "published"
	fieldKeys       = "keys"
	fieldExact      = "exact"
	fieldRecord     = "record"

	// History has these besides id and record.
	fieldRev  = "rev"
	fieldKind = "kind"
)

func keyword() object { return object{"type": "keyword"} }
func stored() object  { return object{"type": "object", "enabled": false} }

func postsMapping() object {
	return object{
		"dynamic": "strict",
		// Words of a sealed post may be searched, never shown (ADR 3).
		"_source": object{"excludes": []string{fieldKeys, fieldExact}},
		"properties": object{
			fieldID:         keyword(),
			fieldNet:        keyword(),
			fieldSource:     keyword(),
			fieldRegions:    keyword(),
			fieldVisibility: keyword(),
			fieldPublished:  object{"type": "long"},
			fieldKeys:       object{"type": "text", "analyzer": "whitespace"},
			fieldExact:      object{"type": "text", "analyzer": "whitespace", "norms": false},
			fieldRecord:     stored(),
		},
	}
}

func historyMapping() object {
	return object{
		"dynamic": "strict",
		"properties": object{
			fieldID:     keyword(),
			fieldRev:    object{"type": "long"},
			fieldKind:   keyword(),
			fieldRecord: stored(),
		},
	}
}

// settings are those of every index.
func settings() object {
	return object{
		"number_of_shards":     1,     // an index is one month of one class
		"auto_expand_replicas": "0-1", // a copy, where there is a second node
		// Put refreshes what it wrote. This is for what a killed process left.
		"refresh_interval": "30s",
		// A forgotten post leaves no trace that could refuse its next revision.
		"gc_deletes": "-1",
	}
}

// template describes the indices of one kind. The longer prefix wins, so that
// installations "a" and "a-posts" don't disturb each other; built-in templates
// (logs-*-*) have priorities up to 200.
func (x *Index) template(kind string, settings, mapping object) object {
	return object{
		"index_patterns": []string{x.prefix + "-" + kind + "-*"},
		"priority":       500 + len(x.prefix),
		"version":        templateVersion,
		"template":       object{"settings": object{"index": settings}, "mappings": mapping},
		"_meta":          object{"made_by": "otklik"},
	}
}

// install sees to it that the templates are there, in our version or a newer one.
func (x *Index) install(ctx context.Context) error {
	posts, history := settings(), settings()
	// Sorted the way pages are read, a page ends early.
	posts["sort"] = object{"field": []string{fieldPublished, fieldID}, "order": []string{"desc", "desc"}}
	for kind, t := range map[string]object{
		"posts":   x.template("posts", posts, postsMapping()),
		"history": x.template("history", history, historyMapping()),
	} {
		path := "/_index_template/" + x.prefix + "-" + kind
		var there struct {
			Templates []struct {
				Template struct {
					Version int `json:"version"`
				} `json:"index_template"`
			} `json:"index_templates"`
		}
		err := x.call(ctx, http.MethodGet, path, nil, &there)
		if err != nil && !isRefused(err, http.StatusNotFound) {
			return err
		}
		if len(there.Templates) > 0 && there.Templates[0].Template.Version >= templateVersion {
			continue
		}
		if err := x.call(ctx, http.MethodPut, path, t, nil); err != nil {
			return err
		}
	}
	return nil
}

// ensure makes the indices of buckets, unless they are known to be there. The
// template alone would do, but clusters may forbid indices to come by themselves.
func (x *Index) ensure(ctx context.Context, buckets ...post.Bucket) error {
	g, ctx := errgroup.WithContext(ctx)
	const atOnce = 4
	g.SetLimit(atOnce)
	asked := map[post.Bucket]bool{}
	for _, b := range buckets {
		if asked[b] {
			continue
		}
		asked[b] = true
		for _, name := range []string{x.posts(b), x.history(b)} {
			if !x.isKnown(name) {
				g.Go(func() error { return x.make(ctx, name) })
			}
		}
	}
	return g.Wait()
}

func (x *Index) make(ctx context.Context, name string) error {
	err := x.call(ctx, http.MethodPut, "/"+name, nil, nil)
	if err != nil && !isRefused(err, 0, "resource_already_exists_exception") && !isAlias(err) {
		return err
	}
	x.know(name, true)
	return nil
}

// isAlias says whether an index could not be made because one that was made
// anew has its name (see rebuild).
func isAlias(err error) bool {
	var r *refusal
	return errors.As(err, &r) && r.Cause.is("invalid_index_name_exception") && strings.Contains(r.Cause.Reason, "already exists as alias")
}

func (x *Index) isKnown(name string) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.known[name]
}

func (x *Index) know(name string, there bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if there {
		x.known[name] = true
	} else {
		delete(x.known, name)
	}
}
