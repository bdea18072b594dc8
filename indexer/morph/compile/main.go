// Command compile makes the dictionary of package morph out of OpenCorpora's,
// as the PyPI package pymorphy3-dicts-ru brings it: `go generate` in the
// package's folder. Its output is the same, byte by byte, each time.
package main

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

// The pinned package. Whoever pins another one looks at its licence again.
const (
	pinned = "pymorphy3-dicts-ru==2.4.417150.4580142"
	sum    = "718bac64c73c10c16073a199402657283d9b64c04188b694f6d3e9b0d85440f4"
)

func main() {
	wheel := flag.String("wheel", "", "the package as a file; default: pip fetches it")
	out := flag.String("out", ".", "folder to write to")
	flag.Parse()
	if err := run(*wheel, *out); err != nil {
		fmt.Fprintln(os.Stderr, "compile:", err)
		os.Exit(1)
	}
}

func run(wheel, out string) error {
	if _, err := exec.LookPath("pip"); err != nil && wheel == "" {
		fmt.Fprintln(os.Stderr, "SKIPPED: pip is not here, the dictionary stays as it is")
		return nil
	}
	raw, err := fetched(wheel)
	if err != nil {
		return err
	}
	if got := sha256.Sum256(raw); hex.EncodeToString(got[:]) != sum {
		return fmt.Errorf("%s has the sum %x, not %s", pinned, got, sum)
	}
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return err
	}
	readings, err := readWords(z)
	if err != nil {
		return err
	}
	files, err := compile(readings)
	if err != nil {
		return err
	}
	for name, b := range files {
		if err := os.WriteFile(filepath.Join(out, name), b, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// fetched gives the package's bytes: from a file, or through pip.
func fetched(wheel string) ([]byte, error) {
	if wheel != "" {
		return os.ReadFile(wheel)
	}
	dir, err := os.MkdirTemp("", "morph")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	cmd := exec.Command("pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--dest", dir, pinned)
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("pip download %s: %w", pinned, err)
	}
	found, err := filepath.Glob(filepath.Join(dir, "*.whl"))
	if err != nil || len(found) != 1 {
		return nil, errors.Join(fmt.Errorf("pip brought %d packages", len(found)), err)
	}
	return os.ReadFile(found[0])
}

// member reads one file of the package.
func member(z *zip.Reader, name string) ([]byte, error) {
	f, err := z.Open("pymorphy3_dicts_ru/data/" + name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}
