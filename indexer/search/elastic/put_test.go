package elastic

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/search"
	"github.com/otklik/otklik/indexer/text"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
)

func TestWordsHaveThePositionsOfTokens(t *testing.T) {
	rare := strings.Repeat("𐐨", 128) // 256 units of UTF-16, 258 with the prefix
	keys, exact := words(text.Analysis{Tokens: []text.Token{
		{Key: "s:ям", Surface: "яма", Pos: 1}, {Key: "s:дорог", Pos: 2}, {Surface: "на", Pos: 3}, {Pos: 4},
		{Key: "s:" + rare, Surface: rare, Pos: 8},
	}})
	require.Equal(t, "s:ям s:дорог - - - - - "+word("s:"+rare), keys)
	require.Equal(t, "яма - на - - - - "+word(rare), exact)
	require.NotEqual(t, word(rare), word("s:"+rare))
	require.Equal(t, strings.Repeat("я", 128), word(strings.Repeat("я", 128)))
	require.NotContains(t, word(rare), "𐐨")
}

// The analyser of the server must cut words where we do, or all positions
// after would be wrong.
func TestServerCutsAtSpacesOnly(t *testing.T) {
	x := open(t)
	rare, long := strings.Repeat("𐐨", 128), strings.Repeat("ж", 300)
	put(t, x, doc(1, "a", rare+" яма "+long+" лужа ый1к_я́ма 3,5 "+strings.Repeat("𐐨", 127)+"𐐩 снег"))
	analysis := analyzer.Analyze("", x0(t, x).Post.Text)
	for i := range analysis.Tokens[1:] {
		a, b := analysis.Tokens[i], analysis.Tokens[i+1]
		for _, e := range []query.Expr{
			query.Seq{Terms: []query.Term{{Lexemes: []query.Lexeme{{Text: a.Key}}}, {Lexemes: []query.Lexeme{{Text: b.Key}}}}},
			query.Seq{Terms: []query.Term{exact(a.Surface), exact(b.Surface)}},
			query.Seq{Terms: []query.Term{exact(a.Surface), {Lexemes: []query.Lexeme{{Text: b.Key}}}}},
		} {
			require.Len(t, find(t, x, e), 1, query.Describe(e))
		}
	}
	last := analysis.Tokens[len(analysis.Tokens)-1]
	require.Empty(t, find(t, x, query.Seq{Terms: []query.Term{exact(last.Surface), exact(filler)}}))
}

func x0(t *testing.T, x *Index) search.Hit {
	hits := holds(t, x)
	require.Len(t, hits, 1)
	return hits[0]
}

// What an earlier attempt wrote and didn't live to show is shown by the next,
// although that finds the same rev there.
func TestRepeatedPutShowsWhatWasNotShown(t *testing.T) {
	x := open(t)
	d := doc(1, "a", "яма")
	var b batch
	require.NoError(t, x.ensure(t.Context(), d.Bucket))
	require.NoError(t, x.write(&b, 0, &d))
	none := func(_ int, why error) { require.NoError(t, why) }
	require.NoError(t, x.bulk(t.Context(), b.ops, none))
	require.Empty(t, holds(t, x))
	put(t, x, d)
	require.Len(t, holds(t, x), 1)
}

// ADR 3: of a sealed post the words may be searched, and nothing gives them
// back, whoever asks the server itself, also before a refresh.
func TestServerGivesNoWordsOfSealedPosts(t *testing.T) {
	x := open(t)
	d := sealed(1, "a", "ребёнка обижают")
	d.Post = &post.Post{Text: "ребёнка обижают"} // by mistake
	var b batch
	require.NoError(t, x.ensure(t.Context(), d.Bucket))
	require.NoError(t, x.write(&b, 0, &d))
	require.NoError(t, x.bulk(t.Context(), b.ops, func(_ int, why error) { require.NoError(t, why) }))
	look := func(shown bool) {
		for _, index := range []string{x.posts(d.Bucket), x.history(d.Bucket)} {
			id := "telegram:1%2Fa"
			if index == x.history(d.Bucket) {
				id += "@1"
			}
			for path, body := range map[string]any{
				"/_doc/" + id + "?_source=true": nil,
				"/_search": object{
					"_source": true, "stored_fields": []string{"*"}, "fields": []string{"*"}, "docvalue_fields": []string{"*"}, "version": true},
				"/_termvectors/" + id: object{"fields": []string{"*"}},
			} {
				method := http.MethodPost
				if body == nil {
					method = http.MethodGet
				}
				var out json.RawMessage
				err := x.call(t.Context(), method, "/"+index+path, body, &out)
				if err != nil {
					require.NotContains(t, err.Error(), "обиж", path)
					continue
				}
				if shown || path != "/_search" {
					require.Contains(t, string(out), "telegram", path)
				}
				require.NotContains(t, string(out), "обиж", "%s%s", index, path)
			}
		}
	}
	look(false)
	put(t, x, d)
	require.NoError(t, x.refresh(t.Context(), []string{x.history(d.Bucket)}))
	require.Len(t, find(t, x, query.Seq{Terms: []query.Term{exact("ребенка"), exact("обижают")}}), 1)
	look(true)
}

