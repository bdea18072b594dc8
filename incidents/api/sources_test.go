package api

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/schedule"
	"github.com/otklik/otklik/crawler/source"
	"github.com/otklik/otklik/internal/access"
)

func TestSources(t *testing.T) {
	e := start(t)
	admin := e.token(access.Administrator, 0, "RU-PRI")
	s := want[Source](e.do("POST", "/api/v1/sources", admin, obj{"network": "telegram", "address": "ZHKH_Primorye", "regions": []string{"RU-PRI"}}), http.StatusCreated)
	require.Equal(t, Source{ID: s.ID, Network: "telegram", Address: "zhkh_primorye", Regions: []string{"RU-PRI"}, Visibility: "public", Class: "standard",
		Every: "1m", Enabled: true, Health: "new", HealthSince: s.HealthSince, NextAt: s.NextAt, CreatedAt: s.CreatedAt}, s)
	path := fmt.Sprintf("/api/v1/sources/%d", s.ID)
	refused(e.do("POST", "/api/v1/sources", admin, obj{"network": "telegram", "address": "zhkh_primorye", "regions": []string{"RU-PRI"}}), http.StatusConflict)

	// What the crawler finds out is what people see.
	leases, err := e.opts.Sources.Due(t.Context(), "w", 1, time.Minute)
	require.NoError(t, err)
	n := int64(1234)
	require.NoError(t, e.opts.Sources.Keep(t.Context(), leases[0], schedule.Step{Info: &source.Info{Source: "telegram:77", Title: "ЖКХ Приморья"}, New: 3}, time.Minute))
	require.NoError(t, e.opts.Sources.Done(t.Context(), leases[0], nil))
	_, err = e.pool.Exec(t.Context(), `UPDATE source SET subscribers = $1`, n)
	require.NoError(t, err)
	s = want[Source](e.get(path, admin), http.StatusOK)
	require.Equal(t, "telegram:77", s.Source)
	require.Equal(t, "ЖКХ Приморья", s.Title)
	require.Equal(t, source.OK, s.Health)
	require.EqualValues(t, 3, s.Posts)
	require.Equal(t, &n, s.Subscribers)
	require.NotNil(t, s.LastOK)
	require.NotNil(t, s.LastNew)
	require.True(t, s.NextAt.After(time.Now()))

	s = want[Source](e.do("POST", path+"/read", admin, nil), http.StatusOK)
	require.False(t, s.NextAt.After(time.Now()), "due at once")
	leases, err = e.opts.Sources.Due(t.Context(), "w", 1, time.Minute)
	require.NoError(t, err)
	require.NoError(t, e.opts.Sources.Done(t.Context(), leases[0], &source.State{Health: source.NotUnderstood, Detail: "no posts on the page"}))
	s = want[List[Source]](e.get("/api/v1/sources", admin), http.StatusOK).Items[0]
	require.Equal(t, source.NotUnderstood, s.Health)
	require.Contains(t, s.Detail, "no posts on the page")
	require.Equal(t, 1, s.Failures)

	s = want[Source](e.do("PUT", path, admin, obj{"regions": []string{"RU-PRI"}, "every": "90s", "enabled": false, "backfill": 100}), http.StatusOK)
	require.Equal(t, "90s", s.Every)
	require.Equal(t, 100, s.Backfill)
	require.False(t, s.Enabled)
	refused(e.do("POST", path+"/read", admin, nil), http.StatusConflict)
	require.Equal(t, http.StatusNoContent, e.do("DELETE", path, admin, nil).Status)
	refused(e.get(path, admin), http.StatusNotFound)
}

