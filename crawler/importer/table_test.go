package importer_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/otklik/otklik/crawler/archive"
)

func encoded(t *testing.T, e encoding.Encoding, s string) string {
	out, err := e.NewEncoder().String(s)
	require.NoError(t, err)
	return out
}

// Tables come in every charset and with every separator.
func TestTableForms(t *testing.T) {
	e := newEnv(t)
	table := "message_id,sender_id,channel,text,date\r\n5,-1002100000777,Соседи,\"Нет воды, «совсем»\",2026-11-02T02:00:00Z\r\n"
	semicolons := "message_id;sender_id;channel;text;date\n5;2100000777;Соседи;Нет воды, «совсем»;2026-11-02T02:00:00Z"
	tabs := "message_id\tsender_id\tchannel\ttext\tdate\n5\t2100000777\tСоседи\tНет воды, «совсем»\t2026-11-02T02:00:00Z\n"
	utf16 := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	for name, content := range map[string]string{
		"commas":                table,
		"semicolons":            semicolons,
		"tabs":                  tabs,
		"mark":                  "\uFEFF" + table,
		"windows-1251":          encoded(t, charmap.Windows1251, semicolons),
		"utf-16":                encoded(t, utf16, tabs),
		"gzip":                  packed(t, table),
		"gzip and windows-1251": packed(t, encoded(t, charmap.Windows1251, table)),
		"hint of Excel":         "sep=;\r\n" + semicolons,
		"names in capitals":     strings.Replace(table, "message_id,sender_id", " MESSAGE_ID , Sender_ID ", 1),
		"empty lines":           "\n\n" + table + "\n\n",
	} {
		t.Run(name, func(t *testing.T) {
			e.fresh(t)
			o := e.options(e.file("t.csv", content))
			o.File.Map = parseMap(t, mapping)
			r := e.must(o)
			require.Equal(t, archive.CSV, r.Format)
			require.Zero(t, r.Bad, "%+v", r)
			require.Equal(t, []string{"telegram:2100000777/5"}, ids(e.records))
			require.Equal(t, "Нет воды, «совсем»", e.records[0].Post.Text)
			require.Equal(t, "Соседи", e.records[0].Post.Channel)
		})
	}
}

// Quotes that are out of order cost their record, not the rest of the table.
func TestTableBadRecords(t *testing.T) {
	e := newEnv(t)
	row := func(text string) string { return "1,7," + text + ",2026-11-02\n" }
	for name, c := range map[string]struct {
		rows string
		bad  []int
		text []string
	}{
		"many lines":       {"1,7,\"а\nб\n\nв\",2026-11-02\n", nil, []string{"а\nб\n\nв"}},
		"quotes inside":    {row(`"он сказал ""да"", и"`), nil, []string{`он сказал "да", и`}},
		"an inch":          {row(`экран 5"`), nil, []string{`экран 5"`}},
		"lazy quotes":      {row(`"а "б" в"`), nil, []string{`а "б" в`}},
		"too few":          {"1,7\n" + row("т"), []int{2}, []string{"т"}},
		"too many":         {"1,7,а,2026-11-02,б\n" + row("т"), []int{2}, []string{"т"}},
		"never closed":     {row(`"а`) + "2,7,т,2026-11-02\n", []int{2}, []string{"т"}},
		"never closed, 2":  {row(`"а`) + "2,7,\"б,2026-11-02\n3,7,т,2026-11-02\n", []int{2, 3}, []string{"т"}},
		"no time":          {"1,7,а,вчера\n2,7,т,2026-11-02", []int{2}, []string{"т"}},
		"no id":            {",7,а,2026-11-02\n2,7,т,2026-11-02", []int{2}, []string{"т"}},
		"no channel":       {"1,Соседи,а,2026-11-02\n2,7,т,2026-11-02", []int{2}, []string{"т"}},
		"number of floats": {"1.0,7.0,т,2026-11-02\n1.5,7,а,2026-11-02\n", []int{3}, []string{"т"}},
	} {
		t.Run(name, func(t *testing.T) {
			e.fresh(t)
			o := e.options(e.file("t.csv", "id,source,text,date\n"+c.rows))
			o.File.Map = parseMap(t, "id=id,source=source,text=text,published=date")
			r := e.must(o)
			var bad []int
			if r.Bad > 0 {
				for _, x := range e.rejections(r.Rejected) {
					bad = append(bad, x.Line)
				}
			}
			require.Equal(t, c.bad, bad)
			var text []string
			for _, rec := range e.records {
				text = append(text, rec.Post.Text)
			}
			require.Equal(t, c.text, text)
		})
	}
}

