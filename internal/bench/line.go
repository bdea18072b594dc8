package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/crawler/source"
	"github.com/otklik/otklik/internal/simulate"
	"github.com/otklik/otklik/internal/stream"
)

const (
	batchSize = 500
	searches  = 20 // standing ones, a quarter of them with a rule
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

// standing saves searches, some with a rule, and an agency.
func (in *installation) standing(ctx context.Context) error {
	var made struct{ ID int64 }
	if err := in.call(ctx, http.MethodPost, "/agencies", map[string]any{"region": "RU-PRI", "name": "Теплосеть", "default": true}, &made); err != nil {
		return err
	}
	words := []string{"отопление", "батареи", "яма", "вода", "фонари", "мусор", "школа", "поликлиника", "гололёд", "автобус"}
	for i := range searches {
		q := words[i%len(words)]
		if i >= len(words) {
			q = fmt.Sprintf("(%s | %s) -реклама", q, words[(i+3)%len(words)])
		}
		if err := in.call(ctx, http.MethodPost, "/searches", map[string]any{"name": fmt.Sprint("поиск ", i), "query": q, "regions": []string{"RU-PRI"}}, &made); err != nil {
			return err
		}
		if i%4 != 0 {
			continue
		}
		rule := map[string]any{"region": "RU-PRI", "search": made.ID, "name": q, "mode": "auto"}
		if err := in.call(ctx, http.MethodPost, "/rules", rule, &made); err != nil {
			return err
		}
	}
	return in.until(ctx, "matching with every search", time.Minute, func() (bool, error) {
		var out struct {
			Items []struct {
				PastDone bool `json:"past_done"`
			}
		}
		err := in.call(ctx, http.MethodGet, "/searches?limit=100", nil, &out)
		for _, s := range out.Items {
			if !s.PastDone {
				return false, err
			}
		}
		return true, err
	})
}

// line: posts a second to the index, where they are found and matched, and to
// tickets, beside the same posts put into the log and no further. About half of
// them open a ticket.
func line(ctx context.Context, s shape, n int) ([]row, error) {
	items, err := invent(7, n)
	if err != nil {
		return nil, err
	}
	var found, whole, bare []float64
	var tickets int
	for range runs {
		f, err := alone(ctx, s, items)
		if err != nil {
			return nil, err
		}
		bare = append(bare, f)
		t, err := through(ctx, s, items)
		if err != nil {
			return nil, err
		}
		found, whole, tickets = append(found, float64(n)/t.found.Seconds()), append(whole, float64(n)/t.whole.Seconds()), t.tickets
	}
	peer := median(bare)
	show := func(what string, v []float64) row {
		return row{what + ", " + s.name, thousands(median(v), "posts/s"), "ledger and log alone, " + thousands(peer, "posts/s"), median(v) / peer}
	}
	return []row{show("to the index, matched", found), show(fmt.Sprintf("whole line, %d tickets of %d posts", tickets, n), whole)}, nil
}

func (in *installation) takeAll(ctx context.Context, items []source.Item) error {
	for part := range slices.Chunk(items, batchSize) {
		if err := in.take(ctx, part); err != nil {
			return err
		}
	}
	return nil
}

func alone(ctx context.Context, s shape, items []source.Item) (float64, error) {
	in, err := prepare(ctx, s)
	if err != nil {
		return 0, err
	}
	defer in.close()
	if err := in.take(ctx, items[:1]); err != nil { // makes topics
		return 0, err
	}
	begin := time.Now()
	err = in.takeAll(ctx, items[1:])
	return float64(len(items)-1) / time.Since(begin).Seconds(), err
}

// times is what one run of the line took.
type times struct {
	found, whole time.Duration
	tickets      int
}

func through(ctx context.Context, s shape, items []source.Item) (t times, err error) {
	in, err := prepare(ctx, s)
	if err != nil {
		return t, err
	}
	defer in.close()
	if err := in.start(ctx); err != nil {
		return t, err
	}
	if err := in.standing(ctx); err != nil {
		return t, err
	}
	begin := time.Now()
	if err := in.takeAll(ctx, items); err != nil {
		return t, err
	}
	if err := in.caughtUp(ctx, "indexer", stream.Posts); err != nil {
		return t, err
	}
	t.found = time.Since(begin)
	if err := in.caughtUp(ctx, "desk", stream.Matches); err != nil {
		return t, err
	}
	t.whole = time.Since(begin)
	var count struct{ Posts int }
	if err := in.call(ctx, http.MethodGet, "/posts/count?query=", nil, &count); err != nil {
		return t, err
	}
	if count.Posts != len(items) {
		return t, fmt.Errorf("%d posts are found of %d", count.Posts, len(items))
	}
	return t, in.pool.QueryRow(ctx, `SELECT count(*) FROM incident`).Scan(&t.tickets)
}

// caughtUp waits until a group has read all of a topic.
func (in *installation) caughtUp(ctx context.Context, group, topic string) error {
	return in.until(ctx, "through", 10*time.Minute, func() (bool, error) {
		lags, err := in.log.Lag(ctx, group, topic)
		for _, l := range lags {
			if l.Committed < l.End {
				return false, err
			}
		}
		return err == nil, err
	})
}

const (
	ticketPosts = 100
	ticketPace  = 50 * time.Millisecond
	ticketAim   = time.Second
)

// ticket: the time from a post's reading to its incident in the API's list, at
// twenty posts a second.
func ticket(ctx context.Context, s shape) ([]row, error) {
	in, err := prepare(ctx, s)
	if err != nil {
		return nil, err
	}
	defer in.close()
	if err := in.start(ctx); err != nil {
		return nil, err
	}
	if err := in.standing(ctx); err != nil {
		return nil, err
	}
	items, err := invent(11, runs*ticketPosts)
	if err != nil {
		return nil, err
	}
	for i := range items {
		items[i].Post.Text = fmt.Sprintf("Нет отопления в доме %d, батареи холодные с ночи %d.", i+1, i*7919)
	}
	var p50, p99 []float64
	for part := range slices.Chunk(items, ticketPosts) {
		took, err := in.tickets(ctx, part)
		if err != nil {
			return nil, err
		}
		slices.Sort(took)
		p50 = append(p50, took[len(took)/2].Seconds())
		p99 = append(p99, took[len(took)*99/100].Seconds())
	}
	aim := fmt.Sprintf("aim %.0f ms", 1000*ticketAim.Seconds())
	show := func(name string, v []float64) row {
		return row{fmt.Sprintf("post → incident in the API, %s, %s", name, s.name), fmt.Sprintf("%.0f ms", 1000*median(v)), aim, median(v) / ticketAim.Seconds()}
	}
	return []row{show("p50", p50), show("p99", p99)}, nil
}

// tickets takes posts one by one and gives how long each needed.
func (in *installation) tickets(ctx context.Context, items []source.Item) ([]time.Duration, error) {
	var mu sync.Mutex
	begun, took := map[post.ID]time.Time{}, []time.Duration{}
	failed := make(chan error, 1)
	go func() {
		tick := time.NewTicker(ticketPace)
		defer tick.Stop()
		for _, it := range items {
			mu.Lock()
			begun[it.ID] = time.Now()
			mu.Unlock()
			if err := in.take(ctx, []source.Item{it}); err != nil {
				failed <- err
				return
			}
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	}()
	err := in.until(ctx, "shown as incidents", time.Minute, func() (bool, error) {
		select {
		case err := <-failed:
			return false, err
		default:
		}
		var out struct {
			Items []struct{ Posts []struct{ Post post.ID } }
		}
		if err := in.call(ctx, http.MethodGet, "/incidents?limit=50", nil, &out); err != nil {
			return false, err
		}
		mu.Lock()
		defer mu.Unlock()
		for _, i := range out.Items {
			for _, p := range i.Posts {
				if at, ok := begun[p.Post]; ok {
					took = append(took, time.Since(at))
					delete(begun, p.Post)
				}
			}
		}
		return len(took) == len(items), nil
	})
	return took, err
}
