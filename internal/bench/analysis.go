package main

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/kljensen/snowball/russian"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/match"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/text"
	"github.com/otklik/otklik/internal/simulate"
)

// analysis: tokens a second of one core over the repository's corpus, beside
// the stemming alone of the same words.
func analysis(ctx context.Context) ([]row, error) {
	lines, err := simulate.Corpus()
	if err != nil {
		return nil, err
	}
	lines = lines[:simulate.CorpusPosts] // the hostile ones would make the figure of nobody's posts
	posts := make([]post.Post, len(lines))
	for i, l := range lines {
		posts[i] = l.Post
	}
	r, err := analysing(ctx, "analysis, one core", posts, 20)
	return []row{r}, err
}

// analysing gives the row of how many tokens a second the analysis makes of
// posts, read rounds times, beside the stemming alone of the same words, already
// split and folded: by C's libstemmer where it is installed, else by the library
// that we use.
func analysing(ctx context.Context, what string, posts []post.Post, rounds int) (row, error) {
	z := text.New()
	var words []string
	for i := range posts {
		for _, t := range z.Analyze(posts[i].Title, posts[i].Text).Tokens {
			words = append(words, t.Surface)
		}
	}
	if len(words) == 0 {
		return row{}, errors.New("the posts have no words")
	}
	peer, done := stemmer(ctx)
	defer done()
	var ours, bare []float64
	for range runs {
		if err := ctx.Err(); err != nil {
			return row{}, err
		}
		ours = append(ours, perSecond(rounds*len(words), func() {
			for range rounds {
				for i := range posts {
					z.Analyze(posts[i].Title, posts[i].Text)
				}
			}
		}))
		b, err := peer.speed(ctx, words)
		if err != nil {
			return row{}, err
		}
		bare = append(bare, b)
	}
	a, b := median(ours), median(bare)
	return row{what, grouped(a) + " tokens/s", fmt.Sprintf("%s stems alone, %s words/s; aim %s tokens/s", peer.name, grouped(b), grouped(tokensAim)), a / b}, nil
}

const tokensAim = 3_000_000 // a second and core, splitting and folding included

// perSecond is by the CPU that this process uses, garbage collection included:
// a core has other work, too.
func perSecond(n int, f func()) float64 {
	begin := ownCPU()
	f()
	return float64(n) / (ownCPU() - begin).Seconds()
}

// stemming is somebody who stems words, and how many a second.
type stemming struct {
	name  string
	speed func(ctx context.Context, words []string) (float64, error)
}

//go:embed stem/stem.c
var stemC []byte

// stemmer gives C's libstemmer, compiled for this run, or the library that we
// use. The second result removes what was made.
func stemmer(ctx context.Context) (stemming, func()) {
	ours := stemming{"kljensen/snowball (C's libstemmer is not installed)", func(_ context.Context, words []string) (float64, error) {
		const rounds = 2
		return perSecond(rounds*len(words), func() {
			for range rounds {
				for _, w := range words {
					russian.Stem(w, true)
				}
			}
		}), nil
	}}
	dir, err := os.MkdirTemp("", "otklik-bench")
	if err != nil {
		return ours, func() {}
	}
	done := func() { os.RemoveAll(dir) }
	source, program := filepath.Join(dir, "stem.c"), filepath.Join(dir, "stem")
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	if err := os.WriteFile(source, stemC, 0o600); err != nil {
		return ours, done
	}
	if exec.CommandContext(ctx, "cc", "-O2", "-o", program, source, "-lstemmer").Run() != nil {
		return ours, done
	}
	return stemming{"C's libstemmer", func(ctx context.Context, words []string) (float64, error) {
		cmd := exec.CommandContext(ctx, program)
		cmd.Stdin = strings.NewReader(strings.Join(words, "\n") + "\n")
		out, err := cmd.Output()
		if err != nil {
			return 0, fmt.Errorf("libstemmer: %w", err)
		}
		return strconv.ParseFloat(string(bytes.TrimSpace(out)), 64)
	}}, done
}

const matchAim = 20_000 // posts a second and core

// matching: analysis and matching of invented posts against standing searches.
func matching(ctx context.Context) ([]row, error) {
	items, err := invent(7, 10_000)
	if err != nil {
		return nil, err
	}
	z := text.New()
	set, compiler := match.NewSet(), query.Compiler{Analyzer: z}
	for i, q := range queries(items, searches) {
		e, problems := compiler.Compile(q, query.Reader{Location: time.UTC})
		if len(problems) > 0 {
			return nil, fmt.Errorf("%s: %v", q, problems)
		}
		set.Update(int64(i), e)
	}
	envelope := post.Envelope{ID: items[0].ID, Published: items[0].Published, Regions: []string{region}}
	var speed []float64
	found := 0
	for range runs {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		found = 0
		speed = append(speed, perSecond(len(items), func() {
			for i := range items {
				p := &items[i].Post
				found += len(set.Match(match.NewDoc(envelope, z.Analyze(p.Title, p.Text))))
			}
		}))
	}
	v := median(speed)
	return []row{{fmt.Sprintf("analysis and %d standing searches, one core", searches), grouped(v) + " posts/s",
		fmt.Sprintf("aim %s posts/s; %s matches a post", grouped(matchAim), grouped(float64(found)/float64(len(items)))), v / matchAim}}, nil
}
