package postgres_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/search"
	"github.com/otklik/otklik/indexer/search/postgres"
	"github.com/otklik/otklik/indexer/search/searchtest"
	"github.com/otklik/otklik/indexer/text"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/testenv"
)

func open(t testing.TB) searchtest.Index { return postgres.New(testenv.Postgres(t)) }

func TestIndex(t *testing.T) { searchtest.Run(t, open) }

func TestAway(t *testing.T) {
	pool, err := pgxpool.New(t.Context(), "postgres://nobody@127.0.0.1:1/none?connect_timeout=2")
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	searchtest.Away(t, postgres.New(pool))
}

// A server that takes the connection and says nothing is waited for no longer
// than the search may take, and a little.
func TestSilentServer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	pool, err := pgxpool.New(t.Context(), "postgres://nobody@"+l.Addr().String()+"/none?sslmode=disable")
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	began := time.Now()
	_, err = postgres.New(pool).Search(t.Context(), access.Everything(), search.Request{Expr: query.True{}, Time: 10 * time.Millisecond})
	require.Equal(t, fault.Unavailable, fault.KindOf(err), "%v", err)
	require.Less(t, time.Since(began), 20*time.Second)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = postgres.New(pool).Count(ctx, access.Everything(), query.True{}, 0)
	require.ErrorIs(t, err, context.Canceled, "who went away is told so")
}

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

// document makes a document of tokens given as they are: key, surface.
func document(name string, published time.Time, tokens ...string) search.Document {
	b, err := post.NewBucket("standard", published)
	if err != nil {
		panic(err)
	}
	d := search.Document{Record: post.Record{Envelope: post.Envelope{
		V: post.EnvelopeVersion, Kind: post.Revision, ID: post.ID("telegram:1/" + name), Rev: 1, Observed: published, Published: published,
		Bucket: b, Origin: post.Live, Regions: []string{"RU-PRI"}, Visibility: post.Public, Analysis: text.Edition{Code: text.Version}.Number(),
	}, Post: &post.Post{Text: name}}}
	d.Body = *d.Post
	for i, s := range tokens {
		d.Text.Tokens = append(d.Text.Tokens, text.Token{Key: "s:" + s, Surface: s, Pos: i + 1})
	}
	return d
}

func find(t testing.TB, x *postgres.Index, e query.Expr) (out []string) {
	t.Helper()
	page, err := x.Search(t.Context(), access.Everything(), search.Request{Expr: e, Limit: 1000})
	require.NoError(t, err)
	require.Zero(t, page.Reached)
	for _, h := range page.Hits {
		out = append(out, h.ID.Native())
	}
	n, err := x.Count(t.Context(), access.Everything(), e, 0)
	require.NoError(t, err)
	require.Equal(t, int64(len(out)), n.Posts)
	return out
}

func word(s string) query.Term { return query.Term{Lexemes: []query.Lexeme{{Text: s, Exact: true}}} }
func key(s string) query.Term  { return query.Term{Lexemes: []query.Lexeme{{Text: "s:" + s}}} }

