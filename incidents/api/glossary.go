package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/otklik/otklik/indexer/glossary"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/text"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
)

// Glossary is the words of the region as they are, and how far the index is with
// taking them up.
type Glossary struct {
	GlossaryRevision
	InForce  bool      `json:"in_force" doc:"All indexers work with this revision: saved searches match by it."`
	Editions []Edition `json:"editions" doc:"Of which posts in the index may be; searches look for the words of each."`
	Renewal  *Renewal  `json:"renewal,omitempty" doc:"How far the index is with being made anew; missing: it never was, and needs not be."`
}

// GlossaryRevision is the glossary at a time.
type GlossaryRevision struct {
	Revision  int        `json:"revision" doc:"Send it back with a change. 0: nobody has written anything yet."`
	Body      string     `json:"body" doc:"A line an entry: a word; a word and its forms, as «краснуха: краснушка»; names of one thing, as «УК = управляющая компания». What follows # is a remark."`
	ChangedBy string     `json:"changed_by"`
	ChangedAt *time.Time `json:"changed_at" doc:"null: never."`
}

// GlossaryChange is one that was made, without what is in it.
type GlossaryChange struct {
	Revision  int       `json:"revision"`
	ChangedBy string    `json:"changed_by"`
	ChangedAt time.Time `json:"changed_at"`
}

// Edition is a way in which words become keys of the index.
type Edition struct {
	Number   int `json:"number" doc:"That posts carry as analysis."`
	Version  int `json:"version" doc:"Of the analysis."`
	Revision int `json:"revision" doc:"Of the glossary."`
}

// Renewal is how far the index is with being made anew.
type Renewal struct {
	State       RenewalState `json:"state" enum:"waiting,running,failed,done" doc:"waiting: it begins when the glossary has not changed for a minute and all indexers work with it; failed: it is tried again in a minute."`
	Bucket      string       `json:"bucket" doc:"At work: class and month."`
	BucketsDone int          `json:"buckets_done"`
	Buckets     int          `json:"buckets"`
	Done        int64        `json:"done" doc:"Posts."`
	Posts       int64        `json:"posts" doc:"In all; 0: they are too many to be counted in time."`
	PerSecond   float64      `json:"per_second"`
	SecondsLeft float64      `json:"seconds_left" doc:"Of the bucket at work where posts is 0."`
	Error       string       `json:"error" doc:"Of the last try, for who looks after the installation."`
	At          *time.Time   `json:"at" doc:"When this was noted."`
	EndedAt     *time.Time   `json:"ended_at"`
}

// RenewalState is what there is to say of a renewal in one word.
type RenewalState string

// The states.
const (
	RenewalWaiting RenewalState = "waiting"
	RenewalRunning RenewalState = "running"
	RenewalFailed  RenewalState = "failed"
	RenewalDone    RenewalState = "done"
)

// renewalSilent is after what time without a note nobody is at it any more.
const renewalSilent = time.Minute

// GlossaryCheck is what there is to say of a glossary that is being written.
type GlossaryCheck struct {
	Entries int           `json:"entries"`
	Errors  []LineProblem `json:"errors" doc:"At most 100."`
	Words   []QueryWord   `json:"words" doc:"What the words that were asked about mean with it; with the one in force where it has errors."`
}

// LineProblem is a line that is not understood.
type LineProblem struct {
	Line    int    `json:"line" doc:"From 1."`
	Message string `json:"message" doc:"What is wrong and what would be right, in the reader's language."`
}

// QueryWord is a word of a query and what it may mean.
type QueryWord struct {
	Word     string    `json:"word" doc:"As searches compare it: in small letters."`
	Exact    bool      `json:"exact,omitempty" doc:"Only this form is meant: it has no readings."`
	Readings []Reading `json:"readings" doc:"All of which are found, in all their forms."`
}

// Reading is one thing that a word may mean.
type Reading struct {
	Word string      `json:"word"`
	From text.Origin `json:"from" enum:"dictionary,glossary,abbreviation,ending,stem" doc:"ending: it ends like forms of that word; stem: nothing is known of it, and words with the same beginning are found."`
}

const maxQueryWords = 60 // that are explained

func showRevision(r glossary.Revision) GlossaryRevision {
	out := GlossaryRevision{Revision: r.Revision, Body: r.Body, ChangedBy: r.ChangedBy}
	if !r.ChangedAt.IsZero() {
		at := r.ChangedAt.UTC()
		out.ChangedAt = &at
	}
	return out
}

