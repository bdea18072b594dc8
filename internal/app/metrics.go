package app

import (
	"errors"
	"io/fs"
	"math"
	"path/filepath"
	"syscall"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/otklik/otklik/crawler/crawl"
	"github.com/otklik/otklik/indexer/feed"
	"github.com/otklik/otklik/internal/stream"
)

// count shows a number that only grows among the metrics.
func (a *App) count(name, help string, labels prometheus.Labels, read func() int64) {
	a.metrics.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help, ConstLabels: labels},
		func() float64 { return float64(read()) }))
}

// gauge shows a number that goes up and down.
func (a *App) gauge(name, help string, labels prometheus.Labels, read func() float64) {
	a.metrics.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help, ConstLabels: labels}, read))
}

// seconds reads a counter of nanoseconds.
func seconds(read func() int64) func() float64 {
	return func() float64 { return float64(read()) / 1e9 }
}

// countJob gives the counters of a job and shows them among the metrics.
func (a *App) countJob(topic, group string) *stream.Counters {
	c := new(stream.Counters)
	labels := prometheus.Labels{"topic": topic, "group": group}
	a.count("otklik_log_handled_total", "Records whose effects are durable.", labels, c.Handled.Load)
	a.count("otklik_log_rejected_total", "Records that can't be processed; they are in the rejected topic.", labels, c.Rejected.Load)
	a.count("otklik_log_retried_total", "Repetitions of anything.", labels, c.Retried.Load)
	a.gauge("otklik_log_lag_records", "Records that wait.", labels, func() float64 { return float64(c.Lag.Load()) })
	a.gauge("otklik_log_behind_seconds", "Age of the oldest record of the last batch when it was committed.", labels, seconds(c.Behind.Load))
	return c
}

// countDisk shows the room where this process keeps its data, which is that of
// the private Postgres where there is one.
func (a *App) countDisk() {
	read := func(of func(s *syscall.Statfs_t) uint64) func() float64 {
		return func() float64 {
			s, err := diskOf(a.config.Data)
			if err != nil {
				return math.NaN()
			}
			return float64(of(s) * uint64(s.Bsize))
		}
	}
	a.gauge("otklik_disk_free_bytes", "Room left on the disk of the data folder.", nil, read(func(s *syscall.Statfs_t) uint64 { return s.Bavail }))
	a.gauge("otklik_disk_size_bytes", "Size of the disk of the data folder.", nil, read(func(s *syscall.Statfs_t) uint64 { return s.Blocks }))
}

// diskOf asks for the disk of a folder, or of the one it will be made in.
func diskOf(folder string) (*syscall.Statfs_t, error) {
	var s syscall.Statfs_t
	for {
		err := syscall.Statfs(folder, &s)
		if parent := filepath.Dir(folder); errors.Is(err, fs.ErrNotExist) && parent != folder {
			folder = parent
			continue
		}
		return &s, err
	}
}

// countFeeds shows what live feeds do.
func (a *App) countFeeds(c *feed.Counters) {
	a.gauge("otklik_feed_clients", "Live feeds that are open.", nil, func() float64 { return float64(c.Clients.Load()) })
	a.count("otklik_feed_dropped_total", "Live feeds that were ended because their client was too slow.", nil, c.Dropped.Load)
	a.count("otklik_feed_events_total", "Posts handed to live feeds.", nil, c.Events.Load)
	a.count("otklik_feed_skipped_total", "Records that could not be read.", nil, c.Skipped.Load)
	a.gauge("otklik_feed_behind_seconds", "Age of the last record when it was handed out.", nil, seconds(c.Behind.Load))
}

// observeCrawl counts visits of sources.
func (a *App) observeCrawl() func(crawl.Outcome) {
	visits := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "otklik_source_visits_total", Help: "Visits of sources by how they ended."},
		[]string{"network", "health"})
	records := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "otklik_source_records_total", Help: "Records that sources brought into the log."},
		[]string{"network"})
	took := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "otklik_source_visit_seconds", Help: "Duration of visits.",
		Buckets: []float64{.05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60}}, []string{"network"})
	a.metrics.MustRegister(visits, records, took)
	return func(o crawl.Outcome) {
		visits.WithLabelValues(o.Network, string(o.Health)).Inc()
		records.WithLabelValues(o.Network).Add(float64(o.Records))
		took.WithLabelValues(o.Network).Observe(o.Took.Seconds())
	}
}
