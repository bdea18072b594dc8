package api

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/incidents/status"
	"github.com/otklik/otklik/internal/access"
	"github.com/otklik/otklik/internal/stream"
	"github.com/otklik/otklik/internal/stream/rejected"
)

// reject puts records into the rejected topic, each with a content and a reason
// of its own.
func (e *env) reject(topic, reason string, contents ...string) {
	e.t.Helper()
	for i, c := range contents {
		require.NoError(e.t, e.log.Append(context.Background(), stream.Rejected(topic), stream.Record{Key: fmt.Sprintf("telegram:1/%d", i), Value: []byte(c),
			Headers: map[string]string{"reason": reason, "origin": fmt.Sprintf("%s/1/%d", topic, i)}}))
	}
}

func (e *env) rejected(query, secret string) []RejectedRecord {
	e.t.Helper()
	return want[List[RejectedRecord]](e.get("/api/v1/rejected"+query, secret), http.StatusOK).Items
}

func TestRejectedRecords(t *testing.T) {
	e := start(t)
	require.Empty(t, e.rejected("", rootSecret))
	e.reject(stream.Posts, "not a post record: мусор", "не запись \x00", `{"id":"telegram:1/1","rev":9007199254740993,"visibility":"public","post":{"text":"Прорвало <трубу>"}}`)
	e.reject(stream.Matches, "no region", `{"visibility":"sealed","post":{"text":"тайна"}}`)

	admin := e.signedIn(access.Administrator, 0, "*")
	all := e.rejected("", admin)
	require.Len(t, all, 3)
	sealed, public, rubbish := all[0], all[1], all[2]
	require.Equal(t, RejectedRecord{ID: sealed.ID, Topic: "matches", Key: "telegram:1/0", Reason: "no region", Origin: "matches/1/0", At: sealed.At,
		Size: 52, Attempts: 1, State: rejected.Waiting}, sealed)
	require.WithinDuration(t, time.Now(), sealed.At, time.Minute)
	require.Len(t, e.rejected("?topic=posts", admin), 2)
	require.Len(t, e.rejected("?reason_contains=МУСОР&state=waiting", admin), 2)
	page := want[List[RejectedRecord]](e.get("/api/v1/rejected?limit=1", admin), http.StatusOK)
	require.Equal(t, all[:1], page.Items)
	require.Equal(t, all[1:], e.rejected("?after="+page.Next, admin))
	require.Equal(t, RejectedCount{Count: 3}, want[RejectedCount](e.get("/api/v1/rejected/count", admin), http.StatusOK))
	require.Equal(t, RejectedCount{Count: 2}, want[RejectedCount](e.get("/api/v1/rejected/count?reason_contains=post", admin), http.StatusOK))

	show := func(id string) RejectedDetail {
		t.Helper()
		return want[RejectedDetail](e.get("/api/v1/rejected/"+id, admin), http.StatusOK)
	}
	d := show(public.ID)
	require.True(t, d.JSON)
	require.Contains(t, d.Text, "\n  \"rev\": 9007199254740993,\n", "exact, and indented")
	require.Contains(t, d.Text, "Прорвало <трубу>")
	require.Equal(t, "не запись \uFFFD", show(rubbish.ID).Text)
	d = show(sealed.ID)
	require.Equal(t, rejected.HiddenSealed, d.Hidden)
	require.NotContains(t, d.Text, "тайна")

	d = want[RejectedDetail](e.do("POST", "/api/v1/rejected/"+public.ID+"/replay", admin, nil), http.StatusOK)
	require.Equal(t, rejected.Replayed, d.State)
	require.Equal(t, "administrator", d.DecidedBy)
	require.Equal(t, []rejected.State{rejected.Replayed}, mapped(d.Events, func(e RejectedEvent) rejected.State { return e.What }))
	p := refused(e.do("POST", "/api/v1/rejected/"+public.ID+"/replay", admin, nil), http.StatusConflict)
	require.Contains(t, p.Detail, "put back already, by administrator")
	refused(e.do("POST", "/api/v1/rejected/"+public.ID+"/restore", admin, nil), http.StatusConflict)
	want[RejectedDetail](e.do("POST", "/api/v1/rejected/"+rubbish.ID+"/drop", admin, nil), http.StatusOK)
	refused(e.do("POST", "/api/v1/rejected/"+rubbish.ID+"/replay", admin, nil), http.StatusConflict)
	require.Len(t, e.rejected("?state=waiting", admin), 1)
	d = want[RejectedDetail](e.do("POST", "/api/v1/rejected/"+rubbish.ID+"/restore", admin, nil), http.StatusOK)
	require.Equal(t, rejected.Waiting, d.State)
	require.Len(t, d.Events, 2)
	refused(e.do("POST", "/api/v1/rejected/"+rubbish.ID+"/restore", admin, nil), http.StatusConflict)

	for _, id := range []string{"posts-3-999", "indexed-1-1", "x"} {
		refused(e.get("/api/v1/rejected/"+id, admin), http.StatusNotFound)
		refused(e.do("POST", "/api/v1/rejected/"+id+"/drop", admin, nil), http.StatusNotFound)
	}
	refused(e.get("/api/v1/rejected?after=x", admin), http.StatusUnprocessableEntity, "query.after")
	refused(e.get("/api/v1/rejected?topic=indexed", admin), http.StatusUnprocessableEntity, "query.topic")
	refused(e.do("POST", "/api/v1/rejected/drop", admin, obj{}), http.StatusUnprocessableEntity, "body.topic")
	refused(e.do("POST", "/api/v1/rejected/drop", admin, obj{"topic": "posts", "limit": 501}), http.StatusUnprocessableEntity, "body.limit")
}

