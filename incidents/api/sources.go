package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/crawler/schedule"
	"github.com/otklik/otklik/crawler/source"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
)

// Source is one channel, wall or feed that is read.
type Source struct {
	ID          int64           `json:"id"`
	Network     string          `json:"network"`
	Address     string          `json:"address" doc:"Name of a channel or wall, address of a feed."`
	Source      string          `json:"source,omitempty" doc:"network:owner, as source: of a query takes it; missing before the first reading."`
	Title       string          `json:"title,omitempty"`
	Subscribers *int64          `json:"subscribers,omitempty"`
	Regions     []string        `json:"regions"`
	Visibility  post.Visibility `json:"visibility" doc:"public, partner or sealed."`
	Class       string          `json:"class" doc:"Retention class."`
	Every       string          `json:"every" doc:"Time between two readings: a number and s, m, h or d."`
	Backfill    int             `json:"backfill" doc:"Posts of the past to read at first."`
	Enabled     bool            `json:"enabled"`
	Health      source.Health   `json:"health" doc:"new, ok, gone, blocked, rate_limited, not_understood or unreachable."`
	Detail      string          `json:"detail,omitempty" doc:"What was seen where it is not ok."`
	HealthSince time.Time       `json:"health_since"`
	LastOK      *time.Time      `json:"last_ok" doc:"When it last answered and was understood; null: never."`
	LastRead    *time.Time      `json:"last_read" doc:"When it was last asked; null: never."`
	LastNew     *time.Time      `json:"last_new" doc:"When it last had something new; null: never."`
	NextAt      time.Time       `json:"next_at" doc:"When it is due."`
	Failures    int             `json:"failures" doc:"In a row."`
	Posts       int64           `json:"posts" doc:"Records read in all."`
	CreatedAt   time.Time       `json:"created_at"`
}

// SourceChange is what can be changed of a source.
type SourceChange struct {
	Regions    []string        `json:"regions" doc:"Whose posts they are."`
	Visibility post.Visibility `json:"visibility,omitempty" doc:"public (missing), partner or sealed."`
	Class      string          `json:"class,omitempty" doc:"Retention class; missing: standard."`
	Every      string          `json:"every,omitempty" maxLength:"20" doc:"Time between two readings, from 5s to 7d: a number and s, m, h or d. Missing: the network's polite default."`
	Backfill   int             `json:"backfill,omitempty" doc:"Posts of the past to read at first."`
	Enabled    *bool           `json:"enabled,omitempty" doc:"Missing: true."`
}

// SourceDraft is a new source.
type SourceDraft struct {
	Network string `json:"network" doc:"For example telegram or rss."`
	Address string `json:"address" maxLength:"2000" doc:"Name of a channel or wall, address of a feed."`
	SourceChange
}

func showSource(l Language, v schedule.Source) Source {
	return Source{ID: v.ID, Network: v.Network, Address: v.Address, Source: v.External, Title: v.Title, Subscribers: v.Subscribers,
		Regions: v.Regions, Visibility: v.Visibility, Class: v.Class, Every: writeEvery(v.Every), Backfill: v.Backfill, Enabled: v.Enabled,
		Health: v.Health, Detail: detail(l, v), HealthSince: v.HealthAt, LastOK: v.LastOK, LastRead: v.LastRead, LastNew: v.LastNew,
		NextAt: v.NextAt, Failures: v.Failures, Posts: v.Posts, CreatedAt: v.CreatedAt}
}

// draft gives what the schedule takes of a change. A time that can't be read
// becomes one that the schedule refuses with all else that is wrong.
func (c SourceChange) draft(network, address string) schedule.Draft {
	every, ok := readEvery(c.Every)
	if !ok {
		every = -1
	}
	return schedule.Draft{Network: network, Address: address, Regions: c.Regions, Visibility: c.Visibility, Class: c.Class,
		Every: every, Backfill: c.Backfill, Enabled: c.Enabled == nil || *c.Enabled}
}

// The units of Every, the greatest first.
var units = []struct {
	name byte
	time.Duration
}{{'d', 24 * time.Hour}, {'h', time.Hour}, {'m', time.Minute}, {'s', time.Second}}

