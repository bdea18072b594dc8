package main

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// reading is one lemma of a form.
type reading struct{ form, lemma string }

// prefixes are those of paradigms; meta.json of the package names them.
var prefixes = []string{"", "по", "наи"}

// paradigm is how a word changes: a suffix and a prefix for each of its forms,
// of which the first is the lemma.
type paradigm []struct{ prefix, suffix string }

// fold writes as package text does: what tells no words apart is one letter.
var fold = strings.NewReplacer("ё", "е").Replace

// readWords gives every form with every lemma, each pair once, sorted.
func readWords(z *zip.Reader) ([]reading, error) {
	paradigms, err := readParadigms(z)
	if err != nil {
		return nil, err
	}
	raw, err := member(z, "words.dawg")
	if err != nil {
		return nil, err
	}
	d, err := readDawg(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	var all []reading
	err = d.walk(func(key []byte) error {
		form, p, i, err := parseRecord(key)
		if err != nil {
			return err
		}
		if p >= len(paradigms) || i >= len(paradigms[p]) {
			return fmt.Errorf("%q has form %d of paradigm %d, which is not there", form, i, p)
		}
		first, own := paradigms[p][0], paradigms[p][i]
		stem, ok := strings.CutPrefix(form, own.prefix)
		stem, ok2 := strings.CutSuffix(stem, own.suffix)
		if !ok || !ok2 {
			return fmt.Errorf("%q does not have the affixes of its paradigm", form)
		}
		all = append(all, reading{fold(form), fold(first.prefix + stem + first.suffix)})
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(all, func(a, b reading) int {
		if c := strings.Compare(a.form, b.form); c != 0 {
			return c
		}
		return strings.Compare(a.lemma, b.lemma)
	})
	return slices.Compact(all), nil
}

func readParadigms(z *zip.Reader) ([]paradigm, error) {
	raw, err := member(z, "suffixes.json")
	if err != nil {
		return nil, err
	}
	var suffixes []string
	if err := json.Unmarshal(raw, &suffixes); err != nil {
		return nil, err
	}
	if raw, err = member(z, "paradigms.array"); err != nil {
		return nil, err
	}
	var next uint16
	r := bytes.NewReader(raw)
	read := func(v any) error { return binary.Read(r, binary.LittleEndian, v) }
	if err := read(&next); err != nil {
		return nil, err
	}
	out := make([]paradigm, next)
	for i := range out {
		if err := read(&next); err != nil {
			return nil, err
		}
		ids := make([]uint16, next)
		if err := read(ids); err != nil {
			return nil, err
		}
		n := len(ids) / 3 // suffixes, tags, prefixes
		p := make(paradigm, n)
		for j := range p {
			s, x := int(ids[j]), int(ids[2*n+j])
			if s >= len(suffixes) || x >= len(prefixes) {
				return nil, errors.New("a paradigm names an affix that is not there")
			}
			p[j].suffix, p[j].prefix = suffixes[s], prefixes[x]
		}
		out[i] = p
	}
	return out, nil
}
