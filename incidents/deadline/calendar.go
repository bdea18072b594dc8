package deadline

import (
	"errors"
	"fmt"
	"time"
)

// Shift is a part of a day that is worked: minutes from midnight, half open.
type Shift struct {
	From int `json:"from"`
	To   int `json:"to"`
}

// Shifts are what is worked on each weekday, in order, not overlapping.
type Shifts map[time.Weekday][]Shift

// OfficeHours are 9:00–18:00 from Monday to Friday: the duty shift of a
// centre, without a break, so that "9 working hours" are one day.
func OfficeHours() Shifts {
	s := Shifts{}
	for d := time.Monday; d <= time.Friday; d++ {
		s[d] = []Shift{{9 * 60, 18 * 60}}
	}
	return s
}

// Calendar is when somebody works: a zone, shifts, and the days of a country.
type Calendar struct {
	Zone       *time.Location
	Shifts     Shifts
	Production Production
}

// New is the calendar of office hours in a zone.
func New(zone *time.Location) Calendar {
	return Calendar{Zone: zone, Shifts: OfficeHours(), Production: Russia()}
}

// shortBy is how much shorter the day before a holiday is (Labour Code, article 95).
const shortBy = 60

// horizon bounds every search for working time, in days.
const horizon = 2000

// ErrNever says that a calendar has no working time to count.
var ErrNever = errors.New("the calendar has no working time within five years")

type span struct{ from, to time.Time }

// spans gives what is worked on a day. The calendar's days off are those of
// offices. A shift on a Saturday or Sunday is worked all the same, unless the
// day is a holiday; who has shifts on all seven days works without days off and
// without short ones (Labour Code, articles 95, 111 and 113).
func (c Calendar) spans(d Date) []span {
	works, as, short := c.Production.Day(d)
	switch {
	case c.Shifts.everyDay():
		as, short = d.weekday(), false
	case works:
	case holiday(d) || !weekend(d):
		return nil
	}
	shifts := c.Shifts[as]
	out := make([]span, 0, len(shifts))
	for i, s := range shifts {
		to := s.To
		if short && i == len(shifts)-1 {
			to -= shortBy
		}
		if to <= s.From {
			continue
		}
		at := func(min int) time.Time { return time.Date(d.Year, d.Month, d.Day, 0, min, 0, 0, c.Zone) }
		out = append(out, span{at(s.From), at(to)})
	}
	return out
}

// Due gives the moment when a budget that runs from start is used up.
//
// Wall is time on the wall. Working counts the minutes of shifts; a start
// outside them begins with the next shift. WorkingDays counts whole working
// days after the day of start and ends with the last one's last shift.
func (c Calendar) Due(start time.Time, b Budget) (time.Time, error) {
	switch b.Unit {
	case Wall:
		return start.Add(time.Duration(b.Amount) * time.Minute).UTC(), nil
	case Working:
		return c.After(start, time.Duration(b.Amount)*time.Minute)
	case WorkingDays:
		d, left := DateOf(start.In(c.Zone)), b.Amount
		for range horizon {
			d = d.add(1)
			if ss := c.spans(d); len(ss) > 0 {
				if left--; left <= 0 {
					return ss[len(ss)-1].to.UTC(), nil
				}
			}
		}
		return time.Time{}, ErrNever
	}
	return time.Time{}, fmt.Errorf("unit %q is unknown", b.Unit)
}

// After gives the moment when an amount of working time has passed since start.
func (c Calendar) After(start time.Time, left time.Duration) (time.Time, error) {
	d := DateOf(start.In(c.Zone))
	for range horizon {
		for _, s := range c.spans(d) {
			from := s.from
			if start.After(from) {
				from = start
			}
			if !from.Before(s.to) {
				continue
			}
			if have := s.to.Sub(from); have < left {
				left -= have
				continue
			}
			return from.Add(left).UTC(), nil
		}
		d = d.add(1)
	}
	return time.Time{}, ErrNever
}

// Between is the working time from one moment to a later one.
func (c Calendar) Between(from, to time.Time) time.Duration {
	var sum time.Duration
	last := DateOf(to.In(c.Zone))
	d := DateOf(from.In(c.Zone))
	for range horizon {
		if d.utc().After(last.utc()) {
			break
		}
		for _, s := range c.spans(d) {
			a, b := s.from, s.to
			if from.After(a) {
				a = from
			}
			if to.Before(b) {
				b = to
			}
			if b.After(a) {
				sum += b.Sub(a)
			}
		}
		d = d.add(1)
	}
	return sum
}

// Works says whether somebody is on shift.
func (c Calendar) Works(t time.Time) bool {
	for _, s := range c.spans(DateOf(t.In(c.Zone))) {
		if !t.Before(s.from) && t.Before(s.to) {
			return true
		}
	}
	return false
}

// OnShift gives t when somebody is on shift then, else the beginning of the
// next shift.
func (c Calendar) OnShift(t time.Time) (time.Time, error) { return c.After(t, 0) }

