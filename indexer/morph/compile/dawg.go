package main

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// dawg is a word graph as the library dawgdic writes it, for reading all of
// its keys: https://github.com/s-yata/dawgdic, the format of pymorphy's words.
// A unit is 32 bits: whether it is a value (31), an offset (10–30), whether the
// offset is shifted (9), whether a value follows (8), and a label (0–7).
type dawg struct {
	units []uint32
	guide []byte // of each unit, the label of its first child and of its next sibling
}

const (
	isLeaf   = 1 << 31
	hasLeaf  = 1 << 8
	extended = 1 << 9
)

// maxUnits bounds what a broken file may ask for.
const maxUnits = 1 << 26

func readDawg(r io.Reader) (*dawg, error) {
	var d dawg
	var n uint32
	if err := binary.Read(r, binary.LittleEndian, &n); err != nil {
		return nil, err
	}
	if n > maxUnits {
		return nil, fmt.Errorf("%d units are too many", n)
	}
	d.units = make([]uint32, n)
	if err := binary.Read(r, binary.LittleEndian, d.units); err != nil {
		return nil, err
	}
	if err := binary.Read(r, binary.LittleEndian, &n); err != nil {
		return nil, err
	}
	if int(n) != len(d.units) {
		return nil, fmt.Errorf("a guide of %d for %d units", n, len(d.units))
	}
	d.guide = make([]byte, 2*n)
	_, err := io.ReadFull(r, d.guide)
	return &d, err
}

func (d *dawg) offset(i uint32) uint32 {
	u := d.units[i]
	return (u >> 10) << ((u & extended) >> 6)
}

func (d *dawg) child(i uint32, label byte) (uint32, error) {
	next := i ^ d.offset(i) ^ uint32(label)
	if int(next) >= len(d.units) || d.units[next]&(isLeaf|0xff) != uint32(label) {
		return 0, errors.New("the graph is broken: a child is missing")
	}
	return next, nil
}

// walk calls f with every key, in the order of bytes. The key is f's only until
// it returns.
func (d *dawg) walk(f func(key []byte) error) error {
	return d.from(0, make([]byte, 0, 256), f)
}

func (d *dawg) from(i uint32, key []byte, f func([]byte) error) error {
	if len(key) == cap(key) {
		return errors.New("the graph is broken: a key has no end")
	}
	if d.units[i]&hasLeaf != 0 {
		if err := f(key); err != nil {
			return err
		}
	}
	for label := d.guide[2*i]; label != 0; {
		next, err := d.child(i, label)
		if err != nil {
			return err
		}
		if err := d.from(next, append(key, label), f); err != nil {
			return err
		}
		label = d.guide[2*next+1]
	}
	return nil
}

const separator = 0x01

func parseRecord(key []byte) (form string, paradigm, index int, err error) {
	for i, b := range key {
		if b != separator {
			continue
		}
		var raw [8]byte
		n, err := base64.StdEncoding.Decode(raw[:], key[i+1:])
		if err != nil || n != 4 {
			return "", 0, 0, fmt.Errorf("the record of %q is not 4 bytes", key[:i])
		}
		return string(key[:i]), int(binary.BigEndian.Uint16(raw[:])), int(binary.BigEndian.Uint16(raw[2:])), nil
	}
	return "", 0, 0, fmt.Errorf("%q has no record", key)
}
