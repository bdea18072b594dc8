package deadline

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/fault"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	l, err := time.LoadLocation(name)
	require.NoError(t, err)
	return l
}

// The norms are those of the published production calendars: 247 working days
// and 1,972 hours of a 40-hour week in both years, that is, four short days.
func TestProductionMatchesThePublishedNorms(t *testing.T) {
	p := Russia()
	for _, year := range []int{2025, 2026} {
		days, short := 0, 0
		var shorts []string
		for d := (Date{year, time.January, 1}); d.Year == year; d = d.add(1) {
			works, _, s := p.Day(d)
			if works {
				days++
				if s {
					short++
					shorts = append(shorts, fmt.Sprintf("%02d-%02d", d.Month, d.Day))
				}
			}
		}
		require.Equal(t, 247, days, year)
		require.Equal(t, 1972, days*8-short, "hours of %d", year)
		want := map[int][]string{2025: {"03-07", "04-30", "06-11", "11-01"}, 2026: {"04-30", "05-08", "06-11", "11-03"}}
		require.Equal(t, want[year], shorts)
		require.True(t, p.Known(year))
	}
	require.False(t, p.Known(2027))
}

func TestProductionDays(t *testing.T) {
	off := []string{
		"2025-01-08", "2025-05-02", "2025-05-08", "2025-06-13", "2025-11-03", "2025-11-04", "2025-12-31",
		"2026-01-09", "2026-02-23", "2026-03-09", "2026-05-11", "2026-06-12", "2026-11-04", "2026-12-31",
		"2027-01-08", "2027-06-14", // the Labour Code alone: 12 June 2027 is a Saturday
	}
	on := []string{"2025-01-09", "2025-02-24", "2025-03-10", "2025-11-01", "2025-12-30", "2026-01-12", "2026-05-12", "2026-11-05", "2027-06-15"}
	check := func(s string, want bool) {
		d, err := time.Parse("2006-01-02", s)
		require.NoError(t, err)
		works, as, _ := Russia().Day(DateOf(d))
		require.Equal(t, want, works, s)
		if s == "2025-11-01" {
			require.Equal(t, time.Monday, as, "the moved Saturday works Monday's shift")
		}
	}
	for _, s := range off {
		check(s, false)
	}
	for _, s := range on {
		check(s, true)
	}
}

func TestExampleOfAPreset(t *testing.T) {
	c := New(zone(t, "Asia/Vladivostok"))
	at := time.Date(2026, time.November, 3, 16, 30, 0, 0, c.Zone) // a short day before a holiday
	p := Preset{Name: "p", Title: "p", Clocks: map[Clock]Budget{
		Answer: {9 * 60, Working, AssignedAt}, React: {60, Wall, AssignedAt}, Final: {1, WorkingDays, Entered}}}
	dues, err := c.Example(p, at)
	require.NoError(t, err)
	got := map[Clock]string{}
	for _, d := range dues {
		got[d.Clock] = d.At.In(c.Zone).Format("01-02 15:04")
	}
	require.Equal(t, map[Clock]string{React: "11-03 17:30", Answer: "11-05 17:30", Final: "11-05 18:00"}, got)
	require.Equal(t, []Clock{React, Answer, Final}, []Clock{dues[0].Clock, dues[1].Clock, dues[2].Clock})

	c.Shifts = Shifts{time.Monday: {}}
	dues, err = c.Example(p, at)
	require.NoError(t, err)
	require.Len(t, dues, 1, "clocks that never end are left out")
}

func TestDaysToCome(t *testing.T) {
	c := New(zone(t, "Asia/Vladivostok"))
	days := c.Days(time.Date(2026, time.November, 2, 23, 0, 0, 0, c.Zone), 6)
	nine := func(to int) []Shift { return []Shift{{9 * 60, to * 60}} }
	want := []Day{
		{Date{2026, 11, 2}, nine(18), ""}, {Date{2026, 11, 3}, nine(17), Short}, {Date{2026, 11, 4}, []Shift{}, Holiday},
		{Date{2026, 11, 5}, nine(18), ""}, {Date{2026, 11, 6}, nine(18), ""}, {Date{2026, 11, 7}, []Shift{}, Weekend},
	}
	require.Equal(t, want, days)
	require.Equal(t, Holiday, c.Days(time.Date(2026, time.January, 9, 9, 0, 0, 0, c.Zone), 1)[0].Off, "moved by decree")

	// Whoever works on all days has none that are unlike others.
	all := Shifts{}
	for d := time.Sunday; d <= time.Saturday; d++ {
		all[d] = []Shift{{0, 24 * 60}}
	}
	c.Shifts = all
	for _, d := range c.Days(time.Date(2026, time.November, 2, 0, 0, 0, 0, c.Zone), 7) {
		require.Equal(t, Day{d.Date, []Shift{{0, 24 * 60}}, ""}, d)
	}
}

