package app

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/otklik/otklik/crawler/crawl"
	"github.com/otklik/otklik/internal/stream"
)

// countJob gives the counters of a job and shows them among the metrics.
func (a *App) countJob(topic, group string) *stream.Counters {
	c := new(stream.Counters)
	labels := prometheus.Labels{"topic": topic, "group": group}
	counter := func(name, help string, read func() int64) {
		a.metrics.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help, ConstLabels: labels},
			func() float64 { return float64(read()) }))
	}
	gauge := func(name, help string, read func() float64) {
		a.metrics.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help, ConstLabels: labels}, read))
	}
	counter("otklik_log_handled_total", "Records whose effects are durable.", c.Handled.Load)
	counter("otklik_log_rejected_total", "Records that can't be processed; they are in the rejected topic.", c.Rejected.Load)
	counter("otklik_log_retried_total", "Repetitions of anything.", c.Retried.Load)
	gauge("otklik_log_lag_records", "Records that wait.", func() float64 { return float64(c.Lag.Load()) })
	gauge("otklik_log_behind_seconds", "Age of the oldest record of the last batch when it was committed.",
		func() float64 { return float64(c.Behind.Load()) / 1e9 })
	return c
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
