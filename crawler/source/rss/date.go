package rss

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/mmcdole/gofeed"
)

// minEdit is how much later than its publishing an article has to be updated
// to count as edited; many feeds write the two seconds apart.
const minEdit = time.Minute

// published gives when an article was published, and how the feed wrote it.
// Zero: it doesn't say, or in no way that is known; the crawler then takes the
// time at which the article was first seen. A time without a zone is taken for
// UTC: of a zone to the east of it, that is the future, and so the time at
// which it was first seen as well.
func published(it *gofeed.Item) (at time.Time, raw string) {
	for _, raw := range []string{it.Published, it.Updated} {
		raw = strings.Join(strings.Fields(raw), " ")
		if raw == "" {
			continue
		}
		if t, ok := parseDate(raw); ok {
			return t, raw
		}
		for _, t := range []*time.Time{it.PublishedParsed, it.UpdatedParsed} {
			if t != nil && sane(*t) {
				return t.UTC(), raw
			}
		}
		return time.Time{}, raw
	}
	return time.Time{}, ""
}

// sane keeps out what a feed writes instead of nothing: the years 0 and 1.
func sane(t time.Time) bool { return t.Year() > 1900 && t.Year() < 10_000 }

// zones are the abbreviations of Russia's zones, which Go takes for UTC where
// it doesn't stand in them.
var zones = map[string]string{
	"MSK": "+0300", "MSD": "+0400", "SAMT": "+0400", "YEKT": "+0500", "OMST": "+0600", "NOVT": "+0700", "KRAT": "+0700", "IRKT": "+0800",
	"YAKT": "+0900", "VLAT": "+1000", "MAGT": "+1100", "SAKT": "+1100", "SRET": "+1100", "PETT": "+1200", "ANAT": "+1200", "МСК": "+0300",
}

var (
	zoneName  = regexp.MustCompile(`(?:^|\s)([A-ZА-Я]{3,4})$`)
	dayName   = regexp.MustCompile(`^\p{L}+\.?,?\s+`)
	monthName = regexp.MustCompile(`(?i)^(\d{1,2})\s+(\p{L}+)\.?\s+(\d{4})`)
	layouts   = []string{
		"2 1 2006 15:04:05 -0700", "2 1 2006 15:04 -0700", "2 1 2006 15:04:05", "2 1 2006 15:04", "2 1 2006",
		"2.1.2006 15:04:05 -0700", "2.1.2006 15:04 -0700", "2.1.2006 15:04:05", "2.1.2006 15:04", "2.1.2006",
		"2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05", "2006-01-02 15:04",
	}
	months = []string{"янв", "фев", "мар", "апр", "ма", "июн", "июл", "авг", "сен", "окт", "ноя", "дек"}
	latin  = []string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}
)

// parseDate reads what gofeed doesn't: months and days in Russian, and Russian
// zones.
func parseDate(s string) (time.Time, bool) {
	if m := zoneName.FindStringSubmatchIndex(s); m != nil {
		if offset, ok := zones[s[m[2]:m[3]]]; ok {
			s = s[:m[2]] + offset
		}
	}
	s = dayName.ReplaceAllString(s, "")
	if m := monthName.FindStringSubmatch(s); m != nil {
		n := month(m[2])
		if n == 0 {
			return time.Time{}, false
		}
		s = fmt.Sprintf("%s %d %s%s", m[1], n, m[3], s[len(m[0]):])
	}
	var words []string
	for _, w := range strings.Fields(s) {
		if w = strings.TrimSuffix(w, ","); w != "" && w != "г." && w != "года" && w != "в" {
			words = append(words, w)
		}
	}
	s = strings.Join(words, " ")
	for _, l := range layouts {
		if t, err := time.Parse(l, s); err == nil && sane(t) {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

func month(name string) int {
	name = strings.ToLower(name)
	for i := range months {
		if strings.HasPrefix(name, months[i]) || strings.HasPrefix(name, latin[i]) {
			return i + 1
		}
	}
	return 0
}
