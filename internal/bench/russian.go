package main

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/kljensen/snowball/russian"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/text"
	"github.com/otklik/otklik/internal/gold"
)

// What is asked of Russian, in per cent.
const (
	recallAim    = 95
	precisionAim = 90
)

// ofRussian: how well forms of one word find each other, with Snowball beside
// it; how near the stems of words that no dictionary has are to the reference;
// what the analysis of real posts costs. What lies in no folder of data is left
// out, and said.
func ofRussian(ctx context.Context, data string) (rows []row, err error) {
	for _, part := range []func(ctx context.Context, data string) ([]row, error){formPairs, stems, realPosts} {
		rs, err := part(ctx, data)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			fmt.Fprintln(os.Stderr, "LEFT OUT:", err)
		case err != nil:
			return nil, err
		}
		rows = append(rows, rs...)
	}
	return rows, nil
}

// formPairs measures what is shipped: the keys of a form that is asked for, and
// the key that a form has in a text.
func formPairs(_ context.Context, data string) ([]row, error) {
	lemmas, err := gold.Lemmas(filepath.Join(data, "lemmas"), gold.Content()...)
	if err != nil {
		return nil, err
	}
	z := text.New()
	ours := gold.Score(lemmas, func(f string) []string { return asksFor(z, f) }, func(f string) []string { return standsAs(z, f) })
	stem := func(f string) []string { return []string{russian.Stem(f, true)} }
	theirs := gold.Score(lemmas, stem, stem)
	show := func(what string, ours, theirs, aim float64) row {
		return row{"russian, " + what, fmt.Sprintf("%.1f %%", ours),
			fmt.Sprintf("Snowball's stems, %.1f %%; aim %.0f %%; %s forms of UD Taiga", theirs, aim, counted(len(lemmas))), ours / theirs}
	}
	return []row{
		show("recall: pairs of forms of one word that are found", ours.Recall, theirs.Recall, recallAim),
		show("precision: pairs found that are of one word", ours.Precision, theirs.Precision, precisionAim),
	}, nil
}

// standsAs gives the key of a form in a text; of one that is several words
// («кто-нибудь»), their keys in a row.
func standsAs(z *text.Analyzer, form string) []string {
	var keys []string
	for _, t := range z.Analyze("", form).Tokens {
		keys = append(keys, t.Key)
	}
	return []string{strings.Join(keys, " ")}
}

// asksFor gives what a form asks for: of one that is several words, the phrase of
// their keys.
func asksFor(z *text.Analyzer, form string) []string {
	phrases := []string{""}
	for i, w := range z.Words(form) {
		var longer []string
		for _, k := range z.Keys(w) {
			for _, p := range phrases {
				if i > 0 {
					p += " "
				}
				longer = append(longer, p+k)
			}
		}
		phrases = longer
	}
	return phrases
}

// stems compares the library that we use with the Snowball project's own.
func stems(_ context.Context, data string) ([]row, error) {
	all, err := gold.Stems(filepath.Join(data, "stems"))
	if err != nil {
		return nil, err
	}
	wrong := gold.Mismatches(all, func(w string) string { return russian.Stem(text.Fold(w), true) })
	list := ""
	if len(wrong) > 0 {
		list = ": " + strings.Join(wrong, "; ")
	}
	return []row{{fmt.Sprintf("russian, stems unlike the reference's, of %s words", counted(len(all))), fmt.Sprint(len(wrong)),
		fmt.Sprintf("at most %d%s", gold.MaxMismatches, list), float64(len(wrong)) / gold.MaxMismatches}}, nil
}

// realPosts: tokens a second of one core, and what a token allocates when the
// analyser has seen the words before.
func realPosts(ctx context.Context, data string) ([]row, error) {
	posts, err := readPosts(filepath.Join(data, "telegram-posts", "posts.jsonl.gz"))
	if err != nil {
		return nil, err
	}
	speed, err := analysing(ctx, fmt.Sprintf("russian, analysis of %s real posts, one core", counted(len(posts))), posts, 3)
	if err != nil {
		return nil, err
	}
	z, tokens := text.New(), 0
	for i := range posts {
		tokens += len(z.Analyze("", posts[i].Text).Tokens)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for i := range posts {
		z.Analyze("", posts[i].Text)
	}
	runtime.ReadMemStats(&after)
	n := float64(after.Mallocs - before.Mallocs)
	return []row{speed, {"russian, allocations a token, warm", fmt.Sprintf("%.3f", n/float64(tokens)),
		fmt.Sprintf("aim 0; %.1f a post of %.0f tokens, among them the post's list of tokens; %.0f bytes a token",
			n/float64(len(posts)), float64(tokens)/float64(len(posts)), float64(after.TotalAlloc-before.TotalAlloc)/float64(tokens)), 0}}, nil
}

// readPosts reads the texts of real posts.
func readPosts(path string) (posts []post.Post, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for d := json.NewDecoder(bufio.NewReader(z)); ; {
		var p struct{ Text string }
		switch err := d.Decode(&p); {
		case errors.Is(err, io.EOF):
			return posts, nil
		case err != nil:
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		posts = append(posts, post.Post{Text: p.Text})
	}
}
