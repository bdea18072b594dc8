package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/stream"
)

// echo gives back every line that it is sent.
func echo(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				for s := bufio.NewScanner(c); s.Scan(); {
					fmt.Fprintln(c, s.Text())
				}
			}()
		}
	}()
	return l.Addr().String()
}

func TestAProxyHangsAndGoesOn(t *testing.T) {
	p, err := newProxy()
	require.NoError(t, err)
	p.serve("tcp", echo(t))
	t.Cleanup(func() { require.NoError(t, p.close()) })
	dial := func() (net.Conn, *bufio.Reader) {
		c, err := net.Dial("tcp", p.address())
		require.NoError(t, err)
		t.Cleanup(func() { c.Close() })
		return c, bufio.NewReader(c)
	}
	hear := func(c net.Conn, r *bufio.Reader, within time.Duration) (string, error) {
		require.NoError(t, c.SetReadDeadline(time.Now().Add(within)))
		return r.ReadString('\n')
	}
	a, fromA := dial()
	fmt.Fprintln(a, "one")
	said, err := hear(a, fromA, 10*time.Second)
	require.NoError(t, err)
	require.Equal(t, "one\n", said)

	p.hang()
	b, fromB := dial() // is taken, and nothing comes of it
	for _, c := range []net.Conn{a, b} {
		fmt.Fprintln(c, "two")
	}
	_, err = hear(a, fromA, 100*time.Millisecond)
	require.True(t, errors.Is(err, os.ErrDeadlineExceeded), err)
	_, err = hear(b, fromB, 100*time.Millisecond)
	require.True(t, errors.Is(err, os.ErrDeadlineExceeded), err)
	p.resume(false)
	for _, x := range []struct {
		net.Conn
		*bufio.Reader
	}{{a, fromA}, {b, fromB}} {
		said, err = hear(x.Conn, x.Reader, 10*time.Second)
		require.NoError(t, err)
		require.Equal(t, "two\n", said, "nothing is lost")
	}
	p.hang()
	p.resume(true)
	_, err = hear(a, fromA, 10*time.Second)
	require.Error(t, err)
	require.False(t, errors.Is(err, os.ErrDeadlineExceeded), "it is broken")
}

func TestScenariosAreChosen(t *testing.T) {
	names := func(ss []scenario) (all []string) {
		for _, s := range ss {
			all = append(all, s.name)
		}
		return all
	}
	all, err := choose(nil, true, false)
	require.NoError(t, err)
	require.Len(t, all, len(scenarios()))
	small, err := choose(nil, false, false)
	require.NoError(t, err)
	require.NotContains(t, names(small), "kill-kafka")
	require.Contains(t, names(small), "kill-postgres")
	quick, err := choose(nil, true, true)
	require.NoError(t, err)
	require.Less(t, len(quick), len(all))
	one, err := choose([]string{"term"}, false, true)
	require.NoError(t, err)
	require.Equal(t, []string{"term"}, names(one))
	_, err = choose([]string{"kill-kafka"}, false, false)
	require.ErrorContains(t, err, "--shape grown")
	_, err = choose([]string{"nonsense"}, false, false)
	require.ErrorContains(t, err, "--list")
}

// A node that refuses answers every request, and every second bulk item by item;
// afterwards requests reach the engine again.
func TestAProxyRefuses(t *testing.T) {
	node := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "well") }))
	t.Cleanup(node.Close)
	p, err := newProxy()
	require.NoError(t, err)
	p.serve("tcp", node.Listener.Addr().String())
	t.Cleanup(func() { require.NoError(t, p.close()) })
	client := &http.Client{Transport: &http.Transport{}, Timeout: 10 * time.Second}
	t.Cleanup(client.CloseIdleConnections)
	post := func(path, body string) (int, string) {
		res, err := client.Post("http://"+p.address()+path, "application/json", strings.NewReader(body))
		if err != nil {
			return 0, err.Error() // a connection that was cut under it
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		return res.StatusCode, string(b)
	}
	bulk := `{"index":{"_index":"a"}}` + "\n" + `{"text":"x"}` + "\n" + `{"delete":{"_index":"a"}}` + "\n"
	status, said := post("/_bulk", bulk)
	require.Equal(t, http.StatusOK, status, said)
	p.refuse(true)
	client.CloseIdleConnections()
	for range 2 {
		status, said = post("/_bulk", bulk)
		require.Equal(t, http.StatusTooManyRequests, status, said)
		status, said = post("/_bulk?filter_path=items", bulk)
		require.Equal(t, http.StatusOK, status)
		require.Equal(t, 2, strings.Count(said, `"status":429`), said)
		require.Contains(t, said, `{"delete":{"status":429`)
	}
	p.refuse(false)
	client.CloseIdleConnections()
	status, said = post("/", "")
	require.Equal(t, "200 well", fmt.Sprint(status, " ", said))
}

