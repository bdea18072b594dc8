package app

import (
	"regexp"
	"strconv"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/crawler/post"
	"github.com/otklik/otklik/internal/testenv"
)

// written reads the count that a load ends with.
func written(t *testing.T, stdout string) (records, posts, copies, edits int) {
	t.Helper()
	m := regexp.MustCompile(`^(\d+) records in [\d.]+ s, \d+/s: (\d+) posts, (\d+) copies, (\d+) edits\n$`).FindStringSubmatch(stdout)
	require.NotNil(t, m, stdout)
	var n [4]int
	for i := range n {
		n[i], _ = strconv.Atoi(m[i+1])
	}
	return n[0], n[1], n[2], n[3]
}

// logged gives how often each post of the log stands in it.
func logged(t *testing.T, url string) map[string]int {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), url)
	require.NoError(t, err)
	defer pool.Close()
	rows, err := pool.Query(t.Context(), `SELECT value FROM stream_record WHERE topic = 'posts'`)
	require.NoError(t, err)
	defer rows.Close()
	times := map[string]int{}
	for rows.Next() {
		var v []byte
		require.NoError(t, rows.Scan(&v))
		r, err := post.Decode(v)
		require.NoError(t, err)
		require.Equal(t, post.Bucket("short"+r.Published.Format("-2006-01")), r.Bucket)
		require.Equal(t, []string{"RU-KHA"}, r.Regions)
		times[string(r.ID)]++
	}
	require.NoError(t, rows.Err())
	return times
}

// Run twice it writes twice as many posts: none has the number of another.
func TestLoadOfTheCorpus(t *testing.T) {
	url := testenv.DatabaseURL(t)
	t.Setenv("OTKLIK_DATABASE_URL", url)
	all := 0
	for range 2 {
		code, stdout, stderr := otklik(t, "simulate", "--into-log", "--posts", "2500", "--copies", "0.1", "--edits", "0.05", "--regions", "RU-KHA", "--class", "short")
		require.Zero(t, code, stderr)
		records, posts, copies, edits := written(t, stdout)
		require.Equal(t, 2500, records)
		require.Equal(t, records, posts+copies+edits)
		require.Positive(t, copies)
		require.Positive(t, edits)
		all += posts + copies
	}
	times := logged(t, url)
	require.Len(t, times, all)
	sum := 0
	for _, n := range times {
		sum += n
	}
	require.Equal(t, 5000, sum)
}

// The real posts that may not be in the repository are told again, at a rate.
func TestLoadOfRealPosts(t *testing.T) {
	folder := testenv.Shared(t, "telegram-posts")
	url := testenv.DatabaseURL(t)
	t.Setenv("OTKLIK_DATABASE_URL", url)
	code, stdout, stderr := otklik(t, "simulate", "--into-log", "--from", folder, "--posts", "6000", "--rate", "20000", "--regions", "RU-KHA", "--class", "short")
	require.Zero(t, code, stderr)
	require.Regexp(t, `5\d{3} posts are told again`, stderr)
	_, posts, _, _ := written(t, stdout)
	require.Equal(t, 6000, posts)
	require.Len(t, logged(t, url), 6000)
}

// Every flag that is wrong is named at once, before anything is opened.
func TestFlagsOfLoad(t *testing.T) {
	t.Setenv("OTKLIK_DATABASE_URL", "postgres://nobody@127.0.0.1:1/nowhere")
	code, stdout, stderr := otklik(t, "simulate", "--posts=-1", "--rate=-1", "--copies", "2", "--edits", "0.5", "--regions", "RU-XXX", "--class", "forever", "--map", "id")
	require.Equal(t, exitMisused, code)
	require.Empty(t, stdout)
	for _, want := range []string{"--posts: -1", "--rate: -1", "--copies: 2 is no share", "--copies: copies and edits together are more than all", `--regions: region "RU-XXX"`,
		`--class: "forever"`, "--map: ", "--into-log: is needed for"} {
		require.Contains(t, stderr, want)
	}
	code, _, stderr = otklik(t, "simulate", "--into-log", "--from", t.TempDir())
	require.Equal(t, exitMisused, code)
	require.Contains(t, stderr, "--from: holds no post")
	code, _, stderr = otklik(t, "simulate", "--into-log", "--from", "/nowhere/at/all")
	require.Equal(t, exitMisused, code)
	require.Contains(t, stderr, "--from: ")
}
