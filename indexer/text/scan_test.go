package text

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// spell gives the finds of a text: words, #hashtags, @mentions.
func spell(s string) string {
	var out []string
	for c := scan(s); ; {
		k, from, to, ok := c.next()
		if !ok {
			return strings.Join(out, " ")
		}
		out = append(out, map[kind]string{word: "", tag: "#", mention: "@"}[k]+s[from:to])
	}
}

func TestScan(t *testing.T) {
	for in, want := range map[string]string{
		"":         "",
		" …!? — 🙂": "",
		"Нет отопления, третий день.":     "Нет отопления третий день",
		"отопления.Холодно!Темно":         "отопления Холодно Темно",
		"кто-то где-нибудь 5-й":           "кто то где нибудь 5 й",
		"3,5 4.2 10 000 18:30 24.11.2026": "3 5 4 2 10 000 18 30 24 11 2026",
		"№15 15к §3 100% $5 x²":           "15 15к 3 100 5 x",
		"__слово__ *жирно* `код`":         "слово жирно код",
		"snake_case имя_файла":            "snake case имя файла",
		"д'Артаньян it's":                 "д Артаньян it s",
		"за\u0301мок":                     "за\u0301мок",
		"\u0301вода":                      "вода",
		"отоп\u00adление\u00ad конец":     "отоп\u00adление конец",
		"🙂вода🙂снег":                      "вода снег",
		"1\ufe0f\u20e3 первое 2\u20e3":    "первое",
		"11\ufe0f\u20e3":                  "11\ufe0f\u20e3",
		"🇷🇺 👨‍👩‍👧 👍🏽":                     "",
		"вода\xffснег":                    "вода снег",
		"во\x00да":                        "во да",
		"供暖停了 ماء पानी":                   "供暖停了 ماء पानी",
		// Hashtags: the name, and then its words. Mentions: no words.
		"#вода":                        "#вода вода",
		"#НетВоды #нет_воды":           "#НетВоды НетВоды #нет_воды нет воды",
		"#вода#снег":                   "#вода вода #снег снег",
		"дом#5 C# #5 #1а ##вода":       "дом 5 C 5 #1а 1а #вода вода",
		"#":                            "",
		"#_ #__а":                      "#__а а",
		"#вода@group и #вода @group":   "#вода вода и #вода вода @group",
		"@ivan_petrov, спасибо (@bot)": "@ivan_petrov спасибо @bot",
		"кто@где":                      "кто где",
		"@ @@имя":                      "@имя",
		// Links and addresses are passed over.
		"смотри https://example.ru/a/яма?x=вода#снег, там": "смотри там",
		"(https://example.ru) «http://a.b/c»":              "",
		"https://":                                         "",
		"tg://resolve?domain=voda снег":                    "снег",
		"vl.ru, t.me/snow и www.example.travel":            "и",
		"VL.RU Example.COM:8080/a?b x.com?q=1":             "",
		"name.surname+tag@example.co.uk пишите":            "пишите",
		"name.surname@example.ru пишите":                   "пишите",
		"отопления.Net воды.Com":                           "отопления Net воды Com",
		"вода.рф/снег и президент.РФ сказал":               "и президент РФ сказал",
		"сайт вода.рф":                                     "сайт вода рф",
		"10.0.0.1 и 1.5.ru":                                "10 0 0 1 и",
		"go.Go a.b readme.md node.js":                      "go Go a b readme md node js",
		"vl.ruда vl.ru_x":                                  "vl ruда vl ru x",
		".ru ..ru a..ru -.ru":                              "ru ru a ru ru",
		"конец предложения.В начале.com":                   "конец предложения В начале com",
		"http:/a http//b":                                  "http a http b",
		"слово:слово ftp://a.b/c.":                         "слово слово",
		strings.Repeat("a", 300) + ".ru":                   strings.Repeat("a", 300) + " ru",
		"javascriptjavascript://x":                         "javascriptjavascript x",
	} {
		require.Equal(t, want, spell(in), "%q", in)
	}
}

func TestLink(t *testing.T) {
	for in, want := range map[string]string{
		"https://example.ru/a.":                        "https://example.ru/a",
		"https://example.ru/a, b":                      "https://example.ru/a",
		"https://example.ru/a) b":                      "https://example.ru/a",
		"https://ru.wikipedia.org/wiki/Яма_(значения)": "https://ru.wikipedia.org/wiki/Яма",
		"https://example.ru?«x»":                       "https://example.ru",
		"https://example.ru…":                          "https://example.ru",
		"http://вода.рф/снег снег":                     "http://вода.рф/снег",
		"vl.ru":                                        "vl.ru",
		"vl.ru.":                                       "vl.ru",
		"vl.ru!":                                       "vl.ru",
		"vl.ru:80/a b":                                 "vl.ru:80/a",
		"vl.ru: да":                                    "vl.ru",
		"vl.ru/":                                       "vl.ru/",
		"vl.ru#a":                                      "vl.ru#a",
		"www.example.travel/a":                         "www.example.travel/a",
		"example.travel":                               "",
		"a@b.ru,":                                      "a@b.ru",
		"a@b":                                          "",
		"a@b.":                                         "",
		"вода.рф/a":                                    "вода.рф/a",
		"вода.рф":                                      "",
		"вода":                                         "",
		"ru":                                           "",
		"a.ru-":                                        "a.ru",
	} {
		require.Equal(t, want, in[:link(in)], "%q", in)
	}
}
