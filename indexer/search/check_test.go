package search_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/search"
	"github.com/otklik/otklik/indexer/text"
	"github.com/otklik/otklik/internal/fault"
)

func document() search.Document {
	at := time.Date(2026, 11, 30, 23, 59, 59, 0, time.UTC)
	body := post.Post{Title: "Яма", Text: "Яма на дороге"}
	return search.Document{
		Record: post.Record{Envelope: post.Envelope{V: post.EnvelopeVersion, Kind: post.Revision, ID: "telegram:1/2", Rev: 1,
			Observed: at, Published: at, Bucket: "standard-2026-11", Visibility: post.Public, Regions: []string{"RU-PRI"}}, Post: &body},
		Body: body, Text: text.New().Analyze(body.Title, body.Text),
	}
}

func TestDocumentCheck(t *testing.T) {
	many := func(n int) (ts []text.Token) {
		for i := range n {
			ts = append(ts, text.Token{Key: "s:a", Surface: "a", Pos: i + 1})
		}
		return ts
	}
	for name, c := range map[string]struct {
		change func(*search.Document)
		bad    string // a part of the error; "" is none
	}{
		"good":       {func(*search.Document) {}, ""},
		"other zone": {func(d *search.Document) { d.Published = d.Published.In(time.FixedZone("", 10*3600)) }, ""},
		"counters":   {func(d *search.Document) { d.Kind = post.Counters }, ""},
		"a deletion": {func(d *search.Document) {
			d.Kind, d.Post, d.Body, d.Text = post.Deletion, nil, post.Post{}, text.Analysis{}
		}, ""},
		"sealed":          {func(d *search.Document) { d.Visibility, d.Post = post.Sealed, nil }, ""},
		"no region":       {func(d *search.Document) { d.Regions = nil }, ""},
		"greatest":        {func(d *search.Document) { d.Text.Tokens = many(text.MaxPositions) }, ""},
		"longest":         {func(d *search.Document) { d.Text.Tokens[0].Surface = strings.Repeat("𐐨", text.MaxLetters) }, ""},
		"envelope":        {func(d *search.Document) { d.Rev = 0 }, "rev"},
		"month":           {func(d *search.Document) { d.Published = d.Published.Add(time.Second) }, "bucket"},
		"year":            {func(d *search.Document) { d.Published = d.Published.AddDate(-1, 0, 0) }, "bucket"},
		"no post":         {func(d *search.Document) { d.Post = nil }, "no post"},
		"sealed NUL":      {func(d *search.Document) { d.Visibility, d.Post, d.Body.Text = post.Sealed, nil, "\x00" }, "NUL"},
		"NUL":             {func(d *search.Document) { d.Post.Text = "\x00" }, "NUL"},
		"UTF-8":           {func(d *search.Document) { d.Body.Title = "\xff" }, "UTF-8"},
		"region":          {func(d *search.Document) { d.Regions = []string{"\xff"} }, "region"},
		"too many":        {func(d *search.Document) { d.Text.Tokens = many(text.MaxPositions + 1) }, "more than"},
		"too far":         {func(d *search.Document) { d.Text.Tokens[3].Pos = text.MaxPositions + 1 }, "position"},
		"twice":           {func(d *search.Document) { d.Text.Tokens[1].Pos = d.Text.Tokens[0].Pos }, "position"},
		"token":           {func(d *search.Document) { d.Text.Tokens[1].Surface = "\x00" }, "NUL"},
		"too long":        {func(d *search.Document) { d.Text.Tokens[1].Surface = strings.Repeat("я", text.MaxLetters+1) }, "longer"},
		"key is too long": {func(d *search.Document) { d.Text.Tokens[1].Key = strings.Repeat("я", text.MaxLetters+3) }, "longer"},
	} {
		d := document()
		c.change(&d)
		err := d.Check()
		if c.bad == "" {
			require.NoError(t, err, name)
		} else {
			require.ErrorContains(t, err, c.bad, name)
		}
	}
}

func TestRequestChecked(t *testing.T) {
	r, err := search.Request{}.Checked()
	require.NoError(t, err)
	require.Equal(t, search.Request{Order: search.Newest, Limit: 50, Time: 5 * time.Second}, r)
	full := search.Request{Order: search.Relevance, Limit: 1000, Time: time.Hour, After: "x"}
	r, err = full.Checked()
	require.NoError(t, err)
	require.Equal(t, full, r)
	for _, r := range []search.Request{{Limit: -1}, {Limit: 1001}, {Order: "oldest"}} {
		_, err := r.Checked()
		require.Equal(t, fault.Invalid, fault.KindOf(err), "%+v", r)
	}
}

func TestBreakdownRequestChecked(t *testing.T) {
	r, err := search.BreakdownRequest{Interval: search.Day}.Checked()
	require.NoError(t, err)
	require.Equal(t, search.BreakdownRequest{Interval: search.Day, Limit: 20, Location: time.UTC, Time: 5 * time.Second}, r)
	for _, r := range []search.BreakdownRequest{{}, {Field: "text"}, {Interval: "week"}, {Field: query.Net, Interval: search.Day}, {Field: query.Net, Limit: 1001}, {Field: query.Net, Limit: -1}} {
		_, err := r.Checked()
		require.Equal(t, fault.Invalid, fault.KindOf(err), "%+v", r)
	}
	require.Equal(t, 5*time.Second, search.LimitOf(0))
	require.Equal(t, 5*time.Second, search.LimitOf(-1))
	require.Equal(t, time.Minute, search.LimitOf(time.Minute))
}
