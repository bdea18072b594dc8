package private

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// What is fetched: io.zonky.test.postgres:embedded-postgres-binaries-* from
// Maven Central, which github.com/fergusstrange/embedded-postgres uses too.
const (
	version      = "18.3.0"
	major        = "18"
	mavenCentral = "https://repo1.maven.org/maven2"

	// largest is far above the real size (10 to 35 MB).
	largest = 200 << 20
)

// sums are the SHA-256 of the jars, by platform, as Maven Central publishes
// them beside the jars (….jar.sha256). They are pinned here because what is
// fetched gets run.
func sums() map[string]string {
	return map[string]string{
		"linux-amd64":        "1974c3a59c3ae010e9818e81637e425aad94eaac26e4ef533b42e081fe7ca345",
		"linux-arm64v8":      "1fb555a6602c13a113ab1f0cc9224d599948e85e51ac5f001393605505eaf78e",
		"linux-amd64-alpine": "510fd314da39f1eeccef774a92428474168fedf55403342548e2adeaed66b483",
		"darwin-amd64":       "cb68c57232945f5e74db946e6077d70cec56bfed35959b21acc750cc80ca0977",
		"darwin-arm64v8":     "a18ec9ec6a905e04f5a08a8f7870bddadd635feb54dee332a3daf80fada3cb1a",
	}
}

// platform is Maven's name for this machine.
func platform() string {
	p := runtime.GOOS + "-" + runtime.GOARCH
	if runtime.GOARCH == "arm64" {
		p += "v8"
	}
	if _, err := os.Stat("/etc/alpine-release"); err == nil {
		p += "-alpine"
	}
	return p
}

// binaries fetches the server's programs once and keeps them in a cache.
type binaries struct {
	repository string
	platform   string
	sums       map[string]string
	caches     []string // the first that can be used is
	place      place
	client     *http.Client
	progress   io.Writer
	log        *slog.Logger
}

func newBinaries(o Options, p place) binaries {
	b := binaries{
		repository: strings.TrimRight(cmp.Or(o.Repository, mavenCentral), "/"),
		platform:   platform(),
		sums:       sums(),
		place:      p,
		// The whole download may take long on a slow line; silence may not.
		client:   &http.Client{Timeout: 30 * time.Minute, Transport: patient()},
		progress: o.Progress,
		log:      cmp.Or(o.Log, slog.Default()),
	}
	if b.progress == nil {
		b.progress = os.Stderr
	}
	switch {
	case o.Cache != "":
		b.caches = []string{o.Cache}
	case p.owner != nil: // root's own cache folder is closed to the server's user
		b.caches = []string{"/var/cache/otklik"}
	default:
		if home, err := os.UserCacheDir(); err == nil {
			b.caches = []string{filepath.Join(home, "otklik")}
		}
	}
	b.caches = append(b.caches, p.root)
	return b
}

func patient() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone() // keeps HTTPS_PROXY
	t.ResponseHeaderTimeout = 30 * time.Second
	t.TLSHandshakeTimeout = 15 * time.Second
	return t
}

// ensure gives the folder that holds bin/postgres, fetching it when no cache
// has it.
func (b binaries) ensure(ctx context.Context) (string, error) {
	name := "postgres-" + version + "-" + b.platform
	var cache string
	var why error
	for _, c := range b.caches {
		dir := filepath.Join(c, name)
		if b.usable(c) && complete(dir) {
			return dir, nil
		}
		if cache != "" {
			continue
		}
		if err := b.place.makeOpen(c); err != nil {
			why = errors.Join(why, err)
		} else if !b.usable(c) {
			why = errors.Join(why, fmt.Errorf("%s is closed to user %s", c, b.place.owner.name))
		} else {
			cache = c
		}
	}
	if cache == "" {
		return "", fmt.Errorf("nowhere to keep the binaries of Postgres: %w", why)
	}
	unlock, err := b.lock(ctx, filepath.Join(cache, name+".lock"))
	if err != nil {
		return "", err
	}
	defer unlock()
	dir := filepath.Join(cache, name)
	if complete(dir) { // another process fetched it while we waited
		return dir, nil
	}
	if err := b.install(ctx, dir); err != nil {
		return "", fmt.Errorf("fetch Postgres %s: %w; or name a database of your own with OTKLIK_DATABASE_URL", version, err)
	}
	return dir, nil
}