func (s *server) registerGlossary() {
	handle(s, route{method: http.MethodGet, path: "/glossary", id: "get-glossary", summary: "The words of the region, which no dictionary has", action: access.SeeSelf},
		func(ctx context.Context, who access.Person, _ *struct{}) (*body[Glossary], error) {
			r, err := s.Glossary.Current(ctx)
			if err != nil {
				return nil, err
			}
			return s.glossary(ctx, who, r)
		})
	handle(s, route{method: http.MethodPut, path: "/glossary", id: "change-glossary", summary: "Change the words of the region",
		about: "Saved searches and live feeds take them up within seconds. The index is made anew in the background; searches find both what was put in before and after.", action: access.EditGlossary},
		func(ctx context.Context, who access.Person, in *struct {
			Body struct {
				Revision int    `json:"revision" minimum:"0" doc:"Of what was edited."`
				Body     string `json:"body"`
			}
		}) (*body[Glossary], error) {
			r, err := s.Glossary.Change(ctx, who, in.Body.Revision, in.Body.Body)
			if err != nil {
				return nil, glossaryFault(ctx, err, in.Body.Body)
			}
			return s.glossary(ctx, who, r)
		})
	handle(s, route{method: http.MethodPost, path: "/glossary/check", id: "check-glossary", summary: "What would be wrong with a glossary, and what would words mean", action: access.EditGlossary},
		func(ctx context.Context, _ access.Person, in *struct {
			Body struct {
				Body string `json:"body"`
				Text string `json:"text,omitempty" maxLength:"500" doc:"Words whose meanings are asked for."`
			}
		}) (*body[GlossaryCheck], error) {
			return reply(s.checkGlossary(ctx, in.Body.Body, in.Body.Text)), nil
		})
	handle(s, route{method: http.MethodGet, path: "/glossary/revisions", id: "list-glossary-revisions", summary: "Who changed the glossary, newest first", action: access.SeeSelf},
		func(ctx context.Context, _ access.Person, in *struct{ Page }) (*body[List[GlossaryChange]], error) {
			all, next, err := pageOf(ctx, in.Page, func(r glossary.Revision) int64 { return int64(r.Revision) }, func(before int64, limit int) ([]glossary.Revision, error) {
				return s.Glossary.History(ctx, int(before), limit)
			})
			if err != nil {
				return nil, err
			}
			return listOf(mapped(all, func(r glossary.Revision) GlossaryChange {
				return GlossaryChange{Revision: r.Revision, ChangedBy: r.ChangedBy, ChangedAt: r.ChangedAt.UTC()}
			}), next), nil
		})
	handle(s, route{method: http.MethodGet, path: "/glossary/revisions/{number}", id: "get-glossary-revision", summary: "The glossary as it was", action: access.SeeSelf},
		func(ctx context.Context, _ access.Person, in *struct {
			Number int `path:"number" minimum:"1" maximum:"999999"`
		}) (*body[GlossaryRevision], error) {
			r, err := s.Glossary.Revision(ctx, in.Number)
			if err != nil {
				return nil, err
			}
			return reply(showRevision(r)), nil
		})
	handle(s, route{method: http.MethodGet, path: "/posts/words", id: "query-words", summary: "What the words of a query may mean",
		about: "Every reading is found. Words after ! and those of exact phrases have none.", action: access.SeePosts},
		func(ctx context.Context, who access.Person, in *struct{ QueryParams }) (*body[List[QueryWord]], error) {
			if _, _, err := s.compile(ctx, who, in.QueryParams); err != nil {
				return nil, err
			}
			return listOf(queryWords(s.Analyzer, in.Query), ""), nil
		})
}

// glossary shows a revision that is the newest, with all that goes with it.
func (s *server) glossary(ctx context.Context, who access.Person, r glossary.Revision) (*body[Glossary], error) {
	live, err := s.Glossary.Live(ctx)
	if err != nil {
		return nil, err
	}
	era, err := s.Glossary.Era(ctx)
	if err != nil {
		return nil, err
	}
	settled, err := s.Glossary.Settled(ctx, live.Number())
	if err != nil {
		return nil, err
	}
	out := Glossary{GlossaryRevision: showRevision(r), InForce: settled && slices.Contains(live.Numbers, live.Number())}
	out.Editions = mapped(live.Numbers, func(n int) Edition {
		version, revision := text.Split(n)
		return Edition{Number: n, Version: version, Revision: revision}
	})
	out.Renewal, err = s.renewal(ctx, who, live.Number(), era.Others || era.Edition != 0 && era.Edition != live.Number())
	return reply(out), err
}

