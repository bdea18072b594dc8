package search

import "time"

// MaxSteps is how many steps a histogram has at most. Of a longer one the
// newest are given, and Breakdown.Reached is where the oldest of them begins.
const MaxSteps = 10_000

// Begin gives the first moment of the step that t is in. A day begins where
// its date does, even where its clock doesn't show midnight.
func (i Interval) Begin(t time.Time, loc *time.Location) time.Time {
	t = t.In(loc)
	y, m, d := t.Date()
	switch i {
	case Hour:
		_, offset := t.Zone()
		local := t.Unix() + int64(offset)
		return time.Unix(local-(local%3600+3600)%3600-int64(offset), 0).In(loc)
	case Month:
		return midnight(y, m, 1, loc)
	}
	return midnight(y, m, d, loc)
}

// Next gives the first moment of the step after the one that begins at begin.
func (i Interval) Next(begin time.Time, loc *time.Location) time.Time {
	begin = begin.In(loc)
	y, m, d := begin.Date()
	switch i {
	case Hour:
		return i.Begin(begin.Add(time.Hour), loc)
	case Month:
		return midnight(y, m+1, 1, loc)
	}
	return midnight(y, m, d+1, loc)
}

// midnight is the first moment of a date. Where the clock is changed at
// midnight, time.Date may be off by the change, either way.
func midnight(y int, m time.Month, d int, loc *time.Location) time.Time {
	y, m, d = time.Date(y, m, d, 12, 0, 0, 0, time.UTC).Date()
	t := time.Date(y, m, d, 0, 0, 0, 0, loc)
	in := func(t time.Time) bool { ty, tm, td := t.Date(); return ty == y && tm == m && td == d }
	const quarter, most = 15 * time.Minute, 24 * 4
	for range most {
		if in(t) {
			break
		}
		t = t.Add(quarter)
	}
	for range most {
		if !in(t.Add(-quarter)) {
			break
		}
		t = t.Add(-quarter)
	}
	return t
}
