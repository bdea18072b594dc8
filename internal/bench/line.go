package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/crawler/source"
	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/indexer/standing"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/stream"
)

const (
	batchSize = 500
	seldom    = 50 // one post of so many opens a ticket
	often     = 3
	more      = 10 // times the posts, for growth
)

// standing saves searches, some with a rule, and an agency, as people do.
func (in *installation) standing(ctx context.Context) error {
	var made struct{ ID int64 }
	if err := in.Call(ctx, http.MethodPost, "/agencies", map[string]any{"region": region, "name": "Теплосеть", "default": true}, &made); err != nil {
		return err
	}
	words := []string{"отопление", "батареи", "яма", "вода", "фонари", "мусор", "школа", "поликлиника", "гололёд", "автобус"}
	for i := range 2 * len(words) {
		q := words[i%len(words)]
		if i >= len(words) {
			q = fmt.Sprintf("(%s | %s) -реклама", q, words[(i+3)%len(words)])
		}
		if err := in.Call(ctx, http.MethodPost, "/searches", map[string]any{"name": fmt.Sprint("поиск ", i), "query": q, "regions": []string{region}}, &made); err != nil {
			return err
		}
		if i%4 != 0 {
			continue
		}
		rule := map[string]any{"region": region, "search": made.ID, "name": q, "mode": "auto"}
		if err := in.Call(ctx, http.MethodPost, "/rules", rule, &made); err != nil {
			return err
		}
	}
	return in.matching(ctx)
}

// saved saves a thousand searches past the API, and the rule of alarms.
func (in *installation) saved(ctx context.Context, items []source.Item) error {
	who := access.Person{ID: 1, Name: "bench", Role: access.Administrator, Regions: []string{"*"}}
	store := standing.Store{Pool: in.pool, Now: time.Now, KnownRegion: func(string) bool { return true }, CheckQuery: func(string) []fault.Field { return nil }}
	var last standing.Search
	for i, q := range append(queries(items, searches-1), alarm) {
		var err error
		if last, err = store.Create(ctx, who, standing.Draft{Name: fmt.Sprint("поиск ", i), Query: q, Regions: []string{region}}); err != nil {
			return err
		}
	}
	// There is no past; a thousand looks into it would be waited for.
	if _, err := in.pool.Exec(ctx, `UPDATE search SET past_done = true`); err != nil {
		return err
	}
	if _, err := in.pool.Exec(ctx, `INSERT INTO agency (region, name, is_default, changed_at, changed_by) VALUES ($1, 'Лифты', true, now(), 'bench')`, region); err != nil {
		return err
	}
	_, err := in.pool.Exec(ctx, `INSERT INTO rule (region, search, name, mode, severity, enabled, changed_at, changed_by)
		VALUES ($1, $2, 'Лифты', $3, $4, true, now(), 'bench')`, region, last.ID, incident.Auto, incident.Normal)
	return err
}

// matching waits until the indexer matches with every search and their pasts
// are searched.
func (in *installation) matching(ctx context.Context) error {
	return in.until(ctx, "matching with every search", time.Minute, func() (ok bool, err error) {
		err = in.pool.QueryRow(ctx, `SELECT coalesce(min(generation) = (SELECT generation FROM search_clock), false)
			AND NOT EXISTS (SELECT FROM search WHERE NOT past_done) FROM indexer_generation`).Scan(&ok)
		return ok, err
	})
}

