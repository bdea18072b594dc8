package ingest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/match"
	"github.com/otklik/otklik/indexer/search"
	"github.com/otklik/otklik/indexer/standing"
	"github.com/otklik/otklik/indexer/text"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/stream"
)

// Bodies reads what the log may not carry: the content of sealed posts.
type Bodies interface {
	Body(ctx context.Context, id post.ID, rev int64) (post.Post, error)
}

// Appender is the end of the log that is written to.
type Appender interface {
	Append(ctx context.Context, topic string, records ...stream.Record) error
}

// Forgotten says which of some posts were asked to be forgotten: what is still
// on its way through the log must not bring them back.
type Forgotten interface {
	Forgotten(ctx context.Context, ids []post.ID) (map[post.ID]bool, error)
}

// Ingester handles batches of the topic "posts". Its order is what makes
// at-least-once safe: index, then indexed, then matches, and only when Handle
// has returned does stream.Work commit. Every step is idempotent.
type Ingester struct {
	Index     search.Writer
	Log       Appender
	Bodies    Bodies
	Forgotten Forgotten
	Analyzer  *text.Analyzer
	Searches  *Searches
}

// maxSearched is how many searches one Match names; a post that matches more
// gives several with one key, so that no record outgrows the log's limit.
const maxSearched = 5_000

// entry is a document on its way, with the message it came from.
type entry struct {
	search.Document
	msg stream.Message
}

