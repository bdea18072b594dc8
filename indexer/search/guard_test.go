package search_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/search"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
)

// forgetful is an engine that has forgotten the first lock.
type forgetful struct {
	search.Reader
	all []search.Hit
	err error
}

func (f forgetful) Search(context.Context, access.Scope, search.Request) (search.Page, error) {
	return search.Page{Hits: append([]search.Hit(nil), f.all...), Next: "next"}, f.err
}

func (f forgetful) Get(_ context.Context, _ access.Scope, id post.ID) (search.Stored, error) {
	for _, h := range f.all {
		if h.ID == id {
			return search.Stored{Record: h.Record}, f.err
		}
	}
	return search.Stored{}, errors.New("no such post")
}

func TestAForgetfulEngineTellsNothing(t *testing.T) {
	at := func(id post.ID, v post.Visibility, regions ...string) search.Hit {
		return search.Hit{Record: post.Record{Envelope: post.Envelope{ID: id, Visibility: v, Regions: regions}}}
	}
	engine := forgetful{all: []search.Hit{at("telegram:1/1", post.Public, "RU-PRI"), at("telegram:1/2", post.Public, "RU-SAM"), at("telegram:2/3", post.Public, "RU-SAM", "RU-PRI"),
		at("telegram:1/4", post.Partner, "RU-PRI"), at("telegram:1/5", post.Sealed, "RU-PRI"), at("telegram:1/6", post.Public)}}
	pri := []string{"RU-PRI"}
	for name, c := range map[string]struct {
		scope access.Scope
		want  []post.ID
	}{
		"everything":   {access.Everything(), []post.ID{"telegram:1/1", "telegram:1/2", "telegram:2/3", "telegram:1/4", "telegram:1/5", "telegram:1/6"}},
		"a specialist": {access.NewScope(pri, nil, true, false), []post.ID{"telegram:1/1", "telegram:2/3", "telegram:1/4"}},
		"a partner":    {access.NewScope(pri, nil, false, false), []post.ID{"telegram:1/1", "telegram:2/3"}},
		"one source":   {access.NewScope(pri, []string{"telegram:2"}, true, true), []post.ID{"telegram:2/3"}},
		"nobody":       {access.Scope{}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			r := search.Guarded(engine, slog.New(slog.NewTextHandler(&log, nil)))
			page, err := r.Search(t.Context(), c.scope, search.Request{})
			require.NoError(t, err)
			require.Equal(t, "next", page.Next)
			var got []post.ID
			for _, h := range page.Hits {
				got = append(got, h.ID)
			}
			require.Equal(t, c.want, got)
			require.Equal(t, len(engine.all)-len(c.want), bytes.Count(log.Bytes(), []byte("level=ERROR")))
			for _, h := range engine.all {
				s, err := r.Get(t.Context(), c.scope, h.ID)
				seen := false
				for _, id := range c.want {
					seen = seen || id == h.ID
				}
				if seen {
					require.NoError(t, err)
					require.Equal(t, h.ID, s.ID)
				} else {
					require.Equal(t, fault.NotFound, fault.KindOf(err))
					require.Empty(t, s)
				}
			}
		})
	}
	failing := search.Guarded(forgetful{err: context.Canceled}, slog.Default())
	_, err := failing.Search(t.Context(), access.Everything(), search.Request{})
	require.ErrorIs(t, err, context.Canceled)
}
