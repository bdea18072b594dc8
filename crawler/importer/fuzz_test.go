package importer

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/crawler/schedule"
	"github.com/otklik/otklik/crawler/source"
)

// feed makes an input of some bytes.
func feed(t testing.TB, b []byte) *input {
	in, err := open(Options{Path: "-", Stdin: bytes.NewReader(b)})
	if err != nil {
		t.Skip(err)
	}
	return in
}

func checkItem(t *testing.T, it source.Item, why verdict) {
	if why != (verdict{}) {
		require.True(t, (why.bad == "") != (why.skip == ""), "%+v", why)
		return
	}
	require.NoError(t, it.ID.Check())
	require.False(t, it.Published.IsZero())
	p := it.Post
	p.Normalize()
	_, err := post.Encode(p)
	require.NoError(t, err)
}

func FuzzOwn(f *testing.F) {
	f.Add(`{"id":"telegram:1/1","published":"2026-11-02T02:00:00Z","post":{"text":"т","author":{"id":"1","person":true},"media":[{"kind":"x"}]}}`)
	f.Add(`{"id":"telegram:1/1","published":"9999-12-31T23:59:59+14:00","post":{"deleted":true,"links":[""],"reply_to":"x"}}`)
	f.Fuzz(func(t *testing.T, s string) {
		it, why := parseOwn(s)
		checkItem(t, it, why)
	})
}

func FuzzMapped(f *testing.F) {
	f.Add(`{"i":5,"s":-1002100000777,"t":"т","d":"2026-11-02","v":1.5e3,"a":"И"}`, "telegram")
	f.Add(`{"i":"a/b","s":"x","t":null,"d":1793667600}`, "rss")
	f.Add(`{"i":1e400,"s":9223372036854775808,"t":"","d":-1}`, "telegram")
	f.Fuzz(func(t *testing.T, s, network string) {
		m := Mapping{"id": "i", "source": "s", "text": "t", "published": "d", "views": "v", "author": "a", "reply_to": "r"}
		it, why := m.parseObject(s, network, time.UTC)
		checkItem(t, it, why)
		if why == (verdict{}) && network == telegram {
			require.Regexp(t, `^telegram:[0-9]+/[1-9][0-9]*$`, string(it.ID))
		}
	})
}

func FuzzTime(f *testing.F) {
	for _, s := range []string{"2026-11-24T18:00:00+10:00", "24.11.2026 18:00", "1793667600", "1793667600000.0", "20241124", "NaN", "1e18", "0000-01-01"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		at, err := parseTime(s, time.UTC)
		if err == nil {
			require.Equal(t, time.UTC, at.Location())
			require.LessOrEqual(t, at.Year(), 10_000)
		}
	})
}

// FuzzMessage also makes sure that an album never loses or invents a picture.
func FuzzMessage(f *testing.F) {
	b, err := os.ReadFile("testdata/result.json")
	require.NoError(f, err)
	var export struct{ Messages []json.RawMessage }
	require.NoError(f, json.Unmarshal(b, &export))
	for _, m := range export.Messages {
		f.Add(string(m))
	}
	f.Add(`{"id":"5","type":"message","date_unixtime":9223372036854775807,"text":["а",{"type":"link","text":"://"},{"type":"text_link","href":"javascript:1"}]}`)
	f.Fuzz(func(t *testing.T, s string) {
		m, it, why := parseMessage(&chat{name: "К", kind: "public_channel", id: -1002100000777}, s, time.UTC)
		checkItem(t, it, why)
		if why != (verdict{}) {
			return
		}
		for _, l := range it.Post.Links {
			require.Regexp(t, `(?i)^https?://`, l)
		}
		if m.album() != "" {
			require.Len(t, it.Post.Media, 1)
		}
	})
}

func FuzzDetect(f *testing.F) {
	for _, s := range []string{"", "{", "[", "{}\n{\"id\":1,\"post\":2}", "{\"messages\":[", "a,b", "\xef\xbb\xbf{", "\x1f\x8b", "\xff\xfe{\x00", "PK\x03\x04"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		in := feed(t, b)
		head := in.head()
		format := detect(head)
		require.True(t, utf8.ValidString(decode(b)))
		if format != "" {
			_ = names(format, head)
		}
	})
}

// nowhere is a ledger and a log that take everything: parsers are fuzzed, not stores.
type nowhere struct{}

func (nowhere) ByExternal(context.Context, string) (s schedule.Source, ok bool, err error) {
	return s, false, nil
}