// line: posts a second to the index, where they are found and matched, and to
// tickets, with all roles in one process and a crawler's part beside them;
// beside it the bare limit of the same engines. Also what a crawler's part
// costs alone, and a line that catches up with what lies in the log.
func line(ctx context.Context, s shape, n int) ([]row, error) {
	items, err := invent(7, n)
	if err != nil {
		return nil, err
	}
	few, many := alarming(items, seldom), alarming(items, often)
	measures := []struct {
		of    string
		posts []source.Item
		run   func(context.Context, shape, []source.Item) (speeds, error)
	}{{"alone", items, alone}, {"limit", items, s.limit}, {"few", few, through}, {"many", many, through}, {"catchUp", few, catchUp}}
	all := map[string][]speeds{}
	for round := range rounds(s) {
		for _, m := range measures {
			v, err := m.run(ctx, s, m.posts)
			if err != nil {
				return nil, err
			}
			if round >= rounds(s)-runs {
				all[m.of] = append(all[m.of], v)
			}
		}
	}
	of := func(what string, f func(speeds) float64) float64 {
		var v []float64
		for _, x := range all[what] {
			v = append(v, f(x))
		}
		return median(v)
	}
	whole := func(x speeds) float64 { return x.whole }
	limit := of("limit", whole)
	show := func(what string, v float64) row {
		return row{"line, " + what + ", " + s.name, grouped(v) + " posts/s", s.limitName + ", " + grouped(limit) + " posts/s", v / limit}
	}
	costs := func(what, name string) row {
		total := func(x speeds) float64 { return x.cpu.total().Seconds() * 1e6 }
		v, bare := of(what, total), of("limit", total)
		shown := slices.IndexFunc(all[what], func(x speeds) bool { return total(x) == v }) // the median's own shares
		return row{"line, CPU, " + name + ", " + s.name, fmt.Sprintf("%s µs a post (%s)", grouped(v), all[what][shown].cpu), fmt.Sprintf("%s, %s µs", s.limitName, grouped(bare)), v / bare}
	}
	return []row{
		show("to the index, with "+grouped(searches)+" searches", of("few", func(x speeds) float64 { return x.found })),
		show(fmt.Sprintf("to tickets, one of %d posts", seldom), of("few", whole)),
		show(fmt.Sprintf("to tickets, one of %d posts", often), of("many", whole)),
		show(fmt.Sprintf("catching up with the log, tickets of one of %d", seldom), of("catchUp", whole)),
		{"line, the crawler's part alone, " + s.name, grouped(of("alone", whole)) + " posts/s", "", 0},
		costs("few", fmt.Sprintf("to tickets of one of %d posts", seldom)),
		costs("catchUp", fmt.Sprintf("catching up, tickets of one of %d", seldom)),
	}, nil
}

// rounds is how often a line is measured, the last runs of which count. Kafka
// and Elasticsearch compile what they do while they do it: in a first round that
// takes them as much CPU as the work, which no installation sees for long.
func rounds(s shape) int {
	if s.grown {
		return runs + 1
	}
	return runs
}

// growth: the line with ten times the posts, beside itself.
func growth(ctx context.Context, s shape, n int) ([]row, error) {
	items, err := invent(7, more*n)
	if err != nil {
		return nil, err
	}
	items = alarming(items, seldom)
	few, err := through(ctx, s, items[:n])
	if err != nil {
		return nil, err
	}
	many, err := through(ctx, s, items)
	if err != nil {
		return nil, err
	}
	return []row{{fmt.Sprintf("line, to tickets, %s posts, %s", grouped(float64(more*n)), s.name), grouped(many.whole) + " posts/s",
		fmt.Sprintf("%s posts, %s posts/s", grouped(float64(n)), grouped(few.whole)), many.whole / few.whole}}, nil
}

func (in *installation) takeAll(ctx context.Context, items []source.Item) error {
	for part := range slices.Chunk(items, batchSize) {
		if err := in.take(ctx, part); err != nil {
			return err
		}
	}
	return nil
}

// alone: the ledger and the log, and no further.
func alone(ctx context.Context, s shape, items []source.Item) (t speeds, err error) {
	in, err := prepare(ctx, s)
	if err != nil {
		return t, err
	}
	defer in.close()
	if err := in.take(ctx, items[:1]); err != nil { // makes topics
		return t, err
	}
	done := in.clock(ctx, len(items)-1)
	err = in.takeAll(ctx, items[1:])
	return done(), err
}

// speeds is what one run made of posts, a second, and what it cost of CPU.
type speeds struct {
	found, whole float64
	cpu          usage // a post
}

// clock begins to measure so many posts; what it gives ends that.
func (in *installation) clock(ctx context.Context, posts int) (done func() speeds) {
	m := in.metering(ctx)
	used, begin := m.read(), time.Now()
	return func() speeds {
		return speeds{whole: float64(posts) / time.Since(begin).Seconds(), cpu: m.since(used, posts)}
	}
}

