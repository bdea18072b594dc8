package app

import (
	"context"
	"runtime"
	"strconv"

	"github.com/otklik/otklik/incidents/status"
	"github.com/otklik/otklik/indexer/text"
	"github.com/otklik/otklik/internal/stream"
)

// watch makes what measures the installation, for its page, for everybody's
// notice and for /metrics.
func (a *App) watch() *status.Watch {
	return &status.Watch{
		Log: a.stream, Rejected: a.rejected, Sources: a.sources, Notifications: a.desk.Store,
		Lines:        []status.Line{{Stage: status.Index, Topic: stream.Posts, Group: indexerGroup}, {Stage: status.Desk, Topic: stream.Matches, Group: deskGroup}},
		Probes:       a.probes(),
		Versions:     a.versions(),
		RejectedKept: rejectedKept,
		Notice:       a.config.NoticeBehind,
		Now:          a.now,
		Logger:       a.log,
	}
}

func (a *App) probes() []status.Probe {
	return []status.Probe{
		{Name: "database", Check: a.pool.Ping},
		{Name: "log", Check: func(ctx context.Context) error {
			_, err := a.stream.Lag(ctx, indexerGroup, stream.Posts)
			return err
		}},
		{Name: "index", Check: func(ctx context.Context) error {
			_, err := a.index.Buckets(ctx)
			return err
		}},
	}
}

// versions are of what this process is made of, and of what it works with.
func (a *App) versions() []status.Version {
	return []status.Version{
		{Name: "otklik", Version: a.version},
		{Name: "shape", Version: a.config.shape()},
		{Name: "postgres", Version: a.server},
		{Name: "schema", Version: a.schema},
		{Name: "analysis", Version: strconv.Itoa(text.Version)},
		{Name: "go", Version: runtime.Version()},
	}
}
