package match_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/indexer/match"
	"github.com/otklik/otklik/indexer/query"
	"github.com/otklik/otklik/indexer/text"
	"github.com/otklik/otklik/internal/simulate"
)

func TestQuote(t *testing.T) {
	long := strings.Repeat("щ", 5000)
	short := text.New().Words(long)[0] // as analysis cuts it
	for _, c := range []struct{ about, title, body, want string }{
		{"the first words", "", "Нет отопления третий день, дети мёрзнут. Когда дадут тепло, кто ответит нам, люди?", "нет отопления третий день дети мерзнут когда дадут тепло кто ответит нам"},
		{"too few", "", "Нет отопления третий…", ""},
		{"just enough", "", "Нет отопления третий день", "нет отопления третий день"},
		{"nothing", "", "", ""},
		{"a photo with emoji", "", "🔥🔥🔥 👨‍👩‍👧 1️⃣ 2️⃣ 3️⃣ 4️⃣", ""},
		{"emoji between", "", "❗️❗️ВНИМАНИЕ❗️❗️ воды 🚱 не будет 1️⃣ до 👉🏻 утра", "внимание воды не будет до утра"},
		{"links first", "", "https://example.ru/a?b=в vl.ru/news t.me/x дорогу на Светланской перекрыли", "дорогу на светланской перекрыли"},
		{"links between", "", "Дорогу https://vk.com/wall-1_2 на Светланской (example.com) перекрыли", "дорогу на светланской перекрыли"},
		{"nothing but links", "", "https://a.ru/1 https://b.ru/2 https://c.ru/3 https://d.ru/4 имя@почта.рф a@b.com", ""},
		{"mentions are passed over, an address is no word", "", "@admin подскажите @vasya_petrov когда дадут a@b.ru воду", "подскажите когда дадут воду"},
		{"hashtags are words", "", "#Владивосток #нет_воды третий день", "владивосток нет воды третий день"},
		{"quotes inside", "", `Магазин «Берёзка» и "Весна" закрыты „навсегда“, а 'рынок' нет`, "магазин березка и весна закрыты навсегда а рынок нет"},
		{"what the language means otherwise", "", "-не !или AND | OR (NOT) [скобки] net:vk since:2026-01-01 * /3", "не или and or not скобки net vk since 2026 01 01"},
		{"Latin", "", "Power outage in the whole district since 5 PM!!!", "power outage in the whole district since 5 pm"},
		{"both in one word", "", "Xолодно в квартирe третью неделю", "холодно в квартире третью неделю"},
		{"figures", "", "Дом 14/2, кв. 3,5 этаж 2-й", "дом 14 2 кв 3 5 этаж 2 й"},
		{"hidden characters", "", "от\u00ADоп\u200Bление не\u0301т со\u0301ба\u0301к го\u200Dрод", "отопление нет собак город"},
		{"the longer title", "Во Владивостоке перекроют улицу до конца ноября", "Подробности на сайте", "во владивостоке перекроют улицу до конца ноября"},
		{"the longer body", "Новости нашего города сегодня", "Улицу перекроют до конца ноября", "улицу перекроют до конца ноября"},
		{"of equal ones the title", "раз два три четыре", "пять шесть семь восемь", "раз два три четыре"},
		{"title and body are not one phrase", "Холодно дома", "третий день", ""},
		{"the longest words", "", long + " раз два " + long + "ы три", short + " раз два " + text.New().Words(long + "ы")[0] + " три"},
		{"more words than are kept", "", strings.Repeat("очень разные слова здесь ", text.MaxPositions), "очень разные слова здесь очень разные слова здесь очень разные слова здесь"},
		{"one word over and over", "", strings.Repeat("да ", 5000), "да да да да да да да да да да да да"},
		{"a title that takes all occurrences", strings.Repeat("да ", 300), "да да да да нет", "да да да да да да да да да да да да"},
		{"a text over the limit of bytes", "", strings.Repeat("слово ", text.MaxBytes), "слово слово слово слово слово слово слово слово слово слово слово слово"},
	} {
		a := analyzer.Analyze(c.title, c.body)
		q, ok := match.Quote(a)
		require.Equal(t, c.want != "", ok, c.about)
		if ok {
			require.Equal(t, `"`+c.want+`"`, q.String(), c.about)
			requireFinds(t, q, a, c.about)
		}
	}
}

// requireFinds holds a quotation, as people can write it, against the post that
// it is of.
func requireFinds(t *testing.T, q query.Phrase, a text.Analysis, about string) {
	t.Helper()
	e := expr(t, q.String())
	require.IsType(t, query.Seq{}, e, about)
	require.Len(t, e.(query.Seq).Terms, len(q.Words), about)
	require.True(t, match.Matches(e, match.NewDoc(post.Envelope{}, a)), "%s: %s", about, q)
}

// Every post of the corpus, the hostile ones among them, is found by its own
// words.
func TestQuotesOfTheCorpus(t *testing.T) {
	lines, err := simulate.Corpus()
	require.NoError(t, err)
	quoted := 0
	for _, l := range lines {
		l.Post.Normalize()
		a := analyzer.Analyze(l.Post.Title, l.Post.Text)
		if q, ok := match.Quote(a); ok {
			requireFinds(t, q, a, string(l.ID))
			quoted++
		} else {
			require.Less(t, longest(a), match.MinQuote, l.ID)
		}
	}
	require.Greater(t, quoted, simulate.CorpusPosts*9/10)
}

// longest is the number of words of the longer field.
func longest(a text.Analysis) int {
	n := map[text.Field]int{}
	for _, t := range a.Tokens {
		n[t.Field]++
	}
	return max(n[text.Title], n[text.Body])
}

func FuzzQuote(f *testing.F) {
	for _, s := range []string{"Нет отопления третий день", "#tag @name https://a.ru да «нет» \"или\" AND", "İstanbul'da ＡＢＣ ﬁ ŉ K Å ｶﾞ", "a\u0345б\u20E3 1\uFE0F\u20E3 ͅx ٠١٢ ಕ್ಷ 각", "\u0600слово \u180Eслово слово слово"} {
		f.Add(s, "")
		f.Add("Заголовок из пяти слов здесь", s)
	}
	f.Fuzz(func(t *testing.T, title, body string) {
		if !utf8.ValidString(title + body) {
			return // no post holds such a text
		}
		a := analyzer.Analyze(title, body)
		q, ok := match.Quote(a)
		if !ok {
			return
		}
		require.LessOrEqual(t, len(q.Words), match.MaxQuote)
		requireFinds(t, q, a, q.String())
	})
}
