package status_test

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/schedule"
	"github.com/otklik/otklik/incidents/status"
	"github.com/otklik/otklik/incidents/store"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/fault"
	"github.com/otklik/otklik/internal/stream"
	streampg "github.com/otklik/otklik/internal/stream/postgres"
	"github.com/otklik/otklik/internal/stream/rejected"
	"github.com/otklik/otklik/internal/testenv"
)

// env is an installation whose clock can be put forward, and whose log can be
// taken away.
type env struct {
	*status.Watch
	t    *testing.T
	log  *streampg.Log
	rej  *rejected.Store
	sent *store.Store
	mu   sync.Mutex
	on   time.Duration // the clock is put forward by
	away bool
	asks int // of the log
}

func (e *env) now() time.Time { e.mu.Lock(); defer e.mu.Unlock(); return time.Now().Add(e.on) }

func (e *env) advance(d time.Duration) { e.mu.Lock(); defer e.mu.Unlock(); e.on += d }

// Lag and Read are the log's, unless it is away.
func (e *env) Lag(ctx context.Context, group, topic string) ([]stream.Lag, error) {
	e.mu.Lock()
	away := e.away
	e.asks++
	e.mu.Unlock()
	if away {
		return nil, fault.New(fault.Unavailable, "the log is away")
	}
	return e.log.Lag(ctx, group, topic)
}

func (e *env) Read(ctx context.Context, topic string, partition int, from int64, max int) ([]stream.Message, error) {
	return e.log.Read(ctx, topic, partition, from, max)
}

func start(t *testing.T) *env {
	t.Helper()
	t.Parallel()
	pool := testenv.Postgres(t)
	e := &env{t: t, log: streampg.New(streampg.Options{Pool: pool})}
	t.Cleanup(func() { require.NoError(t, e.log.Close()) })
	e.rej = &rejected.Store{Pool: pool, Log: e.log, Append: e.log.AppendTx, Now: e.now}
	var err error
	e.sent, err = store.Open(pool, e.now)
	require.NoError(t, err)
	check := func(a string) (string, error) { return a, nil }
	sources := &schedule.Store{Pool: pool, Now: e.now, Networks: map[string]schedule.Network{"rss": {Every: time.Minute, Check: check}},
		KnownRegion: func(string) bool { return true }, KnownClass: func(string) bool { return true }}
	_, err = sources.Add(t.Context(), access.Person{Role: access.Administrator, Regions: []string{"*"}}, schedule.Draft{Network: "rss", Address: "a", Regions: []string{"RU-PRI"}, Enabled: true})
	require.NoError(t, err)
	e.Watch = &status.Watch{
		Log: e, Rejected: e.rej, Sources: sources, Notifications: e.sent, Now: e.now, Logger: slog.New(slog.DiscardHandler),
		Lines:  []status.Line{{Stage: status.Index, Topic: stream.Posts, Group: "indexer"}, {Stage: status.Desk, Topic: stream.Matches, Group: "desk"}},
		Probes: []status.Probe{{Name: "database", Check: pool.Ping}, {Name: "index", Check: func(context.Context) error { return fault.New(fault.Unavailable, "away") }}},
		Notice: 5 * time.Minute,
	}
	return e
}

// measure measures anew, whatever was measured just now.
func (e *env) measure() map[string]status.Stage {
	e.t.Helper()
	e.advance(3 * time.Second)
	out := map[string]status.Stage{}
	for _, s := range e.Fresh(e.t.Context()).Stages {
		out[s.Name] = s
	}
	return out
}

func (e *env) late() (names []string) {
	for _, s := range e.Late() {
		names = append(names, s.Name)
	}
	return names
}

func (e *env) append(topic string, n int) {
	e.t.Helper()
	var rs []stream.Record
	for i := range n {
		rs = append(rs, stream.Record{Key: fmt.Sprint(i), Headers: map[string]string{"reason": "x"}})
	}
	require.NoError(e.t, e.log.Append(e.t.Context(), topic, rs...))
}

// commit lets a group take everything of its topic.
func (e *env) commit(group, topic string, n int) {
	e.t.Helper()
	c, err := e.log.Consume(e.t.Context(), group, topic)
	require.NoError(e.t, err)
	defer c.Close()
	ctx, cancel := context.WithTimeout(e.t.Context(), 20*time.Second)
	defer cancel()
	for n > 0 {
		ms, err := c.Fetch(ctx, 100)
		require.NoError(e.t, err)
		require.NoError(e.t, c.Commit(ctx, ms...))
		n -= len(ms)
	}
}

func TestEachStageSaysHowFarItIsBehind(t *testing.T) {
	e := start(t)
	require.True(t, e.Last().At.IsZero(), "nothing was measured yet")
	require.Empty(t, e.Late())
	for name, s := range e.measure() {
		require.True(t, s.Known, name)
		require.Zero(t, s.Waiting, name)
		require.Zero(t, s.Behind(e.now()), name)
	}
	e.append(stream.Posts, 40)
	e.append(stream.Matches, 3)
	e.commit("desk", stream.Matches, 3)
	e.advance(4 * time.Minute)
	s := e.measure()
	require.EqualValues(t, 40, s[status.Index].Waiting)
	require.InDelta(t, 243, s[status.Index].Behind(e.now()).Seconds(), 20)
	require.Zero(t, s[status.Desk].Waiting)
	require.Zero(t, s[status.Desk].Behind(e.now()))
	require.EqualValues(t, 1, s[status.Reading].Waiting, "no crawler reads the source")
	require.Positive(t, s[status.Reading].Behind(e.now()))
	require.Empty(t, e.late(), "less than what people are told of")

	e.advance(2 * time.Minute)
	require.Equal(t, []string{status.Reading, status.Index}, e.late(), "also between two measurements")
	e.commit("indexer", stream.Posts, 40)
	require.Zero(t, e.measure()[status.Index].Waiting)
	require.Equal(t, []string{status.Reading}, e.late())
}

