package deadline

import "time"

// Date is a day without a zone.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf gives the day of a moment in the moment's own zone.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

func (d Date) utc() time.Time        { return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC) }
func (d Date) weekday() time.Weekday { return d.utc().Weekday() }
func (d Date) add(days int) Date     { return DateOf(d.utc().AddDate(0, 0, days)) }

// Year is what a government decree makes of one year.
type Year struct {
	// Off are days off that the Labour Code alone would not give.
	Off []Date
	// On are weekend days that were made working ones, each with the weekday
	// whose shift is worked.
	On map[Date]time.Weekday
	// Unmoved are holidays on a weekend whose day off the decree gives
	// elsewhere, so that the next working day stays a working one.
	Unmoved []Date
}

// Production is a production calendar: the rules of articles 95 and 112 of the
// Labour Code of the Russian Federation and the decrees by year.
//
// A year that is not in it follows the Labour Code alone: the days off of
// article 112 are known for any year, what the government moves is not. Such a
// year is usable and may differ from the decree by a few days; Known tells.
// When a decree comes out, its year is added here and open deadlines follow at
// the incident's next event.
type Production map[int]Year

// Known says whether the decree of a year is in the calendar.
func (p Production) Known(year int) bool {
	_, ok := p[year]
	return ok
}

// Russia is the production calendar of the five-day week.
//
// Sources: decree of the Government of the Russian Federation no. 1335 of
// 4 October 2024 (2025) and no. 1466 of 24 September 2025 (2026). The decree
// for 2027 was not known to us when this was written, so 2027 is not here.
func Russia() Production {
	day := func(y int, m time.Month, d int) Date { return Date{y, m, d} }
	return Production{
		2025: {
			Off: []Date{
				day(2025, time.May, 2),       // from Saturday 4 January
				day(2025, time.December, 31), // from Sunday 5 January
				day(2025, time.May, 8),       // from Sunday 23 February
				day(2025, time.June, 13),     // from Saturday 8 March
				day(2025, time.November, 3),  // from Saturday 1 November
			},
			On:      map[Date]time.Weekday{day(2025, time.November, 1): time.Monday},
			Unmoved: []Date{day(2025, time.February, 23), day(2025, time.March, 8)},
		},
		2026: {
			Off: []Date{
				day(2026, time.January, 9),   // from Saturday 3 January
				day(2026, time.December, 31), // from Sunday 4 January
			},
		},
	}
}

// holiday says whether article 112 makes the day a non-working holiday.
func holiday(d Date) bool {
	switch d.Month {
	case time.January:
		return d.Day <= 8
	case time.February:
		return d.Day == 23
	case time.March:
		return d.Day == 8
	case time.May:
		return d.Day == 1 || d.Day == 9
	case time.June:
		return d.Day == 12
	case time.November:
		return d.Day == 4
	}
	return false
}

// Day says whether a day is worked, as which weekday, and whether it is an
// hour shorter because a holiday follows (article 95).
func (p Production) Day(d Date) (works bool, as time.Weekday, short bool) {
	y := p[d.Year]
	as = d.weekday()
	if on, ok := y.On[d]; ok {
		// A moved day precedes the holiday across the days off between.
		next := d.add(1)
		for i := 0; i < 5 && !holiday(next) && p.off(next); i++ {
			next = next.add(1)
		}
		return true, on, holiday(next)
	}
	if p.off(d) {
		return false, as, false
	}
	return true, as, holiday(d.add(1))
}

func (p Production) off(d Date) bool {
	y := p[d.Year]
	if _, on := y.On[d]; on {
		return false
	}
	if holiday(d) || weekend(d) {
		return true
	}
	for _, o := range y.Off {
		if o == d {
			return true
		}
	}
	// A holiday on a weekend moves its day off to the next working day
	// (article 112), except those of January, which the government moves.
	for back := 1; back <= 3; back++ {
		h := d.add(-back)
		if !holiday(h) && !weekend(h) {
			break
		}
		if holiday(h) && weekend(h) && h.Month != time.January && !y.unmoved(h) {
			return true
		}
	}
	return false
}

func (y Year) unmoved(d Date) bool {
	for _, u := range y.Unmoved {
		if u == d {
			return true
		}
	}
	return false
}

func weekend(d Date) bool {
	w := d.weekday()
	return w == time.Saturday || w == time.Sunday
}