func through(ctx context.Context, s shape, items []source.Item) (t speeds, err error) {
	in, err := running(ctx, s, items)
	if err != nil {
		return t, err
	}
	defer in.close()
	done := in.clock(ctx, len(items))
	if err := in.takeAll(ctx, items); err != nil {
		return t, err
	}
	if err := in.caughtUp(ctx, "indexer", stream.Posts); err != nil {
		return t, err
	}
	found := done().whole
	if err := in.caughtUp(ctx, "desk", stream.Matches); err != nil {
		return t, err
	}
	t = done()
	t.found = found
	return t, in.counts(ctx, items)
}

// running gives an installation that works, with a thousand searches.
func running(ctx context.Context, s shape, items []source.Item) (in *installation, err error) {
	if in, err = prepare(ctx, s); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			in.close()
		}
	}()
	if err := in.saved(ctx, items); err != nil {
		return in, err
	}
	if err := in.start(ctx); err != nil {
		return in, err
	}
	if err := in.matching(ctx); err != nil {
		return in, err
	}
	return in, in.warm(ctx)
}

// warm lets posts through until they pass at once: members of a group that has
// just been founded change their minds about who reads what.
func (in *installation) warm(ctx context.Context) error {
	const (
		some    = 160
		atOnce  = 500 * time.Millisecond
		atLeast = 5 // times in a row
		most    = 100
	)
	items, err := invent(99, some*most)
	if err != nil {
		return err
	}
	quick := 0
	for round := 0; round < most && quick < atLeast; round++ {
		part := items[round*some : (round+1)*some]
		for i := range part {
			if part[i].ID, err = post.NewID("telegram", "2100000099", fmt.Sprint(round*some+i+1)); err != nil {
				return err
			}
		}
		begin := time.Now()
		if err := in.takeAll(ctx, part); err != nil {
			return err
		}
		if err := in.idle(ctx); err != nil {
			return err
		}
		in.warmed += some
		if quick++; time.Since(begin) > atOnce {
			quick = 0
		}
	}
	return nil
}

// catchUp: posts lie in the log before the product starts. The clock runs from
// the first batch on: what it takes to start is not asked.
func catchUp(ctx context.Context, s shape, items []source.Item) (t speeds, err error) {
	in, err := prepare(ctx, s)
	if err != nil {
		return t, err
	}
	defer in.close()
	if err := in.saved(ctx, items); err != nil {
		return t, err
	}
	if err := in.takeAll(ctx, items); err != nil {
		return t, err
	}
	if err := in.start(ctx); err != nil {
		return t, err
	}
	var done func() speeds
	if err := in.until(ctx, "begun", time.Minute, func() (bool, error) {
		waiting, err := in.waiting(ctx, "indexer", stream.Posts)
		done = in.clock(ctx, int(waiting))
		return waiting < int64(len(items)), err
	}); err != nil {
		return t, err
	}
	if err := in.idle(ctx); err != nil {
		return t, err
	}
	return done(), in.counts(ctx, items)
}

// counts checks that everything arrived: a line that loses is soon fast.
func (in *installation) counts(ctx context.Context, items []source.Item) error {
	var count struct{ Posts int }
	if err := in.Call(ctx, http.MethodGet, "/posts/count?query=", nil, &count); err != nil {
		return err
	}
	expected := 0
	for i := range items {
		if isAlarm(items[i]) {
			expected++
		}
	}
	tickets := 0
	if err := in.pool.QueryRow(ctx, `SELECT count(*) FROM incident`).Scan(&tickets); err != nil {
		return err
	}
	if all := len(items) + in.warmed; count.Posts != all || tickets != expected {
		return fmt.Errorf("%d posts are found of %d, and %d tickets are opened of %d", count.Posts, all, tickets, expected)
	}
	return nil
}

// waiting is how many records a group has yet to commit.
func (in *installation) waiting(ctx context.Context, group, topic string) (n int64, err error) {
	lags, err := in.log.Lag(ctx, group, topic)
	for _, l := range lags {
		n += l.End - l.Committed
	}
	return n, err
}

// caughtUp waits until a group has read all of a topic.
func (in *installation) caughtUp(ctx context.Context, group, topic string) error {
	return in.until(ctx, "through", 10*time.Minute, func() (bool, error) {
		n, err := in.waiting(ctx, group, topic)
		return n == 0, err
	})
}
