package private

import (
	"archive/tar"
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/xi2/xz"
)

// most is a bound on what the archive unpacks to; the real one is 60 MB.
const most = 1 << 30

// extract unpacks a jar that holds one .txz with bin, lib and share into dir.
func extract(ctx context.Context, jar *os.File, dir string) error {
	info, err := jar.Stat()
	if err != nil {
		return err
	}
	z, err := zip.NewReader(jar, info.Size())
	if err != nil {
		return fmt.Errorf("unpack: %w", err)
	}
	for _, f := range z.File {
		if !strings.HasSuffix(f.Name, ".txz") {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return fmt.Errorf("unpack: %w", err)
		}
		defer r.Close()
		x, err := xz.NewReader(r, 0)
		if err != nil {
			return fmt.Errorf("unpack: %w", err)
		}
		return untar(ctx, x, dir)
	}
	return errors.New("unpack: the archive holds no .txz")
}

// untar refuses names and links that lead out of dir.
func untar(ctx context.Context, r io.Reader, dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	left := int64(most)
	t := tar.NewReader(r)
	for ctx.Err() == nil {
		h, err := t.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("unpack: %w", err)
		}
		if left -= h.Size; left < 0 {
			return fmt.Errorf("unpack: more than %d MB", int64(most)>>20)
		}
		if err := entry(root, t, h); err != nil {
			return fmt.Errorf("unpack %s: %w", h.Name, err)
		}
	}
	return context.Cause(ctx)
}

func entry(root *os.Root, r io.Reader, h *tar.Header) error {
	name := filepath.Clean(h.Name)
	if err := openDir(root, filepath.Dir(name)); err != nil {
		return err
	}
	switch h.Typeflag {
	case tar.TypeDir:
		return openDir(root, name)
	case tar.TypeSymlink:
		if filepath.IsAbs(h.Linkname) || !filepath.IsLocal(filepath.Join(filepath.Dir(name), h.Linkname)) {
			return errors.New("a link that leads out of the archive")
		}
		return root.Symlink(h.Linkname, name)
	case tar.TypeReg:
		mode := 0o644 | fs.FileMode(h.Mode)&0o111
		f, err := root.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_EXCL, mode)
		if err != nil {
			return err
		}
		if _, err := io.Copy(f, r); err != nil {
			f.Close()
			return err
		}
		return errors.Join(f.Chmod(mode), f.Close()) // whatever the umask is
	}
	return nil // devices and the like are not there and not wanted
}

// openDir makes a folder that the server's user may enter, whatever the umask.
func openDir(root *os.Root, name string) error {
	if err := root.MkdirAll(name, 0o755); err != nil {
		return err
	}
	return root.Chmod(name, 0o755)
}
