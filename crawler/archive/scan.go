package archive

import (
	"encoding/json"
	"errors"
	"fmt"
)

// scan walks through one huge JSON value. encoding/json's Decoder stops at the
// first thing it doesn't like and holds a whole value in memory; scan gives the
// raw values of an array one by one, each within a limit, and goes on behind a
// bad one.
type scan struct{ from *input }

// syntax is an error from which a walk can't go on.
type syntax struct{ what string }

func (s *syntax) Error() string { return s.what }

func (s scan) wrong(format string, args ...any) error {
	return &syntax{fmt.Sprintf(format, args...)}
}

// peek gives the next byte that is no space, without taking it; 0 at the end.
func (s scan) peek() byte {
	for {
		b, err := s.from.r.Peek(1)
		if len(b) == 0 {
			s.from.ended(err)
			return 0
		}
		switch b[0] {
		case ' ', '\t', '\r', '\n':
			s.from.byte()
		default:
			return b[0]
		}
	}
}

// expect takes one byte that has to come.
func (s scan) expect(want byte) error {
	switch got := s.peek(); got {
	case want:
		s.from.byte()
		return nil
	case 0:
		return s.wrong("the file ends where %q has to come", want)
	default:
		return s.wrong("%q where %q has to come", got, want)
	}
}

// list walks between two brackets; each takes one value.
func (s scan) list(opening, closing byte, each func() error) error {
	if err := s.expect(opening); err != nil {
		return err
	}
	if s.peek() == closing {
		return s.expect(closing)
	}
	for {
		if err := each(); err != nil {
			return err
		}
		if s.peek() != ',' {
			return s.expect(closing)
		}
		s.from.byte()
	}
}

// object walks through an object; each takes the value of a key.
func (s scan) object(each func(key string) error) error {
	return s.list('{', '}', func() error {
		if s.peek() != '"' {
			return s.wrong("%q where a key has to come", s.peek())
		}
		raw, err := s.value(maxKey)
		if err != nil {
			return err
		}
		var key string
		if err := json.Unmarshal(raw, &key); err != nil {
			return s.wrong("a key that is no string: %v", err)
		}
		if err := s.expect(':'); err != nil {
			return err
		}
		return each(key)
	})
}

// maxKey bounds a key and the small values beside messages, in bytes.
const maxKey = 64 << 10

// value takes one value. errTooLong comes with its first limit bytes, the rest
// having been passed over.
func (s scan) value(limit int) (raw []byte, err error) {
	depth, quoted, escaped := 0, false, false
	first := s.peek()
	for {
		b, ok := s.from.byte()
		if !ok {
			return raw, s.wrong("the file ends within a value")
		}
		if len(raw) < limit {
			raw = append(raw, b)
		} else {
			err = errTooLong
		}
		switch {
		case escaped:
			escaped = false
		case quoted && b == '\\':
			escaped = true
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == '{' || b == '[':
			depth++
		case b == '}' || b == ']':
			depth--
		}
		if depth < 0 {
			return raw, s.wrong("%q where a value has to come", b)
		}
		if depth > 0 || quoted {
			continue
		}
		switch first {
		case '{', '[', '"':
			return raw, err
		}
		if s.delimited() { // a number, true, false, null
			return raw, err
		}
	}
}

// delimited says whether a value that has no brackets of its own ends here.
func (s scan) delimited() bool {
	b, _ := s.from.r.Peek(1)
	if len(b) == 0 {
		return true
	}
	switch b[0] {
	case ',', ']', '}', ' ', '\t', '\r', '\n', ':':
		return true
	}
	return false
}

// over passes over one value of any size.
func (s scan) over() error {
	if _, err := s.value(0); err != nil && !errors.Is(err, errTooLong) {
		return err
	}
	return nil
}
