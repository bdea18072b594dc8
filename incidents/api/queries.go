package api

import (
	"context"
	"time"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/match"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
)

// QueryParams is what everything that searches takes.
type QueryParams struct {
	Query string `query:"query" doc:"In the search language; empty: everything."`
	Zone  string `query:"zone" maxLength:"60" doc:"IANA time zone of since: and until:; missing: that of the person's first region."`
}

// Segment is a part of a text; marked where it is what the query found.
type Segment struct {
	Text string `json:"text"`
	Mark bool   `json:"mark,omitempty"`
}

// Marked holds the texts of a post in segments: joined they are the texts.
type Marked struct {
	Title []Segment `json:"title,omitempty"`
	Text  []Segment `json:"text,omitempty"`
}

func (s *server) compiler() query.Compiler {
	return query.Compiler{Analyzer: s.Analyzer, KnownRegion: s.Regions.Registry.Known}
}

// zoneOf is the zone of a person's first region; Moscow's for who has all.
func (s *server) zoneOf(who access.Person) *time.Location {
	code := ""
	if len(who.Regions) > 0 {
		code = who.Regions[0]
	}
	return s.Regions.Registry.Location(code)
}

// compile makes an expression of what a person asks, in the days of the zone.
func (s *server) compile(ctx context.Context, who access.Person, in QueryParams) (query.Expr, *time.Location, error) {
	zone := s.zoneOf(who)
	var bad []fault.Field
	if in.Zone != "" {
		l, err := time.LoadLocation(in.Zone)
		if err != nil || in.Zone == "Local" {
			bad = append(bad, fault.Field{Path: "query.zone", Message: say(ctx, unknownZone)})
		} else {
			zone = l
		}
	}
	e, es := s.compiler().Compile(in.Query, query.Reader{Location: zone})
	bad = append(bad, es.Fields("query.query", string(lang(ctx)))...)
	return e, zone, fault.Fields(bad...)
}

// mark cuts the texts of a post into segments; nil where nothing is marked.
func (s *server) mark(e query.Expr, p *post.Post) *Marked {
	title, text := match.Highlight(e, s.Analyzer.Analyze(p.Title, p.Text))
	if len(title)+len(text) == 0 {
		return nil
	}
	return &Marked{Title: segments(p.Title, title), Text: segments(p.Text, text)}
}

func segments(s string, marked []match.Span) []Segment {
	var out []Segment
	at := 0
	for _, m := range marked {
		if m.Start > at {
			out = append(out, Segment{Text: s[at:m.Start]})
		}
		out = append(out, Segment{Text: s[m.Start:m.End], Mark: true})
		at = m.End
	}
	if at < len(s) {
		out = append(out, Segment{Text: s[at:]})
	}
	return out
}

// cutSegments keeps the first n bytes, which end between two characters.
func cutSegments(all []Segment, n int) []Segment {
	for i, g := range all {
		if len(g.Text) >= n {
			return append(all[:i:i], Segment{Text: g.Text[:n], Mark: g.Mark})
		}
		n -= len(g.Text)
	}
	return all
}
