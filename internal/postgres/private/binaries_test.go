package private

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sync/errgroup"
)

// smallTxz is bin/postgres (an executable), lib/a.so.1 and the link lib/a.so.
const smallTxz = `
/Td6WFoAAAFpIt42AgAhARwAAAAQz1jM4Cf/AKRdADEaShsFkZA3OlG9V3Gz1uEhGuzodTR9POemV5xBuI5pdqsf/+4UwNzmuHkv
bi8pgLYcPNU+mdV+hUhfQG8yWoDb11jbZwmTj6Z8dBeOSnQBmT+kUMZXWqC4Z7ib8Jk7j1RELYooxCUnBm0pLsiDxQPFkZad+kYc
AGRceHiSoMFYUGKtYDFaS4FFTl57crYNyxH2MpPd2MrXBczWcBD73srjxbBaAFf0pCwAAbwBgFAAAOi22BI+MA2LAgAAAAABWVo=`

func smallJar(t *testing.T) []byte {
	t.Helper()
	txz, err := base64.StdEncoding.DecodeString(strings.ReplaceAll(smallTxz, "\n", ""))
	require.NoError(t, err)
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.Create("postgres-linux-x86_64.txz")
	require.NoError(t, err)
	_, err = w.Write(txz)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return b.Bytes()
}

// mirror is a Maven repository with one jar; fail says what the n-th request
// gets instead.
func mirror(t *testing.T, jar []byte, fail func(n int32, w http.ResponseWriter) bool) (binaries, *atomic.Int32) {
	t.Helper()
	var n atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if fail != nil && fail(n.Add(1), w) {
			return
		}
		if fail == nil {
			n.Add(1)
		}
		want := "/io/zonky/test/postgres/embedded-postgres-binaries-test/18.3.0/embedded-postgres-binaries-test-18.3.0.jar"
		if r.URL.Path != want {
			http.NotFound(w, r)
			return
		}
		w.Write(jar)
	}))
	t.Cleanup(s.Close)
	sum := sha256.Sum256(jar)
	return binaries{
		repository: s.URL, platform: "test", sums: map[string]string{"test": hex.EncodeToString(sum[:])},
		caches: []string{filepath.Join(t.TempDir(), "cache")}, client: s.Client(),
		progress: io.Discard, log: slog.New(slog.DiscardHandler),
	}, &n
}

func TestFetchesOnceAndShowsIt(t *testing.T) {
	b, n := mirror(t, smallJar(t), nil)
	var shown bytes.Buffer
	b.progress = &shown
	dir, err := b.ensure(t.Context())
	require.NoError(t, err)
	require.Contains(t, shown.String(), "fetching Postgres 18.3.0 (")
	info, err := os.Stat(filepath.Join(dir, "bin", "postgres"))
	require.NoError(t, err)
	require.EqualValues(t, 0o755, info.Mode().Perm())
	link, err := os.Readlink(filepath.Join(dir, "lib", "a.so"))
	require.NoError(t, err)
	require.Equal(t, "a.so.1", link)

	again, err := b.ensure(t.Context())
	require.NoError(t, err)
	require.Equal(t, dir, again)
	require.EqualValues(t, 1, n.Load(), "the second start needs no network")
	rest, err := filepath.Glob(filepath.Join(b.caches[0], ".*"))
	require.NoError(t, err)
	require.Empty(t, rest, "nothing temporary is left")
}

func TestManyStartersFetchOnce(t *testing.T) {
	b, n := mirror(t, smallJar(t), nil)
	var g errgroup.Group
	for range 5 {
		g.Go(func() error { _, err := b.ensure(t.Context()); return err })
	}
	require.NoError(t, g.Wait())
	require.EqualValues(t, 1, n.Load())
}

func TestFetchSurvivesABadServer(t *testing.T) {
	b, n := mirror(t, smallJar(t), func(n int32, w http.ResponseWriter) bool {
		switch n {
		case 1:
			w.WriteHeader(http.StatusBadGateway)
		case 2: // promises more than it sends
			w.Header().Set("Content-Length", "100000")
			w.Write([]byte("half"))
		}
		return n <= 2
	})
	_, err := b.ensure(t.Context())
	require.NoError(t, err)
	require.EqualValues(t, 3, n.Load())
}