func (b binaries) usable(cache string) bool {
	return b.place.owner == nil || reachable(cache, *b.place.owner)
}

// complete needs no checksum: the folder gets its name when everything is in it.
func complete(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "bin", "postgres"))
	return err == nil
}

func (b binaries) lock(ctx context.Context, path string) (func(), error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for told := false; ; told = true {
		if syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
			return func() { f.Close() }, nil
		}
		if !told {
			b.log.Info("another process is fetching Postgres: waiting for it")
		}
		select {
		case <-ctx.Done():
			f.Close()
			return nil, context.Cause(ctx)
		case <-tick.C:
		}
	}
}

func (b binaries) install(ctx context.Context, dir string) error {
	want, ok := b.sums[b.platform]
	if !ok {
		return fmt.Errorf("there is no build for %s", b.platform)
	}
	jar, err := os.CreateTemp(filepath.Dir(dir), ".fetch-*")
	if err != nil {
		return err
	}
	defer os.Remove(jar.Name())
	defer jar.Close()
	if err := b.download(ctx, jar, want); err != nil {
		return err
	}
	fresh, err := os.MkdirTemp(filepath.Dir(dir), ".extract-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(fresh) // nothing is there after the rename
	if err := os.Chmod(fresh, 0o755); err != nil {
		return err
	}
	if err := extract(ctx, jar, fresh); err != nil {
		return err
	}
	if !complete(fresh) {
		return errors.New("the archive holds no bin/postgres")
	}
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	return os.Rename(fresh, dir)
}

// download tries three times: a first start should not fail for one lost
// connection.
func (b binaries) download(ctx context.Context, to *os.File, want string) error {
	name := "embedded-postgres-binaries-" + b.platform
	address := fmt.Sprintf("%s/io/zonky/test/postgres/%s/%s/%s-%s.jar", b.repository, name, version, name, version)
	var err error
	for try := range 3 {
		if try > 0 {
			b.log.Warn("fetching Postgres failed, trying again", "error", err)
		}
		var again bool
		if again, err = b.try(ctx, address, to, want); err == nil || !again || ctx.Err() != nil {
			return err
		}
	}
	return err
}

// try tells, with its error, whether another try may help.
func (b binaries) try(ctx context.Context, address string, to *os.File, want string) (again bool, err error) {
	if _, err := to.Seek(0, io.SeekStart); err != nil {
		return false, err
	}
	if err := to.Truncate(0); err != nil {
		return false, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return false, err
	}
	resp, err := b.client.Do(req)
	if err != nil {
		return true, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return resp.StatusCode >= 500, fmt.Errorf("GET %s: %s", address, resp.Status)
	}
	sum := sha256.New()
	bar, done := b.bar(resp.ContentLength)
	n, err := io.Copy(io.MultiWriter(to, sum, bar), io.LimitReader(resp.Body, largest+1))
	if err != nil {
		return true, fmt.Errorf("GET %s: %w", address, err)
	}
	if n > largest {
		return false, fmt.Errorf("GET %s: more than %d MB", address, largest>>20)
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != want {
		return true, fmt.Errorf("GET %s: its SHA-256 is %s, must be %s", address, got, want)
	}
	done()
	return false, nil
}

// bar shows progress: a bar on a terminal, a line at the beginning and at the
// end elsewhere.
func (b binaries) bar(size int64) (io.Writer, func()) {
	text := "fetching Postgres " + version
	if f, ok := b.progress.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		bar := progressbar.NewOptions64(size,
			progressbar.OptionSetWriter(f), progressbar.OptionSetDescription(text),
			progressbar.OptionShowBytes(true), progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionOnCompletion(func() { fmt.Fprintln(f) }))
		return bar, func() { bar.Finish() }
	}
	amount := ""
	if size > 0 {
		amount = fmt.Sprintf(" (%.1f MB)", float64(size)/1e6)
	}
	fmt.Fprintf(b.progress, "%s%s, once\n", text, amount)
	return io.Discard, func() { fmt.Fprintln(b.progress, "fetched Postgres", version) }
}