// A stage that can't be measured is not taken for one that is well.
func TestWhatIsAwayIsBehind(t *testing.T) {
	e := start(t)
	e.measure()
	e.mu.Lock()
	e.away = true
	e.mu.Unlock()
	s := e.measure()[status.Index]
	require.False(t, s.Known)
	require.EqualValues(t, -1, s.Waiting)
	e.advance(6 * time.Minute)
	require.Contains(t, e.late(), status.Index)
	s = e.measure()[status.Index]
	require.InDelta(t, 366, s.Behind(e.now()).Seconds(), 20, "since it went away, not since just now")
	require.Equal(t, []status.Part{{Name: "database", OK: true}, {Name: "index"}}, e.Last().Parts)
	e.mu.Lock()
	e.away = false
	e.mu.Unlock()
	require.True(t, e.measure()[status.Index].Known)
	require.NotContains(t, e.late(), status.Index)
}

// However many look at the page, the engines are asked once.
func TestManyWhoAskCostOneMeasurement(t *testing.T) {
	e := start(t)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() { e.Fresh(t.Context()) })
	}
	all.Wait()
	require.Equal(t, 2, e.asks, "of each line once")
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	before := e.Last()
	e.advance(time.Minute)
	e.Fresh(gone)
	require.Equal(t, before, e.Last(), "an asker who left leaves nothing half")
}

// Somebody who looks is told soon what could not be asked, and all the rest;
// also where what is measured by itself waits longer.
func TestALockedTableKeepsNobodyWaiting(t *testing.T) {
	e := start(t)
	e.measure()
	tx, err := e.sent.Pool.Begin(t.Context())
	require.NoError(t, err)
	_, err = tx.Exec(t.Context(), `LOCK TABLE incident, notification IN ACCESS EXCLUSIVE MODE`)
	require.NoError(t, err)
	running, stop := context.WithCancel(t.Context())
	var alone sync.WaitGroup
	alone.Go(func() { require.NoError(t, e.Run(running)) })
	begin := time.Now()
	e.advance(3 * time.Second)
	s := e.Fresh(t.Context())
	require.Less(t, time.Since(begin), 6*time.Second)
	require.Nil(t, s.Undelivered, "it was not asked")
	require.NotNil(t, s.Sources)
	require.Equal(t, status.Part{Name: "database", OK: true}, s.Parts[0])
	for _, st := range s.Stages {
		require.True(t, st.Known, st.Name)
	}
	stop()
	alone.Wait()
	require.NoError(t, tx.Rollback(t.Context()))
	e.measure()
	require.NotNil(t, e.Last().Undelivered, "it can be asked again")
}

// A clock that was ahead leaves a measurement of the future, which is not new.
func TestAMeasurementOfTheFutureIsMadeAnew(t *testing.T) {
	e := start(t)
	e.advance(time.Hour)
	e.measure()
	e.advance(-time.Hour)
	e.append(stream.Posts, 1)
	require.EqualValues(t, 1, e.measure()[status.Index].Waiting)
	require.WithinDuration(t, time.Now(), e.Last().At, time.Minute)
}

func TestMetrics(t *testing.T) {
	e := start(t)
	r := prometheus.NewPedanticRegistry()
	require.NoError(t, r.Register(e.Watch))
	gather := func() map[string]float64 {
		t.Helper()
		families, err := r.Gather()
		require.NoError(t, err)
		out := map[string]float64{}
		for _, f := range families {
			for _, m := range f.Metric {
				var labels []string
				for _, l := range m.Label {
					labels = append(labels, l.GetName()+"="+l.GetValue())
				}
				out[f.GetName()+"{"+strings.Join(labels, ",")+"}"] = m.GetGauge().GetValue() + m.GetCounter().GetValue()
			}
		}
		return out
	}
	require.Empty(t, gather(), "nothing was measured yet")
	e.append(stream.Rejected(stream.Posts), 3)
	list, err := e.rej.List(t.Context(), rejected.Filter{}, "", 10)
	require.NoError(t, err)
	_, err = e.rej.Drop(t.Context(), access.Person{Name: "Анна"}, list.Records[0].ID)
	require.NoError(t, err)
	e.append(stream.Posts, 1) // the key "0"
	e.advance(time.Minute)
	e.measure()
	m := gather()
	for name, v := range map[string]float64{
		"otklik_rejected_total{topic=posts}": 3, "otklik_rejected_waiting{topic=posts}": 2, "otklik_rejected_total{topic=matches}": 0,
		"otklik_sources{health=new}": 1, "otklik_sources{health=blocked}": 0, "otklik_sources_overdue{}": 1,
		"otklik_notifications_undelivered{state=doubtful}": 0, "otklik_part_up{part=database}": 1, "otklik_part_up{part=index}": 0,
		"otklik_behind_known{stage=index}": 1, "otklik_behind_seconds{stage=desk}": 0,
		fmt.Sprintf("otklik_lag_records{group=indexer,partition=%d,topic=posts}", stream.PartitionOf("0")): 1,
	} {
		got, ok := m[name]
		require.True(t, ok, "%s is not among %s", name, slices.Sorted(maps.Keys(m)))
		require.Equal(t, v, got, name)
	}
	require.InDelta(t, 63, m["otklik_behind_seconds{stage=index}"], 20)
	require.InDelta(t, float64(e.now().Unix()), m["otklik_status_measured_timestamp_seconds{}"], 5)
	require.Len(t, m, 4+3+3+2*stream.Partitions+1+7+3+2+1, "the labels are bounded")
}
