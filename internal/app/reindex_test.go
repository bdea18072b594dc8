package app

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/indexer/reindex"
	"github.com/otklik/otklik/indexer/text"
	"github.com/otklik/otklik/internal/simulate"
)

// found gives what some queries find, as people get it.
func (in *running) found() map[string][]string {
	in.t.Helper()
	out := map[string][]string{}
	for _, q := range []string{"отопление", "[нет воды]", "дорога | школа", "ремонт -дорога", `"горячей воды"`} {
		var page struct {
			Items []struct {
				ID, Text string
				Rev      int64
			}
		}
		require.NoError(in.t, in.Call(in.t.Context(), "GET", "/posts?limit=1000&query="+url.QueryEscape(q), nil, &page))
		for _, i := range page.Items {
			out[q] = append(out[q], fmt.Sprint(i.ID, " ", i.Rev, " ", i.Text))
		}
		require.Len(in.t, out[q], in.count(q), q)
	}
	require.NotEmpty(in.t, out["отопление"])
	return out
}

// The index is made anew while the line works: searches answer the same before,
// meanwhile and after, and a post that is written meanwhile is found.
func TestReindexWhileTheLineWorks(t *testing.T) {
	eachShape(t, func(t *testing.T, in *running) {
		corpus, err := simulate.Corpus()
		require.NoError(t, err)
		var lines []line
		for _, l := range corpus[:1200] {
			lines = append(lines, line{string(l.ID), l.Published, map[string]any{"text": l.Post.Text, "title": l.Post.Title}})
		}
		now := time.Now().UTC()
		lines = append(lines, line{"telegram:2100000001/1", now, map[string]any{"text": "Старый текст"}}, line{"telegram:2100000001/2", now, map[string]any{"text": "Забыть меня"}})
		in.take(lines)
		in.take([]line{{"telegram:2100000002/1", now, map[string]any{"text": "Запечатанная жалоба"}}}, "--visibility", "sealed")
		in.eventually("all are found", func() bool { return in.count("") == len(lines)+1 })
		before := in.found()

		buckets, err := in.app.index.Buckets(t.Context())
		require.NoError(t, err)
		steps := 0
		r := &reindex.Reindexer{Index: in.app.index, Bodies: in.app.ledger, Forgotten: in.app.ledger, Analyze: in.app.analyzer.Analyze,
			Now: in.app.now, Log: slog.New(slog.DiscardHandler)}
		r.Progress = func(reindex.Progress) {
			if steps++; steps != 2 {
				return
			}
			in.take([]line{{"telegram:2100000003/1", now, map[string]any{"text": "Написано тем временем"}}, {"telegram:2100000001/1", now, map[string]any{"text": "Исправлено тем временем"}}})
			in.eventually("what is written meanwhile is found meanwhile", func() bool { return in.count(`"тем временем"`) == 2 })
			code, _, stderr := otklik(t, "forget", "telegram:2100000001/2")
			require.Zero(t, code, stderr)
			require.Zero(t, in.count(`"забыть меня"`))
			require.Equal(t, before, in.found(), "meanwhile")
		}
		report, err := r.Run(t.Context(), buckets)
		require.NoError(t, err)
		require.Greater(t, steps, 2)
		require.GreaterOrEqual(t, report.Posts, int64(len(lines)))
		require.Zero(t, report.Wordless)
		require.Equal(t, before, in.found(), "after")
		require.Equal(t, 2, in.count(`"тем временем"`))
		require.Zero(t, in.count(`"старый текст"`))
		require.Zero(t, in.count(`"забыть меня"`))
		require.Equal(t, 1, in.count("запечатанная"))
		in.take([]line{{"telegram:2100000003/2", now, map[string]any{"text": "Написано потом"}}})
		in.eventually("what is written afterwards", func() bool { return in.count(`"написано потом"`) == 1 })

		// The command does the same.
		code, stdout, stderr := otklik(t, "reindex")
		require.Zero(t, code, stderr)
		require.Contains(t, stderr, fmt.Sprintf("taking its place: %d of %d posts", len(lines)+2, len(lines)+2))
		require.Regexp(t, fmt.Sprintf(`^made anew: %d buckets, %d posts, analysis %d, in .+; writers waited .+\n$`, len(buckets), len(lines)+2, text.Edition{Code: text.Version}.Number()), stdout)
		require.Equal(t, before, in.found())
		code, stdout, stderr = otklik(t, "reindex", string(buckets[0]))
		require.Zero(t, code, stderr)
		require.Contains(t, stdout, "1 buckets")
		code, _, stderr = otklik(t, "reindex", "standard-2001-01")
		require.Equal(t, exitMisused, code)
		require.Contains(t, stderr, "there is no bucket standard-2001-01")
		code, _, stderr = otklik(t, "reindex", "yesterday", string(buckets[0]), "x")
		require.Equal(t, exitMisused, code)
		require.Contains(t, stderr, "bucket 1: ")
		require.Contains(t, stderr, "bucket 3: ")

		// One at a time; and what a killed one left goes with the next tidying.
		_, err = alone(t.Context(), in.app.pool, func(ctx context.Context) error {
			code, _, stderr := otklik(t, "reindex")
			require.Equal(t, exitFailed, code)
			require.Contains(t, stderr, "another process")
			_, err := in.app.index.Rebuild(ctx, buckets[0])
			return err
		})
		require.NoError(t, err)
		dropped, err := in.app.keeper().Run(t.Context())
		require.NoError(t, err)
		require.Empty(t, dropped)
		require.Zero(t, in.sql(`SELECT count(*) FROM pg_tables WHERE tablename LIKE 'search\_next\_%'`))
		require.Equal(t, before, in.found())
	})
}
