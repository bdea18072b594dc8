package archive

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/otklik/otklik/internal/fault"
)

// Format is a form of file.
type Format string

const (
	Own     Format = "otklik"  // NDJSON of Line
	Desktop Format = "desktop" // Telegram Desktop's result.json, of one chat or of the whole account
	NDJSON  Format = "ndjson"  // one JSON object a line, with a Mapping
	CSV     Format = "csv"     // a header, then records, between commas, semicolons or tabs, with a Mapping
)

// Formats lists all of them.
func Formats() []Format { return []Format{Own, Desktop, NDJSON, CSV} }

// form finds out what the file is.
func (f *File) form() (Format, error) {
	got := f.Format
	if got == "" {
		got = detect(f.in.head())
		if len(f.Map) > 0 && (got == Own || got == unclear) {
			got = NDJSON // somebody who names fields means them
		}
	}
	switch {
	case got == unclear:
		return "", fault.Fields(fault.Field{Path: "--format", Message: fmt.Sprintf("%s begins with a JSON object whose first %d KiB don't tell what it is; "+
			"say which of %s it is", f.in.name, peekBytes>>10, fault.List([]Format{Own, Desktop, NDJSON}))})
	case got == "":
		return "", fault.Fields(fault.Field{Path: "--format", Message: f.in.name + " is neither NDJSON nor CSV nor Telegram Desktop's result.json; " +
			"a list of objects has to be written one a line"})
	case (got == NDJSON || got == CSV) && len(f.Map) == 0:
		return "", fault.Fields(fault.Field{Path: "--map", Message: f.in.name + " has fields of its own; say which is which, for example " +
			"--map id=message_id,source=sender_id,title=channel,text=text,published=date. There are: " + names(got, f.in.head())})
	}
	return got, nil
}

// names gives the fields of a file as a person can copy them.
func names(f Format, head []byte) string {
	var found []string
	if f == CSV {
		first, _, _ := bytes.Cut(head, []byte("\n"))
		found = fields(decode(first), separator(first))
	} else {
		found = topKeys(head)
	}
	out := ""
	for i, n := range found {
		if i > 0 {
			out += ", "
		}
		if i == 30 {
			return out + "…"
		}
		out += n
	}
	return out
}

// unclear is a JSON object that could be of any form.
const unclear Format = "unclear"

// detect tells the format from the beginning of a file; "" is none of ours.
func detect(head []byte) Format {
	body := bytes.TrimLeft(head, " \t\r\n")
	switch {
	case len(body) == 0:
		return Own // nothing to read, whatever it is
	case body[0] == '[':
		return ""
	case body[0] != '{':
		return CSV
	}
	// A bad line must not decide: look for the first that is an object.
	for at := body; len(at) > 0; {
		line, rest, _ := bytes.Cut(at, []byte("\n"))
		if line = bytes.TrimSpace(line); len(line) > 2 && line[0] == '{' && json.Valid(line) {
			return formOf(topKeys(line), NDJSON)
		}
		at = rest
	}
	// One object over many lines, or a line that goes on behind the head. What
	// tells a Desktop export stands in its beginning, whatever its size.
	return formOf(topKeys(body), unclear)
}

func formOf(keys []string, otherwise Format) Format {
	has := func(k string) bool { return slices.Contains(keys, k) }
	switch {
	case has("messages") || has("chats") || has("left_chats") || has("personal_information"):
		return Desktop
	case has("id") && has("post"):
		return Own
	}
	return otherwise
}

// topKeys gives the keys of the object that begins here, as far as it goes.
func topKeys(b []byte) (keys []string) {
	d := json.NewDecoder(bytes.NewReader(b))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil
	}
	for d.More() {
		k, err := d.Token()
		if err != nil {
			return keys
		}
		keys = append(keys, k.(string))
		var v json.RawMessage
		if err := d.Decode(&v); err != nil {
			return keys
		}
	}
	return keys
}

// eachLine gives every line that isn't empty; one that can't be taken whole is
// bad.
func (f *File) eachLine(ctx context.Context, each func(line int, raw []byte) error) error {
	for {
		n := f.in.line
		raw, ok, err := f.in.text()
		switch {
		case !ok:
			return nil
		case err != nil:
			f.bad(n, raw, "the line "+reason(err))
			continue
		case len(bytes.TrimSpace(raw)) == 0:
			continue
		}
		if err := each(n, raw); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

func reason(err error) string {
	if err == errOpenEnd {
		return "is cut: the file breaks off within it"
	}
	return err.Error()
}