// Every target goes where it belongs; title is the channel's.
func TestMappingTargets(t *testing.T) {
	e := newEnv(t)
	o := e.options(e.file("f", `{"n":"a/1","h":"Заголовок","t":"Текст","d":"Tue, 24 Nov 2026 10:00:00 +1000","u":"https://gazeta.example/a/1",
`+`"x":1}
{"n":"a/2","s":"gazeta.example","c":"Газета","h":"Заголовок","t":null,"d":"Tue, 24 Nov 2026 10:00:00 +1000","u":"https://gazeta.example/a/2","who":"Иван Петров","views":1500,"likes":"3","comments":0,"reposts":2.0}
{"n":"a/3","s":"gazeta.example","t":"т","d":"Tue, 24 Nov 2026 10:00:00 +1000","views":"много"}
{"n":"a/4","s":"gazeta.example","t":["т"],"d":"Tue, 24 Nov 2026 10:00:00 +1000"}
`))
	o.File.Network = "rss"
	o.File.Map = parseMap(t, "id=n,source=s,title=c,headline=h,text=t,published=d,url=u,author=who,views=views,likes=likes,comments=comments,reposts=reposts")
	r := e.must(o)
	require.Equal(t, 1, r.New)
	require.Equal(t, 4, r.Bad)
	got := e.records[0]
	require.EqualValues(t, "rss:gazeta.example/a/2", got.ID)
	require.Equal(t, time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), got.Published)
	p := got.Post
	require.Equal(t, "Газета", p.Channel)
	require.Equal(t, "Заголовок", p.Title)
	require.Empty(t, p.Text)
	require.Equal(t, "https://gazeta.example/a/2", p.URL)
	require.True(t, p.Author.Person)
	require.NotContains(t, p.Author.ID+p.Author.Name, "Иван")
	require.EqualValues(t, 1500, p.Counters.Views.Value)
	require.EqualValues(t, 3, p.Counters.Likes.Value)
	require.EqualValues(t, 0, p.Counters.Comments.Value)
	require.EqualValues(t, 2, p.Counters.Reposts.Value)
}

func TestMappingOfConstants(t *testing.T) {
	e := newEnv(t)
	o := e.options(e.file("f", `{"id":1,"text":"т","date":1793667600000}`+"\n"+`{"id":2,"text":"т","date":1793667600}`))
	o.File.Map = parseMap(t, "id=id,source==-1002100000777,title==Соседи,text=text,published=date")
	require.Equal(t, 2, e.must(o).New)
	require.Equal(t, []string{"telegram:2100000777/1", "telegram:2100000777/2"}, ids(e.records))
	require.Equal(t, e.records[0].Published, e.records[1].Published)
	require.Equal(t, "Соседи", e.records[0].Post.Channel)

	o = e.options(e.file("g", `{"id":"vk:-5/7","text":"т","date":"2026-11-02"}`+"\n"+`{"id":"7","text":"т","date":"2026-11-02"}`))
	o.File.Map = parseMap(t, "id=id,text=text,published=date")
	r := e.must(o)
	require.Equal(t, 1, r.New, "a whole id needs no source")
	require.Equal(t, 1, r.Bad)
}
