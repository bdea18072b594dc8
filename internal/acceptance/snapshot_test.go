package acceptance

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/testenv"
	"github.com/otklik/otklik/internal/testenv/engine"
)

// TestEverythingButTheLogIsLost is the worst case of the big shape that
// docs/operations.md has a way out of: database and index are restored from a
// dump and the snapshot after it, and the log, which stays, is read again from
// the time of the dump. What was written after the dump is there again, too.
func TestEverythingButTheLogIsLost(t *testing.T) {
	tools := findTools(t)
	s := shapes()[1]
	brokers := testenv.Kafka(t)
	es := elasticsearchWithRepository(t)
	database := tools.database(t)
	in := newInstallation(t, s, "OTKLIK_DATABASE_URL="+database, "OTKLIK_ELASTICSEARCH="+es.address)
	prefix := in.setting("OTKLIK_PREFIX")
	in.start()
	in.fill(300)
	before := in.answers()

	// While everything runs: the database first, then the index.
	dump, at := filepath.Join(t.TempDir(), "otklik.dump"), time.Now()
	tools.run(t, "pg_dump", "--format=custom", "--file="+dump, database)
	es.call("PUT", "/_snapshot/backup/one?wait_for_completion=true", obj{"indices": prefix + "-*", "include_global_state": false})
	in.takes("telegram:2100000098/1", "Отопления нет, написано после копии")
	in.eventually(soon, "its incident", func() bool { return len(in.incidents()) == len(before.Incidents)+1 })
	in.stop()

	tools.wipe(t, database)
	for _, index := range es.indices(prefix) {
		es.call("DELETE", "/"+index, nil)
	}
	for _, kind := range []string{"posts", "history"} {
		es.call("DELETE", "/_index_template/"+prefix+"-"+kind, nil)
	}

	tools.run(t, "pg_restore", "--no-owner", "--no-acl", "--exit-on-error", "--dbname="+database, dump)
	es.call("POST", "/_snapshot/backup/one/_restore?wait_for_completion=true", obj{"indices": prefix + "-*", "include_global_state": false})
	in.must("restored")
	rewind(t, brokers, prefix+"indexer", prefix+"posts", at)
	rewind(t, brokers, prefix+"desk", prefix+"matches", at)

	in.start()
	in.eventually(time.Minute, "what was written after the copy is found again", func() bool { return in.count(`"написано после копии"`) == 1 })
	in.eventually(soon, "and its incident is there again", func() bool { return len(in.incidents()) == len(before.Incidents)+1 })
	now := in.answers()
	require.Equal(t, before.Counts[""]+1, now.Counts[""], "nothing is lost or doubled")
	for _, q := range []string{"[нет воды]", "дорога | школа"} {
		require.Equal(t, before.Found[q], now.Found[q], q)
	}
	require.Subset(t, now.Incidents, before.Incidents)
	in.takes("telegram:2100000098/1", "Снова прочитано")
}

// rewind makes a group begin again with the records of a topic since a moment,
// as kafka-consumer-groups.sh --reset-offsets --to-datetime does. Nobody of the
// group may run.
func rewind(t *testing.T, brokers []string, group, topic string, since time.Time) {
	t.Helper()
	c := &kafka.Client{Addr: kafka.TCP(brokers...), Timeout: 30 * time.Second}
	meta, err := c.Metadata(t.Context(), &kafka.MetadataRequest{Topics: []string{topic}})
	require.NoError(t, err)
	var ask []kafka.OffsetRequest
	for _, p := range meta.Topics[0].Partitions {
		ask = append(ask, kafka.TimeOffsetOf(p.ID, since), kafka.LastOffsetOf(p.ID))
	}
	require.NotEmpty(t, ask)
	there, err := c.ListOffsets(t.Context(), &kafka.ListOffsetsRequest{Topics: map[string][]kafka.OffsetRequest{topic: ask}})
	require.NoError(t, err)
	var commits []kafka.OffsetCommit
	for _, p := range there.Topics[topic] {
		to := p.LastOffset // nothing was written since
		for offset := range p.Offsets {
			if offset >= 0 {
				to = min(to, offset)
			}
		}
		commits = append(commits, kafka.OffsetCommit{Partition: p.Partition, Offset: to})
	}
	over := time.After(time.Minute)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		res, err := c.OffsetCommit(t.Context(), &kafka.OffsetCommitRequest{GroupID: group, GenerationID: -1, Topics: map[string][]kafka.OffsetCommit{topic: commits}})
		if err == nil {
			for _, p := range res.Topics[topic] {
				if p.Error != nil {
					err = p.Error
				}
			}
		}
		if err == nil {
			return
		}
		select { // members that have just left may still be counted
		case <-over:
			t.Fatalf("rewind %s: %v", group, err)
		case <-tick.C:
		}
	}
}

// repository is an Elasticsearch of the test's own, which can take snapshots.
type repository struct {
	t       *testing.T
	address string
}

func elasticsearchWithRepository(t *testing.T) repository {
	t.Helper()
	folder, err := os.MkdirTemp("", "otk")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(folder)) })
	config := filepath.Join(folder, "elasticsearch-1", "config") // of the first try
	require.NoError(t, os.MkdirAll(config, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(config, "elasticsearch.yml"), []byte("path.repo: ["+filepath.Join(folder, "snapshots")+"]\n"), 0o600))
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	e, err := engine.Elasticsearch(ctx, folder, t.Logf)
	if err != nil {
		testenv.Missing(t, "an Elasticsearch of our own", err.Error())
	}
	t.Cleanup(func() { require.NoError(t, e.Close()) })
	r := repository{t, e.Address}
	r.call("PUT", "/_snapshot/backup", obj{"type": "fs", "settings": obj{"location": filepath.Join(folder, "snapshots")}})
	return r
}

func (r repository) call(method, path string, body any) []byte {
	r.t.Helper()
	var in io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		require.NoError(r.t, err)
		in = strings.NewReader(string(b))
	}
	ctx, cancel := context.WithTimeout(r.t.Context(), time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, r.address+path, in)
	require.NoError(r.t, err)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	require.NoError(r.t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	require.NoError(r.t, err)
	require.Less(r.t, res.StatusCode, 300, "%s %s: %s", method, path, b)
	return b
}

// indices are those of an installation.
func (r repository) indices(prefix string) (names []string) {
	r.t.Helper()
	var all []struct{ Index string }
	require.NoError(r.t, json.Unmarshal(r.call("GET", fmt.Sprintf("/_cat/indices/%s-*?format=json&h=index", prefix), nil), &all))
	for _, i := range all {
		names = append(names, i.Index)
	}
	require.NotEmpty(r.t, names)
	return names
}
