package importer_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/archive"
	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/crawler/schedule"
	"github.com/otklik/otklik/internal/fault"
)

func TestDesktopChat(t *testing.T) {
	e := newEnv(t)
	r := e.must(e.options("../archive/testdata/result.json"))
	require.Equal(t, 6, r.New)
	require.Equal(t, 1, r.Bad)
	require.Equal(t, map[string]int{"service message": 1, "message of a kind that the exporting Telegram did not know": 1}, r.Skipped)
	x := e.rejections(r.Rejected)
	require.Equal(t, 166, x[0].Line)
	require.Contains(t, x[0].Reason, `"date"`)
	require.Contains(t, x[0].Raw, "дата не того вида")

	got := map[string]post.Record{}
	for _, rec := range e.records {
		got[rec.ID.Native()] = rec
		require.Equal(t, "telegram:2100000777", rec.ID.Source())
		require.Equal(t, "Соседи пишут", rec.Post.Channel)
	}
	text := got["2"]
	require.Equal(t, "Нет отопления третий день.\nПодробности: dom.example/teplo и тут@sosedi", text.Post.Text)
	require.Equal(t, []string{"http://dom.example/teplo", "https://dom.example/a?b=1&c=2"}, text.Post.Links)
	require.Equal(t, time.Unix(1793581200, 0).UTC(), text.Published)
	require.Equal(t, "2026-11-02T10:00:00", text.PublishedRaw)
	require.True(t, text.Post.Edited)
	require.EqualValues(t, 9, text.Post.Counters.Likes.Value)
	require.True(t, text.Post.Author.Person, "a signature is a person's name")
	require.Empty(t, text.Post.Author.Name)

	album := got["3"].Post
	require.Equal(t, "Альбом с ямами", album.Text)
	require.Equal(t, []post.Media{{Kind: post.Photo, ID: "3"}, {Kind: post.Photo, ID: "4"}, {Kind: post.Video, ID: "5"}}, album.Media)
	require.Equal(t, &post.Forward{Name: "Другой канал"}, album.Forward)
	require.EqualValues(t, "telegram:2100000777/2", album.ReplyTo)
	require.Nil(t, album.Author)

	require.Equal(t, []post.Media{{Kind: post.Document, Title: "Ответ УК.pdf"}}, got["7"].Post.Media)
	require.Equal(t, "Есть ли вода?\nДа\nНет", got["8"].Post.Text)
	require.Equal(t, []post.Media{{Kind: post.Poll, Title: "Есть ли вода?"}}, got["8"].Post.Media)
	require.Equal(t, []post.Media{{Kind: post.Voice}}, got["10"].Post.Media)
	require.True(t, got["10"].Post.Author.Person)
	require.NotContains(t, got["10"].Post.Author.ID, "555")
	require.Equal(t, &post.Author{ID: "2100000888", Name: "Газета"}, got["12"].Post.Author)
}

func message(id int, more string) string {
	return fmt.Sprintf(`{"id":%d,"type":"message","date":"2026-11-03T10:00:00","date_unixtime":"1793667600","from_id":"channel7"%s}`, id, more)
}

func channel(messages ...string) string {
	return `{"name":"К","type":"public_channel","id":7,"messages":[` + strings.Join(messages, ",\n") + `]}`
}

