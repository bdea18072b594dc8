package acceptance

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/otklik/otklik/internal/testenv"
)

// rootToken is the administrator's token of every installation.
const rootToken = "acceptance-bootstrap-token"

// binary builds the product once for all tests of this package.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "otklik-acceptance")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "otklik")
	out, err := exec.Command("go", "build", "-o", path, "../../cmd/otklik").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := binary(); err == nil {
		os.RemoveAll(filepath.Dir(path))
	}
	os.Exit(code)
}

// shape is one of the two that the product has.
type shape struct {
	name  string
	roles []string                    // processes besides the one that serves
	serve string                      // the command that serves
	env   func(t *testing.T) []string // addresses of engines
}

func shapes() []shape {
	return []shape{
		{name: "postgres", serve: "run", env: func(*testing.T) []string { return nil }},
		{name: "kafka+elasticsearch+postgres", serve: "serve", roles: []string{"crawl", "index", "desk"}, env: func(t *testing.T) []string {
			return []string{
				"OTKLIK_KAFKA=" + strings.Join(testenv.Kafka(t), ","),
				"OTKLIK_ELASTICSEARCH=" + testenv.Elasticsearch(t),
				"OTKLIK_PREFIX=" + testenv.Name(t),
			}
		}},
	}
}

// installation is one product under test. env is what its processes are
// started with.
type installation struct {
	t     *testing.T
	shape shape
	env   []string
	dir   string
	base  string // http://host:port
	procs []*proc
	build string // path of a binary of another version; "": the one under test
}

// newInstallation gives an installation of a shape on a database of its own;
// nothing of it runs yet.
func newInstallation(t *testing.T, s shape, env ...string) *installation {
	t.Helper()
	in := &installation{t: t, shape: s, dir: t.TempDir()}
	in.env = append([]string{
		"OTKLIK_DATABASE_URL=" + testenv.DatabaseURL(t), "OTKLIK_BOOTSTRAP_TOKEN=" + rootToken, "OTKLIK_DATA=" + in.dir, "OTKLIK_MAX_CONNS=10",
	}, append(s.env(t), env...)...)
	t.Cleanup(func() {
		for _, p := range in.procs {
			p.kill()
		}
	})
	return in
}

// start starts every process and waits until the API is ready.
func (in *installation) start() {
	in.t.Helper()
	in.must("migrate")
	for _, r := range in.shape.roles {
		in.launch(r)
	}
	p := in.launch(in.shape.serve, "--listen", "127.0.0.1:0")
	in.base = p.address(in.t)
	in.eventually(30*time.Second, "ready", func() bool {
		res, err := http.Get(in.base + "/readyz")
		if err != nil {
			return false
		}
		defer res.Body.Close()
		return res.StatusCode == http.StatusOK
	})
}

// stop ends every process by SIGTERM and checks that each ends by itself.
func (in *installation) stop() {
	in.t.Helper()
	for _, p := range in.procs {
		require.NoError(in.t, p.cmd.Process.Signal(syscall.SIGTERM))
	}
	for _, p := range in.procs {
		select {
		case <-p.done:
			require.True(in.t, p.cmd.ProcessState.Success(), "%s: %s\n%s", p.name, p.cmd.ProcessState, p.log.tail())
		case <-time.After(15 * time.Second):
			in.t.Fatalf("%s does not end on SIGTERM\n%s", p.name, p.log.tail())
		}
	}
	in.procs = nil
}

// must runs a command to its end and gives what it printed.
func (in *installation) must(args ...string) string {
	in.t.Helper()
	out, err := in.command(args...).CombinedOutput()
	require.NoError(in.t, err, "otklik %s\n%s", strings.Join(args, " "), out)
	return string(out)
}

func (in *installation) command(args ...string) *exec.Cmd {
	in.t.Helper()
	path := in.build
	if path == "" {
		var err error
		path, err = binary()
		require.NoError(in.t, err)
	}
	cmd := exec.Command(path, args...)
	cmd.Env = append(os.Environ(), in.env...)
	cmd.Dir = in.dir
	return cmd
}

// proc is one running process.
type proc struct {
	name  string
	cmd   *exec.Cmd
	log   *logBuffer
	lines chan string // of standard output
	done  chan struct{}
}

func (in *installation) launch(args ...string) *proc {
	in.t.Helper()
	p := &proc{name: args[0], cmd: in.command(args...), log: new(logBuffer), lines: make(chan string, 16), done: make(chan struct{})}
	p.cmd.Stderr = p.log
	out, err := p.cmd.StdoutPipe()
	require.NoError(in.t, err)
	require.NoError(in.t, p.cmd.Start())
	go func() {
		defer close(p.done)
		for s := bufio.NewScanner(out); s.Scan(); {
			select {
			case p.lines <- s.Text():
			default: // nobody reads more than the first lines
			}
		}
		_ = p.cmd.Wait()
	}()
	in.procs = append(in.procs, p)
	in.t.Cleanup(func() {
		if in.t.Failed() {
			in.t.Logf("log of %s:\n%s", p.name, p.log.tail())
		}
	})
	return p
}

