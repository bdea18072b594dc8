package importer_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/archive"
	"github.com/otklik/otklik/crawler/importer"
	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/crawler/schedule"
	"github.com/otklik/otklik/crawler/source"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/simulate"
	"github.com/otklik/otklik/internal/stream"
	"github.com/otklik/otklik/internal/testenv"
)

const mapping = "id=message_id,source=sender_id,title=channel,text=text,published=date"

func parseMap(t testing.TB, s string) archive.Mapping {
	m, err := archive.ParseMapping(s)
	require.NoError(t, err)
	return m
}

// export is what the channel 2100000777 holds, in every form it can come in.
var forms = map[string]string{
	"otklik": `{"id":"telegram:2100000777/2","published":"2026-11-02T02:00:00Z","post":{"text":"Нет отопления"}}
{"id":"telegram:2100000777/3","published":"2026-11-03T02:00:00Z","post":{"text":"Альбом с ямами"}}
`,
	"ndjson with -100": `{"message_id":2,"sender_id":-1002100000777,"channel":"Соседи","text":"Нет отопления","date":"2026-11-02T10:00:00+08:00"}
{"message_id":"3","sender_id":"-1002100000777","channel":"Соседи","text":"Альбом с ямами","date":"2026-11-03T02:00:00Z"}
`,
	"ndjson without": `{"message_id":2,"sender_id":2100000777,"channel":"Соседи","text":"Нет отопления","date":1793584800}
{"message_id":3.0,"sender_id":-2100000777,"channel":"Соседи","text":"Альбом с ямами","date":"2026-11-03 02:00:00"}
`,
	"csv": "message_id;sender_id;channel;text;date\n" +
		"2;-1002100000777;Соседи;\"Нет\nотопления\";02.11.2026 02:00\n3;2100000777;Соседи;Альбом с ямами;03.11.2026 02:00\n",
}

// A channel that is crawled, taken from a Desktop export and imported from
// other files gives one set of ids.
func TestOneChannelOneSetOfIDs(t *testing.T) {
	e := newEnv(t)
	live := e.crawled(
		source.Item{ID: "telegram:2100000777/2", Published: now.Add(-time.Hour), Post: post.Post{Text: "Нет отопления, с просмотрами"}},
		source.Item{ID: "telegram:2100000777/3", Published: now.Add(-time.Hour), Post: post.Post{Text: "Альбом с ямами"}},
		source.Item{ID: "telegram:2100000777/7", Published: now.Add(-time.Hour), Post: post.Post{Text: "Ответ"}},
		source.Item{ID: "telegram:2100000777/8", Published: now.Add(-time.Hour), Post: post.Post{Text: "Опрос"}},
		source.Item{ID: "telegram:2100000777/10", Published: now.Add(-time.Hour), Post: post.Post{Text: "Голос"}},
		source.Item{ID: "telegram:2100000777/12", Published: now.Add(-time.Hour), Post: post.Post{Text: "Последний"}})
	require.Equal(t, 6, live.New)

	r := e.must(e.options("../archive/testdata/result.json"))
	require.Equal(t, archive.Desktop, r.Format)
	require.Equal(t, 6, r.Unchanged, "the export brings no id that was not crawled: %+v", r)
	for name, content := range forms {
		o := e.options(e.file("posts.txt", content))
		if name != "otklik" {
			o.File.Map = parseMap(t, mapping)
		}
		r := e.must(o)
		require.Equal(t, 2, r.Unchanged, "%s: %+v", name, r)
		require.Zero(t, r.Bad, name)
	}
	require.Empty(t, e.records, "what was read live knows more than any file")
}

func TestTwiceAddsNothing(t *testing.T) {
	e := newEnv(t)
	for name, content := range forms {
		t.Run(name, func(t *testing.T) {
			e.fresh(t)
			for _, path := range []string{e.file("a.txt", content), e.file("b.gz", packed(t, content))} {
				o := e.options(path)
				if name != "otklik" {
					o.File.Map = parseMap(t, mapping)
				}
				e.must(o)
			}
			require.Len(t, e.records, 2)
			require.Equal(t, []string{"telegram:2100000777/2", "telegram:2100000777/3"}, ids(e.records))
			for _, r := range e.records {
				require.EqualValues(t, "standard-2026-11", r.Bucket)
				require.Equal(t, 2, r.Published.Hour())
			}
		})
	}
}

