package querytest

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/text"
)

// parser reads one file of cases.
type parser struct {
	theme    Theme
	line     int
	analyzer *text.Analyzer
	zone     *time.Location
	draft    *draft             // the post being read
	names    map[string]post.ID // the posts so far
	asked    bool               // the last case waits for its answer
}

// draft is a post of which more lines may follow.
type draft struct {
	record post.Record
	title  []string
	text   []string
}

// first is when posts without a time of their own are published; each later
// one a minute after the one before.
var first = time.Date(2026, 11, 24, 9, 0, 0, 0, time.UTC)

// parse reads a file; testdata/README tells its form.
func parse(name, content string) (Theme, error) {
	p := parser{theme: Theme{Name: strings.TrimSuffix(name, ".txt")}, analyzer: text.New(), zone: time.UTC, names: map[string]post.ID{}}
	for l := range strings.Lines(content) {
		p.line++
		if err := p.read(strings.TrimSpace(l)); err != nil {
			return Theme{}, fmt.Errorf("%s:%d: %w", name, p.line, err)
		}
	}
	p.finish()
	if p.asked {
		return Theme{}, fmt.Errorf("%s: the last query has no answer", name)
	}
	return p.theme, nil
}

func (p *parser) read(l string) error {
	word, rest, _ := strings.Cut(l, " ")
	rest = strings.TrimSpace(rest)
	switch {
	case l == "", strings.HasPrefix(l, "#"):
		return nil
	case p.asked && word != "=":
		return errors.New("a query has no answer")
	}
	switch word {
	case "post":
		p.finish()
		return p.post(strings.Fields(rest))
	case "title", "text", "quoted", "repeat", "letters":
		if p.draft == nil {
			return fmt.Errorf("%s belongs to a post", word)
		}
		return p.content(word, rest)
	case "zone":
		zone, err := time.LoadLocation(rest)
		p.zone = zone
		return err
	case "?", "?quoted":
		p.finish()
		if word == "?quoted" {
			s, err := strconv.Unquote(rest)
			if err != nil {
				return err
			}
			rest = s
		}
		return p.query(rest)
	case "=":
		return p.answer(strings.Fields(rest))
	}
	return fmt.Errorf("%q begins nothing known", word)
}

func (p *parser) post(words []string) error {
	if len(words) == 0 {
		return errors.New("a post has no name")
	}
	n := len(p.theme.Posts)
	published := first.Add(time.Duration(n) * time.Minute)
	d := &draft{record: newRecord(post.ID("telegram:100/"+words[0]), int64(n+1), published)}
	r := &d.record
	if id, ok := p.names[words[0]]; ok {
		r.ID = id
		i := slices.IndexFunc(p.theme.Posts, func(q Post) bool { return q.ID == id })
		old := p.theme.Posts[i].Envelope
		r.Published, r.Bucket, r.Regions, r.Visibility = old.Published, old.Bucket, old.Regions, old.Visibility
	}
	for _, w := range words[1:] {
		k, v, _ := strings.Cut(w, "=")
		var err error
		switch k {
		case "id":
			r.ID = post.ID(v)
		case "published":
			if r.Published, err = time.Parse(time.RFC3339, v); err == nil {
				r.Published = r.Published.UTC()
				r.Bucket, err = post.NewBucket("standard", r.Published)
			}
		case "regions":
			r.Regions = nil
			if v != "" {
				r.Regions = strings.Split(v, ",")
			}
		case "rev":
			r.Rev, err = strconv.ParseInt(v, 10, 64)
		case "visibility":
			r.Visibility = post.Visibility(v)
		case "kind":
			r.Kind = post.Kind(v)
		default:
			err = fmt.Errorf("a post has no %q", k)
		}
		if err != nil {
			return err
		}
	}
	if err := r.Check(); err != nil {
		return err
	}
	p.names[words[0]] = r.ID
	p.draft = d
	return nil
}

func newRecord(id post.ID, rev int64, published time.Time) post.Record {
	bucket, _ := post.NewBucket("standard", published)
	return post.Record{Envelope: post.Envelope{
		V: post.EnvelopeVersion, Kind: post.Revision, ID: id, Rev: rev, Observed: published.Add(time.Minute), Published: published,
		Bucket: bucket, Origin: post.Live, Regions: []string{"RU-PRI"}, Visibility: post.Public, Analysis: text.Edition{Code: text.Version}.Number(),
	}}
}

// content adds a line to the post's text, or to its title.
func (p *parser) content(word, rest string) error {
	switch word {
	case "title":
		p.draft.title = append(p.draft.title, rest)
		return nil
	case "quoted":
		s, err := strconv.Unquote(rest)
		if err != nil {
			return fmt.Errorf("%s: %w", rest, err)
		}
		rest = s
	case "repeat", "letters":
		count, what, _ := strings.Cut(rest, " ")
		n, err := strconv.Atoi(count)
		if err != nil || n < 1 || what == "" {
			return fmt.Errorf("%s wants a number and a text", word)
		}
		if word == "repeat" {
			what += " "
		}
		rest = strings.Repeat(what, n)
	}
	p.draft.text = append(p.draft.text, rest)
	return nil
}

// finish ends the post being read.
func (p *parser) finish() {
	if p.draft == nil {
		return
	}
	d := p.draft
	p.draft = nil
	p.theme.Posts = append(p.theme.Posts, newPost(p.analyzer, d.record,
		post.Post{Title: strings.Join(d.title, "\n"), Text: strings.Join(d.text, "\n")}))
}

func newPost(z *text.Analyzer, r post.Record, body post.Post) Post {
	if r.Kind == post.Deletion {
		return Post{Record: r}
	}
	body.Normalize()
	r.Hash = body.Hash("")
	if r.Visibility != post.Sealed {
		r.Post = &body
	}
	return Post{Record: r, Body: body, Text: z.Analyze(body.Title, body.Text)}
}

func (p *parser) query(q string) error {
	e, err := bind(q, p.analyzer, p.zone)
	if err != nil {
		return err
	}
	p.theme.Cases = append(p.theme.Cases, Case{Name: fmt.Sprintf("%s.txt:%d: %s", p.theme.Name, p.line, q), Query: q, Expr: e})
	p.asked = true
	return nil
}

func bind(q string, z *text.Analyzer, zone *time.Location) (query.Expr, error) {
	n, es := query.Parse(q)
	if es != nil {
		return nil, es
	}
	return query.Bind(n, z, query.Reader{Location: zone})
}

func (p *parser) answer(names []string) error {
	if !p.asked {
		return errors.New("an answer without a query")
	}
	p.asked = false
	want := map[post.ID]bool{}
	for _, n := range names {
		id, ok := p.names[n]
		switch {
		case !ok:
			return fmt.Errorf("there is no post %q", n)
		case want[id]:
			return fmt.Errorf("post %q is named twice", n)
		}
		want[id] = true
	}
	c := &p.theme.Cases[len(p.theme.Cases)-1]
	c.Want = Answer(p.theme.Posts, func(q Post) bool { return want[q.ID] })
	if len(c.Want) != len(want) {
		return errors.New("a post that was never there is expected")
	}
	return nil
}