// Handle takes a batch. It returns the messages that can't be processed, each
// with its reason; an error means that the batch must come again.
func (g *Ingester) Handle(ctx context.Context, msgs []stream.Message) ([]stream.Rejection, error) {
	entries, rejected := decode(msgs)
	entries, err := g.dropForgotten(ctx, entries)
	if err != nil {
		return nil, err
	}
	entries, bad, err := g.analyse(ctx, entries)
	if err != nil {
		return nil, err
	}
	rejected = append(rejected, bad...)
	if len(entries) == 0 {
		return rejected, nil
	}

	// From here to the end no newer set of searches comes into force, and no newer
	// glossary: what an indexer has acknowledged covers all it indexes afterwards.
	ctx, release, err := g.Searches.hold(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	for i := range entries {
		if entries[i].Analysis != g.Analyzer.Edition() { // it changed since: rarely
			if err := g.read(&entries[i]); err != nil {
				return nil, err
			}
		}
	}
	entries, bad, err = g.put(ctx, entries)
	if err != nil {
		return nil, err
	}
	return append(rejected, bad...), g.tell(ctx, entries)
}

func decode(msgs []stream.Message) (entries []entry, rejected []stream.Rejection) {
	for _, m := range msgs {
		r, err := post.Decode(m.Value)
		if err != nil {
			rejected = append(rejected, m.Reject(err))
			continue
		}
		if r.Visibility == post.Sealed {
			r.Post = nil // should it ever have come with its body, it goes no further
		}
		entries = append(entries, entry{search.Document{Record: r}, m})
	}
	return entries, rejected
}

func (g *Ingester) dropForgotten(ctx context.Context, entries []entry) ([]entry, error) {
	if len(entries) == 0 {
		return nil, nil
	}
	ids := make([]post.ID, len(entries))
	for i := range entries {
		ids[i] = entries[i].ID
	}
	gone, err := g.Forgotten.Forgotten(ctx, ids)
	if err != nil {
		return nil, fault.New(fault.Unavailable, "forgotten posts: %w", err)
	}
	return slices.DeleteFunc(entries, func(e entry) bool { return gone[e.ID] }), nil
}

// analyse fills in contents and their analyses.
func (g *Ingester) analyse(ctx context.Context, entries []entry) (good []entry, rejected []stream.Rejection, err error) {
	for _, e := range entries {
		switch {
		case e.Kind == post.Deletion:
		case e.Post != nil:
			e.Body = *e.Post
		default:
			e.Body, err = g.Bodies.Body(ctx, e.ID, e.Rev)
			switch {
			case hopeless(err):
				rejected = append(rejected, e.msg.Reject(fmt.Errorf("body of a sealed post: %w", err)))
				continue
			case err != nil:
				return nil, nil, fault.New(fault.Unavailable, "body of a sealed post: %w", err)
			}
		}
		if err := g.read(&e); err != nil {
			return nil, nil, err
		}
		good = append(good, e)
	}
	return good, rejected, nil
}

// read analyses a content.
func (g *Ingester) read(e *entry) (err error) {
	if e.Kind == post.Deletion {
		e.Analysis = g.Analyzer.Edition()
		return nil
	}
	e.Text = g.Analyzer.Analyze(e.Body.Title, e.Body.Text)
	e.Analysis = e.Text.Edition
	// Once: the index stores it, and it is what an Indexed is.
	e.JSON, err = post.Encode(e.Record)
	return err
}

// hopeless says whether a body will never be read: it is not there, or what is
// there is none. Anything else is the engine's trouble, which passes.
func hopeless(err error) bool {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	return fault.KindOf(err) == fault.NotFound || errors.As(err, &syntax) || errors.As(err, &kind)
}

// put puts documents into the index; what it will never take is rejected.
func (g *Ingester) put(ctx context.Context, entries []entry) (taken []entry, rejected []stream.Rejection, err error) {
	docs := make([]search.Document, len(entries))
	for i := range entries {
		docs[i] = entries[i].Document
	}
	err = g.Index.Put(ctx, docs)
	var pe *search.PutError
	switch {
	case err == nil:
		return entries, nil, nil
	case !errors.As(err, &pe):
		return nil, nil, fmt.Errorf("put into index: %w", err)
	}
	for i, e := range entries {
		if reason, ok := pe.Refused[i]; ok {
			rejected = append(rejected, e.msg.Reject(fmt.Errorf("index: %w", reason)))
			continue
		}
		taken = append(taken, e)
	}
	return taken, rejected, nil
}

// tell appends what is now in the index to "indexed", and then what it matches
// to "matches".
func (g *Ingester) tell(ctx context.Context, entries []entry) error {
	var indexed, matches []stream.Record
	for i := range entries {
		d := &entries[i].Document
		v, err := d.JSON, error(nil)
		if v == nil {
			if v, err = post.Encode(Indexed{d.Envelope, d.Post}); err != nil {
				return err
			}
		}
		indexed = append(indexed, stream.Record{Key: string(d.ID), Value: v})
		if matches, err = g.matches(matches, d); err != nil {
			return err
		}
	}
	if err := g.append(ctx, stream.Indexed, indexed); err != nil {
		return err
	}
	return g.append(ctx, stream.Matches, matches)
}

// matches appends the match records of a document, one key a region. Only a
// revision is matched: counters would re-match only searches that ask for
// counters, of which the language has none yet, and a deletion goes to every
// region's desk, which knows whether it matters.
func (g *Ingester) matches(out []stream.Record, d *search.Document) ([]stream.Record, error) {
	var found []standing.Search
	if d.Kind == post.Revision {
		found = g.Searches.match(match.NewDoc(d.Envelope, d.Text))
	}
	for _, region := range d.Regions {
		m := Match{Envelope: d.Envelope, Region: region, Post: d.Post}
		for _, f := range found {
			if f.Covers(region, string(d.Visibility)) {
				m.Searches = append(m.Searches, Searched{ID: f.ID, Version: f.Version})
			}
		}
		var err error
		if out, err = appendMatch(out, m); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// appendMatch appends a match as one or more records; as none when the first
// revision of a post matches nothing. A later one that matches no more goes to
// the desk all the same: the post may be evidence.
func appendMatch(out []stream.Record, m Match) ([]stream.Record, error) {
	all := m.Searches
	if len(all) == 0 && m.Kind != post.Deletion && !m.Again {
		return out, nil
	}
	for {
		m.Searches = all[:min(len(all), maxSearched)]
		all = all[len(m.Searches):]
		v, err := post.Encode(m)
		if err != nil {
			return nil, err
		}
		out = append(out, stream.Record{Key: m.Key(), Value: v})
		if len(all) == 0 {
			return out, nil
		}
	}
}

func (g *Ingester) append(ctx context.Context, topic string, records []stream.Record) error {
	if len(records) == 0 {
		return nil
	}
	return g.Log.Append(ctx, topic, records...)
}
