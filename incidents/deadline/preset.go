// Package deadline counts working time: production calendars, shifts, zones,
// and the clocks of an incident. It is pure; the clock is an argument.
package deadline

import (
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/otklik/otklik/internal/fault"
)

// Clock names one of an incident's clocks.
type Clock string

const (
	Route  Clock = "route"  // until it is at an agency
	React  Clock = "react"  // until the agency accepts it
	Answer Clock = "answer" // until the answer is published
	Cap    Clock = "cap"    // whatever else: until it is answered
	Final  Clock = "final"  // from an interim answer to the final one
)

// Clocks are all of them.
func Clocks() []Clock { return []Clock{Route, React, Answer, Cap, Final} }

// Unit says what a budget is counted in.
type Unit string

const (
	Wall        Unit = "wall"         // minutes of the clock on the wall
	Working     Unit = "working"      // minutes of shifts
	WorkingDays Unit = "working_days" // whole working days, until the end of the shift of the last
)

// Start says from which moment of an incident a clock runs.
type Start string

const (
	Published  Start = "published"  // the first post
	Detected   Start = "detected"   // read by the crawler
	Registered Start = "registered" // opened, or reopened
	AssignedAt Start = "assigned"   // given to the agency
	Entered    Start = "entered"    // came into its present state
)

// Budget is how much time a clock gives.
type Budget struct {
	Amount int   `json:"amount"` // minutes, or days for WorkingDays
	Unit   Unit  `json:"unit"`
	From   Start `json:"from"`
}

// Preset is a set of budgets that a centre chooses by name and can change. A
// clock that is missing does not run.
type Preset struct {
	Name   string           `json:"name"`
	Title  string           `json:"title"` // shown to people
	Clocks map[Clock]Budget `json:"clocks"`
}

// Presets are what an installation begins with. The figures come from the
// published regulations of regional centres: route within 60 min and 24 h in
// all (Yaroslavl), answer in 9 working hours, 4 for raised importance, interim
// to final within 7 working days (Sevastopol and Crimea, 2020), first reaction
// in 1–3 h (Bashkortostan 2025).
func Presets() []Preset {
	make := func(name, title string, react, answer Budget) Preset {
		return Preset{Name: name, Title: title, Clocks: map[Clock]Budget{
			Route:  {60, Working, Entered},
			React:  react,
			Answer: answer,
			Cap:    {24 * 60, Wall, Registered},
			Final:  {7, WorkingDays, Entered},
		}}
	}
	hours := func(n int) Budget { return Budget{n * 60, Working, AssignedAt} }
	return []Preset{
		make("standard", "Обычный: ответ за 9 рабочих часов", hours(3), hours(9)),
		make("raised", "Повышенной важности: ответ за 4 рабочих часа", hours(3), hours(4)),
		make("critical", "Критический: реакция за час круглосуточно, ответ за 4 рабочих часа", Budget{60, Wall, AssignedAt}, hours(4)),
	}
}

// BuiltIn says whether an installation begins with a preset of this name.
func BuiltIn(name string) bool {
	return slices.ContainsFunc(Presets(), func(p Preset) bool { return p.Name == name })
}

var presetName = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,39}$`)

// Check says which fields of a preset are wrong.
func (p Preset) Check() error {
	var fs []fault.Field
	bad := func(path, format string, args ...any) {
		fs = append(fs, fault.Field{Path: path, Message: fmt.Sprintf(format, args...)})
	}
	if !presetName.MatchString(p.Name) {
		bad("name", "use a small Latin letter followed by letters, digits, - and _; at most 40")
	}
	if p.Title == "" || len(p.Title) > 400 {
		bad("title", "say in 1–400 bytes what the preset is for")
	}
	known := map[Clock]bool{}
	for _, c := range Clocks() {
		known[c] = true
	}
	for c, b := range p.Clocks {
		path := "clocks." + string(c)
		most := map[Unit]int{Wall: 366 * 24 * 60, Working: 366 * 24 * 60, WorkingDays: 366}[b.Unit]
		switch {
		case !known[c]:
			bad(path, "no such clock; there are route, react, answer, cap, final")
		case most == 0:
			bad(path+".unit", "use wall, working or working_days")
		case b.Amount < 1 || b.Amount > most:
			bad(path+".amount", "use 1…%d", most)
		}
		switch b.From {
		case Published, Detected, Registered, AssignedAt, Entered:
		default:
			bad(path+".from", "use published, detected, registered, assigned or entered")
		}
	}
	return fault.Fields(fs...)
}

// Moments are the times of an incident from which clocks may run. A zero one
// has not come; a clock from it runs from Registered.
type Moments struct {
	Published, Detected, Registered, Assigned, Entered time.Time
}

func (m Moments) at(s Start) time.Time {
	t := map[Start]time.Time{Published: m.Published, Detected: m.Detected, Registered: m.Registered, AssignedAt: m.Assigned, Entered: m.Entered}[s]
	if t.IsZero() {
		return m.Registered
	}
	return t
}