// lastShiftEnd gives the newest end of a shift in (after, t]; zero if there is none.
func (c Calendar) lastShiftEnd(after, t time.Time) time.Time {
	d := DateOf(t.In(c.Zone))
	for range horizon {
		ss := c.spans(d)
		for i := len(ss) - 1; i >= 0; i-- {
			if e := ss[i].to; !e.After(t) {
				if e.After(after) {
					return e.UTC()
				}
				return time.Time{}
			}
		}
		if d.utc().Before(DateOf(after.In(c.Zone)).utc()) {
			break
		}
		d = d.add(-1)
	}
	return time.Time{}
}

// Warning gives the moment when a part (per cent) of a clock's time is over.
// It never falls outside shifts where that can be helped: it waits for the
// next shift, and where that would be too late it comes at the end of the last
// shift before, a little early (wall clocks over a night or a weekend).
func (c Calendar) Warning(start, due time.Time, unit Unit, percent int) (time.Time, error) {
	var at time.Time
	if unit == Wall {
		at = start.Add(due.Sub(start) * time.Duration(percent) / 100)
	} else {
		part := c.Between(start, due) * time.Duration(percent) / 100
		t, err := c.After(start, part)
		if err != nil {
			return time.Time{}, err
		}
		at = t
	}
	at = at.UTC()
	if c.Works(at) {
		return at, nil
	}
	next, err := c.OnShift(at)
	if err != nil {
		return time.Time{}, err
	}
	if next.Before(due) {
		return next, nil
	}
	if e := c.lastShiftEnd(start, at); !e.IsZero() {
		return e.Add(-time.Minute), nil
	}
	return at, nil // started and ends within one night: nobody is on shift at all
}

// Due is when the first of an incident's running clocks ends.
type Due struct {
	At    time.Time
	Clock Clock
	From  time.Time
	Unit  Unit
}

// Next gives the running clock that ends first; ok is false when none of them
// has a budget. A clock that would not end within the calendar's horizon, for
// want of working time, is none.
func (c Calendar) Next(p Preset, m Moments, running []Clock) (Due, bool, error) {
	var best Due
	for _, clock := range running {
		b, ok := p.Clocks[clock]
		if !ok {
			continue
		}
		from := m.at(b.From)
		at, err := c.Due(from, b)
		if errors.Is(err, ErrNever) {
			continue
		}
		if err != nil {
			return Due{}, false, fmt.Errorf("clock %s: %w", clock, err)
		}
		if best.At.IsZero() || at.Before(best.At) {
			best = Due{At: at, Clock: clock, From: from, Unit: b.Unit}
		}
	}
	return best, !best.At.IsZero(), nil
}

// Example gives when each clock of a preset would end if all began at a moment,
// in the order of Clocks; one that never ends is left out.
func (c Calendar) Example(p Preset, at time.Time) ([]Due, error) {
	dues := []Due{}
	for _, clock := range Clocks() {
		b, ok := p.Clocks[clock]
		if !ok {
			continue
		}
		end, err := c.Due(at, b)
		if errors.Is(err, ErrNever) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("clock %s: %w", clock, err)
		}
		dues = append(dues, Due{At: end, Clock: clock, From: at.UTC(), Unit: b.Unit})
	}
	return dues, nil
}

// Day is what is worked on one day.
type Day struct {
	Date   Date
	Shifts []Shift // as worked: a short day ends earlier
	Off    Off     // why nothing, or less than else, is worked
}

// Off says why a day is not like others.
type Off string

const (
	Weekend Off = "weekend"
	Holiday Off = "holiday" // or a day off that the government moved
	Short   Off = "short"   // an hour shorter before a holiday
)

// Days gives so many days from that of a moment on.
func (c Calendar) Days(from time.Time, n int) []Day {
	days := make([]Day, 0, n)
	for d := DateOf(from.In(c.Zone)); len(days) < n; d = d.add(1) {
		day := Day{Date: d, Shifts: []Shift{}}
		for _, s := range c.spans(d) {
			midnight := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, c.Zone)
			day.Shifts = append(day.Shifts, Shift{int(s.from.Sub(midnight).Minutes()), int(s.to.Sub(midnight).Minutes())})
		}
		works, _, short := c.Production.Day(d)
		switch {
		case len(day.Shifts) > 0 && short && !c.Shifts.everyDay():
			day.Off = Short
		case len(day.Shifts) > 0:
		case !works && (holiday(d) || !weekend(d)):
			day.Off = Holiday
		default:
			day.Off = Weekend
		}
		days = append(days, day)
	}
	return days
}

func (s Shifts) everyDay() bool {
	for d := time.Sunday; d <= time.Saturday; d++ {
		if len(s[d]) == 0 {
			return false
		}
	}
	return true
}

// Check says what is wrong with shifts, nil where they can be worked.
func (s Shifts) Check() error {
	any := false
	for d, shifts := range s {
		if d < time.Sunday || d > time.Saturday {
			return fmt.Errorf("weekday %d is not 0 (Sunday) … 6 (Saturday)", d)
		}
		end := 0
		for _, x := range shifts {
			if x.From < end || x.To <= x.From || x.To > 24*60 {
				return fmt.Errorf("shift %d–%d on weekday %d: minutes from midnight, in order, not overlapping, at most 1440", x.From, x.To, d)
			}
			end, any = x.To, true
		}
	}
	if !any {
		return errors.New("no weekday has a shift")
	}
	return nil
}
