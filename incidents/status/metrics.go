package status

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/otklik/otklik/crawler/schedule"
	"github.com/otklik/otklik/crawler/source"
)

// metrics are of the whole installation: every process that serves gives the
// same, so of several the greatest counts, not their sum.
type metrics struct {
	rejected, waiting, lag, behind, known, sources, overdue, undelivered, up, at *prometheus.Desc
}

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("otklik_"+name, help, labels, nil)
}

func describe() metrics {
	return metrics{
		rejected:    desc("rejected_total", "Records that could not be processed, ever.", "topic"),
		waiting:     desc("rejected_waiting", "Rejected records that nothing was decided about.", "topic"),
		lag:         desc("lag_records", "Records that wait for a group.", "topic", "group", "partition"),
		behind:      desc("behind_seconds", "Age of the oldest thing that waits for a stage: reading, index or desk.", "stage"),
		known:       desc("behind_known", "1 where the stage could be measured; 0: behind_seconds is what it is at most.", "stage"),
		sources:     desc("sources", "Sources that are to be read, by health.", "health"),
		overdue:     desc("sources_overdue", "Sources that are due for a while and read by nobody."),
		undelivered: desc("notifications_undelivered", "Notifications of the last 7 days that are doubtful, failed or late.", "state"),
		up:          desc("part_up", "1 where the part answers: database, log, index.", "part"),
		at:          desc("status_measured_timestamp_seconds", "When all this was measured."),
	}
}

// Describe implements prometheus.Collector.
func (w *Watch) Describe(ch chan<- *prometheus.Desc) {
	all := describe()
	for _, d := range []*prometheus.Desc{all.rejected, all.waiting, all.lag, all.behind, all.known, all.sources, all.overdue, all.undelivered, all.up, all.at} {
		ch <- d
	}
}

// Collect implements prometheus.Collector with what was measured last; what is
// not known is missing.
func (w *Watch) Collect(ch chan<- prometheus.Metric) {
	s := w.Last()
	if s.At.IsZero() {
		return
	}
	all := describe()
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	gauge(all.at, float64(s.At.Unix()))
	now := w.Now()
	for _, st := range s.Stages {
		gauge(all.behind, st.Behind(now).Seconds(), st.Name)
		gauge(all.known, one(st.Known), st.Name)
		for _, l := range st.Lags {
			gauge(all.lag, float64(max(0, l.End-l.Committed)), st.Topic, st.Group, strconv.Itoa(l.Partition))
		}
	}
	for _, c := range s.Rejected {
		ch <- prometheus.MustNewConstMetric(all.rejected, prometheus.CounterValue, float64(c.Total), c.Topic)
		gauge(all.waiting, float64(c.Waiting), c.Topic)
	}
	if s.Sources != nil {
		gauge(all.overdue, float64(s.Sources.Overdue))
		for _, h := range []source.Health{schedule.New, source.OK, source.Gone, source.Blocked, source.RateLimited, source.NotUnderstood, source.Unreachable} {
			gauge(all.sources, float64(s.Sources.Healths[h]), string(h))
		}
	}
	if u := s.Undelivered; u != nil {
		gauge(all.undelivered, float64(u.Doubtful), "doubtful")
		gauge(all.undelivered, float64(u.Failed), "failed")
		gauge(all.undelivered, float64(u.Late), "late")
	}
	for _, p := range s.Parts {
		gauge(all.up, one(p.OK), p.Name)
	}
}

func one(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}