// Only what can't be anything else is an album.
func TestAlbums(t *testing.T) {
	e := newEnv(t)
	photo := func(id int, text string) string { return message(id, `,"photo":"p","text":"`+text+`"`) }
	later := strings.Replace(photo(2, ""), "1793667600", "1793667601", 1)
	var many []string
	for i := range 13 {
		many = append(many, photo(i+1, ""))
	}
	for name, c := range map[string]struct {
		messages []string
		want     []string
	}{
		"first has the text":  {[]string{photo(1, "т"), photo(2, ""), photo(3, "")}, []string{"1"}},
		"last has the text":   {[]string{photo(1, ""), photo(2, ""), photo(3, "т")}, []string{"1"}},
		"two texts":           {[]string{photo(1, "т"), photo(2, "у")}, []string{"1", "2"}},
		"a second later":      {[]string{photo(1, "т"), later}, []string{"1", "2"}},
		"a gap in the ids":    {[]string{photo(1, "т"), photo(3, "")}, []string{"1", "3"}},
		"another hand":        {[]string{photo(1, "т"), strings.Replace(photo(2, ""), "channel7", "channel8", 1)}, []string{"1", "2"}},
		"no picture":          {[]string{photo(1, "т"), message(2, `,"text":"у"`)}, []string{"1", "2"}},
		"files apart":         {[]string{photo(1, "т"), message(2, `,"file":"f","text":""`)}, []string{"1", "2"}},
		"files together":      {[]string{message(1, `,"file":"f","text":""`), message(2, `,"file":"g","text":"т"`)}, []string{"1"}},
		"voices never":        {[]string{message(1, `,"file":"f","media_type":"voice_message","text":""`), message(2, `,"file":"f","media_type":"voice_message","text":""`)}, []string{"1", "2"}},
		"ten at most":         {many, []string{"1", "11"}},
		"the text of another": {[]string{message(1, `,"text":"т"`), photo(2, "")}, []string{"1", "2"}},
	} {
		t.Run(name, func(t *testing.T) {
			e.fresh(t)
			e.must(e.options(e.file("result.json", channel(c.messages...))))
			var native []string
			for _, r := range e.records {
				native = append(native, r.ID.Native())
			}
			require.Equal(t, c.want, native)
		})
	}
}

// Of a whole account only public chats that somebody configured, or named
// regions for, are taken; what people write to each other is nobody's business.
func TestDesktopAccount(t *testing.T) {
	chat := func(kind string, id int) string {
		return fmt.Sprintf(`{"name":null,"type":%q,"id":%d,"messages":[%s]}`, kind, id, message(1, `,"text":"тайна"`))
	}
	account := `{"about":"Here is the data you requested.","personal_information":{"phone_number":"+7"},"contacts":{"about":"","list":[{"first_name":"И"}]},
		"chats":{"about":"","list":[` + strings.Join([]string{chat("personal_chat", 1), chat("public_channel", 2), chat("saved_messages", 3),
		chat("private_group", 4), chat("private_channel", 5), chat("public_supergroup", 6), chat("bot_chat", 8), chat("private_supergroup", 9)}, ",") + `]},
		"left_chats":{"about":"","list":[` + chat("public_channel", 10) + `]},"frequent_contacts":{"list":[1,2,{"a":"]}"}]}}`
	e := newEnv(t)
	e.addSource("two", "telegram:2", schedule.Draft{Regions: []string{"RU-PRI"}})
	o := e.options(e.file("result.json", account))
	o.Regions = nil
	r := e.must(o)
	require.Equal(t, archive.Desktop, r.Format)
	require.Equal(t, []string{"telegram:2/1"}, ids(e.records))
	require.Len(t, r.Skipped, 7, "%v", r.Skipped)
	for reason := range r.Skipped {
		require.True(t, strings.Contains(reason, "not public") || strings.Contains(reason, "--regions"), reason)
	}

	e.must(e.options(o.File.Path))
	require.Equal(t, []string{"telegram:10/1", "telegram:2/1", "telegram:6/1"}, ids(e.records), "with --regions all public ones")
	for _, rec := range e.records {
		require.Equal(t, rec.ID.Source() == "telegram:6", rec.Post.Type == post.TypeMessage, "only a group has messages")
	}

	// One chat that was exported by itself was meant.
	e.must(e.options(e.file("one.json", chat("private_channel", 11))))
	require.Contains(t, ids(e.records), "telegram:11/1")
	e.must(e.options(e.file("one.json", chat("personal_chat", 12))))
	require.NotContains(t, ids(e.records), "telegram:12/1")
}