func TestDue(t *testing.T) {
	const (
		msk = "Europe/Moscow"
		kgd = "Europe/Kaliningrad"
		vvo = "Asia/Vladivostok"
	)
	h := func(n int) Budget { return Budget{Amount: n * 60, Unit: Working} }
	days := func(n int) Budget { return Budget{Amount: n, Unit: WorkingDays} }
	cases := []struct {
		name, zone, start string
		b                 Budget
		want              string
	}{
		{"within a day", msk, "2026-11-24 10:00", h(3), "2026-11-24 13:00"},
		{"to the very end of the shift", msk, "2026-11-24 15:00", h(3), "2026-11-24 18:00"},
		{"over a night", msk, "2026-11-24 16:30", h(3), "2026-11-25 10:30"},
		{"begins at night", msk, "2026-11-24 02:00", h(1), "2026-11-24 10:00"},
		{"begins after the shift", msk, "2026-11-24 21:15", h(1), "2026-11-25 10:00"},
		{"over a weekend", msk, "2026-11-20 17:00", h(9), "2026-11-23 17:00"},
		{"begins on Sunday", msk, "2026-11-22 12:00", h(4), "2026-11-23 13:00"},
		{"over New Year", msk, "2026-12-30 17:00", h(2), "2027-01-11 10:00"},
		{"over New Year 2026", msk, "2025-12-30 16:00", h(3), "2026-01-12 10:00"},
		{"the day before a holiday is an hour shorter", msk, "2026-11-03 16:00", h(2), "2026-11-05 10:00"},
		{"a short Friday before a Saturday holiday", msk, "2026-05-08 16:00", h(2), "2026-05-12 10:00"},
		{"the moved Saturday is worked, and is short", msk, "2025-11-01 16:30", h(1), "2025-11-05 09:30"},
		{"into the moved Saturday", msk, "2025-10-31 17:30", h(1), "2025-11-01 09:30"},
		{"Vladivostok has its own morning", vvo, "2026-11-24 08:00", h(1), "2026-11-24 10:00"},
		{"Kaliningrad has its own morning", kgd, "2026-11-24 08:00", h(1), "2026-11-24 10:00"},
		{"no summer time: last Sunday of March", msk, "2026-03-27 17:00", h(2), "2026-03-30 10:00"},
		{"no winter time: last Sunday of October", msk, "2026-10-23 17:00", h(2), "2026-10-26 10:00"},
		{"seven working days end with the shift", msk, "2026-11-24 10:00", days(7), "2026-12-03 18:00"},
		{"seven working days over a holiday", msk, "2026-10-30 10:00", days(7), "2026-11-11 18:00"},
		{"working days end short before a holiday", msk, "2026-11-02 23:00", days(1), "2026-11-03 17:00"},
		{"wall time knows no nights", msk, "2026-11-20 23:30", Budget{24 * 60, Wall, ""}, "2026-11-21 23:30"},
		{"a year without a decree", msk, "2027-06-11 16:00", h(3), "2027-06-15 11:00"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			z := zone(t, c.zone)
			start, err := time.ParseInLocation("2006-01-02 15:04", c.start, z)
			require.NoError(t, err)
			got, err := New(z).Due(start.UTC(), c.b)
			require.NoError(t, err)
			require.Equal(t, c.want, got.In(z).Format("2006-01-02 15:04"))
		})
	}
}

func TestOneMomentIsTwoMornings(t *testing.T) {
	// 00:00 UTC is 10:00 in Vladivostok and 02:00 in Kaliningrad.
	at := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	b := Budget{Amount: 60, Unit: Working}
	v, err := New(zone(t, "Asia/Vladivostok")).Due(at, b)
	require.NoError(t, err)
	k, err := New(zone(t, "Europe/Kaliningrad")).Due(at, b)
	require.NoError(t, err)
	require.Equal(t, at.Add(time.Hour), v)
	require.Equal(t, at.Add(8*time.Hour), k)
}

