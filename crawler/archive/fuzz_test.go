package archive

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/crawler/source"
	"github.com/otklik/otklik/internal/fault"
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
	f.Add(`{"i":1,"s":1,"t":"","d":"0001-01-01"}`, "rss")
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

// heap takes everything.
type heap struct {
	posts []source.Item
	bad   []BadLine
}

func (h *heap) Post(_ context.Context, line int, it source.Item, size int) error {
	if line < 1 || size < 1 {
		return fmt.Errorf("line %d, %d bytes", line, size)
	}
	h.posts = append(h.posts, it)
	return nil
}

func (h *heap) Bad(b BadLine)                                { h.bad = append(h.bad, b) }
func (h *heap) Skip(string)                                  {}
func (h *heap) Wanted(context.Context, string) (bool, error) { return true, nil }

// FuzzRead feeds whole files to every reader.
func FuzzRead(f *testing.F) {
	result, err := os.ReadFile("testdata/result.json")
	require.NoError(f, err)
	f.Add(result, uint8(1))
	f.Add([]byte(`{"chats":{"list":[{"type":"public_channel","id":1,"messages":[{"id":1,"type":"message","date":"2026-11-03T10:00:00","text":""}]}]}}`), uint8(1))
	f.Add([]byte(`{"type":"public_channel","id":1,"messages":[{"id":1,"type":"message","date_unixtime":"1","text":["0"]}`), uint8(1)) // breaks off
	f.Add([]byte("{\"id\":\"a:b/c\",\"published\":\"2026-11-02T02:00:00Z\",\"post\":{}}\n{"), uint8(0))
	f.Add([]byte("{\"i\":1,\"s\":2,\"t\":\"т\",\"d\":\"2026-11-02\"}"), uint8(2))
	f.Add([]byte("i;s;t;d\n1;2;\"т\n\";2026-11-02\n\"\n1;2"), uint8(3))
	f.Fuzz(func(t *testing.T, b []byte, which uint8) {
		file, err := Open(Options{Path: "-", Stdin: bytes.NewReader(b), Format: Formats()[int(which)%len(Formats())],
			Map: Mapping{"id": "i", "source": "s", "text": "t", "published": "d"}})
		if err != nil {
			return
		}
		var got heap
		if err := file.Read(context.Background(), &got); err != nil { // an error is an answer too
			require.Equal(t, fault.Invalid, fault.KindOf(err), err)
		}
		for _, it := range got.posts {
			checkItem(t, it, verdict{})
		}
		for _, bad := range got.bad {
			require.NotEmpty(t, bad.Reason)
			require.True(t, utf8.ValidString(bad.Raw))
		}
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
