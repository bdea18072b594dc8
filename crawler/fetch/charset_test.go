package fetch

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

func TestText(t *testing.T) {
	const words = "Ёлки у подъезда: «воды нет» — третий день, №5"
	const plain = "Елки у подъезда, воды нет третий день"
	in := func(e encoding.Encoding, s string) string {
		b, err := e.NewEncoder().String(s)
		require.NoError(t, err)
		return b
	}
	win, koi := charmap.Windows1251, charmap.KOI8R
	xml := func(label, s string) string { return `<?xml version="1.0" encoding="` + label + `"?><a>` + s + `</a>` }
	for _, c := range []struct {
		name, body, contentType, text, charset string
	}{
		{"header", in(win, words), "text/html; charset=windows-1251", words, "windows-1251"},
		{"header, other name", in(win, words), "text/xml; charset=CP1251", words, "windows-1251"},
		{"header koi8-r", in(koi, plain), "text/html; charset=KOI8-R", plain, "koi8-r"},
		{"xml", xml("windows-1251", in(win, words)), "application/xml", xml("utf-8", words), "windows-1251"},
		{"xml koi8-r", xml("koi8-r", in(koi, plain)), "", xml("utf-8", plain), "koi8-r"},
		{"xml, single quotes", `<?xml version='1.0' encoding='windows-1251'?><a>` + in(win, words), "", `<?xml version='1.0' encoding='utf-8'?><a>` + words, "windows-1251"},
		{"meta", `<html><meta charset="koi8-r">` + in(koi, plain), "text/html", `<html><meta charset="koi8-r">` + plain, "koi8-r"},
		{"meta http-equiv", `<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">` + in(win, words), "text/html",
			`<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">` + words, "windows-1251"},
		{"header wins over xml", xml("koi8-r", in(win, words)), "text/xml; charset=windows-1251", xml("utf-8", words), "windows-1251"},
		{"header lies: it is UTF-8", words, "text/html; charset=windows-1251", words, "utf-8"},
		{"xml lies: it is UTF-8", xml("windows-1251", words), "", xml("utf-8", words), "utf-8"},
		{"header says UTF-8, xml is right", xml("windows-1251", in(win, words)), "text/xml; charset=utf-8", xml("utf-8", words), "windows-1251"},
		{"nobody says anything", in(win, words), "", words, "windows-1251"},
		{"all say UTF-8, it is windows-1251", xml("utf-8", in(win, words)), "text/xml; charset=utf-8", xml("utf-8", words), "windows-1251"},
		{"UTF-8 with a broken byte", words + "\xff", "text/html; charset=utf-8", words + "\uFFFD", "utf-8"},
		{"unknown charset", words, "text/html; charset=klingon", words, "utf-8"},
		{"mark of UTF-8", "\xef\xbb\xbf" + words, "text/html; charset=windows-1251", words, "utf-8"},
		{"mark of UTF-16LE", "\xff\xfe" + in(unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), words), "", words, "utf-16le"},
		{"mark of UTF-16BE", "\xfe\xff" + in(unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), words), "", words, "utf-16be"},
		{"xml says UTF-16 in ASCII", xml("utf-16", "abc"), "", xml("utf-8", "abc"), "utf-8"},
		{"a charset that is an attack", "abc", "text/html; charset=iso-2022-kr", "abc", "utf-8"},
		{"empty", "", "", "", "utf-8"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text, charset := Text([]byte(c.body), c.contentType)
			require.Equal(t, c.text, text)
			require.Equal(t, c.charset, charset)
		})
	}
}

func FuzzText(f *testing.F) {
	f.Add([]byte("<?xml version='1.0' encoding='koi8-r'?>\xf0"), "text/xml; charset=utf-16")
	f.Add([]byte("\xff\xfe\x00"), "")
	f.Add([]byte("<meta charset=gb18030>\x81\x30"), "text/html")
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		text, name := Text(body, contentType)
		if !utf8.ValidString(text) || name == "" || strings.ToLower(name) != name {
			t.Fatalf("%q in %q", text, name)
		}
	})
}