// A page is silent where a record waited before and after it measured.
func TestWaitedThrough(t *testing.T) {
	lag := func(committed, end int64) []stream.Lag {
		return []stream.Lag{{}, {Partition: 1, Committed: committed, End: end}}
	}
	require.True(t, waitedThrough(lag(5, 7), lag(5, 9)))
	require.False(t, waitedThrough(lag(5, 7), lag(6, 9)), "another one waits now")
	require.False(t, waitedThrough(lag(7, 7), lag(7, 9)), "it came in between")
	require.False(t, waitedThrough(lag(5, 7), nil))
}

// A paper that is read by two at once is seen.
func TestATownSeesTwoReaders(t *testing.T) {
	town, err := newTown(1)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, town.close()) })
	require.NoError(t, town.open())
	read := func() {
		res, err := http.Get(town.papers[0].url)
		require.NoError(t, err)
		defer res.Body.Close()
		require.Equal(t, http.StatusOK, res.StatusCode)
	}
	read()
	read()
	require.Zero(t, town.together())
	for range 100 {
		var both sync.WaitGroup
		both.Go(read)
		both.Go(read)
		both.Wait()
		if town.together() > 0 {
			return
		}
	}
	t.Fatal("two at once were not seen")
}

// What is out of bounds is a fault.
func TestBounds(t *testing.T) {
	well := heard{answers: 3, waiting: 1, metrics: 1}
	for name, c := range map[string]struct {
		v    verdict
		bad  string
		than scenario
	}{
		"well":         {v: verdict{heard: well}, than: scenario{away: true, stand: time.Second}},
		"deaf":         {v: verdict{}, bad: "never answered"},
		"says nothing": {v: verdict{heard: heard{answers: 1, metrics: 1}}, bad: "never said that anything is behind", than: scenario{away: true}},
		"no metrics":   {v: verdict{heard: heard{answers: 1, waiting: 1}}, bad: "/metrics", than: scenario{waits: true}},
		"fat":          {v: verdict{heard: well, peak: map[string]int64{"index": memoryLimit + 1<<20}}, bad: "index took 513 MB"},
		"stands":       {v: verdict{heard: well, stood: 2 * time.Second}, bad: "stood for 2s", than: scenario{stand: time.Second}},
		"waits":        {v: verdict{heard: heard{answers: 1, away: 1}}, bad: "never said that anything waits", than: scenario{away: true, waits: true}},
		"slow":         {v: verdict{heard: heard{answers: 1, slowest: 7 * time.Second}}, bad: "took 7.0 s to answer, more than 6s", than: scenario{prompt: promptly}},
		"mute":         {v: verdict{heard: heard{answers: 1, mute: 2}}, bad: "did not answer within 20s, 2 times"},
	} {
		r := &run{verdict: c.v}
		r.bounds(c.than)
		require.Equal(t, c.bad == "", r.verdict.ok(), name)
		require.Contains(t, r.verdict.String(), c.bad, name)
	}
}

// A verdict is bad as soon as one count or fault is.
func TestVerdicts(t *testing.T) {
	require.True(t, (&verdict{posts: 5, tickets: 2, doubtful: 1}).ok())
	require.Contains(t, (&verdict{}).String(), "nothing lost, nothing doubled")
	for _, v := range []verdict{{missing: 1}, {stale: 1}, {twice: 1}, {unanswered: 1}, {doubled: 1}, {uncalled: 1}, {unsent: 1},
		{sentTwice: 1}, {rejected: 1}, {wentBack: 1}, {unfinished: 1}, {together: 1}, {heard: heard{silent: 1}}, {faults: []error{errNoDisk}}} {
		require.False(t, v.ok(), v.String())
	}
	require.Contains(t, (&verdict{missing: 3}).String(), "3 posts missing")
}

// What was killed and has not come back yet can't be asked to stop, and did
// nothing wrong.
func TestAProcessBetweenTwoLivesIsNotJudged(t *testing.T) {
	p, err := newProduct(t.Context(), "sleep", t.TempDir(), nil)
	require.NoError(t, err)
	u := p.add("sleeper", "60")
	require.NoError(t, until(t.Context(), 10*time.Second, "started", func() (bool, error) {
		u.mu.Lock()
		defer u.mu.Unlock()
		return u.cmd != nil && u.cmd.Process != nil, nil
	}))
	u.kill()
	require.NoError(t, u.stop(true))
	require.NoError(t, p.close())
}
