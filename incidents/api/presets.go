package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/otklik/otklik/incidents/deadline"
	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/internal/access"
)

// PresetDraft is a preset as a person gives it.
type PresetDraft struct {
	deadline.Preset
	Version int `json:"version" minimum:"0" doc:"Of the one that was edited; 0 for one that the region has not changed or made yet."`
}

// PresetExample is what a preset comes to.
type PresetExample struct {
	At    time.Time    `json:"at"`
	Works bool         `json:"works" doc:"Whether somebody is on shift then."`
	Dues  []ExampleDue `json:"dues" doc:"When each clock would end if it began then; one without an end is missing."`
	Days  []ExampleDay `json:"days" doc:"What is worked on this day and the next ones."`
}

// ExampleDue is the end of one clock.
type ExampleDue struct {
	Clock deadline.Clock `json:"clock"`
	At    time.Time      `json:"at"`
}

// ExampleDay is what is worked on one day.
type ExampleDay struct {
	Date   string           `json:"date" doc:"As 2026-11-24."`
	Shifts []deadline.Shift `json:"shifts" doc:"Minutes from midnight of the region; none: nothing is worked."`
	Off    deadline.Off     `json:"off,omitempty" doc:"weekend, holiday, or short before a holiday."`
}

// registerPresets: the sets of deadlines that rules and routes name.
func (s *server) registerPresets() {
	handle(s, route{method: http.MethodGet, path: "/presets/{region}", id: "list-presets", summary: "A region's presets of deadlines", action: access.SeeIncidents},
		func(ctx context.Context, who access.Person, in *RegionPath) (*body[List[store.RegionPreset]], error) {
			ps, err := s.Desk.Presets(ctx, who, in.Region)
			if err != nil {
				return nil, err
			}
			return listOf(ps, ""), nil
		})
	handle(s, route{method: http.MethodPut, path: "/presets/{region}", id: "put-preset", summary: "Change a preset of a region, or add one", action: access.EditRules},
		func(ctx context.Context, who access.Person, in *struct {
			RegionPath
			Body PresetDraft
		}) (*body[store.RegionPreset], error) {
			p, err := s.Desk.PutPreset(ctx, who, in.Region, in.Body.Version, in.Body.Preset)
			if err != nil {
				return nil, err
			}
			return reply(p), nil
		})
	handle(s, route{method: http.MethodDelete, path: "/presets/{region}/{name}", id: "delete-preset", summary: "Remove a preset of a region",
		about: "One that an installation begins with gets its own figures again.", action: access.EditRules, status: http.StatusNoContent},
		func(ctx context.Context, who access.Person, in *struct {
			RegionPath
			Name    string `path:"name" maxLength:"40"`
			Version int    `query:"version" required:"true" minimum:"1"`
		}) (*nothing, error) {
			return nil, s.Desk.DeletePreset(ctx, who, in.Region, in.Name, in.Version)
		})
	handle(s, route{method: http.MethodPost, path: "/presets/{region}/example", id: "example-preset", summary: "When would the clocks of a preset end",
		about: "As if something came at a moment and was given to an agency at once. The preset need not be saved.", action: access.SeeIncidents},
		func(ctx context.Context, who access.Person, in *struct {
			RegionPath
			Body struct {
				Clocks map[deadline.Clock]deadline.Budget `json:"clocks"`
				Agency int64                              `json:"agency,omitempty" doc:"Whose shifts count; missing: office hours."`
				At     *time.Time                         `json:"at,omitempty" doc:"Missing: now."`
			}
		}) (*body[PresetExample], error) {
			at := s.Now()
			if in.Body.At != nil {
				at = *in.Body.At
			}
			x, err := s.Desk.ExamplePreset(ctx, who, in.Region, in.Body.Clocks, in.Body.Agency, at)
			if err != nil {
				return nil, err
			}
			return reply(PresetExample{At: x.At, Works: x.Works,
				Dues: mapped(x.Dues, func(d deadline.Due) ExampleDue { return ExampleDue{Clock: d.Clock, At: d.At} }),
				Days: mapped(x.Days, func(d deadline.Day) ExampleDay {
					return ExampleDay{Date: fmt.Sprintf("%04d-%02d-%02d", d.Date.Year, d.Date.Month, d.Date.Day), Shifts: d.Shifts, Off: d.Off}
				})}), nil
		})
}
