package importer

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/otklik/otklik/crawler/archive"
)

const toldLines = 10 // bad lines that are told one by one

// rejected is the side file of bad lines; it is made with the first of them.
type rejected struct {
	path   string
	name   string // of the file that is imported
	stderr io.Writer

	file *os.File
	out  *bufio.Writer
	enc  *json.Encoder
	n    int
	err  error // the first of writing
}

// clear removes the side file of an earlier run, which would tell of lines
// that were mended since.
func (r *rejected) clear() error {
	if err := os.Remove(r.path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("side file of bad lines: %w", err)
	}
	return nil
}

func (r *rejected) add(b archive.BadLine) {
	if r.n++; r.stderr != nil && r.n <= toldLines {
		fmt.Fprintf(r.stderr, "%s:%d: %s\n", r.name, b.Line, b.Reason)
	}
	if r.err != nil {
		return
	}
	if r.file == nil {
		if r.file, r.err = os.Create(r.path); r.err != nil {
			return
		}
		r.out = bufio.NewWriter(r.file)
		r.enc = json.NewEncoder(r.out)
		r.enc.SetEscapeHTML(false)
	}
	r.err = r.enc.Encode(b)
}

// finish tells the rest and makes the file whole.
func (r *rejected) finish() error {
	if r.n > toldLines && r.stderr != nil {
		fmt.Fprintf(r.stderr, "%s: %d bad lines in all, see %s\n", r.name, r.n, r.path)
	}
	if r.file != nil {
		r.err = errors.Join(r.err, r.out.Flush(), r.file.Close())
		r.file = nil
	}
	return r.err
}

// close is for runs that end before finish.
func (r *rejected) close() {
	if r.file != nil {
		_ = r.file.Close()
	}
}
