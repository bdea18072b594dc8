package elastic

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/search"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/testenv"
)

// inMonth makes a post of another month, 0 being that of noon.
func inMonth(rev int64, back int) search.Document {
	d := doc(rev, fmt.Sprint(back), "яма")
	d.Published = noon.AddDate(0, -back, 0)
	d.Bucket, _ = post.NewBucket("standard", d.Published)
	return d
}

// Months are read newest first, in growing groups, and what timed out counts
// as not read.
func TestSweep(t *testing.T) {
	var months []month
	for i := range 40 {
		months = append(months, month{start: time.Date(2026, time.Month(12-i), 1, 0, 0, 0, 0, time.UTC)})
	}
	now := noon
	x := &Index{now: func() time.Time { return now }}
	for about, c := range map[string]struct {
		most    int
		enough  int // groups
		timeout int // the group that times out
		cost    time.Duration
		groups  []int
		reached time.Time
	}{
		"all":             {maxMonths, 99, 99, 0, []int{1, 2, 4, 8, 16, 9}, time.Time{}},
		"small groups":    {2, 99, 99, 0, append([]int{1}, append(slices.Repeat([]int{2}, 19), 1)...), time.Time{}},
		"enough":          {maxMonths, 3, 99, 0, []int{1, 2, 4}, time.Time{}},
		"timed out":       {maxMonths, 99, 2, 0, []int{1, 2, 4}, time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)},
		"first timed out": {maxMonths, 99, 0, 0, []int{1}, time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)},
		"time is over":    {maxMonths, 99, 99, 400 * time.Millisecond, []int{1, 2, 4}, time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)},
	} {
		var groups []int
		reached, err := x.sweep(months, time.Second, c.most, func(group []month, left time.Duration) (bool, bool, error) {
			groups = append(groups, len(group))
			n := len(groups)
			require.Equal(t, time.Second-time.Duration(n-1)*c.cost, left, about)
			now = now.Add(c.cost)
			return n == c.enough, n-1 == c.timeout, nil
		})
		require.NoError(t, err)
		require.Equal(t, c.groups, groups, about)
		require.Equal(t, c.reached, reached, about)
		now = noon
	}
}

// A server that had no time answers with a part; nothing of it may be taken
// for the whole.
func TestTimedOut(t *testing.T) {
	x, h := openRelay(t)
	var docs []search.Document
	for back := range 6 {
		docs = append(docs, inMonth(int64(back+1), back))
	}
	put(t, x, docs...)
	slow := ""
	h.after = func(r *http.Response) {
		b, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		s := string(b)
		if slow != "" && strings.Contains(s, slow) {
			s = strings.ReplaceAll(s, `"timed_out":false`, `"timed_out":true `)
		}
		r.Body = io.NopCloser(strings.NewReader(s))
	}
	h.before = func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/_msearch" { // October to August is one group, September is in it
			slow = ""
			if strings.Contains(readAll(t, r), "-posts-standard-2026-09") {
				slow = "timed_out"
			}
		}
		return false
	}
	november := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	all := access.Everything()

	page, err := x.Search(t.Context(), all, search.Request{Expr: query.True{}})
	require.NoError(t, err)
	require.Len(t, page.Hits, 1)
	require.Equal(t, november, page.Reached)
	next, err := x.Search(t.Context(), all, search.Request{Expr: query.True{}, After: page.Next})
	require.NoError(t, err)
	require.Len(t, next.Hits, 1, "October alone is quick")
	require.Equal(t, time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC), next.Reached)
	last, err := x.Search(t.Context(), all, search.Request{Expr: query.True{}, After: next.Next})
	require.NoError(t, err)
	require.Empty(t, last.Hits, "September alone is slow")
	require.Equal(t, next.Reached, last.Reached)
	require.Equal(t, next.Next, last.Next)

	n, err := x.Count(t.Context(), all, query.True{}, 0)
	require.NoError(t, err)
	require.Equal(t, search.Count{Posts: 1, Reached: november}, n)
	for _, r := range []search.BreakdownRequest{{Expr: query.True{}, Field: query.Net}, {Expr: query.True{}, Interval: search.Day}} {
		b, err := x.Breakdown(t.Context(), all, r)
		require.NoError(t, err)
		require.Equal(t, november, b.Reached)
		require.Len(t, b.Values, 1)
		require.Equal(t, int64(1), b.Values[0].Posts)
	}
	rel, err := x.Search(t.Context(), all, search.Request{Expr: exact("яма"), Order: search.Relevance})
	require.NoError(t, err)
	require.Equal(t, time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC), rel.Reached, "of all at once nothing is certain")
	_, err = x.Get(t.Context(), all, docs[0].ID)
	kindIs(t, fault.Unavailable, err)
}