func TestAfterAndBetweenAgree(t *testing.T) {
	c := New(zone(t, "Asia/Yekaterinburg"))
	start := time.Date(2025, 10, 29, 3, 7, 0, 0, time.UTC)
	for m := range 200 {
		want := time.Duration(m*17) * time.Minute
		at, err := c.After(start, want)
		require.NoError(t, err)
		require.Equal(t, want, c.Between(start, at), "after %s", want)
		require.False(t, at.Before(start))
	}
}

func TestSplitShifts(t *testing.T) {
	z := zone(t, "Europe/Moscow")
	c := New(z)
	c.Shifts = Shifts{time.Tuesday: {{9 * 60, 12 * 60}, {13 * 60, 17 * 60}}}
	require.NoError(t, c.Shifts.Check())
	at, err := c.Due(time.Date(2026, 11, 24, 11, 0, 0, 0, z), Budget{Amount: 120, Unit: Working})
	require.NoError(t, err)
	require.Equal(t, "14:00", at.In(z).Format("15:04"))
	for _, bad := range []Shifts{{}, {time.Monday: nil}, {9: {{1, 2}}}, {time.Monday: {{600, 500}}}, {time.Monday: {{0, 1441}}}, {time.Monday: {{0, 60}, {30, 90}}}} {
		require.Error(t, bad.Check())
	}
	c.Shifts = Shifts{}
	_, err = c.Due(time.Date(2026, 11, 24, 11, 0, 0, 0, z), Budget{Amount: 1, Unit: Working})
	require.ErrorIs(t, err, ErrNever)
	_, err = c.Due(time.Date(2026, 11, 24, 11, 0, 0, 0, z), Budget{Amount: 1, Unit: WorkingDays})
	require.ErrorIs(t, err, ErrNever)
}

// The calendar's days off are those of offices: an emergency service works.
func TestShiftsOutsideOfficeDays(t *testing.T) {
	z := zone(t, "Europe/Moscow")
	all, weekend := Shifts{}, Shifts{time.Saturday: {{10 * 60, 16 * 60}}, time.Sunday: {{10 * 60, 16 * 60}}}
	for d := time.Sunday; d <= time.Saturday; d++ {
		all[d] = []Shift{{0, 24 * 60}}
	}
	six := OfficeHours()
	six[time.Saturday] = []Shift{{9 * 60, 14 * 60}}
	for _, c := range []struct {
		name   string
		shifts Shifts
		start  string
		hours  int
		want   string
	}{
		{"round the clock knows no night", all, "2026-11-20 23:30", 2, "2026-11-21 01:30"},
		{"round the clock knows no holiday", all, "2026-12-31 23:00", 3, "2027-01-01 02:00"},
		{"round the clock knows no short day", all, "2026-11-03 20:00", 5, "2026-11-04 01:00"},
		{"a shift on Saturday is worked", six, "2026-11-20 17:00", 3, "2026-11-21 11:00"},
		{"but not on a holiday", six, "2026-06-11 16:00", 2, "2026-06-13 10:00"}, // Friday the 12th is one, Saturday is not
		{"only weekends", weekend, "2026-11-24 10:00", 8, "2026-11-29 12:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			start, err := time.ParseInLocation("2006-01-02 15:04", c.start, z)
			require.NoError(t, err)
			require.NoError(t, c.shifts.Check())
			cal := Calendar{Zone: z, Shifts: c.shifts, Production: Russia()}
			got, err := cal.Due(start, Budget{Amount: c.hours * 60, Unit: Working})
			require.NoError(t, err)
			require.Equal(t, c.want, got.In(z).Format("2006-01-02 15:04"))
		})
	}
}

// Budgets are checked, shifts are checked, and yet one minute a week is not
// enough for a year of work: what can't be counted does not run.
func TestAClockThatWouldNeverEndIsNone(t *testing.T) {
	c := New(zone(t, "Europe/Moscow"))
	c.Shifts = Shifts{time.Monday: {{0, 1}}}
	p := Preset{Name: "x", Title: "x", Clocks: map[Clock]Budget{Answer: {366 * 24 * 60, Working, AssignedAt}, Cap: {60, Wall, Registered}}}
	require.NoError(t, p.Check())
	now := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	d, ok, err := c.Next(p, Moments{Registered: now}, []Clock{Answer, Cap})
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, Due{At: now.Add(time.Hour), Clock: Cap, From: now, Unit: Wall}, d)
	_, ok, err = c.Next(p, Moments{Registered: now}, []Clock{Answer})
	require.NoError(t, err)
	require.False(t, ok)
}