// readEvery reads 30s, 5m, 2h or 1d; "" is zero. A number alone is refused:
// nobody could tell its unit.
func readEvery(s string) (time.Duration, bool) {
	if s == "" {
		return 0, true
	}
	n, err := strconv.ParseUint(s[:len(s)-1], 10, 31)
	for _, u := range units {
		if err == nil && n > 0 && s[len(s)-1] == u.name {
			return time.Duration(n) * u.Duration, n <= uint64((1<<62)/u.Duration)
		}
	}
	return 0, false
}

// writeEvery writes whole seconds with the greatest unit that needs no fraction.
func writeEvery(d time.Duration) string {
	for _, u := range units {
		if d > 0 && d%u.Duration == 0 {
			return fmt.Sprintf("%d%c", d/u.Duration, u.name)
		}
	}
	return d.String()
}

// everyFault words what is wrong with the time between two readings as people
// write it: the schedule knows only durations.
func everyFault(ctx context.Context, err error) error {
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != fault.Invalid {
		return err
	}
	fields := slices.Clone(f.Fields)
	for i := range fields {
		if fields[i].Path == "every" {
			fields[i].Message = say(ctx, badEvery)
		}
	}
	return fault.Fields(fields...)
}

func replySource(ctx context.Context, v schedule.Source, err error) (*body[Source], error) {
	if err != nil {
		return nil, everyFault(ctx, err)
	}
	return reply(showSource(lang(ctx), v)), nil
}

func (s *server) registerSources() {
	handle(s, route{method: http.MethodGet, path: "/sources", id: "list-sources", summary: "List sources with their health", action: access.SeePosts},
		func(ctx context.Context, who access.Person, in *struct{ Page }) (*body[List[Source]], error) {
			all, next, err := pageOf(ctx, in.Page, func(v schedule.Source) int64 { return v.ID }, func(after int64, limit int) ([]schedule.Source, error) {
				return s.Sources.List(ctx, who.Scope(), after, limit)
			})
			if err != nil {
				return nil, err
			}
			return listOf(mapped(all, func(v schedule.Source) Source { return showSource(lang(ctx), v) }), next), nil
		})
	handle(s, route{method: http.MethodPost, path: "/sources", id: "create-source", summary: "Add a source",
		about: "It is read at once.", action: access.EditSources, status: http.StatusCreated},
		func(ctx context.Context, who access.Person, in *struct{ Body SourceDraft }) (*body[Source], error) {
			v, err := s.Sources.Add(ctx, who, in.Body.draft(in.Body.Network, in.Body.Address))
			return replySource(ctx, v, err)
		})
	handle(s, route{method: http.MethodGet, path: "/sources/{id}", id: "get-source", summary: "One source", action: access.SeePosts},
		func(ctx context.Context, who access.Person, in *IDPath) (*body[Source], error) {
			v, err := s.Sources.Get(ctx, who.Scope(), in.ID)
			return replySource(ctx, v, err)
		})
	handle(s, route{method: http.MethodPut, path: "/sources/{id}", id: "change-source", summary: "Change a source",
		about: "Its network and address stay. It is read at once.", action: access.EditSources},
		func(ctx context.Context, who access.Person, in *struct {
			IDPath
			Body SourceChange
		}) (*body[Source], error) {
			v, err := s.Sources.Update(ctx, who, in.ID, in.Body.draft("", ""))
			return replySource(ctx, v, err)
		})
	handle(s, route{method: http.MethodDelete, path: "/sources/{id}", id: "delete-source", summary: "Stop reading a source",
		about: "Its posts stay.", action: access.EditSources, status: http.StatusNoContent},
		func(ctx context.Context, who access.Person, in *IDPath) (*nothing, error) {
			return nil, s.Sources.Remove(ctx, who, in.ID)
		})
	handle(s, route{method: http.MethodPost, path: "/sources/{id}/read", id: "read-source", summary: "Read a source at once",
		about: "It becomes due now, unless it is switched off or has itself named the time to come again.", action: access.EditSources},
		func(ctx context.Context, who access.Person, in *IDPath) (*body[Source], error) {
			v, err := s.Sources.Again(ctx, who, in.ID)
			return replySource(ctx, v, err)
		})
}
