package acceptance

import (
	"encoding/hex"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestForgetReachesEveryStore: a post that was edited, found, and joined an
// incident is forgotten, and every table of the database and every index of
// Elasticsearch is read through for its words. Only the log, which can't be
// changed and drops them with its age, may hold them still.
func TestForgetReachesEveryStore(t *testing.T) {
	const id, word = "telegram:2100000097/1", "кривошеинцев"
	for _, s := range shapes() {
		t.Run(s.name, func(t *testing.T) {
			in := newInstallation(t, s)
			in.start()
			in.fill(60)
			in.takes(id, "Отопления нет, пишет "+word)
			in.eventually(soon, "its incident", func() bool { return in.holds(id) })
			in.takes(id, "Отопления нет с утра, пишет "+word)
			require.NotEmpty(t, in.stores(word, false), "the measure sees it")

			require.Contains(t, in.must("forget", id), "forgotten: "+id)
			in.eventually(soon, "it is not found", func() bool { return in.count(word) == 0 })
			require.Empty(t, in.stores(word, false), "what still has its words")
			in.must("import", "--regions", "RU-PRI", in.file(id, "Снова пишет "+word))
			in.takes("telegram:2100000097/2", "Отопления нет, последний")
			require.Empty(t, in.stores(word, false), "nor does it come back")
			for _, store := range in.stores(word, true) {
				require.True(t, strings.HasPrefix(store, "stream_"), store)
			}
		})
	}
}

// holds says whether an incident has a post.
func (in *installation) holds(id string) bool {
	in.t.Helper()
	for _, i := range in.incidents() {
		for _, p := range in.incident(i.Number).Posts {
			if p.Post == id {
				return true
			}
		}
	}
	return false
}

// stores names the tables and indices that hold a word, in text or in bytes;
// those of the log only where it is asked for.
func (in *installation) stores(word string, log bool) (found []string) {
	in.t.Helper()
	bytes := hex.EncodeToString([]byte(word))
	for table, rows := range rowsOf(in.t, in.setting("OTKLIK_DATABASE_URL")) {
		if !log && strings.HasPrefix(table, "stream_") {
			continue
		}
		if slices.ContainsFunc(rows, func(row string) bool {
			row = strings.ToLower(row)
			return strings.Contains(row, word) || strings.Contains(row, bytes)
		}) {
			found = append(found, table)
		}
	}
	if es := in.setting("OTKLIK_ELASTICSEARCH"); es != "" {
		prefix := in.setting("OTKLIK_PREFIX")
		get := func(method, path string) string {
			req, err := http.NewRequestWithContext(in.t.Context(), method, es+path, nil)
			require.NoError(in.t, err)
			res, err := http.DefaultClient.Do(req)
			require.NoError(in.t, err)
			defer res.Body.Close()
			body, err := io.ReadAll(res.Body)
			require.NoError(in.t, err)
			require.Equal(in.t, http.StatusOK, res.StatusCode, string(body))
			return strings.ToLower(string(body))
		}
		get("POST", "/"+prefix+"-*/_refresh")
		if strings.Contains(get("GET", "/"+prefix+"-*/_search?size=10000"), word) {
			found = append(found, "elasticsearch")
		}
	}
	slices.Sort(found)
	return found
}
