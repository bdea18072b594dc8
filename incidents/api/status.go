package api

import (
	"context"
	"net/http"
	"time"

	"github.com/otklik/otklik/crawler/schedule"
	"github.com/otklik/otklik/crawler/source"
	"github.com/otklik/otklik/incidents/status"
	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/internal/access"
)

// Status is how the installation is.
type Status struct {
	At       time.Time        `json:"at" doc:"When it was measured."`
	Stages   []StageStatus    `json:"stages" doc:"Of the line, in its order."`
	Parts    []PartStatus     `json:"parts"`
	Rejected []RejectedTopic  `json:"rejected" doc:"Records that could not be processed; empty where that is not known."`
	Kept     int              `json:"rejected_kept_days" doc:"How long the log keeps them."`
	Sources  *SourcesStatus   `json:"sources" doc:"Null where that is not known."`
	Notices  *NoticesStatus   `json:"notifications" doc:"Null where that is not known."`
	Versions []ProgramVersion `json:"versions"`
}

// StageStatus is how far one stage of the line is behind.
type StageStatus struct {
	Stage   string     `json:"stage" enum:"reading,index,desk"`
	Waiting int64      `json:"waiting" doc:"Records that wait; of reading, sources that are due. -1: not known."`
	Behind  int64      `json:"behind_seconds" doc:"Age of the oldest of them; where nothing could be measured, what it is at most."`
	Since   *time.Time `json:"since,omitempty" doc:"When the oldest of them came."`
	Known   bool       `json:"known" doc:"False: it could not be measured."`
}

// PartStatus says whether a part of the installation answers.
type PartStatus struct {
	Name string `json:"name" doc:"database, log or index."`
	OK   bool   `json:"ok"`
}

// RejectedTopic counts what was rejected from a topic.
type RejectedTopic struct {
	Topic   string `json:"topic"`
	Total   int64  `json:"total" doc:"Ever."`
	Waiting int64  `json:"waiting" doc:"Nothing was decided about these."`
}

// SourcesStatus counts the sources that are to be read.
type SourcesStatus struct {
	OK      int `json:"ok"`
	New     int `json:"new" doc:"Not read yet."`
	Waiting int `json:"rate_limited" doc:"They asked to be left alone for a while."`
	Ill     int `json:"ill" doc:"Gone, blocked, not understood or unreachable."`
	Overdue int `json:"overdue" doc:"Due for a while, and read by nobody."`
}

// NoticesStatus counts the notifications that did not surely arrive once.
type NoticesStatus struct {
	Days     int                  `json:"days" doc:"That are looked back."`
	Doubtful int                  `json:"doubtful" doc:"May have arrived, or may have arrived twice."`
	Failed   int                  `json:"failed"`
	Late     int                  `json:"late" doc:"Should have been sent a while ago."`
	Last     []store.Notification `json:"last" doc:"The newest doubtful and failed ones, of one's own regions."`
}

// ProgramVersion is the version of a program.
type ProgramVersion struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// LineStatus is what everybody is told of the line.
type LineStatus struct {
	Late []StageStatus `json:"late" doc:"The stages that are so far behind that everybody should know; empty when all is well."`
}

// lastNotices is how many notifications are shown.
const lastNotices = 20

// noticesTime is how long they are waited for.
const noticesTime = 2 * time.Second

func showStage(now time.Time) func(status.Stage) StageStatus {
	return func(s status.Stage) StageStatus {
		out := StageStatus{Stage: s.Name, Waiting: s.Waiting, Behind: int64(s.Behind(now).Seconds()), Known: s.Known}
		if !s.Since.IsZero() {
			since := s.Since.UTC()
			out.Since = &since
		}
		return out
	}
}

func showSources(s *schedule.Standing) *SourcesStatus {
	if s == nil {
		return nil
	}
	out := &SourcesStatus{Overdue: s.Overdue}
	for h, n := range s.Healths {
		switch h {
		case source.OK:
			out.OK += n
		case schedule.New:
			out.New += n
		case source.RateLimited:
			out.Waiting += n
		default:
			out.Ill += n
		}
	}
	return out
}

func (s *server) registerStatus() {
	handle(s, route{method: http.MethodGet, path: "/status", id: "status", summary: "How the installation is",
		about: "What is behind, what was rejected, whether its parts answer. Counts are of all regions.", action: access.Operate},
		func(ctx context.Context, who access.Person, _ *struct{}) (*body[Status], error) {
			snap, now := s.Status.Fresh(ctx), s.Now()
			out := Status{At: snap.At.UTC(), Stages: mapped(snap.Stages, showStage(now)), Kept: int(s.Status.RejectedKept.Hours() / 24),
				Parts:    mapped(snap.Parts, func(p status.Part) PartStatus { return PartStatus(p) }),
				Versions: mapped(s.Status.Versions, func(v status.Version) ProgramVersion { return ProgramVersion(v) }),
				Sources:  showSources(snap.Sources), Rejected: []RejectedTopic{}}
			for _, c := range snap.Rejected {
				out.Rejected = append(out.Rejected, RejectedTopic(c))
			}
			if u := snap.Undelivered; u != nil {
				bounded, cancel := context.WithTimeout(ctx, noticesTime)
				defer cancel()
				last, err := s.Desk.Undelivered(bounded, who, now.AddDate(0, 0, -status.UndeliveredDays), lastNotices)
				if bounded.Err() != nil && ctx.Err() == nil {
					return reply(out), nil // they could be counted a moment ago: now they are not known
				}
				if err != nil {
					return nil, err
				}
				out.Notices = &NoticesStatus{Days: status.UndeliveredDays, Doubtful: u.Doubtful, Failed: u.Failed, Late: u.Late, Last: mapped(last, showNotification(lang(ctx)))}
			}
			return reply(out), nil
		})
	handle(s, route{method: http.MethodGet, path: "/status/line", id: "line-status", summary: "Whether the line is behind",
		about: "As it was measured last, every 15 seconds.", action: access.SeeSelf},
		func(_ context.Context, _ access.Person, _ *struct{}) (*body[LineStatus], error) {
			return reply(LineStatus{Late: mapped(s.Status.Late(), showStage(s.Now()))}), nil
		})
}
