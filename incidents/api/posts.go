package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/match"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/search"
	"github.com/otklik/otklik/indexer/text"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
)

// Posts is the index.
type Posts = search.Reader

// Bodies reads the content of sealed posts, which no index holds.
type Bodies interface {
	Body(ctx context.Context, id post.ID, rev int64) (post.Post, error)
}

// maxListText is how much of a text a list shows, in characters.
const maxListText = 4000

// FoundPost is a post as a search or a feed gives it.
type FoundPost struct {
	ID      post.ID `json:"id" doc:"network:owner/native-id"`
	Network string  `json:"network"`
	Source  string  `json:"source" doc:"network:owner, as source: of a query takes it."`
	post.Post
	Segments  *Marked         `json:"segments,omitempty" doc:"Title and text with what the query found marked; missing where nothing is."`
	Shortened bool            `json:"shortened,omitempty" doc:"The text is longer; /posts/{id} has it whole."`
	Published time.Time       `json:"published"`
	Observed  time.Time       `json:"observed" doc:"When this revision was read."`
	Regions   []string        `json:"regions"`
	Access    post.Visibility `json:"visibility" doc:"public, partner or sealed."`
	Origin    post.Origin     `json:"origin" doc:"live, backfill or import."`
	Rev       int64           `json:"rev"`
	Score     float64         `json:"score,omitempty" doc:"By relevance."`
}

// PostPage is a page of found posts.
type PostPage struct {
	Items   []FoundPost `json:"items"`
	Next    string      `json:"next" doc:"Give it as after to go on; empty at the end."`
	Reached *time.Time  `json:"reached" doc:"How far back the search got before its time was over; null: it is complete."`
}

// PostView is a post with its history.
type PostView struct {
	FoundPost
	History []Revision `json:"history" doc:"Oldest first."`
}

// Revision is an earlier or the present state of a post.
type Revision struct {
	Rev      int64      `json:"rev"`
	Kind     post.Kind  `json:"kind" doc:"revision or deletion."`
	Hash     string     `json:"hash" doc:"Of the content."`
	Observed time.Time  `json:"observed"`
	Post     *post.Post `json:"post,omitempty"`
}

// PostCount is a number of posts.
type PostCount struct {
	Posts   int64      `json:"posts"`
	Reached *time.Time `json:"reached" doc:"How far back the count got before its time was over; null: it is complete."`
}

// PostCopies is how many other posts say what a post says, in its own words.
type PostCopies struct {
	Query string `json:"query" doc:"An exact phrase of the post's own words, which finds it and its copies; empty: there is none."`
	PostCount
	Reason string `json:"reason,omitempty" doc:"Why there is no query, in the reader's language."`
}

// Bar is one row of a histogram.
type Bar struct {
	From  *time.Time `json:"from,omitempty" doc:"Beginning of the hour, day or month."`
	Value string     `json:"value,omitempty" doc:"Of net, source or region."`
	Posts int64      `json:"posts"`
}

// Histogram is posts over time, or by a field.
type Histogram struct {
	Items   []Bar      `json:"items"`
	Next    string     `json:"next" doc:"Always empty."`
	Reached *time.Time `json:"reached"`
}

// content is the body of a post; that of a sealed one is read from where it is.
func (s *server) content(ctx context.Context, r post.Record) (*post.Post, error) {
	if r.Post != nil || r.Visibility != post.Sealed || s.Bodies == nil {
		return r.Post, nil
	}
	p, err := s.Bodies.Body(ctx, r.ID, r.Rev)
	switch {
	case fault.KindOf(err) == fault.NotFound: // forgotten meanwhile
		return nil, nil
	case err != nil:
		return nil, err
	}
	return &p, nil
}

// show makes a FoundPost; e marks what was found, nil marks nothing.
func (s *server) show(ctx context.Context, r post.Record, e query.Expr, score float64, whole bool) (FoundPost, error) {
	p, err := s.content(ctx, r)
	if err != nil {
		return FoundPost{}, err
	}
	f := FoundPost{ID: r.ID, Network: r.ID.Network(), Source: r.ID.Source(), Published: r.Published, Observed: r.Observed,
		Regions: r.Regions, Access: r.Visibility, Origin: r.Origin, Rev: r.Rev, Score: score}
	if f.Regions == nil {
		f.Regions = []string{}
	}
	if p == nil {
		return f, nil
	}
	f.Post = *p
	if e != nil {
		f.Segments = s.mark(e, p)
	}
	if whole {
		return f, nil
	}
	if cut, shortened := cutText(f.Text, maxListText); shortened {
		f.Text, f.Shortened = cut, true
		if f.Segments != nil {
			f.Segments.Text = cutSegments(f.Segments.Text, len(cut))
		}
	}
	return f, nil
}

// cutText gives the first n characters.
func cutText(s string, n int) (string, bool) {
	if len(s) <= n {
		return s, false
	}
	for i := range s {
		if n == 0 {
			return s[:i], true
		}
		n--
	}
	return s, false
}