// renewal says how far the index is; needed: it is not all of the edition.
func (s *server) renewal(ctx context.Context, who access.Person, edition int, needed bool) (*Renewal, error) {
	p, err := s.Glossary.Progress(ctx)
	if err != nil || !needed && p.EndedAt.IsZero() {
		return nil, err
	}
	if needed && (p.Edition != edition || !p.EndedAt.IsZero()) {
		return &Renewal{State: RenewalWaiting}, nil
	}
	at := p.At.UTC()
	out := &Renewal{State: RenewalRunning, Bucket: string(p.Bucket), BucketsDone: p.BucketsDone, Buckets: p.Buckets, Done: p.Done, Posts: p.Posts,
		PerSecond: p.PerSecond, SecondsLeft: p.Left.Seconds(), At: &at}
	switch {
	case !needed:
		ended := p.EndedAt.UTC()
		out.State, out.EndedAt = RenewalDone, &ended
	case p.Error != "":
		out.State = RenewalFailed
		if who.May(access.Operate) { // it may hold addresses of engines
			out.Error = p.Error
		}
	case s.Now().Sub(p.At) > renewalSilent:
		out.State = RenewalWaiting
	}
	return out, nil
}

// glossaryFault puts what is wrong with lines into the reader's language.
func glossaryFault(ctx context.Context, err error, body string) error {
	var f *fault.Error
	if errors.As(err, &f) && slices.ContainsFunc(f.Fields, func(f fault.Field) bool { return strings.HasPrefix(f.Path, "body[") }) {
		return fault.Fields(glossary.Check(strings.ReplaceAll(body, "\r\n", "\n"), string(lang(ctx)))...)
	}
	return err
}

func (s *server) checkGlossary(ctx context.Context, body, words string) GlossaryCheck {
	out := GlossaryCheck{Entries: glossary.Entries(body), Errors: []LineProblem{}, Words: []QueryWord{}}
	for _, f := range glossary.Check(body, string(lang(ctx))) {
		line, _ := strconv.Atoi(strings.Trim(strings.TrimPrefix(f.Path, "body"), "[]"))
		out.Errors = append(out.Errors, LineProblem{Line: line, Message: f.Message})
	}
	if words == "" {
		return out
	}
	z := s.Analyzer
	if g, bad := text.ParseGlossary(0, body); len(bad) == 0 {
		z = text.New()
		z.Use(g)
	}
	said := explained{z: z, seen: map[string]bool{}, words: out.Words}
	for _, w := range z.Words(words) {
		said.add(w, false)
	}
	out.Words = said.words
	return out
}

// queryWords gives the words of a query that can be read, each once.
func queryWords(z *text.Analyzer, q string) []QueryWord {
	n, bad := query.Parse(q)
	if len(bad) > 0 {
		return nil
	}
	out := explained{z: z, seen: map[string]bool{}}
	query.Walk(n, func(n query.Node) bool {
		switch n := n.(type) {
		case query.Word:
			out.all(n.Exact, n.Text)
		case query.Phrase:
			out.all(n.Exact, n.Words...)
		}
		return true
	})
	return out.words
}

// explained gathers words with what they may mean.
type explained struct {
	z     *text.Analyzer
	seen  map[string]bool
	words []QueryWord
}

// all adds the words of one leaf of a query, and what else is called so where
// they are several.
func (x *explained) all(exact bool, texts ...string) {
	var words []string
	for _, t := range texts {
		words = append(words, x.z.Words(t)...)
	}
	for _, w := range words {
		x.add(w, exact)
	}
	if names := x.z.Alike(words); !exact && len(words) > 1 && len(names) > 0 {
		x.put(QueryWord{Word: strings.Join(words, " "), Readings: called(nil, names)})
	}
}

func (x *explained) add(word string, exact bool) {
	w := QueryWord{Word: word, Exact: exact, Readings: []Reading{}}
	if !exact {
		w.Readings = mapped(x.z.Readings(word), func(r text.Reading) Reading { return Reading{Word: r.Word, From: r.From} })
		w.Readings = called(w.Readings, x.z.Alike([]string{word}))
	}
	x.put(w)
}

func (x *explained) put(w QueryWord) {
	key := w.Word
	if w.Exact {
		key = "!" + key
	}
	if x.seen[key] || len(x.words) >= maxQueryWords {
		return
	}
	x.seen[key] = true
	x.words = append(x.words, w)
}

// called adds other names of a thing to readings that don't have them.
func called(rs []Reading, names [][]string) []Reading {
	for _, n := range names {
		name := strings.Join(n, " ")
		if !slices.ContainsFunc(rs, func(r Reading) bool { return r.Word == name }) {
			rs = append(rs, Reading{Word: name, From: text.FromGlossary})
		}
	}
	return rs
}
