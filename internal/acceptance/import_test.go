package acceptance

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	crawled "github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/match"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/text"
	"github.com/otklik/otklik/internal/simulate"
	"github.com/otklik/otklik/internal/testenv"
)

// archive is a file of posts, how it is imported, and what is in it.
type archive struct {
	name string
	file func(t *testing.T) string
	args []string
	docs func(t *testing.T, file string) map[crawled.ID]*match.Doc
}

// archives are the repository's own corpus, and the real posts where they lie
// beside the checkout.
func archives() []archive {
	return []archive{
		{"own corpus", func(t *testing.T) string {
			path := filepath.Join(t.TempDir(), "corpus.ndjson.gz")
			require.NoError(t, os.WriteFile(path, simulate.CorpusFile, 0o600))
			return path
		}, nil, ownDocs},
		{"real posts", func(t *testing.T) string { return testenv.Shared(t, "telegram-posts/posts.jsonl.gz") },
			[]string{"--map", "id=message_id,source=sender_id,title=channel,text=text,published=date"}, realDocs},
	}
}

// TestArchivesGoThroughTheWholeLine: every post of an archive is found, in
// both shapes, by exactly the queries that the reference semantics say, and
// what a rule asks for is in exactly one incident.
func TestArchivesGoThroughTheWholeLine(t *testing.T) {
	for _, a := range archives() {
		for _, s := range shapes() {
			t.Run(a.name+"/"+s.name, func(t *testing.T) {
				t.Parallel()
				through(t, a, s)
			})
		}
	}
}

const ruleQuery = "(отопление | [нет воды] | авария) -реклама"

func through(t *testing.T, a archive, s shape) {
	file := a.file(t)
	docs := a.docs(t, file)
	z := text.New()
	moscow, err := time.LoadLocation("Europe/Moscow") // of who has all regions
	require.NoError(t, err)
	expected := func(q string) (n int) {
		e, errs := query.Compiler{Analyzer: z, KnownRegion: func(string) bool { return true }}.Compile(q, query.Reader{Location: moscow})
		require.Empty(t, errs)
		for _, d := range docs {
			if match.Matches(e, d) {
				n++
			}
		}
		return n
	}
	in := newInstallation(t, s)
	in.start()
	in.make("/agencies", obj{"region": "RU-PRI", "name": "Теплосети", "default": true})
	search := in.make("/searches", obj{"name": "Аварии", "query": ruleQuery, "regions": []string{"RU-PRI"}})
	in.make("/rules", obj{"region": "RU-PRI", "search": search, "name": "Аварии", "mode": "suggest", "open_for_backfill": true})

	args := append([]string{"import", "--regions", "RU-PRI"}, a.args...)
	t.Log(in.must(append(args, file)...))
	in.eventually(2*time.Minute, "every post is found", func() bool { return in.count("") == len(docs) })
	queries := []string{"отопление", "!воды", "дорога", "вода -горячая", `"нет воды"`, "[нет воды]", "школа | садик", "(ремонт | авария) дорога", "net:telegram",
		"since:2024-10-01 until:2024-10-31", "область", "net:rss область", "яма", "-яма", ruleQuery}
	for _, q := range queries {
		require.Equal(t, expected(q), in.count("("+q+")"), q)
	}
	want := expected(ruleQuery)
	require.Positive(t, want)
	in.eventually(2*time.Minute, "every match is in an incident", func() bool { return in.postsOfIncidents() == want })
	in.must(append(args, file)...)
	in.must("import", "--regions", "RU-PRI", ownLine(t)) // what comes after it has gone through, so has the repetition
	in.eventually(time.Minute, "the last post", func() bool { return in.count("") == len(docs)+1 })
	require.Equal(t, want, in.postsOfIncidents(), "a second import adds nothing")
}

// ownLine is a file with one more post.
func ownLine(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "last.ndjson")
	l := simulate.Line{ID: "telegram:2100000098/1", Published: time.Now(), Post: crawled.Post{Text: "последний"}}
	b, err := json.Marshal(l)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, append(b, '\n'), 0o600))
	return path
}

func doc(z *text.Analyzer, id crawled.ID, published time.Time, p crawled.Post) *match.Doc {
	p.Normalize()
	return match.NewDoc(crawled.Envelope{ID: id, Published: published, Regions: []string{"RU-PRI"}, Visibility: crawled.Public}, z.Analyze(p.Title, p.Text))
}

func ownDocs(t *testing.T, _ string) map[crawled.ID]*match.Doc {
	t.Helper()
	lines, err := simulate.Corpus()
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(lines), 3000)
	z, out := text.New(), map[crawled.ID]*match.Doc{}
	for _, l := range lines {
		out[l.ID] = doc(z, l.ID, l.Published, l.Post)
	}
	return out
}

func realDocs(t *testing.T, file string) map[crawled.ID]*match.Doc {
	t.Helper()
	b, err := os.ReadFile(file)
	require.NoError(t, err)
	r, err := gzip.NewReader(bytes.NewReader(b))
	require.NoError(t, err)
	z, out, lines := text.New(), map[crawled.ID]*match.Doc{}, 0
	s := bufio.NewScanner(r)
	s.Buffer(nil, 1<<20)
	for ; s.Scan(); lines++ {
		var l struct {
			MessageID int64 `json:"message_id"`
			SenderID  int64 `json:"sender_id"`
			Text      string
			Date      string
		}
		require.NoError(t, json.Unmarshal(s.Bytes(), &l))
		at, err := time.Parse("2006-01-02 15:04:05-07:00", l.Date)
		if err != nil {
			at, err = time.Parse(time.RFC3339, l.Date)
		}
		require.NoError(t, err)
		id := crawled.ID(fmt.Sprintf("telegram:%s/%d", crawled.TelegramOwner(l.SenderID), l.MessageID))
		if out[id] == nil { // the first one counts
			out[id] = doc(z, id, at, crawled.Post{Text: l.Text})
		}
	}
	require.NoError(t, s.Err())
	require.Equal(t, 5672, lines)
	return out
}