// What is imported is in the log, ready to be consumed.
func TestRecordsAreInTheLog(t *testing.T) {
	e := newEnv(t)
	e.must(e.options("../archive/testdata/result.json"))
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	c, err := e.log.Consume(ctx, "test", stream.Posts)
	require.NoError(t, err)
	defer func() { require.NoError(t, c.Close()) }()
	got := map[string]bool{}
	for len(got) < len(e.records) {
		msgs, err := c.Fetch(ctx, 100)
		require.NoError(t, err)
		for _, m := range msgs {
			got[m.Key] = true
		}
	}
	require.Len(t, got, 6)
}

// Three files, each with the present text of a post: A → B → A ends as A.
func TestEditAndBack(t *testing.T) {
	e := newEnv(t)
	line := func(text string) importer.Options {
		return e.options(e.file("edit.ndjson", fmt.Sprintf(`{"id":"telegram:1/1","published":"2026-11-02T02:00:00Z","post":{"text":%q}}`, text)))
	}
	require.Equal(t, 1, e.must(line("А")).New)
	require.Equal(t, 1, e.must(line("Б")).Revised)
	require.Equal(t, 1, e.must(line("А")).Revised)
	require.Equal(t, 1, e.must(line("А")).Unchanged)
	require.Len(t, e.records, 3)
	require.Equal(t, "А", e.records[2].Post.Text)
	require.Greater(t, e.records[2].Rev, e.records[1].Rev)
}

// An id that stands in a file twice with two texts counts once, so that
// importing the file again changes nothing.
func TestRepeatedIDs(t *testing.T) {
	e := newEnv(t)
	content := `{"id":"telegram:1/1","published":"2026-11-02T02:00:00Z","post":{"text":"А"}}
{"id":"rss:a.example/x","published":"2026-11-02T02:00:00Z","post":{"text":"А"}}
{"id":"telegram:1/1","published":"2026-11-02T02:00:00Z","post":{"text":"Б"}}
{"id":"rss:a.example/x","published":"2026-11-02T02:00:00Z","post":{"text":"Б"}}
`
	for range 2 {
		require.Equal(t, 2, e.must(e.options(e.file("f", content))).Repeated)
	}
	require.Len(t, e.records, 2)
}

// Bad lines are counted, told with their numbers and kept; the rest goes in.
func TestBadLines(t *testing.T) {
	e := newEnv(t)
	good := func(n int) string {
		return fmt.Sprintf(`{"id":"telegram:1/%d","published":"2026-11-02T02:00:00Z","post":{"text":"т"}}`, n)
	}
	lines := []string{
		"\uFEFF" + good(1), "", `{"id":"telegram:1/2"`, good(2), `{"id":"telegram:1","published":"2026-11-02T02:00:00Z","post":{}}`,
		`{"id":"telegram:1/3","published":"вчера","post":{"text":"т"}}`, `{"id":"telegram:1/3","published":"2026-11-02T02:00:00Z"}`,
		`{"id":"telegram:1/3","post":{"text":"т"}}`, "просто текст", `{"id":"telegram:1/3","published":"2026-11-02T02:00:00Z","post":{"text":5}}`,
		"\xff\xfe\x00", `[]`, `null`, good(3) + good(4), "{}", "   ", good(5) + "\r", good(6),
	}
	o := e.options(e.file("p.ndjson", strings.Join(lines, "\n")))
	o.Rejected = "" // beside the file
	var told bytes.Buffer
	o.Stderr = &told
	r := e.must(o)
	require.Equal(t, 4, r.New)
	require.Equal(t, 12, r.Bad)
	rejected := e.rejections(r.Rejected)
	require.Len(t, rejected, 12)
	require.Equal(t, o.File.Path+".rejected.ndjson", r.Rejected)
	var at []int
	for _, x := range rejected {
		at = append(at, x.Line)
		require.NotEmpty(t, x.Reason)
	}
	require.Equal(t, []int{3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, at)
	require.Equal(t, lines[2], rejected[0].Raw)
	require.Contains(t, rejected[4].Reason, "published")
	out := told.String()
	require.Equal(t, 11, strings.Count(out, "\n"), "the first ten, and how many there are")
	require.Contains(t, out, o.File.Path+":3: ")
	require.Contains(t, out, "12 bad lines in all, see "+r.Rejected)

	// Mended, the side file of the earlier run no longer stands there.
	r = e.must(e.options(e.file("p.ndjson", good(1))))
	require.NoFileExists(t, o.File.Path+".rejected.ndjson")
	require.Equal(t, 1, r.Unchanged)
}

// endless gives a line of n bytes between two others, without holding it.
func endless(before string, n int64, after string) io.Reader {
	return io.MultiReader(strings.NewReader(before), io.LimitReader(repeat('x'), n), strings.NewReader(after))
}

type repeat byte

func (r repeat) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(r)
	}
	return len(b), nil
}

