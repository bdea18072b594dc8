package text

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"":                         "",
		"яма":                      "яма",
		"ЯМА":                      "яма",
		"Ещё Ёлка":                 "еще елка",
		"е\u0308лка Е\u0308ЛКА":    "елка елка", // ё in two characters
		"за\u0301мок ЗА\u0301МОК":  "замок замок",
		"Ѐ ѐ Ѝ ѝ":                  "е е и и", // stress in one character
		"мо\u0438\u0306 МОЙ":       "мой мой", // й is a letter of its own
		"отоп\u00adле\u200bние":    "отопление",
		"\ufeffвода\u202e":         "вода",
		"во\ufe0fда":               "вода",
		"в\u0336о\u0336д\u0336а":   "вода",
		"Қазақ ӘҢҒҮҰҚӨҺ":           "қазақ әңғүұқөһ",
		"WiFi":                     "wifi",
		"İstanbul":                 "istanbul",
		"Straße":                   "straße",
		"café CAFE\u0301":          "café café", // a letter of another language keeps its mark
		"ΟΔΟΣ":                     "οδοσ",
		"पानी":                     "पानी", // marks that are vowels stay
		"3,5 Ⅳ":                    "3,5 ⅳ",
		"𝐯𝐨𝐝𝐚":                     "𝐯𝐨𝐝𝐚",
		"Å":                        "å",      // Ångström sign
		"\u1100\u1161":             "\uac00", // composed Hangul
		strings.Repeat("Ё", 1_000): strings.Repeat("е", 1_000),
	} {
		require.Equal(t, want, Fold(in), "%q", in)
		require.Equal(t, want, Fold(want), "%q", want)
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"Ещё", "е\u0308", "\u0301", "İ", "а\u0483\u0306", "ſ\u0323\u0307", "\u00ad", "\xff", "Ϊ\u0301", "ᾈ", "i\u0307\u0301"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		once := Fold(s)
		require.Equal(t, once, Fold(once), "%q", s)
		if utf8.ValidString(s) {
			require.True(t, utf8.ValidString(once))
			if strings.Trim(once, "абвгдежзийклмнопрстуфхцчшщъыьэюяabcdefghijklmnopqrstuvwxyz0123456789") == "" {
				require.Equal(t, once, Fold(strings.ToUpper(once)), "%q in capitals", once)
			}
		}
		for _, r := range once {
			require.False(t, unicode.IsUpper(r) && unicode.ToLower(r) != r, "%q", once)
		}
	})
}
