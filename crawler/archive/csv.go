package archive

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/otklik/otklik/internal/fault"
)

// readNDJSON reads one mapped object a line.
func (f *File) readNDJSON(ctx context.Context) error {
	return f.eachLine(ctx, func(line int, raw []byte) error {
		it, why := f.Map.parseObject(decode(raw), f.Network, f.Zone)
		return f.outcome(ctx, line, raw, it, why)
	})
}

// readCSV reads a header and records.
func (f *File) readCSV(ctx context.Context) error {
	t := &table{in: f.in}
	head, ok, err := t.header()
	if err != nil || !ok {
		return err
	}
	columns := map[string]int{}
	for target, name := range f.Map {
		if strings.HasPrefix(name, "=") {
			continue
		}
		i := slices.IndexFunc(head, func(h string) bool { return strings.EqualFold(strings.TrimSpace(h), name) })
		if i < 0 {
			return fault.Fields(fault.Field{Path: "--map", Message: fmt.Sprintf("%s: there is no column %q in %s; there are %s", target, name, f.in.name, strings.Join(head, ", "))})
		}
		columns[name] = i
	}
	for ctx.Err() == nil {
		line, raw, ok, err := t.next()
		if !ok {
			return nil
		}
		if err == nil && len(bytes.TrimSpace(raw)) == 0 {
			continue
		}
		values := fields(decode(raw), t.comma)
		switch {
		case err != nil:
			f.bad(line, raw, "the record "+reason(err))
			continue
		case len(values) != len(head):
			f.bad(line, raw, fmt.Sprintf("the record has %d fields, the header %d", len(values), len(head)))
			continue
		}
		it, why := f.Map.row(f.Network, f.Zone, func(name string) (string, bool) {
			i, ok := columns[name]
			if !ok {
				return "", false
			}
			return values[i], true
		})
		if err := f.outcome(ctx, line, raw, it, why); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// table cuts a CSV file into records. encoding/csv reads each of them, but
// could not be given the whole file: a quote that is never closed would swallow
// the rest, into memory.
type table struct {
	in     *input
	comma  byte
	back   []numbered // lines that were read too far, the next last
	budget int        // bytes that may still be read again
}

type numbered struct {
	line int
	raw  []byte
	err  error
}

// A record with an open quote is given up, and reading goes on with its second
// line; but not for ever.
const rereadBytes = 256 << 20

var errOpenQuote = errors.New("has a quote that is not closed")

// header reads the first line and finds out what stands between fields.
func (t *table) header() (names []string, ok bool, err error) {
	t.budget = rereadBytes
	for {
		l, ok := t.line()
		switch {
		case !ok:
			return nil, false, nil
		case l.err != nil:
			return nil, false, fault.New(fault.Invalid, "the header %s", reason(l.err))
		case len(bytes.TrimSpace(l.raw)) == 0:
			continue
		}
		if sep, is := bytes.CutPrefix(bytes.ToLower(l.raw), []byte("sep=")); is && len(sep) == 1 {
			continue // Excel's hint; the header says the same
		}
		t.comma = separator(l.raw)
		t.back = append(t.back, l)
		_, raw, _, err := t.next()
		if err != nil {
			return nil, false, fault.New(fault.Invalid, "the header %s", reason(err))
		}
		return fields(decode(raw), t.comma), true, nil
	}
}

func (t *table) line() (numbered, bool) {
	if len(t.back) > 0 {
		l := t.back[len(t.back)-1]
		t.back = t.back[:len(t.back)-1]
		return l, true
	}
	n := t.in.line
	raw, ok, err := t.in.text()
	return numbered{n, raw, err}, ok
}

// next gives one record and the line on which it begins. An error is of this
// record only.
func (t *table) next() (line int, raw []byte, ok bool, err error) {
	first, ok := t.line()
	if !ok || first.err != nil {
		return first.line, first.raw, ok, first.err
	}
	quoted := inQuotes(first.raw, t.comma, false)
	if !quoted {
		return first.line, first.raw, true, nil
	}
	raw = append(raw, first.raw...) // first.raw must stay as it is
	var more []numbered
	for quoted {
		l, ok := t.line()
		if !ok || l.err != nil || len(raw)+len(l.raw) >= MaxLine || len(raw)+len(l.raw) > t.budget {
			if ok {
				more = append(more, l)
			}
			t.budget -= len(raw)
			slices.Reverse(more)
			t.back = append(t.back, more...)
			return first.line, first.raw, true, errOpenQuote
		}
		more = append(more, l)
		raw = append(append(raw, '\n'), l.raw...)
		quoted = inQuotes(l.raw, t.comma, true)
	}
	return first.line, raw, true, nil
}

// inQuotes says whether a line ends within a quoted field, when it begins
// within one or not. A quote opens a field only at its beginning and closes it
// only at its end, so that 5" is no trap.
func inQuotes(line []byte, comma byte, quoted bool) bool {
	start := !quoted
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case quoted && c == '"' && i+1 < len(line) && line[i+1] == '"':
			i++
		case quoted && c == '"' && (i+1 == len(line) || line[i+1] == comma):
			quoted = false
		case quoted:
		case start && c == '"':
			quoted = true
		}
		start = !quoted && c == comma
	}
	return quoted
}

// separator guesses what stands between the fields of a header.
func separator(header []byte) byte {
	best, most := byte(','), 0
	for _, c := range []byte{',', ';', '\t'} {
		if n := bytes.Count(header, []byte{c}); n > most {
			best, most = c, n
		}
	}
	return best
}

// fields reads one record.
func fields(record string, comma byte) []string {
	r := csv.NewReader(strings.NewReader(record))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = rune(comma), true, -1
	out, err := r.Read()
	if err != nil {
		return nil
	}
	if _, err := r.Read(); err != io.EOF {
		return nil // more than one: the quotes are out of order
	}
	return out
}
