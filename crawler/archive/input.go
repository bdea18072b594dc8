package archive

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"github.com/otklik/otklik/internal/fault"
)

// peekBytes is how much of a file its format is told from.
const peekBytes = 64 << 10

// input is the file: unpacked, without a byte order mark, and with its lines
// counted. What breaks off ends like a file that is whole, and broken says so.
type input struct {
	name   string
	size   int64 // as it lies there; 0: unknown
	line   int   // that is being read, from 1
	broken error // the reading ended before the file did

	file    io.Closer
	counter *counter
	r       *bufio.Reader
}

// counter counts the bytes of the file as it lies there.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += int64(n)
	return n, err
}

func open(o Options) (*input, error) {
	in := &input{name: o.Path}
	var raw io.Reader = o.Stdin
	if o.Path == "-" {
		in.name = "standard input"
		if raw == nil {
			return nil, fault.New(fault.Invalid, "there is no standard input")
		}
	} else {
		f, err := os.Open(o.Path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, fault.New(fault.NotFound, "there is no file %s", o.Path)
		}
		if err != nil {
			return nil, err
		}
		in.file, raw = f, f
		if st, err := f.Stat(); err == nil && st.Mode().IsRegular() {
			in.size = st.Size()
		} else if err == nil && st.IsDir() {
			_ = f.Close()
			return nil, fault.New(fault.Invalid, "%s is a folder; name the files in it", o.Path)
		}
	}
	if err := in.unpack(raw); err != nil {
		_ = in.Close()
		return nil, err
	}
	return in, nil
}

// unpack looks at the first bytes and puts the readers for what they say on
// top of each other.
func (in *input) unpack(raw io.Reader) error {
	in.counter = &counter{r: raw}
	in.r = bufio.NewReaderSize(in.counter, peekBytes)
	head, err := in.r.Peek(4)
	if err != nil && err != io.EOF {
		return fault.New(fault.Invalid, "%s can't be read: %w", in.name, err)
	}
	if bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		return fault.New(fault.Invalid, "%s is a ZIP archive or an Excel workbook; unpack it, or save it as CSV", in.name)
	}
	if bytes.HasPrefix(head, []byte("\x1f\x8b")) {
		z, err := gzip.NewReader(in.r)
		if err != nil {
			return fault.New(fault.Invalid, "%s begins like a gzip file and is none: %w", in.name, err)
		}
		in.r = bufio.NewReaderSize(z, peekBytes)
	}
	in.line = 1
	mark, _ := in.r.Peek(3) // an error comes again when it is read
	switch {
	case bytes.HasPrefix(mark, []byte("\xff\xfe")), bytes.HasPrefix(mark, []byte("\xfe\xff")):
		in.r = bufio.NewReaderSize(transform.NewReader(in.r, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder()), peekBytes)
	case bytes.Equal(mark, []byte("\xef\xbb\xbf")):
		_, _ = in.r.Discard(3)
	}
	return nil
}

func (in *input) Close() error {
	if in.file == nil {
		return nil
	}
	return in.file.Close()
}

func (in *input) bytes() int64 { return in.counter.n }

// head gives the beginning without taking it.
func (in *input) head() []byte {
	b, err := in.r.Peek(peekBytes)
	in.ended(err)
	return b
}

// ended remembers why reading ended, where that was not the end.
func (in *input) ended(err error) {
	if err != nil && err != io.EOF && err != bufio.ErrBufferFull && in.broken == nil {
		in.broken = err
	}
}

// byte takes a byte; ok is false at the end.
func (in *input) byte() (b byte, ok bool) {
	b, err := in.r.ReadByte()
	if err != nil {
		in.ended(err)
		return 0, false
	}
	if b == '\n' {
		in.line++
	}
	return b, true
}

var (
	errTooLong = errors.New("is longer than 64 MiB")
	errOpenEnd = errors.New("the file ends within this")
)

// text takes a line without its end. ok is false when there is none. An error
// is of this line only; its first bytes are given all the same.
func (in *input) text() (line []byte, ok bool, err error) {
	for {
		part, e := in.r.ReadSlice('\n')
		in.ended(e)
		if room := MaxLine - len(line); len(part) > room+1 {
			err = errTooLong
			part = part[:room]
		}
		line = append(line, part...)
		switch {
		case e == bufio.ErrBufferFull:
			continue
		case e == nil:
			in.line++
		case len(line) == 0:
			return nil, false, nil
		case in.broken != nil && err == nil:
			err = errOpenEnd
		}
		return bytes.TrimRight(line, "\r\n"), true, err
	}
}

// decode gives a line as valid UTF-8. One that isn't, and isn't UTF-8 with a
// few broken bytes either, is windows-1251: Russian in that charset never
// looks like UTF-8 by chance. Going line by line is right also where the first
// Russian word stands far behind the beginning.
func decode(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	var good, bad int
	for rest := b; len(rest) > 0; {
		r, n := utf8.DecodeRune(rest)
		if r == utf8.RuneError && n == 1 {
			bad++
		} else if n > 1 {
			good++
		}
		rest = rest[n:]
	}
	if good <= 4*bad {
		if s, err := charmap.Windows1251.NewDecoder().Bytes(b); err == nil {
			return string(s)
		}
	}
	return strings.ToValidUTF8(string(b), "\uFFFD")
}