// FuzzImport feeds whole files to every reader. Posts are counted where they
// would go into a batch; none may be there twice or be none.
func FuzzImport(f *testing.F) {
	result, err := os.ReadFile("testdata/result.json")
	require.NoError(f, err)
	f.Add(result, uint8(1))
	f.Add([]byte(`{"chats":{"list":[{"type":"public_channel","id":1,"messages":[{"id":1,"type":"message","date":"2026-11-03T10:00:00","text":""}]}]}}`), uint8(1))
	f.Add([]byte(`{"type":"public_channel","id":1,"messages":[{"id":1,"type":"message","date_unixtime":"1","text":["0"]}`), uint8(1)) // breaks off
	f.Add([]byte("{\"id\":\"a:b/c\",\"published\":\"2026-11-02T02:00:00Z\",\"post\":{}}\n{"), uint8(0))
	f.Add([]byte("{\"i\":1,\"s\":2,\"t\":\"т\",\"d\":\"2026-11-02\"}"), uint8(2))
	f.Add([]byte("i;s;t;d\n1;2;\"т\n\";2026-11-02\n\"\n1;2"), uint8(3))
	f.Fuzz(func(t *testing.T, b []byte, which uint8) {
		if bytes.Count(b, []byte("\n")) > batchPosts-2 || bytes.Count(b, []byte("{")) > batchPosts-2 {
			return // would need a ledger
		}
		o := Options{Path: "-", Stdin: bytes.NewReader(b), Format: Formats()[int(which)%len(Formats())], Now: time.Now, Network: telegram, Zone: time.UTC,
			Sources: nowhere{}, Regions: []string{"RU-PRI"}, Map: Mapping{"id": "i", "source": "s", "text": "t", "published": "d"}}
		in, err := open(o)
		if err != nil {
			return
		}
		im := &importing{Options: o, in: in, places: map[string]*place{}, seen: newSeen(), report: Report{Skipped: map[string]int{}}}
		im.rejected = &rejected{path: "/dev/null", err: errors.New("not here")}
		read, err := im.reader()
		if err != nil {
			return
		}
		_ = read(context.Background()) // an error is an answer too
		ids := map[post.ID]bool{}
		for _, e := range im.batch {
			require.NoError(t, e.ID.Check())
			require.False(t, ids[e.ID], e.ID)
			ids[e.ID] = true
			require.Positive(t, e.line)
		}
		require.Equal(t, im.report.Read, len(im.batch)+im.report.Repeated)
	})
}

// The walk through JSON finds the same values as encoding/json.
func FuzzScan(f *testing.F) {
	f.Add(`[1,"a\"]",{"b":[{}]},null,true,-1.5e3,[]]`)
	f.Add(`{"a":[`)
	f.Add(` [ ] `)
	f.Fuzz(func(t *testing.T, s string) {
		var want []json.RawMessage
		if json.Unmarshal([]byte(s), &want) != nil || !strings.HasPrefix(strings.TrimLeft(s, " \t\r\n"), "[") || strings.HasPrefix(s, "\uFEFF") {
			// Not an array: it must end, whatever it is.
			sc := scan{feed(t, []byte(s))}
			for sc.over() == nil && sc.peek() != 0 {
			}
			return
		}
		sc := scan{feed(t, []byte(s))}
		var got []json.RawMessage
		require.NoError(t, sc.list('[', ']', func() error {
			raw, err := sc.value(1 << 20)
			got = append(got, raw)
			return err
		}))
		require.Equal(t, len(want), len(got))
		for i := range want {
			require.Equal(t, string(want[i]), string(got[i]))
		}
	})
}

// A table that encoding/csv wrote is read as encoding/csv reads it.
func TestTableAgainstEncodingCSV(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	cells := []string{"", "a", "нет воды", "5\"", "\"", "a,b", "a;b", "a\tb", "a\nb", "\n", "\"\n\"", ",\"", "\",", " x ", "''", "\"\"", "а\"\nб,\"в\""}
	for range 2000 {
		comma := []byte(",;\t")[rng.IntN(3)]
		rows := [][]string{{"first", "second", "third"}}
		for range rng.IntN(6) {
			rows = append(rows, []string{"x" + cells[rng.IntN(len(cells))], cells[rng.IntN(len(cells))], cells[rng.IntN(len(cells))]})
		}
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		w.Comma, w.UseCRLF = rune(comma), rng.IntN(2) == 0
		require.NoError(t, w.WriteAll(rows))
		text := b.String()
		tab := &table{in: feed(t, b.Bytes())}
		head, ok, err := tab.header()
		require.True(t, ok)
		require.NoError(t, err)
		got := [][]string{head}
		for {
			_, raw, ok, err := tab.next()
			if !ok {
				break
			}
			require.NoError(t, err, "%q", text)
			got = append(got, fields(decode(raw), tab.comma))
		}
		for _, r := range got {
			for i := range r {
				r[i] = strings.ReplaceAll(r[i], "\r\n", "\n")
			}
		}
		require.Equal(t, rows, got, "%q", text)
	}
}

// Broken quotes cost time that is bounded, whatever the table.
func TestBrokenQuotesAreBounded(t *testing.T) {
	const lines = 50_000
	tab := &table{in: feed(t, []byte("a,b\n"+strings.Repeat("\"x\n", lines)))}
	_, _, err := tab.header()
	require.NoError(t, err)
	tab.budget = 4 << 20 // the product's own would take seconds
	n := 0
	for {
		_, _, ok, err := tab.next()
		if !ok {
			break
		}
		require.ErrorIs(t, err, errOpenQuote)
		n++
	}
	require.Equal(t, lines, n)
}

func TestSeen(t *testing.T) {
	s := newSeen()
	for _, id := range []post.ID{"telegram:1/1", "telegram:1/64", "telegram:2/1", "telegram:1/67108863", "telegram:1/67108864",
		"telegram:1/01", "rss:a/x", "vk:1/1", "telegram:1/18446744073709551616"} {
		require.False(t, s.again(id), id)
		require.True(t, s.again(id), id)
	}
	for i := range 100_000 {
		require.False(t, s.again(post.ID(fmt.Sprint("telegram:9/", i))))
	}
}