// A line that is longer than any post may be is bad; the next ones go in.
func TestEndlessLine(t *testing.T) {
	e := newEnv(t)
	first := `{"id":"telegram:1/1","published":"2026-11-02T02:00:00Z","post":{"text":"т"}}` + "\n"
	last := "\"}}\n" + `{"id":"telegram:1/3","published":"2026-11-02T02:00:00Z","post":{"text":"т"}}`
	for name, in := range map[string]io.Reader{
		"ndjson": endless(first+`{"id":"telegram:1/2","published":"2026-11-02T02:00:00Z","post":{"text":"`, archive.MaxLine, last),
		"desktop": endless(`{"type":"public_channel","id":1,"messages":[{"id":1,"type":"message","date_unixtime":"1793500000","text":"т"},
			{"id":2,"text":"`, archive.MaxLine, `"},{"id":3,"type":"message","date_unixtime":"1793500000","text":"т"}]}`),
	} {
		t.Run(name, func(t *testing.T) {
			e.fresh(t)
			o := e.options("-")
			o.File.Stdin, o.Rejected = in, e.dir+"/side"
			r := e.must(o)
			require.Equal(t, 2, r.New)
			x := e.rejections(r.Rejected)
			require.Len(t, x, 1)
			require.Equal(t, 2, x[0].Line)
			require.Contains(t, x[0].Reason, "longer")
			require.True(t, x[0].Cut)
			require.LessOrEqual(t, len(x[0].Raw), 64<<10)
		})
	}
}

// A post of 30 MB is a post: cut in the log, whole in the ledger.
func TestHugePost(t *testing.T) {
	e := newEnv(t)
	text := strings.Repeat("воды нет ", 30<<20/16)
	r := e.must(e.options(e.file("huge", `{"id":"telegram:1/1","published":"2026-11-02T02:00:00Z","post":{"text":"`+text+`"}}`)))
	require.Equal(t, 1, r.New)
	require.True(t, e.records[0].Post.Cut)
	whole, err := e.ledger.Body(context.Background(), "telegram:1/1", 0)
	require.NoError(t, err)
	require.Equal(t, strings.TrimSpace(text), whole.Text)
}

// A gzip that breaks off is an error, and what stands before the break is in.
func TestTruncatedGzip(t *testing.T) {
	e := newEnv(t)
	var b strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&b, `{"id":"telegram:1/%d","published":"2026-11-02T02:00:00Z","post":{"text":"случай %x"}}`+"\n", i+1, i*7919)
	}
	whole := packed(t, b.String())
	o := e.options(e.file("cut.gz", whole[:len(whole)*2/3]))
	r, err := e.run(o)
	require.ErrorContains(t, err, "breaks off at line")
	require.Greater(t, r.New, 1000)
	require.Less(t, r.New, 3000)
	x := e.rejections(r.Rejected)
	require.Equal(t, r.New+1, x[len(x)-1].Line, "the line in which it breaks off")
	require.Contains(t, x[len(x)-1].Reason, "breaks off")
	r = e.must(e.options(e.file("whole.gz", whole)))
	require.Equal(t, 3000, r.New+r.Unchanged)
	require.Len(t, ids(e.records), 3000)
}

// A log that goes away in the middle loses nothing: the next run brings it.
func TestFailedAppendComesAgain(t *testing.T) {
	e := newEnv(t)
	o := e.options(e.file("f", forms["otklik"]))
	e.fail = errBroken
	_, err := e.run(o)
	require.ErrorIs(t, err, errBroken)
	e.fail = nil
	require.Equal(t, 2, e.must(o).New)
	require.Len(t, e.records, 2)
}

