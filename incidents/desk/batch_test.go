package desk_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/incidents/incident"
	"github.com/otklik/otklik/indexer/ingest"
	"github.com/otklik/otklik/internal/stream"
)

// where says of every post which incident it is in, counted from the first,
// and how it came there.
func (e *env) where() map[string]string {
	e.t.Helper()
	out, is := map[string]string{}, e.all()
	for _, i := range is {
		es, _, err := e.Posts(e.t.Context(), guardian, i.Number, "", 500)
		require.NoError(e.t, err)
		for _, ev := range es {
			out[string(ev.Post)] = fmt.Sprintf("%d %s %s of %d, due %s, %v", i.Number-is[0].Number, i.State, ev.How, i.Posts, e.clocks(i), e.trail(i.Number))
		}
	}
	return out
}

// tellings are posts that say the same, forward one another, or neither, of
// two times that are far from each other.
func (e *env) tellings(r *rand.Rand, n int, searches []ingest.Searched) []ingest.Match {
	var ms []ingest.Match
	for i := range n {
		said := fmt.Sprintf("Нет воды на Светланской, подъезд номер %d", r.IntN(4))
		if r.IntN(4) == 0 {
			said = fmt.Sprintf("Ни на что не похожее сообщение номер %d", i)
		}
		m := e.match(fmt.Sprintf("telegram:7/%d", i), said, searches[r.IntN(len(searches))])
		m.Published = e.now.Add(-time.Duration(r.IntN(20)) * time.Hour)
		if r.IntN(3) == 0 {
			m.Published = m.Published.AddDate(0, 0, -20)
		}
		if r.IntN(4) == 0 {
			m.Visibility = post.Partner
		}
		switch r.IntN(4) {
		case 0:
			m.Post.URL = fmt.Sprintf("https://t.me/x/%d", r.IntN(6))
		case 1:
			m = forward(m, fmt.Sprintf("https://t.me/x/%d", r.IntN(6)))
		}
		ms = append(ms, m)
	}
	return ms
}

// Matches that are taken together end as if they were taken one after another.
func TestABatchIsTakenAsOneByOne(t *testing.T) {
	e := start(t)
	e.agency("Водоканал", func(a *incident.Agency) { a.Default, a.Email = true, "duty@water.example" })
	searches := []ingest.Searched{e.search(), e.search(), e.search()}
	rules := func() {
		e.wipe()
		e.rule(searches[0], nil)
		e.rule(searches[1], auto)
		e.rule(searches[2], auto)
	}
	for seed := range uint64(6) {
		r := rand.New(rand.NewPCG(seed, 5))
		ms := e.tellings(r, 150, searches)
		rules()
		e.take(ms...)
		want := e.where()
		require.Len(t, want, len(ms))
		require.Less(t, len(e.all()), 2*len(ms)/3, "many join")
		rules()
		for rest := ms; len(rest) > 0; {
			n := min(1+r.IntN(70), len(rest))
			var batch []stream.Message
			for _, m := range rest[:n] {
				batch = append(batch, stream.Message{Record: entry(t, m)})
			}
			bad, err := e.Handle(t.Context(), batch)
			require.NoError(t, err)
			require.Empty(t, bad)
			rest = rest[n:]
		}
		require.Equal(t, want, e.where(), "seed %d", seed)
	}
}