// Whatever stands in a token, it is found as it is: nothing in it is an
// operator, a quote or an escape.
func TestOddLexemes(t *testing.T) {
	x := postgres.New(testenv.Postgres(t))
	odd := []string{"'", `\`, `\\`, `''`, `'\'`, "a b", " ", "!a", "a & b", "(", ")", "a:1", "a:*", "a:A", "<->", "|", "\"", "$1", "{}", "%s", "🙂", "é", "É", "\n", "\t",
		strings.Repeat("'", 44), strings.Repeat("'", 45), strings.Repeat(`\`, 100), strings.Repeat("я", 22), strings.Repeat("я", 23), strings.Repeat("я", 128)}
	var docs []search.Document
	for i, s := range odd {
		docs = append(docs, document(fmt.Sprint(i), noon, "before", s, "after"))
	}
	require.NoError(t, x.Put(t.Context(), docs))
	for i, s := range odd {
		want := []string{fmt.Sprint(i)}
		require.Equal(t, want, find(t, x, word(s)), "%q", s)
		require.Equal(t, want, find(t, x, key(s)), "%q", s)
		require.Equal(t, want, find(t, x, query.Seq{Terms: []query.Term{key("before"), word(s), key("after")}}), "%q", s)
		require.Empty(t, find(t, x, query.Seq{Terms: []query.Term{key("after"), word(s)}}), "%q", s)
		require.Len(t, find(t, x, query.None{Expr: word(s)}), len(odd)-1)
	}
	require.Empty(t, find(t, x, word(strings.Repeat("я", 24))), "as long, but another")
	require.Empty(t, find(t, x, word("s:'")), "a surface is no key")
	require.Empty(t, find(t, x, query.Term{Lexemes: []query.Lexeme{{Text: "'"}}}), "a key is no surface")
}

// The greatest analysis that a document may have fits into a tsvector.
func TestGreatestVector(t *testing.T) {
	x := postgres.New(testenv.Postgres(t))
	tokens := make([]string, text.MaxPositions)
	for i := range tokens {
		tokens[i] = strings.Repeat("𐐨", text.MaxLetters-6) + fmt.Sprint(100_000+i)
	}
	short := make([]string, text.MaxPositions) // the longest that stand as they are
	for i := range short {
		short[i] = strings.Repeat("a", 38-2) + fmt.Sprint(100_000+i)
	}
	for i := range short { // every second occurrence of a key is of another surface
		require.LessOrEqual(t, len("s:"+short[i]), 44)
	}
	require.NoError(t, x.Put(t.Context(), []search.Document{document("wide", noon, tokens...), document("short", noon, short...), document("small", noon, "яма")}))
	last := text.MaxPositions - 1
	require.Equal(t, []string{"wide"}, find(t, x, query.Seq{Terms: []query.Term{word(tokens[last-1]), key(tokens[last])}}))
	require.Equal(t, []string{"short"}, find(t, x, query.Seq{Terms: []query.Term{word(short[last-1]), key(short[last])}}))
	require.Equal(t, []string{"small"}, find(t, x, query.None{Expr: query.Any{Exprs: []query.Expr{word(tokens[0]), key(short[0])}}}))
}

// What Postgres alone refuses costs only itself, too.
func TestRefusedByPostgres(t *testing.T) {
	x := postgres.New(testenv.Postgres(t))
	r := rand.NewChaCha8([32]byte{})
	long := make([]byte, 4000) // no index takes a region like that
	_, _ = r.Read(long)
	var docs []search.Document
	for i := range 40 {
		docs = append(docs, document(fmt.Sprintf("%02d", i), noon, "яма"))
	}
	docs[7].Regions, docs[31].Regions = []string{hex.EncodeToString(long)}, []string{"RU-PRI", hex.EncodeToString(long)}
	err := x.Put(t.Context(), docs)
	var pe *search.PutError
	require.ErrorAs(t, err, &pe)
	require.Len(t, pe.Refused, 2)
	require.Contains(t, pe.Refused, 7)
	require.Contains(t, pe.Refused, 31)
	require.Len(t, find(t, x, word("яма")), 38)
}

// Two processes don't know of one another's buckets but by the database.
func TestTwoProcesses(t *testing.T) {
	pool := testenv.Postgres(t)
	a, b := postgres.New(pool), postgres.New(pool)
	for range 3 {
		require.NoError(t, a.Put(t.Context(), []search.Document{document("a", noon, "яма")}))
		require.Equal(t, []string{"a"}, find(t, b, word("яма")))
		require.NoError(t, b.Put(t.Context(), []search.Document{document("b", noon, "яма")}))
		require.Equal(t, []string{"b", "a"}, find(t, a, word("яма")))
		gone := document("a", noon)
		gone.Kind, gone.Rev = post.Deletion, 2
		require.NoError(t, b.Drop(t.Context(), "standard-2026-11"))
		require.NoError(t, a.Put(t.Context(), []search.Document{gone}))
		require.Empty(t, find(t, a, query.True{}))
		require.NoError(t, a.Drop(t.Context(), "standard-2026-11"))
	}
}

// Writers that make the same buckets at the same moment, readers, and somebody
// who drops what they make: nobody fails.
func TestBucketsUnderWork(t *testing.T) {
	pool := testenv.Postgres(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	const workers, turns = 4, 12
	errs := make(chan error, 3*workers*turns)
	var wg sync.WaitGroup
	for w := range workers {
		x := postgres.New(pool)
		wg.Go(func() {
			for n := range turns {
				docs := []search.Document{document(fmt.Sprint("a", w), noon, "яма"), document(fmt.Sprint("b", w), noon.AddDate(0, -1, 0), "яма")}
				docs[0].Rev, docs[1].Rev = int64(n+1), int64(n+1)
				errs <- x.Put(ctx, docs)
				_, err := x.Search(ctx, access.Everything(), search.Request{Expr: word("яма")})
				errs <- err
				if w == 0 {
					errs <- x.Drop(ctx, docs[n%2].Bucket)
				}
			}
		})
	}
	wg.Wait()
	close(errs)
	for err := range errs {
		require.NoError(t, err)
	}
	x := postgres.New(pool)
	require.NoError(t, x.Put(ctx, []search.Document{document("last", noon, "яма")}))
	require.Contains(t, find(t, x, word("яма")), "last")
}

// A search that meets a month it can't read in time gives the months before,
// says how far it got, and can go on later.
func TestCutInAMonth(t *testing.T) {
	pool := testenv.Postgres(t)
	x := postgres.New(pool)
	var docs []search.Document
	for i := range 9 {
		docs = append(docs, document(fmt.Sprint(i), noon.AddDate(0, -i/3, 0).Add(-time.Duration(i)*time.Hour), "яма"))
	}
	require.NoError(t, x.Put(t.Context(), docs))
	tx, err := pool.Begin(t.Context())
	require.NoError(t, err)
	defer tx.Rollback(context.WithoutCancel(t.Context()))
	_, err = tx.Exec(t.Context(), `LOCK TABLE search_post_standard_2026_10`)
	require.NoError(t, err)

	november := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	const limit = 200 * time.Millisecond
	page, err := x.Search(t.Context(), access.Everything(), search.Request{Expr: word("яма"), Time: limit})
	require.NoError(t, err)
	require.Len(t, page.Hits, 3)
	require.Equal(t, november, page.Reached)
	require.NotEmpty(t, page.Next)
	stuck, err := x.Search(t.Context(), access.Everything(), search.Request{Expr: word("яма"), After: page.Next, Time: limit})
	require.NoError(t, err)
	require.Empty(t, stuck.Hits)
	require.Equal(t, page.Next, stuck.Next)
	require.False(t, stuck.Reached.IsZero())

	best, err := x.Search(t.Context(), access.Everything(), search.Request{Expr: word("яма"), Order: search.Relevance, Time: limit})
	require.NoError(t, err)
	require.Len(t, best.Hits, 3)
	require.Equal(t, november, best.Reached)
	count, err := x.Count(t.Context(), access.Everything(), word("яма"), limit)
	require.NoError(t, err)
	require.Equal(t, search.Count{Posts: 3, Reached: november}, count)
	for _, r := range []search.BreakdownRequest{{Field: query.Region}, {Interval: search.Month}} {
		r.Expr, r.Time = word("яма"), limit
		b, err := x.Breakdown(t.Context(), access.Everything(), r)
		require.NoError(t, err)
		require.Equal(t, november, b.Reached)
		require.Len(t, b.Values, 1)
		require.Equal(t, int64(3), b.Values[0].Posts)
	}

	since := query.All{Exprs: []query.Expr{word("яма"), query.Between{From: november}}}
	require.Len(t, find(t, x, since), 3, "a month outside of the span is not read")
	require.NoError(t, tx.Rollback(t.Context()))
	rest, err := x.Search(t.Context(), access.Everything(), search.Request{Expr: word("яма"), After: page.Next})
	require.NoError(t, err)
	require.Zero(t, rest.Reached)
	require.Len(t, rest.Hits, 6)
	require.Equal(t, docs[3].ID, rest.Hits[0].ID)
}

// New counters write the row and no index: the words' place in it stays.
func TestCountersChangeNoIndex(t *testing.T) {
	pool := testenv.Postgres(t)
	x := postgres.New(pool)
	long := make([]string, 2000)
	for i := range long {
		long[i] = fmt.Sprint("слово", i)
	}
	docs := []search.Document{document("short", noon, "яма", "дорога"), document("long", noon, long...)}
	require.NoError(t, x.Put(t.Context(), docs))
	for i := range docs {
		docs[i].Kind, docs[i].Rev = post.Counters, 2
	}
	require.NoError(t, x.Put(t.Context(), docs))
	// One call after the other, so there is one connection, and it tells its
	// numbers at once.
	require.Equal(t, int32(1), pool.Stat().TotalConns())
	_, err := pool.Exec(t.Context(), `SELECT pg_stat_force_next_flush()`)
	require.NoError(t, err)
	var changed, hot int
	require.NoError(t, pool.QueryRow(t.Context(), `SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables
		WHERE relname = 'search_post_standard_2026_11'`).Scan(&changed, &hot))
	require.Equal(t, len(docs), changed)
	require.Equal(t, len(docs), hot)
	require.Equal(t, []string{"short"}, find(t, x, word("яма")))
}

// The plans that the design counts on: an AND of words is one look into the
// GIN, the newest of everything one look into the index by time.
func TestPlans(t *testing.T) {
	pool := testenv.Postgres(t)
	x := postgres.New(pool)
	var docs []search.Document
	for i := range 4000 {
		docs = append(docs, document(fmt.Sprint(i), noon.Add(-time.Duration(i)*time.Minute), "дорога", fmt.Sprint("редкое", i%100), fmt.Sprint("слово", i%7)))
	}
	require.NoError(t, x.Put(t.Context(), docs))
	_, err := pool.Exec(t.Context(), `VACUUM ANALYZE search_post_standard_2026_11`)
	require.NoError(t, err)
	explain := func(where string) string {
		rows, err := pool.Query(t.Context(), `EXPLAIN SELECT record FROM (SELECT published, id, record FROM search_post_standard_2026_11
			WHERE `+where+`) u ORDER BY published DESC, id DESC LIMIT 51`)
		require.NoError(t, err)
		lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
		require.NoError(t, err)
		return strings.Join(lines, "\n")
	}
	plan := explain(`words @@ '(''=редкое7'' & ''~s:слово3'')'::tsquery AND tags && '{region:RU-PRI}'::text[]`)
	require.Contains(t, plan, "words_tags_idx")
	require.NotContains(t, plan, "Seq Scan")
	for _, where := range []string{"TRUE", "tags && '{region:RU-PRI}'::text[]", "words @@ '=дорога'::tsquery", "(published, id) < ('2026-11-23', 'telegram:1/0')"} {
		plan = explain(where)
		require.Contains(t, plan, "published_id_idx", where)
		require.NotContains(t, plan, "Sort", where)
	}
}