// Many at once go by pages of the caller's own size.
func TestManyRejectedRecords(t *testing.T) {
	e := start(t)
	contents := make([]string, 25)
	e.reject(stream.Posts, "index: mapper", contents...)
	e.reject(stream.Posts, "another", "x")
	total, after := 0, ""
	for range 100 {
		d := want[RejectedDone](e.do("POST", "/api/v1/rejected/replay", rootSecret, obj{"topic": "posts", "reason_contains": "mapper", "limit": 10, "after": after}), http.StatusOK)
		require.LessOrEqual(t, d.Done, 10)
		total += d.Done
		if after = d.Next; after == "" {
			break
		}
	}
	require.Equal(t, 25, total)
	require.Len(t, e.rejected("?state=replayed&limit=100", rootSecret), 25)
	require.Equal(t, RejectedDone{Done: 1}, want[RejectedDone](e.do("POST", "/api/v1/rejected/drop", rootSecret, obj{"topic": "posts"}), http.StatusOK))
	require.Equal(t, RejectedCount{}, want[RejectedCount](e.get("/api/v1/rejected/count?topic=posts", rootSecret), http.StatusOK))
}

// Nobody knows whose a record is that could not be read: it is for
// administrators of all regions.
func TestRejectedRecordsAreNotOneRegions(t *testing.T) {
	e := start(t)
	e.reject(stream.Posts, "x", "тайна соседей")
	id := e.rejected("", rootSecret)[0].ID
	near := e.token(access.Administrator, 0, "RU-PRI")
	for _, path := range []string{"", "/count", "/" + id} {
		refused(e.get("/api/v1/rejected"+path, near), http.StatusForbidden)
	}
	for _, path := range []string{"/replay", "/drop", "/" + id + "/replay", "/" + id + "/drop", "/" + id + "/restore"} {
		refused(e.do("POST", "/api/v1/rejected"+path, near, obj{"topic": "posts"}), http.StatusForbidden)
	}
	require.Len(t, e.rejected("?state=waiting", rootSecret), 1)
}

func TestStatusOfTheInstallation(t *testing.T) {
	now := &testClock{}
	e := start(t, func(o *Options) {
		w := o.Status
		o.Now, w.Now = now.now, now.now
		w.Versions = []status.Version{{Name: "Otklik", Version: "test"}}
		w.Probes = []Probe{{Name: "database", Check: func(context.Context) error { return nil }}, {Name: "index", Check: func(context.Context) error { return context.DeadlineExceeded }}}
	})
	e.reject(stream.Posts, "x", "a", "b")
	require.NoError(t, e.log.Append(t.Context(), stream.Posts, stream.Record{Key: "a"}, stream.Record{Key: "b"}))
	line := func(secret string) []StageStatus {
		return want[LineStatus](e.get("/api/v1/status/line", secret), http.StatusOK).Late
	}
	specialist := e.token(access.Specialist, 0, "RU-PRI")
	require.Empty(t, line(specialist), "nothing was measured yet")
	now.advance(3 * time.Minute)
	s := want[Status](e.get("/api/v1/status", e.token(access.Administrator, 0, "RU-PRI")), http.StatusOK)
	require.Len(t, s.Stages, 3)
	index := s.Stages[1]
	require.Equal(t, "index", index.Stage)
	require.EqualValues(t, 2, index.Waiting)
	require.InDelta(t, 180, index.Behind, 15)
	require.Equal(t, []PartStatus{{"database", true}, {"index", false}}, s.Parts)
	require.Equal(t, []RejectedTopic{{"posts", 2, 2}, {"matches", 0, 0}}, s.Rejected)
	require.Equal(t, 30, s.Kept)
	require.Equal(t, []ProgramVersion{{"Otklik", "test"}}, s.Versions)
	require.Equal(t, &SourcesStatus{}, s.Sources)
	require.NotNil(t, s.Notices)
	require.Empty(t, line(specialist), "not so far that everybody should know")
	now.advance(3 * time.Minute)
	late := line(specialist)
	require.Len(t, late, 1)
	require.Equal(t, "index", late[0].Stage)
	require.InDelta(t, 360, late[0].Behind, 15)
}

// The notifications that are shown are of one's own regions; the counts are of
// all.
func TestStatusShowsTheNotificationsOfOnesOwnRegions(t *testing.T) {
	e := start(t)
	e.agency("RU-PRI", "Водоканал")
	number := e.incident("RU-PRI", "нет воды")
	_, err := e.pool.Exec(t.Context(), `INSERT INTO notification (incident, region, channel, address, event, key, subject, text, data, made, send_after, state, reason)
		VALUES ($1, 'RU-PRI', 'email', 'a@example.org', 'assigned', 'k', '', '', '{}', now(), now(), 'doubtful', 'the receiver answered 404')`, number)
	require.NoError(t, err)
	for region, n := range map[string]int{"RU-PRI": 1, "RU-SAM": 0, "*": 1} {
		s := want[Status](e.get("/api/v1/status", e.token(access.Administrator, 0, region)), http.StatusOK)
		require.Equal(t, 1, s.Notices.Doubtful)
		require.Len(t, s.Notices.Last, n, region)
	}
	russian := http.Header{"Authorization": {"Bearer " + e.token(access.Administrator, 0, "*")}, "Accept-Language": {"ru"}}
	s := want[Status](e.with("GET", "/api/v1/status", russian, nil), http.StatusOK)
	require.Equal(t, "получатель ответил 404", s.Notices.Last[0].Reason)
}

// testClock is the real time, put forward.
type testClock struct{ on atomic.Int64 }

func (c *testClock) now() time.Time { return time.Now().Add(time.Duration(c.on.Load())) }

func (c *testClock) advance(d time.Duration) { c.on.Add(int64(d)) }
