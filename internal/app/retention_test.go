package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/internal/stream"
)

// Posts of a class are dropped whole when its time is over, with what was
// matched and seen of them; what joined an incident stays as evidence, and the
// other class is not touched.
func TestRetentionDropsWholeBucketsAndKeepsEvidence(t *testing.T) {
	eachShape(t, func(t *testing.T, in *running) {
		in.make("/agencies", map[string]any{"region": "RU-PRI", "name": "Теплосети", "default": true})
		search := in.make("/searches", map[string]any{"name": "Тепло", "query": "отопление", "regions": []string{"RU-PRI"}})
		in.make("/rules", map[string]any{"region": "RU-PRI", "search": search, "name": "Тепло", "mode": "suggest", "open_for_backfill": true})
		now := time.Now().UTC()
		lines := func(channel, n int, text string) (ls []line) {
			for i := range n {
				ls = append(ls, line{fmt.Sprintf("telegram:%d/%d", channel, i+1), now, map[string]any{"text": fmt.Sprintf(text, i)}})
			}
			return ls
		}
		in.take(lines(2100000001, 40, "Яма номер %d"), "--class", "short")
		in.take(lines(2100000002, 5, "Запечатано %d"), "--class", "short", "--visibility", "sealed")
		in.take(lines(2100000003, 30, "Лужа номер %d"))
		in.take(lines(2100000004, 1, "Нет отопления %d"), "--class", "short")
		in.eventually("all are found", func() bool { return in.count("") == 76 })
		in.eventually("an incident", func() bool {
			return in.sql(`SELECT count(*) FROM incident_copy`) == 1 && in.sql(`SELECT count(*) FROM search_hit`) == 1
		})
		// The past of the search finds the post as well: its hit must not come after the drop.
		in.eventually("the past is searched, and the desk has it", func() bool {
			lag, err := in.app.stream.Lag(t.Context(), deskGroup, stream.Matches)
			require.NoError(t, err)
			waits := slices.ContainsFunc(lag, func(l stream.Lag) bool { return l.Committed < l.End })
			return in.sql(`SELECT count(*) FROM search WHERE past_done`) == 1 && !waits
		})
		code, _, stderr := otklik(t, "forget", "telegram:2100000001/1")
		require.Zero(t, code, stderr)

		bucket, err := post.NewBucket("short", now)
		require.NoError(t, err)
		code, stdout, _ := otklik(t, "retention", "list")
		require.Zero(t, code)
		require.Regexp(t, `(?m)^`+string(bucket)+` +\d{4}-\d\d-01 +kept$`, stdout)
		code, stdout, _ = otklik(t, "retention", "drop")
		require.Zero(t, code)
		require.Empty(t, stdout, "nothing is due")

		k := in.app.keeper()
		k.Log = slog.New(slog.DiscardHandler)
		dropped, err := k.Run(t.Context())
		require.NoError(t, err)
		require.Empty(t, dropped)
		end := post.Class{Name: "short", Months: 1}.Ends(bucket)
		k.Now = func() time.Time { return end.Add(-time.Second) }
		dropped, err = k.Run(t.Context())
		require.NoError(t, err)
		require.Empty(t, dropped, "a second too early")
		k.Now = func() time.Time { return end }
		var m keeping
		require.NoError(t, k.measure(t.Context(), &m))
		require.EqualValues(t, 1, m.due.Load())

		ok, err := alone(t.Context(), in.app.pool, func(ctx context.Context) error {
			dropped, err := k.Run(ctx)
			require.Empty(t, dropped, "somebody else is at it")
			return err
		})
		require.NoError(t, err)
		require.True(t, ok)

		dropped, err = k.Run(t.Context())
		require.NoError(t, err)
		require.Equal(t, []post.Bucket{bucket}, dropped)
		require.Equal(t, 30, in.count(""))
		require.Zero(t, in.count("отопление"))
		require.Zero(t, in.sql(`SELECT count(*) FROM search_hit`))
		require.Zero(t, in.sql(`SELECT count(*) FROM post_body`), "sealed bodies are gone with their posts")
		require.EqualValues(t, 1, in.sql(`SELECT count(*) FROM ledger WHERE bucket = $1`, bucket), "what was forgotten stays out")
		require.EqualValues(t, 30, in.sql(`SELECT count(*) FROM ledger WHERE bucket <> $1`, bucket))
		require.EqualValues(t, 45, in.sql(`SELECT seen FROM retention_drop WHERE bucket = $1 AND hits = 1 AND bodies = 5`, bucket))
		var i struct {
			Posts []struct{ Body struct{ Text string } }
		}
		number := in.sql(`SELECT number FROM incident`)
		require.NoError(t, in.Call(t.Context(), "GET", fmt.Sprintf("/incidents/%d", number), nil, &i))
		require.Equal(t, "Нет отопления 0", i.Posts[0].Body.Text, "evidence outlives retention")

		dropped, err = k.Run(t.Context())
		require.NoError(t, err)
		require.Empty(t, dropped)
		require.NoError(t, k.measure(t.Context(), &m))
		require.Zero(t, m.due.Load())
		require.EqualValues(t, 1, m.dropped.Load())
		require.EqualValues(t, 45, m.posts.Load())

		in.eventually("it is among the metrics", func() bool {
			res, err := http.Get(in.Base + "/metrics")
			require.NoError(t, err)
			defer res.Body.Close()
			b, err := io.ReadAll(res.Body)
			require.NoError(t, err)
			return strings.Contains(string(b), "\notklik_retention_due_buckets 0\n")
		})
	})
}

