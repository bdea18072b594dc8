package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/crawler/source"
	"github.com/otklik/otklik/indexer/text"
	"github.com/otklik/otklik/internal/simulate"
)

const (
	region   = "RU-PRI"
	searches = 1000 // standing ones
)

// invent gives n different posts of the invented region, published now.
func invent(seed uint64, n int) ([]source.Item, error) {
	t, err := simulate.NewTeller(seed)
	if err != nil {
		return nil, err
	}
	now, items := time.Now(), make([]source.Item, n)
	for i := range items {
		id, err := post.NewID("telegram", "2100000000", fmt.Sprint(i+1))
		if err != nil {
			return nil, err
		}
		s := t.Tell(t.Town(), simulate.Resident)
		items[i] = source.Item{ID: id, Published: now, Post: post.Post{Text: fmt.Sprintf("%s Обращение %d.", s.Text, i)}}
	}
	return items, nil
}

// alarm is the search whose rule opens tickets, for posts that nobody invents
// otherwise.
const alarm = "лифт застрял заявка"

// alarming makes every n-th post one that opens a ticket of its own.
func alarming(items []source.Item, n int) []source.Item {
	items = slices.Clone(items)
	for i := 0; i < len(items); i += n {
		items[i].Post.Text = fmt.Sprintf("%s Лифт в доме %d застрял между этажами, внутри люди, заявка принята утром, номер %s.", alarmText, i%200+1, items[i].ID)
	}
	return items
}

const alarmText = "Тревога!"

func isAlarm(it source.Item) bool { return strings.HasPrefix(it.Post.Text, alarmText) }

// queries invents n queries of the words that the posts are written in: about
// every fourth post matches one of them.
func queries(items []source.Item, n int) []string {
	z, known := text.New(), map[string]bool{}
	var words []string
	for i := range items[:min(len(items), 5000)] {
		for _, w := range z.Words(items[i].Post.Text) {
			const short = 6 // bytes: three letters
			if len(w) > short && !known[w] {
				known[w] = true
				words = append(words, w)
			}
		}
	}
	slices.Sort(words)
	r := rand.New(rand.NewPCG(5, 1000))
	pick := func() string { return words[r.IntN(len(words))] }
	out := make([]string, n)
	for i := range out {
		switch i % 4 {
		case 0:
			out[i] = pick() + " " + pick()
		case 1:
			out[i] = fmt.Sprintf("(%s | %s) %s %s", pick(), pick(), pick(), pick())
		case 2:
			out[i] = fmt.Sprintf("%s %s -%s", pick(), pick(), pick())
		case 3:
			out[i] = fmt.Sprintf("%q (%s | %s) %s", pick(), pick(), pick(), pick())
		}
	}
	return out
}