func TestFetchRefusesWhatIsNotPinned(t *testing.T) {
	b, _ := mirror(t, smallJar(t), nil)
	b.sums["test"] = strings.Repeat("0", 64)
	dir := filepath.Join(b.caches[0], "postgres-18.3.0-test")
	_, err := b.ensure(t.Context())
	require.ErrorContains(t, err, "SHA-256")
	require.ErrorContains(t, err, "OTKLIK_DATABASE_URL")
	require.NoDirExists(t, dir)
}

func TestFetchErrorsNameTheAddress(t *testing.T) {
	b, n := mirror(t, smallJar(t), func(_ int32, w http.ResponseWriter) bool {
		w.WriteHeader(http.StatusNotFound)
		return true
	})
	_, err := b.ensure(t.Context())
	require.ErrorContains(t, err, "404")
	require.ErrorContains(t, err, b.repository)
	require.EqualValues(t, 1, n.Load(), "asking again would not help")
}

func TestFetchNeedsABuildForThePlatform(t *testing.T) {
	b, _ := mirror(t, smallJar(t), nil)
	b.platform = "plan9-mips"
	_, err := b.ensure(t.Context())
	require.ErrorContains(t, err, "no build for plan9-mips")
}

func TestFetchEndsWithItsContext(t *testing.T) {
	release := make(chan struct{})
	b, _ := mirror(t, nil, func(_ int32, w http.ResponseWriter) bool { <-release; return true })
	defer close(release)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := b.ensure(ctx)
	require.ErrorIs(t, err, context.Canceled)
}

func TestCacheThatCannotBeMadeFallsBack(t *testing.T) {
	b, _ := mirror(t, smallJar(t), nil)
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	b.caches = []string{filepath.Join(file, "cache"), t.TempDir()}
	dir, err := b.ensure(t.Context())
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(dir, b.caches[1]))
}

func TestNotAJarAndNoTxz(t *testing.T) {
	var empty bytes.Buffer
	require.NoError(t, zip.NewWriter(&empty).Close())
	for name, jar := range map[string][]byte{"unpack: zip": []byte("not a jar"), "no .txz": empty.Bytes()} {
		b, _ := mirror(t, jar, nil)
		_, err := b.ensure(t.Context())
		require.ErrorContains(t, err, name)
	}
}

func TestUntarStaysInside(t *testing.T) {
	for name, h := range map[string]tar.Header{
		"up":       {Name: "../escape", Typeflag: tar.TypeReg},
		"absolute": {Name: "/tmp/escape", Typeflag: tar.TypeReg},
		"link up":  {Name: "lib/l", Linkname: "../../escape", Typeflag: tar.TypeSymlink},
		"link abs": {Name: "lib/l", Linkname: "/etc/passwd", Typeflag: tar.TypeSymlink},
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			w := tar.NewWriter(&b)
			h.Mode = 0o644
			require.NoError(t, w.WriteHeader(&h))
			require.NoError(t, w.Close())
			outer := t.TempDir()
			dir := filepath.Join(outer, "in")
			require.NoError(t, os.Mkdir(dir, 0o755))
			require.Error(t, untar(t.Context(), &b, dir))
			require.NoFileExists(t, filepath.Join(outer, "escape"))
		})
	}
}

// A truncated or damaged archive is an error, never a panic.
func FuzzUntar(f *testing.F) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	w.WriteHeader(&tar.Header{Name: "bin/x", Mode: 0o755, Size: 2, Typeflag: tar.TypeReg})
	w.Write([]byte("ab"))
	w.Close()
	f.Add(b.Bytes())
	f.Add(b.Bytes()[:600])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		dir := t.TempDir()
		if err := untar(t.Context(), bytes.NewReader(data), dir); err == nil {
			return
		}
	})
}

func TestReachable(t *testing.T) {
	dir := open(t)
	in := filepath.Join(dir, "in")
	require.NoError(t, os.Mkdir(in, 0o755))
	stranger := owner{uid: 61234, gid: 61234}
	require.True(t, reachable(in, stranger))
	require.NoError(t, os.Chmod(dir, 0o750))
	require.False(t, reachable(in, stranger))
	require.True(t, reachable(in, owner{uid: uint32(os.Geteuid()), gid: 61234}) || os.Geteuid() == 0)
	require.False(t, reachable(filepath.Join(dir, "missing"), stranger))
}