func TestStop(t *testing.T) {
	e := newEnv(t)
	ctx, cancel := context.WithCancel(context.Background())
	o := e.options("-")
	n := 0
	o.File.Stdin = readerFunc(func(b []byte) (int, error) {
		n++
		return copy(b, fmt.Sprintf("{\"id\":\"telegram:1/%d\",\"published\":\"2026-11-02T02:00:00Z\",\"post\":{\"text\":\"т\"}}\n", n)), nil
	})
	o.Progress = func(p importer.Progress) {
		if p.Posts >= 1000 {
			cancel()
		}
	}
	r, err := importer.Import(ctx, o)
	require.ErrorIs(t, err, context.Canceled)
	require.GreaterOrEqual(t, r.New, 1000)
	require.Len(t, e.records, r.New)
}

type readerFunc func(b []byte) (int, error)

func (f readerFunc) Read(b []byte) (int, error) { return f(b) }

// Where the command line says nothing, a post is what its configured source is.
func TestPlaceOfConfiguredSource(t *testing.T) {
	e := newEnv(t)
	e.addSource("sosedi", "telegram:2100000777", schedule.Draft{Regions: []string{"RU-KHA", "RU-PRI"}, Visibility: post.Partner, Class: "standard"})
	o := e.options("../archive/testdata/result.json")
	o.Regions = nil
	e.must(o)
	for _, r := range e.records {
		require.Equal(t, []string{"RU-KHA", "RU-PRI"}, r.Regions)
		require.Equal(t, post.Partner, r.Visibility)
		require.Equal(t, "https://t.me/sosedi/"+r.ID.Native(), r.Post.URL)
	}
	// What is said goes before what is configured.
	o = e.options(e.file("f", `{"id":"telegram:2100000777/100","published":"2026-11-02T02:00:00Z","post":{"text":"т"}}`))
	o.Class, o.Visibility = "short", post.Public
	e.must(o)
	last := e.records[len(e.records)-1]
	require.Equal(t, []string{"RU-PRI"}, last.Regions)
	require.Equal(t, post.Public, last.Visibility)
	require.Equal(t, "short", last.Bucket.Class())
}

func TestSealedBodiesStayOutOfTheLog(t *testing.T) {
	e := newEnv(t)
	o := e.options(e.file("f", forms["otklik"]))
	o.Visibility = post.Sealed
	e.must(o)
	require.Nil(t, e.records[0].Post)
	p, err := e.ledger.Body(context.Background(), e.records[0].ID, 0)
	require.NoError(t, err)
	require.NotEmpty(t, p.Text)
}

// What can't be meant is refused before anything is taken in, naming the flag.
func TestRefused(t *testing.T) {
	e := newEnv(t)
	own := e.file("own", forms["otklik"])
	for name, c := range map[string]struct {
		change func(*importer.Options)
		kind   fault.Kind
		want   string
	}{
		"no regions":      {func(o *importer.Options) { o.Regions = nil }, fault.Invalid, "--regions"},
		"unknown region":  {func(o *importer.Options) { o.KnownRegion = func(string) bool { return false } }, fault.Invalid, `region "RU-PRI" is unknown`},
		"visibility":      {func(o *importer.Options) { o.Visibility = "secret" }, fault.Invalid, "--visibility"},
		"class":           {func(o *importer.Options) { o.Class = "forever" }, fault.Invalid, "forever"},
		"format":          {func(o *importer.Options) { o.File.Format = "xlsx" }, fault.Invalid, "--format"},
		"map":             {func(o *importer.Options) { o.File.Map = archive.Mapping{"id": "a", "smell": "b"} }, fault.Invalid, "smell"},
		"no file":         {func(o *importer.Options) { o.File.Path = e.dir + "/nothing" }, fault.NotFound, "there is no file"},
		"folder":          {func(o *importer.Options) { o.File.Path = e.dir }, fault.Invalid, "folder"},
		"no input":        {func(o *importer.Options) { o.File.Path = "-"; o.Rejected = e.dir + "/side" }, fault.Invalid, "standard input"},
		"zip":             {func(o *importer.Options) { o.File.Path = e.file("z", "PK\x03\x04\x00") }, fault.Invalid, "ZIP"},
		"broken gzip":     {func(o *importer.Options) { o.File.Path = e.file("g", "\x1f\x8b\x00\x00") }, fault.Invalid, "gzip"},
		"list":            {func(o *importer.Options) { o.File.Path = e.file("l", `[{"id":1}]`) }, fault.Invalid, "--format"},
		"csv without map": {func(o *importer.Options) { o.File.Path = e.file("c", "a,b;c\n1,2\n") }, fault.Invalid, "There are: a, b;c"},
		"ndjson without map": {func(o *importer.Options) { o.File.Path = e.file("n", `{"message_id":1,"text":"т"}`) }, fault.Invalid,
			"There are: message_id, text"},
		"column": {func(o *importer.Options) {
			o.File.Path, o.File.Map = e.file("c2", "message_id,text\n1,2\n"), parseMap(t, mapping)
		}, fault.Invalid, "there are message_id, text"},
		"not desktop": {func(o *importer.Options) { o.File.Path, o.File.Format = own, archive.Desktop }, fault.Invalid, "result.json"},
	} {
		t.Run(name, func(t *testing.T) {
			o := e.options(own)
			c.change(&o)
			_, err := importer.Import(context.Background(), o)
			require.ErrorContains(t, err, c.want)
			require.Equal(t, c.kind, fault.KindOf(err))
		})
	}
	require.Empty(t, e.records)
}

