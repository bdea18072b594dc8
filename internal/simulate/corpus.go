package simulate

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/otklik/otklik/crawler/post"
)

//go:generate go run ./gencorpus

// CorpusFile is the repository's own corpus, as NDJSON in gzip: what
// `otklik import` takes.
//
//go:embed corpus.ndjson.gz
var CorpusFile []byte

// Line is one line of the corpus: Otklik's own form of a post in a file.
type Line struct {
	ID        post.ID   `json:"id"`
	Published time.Time `json:"published"`
	Post      post.Post `json:"post"`
}

// CorpusPosts is how many invented posts the corpus holds besides the hostile ones.
const CorpusPosts = 3000

// Corpus reads the corpus that is in the binary.
func Corpus() ([]Line, error) {
	z, err := gzip.NewReader(bytes.NewReader(CorpusFile))
	if err != nil {
		return nil, err
	}
	d := json.NewDecoder(z)
	var out []Line
	for {
		var l Line
		if err := d.Decode(&l); err == io.EOF {
			return out, nil
		} else if err != nil {
			return nil, fmt.Errorf("corpus, line %d: %w", len(out)+1, err)
		}
		out = append(out, l)
	}
}

// MakeCorpus invents the corpus: a hundred days of the region, then the
// hostile posts. The same text every time.
func MakeCorpus() ([]Line, error) {
	w, err := NewWorld(2611)
	if err != nil {
		return nil, err
	}
	var out []Line
	at := time.Date(2026, 8, 1, 6, 0, 0, 0, time.UTC)
	for len(out) < CorpusPosts {
		at = at.Add(time.Duration(5+w.teller.rng.IntN(80)) * time.Minute)
		e := w.Next(at)
		if e.Kind != NewPost {
			continue
		}
		c := w.channels[e.Channel]
		l := Line{Published: at, Post: post.Post{Type: post.TypePost, Text: e.Story.Text, Channel: c.Title}}
		if c.Feed {
			l.ID = post.ID(fmt.Sprintf("rss:%s.example/%d", c.Name, e.Post))
			l.Post.Title, l.Post.Text = headline(e.Story.Text)
			l.Post.URL = fmt.Sprintf("https://%s.example/news/%d", c.Name, e.Post)
		} else {
			l.ID = post.ID(fmt.Sprintf("telegram:%d/%d", c.Number, e.Post))
			l.Post.URL = fmt.Sprintf("https://t.me/%s/%d", c.Name, e.Post)
			v := int64(e.Views)
			l.Post.Counters.Views = &post.Counter{Value: v, Step: 1}
		}
		if e.Story.Kind == Resident && w.teller.rng.IntN(4) == 0 {
			l.Post.Media = []post.Media{{Kind: post.Photo}}
		}
		out = append(out, l)
	}
	for i, text := range hostile() {
		out = append(out, Line{
			ID:        post.ID(fmt.Sprintf("telegram:2100000099/%d", i+1)),
			Published: at.Add(time.Duration(i) * time.Second),
			Post:      post.Post{Type: post.TypePost, Text: text, Channel: "Трудные случаи"},
		})
	}
	return out, nil
}

// headline makes a newspaper's title of the first sentence.
func headline(text string) (title, body string) {
	if i := strings.IndexAny(text, ".!?"); i > 0 && i < len(text)-1 && i < 300 {
		return strings.TrimSpace(text[:i]), strings.TrimSpace(text[i+1:])
	}
	return text, ""
}

// hostile are texts that break search engines, parsers and pages: long ones,
// repeats, look-alikes, odd Unicode, markup.
func hostile() []string {
	letters := func(n int) string { return strings.Repeat("щ", n) }
	var many, tags strings.Builder
	for i := range 10_500 {
		fmt.Fprintf(&many, "слово%d ", i)
	}
	for i := range 3000 {
		fmt.Fprintf(&tags, "#тег%d ", i)
	}
	out := []string{
		"", " ", "\n\n\n", "👍", "😀😀😀🚒🔥", "…", "—", "!!!", "?!",
		strings.Repeat("яма ", 300), strings.Repeat("яма ", 251) + "мост", strings.Repeat("яма дорога ", 5200),
		many.String() + "последнее", letters(127), letters(128), letters(129), letters(300), letters(129) + "ы яма",
		strings.Repeat("а", 300<<10), strings.Repeat("отопление и вода ", 20_000), tags.String(),
		"Ёжик ежик ЁЖИК ещё еще", "и\u0306од йод", "Йошкар-Ола чёрно-белый по-русски кто-нибудь",
		"мягкий\u00adперенос нуле\u200bвая шири\u200dна", "\u202eтекст справа налево\u202c слева", "שלום עולם привет", "العربية وسط النص яма",
		"яма", "Яма.", "ЯМА!", "«яма»", "(яма)", "яма,дорога;мост", "яма/дорога", "яма_дорога", "яма-дорога", "яма—дорога", "яма…дорога",
		"нет отопления", "нет, отопления", "нет\nотопления", "нет 🔥 отопления", "нет   отопления", "отопления нет", "нет горячего отопления",
		"pама из латинской p", "Mocквa Цeны", "ДОM", "№5 №6", "д. 5, кв. 12", "ул. Гоголя", "г. Владивосток", "т.е. и т.д.", "8(423)555-01-02", "10:30", "1,5 млн", "100500", "²³½", "Ⅷ",
		"https://example.ru/яма?q=отопление", "пишите на yama@example.ru", "t.me/yama", "@yama_channel привет", "#отопление_2026 #Яма#дорога", "#", "@", "##", "# яма",
		"<script>alert('яма')</script>", "<b>яма</b> &amp; &lt;дорога&gt;", "'; DROP TABLE post; --", "\\ ' \" ` $1 %s {{яма}}", "яма\\:*&|!<->", "a:b 'c':1A,2B", "=SUM(A1)", "+7", "-яма", "!яма", "NOT яма", "яма OR дорога", "И ИЛИ НЕ",
		"𝐘𝐚𝐦𝐚 𝔂𝓪𝓶𝓪", "ｙａｍａ", "㍿", "ﬁ", "ǅ", "ß ẞ SS", "İstanbul ıi", "Σίσυφος ς", "Київ під'їзд", "Мінск ўчора", "Казанда һава", "北京没有暖气", "ไม่มีน้ำ", "नमस्ते", "\U0001F468\u200d\U0001F469\u200d\U0001F467", "e\u0301te", "\ufeffяма", "яма\ufffd", "\U00010330\U00010331", "\U000E0041тег",
		strings.Repeat("(", 500), strings.Repeat("\"", 500), strings.Repeat("\n", 500) + "яма", strings.Repeat("😀", 5000) + " яма", strings.Repeat("а\u0301", 200),
	}
	for range 20 {
		out = append(out, "Одинаковый пост: отключат воду и свет! Перешлите всем.")
	}
	return out
}

// Encode writes lines as NDJSON in gzip, the same bytes every time.
func Encode(lines []Line) ([]byte, error) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	for _, l := range lines {
		v, err := post.Encode(l)
		if err != nil {
			return nil, err
		}
		if _, err := z.Write(append(v, '\n')); err != nil {
			return nil, err
		}
	}
	err = z.Close()
	return b.Bytes(), err
}