// Numbers in exports of every age name the same channel.
func TestDesktopNumbers(t *testing.T) {
	e := newEnv(t)
	modern := func(id string) string {
		return `{"type":"public_channel","id":` + id + `,"messages":[` + message(5, `,"text":"т"`) + `]}`
	}
	for name, c := range map[string][2]string{
		"Desktop":     {modern("1494031694"), "1494031694"},
		"with -100":   {modern("-1001494031694"), "1494031694"},
		"quoted":      {modern(`"1494031694"`), "1494031694"},
		"great today": {modern("10083966286"), "10083966286"},
		"before 2021": {`{"name":"К","type":"public_channel","id":10083966286,"messages":[
			{"id":4,"type":"unsupported"},
			{"id":5,"type":"message","date":"2023-01-31T21:02:29","from":"К","from_id":10083966286,"text":"т"}]}`, "1494031694"},
	} {
		t.Run(name, func(t *testing.T) {
			e.fresh(t)
			e.must(e.options(e.file("result.json", c[0])))
			require.Equal(t, []string{"telegram:" + c[1] + "/5"}, ids(e.records))
			if name == "before 2021" {
				require.Nil(t, e.records[0].Post.Author, "the channel itself")
			}
		})
	}
}

// A date without a zone is the exporting computer's.
func TestDesktopZone(t *testing.T) {
	e := newEnv(t)
	o := e.options(e.file("result.json", channel(`{"id":5,"type":"message","date":"2026-11-03T10:00:00","from_id":"channel7","text":"т"}`)))
	o.File.Zone = time.FixedZone("VLAT", 10*3600)
	e.must(o)
	require.Equal(t, time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC), e.records[0].Published)
}

// What can't be read of an export is told, whatever it is; the rest goes in.
func TestDesktopBadMessages(t *testing.T) {
	e := newEnv(t)
	good := message(1, `,"text":"т"`)
	for name, c := range map[string]struct {
		content string
		bad     int
		whole   bool
	}{
		"as it should be":    {channel(good), 0, true},
		"not an object":      {channel("5", `"message"`, "null", "[]", good), 4, true},
		"text is a number":   {channel(message(2, `,"text":7`), good), 1, true},
		"id is no number":    {channel(strings.Replace(good, `"id":1`, `"id":"один"`, 1), good), 1, true},
		"id is zero":         {channel(strings.Replace(good, `"id":1`, `"id":0`, 1), good), 1, true},
		"date is no date":    {channel(`{"id":2,"type":"message","date":"вчера","text":"т"}`, good), 1, true},
		"broken inside":      {channel(`{"id":2,,"type":"message"}`, good), 1, true},
		"a comma too many":   {channel(good, ""), 1, false},
		"cut in a message":   {channel(good, good)[:len(channel(good, good))-30], 1, false},
		"cut between":        {strings.TrimSuffix(channel(good), "]}"), 1, false},
		"rubbish behind":     {strings.TrimSuffix(channel(good), "}") + ";", 1, false},
		"no id":              {`{"type":"public_channel","messages":[` + good + `]}`, 1, false},
		"id behind messages": {`{"type":"public_channel","messages":[` + good + `],"id":7}`, 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			e.fresh(t)
			r, err := e.run(e.options(e.file("result.json", c.content)))
			require.Equal(t, c.bad, r.Bad, "%+v %v", r, err)
			if c.whole {
				require.NoError(t, err)
			} else {
				require.Equal(t, fault.Invalid, fault.KindOf(err))
				require.ErrorContains(t, err, "line ")
			}
			if !strings.HasPrefix(name, "id behind") && name != "no id" {
				require.Equal(t, []string{"telegram:7/1"}, ids(e.records))
			}
		})
	}
}

func TestDesktopSkipped(t *testing.T) {
	e := newEnv(t)
	r := e.must(e.options(e.file("result.json", channel(
		message(-5, `,"text":"из старой группы"`), message(2, `,"text":""`), message(3, `,"text":"","contact_information":{"phone_number":"1"}`)))))
	require.Equal(t, map[string]int{"message from before the group became a supergroup": 1, "empty message": 1}, r.Skipped)
	require.Equal(t, []post.Media{{Kind: post.Unsupported}}, e.records[0].Post.Media)
}