// A reader looks on while another process makes bucket after bucket, each of
// which is listed before it can be asked.
func TestBucketsThatAreBeingMade(t *testing.T) {
	x := open(t)
	x.pause = defaultPause
	made := make(chan error)
	go func() {
		var err error
		for back := range 8 {
			err = errors.Join(err, x.Put(t.Context(), []search.Document{inMonth(int64(back+1), back)}))
		}
		made <- err
	}()
	for n := int64(0); ; {
		select {
		case err := <-made:
			require.NoError(t, err)
			require.Len(t, holds(t, x), 8)
			return
		default:
		}
		c, err := x.Count(t.Context(), access.Everything(), query.True{}, time.Minute)
		require.NoError(t, err)
		require.GreaterOrEqual(t, c.Posts, n, "what was found stays")
		n = c.Posts
		_, err = x.Get(t.Context(), access.Everything(), "telegram:1/0")
		require.True(t, err == nil || fault.KindOf(err) == fault.NotFound, "%v", err)
	}
}

func TestShardsThatAreStarting(t *testing.T) {
	x, h := openRelay(t)
	put(t, x, doc(1, "a", "яма"))
	left := 0
	h.before = func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/_msearch" || left == 0 {
			return false
		}
		left--
		return say(w, 200, `{"responses":[{"error":{"root_cause":[],"type":"search_phase_execution_exception","reason":"all shards failed","phase":"query"},"status":503}]}`)
	}
	left = 2
	require.Len(t, holds(t, x), 1)
	left = startTries
	_, err := x.Search(t.Context(), access.Everything(), search.Request{Expr: query.True{}})
	kindIs(t, fault.Unavailable, err)
	require.Zero(t, left)
}

// An index of which a part doesn't answer has not answered.
func TestMissingShards(t *testing.T) {
	x, h := openRelay(t)
	put(t, x, doc(1, "a", "яма"))
	for failures, want := range map[string]fault.Kind{
		`[]`: fault.Unavailable,
		`[{"shard":0,"status":500,"reason":{"type":"query_shard_exception","reason":"failed"}}]`:           fault.Internal,
		`[{"shard":0,"reason":{"type":"no_shard_available_action_exception","reason":null}}]`:              fault.Unavailable,
		`[{"shard":0,"status":400,"reason":{"type":"too_many_nested_clauses","reason":"maxClauseCount"}}]`: fault.Invalid,
	} {
		h.before = func(w http.ResponseWriter, r *http.Request) bool {
			return r.URL.Path == "/_msearch" && say(w, 200, `{"responses":[{"timed_out":false,"_shards":{"total":2,"successful":1,"failed":1,"failures":`+failures+`},
				"hits":{"total":{"value":1,"relation":"eq"},"hits":[]},"status":200}]}`)
		}
		_, err := x.Search(t.Context(), access.Everything(), search.Request{Expr: query.True{}})
		kindIs(t, want, err)
		_, err = x.Count(t.Context(), access.Everything(), query.True{}, 0)
		kindIs(t, want, err)
	}
}

// A page of long posts is shorter than asked for, and none is lost.
func TestLongAnswers(t *testing.T) {
	x := open(t)
	var docs []search.Document
	for i := range 20 {
		docs = append(docs, doc(int64(i+1), fmt.Sprintf("%02d", i), strings.Repeat("яма ", 2000)))
	}
	put(t, x, docs...)
	x.most = 100 << 10 // 14 KB a post: 5 or so
	for _, o := range []search.Order{search.Newest, search.Relevance} {
		var got []post.ID
		pages := 0
		for r := (search.Request{Expr: exact("яма"), Limit: 20, Order: o}); ; pages++ {
			page, err := x.Search(t.Context(), access.Everything(), r)
			require.NoError(t, err)
			for _, hit := range page.Hits {
				got = append(got, hit.ID)
			}
			if r.After = page.Next; r.After == "" {
				break
			}
		}
		require.Len(t, got, 20)
		slices.Sort(got)
		require.Len(t, slices.Compact(got), 20)
		require.GreaterOrEqual(t, pages, 3)
	}
	x.most = 10
	_, err := x.Search(t.Context(), access.Everything(), search.Request{Expr: query.True{}})
	require.ErrorIs(t, err, errTooLong)
	x.most = maxAnswer
}

// A history longer than a page of it.
func TestLongHistory(t *testing.T) {
	x := open(t)
	const revisions = 2*historyPage + 1
	var docs []search.Document
	for i := range revisions {
		docs = append(docs, doc(int64(i+1), "a", fmt.Sprint("ред", i)))
	}
	put(t, x, docs...)
	s, err := x.Get(t.Context(), access.Everything(), docs[0].ID)
	require.NoError(t, err)
	require.Len(t, s.History, revisions)
	for i, r := range s.History {
		require.Equal(t, int64(i+1), r.Rev)
	}
	require.NoError(t, x.Forget(t.Context(), docs[0].ID))
	past, err := x.pastOf(t.Context(), []post.Bucket{docs[0].Bucket}, docs[0].ID)
	require.NoError(t, err)
	require.Empty(t, past)
}

