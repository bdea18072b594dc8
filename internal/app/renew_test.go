package app

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/ledger"
	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/search"
	"github.com/otklik/otklik/indexer/text"
	"github.com/otklik/otklik/internal/access"
)

// amid does something in the midst of making a bucket anew.
type amid struct {
	*ledger.Ledger
	do func()
}

func (a amid) AllForgotten(ctx context.Context) ([]post.ID, error) {
	a.do()
	return a.Ledger.AllForgotten(ctx)
}

// stems is a document as a build before dictionaries put it.
func stems(id post.ID, at time.Time, body string) search.Document {
	z := text.New()
	z.Use(nil, text.Edition{Code: 1})
	bucket, _ := post.NewBucket("standard", at)
	d := search.Document{Body: post.Post{Type: post.TypePost, Text: body}, Text: z.Analyze("", body)}
	for i := range d.Text.Tokens {
		for _, k := range z.Keys(d.Text.Tokens[i].Surface) {
			if strings.HasPrefix(k, text.KeyPrefix) {
				d.Text.Tokens[i].Key = k
			}
		}
	}
	d.Record = post.Record{Envelope: post.Envelope{V: post.EnvelopeVersion, Kind: post.Revision, ID: id, Rev: 1, Hash: d.Body.Hash(""), Observed: at, Published: at,
		Bucket: bucket, Origin: post.Live, Regions: []string{"RU-PRI"}, Visibility: post.Public, Analysis: 1}, Post: &d.Body}
	return d
}

func (in *running) editions() []int {
	in.t.Helper()
	l, err := in.app.glossary.Live(in.t.Context())
	require.NoError(in.t, err)
	return l.Numbers
}

// renew makes the index anew as soon as all indexers write with the present edition.
func (in *running) renew(r *renewer) {
	in.t.Helper()
	in.eventually("the index is made anew", func() bool {
		require.NoError(in.t, r.Round(in.t.Context()))
		era, err := in.app.glossary.Era(in.t.Context())
		require.NoError(in.t, err)
		return !era.Others
	})
}

// A word is added to the glossary: searches take it up at once, what was posted
// before is found by it before, while and after the index is made anew, and the
// editions before are retired then. The same of what an older build has put.
func TestTheGlossaryIsTakenUp(t *testing.T) {
	eachShape(t, func(t *testing.T, in *running) {
		now := time.Now().UTC().Truncate(time.Second)
		old := now.AddDate(0, -2, 0)
		in.take([]line{{"telegram:2100000001/1", now, map[string]any{"text": "Увезли бабушку в гноилку"}}, {"telegram:2100000001/2", now, map[string]any{"text": "Нет воды"}}})
		in.eventually("they are found", func() bool { return in.count("") == 2 })
		require.NoError(t, in.app.index.Put(t.Context(), []search.Document{stems("telegram:2100000002/1", old, "Без отопления третий день")}))
		_, err := in.app.pool.Exec(t.Context(), `INSERT INTO edition (number) VALUES (1)`)
		require.NoError(t, err)
		first := text.Edition{Code: text.Version}.Number()
		require.Equal(t, []int{1, first}, in.editions())
		id := in.make("/searches", map[string]any{"name": "x", "query": "ковидарий", "regions": []string{"RU-PRI"}})
		in.eventually("the past is searched", func() bool {
			return in.sql(`SELECT count(*) FROM search WHERE id = $1 AND past_done`, id) == 1
		})
		require.Zero(t, in.count("ковидарий"))
		r := in.app.renewer()
		r.Calm, r.Log = 0, slog.New(slog.DiscardHandler)
		anna := access.Person{Name: "Анна", Role: access.Administrator, Regions: []string{"*"}}

		_, err = in.app.glossary.Change(t.Context(), anna, 0, "ковидарий: гноилка гноилку гноилке\n")
		require.NoError(t, err)
		in.eventually("what was posted before", func() bool { return in.count("ковидарием") == 1 })
		second := first + 1
		in.eventually("indexers write with it", func() bool {
			return in.sql(`SELECT count(*) FROM indexer_generation WHERE edition = $1`, second) == 1
		})
		in.take([]line{{"telegram:2100000001/3", now, map[string]any{"text": "В гноилке мест нет"}}})
		in.eventually("a standing search of another form matches", func() bool {
			return in.sql(`SELECT count(*) FROM search_hit WHERE search = $1`, id) == 1
		})
		found := func() {
			t.Helper()
			require.Equal(t, 2, in.count("ковидарий"))
			require.Equal(t, 1, in.count("бабушке гноилка"))
			require.Equal(t, 1, in.count("отопление"))
			require.Equal(t, 1, in.count(`"нет воды"`))
			require.Equal(t, 4, in.count(""))
		}
		in.eventually("it is found", func() bool { return in.count("ковидарий") == 2 })
		found()
		require.Equal(t, []int{1, first, second}, in.editions())

		// Ended in the midst, it has cost a bucket.
		amidst := 0
		ctx, cancel := context.WithCancel(t.Context())
		r.Ledger = amid{in.app.ledger, func() {
			if amidst++; amidst == 2 {
				cancel()
			}
			found()
		}}
		require.Error(t, r.Round(ctx))
		require.Equal(t, 2, amidst)
		require.Equal(t, []int{1, first, second}, in.editions())
		p, err := in.app.glossary.Progress(t.Context())
		require.NoError(t, err)
		require.NotEmpty(t, p.Error)
		require.Equal(t, []any{1, 2, second, int64(4)}, []any{p.BucketsDone, p.Buckets, p.Edition, p.Posts})
		in.renew(r)
		require.Equal(t, 3, amidst)
		found()
		require.Equal(t, []int{second}, in.editions())
		p, err = in.app.glossary.Progress(t.Context())
		require.NoError(t, err)
		require.Empty(t, p.Error)
		require.Equal(t, []any{2, 2, int64(4), false}, []any{p.BucketsDone, p.Buckets, p.Done, p.EndedAt.IsZero()})
		var page struct{ Items []struct{ ID post.ID } }
		require.NoError(t, in.Call(t.Context(), "GET", "/posts?limit=10", nil, &page))
		for _, i := range page.Items {
			h, err := in.app.index.Get(t.Context(), access.Everything(), i.ID)
			require.NoError(t, err)
			require.Equal(t, second, h.Analysis, i.ID)
		}
		_, _, due, err := r.due(t.Context())
		require.NoError(t, err)
		require.False(t, due, "there is nothing to do")

		// The command does the same.
		_, err = in.app.glossary.Change(t.Context(), anna, 1, "ковидарий: гноилка гноилку гноилке чумка\n")
		require.NoError(t, err)
		in.eventually("indexers write with it", func() bool {
			return in.sql(`SELECT count(*) FROM indexer_generation WHERE edition = $1`, second+1) == 1
		})
		code, stdout, stderr := otklik(t, "reindex")
		require.Zero(t, code, stderr)
		require.Contains(t, stdout, fmt.Sprintf("2 buckets, 4 posts, analysis %d,", second+1))
		require.Equal(t, []int{second + 1}, in.editions())
		found()
	})
}