// address waits for the line that says where the process listens.
func (p *proc) address(t *testing.T) string {
	t.Helper()
	select {
	case l := <-p.lines:
		a, ok := strings.CutPrefix(l, "listening on ")
		require.True(t, ok, "first line of standard output: %q", l)
		return a
	case <-p.done:
		t.Fatalf("%s ended: %s\n%s", p.name, p.cmd.ProcessState, p.log.tail())
	case <-time.After(90 * time.Second):
		t.Fatalf("%s does not say where it listens\n%s", p.name, p.log.tail())
	}
	return ""
}

// kill ends a process that a failed test left.
func (p *proc) kill() {
	_ = p.cmd.Process.Kill()
	<-p.done
}

// logBuffer keeps what a process says.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) tail() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.b.String()
	return s[max(0, len(s)-6000):]
}

type obj = map[string]any

// call sends a request and reads the answer into out (nil: nobody cares).
func (in *installation) call(token, method, path string, body, out any) int {
	in.t.Helper()
	var r io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		require.NoError(in.t, err)
		r = bytes.NewReader(b)
	}
	ctx, cancel := context.WithTimeout(in.t.Context(), 30*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, in.base+"/api/v1"+path, r)
	require.NoError(in.t, err)
	req.Header.Set("Authorization", "Bearer "+token)
	if r != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(req)
	require.NoError(in.t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	require.NoError(in.t, err)
	if out != nil && res.StatusCode < 300 {
		require.NoError(in.t, json.Unmarshal(b, out), "%s %s: %s", method, path, b)
	}
	if res.StatusCode >= 300 {
		in.t.Logf("%s %s: %d %s", method, path, res.StatusCode, b)
	}
	return res.StatusCode
}

func (in *installation) get(path string, out any) {
	in.t.Helper()
	require.Equal(in.t, http.StatusOK, in.call(rootToken, "GET", path, nil, out), path)
}

// make posts a body and gives the id of what was made.
func (in *installation) make(path string, body obj) int64 {
	in.t.Helper()
	var out struct{ ID int64 }
	require.Equal(in.t, http.StatusCreated, in.call(rootToken, "POST", path, body, &out), path)
	return out.ID
}

// token makes a token of a role in RU-PRI.
func (in *installation) token(role string, agency int64) string {
	in.t.Helper()
	var out struct{ Secret string }
	draft := obj{"name": role, "role": role, "regions": []string{"RU-PRI"}}
	if agency != 0 {
		draft["agencies"] = []int64{agency}
	}
	require.Equal(in.t, http.StatusCreated, in.call(rootToken, "POST", "/tokens", draft, &out))
	return out.Secret
}

// post is what these tests look at in a post.
type post struct {
	ID        string
	Text      string
	Title     string
	URL       string
	Rev       int64
	Origin    string
	Deleted   bool
	Published time.Time
	History   []struct {
		Rev  int64
		Kind string
		Post *struct{ Text string }
	}
}

func (in *installation) search(query string) []post {
	in.t.Helper()
	var out struct{ Items []post }
	in.get("/posts?limit=1000&query="+url.QueryEscape(query), &out)
	return out.Items
}

func (in *installation) count(query string) int {
	in.t.Helper()
	var out struct{ Posts int }
	in.get("/posts/count?query="+url.QueryEscape(query), &out)
	return out.Posts
}

// incident is what these tests look at in an incident.
type incident struct {
	Number     int64
	Version    int
	State      string
	Region     string
	Agency     *struct{ ID int64 }
	Due        *time.Time
	PostsTotal int64 `json:"posts_total"`
	Posts      []struct {
		Post    string
		Copies  int
		Deleted *time.Time `json:"deleted_at"`
	}
	Events []struct{ Kind string }
}

func (in *installation) incidents() []incident {
	in.t.Helper()
	var out struct{ Items []incident }
	in.get("/incidents?limit=500", &out)
	return out.Items
}

func (in *installation) incident(number int64) incident {
	in.t.Helper()
	var out incident
	in.get(fmt.Sprintf("/incidents/%d", number), &out)
	return out
}

// eventually waits for something that other processes bring about.
func (in *installation) eventually(limit time.Duration, what string, ok func() bool) {
	in.t.Helper()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	over := time.After(limit)
	for !ok() {
		select {
		case <-over:
			in.t.Fatalf("not within %s: %s", limit, what)
		case <-tick.C:
		}
	}
}
