package text

import "github.com/kljensen/snowball/russian"

// stem gives the Snowball stem of a folded word. Words without a Russian
// letter (Latin ones, numbers) are their own stems.
func stem(w string) string {
	for _, r := range w {
		if 'а' <= r && r <= 'я' {
			return russian.Stem(w, true)
		}
	}
	return w
}