// More values than one page of them holds.
func TestManyValues(t *testing.T) {
	x := open(t)
	const sources = valuesPage + 10
	var docs []search.Document
	for i := range sources {
		d := inMonth(int64(i+1), i%2)
		d.ID = post.ID(fmt.Sprintf("vk:-%05d/1", i))
		docs = append(docs, d)
	}
	for i := range 3 {
		d := inMonth(int64(sources+i+1), i%2)
		d.ID = post.ID(fmt.Sprintf("vk:-%05d/2%d", sources-1, i))
		docs = append(docs, d)
	}
	put(t, x, docs...)
	b, err := x.Breakdown(t.Context(), access.Everything(), search.BreakdownRequest{Expr: query.True{}, Field: query.Source, Limit: search.MaxLimit})
	require.NoError(t, err)
	require.Len(t, b.Values, search.MaxLimit)
	require.Equal(t, search.Value{Value: fmt.Sprintf("vk:-%05d", sources-1), Posts: 4}, b.Values[0])
	require.Equal(t, search.Value{Value: "vk:-00000", Posts: 1}, b.Values[1])
}

// More buckets than fit into the first line of a request, 4,096 bytes.
func TestManyBuckets(t *testing.T) {
	_, h := openRelay(t)
	prefix := testenv.Name(t)
	x := openAt(t, h.address, prefix+strings.Repeat("x", 100-len(prefix)))
	var names []string
	for year := range 20 {
		for m := range 12 {
			b := fmt.Sprintf("foreverandeverab-%d-%02d", 2000+year, m+1)
			names = append(names, `{"name":"`+x.posts(post.Bucket(b))+`"}`, `{"name":"`+x.history(post.Bucket(b))+`"}`)
		}
	}
	asked := 0
	h.before = func(w http.ResponseWriter, r *http.Request) bool {
		asked++ // the server knows none of the indices, which is no error
		return strings.HasPrefix(r.URL.Path, "/_resolve/") && say(w, 200, `{"indices":[`+strings.Join(names, ",")+`]}`)
	}
	require.Empty(t, holds(t, x))
	_, err := x.Get(t.Context(), access.Everything(), "telegram:1/a")
	kindIs(t, fault.NotFound, err)
	require.NoError(t, x.Forget(t.Context(), "telegram:1/a"))
	n, err := x.Count(t.Context(), access.Everything(), exact("яма"), time.Minute)
	require.NoError(t, err)
	require.Equal(t, search.Count{}, n)
	for _, r := range []search.BreakdownRequest{{Expr: query.True{}, Field: query.Net}, {Expr: query.True{}, Interval: search.Month}} {
		b, err := x.Breakdown(t.Context(), access.Everything(), r)
		require.NoError(t, err)
		require.Empty(t, b)
	}
	require.Greater(t, asked, 20)
	h.before = nil
}

func TestRefusalsHaveKinds(t *testing.T) {
	for body, want := range map[string]fault.Kind{
		`400 {"error":{"type":"search_phase_execution_exception","root_cause":[{"type":"too_many_nested_clauses"}]}}`: fault.Invalid,
		`400 {"error":{"type":"x_content_parse_exception","reason":"[1:2] x","caused_by":{"type":"illegal_argument_exception",
			"reason":"The nested depth of the query exceeds the maximum nested depth for queries set in [indices.query.bool.max_nested_depth]"}}}`: fault.Invalid,
		`400 {"error":{"type":"parsing_exception","reason":"unknown query"}}`:               fault.Internal,
		`401 {"error":{"type":"security_exception"}}`:                                       fault.Internal,
		`403 {"error":{"type":"cluster_block_exception","reason":"read-only"}}`:             fault.Unavailable,
		`429 {"error":"too many"}`:                                                          fault.Unavailable,
		`503 <html>`:                                                                        fault.Unavailable,
		`500 {"error":{"type":"x","caused_by":{"type":"es_rejected_execution_exception"}}}`: fault.Unavailable,
		`500 {}`: fault.Internal,
	} {
		var status int
		_, err := fmt.Sscanf(body, "%d", &status)
		require.NoError(t, err)
		err = refused(status, []byte(body[4:]))
		require.Equal(t, want, fault.KindOf(err), "%s: %v", body, err)
	}
}

func FuzzCursor(f *testing.F) {
	for _, c := range []cursor{{Order: search.Newest, Published: 1, ID: "telegram:1/2"}, {search.Relevance, -5, "vk:-1/a", 1.25, 50}} {
		f.Add(c.String())
	}
	f.Add(base64.RawURLEncoding.EncodeToString([]byte(`{"o":"newest","p":1}{}`)))
	f.Add("яма")
	f.Fuzz(func(t *testing.T, s string) {
		for _, o := range []search.Order{search.Newest, search.Relevance} {
			c, err := parseCursor(s, o)
			if err != nil || s == "" {
				require.Nil(t, c)
				continue
			}
			again, err := parseCursor(c.String(), o)
			require.NoError(t, err)
			require.Equal(t, c, again)
		}
	})
}
