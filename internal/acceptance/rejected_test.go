package acceptance

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	crawled "github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/internal/postgres"
	"github.com/otklik/otklik/internal/stream"
)

// rejectedRecord is what these tests look at in a rejected record.
type rejectedRecord struct {
	ID       string
	Topic    string
	Key      string
	Reason   string
	Origin   string
	Attempts int
	State    string
	ReplayOf string `json:"replay_of"`
	Text     string
	Events   []struct{ What, By string }
}

func (in *installation) rejected(query string) []rejectedRecord {
	in.t.Helper()
	var out struct{ Items []rejectedRecord }
	in.get("/rejected?"+query, &out)
	return out.Items
}

// reject appends what can't be processed to a topic, and waits until it lies
// aside.
func (in *installation) reject(topic string, r stream.Record, reason string) rejectedRecord {
	in.t.Helper()
	l, end := openLog(in)
	defer end()
	require.NoError(in.t, l.Append(in.t.Context(), topic, r))
	var found rejectedRecord
	in.eventually(soon, "the record lies aside", func() bool {
		for _, x := range in.rejected("state=waiting&topic=" + topic) {
			if x.Key == r.Key {
				found = x
			}
		}
		return found.ID != ""
	})
	require.Contains(in.t, found.Reason, reason)
	require.Contains(in.t, found.Origin, topic+"/")
	return found
}

// poison: what can't be processed, in either topic, costs only itself; people
// decide about it, at the command line and through the API.
func (d *story) poison() {
	inPosts := d.reject(stream.Posts, stream.Record{Key: "poison", Value: []byte("not a record at all")}, "not a post record")
	inMatches := d.reject(stream.Matches, stream.Record{Key: "poison", Value: []byte(`{"id":7}`)}, "not a match")
	text := fmt.Sprint("После негодной записи ", time.Now().UnixNano())
	d.write(d.t, text, time.Time{})
	d.eventually(soon, "posts go on", func() bool { return d.count(strings.Fields(text)[3]) == 1 })
	// That matches go on is shown by the parts that follow: the desk is not
	// behind, and opens incidents.

	listed := d.must("rejected", "list")
	require.Contains(d.t, listed, inPosts.ID)
	require.Contains(d.t, listed, inMatches.ID)
	require.Contains(d.t, d.must("rejected", "show", inPosts.ID), "\nnot a record at all\n")

	// What is as bad as before is rejected again, and says of what it is a replay.
	d.must("rejected", "replay", inPosts.ID, "--by", "Ольга")
	var again rejectedRecord
	d.eventually(soon, "it is rejected again", func() bool {
		all := d.rejected("state=waiting&topic=posts")
		if len(all) == 1 {
			again = all[0]
		}
		return len(all) == 1 && again.ID != inPosts.ID
	})
	require.Equal(d.t, inPosts.ID, again.ReplayOf)
	require.Equal(d.t, 2, again.Attempts)
	require.Equal(d.t, http.StatusConflict, d.call(rootToken, "POST", "/rejected/"+inPosts.ID+"/replay", nil, nil), "a decision is made once")
	var first rejectedRecord
	d.get("/rejected/"+inPosts.ID, &first)
	require.Equal(d.t, []struct{ What, By string }{{"replayed", "Ольга"}}, first.Events)

	out, err := d.command("rejected", "drop", "--all", "--topic", "posts", "--reason-contains", "not a post").CombinedOutput()
	require.Error(d.t, err, "without --yes they are counted")
	require.Contains(d.t, string(out), "would be dropped: 1;")
	require.Len(d.t, d.rejected("state=waiting&topic=posts"), 1)
	require.Contains(d.t, d.must("rejected", "drop", "--all", "--topic", "posts", "--yes"), "dropped: 1\n")
	require.Equal(d.t, http.StatusOK, d.call(rootToken, "POST", "/rejected/"+inMatches.ID+"/drop", nil, nil))
	require.Empty(d.t, d.rejected("state=waiting"))
	d.mended()
}

// mended: what could not be processed for a reason that is gone is put back and
// goes the whole way.
func (d *story) mended() {
	at := time.Now().UTC().Add(-time.Minute)
	bucket, err := crawled.NewBucket("standard", at)
	require.NoError(d.t, err)
	body := crawled.Post{Type: crawled.TypePost, Text: "Закрытая запись о починенном", URL: "https://t.me/closed/1"}
	r := crawled.Record{Envelope: crawled.Envelope{V: crawled.EnvelopeVersion, Kind: crawled.Revision, ID: "telegram:77/1", Rev: 1, Hash: body.Hash(""),
		Observed: at, Published: at, Bucket: bucket, Origin: crawled.Live, Regions: []string{"RU-PRI"}, Visibility: crawled.Sealed}}
	value, err := crawled.Encode(r)
	require.NoError(d.t, err)
	lost := d.reject(stream.Posts, stream.Record{Key: string(r.ID), Value: value}, "body of a sealed post")
	require.Zero(d.t, d.count("починенном"))

	pool, err := postgres.Open(d.t.Context(), d.setting("OTKLIK_DATABASE_URL"), postgres.Options{MaxConns: 2})
	require.NoError(d.t, err)
	defer pool.Close()
	_, err = pool.Exec(d.t.Context(), `INSERT INTO post_body (id, rev, body) VALUES ($1, $2, $3)`, r.ID, r.Rev, body)
	require.NoError(d.t, err)
	require.Equal(d.t, http.StatusOK, d.call(rootToken, "POST", "/rejected/"+lost.ID+"/replay", nil, nil))
	d.eventually(soon, "it is found", func() bool { return d.count("починенном") == 1 })
	require.Empty(d.t, d.rejected("state=waiting"))
}

var metricName = regexp.MustCompile(`otklik_[a-z_]+`)

// measured: every metric that an alert names is there, and says what is so.
func (d *story) measured() {
	alerts, err := os.ReadFile("../../deploy/prometheus/alerts.yaml")
	require.NoError(d.t, err)
	named := map[string]bool{}
	for line := range strings.Lines(string(alerts)) {
		if expr, ok := strings.CutPrefix(strings.TrimSpace(line), "expr: "); ok {
			for _, m := range metricName.FindAllString(expr, -1) {
				named[m] = true
			}
		}
	}
	require.GreaterOrEqual(d.t, len(named), 10)
	var text string
	d.eventually(soon, "all was measured", func() bool {
		text = d.metrics()
		return strings.Contains(text, "\notklik_status_measured_timestamp_seconds ")
	})
	for m := range named {
		require.Regexp(d.t, `(?m)^`+m+`(\{| )`, text, "an alert names a metric that is not there")
	}
	d.eventually(soon, "the line is not behind", func() bool {
		text = d.metrics()
		return strings.Contains(text, "\notklik_behind_seconds{stage=\"index\"} 0\n") && strings.Contains(text, "\notklik_behind_seconds{stage=\"desk\"} 0\n") &&
			strings.Contains(text, "\notklik_rejected_total{topic=\"posts\"} 3\n") && strings.Contains(text, "\notklik_rejected_waiting{topic=\"posts\"} 0\n")
	})
	for _, part := range []string{"database", "log", "index"} {
		require.Contains(d.t, text, `otklik_part_up{part="`+part+`"} 1`)
	}
}

func (in *installation) metrics() string {
	in.t.Helper()
	ctx, cancel := context.WithTimeout(in.t.Context(), 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, in.base+"/metrics", nil)
	require.NoError(in.t, err)
	res, err := http.DefaultClient.Do(req)
	require.NoError(in.t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	require.NoError(in.t, err)
	return "\n" + string(b)
}