func TestEmptyInputs(t *testing.T) {
	e := newEnv(t)
	for _, content := range []string{"", "\n\n", "\uFEFF", packed(t, "")} {
		require.Zero(t, e.must(e.options(e.file("empty", content))).Read)
	}
}

func TestProgress(t *testing.T) {
	e := newEnv(t)
	clock := now
	var seen []importer.Progress
	o := e.options(e.file("corpus.gz", string(simulate.CorpusFile)))
	o.Now = func() time.Time { clock = clock.Add(time.Second); return clock }
	o.Progress = func(p importer.Progress) { seen = append(seen, p) }
	r := e.must(o)
	require.Greater(t, len(seen), 5)
	last := importer.Progress{}
	for _, p := range seen {
		require.EqualValues(t, len(simulate.CorpusFile), p.Total)
		require.GreaterOrEqual(t, p.Bytes, last.Bytes)
		require.GreaterOrEqual(t, p.Posts, last.Posts)
		require.Positive(t, p.PerSecond)
		if p.Bytes < p.Total {
			require.Positive(t, p.Left)
		}
		last = p
	}
	require.Equal(t, last.Total, last.Bytes)
	require.Zero(t, last.Left)
	require.Equal(t, r.Read, last.Posts)
}

// The repository's own corpus, hostile posts included, goes in whole.
func TestCorpus(t *testing.T) {
	lines, err := simulate.Corpus()
	require.NoError(t, err)
	e := newEnv(t)
	path := e.file("corpus.gz", string(simulate.CorpusFile))
	r := e.must(e.options(path))
	require.Equal(t, archive.Own, r.Format)
	require.Equal(t, len(lines), r.New, "%+v", r)
	require.Len(t, ids(e.records), len(lines))
	require.Equal(t, len(lines), e.must(e.options(path)).Unchanged)
	require.Len(t, e.records, len(lines))
}

// Real posts, 5,672 of six channels, through a mapping.
func TestRealPosts(t *testing.T) {
	path := testenv.Shared(t, "telegram-posts/posts.jsonl.gz")
	e := newEnv(t)
	o := e.options(path)
	o.File.Map, o.Rejected = parseMap(t, mapping), e.dir+"/rejected"
	r := e.must(o)
	require.Equal(t, 5672, r.New, "%+v", r)
	require.Zero(t, r.Bad)
	owners := map[string]bool{}
	for _, rec := range e.records {
		owners[rec.ID.Source()] = true
		require.Equal(t, 2024, rec.Published.Year())
		require.NotContains(t, rec.ID.Source(), "-100")
		require.NotEmpty(t, rec.Post.Channel)
	}
	require.Len(t, owners, 6)
	require.Equal(t, 5672, e.must(o).Unchanged)
	_, err := os.Stat(o.Rejected)
	require.ErrorIs(t, err, os.ErrNotExist)
}