// A chunk is bounded by bytes and never empty.
func TestBulkIsCutIntoChunks(t *testing.T) {
	x, h := openRelay(t)
	chunks, largest := 0, int64(0)
	h.before = func(w http.ResponseWriter, r *http.Request) bool {
		if isBulk(r) {
			chunks++
			largest = max(largest, r.ContentLength)
		}
		return false
	}
	var docs []search.Document
	for i := range 60 { // 7 MB with their words and the history
		docs = append(docs, doc(int64(i+1), fmt.Sprint(i), strings.Repeat("яма ", 10_000)))
	}
	put(t, x, docs...)
	require.Len(t, holds(t, x), 60)
	require.Greater(t, chunks, 4)
	require.LessOrEqual(t, largest, int64(bulkBytes))
}

func isBulk(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/_bulk") }

// Documents for which the server has no time are sent again, and only they.
func TestBulkRepeatsWhatHadNoTime(t *testing.T) {
	x, h := openRelay(t)
	put(t, x, doc(1, "z", "яма")) // so that the indices are there
	var sent []int
	h.before = func(w http.ResponseWriter, r *http.Request) bool {
		if !isBulk(r) {
			return false
		}
		lines := strings.Count(readAll(t, r), "\n") / 2
		if sent = append(sent, lines); len(sent) > 1 {
			return false
		}
		// The server takes the first only. Ours is a lie, so it comes again below.
		busy := `{"index":{"status":429,"error":{"type":"es_rejected_execution_exception"}}}`
		return say(w, 200, `{"items":[{"index":{"status":201}},`+strings.Repeat(busy+",", 4)+
			`{"index":{"status":503,"error":{"type":"unavailable_shards_exception"}}}]}`)
	}
	docs := []search.Document{doc(2, "a", "яма"), doc(3, "b", "яма"), doc(4, "c", "яма")}
	put(t, x, docs...)
	require.Equal(t, []int{6, 5}, sent, "each with its history; again without the first")
	require.Len(t, holds(t, x), 3, "z, b and c")
	put(t, x, docs...)
	require.Len(t, holds(t, x), 4)
}

// Writers who wait for a refresh share the next one, and none that began
// before they had written.
func TestWritersShareRefreshes(t *testing.T) {
	x, h := openRelay(t)
	put(t, x, doc(1, "z", "яма"))
	var mu sync.Mutex
	refreshes, bulks := 0, make(chan struct{}, 100)
	first, goOn := make(chan struct{}), make(chan struct{})
	h.after = func(r *http.Response) {
		if isBulk(r.Request) {
			bulks <- struct{}{}
		}
	}
	h.before = func(_ http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/_refresh") {
			mu.Lock()
			refreshes++
			n := refreshes
			mu.Unlock()
			if n == 1 {
				close(first)
				<-goOn
			}
		}
		return false
	}
	write := func(n int) error {
		return x.Put(t.Context(), []search.Document{doc(int64(n+2), fmt.Sprint(n), "яма")})
	}
	var g errgroup.Group
	g.Go(func() error { return write(0) })
	<-bulks
	<-first // its refresh is under way
	const more = 8
	for n := range more {
		g.Go(func() error { return write(n + 1) })
	}
	for range more {
		<-bulks
	}
	require.Eventually(t, func() bool {
		x.showing.mu.Lock()
		defer x.showing.mu.Unlock()
		return x.showing.next != nil && x.showing.next.waiters == more
	}, 20*time.Second, time.Millisecond)
	close(goOn)
	require.NoError(t, g.Wait())
	require.Equal(t, 2, refreshes)
	require.Len(t, holds(t, x), more+2)
}