// Every bad field of a source is named at once, the time also in the reader's
// words.
func TestBadSources(t *testing.T) {
	e := start(t)
	admin := e.token(access.Administrator, 0, "RU-PRI")
	bad := obj{"network": "rss", "address": "", "regions": []string{"RU-XXX", "RU-SAM"}, "visibility": "sealed", "class": "eternal", "every": "5", "backfill": -1}
	p := refused(e.do("POST", "/api/v1/sources", admin, bad), http.StatusUnprocessableEntity,
		"body.address", "body.every", "body.regions[0]", "body.regions[1]", "body.visibility", "body.class", "body.backfill")
	require.Contains(t, p.Errors[1].Message, "30s, 5m, 2h")
	refused(e.do("POST", "/api/v1/sources", admin, obj{"network": "fido", "address": "x", "regions": []string{}}), http.StatusUnprocessableEntity, "body.network", "body.regions")
	for _, every := range []string{"4s", "8d", "0s", "-5m", "1.5h", "5m30s", "m", "5 m", "99999999999999d", "2000000000d", "５m"} {
		refused(e.do("POST", "/api/v1/sources", admin, obj{"network": "rss", "address": "x", "regions": []string{"RU-PRI"}, "every": every}),
			http.StatusUnprocessableEntity, "body.every")
	}
	require.Empty(t, want[List[Source]](e.get("/api/v1/sources", admin), http.StatusOK).Items)
}

func TestEveryIsWrittenAsItIsRead(t *testing.T) {
	for text, d := range map[string]time.Duration{"5s": 5 * time.Second, "90s": 90 * time.Second, "5m": 5 * time.Minute, "2h": 2 * time.Hour, "36h": 36 * time.Hour, "7d": 7 * 24 * time.Hour} {
		got, ok := readEvery(text)
		require.True(t, ok, text)
		require.Equal(t, d, got)
		require.Equal(t, text, writeEvery(d))
	}
	got, ok := readEvery("120s")
	require.True(t, ok)
	require.Equal(t, "2m", writeEvery(got))
}

// A source is seen from each of its regions, and changed by who has them all.
func TestSourcesOfOtherRegions(t *testing.T) {
	e := start(t)
	near, far := e.token(access.Administrator, 0, "RU-PRI"), e.token(access.Administrator, 0, "RU-SAM")
	mine := want[Source](e.do("POST", "/api/v1/sources", near, obj{"network": "rss", "address": "mine", "regions": []string{"RU-PRI"}}), http.StatusCreated)
	path := fmt.Sprintf("/api/v1/sources/%d", mine.ID)
	change := obj{"regions": []string{"RU-SAM"}}
	refused(e.get(path, far), http.StatusNotFound)
	refused(e.do("PUT", path, far, change), http.StatusNotFound)
	refused(e.do("DELETE", path, far, nil), http.StatusNotFound)
	refused(e.do("POST", path+"/read", far, nil), http.StatusNotFound)
	require.Empty(t, want[List[Source]](e.get("/api/v1/sources", far), http.StatusOK).Items)

	both := want[Source](e.do("POST", "/api/v1/sources", rootSecret, obj{"network": "rss", "address": "both", "regions": []string{"RU-PRI", "RU-SAM"}}), http.StatusCreated)
	sealed := want[Source](e.do("POST", "/api/v1/sources", rootSecret, obj{"network": "rss", "address": "sealed", "regions": []string{"RU-SAM"}, "visibility": "sealed"}), http.StatusCreated)
	path = fmt.Sprintf("/api/v1/sources/%d", both.ID)
	require.Equal(t, http.StatusOK, e.get(path, far).Status)
	refused(e.do("PUT", path, far, change), http.StatusForbidden)
	refused(e.do("DELETE", path, far, nil), http.StatusForbidden)
	refused(e.get(fmt.Sprintf("/api/v1/sources/%d", sealed.ID), far), http.StatusNotFound)
	page := want[List[Source]](e.get("/api/v1/sources?limit=1", near), http.StatusOK)
	require.Equal(t, mine.ID, page.Items[0].ID)
	page = want[List[Source]](e.get("/api/v1/sources?limit=1&after="+page.Next, near), http.StatusOK)
	require.Equal(t, both.ID, page.Items[0].ID)
	require.Empty(t, page.Next)
}