func TestWarningsComeInShifts(t *testing.T) {
	z := zone(t, "Europe/Moscow")
	c := New(z)
	at := func(s string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04", s, z)
		require.NoError(t, err)
		return v
	}
	cases := []struct {
		name, start, due string
		unit             Unit
		percent          int
		want             string
	}{
		{"half of a working day", "2026-11-24 09:00", "2026-11-24 18:00", Working, 50, "2026-11-24 13:30"},
		{"the end of a shift is not on shift: the next morning", "2026-11-24 16:00", "2026-11-25 11:00", Working, 50, "2026-11-25 09:00"},
		{"wall time at night waits for the morning", "2026-11-24 16:00", "2026-11-25 16:00", Wall, 50, "2026-11-25 09:00"},
		{"wall time on a weekend comes before it", "2026-11-20 17:00", "2026-11-21 17:00", Wall, 50, "2026-11-20 17:59"},
		{"a clock within one night", "2026-11-24 22:00", "2026-11-24 23:00", Wall, 50, "2026-11-24 22:30"},
	}
	for _, x := range cases {
		t.Run(x.name, func(t *testing.T) {
			got, err := c.Warning(at(x.start), at(x.due), x.unit, x.percent)
			require.NoError(t, err)
			require.Equal(t, x.want, got.In(z).Format("2006-01-02 15:04"))
		})
	}
}

func TestNextIsTheFirstClockToEnd(t *testing.T) {
	z := zone(t, "Europe/Moscow")
	c := New(z)
	presets := map[string]Preset{}
	for _, p := range Presets() {
		require.NoError(t, p.Check())
		presets[p.Name] = p
	}
	friday := time.Date(2026, 11, 20, 16, 0, 0, 0, z)
	m := Moments{Registered: friday, Assigned: friday.Add(time.Hour), Entered: friday.Add(time.Hour)}

	d, ok, err := c.Next(presets["standard"], m, []Clock{Answer, Cap})
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, Cap, d.Clock, "24 h of wall time end on Saturday, 9 working hours on Monday")
	require.Equal(t, friday.Add(24*time.Hour).UTC(), d.At)

	tuesday := time.Date(2026, 11, 24, 9, 0, 0, 0, z)
	m = Moments{Registered: tuesday, Assigned: tuesday}
	d, _, err = c.Next(presets["standard"], m, []Clock{Answer, Cap})
	require.NoError(t, err)
	require.Equal(t, Answer, d.Clock)
	require.Equal(t, tuesday.Add(9*time.Hour).UTC(), d.At)
	d, _, err = c.Next(presets["raised"], m, []Clock{Answer, Cap})
	require.NoError(t, err)
	require.Equal(t, tuesday.Add(4*time.Hour).UTC(), d.At)
	d, _, err = c.Next(presets["critical"], m, []Clock{React, Answer, Cap})
	require.NoError(t, err)
	require.Equal(t, Due{At: tuesday.Add(time.Hour).UTC(), Clock: React, From: tuesday, Unit: Wall}, d)

	_, ok, err = c.Next(presets["standard"], m, nil)
	require.NoError(t, err)
	require.False(t, ok)
	_, ok, err = c.Next(Preset{Name: "none"}, m, Clocks())
	require.NoError(t, err)
	require.False(t, ok, "a clock without a budget does not run")
}

func TestPresetCheckNamesEveryBadField(t *testing.T) {
	err := Preset{Name: "Плохо", Clocks: map[Clock]Budget{
		"nap": {1, Wall, Entered}, Cap: {0, Wall, Entered}, Route: {5, "moons", Entered}, React: {5, Wall, "birth"},
	}}.Check()
	require.Equal(t, fault.Invalid, fault.KindOf(err))
	for _, path := range []string{"name", "title", "clocks.nap", "clocks.cap.amount", "clocks.route.unit", "clocks.react.from"} {
		require.ErrorContains(t, err, path+":")
	}
}
