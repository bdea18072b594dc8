package simulate

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Monsters are texts that are too much: too long, too many, from every corner of
// Unicode. They are made when they are asked for; the corpus, which is in the
// binary, holds their small relatives.
func Monsters() map[string]string {
	return map[string]string{
		"100,000 words":      repeat(100_000, "слово%d "),
		"50,000 hashtags":    repeat(50_000, "#тег%d "),
		"a word without end": strings.Repeat("щ", 1_000_000),
		"right to left":      "\u202eяма на дороге\u202c \u2067שלום\u2069 \u200fمرحبا بالعالم\u200f " + strings.Repeat("\u202e", 500) + "дно",
		"zero width":         "нет\u200b \u200cото\u200dпл\u2060ения\ufeff " + strings.Repeat("\u200b\u200d", 5000) + " вода",
		"every plane":        planes(),
		"marks upon marks":   "я" + strings.Repeat("\u0301", 20_000) + "ма",
	}
}

// AuthorBytes is the size of the author's name that no one has.
const AuthorBytes = 10 << 20

// Author is a name of AuthorBytes.
func Author() string { return strings.Repeat("Я", AuthorBytes/2) }

func repeat(n int, form string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, form, i)
	}
	return b.String()
}

// planes has characters of each of Unicode's 17 planes: the first and the last
// that may stand there, and some between. Those that nobody has assigned are
// among them.
func planes() string {
	var b strings.Builder
	for p := rune(0); p <= 0x10; p++ {
		for _, low := range []rune{0x0021, 0x0041, 0x0430, 0x1000, 0x4e00, 0xac00, 0xfb00, 0xfffe, 0xffff} {
			if r := p<<16 | low; utf8.ValidRune(r) {
				b.WriteRune(r)
			}
		}
		b.WriteString(" яма ")
	}
	return b.String()
}

// Deep is markup of n elements within each other, with a word at the bottom.
func Deep(n int) string { return strings.Repeat("<div><b>", n/2) + "дно" }
