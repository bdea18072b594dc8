package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kljensen/snowball/russian"

	"github.com/otklik/otklik/indexer/text"
	"github.com/otklik/otklik/internal/simulate"
)

// analysis: tokens a second of one core over the repository's corpus, beside
// bare Snowball stemming of the same words, already split and folded.
func analysis(ctx context.Context) ([]row, error) {
	lines, err := simulate.Corpus()
	if err != nil {
		return nil, err
	}
	lines = lines[:simulate.CorpusPosts] // the hostile ones would make the figure of nobody's posts
	z := text.New()
	var words []string
	for _, l := range lines {
		for _, t := range z.Analyze(l.Post.Title, l.Post.Text).Tokens {
			words = append(words, t.Surface)
		}
	}
	if len(words) == 0 {
		return nil, errors.New("the corpus has no words")
	}
	const rounds = 20
	var ours, bare []float64
	for range runs {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		ours = append(ours, perSecond(rounds*len(words), func() {
			for range rounds {
				for _, l := range lines {
					z.Analyze(l.Post.Title, l.Post.Text)
				}
			}
		}))
		bare = append(bare, perSecond(2*len(words), func() {
			for range 2 {
				for _, w := range words {
					russian.Stem(w, true)
				}
			}
		}))
	}
	a, b := median(ours), median(bare)
	return []row{{"analysis, tokens of posts, one core", thousands(a, "tokens/s"), fmt.Sprintf("kljensen/snowball alone, %s", thousands(b, "words/s")), a / b}}, nil
}

func perSecond(n int, f func()) float64 {
	begin := time.Now()
	f()
	return float64(n) / time.Since(begin).Seconds()
}