// brokenIndex can't drop.
type brokenIndex struct{ index }

func (brokenIndex) Drop(context.Context, post.Bucket) error { return errors.New("the index is away") }

// What is interrupted goes on: a bucket is due until it is gone from every store.
func TestRetentionGoesOnWhereItWasInterrupted(t *testing.T) {
	eachShape(t, func(t *testing.T, in *running) {
		now := time.Now().UTC()
		in.take([]line{{"telegram:2100000001/1", now, map[string]any{"text": "Яма"}}}, "--class", "short")
		in.eventually("it is found", func() bool { return in.count("") == 1 })
		bucket, err := post.NewBucket("short", now)
		require.NoError(t, err)
		k := in.app.keeper()
		k.Log, k.Now = slog.New(slog.DiscardHandler), func() time.Time { return now.AddDate(1, 0, 0) }
		k.Index = brokenIndex{in.app.index}
		dropped, err := k.Run(t.Context())
		require.ErrorContains(t, err, "away")
		require.Empty(t, dropped)
		require.Zero(t, in.sql(`SELECT count(*) FROM retention_drop`))

		k.Index = in.app.index
		dropped, err = k.Run(t.Context())
		require.NoError(t, err)
		require.Equal(t, []post.Bucket{bucket}, dropped)
		require.Zero(t, in.count(""))
		require.Zero(t, in.sql(`SELECT count(*) FROM ledger`))
	})
}

// What a class that is not set any more has left is kept and said.
func TestRetentionKeepsWhatItDoesNotKnow(t *testing.T) {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	k := &keeper{Classes: []post.Class{{Name: "standard", Months: 12}}, Now: func() time.Time { return now }}
	require.Equal(t, kept{Bucket: "short-2001-01"}, k.kept("short-2001-01"))
	require.True(t, k.kept("standard-2025-10").Due)
	require.False(t, k.kept("standard-2025-11").Due)
}

// count gives how many posts a query finds.
func (in *running) count(query string) int {
	in.t.Helper()
	var out struct{ Posts int }
	require.NoError(in.t, in.Call(in.t.Context(), "GET", "/posts/count?query="+url.QueryEscape(query), nil, &out))
	return out.Posts
}