func reached(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func (s *server) registerPosts() {
	handle(s, route{method: http.MethodGet, path: "/posts", id: "search-posts", summary: "Search posts", action: access.SeePosts},
		func(ctx context.Context, who access.Person, in *struct {
			QueryParams
			Order string `query:"order" enum:"newest,relevance" default:"newest" doc:"By relevance only the first 1,000."`
			Limit int    `query:"limit" minimum:"1" maximum:"1000" default:"50"`
			After string `query:"after" maxLength:"2000" doc:"Next of the page before."`
		}) (*body[PostPage], error) {
			e, _, err := s.compile(ctx, who, in.QueryParams)
			if err != nil {
				return nil, err
			}
			page, err := s.Posts.Search(ctx, who.Scope(), search.Request{Expr: e, Order: search.Order(in.Order), Limit: in.Limit, After: in.After})
			if err != nil {
				return nil, asCursor(ctx, err, in.After)
			}
			out := PostPage{Items: make([]FoundPost, len(page.Hits)), Next: page.Next, Reached: reached(page.Reached)}
			for i, h := range page.Hits {
				if err := ctx.Err(); err != nil { // marking is work that no engine stops
					return nil, err
				}
				if out.Items[i], err = s.show(ctx, h.Record, e, h.Score, false); err != nil {
					return nil, err
				}
			}
			return reply(out), nil
		})
	handle(s, route{method: http.MethodGet, path: "/posts/count", id: "count-posts", summary: "Count posts", action: access.SeePosts},
		func(ctx context.Context, who access.Person, in *struct{ QueryParams }) (*body[PostCount], error) {
			e, _, err := s.compile(ctx, who, in.QueryParams)
			if err != nil {
				return nil, err
			}
			n, err := s.Posts.Count(ctx, who.Scope(), e, 0)
			if err != nil {
				return nil, err
			}
			return reply(PostCount{Posts: n.Posts, Reached: reached(n.Reached)}), nil
		})
	handle(s, route{method: http.MethodGet, path: "/posts/histogram", id: "posts-histogram", summary: "Posts over time, or by a field", action: access.SeePosts}, s.histogram)
	handle(s, route{method: http.MethodGet, path: "/posts/{id}" + copiesPath, id: "post-copies", summary: "How many other posts say the same",
		about: "By the post's own words. Of an id that itself ends so, write the slash as %2F.", action: access.SeePosts}, s.copies)
	handle(s, route{method: http.MethodGet, path: "/posts/{id}", id: "get-post", summary: "One post with its history",
		about: "The slash of the id may stand as it is or as %2F.", action: access.SeePosts},
		func(ctx context.Context, who access.Person, in *struct {
			ID string `path:"id" maxLength:"1000"`
			QueryParams
		}) (*body[PostView], error) {
			var e query.Expr
			if in.Query != "" {
				var err error
				if e, _, err = s.compile(ctx, who, in.QueryParams); err != nil {
					return nil, err
				}
			}
			p, err := s.get(ctx, who, post.ID(in.ID))
			if err != nil {
				return nil, err
			}
			f, err := s.show(ctx, p.Record, e, 0, true)
			if err != nil {
				return nil, err
			}
			v := PostView{FoundPost: f, History: make([]Revision, len(p.History))}
			for i, h := range p.History {
				body, err := s.content(ctx, h)
				if err != nil {
					return nil, err
				}
				v.History[i] = Revision{Rev: h.Rev, Kind: h.Kind, Hash: h.Hash, Observed: h.Observed, Post: body}
			}
			return reply(v), nil
		})
}

// copies counts the posts that hold the same words, as many as the reader may
// see, without the one that was asked about. Near-duplicates are more than that.
func (s *server) copies(ctx context.Context, who access.Person, in *struct {
	ID string `path:"id" maxLength:"1000"`
}) (*body[PostCopies], error) {
	p, err := s.get(ctx, who, post.ID(in.ID))
	if err != nil {
		return nil, err
	}
	content, err := s.content(ctx, p.Record)
	if err != nil {
		return nil, err
	}
	var said text.Analysis
	if content != nil {
		said = s.Analyzer.Analyze(content.Title, content.Text)
	}
	q, ok := match.Quote(said)
	if !ok {
		return reply(PostCopies{Reason: fmt.Sprintf(say(ctx, fewWords), match.MinQuote)}), nil
	}
	e, _, err := s.compile(ctx, who, QueryParams{Query: q.String()})
	if err != nil {
		return nil, err
	}
	n, err := s.Posts.Count(ctx, who.Scope(), e, 0)
	if err != nil {
		return nil, err
	}
	return reply(PostCopies{Query: q.String(), PostCount: PostCount{Posts: others(n, p.Published), Reached: reached(n.Reached)}}), nil
}

// others leaves the post that was asked about out of a count, where the count
// came as far as that post.
func others(n search.Count, published time.Time) int64 {
	if published.Before(n.Reached) {
		return n.Posts
	}
	return max(n.Posts-1, 0)
}

func (s *server) histogram(ctx context.Context, who access.Person, in *struct {
	QueryParams
	By    string `query:"by" enum:"hour,day,month,net,source,region" default:"day"`
	Limit int    `query:"limit" minimum:"1" maximum:"1000" default:"20" doc:"Of values of a field."`
}) (*body[Histogram], error) {
	e, zone, err := s.compile(ctx, who, in.QueryParams)
	if err != nil {
		return nil, err
	}
	r := search.BreakdownRequest{Expr: e, Location: zone, Limit: in.Limit}
	switch in.By {
	case "net", "source", "region":
		r.Field = query.FieldName(in.By)
	default:
		r.Interval = search.Interval(in.By)
	}
	b, err := s.Posts.Breakdown(ctx, who.Scope(), r)
	if err != nil {
		return nil, err
	}
	return reply(Histogram{Items: mapped(b.Values, func(v search.Value) Bar {
		return Bar{From: reached(v.From), Value: v.Value, Posts: v.Posts}
	}), Reached: reached(b.Reached)}), nil
}

// asCursor names the field of an error about a cursor, which has none.
func asCursor(ctx context.Context, err error, after string) error {
	var f *fault.Error
	if after == "" || !errors.As(err, &f) || f.Kind != fault.Invalid || len(f.Fields) > 0 {
		return err
	}
	return invalid("query.after", say(ctx, notCursor))
}
