package text

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold brings a string to the form in which words are compared: soft hyphens
// and other invisible characters removed, Unicode composed (NFC), lower case,
// ё→е, stress marks and other diacritics that have no composed letter removed.
// Fold(Fold(s)) == Fold(s).
func Fold(s string) string {
	plain, same := true, true
	for _, r := range s {
		switch {
		case 'а' <= r && r <= 'я', 'a' <= r && r <= 'z', r < 'A':
		case r < utf8.RuneSelf, 'А' <= r && r <= 'Я', r == 'ё', r == 'Ё':
			same = false
		default:
			plain = false
		}
	}
	switch {
	case plain && same:
		return s
	case plain:
		return strings.Map(lower, s)
	}
	s = strings.Map(func(r rune) rune {
		if invisible(r) {
			return -1
		}
		return r
	}, s)
	s = strings.Map(lower, norm.NFC.String(s))
	// A lower-case letter may compose where its capital could not.
	return strings.Map(lower, norm.NFC.String(s))
}

// lower folds one rune of a composed string; -1 drops it.
func lower(r rune) rune {
	switch {
	case 'А' <= r && r <= 'Я':
		return r + ('а' - 'А')
	case 'а' <= r && r <= 'я':
		return r
	case r == 'ё', r == 'Ё', r == 'ѐ', r == 'Ѐ':
		return 'е'
	case r == 'ѝ', r == 'Ѝ':
		return 'и'
	case decoration(r):
		return -1
	}
	return unicode.ToLower(r)
}

// decoration says whether a mark that was not composed with its letter changes
// only the look of a word: stress, strokes, variation selectors. Marks of
// scripts that write vowels with them are kept.
func decoration(r rune) bool {
	switch {
	case r < 0x300:
		return false
	case r <= 0x36F, 0x483 <= r && r <= 0x489, 0x1AB0 <= r && r <= 0x1AFF, 0x1DC0 <= r && r <= 0x1DFF,
		0x20D0 <= r && r <= 0x20FF, 0xFE00 <= r && r <= 0xFE0F, 0xFE20 <= r && r <= 0xFE2F, 0xE0100 <= r && r <= 0xE01EF:
		return unicode.Is(unicode.M, r)
	}
	return false
}

// invisible says whether a character inside a word is not part of it: the soft
// hyphen, zero-width spaces and joiners, marks of direction.
func invisible(r rune) bool {
	return r == 0xAD || r >= 0x600 && unicode.Is(unicode.Cf, r)
}

// wordy says whether a word may begin with the rune: a letter or a digit.
func wordy(r rune) bool {
	switch {
	case r < utf8.RuneSelf:
		return '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
	case 'А' <= r && r <= 'я':
		return true
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}

// mark says whether the rune continues a word as a part of its last letter.
func mark(r rune) bool { return r >= 0x300 && unicode.Is(unicode.M, r) }