// A refresh that fails is no success of anybody who waited for it.
func TestARefreshThatFails(t *testing.T) {
	x, h := openRelay(t)
	put(t, x, doc(1, "z", "яма"))
	for _, answer := range []string{`{"_shards":{"total":1,"successful":0,"failed":1}}`, `no JSON`} {
		h.before = func(w http.ResponseWriter, r *http.Request) bool {
			return strings.HasSuffix(r.URL.Path, "/_refresh") && say(w, 200, answer)
		}
		require.Error(t, x.Put(t.Context(), []search.Document{doc(2, "a", "яма")}))
	}
	h.before = nil
	put(t, x, doc(2, "a", "яма"))
	require.Len(t, holds(t, x), 2)
}

func TestBulkGivesUp(t *testing.T) {
	x, h := openRelay(t)
	put(t, x, doc(1, "z", "яма"))
	for body, want := range map[string]fault.Kind{
		`{"items":[{"create":{"status":429,"error":{"type":"es_rejected_execution_exception"}}}]}`: fault.Unavailable,
		`{"items":[]}`: fault.Unavailable,
		`{"items":[{"create":{"status":403,"error":{"type":"security_exception"}}}]}`:                  fault.Internal,
		`{"items":[{"create":{"status":403,"error":{"type":"cluster_block_exception"}}}]}`:             fault.Unavailable,
		`{"items":[{"create":{"status":500,"error":{"type":"null_pointer_exception","reason":"?"}}}]}`: fault.Unavailable,
		`no JSON`: fault.Internal,
	} {
		calls := 0
		h.before = func(w http.ResponseWriter, r *http.Request) bool {
			calls++
			return isBulk(r) && say(w, 200, body)
		}
		d := doc(2, "a", "яма")
		d.Kind = post.Counters // without a history it is one operation
		kindIs(t, want, x.Put(t.Context(), []search.Document{d}))
		require.LessOrEqual(t, calls, bulkAttempts)
	}
}

// What the server will never take is told by the place in Put's list.
func TestRefusedByTheServer(t *testing.T) {
	x := open(t)
	long := doc(2, "b", "яма")
	long.Regions = []string{strings.Repeat("Ж", 20_000)} // a keyword has 32,766 bytes at most
	closed := sealed(4, "d", "тайна")
	closed.Regions = long.Regions
	err := x.Put(t.Context(), []search.Document{doc(1, "a", "яма"), long, doc(3, "c", "яма"), closed})
	var refused *search.PutError
	require.ErrorAs(t, err, &refused)
	require.Len(t, refused.Refused, 2)
	require.ErrorContains(t, refused.Refused[1], "field [regions]")
	require.ErrorContains(t, refused.Refused[1], "immense term")
	require.NotContains(t, refused.Refused[1].Error(), "ЖЖ")
	require.ErrorContains(t, refused.Refused[3], "document_parsing_exception")
	require.NotContains(t, refused.Refused[3].Error(), "regions")
	require.Len(t, holds(t, x), 2)
}

// Other writers come between the reading and the writing of a deletion.
func TestDeletionAndOtherWriters(t *testing.T) {
	for about, c := range map[string]struct {
		other   search.Document
		rev     int64
		body    string
		deleted bool
	}{
		"a newer one stays":  {doc(8, "a", "вода есть"), 8, "вода есть", false},
		"an older one loses": {doc(6, "a", "вода есть"), 7, "воды нет", true},
		"another deletion":   {deletion(9, "a"), 9, "воды нет", true},
	} {
		t.Run(about, func(t *testing.T) {
			x, h := openRelay(t)
			put(t, x, doc(5, "a", "воды нет"))
			done := false
			h.after = func(r *http.Response) {
				if !done && r.Request.URL.Path == "/_mget" {
					done = true
					require.NoError(t, x.Put(r.Request.Context(), []search.Document{c.other}))
				}
			}
			put(t, x, deletion(7, "a"))
			require.True(t, done)
			s, err := x.Get(t.Context(), access.Everything(), "telegram:1/a")
			require.NoError(t, err)
			require.Equal(t, c.rev, s.Rev)
			require.Equal(t, c.body, s.Post.Text)
			require.Equal(t, c.deleted, s.Post.Deleted)
			require.Len(t, s.History, 3)
			require.Len(t, find(t, x, exact(strings.Fields(c.body)[0])), 1)
		})
	}
}
